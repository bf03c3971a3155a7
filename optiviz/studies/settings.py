"""Settings by their path in a spec: how they are declared, and how they and their values read.

A path is what the command line takes, such as ``problem.network.layers.0.units``.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from optiviz.engine import registry
from optiviz.engine.parameters import Field, Kind, Parameters, fields
from optiviz.engine.spec import RunSpec
from optiviz.engine.wording import lowered, rounded

# What people call the choice of one of a family.
_FAMILIES = {
    "optimizers": "algorithm",
    "problems": "problem",
    "datasets": "data",
    "functions": "function",
    "schedules": "schedule",
}


class Setting(NamedTuple):
    """One setting of a spec.

    Attributes
    ----------
    path : str
    field : Field or None
        How it is declared; None for a `kind`, an item of a list, and what isn't known.
    label : str
        What people call it, such as "learning rate".
    """

    path: str
    field: Field | None
    label: str

    def value_label(self, value: Any) -> str:
        """Return a value of it, as plain data or parameters, in a word or a few."""
        if self.path.rpartition(".")[2] == "kind" and isinstance(value, str):
            return _kind_label(value, self.label)
        choices = self.field.param.choices if self.field is not None else None
        if choices and isinstance(value, str) and value in choices:
            words = choices[value]
            return words if " " in words else lowered(words)
        if value is None and self.field is not None and self.field.param.unset:
            return self.field.param.unset
        return shown(value)

    def named(self, value: Any) -> str:
        """Return the setting with a value, as "learning rate 0.1"; a kind or a table by itself."""
        words = self.value_label(value)
        alone = self.path.rpartition(".")[2] == "kind" or _is_table(value)
        return words if alone else f"{self.label} {words}"


def setting(spec: RunSpec, path: str) -> Setting:
    """Return the setting at a path of a spec.

    Parameters
    ----------
    spec : RunSpec
        In which it is looked up: other kinds have other settings.
    path : str
        One that leads nowhere has no field, and is called by its last word.
    """
    found: Any = spec
    field: Field | None = None
    place = ""
    *_, name = steps = path.split(".")
    for i, step in enumerate(steps):
        if isinstance(found, Kind) and step == "kind":
            return Setting(path, None, _FAMILIES.get(found.family, found.family))
        if isinstance(found, Parameters):
            field = next((f for f in fields(type(found)) if f.name == step), None)
            found = None if field is None else getattr(found, step)
        elif isinstance(found, tuple) and step.isdecimal() and int(step) < len(found):
            place = _place(steps[i - 1], int(step), len(found))
            found, field = found[int(step)], None
        else:
            found, field = None, None
    if field is not None:
        words = field.label
    elif name.isdecimal() and place:
        return Setting(path, None, place)
    else:
        words = name.replace("_", " ")
    return Setting(path, field, f"{place} {lowered(words)}".strip())


def settings(spec: RunSpec, paths: tuple[str, ...] | list[str]) -> list[Setting]:
    """Return several settings; those that people call the same are told apart by their paths."""
    found = [setting(spec, path) for path in paths]
    labels = [each.label for each in found]
    return [
        each if labels.count(each.label) == 1 else each._replace(label=each.path) for each in found
    ]


def value_at(spec: RunSpec, path: str) -> Any:
    """Return the value at a path of a spec, as plain data; None where there is nothing."""
    found: Any = spec.to_dict()
    for step in path.split("."):
        if isinstance(found, Mapping):
            found = found.get(step)
        elif isinstance(found, list) and step.isdecimal() and int(step) < len(found):
            found = found[int(step)]
        else:
            return None
    return found


def shown(value: Any) -> str:
    """Return any value of a setting in a word or a few."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}".replace("-", "−")
    if isinstance(value, float):
        return rounded(value, 6)
    if isinstance(value, str):
        return value
    if isinstance(value, Parameters):
        return shown(value.to_dict())
    if isinstance(value, Mapping):
        return _table(value)
    return _list(list(value))


def _list(values: list[Any]) -> str:
    if not values:
        return "none"
    if all(isinstance(v, Mapping) and set(v) <= {"units", "activation"} for v in values):
        # Layers: those of usual units by their numbers alone.
        return ", ".join(" ".join(str(part) for part in v.values()) for v in values)
    words = ", ".join(map(shown, values[:4]))
    return f"({words}, … {len(values):,} in all)" if len(values) > 4 else f"({words})"


def _table(table: Mapping[str, Any]) -> str:
    kind = table.get("kind")
    inside = [f"{name.replace('_', ' ')} {shown(v)}" for name, v in table.items() if name != "kind"]
    words = ", ".join(inside)
    if not isinstance(kind, str):
        return words
    label = _kind_label(kind)
    return f"{label} ({words})" if words else label


def _kind_label(kind: str, family_label: str = "") -> str:
    """Return the label of a kind, looked up in the family of that label, else in all."""
    for family, label in _FAMILIES.items():
        if family_label in ("", label):
            found = registry.kinds(family).get(kind)
            if found is not None:
                return str(found.label)
    return kind


def _is_table(value: Any) -> bool:
    return isinstance(value, Mapping | Parameters)


def _place(name: str, place: int, of: int) -> str:
    """Return which item of a list is meant; the only hidden layer needs no word."""
    if name != "layers":
        return f"{name} {place + 1}"
    if place == of - 1:
        return "output" if of > 1 else ""
    return "" if of == 2 else f"layer {place + 1}"
