"""A table's columns, and its first rows, as lists that thousands of entries don't slow down."""

from collections.abc import Collection, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from optiviz.engine.wording import one_line
from optiviz.tables.table import Column
from optiviz.ui.plain import tip

_Index = QModelIndex | QPersistentModelIndex
_LONGEST = 200
_NOWHERE = QModelIndex()


class Features(QAbstractListModel):
    """The columns, each to be ticked where it is learned from; the target can't be.

    Signals
    -------
    ticked()
        The user ticked one, or many at once.
    """

    ticked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns: Sequence[Column] = ()
        self._target = ""
        self.chosen: set[str] = set()

    def show_columns(self, columns: Sequence[Column], chosen: Collection[str], target: str) -> None:
        """Show columns, some of them ticked."""
        self.beginResetModel()
        self._columns, self.chosen, self._target = columns, set(chosen), target
        self.endResetModel()

    def in_order(self) -> tuple[str, ...]:
        """Return the names that are ticked, in the order of the table."""
        return tuple(c.name for c in self._columns if c.name in self.chosen)

    def tick(self, names: Collection[str], on: bool) -> None:
        """Tick columns, or not."""
        names = set(names) - {self._target}
        self.chosen = self.chosen | names if on else self.chosen - names
        if self._columns:
            self.dataChanged.emit(self.index(0), self.index(len(self._columns) - 1))
        self.ticked.emit()

    def rowCount(self, parent: _Index = _NOWHERE) -> int:  # noqa: D102
        return 0 if parent.isValid() else len(self._columns)

    def flags(self, index: _Index) -> Qt.ItemFlag:  # noqa: D102
        column = self._columns[index.row()]
        if column.name == self._target:
            return Qt.ItemFlag.ItemNeverHasChildren
        enabled = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return enabled | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemNeverHasChildren

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: D102
        column = self._columns[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            if column.name == self._target:
                return f"target  ·  {column.name}"
            return (
                f"{column.name}  ·  {len(column.texts):,} texts" if column.is_text else column.name
            )
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(column.name)
        if role == Qt.ItemDataRole.CheckStateRole and column.name != self._target:
            on = column.name in self.chosen
            return Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
        return None

    def setData(  # noqa: D102
        self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole
    ) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole:
            return False
        name = self._columns[index.row()].name
        on = Qt.CheckState(value) is Qt.CheckState.Checked
        self.chosen = self.chosen | {name} if on else self.chosen - {name}
        self.dataChanged.emit(index, index)
        self.ticked.emit()
        return True

    def name_at(self, row: int) -> str:
        """Return the name of a column."""
        return self._columns[row].name


class FirstRows(QAbstractTableModel):
    """The first rows, as they are written."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._names: Sequence[str] = ()
        self._rows: Sequence[Sequence[str]] = ()

    def show_rows(self, names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Show rows under the names of their columns."""
        self.beginResetModel()
        self._names, self._rows = names, rows
        self.endResetModel()

    def rowCount(self, parent: _Index = _NOWHERE) -> int:  # noqa: D102
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = _NOWHERE) -> int:  # noqa: D102
        return 0 if parent.isValid() else len(self._names)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: D102
        row = self._rows[index.row()]
        if role != Qt.ItemDataRole.DisplayRole or index.column() >= len(row):
            return None
        return one_line(row[index.column()][:_LONGEST])

    def headerData(  # noqa: D102
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        across = orientation is Qt.Orientation.Horizontal
        if role == Qt.ItemDataRole.ToolTipRole and across:
            return tip(self._names[section])
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return self._names[section] if across else section + 1
