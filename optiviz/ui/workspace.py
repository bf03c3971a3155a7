"""A workspace: what will be run on the left, views in the middle, the timeline below."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from optiviz.analysis.diagnosis import diagnose
from optiviz.engine.optimizer import Optimizer
from optiviz.engine.run import RunStatus
from optiviz.engine.spec import RunSpec
from optiviz.ui.branching import BranchPanel
from optiviz.ui.drawing import Drawing, DrawingEditor
from optiviz.ui.launch import Beside, Launch
from optiviz.ui.learning_rates import LearningRates
from optiviz.ui.race import Racing
from optiviz.ui.runs import RunsCard
from optiviz.ui.session import Session
from optiviz.ui.setup import FunctionSetup, SetupColumn
from optiviz.ui.stopping import StopWaits
from optiviz.ui.tab import RunsTab
from optiviz.ui.theme import current_theme
from optiviz.ui.timeline import Timeline
from optiviz.ui.view_card import ViewCard
from optiviz.ui.view_grid import ViewGrid
from optiviz.ui.weight_editor import WeightEditor
from optiviz.ui.worker import Worker, now
from optiviz.views import View

_CHANGE_REST = 100  # milliseconds between two changes of a run that plays


class Workspace(RunsTab):
    """One tab: a column of settings, a session of runs, cards with views of them.

    Attributes
    ----------
    may_run : callable
        Asked before something is run; it says why not, or sets up what is still being asked for.
    """

    grid: ViewGrid

    def __init__(
        self,
        title: str,
        setup: SetupColumn,
        instead: list[View],
        beside: Beside,
        worker: Worker,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, parent)
        self.setup = setup
        self.beside = beside
        self.session = Session(worker, self)
        self._stop_waits = StopWaits(self.session, self.said.emit, self)
        self._diagnosed: object = None
        self._live: Optimizer | None = None
        self._live_timer = QTimer(self)
        self._live_timer.setSingleShot(True)
        self._live_timer.setInterval(_CHANGE_REST)
        self._live_timer.timeout.connect(self._apply_live)
        self._run_action: QAction | None = None
        self.may_run: Callable[[], bool] = lambda: True
        self.grid = ViewGrid(self.session, instead)
        self.grid.card_made.connect(self._connect_card)
        self.weight_editor = WeightEditor(self.session, self)
        self.racing = Racing(setup, self.session, self.grid, self)
        self.racing.begun.connect(self._begun)
        self._editor: DrawingEditor | None = None

        outer = QHBoxLayout(self)
        outer.setContentsMargins(12, 8, 12, 8)
        outer.setSpacing(0)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setHandleWidth(10)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self._left())
        splitter.addWidget(self._right())
        splitter.setStretchFactor(0, 0)
        splitter.setStretchFactor(1, 1)
        self._splitter = splitter
        outer.addWidget(splitter)

        setup.spec_changed.connect(self._setup_changed)
        setup.live_changed.connect(self._live_changed)
        if isinstance(setup, FunctionSetup):
            setup.function.start_wanted.connect(self.start_from)
            self._rates = LearningRates(setup, self.session, self)
        self.session.runs_changed.connect(self._setup_changed)
        self.session.focus_changed.connect(self._setup_changed)
        self.session.frame.connect(self._watch)
        current_theme().changed.connect(self._restyle)
        self._restyle()
        self._setup_changed()

    @property
    def cards(self) -> list[ViewCard]:
        """The cards that are there for the problem on show."""
        return self.grid.cards

    def open_race(self) -> None:
        """Ask which algorithms are to race on what is set up."""
        spec = self.setup.spec() if self.may_run() else None
        if spec is not None:
            self.racing.open(spec)

    def _connect_card(self, card: ViewCard) -> None:
        self.racing.watch(card)
        card.picture_wanted.connect(self.picture_wanted)
        card.copied.connect(self.copied)
        card.start_dragged.connect(self._drag_start)
        card.weight_wanted.connect(self.weight_editor.ask)
        if self._run_action is None:  # one button is enough, on the first card
            self._run_action = QAction("Run", self)
            self._run_action.triggered.connect(self.run)
            card.canvas.set_empty_actions([self._run_action])

    def _left(self) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.setup, 1)

        runs_card = RunsCard(self.session)
        self.runs = runs_card.runs
        self.addAction(self.runs.undo_action)
        column.addWidget(runs_card)

        self.launch = Launch(self.beside)
        self.launch.run_wanted.connect(self.run_or_stop)
        self.launch.beside_wanted.connect(self.run_beside)
        self.launch.race_wanted.connect(self.open_race)
        self.launch.revert_wanted.connect(self.revert)
        column.addWidget(self.launch)
        return box

    def _right(self) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.grid, 1)
        self.timeline = Timeline(self.session)
        self.branching = BranchPanel(self.session, self.grid, self)
        self.branching.begun.connect(self._begun)
        self.timeline.branch_wanted.connect(self.branching.open_here)
        column.addWidget(self.timeline)
        return box

    def _restyle(self) -> None:
        scale = current_theme().scale
        width = round(300 * scale**0.6)  # the plots keep most of the room for a projector
        self.setup.setMinimumWidth(width - 20)
        self._splitter.setSizes([width, 10_000])
        self._show_button()

    # Running

    def _name(self, spec: RunSpec) -> str:
        """Return a short name that tells this run from those in the list."""
        names = {entry.name for entry in self.session.entries}
        name = self.beside.name(spec)
        # The number goes first: what follows the dot is left out where all runs share it.
        first, dot, rest = name.partition(" · ")
        n = 2
        while name in names:
            name = f"{first} ({n}){dot}{rest}"
            n += 1
        return name

    def run(self) -> None:
        """Compute a new run of what is set up."""
        if self._editor is not None:
            self._editor.finish()  # what is drawn is what is meant
        self.said.emit("", "")  # what was said is about before
        spec = self.setup.spec() if self.may_run() else None
        if spec is not None:
            self.session.start(spec, self._name(spec))

    def run_or_stop(self) -> None:
        """Compute a new run, or stop the one that is computed."""
        self.timeline.bar.setFocus()  # so that Space plays, and doesn't press the button again
        if self.session.computing:
            self.session.stop()
        else:
            self.run()

    def run_beside(self) -> None:
        """Run several variants of what is set up, side by side."""
        spec = self.setup.spec() if self.may_run() else None
        if spec is None:
            return
        variants = self.beside.variants(spec)
        self.said.emit("" if variants else self.beside.none, "")
        shown = variants.index(spec) if spec in variants else 0
        for i, variant in enumerate(variants):
            self.session.start(variant, self._name(variant), focus=i == shown)

    def _begun(self) -> None:
        self.timeline.bar.setFocus()  # so that Space plays

    def _drag_start(self, at: tuple[float, float], dropped: bool) -> None:
        """Take the place to which the start was dragged in a picture."""
        card, focus = self.sender(), self.session.focus
        if isinstance(card, ViewCard) and focus is not None:
            before = focus.window_reader.stepper.start_point()
            start = card.view.start_at(focus.run.spec.problem, before, *at)
            self.start_from(start, dropped)

    def start_from(self, start: tuple[float, ...], done: bool = True) -> None:
        """Let every run on show of the problem in focus start from a point, which the set-up takes.

        Parameters
        ----------
        start : tuple of float
            As many as the problem has coordinates.
        done : bool
            Play them; else, while a start is dragged, their ends are shown.
        """
        focus = self.session.focus
        if focus is None or len(start) != focus.run.spec.problem.dim:
            return
        problem = focus.run.spec.problem
        for entry in self.session.entries:
            if (entry.visible or entry is focus) and entry.run.spec.problem == problem:
                if entry.run.spec.optimizer.recorded:
                    continue  # where it started is what was recorded
                spec = entry.run.spec.reopened()
                self.session.restart(entry, spec.replace(start=start, changes=()), passing=not done)
        if done:
            if isinstance(self.setup, FunctionSetup):
                self.setup.set_start(start)
            self.session.seek(0)
            self.session.play()

    def show_specs(self, specs: tuple[tuple[str, RunSpec], ...]) -> None:
        """Set up and run a demonstration."""
        self.session.clear()
        self.setup.set_spec(specs[0][1])
        self.session.speed_chosen = False
        self.racing.show_limits([spec.stopping for _, spec in specs])
        for i, (name, spec) in enumerate(specs):
            self.session.start(spec, name, focus=i == 0)

    def revert(self) -> None:
        """Set up what the run on show was."""
        if self.session.focus is not None and not self.session.focus.run.spec.optimizer.recorded:
            self.setup.set_spec(_plain(self.session.focus.run.spec))
            self._setup_changed()

    # Drawing

    def draw(self, drawing: Drawing, taken: Callable[[Drawing], None]) -> None:
        """Let the user draw data over the views.

        Parameters
        ----------
        drawing : Drawing
            To begin with.
        taken : callable
            Takes the drawing if it is wanted.
        """
        self._put_away()
        self._taken = taken
        self._editor = DrawingEditor(drawing)
        self._editor.done.connect(self._take_drawing)
        self._editor.cancelled.connect(self._put_away)
        self.grid.cover(self._editor)
        self._editor.board.setFocus()

    def _take_drawing(self, drawing: Drawing) -> None:
        self._put_away()
        self._taken(drawing)

    def _put_away(self) -> None:
        if self._editor is not None:
            self._editor = None
            self.grid.cover(None)
            self.grid.refresh()

    # Watching

    def _setup_changed(self) -> None:
        spec, focus = self.setup.spec(), self.session.focus
        on_show = focus.run.spec if focus is not None else spec
        if on_show is not None:
            self.grid.show_problem(on_show.problem)
        differs = focus is not None and (spec is None or spec != _plain(focus.run.spec))
        if focus is not None and focus.run.spec.optimizer.recorded:
            differs = False  # nothing is set up like what was recorded elsewhere
        self.launch.differs.setVisible(differs)
        self._show_button()

    def _show_button(self) -> None:
        computing = self.session.computing
        ready = self.setup.spec() is not None
        self.launch.show_state(computing, ready, again=self.session.focus is not None)
        if self._run_action is not None:
            self._run_action.setEnabled(ready)

    def _live_changed(self, optimizer: Optimizer) -> None:
        """Change the run that plays, a little later: a slider sends many values."""
        focus = self.session.focus
        playing = self.session.playing or (focus is not None and focus.computing)
        if focus is None or not focus.ready or not playing:
            return
        if type(focus.run.spec.optimizer_after(self.session.k)) is type(optimizer):
            self._live = optimizer
            if not self._live_timer.isActive():
                self._live_timer.start()

    def _apply_live(self) -> None:
        if self._live is not None:
            self.session.change(self._live)
            self._live = None
            self._setup_changed()

    def _watch(self) -> None:
        """Say once what should be known of the run in focus."""
        if not self.isVisible():
            return
        focus = self.session.focus
        if focus is None or (focus.run.trace.last_k < 0 and focus.run.failure is None):
            return
        run = focus.run
        state = (id(run), run.status, run.trace.generation)
        at_end = self.session.k >= run.trace.last_k
        if state == self._diagnosed or run.status is RunStatus.RUNNING or not at_end:
            return
        self._diagnosed = state
        sentence = diagnose(run)
        if sentence:
            details = run.failure.details if run.failure is not None else ""
            self.said.emit(sentence, details)

    def activate(self, on: bool) -> None:
        """Draw frames while this workspace is in front."""
        self.session.activate(on)
        if on:
            self._since = now()
            self.grid.refresh()


def _plain(spec: RunSpec) -> RunSpec:
    """Return a spec as it was set up: with the last changes of its algorithm, without an end."""
    optimizer = spec.optimizer_after(spec.changes[-1].at) if spec.changes else spec.optimizer
    return spec.reopened().replace(optimizer=optimizer, changes=())
