"""What is said around the curves: key figures, what is drawn, what is not."""

from collections.abc import Sequence

from optiviz.analysis.runs.prices import why_efforts_differ
from optiviz.analysis.runs.starts import same_start
from optiviz.engine.problem import Reading
from optiviz.engine.spec import RunSpec
from optiviz.engine.wording import capitalised, measured
from optiviz.studies.cautions import Caution, cautions_of
from optiviz.views import Shown
from optiviz.views.fitness.curves import Scale

_MOST = 50  # runs whose comparison is judged
_SAID = ("batches", "different_data", "different_starts", "different_stopping")
_judged: list[tuple[tuple[RunSpec, ...], Scale, tuple[Caution, ...]]] = []  # the last ones


def fairness_of(shown: Sequence[Shown], scale: Scale) -> tuple[str, str]:
    """Say what speaks against comparing runs, and why their efforts differ.

    Returns
    -------
    (str, str)
        What should be known before believing the picture, and what else is to be said of it.
    """
    runs = [one.run for one in shown]
    if len({type(run.spec.optimizer) for run in runs}) < 2 or len(runs) > _MOST:
        return "", ""
    differ = why_efforts_differ(runs, scale.level.weight)
    over_k = scale.level.effort == "iterations"
    found = _cautions(tuple(run.spec for run in runs), scale)
    serious = [caution.sentence for caution in found if caution.kind in _SAID]
    first = differ if over_k else "".join(serious[:1])
    rest = [differ, *(f"{caution.sentence} {caution.instead}" for caution in found)]
    return first, " ".join(filter(None, rest))


def _cautions(specs: tuple[RunSpec, ...], scale: Scale) -> tuple[Caution, ...]:
    """Return the cautions of specs, remembered as long as they are the same objects."""
    for known, at, found in _judged:
        same = at == scale and len(known) == len(specs)
        if same and all(one is other for one, other in zip(known, specs, strict=True)):
            return found
    rows = "test" if scale.rows == "test" else "train"
    measure = scale.measure if scale.measure == "objective" else f"{rows}_{scale.measure}"
    found = cautions_of(specs, scale.level.effort, measure, scale.level.weight)
    _judged[:] = [*_judged[-3:], (specs, scale, found)]
    return found


def note_of(shown: Sequence[Shown], scale: Scale) -> str:
    """Return where the first run is; and whether all begin at one point, bit for bit."""
    one = shown[0]
    row = one.run.trace.rows(one.k, one.k + 1)
    note = f"iteration {one.k:,}"
    if row is not None and scale.measure == "objective":
        note = f"{note}: best {measured(float(scale.reading(one).value(row.best_f)[0]))}"
    raced = {type(each.run.spec.optimizer) for each in shown}
    if len(raced) > 1 and same_start([each.run for each in shown]):
        note = f"same start · {note}"
    return note


def caption_of(shown: Sequence[Shown], scale: Scale, was_log: bool) -> str:
    """Say what is drawn.

    Parameters
    ----------
    shown : sequence of Shown
    scale : Scale
    was_log : bool
        A logarithmic axis was asked for and is not possible.
    """
    reading = scale.reading(shown[0])
    direction = "Higher is better." if reading.more_is_better else "Lower is better."
    one = shown[0]
    row = one.run.trace.rows(one.k, one.k + 1)
    where = ""
    if row is not None and scale.measure == "objective":
        best = measured(float(reading.value(row.best_f)[0]))
        whose = f" of {one.name}" if len(shown) > 1 and one.name else ""
        where = f" At iteration {one.k:,} the best {reading.name}{whose} is {best}."
    runs = "the run" if len(shown) == 1 else f"{len(shown)} runs"
    name = capitalised(reading.name)
    linear = " The axis is linear, since values below zero have no logarithm." if was_log else ""
    over = "rows seen" if scale.level.effort == "rows" else scale.level.effort
    return f"{name} of {runs} over {over}. {direction}{linear}{where}"


def left_out(others: int, reading: Reading) -> str:
    """Say that runs of another objective or function are not drawn."""
    if not others:
        return ""
    runs = "1 run is" if others == 1 else f"{others} runs are"
    return f"{runs} not measured by {reading.name} and left out here."
