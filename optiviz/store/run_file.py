"""Run files, ``.optiviz``: specs, traces and states of runs, to open again without recomputing.

A zip archive of JSON and plain arrays::

    format.json              version of the format, of the software; the machine
    checksums.json           SHA-256 of each other member
    run-0/spec.json          all that the run depends on
    run-0/run.json           its name, how it ended, its digests
    run-0/trace/*.npy        columns of the trace, as far as they are held whole
    run-0/kept/*.npy         where older rows are gone: row and link of the digest at each snapshot
    run-0/states-0/*.npy     thinned snapshots of states, stacked; states-1 for another shape
    run-0/last/*.npy         the last state
    run-0/history/*.npy      metrics along the run
    tables/*.npy             tables of the user's that datasets are, named by their SHA-256
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.optimizer import COLUMNS, State
from optiviz.engine.run import Run, RunStatus
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StopReason
from optiviz.engine.trace import Kept, row_dtype
from optiviz.store import machine, run_tables
from optiviz.store.about import MAX_TEXT, texts
from optiviz.store.archive import FORMAT, STUDY, VERSION, Archive, Writer
from optiviz.store.atomic import StoreError, writing
from optiviz.store.run_reading import BUCKETED, LINK, read_run, read_spec
from optiviz.store.unknown import stored_spec, why_not_stored

_SNAPSHOTS = 64
_SNAPSHOT_BYTES = 64 << 20
_MAX_RUNS = 1000


@dataclass(frozen=True)
class Recorded:
    """A run as it was read from a file.

    Attributes
    ----------
    run : Run
        Finished or failed, with trace, states, metrics, stop reason and seconds as recorded. Not
        started where another version of its algorithm recorded it: its spec says all that it was.
        What is not known here, or newer, can only be looked at, and says why
        (``run.spec.optimizer.read_only``).
    digest : str
        What `Run.digest` was when it was saved; one that `digests` marks as older where the file's
        version, or that of the file it is from, made them another way.
    versions, machine : dict
        Of the software and the machine that saved it.
    """

    run: Run
    digest: str
    versions: dict[str, str]
    machine: dict[str, str]


# Saving


def save(path: str | Path, runs: Sequence[Run]) -> None:
    """Write runs to a file. A run that is paused is saved as one that was stopped there by hand.

    Parameters
    ----------
    runs : sequence of Run
        Nothing may advance them meanwhile.

    Raises
    ------
    StoreError
        If there is nothing to save, or the file can't be written.
    """
    label = str(path)
    _check(runs, label)
    with writing(path) as file:
        _write(file, runs, label)


def to_bytes(runs: Sequence[Run], label: str = "runs") -> bytes:
    """Return what a run file of these runs holds, for a report to carry.

    Raises
    ------
    StoreError
        As by `save`; it begins with the label.
    """
    _check(runs, label)
    file = io.BytesIO()
    _write(file, runs, label)
    return file.getvalue()


def _check(runs: Sequence[Run], label: str) -> None:
    if not 1 <= len(runs) <= _MAX_RUNS:
        raise StoreError(f"{label}: a run file holds 1 to {_MAX_RUNS:,} runs, not {len(runs):,}")
    for run in runs:
        if len(run.trace) == 0:
            raise StoreError(f"{label}: {_called(run)} has not started, so nothing can be saved")
        if run.state_now.k != run.trace.last_k:
            raise StoreError(f"{label}: {_called(run)} is computing just now; pause it first")
        if why_not_stored(run):
            raise StoreError(f"{label}: {_called(run)} can't be saved: {why_not_stored(run)}")


def _write(file: BinaryIO, runs: Sequence[Run], label: str) -> None:
    writer = Writer(file, label)
    about = {"version": VERSION, "runs": len(runs)}
    found = {"versions": machine.versions(), "machine": machine.fingerprint()}
    writer.json(FORMAT, about | found)
    for i, run in enumerate(runs):
        _save_run(writer, f"run-{i}/", run)
    run_tables.save(writer, [_spec_of(run) for run in runs])
    writer.finish()


def _called(run: Run) -> str:
    return f"the run {run.name!r}" if run.name else "the run"


def _spec_of(run: Run) -> dict[str, Any]:
    """Return the spec as it is stored: what is paused ends where it is."""
    if run.status is not RunStatus.RUNNING:
        return stored_spec(run)
    stopping = run.spec.stopping.replace(ended_at=run.trace.last_k)
    return run.spec.replace(stopping=stopping).to_dict()


def _save_run(writer: Writer, at: str, run: Run) -> None:
    reason = run.stop_reason
    if run.status is RunStatus.RUNNING:
        reason = StopReason.BY_HAND
    arrays = run.trace.to_arrays()
    link = arrays.pop("link")
    failure, reading = run.failure, run.spec.problem.reading
    writer.json(f"{at}spec.json", _spec_of(run))
    about = {
        "name": run.name,
        "stop_reason": reason.name.lower() if reason else None,
        "failure": [failure.sentence, failure.details[-MAX_TEXT:]] if failure else None,
        "iterations": run.trace.last_k,
        "seconds": run.seconds,
        "first_row": int(arrays.pop("first")),
        "bucket": int(arrays.pop("width")),
        "rows_sha256": run.trace.digest,
        "trace_sha256": run.digest,
        "chained": run.trace.leads_on,
        "reading": [reading.name, reading.offset, reading.sign],
        "channels": [[one.name, one.label, one.scale] for one in run.spec.optimizer.channels],
    }
    writer.json(f"{at}run.json", about)
    for name, array in arrays.items():
        if about["first_row"] or name not in BUCKETED:  # whole rows make the buckets again
            writer.array(f"{at}trace/{name}.npy", array)
    kept = _thinned(run.trace.kept)
    if about["first_row"] and run.trace.leads_on:  # whole rows make the links again
        writer.array(f"{at}trace/link.npy", link)
        _save_kept(writer, f"{at}kept/", kept, run.n_channels)
    for i, states in enumerate(_alike([one.state for one in kept])):
        for name in states[0]:
            stacked = np.stack([state[name] for state in states])
            writer.array(f"{at}states-{i}/{name}.npy", stacked)
    for name, array in run.state_now.to_arrays().items():
        writer.array(f"{at}last/{name}.npy", array[None])
    samples = run.history.samples()
    if len(samples.k):
        writer.array(f"{at}history/k.npy", samples.k)
        for name, values in samples.metrics.items():
            writer.array(f"{at}history/metric-{name}.npy", values)
        if samples.x is not None:
            writer.array(f"{at}history/x.npy", samples.x)


def _save_kept(writer: Writer, at: str, kept: Sequence[Kept], n_channels: int) -> None:
    links = np.zeros((len(kept), LINK), dtype=np.uint8)
    rows = np.zeros(len(kept), dtype=row_dtype(n_channels))
    for i, (state, chain, row) in enumerate(kept):
        if chain is not None and chain.link_k == state.k:  # else a change goes on from one before
            links[i], rows[i] = np.frombuffer(chain.link, dtype=np.uint8), row
    writer.array(f"{at}link.npy", links)
    for name in COLUMNS:
        writer.array(f"{at}{name}.npy", rows[name])


def _thinned(kept: Sequence[Kept]) -> Sequence[Kept]:
    """Keep the first and every so-many-th, inside a budget."""
    size = sum(array.nbytes for array in kept[0].state.to_arrays().values())
    limit = max(1, min(_SNAPSHOTS, _SNAPSHOT_BYTES // size))
    return kept[:: -(-len(kept) // limit)]


def _alike(states: Sequence[State]) -> Iterator[list[dict[str, NDArray[Any]]]]:
    """Group neighbours whose arrays can be stacked."""
    group: list[dict[str, NDArray[Any]]] = []
    last = None
    for state in states:
        arrays = state.to_arrays()
        layout = {name: (array.shape, array.dtype) for name, array in arrays.items()}
        if group and layout != last:
            yield group
            group = []
        group.append(arrays)
        last = layout
    yield group


# Opening


def load(path: str | Path) -> list[Run]:
    """Open a run file: the runs as they were, without recomputing anything.

    Runs that `Recorded` says can't be are returned as new ones, to be computed by the caller.

    Raises
    ------
    StoreError
        If it is not a whole, undamaged run file.
    """
    return [recorded.run for recorded in read(path)]


def read(path: str | Path) -> list[Recorded]:
    """Open a run file, with what was recorded beside the runs.

    Raises
    ------
    StoreError
        If it is not a whole, undamaged run file.
    """
    with Archive(Path(path)) as archive, archive.read_whole():
        return _read(archive)


def _read(archive: Archive) -> list[Recorded]:
    about = archive.about
    _refuse_study(archive)
    count = about.get("runs")
    if type(count) is not int or not 1 <= count <= _MAX_RUNS:
        raise archive.refusal(f"{FORMAT} does not say how many runs it holds")
    versions, computer = (texts(archive, about.get(key)) for key in ("versions", "machine"))
    found = []
    for i in range(count):
        run, digest = read_run(archive, f"run-{i}/")
        found.append(Recorded(run, digest, versions, computer))
    return found


def spec_of(path: str | Path) -> RunSpec:
    """Return the spec of the first run in a file, without opening the rest of it.

    Raises
    ------
    StoreError
        If it is not an undamaged run file.
    """
    with Archive(Path(path)) as archive:
        _refuse_study(archive)
        if archive.newer:
            raise archive.refusal(f"can only be looked at: it {archive.newer}")
        return read_spec(archive, "run-0/spec.json")


def _refuse_study(archive: Archive) -> None:
    if STUDY in archive.about:
        raise archive.refusal("holds a study, and not runs that could be looked at one by one")
