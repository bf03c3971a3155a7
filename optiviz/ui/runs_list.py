"""The list of runs: colour, name, the number that counts; which are drawn, which is in focus."""

import numpy as np
from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QIcon, QKeyEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QInputDialog,
    QMenu,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from optiviz.engine.run import RunStatus
from optiviz.engine.wording import measured
from optiviz.ui.session import Entry, Session
from optiviz.ui.theme import current_theme
from optiviz.views.palette import dash_of_run

_DASHES = {
    "solid": Qt.PenStyle.SolidLine,
    "dash": Qt.PenStyle.DashLine,
    "dot": Qt.PenStyle.DotLine,
    "dashdot": Qt.PenStyle.DashDotLine,
}


class RunsList(QTreeWidget):
    """Runs of one session. A click focuses, the box shows or hides, Delete removes."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._items: dict[int, QTreeWidgetItem] = {}
        self.setColumnCount(2)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setProperty("bare", True)
        self.setAccessibleName("Runs")
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.customContextMenuRequested.connect(self._menu)
        self.currentItemChanged.connect(self._focus)
        self.itemChanged.connect(self._item_changed)
        session.runs_changed.connect(self.refresh)
        session.frame.connect(self._refresh_numbers)
        current_theme().changed.connect(self._restyle)

    def _restyle(self) -> None:
        for item in self._items.values():
            item.setData(0, Qt.ItemDataRole.DecorationRole, None)
        self.refresh()

    def refresh(self) -> None:
        """Show the session's runs as they are."""
        self.blockSignals(True)
        entries = {id(entry): entry for entry in self._session.entries}
        for key in [key for key in self._items if key not in entries]:
            self.takeTopLevelItem(self.indexOfTopLevelItem(self._items.pop(key)))
        size = round(14 * current_theme().scale)
        self.setIconSize(QSize(2 * size, size))
        for key, entry in entries.items():
            item = self._items.get(key)
            if item is None:
                item = QTreeWidgetItem(self)
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                item.setTextAlignment(
                    1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                )
                self._items[key] = item
            if item.icon(0).isNull():
                item.setIcon(0, _swatch(entry.number, size))
            item.setText(0, entry.name)
            item.setToolTip(0, _about(entry))
            state = Qt.CheckState.Checked if entry.visible else Qt.CheckState.Unchecked
            item.setCheckState(0, state)
            if entry is self._session.focus:
                self.setCurrentItem(item)
        self.blockSignals(False)
        self.updateGeometry()
        self._refresh_numbers()

    def sizeHint(self) -> QSize:  # noqa: D102
        # As high as its rows: the room is the set-up's.
        row = max(self.sizeHintForRow(0), 1)
        edges = 2 * self.frameWidth() + 2
        return QSize(super().sizeHint().width(), row * max(self.topLevelItemCount(), 1) + edges)

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return QSize(0, min(self.sizeHint().height(), round(60 * current_theme().scale)))

    def _refresh_numbers(self) -> None:
        if not self.isVisible():
            return
        self.blockSignals(True)
        for entry in self._session.entries:
            item = self._items.get(id(entry))
            if item is not None:
                text = _number(entry)
                if text != item.text(1):
                    item.setText(1, text)
        self.blockSignals(False)

    def _entry(self, item: QTreeWidgetItem | None) -> Entry | None:
        for entry in self._session.entries:
            if item is not None and self._items.get(id(entry)) is item:
                return entry
        return None

    def _focus(self, item: QTreeWidgetItem | None) -> None:
        entry = self._entry(item)
        if entry is not None:
            self._session.set_focus(entry)

    def _item_changed(self, item: QTreeWidgetItem) -> None:
        entry = self._entry(item)
        if entry is not None:
            self._session.set_visible(entry, item.checkState(0) == Qt.CheckState.Checked)

    def _menu(self, at: QPoint) -> None:
        entry = self._entry(self.itemAt(at))
        if entry is None:
            return
        menu = QMenu(self)
        rename, solo, remove = (
            QAction(text, menu) for text in ("Rename…", "Show this one alone", "Remove")
        )
        menu.addActions([rename, solo, remove])
        chosen = menu.exec(self.viewport().mapToGlobal(at))
        menu.deleteLater()
        if chosen is rename:
            name, given = QInputDialog.getText(self, "Rename", "Name of the run", text=entry.name)
            if given:
                self._session.rename(entry, name)
        elif chosen is solo:
            for other in self._session.entries:
                self._session.set_visible(other, other is entry)
        elif chosen is remove:
            self._session.remove(entry)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        entry = self._entry(self.currentItem())
        if event.key() == Qt.Key.Key_Delete and entry is not None:
            self._session.remove(entry)
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            super().keyPressEvent(event)
        else:
            event.ignore()  # the window has the other keys


def _about(entry: Entry) -> str:
    """Return what a run is, and why it ended."""
    run = entry.run
    ended = "" if run.stop_reason is None else f"\n{run.stop_reason.value}"
    return f"{entry.name}: {run.spec.optimizer.sentence()}{ended}"


def _number(entry: Entry) -> str:
    """Return the best value, or what the run is doing if it has none."""
    run = entry.run
    if run.status is RunStatus.FAILED:
        return "failed"
    if run.trace.last_k < 0:
        return "…"
    value = float(run.spec.problem.reading.value(np.array(run.trace.best_f)))
    return measured(value, decimals=3)


def _swatch(number: int, size: int) -> QIcon:
    """Return a short line in the run's colour and dash."""
    ratio = 2.0
    pixmap = QPixmap(round(2 * size * ratio), round(size * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    pen = QPen(current_theme().colour(f"run:{number}"), 3, _DASHES[dash_of_run(number)])
    painter.setPen(pen)
    middle = QRectF(0, 0, 2 * size, size).center().y()
    painter.drawLine(2, round(middle), 2 * size - 2, round(middle))
    painter.end()
    icon = QIcon(pixmap)
    icon.addPixmap(pixmap, QIcon.Mode.Selected)  # else Qt tints it: a run has one colour
    return icon
