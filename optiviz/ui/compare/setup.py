"""The left column of Compare: what is compared, how often, for how long, by what."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from optiviz.engine.parameters import Mistake, SpecError
from optiviz.engine.spec import RunSpec
from optiviz.studies.cautions import Caution, cautions_of
from optiviz.studies.plan import Study
from optiviz.ui.compare.configurations import ConfigurationsPanel
from optiviz.ui.compare.panels import BudgetPanel, MeasurePanel, SeedsPanel
from optiviz.ui.compare.plan import Plan, Sweep, shared_measure
from optiviz.ui.compare.settings import Budget, Measured, Seeds
from optiviz.ui.compare.sweep_panel import SweepPanel
from optiviz.ui.forms import Panel
from optiviz.ui.scrolled import Scrolled
from optiviz.ui.setup_card import SetupCard

if TYPE_CHECKING:
    from optiviz.analysis.runs.effort import EffortName

_WAIT = 60  # ms without another change before the settings are checked
_WIDTH = 36  # of the column, in digits


class CompareSetup(QWidget):
    """Cards that together are a plan, and the study that it makes or what is wrong with it.

    Signals
    -------
    changed()
        The plan is another one and has been checked: read `study` and `mistakes`.
    said(str)
        A sentence for the user.

    Parameters
    ----------
    sources : mapping of str to callable
        For each workspace, what returns the run that is set up there, or None.
    """

    changed = Signal()
    said = Signal(str)

    def __init__(
        self, sources: Mapping[str, Callable[[], RunSpec | None]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._title = ""
        self._over: tuple[str, ...] = ()
        self._study: Study | None = None
        self._mistakes: tuple[Mistake, ...] = ()
        self.configurations = ConfigurationsPanel(sources)
        self.sweep, self.seeds = SweepPanel(), SeedsPanel()
        self.budget, self.measure = BudgetPanel(), MeasurePanel()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_WAIT)
        self._timer.timeout.connect(self._check)
        self._cards: dict[QWidget, SetupCard] = {}
        self._build()
        self.configurations.changed.connect(self._list_changed)
        self.configurations.said.connect(self.said)
        for panel in self._panels:
            panel.changed.connect(self._timer.start)
        self._check()

    @property
    def _panels(self) -> tuple[Panel, ...]:
        return (self.sweep, self.seeds, self.budget, self.measure)

    def study(self) -> Study | None:
        """Return the study that is set up, or None while there are mistakes."""
        self._check_if_due()
        return self._study

    def mistakes(self) -> tuple[Mistake, ...]:
        """Return all mistakes."""
        self._check_if_due()
        return self._mistakes

    def cautions(self) -> tuple[Caution, ...]:
        """Return what speaks against comparing this, before it is done."""
        study = self.study()
        if study is None:
            return ()
        by = str(self.budget.value()["by"])
        effort: EffortName = "evaluations" if by == "own" else by  # type: ignore[assignment]
        return cautions_of(study.samples(), effort, study.measure, study.gradient_weight)

    def show_study(self, study: Study) -> None:
        """Set up a study that was made elsewhere."""
        plan = Plan.of(study)
        self._title, self._over = plan.title, plan.over
        self.configurations.set_configurations(plan.configurations)
        self.seeds.set_value(plan.seeds)
        self.budget.set_value(plan.budget)
        self.measure.offer(plan.configurations)
        self.measure.set_value(plan.measured)
        self.measure.offer(plan.configurations)
        self.one_by_one.setChecked(True)
        self._check()

    def add_seeds(self, more: int) -> None:
        """Plan so many seeds more."""
        self.seeds.set_value(Seeds.from_dict(self.seeds.value()).with_more(more))
        self._check()

    def sizeHint(self) -> QSize:
        """About 290 px wide at the usual size of type."""
        return QSize(self.fontMetrics().horizontalAdvance("0") * _WIDTH, 600)

    def card(self, panel: QWidget) -> SetupCard:
        """Return the card that a panel is in."""
        return self._cards[panel]

    def _build(self) -> None:
        self.one_by_one = QPushButton("Algorithms")
        self.one_by_one.setToolTip("Compare these configurations as they are")
        self.swept = QPushButton("A sweep")
        self.swept.setToolTip("Vary one or two settings of one of them")
        group = QButtonGroup(self)
        either = QHBoxLayout()
        either.setSpacing(4)
        for button in (self.one_by_one, self.swept):
            button.setCheckable(True)
            group.addButton(button)
            either.addWidget(button)
        self.one_by_one.setChecked(True)
        group.buttonToggled.connect(self._mode_changed)
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(either)
        for title, panel, folded in (
            ("What is compared", self.configurations, False),
            (self.sweep.title, self.sweep, False),
            (self.seeds.title, self.seeds, True),
            (self.budget.title, self.budget, True),
            (self.measure.title, self.measure, True),
        ):
            card = SetupCard(title, folded=folded)
            card.set_body(panel)
            card.setSizePolicy(
                card.sizePolicy().Policy.Preferred, card.sizePolicy().Policy.Preferred
            )
            card.folded_changed.connect(self._summarise)
            self._cards[panel] = card
            column.addWidget(card)
        column.addStretch(1)
        body = QWidget()
        body.setLayout(column)
        self.area = Scrolled(body, self)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.area)

    def _mode_changed(self, button: QPushButton, checked: bool) -> None:
        if checked:
            self._check()

    def _list_changed(self) -> None:
        """Follow the list: a sweep that was made elsewhere is none any more when it is changed."""
        configurations = self.configurations.configurations()
        self._over, self._title = (), ""
        if len({c.spec.problem.reading.name for c in configurations}) > 1:
            wanted = str(self.measure.value()["measure"])
            self.measure.offer(configurations)
            self.measure.set_value(
                {**self.measure.value(), "measure": shared_measure(configurations, wanted)}
            )
        self._check()

    def _check_if_due(self) -> None:
        if self._timer.isActive():
            self._check()

    def _check(self) -> None:
        """Check everything, and say what is wrong at its place."""
        self._timer.stop()
        configurations = self.configurations.configurations()
        self._cards[self.sweep].setVisible(self.swept.isChecked())
        self.sweep.show_configurations(configurations)
        self.measure.offer(configurations)
        self._study, found = None, []
        plan: dict[str, Any] = {}
        for name, panel, cls in (
            ("seeds", self.seeds, Seeds),
            ("budget", self.budget, Budget),
            ("measured", self.measure, Measured),
        ):
            try:
                plan[name] = cls.from_dict(panel.value())
            except SpecError as error:
                found += [Mistake(f"{name}.{m.path}", m.message) for m in error.mistakes]
        sweep: Sweep | None = None
        if self.swept.isChecked() and configurations:
            try:
                sweep = self.sweep.sweep()
            except SpecError as error:
                found += error.mistakes
        if not found and configurations:
            try:
                made = Plan(self._title, configurations, self._over, **plan)
                self._study = replace(made, sweep=sweep).study()
            except SpecError as error:
                found += error.mistakes
        self._mistakes = tuple(found)
        self._summarise()
        self.changed.emit()

    def _sorted(self) -> dict[QWidget, list[Mistake]]:
        """Return the mistakes of each panel, with paths as it reads them."""
        heads: dict[str, QWidget] = {
            "sweep": self.sweep,
            "seeds": self.seeds,
            "budget": self.budget,
            "measured": self.measure,
        }
        of_study: dict[str, tuple[QWidget, str]] = {
            "search_seeds": (self.seeds, "count"),
            "split_seeds": (self.seeds, "vary"),
            "measure": (self.measure, "measure"),
            "target": (self.measure, "target"),
        }
        mine: dict[QWidget, list[Mistake]] = {panel: [] for panel in self._cards}
        for mistake in self._mistakes:
            first, _, rest = mistake.path.partition(".")
            if first in heads:
                mine[heads[first]].append(Mistake(rest, mistake.message))
            elif first in of_study:
                panel, path = of_study[first]
                mine[panel].append(Mistake(path, mistake.message))
            else:
                mine[self.configurations].append(mistake)
        return mine

    def _summarise(self) -> None:
        """Say on each card in one line what is set in it, or what is wrong with it."""
        for widget, mine in self._sorted().items():
            card = self._cards[widget]
            if isinstance(widget, Panel):
                widget.set_mistakes(mine)
                problem = widget.in_a_line(mine[0]) if mine else ""
                words = widget.summary() if card.folded() else widget.note()
            else:
                self.configurations.set_mistakes(mine)
                problem = mine[0].message if mine else ""
                n = len(self.configurations.configurations())
                words = f"{n:,}" if n else ""
            card.set_problem(problem)
            card.set_summary(problem if problem and card.folded() else "" if problem else words)
