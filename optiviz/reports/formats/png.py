"""PNG: a picture of pixels."""

from collections.abc import Sequence
from pathlib import Path

from optiviz.engine.run import Run
from optiviz.reports.formats import Format, Options


def _write(runs: Sequence[Run], path: Path, options: Options) -> None:
    from optiviz.reports.figures import write_figure

    write_figure(runs, path, options, "png")


FORMAT = Format(
    name="png",
    label="Picture (PNG)",
    about="One view at one iteration, in pixels enough for print.",
    suffix=".png",
    group="figure",
    write=_write,
    takes=frozenset({"view", "at", "size", "theme"}),
    several=True,
)
