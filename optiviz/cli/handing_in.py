"""What is said of a report beside its runs: who handed it in, with which answers; what is checked.

Nothing is said of other files.
"""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from optiviz.cli.shared import check_apart, opened, steps
from optiviz.cli.writing import those_of
from optiviz.engine.parameters import Mistake, SpecError
from optiviz.engine.wording import counted
from optiviz.reports.document import Choices
from optiviz.store import carried, run_file, study_file
from optiviz.store.answers import read
from optiviz.store.handed_in import handed_in

_ONLY_RUNS = "what it carries was recomputed; the words and figures on its page were not checked"
_PROVES = (
    "this doesn't prove who made the runs, or when, nor that an answer is right; "
    "`optiviz show` prints the answers"
)


def write(
    files: Sequence[Path],
    out: Path,
    answers: Path | None,
    student: str,
    choices: Choices | None = None,
    numbers: Sequence[int] | None = None,
) -> None:
    """Write what a student hands in: answers, and the runs of run files, in one page.

    Raises
    ------
    SpecError
        If there are no answers, or they can't be read; or if a file holds a study.
    StoreError
        If a file can't be read or written.
    """
    from optiviz.reports.assignment import write as write_page

    if answers is None:
        sentence = "names who hands something in; add --answers with the answers"
        raise SpecError([Mistake("--student", sentence)])
    if out.suffix.lower() != ".html":
        raise SpecError([Mistake(str(out), "what is handed in is written as .html")])
    check_apart(out, answers)
    assignment = read(answers, student)
    for path in files:
        if study_file.holds_study(path):
            raise SpecError([Mistake(str(path), "holds a study; hand in runs")])
    runs = [run for path in files for run in opened(path)]
    if numbers:
        runs = those_of(runs, numbers)
    with steps("Writing the report") as told:
        write_page(runs, out, assignment, choices, told)
    missing = len(assignment.questions) - assignment.answered
    if missing:
        have = "question has" if missing == 1 else "questions have"
        print(f"warning: {answers}: {missing:,} {have} no answer", file=sys.stderr)


def shown(path: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """Return who handed in a page, and the answers, for programs and for people."""
    found = handed_in(path)
    if found is None:
        return [], []
    one = found.assignment
    lines = [f"{path}: handed in by {one.student}{f': {one.title}' if one.title else ''}"]
    lines += ["", *(f"  {line}".rstrip() for line in one.text.split("\n")), ""]
    return [{"file": str(path), "handed_in": asdict(one)}], lines


def verified(path: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """Return whether a page is as it was written, and what it proves."""
    if not carried.is_page_at(path):
        return [], []
    found = handed_in(path)
    if found is None:
        return [], [f"{path}: {_ONLY_RUNS}"]
    one = found.assignment
    same_runs = not study_file.holds_study(path) and found.traces == tuple(
        recorded.digest for recorded in run_file.read(path)
    )
    about = {
        "file": str(path),
        "identical": same_runs and found.unchanged,
        "student": one.student,
        "answered": one.answered,
        "questions": len(one.questions),
        "same_runs": same_runs,
        "page_unchanged": found.unchanged,
    }
    answered = f"{one.answered} of {counted(len(one.questions), 'question')} answered"
    lines = [f"{path}: handed in by {one.student}, {answered}"]
    if not same_runs:
        lines.append(f"{path}: it carries other runs than those that it was written with")
    if not found.unchanged:
        lines.append(
            f"{path}: its page was changed after it was written, or saved anew by a browser; "
            "its words and figures may be others than those that were written"
        )
    lines.append(f"{path}: {_PROVES}")
    return [about], lines
