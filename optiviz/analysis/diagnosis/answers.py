"""What the network answers: one class alone, or no more than the classes' own shares."""

import numpy as np
from numpy.typing import NDArray

from optiviz.analysis.diagnosis.case import Case, Finding, Rule

_ALL = 0.98  # share of rows from which a network names one class alone
_MOST = 0.9  # of that share: where so many are of the class, there is nothing to wonder about
_MAJORITY = 0.65  # share of the largest class from which classes are unbalanced
_GAIN = 0.1  # of what is left above that share: less is no more than naming it always


def _counts(case: Case) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Return how many training rows are named each class and are of each, and how many rightly."""
    data = case.network.data
    named = case.network.predict(case.state.x, data.X_train)
    of_each = np.bincount(data.y_train, minlength=data.n_classes)
    right = int(np.count_nonzero(named == data.y_train))
    return np.bincount(named, minlength=data.n_classes), of_each, right


def _one_class(case: Case) -> Finding | None:
    named, are, _ = _counts(case)
    n, c = int(are.sum()), int(named.argmax())
    if named[c] < _ALL * n or are[c] > _MOST * named[c]:
        return None
    name = case.network.data.class_names[c]
    every = "every row" if named[c] == n else "nearly every row"
    return Finding(
        f"It predicts one class only: {name} for {every}, whatever the features say.",
        f"{named[c]:,} of {n:,} training rows are named {name} at iteration {case.k:,}; "
        f"{are[c]:,} of them are.",
        case.k,
        "See which class is taken for which",
        "confusion",
    )


def _imbalance(case: Case) -> Finding | None:
    _, are, right = _counts(case)
    n, c = int(are.sum()), int(are.argmax())
    share, accuracy = are[c] / n, right / n
    if share < _MAJORITY or not share - 0.05 <= accuracy <= share + _GAIN * (1 - share):
        return None
    name = case.network.data.class_names[c]
    return Finding(
        f"Most rows are of {name}, so that its accuracy is little more than naming that always.",
        f"{are[c]:,} of {n:,} training rows ({share:.1%}) are of {name}; it names {accuracy:.1%} "
        f"rightly at iteration {case.k:,}.",
        case.k,
        "See which class is taken for which",
        "confusion",
    )


RULES = (
    Rule("what it answers", lambda case: case.names_classes, _one_class),
    Rule("the shares of the classes", lambda case: case.names_classes, _imbalance),
)
