"""The playhead: where on a run one looks, and how that moves on; what is looped.

It knows no run: whoever has one says how far it goes. Imports Qt and the clock.
"""

from math import ceil, inf

from PySide6.QtCore import QObject, Signal

from optiviz.ui.worker import now

PLAY_SECONDS = 10.0  # a run plays in about this time unless a speed is chosen
LOOP_SECONDS = 1.0  # a loop takes so long at least: faster, it would only flicker
SLOW = 5.0  # iterations a second: below, the playhead is seen on its way between two
_BEFORE_NEXT = 0.999999  # of an iteration: in its last part, however many it has
_ROUNDING = 1e-6


class Playhead(QObject):
    """A place on a run that can be moved, played and looped.

    Signals
    -------
    frame
        Views that show something else now draw it: thirty times a second, and at once where the
        playhead was put.
    loop_changed
        Another stretch is looped, or none.

    Attributes
    ----------
    playing : bool
    speed : float or None
        Iterations a second; None is as fast as it comes.
    speed_chosen : bool
        It was chosen; else it follows from how long the run is.
    parts : int
        In how many steps the iteration after the playhead is shown; set by whoever shows them.
    """

    frame = Signal()
    loop_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.playing = False
        self.speed: float | None = 100.0
        self.speed_chosen = False
        self.parts = 1
        self._position = 0.0
        self._then = now()
        self._loop: tuple[int, int] | None = None
        self._last_loop: tuple[int, int] | None = None

    # What it moves over

    @property
    def last_k(self) -> int:
        """The last iteration there is."""
        raise NotImplementedError

    @property
    def total(self) -> int:
        """The last one that there will be, as far as that is known."""
        raise NotImplementedError

    @property
    def grows(self) -> bool:
        """Whether there will be more."""
        raise NotImplementedError

    def _moved(self) -> None:
        """Note where it has been."""

    # Where it is

    @property
    def k(self) -> int:
        """The iteration that is shown."""
        return int(min(self._position, self.last_k))

    @property
    def within(self) -> float:
        """How far it is on its way to the next iteration: from 0 to less than 1.

        Above 0 only where it was put between two, or plays slowly.
        """
        k, loop = self.k, self._looped()
        if k >= self.last_k:
            return 0.0
        if self.playing and (not self._is_slow or (loop is not None and k >= loop[1])):
            return 0.0
        return self._position - k

    @property
    def usual_speed(self) -> float:
        """The speed at which all of it plays in about ten seconds."""
        return max(1.0, self.total / PLAY_SECONDS)

    @property
    def pace(self) -> float | None:
        """Iterations a second as it plays now: a loop is not passed faster than can be seen."""
        speed, loop = self.speed, self._looped()
        if loop is None:
            return speed
        return min(inf if speed is None else speed, (loop[1] - loop[0] + 1) / LOOP_SECONDS)

    @property
    def _is_slow(self) -> bool:
        pace = self.pace
        return pace is not None and pace < SLOW

    # Moving it

    def play(self) -> None:
        """Move it on; from the start again if it is at the end."""
        loop = self._looped()
        if loop is not None and not loop[0] <= self.k < loop[1]:
            self._position = float(loop[0])
        elif not self.grows and self.k >= self.last_k:
            self._position = 0.0
        self.playing = True
        self._then = now()
        self.frame.emit()

    def pause(self) -> None:
        """Hold it: between two iterations only if it was seen there."""
        self._position = self.k + self.within
        self.playing = False
        self.frame.emit()

    def toggle(self) -> None:
        """Play or pause."""
        if self.playing:
            self.pause()
        else:
            self.play()

    def go_to(self, position: float) -> None:
        """Put it somewhere; it goes on playing if it plays, and nothing is drawn yet."""
        self._position = max(0.0, position)

    def seek(self, k: int) -> None:
        """Put it at an iteration, and hold it there."""
        self._hold(float(min(max(0, k), self.last_k)))

    def step(self, by: int) -> None:
        """Move it by whole iterations; back from between two is to the first of them."""
        self.seek((self.k if by > 0 else self.k + ceil(self.within)) + by)

    def step_within(self, by: int) -> None:
        """Move it by one of the parts in which the iteration is shown, forward or back."""
        n, k = max(1, self.parts), self.k
        part = min(n - 1, int(self.within * n + _ROUNDING))
        if n == 1:
            self.step(by)
        elif by > 0:
            self._hold(min(float(self.last_k), k + (part + 1) / n))
        elif part > 0:
            self._hold(k + (part - 1) / n)
        else:
            self._hold(max(0.0, k - 1 + _BEFORE_NEXT) if k else 0.0)

    def _hold(self, position: float) -> None:
        self.playing = False
        self._position = position
        self._moved()
        self.frame.emit()

    def set_speed(self, speed: float | None) -> None:
        """Choose iterations a second, or None for as fast as it comes."""
        self.speed, self.speed_chosen = speed, True

    def begin_frames(self) -> None:
        """Count time from now."""
        self._then = now()

    def advance(self) -> None:
        """Move it on by the time since it was last moved, if it plays."""
        time, self._then = now() - self._then, now()
        if self.playing:
            self.advance_by(time)

    def advance_by(self, seconds: float) -> None:
        """Move it on by so many seconds of playing."""
        if not self.speed_chosen:
            self.speed = self.usual_speed
        pace, loop, last = self.pace, self._looped(), float(self.last_k)
        self._position = last if pace is None else self._position + pace * seconds
        if loop is not None:
            # Its last iteration is seen as long as the others.
            over = self._position - (loop[1] + 1)
            if over >= 0 or self._position < loop[0]:
                self._position = loop[0] + max(0.0, over) % (loop[1] - loop[0] + 1)
        else:
            self._position = min(self._position, last)
            if self.k >= self.last_k and not self.grows:
                self.playing = False
        self._moved()

    # The loop

    @property
    def loop(self) -> tuple[int, int] | None:
        """The stretch that is looped: its first and last iteration."""
        return self._loop

    def _looped(self) -> tuple[int, int] | None:
        """Return what is looped of what there is; nothing where it begins beyond, or will grow."""
        if self._loop is None:
            return None
        start, end = self._loop
        if self.last_k <= start or (end > self.last_k and self.grows):
            return None
        return start, min(end, self.last_k)

    def set_loop(self, loop: tuple[int, int] | None) -> None:
        """Loop a stretch, whichever end comes first; one of a single iteration is none."""
        if loop is not None:
            start, end = sorted(max(0, k) for k in loop)
            loop = (start, end) if end > start else None
        if loop != self._loop:
            self._last_loop = self._loop or self._last_loop
            self._loop = loop
            self.loop_changed.emit()
            self.frame.emit()

    def toggle_loop(self) -> None:
        """Loop what was looped last, or a tenth of the run around the playhead; or nothing."""
        if self._loop is not None:
            self.set_loop(None)
        elif self._last_loop is not None and self._last_loop[0] < self.last_k:
            self.set_loop(self._last_loop)
        else:
            half = max(1, self.total // 20)
            start = max(0, min(self.k - half, self.total - 2 * half))
            self.set_loop((start, min(start + 2 * half, max(1, self.total))))

    def loop_from_here(self) -> None:
        """Let the loop begin at the playhead; it ends where the run does if it ended before."""
        end = self._loop[1] if self._loop is not None and self._loop[1] > self.k else self.total
        if end > self.k:
            self.set_loop((self.k, end))

    def loop_to_here(self) -> None:
        """Let the loop end at the playhead; it begins at the start if it began behind."""
        start = self._loop[0] if self._loop is not None and self._loop[0] < self.k else 0
        if start < self.k:
            self.set_loop((start, self.k))
