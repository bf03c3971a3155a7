"""Which kinds there are: every class with a `kind`, found by looking into the rooms.

A room is a package such as ``optiviz.optimizers``; each file in it is imported when a name is
first looked up. Other distributions add kinds through entry points of the group
``optiviz.<family>``, and a script by defining a class.
"""

import importlib
import pkgutil
import threading
import warnings
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optiviz.engine.parameters import Kind

_known: dict[str, dict[str, Any]] = {}
_loaded: set[str] = set()
_loading = threading.RLock()


def add(cls: "type[Kind]") -> None:
    """Make a class known by its family and kind.

    Raises
    ------
    ValueError
        If another class of this family has the same kind.
    """
    family = _known.setdefault(cls.family, {})
    other = family.get(cls.kind)
    if other is not None and other.__qualname__ != cls.__qualname__:
        raise ValueError(f"{cls.family}: two classes have the kind {cls.kind!r}: {other}, {cls}")
    family[cls.kind] = cls


def kinds(family: str) -> dict[str, Any]:
    """Return the classes of a family that people choose from, by kind, sorted by kind.

    Parameters
    ----------
    family : str
        Such as ``"optimizers"``.
    """
    return {kind: cls for kind, cls in known(family).items() if cls.listed}


def known(family: str) -> dict[str, Any]:
    """Return every class of a family by kind, sorted, those too that only specs may name."""
    with _loading:
        if family not in _loaded:
            _loaded.add(family)
            try:
                _load(family)
            except BaseException:
                _loaded.discard(family)  # so that the next look fails too, and isn't half empty
                raise
        return dict(sorted(_known.get(family, {}).items()))


def in_groups(classes: "Iterable[type[Kind]]") -> "dict[str, list[type[Kind]]]":
    """Return classes of a family by group, as lists show them: groups in their order, then labels.

    Parameters
    ----------
    classes : iterable of type of Kind
        Such as the values of `kinds`.
    """
    found: dict[str, list[type[Kind]]] = {}
    for cls in sorted(classes, key=lambda cls: cls.label or cls.kind):
        found.setdefault(cls.group, []).append(cls)

    def place(group: str) -> tuple[int, str]:
        order = found[group][0].groups
        return (order.index(group) if group in order else len(order)), group

    return {group: found[group] for group in sorted(found, key=place)}


def _load(family: str) -> None:
    package = importlib.import_module(f"optiviz.{family}")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"optiviz.{family}.{module.name}")
    for entry in entry_points(group=f"optiviz.{family}"):
        try:
            entry.load()
        except Exception as error:  # a broken plug-in must not take the app with it
            message = f"The plug-in {entry.name!r} could not be loaded: {error}"
            warnings.warn(message, RuntimeWarning, stacklevel=2)
