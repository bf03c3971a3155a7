"""The runs of a source as Qt's views read them: filtered, sorted, in groups.

All of it is kept in plain lists, with the texts of cells made when they are first looked at, so
that a view of thousands of runs draws as fast as one of ten. (A proxy model would ask Python for
each comparison.)
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    Qt,
)
from PySide6.QtGui import QFont, QIcon

from optiviz.studies.listing.arrangement import Arrangement, Group
from optiviz.studies.listing.columns import Column, RunRow, columns_of
from optiviz.ui.plain import tip
from optiviz.ui.runs.sources import RunsSource
from optiviz.ui.runs.swatch import swatch
from optiviz.ui.theme import current_theme

__all__ = ["BAD", "Index", "RunsModel"]

Index = QModelIndex | QPersistentModelIndex
_NONE: Final = QModelIndex()

# Plain numbers: comparing with an enumeration costs more than all the rest of a look at a cell.
_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_EDIT = int(Qt.ItemDataRole.EditRole)
_ICON = int(Qt.ItemDataRole.DecorationRole)
_CHECKED = int(Qt.ItemDataRole.CheckStateRole)
_ALIGNMENT = int(Qt.ItemDataRole.TextAlignmentRole)
_TOOLTIP = int(Qt.ItemDataRole.ToolTipRole)
_COLOUR = int(Qt.ItemDataRole.ForegroundRole)
_FONT = int(Qt.ItemDataRole.FontRole)
_SIZE = int(Qt.ItemDataRole.SizeHintRole)
_SPOKEN = int(Qt.ItemDataRole.AccessibleTextRole)
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_USABLE = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
_EDITABLE = _USABLE | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsEditable
BAD = ("failed", "diverged")


class RunsModel(QAbstractItemModel):
    """Runs as rows, or groups of them with runs below.

    Parameters
    ----------
    columns : callable
        Of the rows: which columns they have.

    Attributes
    ----------
    row_size : QSize or None
        Of every cell; Qt's own if it is None.
    chosen : callable
        The keys of the runs that are chosen: a box of one of them is the box of all.
    """

    def __init__(
        self,
        columns: Callable[[Sequence[RunRow]], tuple[Column, ...]] = columns_of,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.columns: tuple[Column, ...] = ()
        self.row_size: QSize | None = None
        self.chosen: Callable[[], list[Any]] = list
        self._columns_of = columns
        self._source: RunsSource | None = None
        self._stage = 0  # of the source, when it was looked at last
        self._keys: list[Any] = []
        self._stamps: list[Hashable] = []
        self._rows: list[RunRow] = []
        self._texts: list[list[str] | None] = []
        self._shown = Arrangement()
        self._place_of: dict[Any, int] = {}
        self._icons: dict[int, QIcon] = {}
        self._filter = self._group = ""
        self._sorted: tuple[str, bool] | None = None
        self._bold = QFont()
        self.restyle()

    # What is shown

    def set_source(self, source: RunsSource | None) -> None:
        """Show other runs."""
        self.beginResetModel()
        self._source = source
        self._keys, self._stamps, self._rows, self._texts = [], [], [], []
        self._take_over()
        self._end_reset()

    @property
    def source(self) -> RunsSource | None:
        """Where the runs are from."""
        return self._source

    def refresh(self) -> None:
        """Look which runs there are, and how they stand; what is the same isn't touched."""
        if self._source is None or list(self._source.keys()) != self._keys:
            self.beginResetModel()
            self._take_over()
            self._end_reset()
        else:
            changed = self._look_again()
            if changed and self._arrangement() != self._shown:
                self._reset()
            else:
                self._say_changed(changed)

    def refresh_numbers(self) -> None:
        """Look how the runs stand, and leave them where they are."""
        if self._source is not None and len(self._keys) == len(self._source.keys()):
            self._say_changed(self._look_again())

    def restyle(self) -> None:
        """Use the colours and the type of the present theme."""
        self._icons.clear()
        self._bold = current_theme().font(bold=True)
        count = self.rowCount()
        if count:
            self.dataChanged.emit(self.index(0, 0), self.index(count - 1, len(self.columns) - 1))

    def set_filter(self, text: str) -> None:
        """Show the runs that are meant; see `optiviz.studies.listing.arrangement.matcher`."""
        if text != self._filter:
            self._filter = text
            self._reset()

    def set_group(self, by: str) -> None:
        """Put runs that have this in common below each other; none if it is empty."""
        if by != self._group:
            self._group = by
            self._reset()

    @property
    def group(self) -> str:
        """What runs below each other have in common."""
        return self._group

    @property
    def sorted_by(self) -> tuple[int, bool] | None:
        """The column by which runs are sorted, and whether the largest is on top."""
        if self._sorted is None:
            return None
        key, descending = self._sorted
        places = [i for i, column in enumerate(self.columns) if column.key == key]
        return (places[0], descending) if places else None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; missing values come last. A column below 0 is the runs' own order."""
        chosen = None
        if 0 <= column < len(self.columns):
            chosen = self.columns[column].key, order == Qt.SortOrder.DescendingOrder
        if chosen != self._sorted:
            self._sorted = chosen
            self._reset()

    # Which run is where

    @property
    def rows(self) -> Sequence[RunRow]:
        """All runs, those that are filtered out too, in the source's order."""
        return self._rows

    @property
    def groups(self) -> list[Group]:
        """The groups that are shown; none in a list without them."""
        return self._shown.groups

    @property
    def count(self) -> int:
        """How many runs are shown."""
        return len(self._shown)

    def key_at(self, index: Index) -> Any:
        """Return the run of a cell; None for a group."""
        place = self._place(index)
        return None if place < 0 else self._keys[place]

    def index_of(self, key: Any) -> QModelIndex:
        """Return where a run is; nowhere if it isn't shown."""
        where = self._shown.where(self._place_of.get(key, -1))
        return QModelIndex() if where is None else self.createIndex(where[1], 0, where[0] + 1)

    def keys_in(self, group: int, top: int, bottom: int) -> list[Any]:
        """Return the runs in rows from top to bottom: of a group, or of the list below 0."""
        return [self._keys[place] for place in self._shown.order(group)[top : bottom + 1]]

    def stretches(self, keys: Iterable[Any]) -> list[tuple[int, int, int]]:
        """Return where runs are, as `keys_in` takes it."""
        return self._shown.stretches(self._place_of.get(key, -1) for key in keys)

    def texts_at(self, index: Index) -> list[str]:
        """Return what stands in the cells of a row, of a run or of a group."""
        place = self._place(index)
        if place >= 0:
            return self._texts_of(place)
        columns = range(len(self.columns))
        return [self._group_data(index.row(), column, _DISPLAY) or "" for column in columns]

    def _texts_of(self, place: int) -> list[str]:
        texts = self._texts[place]
        if texts is None:
            row = self._rows[place]
            texts = self._texts[place] = [column.text(row) for column in self.columns]
        return texts

    def _place(self, index: Index) -> int:
        """Return the place of a cell's run among all; -1 for a group."""
        group = index.internalId()
        if not index.isValid() or (self.groups and not group):
            return -1
        return self._shown.order(group - 1)[index.row()]

    # Taking over

    def _take_over(self) -> None:
        """Take over which runs there are; what is known of those that stay is kept."""
        source = self._source
        self._stage = 0
        keys = [] if source is None else list(source.keys())
        known = {key: i for i, key in enumerate(self._keys)}
        rows: list[RunRow] = []
        stamps: list[Hashable] = []
        for key in keys:
            assert source is not None
            stamp, before = source.stamp(key), known.get(key)
            same = before is not None and self._stamps[before] == stamp
            rows.append(self._rows[before] if same and before is not None else source.row(key))
            stamps.append(stamp)
        self._keys, self._rows, self._stamps = keys, rows, stamps
        self._place_of = {key: i for i, key in enumerate(keys)}
        self._texts = [None] * len(keys)
        self.columns = self._columns_of(rows) if rows else ()

    def _look_again(self) -> list[int]:
        """Take over how runs stand that are still the same ones; return the places of new rows."""
        source, changed = self._source, []
        assert source is not None
        self._stage, places = source.places_since(self._stage)
        for i in places:
            key = self._keys[i]
            stamp = source.stamp(key)
            if stamp != self._stamps[i]:
                self._stamps[i], self._rows[i], self._texts[i] = stamp, source.row(key), None
                changed.append(i)
        if changed:
            columns = self._columns_of(self._rows)
            if [(c.key, c.label) for c in columns] != [(c.key, c.label) for c in self.columns]:
                self.beginResetModel()
                self.columns, self._texts = columns, [None] * len(self._keys)
                self._end_reset()
        return changed

    def _say_changed(self, places: list[int]) -> None:
        last = len(self.columns) - 1
        for group, top, bottom in self._shown.stretches(places):
            self.dataChanged.emit(
                self.createIndex(top, 0, group + 1), self.createIndex(bottom, last, group + 1)
            )

    def _arrangement(self) -> Arrangement:
        column, descending = None, False
        if (found := self.sorted_by) is not None:
            column, descending = self.columns[found[0]], found[1]
        return Arrangement(self._rows, self._filter, self._group, column, descending)

    def _reset(self) -> None:
        self.beginResetModel()
        self._end_reset()

    def _end_reset(self) -> None:
        self._shown = self._arrangement()
        self.endResetModel()

    # What Qt asks

    def rowCount(self, parent: Index = _NONE) -> int:  # noqa: D102
        if not parent.isValid():
            return len(self.groups) or len(self._shown.order(-1))
        if self.groups and not parent.internalId() and parent.column() == 0:
            return len(self._shown.order(parent.row()))
        return 0

    def columnCount(self, parent: Index = _NONE) -> int:  # noqa: D102
        return len(self.columns)

    def index(self, row: int, column: int, parent: Index = _NONE) -> QModelIndex:  # noqa: D102
        if not parent.isValid():
            return self.createIndex(row, column, 0)
        return self.createIndex(row, column, parent.row() + 1)

    def parent(self, index: Index = _NONE) -> QModelIndex:  # type: ignore[override]  # noqa: D102
        group = index.internalId() if index.isValid() else 0
        return self.createIndex(group - 1, 0, 0) if group else QModelIndex()

    def flags(self, index: Index) -> Qt.ItemFlag:  # noqa: D102
        if self._place(index) < 0:
            return Qt.ItemFlag.ItemIsEnabled
        edits = self._source is not None and self._source.session is not None
        return _EDITABLE if edits and index.column() == 0 else _USABLE

    def headerData(  # noqa: D102
        self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(self.columns):
            return None
        column = self.columns[section]
        if role == _DISPLAY:
            return column.label
        if role == _TOOLTIP:
            return column.help
        return (_RIGHT if column.is_number else _LEFT) if role == _ALIGNMENT else None

    def data(self, index: Index, role: int = _DISPLAY) -> Any:  # noqa: D102
        if role == _SIZE:
            return self.row_size
        place, column = self._place(index), index.column()
        if place < 0:
            return self._group_data(index.row(), column, role)
        if role in (_DISPLAY, _EDIT):
            return self._texts_of(place)[column]
        if role == _ALIGNMENT:
            return _RIGHT if self.columns[column].is_number else _LEFT
        if column == 0:
            return self._name_data(place, role)
        bad = role == _COLOUR and self._rows[place].status in BAD
        if bad and self.columns[column].key == "status":
            return current_theme().colour("danger")
        return tip(self._rows[place].about) if role == _TOOLTIP else None

    def _name_data(self, place: int, role: int) -> Any:
        source, key = self._source, self._keys[place]
        assert source is not None
        if role == _ICON:
            number = source.number(key)
            if number not in self._icons:
                self._icons[number] = swatch(number, round(14 * current_theme().scale))
            return self._icons[number]
        if role == _CHECKED:
            visible = source.is_visible(key)
            if visible is not None:
                return Qt.CheckState.Checked if visible else Qt.CheckState.Unchecked
        if role == _TOOLTIP:
            return tip(self._rows[place].about)
        if role == _SPOKEN:
            row = self._rows[place]
            return f"{row.name}, {row.status}"
        return None

    def _group_data(self, group: int, column: int, role: int) -> Any:
        if group >= len(self.groups):
            return None
        found = self.groups[group]
        if role == _FONT:
            return self._bold
        if role == _ALIGNMENT:
            return _RIGHT if self.columns[column].is_number else _LEFT
        if role == _TOOLTIP:
            return tip(f"{found.title}\nNumbers are medians of the runs below.")
        if role != _DISPLAY:
            return None
        key = self.columns[column].key
        n = len(found.members)
        if key == "name":
            return f"{found.title} · {n:,} run{'s' * (n != 1)}"
        if key == "status":
            return f"{found.failed:,} failed" if found.failed else ""
        return self.columns[column].words(found.value(self.columns[column], self._rows))

    def setData(self, index: Index, value: Any, role: int = _EDIT) -> bool:  # noqa: D102
        key = self.key_at(index)
        if key is None or self._source is None or index.column() != 0:
            return False
        if role == _CHECKED:
            chosen = self.chosen()
            keys = chosen if key in chosen else [key]
            self._source.set_visible(keys, Qt.CheckState(value) == Qt.CheckState.Checked)
            return True
        if role == _EDIT:
            self._source.rename(key, str(value))
            return True
        return False
