"""Cards of a study's set-up whose settings are typed: seeds, finish when, measure and target."""

from collections.abc import Mapping
from typing import Any, ClassVar

from PySide6.QtWidgets import QWidget

from optiviz.engine.parameters import Mistake, Parameters, SpecError
from optiviz.engine.problem import Reading
from optiviz.studies.measures import reading_of
from optiviz.studies.plan import Configuration
from optiviz.ui.compare.plan import offered_measures
from optiviz.ui.compare.settings import Budget, Measured, Seeds
from optiviz.ui.forms import ChoiceControl, Note, Panel, ParametersForm, Row, number_text


class TypedPanel(Panel):
    """The form of a class of parameters."""

    cls: type[Parameters]

    def __init__(
        self, exclude: tuple[str, ...] = (), note: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.form = ParametersForm(self.cls, self, exclude=exclude)
        self.about = Note(note, parent=self)
        self.about.setVisible(bool(note))
        self.column.addWidget(self.form)
        self.column.addWidget(self.about)
        self.form.changed.connect(self.changed)
        self.form.committed.connect(self.committed)

    def value(self) -> dict[str, Any]:
        """Return plain data."""
        return self.form.value()

    def set_value(self, data: Mapping[str, Any] | Parameters) -> None:
        """Show settings, without a signal."""
        self.form.set_value(data)

    def set_mistakes(self, mistakes: list[Mistake]) -> None:
        """Show each mistake at its field."""
        self.form.set_mistakes(mistakes)

    def note(self) -> str:
        """Return nothing: the open card says it all."""
        return ""

    def label_at(self, path: str) -> str:
        """Return a field's label."""
        return self.form.row(path).text if path in self.form.names() else ""


class SeedsPanel(TypedPanel):
    """How many seeds, and what they vary."""

    title = "Seeds"
    cls = Seeds

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            ("listed",),
            "All are compared on the same seeds: their runs make pairs.",
            parent,
        )
        self.form.changed.connect(self._forget_listed)

    def set_value(self, data: Mapping[str, Any] | Parameters) -> None:
        """Show seeds, without a signal."""
        super().set_value(data)
        self._say(tuple(self.form.value().get("listed", ())))

    def _forget_listed(self) -> None:
        """Let what is typed count, and not a list that came from elsewhere."""
        data = self.form.value()
        if data.pop("listed", ()):
            self.form.set_value(data)
        self._say(())

    def _say(self, listed: tuple[int, ...]) -> None:
        some = ", ".join(map(str, listed[:6])) + (" …" if len(listed) > 6 else "")
        usual = "All are compared on the same seeds: their runs make pairs."
        self.about.say(f"The seeds are {some}. {usual}" if listed else usual)

    def summary(self) -> str:
        """Return how many there are."""
        try:
            seeds = Seeds.from_dict(self.value())
        except SpecError:
            return ""
        n, splits = len(seeds.search_seeds), len(seeds.split_seeds)
        if seeds.vary == "search":
            return f"{n:,}"
        if seeds.vary == "split":
            return f"{splits:,} of the split"
        return f"{n:,} of the search × {splits:,} of the split"


class BudgetPanel(TypedPanel):
    """The limit that all runs share."""

    title = "Finish when"
    cls = Budget

    _ABOUT: ClassVar = {
        "evaluations": "Each run ends when its evaluations, and its gradients as so many, are "
        "used up: the same work for all.",
        "iterations": "An iteration of one algorithm may cost a hundred times that of another: "
        "compare equal iterations inside one family.",
        "epochs": "All go over the same rows equally often. What a gradient costs besides is "
        "not counted.",
        "own": "Each ends as it was set up: what they find is not compared at equal cost.",
    }

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(note="-", parent=parent)
        self.form.changed.connect(self._say)
        self._say()

    def set_value(self, data: Mapping[str, Any] | Parameters) -> None:
        """Show a budget, without a signal."""
        super().set_value(data)
        self._say()

    def _say(self) -> None:
        self.about.say(self._ABOUT[self.form.value()["by"]])

    def summary(self) -> str:
        """Return the limit."""
        try:
            budget = Budget.from_dict(self.value())
        except SpecError:
            return ""
        if budget.by == "evaluations":
            return f"{budget.max_evaluations:,} evaluations"
        if budget.by == "iterations":
            return f"{budget.max_iterations:,} iterations"
        if budget.by == "epochs":
            return f"{budget.max_epochs:,g} epochs"
        return "as each is set up"


class MeasurePanel(TypedPanel):
    """What is compared at the end, and what is to be reached."""

    title = "Measure"
    cls = Measured

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(("measure",), parent=parent)
        self._reading = Reading("value")
        self.choice = ChoiceControl({}, self)
        self.choice.wide = True
        self._row = Row("Compared is", self.choice, "What is compared at the end of each run.")
        self.column.insertWidget(0, self._row)
        self.form.line_up_with([self._row])
        self.choice.changed.connect(self.changed)
        self.choice.committed.connect(self.committed)

    def value(self) -> dict[str, Any]:
        """Return plain data."""
        return {**self.form.value(), "measure": self._measure}

    @property
    def _measure(self) -> str:
        return str(self.choice.value()) if self.choice.combo.count() else "objective"

    def set_value(self, data: Mapping[str, Any] | Parameters) -> None:
        """Show a measure and a target, without a signal."""
        super().set_value(data)
        data = data.to_dict() if isinstance(data, Parameters) else data
        self.choice.set_value(data.get("measure", "objective"))

    def set_mistakes(self, mistakes: list[Mistake]) -> None:
        """Show each mistake at its field."""
        self._row.set_mistakes([Mistake("", m.message) for m in mistakes if m.path == "measure"])
        self.form.set_mistakes([m for m in mistakes if m.path != "measure"])

    def offer(self, configurations: tuple[Configuration, ...]) -> None:
        """Offer what all configurations have, by its name."""
        if not configurations:
            return
        problem = configurations[0].spec.problem
        words = {}
        for name in offered_measures(configurations):
            reading = reading_of(name, problem)
            own = f"What each optimises: {reading.name}"
            words[name] = own if name == "objective" else _upper(reading.name)
        if words:
            self.choice.offer(words)
        self._reading = reading_of(self._measure, problem)
        limit = "at least" if self._reading.more_is_better else "at most"
        self.form.set_label("target", f"Target {limit}")
        self.form.control("target").suggest(0.9 if self._reading.more_is_better else 0.1)

    def summary(self) -> str:
        """Return what is compared."""
        target = self.form.value().get("target")
        words = self._reading.name
        if isinstance(target, int | float):
            words += f" {'≥' if self._reading.more_is_better else '≤'} {number_text(target)}"
        return words


def _upper(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"
