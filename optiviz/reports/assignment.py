"""An assignment that a student hands in: name, answers and runs in one page."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from optiviz.engine.parameters import Mistake, SpecError
from optiviz.engine.run import Run
from optiviz.reports.document import (
    Block,
    Chapter,
    Choices,
    Document,
    Grid,
    Items,
    Listing,
    Paragraphs,
    Part,
    Progress,
    half,
)
from optiviz.store import StoreError
from optiviz.store.answers import Assignment, Question, of_text
from optiviz.store.atomic import naming, writing
from optiviz.store.handed_in import sealed
from optiviz.store.unknown import why_not_stored

_BULLET = re.compile(r"\s{0,3}[-*+]\s+(.*)")
_FENCE = re.compile(r"\s*```")
_PROVES = (
    "This page carries the runs themselves. “optiviz verify” and the name of this file computes "
    "them again and says whether every iteration comes out the same, to the last bit; opened in "
    "optiviz, they can be gone through, changed and led on.",
    "That shows that these numbers come from these settings and seeds. It doesn't show who made "
    "the runs, or when, and it says nothing about whether an answer is right. “optiviz show” "
    "prints the answers as they were handed in; if somebody changed this page afterwards, "
    "“optiviz verify” says so, unless they went to the trouble of writing it anew.",
)


def answers_of(choices: Choices) -> Assignment:
    """Return the assignment of a student who is the author, and whose answers are the notes.

    Raises
    ------
    SpecError
        If there is no name, no question, or something is wrong with one.
    """
    if not choices.author.strip():
        raise SpecError([Mistake("author", "say who hands it in")])
    if not choices.notes.strip():
        sentence = (
            "write the questions, each a line that begins with ##, and your answers below them"
        )
        raise SpecError([Mistake("notes", sentence)])
    return of_text(choices.notes, choices.author, "answers")


def choices_for(assignment: Assignment, choices: Choices) -> Choices:
    """Return what the report around an assignment is like."""
    return replace(
        choices,
        title=assignment.title or choices.title,
        author=assignment.student,
        parts=tuple(dict.fromkeys((*choices.parts, "runs"))),
    )


def write(
    runs: Sequence[Run],
    path: str | Path,
    assignment: Assignment,
    choices: Choices | None = None,
    progress: Progress | None = None,
) -> None:
    """Write the page that a student hands in.

    Parameters
    ----------
    runs : sequence of Run
        As of a report; all that have started are carried.
    path : str or Path
    assignment : Assignment
    choices : Choices, optional
        Of the report. Its title is that of the assignment, its author the student, and it carries
        its runs whatever was chosen.
    progress : callable, optional
        As of a report.

    Raises
    ------
    StoreError
        If no run has started, none can be carried, or the file can't be written.
    """
    from optiviz.reports.content import document
    from optiviz.reports.html import html_of

    choices = choices_for(assignment, Choices() if choices is None else choices)
    with writing(path) as file, naming(path):  # a bad target is said before the work
        made = document(runs, choices, half(progress, 0))
        if not made.carried:
            raise StoreError("none of the runs can be stored, so nobody could check them")
        page = html_of(with_answers(made, assignment), choices, half(progress, 1))
        traces = [run.digest for run in runs if len(run.trace) and not why_not_stored(run)]
        file.write(sealed(page, assignment, traces).encode("utf-8"))


def with_answers(document: Document, assignment: Assignment) -> Document:
    """Return a report with the answers before all else."""
    return replace(document, chapters=(chapter(assignment), *document.chapters))


def chapter(assignment: Assignment) -> Chapter:
    """Return questions and answers, and what such a page proves."""
    answered = f"{assignment.answered} of {len(assignment.questions)}"
    rows = [("Student", assignment.student), ("Questions answered", answered)]
    grid = Grid("Handed in", (), tuple(rows), numbers=False)
    return Chapter(
        "Questions and answers",
        (
            Part("", (*_blocks(assignment.about), grid)),
            *(
                Part(f"{i}. {one.text.replace('`', '')}", _said(one))
                for i, one in enumerate(assignment.questions, 1)
            ),
            Part("What this page shows", (Paragraphs(_PROVES),)),
        ),
    )


def _said(question: Question) -> tuple[Block, ...]:
    """Return what is asked and answered below a question's heading."""
    asked = list(_blocks(question.details))
    if not question.answer:
        return (*asked, Paragraphs(("No answer was given.",)))
    if asked:
        asked.append(Paragraphs(("Answer:",)))
    return (*asked, *_blocks(question.answer))


def _blocks(text: str) -> Iterator[Block]:
    """Yield paragraphs, lists, and code that stands between lines of three backticks."""
    lines = iter(text.split("\n"))
    paragraph: list[str] = []
    items: list[str] = []
    for line in lines:
        bullet, is_fence = _BULLET.fullmatch(line), _FENCE.match(line)
        if items and line.startswith("  ") and line.strip() and not (bullet or is_fence):
            items[-1] += f" {line.strip()}"
            continue
        if paragraph and (bullet or is_fence or not line.strip()):
            yield Paragraphs((" ".join(paragraph),), coded=True)
            paragraph = []
        if items and not bullet and (line.strip() or is_fence):
            yield Items(tuple(items), coded=True)
            items = []
        if is_fence:
            code = []
            for inside in lines:
                if _FENCE.match(inside):
                    break
                code.append(inside)
            yield Listing("As it was written", "\n".join(code), open=True)
        elif bullet:
            items.append(bullet[1])
        elif line.strip():
            paragraph.append(line.strip())
    if paragraph:
        yield Paragraphs((" ".join(paragraph),), coded=True)
    if items:
        yield Items(tuple(items), coded=True)
