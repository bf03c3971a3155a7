"""Texts from outside as what they are: no widget takes one for HTML.

Qt guesses whether a text is HTML, and would show a name such as ``<img src=...>`` as a picture.
"""

from collections.abc import Callable, Mapping
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMessageBox, QWidget

_LONGEST = 2000  # characters of a tooltip


class Label(QLabel):
    """A label that shows its text as it is."""

    def __init__(self, text: str | QWidget | None = None, parent: QWidget | None = None) -> None:
        super().__init__(text if isinstance(text, QWidget) else parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        if isinstance(text, str):
            self.setText(text)


def tip(text: str) -> str:
    """Return a text for a tooltip, where there is no choosing that it is plain."""
    text = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
    if "<" not in text:
        return text
    return f'<p style="white-space: pre-wrap">{escape(text)}</p>'


def choose_one(
    parent: QWidget,
    title: str,
    question: str,
    answers: Mapping[str, Callable[[], object]],
    none: str = "Cancel",
) -> QMessageBox:
    """Ask a question beside whatever goes on; the answer that is chosen is done, or none."""
    box = _asking(parent, title, question)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    for words, act in answers.items():
        box.addButton(words, QMessageBox.ButtonRole.AcceptRole).clicked.connect(act)
    box.addButton(none, QMessageBox.ButtonRole.RejectRole)
    box.open()
    return box


def agrees(parent: QWidget, title: str, question: str, yes: str = "Yes", no: str = "No") -> bool:
    """Ask a question with two buttons, and return whether the answer was the first.

    Enter and Esc are the second.
    """
    box = _asking(parent, title, question)
    first = box.addButton(yes, QMessageBox.ButtonRole.YesRole)
    second = box.addButton(no, QMessageBox.ButtonRole.NoRole)
    box.setDefaultButton(second)
    box.setEscapeButton(second)
    box.exec()
    agreed = box.clickedButton() is first
    box.deleteLater()
    return agreed


def _asking(parent: QWidget, title: str, question: str) -> QMessageBox:
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle(title)
    box.setText(question)
    return box
