"""Kinds and their settings as plain data, for other programs. Imports how they are declared."""

import inspect
from typing import Any

from optiviz.engine.parameters import Field, Kind, Parameters, fields

_TYPES = {bool: "flag", int: "whole number", float: "number", str: "text"}


def description(cls: type[Kind]) -> dict[str, Any]:
    """Return what there is to know of a kind without making one.

    Returns
    -------
    dict
        With "name", "label", "group", "source", "doc" and "parameters", the last as `settings`
        returns them.
    """
    return {
        "name": cls.kind,
        "label": cls.label,
        "group": cls.group,
        "source": cls.source,
        "doc": inspect.cleandoc(cls.__doc__ or ""),
        "parameters": settings(cls),
    }


def settings(cls: type[Parameters]) -> list[dict[str, Any]]:
    """Return the settings of a class in order.

    Returns
    -------
    list of dict
        Each with "name", "label", "help", "type", "default", "required", "optional" (it may be
        left out), "limits" (ge, gt, le, lt, as far as there are any), "choices" (words for each
        value), "unit" and "live"; a type that is a kind of a family names the "family", one with
        settings of its own lists its "parameters".
    """
    return [_setting(field) for field in fields(cls)]


def _setting(field: Field) -> dict[str, Any]:
    param = field.param
    limits = {name: getattr(param, name) for name in ("ge", "gt", "le", "lt")}
    words = param.choices or {}
    return {
        "name": field.name,
        "label": field.label,
        "help": param.help,
        **_type(field),
        "default": _plain(field.default),
        "required": field.required,
        "optional": field.optional,
        "limits": {name: limit for name, limit in limits.items() if limit is not None},
        "choices": {value: words.get(value, value) for value in field.options or words},
        "unit": param.unit,
        "live": param.live,
    }


def _type(field: Field) -> dict[str, Any]:
    bare = field.item or field.type
    found: dict[str, Any] = {"type": _TYPES.get(bare, "choice")}
    if isinstance(bare, type) and issubclass(bare, Kind):
        found = {"type": "kind", "family": bare.family}
    elif isinstance(bare, type) and issubclass(bare, Parameters):
        found = {"type": "settings", "parameters": settings(bare)}
    if field.item is not None:
        found["type"] = f"list of {found['type']}"
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Parameters):
        return value.to_dict()
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
