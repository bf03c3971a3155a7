"""Runs of the command line: recorded in the history as they go, and stopped without a loss.

Ctrl+C and SIGTERM end a run between two iterations; what it did is written, and how it goes on is
said. A history that can't be written is one line, and the run goes on.
"""

import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from optiviz.engine import threads
from optiviz.engine.run import Reader, Run, RunStatus
from optiviz.engine.wording import one_line
from optiviz.store.history import Recorder

_SLICE = 0.1  # seconds between two looks
SHORT = 8  # digits of an id that are shown

NoHistory = Annotated[
    bool, typer.Option("--no-history", help="Don't record it in the history of runs.")
]


class Asked:
    """Whether somebody has asked the program to end.

    Attributes
    ----------
    status : int
        The exit status of a program that was ended so, as shells say it; 0 while nobody asked.
    """

    def __init__(self) -> None:
        self.status = 0

    def __call__(self) -> bool:
        """Whether to stop."""
        return self.status != 0

    def note(self, number: int, frame: FrameType | None) -> None:
        """Take a signal; the second one ends the program at once."""
        if self.status:
            raise KeyboardInterrupt
        self.status = 128 + number


@contextmanager
def asked_to_stop() -> Iterator[Asked]:
    """Note Ctrl+C and SIGTERM instead of being ended by them; for the main thread."""
    asked = Asked()
    with _hearing((signal.SIGINT, signal.SIGTERM), asked.note):
        yield asked


@contextmanager
def ended_in_order() -> Iterator[Asked]:
    """Have SIGTERM and a closed terminal end the block as Ctrl+C does: nothing stays half written.

    What comes again meanwhile is not heard: who closes a terminal is told by it and by its shell.
    For the main thread.
    """
    asked = Asked()

    def end(number: int, frame: FrameType | None) -> None:
        if not asked():
            asked.note(number, frame)
            raise KeyboardInterrupt

    known = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    # Who started us with nohup means it.
    heard = [number for number in known if signal.getsignal(number) is signal.SIG_DFL]
    with _hearing(heard, end):
        yield asked


@contextmanager
def _hearing(
    numbers: Iterable[signal.Signals], handler: Callable[[int, FrameType | None], None]
) -> Iterator[None]:
    """Have signals handled so in the block; in another thread than the main one, as before."""
    before = {}
    try:
        with suppress(ValueError):  # another thread than the main one
            for number in numbers:
                before[number] = signal.signal(number, handler)
        yield
    finally:
        for number, usual in before.items():
            signal.signal(number, usual)


class Recording:
    """Records runs, or not, and says once if that is impossible.

    Parameters
    ----------
    wanted : bool
    folder : Path, optional
        The user's own if left out.
    """

    def __init__(self, wanted: bool, folder: Path | None = None) -> None:
        self._recorder: Recorder | None = None
        self._ids: dict[Run, str] = {}
        self._told = False
        self._whole: bool | None = None
        if wanted:
            self._recorder = Recorder(folder)

    def follow(self, run: Run, place: str | None = None) -> None:
        """Record a run from now on; with an id, in the place of one that is there."""
        if self._recorder is not None:
            self._ids[run] = self._recorder.follow(run, place)

    def look(self, run: Run) -> None:
        """Record what a run did."""
        if self._recorder is not None:
            self._recorder.look(run)
            self._warn(self._recorder.trouble)

    def id_of(self, run: Run) -> str:
        """Return where a run is recorded, or nothing."""
        return self._ids.get(run, "")

    def close(self) -> bool:
        """Write what is left, and return whether all is in the history."""
        if self._recorder is None:
            return False
        if self._whole is None:
            self._whole = self._recorder.close()
            self._warn(self._recorder.trouble)
        return self._whole

    def __enter__(self) -> "Recording":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _warn(self, trouble: str) -> None:
        if trouble and not self._told:
            self._told = True
            print(one_line(f"warning: not recorded: {trouble}"), file=sys.stderr)


def compute(run: Run, record: Recording, asked: Asked, shown: Callable[[Run], None]) -> None:
    """Compute a run to its end, or to where somebody asked to stop, and record it as it goes."""
    while run.status in (RunStatus.NEW, RunStatus.RUNNING) and not asked():
        with threads.leaving_when(asked):
            run.advance(seconds=_SLICE)
        if run.status is RunStatus.RUNNING:
            record.look(run)
        shown(run)
    if asked():
        run.stop()
    if run.status is RunStatus.FINISHED:
        run.history.measure(Reader(run), run.k)  # which lists show
    record.look(run)


def how_to_go_on(run: Run, place: str, kept: bool) -> str:
    """Return where a run was stopped, and how to go on, in a sentence."""
    if run.status is RunStatus.NEW:
        return f"{one_line(run.name)} was stopped before its first iteration"
    where = f"{one_line(run.name)} was stopped at iteration {run.k:,}"
    if not (place and kept):
        return f"{where}; it is recorded nowhere"
    return f"{where}; `optiviz history resume {place[:SHORT]}` goes on from there"
