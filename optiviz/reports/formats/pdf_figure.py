"""PDF of one figure, to be put into a paper."""

from functools import partial

from optiviz.reports.figures import write_figure
from optiviz.reports.formats import Format

FORMAT = Format(
    name="pdf_figure",
    label="Figure (PDF)",
    about="One view at one iteration, in lines and letters, at the size it has in a paper.",
    suffix=".pdf",
    group="figure",
    write=partial(write_figure, kind="pdf"),
    takes=frozenset({"view", "at", "size", "theme"}),
    several=True,
)
