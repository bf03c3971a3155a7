"""Ticks and labels of axes that have little room."""

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from optiviz.reports.sizes import SIZE
from optiviz.views.figure import in_two_lines

_HIGH, _WIDE = 0.24, 0.5  # inches that a tick needs, upwards and to the right
_MOST_UPWARDS, _MOST_TO_THE_RIGHT = 6, 8
_SMALLEST = 0.72  # of the usual size, how small a label becomes


def fit(axes: Axes, width: float, height: float, wide: Callable[[str], float]) -> None:
    """Have no more ticks than there is room for, and a label of the upright axis that fits.

    A label that is long for the axis is smaller, or in two lines.

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
            count = max(2, min(most, int(room)))
            locator.set_params(nbins=count)
            while axis is axes.xaxis and count > 2 and _touch(axes, width, wide):
                count -= 1
                locator.set_params(nbins=count)
    label = axes.yaxis.label
    words = label.get_text().replace("\n", " ")
    if words:
        if 0.95 * height < _SMALLEST * wide(words):
            words = "\n".join(in_two_lines(words, 0))
        label.set_text(words)
        share = 0.95 * height / wide(words)
        label.set_fontsize(max(_SMALLEST, min(1.0, share)) * SIZE)


def _touch(axes: Axes, width: float, wide: Callable[[str], float]) -> bool:
    """Whether words below axes of so many inches are nearer to each other than a space."""
    axis, (low, high) = axes.xaxis, sorted(axes.get_xlim())
    places = [place for place in axis.get_majorticklocs() if low <= place <= high]
    words = axis.get_major_formatter().format_ticks(places)
    halves = [wide(text) / 2 for text in words]
    apart = np.diff(places) / (high - low) * width
    return any(
        distance < one + other + wide("n")
        for distance, one, other in zip(apart, halves[:-1], halves[1:], strict=True)
    )
