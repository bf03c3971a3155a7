"""A history with one byte changed, or cut off: no traceback, no silent change, each under 1 s."""

from __future__ import annotations

import os
import random
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from optiviz.engine.optimizer import COLUMNS
from optiviz.engine.run import Reader, Run
from optiviz.engine.spec import RunSpec
from optiviz.store import StoreError
from optiviz.store.history import History, Recorder
from optiviz.store.history.database import NAME
from tests.torture import progress

TITLE = "a history with one byte changed or cut off: nothing silent, no traceback"
USUAL = 10_000
SECONDS = 1.0
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # a disk that nobody else uses


def run(n: int, seed: int) -> dict[str, object]:
    """Damage a small history n times, half of them by one byte, half by cutting it off."""
    draws = random.Random(seed)
    counts = {"whole": 0, "named": 0, "missing": 0, "put_aside": 0, "slowest_ms": 0.0}
    with tempfile.TemporaryDirectory(dir=MEMORY) as made:
        folder = Path(made)
        whole, expected = _made(folder / "whole")
        for i in range(n):
            content = bytearray(whole)
            if i % 2:
                at = draws.randrange(len(whole))
                how = f"byte {at} changed"
                content[at] ^= 1 << draws.randrange(8)
            else:
                at = draws.randrange(len(whole))
                how = f"cut off at {at}"
                del content[at:]
            took, found = _timed(folder / "damaged", bytes(content), how)
            counts["slowest_ms"] = max(counts["slowest_ms"], 1000 * took)
            assert took < SECONDS, f"{how}: it took {took:.2f} s"
            _judge(how, expected, *found, counts)
            progress(i + 1, n, how)
    return {"histories": n, **counts}


def _timed(folder: Path, content: bytes, how: str) -> tuple[float, tuple[Any, list[str]]]:
    """Return how long it takes to open it; the least of some, where others use the disk too."""
    least = float("inf")
    for _ in range(3):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (folder / NAME).write_bytes(content)
        began = time.perf_counter()
        try:
            found = _seen(folder)
        except Exception as error:
            raise AssertionError(f"{how}: {type(error).__name__}: {error}") from error
        least = min(least, time.perf_counter() - began)
        if least < SECONDS:
            break
    return least, found


def _judge(
    how: str,
    expected: dict[str, Any],
    found: dict[str, Any],
    sentences: list[str],
    counts: dict[str, Any],
) -> None:
    counts["put_aside"] += any("kept as" in sentence for sentence in sentences)
    for key, (name, was) in expected.items():
        if key in found and found[key] == was:
            counts["whole"] += 1
        elif any(repr(name) in sentence for sentence in sentences):
            counts["named"] += 1
        else:
            told = any("missing" in sentence for sentence in sentences)
            assert key not in found, f"{how}: the run {name!r} is another than it was"
            assert told, f"{how}: the run {name!r} is gone, and nothing says so: {sentences}"
            counts["missing"] += 1
    strange = found.keys() - expected.keys()
    assert not strange, f"{how}: runs that were never there"


def _seen(folder: Path) -> tuple[dict[str, Any], list[str]]:
    """Return what a history says of its runs, and all its sentences."""
    found: dict[str, Any] = {}
    with History.open(folder) as history:
        sentences = list(history.findings)
        for item in (*history.items(), *history.items(deleted=True)):
            if item.damaged:
                sentences.append(item.damaged)
            try:
                opened = history.load(item.id)
            except StoreError as error:
                sentences.append(str(error))
            else:
                found[item.id] = (item.name, item.tags, item.notes, item.deleted, bits(opened))
    return found, sentences


def bits(run: Run) -> tuple[Any, ...]:
    """Return all that a run is, comparable."""
    rows = run.trace.rows(run.trace.first_held, len(run.trace))
    assert rows is not None
    samples = run.history.samples()
    return (
        run.spec.to_json(),
        run.name,
        run.status,
        run.stop_reason,
        run.seconds,
        run.digest,
        tuple(vars(rows)[name].tobytes() for name in COLUMNS),
        tuple(
            (name, array.tobytes())
            for state in (*run.trace.snapshots, run.state_now)
            for name, array in state.to_arrays().items()
        ),
        samples.k.tobytes(),
        tuple((name, values.tobytes()) for name, values in samples.metrics.items()),
    )


def _made(folder: Path) -> tuple[bytes, dict[str, Any]]:
    """Return a history of a few runs, and what it says of them."""
    recorder = Recorder(folder)
    specs = {
        "descent": RunSpec.load("classic-descent"),
        "climb": RunSpec.load("classic-mlp").with_value("stopping.max_iterations", 300),
        "batches": RunSpec.load("classic-minibatch").with_value("stopping.max_epochs", 3.0),
        "valley": RunSpec.load("rosenbrock-2d"),
    }
    ids = []
    for name, spec in specs.items():
        one = Run(spec, name)
        ids.append(recorder.follow(one))
        one.finish()
        one.history.extend(Reader(one))
        recorder.look(one)
    assert recorder.close(), recorder.trouble
    with History.open(folder) as history:
        history.label(ids[:1], tags=["first", "kept"], notes="what was learned")
        history.delete(ids[3:])
    found, sentences = _seen(folder)
    assert not sentences, sentences
    assert len(found) == len(specs)
    return (folder / NAME).read_bytes(), {key: (was[0], was) for key, was in found.items()}
