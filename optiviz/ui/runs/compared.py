"""The settings of several runs side by side, in a window of its own."""

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from optiviz.engine.spec import RunSpec
from optiviz.reports.data.tables import tabbed
from optiviz.studies.listing.differences import MISSING, Compared, side_by_side
from optiviz.ui.plain import Label, tip
from optiviz.ui.theme import SPACE, current_theme

__all__ = ["CompareDialog"]

Index = QModelIndex | QPersistentModelIndex
_NONE: Final = QModelIndex()


class _Settings(QAbstractTableModel):
    """Settings as rows, a column for each run."""

    def __init__(self, names: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self.names = tuple(names)
        self.shown: list[Compared] = []

    def show(self, shown: list[Compared]) -> None:
        self.beginResetModel()
        self.shown = shown
        self.endResetModel()

    def rowCount(self, parent: Index = _NONE) -> int:
        return 0 if parent.isValid() else len(self.shown)

    def columnCount(self, parent: Index = _NONE) -> int:
        return 0 if parent.isValid() else len(self.names) + 1

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            name = self.names[section - 1] if section else "Setting"
            return tip(name) if role == Qt.ItemDataRole.ToolTipRole else name
        return Qt.AlignmentFlag.AlignLeft if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        setting, column = self.shown[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return setting.values[column - 1] if column else setting.label
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(setting.values[column - 1] if column else setting.path)
        if role == Qt.ItemDataRole.ForegroundRole:
            missing = column > 0 and setting.values[column - 1] == MISSING
            return current_theme().colour("muted") if missing or not setting.differs else None
        return None


class CompareDialog(QDialog):
    """In what runs differ; all of their settings if that is asked for.

    Parameters
    ----------
    names : sequence of str
    specs : sequence of RunSpec
        As many.
    left_out : int
        How many more were chosen.
    """

    MOST: ClassVar = 40

    def __init__(
        self,
        names: Sequence[str],
        specs: Sequence[RunSpec],
        left_out: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Compare settings")
        self._settings = side_by_side(specs)
        self._model = _Settings(names, self)
        different = sum(setting.differs for setting in self._settings)
        self.sentence = Label(_sentence(different, len(self._settings), left_out), self)
        self.sentence.setWordWrap(True)
        self.table = QTableView(self)
        self.table.setModel(self._model)
        self.table.setAccessibleName("Settings of the runs")
        self.table.setShowGrid(False)
        self.table.setAlternatingRowColors(True)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.all = QCheckBox("Also what is the same", self)
        self.all.toggled.connect(self._show)
        self.copy = QPushButton("Copy as table", self)
        self.copy.clicked.connect(self.copy_table)
        close = QPushButton("Close", self)
        close.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE[1])
        buttons.addWidget(self.all, 1)
        buttons.addWidget(self.copy)
        buttons.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE[3], SPACE[3], SPACE[3], SPACE[3])
        column.setSpacing(SPACE[2])
        column.addWidget(self.sentence)
        column.addWidget(self.table, 1)
        column.addLayout(buttons)
        current_theme().changed.connect(self._restyle)
        self._show(False)
        self._restyle()
        self.table.setFocus()

    @property
    def shown(self) -> list[Compared]:
        """The settings that are shown."""
        return self._model.shown

    def _show(self, everything: bool) -> None:
        self._model.show([s for s in self._settings if everything or s.differs])
        self.table.setVisible(bool(self._model.shown))
        self.copy.setEnabled(bool(self._model.shown))

    def _restyle(self) -> None:
        em = current_theme().em
        metrics = self.fontMetrics()
        self.table.verticalHeader().setDefaultSectionSize(round(metrics.height() + 0.7 * em))
        width = 0
        for column in range(self._model.columnCount()):
            texts = [s.values[column - 1] if column else s.label for s in self._settings]
            head = str(self._model.headerData(column, Qt.Orientation.Horizontal))
            longest = max(map(metrics.horizontalAdvance, [head, *texts]))
            size = round(min(longest + 1.6 * em, 22 * em))
            self.table.setColumnWidth(column, size)
            width += size
        rows = min(max(len(self.shown), 2), 18)
        height = (rows + 1) * (metrics.height() + 0.7 * em) + 10 * em
        room = self.screen().availableSize()
        self.resize(
            min(round(width + 5 * em), round(room.width() * 0.9)),
            min(round(height), round(room.height() * 0.85)),
        )

    def copy_table(self) -> None:
        """Put what is shown on the clipboard, for a spreadsheet; the first column is the path."""
        lines = [("Path", "Setting", *self._model.names)]
        lines += [(s.path, s.label, *s.values) for s in self._model.shown]
        QGuiApplication.clipboard().setText(tabbed(lines))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_table()
        else:
            super().keyPressEvent(event)


def _sentence(different: int, total: int, left_out: int) -> str:
    same = total - different
    if not different:
        said = f"All {total:,} settings are the same, the seed too: these runs do the same."
    else:
        said = f"{different:,} setting{'s' * (different != 1)} differ{'s' * (different == 1)}"
        said += f", {same:,} {'is' if same == 1 else 'are'} the same."
    if left_out:
        said += f" Shown are the first runs that were chosen, without {left_out:,} more."
    return said
