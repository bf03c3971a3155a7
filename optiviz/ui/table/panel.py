"""The panel that asks for a table: its file, how it is written, what is learned from it."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from optiviz.datasets.csv import DECIMALS, DELIMITERS, TASKS
from optiviz.engine.parameters import Mistake
from optiviz.engine.wording import counted, one_line
from optiviz.tables.encodings import ENCODINGS
from optiviz.ui.canvas.legend import ElidedLabel
from optiviz.ui.file_dialog import FileDialog
from optiviz.ui.forms import MistakeNote, Note
from optiviz.ui.over_views import PanelOverViews
from optiviz.ui.plain import Label
from optiviz.ui.table.models import Features, FirstRows
from optiviz.ui.table.reader import Answer, TableReader
from optiviz.ui.theme import SPACE, current_theme

_WIDTH, _HEIGHT = 780, 600
_FILES = "Tables (*.csv *.tsv *.txt *.dat);;All (*)"
_EXAMPLE = "A small example, until a file is chosen or dropped here."
_HEADER = {"yes": "first row names columns", "no": "no names"}
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_WRITTEN = ("encoding", "delimiter", "header", "decimal")


class TablePanel(PanelOverViews):
    """Over the views: what was found in a file, shown and to be changed.

    Nothing is set up by it until it is used, and what was set up stays while a table is read.

    Parameters
    ----------
    over : QWidget
        It stands over this one, inside the parent.

    Signals
    -------
    taken(dict)
        The settings of the dataset that is to be used.
    """

    taken = Signal(object)

    def __init__(self, over: QWidget, parent: QWidget) -> None:
        super().__init__("Your table", over, parent)
        self.reader = TableReader(self)
        self.answer: Answer | None = None
        self._number = 0
        self._names: list[str] = []
        self._settings: dict[str, Any] = {}
        self.folder = str(Path.home())
        self.file_button = QPushButton("Choose file…", self)
        self.file_button.setToolTip("Read a table from a file (.csv); it can be dropped here too")
        self.file_button.clicked.connect(self.ask_file)
        self._file = ElidedLabel(parent=self)
        self._path: Path | None = None
        self.progress = QProgressBar(self)
        self.progress.setRange(0, 1000)
        self.cancel_button = QPushButton("Cancel", self)
        self.cancel_button.setToolTip("Stop reading; what was there before stays")
        self.cancel_button.clicked.connect(self.cancel)
        self.choices = {
            "encoding": self._combo("Encoding", ENCODINGS),
            "delimiter": self._combo("Delimiter", DELIMITERS),
            "header": self._combo("Header", _HEADER),
            "decimal": self._combo("Decimal mark", DECIMALS),
            "task": self._combo("Target is", TASKS),
        }
        self.target = self._combo("Target", {})
        self.target.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.notes = Note(parent=self)
        self.mistake = MistakeNote(self)
        self.features = Features(self)
        self._filtered = QSortFilterProxyModel(self)
        self._filtered.setSourceModel(self.features)
        self._filtered.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.features.ticked.connect(self._ask_choice)
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Find a column")
        self.search.setAccessibleName("Find a column")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filtered.setFilterFixedString)
        self.list = QListView(self)
        self.list.setModel(self._filtered)
        self.list.setUniformItemSizes(True)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName("Columns that are learned from")
        self.all_button, self.none_button = QPushButton("All", self), QPushButton("None", self)
        self.all_button.setToolTip("Tick every column that is listed")
        self.none_button.setToolTip("Tick no column that is listed")
        self.all_button.clicked.connect(lambda: self._tick(True))
        self.none_button.clicked.connect(lambda: self._tick(False))
        self.first_rows = FirstRows(self)
        self.preview = QTableView(self)
        self.preview.setModel(self.first_rows)
        self.preview.horizontalHeader().setTextElideMode(Qt.TextElideMode.ElideRight)
        self.preview.horizontalHeader().setDefaultAlignment(_LEFT)
        self.preview.setAccessibleName("The first rows")
        self.preview.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.counts = Note(parent=self)
        self.which_button = QPushButton("Show which", self)
        self.which_button.setCheckable(True)
        self.which_button.setToolTip("List the rows that can't be used, with the reasons")
        self.which_button.toggled.connect(self._show_which)
        self.which = QPlainTextEdit(self)
        self.which.setReadOnly(True)
        self.which.setAccessibleName("Rows that can't be used")
        self.which.hide()
        self.use_button = QPushButton("Use this table", self)
        self.use_button.setProperty("primary", True)
        self.use_button.clicked.connect(self.use)
        for name, combo in (*self.choices.items(), ("target", self.target)):
            combo.activated.connect(lambda _, name=name: self._chosen(name))
        self.reader.told.connect(self._tell)
        self.reader.made.connect(self._made)
        self.reader.failed.connect(self._failed)
        self._lay_out()
        self._busy(False)
        self._restyle()

    def _combo(self, name: str, words: dict[str, str]) -> QComboBox:
        combo = QComboBox(self)
        combo.setAccessibleName(name)
        for value, shown in words.items():
            combo.addItem(shown, value)
        return combo

    def _lay_out(self) -> None:
        file = QHBoxLayout()
        file.addWidget(self.file_button)
        file.addWidget(self._file)
        file.addStretch(1)
        file.addWidget(self.progress)
        file.addWidget(self.cancel_button)
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE[2])
        named = [*self.choices.items()]
        named.insert(4, ("target", self.target))
        for i, (_, combo) in enumerate(named):
            grid.addWidget(Label(combo.accessibleName(), self), i // 3 * 2, i % 3)
            grid.addWidget(combo, i // 3 * 2 + 1, i % 3)
        find = QHBoxLayout()
        for widget in (self.search, self.all_button, self.none_button):
            find.addWidget(widget, 1 if widget is self.search else 0)
        left = QVBoxLayout()
        left.addLayout(find)
        left.addWidget(self.list, 1)
        middle = QHBoxLayout()
        middle.addLayout(left, 2)
        middle.addWidget(self.preview, 3)
        middle.addWidget(self.which, 3)
        below = QHBoxLayout()
        below.addWidget(self.counts, 1)
        below.addWidget(self.which_button)
        below.addWidget(self.use_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE[2], SPACE[1], SPACE[2], SPACE[2])
        column.setSpacing(SPACE[1])
        column.addLayout(self._head())
        column.addLayout(file)
        column.addLayout(grid)
        column.addWidget(self.notes)
        column.addWidget(self.mistake)
        column.addLayout(middle, 1)
        column.addLayout(below)

    def _stand(self, around: QWidget, parent: QWidget) -> None:
        scale = current_theme().scale
        width = min(round(_WIDTH * scale), around.width() - 2 * SPACE[2])
        height = min(round(_HEIGHT * scale), around.height() - 2 * SPACE[1])
        self.resize(width, height)
        self.move(around.mapTo(parent, QPoint(SPACE[1], SPACE[1])))

    # Opening and closing

    def open_for(self, settings: dict[str, Any]) -> None:
        """Show the table that is set up."""
        self._remember_focus()
        self._settings = {n: v for n, v in settings.items() if n != "kind"}
        self._appear()
        self.file_button.setFocus()
        self._ask()

    def open_file(self, path: Path) -> None:
        """Read another table: all is found anew."""
        self._remember_focus()
        self._appear()
        self.folder = str(path.absolute().parent)
        kept = ("test_size", "split_seed", "standardize", "standardize_target", "stratify")
        self._ask({n: self._settings[n] for n in kept if n in self._settings}, path)

    def ask_file(self) -> None:
        """Ask which file to read."""
        path = FileDialog.one(self, "Choose a table", self.folder, _FILES)
        if path:
            self.open_file(Path(path))

    def leave(self) -> None:
        """End reading: the window closes."""
        self.reader.close()

    def dismiss(self) -> None:
        """Close; what is being read is left."""
        self.reader.cancel()
        self._busy(False)
        super().dismiss()

    def lacks(self) -> str:
        """Say why the table that is shown can't be used; empty if it can."""
        if self.use_button.isEnabled():
            return ""
        if not self.mistake.isHidden():
            return f"The table can't be used: {self.mistake.text()}."
        return "The table is still being read: run it when it is shown, or close it."

    def use(self) -> None:
        """Have the table that is shown set up."""
        if self.answer is not None and self.use_button.isEnabled():
            self.taken.emit(self.answer.dataset.to_dict())
            self.dismiss()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.use()
        else:
            event.ignore()

    # Asking

    def _ask(self, settings: dict[str, Any] | None = None, path: Path | None = None) -> None:
        settings = self._settings if settings is None else settings
        self._number, self._path = self.reader.ask(settings, path), path
        self._file.set_text("Reading…" if path is None else f"Reading {path.name}…")
        self._busy(True)

    def cancel(self) -> None:
        """Stop reading; what was there before stays."""
        self.reader.cancel()
        self._number = 0
        self._show_answer()

    def _chosen(self, name: str) -> None:
        """Read again with what was chosen; what follows from it is found anew."""
        combo = self.target if name == "target" else self.choices[name]
        value = combo.currentText() if name == "target" else combo.currentData()
        settings = {**self._settings, name: value == "yes" if name == "header" else value}
        if name in _WRITTEN:
            settings |= {"target": None, "features": (), "task": None}
            follow = {"encoding": ("delimiter", "header", "decimal"), "delimiter": _WRITTEN[2:]}
            settings |= dict.fromkeys(follow.get(name, ()))
        elif name == "target":
            settings |= {"features": (), "task": None}
        self._ask(settings)

    def _ask_choice(self) -> None:
        names = self.features.in_order()
        if names:
            self._ask({**self._settings, "features": names})
        else:
            self.mistake.say("tick at least one column to learn from")
            self.use_button.setEnabled(False)

    def _tick(self, on: bool) -> None:
        rows = [
            self._filtered.mapToSource(self._filtered.index(i, 0)).row()
            for i in range(self._filtered.rowCount())
        ]
        self.features.tick([self.features.name_at(row) for row in rows], on)

    # Answers

    def _tell(self, number: int, words: str, share: float) -> None:
        if number == self._number:
            self.progress.setValue(round(1000 * share))
            self._file.set_text(f"{words}…")

    def _made(self, number: int, answer: Answer) -> None:
        if number == self._number:
            self.answer, self._settings = answer, answer.dataset.to_dict()
            del self._settings["kind"]
            self._show_answer()

    def _failed(self, number: int, mistakes: list[Mistake]) -> None:
        if number == self._number:
            self._show_answer()
            self.mistake.say(self._named(mistakes[0].message) if mistakes else "")
            self.use_button.setEnabled(False)

    def _named(self, sentence: str) -> str:
        """Return a sentence about the file that was asked for, which is not the one shown."""
        name = "" if self._path is None else one_line(self._path.name)
        return sentence if name in sentence else f'"{name}": {sentence}'

    def _busy(self, busy: bool) -> None:
        self.progress.setVisible(busy)
        self.cancel_button.setVisible(busy)
        self.progress.setValue(0)
        self.use_button.setEnabled(not busy and self.answer is not None)

    def _show_answer(self) -> None:
        """Show the table that was read last."""
        self._busy(False)
        self.mistake.say("")
        if self.answer is None:
            self._file.set_text("No table is read yet.")
            return
        made, chosen = self.answer.dataset, self.answer.chosen
        columns = chosen.table.columns
        self._file.set_text(made.name if made.content else _EXAMPLE)
        for name, combo in self.choices.items():
            value = getattr(made, name)
            value = ("no", "yes")[value] if name == "header" else value
            combo.setCurrentIndex(combo.findData(value))
        names = [column.name for column in columns]
        if self._names != names:
            self._names = names
            self.target.clear()
            self.target.addItems(names)
        self.target.setCurrentIndex(chosen.target)
        self.notes.say("\n".join(self.answer.notes))
        self.notes.setVisible(bool(self.answer.notes))
        chosen_names = {columns[j].name for j in chosen.columns}
        self.features.show_columns(columns, chosen_names, chosen.target_name)
        self.first_rows.show_rows(names, chosen.table.preview)
        used, left = chosen.n_rows, chosen.n_left_out
        features = counted(len(chosen.features), "feature")
        words = f"{counted(used, 'row')} of {features} can be used"
        if chosen.class_names:
            words += f", in {counted(len(chosen.class_names), 'class', 'classes')}"
        self.counts.say(f"{words}. {left:,} can't." if left else f"{words}.")
        self.which_button.setVisible(bool(left))
        if not left:
            self.which_button.setChecked(False)
        lines = [f"line {line:,}: {reason}" for line, reason in self.answer.left_out]
        if left > len(lines):
            lines.append(f"… and {left - len(lines):,} more")
        self.which.setPlainText("\n".join(lines))

    def _show_which(self, shown: bool) -> None:
        self.which.setVisible(shown)
        self.preview.setVisible(not shown)
