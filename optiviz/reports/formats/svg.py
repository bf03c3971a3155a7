"""SVG: a picture of lines, sharp at every size."""

from functools import partial

from optiviz.reports.figures import write_figure
from optiviz.reports.formats import Format

FORMAT = Format(
    name="svg",
    label="Drawing (SVG)",
    about="One view at one iteration, in lines that stay sharp; for pages and drawing programs.",
    suffix=".svg",
    group="figure",
    write=partial(write_figure, kind="svg"),
    takes=frozenset({"view", "at", "size", "theme"}),
    several=True,
)
