"""What there is to export, what was chosen of it, and what a user may choose. Knows no widget."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from optiviz.engine import registry
from optiviz.engine.parameters import Mistake, Param, Parameters, SpecError
from optiviz.engine.run import Run
from optiviz.reports.document import PARTS, Choices, Progress
from optiviz.reports.formats import RATES, SECONDS, Format, Options
from optiviz.views import View

__all__ = ["Chosen", "Look", "Source", "Wanted", "views_of"]


class Look(Parameters):
    """What a file is to be like, as far as it is more than what is in it."""

    title: Annotated[
        str, Param("Made from the runs where it is empty.", label="Title", max_length=300)
    ] = ""
    author: Annotated[str, Param("Who wrote it.", label="Author", max_length=300)] = ""
    theme: Annotated[
        Literal["auto", "light", "dark"],
        Param(
            "The colours of the report.",
            label="Colours",
            choices={"auto": "As the reader's screen", "light": "Light", "dark": "Dark"},
        ),
    ] = "auto"
    template: Annotated[
        str, Param("How the report is laid out: one of your folder.", label="Template")
    ] = ""
    view: Annotated[str, Param("What is drawn.", label="View")] = ""
    size: Annotated[
        Literal["column", "page", "slide"],
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
        Literal["light", "dark"],
        Param(
            "The colours of the picture.",
            label="Colours",
            choices={"light": "Light", "dark": "Dark"},
        ),
    ] = "light"
    at: Annotated[
        Literal["playhead", "end"],
        Param(
            "Up to which iteration.",
            label="Up to",
            choices={"playhead": "The playhead", "end": "The end"},
        ),
    ] = "end"
    seconds: Annotated[
        float, Param("How long it plays.", label="Length", unit="s", ge=SECONDS[0], le=SECONDS[1])
    ] = 10.0
    rate: Annotated[
        float,
        Param("Pictures in a second.", label="Frame rate", unit="/s", ge=RATES[0], le=RATES[1]),
    ] = 15.0


OFFERED = ("template", "view")  # texts that are chosen from what there is
_OF_TAKES = {  # which of them matters to a format that takes something
    "title": "choices",
    "author": "choices",
    "view": "view",
    "size": "size",
    "at": "at",
    "seconds": "length",
    "rate": "length",
}
_SHOWN_AS = {"figure": "png", "movie": "gif"}  # of a group the format that a window can show
_KEPT = ("author", "theme", "template", "size", "ground", "at", "seconds", "rate")


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
        from dataclasses import replace

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
    if source.runs and "choices" in takes and not chosen.parts:
        raise SpecError([Mistake("parts", "choose at least one part")])
    reported = {view.kind for view in source.views if source.runs and view.reported}
    choices = Choices(
        title=look.title.strip(),
        author=look.author.strip(),
        notes=chosen.notes.strip(),
        parts=chosen.parts,
        views=None if set(chosen.views) >= reported else chosen.views,
        theme=look.theme if _is_page(source, made) else "light",
        template=look.template if _is_page(source, made) else "",
    )
    at = source.playhead if "at" in takes and look.at == "playhead" else None
    return Wanted(
        made,
        tuple(runs if made.several else runs[:1]),
        Options(
            choices=choices,
            views=views,
            at=at,
            size=look.size,
            theme=look.ground,
            seconds=look.seconds,
            rate=look.rate,
        ),
        source.formats.get(_SHOWN_AS.get(made.group, ""), made),
    )


def _is_page(source: Source, made: Format) -> bool:
    """Whether it is a page for a screen, whose colours and layout can be chosen."""
    return bool(source.runs) and "choices" in made.takes and made.suffix == ".html"


def left_out(source: Source, made: Format, templates: bool) -> list[str]:
    """Return the settings that have no meaning for a format."""
    without = {name for name, takes in _OF_TAKES.items() if takes not in made.takes}
    if "theme" not in made.takes or "choices" in made.takes:
        without.add("ground")
    if not _is_page(source, made):
        without |= {"theme", "template"}
    if not templates:
        without.add("template")
    if source.playhead is None:
        without.add("at")
    if not source.runs:
        without.add("author")  # a study's report has a form of its own
    return sorted(without)
