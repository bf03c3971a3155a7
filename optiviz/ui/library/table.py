"""The library's table: choosing runs, keys, its menu, names typed in place."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QPoint, QRect, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QMenu,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QWidget,
)

from optiviz.ui.guard import guarded
from optiviz.ui.library.model import NAME, Index, LibraryModel
from optiviz.ui.library.painter import RowsPainter
from optiviz.ui.library.rows import COLUMNS, Row
from optiviz.ui.theme import current_theme

__all__ = ["LibraryTable"]

_FLAGS = QItemSelectionModel.SelectionFlag
_SELECT: Final = _FLAGS.ClearAndSelect | _FLAGS.Rows
_HIGH: Final = {False: 2.3, True: 2.9}  # of a row of one line or of two, in heights of text
_SAMPLES: Final = {
    "status": "interrupted", "best": "−1.23e−45", "test": "0.999",
    "iterations": "1,000,000", "seconds": "10 min 20 s", "created": "yesterday 00",
    "tags": "a tag, another", "size": "999 MB",
}  # fmt: skip
_LEAST: Final = ("size", "seconds", "tags", "iterations", "test", "best", "created")
"""Columns that are left out where there is no room, in this order: all of it stands beside."""
_NARROWEST: Final = {"name": 15.0, "what": 13.0}  # in heights of text
_COMFORT: Final = {"size": 26.0}  # a column is there only where names have so much beside it
_NAMES: Final = 0.42  # of the room that is left, where both have room


class _Names(QStyledItemDelegate):
    """Puts the field for a name where the name is, beside the picture, and the name into it once.

    A run that is being computed is another each second: what is typed meanwhile stays.
    """

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        if not editor.property("begun"):
            editor.setProperty("begun", True)
            super().setEditorData(editor, index)

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> None:
        table = self.parent()
        assert isinstance(table, LibraryTable)
        rect = QRect(option.rect)
        rect.setLeft(rect.left() + table.painter.picture.width())
        high = editor.sizeHint().height()
        editor.setGeometry(rect.left(), rect.center().y() - high // 2, rect.width(), high)


class LibraryTable(QTableView):
    """Recorded runs as a table. Keys: those of its menu.

    Signals
    -------
    selection_changed
        Other runs are chosen.
    opened
        What is chosen is to be shown: a double click.

    Attributes
    ----------
    row_height : int
    two_lines : bool
        There is no room for a column that says what a run is: it stands below its name.
    painter : RowsPainter
    """

    selection_changed = Signal()
    opened = Signal()

    def __init__(self, model: LibraryModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model_of_rows = model
        self.row_height = 1
        self.two_lines = False
        self._acts: tuple[QAction | None, ...] = ()
        self._chosen: list[str] = []
        self._current = ""
        self._scrolled = 0
        self._restoring = False
        self._hovered = -1
        self.setModel(model)
        self.painter = RowsPainter(self)
        self.setItemDelegate(_Names(self))
        self.setAccessibleName("Recorded runs")
        self.setShowGrid(False)
        self.setProperty("bare", True)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSortIndicator(model.sorted_by[0], Qt.SortOrder.DescendingOrder)
        self.setSortingEnabled(True)
        self.doubleClicked.connect(self.opened)
        model.modelAboutToBeReset.connect(self._keep)
        model.modelReset.connect(self._restore)
        self.selectionModel().selectionChanged.connect(self._say_selection)
        # The frame around a row is wider than the cell that Qt knows to have changed.
        self.selectionModel().currentChanged.connect(self.viewport().update)
        current_theme().changed.connect(self._restyle)
        self._restyle()

    def set_acts(self, acts: Sequence[QAction | None]) -> None:
        """Offer these by keys and in the menu, with a line where there is None."""
        self._acts = tuple(acts)

    # Which are chosen

    def selected(self) -> list[Row]:
        """Return the runs that are chosen, from top to bottom."""
        selection, shown = self.selectionModel().selection(), self.model_of_rows.shown
        ranges = [selection.at(i) for i in range(selection.count())]
        spans = sorted({(chosen.top(), chosen.bottom()) for chosen in ranges})
        return [row for top, bottom in spans for row in shown[top : bottom + 1]]

    def select(self, ids: Sequence[str], scroll: bool = True) -> None:
        """Choose these runs alone, as far as they are shown."""
        model, selection = self.model_of_rows, QItemSelection()
        found = model.stretches(ids)
        self.setAutoScroll(scroll)
        for top, bottom in found:
            selection.select(model.index(top, 0), model.index(bottom, len(COLUMNS) - 1))
        if found:
            self.selectionModel().setCurrentIndex(model.index(found[0][0], NAME), _FLAGS.NoUpdate)
        self.selectionModel().select(selection, _SELECT)
        self.setAutoScroll(True)
        if scroll and found:
            self.scrollTo(model.index(found[0][0], NAME))

    def select_row(self, row: int) -> None:
        """Choose the run of one row, or the last one if there are fewer."""
        shown = self.model_of_rows.shown
        if shown:
            self.select([shown[min(max(row, 0), len(shown) - 1)].id])

    def _keep(self) -> None:
        if not self._restoring:
            self._chosen = [row.id for row in self.selected()]
            current = self.currentIndex().row()
            shown = self.model_of_rows.shown
            self._current = shown[current].id if 0 <= current < len(shown) else ""
            self._scrolled = self.verticalScrollBar().value()
        self._restoring = True

    def _restore(self) -> None:
        model = self.model_of_rows
        self.select(self._chosen, scroll=False)
        row = model.row_of(self._current)
        self.setAutoScroll(False)
        if row >= 0:
            self.selectionModel().setCurrentIndex(model.index(row, NAME), _FLAGS.NoUpdate)
        self.setAutoScroll(True)
        self.updateGeometries()
        self.verticalScrollBar().setValue(self._scrolled)
        self._restoring = False
        self._hovered = -1
        self.selection_changed.emit()

    def _say_selection(self) -> None:
        if not self._restoring:
            self.selection_changed.emit()

    @property
    def naming(self) -> bool:
        """Whether a name is being typed."""
        return self.state() == QAbstractItemView.State.EditingState

    def rename(self) -> None:
        """Let another name be typed for the run that is chosen."""
        chosen = self.selected()
        if len(chosen) == 1:
            index = self.model_of_rows.index(self.model_of_rows.row_of(chosen[0].id), NAME)
            self.setFocus()
            self.setCurrentIndex(index)  # where it is another run, this ends what is being typed
            if not self.naming:
                self.edit(index)

    # Look

    def _restyle(self) -> None:
        self.painter.restyle()
        self.verticalHeader().setMinimumSectionSize(1)
        self._fit()
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def _fit(self) -> None:
        """Give each column the room that it mostly needs, and names what is left."""
        metrics, em = self.fontMetrics(), current_theme().em
        widths = {}
        for column in COLUMNS:
            words = _SAMPLES.get(column.key, "")
            room = max(
                metrics.horizontalAdvance(words), metrics.horizontalAdvance(column.label) + 0.9 * em
            )
            widths[column.key] = round(room + 0.9 * em)
        left = self.viewport().width() - sum(widths[key] for key in _SAMPLES)
        name, what = (round(least * em) for least in _NARROWEST.values())
        hidden = set()
        for key in _LEAST:
            if left < max(name, round(_COMFORT.get(key, 0.0) * em)):
                hidden.add(key)
                left += widths[key]
        self.two_lines = left < name + what
        if self.two_lines:
            hidden.add("what")
        widths["name"] = max(name, left if self.two_lines else int(left * _NAMES))
        widths["what"] = left - widths["name"]
        for i, column in enumerate(COLUMNS):
            self.setColumnHidden(i, column.key in hidden)
            if column.key not in hidden:
                self.setColumnWidth(i, widths[column.key])
        self.row_height = round(_HIGH[self.two_lines] * em)
        self.verticalHeader().setDefaultSectionSize(self.row_height)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        painter = QPainter(self.viewport())
        self.painter.draw(painter, event.rect(), self._hovered)
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        super().mouseMoveEvent(event)
        self._hover(self.rowAt(event.position().toPoint().y()))

    def leaveEvent(self, event: QEvent) -> None:  # noqa: D102
        super().leaveEvent(event)
        self._hover(-1)

    def _hover(self, row: int) -> None:
        if row != self._hovered:
            self._hovered = row
            self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: D102
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            row = self.rowAt(event.pos().y())
            if row >= 0:
                QToolTip.showText(event.globalPos(), plain(self.model_of_rows.shown[row].about()))
            else:
                QToolTip.hideText()
            return True
        return super().viewportEvent(event)

    # Keys and menu

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        if self.naming:
            return  # the key that ends a name means nothing more
        pressed = QKeySequence(event.keyCombination())
        if event.key() == Qt.Key.Key_Enter:
            pressed = QKeySequence("Return")
        for act in self._acts:
            if act is not None and act.shortcut() == pressed and act.isVisible():
                act.trigger()
                event.accept()
                return
        moves = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
        if event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.select_row(0 if event.key() == Qt.Key.Key_Home else len(self.model_of_rows.shown))
        elif event.key() in moves or event.matches(QKeySequence.StandardKey.SelectAll):
            super().keyPressEvent(event)
        else:
            event.ignore()  # the window has the other keys

    def _menu(self, at: QPoint) -> None:
        if not self.selected():
            return
        if not self.indexAt(at).isValid():  # by the keyboard
            at = self.visualRect(self.currentIndex()).bottomLeft()
        menu = QMenu(self)
        for act in self._acts:
            if act is None:
                menu.addSeparator()
            elif act.isVisible():
                menu.addAction(act)
        menu.exec(self.viewport().mapToGlobal(at))
        menu.deleteLater()


def plain(text: str) -> str:
    """Return a tooltip that shows a text as it is, whatever stands in it."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<p style='white-space:pre-wrap'>{escaped}</p>"
