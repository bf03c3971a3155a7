"""The panel that asks who races, with which settings, and when the race is over."""

from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from optiviz.engine import registry
from optiviz.engine.optimizer import Optimizer
from optiviz.engine.parameters import Mistake, SpecError
from optiviz.engine.spec import RunSpec
from optiviz.studies.race import Budget, Race, budget_of, race_of
from optiviz.ui.card import draw_ground
from optiviz.ui.forms import IconButton, MistakeNote, Note, ParametersForm
from optiviz.ui.race.choice import RacersChoice
from optiviz.ui.theme import SPACE, current_theme

__all__ = ["RacePanel"]

_WIDTH, _HEIGHT = 700, 560


class RacePanel(QFrame):
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
        super().__init__(parent)
        self._over = over
        self._spec: RunSpec | None = None
        self._before: QWidget | None = None  # where the focus was
        self._budget_touched = False
        self.race: Race | None = None
        self.setAccessibleName("Race")
        self._title = QLabel("Race", self)
        self._close = IconButton("close", "", self)
        self._close.explain("Close (Escape)")
        self._close.clicked.connect(self.dismiss)
        self.choice = RacersChoice(self)
        self._of = QLabel(self)
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
        over.installEventFilter(self)
        current_theme().changed.connect(self._restyle)
        self._restyle()
        self.hide()

    def _lay_out(self) -> None:
        inner = QVBoxLayout(self._body)
        inner.setContentsMargins(0, 0, SPACE[1], 0)
        self._settings = QVBoxLayout()
        inner.addLayout(self._settings)
        inner.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setWidget(self._body)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for widget in (scroll.viewport(), self._body):
            widget.setAutoFillBackground(False)
        of = QHBoxLayout()
        of.addWidget(self._of, 1)
        of.addWidget(self.more_button)
        self._finish = QLabel("Over at equal effort", self)
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
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE[2], SPACE[1], SPACE[2], SPACE[2])
        column.setSpacing(SPACE[1])
        column.addLayout(head)
        column.addLayout(grid, 1)
        column.addWidget(self._says)
        column.addWidget(self._mistake)
        column.addWidget(self.start_button)

    def _restyle(self) -> None:
        for label in (self._title, self._of, self._finish):
            label.setFont(current_theme().font(bold=True))
        self._put()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        draw_ground(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: D102
        if watched is self._over and event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self._put()
        return False

    def _put(self) -> None:
        """Stand in the lower left of the views, as large as there is room for."""
        around, parent = self._over, self.parentWidget()
        if parent is None or not self.isVisible():
            return
        scale = current_theme().scale
        width = min(round(_WIDTH * scale), around.width() - 2 * SPACE[2])
        height = min(round(_HEIGHT * scale), around.height() - 2 * SPACE[1])
        self.resize(width, height)
        self.move(around.mapTo(parent, QPoint(SPACE[1], around.height() - height - SPACE[1])))

    # Opening and closing

    def open_for(self, spec: RunSpec) -> None:
        """Ask who races on what is set up."""
        if not self.isVisible():
            self._before = self.window().focusWidget()
        afresh = self._spec is None
        self.show_spec(spec, afresh)
        self.show()
        self.raise_()
        self._put()
        self.choice.search.setFocus()

    def show_spec(self, spec: RunSpec, afresh: bool = False) -> None:
        """Show who can race on what is set up now."""
        self._spec = spec
        if not self._budget_touched:
            self.budget.set_value(budget_of(spec))
        self.choice.show_set_up(spec.problem, spec.optimizer, afresh)

    def dismiss(self) -> None:
        """Close, and give the focus back."""
        self.hide()
        before, self._before = self._before, None
        if before is not None and before.isVisible():
            before.setFocus()

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
