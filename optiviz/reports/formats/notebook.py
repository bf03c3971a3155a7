"""Runs as a Jupyter notebook that does them again."""

from collections.abc import Sequence
from pathlib import Path

from optiviz.engine.run import Run
from optiviz.reports import programs
from optiviz.reports.data.rows import ends
from optiviz.reports.formats import Format, Options
from optiviz.store.atomic import write_text


def write(runs: Sequence[Run], path: Path, options: Options) -> None:
    """Write a notebook: of one run with NumPy alone where that can be, else with optiviz.

    Raises
    ------
    StoreError
        If a run can't be done again, or the file can't be written.
    """
    from optiviz.analysis.script import NoScript
    from optiviz.reports.programs import again, alone
    from optiviz.reports.programs.notebook import notebook

    lasts = ends(runs, path, options.at)
    specs = programs.named_specs(runs, lasts, path)
    cells = None
    if len(runs) == 1:
        try:
            cells = alone.cells(runs[0], lasts[0])
        except NoScript:
            cells = None  # optiviz then does it
    if cells is None:
        named = zip(specs, runs, strict=True)
        cells = again.cells(dict(named), specs, dict(zip(specs, lasts, strict=True)))
    write_text(path, programs.checked(notebook(cells), path))


FORMAT = Format(
    name="notebook",
    label="Jupyter notebook",
    about="One run cell by cell, with NumPy and matplotlib alone where that can be; several, or "
    "what is too large for that, with optiviz.",
    suffix=".ipynb",
    group="program",
    write=write,
    takes=frozenset({"at"}),
    several=True,
)
