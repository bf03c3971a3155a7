"""A report as a PDF, to print or hand in."""

from collections.abc import Sequence
from pathlib import Path

from optiviz.engine.run import Run
from optiviz.reports.formats import Format, Options


def _write(runs: Sequence[Run], path: Path, options: Options) -> None:
    from optiviz.reports.content import document
    from optiviz.reports.pdf import pdf_of
    from optiviz.store.atomic import write_bytes

    progress = options.progress
    made = document(runs, options.choices, progress)
    write_bytes(path, pdf_of(made, progress=progress))


FORMAT = Format(
    name="pdf",
    label="Report as PDF",
    about="Pages to print or hand in, with figures as vectors and contents with links.",
    suffix=".pdf",
    group="report",
    write=_write,
    takes=frozenset({"choices"}),
    several=True,
)
