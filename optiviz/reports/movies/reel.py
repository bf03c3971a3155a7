"""The frames of a movie: some views in a grid over the iterations, and a line that says when."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import floor
from time import perf_counter

import numpy as np
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from optiviz.engine import threads
from optiviz.reports.movies.cell import Cell
from optiviz.reports.movies.strip import Strip
from optiviz.reports.sizes import Size
from optiviz.views import Shown, View
from optiviz.views.figure import Figure, panel_grid
from optiviz.views.palette import THEMES

Frame = NDArray[np.uint8]
"""Red, green and blue, shape (height, width, 3)."""

_BEGIN, _END = 0.05, 0.12  # of the length during which the first and the last iteration stay
_LONGEST_BEGIN, _LONGEST_END = 0.5, 1.5  # seconds
_LOOKS = 12  # moments that are looked at before, for the ranges of axes
_LOOKING = 4.0  # seconds at most
_CELL = (4.1, 2.6)  # inches that a figure has at least, if type stays legible
_LEAST_DPI = 62.0
_GAP = 0.006  # of the width, between cells


@dataclass(frozen=True)
class Moment:
    """An iteration, how far it is on its way to the next, and how many frames it lasts."""

    k: int
    within: float
    frames: int


def moments(last: int, seconds: float, rate: float, parts: bool = False) -> list[Moment]:
    """Return what is shown in a movie of so many seconds, frame by frame.

    The first and the last iteration stay for a moment, and the others go by evenly.

    Parameters
    ----------
    last : int
        The last iteration.
    seconds, rate : float
        Length, and frames in a second.
    parts : bool
        Frames between two iterations differ.
    """
    count = max(1, round(seconds * rate))
    begin = min(_BEGIN * seconds, _LONGEST_BEGIN) * rate
    end = min(_END * seconds, _LONGEST_END) * rate
    way = max(1.0, count - 1 - begin - end)
    found: list[Moment] = []
    for i in range(count):
        at = last * min(1.0, max(0.0, (i - begin) / way)) if count > 1 else float(last)
        k = min(last, floor(at + 1e-9))
        within = max(0.0, at - k) if parts else 0.0
        if found and (found[-1].k, found[-1].within) == (k, within):
            found[-1] = replace(found[-1], frames=found[-1].frames + 1)
        else:
            found.append(Moment(k, within, 1))
    return found


class Reel:
    """Frames of runs, drawn one after the other into the same pixels.

    Parameters
    ----------
    shown : sequence of Shown
        The runs, each at the last iteration that is to be shown.
    views : sequence of View
        In a grid, where there are several.
    size : Size
    theme : {"light", "dark"}
    seconds, rate : float
        Length, and frames in a second.

    Attributes
    ----------
    moments : list of Moment
        What is shown.
    width, height : int
        Pixels.
    """

    def __init__(
        self,
        shown: Sequence[Shown],
        views: Sequence[View],
        size: Size,
        theme: str,
        seconds: float,
        rate: float,
    ) -> None:
        self._shown, self._views = shown, views
        self.width, self.height = size.pixels
        last = max(one.k for one in shown)
        self.moments = moments(last, seconds, rate, any(view.lines for view in views))
        self.frames = sum(moment.frames for moment in self.moments)
        palette = THEMES[theme]
        dpi = self.width / size.width * size.scale
        gap = max(2, round(_GAP * self.width)) if len(views) > 1 else 0
        columns, rows = panel_grid(len(views), self.width, self.height)
        self._strip = Strip(self.width, dpi / columns**0.5, palette, shown)
        room = self.height - self._strip.height
        wide = (self.width - gap * (columns + 1)) // columns
        high = (room - gap * rows) // rows
        dpi = max(_LEAST_DPI, min(dpi, wide / _CELL[0], high / _CELL[1]))
        self._cells: list[tuple[View, Cell, tuple[slice, slice]]] = []
        for i, view in enumerate(views):
            row, column = divmod(i, columns)
            left, top = gap + column * (wide + gap), gap + row * (high + gap)
            place = (slice(top, top + high), slice(left, left + wide))
            self._cells.append((view, Cell(wide, high, dpi, theme), place))
        self._points = min(2000, 2 * wide)
        self._frame = np.empty((self.height, self.width, 3), np.uint8)
        ground = palette.ground if len(views) > 1 else palette.card
        self._frame[:] = np.rint(np.array(to_rgb(ground)) * 255)

    def prepare(self, step: Callable[[], None]) -> None:
        """Look at some moments before, so that axes have their ranges from the first frame on.

        Parameters
        ----------
        step : callable
            Called before each look; what it raises ends the work.
        """
        began = perf_counter()
        for moment in self.samples(_LOOKS):
            step()
            for view, cell, _ in self._cells:
                cell.learn(self._figure(view, moment))
            if perf_counter() - began > _LOOKING:
                break

    def samples(self, count: int) -> list[Moment]:
        """Return some moments, the last one first, then evenly over the run."""
        chosen = np.unique(np.linspace(0, len(self.moments) - 1, count).astype(int)).tolist()
        return [self.moments[i] for i in (chosen[-1], *chosen[:-1])]

    def __iter__(self) -> Iterator[tuple[Frame, int]]:
        """Yield each different frame, and how many frames it lasts."""
        for moment in self.moments:
            yield self.draw(moment), moment.frames

    def draw(self, moment: Moment) -> Frame:
        """Draw a moment; the frame is good until the next one is drawn."""
        for view, cell, place in self._cells:
            self._frame[place] = cell.draw(self._figure(view, moment))[..., :3]
        self._frame[-self._strip.height :] = self._strip.draw(moment.k)[..., :3]
        return self._frame

    def _figure(self, view: View, moment: Moment) -> Figure:
        threads.go_on()
        within = moment.within if view.lines else 0.0
        shown = [
            replace(
                one,
                k=min(moment.k, one.k),
                seen=one.k,
                points=self._points,
                within=within if moment.k < one.k else 0.0,
            )
            for one in self._shown
        ]
        try:
            return view.figure(shown)
        except Exception as error:  # a view of somebody else's must not take the movie with it
            words = f"This view could not be drawn ({type(error).__name__}: {error})."
            return Figure(view.label, empty=words)
