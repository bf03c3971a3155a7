"""Small buttons with one of our icons, which grow with the type."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from optiviz.ui.icons import set_icon
from optiviz.ui.theme import current_theme


class IconButton(QToolButton):
    """A flat button with an icon, and words beside it if it has some.

    Parameters
    ----------
    name : str
        Of the icon.
    words : str
        Beside the icon; without them, `explain` must say what it does.
    """

    def __init__(self, name: str, words: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        if words:
            self.setText(words)
            self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        set_icon(self, name)
        current_theme().changed.connect(self._restyle)
        self._restyle()

    def explain(self, words: str) -> None:
        """Say what it does, in its tooltip and to people who have it read to them."""
        self.setToolTip(words)
        self.setAccessibleName(words)

    def _restyle(self) -> None:
        side = current_theme().icon_size
        self.setIconSize(QSize(side, side))
