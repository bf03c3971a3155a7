"""A run from its chunks, as it was. Nothing is believed: seals, chain, sizes, shapes."""

import hashlib
import sqlite3
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.chain import Chain
from optiviz.engine.optimizer import COLUMNS, Block, State
from optiviz.engine.parameters import SpecError
from optiviz.engine.records import Kept, row_dtype
from optiviz.engine.run import Failure, Run, RunStatus, start_row
from optiviz.engine.spec import RunSpec, parse_json
from optiviz.engine.stopping import StopReason
from optiviz.engine.trace import Trace
from optiviz.store import states
from optiviz.store.about import reading_of
from optiviz.store.atomic import StoreError
from optiviz.store.history import chunks, rows
from optiviz.store.history.chunks import Kind
from optiviz.store.history.packing import unpacked, unsqueezed
from optiviz.store.states import WrongError
from optiviz.store.unknown import channels_of, is_like_spec, spec_to_show, why_unknown

_MAX_SPEC = 64 << 20
_MAX_TABLE = 256 << 20
_REASONS = {reason.name.lower(): reason for reason in StopReason}

Arrays = dict[str, NDArray[Any]]
Found = tuple[int, int, bytes, bytes]  # first, last, content, seal


class _Outdated(Exception):
    """Another version of its algorithm recorded it."""


def _wrong(what: str) -> NoReturn:
    raise WrongError(what)


def read_chunks(
    db: sqlite3.Connection, place: int, run: bytes
) -> dict[int, tuple[int, int, bytes, bytes]]:
    """Return the chunks of a run by slot: first, last, content, seal.

    Raises
    ------
    ValueError
        If one is damaged.
    """
    found = {}
    query = (
        "SELECT slot, first, last, body, seal FROM chunks WHERE slot BETWEEN ? AND ? ORDER BY slot"
    )
    for slot, first, last, body, seal in db.execute(query, chunks.slots(place)):
        whole = isinstance(first, int) and isinstance(last, int) and isinstance(body, bytes)
        if not whole or chunks.chunk_seal(run, slot, first, last, body) != seal:
            raise ValueError("a part of it is not what was written")
        found[slot] = first, last, body, seal
    return found


class Parts:
    """The chunks of one run, checked, by kind.

    Raises
    ------
    ValueError
        With what is damaged, as the end of a sentence.
    """

    def __init__(self, db: sqlite3.Connection, place: int, run: bytes, record: rows.Record) -> None:
        found = read_chunks(db, place, run)
        seals = {slot: seal for slot, (_, _, _, seal) in found.items()}
        if len(seals) != record.chunks or chunks.chain(seals) != record.chain:
            raise ValueError("parts of it are missing or are others than were written")
        self.seals = seals
        self.sizes = {slot: len(body) for slot, (_, _, body, _) in found.items()}
        self._found: dict[int, list[tuple[int, int, bytes]]] = {}
        for slot, (first, last, body, _) in found.items():
            self._found.setdefault(chunks.kind_of(slot)[0], []).append((first, last, body))

    def json(self, kind: Kind) -> Any:
        """Return the plain data of a kind."""
        for _, _, body in self._found.get(kind, []):
            return parse_json(unsqueezed(body, _MAX_SPEC).decode())
        return _wrong(f"has no {kind.name.lower()}")

    def arrays(self, kind: Kind) -> list[tuple[int, int, Arrays]]:
        """Return the arrays of a kind, each with its first and last iteration."""
        return [(first, last, unpacked(body)) for first, last, body in self._found.get(kind, [])]


def read_run(parts: Parts, record: rows.Record, name: str) -> Run:
    """Return a run as it was recorded; one that is running, as interrupted where it is.

    Where another version of its algorithm recorded it, it is a new run of the same spec.

    Raises
    ------
    StoreError
        If it can't be understood.
    """
    try:
        return _read_run(parts, record, name)
    except SpecError as error:
        raise StoreError(f"the run {name!r} can't be opened here: {error.mistakes[0]}") from None
    except WrongError as error:
        raise StoreError(f"the run {name!r} can't be opened: it {error}") from None
    except MemoryError:
        raise StoreError(f"the run {name!r} needs more memory than there is") from None
    except (ArithmeticError, LookupError, TypeError, ValueError, RecursionError) as error:
        what = f"its parts do not fit together ({type(error).__name__})"
        raise StoreError(f"the run {name!r} can't be opened: {what}") from error


def _read_run(parts: Parts, record: rows.Record, name: str) -> Run:
    about, last = parts.json(Kind.ABOUT), parts.arrays(Kind.STATE)
    spec = _spec(parts, about, last[0][2] if last else {})
    reason = _REASONS.get(record.stop_reason or "")
    if record.stop_reason is not None and reason is None:
        _wrong("ended for a reason that is not known here")
    if record.status in ("running", "interrupted"):
        reason = StopReason.INTERRUPTED
        spec = spec.replace(stopping=spec.stopping.replace(ended_at=record.k))
    failure = _failure(about) if record.status == "failed" else None
    if not last:
        return _failed_at_once(spec, name, failure)
    try:
        trace, state = _read_trace(parts, spec, record, last[0][2])
    except _Outdated:
        return Run(spec, name)
    run = Run.restored(
        spec,
        trace,
        state,
        name=name,
        stop_reason=reason,
        seconds=record.seconds,
        failure=failure,
    )
    if run.digest != record.digest:
        _wrong("did other things than were recorded")
    _read_samples(parts, run)
    return run


def _spec(parts: Parts, about: Any, last: Arrays) -> RunSpec:
    """Return the spec of a run, or one with which it can be looked at."""
    data = parts.json(Kind.SPEC)
    try:
        return RunSpec.from_dict(data)
    except SpecError as error:
        rows = parts.arrays(Kind.ROWS)
        if not last or not rows or not is_like_spec(data) or not isinstance(about, dict):
            raise
        return spec_to_show(
            data,
            why_unknown(error),
            newer=False,
            dim=int(last["state.x"].shape[0]),
            channels=channels_of(about.get("channels"), rows[0][2]["channels"].shape[1]),
            reading=reading_of(about.get("reading")),
        )


def _failure(about: Any) -> Failure:
    found = about.get("failure") if isinstance(about, dict) else None
    if not isinstance(found, list) or len(found) != 2 or not all(isinstance(t, str) for t in found):
        _wrong("does not say how it failed")
    return Failure(*found)


def _failed_at_once(spec: RunSpec, name: str, failure: Failure | None) -> Run:
    """Return a run that failed before it started."""
    run = Run(spec, name)
    if failure is None:
        _wrong("has no state")
    run.failure, run.status = failure, RunStatus.FAILED
    return run


def _read_trace(
    parts: Parts, spec: RunSpec, record: rows.Record, last: Arrays
) -> tuple[Trace, State]:
    n_channels, k = len(spec.optimizer.channels), record.k
    state = _state(last, spec)
    first = int(last["first"])
    block = _rows(parts, n_channels, first, k)
    arrays: Arrays = {name: vars(block)[name] for name in COLUMNS}
    arrays |= {"first": np.array(first), "link": last["link"], **_buckets(parts, n_channels)}
    if "begun" in last:
        arrays["begun"] = last["begun"]
    arrays["improvements"] = _joined(parts, Kind.IMPROVEMENTS)
    arrays["clock_k"] = _joined(parts, Kind.CLOCK)
    seconds = [found["seconds"] for _, _, found in parts.arrays(Kind.CLOCK)]
    arrays["clock_seconds"] = np.concatenate(seconds) if seconds else np.empty(0)
    for ks in (arrays["improvements"], arrays["clock_k"]):
        if len(ks) and (ks.min() < 0 or ks.max() > k or (np.diff(ks) < 0).any()):
            _wrong("names iterations that it has not")
    kept = [_kept(found, spec) for _, _, found in parts.arrays(Kind.KEPT)]
    at = [one.state.k for one in kept]
    if not at or at[0] != 0 or at != sorted(set(at)) or at[-1] > k or state.k != k:
        _wrong("holds states of other iterations than its rows")
    start = start_row(kept[0].state, n_channels)
    return Trace.restored(arrays, kept, start, record.rows_digest), state


def _rows(parts: Parts, n_channels: int, first: int, k: int) -> Block:
    at, blocks = first, []
    dtype = row_dtype(n_channels)
    for start, last, found in parts.arrays(Kind.ROWS):
        n = last - start + 1
        if start != at or tuple(found) != COLUMNS:
            _wrong("has gaps")
        for name in COLUMNS:
            shape = (n, n_channels) if name == "channels" else (n,)
            if found[name].shape != shape or found[name].dtype != dtype[name].base:
                _wrong("has rows of another shape than its algorithm's")
            if found[name].dtype == np.int64:
                found[name] = np.cumsum(found[name])
        blocks.append(Block(*(found[name] for name in COLUMNS)))
        at = last + 1
    if at != k + 1:
        _wrong("has gaps")
    return Block.concatenate(blocks)


def _buckets(parts: Parts, n_channels: int) -> Arrays:
    empty = Trace(n_channels).to_arrays()
    found = parts.arrays(Kind.BUCKETS)
    if not found:
        return {name: empty[name] for name in ("width", "lows", "highs", "lasts")}
    width, at = int(found[0][2]["width"]), 0
    for first, last, arrays in found:
        shape = ((last + 1 - first) // width, empty["lows"].shape[1])
        if first != at or int(arrays["width"]) != width:
            _wrong("has gaps")
        if any(arrays[name].shape != shape for name in ("lows", "highs", "lasts")):
            _wrong("has gaps")
        at = last + 1
    joined = {
        name: np.concatenate([arrays[name] for _, _, arrays in found])
        for name in ("lows", "highs", "lasts")
    }
    return {"width": np.array(width), **joined}


def _joined(parts: Parts, kind: Kind) -> NDArray[np.int64]:
    ks = [np.cumsum(found["k"]) for _, _, found in parts.arrays(kind)]
    return np.concatenate(ks).astype(np.int64) if ks else np.empty(0, np.int64)


def _kept(found: Arrays, spec: RunSpec) -> Kept:
    state = _state(found, spec)
    link = bytes(found["link"])
    dtype = row_dtype(len(spec.optimizer.channels))
    row = np.frombuffer(bytes(found["row"]), dtype)[0] if "row" in found else None
    return Kept(state, Chain(link, state.k) if link else None, row)


def _state(found: Arrays, spec: RunSpec) -> State:
    arrays = {n.removeprefix("state."): a for n, a in found.items() if n.startswith("state.")}
    names = states.fields_after(spec, int(arrays["k"]))
    if names is not None and names != set(arrays) >= states.USUAL:
        raise _Outdated
    return states.state_of(arrays, spec)


def _read_samples(parts: Parts, run: Run) -> None:
    for _, _, found in parts.arrays(Kind.SAMPLES):
        metrics = {
            name.removeprefix("metric."): values
            for name, values in found.items()
            if name.startswith("metric.")
        }
        run.history.restore(states.samples_of(found["k"], metrics, found.get("x"), run))


def read_table(db: sqlite3.Connection, name: str) -> bytes | None:
    """Return a table's content; None if it isn't there or is damaged."""
    found = db.execute("SELECT body FROM tables WHERE sha = ?", (bytes.fromhex(name),)).fetchone()
    if found is None or not isinstance(found[0], bytes):
        return None
    try:
        content = unsqueezed(found[0], _MAX_TABLE)
    except ValueError:
        return None
    return content if hashlib.sha256(content).hexdigest() == name else None
