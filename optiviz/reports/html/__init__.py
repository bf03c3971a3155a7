"""A report as one HTML file that needs nothing else: no network, nothing beside it."""

from collections.abc import Sequence
from pathlib import Path

from optiviz.engine.run import Run
from optiviz.reports import content
from optiviz.reports.document import Choices, Document, Moments, Plot, Progress, half
from optiviz.reports.html.page import Page, environment
from optiviz.reports.html.templates import of_a_user
from optiviz.store.atomic import naming, writing


def write_report(
    runs: Sequence[Run],
    path: str | Path,
    title: str | None = None,
    notes: str = "",
    progress: Progress | None = None,
) -> None:
    """Write a report.

    Parameters
    ----------
    runs : sequence of Run
        Each one at least prepared; nothing may advance them meanwhile. Metrics along them are
        measured where they are missing.
    title : str, optional
        Made from the runs if left out.
    notes : str
        The user's own words, as paragraphs.
    progress : callable, optional
        Told the steps done and to do before each one; what it raises ends the writing.

    Raises
    ------
    StoreError
        If no run has started, or the file can't be written.
    """
    write(runs, path, Choices(title=title or "", notes=notes), progress)


def write(
    runs: Sequence[Run], path: str | Path, choices: Choices, progress: Progress | None = None
) -> None:
    """Write a report that is as chosen; else as `write_report`."""
    with writing(path) as file, naming(path):  # a bad target is said before the work
        made = content.document(runs, choices, half(progress, 0))
        file.write(html_of(made, choices, half(progress, 1)).encode("utf-8"))


def report(runs: Sequence[Run], title: str | None = None, notes: str = "") -> str:
    """Return a report as HTML text; see `write_report`.

    Raises
    ------
    StoreError
        If no run has started.
    """
    choices = Choices(title=title or "", notes=notes)
    return html_of(content.document(runs, choices), choices)


def html_of(
    document: Document, choices: Choices | None = None, progress: Progress | None = None
) -> str:
    """Return a document as one HTML page.

    Parameters
    ----------
    document : Document
    choices : Choices, optional
        Its theme and its template are those of the page.
    progress : callable, optional
        Told the figures done and to do before each one.

    Raises
    ------
    StoreError
        If the user's template isn't there or is broken, or the runs are too large to be carried.
    """
    choices = Choices() if choices is None else choices
    blocks = (block for c in document.chapters for part in c.parts for block in part.blocks)
    steps = sum(isinstance(block, Plot | Moments) for block in blocks)
    done = iter(range(steps))

    def told() -> None:
        if progress is not None:
            progress(next(done, steps), steps)

    made = Page(choices.theme, told)
    words = {
        "document": document,
        "title": document.title,
        "facts": document.facts,
        "today": document.date,
    }
    if choices.template:
        return made.whole(of_a_user(choices.template, {**made.names(), **words}))
    return made.whole(environment().get_template("report.html.j2").render(made.names(), **words))
