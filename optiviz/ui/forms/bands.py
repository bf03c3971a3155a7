"""What stretches of a slider's values do: a strip of bands under it, and in words the one it is in.

The words say all that the colours do, for people who can't tell these apart or don't see them.
"""

from collections.abc import Callable
from math import inf, isfinite
from typing import Any, NamedTuple

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QSlider, QStyle, QStyleOptionSlider, QVBoxLayout, QWidget

from optiviz.ui.forms.labels import Note
from optiviz.ui.guard import guarded
from optiviz.ui.plain import tip
from optiviz.ui.theme import current_theme

_HEIGHT = 8  # of the strip
_NARROWEST = 4  # pixels of a band that is within it
_LINES = 2  # of words that always have room, so that nothing jumps


class RateBand(NamedTuple):
    """Values with which the same happens.

    Attributes
    ----------
    low, high : float
        From above `low` up to `high`, which may be infinite.
    word, meaning : str
        In one word, and in a few more.
    role : str
        Of its colour.
    opacity : float
        0 to 1.
    hatched : bool
    """

    low: float
    high: float
    word: str
    meaning: str
    role: str
    opacity: float = 1.0
    hatched: bool = False


class Bands(QWidget):
    """Bands below a slider, and words for the one that its value is in.

    Parameters
    ----------
    slider : QSlider
    place_of : callable
        Returns where on the slider a positive number is, which may be beyond its ends.
    """

    def __init__(
        self, slider: QSlider, place_of: Callable[[float], float], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.strip = _Strip(slider, place_of, self)
        self.note = Note(role="text", parent=self)
        self.note.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._slider = slider
        self._bands: tuple[RateBand, ...] = ()
        self._about = ""
        self._value: Any = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.strip)
        column.addWidget(self.note)
        self._make_room()

    def show_bands(self, bands: tuple[RateBand, ...], about: str) -> None:
        """Show bands, and say what they follow from; hide where there is nothing to say."""
        self.setVisible(bool(about))
        if (bands, about) != (self._bands, self._about):
            self._bands, self._about = bands, about
            self.strip.show_bands(bands)
            self._say()

    def show_value(self, value: Any) -> None:
        """Say what the value does that the slider has, or what was typed instead."""
        if value != self._value:
            self._value = value
            self._say()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of the type and the theme."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._make_room()
        self.strip.update()

    def _make_room(self) -> None:
        self.note.setMinimumHeight(_LINES * self.note.fontMetrics().lineSpacing())

    def _band(self) -> RateBand | None:
        value = self._value
        if not isinstance(value, int | float) or not 0 < value < inf:
            return None
        return next((band for band in self._bands if band.low < value <= band.high), None)

    def _say(self) -> None:
        band = self._band()
        limit = self._bands[-1].low if self._bands else inf
        words = self._about
        if band is not None:
            at = f"{limit:.3g}"
            what = band.word.capitalize()
            rest = f"{self._bands[-1].word} above {at}"
            words = f"{what}: above {at}" if band is self._bands[-1] else f"{what}; {rest}"
        elif self._bands:
            words = f"{self._bands[-1].word.capitalize()} above {limit:.3g}"
        self.note.say(words)
        ranges = ", ".join(_range(band) for band in self._bands)
        now = "" if band is None else f" {self._value:g} is {band.word}: {band.meaning}."
        whole = f"{ranges.capitalize()}.{now} {self._about}" if ranges else self._about
        self._slider.setAccessibleDescription(whole)
        lines = [f"{_range(b)}: {b.meaning}" for b in self._bands]
        for widget in (self, self.strip, self.note):
            widget.setToolTip(tip("\n".join(filter(None, (*lines, self._about)))))


def _range(band: RateBand) -> str:
    if not isfinite(band.high):
        return f"{band.word} above {band.low:.3g}"
    return f"{band.word} up to {band.high:.3g}"


class _Strip(QWidget):
    """Bands in their colours, each where the slider's handle would be."""

    def __init__(
        self, slider: QSlider, place_of: Callable[[float], float], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._slider, self._place_of = slider, place_of
        self._bands: tuple[RateBand, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_bands(self, bands: tuple[RateBand, ...]) -> None:
        """Draw other bands."""
        self._bands = bands
        self.update()

    def sizeHint(self) -> QSize:
        """As high as a strip is, at the size of the type."""
        return QSize(40, round(_HEIGHT * current_theme().scale))

    def x_of(self, value: float) -> float:
        """Return where the middle of the handle is for a value, within the strip."""
        option = QStyleOptionSlider()
        self._slider.initStyleOption(option)
        handle = self._slider.style().subControlRect(
            QStyle.ComplexControl.CC_Slider,
            option,
            QStyle.SubControl.SC_SliderHandle,
            self._slider,
        )
        low, high = self._slider.minimum(), self._slider.maximum()
        if value <= 0:
            return 0.0
        if value == inf:
            return float(self.width())
        share = (self._place_of(value) - low) / (high - low)
        x = handle.width() / 2 + share * (self.width() - handle.width())
        return min(max(x, 0.0), float(self.width()))

    def _ends(self, band: RateBand) -> tuple[float, float]:
        """Return from where to where a band is drawn: wide enough to be seen, if it is there."""
        left, right = self.x_of(band.low), self.x_of(band.high)
        lacking = _NARROWEST * current_theme().scale - (right - left)
        if left > 0 and right < self.width() and lacking > 0:
            left, right = left - lacking / 2, right + lacking / 2
        return left, right

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        theme = current_theme()
        boxes = [(band, *self._ends(band)) for band in self._bands]
        # Narrow ones last: they are drawn wider than they are, over their neighbours.
        for band, left, right in sorted(boxes, key=lambda box: box[1] - box[2]):
            if right <= left:
                continue
            box = QRectF(left, 0.0, right - left, float(self.height()))
            painter.fillRect(box, theme.colour("card"))
            box.adjust(1.0 if left > 0 else 0.0, 0.0, 0.0, 0.0)  # the card shows between two
            colour = theme.colour(band.role)
            colour.setAlphaF(band.opacity)
            painter.fillRect(box, colour)
            if band.hatched:
                lines = theme.colour(band.role)
                painter.fillRect(box, QBrush(lines, Qt.BrushStyle.BDiagPattern))
