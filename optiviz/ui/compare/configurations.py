"""What is compared: the list of configurations, and all that can be done with it."""

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from optiviz.engine import registry
from optiviz.engine.optimizer import Optimizer
from optiviz.engine.parameters import Mistake, SpecError
from optiviz.engine.spec import RunSpec
from optiviz.studies.plan import Configuration
from optiviz.ui.compare.edit import EditDialog
from optiviz.ui.compare.plan import with_algorithm, without_repeats
from optiviz.ui.forms import IconButton, MistakeNote, Note, spoken
from optiviz.ui.icons import set_icon
from optiviz.ui.plain import tip
from optiviz.ui.runs.swatch import swatch
from optiviz.ui.theme import current_theme

Configurations = tuple[Configuration, ...]

_MOST_ROWS = 10  # that are seen without scrolling
_UNDONE = 50  # steps that can be taken back


class ConfigurationsPanel(QWidget):
    """A list with what is compared.

    Signals
    -------
    changed()
        By the user.
    said(str)
        A sentence for the user.

    Parameters
    ----------
    sources : mapping of str to callable
        For each workspace, what returns the run that is set up there, or None while it has
        mistakes.
    """

    changed = Signal()
    said = Signal(str)

    def __init__(
        self, sources: Mapping[str, Callable[[], RunSpec | None]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._sources = dict(sources)
        self._configurations: Configurations = ()
        self._before: list[Configurations] = []
        self.list = _List(self)
        self.list.setAccessibleName("What is compared")
        self.list.itemChanged.connect(self._renamed)
        self.list.itemDoubleClicked.connect(self._double_clicked)
        self.list.customContextMenuRequested.connect(self._menu_at)
        self.list.currentRowChanged.connect(self._show_buttons)
        self.empty = Note("Nothing yet. Add what is set up, or an algorithm.", parent=self)
        self.mistake = MistakeNote(self)
        self.add_button = QPushButton("Add", self)
        set_icon(self.add_button, "plus")
        self._add_menu = QMenu(self)
        self._add_menu.setToolTipsVisible(True)
        self._add_menu.aboutToShow.connect(self._fill_add_menu)
        self.add_button.setMenu(self._add_menu)
        self._actions = {
            name: self._action(text, icon_name, keys, act)
            for name, text, icon_name, keys, act in (
                ("edit", "Edit…", "more", "Return", self.edit),
                ("duplicate", "Duplicate", "copy", "Ctrl+D", self.duplicate),
                ("rename", "Rename", "", "F2", self.rename),
                ("remove", "Remove", "trash", "Del", self.remove),
                ("undo", "Undo", "undo", "Ctrl+Z", self.undo),
            )
        }
        row = QHBoxLayout()
        row.setSpacing(2)
        row.addWidget(self.add_button)
        row.addStretch(1)
        for name in ("edit", "duplicate", "remove", "undo"):
            row.addWidget(self._button(name))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widget in (self.list, self.empty, self.mistake):
            column.addWidget(widget)
        column.addLayout(row)
        current_theme().changed.connect(self._refill)
        self._refill()

    def configurations(self) -> Configurations:
        """Return what is in the list."""
        return self._configurations

    def set_configurations(self, configurations: Configurations) -> None:
        """Show others, without a signal."""
        self._configurations, self._before = configurations, []
        self._refill()

    def set_mistakes(self, mistakes: list[Mistake]) -> None:
        """Say what is wrong."""
        self.mistake.say(mistakes[0].message if mistakes else "")

    # What can be done

    def add(self, spec: RunSpec, name: str, said: str = "") -> None:
        """Add a run that is compared."""
        name = without_repeats(self._configurations, name)
        self._take((*self._configurations, Configuration(name=name, spec=spec)))
        self.list.setCurrentRow(len(self._configurations) - 1)
        if said:
            self.said.emit(said)

    def add_from(self, workspace: str) -> None:
        """Add what is set up in a workspace."""
        spec = self._sources[workspace]()
        if spec is None:
            self.said.emit(f"What is set up in {workspace} has mistakes: mend them there first.")
        else:
            self.add(spec, spec.optimizer.label)

    def add_algorithm(self, cls: type[Optimizer], checked: bool = False) -> None:
        """Add an algorithm at its usual settings, on the problem of the configuration marked."""
        base = self._base()
        if base is None:
            return
        try:
            spec, said = with_algorithm(base, cls)
        except SpecError as error:
            why = error.mistakes[0].message.removeprefix(f"{cls.kind} ")
            self.said.emit(f"{cls.label}: {spoken(why)}")
            return
        self.add(spec, cls.label, said)

    def edit(self) -> None:
        """Open the settings of the configuration that is marked."""
        row = self.list.currentRow()
        if not 0 <= row < len(self._configurations):
            return
        dialog = EditDialog(self._configurations[row], self)
        if dialog.exec():
            found = list(self._configurations)
            edited = dialog.configuration()
            name = without_repeats(self._configurations, edited.name, but=row)
            found[row] = edited.replace(name=name)
            self._take(tuple(found), row)
        dialog.deleteLater()

    def duplicate(self) -> None:
        """Add a copy of the one that is marked."""
        row = self.list.currentRow()
        if 0 <= row < len(self._configurations):
            found, copied = list(self._configurations), self._configurations[row]
            name = without_repeats(self._configurations, copied.name)
            found.insert(row + 1, copied.replace(name=name))
            self._take(tuple(found), row + 1)

    def rename(self) -> None:
        """Type another name in the list."""
        item = self.list.currentItem()
        if item is not None:
            self.list.editItem(item)

    def remove(self) -> None:
        """Take the one that is marked out of the list."""
        row = self.list.currentRow()
        if 0 <= row < len(self._configurations):
            found = [c for i, c in enumerate(self._configurations) if i != row]
            self._take(tuple(found), min(row, len(found) - 1))

    def undo(self) -> None:
        """Bring back the list as it was before the last change."""
        if self._before:
            self._configurations = self._before.pop()
            self._refill()
            self.changed.emit()

    # The list

    def _base(self) -> RunSpec | None:
        """Return the run whose problem an algorithm is added on."""
        row = self.list.currentRow()
        if self._configurations:
            return self._configurations[max(0, min(row, len(self._configurations) - 1))].spec
        return next(iter(self._sources.values()))() if self._sources else None

    def _take(self, configurations: Configurations, row: int | None = None) -> None:
        self._before = [*self._before[-_UNDONE:], self._configurations]
        self._configurations = configurations
        self._refill()
        if row is not None:
            self.list.setCurrentRow(row)
        self.changed.emit()

    def _refill(self) -> None:
        row = self.list.currentRow()
        self.list.blockSignals(True)
        self.list.clear()
        size = round(14 * current_theme().scale)
        self.list.setIconSize(QSize(2 * size, size))
        for i, configuration in enumerate(self._configurations):
            spec = configuration.spec
            item = QListWidgetItem(swatch(i, size), configuration.name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            item.setToolTip(tip(f"{spec.optimizer.label}: {spec.optimizer.sentence()}"))
            self.list.addItem(item)
        if self._configurations:
            self.list.setCurrentRow(min(max(row, 0), len(self._configurations) - 1))
        self.list.blockSignals(False)
        self.list.setVisible(bool(self._configurations))
        self.empty.setVisible(not self._configurations)
        self.list.updateGeometry()
        self._show_buttons()

    def _renamed(self, item: QListWidgetItem) -> None:
        row = self.list.row(item)
        found = list(self._configurations)
        name = without_repeats(self._configurations, item.text(), but=row)
        if item.text().strip() and name != found[row].name:
            found[row] = found[row].replace(name=name)
            self._take(tuple(found), row)
        else:
            self._refill()

    def _double_clicked(self, item: QListWidgetItem) -> None:
        self.edit()

    def _show_buttons(self, row: int = -1) -> None:
        marked = 0 <= self.list.currentRow() < len(self._configurations)
        for name in ("edit", "duplicate", "rename", "remove"):
            self._actions[name].setEnabled(marked)
        self._actions["undo"].setEnabled(bool(self._before))

    def _menu_at(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.addActions([self._actions[n] for n in ("edit", "rename", "duplicate", "remove")])
        menu.exec(self.list.viewport().mapToGlobal(at))
        menu.deleteLater()

    def _fill_add_menu(self) -> None:
        menu = self._add_menu
        menu.clear()
        for name in self._sources:
            action = QAction(f"What is set up in {name}", menu)
            action.triggered.connect(partial(self._add_from_menu, name))
            menu.addAction(action)
        menu.addSeparator()
        kinds: dict[str, type[Optimizer]] = registry.kinds(Optimizer.family)
        groups = registry.in_groups(kinds.values())
        for group, classes in groups.items():
            inner = QMenu(group or "Others", menu)
            inner.setToolTipsVisible(True)
            for cls in map(kinds.get, (each.kind for each in classes)):
                assert cls is not None
                action = QAction(cls.label, inner)
                action.setToolTip((cls.__doc__ or "").partition("\n")[0])
                action.triggered.connect(partial(self.add_algorithm, cls))
                inner.addAction(action)
            menu.addMenu(inner)

    def _add_from_menu(self, workspace: str, checked: bool = False) -> None:
        self.add_from(workspace)

    def _action(self, text: str, icon_name: str, keys: str, act: Callable[[], None]) -> QAction:
        action = QAction(text, self)
        if icon_name:
            set_icon(action, icon_name)
        action.setShortcut(QKeySequence(keys))
        # They are keys of the list alone: the window has some of them too.
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(act)
        self.list.addAction(action)
        return action

    def _button(self, name: str) -> IconButton:
        action = self._actions[name]
        button = IconButton({"edit": "draw", "duplicate": "copy", "remove": "trash",
                             "undo": "undo"}[name], parent=self)  # fmt: skip
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        button.explain(f"{action.text().rstrip('…')} ({keys})")
        button.clicked.connect(action.trigger)
        button.setEnabled(action.isEnabled())
        action.enabledChanged.connect(button.setEnabled)
        return button


class _List(QListWidget):
    """As high as its rows, up to some."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("bare", True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Names of a sweep begin alike: what tells them apart is at their end.
        self.setTextElideMode(Qt.TextElideMode.ElideLeft)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        row = max(self.sizeHintForRow(0), 16)
        return QSize(200, row * min(max(self.count(), 1), _MOST_ROWS) + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
        if event.key() in moves:
            super().keyPressEvent(event)
        else:
            event.ignore()
