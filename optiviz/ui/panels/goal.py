"""Goal: what is made as good as possible."""

from typing import Any

from PySide6.QtWidgets import QWidget

from optiviz.engine import registry
from optiviz.engine.optimizer import Optimizer
from optiviz.engine.parameters import Mistake
from optiviz.engine.problem import Problem
from optiviz.networks.losses import LOSSES
from optiviz.ui.forms import ChoiceControl, Note, Panel, Row, below


class GoalPanel(Panel):
    """The objective, what it means, and which algorithms can work with it.

    Its value has "objective".
    """

    title = "Goal"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._problem: Problem | None = None
        self.choice = ChoiceControl({name: loss.label for name, loss in LOSSES.items()}, self)
        self._row = Row(
            "Objective", self.choice, "What is made as good as possible on the training rows."
        )
        self.lined_up.set_rows([self._row])
        self.meaning = Note(role="text", parent=self)
        self.usable = Note(parent=self)
        for widget in (self._row, self.meaning, self.usable):
            self.column.addWidget(widget)
        self.choice.changed.connect(self._on_chosen)
        self.choice.committed.connect(self.committed)
        self._say()

    def value(self) -> dict[str, Any]:
        """Return plain data: "objective"."""
        return {"objective": self.choice.value()}

    def set_value(self, data: dict[str, Any]) -> None:
        """Show an objective, without a signal."""
        self.choice.set_value(data["objective"])
        self._problem = None
        self._say()

    def set_mistakes(self, mistakes: list[Mistake]) -> None:
        """Show what is wrong with the objective."""
        self._row.set_mistakes(below(mistakes, "objective")[0])

    def show_problem(self, problem: Problem | None) -> None:
        """Take the problem that all settings make, or None while they make none."""
        self._problem = problem
        self._say()

    def summary(self) -> str:
        """Return the objective, and on how many rows."""
        words = LOSSES[self.choice.value()].reading.name
        return words if self._problem is None else f"{words} on {self._problem.n_rows:,} rows"

    def label_at(self, path: str) -> str:
        """Return the row's label."""
        return self._row.text

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
        able = [cls.label for cls in kinds if why is None or not cls.needs_gradient]
        if len(able) == len(kinds):
            self.usable.say("Every algorithm can work with it.")
        else:
            able = sorted(_lower(label) for label in able)
            names = " and ".join(filter(None, (", ".join(able[:-1]), *able[-1:])))
            self.usable.say(f"It suits {names}. The other algorithms need a slope.")


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]
