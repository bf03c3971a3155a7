"""What everything keeps that is chosen by name and set by typed fields; and what all checks use."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np

from optiviz.engine import registry
from optiviz.engine.optimizer import Optimizer
from optiviz.engine.parameters import Field, Kind, Parameters, SpecError, fields
from optiviz.engine.problem import Problem

P = TypeVar("P", bound=Parameters)


def require(condition: bool, sentence: str) -> None:
    """Raise an AssertionError with the sentence where a promise is not kept."""
    if not condition:
        raise AssertionError(sentence)


def name_of(params: Parameters) -> str:
    """Return what sentences call it."""
    return type(params).__name__


def described(params: Parameters) -> str:
    """Return a kind's name with the settings that are not as usual: "momentum-0.05-9"."""
    usual = type(params)()
    names = [field.name for field in fields(type(params))]
    changed = [n for n in names if getattr(params, n) != getattr(usual, n)]
    shown = [str(getattr(params, n)).split("(")[0] for n in changed]
    return "-".join([getattr(params, "kind", name_of(params)), *shown])


def bits(value: Any) -> bytes:
    """Return what has to be equal for two values to be the same to the last bit."""
    return np.ascontiguousarray(value).tobytes()


def in_threads(works: Sequence[Callable[[], object]]) -> None:
    """Do all at the same time; an exception in one is raised here."""
    with ThreadPoolExecutor(len(works)) as pool:
        for done in [pool.submit(work) for work in works]:
            done.result()


def check_kind(kind: Kind) -> None:
    """Check that it can be found by its name, written down, read again, and shown in a form."""
    name = name_of(kind)
    known = registry.known(kind.family).get(kind.kind)
    require(known is type(kind), f"{name} is not what the registry knows as {kind.kind!r}")
    require(bool(kind.label), f"{name} has no label to show")
    again = type(kind).from_dict(kind.to_dict())
    require(again == kind, f"{name} is not the same after to_dict and from_dict")
    known_fields = {field.name: field for field in fields(type(kind))}
    for field in known_fields.values():
        require(bool(field.param.help), f"{name}.{field.name} has no help")
        if field.param.when is not None:
            other, values = field.param.when
            there = other in known_fields and set(values) <= set(known_fields[other].options)
            require(there, f"{name}.{field.name} matters with {other} = {values}, which can't be")
    sentence = kind.sentence() if isinstance(kind, Optimizer | Problem) else "Fine."
    require(sentence.endswith("."), f"{name}.sentence() doesn't end with a full stop: {sentence}")


def at_limits(params: P) -> Iterator[tuple[str, P]]:
    """Yield (field, parameters) with each field at each end of what it may be.

    Raises
    ------
    AssertionError
        If a value inside the limits is refused because of them, or one outside is not.
    """
    for field in fields(type(params)):
        values: Sequence[Any] = field.options
        if field.type is bool:
            values = (False, True)
        elif field.type in (int, float):
            inside, outside = _ends(field)
            values = inside
            for value in outside:
                _refused(params, field, value)
        for value in values:
            made = _with(params, field, value)
            if made is not None:
                yield field.name, made


def _ends(field: Field) -> tuple[list[Any], list[Any]]:
    """Return the outermost values inside the limits, and the first outside."""
    whole, param = field.type is int, field.param

    def beyond(limit: float, sign: int) -> Any:
        return int(limit) + sign if whole else float(np.nextafter(limit, sign * np.inf))

    def at(limit: float) -> Any:
        return int(limit) if whole else float(limit)

    inside, outside = [], []
    for closed, open_, sign in ((param.ge, param.gt, -1), (param.le, param.lt, 1)):
        if closed is not None:
            inside.append(at(closed))
            outside.append(beyond(closed, sign))
        elif open_ is not None:
            inside.append(beyond(open_, -sign))
            outside.append(at(open_))
    if not whole:
        outside += [np.nan, np.inf, -np.inf]
    return inside, outside


def _with(params: P, field: Field, value: Any) -> P | None:
    """Return parameters with another value, or None where other fields are against it."""
    try:
        return params.replace(**{field.name: value})
    except SpecError as error:
        limit = field.param.limit_mistake(value) if isinstance(value, int | float) else None
        require(
            limit is None and all(m.message and m.path for m in error.mistakes),
            f"{name_of(params)}.{field.name} = {value} is inside its limits, but refused: {error}",
        )
        return None


def _refused(params: Parameters, field: Field, value: Any) -> None:
    where = f"{name_of(params)}.{field.name}"
    try:
        params.replace(**{field.name: value})
    except SpecError as error:
        require(
            any(mistake.path == field.name for mistake in error.mistakes),
            f"{where} = {value} is refused without naming the field: {error}",
        )
    else:
        raise AssertionError(f"{where} = {value} is outside its limits, but was taken")
