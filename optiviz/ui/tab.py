"""What every workspace is to the window: a tab with cards, keys and files of its own."""

from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from optiviz.ui.card_grid import CardGrid
from optiviz.ui.session import Session
from optiviz.ui.timeline import Timeline

if TYPE_CHECKING:
    from collections.abc import Callable


class Doors(Protocol):
    """What leaves a workspace by files: each asks where, and says how it went."""

    def save_dialog(self) -> None:
        """Save what was computed."""

    def export_dialog(self, name: str = "") -> None:
        """Ask what is exported, and as what; a format's name begins with that."""


class Tab(QWidget):
    """One workspace of the window.

    Attributes
    ----------
    title : str
        On its tab.
    grid : CardGrid
        Its cards.

    Signals
    -------
    said : (str, str)
        A sentence for the user, with details; nothing if what was said is over.
    picture_wanted : (FigureCard,)
    copied : (str,)
        A card is on the clipboard, which is said so.
    """

    said = Signal(str, str)
    picture_wanted = Signal(object)
    copied = Signal(str)
    grid: CardGrid[Any]

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = title

    def run(self) -> None:
        """Compute what is set up."""
        raise NotImplementedError

    def activate(self, on: bool) -> None:
        """Come to the front, or leave it."""
        raise NotImplementedError

    def press(self, event: QKeyEvent) -> bool:
        """Do what a key means here, wherever the focus is; False if it means nothing."""
        return False

    def escape(self) -> None:
        """Stop what is going on."""

    def focus_first(self) -> None:
        """Give the keys to what they are mostly for."""

    def lacks(self) -> str:
        """Return what must be done before anything can be written, or an empty text."""
        return ""

    def leave(self) -> None:
        """End what it started, as the window is being closed."""
        self.activate(False)


class RunsTab(Tab):
    """A workspace of runs that are played: with a session, and a timeline over it."""

    session: Session
    timeline: Timeline

    def press(self, event: QKeyEvent) -> bool:
        """Move the playhead by its keys."""
        if self.timeline.press(event):
            return True
        session = self.session
        acts: dict[int, Callable[[], object]] = {
            Qt.Key.Key_Space: session.toggle,
            Qt.Key.Key_Left: partial(session.step, -1),
            Qt.Key.Key_Right: partial(session.step, 1),
            Qt.Key.Key_Home: partial(session.seek, 0),
            Qt.Key.Key_End: partial(session.seek, session.last_k),
        }
        act = acts.get(event.key())
        if act is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        act()
        return True

    def escape(self) -> None:
        """Stop computing and playing."""
        self.session.stop()
        self.session.pause()

    def focus_first(self) -> None:
        """Let arrow keys step, and not change tabs."""
        self.timeline.bar.setFocus()

    def lacks(self) -> str:
        """Say so where nothing has run yet."""
        if any(entry.ready for entry in self.session.entries):
            return ""
        return "There is nothing to write yet: press Run first."
