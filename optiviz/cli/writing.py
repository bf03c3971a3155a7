"""What a report or a file is to be like, read from the options of a command."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from optiviz.engine import registry
from optiviz.engine.parameters import Mistake, SpecError
from optiviz.engine.run import Run
from optiviz.reports.document import PARTS, STUDY_PARTS, Choices, Paper, Theme
from optiviz.reports.formats import RATES, SECONDS, Ground, Size

_MOST_NOTES = 1_000_000  # bytes


def choices(
    *,
    title: str | None = None,
    author: str = "",
    notes: Path | None = None,
    parts: Sequence[str] | None = None,
    views: Sequence[str] | None = None,
    theme: str = "auto",
    template: str = "",
    paper: str | None = None,
    study: bool = False,
) -> Choices:
    """Return what a report is to be like.

    Parameters
    ----------
    notes : Path, optional
        A file of text.
    parts, views : sequence of str, optional
        Names, some of them with commas between.
    study : bool
        It is of a study, which has parts and views of its own.

    Raises
    ------
    SpecError
        If something is none of what there is, or the notes can't be read.
    """
    known = registry.kinds("study_views" if study else "views")
    offered = STUDY_PARTS if study else PARTS
    return Choices(
        title=title or "",
        author=author,
        notes="" if notes is None else _text_of(notes),
        parts=tuple(PARTS) if parts is None else listed("--parts", parts, offered),
        views=None if views is None else listed("--views", views, known),
        theme=one_of("--theme", theme, get_args(Theme)),
        template=template,
        paper=one_of("--paper", "a4" if paper is None else paper, get_args(Paper)),
    )


def listed(option: str, texts: Sequence[str], known: Collection[str]) -> tuple[str, ...]:
    """Return names that are written with commas, each once, in the order in which they came.

    Raises
    ------
    SpecError
        If one is unknown, or there is none.
    """
    names = [name.strip() for text in texts for name in text.split(",")]
    names = list(dict.fromkeys(name for name in names if name))
    strangers = [name for name in names if name not in known]
    if strangers or not names:
        wrong = f"there is no {strangers[0]!r}" if strangers else "names nothing"
        raise SpecError([Mistake(option, f"{wrong}; there are {', '.join(known)}")])
    return tuple(names)


def one_of(option: str, text: str, known: Collection[str]) -> Any:
    """Return a word that is one of some.

    Raises
    ------
    SpecError
        If it is not.
    """
    if text not in known:
        raise SpecError([Mistake(option, f"must be {' or '.join(known)}, is {text!r}")])
    return text


def looks(size: str | None, theme: str | None) -> dict[str, Any]:
    """Return what was said of a picture's size and colours.

    Raises
    ------
    SpecError
        If there is no such size or theme.
    """
    found = {}
    if size is not None:
        found["size"] = one_of("--size", size, get_args(Size))
    if theme is not None:
        found["theme"] = one_of("--theme", theme, get_args(Ground))
    return found


def length(
    seconds: float | None, rate: float | None, rates: tuple[float, float] = RATES
) -> dict[str, float]:
    """Return what was said of a movie's length; rates are those that it can have.

    Raises
    ------
    SpecError
        If there can be no such movie.
    """
    found = {}
    for name, value, (low, high) in (("seconds", seconds, SECONDS), ("rate", rate, rates)):
        if value is not None:
            if not low <= value <= high:
                wrong = f"must be from {low:g} to {high:g}, is {value:g}"
                raise SpecError([Mistake(f"--{name}", wrong)])
            found[name] = value
    return found


def those_of(runs: Sequence[Run], numbers: Iterable[int]) -> list[Run]:
    """Return runs by their numbers, from 1, each once.

    Raises
    ------
    SpecError
        If there are not so many.
    """
    numbers = list(dict.fromkeys(numbers))
    if max(numbers) > len(runs):
        raise SpecError([Mistake("--run", f"must be at most {len(runs)}, is {max(numbers)}")])
    return [runs[number - 1] for number in numbers]


@contextmanager
def as_typed() -> Iterator[None]:
    """Name what is wrong as it is typed: ``--at`` where the library says ``at``."""
    try:
        yield
    except SpecError as error:
        raise SpecError(
            [
                replace(one, path=f"--{one.path}") if one.path in _TYPED else one
                for one in error.mistakes
            ]
        ) from None


_TYPED = {"at", "rate", "seconds", "to", "view", "views"}


def _text_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_NOTES + 1)
    except (OSError, ValueError) as error:
        wrong = getattr(error, "strerror", None) or str(error)
        raise SpecError([Mistake(str(path), f"the notes can't be read: {wrong}")]) from None
    if len(content) > _MOST_NOTES:
        raise SpecError([Mistake(str(path), "notes are at most 1 MB")])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SpecError([Mistake(str(path), "is no text in UTF-8")]) from None
