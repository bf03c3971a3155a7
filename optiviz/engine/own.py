"""Files that a spec of the user's own names: read once, when the user says so, and never later.

A spec in a run file, a report or the history may be somebody else's, and makes nobody read a file.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from optiviz.engine import registry
from optiviz.engine.parameters import Kind, Mistake, Parameters, SpecError, fields
from optiviz.engine.wording import joined


class NamesFiles:
    """A kind whose settings may name a file of the user's own."""

    @classmethod
    def take_in(cls, data: Mapping[str, Any], folder: Path) -> dict[str, Any]:
        """Return plain data in which the content stands for the file's name.

        Raises
        ------
        SpecError
            With one sentence that names the file.
        """
        raise NotImplementedError


def taken_in(cls: type[Parameters], data: Any, folder: Path, path: str = "") -> Any:
    """Return plain data in which the content of files stands for their names.

    Parameters
    ----------
    cls : type of Parameters
        What the data are of.
    data : plain data
        Right or wrong.
    folder : Path
        Where the files lie, unless their names say it.
    path : str
        Where the data are, for sentences.

    Raises
    ------
    SpecError
        If a file can't be read.
    """
    if not isinstance(data, Mapping):
        return data
    if issubclass(cls, Kind):
        kind = data.get("kind")
        found = registry.known(cls.family).get(kind) if isinstance(kind, str) else None
        if found is None:
            return data
        cls = cast("type[Parameters]", found)
    if issubclass(cls, NamesFiles):
        try:
            data = cls.take_in(data, folder)
        except SpecError as error:
            mistakes = [Mistake(joined(path, m.path), m.message) for m in error.mistakes]
            raise SpecError(mistakes) from None
    nested = {field.name: field.type for field in fields(cls)}
    return {
        name: taken_in(nested[name], value, folder, joined(path, name))
        if isinstance(nested.get(name), type) and issubclass(nested[name], Parameters)
        else value
        for name, value in data.items()
    }
