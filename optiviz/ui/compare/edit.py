"""A dialog with the name, the objective and the algorithm of one configuration."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from optiviz.engine.parameters import Mistake, SpecError, fields
from optiviz.engine.spec import RunSpec
from optiviz.engine.wording import one_line
from optiviz.networks.losses import LOSSES
from optiviz.problems.network_training import NetworkTraining
from optiviz.studies.plan import Configuration
from optiviz.ui.forms import ChoiceControl, Control, Note, Row
from optiviz.ui.panels.algorithm import AlgorithmPanel
from optiviz.ui.theme import SPACE, current_theme


class EditDialog(QDialog):
    """Shows a configuration, and makes another one of it."""

    def __init__(self, configuration: Configuration, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Edit configuration")
        self._first = configuration
        self._made: Configuration | None = configuration
        spec = configuration.spec
        self.name = QLineEdit(configuration.name, self)
        name_row = Row("Name", _Held(self.name), "What it is called in lists and figures.")
        self.objective = ChoiceControl({n: loss.label for n, loss in LOSSES.items()}, self)
        self._objective_row = Row(
            "Objective", self.objective, "What is made as good as possible on the training rows."
        )
        self._objective_row.setVisible(isinstance(spec.problem, NetworkTraining))
        if isinstance(spec.problem, NetworkTraining):
            self.objective.set_value(spec.problem.objective)
        self.algorithm = AlgorithmPanel(self)
        optimizer = spec.optimizer
        self.algorithm.set_value(
            {"kind": optimizer.kind, **{f.name: getattr(optimizer, f.name)
                                        for f in fields(type(optimizer))}}
        )  # fmt: skip
        self._other = Note(role="danger", parent=self)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, SPACE[1], 0)
        column.setSpacing(SPACE[1])
        for widget in (name_row, self._objective_row, self.algorithm, self._other):
            column.addWidget(widget)
        column.addStretch(1)
        area = QScrollArea(self)
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        buttons = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(buttons.Ok | buttons.Cancel, self)
        self.buttons.button(buttons.Ok).setText("Take these settings")
        self.buttons.button(buttons.Ok).setProperty("primary", True)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        whole = QVBoxLayout(self)
        whole.addWidget(area, 1)
        whole.addWidget(self.buttons)
        scale = current_theme().scale
        self.resize(round(420 * scale), round(560 * scale))
        self.name.textEdited.connect(self._check)
        self.objective.changed.connect(self._check)
        self.algorithm.changed.connect(self._check)
        self._check()

    def configuration(self) -> Configuration:
        """Return what is set; the first one where that is impossible."""
        return self._made or self._first

    def _check(self) -> None:
        data: dict[str, Any] = self._first.spec.to_dict()
        data["optimizer"] = self.algorithm.value()
        if isinstance(self._first.spec.problem, NetworkTraining):
            data["problem"]["objective"] = self.objective.value()
        mistakes: list[Mistake] = []
        self._made = None
        problem = self._first.spec.problem
        try:
            spec = RunSpec.from_dict(data)
            problem = spec.problem
            name = one_line(self.name.text())
            if name:
                self._made = Configuration(name=name, spec=spec)
            else:
                mistakes.append(Mistake("name", "The name is empty."))
        except SpecError as error:
            mistakes = list(error.mistakes)
        self.algorithm.show_problem(problem)
        mine = [
            Mistake(m.path.removeprefix("optimizer").removeprefix("."), m.message)
            for m in mistakes
            if m.path.startswith("optimizer")
        ]
        self.algorithm.set_mistakes(mine)
        objective = [m for m in mistakes if m.path.startswith("problem.objective")]
        self._objective_row.set_mistakes([Mistake("", m.message) for m in objective])
        rest = [m for m in mistakes if not m.path.startswith("optimizer") and m not in objective]
        self._other.say(rest[0].message if rest else "")
        ok = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        ok.setEnabled(self._made is not None)


class _Held(Control):
    """A text in a row."""

    def __init__(self, edit: QLineEdit) -> None:
        super().__init__()
        self._holds(edit, focus=edit)
