"""A report as a PDF, to print or hand in."""

from collections.abc import Sequence
from pathlib import Path

from optiviz.engine.run import Run
from optiviz.reports.formats import Format, Options

_HALF = 1000  # steps


def _write(runs: Sequence[Run], path: Path, options: Options) -> None:
    from optiviz.reports.content import document
    from optiviz.reports.pdf import pdf_of
    from optiviz.store.atomic import write_bytes

    progress, half = options.progress, [0]

    def told(done: int, of: int) -> None:
        """Tell of both halves, saying what there is to say and drawing it, as one."""
        if progress is not None:
            progress(half[0] + done * _HALF // of, 2 * _HALF)

    made = document(runs, options.choices, told)
    half[0] = _HALF
    write_bytes(path, pdf_of(made, paper=options.choices.paper, progress=told))


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
