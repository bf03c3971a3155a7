"""PDF of one figure, to be put into a paper."""

from collections.abc import Sequence
from pathlib import Path

from optiviz.engine.run import Run
from optiviz.reports.formats import Format, Options


def _write(runs: Sequence[Run], path: Path, options: Options) -> None:
    from optiviz.reports.figures import write_figure

    write_figure(runs, path, options, "pdf")


FORMAT = Format(
    name="pdf_figure",
    label="Figure (PDF)",
    about="One view at one iteration, in lines and letters, at the size it has in a paper.",
    suffix=".pdf",
    group="figure",
    write=_write,
    takes=frozenset({"view", "at", "size", "theme"}),
    several=True,
)
