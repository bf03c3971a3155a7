"""The small picture of the data and the line below it say what is chosen."""

import numpy as np
import pytest

from optiviz.datasets import Dataset
from optiviz.datasets.blobs import Blobs
from optiviz.datasets.classification import Classification
from optiviz.datasets.diabetes import Diabetes
from optiviz.datasets.iris import Iris
from optiviz.datasets.moons import Moons
from optiviz.datasets.wine import Wine
from optiviz.engine import registry
from optiviz.ui.thumbnail import thumbnail
from optiviz.ui.worker import ReaderOf


def nobody(run: object) -> None:
    raise AssertionError("the picture of the data needs no run")


READER: ReaderOf = nobody  # type: ignore[assignment]


@pytest.mark.parametrize("kind", registry.kinds("datasets"))
def test_every_dataset_has_a_picture(kind: str) -> None:
    dataset: Dataset = registry.kinds("datasets")[kind]()
    made = thumbnail(dataset, READER)
    assert made.points.shape == (len(made.labels), 2)
    assert np.isfinite(made.points).all()
    assert len(made.labels) <= 600
    assert made.labels.min() >= 0
    assert 0 < len(made.about) <= 42  # a second line would make the form jump


def test_two_features_are_shown_as_they_are() -> None:
    """Turned to its main directions, a drawing would not be where it was drawn."""
    data = Moons().load()
    np.testing.assert_array_equal(thumbnail(Moons(), READER).points, data.X_train)


def test_a_regression_is_its_target_over_the_feature_that_tells_most() -> None:
    data, made = Diabetes().load(), thumbnail(Diabetes(), READER)
    assert made.about == "disease progression over body mass index"
    np.testing.assert_array_equal(made.points, np.column_stack([data.X_train[:, 2], data.y_train]))


@pytest.mark.parametrize(
    ("dataset", "about"),
    [
        (Classification(flip_y=0), "500 of class 0 · 500 of class 1"),
        (Iris(), "3 classes of 50 rows each"),
        (Wine(), "3 classes of 48 to 71 rows"),
        (Blobs(n_samples=10), "3 classes of 3 to 4 rows"),
    ],
)
def test_the_line_counts_rows(dataset: Dataset, about: str) -> None:
    assert thumbnail(dataset, READER).about == about
