"""A second, lower plot over the same x: ranges, margins and the playhead go across both.

Imports Qt, the plot and the figure.
"""

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QObject

from optiviz.ui.canvas.plot import PlotPane
from optiviz.ui.theme import current_theme
from optiviz.views.figure import Figure

__all__ = ["LOWER", "UPPER", "Pair"]

UPPER, LOWER = 8, 5
"""How the height is shared."""

_LEAST: Final = 11.0  # usual texts high: below this there is room for the upper plot alone


class Pair(QObject):
    """Keeps two plots over each other in step.

    Parameters
    ----------
    upper, lower : PlotPane
    """

    def __init__(self, upper: PlotPane, lower: PlotPane) -> None:
        super().__init__(upper)
        self._upper, self._lower = upper, lower
        self._busy = False
        lower.hide()
        upper.arranged.connect(lambda: self._follow(upper, lower))
        lower.arranged.connect(lambda: self._follow(lower, upper))
        upper.zoomed_changed.connect(self._zoomed_above)
        lower.zoomed_changed.connect(self._zoomed_below)

    def show_below(self, figure: Figure | None, height: int) -> None:
        """Show a figure below, where the height has room for it; None shows none.

        Parameters
        ----------
        figure : Figure or None
        height : int
            Of both, in pixels.
        """
        fits = figure is not None and height >= _LEAST * current_theme().em
        self._upper.set_over(fits)
        if figure is not None and fits:
            self._lower.set_figure(figure)
            self._follow(self._upper, self._lower)
        else:
            _keep_room((self._upper,), 0.0, 0.0)
        self._lower.setVisible(fits)

    def _zoomed_above(self, zoomed: bool) -> None:
        if not zoomed:
            self._lower.reset_view()

    def _zoomed_below(self, zoomed: bool) -> None:
        if not zoomed:
            self._follow(self._upper, self._lower)

    def _follow(self, one: PlotPane, other: PlotPane) -> None:
        """Give the other plot the range and the margins of one that was laid out anew."""
        if self._busy or not self._upper.is_over():
            return
        self._busy = True
        if one.zoomed() and not other.zoomed():
            other.set_zoomed()
        wanted = one.box.viewRange()[0]
        if other.box.viewRange()[0] != wanted:
            other.box.setXRange(*wanted, padding=0.0)
        needs = zip(one.frame.needs, other.frame.needs, strict=True)
        _keep_room((other, one), *map(max, needs))
        self._busy = False


def _keep_room(panes: Iterable[PlotPane], left: float, right: float) -> None:
    for pane in panes:
        if pane.frame.least() != (left, right):
            pane.frame.set_least(left, right)
            pane.arrange()
