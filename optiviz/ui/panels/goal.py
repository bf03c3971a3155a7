"""Goal: what is made as good as possible."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QWidget

from optiviz.engine import registry
from optiviz.engine.optimizer import Optimizer
from optiviz.engine.parameters import Mistake
from optiviz.engine.problem import Problem
from optiviz.networks.losses import LOSSES
from optiviz.problems.network_training import NetworkTraining
from optiviz.ui.forms import ChoiceControl, Note, Panel, ParametersForm, Row, below, spoken

_ELSEWHERE = ("dataset", "network", "initialization", "objective")


class GoalPanel(Panel):
    """The objective, what is added to it, what it means, and which algorithms can work with it.

    Its value has "objective", and whatever else the problem has besides data, network and start.

    Parameters
    ----------
    cls : type of NetworkTraining
    """

    title = "Goal"

    def __init__(
        self, cls: type[NetworkTraining] = NetworkTraining, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._problem: Problem | None = None
        self.choice = ChoiceControl({name: loss.label for name, loss in LOSSES.items()}, self)
        self._row = Row(
            "Objective", self.choice, "What is made as good as possible on the training rows."
        )
        self.form = ParametersForm(cls, self, exclude=_ELSEWHERE)
        self.form.setVisible(bool(self.form.names()))
        self.form.line_up_with([self._row])
        self.meaning = Note(role="text", parent=self)
        self.usable = Note(parent=self)
        for widget in (self._row, self.meaning, self.form, self.usable):
            self.column.addWidget(widget)
        self.choice.changed.connect(self._on_chosen)
        self.form.changed.connect(self.changed)
        for part in (self.choice, self.form):
            part.committed.connect(self.committed)
        self._say()

    def value(self) -> dict[str, Any]:
        """Return plain data: "objective" and what is added to it."""
        added = self.form.value()
        del added["kind"]
        return {"objective": self.choice.value(), **added}

    def set_value(self, data: dict[str, Any]) -> None:
        """Show an objective and what is added to it, without a signal."""
        self.choice.set_value(data["objective"])
        self.form.set_value({name: v for name, v in data.items() if name != "objective"})
        self._problem = None
        self._say()

    def set_mistakes(self, mistakes: list[Mistake]) -> None:
        """Show what is wrong with the objective, and with what is added to it."""
        of_objective, rest = below(mistakes, "objective")
        self._row.set_mistakes(of_objective)
        self.form.set_mistakes(rest)

    def names(self) -> tuple[str, ...]:
        """Return the problem's fields that are set here."""
        return "objective", *self.form.names()

    def show_refusals(self, why: Mapping[str, str]) -> None:
        """Say of each objective why it can't be used here; nothing of those that can."""
        for name, loss in LOSSES.items():
            sentence = spoken(why.get(name, ""))
            note = "not here" if sentence else ""
            self.choice.combo.set_note(name, note, "\n".join(filter(None, (sentence, loss.help))))

    def show_problem(self, problem: Problem | None) -> None:
        """Take the problem that all settings make, or None while they make none."""
        self._problem = problem
        self._say()

    def summary(self) -> str:
        """Return the objective, and on how many rows."""
        words = LOSSES[self.choice.value()].reading.name
        return words if self._problem is None else f"{words} on {self._problem.n_rows:,} rows"

    def label_at(self, path: str) -> str:
        """Return a row's label."""
        return self.form.row(path).text if path in self.form.names() else self._row.text

    def _on_chosen(self) -> None:
        self._problem = None
        self._say()
        self.changed.emit()

    def _say(self) -> None:
        loss = LOSSES[self.choice.value()]
        self.meaning.say(loss.help)
        why = None if loss.has_slope else "no slope"
        if self._problem is not None:
            why = self._problem.missing_gradient()
        kinds: list[type[Optimizer]] = list(registry.kinds(Optimizer.family).values())
        able = [cls for cls in kinds if why is None or not cls.needs_gradient]
        if len(able) == len(kinds):
            self.usable.say("Every algorithm can work with it.")
        else:
            self.usable.say(
                f"{len(able)} of {len(kinds)} algorithms can work with it; the others need a slope."
            )
