"""Processes that record at full speed are killed at random moments: nothing older than 1 s is lost.

Two processes at a time share a history. The children are forked from here, where all is imported,
and say how far they are, with their own times, through a pipe.
"""

from __future__ import annotations

import os
import random
import select
import signal
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from optiviz.engine.run import Run, RunStatus
from optiviz.engine.spec import RunSpec
from optiviz.store.history import History, Recorder
from tests.torture import progress
from tests.torture.history_damage import MEMORY

TITLE = "kill -9 at random moments while recording, then reopen"
USUAL = 500
MOST_LOST = 1.0  # seconds of work
_TOGETHER = 4  # processes at once, two to a history
_LATEST = 1.0  # seconds after which the last is killed
_RESUMED = 10  # of so many killed, the runs of one go on to their end


def _specs() -> list[RunSpec]:
    made = (
        ("rastrigin-10d", {"kind": "simulated_annealing"}, 30_000),
        ("rastrigin-10d", {"kind": "genetic_algorithm"}, 1_500),
        ("classic-minibatch", {"kind": "adam", "batch_size": 32}, 4_000),
    )
    return [
        RunSpec.load(preset)
        .with_value("optimizer", optimizer)
        .with_value("stopping", {"max_iterations": iterations})
        for preset, optimizer, iterations in made
    ]


@dataclass
class _Child:
    """A process that records.

    Attributes
    ----------
    said : list of (str, int, float)
        Which run was at which iteration at which time.
    """

    pid: int
    folder: Path
    pipe: int
    began: float
    rest: bytes = b""
    said: list[tuple[str, int, float]] = field(default_factory=list)

    def listen(self, seconds: float) -> None:
        """Take what it says, for so long."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            ready, _, _ = select.select([self.pipe], [], [], left)
            if not ready:
                return
            content = os.read(self.pipe, 1 << 16)
            if not content:
                return
            self._take(content)

    def _take(self, content: bytes) -> None:
        *lines, self.rest = (self.rest + content).split(b"\n")
        for line in lines:
            key, k, at = line.decode().split()
            self.said.append((key, int(k), float(at)))

    def kill(self) -> None:
        """End it at once, and see that nothing of it is left."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        while content := os.read(self.pipe, 1 << 16):
            self._take(content)
        os.close(self.pipe)
        try:
            os.killpg(self.pid, 0)
        except ProcessLookupError:
            return
        raise AssertionError("a process of the killed one lives on")


def run(n: int, seed: int) -> dict[str, object]:
    """Kill n processes, and look at what each leaves."""
    draws = random.Random(seed)
    specs = _specs()
    digests = [Run(spec).finish().digest for spec in specs]
    figures = {"killed": 0, "runs": 0, "resumed": 0, "lost_ms_most": 0.0}
    with tempfile.TemporaryDirectory(dir=MEMORY) as made:
        while figures["killed"] < n:
            together = min(_TOGETHER, n - int(figures["killed"]))
            folders = [Path(made) / f"{figures['killed']}-{i // 2}" for i in range(together)]
            children = [_started(folder, draws.randrange(3), specs) for folder in folders]
            moments = sorted(draws.uniform(0.0, _LATEST) for _ in children)
            began = time.monotonic()
            try:
                while children:
                    wait = began + moments[-len(children)] - time.monotonic()
                    children[0].listen(max(0.0, wait))
                    child = children.pop(0)
                    child.kill()
                    figures["killed"] += 1
                    _judge(child, specs, digests, figures)
                    progress(int(figures["killed"]), n, f"{figures['lost_ms_most']:.0f} ms lost")
            finally:
                for child in children:
                    child.kill()
    return dict(figures)


def _started(folder: Path, first: int, specs: list[RunSpec]) -> _Child:
    reading, writing = os.pipe()
    began = time.monotonic()
    pid = os.fork()
    if pid:
        os.close(writing)
        return _Child(pid, folder, reading, began)
    try:
        os.setsid()
        os.close(reading)
        _record(folder, first, specs, writing)
    finally:
        os._exit(1)


def _record(folder: Path, first: int, specs: list[RunSpec], pipe: int) -> None:
    """Record two runs at a time, for ever."""
    recorder = Recorder(folder)
    i, runs = first, []
    while True:
        runs = [one for one in runs if one.status is RunStatus.RUNNING]
        while len(runs) < 2:
            run = Run(specs[i % 3], f"number {i % 3}")
            i += 1
            said = f"{recorder.follow(run)} -1 {time.monotonic()}\n"
            os.write(pipe, said.encode())
            run.prepare()
            runs.append(run)
        for run in runs:
            run.advance(seconds=0.01)
            recorder.look(run)
            said = f"{recorder.id_of(run)} {run.k} {time.monotonic()}\n"
            os.write(pipe, said.encode())


def _judge(
    child: _Child, specs: list[RunSpec], digests: list[str], figures: dict[str, float]
) -> None:
    last: dict[str, int] = {}
    killed = max((at for _, _, at in child.said), default=child.began)
    for key, k, _ in child.said:
        last[key] = k
    with History.open(child.folder) as history:
        strange = [s for s in history.findings if "interrupted" not in s]
        assert not strange, f"the history is not sound: {strange}"
        items = {item.id: item for item in history.items()}
        for key in last:
            item = items.get(key)
            recorded = -1 if item is None else item.k
            said = [(k, at) for one, k, at in child.said if one == key]
            known = [at for k, at in said if k <= recorded]
            lost = killed - max(known, default=child.began) if last[key] > recorded else 0.0
            figures["lost_ms_most"] = max(figures["lost_ms_most"], 1000 * lost)
            assert lost <= MOST_LOST, f"{lost:.2f} s of work are lost of a run at {last[key]:,}"
            if item is None:
                continue
            figures["runs"] += 1
            assert not item.damaged, item.damaged
            assert not item.live, "a run of a dead process is taken for one that lives"
            assert item.status in ("finished", "interrupted"), item.status
            opened = history.load(key)
            assert opened.k == item.k
            number = int(item.name.split()[1])
            if item.status == "finished":
                assert opened.digest == digests[number], f"{item.name} is another run"
            elif figures["killed"] % _RESUMED == 0:
                again = history.resume(key).finish()
                assert again.digest == digests[number], f"{item.name} went on to another end"
                figures["resumed"] += 1
