"""The line below a movie's pictures: which iteration it is, how far the run is, its time."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from optiviz.reports.drawing import settled
from optiviz.reports.drawing.styles import plain
from optiviz.reports.sizes import SIZE
from optiviz.reports.words import seconds_of
from optiviz.views import Shown
from optiviz.views.palette import Palette

_HEIGHT, _EDGE, _GAP = 0.34, 0.16, 0.22  # inches
_LONGEST_NAME = 28  # letters
_LEAST_TRACK = 0.5  # inches
_LEAST_DPI = 80.0


class Strip:
    """The line, drawn again and again into the same pixels.

    Parameters
    ----------
    width : int
        Pixels.
    dpi : float
    palette : Palette
    shown : sequence of Shown
        The runs, each at the last iteration that is to be shown; the longest gives the time.

    Attributes
    ----------
    height : int
        Pixels: an even number.
    """

    def __init__(self, width: int, dpi: float, palette: Palette, shown: Sequence[Shown]) -> None:
        dpi = max(dpi, _LEAST_DPI)
        self.height = 2 * round(_HEIGHT * dpi / 2)
        self._canvas: Any  # much of it has no types
        self._longest = max(shown, key=lambda one: one.k)
        self._last = self._longest.k
        inches = (width + 1e-3) / dpi, (self.height + 1e-3) / dpi
        with settled():
            figure = Canvas(figsize=inches, dpi=dpi, facecolor=palette.card)
            self._canvas = FigureCanvasAgg(figure)
            self._lay_out(figure, inches[0], palette, shown)
            self._canvas.draw()
            self._still = self._canvas.copy_from_bbox(figure.bbox)

    def _lay_out(
        self, figure: Canvas, width: float, palette: Palette, shown: Sequence[Shown]
    ) -> None:
        """Place the words where the longest of them have room, and the track between them."""
        style: dict[str, Any] = {"va": "center_baseline", "size": SIZE, "color": palette.muted}

        def wide(text: str) -> float:
            artist = figure.text(0, 0, text, **style)
            found = artist.get_window_extent(self._canvas.get_renderer()).width / figure.dpi
            artist.remove()
            return float(found)

        left = _EDGE
        name = plain(shown[0].name, _LONGEST_NAME) if len(shown) == 1 else f"{len(shown)} runs"
        # The longest of numbers is that of eights in some fonts, and of the last iteration in ours.
        needed = wide(self._when(self._last))
        times = max(wide(self._time(k)) for k in (0, self._last // 3, self._last))
        right = width - _EDGE - times
        if name and left + wide(name) + needed + 3 * _GAP + _LEAST_TRACK < right:
            figure.text(left / width, 0.5, name, **style | {"color": palette.text})
            left += wide(name) + _GAP
        self._words = figure.text((left + needed) / width, 0.5, "", ha="right", **style)
        self._clock = figure.text(1 - _EDGE / width, 0.5, "", ha="right", **style)
        self._track = np.array([left + needed + _GAP, right - _GAP]) / width
        ends: dict[str, Any] = {"transform": figure.transFigure, "solid_capstyle": "round"}
        there = self._track[1] > self._track[0]
        figure.add_artist(
            Line2D(self._track, [0.5, 0.5], color=palette.line, linewidth=3, visible=there, **ends)
        )
        self._done = Line2D([], [], color=palette.accent, linewidth=3, visible=there, **ends)
        self._head = Line2D(
            [], [], color=palette.accent, marker="o", markersize=7, visible=there, **ends
        )
        for artist in self._moving():
            artist.set_animated(True)
            if isinstance(artist, Line2D):
                figure.add_artist(artist)

    def _moving(self) -> Sequence[Any]:
        return (self._words, self._clock, self._done, self._head)

    def _when(self, k: int) -> str:
        return f"iteration {k:,} of {self._last:,}"

    def _time(self, k: int) -> str:
        seconds = float(self._longest.run.trace.seconds(np.array([k]))[0])
        return f"{seconds_of(seconds)} of computing"

    def draw(self, k: int) -> NDArray[np.uint8]:
        """Draw the line at an iteration.

        Returns
        -------
        ndarray of uint8, shape (height, width, 4)
            Good until the next one is drawn.
        """
        share = k / self._last if self._last else 1.0
        at = self._track[0] + share * (self._track[1] - self._track[0])
        with settled():
            self._canvas.restore_region(self._still)
            self._words.set_text(self._when(k))
            self._clock.set_text(self._time(k))
            self._done.set_data([self._track[0], at], [0.5, 0.5])
            self._head.set_data([at], [0.5])
            for artist in self._moving():
                self._canvas.figure.draw_artist(artist)
        return np.asarray(self._canvas.buffer_rgba())
