"""The run as a program that needs NumPy alone and finds the same trace."""

from collections.abc import Sequence
from pathlib import Path

from optiviz.engine.run import Reader, Run
from optiviz.reports.data.rows import end
from optiviz.reports.formats import Format, Options
from optiviz.store.atomic import StoreError, write_text


def write(runs: Sequence[Run], path: Path, options: Options) -> None:
    """Write the program of a run.

    Raises
    ------
    StoreError
        If it can't be written as one, or the file can't be written.
    """
    from optiviz.analysis.script import NoScript, script

    run, last = end(runs, path, options.at)
    try:
        write_text(path, script(run, Reader(run), last))
    except NoScript as error:
        raise StoreError(f"{path}: {error}") from None


FORMAT = Format(
    name="py",
    label="Program with NumPy alone",
    about="The run as Python that needs NumPy alone, its loop to read and change; the same trace.",
    suffix=".py",
    group="program",
    write=write,
    takes=frozenset({"at"}),
)
