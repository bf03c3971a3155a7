"""What is impossible is refused at its field before a run, in a sentence."""

import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.model_selection import train_test_split

from optiviz.datasets.blobs import Blobs
from optiviz.datasets.circles import Circles
from optiviz.datasets.classification import Classification
from optiviz.datasets.diabetes import Diabetes
from optiviz.datasets.friedman1 import Friedman1
from optiviz.datasets.friedman2 import Friedman2
from optiviz.datasets.iris import Iris
from optiviz.datasets.linear import Linear
from optiviz.datasets.moons import Moons
from optiviz.datasets.points import Points
from optiviz.datasets.spirals import Spirals
from optiviz.datasets.xor import Xor
from optiviz.engine.parameters import SpecError
from optiviz.engine.run import Run, RunStatus
from optiviz.engine.spec import RunSpec


@pytest.mark.parametrize(
    ("cls", "values", "field", "sentence"),
    [
        (Circles, {"factor": 1.0}, "factor", "must be below 1"),
        (Spirals, {"n_samples": 4, "n_classes": 5}, "n_samples", "at least 5, one for each class"),
        (Blobs, {"n_samples": 10**6, "n_features": 51}, "n_samples", "at most 50,000,000"),
        (Friedman1, {"n_features": 4}, "n_features", "must be at least 5"),
        (Linear, {"slopes": ()}, "slopes", "needs at least one number"),
        (Iris, {"n_samples": 151}, "n_samples", "must be at most 150"),
        (Iris, {"n_samples": 2}, "n_samples", "must be at least 3, one for each class"),
        (Diabetes, {"n_samples": 443}, "n_samples", "must be at most 442"),
        (Moons, {"n_samples": 3, "stratify": True}, "stratify", "at least 2 rows of each class"),
        (Iris, {"test_size": 0.01, "stratify": True}, "stratify", "the test part has 2"),
        (Iris, {"test_size": 0.99, "stratify": True}, "stratify", "the training part has 1"),
        (Classification, {"n_samples": 10, "test_size": 0.1, "stratify": True}, "stratify", "test"),
        (Points, {"x": (1.0,), "y": (1.0,), "classes": (0,)}, "x", "at least 2 points, has 1"),
        (Points, {"x": (), "y": (), "classes": ()}, "x", "at least 2 points, has 0"),
        (Points, {"classes": 24 * (1,)}, "classes", "at least 2 classes"),
        (Points, {"classes": (0, 1)}, "classes", "one for each point: 24, here 2"),
        (Points, {"y": (0.0,)}, "y", "as many as x: there are 24, here 1"),
        (Points, {"classes": 12 * (0, 10)}, "classes[1]", "must be at most 9"),
        (Points, {"x": 24 * (float("nan"),)}, "x[0]", "must be a finite number"),
        (Points, {"x": (*5 * (0.0,), float("nan"), *18 * (0.0,))}, "x[5]", "must be a finite"),
        (Points, {"classes": (*23 * (0,), True)}, "classes[23]", "must be a whole number"),
        (Points, {"stratify": True, "classes": (*23 * (0,), 1)}, "stratify", "at least 2 rows"),
    ],
)
def test_refused(cls, values, field, sentence):
    with pytest.raises(SpecError) as caught:
        cls(**values)
    first = caught.value.mistakes[0]
    assert first.path == field
    assert sentence in first.message


def test_a_hundred_thousand_points_are_the_most():
    n = 100_001
    with pytest.raises(SpecError, match="x: must have at most 100,000 items, has 100,001"):
        Points(x=n * (0.0,), y=n * (0.0,), classes=n * (0,))


def test_stratified_parts_have_the_shares_of_the_whole():
    """A rare class must not be missing in the test part by bad luck."""
    data = Classification(n_samples=200, weights=(0.9,), flip_y=0, stratify=True).load()
    for y in (data.y_train, data.y_test):
        assert np.mean(y == 1) == pytest.approx(0.1, abs=1 / len(y))
    plain = Classification(n_samples=200, weights=(0.9,), flip_y=0).load()
    assert sorted(data.y_train) != sorted(plain.y_train)


def test_classes_that_are_too_small_once_made_end_the_run_with_a_sentence():
    """Only random labels know how many rows a class has."""
    dataset = Classification(n_samples=100, weights=(0.99,), flip_y=0, n_clusters_per_class=1)
    counts = np.bincount(dataset.table()[1])
    assert counts.min() == 1
    with pytest.raises(SpecError, match="stratify: needs at least 2 rows of each class"):
        dataset.replace(stratify=True).load()
    spec = RunSpec.load("classic-mlp")
    problem = spec.problem.replace(dataset=dataset.replace(stratify=True))
    run = Run(spec.replace(problem=problem)).finish()
    assert run.status is RunStatus.FAILED
    assert "needs at least 2 rows of each class" in run.failure.sentence


def test_the_classic_rows_are_what_they_were():
    """Reports that were handed in name these numbers."""
    X, y = make_classification(
        n_samples=1000, n_features=5, n_informative=2, n_redundant=1, random_state=1
    )
    wanted = train_test_split(X, y, test_size=0.33, random_state=1)
    data = RunSpec.load("classic-mlp").problem.dataset.load()
    found = (data.X_train, data.X_test, data.y_train, data.y_test)
    for part, right in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(part, right)


@pytest.mark.parametrize("dataset", [Xor(), Iris(), Friedman2()], ids=lambda one: one.kind)
def test_seeds_act_on_one_thing_each(dataset):
    """Another split of the same rows is a question of its own."""
    first, second = dataset.load(), dataset.replace(split_seed=2).load()
    assert not np.array_equal(first.y_train, second.y_train)
    rows = [np.sort(np.concatenate([one.y_train, one.y_test])) for one in (first, second)]
    if dataset.sizes().n_classes:
        np.testing.assert_array_equal(*rows)
    np.testing.assert_array_equal(dataset.table()[0], dataset.replace(split_seed=2).table()[0])


def test_a_standardized_target_is_measured_on_the_training_rows():
    plain = Friedman2(standardize=False, standardize_target=False).load()
    scaled = Friedman2(standardize=False).load()
    mean, deviation = plain.y_train.mean(), plain.y_train.std()
    np.testing.assert_allclose(scaled.y_train, (plain.y_train - mean) / deviation)
    np.testing.assert_allclose(scaled.y_test, (plain.y_test - mean) / deviation)
    np.testing.assert_array_equal(scaled.X_test, plain.X_test)
    assert not scaled.y_test.flags.writeable
