"""Finish when: the limits of a run, whichever comes first."""

from typing import Any

from PySide6.QtWidgets import QWidget

from optiviz.engine.parameters import Mistake, SpecError
from optiviz.engine.problem import Reading
from optiviz.engine.stopping import StoppingCriterion
from optiviz.ui.forms import Note, Panel, ParametersForm, number_text

# What a tick fills in.
_SUGGESTED = {
    "max_iterations": 1000,
    "max_evaluations": 10_000,
    "max_epochs": 20.0,
    "max_seconds": 10.0,
    "patience": 500,
}


class FinishPanel(Panel):
    """A tick and a number for each limit."""

    title = "Finish when"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reading = Reading("value")
        self.form = ParametersForm(StoppingCriterion, self, exclude=("ended_at",))
        for name, value in _SUGGESTED.items():
            self.form.control(name).suggest(value)
        self.column.addWidget(self.form)
        self.column.addWidget(Note("The first limit that is reached ends the run.", parent=self))
        self.form.changed.connect(self.changed)
        self.form.committed.connect(self.committed)
        self.show_reading(self._reading)

    def value(self) -> dict[str, Any]:
        """Return plain data of the limits."""
        return self.form.value()

    def set_value(self, data: dict[str, Any]) -> None:
        """Show limits, without a signal; where a run was ended by hand doesn't count."""
        data = dict(data)
        ended_at = data.pop("ended_at", None)
        if ended_at is not None and not any(name.startswith("max_") for name in data):
            data["max_iterations"] = ended_at
        self.form.set_value(data)

    def set_mistakes(self, mistakes: list[Mistake]) -> None:
        """Show each mistake at its field."""
        self.form.set_mistakes(mistakes)

    def show_reading(self, reading: Reading) -> None:
        """Name the target as the axis does."""
        self._reading = reading
        name = reading.name if len(reading.name) <= 20 else "value"
        limit = "at least" if reading.more_is_better else "at most"
        self.form.set_label("target", f"{name[0].upper()}{name[1:]} {limit}")
        self.form.control("target").suggest(0.9 if reading.more_is_better else 0.1)

    def summary(self) -> str:
        """Return the limits that are set."""
        try:
            limits = StoppingCriterion.from_dict(self.value())
        except SpecError:
            return ""
        parts = [
            (limits.max_iterations, "{:,} iterations"),
            (limits.max_evaluations, "{:,} evaluations"),
            (limits.max_epochs, "{:,g} epochs"),
            (limits.max_seconds, "{} s"),
            (limits.target, f"{self._reading.name} {{}}"),
            (limits.patience, "{:,} without better"),
        ]
        shown = [
            words.format(value if "," in words else number_text(value))
            for value, words in parts
            if value is not None
        ]
        return " or ".join(shown)

    def note(self) -> str:
        """Return nothing: the open card says it all."""
        return ""

    def label_at(self, path: str) -> str:
        """Return a field's label."""
        return self.form.row(path).text if path in self.form.names() else ""
