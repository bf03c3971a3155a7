"""What a study can be taken away as: a report, pictures of its views, its runs and statistics.

The window and the command line offer these, under the names that the formats of runs have.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from optiviz.engine.parameters import Mistake, SpecError
from optiviz.engine.run import Run
from optiviz.reports.data.statistics_files import write_csv, write_json, write_npz
from optiviz.reports.document import Choices, Progress, half
from optiviz.reports.formats import Format, Options, Takes
from optiviz.store.atomic import StoreError, naming, writing
from optiviz.studies.results import Results
from optiviz.study_views import StudyView, views_for

if TYPE_CHECKING:
    from optiviz.reports.data.statistics import Statistics

_Write = Callable[[Results, Path, Options], None]


def study_formats(results: Results) -> dict[str, Format]:
    """Return the formats of a study by their names, in the order in which they are offered.

    Parameters
    ----------
    results : Results
        That they write; the runs that they are given say nothing.
    """

    def bound(write: _Write) -> Callable[[Sequence[Run], Path, Options], None]:
        def written(_: Sequence[Run], path: Path, options: Options) -> None:
            if not results.records:
                raise StoreError(f"{path}: no run is done, so there is nothing to export")
            write(results, path, options)

        return written

    return {
        name: Format(name, label, about, suffix, group, bound(write), takes)
        for name, label, about, suffix, group, write, takes in _FORMATS
    }


def write_study_report(
    results: Results,
    path: str | Path,
    choices: Choices | None = None,
    progress: Progress | None = None,
) -> None:
    """Write a report of a study: as HTML, or as a PDF where the file is called so.

    Parameters
    ----------
    results : Results
        Nothing may add to them meanwhile.
    path : path
    choices : Choices, optional
    progress : callable, optional
        Told the steps done and to do before each one; what it raises ends the writing.

    Raises
    ------
    StoreError
        If no run is done, or the file can't be written; what was there before then stays.
    """
    from optiviz.reports.studies.content import study_document

    choices = Choices() if choices is None else choices
    with writing(path) as file, naming(path):  # a bad target is said before the work
        made = study_document(results, choices, half(progress, 0))
        rest = half(progress, 1)
        if Path(path).suffix.lower() == ".pdf":
            from optiviz.reports.pdf import pdf_of

            file.write(pdf_of(made, paper=choices.paper, progress=rest))
        else:
            from optiviz.reports.html import html_of

            file.write(html_of(made, choices, rest).encode("utf-8"))


def view_of(results: Results, kind: str | None) -> StudyView:
    """Return a view of a study by its kind, the first one if it is left out.

    Raises
    ------
    SpecError
        If it is none that suits this study; it says which do.
    """
    suiting = {view.kind: view for view in views_for(results.study)}
    if kind is None:
        return next(iter(suiting.values()))
    if kind not in suiting:
        sentence = f"{kind!r} is not a view of this study; they are {', '.join(suiting)}"
        raise SpecError([Mistake("view", sentence)])
    return suiting[kind]


def _report(results: Results, path: Path, options: Options) -> None:
    write_study_report(results, path, options.choices, options.progress)


def _picture(
    kind: Literal["png", "svg", "pdf"], results: Results, path: Path, options: Options
) -> None:
    from optiviz.reports.figures import drawn

    with writing(path) as file:  # a bad target is said before the work
        view = cast("StudyView", options.views[0])
        file.write(drawn(view.figure(results), kind, options.size, options.theme))


def _runs(results: Results, path: Path, _: Options) -> None:
    from optiviz.reports.data.tables import write_study_table

    write_study_table(results, path)


def _statistics(
    write: Callable[["Statistics", Path], None], results: Results, path: Path, _: Options
) -> None:
    from optiviz.reports.data.statistics import of_study

    write(of_study(results), path)


_CHOICES: frozenset[Takes] = frozenset({"choices"})
_DRAWN: frozenset[Takes] = frozenset({"view", "size", "theme"})
_NOTHING: frozenset[Takes] = frozenset()
_FORMATS: tuple[
    tuple[str, str, str, str, Literal["report", "figure", "data"], _Write, frozenset[Takes]], ...
] = (
    ("html", "HTML report", "One file that explains, plays a run of each, and reopens.",
     ".html", "report", _report, _CHOICES),
    ("pdf", "Report as PDF", "Pages to print or hand in, with figures as vectors.",
     ".pdf", "report", _report, _CHOICES | {"paper"}),
    ("pdf_figure", "Figure (PDF)", "One view in lines and letters, at the size it has in a paper.",
     ".pdf", "figure", partial(_picture, "pdf"), _DRAWN),
    ("svg", "Drawing (SVG)", "One view, sharp at any size.",
     ".svg", "figure", partial(_picture, "svg"), _DRAWN),
    ("png", "Picture (PNG)", "One view, in pixels enough for print.",
     ".png", "figure", partial(_picture, "png"), _DRAWN),
    ("csv", "Table of runs (CSV)", "A row for each run, for other programs.",
     ".csv", "data", _runs, _NOTHING),
    ("statistics_csv", "Statistics as a table (CSV)",
     "Median, quartiles, mean and interval of each number of each configuration.",
     ".csv", "data", partial(_statistics, write_csv), _NOTHING),
    ("statistics_json", "Statistics (JSON)",
     "Runs, configurations, their courses and the comparison as one object.",
     ".json", "data", partial(_statistics, write_json), _NOTHING),
    ("statistics_npz", "Statistics (NumPy)",
     "Each run, each configuration and its course as arrays for numpy.load.",
     ".npz", "data", partial(_statistics, write_npz), _NOTHING),
)  # fmt: skip
