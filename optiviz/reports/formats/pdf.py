"""A report as a PDF, to print or hand in."""

from collections.abc import Sequence
from pathlib import Path

from optiviz.engine.run import Run
from optiviz.reports.document import half
from optiviz.reports.formats import Format, Options


def _write(runs: Sequence[Run], path: Path, options: Options) -> None:
    from optiviz.reports.content import document
    from optiviz.reports.pdf import pdf_of
    from optiviz.store.atomic import naming, writing

    choices, progress = options.choices, options.progress
    with writing(path) as file, naming(path):  # a bad target is said before the work
        made = document(runs, choices, half(progress, 0))
        file.write(pdf_of(made, paper=choices.paper, progress=half(progress, 1)))


FORMAT = Format(
    name="pdf",
    label="Report as PDF",
    about="Pages to print or hand in, with figures as vectors and contents with links.",
    suffix=".pdf",
    group="report",
    write=_write,
    takes=frozenset({"choices", "paper"}),
    several=True,
)
