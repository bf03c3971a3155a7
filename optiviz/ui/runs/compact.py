"""The runs of a session in a few lines: colour, name, the number that counts."""

from collections.abc import Sequence
from math import isnan

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHeaderView, QWidget

from optiviz.engine.wording import measured
from optiviz.studies.listing.columns import Column, RunRow, columns_of
from optiviz.ui.card import Card
from optiviz.ui.icons import set_icon
from optiviz.ui.runs.panel import RunsDialog
from optiviz.ui.runs.sources import SessionRuns
from optiviz.ui.runs.table import RunsTable
from optiviz.ui.session import Entry, Session
from optiviz.ui.theme import current_theme

__all__ = ["RunsCard", "RunsList"]

_HIGHEST = 170  # pixels, at usual size: the rest is the set-up's

Index = QModelIndex | QPersistentModelIndex
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down)
_TO_CONTENTS = QHeaderView.ResizeMode.ResizeToContents


def compact_columns(rows: Sequence[RunRow]) -> tuple[Column, ...]:
    """Return the name and the number that counts, for where there is little room.

    Its heading is short: it takes room although it is hidden.
    """
    name, *others = columns_of(rows)
    if _apart(rows):  # their best values are of different things
        train = next(column for column in others if column.key == "train")
        return name, Column("train", "Train", train.help, _train_or_state, str)
    best = next(column for column in others if column.key == "best")
    return name, Column("best", "Best", best.help, _best_or_state, str)


def _apart(rows: Sequence[RunRow]) -> bool:
    """Whether runs optimise different things, but all have what training rows tell."""
    return len({row.reading for row in rows}) > 1 and all(row.score for row in rows)


def _train_or_state(row: RunRow) -> str:
    if row.status == "failed":
        return "failed"
    return "…" if isnan(row.train) else measured(row.train, decimals=3)


def _best_or_state(row: RunRow) -> str:
    if row.status == "failed":
        return "failed"
    return "…" if isnan(row.best) else measured(row.best, decimals=3)


class RunsList(RunsTable):
    """Runs of one session. A click focuses, the box shows or hides, Delete removes.

    Signals
    -------
    said : (str, QAction or None)
        A sentence on what was deleted or brought back, with what takes it back.

    Attributes
    ----------
    undo_action, expand_action : QAction
        Bring back what was deleted last; show all there is to know of the runs.
    """

    said = Signal(str, object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(compact_columns, parent)
        self._session = session
        self._dialog: RunsDialog | None = None
        self.setHeaderHidden(True)
        self.setProperty("bare", True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.header().setMinimumSectionSize(0)
        self.undo_action = QAction("Undo", self)
        self.undo_action.setShortcut(QKeySequence.StandardKey.Undo)
        self.undo_action.setEnabled(False)
        self.undo_action.triggered.connect(session.undo)
        self.expand_action = QAction("All about the runs", self)
        self.expand_action.setToolTip("Every run with all its numbers, to filter, sort and group")
        set_icon(self.expand_action, "expand")
        self.expand_action.triggered.connect(self.show_all)
        self.opened.connect(session.set_focus)
        session.told.connect(self._say)
        self.set_source(SessionRuns(session, self))

    def refresh(self) -> None:
        """Show the session's runs as they are, the one in focus among those that are chosen."""
        super().refresh()
        self.undo_action.setEnabled(self._session.can_undo)
        focus = self._session.focus
        if focus is not None and focus not in self.selected():
            self.select([focus])
        header = self.header()
        if header.count() > 1 and header.sectionResizeMode(1) != _TO_CONTENTS:
            header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
            header.setSectionResizeMode(1, _TO_CONTENTS)

    def _say(self, sentence: str, undoable: bool) -> None:
        self.undo_action.setEnabled(self._session.can_undo)
        self.said.emit(sentence, self.undo_action if undoable else None)

    def show_all(self) -> None:
        """Show all there is to know of the runs, in a window of its own."""
        if self._dialog is None:
            self._dialog = RunsDialog(self._session, self.window())
            self._dialog.addAction(self.undo_action)
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()

    def currentChanged(self, current: Index, previous: Index) -> None:  # noqa: D102
        super().currentChanged(current, previous)
        key = self.runs.key_at(current)
        if isinstance(key, Entry) and not self._restoring:
            self._session.set_focus(key)

    def sizeHint(self) -> QSize:  # noqa: D102
        # As high as its rows: the room is the set-up's.
        row = max(self.sizeHintForRow(0), 1)
        edges = 2 * self.frameWidth() + 2
        return QSize(super().sizeHint().width(), row * max(self.runs.count, 1) + edges)

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return QSize(0, min(self.sizeHint().height(), round(60 * current_theme().scale)))

    def _press(self, event: QKeyEvent) -> None:
        if event.key() in _MOVES or event.matches(QKeySequence.StandardKey.SelectAll):
            super()._press(event)
        else:
            event.ignore()  # the window has the other keys


class RunsCard(Card):
    """The runs beside the set-up; hidden while there are none.

    Attributes
    ----------
    runs : RunsList
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("Runs", parent)
        self._session = session
        self.runs = RunsList(session)
        self.set_body(self.runs)
        self.set_actions([self.runs.expand_action])
        session.runs_changed.connect(self._show)
        current_theme().changed.connect(self._fit_in)
        self._fit_in()
        self._show()

    def _fit_in(self) -> None:
        self.setMaximumHeight(round(_HIGHEST * current_theme().scale))

    def _show(self) -> None:
        rows = self.runs.runs.rows
        names = {row.reading for row in rows}
        apart = f"train {rows[0].score}" if _apart(rows) else "best"
        self.set_note(f"best {names.pop()}" if len(names) == 1 else apart)
        self.setVisible(bool(self._session.entries))
