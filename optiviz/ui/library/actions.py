"""What can be done with the runs that are chosen, for keys, the menu and buttons."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence

from optiviz.store.history.words import is_resumable
from optiviz.ui.library.rows import Row

__all__ = ["MENU", "Actions"]

_ALL: Final = (
    ("open", "Open", "Return", "Show it as it was recorded"),
    ("resume", "Resume", "Ctrl+Return", "Let it go on exactly where it is"),
    ("compare", "Compare", "Ctrl+K", "Show the chosen runs together"),
    ("export", "Export…", "", "A report, a figure, data or a program of the chosen runs"),
    ("save", "Save as file…", "", "Write an .optiviz file to pass on"),
    ("rename", "Rename", "F2", "Call it something else"),
    ("tag", "Tag…", "Ctrl+L", "Add a tag to the chosen runs"),
    ("delete", "Delete", "Del", "It can be brought back"),
    ("restore", "Restore", "", "Bring back what was deleted"),
    ("purge", "Delete for good…", "Shift+Del", "Free its room on the disk"),
)
_GONE: Final = ("restore", "purge")  # only with what was deleted
_THERE: Final = ("resume", "compare", "rename", "delete")  # only with what was not
MENU: Final = (
    "open", "resume", "compare", "export", "save", "", "rename", "tag", "",
    "restore", "delete", "purge",
)  # fmt: skip


class Actions(QObject):
    """The actions, each of which is given the runs that are chosen.

    Parameters
    ----------
    acts : mapping of str to callable
        What each does.
    chosen : callable
        Returns the runs.
    """

    def __init__(
        self,
        acts: Mapping[str, Callable[[list[Row]], None]],
        chosen: Callable[[], list[Row]],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._chosen = chosen
        self._made: dict[str, QAction] = {}
        for name, text, keys, about in _ALL:
            action = QAction(text, parent)
            action.setToolTip(about)
            action.setShortcut(QKeySequence(keys))
            # Keys come by the table: they are meant for it alone.
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.triggered.connect(partial(self._do, acts[name]))
            self._made[name] = action

    def __getitem__(self, name: str) -> QAction:
        return self._made[name]

    def _do(self, act: Callable[[list[Row]], None], checked: bool = False) -> None:
        rows = self._chosen()
        if rows:
            act(rows)

    def show(self, rows: Sequence[Row], gone: bool) -> None:
        """Offer what is possible with these runs, which were deleted or not."""
        whole = sum(not row.item.damaged for row in rows)
        able = {
            "open": whole > 0,
            "resume": any(is_resumable(row.item) for row in rows),
            "compare": whole > 1,
            "export": whole > 0,
            "save": whole > 0,
            "rename": len(rows) == 1,
        }
        for name, action in self._made.items():
            fits = name not in (_THERE if gone else _GONE)
            action.setEnabled(fits and able.get(name, bool(rows)))
            action.setVisible(fits)
