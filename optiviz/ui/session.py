"""The runs of one workspace, and the playhead: what is looked at, apart from what is computed."""

from dataclasses import replace
from math import isfinite

from PySide6.QtCore import QObject, QTimer, Signal

from optiviz.analysis.runs.spending import Level, Levels
from optiviz.engine.branching import Crossing, crossing, edited
from optiviz.engine.optimizer import Optimizer
from optiviz.engine.problem import Array
from optiviz.engine.run import Failure, Run, RunStatus
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StoppingCriterion
from optiviz.ui.roster import Entry, Roster
from optiviz.ui.worker import ReaderOf, Worker
from optiviz.views import Shown

__all__ = ["Entry", "Session"]

FRAME = 33  # milliseconds between frames
POINTS = 800  # of a curve: a card is a few hundred pixels wide
ALL_POINTS = 3200  # of the curves of all runs


class Session(Roster):
    """Runs, the one in focus, and the playhead over it.

    Attributes
    ----------
    level : Level
        Where the others are shown: where they had used up as much as the one in focus.
    costs : dict of object to float
        The seconds that the last picture of each view that is seen took the worker.

    Signals
    -------
    stopping
        Runs were asked to stop.
    """

    stopping = Signal()

    def __init__(self, worker: Worker, parent: QObject | None = None) -> None:
        super().__init__(worker, parent)
        self.costs: dict[object, float] = {}
        self.level = Level()
        self._levels = Levels()
        self._awaited: tuple[Entry, int] | None = None  # a branch, and where it begins
        self._edit: tuple[int, Entry, int] | None = None  # a request, for a run and iteration
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME)
        self._timer.timeout.connect(self._tick)
        worker.run_changed.connect(self._run_changed)

    # Runs

    def start(self, spec: RunSpec, name: str, focus: bool = True) -> Entry:
        """Add a new run, compute it, and play it from its start."""
        entry = self._added(Run(spec, name))
        if focus:
            self.set_focus(entry)
            self.go_to(0.0)
            self.play()
        self.worker.play(entry.run)
        self.runs_changed.emit()
        return entry

    def restart(self, entry: Entry, spec: RunSpec, passing: bool = False) -> None:
        """Put a new run of another spec in the place of a run, and show its end.

        One that is passing, while something is dragged, is not recorded.
        """
        if entry.computing:
            self.worker.stop(entry.run)
        self.worker.forget(entry.run)
        entry.replace(Run(spec, entry.name))
        if passing:
            self.worker.record.leave_out(entry.run)
        self.worker.play(entry.run)
        if entry is self.focus:
            self.playing = False
            self.go_to(float("inf"))
        self.runs_changed.emit()

    def open(self, runs: list[Run]) -> None:
        """Add runs that are done, at their end."""
        for entry in self._added_all(runs):
            entry.seen = max(0, entry.run.trace.last_k)
            self.worker.play(entry.run)
        if runs:
            self.set_focus(self.entries[-len(runs)])
            self.pause()
            self.seek(self.entries[-len(runs)].seen)
        self.runs_changed.emit()

    def go_on_with(self, runs: list[Run]) -> None:
        """Add runs that were left and go on, and play the first one from where it was."""
        added = self._added_all(runs)
        for entry in added:
            entry.seen = entry.run.trace.last_k
            self.worker.play(entry.run)
        self.set_focus(added[0])
        self.go_to(added[0].seen)
        self.play()
        self.runs_changed.emit()

    def set_focus(self, entry: Entry | None) -> None:
        """Put a run into focus: the timeline and single pictures show it."""
        if entry is not None and entry is not self.focus and self.level.effort != "iterations":
            self.go_to(self._k_of(entry))  # no curve moves under the playhead
        super().set_focus(entry)

    def stop(self) -> None:
        """End every run that is computed, where it is."""
        for entry in self.entries:
            if entry.computing:
                entry.asked = entry.run
                self.worker.stop(entry.run)
        self.stopping.emit()

    def change(self, optimizer: Optimizer) -> None:
        """Change the algorithm of the run in focus, from the playhead on."""
        if self.focus is not None and self.focus.ready:
            self.focus.seen = self.k
            self.worker.change(self.focus.run, self.k, optimizer)

    def branch(
        self,
        entry: Entry,
        k: int,
        optimizer: Optimizer | None = None,
        x: Array | None = None,
        *,
        stopping: StoppingCriterion | None = None,
        name: str = "",
    ) -> Entry:
        """Add a run that is another one up to iteration k and then goes on by itself.

        It comes into focus and plays from there as soon as it has come to iteration k.

        Parameters
        ----------
        entry : Entry
        k : int
        optimizer, x : Optimizer, ndarray of shape (dim,), optional
            What is different from there on: one of them at least.
        stopping : StoppingCriterion, optional
            The first run's own if left out.
        name : str
            The first run's with the iteration if left out.

        Raises
        ------
        SpecError
            If such a run is impossible.
        """
        made = entry.run.branch(k, optimizer, x)
        if stopping is not None:
            made.spec = made.spec.replace(stopping=stopping)
        made.name = self._unused(name or f"{entry.name} from {k:,}")
        added = self._added(made)
        self._awaited = added, k
        self.pause()
        self.worker.branch(made, entry.run, k)
        self.runs_changed.emit()
        return added

    def _look_for_branch(self) -> None:
        """Put the branch that was asked for into focus when it has come to where it begins."""
        if self._awaited is None:
            return
        entry, k = self._awaited
        if entry not in self.entries:
            self._awaited = None
        elif entry.run.trace.last_k >= k or not entry.computing:
            self._awaited = None
            self.set_focus(entry)
            self.go_to(k)
            self._moved()
            if self.grows or self.last_k > k:
                self.play()

    def edit_point(self, index: int, value: float, branch: bool) -> None:
        """Give one coordinate of the point at the playhead another value, from there on.

        Parameters
        ----------
        index : int
            Of the coordinate, from 0.
        value : float
        branch : bool
            In a run of its own beside the one in focus; else in that one.

        Raises
        ------
        ValueError
            With a sentence, if there is no such coordinate or the value is not finite.
        """
        entry = self.focus
        if entry is None or not entry.ready:
            raise ValueError("nothing has run yet, so there is no point to change")
        dim = entry.run.spec.problem.dim
        if not 0 <= index < dim:
            raise ValueError(f"the point has the coordinates 0 to {dim - 1:,}, not {index:,}")
        if not isfinite(value):
            raise ValueError("a coordinate must be a finite number")
        if entry.run.spec.optimizer.recorded:
            raise ValueError(entry.run.spec.optimizer.read_only)
        if entry.run.status is RunStatus.FAILED and not branch:
            raise ValueError("a run that has failed can't be changed, but tried beside")
        k, run, values = self.k, entry.run, {index: float(value)}
        if branch:

            def prepare(reader_of: ReaderOf) -> Crossing:
                at = crossing(run, k, reader_of(run))
                return replace(at, x=edited(at.x, values))

            self._edit = self.worker.request(self, prepare, then=self._answered), entry, k
        else:
            entry.seen = k
            self.pause()
            self.go_to(k + 1)  # the first iteration that shows it
            self.worker.edit(run, k, values)

    def _answered(self, number: int, result: object) -> None:
        if self._edit is None or number != self._edit[0]:
            return
        _, entry, k = self._edit
        self._edit = None
        if isinstance(result, Crossing) and entry in self.entries:
            self.branch(entry, k, x=result.x, stopping=result.stopping)
        elif isinstance(result, Failure):
            self.worker.went_wrong.emit(result)

    def _run_changed(self, run: Run) -> None:
        if any(entry.run is run for entry in self.entries):
            self.runs_changed.emit()

    # The playhead

    @property
    def last_k(self) -> int:
        """The last iteration of the run in focus."""
        return max(0, self.focus.run.trace.last_k) if self.focus is not None else 0

    @property
    def total(self) -> int:
        """How long the run in focus will be, as far as that is known."""
        if self.focus is None:
            return 0
        run = self.focus.run
        limit = run.spec.stopping.max_iterations
        if run.status in (RunStatus.NEW, RunStatus.RUNNING) and limit is not None:
            return limit
        return self.last_k

    @property
    def grows(self) -> bool:
        """Whether the run in focus is still computed."""
        return self.focus is not None and self.focus.computing

    @property
    def follows(self) -> bool:
        """Whether the playhead stays at the end of a run that is still computed."""
        return self.playing and self.pace is None and self.computing

    def play(self) -> None:
        """Move the playhead on; from the start again if it is at the end."""
        if self.focus is not None:
            super().play()

    def shown(self) -> list[Shown]:
        """Return what views draw: the run in focus first, then the other visible ones."""
        entries = [e for e in self.entries if e.visible and e is not self.focus]
        if self.focus is not None:
            entries.insert(0, self.focus)
        found = []
        for entry in entries:
            last = entry.run.trace.last_k
            if last >= 0:
                k = self._k_of(entry)
                seen = min(max(entry.seen, k), last)
                found.append(
                    Shown(
                        entry.run,
                        k,
                        entry.window_reader,
                        entry.name,
                        entry.number,
                        seen,
                        max(POINTS // 4, min(POINTS, ALL_POINTS // len(entries))),
                        within=self.within if k < last else 0.0,
                    )
                )
        return found

    def _k_of(self, entry: Entry) -> int:
        """Return where a run is at the playhead, which is a place on the one in focus."""
        focus = (self.focus or entry).run
        return self._levels.k_of(entry.run, focus, self.k, self.level)

    # Frames

    def activate(self, on: bool) -> None:
        """Draw frames, or not while another workspace is in front."""
        if on:
            self.begin_frames()
            self._timer.start()
        else:
            self._timer.stop()

    def _tick(self) -> None:
        self.worker.let_draw()
        self._look_for_branch()
        self.advance()
        self.frame.emit()

    def _moved(self) -> None:
        for entry in self.entries:
            entry.seen = max(entry.seen, self._k_of(entry))
