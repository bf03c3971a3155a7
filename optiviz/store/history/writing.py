"""What was captured of a run, packed into chunks and written in one transaction."""

import copy
import hashlib
import json
import math
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.history import Samples
from optiviz.engine.optimizer import State
from optiviz.engine.records import Kept
from optiviz.engine.run import RunStatus, digest_of
from optiviz.engine.spec import RunSpec
from optiviz.store import machine
from optiviz.store.atomic import StoreError
from optiviz.store.history import chunks, rows
from optiviz.store.history.capture import NOTHING, Capture, Written
from optiviz.store.history.chunks import BUCKETS, NOTES, ROWS, Kind
from optiviz.store.history.database import read_census, write_census
from optiviz.store.history.packing import packed, squeezed
from optiviz.store.unknown import as_stored, why_not_stored
from optiviz.tables import contents

_MAX_DETAILS = 100_000
_ASKED = 500  # runs in one query
_STATUS: dict[RunStatus, rows.Status] = {
    RunStatus.RUNNING: "running",
    RunStatus.FINISHED: "finished",
    RunStatus.FAILED: "failed",
}


@dataclass
class Place:
    """Where a run stands in the history, and what is there; a fresh one can't be there yet."""

    run: bytes
    created: float
    called: str = ""
    place: int = -1
    record: rows.Record | None = None
    seals: dict[int, bytes] = field(default_factory=dict)  # of its chunks, by slot
    sizes: dict[int, int] = field(default_factory=dict)
    written: Written = NOTHING
    fresh: bool = False

    def copy(self) -> "Place":
        """Return a copy that may be given up."""
        return replace(
            self,
            seals=self.seals.copy(),
            sizes=self.sizes.copy(),
            record=copy.copy(self.record),
        )


Chunk = tuple[Kind, int, int, int, bytes]  # kind, place among those, first, last, content


def chunks_of(capture: Capture, run: bytes) -> Iterator[Chunk]:
    """Yield the chunks that replace and follow those that are there, packed.

    It takes long, and needs nothing of the database.
    """
    since = capture.since
    why = why_not_stored(capture.run)
    if why:
        raise StoreError(f"the run {capture.name!r} can't be recorded: {why}")
    if capture.spec is not since.spec:
        yield Kind.SPEC, 0, 0, 0, squeezed(_json(as_stored(capture.spec)))
    failure = capture.failure
    if failure is not None or since.generation < 0:
        reading, channels = capture.spec.problem.reading, capture.spec.optimizer.channels
        details = [failure.sentence, failure.details[-_MAX_DETAILS:]] if failure else None
        about = {
            "id": run.hex(),
            "name": rows.text(capture.name),
            "failure": details,
            "reading": [reading.name, reading.offset, reading.sign],
            "channels": [[one.name, one.label, one.scale] for one in channels],
            "versions": machine.versions(),
            "machine": machine.fingerprint(),
        }
        yield Kind.ABOUT, 0, 0, 0, squeezed(_json(about))
    if capture.recent is None:
        return
    recent = capture.recent
    yield Kind.STATE, 0, capture.k, capture.k, packed(_last(capture))
    for start, part in _parts(recent.rows, capture.row, ROWS):
        yield Kind.ROWS, start // ROWS, start, start + len(part) - 1, packed(_columns(part))
    if capture.first > 0:
        n = len(recent.buckets["lasts"])
        for i, part in _parts(np.arange(n), since.bucket, BUCKETS):
            arrays = {name: values[part] for name, values in recent.buckets.items()}
            k = i * recent.width
            last = k + len(part) * recent.width - 1
            arrays["width"] = np.array(recent.width)
            yield Kind.BUCKETS, i // BUCKETS, k, last, packed(arrays)
    for i, part in _parts(recent.improvements, since.improvement, NOTES):
        yield Kind.IMPROVEMENTS, i // NOTES, *_ends(part), packed({"k": np.diff(part, prepend=0)})
    ks, seconds = recent.clock["k"].copy(), recent.clock["seconds"].copy()
    for i, part in _parts(np.arange(len(ks)), since.note, NOTES):
        arrays = {"k": np.diff(ks[part], prepend=0), "seconds": seconds[part]}
        yield Kind.CLOCK, i // NOTES, *_ends(ks[part]), packed(arrays)
    for k, kept in capture.kept.items():
        yield Kind.KEPT, k // chunks.STATES, k, k, packed(_kept(kept))
    if capture.samples is not None and len(capture.samples.k):
        yield Kind.SAMPLES, 0, 0, capture.k, packed(_samples(capture.samples))


def _json(data: Any) -> bytes:
    return json.dumps(data, allow_nan=False, separators=(",", ":")).encode()


def _parts(array: NDArray[Any], start: int, length: int) -> Iterator[tuple[int, NDArray[Any]]]:
    """Yield a stretch in parts that end at multiples of a length, each with where it starts."""
    at = 0
    while at < len(array):
        n = length - (start + at) % length
        yield start + at, array[at : at + n]
        at += n


def _ends(ks: NDArray[np.int64]) -> tuple[int, int]:
    return int(ks[0]), int(ks[-1])


def _columns(part: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Return the columns of rows; counts as how much they grow, which packs to little."""
    return {name: _grown(part[name]) for name in part.dtype.names or ()}


def _grown(column: NDArray[Any]) -> NDArray[Any]:
    return np.diff(column, prepend=column.dtype.type(0)) if column.dtype == np.int64 else column


def _state(state: State) -> dict[str, NDArray[Any]]:
    return {f"state.{name}": array for name, array in state.to_arrays().items()}


def _kept(kept: Kept) -> dict[str, NDArray[Any]]:
    arrays = _state(kept.state)
    link = kept.chain.link if kept.chain is not None else b""
    arrays["link"] = np.frombuffer(link, np.uint8)
    if kept.row is not None:
        arrays["row"] = np.frombuffer(kept.row.tobytes(), np.uint8)
    return arrays


def _last(capture: Capture) -> dict[str, NDArray[Any]]:
    assert capture.state is not None
    assert capture.recent is not None
    recent = capture.recent
    arrays = _state(capture.state)
    arrays["link"] = np.frombuffer(capture.link, np.uint8)
    arrays["first"] = np.array(capture.first)
    full = capture.since.bucket + len(recent.buckets["lasts"])
    if recent.begun is not None and full * recent.width < capture.first:
        arrays["begun"] = recent.begun
    return arrays


def _samples(samples: Samples) -> dict[str, NDArray[Any]]:
    arrays = {f"metric.{name}": values for name, values in samples.metrics.items()}
    x = {} if samples.x is None else {"x": samples.x}
    return {"k": samples.k, **arrays, **x}


def places_of(db: sqlite3.Connection, runs: Sequence[bytes]) -> dict[bytes, tuple[int, bytes]]:
    """Return the places of runs and who writes them, of those that are there.

    It reads all rows of runs, so ask for many at once.
    """
    found: dict[bytes, tuple[int, bytes]] = {}
    for i in range(0, len(runs), _ASKED):
        some = runs[i : i + _ASKED]
        marks = ",".join("?" * len(some))
        query = f"SELECT id, place, writer FROM runs WHERE id IN ({marks})"
        for run, place, writer in db.execute(query, some):
            found[run] = int(place), writer if isinstance(writer, bytes) else b""
    return found


def place_at(db: sqlite3.Connection, place: int, run: bytes) -> tuple[int, bytes] | None:
    """Return a run's place and who writes it; None if it isn't at that place."""
    query = "SELECT place, writer FROM runs WHERE place = ? AND id = ?"
    found = db.execute(query, (place, run)).fetchone()
    return None if found is None else (int(found[0]), bytes(found[1]))


def new_place(db: sqlite3.Connection, run: bytes, name: str) -> int:
    """Make room for a run, in a transaction, and count it in the census.

    Raises
    ------
    StoreError
        If there is no room.
    """
    place: int = db.execute(
        "SELECT max(ifnull((SELECT max(place) FROM runs), 0), "
        "ifnull((SELECT max(place) FROM labels), 0), "
        f"ifnull((SELECT max(slot) FROM chunks), 0) >> {chunks.RUN}) + 1"
    ).fetchone()[0]
    if place > chunks.MAX_RUNS:
        raise StoreError("the history holds as many runs as it can")
    census = read_census(db)
    if census is not None:  # a damaged one stays so, and is mended when the history is opened
        write_census(db, census.with_run(run))
    write_label(db, place, run, rows.Label(rows.text(name)))
    return place


def write_label(db: sqlite3.Connection, place: int, run: bytes, label: rows.Label) -> None:
    """Write what people say of a run."""
    body = rows.encoded(label)
    values = (place, run, body, rows.seal(b"label", run, body))
    db.execute("INSERT OR REPLACE INTO labels (place, id, body, seal) VALUES (?, ?, ?, ?)", values)


def read_label(db: sqlite3.Connection, place: int, run: bytes) -> rows.Label | None:
    """Return what people say of a run; None if it is damaged."""
    found = db.execute("SELECT id, body, seal FROM labels WHERE place = ?", (place,)).fetchone()
    return None if found is None or found[0] != run else opened_label(*found)


def opened_label(run: Any, body: Any, seal: Any) -> rows.Label | None:
    """Return a label whose seal is whole, else None."""
    if not isinstance(run, bytes) or not isinstance(body, bytes) or len(run) != 16:
        return None
    return rows.decode_label(body) if rows.seal(b"label", run, body) == seal else None


def write_record(
    db: sqlite3.Connection, place: int, run: bytes, writer: bytes, record: rows.Record
) -> None:
    """Write what the list shows of a run, and who writes it."""
    body = rows.encoded(record)
    values = (place, run, writer, body, rows.seal(b"run", run, writer, body))
    db.execute(
        "INSERT OR REPLACE INTO runs (place, id, writer, body, seal) VALUES (?, ?, ?, ?, ?)", values
    )


def opened_record(run: Any, writer: Any, body: Any, seal: Any) -> rows.Record | None:
    """Return a record whose seal is whole, else None."""
    if not (isinstance(run, bytes) and isinstance(writer, bytes) and isinstance(body, bytes)):
        return None
    if len(run) != 16 or rows.seal(b"run", run, writer, body) != seal:
        return None
    return rows.decode_record(body)


def write(db: sqlite3.Connection, at: Place, capture: Capture, made: list[Chunk]) -> rows.Record:
    """Write the chunks of a run at its place, inside a transaction, and return its record.

    `at` then says what is written; the caller gives it up if the transaction fails. The record is
    not written.
    """
    since, place = capture.since, at.place
    if since.generation < 0:
        _drop(db, at, *chunks.slots(place))
    _drop_after(db, at, Kind.IMPROVEMENTS, since.improvement // NOTES)
    _drop_after(db, at, Kind.CLOCK, since.note // NOTES)
    _drop_after(db, at, Kind.BUCKETS, since.bucket // BUCKETS)
    _drop_after(db, at, Kind.ROWS, capture.row // ROWS)
    oldest = chunks.slot(place, Kind.ROWS, capture.first // ROWS)
    _drop(db, at, chunks.slot(place, Kind.ROWS), oldest - 1)
    if capture.samples is not None:
        _drop_after(db, at, Kind.SAMPLES, 0)
    kept_at, ends = chunks.slot(place, Kind.KEPT), chunks.slot(place, Kind.KEPT + 1)
    every = {chunks.slot(place, Kind.KEPT, k // chunks.STATES) for k in capture.all_kept}
    gone = [slot for slot in at.seals if kept_at <= slot < ends and slot not in every]
    for slot in gone:
        _drop(db, at, slot, slot)
    values = []
    for kind, i, first, last, body in made:
        slot = chunks.slot(place, kind, i)
        seal = chunks.chunk_seal(at.run, slot, first, last, body)
        values.append((slot, first, last, body, seal))
        at.seals[slot], at.sizes[slot] = seal, len(body)
    db.executemany(
        "INSERT OR REPLACE INTO chunks (slot, first, last, body, seal) VALUES (?, ?, ?, ?, ?)",
        values,
    )
    at.written = _written(capture, at.written)
    return _record(at, capture)


def _drop_after(db: sqlite3.Connection, at: Place, kind: Kind, i: int) -> None:
    start, stop = chunks.slot(at.place, kind, i), chunks.slot(at.place, kind + 1) - 1
    _drop(db, at, start, stop)


def _drop(db: sqlite3.Connection, at: Place, first: int, last: int) -> None:
    """Remove the chunks in a range of slots."""
    gone = [slot for slot in at.seals if first <= slot <= last]
    for slot in gone:
        del at.seals[slot], at.sizes[slot]
    if gone or at.written.generation < 0:
        db.execute("DELETE FROM chunks WHERE slot BETWEEN ? AND ?", (first, last))


def _written(capture: Capture, before: Written) -> Written:
    recent, since = capture.recent, capture.since
    if recent is None:
        return Written(generation=capture.generation, spec=capture.spec)
    n_improvements = since.improvement + len(recent.improvements)
    n_notes = since.note + len(recent.clock)
    stored = capture.first > 0
    return Written(
        generation=capture.generation,
        first=capture.first,
        row=max(capture.first, (capture.k + 1) // ROWS * ROWS),
        width=recent.width if stored else 0,
        bucket=since.bucket + len(recent.buckets["lasts"]) if stored else 0,
        improvement=n_improvements,
        last_improvement=int(recent.improvements[-1]) if len(recent.improvements) else -1,
        note=n_notes,
        last_note=int(recent.clock["k"][-1]) if len(recent.clock) else -1,
        kept=capture.all_kept,
        samples=capture.samples or (before.samples if since.generation >= 0 else None),
        spec=capture.spec,
    )


def _record(at: Place, capture: Capture) -> rows.Record:
    spec, state = capture.spec, capture.state
    reading = spec.problem.reading
    data = as_stored(spec)
    dataset = data["problem"].get("dataset")
    best = None if state is None else float(reading.value(np.asarray(state.best_f)))
    return rows.Record(
        called=at.called,
        created=at.created,
        status=_STATUS[capture.status],
        k=capture.k,
        seconds=capture.seconds,
        stop_reason=capture.stop_reason.name.lower() if capture.stop_reason else None,
        failure=rows.text(capture.failure.sentence) if capture.failure else "",
        algorithm=str(data["optimizer"]["kind"]),
        problem=str(data["problem"]["kind"]),
        dataset=str(dataset.get("kind", "")) if isinstance(dataset, dict) else "",
        reading=reading.name,
        best=best if best is not None and math.isfinite(best) else None,
        train_accuracy=_finite(capture.metrics.get("train_accuracy")),
        test_accuracy=_finite(capture.metrics.get("test_accuracy")),
        summary=rows.text(_summary(spec), rows.MAX_NOTES),
        course=capture.course.tobytes(),
        size=sum(at.sizes.values()),
        chunks=len(at.seals),
        chain=chunks.chain(at.seals),
        rows_digest=capture.rows_digest,
        digest=digest_of(capture.rows_digest, state) if state is not None else "",
        tables=list(contents.named_in(data)),
    )


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _summary(spec: RunSpec) -> str:
    """Return the words of a spec that people search for: kinds, labels, what is set."""
    with suppress(Exception):
        return f"{spec.optimizer.sentence()} {spec.problem.sentence()}"
    return ""


def keep_tables(db: sqlite3.Connection, names: list[str]) -> None:
    """Write the tables that a spec names, if they are known and not there yet."""
    for name in names:
        there = "SELECT 1 FROM tables WHERE sha = ?"
        content = contents.get(name)
        if content is not None and db.execute(there, (bytes.fromhex(name),)).fetchone() is None:
            keep_content(db, content, squeezed(content))


def keep_content(db: sqlite3.Connection, content: bytes, body: bytes) -> str:
    """Write a table's content, packed, if it isn't there, and return its SHA-256."""
    sha = hashlib.sha256(content).digest()
    if db.execute("SELECT 1 FROM tables WHERE sha = ?", (sha,)).fetchone() is None:
        db.execute("INSERT INTO tables (sha, body) VALUES (?, ?)", (sha, body))
    return sha.hex()
