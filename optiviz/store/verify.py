"""Recompute what a run file records, and compare every bit."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from optiviz.engine.optimizer import COLUMNS
from optiviz.engine.run import Reader, Run, RunStatus
from optiviz.engine.stopping import StopReason
from optiviz.store import digests, machine
from optiviz.store.run_file import Recorded, read

_ROWS = 1 << 15
_SLICE = 0.25  # seconds between two reports of progress
_ENDED = (StopReason.BY_HAND, StopReason.INTERRUPTED, StopReason.SECONDS, StopReason.ENDED)

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class RunVerification:
    """How a recorded run compares with the same run recomputed here.

    Attributes
    ----------
    name : str
    identical : bool
    first_difference : int or None
        The first iteration known to differ; None if they are identical or can't be compared.
    iterations, recomputed_iterations : int
    best, recomputed_best : float
        As people read it.
    reading : str
        What that number is, such as "accuracy".
    failure : str
        Why recomputing failed; empty if it didn't.
    changed : tuple of str
        What differs between the machine and versions recorded and these, as "numpy 2.1, here 2.2".
    """

    name: str
    identical: bool
    first_difference: int | None
    iterations: int
    recomputed_iterations: int
    best: float
    recomputed_best: float
    reading: str
    failure: str
    changed: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """Say it in words."""
        name = f"{self.name}: " if self.name else ""
        if self.identical:
            what = f"{name}identical, all {self.iterations:,} iterations to the last bit."
        elif self.first_difference is None and not self.recomputed_iterations and self.failure:
            return f"{name}can't be computed again: {self.failure}."
        elif self.first_difference is None:
            what = (
                f"{name}another version of its algorithm recorded it, so it can't be compared; "
                f"recomputed, its best {self.reading} is {self.recomputed_best:.6g} after "
                f"{self.recomputed_iterations:,} iterations."
            )
        else:
            what = (
                f"{name}differs from iteration {self.first_difference:,} on; recorded best "
                f"{self.reading} {self.best:.6g} after {self.iterations:,} iterations, recomputed "
                f"{self.recomputed_best:.6g} after {self.recomputed_iterations:,}."
            )
        if self.failure and not self.identical:
            what += f" Recomputing failed: {self.failure}."
        if not self.changed:
            return what
        return f"{what} It was recorded elsewhere: {'; '.join(self.changed)}."


@dataclass(frozen=True)
class Verification:
    """What became of recomputing all runs of a file."""

    path: Path
    runs: tuple[RunVerification, ...]

    @property
    def identical(self) -> bool:
        """Whether every run came out the same, bit for bit."""
        return all(run.identical for run in self.runs)


def verify(path: str | Path, progress: Progress | None = None) -> Verification:
    """Recompute every run of a file and compare.

    Parameters
    ----------
    progress : callable, optional
        Told the iterations done and to do, several times a second.

    Raises
    ------
    StoreError
        If it is not a whole, undamaged run file.
    """
    recorded = read(path)
    total = sum(one.run.k for one in recorded)
    done, found = 0, []
    for one in recorded:
        before = done

        def report(k: int, before: int = before) -> None:
            if progress is not None:
                progress(before + k, total)

        found.append(_verify(one, report))
        done += one.run.k
    return Verification(Path(path), tuple(found))


def _verify(recorded: Recorded, report: Callable[[int], None]) -> RunVerification:
    run = recorded.run
    if run.spec.optimizer.recorded and not run.spec.optimizer.replays:
        return _not_verified(recorded)
    outdated = run.status is RunStatus.NEW
    fresh = run.finish() if outdated else Run(run.spec)
    while fresh.status in (RunStatus.NEW, RunStatus.RUNNING) and fresh.k <= run.k:
        # One more than was recorded, so that a run that ought to end there does.
        fresh.advance(run.k + 1 - fresh.k, seconds=_SLICE)
        report(min(fresh.k, run.k))
    first = None if outdated else _first_difference(recorded, fresh)
    reading = run.spec.problem.reading
    started = len(fresh.trace) > 0
    return RunVerification(
        name=run.name,
        identical=first is None and not outdated,
        first_difference=first,
        iterations=run.k,
        recomputed_iterations=fresh.k,
        best=float(reading.value(np.array(run.best_f))) if len(run.trace) else np.nan,
        recomputed_best=float(reading.value(np.array(fresh.best_f))) if started else np.nan,
        reading=reading.name,
        failure="" if fresh.failure is None else fresh.failure.sentence,
        changed=_changed(recorded),
    )


def _not_verified(recorded: Recorded) -> RunVerification:
    run, reading = recorded.run, recorded.run.spec.problem.reading
    return RunVerification(
        name=run.name,
        identical=False,
        first_difference=None,
        iterations=run.k,
        recomputed_iterations=0,
        best=float(reading.value(np.array(run.best_f))),
        recomputed_best=np.nan,
        reading=reading.name,
        failure=run.spec.optimizer.read_only,
        changed=(),
    )


def _first_difference(recorded: Recorded, fresh: Run) -> int | None:
    """Return the first iteration known to differ, or None."""
    run = recorded.run
    if len(fresh.trace) == 0:
        return 0
    reader = Reader(fresh)
    found = [*_rows_that_differ(run, fresh, reader), *_states_that_differ(run, fresh, reader)]
    if fresh.k != run.k:
        found.append(min(fresh.k, run.k) + 1)
    elif _ending(fresh) != _ending(run):
        found.append(run.k)
    if not found and not (digests.is_of(fresh, recorded.digest) and _are_rows_of(run, fresh)):
        found.append(0)  # somewhere in what the file doesn't hold whole
    return min(found, default=None)


def _are_rows_of(run: Run, fresh: Run) -> bool:
    """Whether the digest of what the file holds is that of the run done again."""
    return not run.trace.leads_on or run.digest == fresh.digest


def _ending(run: Run) -> StopReason | None:
    return StopReason.ENDED if run.stop_reason in _ENDED else run.stop_reason


def _rows_that_differ(run: Run, fresh: Run, reader: Reader) -> Iterator[int]:
    """Yield the first row held that differs."""
    last = min(run.k, fresh.k)
    for start in range(run.trace.first_held, last + 1, _ROWS):
        stop = min(start + _ROWS, last + 1)
        ours, theirs = reader.rows(start, stop), run.trace.rows(start, stop)
        differ = np.zeros(stop - start, dtype=bool)
        for name in COLUMNS:
            pair = (np.ascontiguousarray(vars(block)[name]) for block in (ours, theirs))
            a, b = (column.reshape(stop - start, -1).view(np.uint8) for column in pair)
            differ |= (a != b).any(axis=1)
        if differ.any():
            yield start + int(differ.argmax())
            return


def _states_that_differ(run: Run, fresh: Run, reader: Reader) -> Iterator[int]:
    """Yield the iterations whose state or metrics differ."""
    for state in (*run.trace.snapshots, run.state_now):
        if state.k <= fresh.k and _bits(reader.state(state.k).to_arrays()) != _bits(
            state.to_arrays()
        ):
            yield state.k
    samples = run.history.samples()
    for i, k in enumerate(samples.k.tolist()):
        if k > fresh.k:
            return
        metrics = {name: values[i] for name, values in samples.metrics.items()}
        if _bits(fresh.history.measure(reader, k)) != _bits(metrics):
            yield k


def _bits(values: Mapping[str, Any]) -> dict[str, bytes]:
    return {name: np.asarray(value).tobytes() for name, value in values.items()}


def _changed(recorded: Recorded) -> tuple[str, ...]:
    """Say what differs between the recorded machine and this one."""
    changed = []
    here = machine.versions() | machine.fingerprint()
    there = recorded.versions | recorded.machine
    for name, now in here.items():
        was = there.get(name, "not recorded")
        if was == now:
            continue
        if name == "cpu_features":
            changed.append("another processor")
        else:
            changed.append(f"{name} {was[:60]}, here {now[:60]}")
    return tuple(changed)
