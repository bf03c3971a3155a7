"""What a study can be exported as: a page about it, pictures of its views, a table of its runs."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from optiviz.engine.run import Run
from optiviz.reports.document import Chapter, Choices, Document, Part, Plot
from optiviz.reports.formats import Format, Options
from optiviz.store.atomic import write_bytes
from optiviz.studies.results import Results
from optiviz.study_views import StudyView, views_for
from optiviz.ui.exporting.source import Source

if TYPE_CHECKING:
    from optiviz.views import View

__all__ = ["study_document", "study_source"]


def study_source(results: Results, opened: Sequence[StudyView] = (), lacks: str = "") -> Source:
    """Return what there is to export of a study.

    Parameters
    ----------
    results : Results
        Nothing adds to them any more.
    opened : sequence of StudyView
        Those on show, with their settings.
    lacks : str
        What must be done before, if anything.
    """
    shown = {view.kind: view for view in opened}
    views = [shown.get(view.kind, view) for view in views_for(results.study)]
    n, planned = len(results.records), results.study.size
    what = f"{n:,} of {planned:,}" if n < planned else f"{n:,}"
    made = (
        _format("html", "Report (HTML)", "A page with its figures and what they say.", "report",
                _report(results), frozenset({"choices"})),
        _format("png", "Picture (PNG)", "A picture of one of its views.", "figure",
                _picture(results, "png"), frozenset({"view", "theme", "size"})),
        _format("svg", "Drawing (SVG)", "A drawing of one of its views, sharp at any size.",
                "figure", _picture(results, "svg"), frozenset({"view", "theme", "size"})),
        _format("csv", "Table of runs (CSV)", "A row for each run, for other programs.", "data",
                _table(results), frozenset()),
    )  # fmt: skip
    return Source(
        name="study",
        runs=(),
        names=(),
        ticked=(),
        views=cast("tuple[View, ...]", tuple(views)),
        opened=tuple(view.kind for view in opened),
        formats={one.name: one for one in made},
        about=f"A study of {what} runs.",
        lacks=lacks,
    )


def study_document(results: Results, choices: Choices) -> Document:
    """Return the figures of a study, and what they say, as a document."""
    figures = [view.figure(results) for view in views_for(results.study)]
    blocks = tuple(Plot(one, one.title, one.note, one.caption) for one in figures)
    title = choices.title or results.study.title or "Study"
    today = date.today().isoformat()
    return Document(title, today, (Chapter("", (Part("", blocks),)),), choices.author)


def _format(
    name: str,
    label: str,
    about: str,
    group: Literal["report", "figure", "data"],
    write: Callable[[Path, Options], None],
    takes: frozenset[Any],
) -> Format:
    def written(_: Sequence[Run], path: Path, options: Options) -> None:
        write(path, options)

    return Format(name, label, about, f".{name}", group, written, takes)


def _report(results: Results) -> Callable[[Path, Options], None]:
    def write(path: Path, options: Options) -> None:
        from optiviz.reports.study import write_study_report

        write_study_report(results, path, options.choices.title or None, options.progress)

    return write


def _picture(results: Results, kind: Literal["png", "svg"]) -> Callable[[Path, Options], None]:
    def write(path: Path, options: Options) -> None:
        from optiviz.reports.figures import drawn

        figure = cast("StudyView", options.views[0]).figure(results)
        write_bytes(path, drawn(figure, kind, options.size, options.theme))

    return write


def _table(results: Results) -> Callable[[Path, Options], None]:
    def write(path: Path, options: Options) -> None:
        from optiviz.reports.tables import write_study_table

        write_study_table(results, path)

    return write
