"""All there is to know of runs: a filter, groups, the table with every column, what can be done."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from optiviz.studies.listing.arrangement import GROUPINGS
from optiviz.ui.canvas.legend import ElidedLabel
from optiviz.ui.plain import Label
from optiviz.ui.runs.sources import RunsSource, SessionRuns
from optiviz.ui.runs.table import RunsTable
from optiviz.ui.session import Session
from optiviz.ui.theme import SPACE, current_theme

__all__ = ["RunsDialog", "RunsPanel"]

_BUTTONS = ("compare", "visible", "solo", "rename", "duplicate", "delete", "copy")


class RunsPanel(QWidget):
    """A list of any number of runs.

    Parameters
    ----------
    title : str, optional
        For where there is little room: it stands before the filter, and buttons behind it.

    Signals
    -------
    selection_changed
        Other runs are chosen; see `selected`.
    opened : (key,)
        One is to be shown: an `Entry` of a session, the place in `study.runs` for a study.
    """

    selection_changed = Signal()
    opened = Signal(object)

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = ElidedLabel(title, bold=True, parent=self)
        self.title.setVisible(bool(title))
        self.table = RunsTable(parent=self)
        self.table.setSortingEnabled(True)
        self.table.header().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.filter = QLineEdit(self)
        self.filter.setClearButtonEnabled(True)
        self.filter.setAccessibleName("Filter the runs")
        self.filter.setPlaceholderText("Filter: words, status:failed, seed:3, -word")
        self.filter.setToolTip(
            "Runs that have every word. With a field's name it must be there: name:, algorithm:, "
            "problem:, status:, configuration:, seed:. A minus before it: runs that don't have it."
        )
        self.group = QComboBox(self)
        self.group.setAccessibleName("Group the runs")
        self.group.addItem("No groups", "")
        for key, label in GROUPINGS.items():
            self.group.addItem(f"By {label.lower()}", key)
        self.count = Label(self)
        self._nothing = Label(self)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setWordWrap(True)
        self._all = QPushButton("Show all runs", self)
        self._buttons = {name: QPushButton(self) for name in _BUTTONS}
        self._lay_out()
        self.filter.textChanged.connect(self._filter)
        self.group.currentIndexChanged.connect(self._regroup)
        self._all.clicked.connect(self.filter.clear)
        for name, button in self._buttons.items():
            action = self.table.actions_of_runs[name]
            button.clicked.connect(action.trigger)
            action.changed.connect(self._show_buttons)
        self.table.selection_changed.connect(self._count)
        self.table.selection_changed.connect(self.selection_changed)
        self.table.opened.connect(self.opened)
        self.table.runs.modelReset.connect(self._count)
        self._show_buttons()
        self._count()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(SPACE[1])
        top.addWidget(self.title)
        top.addWidget(self.filter, 1)
        top.addWidget(self.group)
        top.addWidget(self.count)
        empty = QWidget(self)
        middle = QVBoxLayout(empty)
        middle.setSpacing(SPACE[2])
        middle.addStretch()
        middle.addWidget(self._nothing)
        middle.addWidget(self._all, 0, Qt.AlignmentFlag.AlignHCenter)
        middle.addStretch()
        self._stack = QStackedLayout()
        self._stack.addWidget(self.table)
        self._stack.addWidget(empty)
        below = QHBoxLayout()
        below.setSpacing(SPACE[1])
        row = top if self.title.text() else below
        for button in self._buttons.values():
            row.addWidget(button)
        below.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE[1])
        column.addLayout(top)
        column.addLayout(self._stack, 1)
        if row is below:
            column.addLayout(below)

    @property
    def source(self) -> Any:
        """Where the runs are from: what was given to `set_source`."""
        return self.table.runs.source

    def set_source(self, source: RunsSource | None) -> None:
        """Show other runs, or none."""
        self.table.set_source(source)

    def selected(self) -> list[Any]:
        """Return the keys of the runs that are chosen, as they stand in the list."""
        return self.table.selected()

    def select(self, keys: Sequence[Any], scroll: bool = False) -> None:
        """Choose these runs alone; a filter that would hide one of them is taken away."""
        if not all(self.table.runs.index_of(key).isValid() for key in keys):
            self.filter.clear()
        self.table.select(keys, scroll)

    def set_filter(self, text: str) -> None:
        """Show the runs that are meant by some words."""
        self.filter.setText(text)

    def set_group(self, by: str) -> None:
        """Put runs that have this in common below each other; none if it is empty."""
        self.group.setCurrentIndex(max(0, self.group.findData(by)))

    def _filter(self, text: str) -> None:
        self.table.runs.set_filter(text)

    def _regroup(self) -> None:
        self.table.runs.set_group(str(self.group.currentData()))

    def _count(self) -> None:
        """Say how many runs there are, are shown and are chosen."""
        model = self.table.runs
        total, shown, chosen = len(model.rows), model.count, len(self.table.selected())
        said = f"{shown:,} of {total:,} runs" if shown < total else f"{total:,} runs"
        said = "1 run" if total == shown == 1 else said
        self.count.setText(f"{said}, {chosen:,} chosen" if chosen else said)
        self._stack.setCurrentIndex(0 if shown else 1)
        if not total:
            empty = "" if model.source is None else model.source.empty
            self._nothing.setText(empty or "No runs.")
        else:
            self._nothing.setText(f"None of the {total:,} runs has “{self.filter.text()}”.")
        self._all.setVisible(total > 0)

    def _show_buttons(self) -> None:
        for name, button in self._buttons.items():
            action = self.table.actions_of_runs[name]
            if button.text() != action.text():
                button.setText(action.text())
            keys = action.shortcut().toString()
            button.setToolTip(f"{action.text()} ({keys})")
            button.setVisible(action.isVisible())
            button.setEnabled(action.isEnabled())


class RunsDialog(QDialog):
    """All there is to know of a session's runs, in a window that can stay open beside it."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Runs")
        self.panel = RunsPanel(parent=self)
        self.panel.set_source(SessionRuns(session, self.panel))
        self.panel.opened.connect(session.set_focus)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE[3], SPACE[3], SPACE[3], SPACE[3])
        column.addWidget(self.panel)
        scale = current_theme().scale
        room = self.screen().availableSize()
        self.resize(
            min(round(1080 * scale), room.width() - 80), min(round(520 * scale), room.height() - 80)
        )
        self.panel.table.setFocus()
