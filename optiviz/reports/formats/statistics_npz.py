"""Statistics of several runs, with each run and their courses, as NumPy's arrays."""

from collections.abc import Sequence
from pathlib import Path

from optiviz.engine.run import Run
from optiviz.reports.formats import Format, Options
from optiviz.reports.rows import ends
from optiviz.reports.statistics_files import write_npz


def write(runs: Sequence[Run], path: Path, options: Options) -> None:
    """Write the statistics of runs, those that differ in nothing but their seeds as a group.

    Raises
    ------
    StoreError
        If one has not started, or the file can't be written.
    """
    from optiviz.reports.statistics import of_runs

    ends(runs, path, None)
    write_npz(of_runs(runs, options.progress), path)


FORMAT = Format(
    name="statistics_npz",
    label="Statistics (NumPy)",
    about="Each run, each group of seeds and its course as arrays for numpy.load.",
    suffix=".npz",
    group="data",
    write=write,
    several=True,
)
