"""SVG: a picture of lines, sharp at every size."""

from collections.abc import Sequence
from pathlib import Path

from optiviz.engine.run import Run
from optiviz.reports.formats import Format, Options


def _write(runs: Sequence[Run], path: Path, options: Options) -> None:
    from optiviz.reports.figures import write_figure

    write_figure(runs, path, options, "svg")


FORMAT = Format(
    name="svg",
    label="Drawing (SVG)",
    about="One view at one iteration, in lines that stay sharp; for pages and drawing programs.",
    suffix=".svg",
    group="figure",
    write=_write,
    takes=frozenset({"view", "at", "size", "theme"}),
    several=True,
)
