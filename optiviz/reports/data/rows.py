"""The iterations of runs, piece by piece, for formats that hold data. Draws nothing."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from optiviz.engine.optimizer import Block, Outcome
from optiviz.engine.run import Reader, Run
from optiviz.reports.document import Progress
from optiviz.store.atomic import StoreError

COUNTS = ("evaluations", "gradient_evaluations", "rows_seen")
OUTCOMES = {
    Outcome.IMPROVED: "better",
    Outcome.EQUAL: "equal",
    Outcome.WORSE: "worse but kept",
    Outcome.REJECTED: "rejected",
}
_CHUNK = 1 << 13


def started(runs: Sequence[Run], path: str | Path) -> list[Run]:
    """Return those runs that have started.

    Raises
    ------
    StoreError
        If none has.
    """
    found = [run for run in runs if len(run.trace)]
    if not found:
        raise StoreError(f"{path}: the run has not started, so there is nothing to export")
    return found


def ends(runs: Sequence[Run], path: Path, at: int | None) -> list[int]:
    """Return the last iteration of each run that is written.

    Raises
    ------
    StoreError
        If one of them has not started.
    """
    if len(started(runs, path)) < len(runs):
        name = next(run.name for run in runs if not len(run.trace))
        raise StoreError(f"{path}: {name or 'one of the runs'} has not started; leave it out")
    return [run.trace.last_k if at is None else min(at, run.trace.last_k) for run in runs]


def end(runs: Sequence[Run], path: Path, at: int | None) -> tuple[Run, int]:
    """Return the first run, and the last iteration of it that is written.

    Raises
    ------
    StoreError
        If it has not started.
    """
    return runs[0], ends(runs[:1], path, at)[0]


def blocks(
    runs: Sequence[Run], lasts: Sequence[int], progress: Progress | None
) -> Iterator[tuple[int, int, Block]]:
    """Yield all rows of runs, each piece with its run's place and its first iteration."""
    done, of = 0, sum(lasts) + len(lasts)
    for place, (run, last) in enumerate(zip(runs, lasts, strict=True)):
        reader = Reader(run)
        for start in range(0, last + 1, _CHUNK):
            if progress is not None:
                progress(done, of)
            block = reader.rows(start, min(start + _CHUNK, last + 1))
            yield place, start, block
            done += len(block)


def shares(lasts: Sequence[int], progress: Progress | None) -> Iterator[Progress | None]:
    """Yield for each run what tells of its rows as of those of all runs."""
    of, before = sum(lasts) + len(lasts), 0
    for last in lasts:
        yield None if progress is None else partial(_told, progress, before, of)
        before += last + 1


def _told(progress: Progress, before: int, of: int, done: int, _: int) -> None:
    progress(before + done, of)


def whole(run: Run, last: int, progress: Progress | None = None) -> Block:
    """Return all rows of a run up to an iteration."""
    return Block.concatenate([block for _, _, block in blocks([run], [last], progress)])


def channels(run: Run) -> list[str]:
    """Return what a run's algorithm reports of itself, by name."""
    return [channel.name for channel in run.spec.optimizer.channels]


def words(start: int, block: Block) -> list[str]:
    """Return what became of each move, in words."""
    found = [OUTCOMES[Outcome(value)] for value in block.outcome.tolist()]
    if start == 0 and found:
        found[0] = "start"
    return found
