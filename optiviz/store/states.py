"""States and metrics that were stored, checked before anything is made of them.

Run files and the history share it; each says in front where it read them.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.history import Samples
from optiviz.engine.optimizer import State
from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.optimizers.unknown import UnknownState
from optiviz.store.unknown import state_to_show

USUAL = frozenset(field.name for field in fields(State))
"""What every state has."""
_COUNTS = ("k", "best_k", "evaluations", "gradient_evaluations", "rows_seen")


class WrongError(ValueError):
    """What is stored can't be, as the end of a sentence."""


def fields_after(spec: RunSpec, k: int) -> frozenset[str] | None:
    """Return what a state at iteration k has; None where that is not known."""
    cls = spec.optimizer_after(k - 1).state_type
    return None if cls is UnknownState else frozenset(field.name for field in fields(cls))


def state_of(arrays: Mapping[str, Any], spec: RunSpec) -> State:
    """Return a state from its fields, each an array.

    Raises
    ------
    WrongError
        With what is wrong, as the end of a sentence.
    """
    if not set(arrays) >= USUAL or np.ndim(arrays["k"]) != 0:
        raise WrongError("holds states of another algorithm than its spec")
    names = fields_after(spec, int(arrays["k"]))
    if names is not None and set(arrays) != names:
        raise WrongError("holds states of another algorithm than its spec")
    values = {n: array.item() if array.ndim == 0 else array for n, array in arrays.items()}
    if names is None:
        carried = {name: arrays[name] for name in arrays if name not in USUAL}
        state = state_to_show(values | carried)
    else:
        state = spec.optimizer_after(values["k"] - 1).state_type(**values)
    if any(np.shape(x) != (spec.problem.dim,) or _kind(x) != np.float64 for x in _points(state)):
        raise WrongError("holds points of another problem")
    if any(type(getattr(state, name)) is not int for name in _COUNTS):
        raise WrongError("counts in other than whole numbers")
    if any(type(value) is not float for value in (state.f, state.best_f)):
        raise WrongError("holds a value that is not a number")
    return state


def _points(state: State) -> tuple[Any, Any]:
    return state.x, state.best_x


def _kind(x: Any) -> Any:
    return getattr(x, "dtype", None)


def samples_of(
    ks: NDArray[Any], metrics: Mapping[str, NDArray[Any]], x: NDArray[Any] | None, run: Run
) -> Samples:
    """Return metrics of a run.

    Raises
    ------
    WrongError
        With what is wrong, as the end of a sentence.
    """
    if ks.ndim != 1 or ks.dtype != np.int64 or (np.diff(ks) <= 0).any():
        raise WrongError("holds metrics of no iterations")
    if len(ks) and (ks[0] < 0 or ks[-1] > run.trace.last_k):
        raise WrongError("names other iterations than its run has")
    if any(values.shape != ks.shape for values in metrics.values()):
        raise WrongError("holds metrics of other iterations")
    if x is not None and x.shape != (len(ks), run.spec.problem.dim):
        raise WrongError("holds metrics of another problem")
    return Samples(ks, dict(metrics), x)
