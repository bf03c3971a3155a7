"""What the panels that stand over the views have in common. Nothing waits for them."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from optiviz.ui.card import draw_ground
from optiviz.ui.forms import IconButton
from optiviz.ui.guard import guarded
from optiviz.ui.plain import Label
from optiviz.ui.theme import current_theme


class PanelOverViews(QFrame):
    """A card over other widgets, with a title and a button that closes it.

    Parameters
    ----------
    title : str
    over : QWidget
        It stands where this one is, inside the parent, and follows it.
    parent : QWidget
    """

    def __init__(self, title: str, over: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = over
        self._before: QWidget | None = None  # where the focus was
        self.setAccessibleName(title)
        self._title = Label(title, self)
        self._close = IconButton("close", "", self)
        self._close.explain("Close (Escape)")
        self._close.clicked.connect(self.dismiss)
        over.installEventFilter(self)
        current_theme().changed.connect(self._restyle)
        self.hide()

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._close)
        return head

    def _restyle(self) -> None:
        self._title.setFont(current_theme().font(bold=True))
        self._put()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        QPainter(self).fillRect(self.rect(), current_theme().colour("ground"))
        draw_ground(self)  # what lies below would else be seen at its corners

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: D102
        if watched is self._over and event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self._put()
        return False

    def _put(self) -> None:
        parent = self.parentWidget()
        if parent is not None and self.isVisible():
            self._stand(self._over, parent)

    def _stand(self, around: QWidget, parent: QWidget) -> None:
        """Take size and place, with the other widget in the parent's coordinates."""
        raise NotImplementedError

    def _remember_focus(self) -> None:
        """Note where the focus is, before it opens."""
        if not self.isVisible():
            self._before = self.window().focusWidget()

    def _appear(self) -> None:
        self.show()
        self.raise_()
        self._put()

    def dismiss(self) -> None:
        """Close, and give the focus back."""
        self.hide()
        before, self._before = self._before, None
        if before is not None and before.isVisible():
            before.setFocus()
