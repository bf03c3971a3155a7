"""The left column: what will be run, as cards from the dataset down to the seeds.

Holds plain data and checks it as a `RunSpec`; makes no data and starts no run.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from optiviz.datasets import Array, Dataset, Labels
from optiviz.engine.optimizer import Optimizer
from optiviz.engine.parameters import Mistake, Parameters, SpecError, fields
from optiviz.engine.problem import Problem
from optiviz.engine.spec import RunSpec
from optiviz.problems.network_training import NetworkTraining, fewest_outputs
from optiviz.ui import refusals
from optiviz.ui.forms import Panel
from optiviz.ui.panels.algorithm import AlgorithmPanel
from optiviz.ui.panels.dataset import DatasetPanel
from optiviz.ui.panels.finish import FinishPanel
from optiviz.ui.panels.function import FunctionPanel
from optiviz.ui.panels.goal import GoalPanel
from optiviz.ui.panels.network import NetworkPanel
from optiviz.ui.panels.randomness import RandomnessPanel
from optiviz.ui.scrolled import Scrolled
from optiviz.ui.setup_card import SetupCard

_WAIT = 60  # ms without another change before the settings are checked
_WIDTH = 36  # of the column, in digits: 290 px at 10 pt


class SetupColumn(QWidget):
    """Cards whose settings together are a `RunSpec`, or a list of mistakes, each at its field.

    Subclasses put the cards of their problem above those that every run has: algorithm, finish
    when, randomness.

    Parameters
    ----------
    first : sequence of Panel
        The cards of the problem, top to bottom.

    Signals
    -------
    spec_changed()
        The settings are others than before and have been checked: read `spec` and `mistakes`.
    live_changed(optimizer)
        Nothing but settings of the algorithm were changed that may be changed while a run goes on,
        and the change is complete.
    """

    spec_changed = Signal()
    live_changed = Signal(object)

    def __init__(self, first: Sequence[Panel], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.algorithm = AlgorithmPanel()
        self.finish = FinishPanel()
        self.randomness = RandomnessPanel()
        self.panels: tuple[Panel, ...] = (*first, self.algorithm, self.finish, self.randomness)
        self._cards: dict[Panel, SetupCard] = {}
        self._spec: RunSpec | None = None
        self._mistakes: tuple[Mistake, ...] = ()
        self._checked: dict[str, Any] | None = None  # the plain data that were checked last
        self._applied: RunSpec | None = None  # what later live changes are compared with
        self._complete = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_WAIT)
        self._timer.timeout.connect(self._check)
        self._build()

    def spec_data(self) -> dict[str, Any]:
        """Return what is set as plain data for ``RunSpec.from_dict``, right or wrong."""
        return {
            **self._problem_data(),
            "seed": self.randomness.value()["seed"],
            "optimizer": self.algorithm.value(),
            "stopping": self.finish.value(),
        }

    def spec(self) -> RunSpec | None:
        """Return what is set as a spec, or None while there are mistakes."""
        self._check_if_due()
        return self._spec

    def mistakes(self) -> tuple[Mistake, ...]:
        """Return all mistakes; where there are any, nothing can be run."""
        self._check_if_due()
        return self._mistakes

    def set_spec(self, spec: RunSpec) -> None:
        """Show a spec. Changes made during a run, and where it was ended, aren't shown."""
        self._show_problem(spec)
        self.randomness.set_value({"seed": spec.seed})
        self.algorithm.set_value(_values(spec.optimizer))
        self.finish.set_value(spec.stopping.to_dict())
        self._applied, self._complete = None, False
        self._check()

    def card(self, panel: Panel) -> SetupCard:
        """Return the card that a panel is in."""
        return self._cards[panel]

    def sizeHint(self) -> QSize:
        """About 290 px wide at the usual size of type."""
        return QSize(self.fontMetrics().horizontalAdvance("0") * _WIDTH, 600)

    def _problem_data(self) -> dict[str, Any]:
        """Return plain data with "problem", and "start" if one is set."""
        raise NotImplementedError

    def _show_problem(self, spec: RunSpec) -> None:
        """Show a spec's problem and start in the panels."""
        raise NotImplementedError

    def _place(self, path: str) -> tuple[Panel, str]:
        """Return the panel that a mistake's path is in, and the path as that panel reads it."""
        return self.randomness, path

    def _look(self, data: dict[str, Any]) -> dict[str, Any]:
        """Tell the problem's panels of each other; return the data after what that changed."""
        return data

    def _found(self, problem: Problem | None) -> None:
        """Tell the problem's panels what all settings make, or None while they make nothing."""

    def _build(self) -> None:
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for panel in self.panels:
            card = SetupCard(panel.title, folded=panel is not self.algorithm)
            card.set_body(panel)
            # As high as its wrapped texts need, which a maximum from the hint would cut.
            card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
            card.folded_changed.connect(self._summarise)
            self._cards[panel] = card
            column.addWidget(card)
            panel.changed.connect(self._on_changed)
            panel.committed.connect(self._on_committed)
        column.addStretch(1)
        body = QWidget()
        body.setLayout(column)
        self.area = Scrolled(body, self)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.area)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)

    def _on_changed(self) -> None:
        self._timer.start()

    def _on_committed(self) -> None:
        self._complete = True
        self._timer.start()

    def _check_if_due(self) -> None:
        if self._timer.isActive():
            self._check()

    def _check(self) -> None:
        """Check everything, and tell the panels and the owner."""
        self._timer.stop()
        data = self._look(self.spec_data())
        try:
            self._spec, found = RunSpec.from_dict(data), []
        except SpecError as error:
            self._spec, found = None, list(error.mistakes)
        problem: Problem | None = _made(Problem, data["problem"])
        if self._spec is None and problem is not None:
            found += refusals.of_algorithm(_made(Optimizer, data["optimizer"]), problem, found)
        self._mistakes = tuple(found)
        self._found(problem)
        self.algorithm.show_problem(problem)
        if problem is not None:
            self.finish.show_reading(problem.reading)
        self._summarise()
        for panel, mine in self._sorted().items():
            panel.set_mistakes(mine)
        self._tell(data)

    def _tell(self, data: dict[str, Any]) -> None:
        complete, self._complete = self._complete, False
        if self._spec is not None and self._applied is None:
            self._applied = self._spec
        elif self._spec is not None and self._applied is not None and complete:
            before, self._applied = self._applied, self._spec
            if _only_live(before, self._spec):
                self.live_changed.emit(self._spec.optimizer)
        if data != self._checked:
            self._checked = data
            self.spec_changed.emit()

    def _sorted(self) -> dict[Panel, list[Mistake]]:
        """Return the mistakes of each panel, with paths as it reads them."""
        mine: dict[Panel, list[Mistake]] = {panel: [] for panel in self.panels}
        common: dict[str, Panel] = {"optimizer": self.algorithm, "stopping": self.finish}
        for mistake in self._mistakes:
            first, _, rest = mistake.path.partition(".")
            if first in common:
                mine[common[first]].append(Mistake(rest, mistake.message))
            else:
                panel, path = self._place(mistake.path)
                mine[panel].append(Mistake(path, mistake.message))
        return mine

    def _summarise(self) -> None:
        """Say on each card in one line what is set in it, or what is wrong with it."""
        for panel, mine in self._sorted().items():
            card = self._cards[panel]
            problem = panel.in_a_line(mine[0]) if mine else ""
            card.set_problem(problem)
            if card.folded():
                card.set_summary(problem or panel.summary())
            else:
                card.set_summary("" if problem else panel.note())


class SetupPanel(SetupColumn):
    """What is needed to train a network.

    Parameters
    ----------
    spec : RunSpec, optional
        What to show at first; the preset classic-mlp if left out.
    parent : QWidget, optional

    Signals
    -------
    thumbnail_wanted(dataset)
        Make its data away from this thread, and answer with `show_thumbnail`.
    draw_wanted(drawing)
        Let the user draw points, and answer with `dataset.set_drawing`.
    table_wanted(settings)
        Let the user choose a table, and answer with `dataset.set_table`.
    """

    thumbnail_wanted = Signal(object)
    draw_wanted = Signal(object)
    table_wanted = Signal(object)

    def __init__(self, spec: RunSpec | None = None, parent: QWidget | None = None) -> None:
        self.dataset = DatasetPanel()
        self.network = NetworkPanel()
        self.goal = GoalPanel()
        super().__init__((self.dataset, self.network, self.goal), parent)
        self.dataset.thumbnail_wanted.connect(self.thumbnail_wanted)
        self.dataset.draw_wanted.connect(self.draw_wanted)
        self.dataset.table_wanted.connect(self.table_wanted)
        self.set_spec(spec or RunSpec.load("classic-mlp"))

    def show_thumbnail(
        self,
        dataset: Dataset,
        points: Array,
        labels: Labels,
        about: str = "",
    ) -> None:
        """Show some rows of the dataset that was asked for; stale answers are ignored.

        Parameters
        ----------
        dataset : Dataset
            What `thumbnail_wanted` named.
        points : ndarray, shape (n, 2)
        labels : ndarray of int, shape (n,)
        about : str
            One line about the data.
        """
        self.dataset.show_thumbnail(dataset, points, labels, about)

    def show_failure(self, dataset: Dataset, sentence: str) -> None:
        """Say why the data that were asked for can't be made."""
        self.dataset.show_failure(dataset, sentence)

    def _problem_data(self) -> dict[str, Any]:
        seeds = self.randomness.value()
        del seeds["seed"]
        network = self.network.value()
        data = {"start": network.pop("start")} if "start" in network else {}
        data["problem"] = {
            "kind": NetworkTraining.kind,
            "dataset": self.dataset.value() | seeds,
            **network,
            **self.goal.value(),
        }
        return data

    def _show_problem(self, spec: RunSpec) -> None:
        assert isinstance(spec.problem, NetworkTraining), "this column is for networks"
        data = _values(spec.problem)
        dataset, network = data.pop("dataset"), data.pop("network")
        self.dataset.set_value(_values(dataset))
        self.randomness.show_seeds_of(type(dataset))
        self.randomness.set_value(_values(dataset))
        start = {"initialization": data.pop("initialization"), "start": spec.start}
        self.network.set_value({"network": network.to_dict(), **start})
        del data["kind"]
        self.goal.set_value(data)

    def _on_changed(self) -> None:
        self.randomness.show_seeds_of(self.dataset.dataset_class)
        super()._on_changed()

    def _look(self, data: dict[str, Any]) -> dict[str, Any]:
        dataset: Dataset | None = _made(Dataset, data["problem"]["dataset"])
        self.dataset.show_dataset(dataset)
        if dataset is None:
            return data
        sizes = dataset.sizes()
        follows = self.network.show_inputs(sizes.n_features, fewest_outputs(sizes.n_classes))
        data = self.spec_data() if follows else data
        known = {**data["problem"], "dataset": dataset}
        self.goal.show_refusals(refusals.of_objectives(known))
        self.network.show_refusals(refusals.of_outputs(known))
        return data

    def _found(self, problem: Problem | None) -> None:
        self.goal.show_problem(problem)

    def _place(self, path: str) -> tuple[Panel, str]:
        path = path.removeprefix("problem.")
        name = path.removeprefix("dataset.")
        if name in self.randomness.names():
            return self.randomness, name
        if path.startswith("dataset"):
            return self.dataset, name
        if path.partition("[")[0] in self.goal.names():
            return self.goal, path
        return self.network, path


class FunctionSetup(SetupColumn):
    """What is needed to look for the lowest point of a function.

    Parameters
    ----------
    spec : RunSpec, optional
        What to show at first; the preset classic-descent if left out.
    parent : QWidget, optional
    """

    def __init__(self, spec: RunSpec | None = None, parent: QWidget | None = None) -> None:
        self.function = FunctionPanel()
        super().__init__((self.function,), parent)
        self.card(self.function).set_folded(False)
        self.set_spec(spec or RunSpec.load("classic-descent"))

    def set_start(self, start: Sequence[float]) -> None:
        """Start from another point, as if it were typed: it was dragged in a picture."""
        self.function.set_start(list(start))

    def _problem_data(self) -> dict[str, Any]:
        return self.function.value()

    def _show_problem(self, spec: RunSpec) -> None:
        assert isinstance(spec.problem, FunctionPanel.kinds), "this column is for functions"
        self.function.set_value({"problem": _values(spec.problem), "start": spec.start})

    def _place(self, path: str) -> tuple[Panel, str]:
        return super()._place(path) if path == "seed" else (self.function, path)

    def _look(self, data: dict[str, Any]) -> dict[str, Any]:
        follows = self.function.follow(_made(Problem, data["problem"]))
        return self.spec_data() if follows else data

    def _found(self, problem: Problem | None) -> None:
        self.function.show_problem(problem)


def _values(parameters: Parameters) -> dict[str, Any]:
    """Return settings by name; unlike in `to_dict`, None is there where it is set."""
    kind = {"kind": parameters.kind} if hasattr(parameters, "kind") else {}
    return kind | {f.name: getattr(parameters, f.name) for f in fields(type(parameters))}


def _made(family: type[Any], data: Mapping[str, Any]) -> Any:
    """Return what a family's plain data make, or None while there are mistakes."""
    try:
        return family.from_dict(data)
    except SpecError:
        return None


def _only_live(before: RunSpec, after: RunSpec) -> bool:
    """Whether two specs differ in settings that act on a run that is going on, and nowhere else."""
    old, new = before.optimizer, after.optimizer
    if type(old) is not type(new) or _values(before) | {"optimizer": new} != _values(after):
        return False
    changed = [f for f in fields(type(new)) if getattr(old, f.name) != getattr(new, f.name)]
    return bool(changed) and all(field.param.live for field in changed)
