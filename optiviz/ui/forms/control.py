"""What every control of a form is: one value of plain data, to look at and to change."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from optiviz.engine.parameters import Mistake

if TYPE_CHECKING:
    from optiviz.ui.forms.rows import Row


class Control(QWidget):
    """Shows and takes one value of plain data.

    Signals
    -------
    changed()
        At every change by the user, also while typing.
    committed()
        When a change is complete.
    """

    changed = Signal()
    committed = Signal()
    wide = False  # it takes the whole width, below its label
    labels_itself = False  # its label is in it, and not beside it

    def value(self) -> Any:
        """Return what it holds: a value of the field's type, or what was typed instead."""
        raise NotImplementedError

    def set_value(self, value: Any) -> None:
        """Show a value, without a signal."""
        raise NotImplementedError

    def name(self, label: str, tip: str) -> None:
        """Tell what it is for, to people who point at it or have it read to them."""
        target = self.focusProxy() or self
        target.setAccessibleName(label)
        target.setAccessibleDescription(tip)
        self.setToolTip(tip)
        target.setToolTip(tip)

    def rows_within(self) -> "list[Row]":
        """Return rows inside it that line up with those around it."""
        return []

    def first_line(self) -> int:
        """Return the height of its first line, or 0 if it has but one."""
        return 0

    def set_mistakes(self, mistakes: list[Mistake]) -> list[Mistake]:
        """Show mistakes inside it, and return those that are to be shown beside it."""
        return mistakes

    def suggest(self, value: Any) -> None:
        """Take a value that is filled in when an optional setting is switched on."""

    def _holds(self, *widgets: QWidget, focus: QWidget) -> None:
        """Lay out its parts in a row; one of them takes the keyboard."""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for widget in widgets:
            row.addWidget(widget, 0 if isinstance(widget, QLabel) else 1)
        self.setFocusProxy(focus)
