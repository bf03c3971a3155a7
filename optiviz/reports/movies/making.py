"""From runs to the file of a movie."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from optiviz.engine.parameters import Mistake, SpecError
from optiviz.engine.run import Run
from optiviz.reports.figures import shown_of
from optiviz.reports.formats import MOST_VIEWS, RATES, SECONDS
from optiviz.reports.movies.reel import Frame, Reel
from optiviz.reports.sizes import SIZES
from optiviz.store.atomic import writing

if TYPE_CHECKING:
    from optiviz.reports.formats import Options


class Film(Protocol):
    """What frames are added to."""

    def add(self, frame: Frame, count: int) -> None:
        """Add a frame that lasts for so many."""

    def end(self) -> None:
        """Finish the file."""


def check(options: "Options", rates: tuple[float, float] = RATES) -> None:
    """Say what can't be, before any work is done.

    Raises
    ------
    SpecError
    """
    wrong = [
        Mistake(name, f"must be from {low:g} to {high:g}, is {value:g}")
        for name, value, (low, high) in (
            ("seconds", options.seconds, SECONDS),
            ("rate", options.rate, rates),
        )
        if not low <= value <= high
    ]
    if len(options.views) > MOST_VIEWS:
        count = len(options.views)
        wrong.append(Mistake("views", f"a movie shows at most {MOST_VIEWS}, not {count}"))
    if wrong:
        raise SpecError(wrong)


def write_movie(
    runs: Sequence[Run],
    path: Path,
    options: "Options",
    begin: Callable[[BinaryIO, Reel], AbstractContextManager[Film]],
) -> None:
    """Draw all frames into a file, one after the other.

    Parameters
    ----------
    begin : callable
        Given the file and the reel, returns what frames are added to.

    Raises
    ------
    StoreError
        If no run has started, or the file can't be written; what was there before stays.
    SpecError
        If the runs can't be shown so.
    """
    with writing(path) as file:  # a bad target is said before the work
        shown = shown_of(runs, path, options.views, options.at)
        size = SIZES[options.size]
        reel = Reel(shown, options.views, size, options.theme, options.seconds, options.rate)
        progress = options.progress or (lambda done, of: None)
        reel.prepare(lambda: progress(0, reel.frames))
        with begin(file, reel) as film:
            done = 0
            for frame, count in reel:
                progress(done, reel.frames)
                film.add(frame, count)
                done += count
            film.end()
