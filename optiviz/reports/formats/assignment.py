"""What a student hands in, from the author and the notes of a report."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from optiviz.engine.parameters import Mistake, SpecError
from optiviz.engine.run import Run
from optiviz.reports.formats import Format, Options
from optiviz.store.answers import of_text


def _write(runs: Sequence[Run], path: Path, options: Options) -> None:
    from optiviz.reports.assignment import write

    choices = options.choices
    if not choices.author.strip():
        raise SpecError([Mistake("Author", "say who hands it in")])
    if not choices.notes.strip():
        sentence = (
            "write the questions, each a line that begins with ##, and your answers below them"
        )
        raise SpecError([Mistake("Notes", sentence)])
    assignment = of_text(choices.notes, choices.author, "Notes")
    write(runs, path, assignment, replace(choices, notes=""), options.progress)


FORMAT = Format(
    name="assignment",
    label="Assignment to hand in",
    about="A web page with a student's name, answers and runs, for a teacher to check. The author "
    "hands it in; the notes are the questions, each a line that begins with ##, and the answers "
    "below them.",
    suffix=".html",
    group="report",
    write=_write,
    takes=frozenset({"choices"}),
    several=True,
    is_special=True,
)
