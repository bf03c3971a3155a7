"""Each dataset is the one that its name and its source promise."""

import numpy as np
import pytest
from sklearn import datasets as sklearn_datasets

from optiviz.datasets import Labelled, Regression
from optiviz.datasets.blobs import Blobs
from optiviz.datasets.breast_cancer import BreastCancer
from optiviz.datasets.checkerboard import Checkerboard
from optiviz.datasets.circles import Circles
from optiviz.datasets.diabetes import Diabetes
from optiviz.datasets.digits import Digits
from optiviz.datasets.friedman1 import Friedman1
from optiviz.datasets.friedman2 import Friedman2
from optiviz.datasets.gaussian_quantiles import GaussianQuantiles
from optiviz.datasets.iris import Iris
from optiviz.datasets.linear import Linear
from optiviz.datasets.moons import Moons
from optiviz.datasets.plane import Plane
from optiviz.datasets.points import Points
from optiviz.datasets.sine import Sine
from optiviz.datasets.spirals import Spirals
from optiviz.datasets.wine import Wine
from optiviz.datasets.xor import Xor
from optiviz.engine import registry

KINDS = registry.kinds("datasets")
REGRESSIONS = {"linear", "sine", "friedman1", "friedman2", "plane", "diabetes"}


def test_all_that_lessons_name_are_there():
    assert set(KINDS) == REGRESSIONS | {
        "classification", "blobs", "moons", "circles", "spirals", "xor", "checkerboard",
        "gaussian_quantiles", "iris", "wine", "breast_cancer", "digits", "points", "csv",
    }  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_can_group_it_and_say_where_it_comes_from(kind):
    cls = KINDS[kind]
    assert cls.group
    assert cls.source
    base = Regression if kind in REGRESSIONS else Labelled
    assert issubclass(cls, base)
    assert (cls().sizes().n_classes == 0) == (kind in REGRESSIONS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_settings_have_the_same_names(kind):
    """Comparing on another dataset must not mean learning other words."""
    names = set(vars(KINDS[kind]()))
    assert {"test_size", "split_seed", "standardize"} <= names
    assert ("stratify" in names) != (kind in REGRESSIONS)
    # A table of one's own is of both sorts, and nothing in it is drawn.
    assert ("standardize_target" in names) == (kind in REGRESSIONS | {"csv"})
    assert ("random_state" in names) == (kind != "csv")
    assert ("n_samples" in names) == (kind not in ("points", "csv"))
    # The one has flip_y and class_sep.
    assert ("noise" in names) == (kind not in ("classification", "csv"))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (
            Blobs(n_samples=50, n_features=3, n_classes=4, half_width=5, noise=0.7, random_state=3),
            lambda: sklearn_datasets.make_blobs(
                50, 3, centers=4, cluster_std=0.7, center_box=(-5, 5), random_state=3
            ),
        ),
        (
            Moons(n_samples=51, noise=0.2, random_state=4),
            lambda: sklearn_datasets.make_moons(51, noise=0.2, random_state=4),
        ),
        (
            Moons(n_samples=20, noise=0.0, random_state=4),
            lambda: sklearn_datasets.make_moons(20, noise=0.0, random_state=4),
        ),
        (
            Circles(n_samples=51, noise=0.05, factor=0.3, random_state=5),
            lambda: sklearn_datasets.make_circles(51, noise=0.05, factor=0.3, random_state=5),
        ),
        (
            GaussianQuantiles(n_samples=50, n_features=3, n_classes=4, random_state=6),
            lambda: sklearn_datasets.make_gaussian_quantiles(
                n_samples=50, n_features=3, n_classes=4, random_state=6
            ),
        ),
        (
            Friedman1(n_samples=40, n_features=7, noise=0.5, random_state=7),
            lambda: sklearn_datasets.make_friedman1(40, 7, noise=0.5, random_state=7),
        ),
        (
            Friedman2(n_samples=40, noise=20, random_state=8),
            lambda: sklearn_datasets.make_friedman2(40, noise=20, random_state=8),
        ),
        (Iris(), lambda: sklearn_datasets.load_iris(return_X_y=True)),
        (Wine(), lambda: sklearn_datasets.load_wine(return_X_y=True)),
        (BreastCancer(), lambda: sklearn_datasets.load_breast_cancer(return_X_y=True)),
        (Digits(), lambda: sklearn_datasets.load_digits(return_X_y=True)),
        (Diabetes(), lambda: sklearn_datasets.load_diabetes(return_X_y=True, scaled=False)),
    ],
    ids=lambda one: getattr(one, "kind", ""),
)
def test_rows_are_those_of_scikit_learn(ours, theirs):
    """A result must be the one that a course's own script finds."""
    for mine, wanted in zip(ours.table(), theirs(), strict=True):
        np.testing.assert_array_equal(mine, wanted)


def test_circles_and_moons_without_noise_are_circles_and_moons():
    X, y = Circles(n_samples=100, noise=0, factor=0.25).table()
    np.testing.assert_allclose(np.hypot(*X.T), np.where(y == 0, 1, 0.25))
    X, y = Moons(n_samples=100, noise=0).table()
    centre = np.where(y[:, None] == 0, (0, 0), (1, 0.5))
    np.testing.assert_allclose(np.hypot(*(X - centre).T), 1)


@pytest.mark.parametrize(("arms", "turns"), [(2, 1.5), (2, 3), (5, 1)])
def test_spirals_never_meet_without_noise(arms, turns):
    X, y = Spirals(n_samples=2000, n_classes=arms, turns=turns, noise=0).table()
    r, angle = np.hypot(*X.T), np.arctan2(X[:, 1], X[:, 0])
    assert (r >= 0.1 - 1e-12).all()
    assert (r <= 1 + 1e-12).all()
    # The angle that an arm has left over at its radius tells which one it is.
    over = (angle / (2 * np.pi) - turns * r) * arms
    np.testing.assert_array_equal(np.round(over).astype(int) % arms, y)
    np.testing.assert_allclose(over, np.round(over), atol=1e-9)
    distances = np.linalg.norm(X[:, None] - X, axis=2)
    others = np.where(y[:, None] != y, distances, np.inf).min()
    assert others > 0.02


def test_exclusive_or_is_one_where_the_signs_differ():
    X, y = Xor(n_samples=1001, noise=0).table()
    np.testing.assert_array_equal(y, (X[:, 0] > 0) != (X[:, 1] > 0))
    quadrants = np.bincount(2 * (X[:, 0] > 0) + (X[:, 1] > 0))
    assert quadrants.min() == 250
    assert np.abs(X).max() <= 1
    assert np.abs(X).min() < 0.01


@pytest.mark.parametrize("squares", [2, 3, 8])
def test_a_checkerboard_alternates(squares):
    X, y = Checkerboard(n_samples=2000, squares=squares, noise=0).table()
    place = np.floor((X + 1) / 2 * squares).astype(int)
    np.testing.assert_array_equal(y, place.sum(axis=1) % 2)
    assert len(np.unique(place, axis=0)) == squares**2
    assert np.bincount(y).tolist() == [1000, 1000]


def test_shells_lie_inside_each_other():
    X, y = GaussianQuantiles(n_samples=300, n_features=3, n_classes=4).table()
    r = np.linalg.norm(X, axis=1)
    for c in range(3):
        assert r[y == c].max() < r[y == c + 1].min()


def test_regressions_follow_their_formulas():
    X, y = Friedman1(n_samples=60, noise=0).table()
    wanted = 10 * np.sin(np.pi * X[:, 0] * X[:, 1]) + 20 * (X[:, 2] - 0.5) ** 2
    np.testing.assert_allclose(y, wanted + 10 * X[:, 3] + 5 * X[:, 4])
    X, y = Friedman2(n_samples=60, noise=0).table()
    r, w, inductance, capacitance = X.T
    reactance = w * inductance - 1 / (w * capacitance)
    np.testing.assert_allclose(y, np.hypot(r, reactance))
    X, y = Sine(periods=2, noise=0).table()
    np.testing.assert_allclose(y, np.sin(2 * np.pi * X[:, 0]), atol=1e-12)
    X, y = Plane(slope_x1=3, slope_x2=-2, intercept=0.5, noise=0).table()
    np.testing.assert_allclose(y, 0.5 + 3 * X[:, 0] - 2 * X[:, 1])
    X, y = Linear(slopes=(3, 0, -2), intercept=-1, noise=0).table()
    np.testing.assert_allclose(y, 3 * X[:, 0] - 2 * X[:, 2] - 1)
    assert np.abs(X).max() <= 1


@pytest.mark.parametrize(
    "dataset",
    [Sine(n_samples=4000), Plane(n_samples=4000), Linear(n_samples=4000)],
    ids=lambda dataset: dataset.kind,
)
def test_noise_has_the_deviation_that_is_set(dataset):
    X, clean = dataset.replace(noise=0.0).table()
    same, noisy = dataset.replace(noise=0.4).table()
    np.testing.assert_array_equal(same, X)
    assert np.std(noisy - clean) == pytest.approx(0.4, rel=0.05)


@pytest.mark.parametrize(
    "dataset",
    [
        Spirals(n_samples=4000), Xor(n_samples=4000), Checkerboard(n_samples=4000),
        GaussianQuantiles(n_samples=4000),
        Points(x=tuple(range(4000)), y=4000 * (0,), classes=2000 * (0, 1)),
    ],
    ids=lambda dataset: dataset.kind,
)  # fmt: skip
def test_noise_moves_rows_and_leaves_their_classes(dataset):
    """Turning the noise up must not deal the data anew."""
    X, y = dataset.replace(noise=0.0).table()
    moved, same = dataset.replace(noise=0.3).table()
    np.testing.assert_array_equal(same, y)
    np.testing.assert_allclose((moved - X).std(axis=0), 0.3, rtol=0.06)


def test_noise_of_a_table_is_measured_in_its_own_deviations():
    X, _ = Wine().table()
    noisy, _ = Wine(noise=0.5).table()
    np.testing.assert_allclose((noisy - X).std(axis=0) / X.std(axis=0), 0.5, rtol=0.15)
    _, y = Diabetes().table()
    _, noisy_y = Diabetes(noise=0.5).table()
    assert np.std(noisy_y - y) / np.std(y) == pytest.approx(0.5, rel=0.1)


@pytest.mark.parametrize("n", [3, 10, 31, 100, 178])
def test_some_rows_of_a_table_keep_the_shares_of_its_classes(n):
    X, y = Wine(n_samples=n).table()
    shares = np.array([59, 71, 48]) / 178
    assert np.abs(np.bincount(y, minlength=3) - n * shares).max() < 1.5
    whole = {row.tobytes() for row in Wine().table()[0]}
    assert {row.tobytes() for row in X} <= whole
    assert len(np.unique(X, axis=0)) == n
    if n < 178:
        assert not np.array_equal(X, Wine(n_samples=n, random_state=2).table()[0])


def test_some_rows_of_a_regression_are_rows_of_it():
    X, y = Diabetes(n_samples=40).table()
    whole = {row.tobytes() for row in np.column_stack(Diabetes().table())}
    assert {row.tobytes() for row in np.column_stack([X, y])} <= whole
    assert len(np.unique(X, axis=0)) == 40


def test_names_are_those_of_the_tables():
    iris = Iris().load()
    assert iris.feature_names[0] == "sepal length (cm)"
    assert iris.class_names == ("setosa", "versicolor", "virginica")
    assert Wine().load().class_names[0] == "class 0"
    assert Digits().load().class_names == tuple("0123456789")
    assert BreastCancer().load().class_names == ("malignant", "benign")
    diabetes = Diabetes(standardize=False, standardize_target=False).load()
    assert diabetes.feature_names[:3] == ("age", "sex", "body mass index")
    assert diabetes.target_name == "disease progression"
    assert Moons().load().feature_names == ("x1", "x2")
    assert Moons().load().class_names == ("class 0", "class 1")
    assert Sine().load().target_name == "y"


def test_a_name_says_no_unit_that_the_numbers_have_no_more():
    assert Iris(standardize=True).load().feature_names[0] == "sepal length (standardized)"
    assert Diabetes().load().target_name == "disease progression (standardized)"


def test_drawn_points_are_where_they_were_drawn():
    points = Points(x=(0.5, -1, 2), y=(1, 2, 3), classes=(4, 0, 4))
    X, y = points.table()
    np.testing.assert_array_equal(X, [[0.5, 1], [-1, 2], [2, 3]])
    assert y.tolist() == [4, 0, 4]
    assert points.sizes().n_classes == 5  # classes below the highest may be without points
