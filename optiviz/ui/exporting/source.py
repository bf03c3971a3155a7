"""What there is to export, what was chosen of it, and what a user may choose. Knows no widget."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from optiviz.engine import registry
from optiviz.engine.parameters import Mistake, Param, Parameters, SpecError
from optiviz.engine.run import Run
from optiviz.reports.assignment import answers_of
from optiviz.reports.document import PARTS, Choices, Paper, Progress, Theme
from optiviz.reports.formats import MOST_VIEWS, RATES, SECONDS, Format, Ground, Options, Size
from optiviz.views import View

__all__ = ["Chosen", "Look", "Source", "Wanted", "views_of"]


UP_TO = {"playhead": "The playhead", "iteration": "An iteration", "end": "The end"}


class Look(Parameters):
    """What a file is to be like, as far as it is more than what is in it."""

    run: Annotated[str, Param("Whose it is.", label="Run")] = ""
    title: Annotated[
        str, Param("Made from the runs where it is empty.", label="Title", max_length=300)
    ] = ""
    author: Annotated[
        str, Param("Who wrote it, or hands it in.", label="Author", max_length=300)
    ] = ""
    theme: Annotated[
        Theme,
        Param(
            "The colours of the report.",
            label="Colours",
            choices={"auto": "As the reader's screen", "light": "Light", "dark": "Dark"},
        ),
    ] = "auto"
    template: Annotated[
        str, Param("How the report is laid out: one of your folder.", label="Template")
    ] = ""
    paper: Annotated[
        Paper,
        Param(
            "What its pages are made for.",
            label="Paper",
            choices={"a4": "A4", "letter": "Letter"},
        ),
    ] = "a4"
    view: Annotated[str, Param("What is drawn.", label="View")] = ""
    size: Annotated[
        Size,
        Param(
            "For what it is made: type and lines are as large as belongs to it.",
            label="Size",
            choices={
                "column": "A column, 3.5 in wide",
                "page": "A page, 6.5 in wide",
                "slide": "A slide, 13.33 x 7.5 in",
            },
        ),
    ] = "page"
    ground: Annotated[
        Ground,
        Param(
            "The colours of the picture.",
            label="Colours",
            choices={"light": "Light", "dark": "Dark"},
        ),
    ] = "light"
    at: Annotated[
        Literal["playhead", "iteration", "end"],
        Param("Up to which iteration.", label="Up to", choices=UP_TO),
    ] = "end"
    k: Annotated[
        int,
        Param(
            "What is shown, or the last one that is written.",
            label="Iteration",
            ge=0,
            when=("at", ("iteration",)),
        ),
    ] = 0
    seconds: Annotated[
        float, Param("How long it plays.", label="Length", unit="s", ge=SECONDS[0], le=SECONDS[1])
    ] = 10.0
    rate: Annotated[
        float,
        Param("Pictures in a second.", label="Frame rate", unit="/s", ge=RATES[0], le=RATES[1]),
    ] = 15.0


OFFERED = ("run", "template", "view")  # texts that are chosen from what there is
_OF_TAKES = {  # which of them matters to a format that takes something
    "title": "choices",
    "author": "choices",
    "paper": "paper",
    "view": "view",
    "size": "size",
    "at": "at",
    "k": "at",
    "seconds": "length",
    "rate": "length",
}
_SHOWN_AS = {"figure": "png", "movie": "gif"}  # of a group the format that a window can show
_KEPT = ("author", "theme", "template", "paper", "size", "ground", "at", "seconds", "rate")


@dataclass(frozen=True, eq=False)
class Source:
    """What can be exported from a place in the window.

    Attributes
    ----------
    name : str
        Of a file, without its suffix.
    runs : tuple of Run
    names : tuple of str
        Of the runs.
    ticked : tuple of int
        The places of those that are chosen at first; the first of them is the one in focus.
    views : tuple of View
        That can be drawn, with their settings, in order.
    opened : tuple of str
        The kinds of those that are on show.
    playhead : int or None
        Where it is, in runs that are played.
    formats : mapping of str to Format
    about : str
        What is exported, where it is no runs.
    lacks : str
        What must be done before there is anything to export.
    parts : mapping of str to str
        What its report can have, each with its words.
    """

    name: str
    runs: tuple[Run, ...]
    names: tuple[str, ...]
    ticked: tuple[int, ...]
    views: tuple[View, ...]
    formats: Mapping[str, Format]
    opened: tuple[str, ...] = ()
    playhead: int | None = None
    about: str = ""
    lacks: str = ""
    parts: Mapping[str, str] = field(default_factory=lambda: PARTS)

    def view(self, kind: str) -> View | None:
        """Return a view by its kind."""
        return next((view for view in self.views if view.kind == kind), None)


def views_of(runs: Sequence[Run], opened: Sequence[View] = ()) -> tuple[View, ...]:
    """Return the views that suit runs; those that are open with their settings, and first."""
    shown = {view.kind: view for view in opened}
    known = sorted((cls() for cls in registry.kinds("views").values()), key=_place)
    every = [*shown.values(), *(view for view in known if view.kind not in shown)]
    problems = {run.spec.problem for run in runs}
    return tuple(view for view in every if any(map(view.suits, problems)))


def _place(view: View) -> int:
    return view.place


@dataclass(frozen=True)
class Chosen:
    """What a user chose, whatever the format.

    Attributes
    ----------
    format : str
    runs : tuple of int
        Places in the source.
    look : Look
    notes : str
    parts : tuple of str
    views : tuple of str
        The kinds that are drawn, of those that there are.
    """

    format: str
    runs: tuple[int, ...]
    look: Look
    notes: str = ""
    parts: tuple[str, ...] = tuple(PARTS)
    views: tuple[str, ...] = ()

    def remembered(self) -> dict[str, Any]:
        """Return what is kept for the next time, as plain data."""
        look = self.look.to_dict()
        if look["at"] == "iteration":  # of these runs
            look["at"] = "end"
        parts = list(self.parts) or list(PARTS)
        return {"format": self.format, "parts": parts, **{name: look[name] for name in _KEPT}}


@dataclass(frozen=True, eq=False)
class Wanted:
    """A file that is to be written: the same for the preview.

    Attributes
    ----------
    format : Format
    runs : tuple of Run
    options : Options
    shown_as : Format
        What a preview is written as: kinds of pictures are laid out alike, and movies too.
    """

    format: Format
    runs: tuple[Run, ...]
    options: Options
    shown_as: Format

    def write(self, path: Path, progress: Progress) -> None:
        """Write it."""
        self.format.write(self.runs, path, replace(self.options, progress=progress))


def wanted(source: Source, chosen: Chosen) -> Wanted:
    """Return what is to be written.

    Raises
    ------
    SpecError
        If something that it takes is missing.
    """
    made = source.formats[chosen.format]
    look, takes = chosen.look, made.takes
    runs = [source.runs[i] for i in chosen.runs]
    if source.runs and not runs:
        raise SpecError([Mistake("runs", "choose at least one run")])
    kinds = chosen.views if "views" in takes else (look.view,) if "view" in takes else ()
    views = tuple(view for kind in kinds if (view := source.view(kind)) is not None)
    if takes & {"view", "views"} and not views:
        raise SpecError([Mistake("views", "choose what is to be drawn")])
    if "choices" in takes and not source.parts.keys() & chosen.parts:
        raise SpecError([Mistake("parts", "choose at least one part")])
    if len(views) > MOST_VIEWS:
        raise SpecError([Mistake("views", f"choose at most {MOST_VIEWS} views, not {len(views)}")])
    low, high = made.rates
    if "length" in takes and not low <= look.rate <= high:
        wrong = f"must be from {low:g} to {high:g} here, is {look.rate:g}"
        raise SpecError([Mistake("rate", wrong)])
    reported = {view.kind for view in source.views if view.reported}
    choices = Choices(
        title=look.title.strip(),
        author=look.author.strip(),
        notes=chosen.notes.strip(),
        parts=chosen.parts,
        views=None if set(chosen.views) >= reported else chosen.views,
        theme=look.theme if _is_page(made) else "light",
        template=look.template if _is_page(made) else "",
        paper=look.paper,
    )
    if "answers" in takes:
        answers_of(choices)
    return Wanted(
        made,
        tuple(runs if made.several else runs[:1]),
        Options(
            choices=choices,
            views=views,
            at=_at(source, look, runs) if "at" in takes else None,
            size=look.size,
            theme=look.ground,
            seconds=look.seconds,
            rate=look.rate,
        ),
        source.formats.get(_SHOWN_AS.get(made.group, ""), made),
    )


def _at(source: Source, look: Look, runs: Sequence[Run]) -> int | None:
    if look.at != "iteration":
        return source.playhead if look.at == "playhead" else None
    last = max(run.trace.last_k for run in runs)
    if look.k > last:
        raise SpecError([Mistake("k", f"must be at most {last:,}, is {look.k:,}")])
    return look.k


def _is_page(made: Format) -> bool:
    """Whether it is a page for a screen, whose colours and layout can be chosen."""
    return "choices" in made.takes and made.suffix == ".html"


def left_out(source: Source, made: Format, templates: bool) -> list[str]:
    """Return the settings that have no meaning for a format."""
    without = {name for name, takes in _OF_TAKES.items() if takes not in made.takes}
    if "theme" not in made.takes or "choices" in made.takes:
        without.add("ground")
    if not _is_page(made):
        without |= {"theme", "template"}
    if not templates:
        without.add("template")
    if made.several or len(source.runs) < 2:
        without.add("run")
    return sorted(without)
