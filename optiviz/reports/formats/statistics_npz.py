"""Statistics of several runs, with each run and their courses, as NumPy's arrays."""

from optiviz.reports.data.statistics_files import of_runs_by, write_npz
from optiviz.reports.formats import Format

FORMAT = Format(
    name="statistics_npz",
    label="Statistics (NumPy)",
    about="Each run, each group of seeds and its course as arrays for numpy.load.",
    suffix=".npz",
    group="data",
    write=of_runs_by(write_npz),
    several=True,
)
