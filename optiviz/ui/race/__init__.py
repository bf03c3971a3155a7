"""Races: algorithms on the same data, split and starting weights, advanced and shown fairly.

Imports Qt, the forms, the cards and the session.
"""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from optiviz.analysis.runs.spending import Level
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StoppingCriterion
from optiviz.studies.race import Race
from optiviz.ui.race.panel import RacePanel
from optiviz.ui.session import Session
from optiviz.ui.setup import SetupColumn
from optiviz.ui.view_card import ViewCard
from optiviz.ui.view_grid import ViewGrid
from optiviz.views import View

__all__ = ["Racing"]


class Racing(QObject):
    """The races of a workspace: asks who races, begins it, and keeps its runs side by side.

    What runs are compared at is what the card of the fitness has on its axis: there the worker's
    turns are equal, and there the runs beside the one in focus are shown.

    Parameters
    ----------
    setup : SetupColumn
    session : Session
    grid : ViewGrid
        The panel stands over it.

    Signals
    -------
    begun
        A race was begun.
    """

    begun = Signal()

    def __init__(
        self, setup: SetupColumn, session: Session, grid: ViewGrid, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._setup, self._session, self._grid, self._over = setup, session, grid, parent
        self.panel: RacePanel | None = None
        self._raced = False  # the axis is that of a race
        setup.spec_changed.connect(self._setup_changed)

    def open(self, spec: RunSpec) -> None:
        """Ask which algorithms race on what is set up."""
        if self.panel is None:
            self.panel = RacePanel(self._grid, self._over)
            self.panel.begun.connect(self.begin)
        self.panel.open_for(spec)

    def _setup_changed(self) -> None:
        spec = self._setup.spec()
        if self.panel is not None and self.panel.isVisible() and spec is not None:
            self.panel.show_spec(spec)

    def begin(self, race: Race) -> None:
        """Run all racers side by side; the runs that there are already are not drawn."""
        session = self._session
        for entry in session.entries:
            session.set_visible(entry, False)
        self._show_level(race.budget.level)
        self._raced = True
        self._show_boundaries()
        taken = {entry.name for entry in session.entries}
        for i, racer in enumerate(race.racers):
            name, n = racer.name, 2
            while name in taken:
                name, n = f"{racer.name} ({n})", n + 1
            taken.add(name)
            session.start(racer.spec, name, focus=i == 0)
        self.begun.emit()

    def show_limits(self, limits: Sequence[StoppingCriterion]) -> None:
        """Put evaluations on the axis where several runs are over at equally many."""
        first = limits[0]
        if len(limits) > 1 and first.max_evaluations and all(one == first for one in limits):
            self._show_level(Level("evaluations", first.gradient_weight))
            self._show_boundaries()
            self._raced = True
        elif self._raced:
            self._show_level(Level())
            self._raced = False

    def _show_boundaries(self) -> None:
        """Put the boundaries of all runs where that of one is, if that is on show."""
        one = [card for card in self._grid.cards if card.view.kind == "decision_boundary"]
        if one and not self._grid.is_open("boundaries"):
            self._grid.put("boundaries", one[0])

    # What runs are compared at

    def watch(self, card: ViewCard) -> None:
        """Follow the axis of a card that has one of efforts."""
        card.view_changed.connect(self._follow)

    def _follow(self, view: View) -> None:
        level = view.level
        if level is not None and level != self._session.level:
            self._compare_at(level)

    def _show_level(self, level: Level) -> None:
        """Put the effort that is equal on the axis of the fitness."""
        card = self._grid.open("fitness")
        if card is not None:
            settings = {"over": level.effort, "gradient_weight": level.weight}
            card.set_settings(settings)
        self._compare_at(level)

    def _compare_at(self, level: Level) -> None:
        self._session.level = level
        self._session.worker.take_turns_by(level)
        self._session.frame.emit()
