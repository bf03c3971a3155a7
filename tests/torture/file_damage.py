"""Every truncation and one-byte changes of a run file, a study file, and a page with one in it."""

from __future__ import annotations

import os
import random
import tempfile
import time
from pathlib import Path

import numpy as np

from optiviz.store import StoreError, carried, run_file, study_file
from tests.torture import progress

TITLE = "A file of runs, a study or a report that is cut off or changed: a sentence, or no change"
USUAL = 20_000

FILES = Path(__file__).parents[1] / "store" / "files"
LONGEST = 1.0  # seconds for one opening


def run(n: int, seed: int) -> dict[str, object]:
    """Change n bytes, each in a copy of its own, and cut each file at n places, or at all."""
    files = ("version-2-dropped", "version-2-runs", "version-2-study", "version-1-runs")
    contents = {name: (FILES / f"{name}.optiviz").read_bytes() for name in files}
    contents["a report"] = _page(contents["version-2-runs"])
    found = {"changes": 0, "truncations": 0, "refused": 0, "opened the same": 0}
    longest, draw = 0.0, random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, content) in enumerate(contents.items()):
            path = Path(folder) / "a.optiviz"
            path.write_bytes(content)
            whole = _bits(path)
            changes = n // len(contents)
            for i in range(changes):
                if i % 500 == 0:
                    progress(number * changes + i, n, name)
                at = draw.randrange(len(content))
                byte = (content[at] + draw.randrange(1, 256)) % 256
                path.write_bytes(content[:at] + bytes([byte]) + content[at + 1 :])
                took, refused = _tried(path, whole, f"{name}: byte {at} made {byte}")
                found["changes"] += 1
                found["refused" if refused else "opened the same"] += 1
                longest = max(longest, took)
            path.write_bytes(content)
            lengths = range(len(content))
            if n < USUAL:
                lengths = sorted(draw.sample(lengths, min(n // len(contents), len(content))))
            for length in reversed(lengths):
                os.truncate(path, length)
                took, refused = _tried(path, whole, f"{name}: cut off at {length}")
                assert refused, f"{name}: opened though it was cut off at {length}"
                found["truncations"] += 1
                longest = max(longest, took)
    return found | {"tracebacks": 0, "silent changes": 0, "longest ms": round(1000 * longest, 1)}


def _page(content: bytes) -> bytes:
    text = f"<!DOCTYPE html>\n<html><body>\n<p>Words</p>\n{carried.block(content)}\n</body></html>"
    return text.encode()


def _tried(path: Path, whole: object, what: str) -> tuple[float, bool]:
    """Return how long it took, and whether it was refused."""
    began = time.process_time()
    try:
        bits = _bits(path)
    except StoreError as error:
        sentence = str(error)
        assert sentence.startswith(str(path)), f"{what}: {sentence}"
        assert "\n" not in sentence, f"{what}: {sentence}"
        assert len(sentence) < 400 + len(str(path)), f"{what}: {sentence}"
        bits = None
    except Exception as error:
        raise AssertionError(f"{what}: {type(error).__name__}: {error}") from error
    took = time.process_time() - began
    assert took < LONGEST, f"{what}: took {took:.2f} s"
    assert bits in (None, whole), f"{what}: opened as something else"
    return took, bits is None


def _bits(path: Path) -> object:
    """Return all that a file says, to be compared."""
    if study_file.holds_study(path):
        results = study_file.load(path)
        records = [(p, _plain(vars(r)), _plain(vars(r.course))) for p, r in results.records.items()]
        return results.study, results.looks, records
    found = []
    for one in run_file.read(path):
        made, samples = one.run, one.run.history.samples()
        arrays = [*made.trace.to_arrays().items(), *samples.metrics.items(), ("k", samples.k)]
        states = [state.to_arrays() for state in (*made.trace.snapshots, made.state_now)]
        parts = [(name, array.tobytes()) for name, array in arrays]
        parts += [(name, a.tobytes()) for state in states for name, a in state.items()]
        links = [kept.chain and kept.chain.digest for kept in made.trace.kept]
        ending = (made.name, made.status, made.stop_reason, made.failure, made.seconds)
        found.append((made.spec, ending, made.digest, one.digest, one.versions, parts, links))
    return found


def _plain(values: dict[str, object]) -> list[object]:
    return [_plain_value(value) for value in values.values()]


def _plain_value(value: object) -> object:
    if isinstance(value, np.ndarray):
        return value.tobytes()
    if isinstance(value, float):
        return np.float64(value).tobytes()
    if isinstance(value, dict):
        return [(name, _plain_value(one)) for name, one in value.items()]
    if type(value).__module__.startswith("optiviz") and hasattr(value, "__dict__"):
        return _plain(vars(value)) if not hasattr(value, "name") else value
    return value
