"""A report as one HTML file that needs nothing else: no network, nothing beside it."""

from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined

from optiviz.engine.run import Run
from optiviz.reports import content
from optiviz.reports.document import Choices, Document, Progress
from optiviz.reports.html.pictures import picture
from optiviz.store import StoreError, machine
from optiviz.store.atomic import write_text
from optiviz.views.palette import DARK, LIGHT


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
        Told the runs done and to do before each one; what it raises ends the writing.

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
    try:
        made = content.document(runs, choices, progress)
    except StoreError as error:
        raise StoreError(f"{path}: {error}") from None
    write_text(path, html_of(made, choices))


def report(runs: Sequence[Run], title: str | None = None, notes: str = "") -> str:
    """Return a report as HTML text; see `write_report`.

    Raises
    ------
    StoreError
        If no run has started.
    """
    choices = Choices(title=title or "", notes=notes)
    return html_of(content.document(runs, choices), choices)


def html_of(document: Document, choices: Choices | None = None) -> str:
    """Return a document as one HTML page.

    Parameters
    ----------
    document : Document
    choices : Choices, optional
        Its theme is that of the page.
    """
    choices = Choices() if choices is None else choices
    return page(
        "report.html.j2",
        title=document.title,
        document=document,
        theme=choices.theme,
        facts=document.facts,
    )


def page(template: str, **words: Any) -> str:
    """Return one of our pages as HTML text, of words that are still to be escaped."""
    text: str = (
        _templates()
        .get_template(template)
        .render(
            version=machine.versions()["optiviz"],
            light=LIGHT,
            dark=DARK,
            picture_of=picture,
            **words,
        )
    )
    return text.strip() + "\n"


def _templates() -> Environment:
    folder = resources.files(__package__)
    environment = Environment(
        loader=FunctionLoader(lambda name: folder.joinpath(name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["kind"] = lambda block: type(block).__name__.lower()
    return environment
