"""Controls for numbers: one, one with a slider on a logarithmic scale, and several in a line."""

import math
import re
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLineEdit, QSlider, QWidget

from optiviz.engine.parameters import Param
from optiviz.ui.forms.bands import Bands, RateBand
from optiviz.ui.forms.control import Control
from optiviz.ui.forms.number import NumberEdit
from optiviz.ui.forms.words import number_text, parsed_number
from optiviz.ui.plain import Label


class NumberControl(Control):
    """A number, with its unit behind it."""

    def __init__(
        self, param: Param, whole: bool, step: float | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.edit = NumberEdit(param, whole, step, self)
        parts: list[QWidget] = [self.edit]
        if param.unit:
            parts.append(Label(param.unit, self))
        self._holds(*parts, focus=self.edit)
        self.edit.changed.connect(self.changed)
        self.edit.committed.connect(self.committed)

    def value(self) -> Any:
        """Return the number, or the text if it is none."""
        return self.edit.value()

    def set_value(self, value: Any) -> None:
        """Show a number, or a text as it is."""
        bad = isinstance(value, bool) or not isinstance(value, int | float | str)
        self.edit.set_value(None if value is None else str(value) if bad else value)


class LogControl(NumberControl):
    """A number of a logarithmic scale, with a slider below it."""

    PER_DECADE = 40  # places of the slider
    _BELOW, _ABOVE = 3, 2  # factors of ten about the middle

    def __init__(
        self, param: Param, whole: bool, middle: float, parent: QWidget | None = None
    ) -> None:
        super().__init__(param, whole, None, parent)
        self._param, self._whole, self._middle = param, whole, middle
        self._bands: Bands | None = None
        self.slider = CalmSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(-self._BELOW * self.PER_DECADE, self._ABOVE * self.PER_DECADE)
        self.slider.setPageStep(self.PER_DECADE)
        row = self.layout()
        assert isinstance(row, QBoxLayout)
        inner = QHBoxLayout()
        inner.setSpacing(6)
        while item := row.takeAt(0):
            inner.addItem(item)
        row.setDirection(QBoxLayout.Direction.TopToBottom)
        row.setSpacing(2)
        row.addLayout(inner)
        row.addWidget(self.slider)
        self.slider.valueChanged.connect(self._on_slider)
        self.edit.changed.connect(self._follow)
        self.edit.committed.connect(self._follow)

    def set_value(self, value: Any) -> None:
        """Show a number, or a text as it is."""
        super().set_value(value)
        self._follow()

    def set_bands(self, bands: tuple[RateBand, ...], about: str) -> None:
        """Show what stretches of its values do.

        Parameters
        ----------
        bands : tuple of RateBand
            Rising; none where there is only something to say.
        about : str
            Of what they follow from, or why there are none; empty for neither words nor bands.
        """
        if self._bands is None and about:
            self._bands = Bands(self.slider, self._place_of, self)
            column = self.layout()
            assert isinstance(column, QBoxLayout)
            column.addWidget(self._bands)
        if self._bands is not None:
            self._bands.show_bands(bands, about)
            self._bands.show_value(self.value())

    def _place_of(self, number: float) -> float:
        """Return where on the slider a positive number is; infinite for infinity."""
        return (math.log10(number) - math.log10(self._middle)) * self.PER_DECADE

    def name(self, label: str, tip: str) -> None:
        """Tell what it is for."""
        super().name(label, tip)
        self.slider.setAccessibleName(f"{label}, slider")
        self.slider.setToolTip(tip)

    def first_line(self) -> int:
        """Return the height of the line above the slider."""
        return self.edit.sizeHint().height()

    def _follow(self) -> None:
        number = self.value()
        if self._bands is not None:
            self._bands.show_value(number)
        if isinstance(number, int | float) and 0 < number < math.inf:
            place = round(self._place_of(number))
            blocked = self.slider.blockSignals(True)
            self.slider.setValue(place)
            self.slider.blockSignals(blocked)

    def _on_slider(self, place: int) -> None:
        number = float(f"{self._middle * 10 ** (place / self.PER_DECADE):.2g}")
        if self._whole:
            number = max(1, round(number))
        if self._param.limit_mistake(number) is None and number != self.value():
            self.edit.set_value(number)
            if self._bands is not None:
                self._bands.show_value(number)
            self.changed.emit()
            self.committed.emit()


class CalmSlider(QSlider):
    """A slider that lets panels scroll while it isn't the one in use."""

    def __init__(self, orientation: Qt.Orientation, parent: QWidget | None = None) -> None:
        super().__init__(orientation, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Move if the slider has the focus; else let the panel scroll."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class NumbersControl(Control):
    """Several numbers in a line, with commas or spaces between them."""

    wide = True

    def __init__(self, whole: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = whole
        self.edit = QLineEdit(self)
        self.edit.setPlaceholderText("numbers, with commas between")
        self._holds(self.edit, focus=self.edit)
        self._last = ""
        self.edit.textEdited.connect(self.changed)
        self.edit.editingFinished.connect(self._on_finished)

    def value(self) -> Any:
        """Return a list of numbers, and of texts where something else stands."""
        return numbers(self.edit.text(), self._whole)

    def set_value(self, value: Any) -> None:
        """Show a list of numbers."""
        items = value if isinstance(value, list | tuple) else []
        self._last = ", ".join(v if isinstance(v, str) else number_text(v) for v in items)
        self.edit.setText(self._last)
        self.edit.setCursorPosition(0)

    def _on_finished(self) -> None:
        if self.edit.text() != self._last:
            self._last = self.edit.text()
            self.committed.emit()


def numbers(text: str, whole: bool = False) -> list[int | float | str]:
    """Return the numbers in a text; brackets are overlooked, other words stay texts."""
    return [parsed_number(word, whole) for word in re.split(r"[\s,;()\[\]{}]+", text) if word]
