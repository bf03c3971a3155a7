"""What the columns of a table are, by the names that programs give them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from optiviz.problems.recorded import OBJECTIVES
from optiviz.store.tables import plain

# In each list the first name that there is counts: who writes a step and an epoch counts steps.
_ITERATION = (
    *("iteration", "iterations", "iter", "it", "k", "global_step", "step", "steps"),
    *("generation", "generations", "gen", "epoch", "epochs", "trial", "number"),
)
_EVALUATIONS = (
    *("evaluations", "evaluation", "evals", "n_evals", "num_evals", "n_evaluations", "nfev"),
    *("nfevs", "fevals", "nfe", "feval", "fes", "function_evaluations", "neval", "nevals"),
)
_GRADIENTS = ("gradient_evaluations", "njev", "ngev", "gradient_evals", "grad_evals")
_ROWS = ("rows_seen", "rows", "samples_seen", "examples_seen")
_SECONDS = ("seconds", "time", "wall_time", "walltime", "elapsed", "time_s", "seconds_elapsed")
_LOWER = (
    *("log_loss", "logloss", "train_log_loss", "cross_entropy", "mse", "mean_squared_error"),
    *("squared_error", "train_mse", "rmse", "mae", "mean_absolute_error", "absolute_error"),
    *("hinge_loss", "hinge", "test_loss", "val_loss", "valid_loss", "validation_loss", "regret"),
)
_HIGHER = (
    *("accuracy", "train_accuracy", "acc", "train_acc", "training_accuracy", "test_accuracy"),
    *("val_accuracy", "val_acc", "test_acc", "r2", "auc", "f1", "score", "reward", "return"),
    *("fitness", "likelihood", "log_likelihood"),
)
_BEST = (
    *("best_f", "f_best", "fbest", "bestf", "best", "best_value", "best_loss", "best_so_far"),
    *("best_objective", "incumbent", "best_cost"),
)
_BEST_HIGHER = ("best_accuracy", "best_acc", "best_score", "best_reward", "best_fitness")
_RUN = ("run", "run_id", "seed", "replicate", "repetition", "rep", "experiment", "trial_id")
_COORDINATE = re.compile(r"(?:x|w|theta|weight|param|coef|p)_?(\d+)")
_LETTERS = ("x", "y", "z")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?")

Meant = Literal["data", "trace", "either"]


@dataclass(frozen=True)
class Columns:
    """Which column is what, by its place.

    Attributes
    ----------
    value : int
    better : {"lower", "higher"}
    objective : bool
        As in `optiviz.store.tables.Table`.
    iterations, best, evaluations, gradient_evaluations, rows_seen, seconds : int or None
    run : int or None
        Which run a row is of, where there are several in a table.
    points : tuple of int
        The columns of the coordinates, in their order.
    rest : tuple of int
        Columns that are not used.
    """

    value: int
    better: Literal["lower", "higher"]
    objective: bool
    iterations: int | None
    best: int | None
    evaluations: int | None
    gradient_evaluations: int | None
    rows_seen: int | None
    seconds: int | None
    run: int | None
    points: tuple[int, ...]
    rest: tuple[int, ...]


def meant_by(headings: Sequence[str]) -> Meant:
    """Return what a table can be of which this is the first line.

    Only a trace names where a search was as well as what it measured, and little else. Data can't
    be a trace where no column is named as values are. Numbers are no names: it can be either.
    """
    try:
        columns = columns_of(headings)
    except ValueError:
        return "either" if headings and all(map(_is_number, headings)) else "data"
    where = columns.iterations is not None or columns.evaluations is not None
    counted = columns.iterations is not None and columns.evaluations is not None
    return "trace" if where and (counted or not columns.rest) else "either"


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text.strip()) is not None


def columns_of(headings: Sequence[str], reads: str = "", better: str = "lower") -> Columns:
    """Return what columns are.

    Parameters
    ----------
    headings : sequence of str
    reads, better : str
        How the values of the run read over which they are laid: its name counts first.

    Raises
    ------
    ValueError
        With a sentence, if no column has values, a name stands twice, or coordinates are missing.
    """
    names = [plain(heading) for heading in headings]
    place: dict[str, int] = {}
    for i, name in enumerate(names):
        if name and name in place:
            raise ValueError(f"two columns are called {headings[i].strip()!r}")
        place[name] = i

    def first(known: Sequence[str]) -> int | None:
        return next((place[name] for name in known if name in place), None)

    value, direction, objective = _value(place, plain(reads), better)
    best = None
    if value is None:  # the best value so far is better than none
        direction = "lower" if first(_BEST) is not None else "higher"
        value, objective = first((*_BEST, *_BEST_HIGHER)), direction == "lower"
    else:
        best = first(_BEST if objective else _BEST_HIGHER if direction == "higher" else ())
    points = _points(place, value)
    if value is None:
        shown = ", ".join(heading.strip()[:40] for heading in headings[:12])
        raise ValueError(
            f"no column has a name of values, such as f, loss or accuracy; there are {shown}"
        )
    found = {
        "iterations": first(_ITERATION),
        "evaluations": first(_EVALUATIONS),
        "gradient_evaluations": first(_GRADIENTS),
        "rows_seen": first(_ROWS),
        "seconds": first(_SECONDS),
        "run": first(_RUN),
    }
    used = {value, best, *found.values(), *points}
    rest = tuple(i for i, name in enumerate(names) if name and i not in used)
    return Columns(value, direction, objective, best=best, points=points, rest=rest, **found)


def _value(
    place: Mapping[str, int], reads: str, better: str
) -> tuple[int | None, Literal["lower", "higher"], bool]:
    if reads and reads in place and reads not in ("x", "y"):
        return place[reads], "higher" if better == "higher" else "lower", False
    for known, direction, objective in (
        (OBJECTIVES, "lower", True),
        (_LOWER, "lower", False),
        (_HIGHER, "higher", False),
    ):
        name = next((name for name in known if name in place), None)
        if name is not None:
            return place[name], "lower" if direction == "lower" else "higher", objective
    if "y" in place and not any(name in place for name in (*_BEST, *_BEST_HIGHER)):
        return place["y"], "lower", True
    return None, "lower", True


def _points(place: Mapping[str, int], value: int | None) -> tuple[int, ...]:
    """Return the columns of coordinates: x0, x1, ... or x1, x2, ..., or x, y, z."""
    numbered = {}
    for name, i in place.items():
        found = _COORDINATE.fullmatch(name)
        if found and i != value:
            number = int(found[1][:9])
            if number in numbered:
                raise ValueError(f"two columns are coordinate {number}")
            numbered[number] = i
    if numbered:
        at = sorted(numbered)
        missing = next((n for n in range(at[0], at[0] + len(at)) if n not in numbered), None)
        if at[0] > 1 or missing is not None:
            n = missing if at[0] <= 1 else at[0] - 1
            raise ValueError(f"coordinate {n} is missing: there are {len(at):,}, to {at[-1]:,}")
        return tuple(numbered[number] for number in at)
    letters = [place[name] for name in _LETTERS if name in place and place[name] != value]
    return tuple(letters) if "x" in place else ()
