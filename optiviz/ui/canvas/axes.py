"""Axes as arithmetic: scales from values to the plot, ranges that sit still, ticks and numbers.

Imports numpy and the figure; knows no toolkit.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optiviz.views.figure import Axis

__all__ = [
    "Scale", "Tick", "extent", "named_ticks", "number", "range_of", "ticks_of", "tidy_step",
]  # fmt: skip

Array = NDArray[np.float64]
Range = tuple[float, float]

LARGEST = 1e300
"""Beyond it a difference of two values could overflow."""
LEAST = 1e-290
"""Differences below it have too few digits to count in."""


@dataclass(frozen=True)
class Scale:
    """How values become places in the plot.

    Qt cannot invert transforms of very large or very small units, so places are counted in a
    unit that is a power of ten near the range.

    Attributes
    ----------
    log : bool
        Places are decimal logarithms; values that are not above zero have none.
    unit : float
    """

    log: bool = False
    unit: float = 1.0

    def places(self, values: ArrayLike) -> Array:
        """Return the places of values, nan where there is none."""
        array = np.asarray(values, dtype=np.float64)
        if self.log:
            with np.errstate(all="ignore"):
                return np.log10(np.where(array > 0.0, array, np.nan))
        if array.size and not abs(_largest(array)) <= self._largest:
            array = np.where(np.abs(array) <= self._largest, array, np.nan)
        return array if self.unit == 1.0 else array / self.unit

    def place(self, value: float) -> float:
        """Return the place of one value, nan where it has none."""
        if self.log:
            return math.log10(value) if 0.0 < value < math.inf else math.nan
        return value / self.unit if abs(value) <= self._largest else math.nan

    @property
    def _largest(self) -> float:
        """The largest value that has a place."""
        return LARGEST * min(self.unit, 1.0)

    def value(self, place: float) -> float:
        """Return the value at a place."""
        if self.log:
            return float(10.0 ** min(max(place, -307.0), 308.0))
        return place * self.unit

    @staticmethod
    def fitting(low: float, high: float, log: bool) -> "Scale":
        """Return the scale for a range of values (of logarithms on a log axis)."""
        span = max(abs(low), abs(high))
        if log or 1e-4 <= span <= 1e7 or span == 0.0:
            return Scale(log)
        return Scale(log, max(10.0 ** math.floor(math.log10(span)), LEAST))


@dataclass(frozen=True)
class Tick:
    """A place on an axis and what stands there."""

    place: float
    text: str


def _largest(array: Array) -> float:
    """Return a value that is nan or huge if any is."""
    return float(max(array.max(), -array.min()))


def extent(values: ArrayLike, log: bool = False) -> Range | None:
    """Return the least and the greatest finite value, or None.

    On a log axis these are logarithms, of the values above zero.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.size == 0:
        return None
    low, high = float(array.min()), float(array.max())
    if not (math.isfinite(low) and math.isfinite(high)) or high > LARGEST or low < -LARGEST:
        array = array[np.abs(array) <= LARGEST]
        if array.size == 0:
            return None
        low, high = float(array.min()), float(array.max())
    if not log:
        return low, high
    if high <= 0.0:
        return None
    if low <= 0.0:
        low = float(array[array > 0.0].min())
    return math.log10(low), math.log10(high)


def tidy_step(span: float, parts: float) -> float:
    """Return the step of 1, 2 or 5 times a power of ten that gives at most `parts` steps."""
    least = span / max(parts, 1.0)
    if not least > 0.0 or not math.isfinite(least):
        return 1.0
    power = 10.0 ** math.floor(math.log10(least))
    for factor in (1.0, 2.0, 5.0):
        if factor * power >= least * (1.0 - 1e-9):
            return factor * power
    return 10.0 * power


def range_of(
    axis: Axis, extents: Iterable[Range | None], *, exact: Range | None = None, time: bool = False
) -> Range:
    """Return the range of an axis, in values (logarithms on a log axis).

    It is a function of the data alone, and snaps to steps, so that it sits still while live data
    grows.

    Parameters
    ----------
    axis : Axis
    extents : iterable of (float, float) or None
        Of the items.
    exact : (float, float), optional
        What an image covers: the range has no padding beyond it.
    time : bool
        The axis is time: hardly any padding, so that the end of a run is the end of the plot.
    """
    known = [e for e in extents if e is not None]
    low = min((e[0] for e in known), default=0.0)
    high = max((e[1] for e in known), default=1.0)
    if exact is not None:
        low, high = min(low, exact[0]), max(high, exact[1])
        snug = (low, high) == exact
    else:
        snug = False
    if not snug:
        low, high = _padded(low, high, axis.log, time)
    if axis.low is not None and (not axis.log or axis.low > 0.0):
        low = math.log10(axis.low) if axis.log else axis.low
    if axis.high is not None and (not axis.log or axis.high > 0.0):
        high = math.log10(axis.high) if axis.log else axis.high
    if not (math.isfinite(low) and math.isfinite(high)):
        low, high = 0.0, 1.0
    least = max(abs(low), abs(high), LEAST) * 1e-9
    if high - low < least:
        middle = (low + high) / 2
        half = max(abs(middle) * 0.05, 0.5 if axis.log or abs(middle) < LEAST else least)
        low, high = middle - half, middle + half
    return low, high


def _padded(low: float, high: float, log: bool, time: bool) -> Range:
    span = high - low
    if not span > 1e-12 * max(abs(low), abs(high), LEAST):
        half = 0.5 if log or abs(high) < LEAST else abs(high) * 0.1
        return low - half, high + half
    step = tidy_step(span, 20)
    if time:
        end = math.ceil(high / step - 1e-9) * step
        return low - 0.01 * (end - low), end + 0.01 * (end - low)
    pad = 0.04 * span
    return (
        math.floor((low - pad) / step + 1e-9) * step,
        math.ceil((high + pad) / step - 1e-9) * step,
    )


def number(value: float, digits: int = 4) -> str:
    """Return a number as people read it: 1,000 and 0.869 and 6.11e−10."""
    if value != value:
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0.0:
        return "0"
    size = abs(value)
    if size >= 1e7 or size < 1e-4:
        mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
        if "." in mantissa:
            mantissa = mantissa.rstrip("0").rstrip(".")
        return f"{mantissa}e{int(exponent)}".replace("-", "−")
    if value == round(value) and size < 1e7:
        return f"{value:,.0f}".replace("-", "−")
    decimals = max(digits - 1 - math.floor(math.log10(size)), 0)
    return f"{value:,.{decimals}f}".replace("-", "−")


def _tick_texts(values: list[float], step: float) -> list[str]:
    """Return texts of one format for values that are multiples of a step."""
    largest = max((abs(v) for v in values), default=0.0)
    if largest >= 1e7 or (0.0 < largest < 1e-4):
        power = math.floor(math.log10(largest) + 1e-9)
        decimals = max(power - math.floor(math.log10(step) + 1e-9), 0)
        return [
            "0"
            if abs(v) < step * 1e-6
            else f"{v / 10.0**power:.{decimals}f}e{power}".replace("-", "−")
            for v in values
        ]
    decimals = min(max(-math.floor(math.log10(step) + 1e-9), 0), 12)
    return [f"{0.0 if abs(v) < step * 1e-6 else v:,.{decimals}f}".replace("-", "−") for v in values]


def ticks_of(low: float, high: float, scale: Scale, most: int) -> list[Tick]:
    """Return ticks at round values between two places.

    Parameters
    ----------
    low, high : float
        Places.
    scale : Scale
    most : int
        How many there is room for.
    """
    if not (math.isfinite(low) and math.isfinite(high) and high > low):
        return []
    most = max(most, 2)
    if scale.log:
        return _log_ticks(low, high, most)
    low, high = low * scale.unit, high * scale.unit
    if high - low < LEAST * 1e-9:
        return []
    step = tidy_step(high - low, most)
    first, last = _inside(low, high, step)
    if last - first > 1000:
        return []
    while last <= first and step > 0.0:  # one number alone says nothing of the scale
        step = _finer(step)
        first, last = _inside(low, high, step)
    values = [number_ * step for number_ in range(first, last + 1)]
    texts = _tick_texts(values, step)
    return [Tick(v / scale.unit, text) for v, text in zip(values, texts, strict=True)]


def named_ticks(axis: Axis, low: float, high: float, scale: Scale, most: int) -> list[Tick]:
    """Return the ticks that an axis names between two places, or some of them, evenly spaced."""
    places = [Tick(scale.place(value), text) for value, text in axis.ticks]
    inside = [tick for tick in places if low <= tick.place <= high]
    return inside[:: max(math.ceil(len(inside) / max(most, 1)), 1)]


def _inside(low: float, high: float, step: float) -> tuple[int, int]:
    """Return the first and the last multiple of a step between two values."""
    return math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)


def _finer(step: float) -> float:
    """Return the next smaller step: 5, 4, 2 or 1 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step) + 1e-9)
    return next((f * power for f in (4.0, 2.0, 1.0) if f * power < step * 0.999), power / 2)


def _log_ticks(low: float, high: float, most: int) -> list[Tick]:
    low, high = max(low, -300.0), min(high, 300.0)  # what is beyond has no numbers
    if not low < high:
        return []
    decades = range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1)
    if len(decades) < 2:
        found = [
            exponent + math.log10(factor)
            for exponent in range(math.floor(low), math.ceil(high) + 1)
            for factor in ((1.0, 2.0, 5.0) if high - low < 2.5 else (1.0,))
        ]
        inside = [p for p in found if low - 1e-9 <= p <= high + 1e-9]
        if len(inside) >= 2:
            return [Tick(p, number(float(f"{10.0**p:.3g}"), 2)) for p in inside]
        a, b = 10.0**low, 10.0**high
        step = tidy_step(b - a, most)
        first, last = math.ceil(a / step), math.floor(b / step)
        values = [n * step for n in range(first, min(last, first + 50) + 1) if n > 0]
        return [
            Tick(math.log10(v), text)
            for v, text in zip(values, _tick_texts(values, step), strict=True)
        ]
    every = max(math.ceil(len(decades) / most), 1)
    return [Tick(float(e), _power(e)) for e in decades if e % every == 0]


def _power(exponent: int) -> str:
    """Return a power of ten as people read it."""
    if -3 <= exponent <= 5:
        return number(10.0**exponent, 1)
    return f"1e{exponent}".replace("-", "−")
