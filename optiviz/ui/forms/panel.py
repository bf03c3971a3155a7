"""What every panel of the set-up is: part of a spec to look at and to change."""

from typing import Any, ClassVar

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from optiviz.engine.parameters import Mistake
from optiviz.ui.forms.rows import LinedUp
from optiviz.ui.forms.words import spoken


class Panel(QWidget):
    """The body of one card. Holds plain data; what is wrong with it is told to it from outside.

    Signals
    -------
    changed()
        At every change by the user, also while typing.
    committed()
        When a change is complete.

    Attributes
    ----------
    title : str
        Of its card.
    lined_up : LinedUp
        Of the rows that are in no form.
    """

    changed = Signal()
    committed = Signal()
    title: ClassVar[str] = ""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lined_up = LinedUp(self)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(8)

    def event(self, event: QEvent) -> bool:
        """Follow the width and the size of the type."""
        done = super().event(event)
        self.lined_up.follow(event)
        return done

    def value(self) -> dict[str, Any]:
        """Return its settings as plain data."""
        raise NotImplementedError

    def set_value(self, data: dict[str, Any]) -> None:
        """Show settings, without a signal."""
        raise NotImplementedError

    def set_mistakes(self, mistakes: list[Mistake]) -> None:
        """Show each mistake at the control that its path names, and clear all others."""
        raise NotImplementedError

    def summary(self) -> str:
        """Return its settings in one line, for a folded card."""
        raise NotImplementedError

    def note(self) -> str:
        """Return what the open card says beside its title."""
        return self.summary()

    def label_at(self, path: str) -> str:
        """Return the words on screen for a path, to say where a mistake is."""
        return ""

    def in_a_line(self, mistake: Mistake) -> str:
        """Return a mistake as a sentence that names its field, for a folded card."""
        label = self.label_at(mistake.path)
        if label and mistake.message.startswith(("must", "is ")):
            return spoken(f"{label} {mistake.message}")
        return spoken(mistake.message)
