"""Runs that can be shown and not led on: what they are made of is not known here, or is newer."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optiviz.engine import registry
from optiviz.engine.optimizer import Channel, State
from optiviz.engine.parameters import SpecError
from optiviz.engine.problem import Problem, Reading
from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StoppingCriterion
from optiviz.engine.wording import one_line
from optiviz.optimizers.unknown import Unknown, UnknownState
from optiviz.problems.recorded import RecordedProblem

_LONGEST = 60  # characters of a name
_MOST_NAMES = 1_000_000


def is_like_spec(data: Any) -> bool:
    """Whether plain data name a problem, an algorithm and an end, whatever these are."""
    if not isinstance(data, Mapping) or not isinstance(data.get("stopping"), Mapping):
        return False
    parts = (data.get("problem"), data.get("optimizer"))
    return all(isinstance(p, Mapping) and isinstance(p.get("kind"), str) for p in parts)


def why_unknown(error: SpecError) -> str:
    """Return the end of a sentence on what is not understood of a spec."""
    first = error.mistakes[0]
    message = first.message.partition("; known are")[0]
    missing = "; a plug-in may be missing, or a newer version" * (message != first.message)
    more = len(error.mistakes) - 1
    others = f" (and {more:,} more)" * (more > 0)
    return one_line(f"{first.path}: {message}{others}{missing}")[:300]


def spec_to_show(
    data: Mapping[str, Any],
    why: str,
    *,
    newer: bool,
    dim: int,
    channels: Sequence[Channel],
    reading: Reading,
) -> RunSpec:
    """Return a spec with which what a run did can be shown.

    Parameters
    ----------
    data : mapping
        The spec as it is stored, as far as `is_like_spec`.
    why : str
        The end of the sentence that says why it can only be looked at.
    newer : bool
        More is stored than is understood here, so that it can't be stored again.
    dim : int
        The numbers that a point has.
    channels : sequence of Channel
        What the algorithm reports.
    reading : Reading
        Of the values, where the problem is not known.

    Raises
    ------
    SpecError
        If not even that can be made.
    """
    stopping = StoppingCriterion(max_iterations=10**12)
    with suppress(SpecError):
        stopping = StoppingCriterion.from_dict(data["stopping"])
    seed = data.get("seed")
    known_seed = type(seed) is int and 0 <= seed < 2**32
    unknown = Unknown(
        name=one_line(data["optimizer"]["kind"])[:_LONGEST] or "an algorithm",
        why=why,
        spec=json.dumps(data, allow_nan=False),
        newer=newer,
        channel_names=tuple(channel.name for channel in channels),
        channel_labels=tuple(channel.label for channel in channels),
        log_channels=tuple(channel.name for channel in channels if channel.scale == "log"),
    )
    return RunSpec(
        problem=_problem(data["problem"], dim, reading),
        optimizer=unknown,
        stopping=stopping,
        seed=seed if known_seed and seed is not None else 1,
    )


def _problem(data: Any, dim: int, reading: Reading) -> Problem:
    with suppress(SpecError):
        found: Problem = Problem.from_dict(data)
        if found.dim == dim:
            return found
    return RecordedProblem(
        measure=one_line(reading.name)[:_LONGEST] or "value",
        better="higher" if reading.more_is_better else "lower",
        offset=reading.offset,
        names=tuple(f"x{i + 1}" for i in range(min(dim, _MOST_NAMES))),
    )


def state_to_show(values: Mapping[str, Any]) -> State:
    """Return a state of any algorithm.

    Raises
    ------
    KeyError
        If what every state has is missing.
    """
    usual = {field.name: values[field.name] for field in fields(State)}
    rest = ((name, np.asarray(value)) for name, value in values.items() if name not in usual)
    return UnknownState(**usual, carried=tuple(rest))


def stored_spec(run: Run) -> dict[str, Any]:
    """Return the spec of a run as it is stored: of one that is not known, as it was stored."""
    return as_stored(run.spec)


def as_stored(spec: RunSpec) -> dict[str, Any]:
    """Return a spec as it is stored."""
    if isinstance(spec.optimizer, Unknown):
        found: dict[str, Any] = json.loads(spec.optimizer.spec)
        return found
    return spec.to_dict()


def why_not_stored(run: Run) -> str:
    """Return why storing a run would lose something, as the end of a sentence; or nothing."""
    optimizer = run.spec.optimizer
    if isinstance(optimizer, Unknown) and optimizer.newer:
        return f"{optimizer.why}, so that saving it again would lose something; copy its file"
    return ""


def unknown_kind(algorithm: str, problem: str, dataset: str) -> str:
    """Return why a run of these kinds can only be looked at, in a sentence; or nothing."""
    for what, family, kind in (
        ("algorithm", "optimizers", algorithm),
        ("problem", "problems", problem),
        ("dataset", "datasets", dataset),
    ):
        if kind and kind not in registry.known(family):
            return (
                f"The {what} {kind!r} is not known here: a plug-in may be missing, or a newer "
                "version; the run can only be looked at."
            )
    return ""


def channels_of(found: Any, n: int) -> tuple[Channel, ...]:
    """Return what n stored channels are called; they have numbers where that was not stored.

    Raises
    ------
    ValueError
        If what was stored does not say it.
    """
    if found is None:
        return tuple(Channel(f"channel_{i + 1}", f"channel {i + 1}") for i in range(n))
    rows = [tuple(row) for row in found if isinstance(row, list) and len(row) == 3]
    texts = all(isinstance(word, str) and len(word) <= 200 for row in rows for word in row)
    if len(rows) != n or len(found) != n or not texts or len({row[0] for row in rows}) < n:
        raise ValueError("names other channels than its trace has")
    log = ("linear", "log")
    return tuple(Channel(one_line(a), one_line(b), log[c == "log"]) for a, b, c in rows)  # type: ignore[arg-type]


def point_size(arrays: Mapping[str, NDArray[Any]]) -> int:
    """Return how many numbers the points of stacked states have.

    Raises
    ------
    ValueError
        If they are none.
    """
    x = arrays.get("x")
    if x is None or x.ndim != 2:
        raise ValueError("holds no points")
    return int(x.shape[1])
