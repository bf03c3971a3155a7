"""Ticks and labels of axes that have little room."""

from collections.abc import Callable

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from optiviz.reports.styles import SIZE

_HIGH, _WIDE = 0.24, 0.5  # inches that a tick needs, upwards and to the right
_MOST_UPWARDS, _MOST_TO_THE_RIGHT = 6, 8
_SMALLEST = 0.72  # of the usual size, how small a label becomes


def fit(axes: Axes, width: float, height: float, wide: Callable[[str], float]) -> None:
    """Have no more ticks than there is room for, and a label of the upright axis that fits.

    Parameters
    ----------
    width, height : float
        Of the axes, in inches.
    wide : callable
        Returns how wide a text is, in inches.
    """
    for axis, most, room in (
        (axes.xaxis, _MOST_TO_THE_RIGHT, width / _WIDE),
        (axes.yaxis, _MOST_UPWARDS, height / _HIGH),
    ):
        if isinstance(locator := axis.get_major_locator(), MaxNLocator):
            locator.set_params(nbins=max(2, min(most, int(room))))
    label = axes.yaxis.label
    if label.get_text():
        share = 1.05 * height / wide(label.get_text())
        label.set_fontsize(max(_SMALLEST, min(1.0, share)) * SIZE)
