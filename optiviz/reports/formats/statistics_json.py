"""Statistics of several runs as one object, with their courses and tests between groups."""

from collections.abc import Sequence
from pathlib import Path

from optiviz.engine.run import Run
from optiviz.reports.formats import Format, Options
from optiviz.reports.rows import ends
from optiviz.reports.statistics_files import write_json


def write(runs: Sequence[Run], path: Path, options: Options) -> None:
    """Write the statistics of runs, those that differ in nothing but their seeds as a group.

    Raises
    ------
    StoreError
        If one has not started, or the file can't be written.
    """
    from optiviz.reports.statistics import of_runs

    ends(runs, path, None)
    write_json(of_runs(runs, options.progress), path)


FORMAT = Format(
    name="statistics_json",
    label="Statistics (JSON)",
    about="Each run, each group of seeds with its course, and tests between groups, as one object.",
    suffix=".json",
    group="data",
    write=write,
    several=True,
)
