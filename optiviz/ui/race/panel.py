"""The panel that asks who races, with which settings, and when the race is over."""

from typing import Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from optiviz.engine import registry
from optiviz.engine.optimizer import Optimizer
from optiviz.engine.parameters import Mistake, SpecError
from optiviz.engine.spec import RunSpec
from optiviz.studies.race import Budget, Race, budget_of, race_of
from optiviz.ui.forms import MistakeNote, Note, ParametersForm
from optiviz.ui.over_views import PanelOverViews
from optiviz.ui.plain import Label
from optiviz.ui.race.choice import RacersChoice
from optiviz.ui.scrolled import Scrolled
from optiviz.ui.theme import SPACE, current_theme

__all__ = ["RacePanel"]

_WIDTH, _HEIGHT = 700, 560


class RacePanel(PanelOverViews):
    """Over the views: algorithms left, the marked one's settings and the finish right.

    Nothing waits for it: runs go on, and what is set up can be changed beside it.

    Parameters
    ----------
    over : QWidget
        It stands in the lower left of this one, inside the parent.

    Signals
    -------
    begun(race)
    """

    begun = Signal(object)

    def __init__(self, over: QWidget, parent: QWidget) -> None:
        super().__init__("Race", over, parent)
        self._spec: RunSpec | None = None
        self._budget_touched = False
        self.race: Race | None = None
        self.choice = RacersChoice(self)
        self._of = Label(self)
        self.more_button = QPushButton("Once more", self)
        self.more_button.setToolTip("Let it race a second time, with settings of its own")
        self._body = QWidget()
        self._forms: dict[str, ParametersForm] = {}
        self.budget = ParametersForm(Budget, self)
        self._says = Note(role="muted", parent=self)
        self._mistake = MistakeNote(self)
        self.start_button = QPushButton("Start race", self)
        self.start_button.setProperty("primary", True)
        self.start_button.setToolTip("Run all of them side by side (Enter)")
        self._lay_out()
        self.choice.marked.connect(self._show_settings)
        self.choice.changed.connect(self._look)
        self.more_button.clicked.connect(self.choice.once_more)
        self.budget.changed.connect(self._budget_changed)
        self.start_button.clicked.connect(self.begin)
        self._restyle()

    def _lay_out(self) -> None:
        inner = QVBoxLayout(self._body)
        inner.setContentsMargins(0, 0, SPACE[1], 0)
        self._settings = QVBoxLayout()
        inner.addLayout(self._settings)
        inner.addStretch(1)
        scroll = Scrolled(self._body, self)
        of = QHBoxLayout()
        of.addWidget(self._of, 1)
        of.addWidget(self.more_button)
        self._finish = Label("Over at equal effort", self)
        right = QVBoxLayout()
        right.setSpacing(SPACE[1])
        right.addLayout(of)
        right.addWidget(scroll, 1)
        right.addWidget(self._finish)
        right.addWidget(self.budget)
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE[3])
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self.choice, 0, 0)
        grid.addLayout(right, 0, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE[2], SPACE[1], SPACE[2], SPACE[2])
        column.setSpacing(SPACE[1])
        column.addLayout(self._head())
        column.addLayout(grid, 1)
        column.addWidget(self._says)
        column.addWidget(self._mistake)
        column.addWidget(self.start_button)

    def _restyle(self) -> None:
        for label in (self._of, self._finish):
            label.setFont(current_theme().font(bold=True))
        super()._restyle()

    def _stand(self, around: QWidget, parent: QWidget) -> None:
        """Stand in the lower left of the views, as large as there is room for."""
        scale = current_theme().scale
        width = min(round(_WIDTH * scale), around.width() - 2 * SPACE[2])
        height = min(round(_HEIGHT * scale), around.height() - 2 * SPACE[1])
        self.resize(width, height)
        self.move(around.mapTo(parent, QPoint(SPACE[1], around.height() - height - SPACE[1])))

    # Opening and closing

    def open_for(self, spec: RunSpec) -> None:
        """Ask who races on what is set up."""
        self._remember_focus()
        afresh = self._spec is None
        self.show_spec(spec, afresh)
        self._appear()
        self.choice.search.setFocus()

    def show_spec(self, spec: RunSpec, afresh: bool = False) -> None:
        """Show who can race on what is set up now."""
        self._spec = spec
        if not self._budget_touched:
            self.budget.set_value(budget_of(spec))
        self.choice.show_set_up(spec.problem, spec.optimizer, afresh)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.begin()
        else:
            event.ignore()

    # What is asked for

    def _budget_changed(self) -> None:
        self._budget_touched = True
        self._look()

    def _show_settings(self) -> None:
        """Show the settings of the marked algorithm, in a form that is made when it is wanted."""
        item = self.choice.current()
        self.more_button.setEnabled(item is not None and not item.isDisabled())
        for form in self._forms.values():
            form.hide()
        self._of.setText("" if item is None else item.text(0))
        if item is None:
            return
        data = self.choice.settings_of(item)
        kind = str(data["kind"])
        if kind not in self._forms:
            form = ParametersForm(registry.kinds(Optimizer.family)[kind], self._body)
            form.changed.connect(self._settings_changed)
            self._forms[kind] = form
            self._settings.addWidget(form)
        self._forms[kind].set_value({n: v for n, v in data.items() if n != "kind"})
        self._forms[kind].set_mistakes([])
        self._forms[kind].setVisible(bool(self._forms[kind].names()))

    def _settings_changed(self) -> None:
        form = self.sender()
        assert isinstance(form, ParametersForm)
        self.choice.set_settings(form.value())

    def _look(self) -> None:
        """Say what race this would be, or what is wrong."""
        self.race, found = None, list[Mistake]()
        self.budget.set_mistakes([])
        for form in self._forms.values():
            form.set_mistakes([])
        if self._spec is None:
            return
        chosen = self.choice.racers()
        try:
            budget = Budget.from_dict(self.budget.value())
        except SpecError as error:
            self.budget.set_mistakes(list(error.mistakes))
            found += error.mistakes
            budget = None
        racers = [made for name, data in chosen if (made := self._made(name, data, found))]
        if budget is not None and not found:
            try:
                self.race = race_of(self._spec, racers, budget)
            except SpecError as error:
                found += error.mistakes
        self._says.say("" if self.race is None else _told(self.race))
        self._says.setVisible(bool(self._says.text()))
        self._mistake.say(str(found[0]) if found else "")
        self.start_button.setText(f"Start race of {len(chosen)}" if chosen else "Start race")
        self.start_button.setEnabled(self.race is not None)

    def _made(
        self, name: str, data: dict[str, Any], found: list[Mistake]
    ) -> tuple[str, Optimizer] | None:
        try:
            return name, Optimizer.from_dict(data)
        except SpecError as error:
            found += [Mistake(f"{name}, {m.path}", m.message) for m in error.mistakes]
            item = self.choice.current()
            if item is not None and item.text(0) == name:
                self._forms[str(data["kind"])].set_mistakes(list(error.mistakes))
            return None

    def begin(self) -> None:
        """Start the race, if nothing is wrong."""
        if self.race is not None:
            race = self.race
            self.dismiss()
            self.begun.emit(race)


def _told(race: Race) -> str:
    """Say what should be known of a race, and first of all what speaks against it."""
    cautions = [f"{caution.sentence} {caution.instead}" for caution in race.cautions[:1]]
    return " ".join((*race.sentences, *cautions))
