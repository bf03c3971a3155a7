"""Function: a problem that is described by its own settings alone, and where to start."""

from typing import Any

from PySide6.QtWidgets import QWidget

from optiviz.engine.parameters import Mistake, SpecError, fields
from optiviz.engine.problem import Problem
from optiviz.engine.spec import RunSpec
from optiviz.ui.forms import MistakeNote, Panel, ParametersForm, Row, below, control_for


class FunctionPanel(Panel):
    """The form of a problem, and its start point.

    Its value has "problem", and "start" if one is set.

    Parameters
    ----------
    cls : type of Problem
        A problem whose fields are numbers, texts and choices.
    """

    title = "Function"

    def __init__(self, cls: type[Problem], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form = ParametersForm(cls, self)
        (field,) = (field for field in fields(RunSpec) if field.name == "start")
        control = control_for(field, self)
        assert control is not None
        self.start = control
        self.start.suggest([3.0])
        self._row = Row("Start at", self.start, "The start point; drawn if it is left out.")
        self.lined_up.set_rows([self._row])
        self._other = MistakeNote(self)
        for widget in (self.form, self._row, self._other):
            self.column.addWidget(widget)
        for part in (self.form, self.start):
            part.changed.connect(self.changed)
            part.committed.connect(self.committed)

    def value(self) -> dict[str, Any]:
        """Return plain data: "problem", and "start" if one is set."""
        data: dict[str, Any] = {"problem": self.form.value()}
        start = self.start.value()
        if start is not None:
            data["start"] = start
        return data

    def set_value(self, data: dict[str, Any]) -> None:
        """Show a problem and its start, without a signal."""
        self.form.set_value(data["problem"])
        self.start.set_value(data.get("start"))

    def set_start(self, start: list[float]) -> None:
        """Start from another point, as if it were typed."""
        self.start.set_value(start)
        self.changed.emit()
        self.committed.emit()

    def set_mistakes(self, mistakes: list[Mistake]) -> None:
        """Show each mistake at its field."""
        start, rest = below(mistakes, "start")
        self._row.set_mistakes(start)
        of_form, rest = below(rest, "problem")
        self.form.set_mistakes(of_form)
        self._other.say(rest[0].message if rest else "")

    def summary(self) -> str:
        """Return how the value reads, which names the function."""
        try:
            problem = self.form.cls.from_dict(self.form.value())
        except SpecError:
            return ""
        assert isinstance(problem, Problem)
        return problem.reading.name.removeprefix("value of ")

    def label_at(self, path: str) -> str:
        """Return a field's label."""
        name = path.removeprefix("problem.")
        return self.form.row(name).text if name in self.form.names() else ""
