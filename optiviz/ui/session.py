"""The runs of one workspace, and the playhead: what is looked at, apart from what is computed."""

from dataclasses import dataclass, field

from PySide6.QtCore import QObject, QTimer, Signal

from optiviz.engine.optimizer import Optimizer
from optiviz.engine.run import Reader, Run, RunStatus
from optiviz.engine.spec import RunSpec
from optiviz.ui.worker import Worker, now
from optiviz.views import Shown

FRAME = 33  # milliseconds between frames
POINTS = 800  # of a curve: a card is a few hundred pixels wide
PLAY_SECONDS = 10.0  # a run plays in about this time unless a speed is chosen


@dataclass(eq=False)
class Entry:
    """One run in the list.

    Attributes
    ----------
    number : int
        Which colour and dash are its own; kept as long as it lives.
    visible : bool
        It is drawn beside the one in focus.
    seen : int
        The last iteration at which the playhead has been.
    """

    run: Run
    number: int
    visible: bool = True
    seen: int = 0
    window_reader: Reader = field(init=False)

    def __post_init__(self) -> None:
        self.window_reader = Reader(self.run)

    def replace(self, run: Run) -> None:
        """Put another run in this one's place."""
        self.run, self.seen, self.window_reader = run, 0, Reader(run)

    @property
    def name(self) -> str:
        """What people call it."""
        return self.run.name

    @property
    def ready(self) -> bool:
        """Whether there is something to show."""
        return self.run.trace.last_k >= 0

    @property
    def computing(self) -> bool:
        """Whether it goes on."""
        return self.run.status in (RunStatus.NEW, RunStatus.RUNNING)


class Session(QObject):
    """Runs, the one in focus, and the playhead.

    Signals
    -------
    runs_changed
        A run was added, removed, renamed, hidden, ended or failed.
    focus_changed
        Another run is in focus.
    frame
        Thirty times a second: views that show something else now draw it.
    """

    runs_changed = Signal()
    focus_changed = Signal()
    frame = Signal()

    def __init__(self, worker: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.worker = worker
        self.entries: list[Entry] = []
        self.focus: Entry | None = None
        self.playing = False
        self.speed: float | None = 100.0  # iterations a second; None is as fast as it comes
        self.speed_chosen = False
        self._position = 0.0
        self._then = now()
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
            self._position = 0.0
            self.play()
        self.worker.play(entry.run)
        self.runs_changed.emit()
        return entry

    def restart(self, entry: Entry, spec: RunSpec) -> None:
        """Put a new run of another spec in the place of a run, and show its end."""
        self.worker.forget(entry.run)
        entry.replace(Run(spec, entry.name))
        self.worker.play(entry.run)
        if entry is self.focus:
            self.playing = False
            self._position = float("inf")
        self.runs_changed.emit()

    def open(self, runs: list[Run]) -> None:
        """Add runs that are done, at their end."""
        for run in runs:
            entry = self._added(run)
            entry.seen = max(0, run.trace.last_k)
            self.worker.play(run)
        if runs:
            self.set_focus(self.entries[-len(runs)])
            self.pause()
            self.seek(self.entries[-len(runs)].seen)
        self.runs_changed.emit()

    def _added(self, run: Run) -> Entry:
        used = {entry.number for entry in self.entries}
        number = next(n for n in range(len(used) + 1) if n not in used)
        entry = Entry(run, number)
        self.entries.append(entry)
        return entry

    def remove(self, entry: Entry) -> None:
        """Take a run out of the list; it is stopped."""
        at = self.entries.index(entry)
        self.entries.remove(entry)
        if entry.computing:
            self.worker.stop(entry.run)
        self.worker.forget(entry.run)
        if entry is self.focus:
            left = self.entries
            self.set_focus(left[min(at, len(left) - 1)] if left else None)
        self.runs_changed.emit()

    def clear(self) -> None:
        """Take all runs out of the list."""
        for entry in list(self.entries):
            self.remove(entry)

    def set_focus(self, entry: Entry | None) -> None:
        """Put a run into focus: the timeline and single pictures show it."""
        if entry is not self.focus:
            self.focus = entry
            self.focus_changed.emit()
            self.runs_changed.emit()

    def set_visible(self, entry: Entry, visible: bool) -> None:
        """Draw a run beside the one in focus, or not."""
        entry.visible = visible
        self.runs_changed.emit()

    def rename(self, entry: Entry, name: str) -> None:
        """Call a run something else."""
        entry.run.name = " ".join(name.split())[:120] or entry.run.name
        self.runs_changed.emit()

    def stop(self) -> None:
        """End every run that is computed, where it is."""
        for entry in self.entries:
            if entry.computing:
                self.worker.stop(entry.run)

    @property
    def computing(self) -> bool:
        """Whether a run is being computed."""
        return any(entry.computing for entry in self.entries)

    def change(self, optimizer: Optimizer) -> None:
        """Change the algorithm of the run in focus, from the playhead on."""
        if self.focus is not None and self.focus.ready:
            self.focus.seen = self.k
            self.worker.change(self.focus.run, self.k, optimizer)

    def _run_changed(self, run: Run) -> None:
        if any(entry.run is run for entry in self.entries):
            self.runs_changed.emit()

    # The playhead

    @property
    def k(self) -> int:
        """The iteration that is shown."""
        return int(min(self._position, self.last_k))

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
    def usual_speed(self) -> float:
        """The speed at which the run in focus plays in about ten seconds."""
        return max(1.0, self.total / PLAY_SECONDS)

    @property
    def follows(self) -> bool:
        """Whether the playhead stays at the end of a run that is still computed."""
        return self.playing and self.speed is None and self.computing

    def play(self) -> None:
        """Move the playhead on; from the start again if it is at the end."""
        if self.focus is None:
            return
        if not self.focus.computing and self.k >= self.last_k:
            self._position = 0.0
        self.playing = True
        self._then = now()
        self.frame.emit()

    def pause(self) -> None:
        """Hold the playhead."""
        self.playing = False
        self.frame.emit()

    def toggle(self) -> None:
        """Play or pause."""
        if self.playing:
            self.pause()
        else:
            self.play()

    def seek(self, k: int) -> None:
        """Put the playhead somewhere, and hold it there."""
        self.playing = False
        self._position = float(min(max(0, k), self.last_k))
        self._note_seen()
        self.frame.emit()

    def step(self, by: int) -> None:
        """Move the playhead by single iterations."""
        self.seek(self.k + by)

    def set_speed(self, speed: float | None) -> None:
        """Choose iterations a second, or None for as fast as it comes."""
        self.speed, self.speed_chosen = speed, True

    def shown(self) -> list[Shown]:
        """Return what views draw: the run in focus first, then the other visible ones."""
        entries = [e for e in self.entries if e.visible and e is not self.focus]
        if self.focus is not None:
            entries.insert(0, self.focus)
        found = []
        for entry in entries:
            last = entry.run.trace.last_k
            if last >= 0:
                k, seen = min(self.k, last), min(max(entry.seen, self.k), last)
                found.append(
                    Shown(
                        entry.run,
                        k,
                        entry.window_reader,
                        entry.name,
                        entry.number,
                        seen,
                        POINTS,
                    )
                )
        return found

    # Frames

    def activate(self, on: bool) -> None:
        """Draw frames, or not while another workspace is in front."""
        if on:
            self._then = now()
            self._timer.start()
        else:
            self._timer.stop()

    def _tick(self) -> None:
        time, self._then = now() - self._then, now()
        if self.playing and self.focus is not None:
            if not self.speed_chosen:
                self.speed = self.usual_speed
            if self.speed is None:
                self._position = float(self.last_k)
            else:
                self._position = min(self._position + self.speed * time, float(self.last_k))
            if self.k >= self.last_k and not self.focus.computing:
                self.playing = False
            self._note_seen()
        self.frame.emit()

    def _note_seen(self) -> None:
        for entry in self.entries:
            entry.seen = max(entry.seen, min(self.k, entry.run.trace.last_k))
