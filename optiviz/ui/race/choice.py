"""The list of algorithms that may race: in groups, searched by typing, each with its settings."""

from collections.abc import Iterator, Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QHeaderView,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from optiviz.engine import registry
from optiviz.engine.optimizer import Optimizer
from optiviz.engine.parameters import SpecError
from optiviz.engine.problem import Problem
from optiviz.studies.race import suited
from optiviz.ui.forms import about, spoken
from optiviz.ui.theme import SPACE, current_theme

__all__ = ["RacersChoice"]

_SETTINGS = int(Qt.ItemDataRole.UserRole)  # plain data of the algorithm, its kind first
_WORDS = _SETTINGS + 1  # by which it is found
_USUAL = ("hill_climbing", "simulated_annealing", "genetic_algorithm", "adam", "lbfgs")
_LINES = 14  # of the list are seen at least


class RacersChoice(QWidget):
    """Algorithms with a tick each; the marked one's settings are shown beside the list.

    Signals
    -------
    marked()
        Another algorithm is marked.
    changed()
        Others race than before.
    """

    marked = Signal()
    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Search")
        self.search.setAccessibleName("Search: algorithms")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.tree = QTreeWidget(self)
        self.tree.setAccessibleName("Algorithms that race")
        self.tree.setColumnCount(2)
        self.tree.setHeaderHidden(True)
        self.tree.setIndentation(round(0.8 * SPACE[3]))
        self.tree.setUniformRowHeights(True)
        self.tree.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE[1])
        column.addWidget(self.search)
        column.addWidget(self.tree, 1)
        self._problem: Problem | None = None
        self._fill()
        self.tree.currentItemChanged.connect(self._mark)
        self.tree.itemChanged.connect(self._ticked)

    def sizeHint(self) -> QSize:
        """As high as some algorithms."""
        em = current_theme().em
        return QSize(round(20 * em), round(2.0 * _LINES * em))

    def _fill(self) -> None:
        classes = registry.kinds(Optimizer.family).values()
        for group, kinds in registry.in_groups(classes).items():
            heading = QTreeWidgetItem(self.tree, [group or "Others"])
            heading.setFlags(Qt.ItemFlag.ItemIsEnabled)
            heading.setFirstColumnSpanned(True)
            for cls in kinds:
                item = QTreeWidgetItem(heading, [cls.label])
                item.setData(0, _SETTINGS, {"kind": cls.kind})
                words = f"{cls.label} {cls.kind} {cls.kind.replace('_', ' ')} {group}"
                item.setData(0, _WORDS, words.casefold())
                item.setToolTip(0, about(cls))
                item.setCheckState(0, Qt.CheckState.Unchecked)
            heading.setExpanded(True)

    # What races

    def items(self) -> Iterator[QTreeWidgetItem]:
        """Yield the algorithms, top to bottom."""
        for i in range(self.tree.topLevelItemCount()):
            heading = self.tree.topLevelItem(i)
            assert heading is not None
            yield from (heading.child(j) for j in range(heading.childCount()))

    def show_set_up(self, problem: Problem, optimizer: Optimizer, afresh: bool) -> None:
        """Say who can race on a problem, and give the algorithm that is set up its settings.

        Parameters
        ----------
        problem : Problem
        optimizer : Optimizer
        afresh : bool
            Tick a usual choice, and the one that is set up.
        """
        self._problem = problem
        blocked = self.tree.blockSignals(True)
        for item in self.items():
            kind = self.settings_of(item)["kind"]
            own = kind == optimizer.kind and item.text(0) == optimizer.label
            if own and (afresh or not _is_ticked(item)):
                item.setData(0, _SETTINGS, optimizer.to_dict())
            self._judge(item)
            if afresh:
                usual = kind in _USUAL or own
                _tick(item, usual and not item.isDisabled())
            if own:
                self.tree.setCurrentItem(item)
        self.tree.blockSignals(blocked)
        self.marked.emit()
        self.changed.emit()

    def _judge(self, item: QTreeWidgetItem) -> None:
        """Say at an algorithm on what it races, or why it can't."""
        assert self._problem is not None
        note, tip, can = "", "", True
        try:
            optimizer = Optimizer.from_dict(self.settings_of(item))
            problem = suited(self._problem, optimizer)
            if problem is not self._problem:
                note = f"on {problem.reading.name}"
                tip = f"It needs a slope, which {self._problem.reading.name} has not."
        except SpecError as error:
            can = any(m.path != "optimizer" for m in error.mistakes)  # a setting can be mended
            note = "see its settings" if can else "not here"
            tip = spoken(error.mistakes[0].message)
        item.setText(1, note)
        item.setToolTip(1, tip)
        item.setForeground(1, current_theme().colour("muted"))
        item.setDisabled(not can)
        if not can:
            _tick(item, False)

    def racers(self) -> list[tuple[str, dict[str, Any]]]:
        """Return the names and settings of those that are ticked, top to bottom."""
        return [(i.text(0), self.settings_of(i)) for i in self.items() if _is_ticked(i)]

    def set_racers(self, kinds: Sequence[str]) -> None:
        """Tick these kinds alone, as far as they can race."""
        blocked = self.tree.blockSignals(True)
        for item in self.items():
            wanted = self.settings_of(item)["kind"] in kinds
            _tick(item, wanted and not item.isDisabled())
        self.tree.blockSignals(blocked)
        self.changed.emit()

    # The marked one

    def current(self) -> QTreeWidgetItem | None:
        """Return the marked algorithm, if one is marked."""
        item: QTreeWidgetItem | None = self.tree.currentItem()
        return None if item is None or item.parent() is None else item

    @staticmethod
    def settings_of(item: QTreeWidgetItem) -> dict[str, Any]:
        """Return the settings that an algorithm races with."""
        return dict(item.data(0, _SETTINGS))

    def set_settings(self, data: dict[str, Any]) -> None:
        """Give the marked algorithm other settings; it then races."""
        item = self.current()
        if item is None:
            return
        blocked = self.tree.blockSignals(True)
        item.setData(0, _SETTINGS, data)
        self._judge(item)
        _tick(item, not item.isDisabled())
        self.tree.blockSignals(blocked)
        self.changed.emit()

    def once_more(self) -> None:
        """Let the marked algorithm race a second time, with settings of its own."""
        item = self.current()
        if item is None:
            return
        heading, copy = item.parent(), item.clone()
        label = str(registry.kinds(Optimizer.family)[self.settings_of(item)["kind"]].label)
        names = {other.text(0) for other in self.items()}
        n = 2
        while f"{label} ({n})" in names:
            n += 1
        copy.setText(0, f"{label} ({n})")
        heading.insertChild(heading.indexOfChild(item) + 1, copy)
        _tick(copy, True)
        self.tree.setCurrentItem(copy)
        self.changed.emit()

    def _mark(self) -> None:
        self.marked.emit()

    def _ticked(self, item: QTreeWidgetItem, column: int) -> None:
        if column == 0 and item.parent() is not None:
            self.changed.emit()

    def _filter(self, text: str) -> None:
        """List the algorithms that have every word, and the headings above them."""
        typed = text.casefold().split()
        for i in range(self.tree.topLevelItemCount()):
            heading = self.tree.topLevelItem(i)
            assert heading is not None
            found = False
            for j in range(heading.childCount()):
                item = heading.child(j)
                hit = all(word in item.data(0, _WORDS) for word in typed)
                item.setHidden(not hit)
                found |= hit
            heading.setHidden(not found)


def _is_ticked(item: QTreeWidgetItem) -> bool:
    return item.checkState(0) == Qt.CheckState.Checked


def _tick(item: QTreeWidgetItem, on: bool) -> None:
    item.setCheckState(0, Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
