"""A number to type or to step: any text may stand in it, and it says what it holds."""

import math

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QStyle, QStyleOptionSpinBox, QWidget

from optiviz.engine.parameters import Param
from optiviz.ui.forms.words import number_text, parsed_number

_LEADING = (1.0, 2.0, 5.0, 10.0)  # steps of a logarithmic scale, three to a factor of ten
_PAGE = 10  # steps of Page Up and Page Down: a factor of ten on a logarithmic scale


class NumberEdit(QAbstractSpinBox):
    """A line for a number with arrows; wheel and arrows step, along a log scale where declared.

    Signals
    -------
    changed()
        At every change by the user, also while typing.
    committed()
        When a change is complete: Enter, leaving the field, or a step.

    Parameters
    ----------
    param : Param
        Limits and scale.
    whole : bool
        For whole numbers.
    step : float, optional
        Of the arrows; follows from the value and the limits if left out.
    """

    changed = Signal()
    committed = Signal()

    def __init__(
        self, param: Param, whole: bool, step: float | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._param, self._whole, self._step = param, whole, step
        self._exact: float | None = None  # the number behind the text, if it was set
        self._last = ""
        self._quiet = False
        self.setAccelerated(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # by default the wheel takes the focus
        self.lineEdit().textChanged.connect(self._on_text)
        self.editingFinished.connect(self._on_finished)

    def value(self) -> int | float | str:
        """Return the number, or the text as it stands if it is none."""
        text = self.lineEdit().text()
        if self._exact is not None and text == number_text(self._exact):
            return self._exact
        return parsed_number(text, self._whole)

    def set_value(self, value: float | str | None) -> None:
        """Show a number, a text, or nothing, without a signal."""
        self._exact = value if isinstance(value, int | float) else None
        text = value if isinstance(value, str) else "" if value is None else number_text(value)
        self._quiet = True
        self.lineEdit().setText(text)
        self.lineEdit().setCursorPosition(0)
        self._quiet = False
        self._last = text

    def stepBy(self, steps: int) -> None:
        """Go some steps up or down, as far as the limits allow."""
        now = self.value()
        if isinstance(now, str) or not math.isfinite(now):
            return
        after = self._stepped(now, steps)
        if after != now:
            self.set_value(after)
            self.lineEdit().selectAll()
            self.changed.emit()
            self.committed.emit()

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        """Return which of the arrows lead anywhere."""
        now = self.value()
        flags = QAbstractSpinBox.StepEnabledFlag.StepNone
        if not isinstance(now, str) and math.isfinite(now):
            if self._stepped(now, 1) > now:
                flags |= QAbstractSpinBox.StepEnabledFlag.StepUpEnabled
            if self._stepped(now, -1) < now:
                flags |= QAbstractSpinBox.StepEnabledFlag.StepDownEnabled
        return flags

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Step if the field has the focus; else let the panel scroll."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def sizeHint(self) -> QSize:
        """Room for nine digits and the arrows."""
        return self._size_for("000000000")

    def minimumSizeHint(self) -> QSize:
        """Room for four digits and the arrows."""
        return self._size_for("0000")

    def _size_for(self, text: str) -> QSize:
        option = QStyleOptionSpinBox()
        self.initStyleOption(option)
        metrics = self.fontMetrics()
        inner = QSize(metrics.horizontalAdvance(text), self.lineEdit().sizeHint().height())
        kind = QStyle.ContentsType.CT_SpinBox
        height = self.style().sizeFromContents(kind, option, inner, self).height()
        # Arrows and margins, in the height of the type: styles differ in what they say of them.
        return QSize(inner.width() + 2 * metrics.height() + 6, height)

    def _on_text(self) -> None:
        if not self._quiet:
            self.changed.emit()

    def _on_finished(self) -> None:
        value = self.value()
        if isinstance(value, str) or not math.isfinite(value):
            return  # it stays as it was typed
        if number_text(value) != self._last:
            self.set_value(value)
            self.committed.emit()

    def _stepped(self, now: float, steps: int) -> float:
        if self._param.scale == "log":
            pages = int(steps / _PAGE)  # towards zero
            after = now * 10.0**pages
            for _ in range(abs(steps - pages * _PAGE)):
                after = _next_leading(after, up=steps > 0)
        else:
            after = now + steps * (self._step or self._linear_step(now))
        return self._within(after, now)

    def _linear_step(self, now: float) -> float:
        """Return a step of about a hundredth to a tenth of the number."""
        low, high = self._limits()
        size = abs(now)
        if self._whole:
            return 1 if size < 200 else 10 ** (int(math.log10(size)) - 1)
        if low is not None and high is not None and high - low <= 1:
            return 0.01
        return 0.1 if size == 0 else float(10.0 ** (math.floor(math.log10(size)) - 1))

    def _limits(self) -> tuple[float | None, float | None]:
        low = self._param.gt if self._param.gt is not None else self._param.ge
        high = self._param.lt if self._param.lt is not None else self._param.le
        return low, high

    def _within(self, after: float, now: float) -> float:
        """Return a number inside the limits: `after`, the limit, or `now` where neither will do."""
        after = round(after) if self._whole else float(f"{after:.12g}")
        if self._param.limit_mistake(after) is None:
            return after
        limit = self._param.le if after > now else self._param.ge
        if limit is not None and self._param.limit_mistake(limit) is None:
            return int(limit) if self._whole else float(limit)
        return now


def _next_leading(now: float, up: bool) -> float:
    """Return the next of 1, 2, 5, 10, 20, ... above or below a number."""
    if now <= 0:
        return 1e-6 if up and now == 0 else now
    power = 10.0 ** math.floor(math.log10(now) + 1e-12)
    leading = now / power
    if up:
        return power * next(step for step in _LEADING if step > leading * (1 + 1e-9))
    smaller = (0.5, *_LEADING)
    return power * max(step for step in smaller if step < leading * (1 - 1e-9))
