"""Dataset: what is learned from, with a small picture of it."""

import dataclasses
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QPushButton, QWidget

from optiviz.datasets import Array, Dataset, Labelled, Labels, Regression
from optiviz.datasets.csv import Csv
from optiviz.datasets.points import Points
from optiviz.engine import registry
from optiviz.engine.parameters import Mistake, fields
from optiviz.engine.wording import lowered
from optiviz.tables.known import Wanted
from optiviz.ui.drawing import Drawing
from optiviz.ui.forms import KindForm, MistakeNote, Note, Panel, is_seed
from optiviz.ui.forms.scatter import Scatter
from optiviz.ui.icons import set_icon

_WAIT = 150  # ms without another change before data are asked for


_DRAWN = ("x", "y", "classes")
_OF_TABLE = ("file", *(field.name for field in dataclasses.fields(Wanted)))


class DatasetPanel(Panel):
    """The kind of data and its settings. Data are made elsewhere: it asks, and is answered.

    Signals
    -------
    thumbnail_wanted(dataset)
        Answer it with `show_thumbnail`, from any thread through a queued signal.
    draw_wanted(drawing)
        The points are to be drawn; answer it with `set_drawing`, or not at all.
    table_wanted(settings)
        A table is to be chosen; answer it with `set_table`, or not at all.
    """

    thumbnail_wanted = Signal(object)
    draw_wanted = Signal(object)
    table_wanted = Signal(object)
    title = "Dataset"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dataset: Dataset | None = None
        self._asked: Dataset | None = None
        self._answered: Dataset | None = None
        self._about = ""
        self.scatter = Scatter(self)
        self.scatter.setAccessibleName("Picture of the data")
        self.counts = Note(parent=self)
        seeds = {
            field.name
            for cls in registry.kinds(Dataset.family).values()
            for field in fields(cls)
            if is_seed(field)
        }
        shared = [field.name for cls in (Labelled, Regression) for field in fields(cls)]
        # A thousand numbers are drawn, not typed.
        drawn = {f"{Points.kind}.{name}" for name in _DRAWN}
        drawn |= {f"{Csv.kind}.{name}" for name in _OF_TABLE}
        self.form = KindForm(Dataset, "Kind of data", self, exclude=seeds | drawn, last=shared)
        self.draw_button = QPushButton("Draw…")
        self.draw_button.setToolTip("Draw points with the mouse, a class each")
        set_icon(self.draw_button, "draw")
        self.draw_button.clicked.connect(self._want_drawing)
        self.table_button = QPushButton("Choose table…")
        self.table_button.setToolTip("Choose a file, its columns and how it is written")
        set_icon(self.table_button, "open")
        self.table_button.clicked.connect(self._want_table)
        self._drawn = MistakeNote(self)
        self._other = MistakeNote(self)
        self.form.put_below_choice(self.draw_button, self.table_button, self._drawn)
        for widget in (self.scatter, self.counts, self.form, self._other):
            self.column.addWidget(widget)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_WAIT)
        self._timer.timeout.connect(self._ask)
        self.form.changed.connect(self._on_changed)
        self.form.committed.connect(self.committed)
        self.scatter.clear("")
        self._show_button()

    @property
    def dataset_class(self) -> type[Dataset]:
        """The kind of dataset that is chosen."""
        return self.form.form.cls  # type: ignore[return-value]

    def value(self) -> dict[str, Any]:
        """Return plain data of the dataset."""
        return self.form.value()

    def set_value(self, data: dict[str, Any]) -> None:
        """Show a dataset's settings, without a signal."""
        self.form.set_value(data)
        self._show_button()

    def drawing(self) -> Drawing:
        """Return the points that are set, or none for another kind of data."""
        data = self.form.value() if self.dataset_class is Points else {}
        usual = {field.name: field.default for field in fields(Points)}
        return Drawing.of(*(data.get(name, usual[name]) for name in _DRAWN))

    def set_drawing(self, drawing: Drawing) -> None:
        """Take drawn points, as if they were typed."""
        values = {name: getattr(drawing, name).tolist() for name in _DRAWN}
        self.form.set_value({**self.form.value(), "kind": Points.kind, **values})
        self._show_button()
        self.changed.emit()
        self.committed.emit()

    def set_table(self, settings: dict[str, Any]) -> None:
        """Take a table of the user's own, which is read already, as if it were typed."""
        self.form.set_value({**settings, "kind": Csv.kind})
        self._show_button()
        self.changed.emit()
        self.committed.emit()

    def set_mistakes(self, mistakes: list[Mistake]) -> None:
        """Show each mistake at its field."""
        drawn = [m for m in mistakes if self._has_no_row(m)]
        self._drawn.say(drawn[0].message if drawn else "")
        beside = self.form.set_mistakes([m for m in mistakes if m not in drawn])
        self._other.say(beside[0].message if beside else "")

    def show_dataset(self, dataset: Dataset | None) -> None:
        """Take the dataset that the settings make, or None while they make none."""
        if dataset == self._dataset:
            return
        self._dataset = dataset
        self._timer.stop()
        self._asked = None
        if dataset is None:
            self.scatter.say("No data yet: see below")
        elif dataset == self._answered:
            self.scatter.say("")
        else:
            self.scatter.say("Making the data …")
            if self.isVisible():
                self._timer.start()
        self._say_counts()

    def show_thumbnail(
        self,
        dataset: Dataset,
        points: Array,
        labels: Labels,
        about: str = "",
    ) -> None:
        """Show the data that were asked for; an answer to an older question is ignored.

        Parameters
        ----------
        dataset : Dataset
            What was asked.
        points : ndarray, shape (n, 2)
            Where some rows or all are in the picture.
        labels : ndarray of int, shape (n,)
        about : str
            One line about the data, such as how many rows are in each class.
        """
        if dataset != self._dataset:
            return
        self._answered = dataset
        self.scatter.show_points(points, labels)
        self._about = about
        self._say_counts()

    def show_failure(self, dataset: Dataset, sentence: str) -> None:
        """Say why the data that were asked for can't be made."""
        if dataset == self._dataset:
            self._answered = None
            self.scatter.clear(sentence)

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for the picture when the card is opened."""
        super().showEvent(event)
        if self._dataset is not None and self._dataset not in (self._asked, self._answered):
            self._timer.start()

    def summary(self) -> str:
        """Return the kind and the size."""
        words = self.form.combo.currentText().split(" (")[0]
        return f"{self._size()} {lowered(words)}".strip()

    def note(self) -> str:
        """Return the size."""
        return self._size()

    def label_at(self, path: str) -> str:
        """Return a field's label."""
        return self.form.label_at(path)

    def _on_changed(self) -> None:
        self._show_button()
        self.changed.emit()

    def _show_button(self) -> None:
        self.draw_button.setVisible(self.dataset_class is Points)
        self.table_button.setVisible(self.dataset_class is Csv)

    def _has_no_row(self, mistake: Mistake) -> bool:
        hidden = {Points: _DRAWN, Csv: _OF_TABLE}.get(self.dataset_class, ())
        return mistake.path.partition("[")[0] in hidden

    def _want_table(self) -> None:
        self.table_wanted.emit(self.form.value() if self.dataset_class is Csv else {})

    def _want_drawing(self) -> None:
        self.draw_wanted.emit(self.drawing())

    def _size(self) -> str:
        if self._dataset is None:
            return ""
        sizes = self._dataset.sizes()
        return f"{sizes.n_train + sizes.n_test:,} × {sizes.n_features:,}"

    def _ask(self) -> None:
        if self._dataset is not None and self._dataset != self._asked:
            self._asked = self._dataset
            self.thumbnail_wanted.emit(self._dataset)

    def _say_counts(self) -> None:
        lines: list[str] = []
        if self._dataset is not None:
            sizes = self._dataset.sizes()
            lines = [f"{sizes.n_train:,} rows to train on, {sizes.n_test:,} to test", ""]
        if self._dataset is not None and self._dataset == self._answered:
            lines[1] = self._about
        self.counts.say("\n".join(line or "\u00a0" for line in lines))  # the place stays
        self.counts.setVisible(bool(lines))
        self.scatter.setAccessibleDescription(" ".join(lines))
