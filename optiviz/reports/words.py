"""Runs in words and tables, for reports: settings as people read them, changes, numbers, TOML."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optiviz.engine.optimizer import Optimizer
from optiviz.engine.parameters import Field, Kind, Parameters, fields
from optiviz.engine.problem import Problem
from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.engine.wording import measured
from optiviz.problems import OneVariable

_SHOWN = 24  # items of a list of numbers
_LONGEST_TEXT = 400
_SHORT = 3  # numbers of a point that a sentence names


@dataclass(frozen=True)
class Setting:
    """One setting, as a row of a table."""

    label: str
    value: str
    help: str
    is_set: bool = True


@dataclass(frozen=True)
class Group:
    """Settings that belong together, under a title."""

    title: str
    settings: tuple[Setting, ...]


def figure_of(value: float) -> str:
    """Return a number as people read it, exact enough to compare runs by."""
    return measured(value, digits=6 if abs(value) >= 1 else 4)


def value_of(run: Run, f: float) -> float:
    """Return the value that is minimised as people read it."""
    return float(run.spec.problem.reading.value(np.array(f)))


def seconds_of(value: float) -> str:
    """Return a time of computing with its unit."""
    if value < 1:
        return f"{1000 * value:.3g} ms"
    if value < 120:
        return f"{value:.3g} s"
    minutes, seconds = divmod(round(value), 60)
    return f"{minutes:,} min {seconds} s"


# Settings


def groups(spec: RunSpec) -> list[Group]:
    """Return all settings of a run in tables: problem, algorithm, end, start and seed."""
    found = [*_groups("What is optimised", spec.problem)]
    found += _groups("Algorithm", spec.optimizer)
    found += _groups("Finish when", spec.stopping)
    known = {field.name: field for field in fields(RunSpec)}
    chosen = [setting_words(known[name], getattr(spec, name)) for name in ("seed", "start")]
    return [*found, Group("Randomness and start", tuple(chosen))]


def _groups(title: str, parameters: Parameters) -> Iterator[Group]:
    own: list[Setting] = []
    inner: list[Group] = []
    if isinstance(parameters, Kind):
        own.append(Setting("Kind", parameters.label, f'kind = "{parameters.kind}"'))
    for field in fields(type(parameters)):
        value = getattr(parameters, field.name)
        if isinstance(value, Parameters):
            inner += _groups(field.label, value)
        elif isinstance(value, tuple) and value and isinstance(value[0], Parameters):
            for i, item in enumerate(value, 1):
                label = field.label.removesuffix("s")
                own.append(Setting(f"{label} {i}", _in_line(item), field.param.help))
        else:
            own.append(setting_words(field, value))
    yield Group(title, tuple(own))
    yield from inner


def _in_line(parameters: Parameters) -> str:
    parts = (
        f"{field.label.lower()} {_value(field, getattr(parameters, field.name))}"
        for field in fields(type(parameters))
        if getattr(parameters, field.name) is not None
    )
    return ", ".join(parts)


def setting_words(field: Field, value: Any) -> Setting:
    """Return a setting as a row of a table."""
    shown = (field.param.unset or "not set") if value is None else _value(field, value)
    return Setting(field.label, shown, field.param.help, value is not None)


def _value(field: Field, value: Any) -> str:
    """Return a value in words: a choice's, with the unit, true as yes."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        words = (field.param.choices or {}).get(value)
        if words is not None:
            plain = value.replace("_", " ")
            return words if plain.lower() in words.lower() else f"{words} ({value})"
        return value if len(value) <= _LONGEST_TEXT else value[: _LONGEST_TEXT - 1] + "…"
    if isinstance(value, tuple):
        items = ", ".join(map(_plain_number, value[:_SHOWN]))
        return items if len(value) <= _SHOWN else f"{items}, … ({len(value):,} in all)"
    if isinstance(value, Parameters):
        return _in_line(value)
    unit = f" {field.param.unit}" if field.param.unit else ""
    # A seed is a name more than a number: no separators, so that it can be copied.
    shown = str(value) if isinstance(value, int) and "seed" in field.name else _plain_number(value)
    return shown + unit


def _plain_number(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return f"{value!r}".removesuffix(".0") if isinstance(value, float) else str(value)


# Sentences


def start_sentence(run: Run) -> str:
    """Say where a run began."""
    state, reading = run.trace.snapshot(0), run.spec.problem.reading
    value = f"{reading.name}: {figure_of(value_of(run, state.f))}"
    if run.spec.start is not None:
        where = "the start point that was set"
    else:
        where = f"a start point drawn with seed {run.spec.seed}"
    if len(state.x) <= _SHORT:
        where = f"{called(run.spec.problem)} = {_point(state.x.tolist())}"
    return f"It began at {where} ({value})."


def called(problem: Problem) -> str:
    """Return what the point that is searched is called."""
    return problem.variable if isinstance(problem, OneVariable) else "x"


def _point(x: Sequence[float]) -> str:
    """Return a point of one number or of a few."""
    shown = [f"{v:g}".replace("-", "−", 1) for v in x]
    return shown[0] if len(shown) == 1 else f"({', '.join(shown)})"


def end_sentence(run: Run) -> str:
    """Say why a run ended."""
    if run.failure is not None:
        return f"It failed: {run.failure.sentence}."
    if run.stop_reason is None:
        return "It has not ended yet; this is how far it came."
    return run.stop_reason.value


def change_sentences(spec: RunSpec) -> list[str]:
    """Say what was changed while the run was going on, one sentence a change."""
    found, before = [], spec.optimizer
    for change in spec.changes:
        parts = []
        if change.optimizer is not None:
            parts.append(_difference(before, change.optimizer))
            before = change.optimizer
        if change.x is not None:
            moved = f" to x = {_point(change.x)}" if len(change.x) <= _SHORT else ""
            parts.append(f"the point was moved by hand{moved}")
        found.append(f"After iteration {change.at:,} {' and '.join(parts)}.")
    return found


def _difference(before: Optimizer, after: Optimizer) -> str:
    if type(before) is not type(after):
        return f"the algorithm became {after.label.lower()}: {after.sentence().rstrip('.')}"
    parts = []
    for field in fields(type(after)):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if old != new:
            values = (setting_words(field, value).value for value in (old, new))
            parts.append(f"{field.label.lower()} went from {' to '.join(values)}")
    return " and ".join(parts) or "the same settings were set again"


# Spec files


def spec_file(spec: RunSpec) -> tuple[str, str]:
    """Return a name and a text that `RunSpec.load` reads, and that give the same run.

    It is TOML, or JSON where a setting is None: TOML has no word for that.
    """
    table = spec.to_dict()
    if _has_none(table):
        return "run.json", spec.to_json() + "\n"
    return "run.toml", toml(table)


def _has_none(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_none, value.values()))
    return any(map(_has_none, value)) if isinstance(value, list) else value is None


def toml(table: dict[str, Any]) -> str:
    """Return plain data, without None, as a TOML text that `RunSpec.load` reads."""
    return "\n".join(_toml_lines(table, ())) + "\n"


def _toml_lines(table: dict[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    if path:
        yield f"[{'.'.join(path)}]"
    for key, value in table.items():
        if not isinstance(value, dict):
            yield f"{key} = {_toml_value(value)}"
    for key, value in table.items():
        if isinstance(value, dict):
            yield ""
            yield from _toml_lines(value, (*path, key))


def _toml_value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, dict):
        inside = ", ".join(f"{key} = {_toml_value(item)}" for key, item in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml_value, value))}]"
    return repr(value)
