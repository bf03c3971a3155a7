"""A history whose disk fails under it while a run is recorded: part of the proof `disk`."""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache, partial
from itertools import count
from pathlib import Path

from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.store.history import History, Recorder
from tests.torture.faulty import NUMBERS, Disk, failing

ITERATIONS = 3000
_PATIENCE = 12.0  # seconds in which it must have caught up
_CALLS = {"sqlite": 12, "open": 3, "fsync": 2, "link": 1, "mkdir": 1}

Try = Callable[[Path, random.Random], Counter[str]]


def history_tries(n: int) -> list[Try]:
    """Return what is tried; the dear ones only in many tries."""
    tries: list[Try] = [partial(_fails, once=True), partial(_fails, once=False), removed, _fills]
    if n > 20:
        tries += [partial(_fails, once=True), partial(_fails, once=False), replaced, limited]
        if os.name == "posix" and os.geteuid() == 0 and _mounts():
            tries.append(mounted)
    return tries


@cache
def expected() -> str:
    """Return what the run comes to."""
    return Run(_spec()).finish().digest


def _spec() -> RunSpec:
    values = {"optimizer": {"kind": "simulated_annealing"}}
    return RunSpec.load("rastrigin-10d").with_values(
        [*values.items(), ("stopping", {"max_iterations": ITERATIONS})]
    )


class Recorded:
    """A run that is recorded, beside one that was before.

    Parameters
    ----------
    home : Path
        Where the history is.
    with_before : bool
        There is a run already; else there is no history yet.
    """

    def __init__(self, home: Path, with_before: bool = True) -> None:
        self.home = home
        self.before = ""
        if with_before:
            before, old = Recorder(home), Run(_spec(), "before")
            self.before = before.follow(old)
            self._compute(old, before, ITERATIONS)
            assert before.close(), "a run could not be recorded on a disk that is well"
        self.troubles: list[str] = []
        self.recorder = Recorder(home, self._heard)
        self.run = Run(_spec(), "now")
        self.id = self.recorder.follow(self.run)

    def _heard(self, sentence: str) -> None:
        if sentence:
            self.troubles.append(sentence)

    def _compute(self, run: Run, recorder: Recorder, k: int) -> None:
        while run.k < k and run.status.value in ("not started", "running"):
            run.advance(50)
            recorder.look(run)
        run.advance(k - run.k)
        recorder.look(run)

    def to(self, k: int) -> None:
        """Compute it up to an iteration, and have what is due written."""
        self._compute(self.run, self.recorder, k)

    def rest(self, seconds: float = 0.3) -> None:
        """Let the recorder write, and look again."""
        time.sleep(seconds)
        self.recorder.look(self.run)

    def until(self, holds: Callable[[], bool], about: str) -> None:
        """Wait until something has come true."""
        end = time.monotonic() + _PATIENCE
        while not holds():
            assert time.monotonic() < end, f"{about} (trouble: {self.recorder.trouble!r})"
            self.rest(0.02)

    def finish(self, about: str) -> None:
        """See that the run came to what it must, and is in the history whole."""
        self.to(ITERATIONS)
        assert self.run.digest == expected(), f"{about}: the run came to something else"
        assert self.recorder.close(), f"{about}: not all was written ({self.recorder.trouble})"
        self.check(about, complete=True)

    def check(self, about: str, complete: bool, with_before: bool = True) -> None:
        """See what is in the history."""
        history = History.open(self.home)
        try:
            items = {item.id: item for item in history.items()}
            damaged = [item.damaged for item in items.values() if item.damaged]
            assert not damaged, f"{about}: {damaged}"
            if with_before and self.before:
                assert history.load(self.before).digest == expected(), f"{about}: before it changed"
            if complete:
                assert self.id in items, f"{about}: the run is not in the history"
                again = history.load(self.id)
                assert again.digest == expected(), f"{about}: another run is in the history"
            elif self.id in items:
                again = history.load(self.id)
                known = Run(_spec())
                known.advance(again.k)
                assert again.digest == known.digest, f"{about}: what is there never happened"
        finally:
            history.close()

    def check_sentences(self, about: str) -> None:
        """See that what was said is plain."""
        from tests.torture.disk import check_sentence

        for sentence in self.troubles:
            check_sentence(sentence, about)


def _fails(folder: Path, dice: random.Random, once: bool) -> Counter[str]:
    """Fail at the n-th call, once or until it is well again."""
    home = folder / "home"
    error = dice.choice(list(NUMBERS))
    early = dice.random() < 0.4  # as the history is made and opened
    what = dice.choice([*_CALLS, "sqlite", None] if early else ["sqlite", "sqlite", None])
    nth = dice.randint(1, _CALLS.get(what or "", 8))
    disk = Disk(home, NUMBERS[error], what, nth, once)
    about = f"the history, {error} at {what or 'anything'} {nth}, {'once' if once else 'for good'}"
    at = None if early else Recorded(home)
    with failing(disk):
        at = at or Recorded(home, with_before=False)
        for k in (500, 1000, 1500, 2000):
            at.rest()
            at.to(k)
        at.rest()
        if not once and disk.refused:
            at.to(ITERATIONS)
            assert at.run.digest == expected(), f"{about}: the run came to something else"
            if what in (None, "sqlite"):
                at.until(lambda: bool(at.recorder.trouble), f"{about}: nothing was said")
            if dice.random() < 0.3:  # it ends while the disk is bad
                at.recorder.close()
                disk.heal()
                at.check_sentences(about)
                at.check(about, complete=False)
                return Counter({"histories": 1, "faults": 1})
        disk.heal()
        at.until(lambda: not at.recorder.trouble, f"{about}: it did not catch up")
        at.finish(about)
    at.check_sentences(about)
    return Counter({"histories": 1, "faults": bool(disk.refused)})


def removed(folder: Path, dice: random.Random) -> Counter[str]:
    """Take the folder away while it is recorded."""
    home, about = folder / "home", "the folder was removed"
    at = Recorded(home)
    at.to(dice.randint(1, 1000))
    at.rest()
    shutil.rmtree(home)
    at.to(2000)
    at.rest(0.6)
    at.to(ITERATIONS)
    assert at.run.digest == expected(), f"{about}: the run came to something else"
    assert at.recorder.close(), f"{about}: not all was written ({at.recorder.trouble})"
    at.check(about, complete=True, with_before=False)
    at.check_sentences(about)
    return Counter({"histories": 1, "faults": 1})


def replaced(folder: Path, dice: random.Random) -> Counter[str]:
    """Put a file in the folder's place; then bring the folder back."""
    home, aside, about = folder / "home", folder / "aside", "a file stood in the folder's place"
    at = Recorded(home)
    at.to(dice.randint(1, 1000))
    at.rest()
    home.rename(aside)
    for n in count():
        try:
            home.write_text("a file")
            break
        except IsADirectoryError:  # the recorder has just made it again
            home.rename(folder / f"made again {n}")
    at.to(1500)
    at.until(lambda: bool(at.recorder.trouble), f"{about}: nothing was said")
    assert home.read_text() == "a file", f"{about}: and was overwritten"
    home.unlink()
    aside.rename(home)
    at.until(lambda: not at.recorder.trouble, f"{about}: it did not catch up")
    at.finish(about)
    at.check_sentences(about)
    return Counter({"histories": 1, "faults": 1})


def _fills(folder: Path, dice: random.Random) -> Counter[str]:
    """Let the database grow no more (SQLite's own error), then let it."""
    home, about = folder / "home", "the database could not grow"
    connect = sqlite3.connect
    full = [False]

    class Full(sqlite3.Connection):
        def execute(self, sql: str, *parameters: object) -> sqlite3.Cursor:
            if sql.startswith("BEGIN"):
                pages = super().execute("PRAGMA page_count").fetchone()[0]
                most = pages if full[0] else 1 << 30
                super().execute(f"PRAGMA max_page_count={most}")
            return super().execute(sql, *parameters)

    def connecting(*arguments: object, **named: object) -> sqlite3.Connection:
        return connect(*arguments, **{**named, "factory": Full})  # type: ignore[arg-type,call-overload,no-any-return]

    sqlite3.connect = connecting  # type: ignore[assignment]
    try:
        at = Recorded(home)
        at.to(dice.randint(1, 300))
        at.rest()
        full[0] = True
        at.to(2500)
        at.until(lambda: bool(at.recorder.trouble), f"{about}: nothing was said")
        assert "full" in at.recorder.trouble, at.recorder.trouble
        full[0] = False
        at.until(lambda: not at.recorder.trouble, f"{about}: it did not catch up")
        at.finish(about)
    finally:
        sqlite3.connect = connect
    at.check_sentences(about)
    return Counter({"histories": 1, "faults": 1})


_LIMITED = """
import json, random, resource, signal, sys
from pathlib import Path
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from tests.torture.failing_history import Recorded, expected, ITERATIONS
home = Path(sys.argv[1])
at = Recorded(home)
at.to(200)
at.rest()
size = max(p.stat().st_size for p in home.iterdir() if p.is_file())
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (size + int(sys.argv[2]), hard))
at.to(2500)
at.until(lambda: bool(at.recorder.trouble), "no file could grow: nothing was said")
said = at.recorder.trouble
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
at.until(lambda: not at.recorder.trouble, "it did not catch up")
at.finish("no file could grow")
at.check_sentences("no file could grow")
"""


def limited(folder: Path, dice: random.Random) -> Counter[str]:
    """Let the system refuse to let any file of a process grow."""
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, str(folder / "home"), str(dice.randint(0, 9000))],
        capture_output=True, text=True, timeout=120, check=False,
        cwd=Path(__file__).parents[2], env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.strip().splitlines()[-1:]
    return Counter({"histories": 1, "faults": 1})


def mounted(folder: Path, dice: random.Random) -> Counter[str]:
    """Record on a disk that is full, then read-only, then well."""
    home = folder / "home"
    home.mkdir()
    with _mounted(home, "1200k"):
        at = Recorded(home)
        at.to(dice.randint(1, 500))
        at.rest()
        if dice.random() < 0.5:
            about = "a full disk"
            filler = home / "filler"
            with suppress(OSError), filler.open("wb", buffering=0) as file:
                while True:
                    file.write(bytes(4096))
            at.to(2500)
            at.until(lambda: bool(at.recorder.trouble), f"{about}: nothing was said")
            filler.unlink()
        else:
            about = "another disk in its place, which is read-only"
            with _mounted(home, "64k", "ro"):
                at.to(2500)
                at.until(lambda: bool(at.recorder.trouble), f"{about}: nothing was said")
        at.until(lambda: not at.recorder.trouble, f"{about}: it did not catch up")
        at.finish(about)
        at.check_sentences(about)
    return Counter({"histories": 1, "faults": 1, "real_disks": 1})


@cache
def _mounts() -> bool:
    with tempfile.TemporaryDirectory() as place:
        try:
            with _mounted(Path(place), "64k"):
                return True
        except OSError:
            return False


@contextmanager
def _mounted(place: Path, size: str, how: str = "rw") -> Iterator[None]:
    """Have a small disk in memory at a place."""
    arguments = ["mount", "-t", "tmpfs", "-o", f"size={size},{how}", "tmpfs", str(place)]
    if subprocess.run(arguments, capture_output=True, check=False).returncode:
        raise OSError("can't mount here")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(place)], capture_output=True, check=False)
