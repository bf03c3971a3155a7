"""What a student hands in: name, answers and runs in one page."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from optiviz.engine.run import Run
from optiviz.reports.formats import Format, Options


def _write(runs: Sequence[Run], path: Path, options: Options) -> None:
    from optiviz.reports.assignment import answers_of, write

    choices = options.choices
    write(runs, path, answers_of(choices), replace(choices, notes=""), options.progress)


FORMAT = Format(
    name="assignment",
    label="Assignment to hand in",
    about="A web page with a student's name, answers and runs, for a teacher to check. Each "
    "question is a line that begins with ##, and the answer stands below it.",
    suffix=".html",
    group="report",
    write=_write,
    takes=frozenset({"choices", "answers"}),
    several=True,
    is_special=True,
)
