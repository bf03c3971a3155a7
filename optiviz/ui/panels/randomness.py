"""Randomness: the seeds of the data, of the split, and of start and search."""

import secrets
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from optiviz.engine.parameters import Field, Mistake, Parameters, fields
from optiviz.engine.spec import RunSpec
from optiviz.ui.forms import IconButton, Note, NumberControl, Panel, Row, RowBox, below, is_seed

_DICE = 10_000  # a seed that is thrown is below this, so that it can be told to others
_WORDS = {"random_state": "Data", "split_seed": "Split", "seed": "Start and search"}


class SeedControl(NumberControl):
    """A seed, with a dice that throws another one."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field.param, True, 1, parent)
        self.dice = IconButton("dice", parent=self)
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self.dice)
        self.dice.clicked.connect(self.throw)

    def name(self, label: str, tip: str) -> None:
        """Tell what the seed is for."""
        super().name(label, tip)
        self.dice.explain(f"Another seed: {label.lower()}")

    def throw(self) -> None:
        """Take another seed by chance."""
        before = self.value()
        while self.value() == before:
            self.set_value(secrets.randbelow(_DICE))
        self.changed.emit()
        self.committed.emit()


class RandomnessPanel(Panel):
    """Every seed that a run depends on. Its value has the seeds by their fields' names."""

    title = "Randomness"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._box: RowBox | None = None
        self._rows: dict[str, Row] = {}
        self._place = QVBoxLayout()
        self.column.addLayout(self._place)
        self.column.addWidget(Note("The same seeds give the same run again.", parent=self))
        self.show_seeds_of(None)

    def show_seeds_of(self, cls: type[Parameters] | None) -> None:
        """Offer the seeds of a kind of dataset, and the run's own."""
        wanted = [field for field in (fields(cls) if cls else ()) if is_seed(field)]
        wanted.sort(key=lambda field: field.name)
        wanted += [field for field in fields(RunSpec) if field.name == "seed"]
        if list(self._rows) == [field.name for field in wanted]:
            return
        values = self.value()
        if self._box is not None:
            self._place.removeWidget(self._box)
            self._box.hide()
            self._box.deleteLater()
        self._box = RowBox(self)
        self._rows = {}
        for field in wanted:
            control = SeedControl(field, self._box)
            control.set_value(values.get(field.name, field.default))
            control.changed.connect(self.changed)
            control.committed.connect(self.committed)
            label = _WORDS.get(field.name, field.label)
            self._rows[field.name] = Row(label, control, field.param.help)
            self._box.add_row(self._rows[field.name])
        self.lined_up.set_rows(self._box.rows)
        self._place.addWidget(self._box)

    def control(self, name: str) -> SeedControl:
        """Return the control of a seed, such as "split_seed"."""
        control = self._rows[name].control
        assert isinstance(control, SeedControl)
        return control

    def names(self) -> tuple[str, ...]:
        """Return the names of the seeds, the run's own last."""
        return tuple(self._rows)

    def value(self) -> dict[str, Any]:
        """Return the seeds by their names; the run's own is "seed"."""
        return {name: row.control.value() for name, row in self._rows.items()}

    def set_value(self, data: dict[str, Any]) -> None:
        """Show seeds, without a signal; those that aren't given stay."""
        for name, row in self._rows.items():
            if name in data:
                row.control.set_value(data[name])

    def set_mistakes(self, mistakes: list[Mistake]) -> None:
        """Show each mistake at its seed."""
        for name, row in self._rows.items():
            row.set_mistakes(below(mistakes, name)[0])

    def summary(self) -> str:
        """Return all seeds."""
        seeds = [str(value) for value in self.value().values()]
        same = len(set(seeds)) == 1
        return f"all seeds {seeds[0]}" if same and len(seeds) > 1 else f"seeds {' · '.join(seeds)}"

    def note(self) -> str:
        """Return nothing: the open card says it all."""
        return ""

    def label_at(self, path: str) -> str:
        """Return a seed's label."""
        return self._rows[path].text if path in self._rows else ""
