"""What a report of a study says: a `Document`, made once for all formats."""

import hashlib
import json
from collections.abc import Callable, Iterator

from optiviz.reports.content import facts, paragraphs
from optiviz.reports.day import today
from optiviz.reports.document import (
    Block,
    Chapter,
    Choices,
    Document,
    Findings,
    Listing,
    Paragraphs,
    Part,
    Plot,
    Progress,
)
from optiviz.reports.plots import left_out
from optiviz.reports.studies.playing import Replay
from optiviz.reports.studies.settings import settings_of
from optiviz.reports.studies.summary import summary_of
from optiviz.reports.studies.tables import tables_of
from optiviz.store import StoreError, study_file
from optiviz.studies.results import Results
from optiviz.study_views import StudyView, views_for
from optiviz.study_views.verdict import Verdict
from optiviz.views.figure import Figure

_LONGEST, _LONGEST_CARRIED = 400_000, 40_000  # letters of a plan that is printed


def study_document(
    results: Results, choices: Choices | None = None, progress: Progress | None = None
) -> Document:
    """Say what there is to say of a study.

    Parameters
    ----------
    results : Results
        Nothing may add to them meanwhile.
    choices : Choices, optional
        Parts that no report of a study has are left out.
    progress : callable, optional
        Told the figures and runs done and to do before each one; what it raises ends the work.

    Raises
    ------
    StoreError
        If no run is done, or the study is too large to be carried.
    """
    choices = Choices() if choices is None else choices
    if not results.records:
        raise StoreError("no run is done, so there is nothing to report")
    study = results.study
    return Document(
        title=choices.title or study.title or _title(results),
        author=choices.author,
        date=today(),
        notes=paragraphs(choices.notes),
        chapters=tuple(_chapters(results, choices, progress)),
        facts=facts(),
        carried=study_file.to_bytes(results) if "runs" in choices.parts else b"",
    )


def _title(results: Results) -> str:
    configurations = results.study.configurations
    if len(configurations) == 1:
        return f"{configurations[0].name}, run after run"
    return f"Comparison of {len(configurations):,} configurations"


def _chapters(results: Results, choices: Choices, progress: Progress | None) -> Iterator[Chapter]:
    wanted = choices.parts
    views = _views(results, choices) if "figures" in wanted else []
    replay = Replay(results) if "player" in wanted else None
    steps = len(views) + (len(replay.planned) if replay is not None else 0)
    told = iter(range(steps))

    def step() -> None:
        if progress is not None:
            progress(next(told, steps), steps)

    compared = "What was compared, and how"
    made: tuple[tuple[bool, str, Callable[[], tuple[Part, ...]]], ...] = (
        (
            bool({"summary", "results"} & set(wanted)),
            compared if "summary" in wanted else "What came out",
            lambda: _said(results, wanted),
        ),
        (
            "figures" in wanted,
            "Figures",
            lambda: _figures(results, views, step, choices.views is not None),
        ),
        (
            replay is not None,
            "One run of each, moment by moment",
            lambda: () if replay is None else tuple(replay.parts(step)),
        ),
        ("settings" in wanted, "Settings", lambda: tuple(settings_of(results.study))),
        ("spec" in wanted, "The exact plan", lambda: (Part("", _plan(results, wanted)),)),
    )
    for is_wanted, title, parts in made:
        if is_wanted and (kept := tuple(part for part in parts() if part.blocks)):
            yield Chapter(title, kept)


def _said(results: Results, wanted: tuple[str, ...]) -> tuple[Part, ...]:
    parts = []
    if "summary" in wanted:
        parts.append(Part("", tuple(summary_of(results))))
    if "results" in wanted:
        says = Verdict().figure(results)
        warning: tuple[Block, ...] = (Paragraphs((says.warning,)),) if says.warning else ()
        parts.append(Part(Verdict.label, (*warning, Findings(says.notes))))
        parts.append(Part("In numbers", tuple(tables_of(results))))
    return tuple(parts)


# Figures


def _views(results: Results, choices: Choices) -> list[StudyView]:
    views = views_for(results.study)
    if choices.views is not None:
        return [view for view in views if view.kind in choices.views]
    return [view for view in views if view.reported]


def _figures(
    results: Results, views: list[StudyView], step: Callable[[], None], chosen: bool
) -> tuple[Part, ...]:
    """Return the figures; one that has nothing to show yet only if it was chosen."""
    plots = []
    for view in views:
        step()
        plot = _plot(view, results)
        if not plot.figure.empty or plot.figure.warning or chosen:
            plots.append(plot)
    return (Part("", tuple(plots)),)


def _plot(view: StudyView, results: Results) -> Plot:
    try:
        figure = view.figure(results)
    except Exception as error:  # a view of somebody else's must not take the report with it
        broken = f"This view could not be drawn ({type(error).__name__}: {error})."
        return Plot(Figure(view.label, warning=broken), view.label, kind=view.kind)
    if figure.notes:
        return Plot(figure, figure.title, figure.note, kind=view.kind)
    said = figure.caption + left_out(figure), "" if figure.empty else view.to_see
    caption = " ".join(filter(None, said))
    return Plot(figure, figure.title, figure.note, caption, view.kind)


# The plan


def _plan(results: Results, wanted: tuple[str, ...]) -> tuple[Block, ...]:
    text = json.dumps(results.study.to_dict(), indent=1, allow_nan=False)
    same = (
        "The same software on the same kind of machine gives runs of the same traces, whose "
        f"SHA-256, all together in the order of the plan, is {digest_of(results)}."
    )
    is_carried = "runs" in wanted
    if len(text) > (_LONGEST_CARRIED if is_carried else _LONGEST):
        where = "in the study that this file carries" if is_carried else "in the study's own file"
        said = f"The plan has {len(text):,} letters, too many to print: it is whole {where}."
        return (Paragraphs((said, same)),)
    about = "Save this as study.json and type: optiviz study study.json"
    return (Listing("The plan, to do the study again", text, (about, same)),)


def digest_of(results: Results) -> str:
    """Return one SHA-256 over those of all runs that are done, in the order of the plan."""
    done = (results.records.get(planned) for planned in results.study.runs)
    texts = (record.digest for record in done if record is not None)
    return hashlib.sha256("".join(texts).encode()).hexdigest()
