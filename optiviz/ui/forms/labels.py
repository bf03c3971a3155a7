"""Texts in the theme's quieter colours: muted notes, and mistakes with their icon."""

from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from optiviz.ui.forms.words import breakable, spoken
from optiviz.ui.guard import guarded
from optiviz.ui.icons import paint_icon
from optiviz.ui.theme import current_theme

_GAP = 6  # between an icon and its text


class Note(QLabel):
    """A text that wraps, in one of the theme's colours.

    Parameters
    ----------
    text : str
    role : str
        A name of the palette, such as "muted" or "danger".
    """

    def __init__(self, text: str = "", role: str = "muted", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._role = role
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.say(text)
        self._paint_in_role()

    def say(self, text: str) -> None:
        """Show a text; long words may break."""
        self.setText(breakable(text))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._paint_in_role()

    def _paint_in_role(self) -> None:
        wanted = current_theme().colour(self._role)
        if self.palette().color(QPalette.ColorRole.WindowText) != wanted:
            palette = QPalette()
            palette.setColor(QPalette.ColorRole.WindowText, wanted)
            self.setPalette(palette)


class MistakeNote(Note):
    """What is wrong with the field above, behind a warning sign; hidden while nothing is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(role="danger", parent=parent)
        self._make_room()
        self.hide()

    def say(self, text: str) -> None:
        """Show a mistake's message as a sentence, or hide for an empty one."""
        super().say(spoken(text))
        self.setVisible(bool(text))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of the type."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._make_room()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the sign beside the first line."""
        super().paintEvent(event)
        side = self._side()
        top = (self.fontMetrics().height() - side) / 2
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = current_theme().colour(self._role)
        paint_icon(painter, "warning", QRectF(0, top, side, side), colour)

    def _make_room(self) -> None:
        self.setContentsMargins(self._side() + _GAP, 0, 0, 0)

    def _side(self) -> int:
        return self.fontMetrics().ascent() + 1
