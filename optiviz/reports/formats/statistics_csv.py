"""Statistics of several runs, a row for each number of each group of seeds."""

from collections.abc import Sequence
from pathlib import Path

from optiviz.engine.run import Run
from optiviz.reports.formats import Format, Options
from optiviz.reports.rows import ends
from optiviz.reports.statistics_files import write_csv


def write(runs: Sequence[Run], path: Path, options: Options) -> None:
    """Write the statistics of runs, those that differ in nothing but their seeds as a group.

    Raises
    ------
    StoreError
        If one has not started, or the file can't be written.
    """
    from optiviz.reports.statistics import of_runs

    ends(runs, path, None)
    write_csv(of_runs(runs, options.progress), path)


FORMAT = Format(
    name="statistics_csv",
    label="Statistics as a table (CSV)",
    about="Of runs with different seeds: median, quartiles, mean and interval of each number.",
    suffix=".csv",
    group="data",
    write=write,
    several=True,
)
