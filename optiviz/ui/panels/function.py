"""Function: a problem that is described by its own settings alone, and where to start."""

from math import isfinite
from typing import Any, ClassVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from optiviz.engine.parameters import Mistake, fields
from optiviz.engine.problem import Problem
from optiviz.engine.spec import RunSpec
from optiviz.engine.wording import rounded
from optiviz.functions import TWO_ONLY, Function
from optiviz.problems import FunctionProblem, OneVariable
from optiviz.problems.function_1d import Function1D
from optiviz.problems.function_2d import Function2D
from optiviz.problems.function_nd import FunctionND
from optiviz.problems.one_parameter_regression import OneParameterRegression
from optiviz.ui.forms import (
    ChoiceControl,
    KindForm,
    MistakeNote,
    Note,
    Panel,
    ParametersForm,
    Row,
    below,
    control_for,
)

_ASIDE = (0.2, 0.75)  # of the range, where a start is suggested along one coordinate and the next


class FunctionPanel(Panel):
    """Which kind of function, the form of the chosen one, what is known of it, and the start.

    Its value has "problem", and "start" if one is set.

    Signals
    -------
    start_wanted(start)
        The runs on show are to start from the point that is set, a tuple of float.

    Attributes
    ----------
    kinds : tuple of type of Problem
        Problems that it can show.
    """

    title = "Function"
    start_wanted = Signal(tuple)
    kinds: ClassVar[tuple[type[Problem], ...]] = (
        Function1D,
        Function2D,
        FunctionND,
        OneParameterRegression,
    )

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.choice = ChoiceControl({cls.kind: cls.label for cls in self.kinds}, self)
        self.choice.wide = True
        self._kind_row = Row("", self.choice, "Of how many variables the function is.")
        self.choice.name("Variables", "Of how many variables the function is.")
        self.column.addWidget(self._kind_row)
        self._forms = {cls.kind: ParametersForm(cls, self) for cls in self.kinds}
        for form in self._forms.values():
            self.column.addWidget(form)
            form.changed.connect(self._on_changed)
            form.committed.connect(self.committed)
            _say_what_has_two(form)
        self.formula, self.known = Note(role="text", parent=self), Note(parent=self)
        (field,) = (field for field in fields(RunSpec) if field.name == "start")
        control = control_for(field, self)
        assert control is not None
        self.start = control
        self._row = Row("Start at", self.start, "The start point; drawn if it is left out.")
        self.restart = QPushButton("Restart runs from here", self)
        self.restart.setToolTip(
            "Start all runs on show of this function again from this point, as dragging does"
        )
        self.restart.clicked.connect(self._want_start)
        self._other = MistakeNote(self)
        for widget in (self.formula, self.known, self._row, self.restart, self._other):
            self.column.addWidget(widget)
        self.lined_up.set_rows([self._kind_row, self._row])
        self._problem: Problem | None = None
        self._dim = 0  # of the start that is suggested
        self.choice.changed.connect(self._on_kind)
        self.start.changed.connect(self._on_start)
        self.start.committed.connect(self.committed)
        self._show_form()

    @property
    def form(self) -> ParametersForm:
        """The form of the chosen kind of function."""
        return self._forms[self.choice.value()]

    def value(self) -> dict[str, Any]:
        """Return plain data: "problem", and "start" if one is set."""
        data: dict[str, Any] = {"problem": self.form.value()}
        start = self.start.value()
        if start is not None:
            data["start"] = start
        return data

    def set_value(self, data: dict[str, Any]) -> None:
        """Show a problem and its start, without a signal."""
        self.choice.set_value(data["problem"]["kind"])
        self._show_form()
        self.form.set_value(data["problem"])
        start = data.get("start")
        self.start.set_value(start)
        self._dim = 0 if start is None else len(start)
        self._offer_restart()

    def set_start(self, start: list[float]) -> None:
        """Start from another point, as if it were typed."""
        self.start.set_value(start)
        self._on_start()
        self.committed.emit()

    def show_problem(self, problem: Problem | None) -> None:
        """Take the problem that the settings make, or None while they make none."""
        self._problem = problem
        known = isinstance(problem, FunctionProblem | OneParameterRegression)
        self.formula.setVisible(known)
        self.known.setVisible(known)
        if isinstance(problem, OneParameterRegression):
            self.formula.say(problem.written)
            self.known.say(f"Least squares are at w = {rounded(problem.best, 5)}.")
        elif isinstance(problem, FunctionProblem):
            self.formula.say(f"f = {problem.function.written()}")
            self.known.say(_known(problem))
            self.known.setVisible(bool(self.known.text()))

    def follow(self, problem: Problem | None) -> bool:
        """Make the start one of this problem's; return whether a set one was changed by that.

        A start of another number of coordinates is none of it.
        """
        if problem is None or problem.dim == self._dim:
            return False
        self._dim = problem.dim
        is_set = self.start.value() is not None
        self.start.set_value(_suggested(problem))
        if not is_set:
            self.start.set_value(None)
        self._offer_restart()
        return is_set

    def set_mistakes(self, mistakes: list[Mistake]) -> None:
        """Show each mistake at its field."""
        start, rest = below(mistakes, "start")
        self._row.set_mistakes(start)
        of_form, rest = below(rest, "problem")
        self.form.set_mistakes(of_form)
        self._other.say(rest[0].message if rest else "")

    def summary(self) -> str:
        """Return how the value reads, which names the function."""
        if self._problem is None:
            return ""
        if isinstance(self._problem, OneParameterRegression):
            return self._problem.title
        return self._problem.reading.name.removeprefix("value of ")

    def label_at(self, path: str) -> str:
        """Return a field's label."""
        name = path.removeprefix("problem.")
        return self.form.row(name).text if name in self.form.names() else ""

    def _on_changed(self) -> None:
        self.changed.emit()

    def _on_start(self) -> None:
        self._offer_restart()
        self.changed.emit()

    def _point(self) -> tuple[float, ...]:
        """Return the start that is set, empty while it is none."""
        start = self.start.value() or []
        right = all(isinstance(v, int | float) and isfinite(v) for v in start)
        return tuple(map(float, start)) if right and len(start) == self._dim else ()

    def _offer_restart(self) -> None:
        self.restart.setEnabled(bool(self._point()))

    def _want_start(self) -> None:
        point = self._point()
        if point:
            self.start_wanted.emit(point)

    def _on_kind(self) -> None:
        self._show_form()
        self.changed.emit()
        self.committed.emit()

    def _show_form(self) -> None:
        for form in self._forms.values():
            form.setVisible(form is self.form)


def _say_what_has_two(form: ParametersForm) -> None:
    """Note in a list of functions for any number of variables which ones have two alone."""
    control = form.control("function") if "function" in form.names() else None
    if isinstance(control, KindForm) and "dimension" in form.names():
        kinds: dict[str, type[Function]] = dict(control.kinds)  # type: ignore[arg-type]
        for kind, cls in kinds.items():
            if cls.dims == TWO_ONLY:
                control.combo.set_note(kind, "of two variables")


def _suggested(problem: Problem) -> list[float]:
    """Return where to start, if no other place is named."""
    if not isinstance(problem, FunctionProblem | OneVariable) or isinstance(problem, Function1D):
        return [3.0]
    low, high = problem.domain
    ends = [float(f"{low + share * (high - low):.3g}") for share in _ASIDE]
    return [ends[i % len(ends)] for i in range(problem.dim)]


def _known(problem: FunctionProblem) -> str:
    """Say what is known of a function, and who says so."""
    source = problem.function.source
    return " ".join(filter(None, (problem.known(), f"{source}." if source else "")))
