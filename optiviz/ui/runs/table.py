"""The table of runs: choosing some, keys, what can be done with them."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QLineEdit,
    QMenu,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from optiviz.reports.data.tables import tabbed
from optiviz.studies.listing.columns import columns_of
from optiviz.ui.runs.compared import CompareDialog
from optiviz.ui.runs.model import Index, RunsModel
from optiviz.ui.runs.painter import RowPainter
from optiviz.ui.runs.sources import RunsSource
from optiviz.ui.theme import current_theme

__all__ = ["RunsTable"]

_MANY_GROUPS: Final = 40  # more are closed at first
_NARROWEST, _WIDEST, _HIGH = 14.0, 22.0, 1.8  # of names, and of rows, in heights of text
_SELECT: Final = (
    QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
)


class RunsTable(QTreeView):
    """Runs as a table. Keys: Enter, F2, Delete, and those of its menu.

    Signals
    -------
    selection_changed
        Other runs are chosen.
    opened : (key,)
        One run is to be shown: a double click, or Enter.

    Attributes
    ----------
    actions_of_runs : dict of str to QAction
        What can be done with the runs that are chosen, for menus and buttons.
    """

    selection_changed = Signal()
    opened = Signal(object)

    def __init__(
        self, columns: Callable[..., Any] = columns_of, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.runs = RunsModel(columns, self)
        self.runs.chosen = self.selected
        self.setModel(self.runs)
        self.setUniformRowHeights(True)
        self.setRootIsDecorated(False)
        self.setAllColumnsShowFocus(True)
        self.setAccessibleName("Runs")
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setExpandsOnDoubleClick(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.header().setStretchLastSection(False)
        self.header().setSortIndicatorClearable(True)
        self._chosen: list[Any] = []  # kept while the model is arranged anew
        self._closed: set[str] = set()  # titles of groups
        self._opened_groups: set[str] = set()
        self._current: Any = None
        self._scrolled = 0
        self._restoring = self._stale = False
        self._headings: tuple[str, ...] = ()
        self._painter = RowPainter(self, self.runs)
        self.actions_of_runs = self._make_actions()
        self.customContextMenuRequested.connect(self._menu)
        self.doubleClicked.connect(self._open_at)
        self.collapsed.connect(partial(self._remember_group, False))
        self.expanded.connect(partial(self._remember_group, True))
        self.runs.modelAboutToBeReset.connect(self._keep)
        self.runs.modelReset.connect(self._restore)
        self.selectionModel().selectionChanged.connect(self._say_selection)
        current_theme().changed.connect(self._restyle)
        self._restyle()
        self._show_actions()

    # Runs

    def set_source(self, source: RunsSource | None) -> None:
        """Show the runs of a source."""
        old = self.runs.source
        if old is not None:
            old.changed.disconnect(self.refresh)
            old.counted.disconnect(self.refresh_numbers)
        self.runs.set_source(source)
        if source is not None:
            source.changed.connect(self.refresh)
            source.counted.connect(self.refresh_numbers)
        self._show_actions()

    def refresh(self) -> None:
        """Show the runs as they are; later, while a name is being typed."""
        self._stale = self.state() == QAbstractItemView.State.EditingState
        if not self._stale:
            self.runs.refresh()
            self._show_actions()

    def refresh_numbers(self) -> None:
        """Show the runs' numbers as they are."""
        if self.isVisible() and self.state() != QAbstractItemView.State.EditingState:
            self.runs.refresh_numbers()

    def closeEditor(  # noqa: D102
        self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint
    ) -> None:
        super().closeEditor(editor, hint)
        if self._stale:
            QTimer.singleShot(0, self, self.refresh)

    def selected(self) -> list[Any]:
        """Return the keys of the runs that are chosen, as they stand in the list."""
        selection = self.selectionModel().selection()
        ranges = [
            (chosen.parent().row(), chosen.top(), chosen.bottom())
            for chosen in map(selection.at, range(selection.count()))
        ]
        return [key for where in sorted(set(ranges)) for key in self.runs.keys_in(*where)]

    def select(self, keys: Sequence[Any], scroll: bool = False) -> None:
        """Choose these runs alone, as far as they are shown."""
        selection, first = QItemSelection(), QModelIndex()
        for group, top, bottom in self.runs.stretches(keys):  # one by one, thousands are slow
            parent = self.runs.index(group, 0) if group >= 0 else QModelIndex()
            start = self.runs.index(top, 0, parent)
            selection.select(start, self.runs.index(bottom, 0, parent))
            first = first if first.isValid() else start
        model = self.selectionModel()
        if first.isValid():
            model.setCurrentIndex(first, QItemSelectionModel.SelectionFlag.NoUpdate)
        if keys or model.hasSelection():
            model.select(selection, _SELECT)
        if scroll and first.isValid():
            self.scrollTo(first, QAbstractItemView.ScrollHint.EnsureVisible)

    def _keep(self) -> None:
        if not self._restoring:
            self._chosen = self.selected()
            self._current = self.runs.key_at(self.currentIndex())
            self._scrolled = self.verticalScrollBar().value()
        self._restoring = True

    def _restore(self) -> None:
        model = self.selectionModel()
        current = self.runs.index_of(self._current)
        self.setAutoScroll(False)
        self.select(self._chosen)
        if current.isValid():
            model.setCurrentIndex(current, QItemSelectionModel.SelectionFlag.NoUpdate)
        self._restoring = False
        self.setRootIsDecorated(bool(self.runs.groups))
        self._open_groups()
        self._fit()
        self.updateGeometry()
        self.executeDelayedItemsLayout()  # until then it has no length
        self.verticalScrollBar().setValue(self._scrolled)
        self.setAutoScroll(True)
        if self.selected() != self._chosen:
            self._say_selection()

    def _say_selection(self) -> None:
        if not self._restoring:
            self._show_actions()
            self.selection_changed.emit()

    # Groups

    def _open_groups(self) -> None:
        groups = self.runs.groups
        if groups:
            few = len(groups) <= _MANY_GROUPS
            self.blockSignals(True)
            if few:
                self.expandAll()
            for i, group in enumerate(groups):
                wanted = few and group.title not in self._closed
                wanted = wanted or group.title in self._opened_groups
                if wanted != few:
                    self.setExpanded(self.runs.index(i, 0), wanted)
            self.blockSignals(False)

    def _remember_group(self, is_open: bool, index: Index) -> None:
        title = self.runs.groups[index.row()].title
        for titles, holds in ((self._opened_groups, is_open), (self._closed, not is_open)):
            (titles.add if holds else titles.discard)(title)

    # Look

    def _restyle(self) -> None:
        theme = current_theme()
        size = round(14 * theme.scale)
        self.runs.row_size = None if self.isHeaderHidden() else QSize(0, round(_HIGH * theme.em))
        self.setIconSize(QSize(2 * size, size))
        self._painter.restyle()
        self.runs.restyle()
        self._headings = ()
        self._fit()
        self.updateGeometry()

    def _fit(self) -> None:
        """Give columns that are new the room that they need, and the rest to the names."""
        headings = tuple(column.label for column in self.runs.columns)
        if headings == self._headings or not headings or self.isHeaderHidden():
            return
        self._headings = headings
        found = self.runs.sorted_by
        header = self.header()
        header.blockSignals(True)
        order = Qt.SortOrder.DescendingOrder if found and found[1] else Qt.SortOrder.AscendingOrder
        header.setSortIndicator(found[0] if found else -1, order)
        header.blockSignals(False)
        metrics, em = self.fontMetrics(), current_theme().em
        used = 0
        for i, column in enumerate(self.runs.columns[1:], 1):
            longest = max((column.text(row) for row in self.runs.rows), key=len, default="")
            room = metrics.horizontalAdvance(max(longest, "0" * 6, key=len))
            room = max(room, metrics.horizontalAdvance(column.label) + round(em))
            self.setColumnWidth(i, min(room + round(1.4 * em), round(20 * em)))
            used += self.columnWidth(i)
        longest = max((row.name for row in self.runs.rows), key=len, default="")
        source = self.runs.source
        boxes = source is not None and source.session is not None
        beside = (8 if boxes else 4) + (2 if self.runs.groups else 0)  # swatch and indentation too
        room = metrics.horizontalAdvance(longest) + round(beside * em)
        left = max(self.viewport().width() - used, round(_NARROWEST * em))
        alike = all(column.key != "algorithm" for column in self.runs.columns[1:2])
        widest = round((_WIDEST + 6 * alike) * em)
        self.setColumnWidth(0, max(left, min(room, widest)))

    def drawRow(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:  # noqa: D102
        if self.isHeaderHidden():
            super().drawRow(painter, option, index)
        else:
            self._painter.draw(painter, option, index)

    # What can be done

    def _make_actions(self) -> dict[str, QAction]:
        made = {}
        for name, text, keys, act in (
            ("open", "Show this run", "Return", self._open),
            ("compare", "Compare settings…", "Ctrl+K", self.compare_settings),
            ("visible", "Hide", "Ctrl+H", self._toggle_visible),
            ("solo", "Show alone", "Ctrl+Shift+H", self._solo),
            ("rename", "Rename", "F2", self._rename),
            ("duplicate", "Duplicate", "Ctrl+D", self._duplicate),
            ("delete", "Delete", "Del", self._delete),
            ("copy", "Copy as table", "Ctrl+C", self._copy),
        ):
            action = QAction(text, self)
            action.setShortcut(QKeySequence(keys))
            # Keys come by keyPressEvent: they are meant for this table alone.
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.triggered.connect(act)
            made[name] = action
        return made

    def _show_actions(self) -> None:
        """Offer what is possible with the runs that are chosen."""
        keys, source, actions = self.selected(), self.runs.source, self.actions_of_runs
        editable = source is not None and source.session is not None
        for name, action in actions.items():
            one, several = name in ("open", "rename"), name == "compare"
            enough = len(keys) == 1 if one else len(keys) > 1 if several else bool(keys)
            only_here = name in ("visible", "solo", "rename", "duplicate", "delete")
            action.setVisible(editable or not only_here)
            action.setEnabled(enough and (editable or not only_here))
        shown = source is None or not any(source.is_visible(key) is False for key in keys)
        actions["visible"].setText("Hide" if shown else "Show")

    def _menu(self, at: QPoint) -> None:
        index = self.currentIndex()
        if not self.selected():
            return
        if not self.indexAt(at).isValid():  # by the keyboard
            at = self.visualRect(index).bottomLeft()
        menu = QMenu(self)
        for name, action in self.actions_of_runs.items():
            if action.isVisible():
                menu.addAction(action)
                if name in ("compare", "solo"):
                    menu.addSeparator()
        menu.exec(self.viewport().mapToGlobal(at))
        menu.deleteLater()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        pressed = QKeySequence(event.keyCombination())
        if event.key() == Qt.Key.Key_Enter:
            pressed = QKeySequence("Return")
        for action in self.actions_of_runs.values():
            if action.shortcut() == pressed and action.isVisible():
                action.trigger()
                event.accept()
                return
        self._press(event)

    def _press(self, event: QKeyEvent) -> None:
        super().keyPressEvent(event)

    def _open(self) -> None:
        if keys := self.selected():
            self.opened.emit(keys[0])

    def _open_at(self, index: QModelIndex) -> None:
        key = self.runs.key_at(index)
        if key is None:
            self.setExpanded(index, not self.isExpanded(index))
        else:
            self.opened.emit(key)

    def _toggle_visible(self) -> None:
        source, keys = self.runs.source, self.selected()
        if source is not None:
            source.set_visible(keys, any(source.is_visible(key) is False for key in keys))

    def _solo(self) -> None:
        if (source := self.runs.source) is not None and source.session is not None:
            source.session.solo(self.selected())

    def _rename(self) -> None:
        if keys := self.selected():
            if self.state() == QAbstractItemView.State.EditingState:  # Qt edits one at a time
                self._end_editing()
            self.edit(self.runs.index_of(keys[0]))

    def _end_editing(self) -> None:
        """Take the name that is being edited as it stands."""
        for editor in self.viewport().findChildren(QLineEdit):
            if not editor.isHidden():  # others were closed, and are about to go
                self.commitData(editor)
                self.closeEditor(editor, QAbstractItemDelegate.EndEditHint.NoHint)
        self.refresh()

    def _duplicate(self) -> None:
        if (source := self.runs.source) is not None and source.session is not None:
            self.select(source.session.duplicate(*self.selected()), scroll=True)

    def _delete(self) -> None:
        if (source := self.runs.source) is not None and source.session is not None:
            source.session.remove(*self.selected())

    def _copy(self) -> None:
        """Put the chosen runs on the clipboard, as they are read, for a spreadsheet."""
        source = self.runs.source
        if source is not None:
            rows = [source.row(key) for key in self.selected()]
            columns = columns_of(rows)
            lines = [[column.label for column in columns]]
            lines += [[column.text(row) for column in columns] for row in rows]
            QGuiApplication.clipboard().setText(tabbed(lines))

    def compare_settings(self) -> None:
        """Show in what the chosen runs differ, side by side."""
        source, keys = self.runs.source, self.selected()
        if source is not None and len(keys) > 1:
            shown = keys[: CompareDialog.MOST]
            names = [row.name for row in map(source.row, shown)]
            specs = [source.spec(key) for key in shown]
            CompareDialog(names, specs, len(keys) - len(shown), self.window()).show()
