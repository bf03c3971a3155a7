"""The line of a plot that marks the time on show.

Imports pyqtgraph, the other rooms of the canvas, the theme and the figure.
"""

import pyqtgraph as pg

from optiviz.ui.canvas.axes import Scale
from optiviz.ui.canvas.marks import CrispLine, Marks
from optiviz.ui.canvas.pixels import Pixels
from optiviz.ui.theme import current_theme
from optiviz.views.figure import Rule

__all__ = ["PlayheadLine"]

_ABOVE = 9_000  # every mark


class PlayheadLine:
    """An upright line over the marks of a plot whose x is time.

    Attributes
    ----------
    x : float or None
        The time on show; None for none.
    """

    def __init__(self, box: pg.ViewBox) -> None:
        self.x: float | None = None
        self._line = CrispLine(box)
        self._line.setZValue(_ABOVE)
        self._line.setVisible(False)

    def restyle(self) -> None:
        """Take the colour and the width of the theme."""
        self._line.setPen(current_theme().pen("accent", 2.0))

    def place(self, on_time: bool, marks: Marks, scale: Scale, pixels: Pixels) -> None:
        """Put it where its time is, if the axis of x is time and shows that.

        A figure may bring a playhead of its own, for reports; it is hidden beside this one.
        """
        shown = on_time and self.x is not None
        for mark in marks.shown:
            if isinstance(mark.item, Rule) and mark.item.upright and mark.item.role == "accent":
                mark.graphics.setVisible(not shown)
        if not shown or self.x is None:
            self._line.setVisible(False)
            return
        place = scale.place(self.x)
        inside = pixels.x[0] <= place <= pixels.x[1]
        if inside:
            at = round(pixels.at(place, 0.0)[0])
            self._line.setLine(at, 0.0, at, pixels.height)
        self._line.setVisible(inside)
