"""Runs that other programs recorded, one file each kind; a new file here is a new importer.

Importers make tables (`optiviz.store.tables`) of what they read, and those become runs.
"""

from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from optiviz.engine import registry
from optiviz.engine.parameters import Kind
from optiviz.engine.reading import NO_FILE
from optiviz.engine.run import Run
from optiviz.store import SUFFIX, StoreError, is_ours
from optiviz.store.tables import Table, run_of


class Importer(Kind):
    """Reads one kind of file.

    Attributes
    ----------
    suffixes : tuple of str
        Of the files it reads, in small letters.
    """

    family: ClassVar[str] = "store.imports"
    suffixes: ClassVar[tuple[str, ...]] = ()

    def takes(self, path: Path) -> bool:
        """Whether it reads what is at a path; by its name alone where that says enough."""
        return path.suffix.lower() in self.suffixes

    @abstractmethod
    def tables(self, path: Path, like: Run | None) -> Sequence[Table]:
        """Return what was recorded, a table each run.

        Parameters
        ----------
        path : Path
        like : Run, optional
            The run over which it will be laid, where a file could be read in several ways.

        Raises
        ------
        StoreError
            With one sentence that names the file and, where there is one, the line.
        """


def importer_of(path: str | Path) -> Importer | None:
    """Return the importer that reads what is at a path, or None."""
    made = (cls() for cls in registry.kinds(Importer.family).values())
    return next((one for one in made if one.takes(Path(path))), None)


def reads(path: str | Path) -> bool:
    """Whether an importer reads what is at a path."""
    return importer_of(path) is not None


def suffixes() -> tuple[str, ...]:
    """Return the suffixes of files that importers read."""
    known = registry.kinds(Importer.family).values()
    return tuple(suffix for cls in known for suffix in cls.suffixes)


def open_any(path: str | Path, like: Run | None = None) -> list[Run]:
    """Open a file of runs: ours, or what another program recorded.

    Parameters
    ----------
    path : str or Path
        A run file, or what an importer takes.
    like : Run, optional
        A run of ours over which a recorded one is laid: where its measure and its coordinates fit,
        it has the same problem, and every view shows it.

    Returns
    -------
    list of Run
        Recorded ones are finished, and can only be read.

    Raises
    ------
    StoreError
        With one sentence, if it can't be read.
    """
    path = Path(path)
    if is_ours(path):
        from optiviz.store import run_file

        return run_file.load(path)
    if not path.exists():
        raise StoreError(f"{path}: there is no such file")
    if not (path.is_file() or path.is_dir()):
        raise StoreError(f"{path}: {NO_FILE}")
    importer = importer_of(path)
    if importer is None:
        known = ", ".join((SUFFIX, *suffixes()))
        raise StoreError(
            f"{path}: is no file of runs that can be read; such are {known}, and folders of "
            "TensorBoard's event files"
        )
    try:
        return [run_of(table, like) for table in importer.tables(path, like)]
    except OSError as error:
        raise StoreError(f"{path}: can't be read: {error.strerror or error}") from None
    except MemoryError:
        raise StoreError(f"{path}: needs more memory than there is") from None
