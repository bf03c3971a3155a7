"""The button that says which views are open: a menu of all that suit the problem on show."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from optiviz.ui.card_grid import CardGrid

__all__ = ["KEYS", "ViewsButton", "toggle_view"]

KEYS: Final = 9
"""The first so many views of the menu have Ctrl and their number as a key."""


class ViewsButton(QToolButton):
    """Opens and closes views of the workspace in front.

    Parameters
    ----------
    grid : callable
        Returns the grid of the workspace in front.
    """

    def __init__(self, grid: Callable[[], CardGrid[Any]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = grid
        self.setText("Views")
        self.setToolTip("Which views are open (Alt+V)")
        self.setAccessibleName("Views")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(self._fill)
        self.setMenu(menu)

    def _fill(self) -> None:
        menu, grid = self.menu(), self._grid()
        menu.clear()
        for number, view in enumerate(grid.views(), 1):
            key = QKeySequence(f"Ctrl+{number}").toString(QKeySequence.SequenceFormat.NativeText)
            # Words after a tab stand at the right, as keys do; the keys are the window's.
            action = QAction(f"{view.label}\t{key}" if number <= KEYS else view.label, menu)
            action.setToolTip(" ".join((type(view).__doc__ or "").split("\n\n")[0].split()))
            action.setCheckable(True)
            action.setChecked(grid.is_open(view.kind))
            action.triggered.connect(partial(_toggle, grid, view.kind))
            menu.addAction(action)
        menu.addSeparator()
        usual = QAction("Usual views", menu)
        usual.triggered.connect(grid.usual)
        menu.addAction(usual)


def _toggle(grid: CardGrid[Any], kind: str, checked: bool = False) -> None:
    grid.toggle(kind)


def toggle_view(grid: CardGrid[Any], number: int) -> None:
    """Open or close the view of a number, counted from 1; nothing if there are fewer."""
    views = grid.views()
    if number <= len(views):
        grid.toggle(views[number - 1].kind)
