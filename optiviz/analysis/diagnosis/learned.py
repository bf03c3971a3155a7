"""What was learned by heart: overfitting, and rows that are tested and trained on alike."""

from functools import lru_cache

import numpy as np

from optiviz.analysis.diagnosis.case import Case, Finding, Rule
from optiviz.datasets import Dataset
from optiviz.engine.problem import Array
from optiviz.engine.wording import measured
from optiviz.networks.losses import MEASURES
from optiviz.problems.network_training import NetworkTraining

_SAMPLES = 32  # along the run, that are enough to see a bend
_FEWEST = 8
_REPLAY = 5e8  # rows seen times weights, up to which a run is done again for them
_EACH = 3e4  # as many of these take the time that an iteration does by itself
_RISE = 0.05  # of its lowest value: by so much must the test loss have risen
_SEEN = 0.02  # and by so much of its whole range along the run
_FALL = 0.03  # and the training loss have fallen meanwhile
_MARGIN = 2  # samples after the lowest, at least
_ERRORS = 2.0  # standard errors by which a share of test rows must have risen, to be no chance


def _measure_of(problem: NetworkTraining) -> str:
    """Return the measure by which overfitting is told: what is optimised, if that is measured."""
    if problem.objective in problem.measures:
        return problem.objective
    return "mean_squared_error" if problem.is_regression else "log_loss"


def _measure(case: Case) -> None:
    """Fill in what is needed of the metrics along the run, where that is quick."""
    history = case.run.history
    known = history.samples().k
    parts, _ = np.histogram(known, 8, (0, case.k))
    if parts.min() * 8 >= _SAMPLES:
        return
    if float(case.state.rows_seen) * case.problem.dim + _EACH * case.k <= _REPLAY:
        for k in np.linspace(0, case.k, _SAMPLES + 1).astype(int).tolist():
            history.measure(case.reader, k)
    else:
        history.extend(case.reader, seconds=0.1, only_snapshots=True)


def _overfits(case: Case) -> Finding | None:
    problem = case.problem
    assert isinstance(problem, NetworkTraining)
    _measure(case)
    name, samples = _measure_of(problem), case.run.history.samples()
    if f"test_{name}" not in samples.metrics:
        return None
    reading = MEASURES[name].reading
    now = samples.k <= case.k
    k = samples.k[now]
    train, test = (samples.metrics[f"{part}_{name}"][now] for part in ("train", "test"))
    if len(k) < _FEWEST or not (np.isfinite(train).all() and np.isfinite(test).all()):
        return None
    # Both as losses, whatever they read as.
    smooth_train = _smooth(reading.sign * (train - reading.offset))
    smooth_test = _smooth(reading.sign * (test - reading.offset))
    lowest = int(smooth_test.argmin())
    if len(k) - 1 - lowest < _MARGIN:
        return None
    least = max(_RISE * abs(float(smooth_test[lowest])), _SEEN * float(np.ptp(smooth_test)))
    if reading.more_is_better:  # a share of rows, which is off by chance
        e = float(np.clip(smooth_test[lowest], 0, 1))
        least = max(least, _ERRORS * float(np.sqrt(e * (1 - e) / len(case.network.data.X_test))))
    rises = smooth_test[-1] - smooth_test[lowest] > least
    falls = smooth_train[-1] < (1 - _FALL) * smooth_train[lowest]
    if not (rises and falls):
        return None
    at = int(k[lowest])
    worse, better = ("fell", "rose") if reading.more_is_better else ("rose", "fell")
    return Finding(
        f"It overfits from about iteration {at:,} on: it learns the training rows by heart.",
        f"From iteration {at:,} to {int(k[-1]):,} the {reading.name} on test rows {worse} from "
        f"{measured(float(test[lowest]))} to {measured(float(test[-1]))}, while that on training "
        f"rows {better} from {measured(float(train[lowest]))} to {measured(float(train[-1]))}.",
        at,
        "Go to where it turns",
        "fitness",
        (("measure", name),),
    )


def _smooth(values: Array) -> Array:
    """Return medians of neighbours: of five, or as many as a short run has."""
    reach = 2 if len(values) >= 16 else 1
    padded = np.pad(values, reach, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    return np.asarray(np.median(windows, axis=1))


@lru_cache(maxsize=8)
def _duplicates(dataset: Dataset) -> tuple[int, int, int]:
    """Return how many test rows are training rows too, how many of them say the same, and all."""
    data = dataset.load()
    known: dict[bytes, set[float]] = {}
    for row, y in zip(np.ascontiguousarray(data.X_train), data.y_train.tolist(), strict=True):
        known.setdefault((row + 0.0).tobytes(), set()).add(y)
    found = same = 0
    for row, y in zip(np.ascontiguousarray(data.X_test), data.y_test.tolist(), strict=True):
        answers = known.get((row + 0.0).tobytes())
        found += answers is not None
        same += answers is not None and y in answers
    return found, same, len(data.X_test)


def _leaks(case: Case) -> Finding | None:
    assert isinstance(case.problem, NetworkTraining)
    found, same, n = _duplicates(case.problem.dataset)
    if not found:
        return None
    rows, are, has = ("row", "is", "has") if found == 1 else ("rows", "are", "have")
    what = "number" if case.problem.is_regression else "class"
    alike = f"{'all' if same == found else f'{same:,}'} of them the same {what}"
    if found == 1:
        alike = f"its {what} is {'the same' if same else 'another'}"
    view = "regression_fit" if case.problem.is_regression else "decision_boundary"
    return Finding(
        f"{found:,} test {rows} {are} among the training rows too, so that the test part says "
        "less than it seems to.",
        f"{found:,} of {n:,} test rows {has} the very features of a training row; {alike}.",
        None,
        "See the rows",
        view,
        (("rows", "all"),),
    )


def _is_network(case: Case) -> bool:
    return isinstance(case.problem, NetworkTraining)


RULES = (
    Rule("training against test rows", _is_network, _overfits, costly=True),
    Rule("rows in both parts", _is_network, _leaks),
)
