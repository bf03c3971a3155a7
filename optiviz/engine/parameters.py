"""Typed parameters: declared once, and read by forms, command line, validation, docs and tests.

A class of parameters is a frozen dataclass whose fields carry a `Param`. Nothing else has to be
edited for a new field. Imports msgspec, the registry and how values are worded.
"""

import dataclasses
import math
import numbers
import types
import typing
from collections.abc import Iterator, Mapping, Sized
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, Self, dataclass_transform

import msgspec

from optiviz.engine import registry
from optiviz.engine.mistakes import Mistake as Mistake
from optiviz.engine.mistakes import SpecError as SpecError
from optiviz.engine.wording import joined, shown_number, shown_value

NumberScale = Literal["linear", "log"]


@dataclass(frozen=True)
class Param:
    """What a person needs to know to set one parameter.

    Attributes
    ----------
    help : str
        One sentence: what it does.
    label : str
        Words on screen; the field's name with spaces if empty.
    unit : str
        Unit of the number, if it has one.
    gt, ge, lt, le : float, optional
        Limits: above, at least, below, at most.
    scale : {"linear", "log"}
        How a slider moves over the range.
    choices : mapping, optional
        Words on screen for each value of a ``Literal``, or suggestions for a text.
    live : bool
        It may be changed while a run is going on.
    advanced : bool
        Forms show it behind "More".
    when : (str, tuple), optional
        Another field, and its values (names of a `Kind`) with which alone this one matters.
    unset : str
        What it means that it is left out, in a few words.
    zero : str
        What comes of 0, as a sentence, where that is allowed and seldom meant.
    max_length : int
        Longest text or sequence.
    """

    help: str
    label: str = ""
    unit: str = ""
    gt: float | None = None
    ge: float | None = None
    lt: float | None = None
    le: float | None = None
    scale: NumberScale = "linear"
    choices: Mapping[str, str] | None = dataclasses.field(default=None, hash=False)
    live: bool = False
    advanced: bool = False
    when: tuple[str, tuple[object, ...]] | None = None
    unset: str = ""
    zero: str = ""
    max_length: int = 100_000

    def limit_mistake(self, value: float) -> str | None:
        """Return the sentence for a number outside the limits, or None."""
        if not -math.inf < value < math.inf:
            return f"must be a finite number, is {value}"
        shown = shown_number(value)
        if self.gt is not None and not value > self.gt:
            return f"must be above {shown_number(self.gt)}, is {shown}"
        if self.ge is not None and not value >= self.ge:
            return f"must be at least {shown_number(self.ge)}, is {shown}"
        if self.lt is not None and not value < self.lt:
            return f"must be below {shown_number(self.lt)}, is {shown}"
        if self.le is not None and not value <= self.le:
            return f"must be at most {shown_number(self.le)}, is {shown}"
        return None


@dataclass(frozen=True)
class Field:
    """One declared parameter, as forms and documentation read it.

    Attributes
    ----------
    type : Any
        The bare type, without ``Annotated`` and ``None``.
    optional : bool
        None is allowed.
    required : bool
        It has no default.
    """

    name: str
    type: Any
    optional: bool
    param: Param
    default: Any
    required: bool

    @property
    def label(self) -> str:
        """Words on screen."""
        return self.param.label or self.name.replace("_", " ").capitalize()

    @property
    def options(self) -> tuple[str, ...]:
        """The values of a ``Literal``; empty for other types."""
        return typing.get_args(self.type) if typing.get_origin(self.type) is Literal else ()

    @property
    def item(self) -> Any:
        """The type of a sequence's items, or None."""
        return typing.get_args(self.type)[0] if typing.get_origin(self.type) is tuple else None


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=())
class Parameters:
    """A frozen set of typed parameters; subclasses become dataclasses by themselves.

    Raises
    ------
    SpecError
        By the constructor, naming every mistake.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        dataclass(frozen=True, kw_only=True)(cls)

    def __post_init__(self) -> None:
        mistakes: list[Mistake] = []
        for field in fields(type(self)):
            value = _checked(getattr(self, field.name), field, field.name, mistakes)
            object.__setattr__(self, field.name, value)
        if not mistakes:
            mistakes += [Mistake(path, message) for path, message in self.check()]
        if mistakes:
            raise SpecError(mistakes)

    def check(self) -> Iterator[tuple[str, str]]:
        """Yield (field, sentence) for settings that are impossible together."""
        yield from ()

    def replace(self, **values: Any) -> Self:
        """Return a copy with other values, checked."""
        return dataclasses.replace(self, **values)  # type: ignore[type-var]

    @classmethod
    def from_dict(cls, data: Any) -> Self:
        """Make the parameters from plain data.

        Raises
        ------
        SpecError
            Naming every mistake with its path.
        """
        mistakes: list[Mistake] = []
        made = decode(cls, data, "", mistakes)
        if mistakes:
            raise SpecError(mistakes)
        return typing.cast("Self", made)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data: dictionaries, lists, numbers, texts; None where it isn't usual."""
        values = ((field, getattr(self, field.name)) for field in fields(type(self)))
        return {f.name: _plain(v) for f, v in values if v is not None or f.default is not None}


class Kind(Parameters):
    """Parameters that are one of a family, chosen by name: an optimizer, a dataset, a problem.

    Defining a subclass with a `kind` makes it known to specs, forms, lists and common tests.

    Attributes
    ----------
    family : str
        The room it lives in, such as ``"optimizers"``.
    kind : str
        Its name in a spec.
    label : str
        Its name on screen.
    group : str
        Where lists put it, such as "Local search".
    source : str
        Author, year, and where to read on.
    groups : tuple of str
        Of a family: the order of the groups; others follow by name.
    listed : bool
        People choose it in lists and forms; else it comes by files alone.
    """

    family: ClassVar[str] = ""
    kind: ClassVar[str] = ""
    label: ClassVar[str] = ""
    group: ClassVar[str] = ""
    source: ClassVar[str] = ""
    groups: ClassVar[tuple[str, ...]] = ()
    listed: ClassVar[bool] = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__dict__.get("kind"):
            registry.add(cls)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, the kind first."""
        return {"kind": self.kind, **super().to_dict()}


def fields(cls: type[Parameters]) -> tuple[Field, ...]:
    """Return the declared parameters of a class, in order."""
    return _fields_of(typing.cast("Any", cls))  # to mypy, classes aren't hashable


@cache
def _fields_of(cls: Any) -> tuple[Field, ...]:
    hints = typing.get_type_hints(cls, include_extras=True)
    return tuple(_field(field, hints[field.name]) for field in dataclasses.fields(cls))


def _field(field: "dataclasses.Field[Any]", hint: Any) -> Field:
    param = Param("")
    if typing.get_origin(hint) is Annotated:
        hint, *extras = typing.get_args(hint)
        param = next(extra for extra in extras if isinstance(extra, Param))
    optional = False
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        choices = [arg for arg in typing.get_args(hint) if arg is not types.NoneType]
        optional = len(choices) < len(typing.get_args(hint))
        (hint,) = choices
    required = field.default is dataclasses.MISSING
    default = None if required else field.default
    return Field(field.name, hint, optional, param, default, required)


def decode(cls: type[Parameters], data: Any, path: str, mistakes: list[Mistake]) -> Any:
    """Make an instance of `cls` from plain data, adding each mistake to the list.

    Returns
    -------
    Parameters or None
        None where there was a mistake.
    """
    if isinstance(data, cls):
        return data
    if not isinstance(data, Mapping):
        sentence = f"must be a table of settings, is {shown_value(data)}"
        mistakes.append(Mistake(path or "spec", sentence))
        return None
    data = dict(data)
    before = len(mistakes)
    if issubclass(cls, Kind):
        chosen = _resolve(cls, data.pop("kind", None), path, mistakes)
        if chosen is None:
            return None
        cls = chosen
    known = {field.name: field for field in fields(cls)}
    for name in data:
        if name not in known:
            names = ", ".join(known)
            mistakes.append(Mistake(joined(path, name), f"is not known here; known are {names}"))
    values = {}
    for name, field in known.items():
        if name in data:
            values[name] = _decoded(data[name], field, joined(path, name), mistakes)
        elif field.required:
            mistakes.append(Mistake(joined(path, name), "is missing"))
    if len(mistakes) > before:  # there is nothing to make, but more to say
        for name, value in values.items():
            if value is not None and not _is_parameters(known[name].item):
                _checked(value, known[name], joined(path, name), mistakes)
        return None
    try:
        return cls(**values)
    except SpecError as error:
        mistakes += [Mistake(joined(path, m.path), m.message) for m in error.mistakes]
        return None


def _resolve(
    cls: type[Kind], name: Any, path: str, mistakes: list[Mistake]
) -> type[Parameters] | None:
    found = registry.known(cls.family).get(name) if isinstance(name, str) else None
    if found is not None:
        return typing.cast("type[Parameters]", found)
    what = "is missing" if name is None else f"{shown_value(name)} is not known"
    message = f"{what}; known are {', '.join(registry.kinds(cls.family))}"
    mistakes.append(Mistake(joined(path, "kind"), message))
    return None


def _decoded(value: Any, field: Field, path: str, mistakes: list[Mistake]) -> Any:
    """Turn plain data into the field's type where it is nested; the constructor checks the rest."""
    if value is None or isinstance(value, Parameters):
        return value
    if _is_parameters(field.type):
        return decode(field.type, value, path, mistakes)
    if field.item is not None and isinstance(value, list | tuple):
        if _is_parameters(field.item):
            if len(value) > field.param.max_length:
                mistakes.append(Mistake(path, _too_many(field, value)))
                return ()
            return tuple(
                decode(field.item, item, f"{path}[{i}]", mistakes) for i, item in enumerate(value)
            )
        return tuple(value)
    return value


def _checked(value: Any, field: Field, path: str, mistakes: list[Mistake]) -> Any:
    """Return the value in its field's type, or add the mistake."""
    if value is None:
        if not field.optional:
            mistakes.append(Mistake(path, "must be set"))
        return value
    if field.item is not None:
        if not isinstance(value, list | tuple):
            mistakes.append(Mistake(path, f"must be a list, is {shown_value(value)}"))
            return value
        if len(value) > field.param.max_length:
            mistakes.append(Mistake(path, _too_many(field, value)))
            return value
        param = dataclasses.replace(field.param, max_length=Param.max_length)  # was the sequence's
        item = dataclasses.replace(field, type=field.item, optional=False, param=param)
        made, before = [], len(mistakes)
        for i, each in enumerate(value):
            made.append(_checked(each, item, f"{path}[{i}]", mistakes))
            if len(mistakes) - before == _MOST_ITEMS:
                mistakes.append(Mistake(path, "has more mistakes, maybe; these were the first"))
                break
        return tuple(made)
    if field.options:
        if value not in field.options:
            known = ", ".join(field.options)
            mistakes.append(Mistake(path, f"{shown_value(value)} is not known; known are {known}"))
        return value
    if _is_parameters(field.type):
        if not isinstance(value, field.type):
            mistakes.append(Mistake(path, f"must be a table of settings, is {shown_value(value)}"))
        return value
    return _checked_leaf(value, field, path, mistakes)


_MOST_ITEMS = 5  # of a sequence, whose mistakes are told
_WORDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}


def _checked_leaf(value: Any, field: Field, path: str, mistakes: list[Mistake]) -> Any:
    wrong_type = f"must be {_WORDS[field.type]}, is {shown_value(value)}"
    try:
        if type(value) is not bool and isinstance(value, numbers.Real):  # numpy's become plain
            if isinstance(value, numbers.Integral) and field.type is not float:
                value = int(value)
            else:
                value = float(value)
        made = msgspec.convert(value, field.type)
    except (msgspec.ValidationError, UnicodeEncodeError):  # half a character is no text
        mistakes.append(Mistake(path, wrong_type))
        return value
    except OverflowError:
        mistakes.append(Mistake(path, "must be a finite number, is too large"))
        return value
    message = None
    if field.type in (int, float):
        message = field.param.limit_mistake(made)
    elif field.type is str and len(made) > field.param.max_length:
        longest = f"{field.param.max_length:,}"
        message = f"must have at most {longest} characters, has {len(made):,}"
    if message is not None:
        mistakes.append(Mistake(path, message))
    return made


def _too_many(field: Field, value: Sized) -> str:
    return f"must have at most {field.param.max_length:,} items, has {len(value):,}"


def _is_parameters(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Parameters)


def _plain(value: Any) -> Any:
    if isinstance(value, Parameters):
        return value.to_dict()
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
