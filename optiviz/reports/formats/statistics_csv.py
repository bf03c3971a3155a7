"""Statistics of several runs, a row for each number of each group of seeds."""

from optiviz.reports.data.statistics_files import of_runs_by, write_csv
from optiviz.reports.formats import Format

FORMAT = Format(
    name="statistics_csv",
    label="Statistics as a table (CSV)",
    about="Of runs with different seeds: median, quartiles, mean and interval of each number.",
    suffix=".csv",
    group="data",
    write=of_runs_by(write_csv),
    several=True,
)
