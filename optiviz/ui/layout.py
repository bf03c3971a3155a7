"""How the window was left, put back: its place, tab, columns, folded panels, views, look.

Imports Qt, the settings, and the parts of the window whose layout it is.
"""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QSplitter

from optiviz.engine.parameters import SpecError
from optiviz.store.settings import SettingsFile, user_settings
from optiviz.ui.figure_card import FigureCard
from optiviz.ui.setup_card import SetupCard
from optiviz.ui.tab import Tab
from optiviz.ui.theme import current_theme

if TYPE_CHECKING:
    from optiviz.ui.main_window import MainWindow

__all__ = ["Layout", "has_room", "placed", "restore_look"]

_FRAME: Final = QSize(8, 40)  # about, in pixels
_TELL: Final = 1000  # milliseconds after a change: by then it is written, or can't be
_TITLE: Final = QSize(160, 32)  # of the title bar this much must be seen, to move the window by it


def has_room(wanted: QSize, there: QSize) -> bool:
    """Whether a window of a size, with its frame, is all on the screen."""
    return wanted.width() <= there.width() and wanted.height() <= there.height()


def restore_look() -> None:
    """Give the theme the look that the user left, before a window is built in it."""
    now = user_settings().now
    if now.theme:
        current_theme().name = now.theme
    current_theme().scale = now.text_scale


def placed(wanted: QRect, screens: Sequence[QRect], least: QSize) -> QRect | None:
    """Return where a window can be: as it was, no larger than its screen; or None.

    Parameters
    ----------
    wanted : QRect
        Where it was, without its frame.
    screens : sequence of QRect
        The room on each screen that there is.
    least : QSize
        No smaller than that.

    Returns
    -------
    QRect or None
        None where its title bar would be on no screen.
    """
    bar = QRect(wanted.left(), wanted.top() - _TITLE.height(), wanted.width(), _TITLE.height())
    held = [screen for screen in screens if _seen(bar, screen)]
    if not held:
        return None
    corner = [screen for screen in held if screen.left() <= wanted.left() <= screen.right()]
    screen = (corner or held)[0]
    size = wanted.size().boundedTo(screen.size() - _FRAME).expandedTo(least)
    return QRect(QPoint(wanted.left(), max(wanted.top(), screen.top())), size)


def _seen(bar: QRect, screen: QRect) -> bool:
    """Whether enough of a title bar is on a screen, or just above it where it is pushed down."""
    reach = screen.adjusted(0, -2 * _TITLE.height(), 0, 0).intersected(bar)
    return reach.width() >= _TITLE.width() and reach.height() >= _TITLE.height() // 2


class Layout(QObject):
    """Puts a window back as it was left, and remembers each change.

    Parameters
    ----------
    window : MainWindow
        With all its parts.

    Attributes
    ----------
    settings : SettingsFile
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._watching = False  # what is only put back is no change
        self.settings: SettingsFile = user_settings()
        self._tell = QTimer(self)
        self._tell.setSingleShot(True)
        self._tell.setInterval(_TELL)
        self._tell.timeout.connect(self._tell_findings)
        self._tell.start()
        for tab in window.workspaces:
            self._restore_tab(tab)
        for i, tab in enumerate(window.workspaces):
            if tab.title == self.settings.now.tab:
                window.tabs.setCurrentIndex(i)
        self._restore_place()
        window.tabs.currentChanged.connect(self._tab_changed)
        current_theme().changed.connect(self._look_changed)
        window.installEventFilter(self)
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)
        app.screenRemoved.connect(self._screen_gone)
        self._watching = True

    def close(self) -> None:
        """Write what has changed, and look no more."""
        if self._window.isVisible():
            self._remember_place()
        self._watching = False
        self._tell.stop()
        self.settings.close()

    def _tell_findings(self) -> None:
        for sentence in self.settings.findings():
            self._window.messages.queue(sentence, warning=True)

    # Its look

    def _look_changed(self) -> None:
        theme = current_theme()
        self._change(text_scale=theme.scale)
        if theme.name in ("light", "dark"):
            self._change(theme=theme.name)
        self._restore_columns()

    # Its place

    def show(self) -> None:
        """Show the window where it was; filling the screen if it did or has no room else."""
        window = self._window
        there = window.screen().availableSize()
        if self.settings.now.maximized or not has_room(window.size() + _FRAME, there):
            window.showMaximized()
        else:
            window.show()

    def _restore_place(self) -> None:
        if self.settings.now.place is not None:
            self._put(QRect(*self.settings.now.place))

    def _put(self, wanted: QRect) -> bool:
        screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
        found = placed(wanted, screens, self._window.minimumSize())
        if found is not None:
            self._window.setGeometry(found)
        return found is not None

    def _screen_gone(self, screen: QScreen) -> None:
        """Bring a window back that would be where no screen is any more."""
        if not self._put(self._window.geometry()):
            left = [other for other in QGuiApplication.screens() if other is not screen]
            if left:
                there = left[0].availableGeometry()
                corner = there.topLeft() + QPoint(_FRAME.width() // 2, _FRAME.height())
                self._put(QRect(corner, self._window.size()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Remember where the window is."""
        kinds = (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.WindowStateChange)
        if event.type() in kinds and self._window.isVisible():
            self._remember_place()
        return False

    def _remember_place(self) -> None:
        state = self._window.windowState()
        if state & (Qt.WindowState.WindowFullScreen | Qt.WindowState.WindowMinimized):
            return
        maximized = bool(state & Qt.WindowState.WindowMaximized)
        if maximized:
            self._change(maximized=True)
        else:
            place = self._window.geometry()
            sides = (place.left(), place.top(), place.width(), place.height())
            self._change(maximized=False, place=sides)

    # What is in it

    def _tab_changed(self, index: int) -> None:
        self._change(tab=self._window.workspaces[index].title)

    def _restore_tab(self, tab: Tab) -> None:
        for card in tab.findChildren(SetupCard):
            key = f"{tab.title}/{card.title()}"
            if key in self.settings.now.folded:
                card.set_folded(self.settings.now.folded[key])
            card.folded_changed.connect(partial(self._folded, key))
        column = _columns_of(tab)
        if column is not None:
            column.splitterMoved.connect(partial(self._column_moved, tab.title, column))
        for view in tab.grid.made():
            self._restore_view(tab.title, view)
        tab.grid.card_made.connect(partial(self._restore_view, tab.title))
        self._restore_columns()

    def _folded(self, key: str, folded: bool) -> None:
        self._remember("folded", key, folded)

    def _restore_columns(self) -> None:
        for tab in self._window.workspaces:
            column, width = _columns_of(tab), self.settings.now.columns.get(tab.title)
            if column is not None and width is not None:
                column.setSizes([round(width * _room()), 10_000])

    def _column_moved(self, title: str, column: QSplitter, *_: int) -> None:
        self._remember("columns", title, max(1.0, round(column.sizes()[0] / _room(), 1)))

    def _restore_view(self, title: str, card: FigureCard) -> None:
        key = f"{title}/{card.view.kind}"
        known = self.settings.now.view_settings.get(key)
        if known:
            try:
                card.set_settings(known)
            except (SpecError, TypeError):  # of another version
                self._remember("view_settings", key, {})
        card.set_by_hand.connect(partial(self._view_set, key))

    def _view_set(self, key: str, values: dict[str, object]) -> None:
        self._remember("view_settings", key, values)

    def _change(self, **values: object) -> None:
        if self._watching:
            self.settings.change(**values)
            self._tell.start()

    def _remember(self, name: str, key: str, value: object) -> None:
        if self._watching:
            self.settings.put(name, key, value)
            self._tell.start()


def _columns_of(tab: Tab) -> QSplitter | None:
    found = tab.findChildren(QSplitter)
    return next((one for one in found if one.orientation() is Qt.Orientation.Horizontal), None)


def _room() -> float:
    """Return how much wider columns are than at the usual size of text."""
    return float(current_theme().scale ** 0.6)
