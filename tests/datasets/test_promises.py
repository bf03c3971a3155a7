"""The conformance suite: a dataset that breaks a promise is told so, in a sentence."""

import numpy as np
import pytest

from optiviz import testing
from optiviz.datasets import Data, DataSeed, Dataset, Labelled, Regression


class _Coins(Labelled):
    """Rows at 0 and 1. Without a kind it is in no registry."""

    label = "Coins"
    random_state: DataSeed = 1

    def table_sizes(self):
        return 20, 1, 2

    def table(self):
        generator = np.random.default_rng(self.random_state)
        y = np.arange(20, dtype=np.int64) % 2
        return generator.normal(y[:, None], 0.1), y


class _Uneven(_Coins):
    def table(self):
        X, y = super().table()
        y[1] = 0
        return X, y


class _Nameless(_Coins):
    def class_names(self):
        return ("heads",)


class _Twins(_Coins):
    def class_names(self):
        return ("heads", "heads")


class _OneSeed(_Coins):
    def table(self):
        return self.replace(random_state=1).table() if self.random_state != 1 else super().table()


class _Mixed(_Coins):
    def table(self):
        X, y = super().table()
        return X + self.split_seed, y


class _Whole(Regression):
    label = "Whole numbers"

    def table_sizes(self):
        return 10, 1, 0

    def table(self):
        return np.arange(10.0)[:, None], np.arange(10)


class _Unlabelled(Dataset):
    label = "Classes without shares"

    def table_sizes(self):
        return _Coins().table_sizes()

    def table(self):
        return _Coins().table()


@pytest.mark.parametrize(
    ("dataset", "sentence"),
    [
        (_Uneven, r"rows_by_class says \(10, 10\), there are \(11, 9\)"),
        (_Nameless, "1 names for 2 classes"),
        (_Twins, "two classes have the same name"),
        (_OneSeed, "another random_state makes the same rows"),
        (_Mixed, "split_seed changes the rows|loses or doubles"),
        (_Whole, "y_train holds int64, not float64"),
        (_Unlabelled, "has classes, but isn't Labelled"),
    ],
)
def test_a_broken_promise_is_named(dataset, sentence):
    def check_all():
        for check in testing.DATASET_CHECKS:
            check(dataset())

    with pytest.raises(AssertionError, match=sentence):
        check_all()


def test_an_honest_dataset_of_somebody_else_passes():
    for check in testing.DATASET_CHECKS:
        check(_Coins())


def test_data_without_names_are_numbered():
    """Views name what they draw, whoever made the data."""
    X, y = np.zeros((2, 2)), np.array([0, 1])
    data = Data(X, y, X, y, 2)
    assert data.feature_names == ("x1", "x2")
    assert data.class_names == ("class 0", "class 1")
    assert data.target_name == "class"
    assert Data(X, np.zeros(2), X, np.zeros(2), 0).target_name == "y"
