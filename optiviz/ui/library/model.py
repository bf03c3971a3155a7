"""The library's runs as Qt's views read them. Texts of cells are made when they are looked at."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from optiviz.ui.library.rows import COLUMNS, Row
from optiviz.ui.library.shelves import Order, Shelf

__all__ = ["NAME", "Index", "LibraryModel"]

Index = QModelIndex | QPersistentModelIndex
_NONE: Final = QModelIndex()
_KEYS: Final = [column.key for column in COLUMNS]
NAME: Final = _KEYS.index("name")
_CREATED: Final = _KEYS.index("created")
_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_EDIT = int(Qt.ItemDataRole.EditRole)
_TOOLTIP = int(Qt.ItemDataRole.ToolTipRole)
_ALIGNMENT = int(Qt.ItemDataRole.TextAlignmentRole)
_SPOKEN = int(Qt.ItemDataRole.AccessibleTextRole)
_USABLE = (
    Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
)
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class LibraryModel(QAbstractTableModel):
    """Rows of one shelf that have the words looked for, sorted.

    Signals
    -------
    renamed : (key, name)
        A name was typed.

    Attributes
    ----------
    rows : sequence of Row
        All that there are.
    shown : list of Row
        From top to bottom.
    """

    renamed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: Sequence[Row] = ()
        self.shown: list[Row] = []
        self.shelf = Shelf.ALL
        self.text = ""
        self.sorted_by = _CREATED, True
        self._order = Order()
        self._at: dict[str, int] | None = None
        self._texts: dict[str, tuple[Row, list[str]]] = {}
        self._day = date.today()

    # What is shown

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show other rows, or the same ones as they stand now."""
        before = self.shown
        self.rows = rows
        if date.today() != self._day:  # today's are yesterday's now
            self._day = date.today()
            self._texts.clear()
        shown = self._arranged()
        if [row.id for row in shown] != [row.id for row in before]:
            self._reset(shown)
            return
        self.shown = shown
        for i, (old, new) in enumerate(zip(before, shown, strict=True)):
            if old is not new:
                self.dataChanged.emit(self.index(i, 0), self.index(i, len(COLUMNS) - 1))

    def set_text(self, text: str) -> None:
        """Show the rows that have every word; see `shelves.found`."""
        if text != self.text:
            self.text = text
            self._reset(self._arranged())

    def set_shelf(self, shelf: Shelf) -> None:
        """Show the rows of a shelf."""
        if shelf is not self.shelf:
            self.shelf = shelf
            self._reset(self._arranged())

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; missing numbers come last."""
        by = (max(column, 0), order == Qt.SortOrder.DescendingOrder)
        if by != self.sorted_by:
            self.sorted_by = by
            self._reset(self._arranged())

    def _arranged(self) -> list[Row]:
        column, descending = self.sorted_by
        return self._order.shown(self.rows, self.shelf, self.text, COLUMNS[column], descending)

    def _reset(self, shown: list[Row]) -> None:
        self.beginResetModel()
        if len(self._texts) > 2 * len(self.rows) + 1000:
            self._texts.clear()
        self.shown, self._at = shown, None
        self.endResetModel()

    # Which run is where

    def row_of(self, key: str) -> int:
        """Return where a run is shown; -1 if it isn't."""
        if self._at is None:
            self._at = {row.id: i for i, row in enumerate(self.shown)}
        return self._at.get(key, -1)

    def stretches(self, ids: Iterable[str]) -> list[tuple[int, int]]:
        """Return the fewest stretches of rows that are these runs: first and last row."""
        found: list[tuple[int, int]] = []
        for row in sorted(row for row in map(self.row_of, ids) if row >= 0):
            if found and found[-1][1] == row - 1:
                found[-1] = found[-1][0], row
            else:
                found.append((row, row))
        return found

    def texts_at(self, row: int) -> list[str]:
        """Return what stands in the cells of a row."""
        shown = self.shown[row]
        of, texts = self._texts.get(shown.id, (None, []))
        if of is not shown:
            texts = [column.text(shown) for column in COLUMNS]
            self._texts[shown.id] = shown, texts
        return texts

    # What Qt asks

    def rowCount(self, parent: Index = _NONE) -> int:  # noqa: D102
        return 0 if parent.isValid() else len(self.shown)

    def columnCount(self, parent: Index = _NONE) -> int:  # noqa: D102
        return 0 if parent.isValid() else len(COLUMNS)

    def flags(self, index: Index) -> Qt.ItemFlag:  # noqa: D102
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return _USABLE | Qt.ItemFlag.ItemIsEditable if index.column() == NAME else _USABLE

    def headerData(  # noqa: D102
        self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(COLUMNS):
            return None
        column = COLUMNS[section]
        if role == _DISPLAY:
            return column.label
        if role == _TOOLTIP:
            return column.help
        return (_RIGHT if column.is_number else _LEFT) if role == _ALIGNMENT else None

    def data(self, index: Index, role: int = _DISPLAY) -> Any:  # noqa: D102
        if not index.isValid() or index.row() >= len(self.shown):
            return None
        row, column = self.shown[index.row()], index.column()
        if role == _DISPLAY:
            return self.texts_at(index.row())[column]
        if role == _EDIT:
            return row.item.name if column == NAME else self.texts_at(index.row())[column]
        if role == _SPOKEN and column == NAME:
            return f"{row.name}, {row.what}, {row.status}"
        return _RIGHT if role == _ALIGNMENT and COLUMNS[column].is_number else None

    def setData(self, index: Index, value: Any, role: int = _EDIT) -> bool:  # noqa: D102
        if role != _EDIT or not index.isValid() or index.column() != NAME:
            return False
        self.renamed.emit(self.shown[index.row()].id, str(value))
        return True
