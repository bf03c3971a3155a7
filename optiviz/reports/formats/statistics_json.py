"""Statistics of several runs as one object, with their courses and tests between groups."""

from optiviz.reports.data.statistics_files import of_runs_by, write_json
from optiviz.reports.formats import Format

FORMAT = Format(
    name="statistics_json",
    label="Statistics (JSON)",
    about="Each run, each group of seeds with its course, and tests between groups, as one object.",
    suffix=".json",
    group="data",
    write=of_runs_by(write_json),
    several=True,
)
