"""What the history costs: recording a run as it goes, listing very many, and their size."""

import statistics
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from optiviz.bench import Figures
from optiviz.engine.run import Run, RunStatus
from optiviz.engine.spec import RunSpec
from optiviz.store.history import History, Recorder, database, rows
from optiviz.store.history.writing import new_place, write_record

_SLICE = 0.02  # seconds, as the window computes
_ITERATIONS = {"classic-mlp": 400_000, "classic-minibatch": 40_000}
_PAIRS = 5
_LISTED = 10_000
_LONG = 1_000_000


def measure() -> Iterator[Figures]:
    """Yield the time of a recorded run over that of the same run, of a list, and sizes."""
    for preset, iterations in _ITERATIONS.items():
        yield _cost(preset, iterations)
    yield _list()
    yield _size(
        "a run of {iterations:,} iterations in the history: {mb:.2f} MB",
        RunSpec.load("classic-mlp").with_value("stopping.max_iterations", 10_000),
    )
    quick = RunSpec.load("rastrigin-10d").with_value("optimizer", {"kind": "simulated_annealing"})
    yield _size(
        "a long run of {iterations:,} iterations in the history: {mb:.2f} MB",
        quick.with_value("stopping", {"max_iterations": _LONG}),
    )


def _cost(preset: str, iterations: int) -> Figures:
    spec = RunSpec.load(preset).with_value("stopping", {"max_iterations": iterations})
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        for i in range(_PAIRS):
            alone, recorded = None, None
            for with_history in (False, True) if i % 2 else (True, False):
                recorder = Recorder(folder) if with_history else None
                took = _timed(spec, recorder)
                if recorder is None:
                    alone = took
                else:
                    recorded = took
                    recorder.close()
            assert alone is not None
            assert recorded is not None
            ratios.append(recorded / alone)
    return Figures(
        f"history, {preset}",
        {"ratio": statistics.median(ratios), "iterations": iterations, "pairs": _PAIRS},
        "recording in the history, "
        + preset
        + ": {iterations:,} iterations take {ratio:.2f} times as long (median of {pairs} pairs)",
    )


def _timed(spec: RunSpec, recorder: Recorder | None) -> float:
    """Return the time of a run in slices, looked at after each."""
    run = Run(spec)
    run.prepare()
    if recorder is not None:
        recorder.follow(run)
    began = time.perf_counter()
    while run.status is RunStatus.RUNNING:
        run.advance(seconds=_SLICE)
        if recorder is not None:
            recorder.look(run)
    return time.perf_counter() - began


def _list() -> Figures:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        recorder = Recorder(folder)
        run = Run(RunSpec.load("classic-mlp"), "a climb")
        recorder.follow(run)
        run.finish()
        recorder.look(run)
        recorder.close()
        with History.open(folder) as history:
            multiply(history, _LISTED)
        took = []
        for _ in range(5):
            with History.open(folder) as history:
                began = time.perf_counter()
                found = history.items()
                took.append(1000 * (time.perf_counter() - began))
                assert len(found) > _LISTED
                began = time.perf_counter()
                history.items()
                again = 1000 * (time.perf_counter() - began)
    values = {"runs": _LISTED, "ms": statistics.median(took), "again": again}
    text = "a list of {runs:,} runs, each checked: {ms:.0f} ms, and once more {again:.0f} ms"
    return Figures("history, list", values, text)


def multiply(history: History, n: int) -> None:
    """Add n runs that are known as the newest one is, without what they did, for measuring."""
    db = history._db
    body = db.execute("SELECT body FROM runs ORDER BY place DESC").fetchone()[0]
    record = rows.decode_record(body)
    with database.writing(db):
        for i in range(n):
            run = uuid.uuid4().bytes
            record.k = i
            write_record(db, new_place(db, run, f"run {i}"), run, b"", record)


def _size(text: str, spec: RunSpec) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(folder)
        run = Run(spec)
        recorder.follow(run)
        while run.status in (RunStatus.NEW, RunStatus.RUNNING):
            run.advance(seconds=_SLICE)
            recorder.look(run)
        recorder.close()
        with History.open(folder) as history:
            size = history.items()[0].size
        path = Path(folder) / database.NAME
        values = {"iterations": run.k, "mb": size / 1e6, "file_mb": path.stat().st_size / 1e6}
    return Figures("history, size", values, text)
