"""The settings in which runs differ, side by side, in the words of forms."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from optiviz.engine.parameters import Field, Kind, Parameters, fields
from optiviz.engine.spec import RunSpec
from optiviz.engine.wording import lowered

__all__ = ["MISSING", "Compared", "differences", "side_by_side"]

MISSING = "not there"
_FEW = 4  # numbers of a list that are shown
_WORDS = {"problem": "", "optimizer": "Algorithm", "stopping": "Finish when"}  # as on screen
_Place = tuple[str, str, Any]  # a value, how it reads, and itself


@dataclass(frozen=True)
class Compared:
    """One setting of several runs.

    Attributes
    ----------
    path : str
        As on the command line, such as "optimizer.step_size".
    label : str
        As in a form, after the labels of what it is part of.
    values : tuple of str
        One for each run, as people read it.
    differs : bool
        They are not all the same.
    """

    path: str
    label: str
    values: tuple[str, ...]
    differs: bool


def differences(specs: Sequence[RunSpec]) -> list[Compared]:
    """Return the settings in which some of the runs differ, in the order of a spec."""
    return [setting for setting in side_by_side(specs) if setting.differs]


def side_by_side(specs: Sequence[RunSpec]) -> list[Compared]:
    """Return all settings that one of the runs has, in the order of a spec."""
    found = [dict(_walk(spec, "", "")) for spec in specs]
    paths: dict[str, str] = {}
    for one in found:
        _merge(paths, {path: label for path, (label, _, _) in one.items()})
    made = []
    for path, label in paths.items():
        places = [one.get(path) for one in found]
        texts = [MISSING if place is None else place[1] for place in places]
        values = [None if place is None else (place[2],) for place in places]
        differs = any(value != values[0] for value in values[1:])
        if differs:
            texts = _apart(texts, values)
        made.append(Compared(path, label, tuple(texts), differs))
    return made


def _merge(paths: dict[str, str], more: dict[str, str]) -> None:
    """Add paths that are new, each behind the one that it follows."""
    if not paths or all(path in paths for path in more):
        paths.update({path: label for path, label in more.items() if path not in paths})
        return
    order, before = list(paths), -1
    labels = more | paths
    for path in more:
        if path in paths:
            before = order.index(path)
        else:
            before += 1
            order.insert(before, path)
    paths.clear()
    paths.update({path: labels[path] for path in order})


def _walk(made: Parameters, path: str, label: str) -> Iterator[tuple[str, _Place]]:
    """Yield the settings of typed parameters: path, and label, text and value."""
    for field in fields(type(made)):
        inside = f"{path}.{field.name}" if path else field.name
        name = field.label if path else _WORDS.get(field.name, field.label)
        said = f"{label} · {lowered(name)}" if label else name
        yield from _settings_of(field, getattr(made, field.name), inside, said)


def _settings_of(field: Field, value: Any, path: str, label: str) -> Iterator[tuple[str, _Place]]:
    if isinstance(value, Parameters):
        if isinstance(value, Kind):
            words = value.label or value.kind.replace("_", " ")
            yield f"{path}.kind", (label, words, value.kind)
        yield from _walk(value, path, label)
    elif isinstance(value, tuple) and value and all(isinstance(v, Parameters) for v in value):
        yield f"{path}", (label, f"{len(value):,}", len(value))
        one = label.removesuffix("s")
        for i, item in enumerate(value):
            yield from _walk(item, f"{path}.{i}", f"{one} {i + 1}")
    else:
        yield path, (label, _said(field, value), value)


def _said(field: Field, value: Any) -> str:
    """Return a plain value as people read it."""
    if value is None:
        return field.param.unset or "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, int | float):
        return _number(value) + (f" {field.param.unit}" if field.param.unit else "")
    if isinstance(value, tuple):
        return _listed(value)
    words = field.param.choices or {}
    return str(words.get(value, value))


def _number(value: float) -> str:
    """Return a number with all its digits: two that differ must not read the same."""
    return (
        f"{value:,}"
        if isinstance(value, int) and value >= 10_000
        else repr(value).removesuffix(".0")
    )


def _listed(values: tuple[Any, ...]) -> str:
    if not values:
        return "none"
    shown = ", ".join(_number(v) if isinstance(v, int | float) else str(v) for v in values[:_FEW])
    return f"({shown})" if len(values) <= _FEW else f"({shown}, …), {len(values):,} in all"


def _apart(texts: list[str], values: list[tuple[Any] | None]) -> list[str]:
    """Say where long lists differ that begin alike."""
    lists = [v[0] for v in values if v is not None and isinstance(v[0], tuple)]
    if len(set(texts)) == len(set(values)) or len(lists) < 2:
        return texts
    shortest = min(map(len, lists))
    at = next((i for i in range(shortest) if len({one[i] for one in lists}) > 1), shortest)
    said = []
    for text, value in zip(texts, values, strict=True):
        if value is not None and isinstance(value[0], tuple):
            there = value[0][at] if at < len(value[0]) else MISSING
            there = _number(there) if isinstance(there, int | float) else there
            text = f"{text}; number {at + 1:,} is {there}"
        said.append(text)
    return said
