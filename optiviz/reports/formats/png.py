"""PNG: a picture of pixels."""

from functools import partial

from optiviz.reports.figures import write_figure
from optiviz.reports.formats import Format

FORMAT = Format(
    name="png",
    label="Picture (PNG)",
    about="One view at one iteration, in pixels enough for print.",
    suffix=".png",
    group="figure",
    write=partial(write_figure, kind="png"),
    takes=frozenset({"view", "at", "size", "theme"}),
    several=True,
)
