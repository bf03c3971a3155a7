"""A report as one HTML file."""

from collections.abc import Sequence
from pathlib import Path

from optiviz.engine.run import Run
from optiviz.reports.formats import Format, Options


def _write(runs: Sequence[Run], path: Path, options: Options) -> None:
    from optiviz.reports.html import write

    write(runs, path, options.choices, options.progress)


FORMAT = Format(
    name="html",
    label="HTML report",
    about="One file that explains, plays and reopens, in any browser, without a network.",
    suffix=".html",
    group="report",
    write=_write,
    takes=frozenset({"choices"}),
    several=True,
)
