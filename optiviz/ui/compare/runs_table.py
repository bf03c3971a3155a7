"""The runs of a study as a table."""

from PySide6.QtCore import QAbstractTableModel, QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from optiviz.studies.columns import Column, RunRow, StudyRows, columns_of
from optiviz.ui.compare.held import Held

_NONE = QModelIndex()


class _Runs(QAbstractTableModel):
    """Rows are made when they are looked at."""

    def __init__(self, held: Held, parent: QWidget) -> None:
        super().__init__(parent)
        self._held = held
        self._rows: StudyRows | None = None
        self._columns: tuple[Column, ...] = ()
        held.changed.connect(self._changed)

    def _changed(self) -> None:
        results = self._held.results
        if results is None:
            self.beginResetModel()
            self._rows = None
            self.endResetModel()
        elif self._rows is None or self._rows.study != results.study:
            self.beginResetModel()
            self._rows = StudyRows(results.study)
            self._columns = columns_of([self.row(i) for i in range(min(500, results.study.size))])
            self.endResetModel()
        else:
            last = self.index(self.rowCount() - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def row(self, place: int) -> RunRow:
        results, rows = self._held.results, self._rows
        assert results is not None
        assert rows is not None
        planned = results.study.runs[place]
        return rows.row(planned, results.records.get(planned))

    def rowCount(self, parent: object = _NONE) -> int:
        results = self._held.results
        return 0 if results is None or self._rows is None else results.study.size

    def columnCount(self, parent: object = _NONE) -> int:
        return len(self._columns) if self._rows is not None else 0

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.DisplayRole:
            return self._columns[index.column()].text(self.row(index.row()))
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return self._columns[section].label
        return None


class RunsTable(QTableView):
    """Shows every run; `opened` names the place of one that is to be seen."""

    opened = Signal(int)

    def __init__(self, held: Held, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Runs of the study")
        self.setModel(_Runs(held, self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.verticalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.activated.connect(self._open)

    def _open(self, index: QModelIndex) -> None:
        self.opened.emit(index.row())

    def selected(self) -> list[int]:
        """Return which runs are marked."""
        return sorted(index.row() for index in self.selectionModel().selectedRows())

    def select(self, places: tuple[int, ...]) -> None:
        """Mark these runs."""
        self.clearSelection()
        flags = QItemSelectionModel.SelectionFlag
        for place in places:
            index = self.model().index(place, 0)
            self.selectionModel().select(index, flags.Select | flags.Rows)
        if places:
            self.scrollTo(self.model().index(places[0], 0))
