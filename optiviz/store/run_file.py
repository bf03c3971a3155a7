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
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.chain import Chain
from optiviz.engine.history import Samples
from optiviz.engine.optimizer import COLUMNS, State
from optiviz.engine.parameters import SpecError
from optiviz.engine.run import Run, RunStatus, start_row
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StopReason
from optiviz.engine.trace import Kept, Trace, row_dtype
from optiviz.store import digests, machine
from optiviz.store.about import MAX_TEXT, About, texts
from optiviz.store.archive import FORMAT, STUDY, VERSION, Archive, Writer
from optiviz.store.atomic import StoreError, writing

_SNAPSHOTS = 64
_SNAPSHOT_BYTES = 64 << 20
_MAX_RUNS = 1000
_BUCKETED = ("lows", "highs", "lasts")
_LINK = 32  # bytes of a link of the digest
_INDICES = ("improvements", "clock_k")


@dataclass(frozen=True)
class Recorded:
    """A run as it was read from a file.

    Attributes
    ----------
    run : Run
        Finished or failed, with trace, states, metrics, stop reason and seconds as recorded. Not
        started where another version of its algorithm recorded it: its spec says all that it was.
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
    if not 1 <= len(runs) <= _MAX_RUNS:
        raise StoreError(f"{label}: a run file holds 1 to {_MAX_RUNS:,} runs, not {len(runs):,}")
    for run in runs:
        if len(run.trace) == 0:
            raise StoreError(f"{label}: {_called(run)} has not started, so nothing can be saved")
        if run.state_now.k != run.trace.last_k:
            raise StoreError(f"{label}: {_called(run)} is computing just now; pause it first")
    with writing(path) as file:
        writer = Writer(file, label)
        about = {"version": VERSION, "runs": len(runs)}
        found = {"versions": machine.versions(), "machine": machine.fingerprint()}
        writer.json(FORMAT, about | found)
        for i, run in enumerate(runs):
            _save_run(writer, f"run-{i}/", run)
        writer.finish()


def _called(run: Run) -> str:
    return f"the run {run.name!r}" if run.name else "the run"


def _save_run(writer: Writer, at: str, run: Run) -> None:
    spec, reason = run.spec, run.stop_reason
    if run.status is RunStatus.RUNNING:
        reason = StopReason.BY_HAND
        spec = spec.replace(stopping=spec.stopping.replace(ended_at=run.trace.last_k))
    arrays = run.trace.to_arrays()
    link = arrays.pop("link")
    failure = run.failure
    writer.json(f"{at}spec.json", spec.to_dict())
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
    }
    writer.json(f"{at}run.json", about)
    for name, array in arrays.items():
        if about["first_row"] or name not in _BUCKETED:  # whole rows make the buckets again
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
    links = np.zeros((len(kept), _LINK), dtype=np.uint8)
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
        run, digest = _read_run(archive, f"run-{i}/")
        found.append(Recorded(run, digest, versions, computer))
    return found


def _read_run(archive: Archive, at: str) -> tuple[Run, str]:
    spec = _read_spec(archive, f"{at}spec.json")
    about = About(archive, f"{at}run.json")
    last_k = about.integer("iterations", 0, 10**12)
    if _is_outdated(archive, at, spec, last_k):
        for name in archive.names(at):  # undamaged at least
            archive.any_array(at + name)
        return Run(spec, about.text("name")), _digest(archive, about)
    first = about.integer("first_row", 0, last_k)
    arrays = _read_trace(archive, at, spec, last_k, first, about.integer("bucket", 1, 10**12))
    snapshots = [s for i in _counted(archive, at) for s in _read_states(archive, at, i, spec)]
    (state,) = _read_states(archive, at, "last", spec)
    ks = [snapshot.k for snapshot in snapshots]
    if not ks or ks[0] != 0 or ks != sorted(set(ks)) or ks[-1] > last_k or state.k != last_k:
        raise archive.refusal(f"{at} holds states of other iterations than its trace")
    start = start_row(snapshots[0], len(spec.optimizer.channels))
    kept = _read_kept(archive, at, snapshots, len(spec.optimizer.channels))
    trace = Trace.restored(arrays, kept, start, about.text("rows_sha256"))
    run = Run.restored(
        spec,
        trace,
        state,
        name=about.text("name"),
        stop_reason=about.stop_reason(),
        seconds=about.seconds(),
        failure=about.failure(),
    )
    if (run.stop_reason is None) == (run.failure is None):
        raise archive.refusal(f"{at}run.json does not say how the run ended")
    _read_history(archive, at, run)
    return run, _digest(archive, about)


def _digest(archive: Archive, about: About) -> str:
    chained = archive.version > 1 and about.flag("chained")
    return about.text("trace_sha256") if chained else digests.PLAIN + about.text("trace_sha256")


def _is_outdated(archive: Archive, at: str, spec: RunSpec, last_k: int) -> bool:
    """Return whether the algorithm carried other fields when the run was recorded, throughout."""
    last = set(archive.names(f"{at}last/"))
    usual = {f"{field.name}.npy" for field in fields(State)}
    cls = spec.optimizer_after(last_k - 1).state_type
    here = {f"{field.name}.npy" for field in fields(cls)}
    alike = any(set(archive.names(f"{at}{part}/")) == last for part in _counted(archive, at))
    return alike and usual <= last != here


def _read_spec(archive: Archive, name: str) -> RunSpec:
    try:
        return RunSpec.from_dict(archive.json(name))
    except SpecError as error:
        raise archive.refusal(f"{name}: {error.mistakes[0]}") from None


def _read_trace(
    archive: Archive, at: str, spec: RunSpec, last_k: int, first: int, width: int
) -> dict[str, NDArray[Any]]:
    n_channels, held = len(spec.optimizer.channels), last_k + 1 - first
    arrays: dict[str, NDArray[Any]] = {"first": np.array(first), "width": np.array(width)}
    dtype = row_dtype(n_channels)
    for name in COLUMNS:
        shape = (held, n_channels) if name == "channels" else (held,)
        arrays[name] = archive.array(f"{at}trace/{name}.npy", dtype[name].base.str, shape)
    for name in _INDICES:
        found = arrays[name] = archive.array(f"{at}trace/{name}.npy", "<i8", (None,))
        if (np.diff(found) < 0).any() or (found < 0).any() or (found > last_k).any():
            raise archive.refusal(f"{at}trace/{name}.npy names other iterations than its run has")
    shape = (len(arrays["clock_k"]),)
    arrays["clock_seconds"] = archive.array(f"{at}trace/clock_seconds.npy", "<f8", shape)
    if first == 0:
        return arrays
    empty = Trace(n_channels).to_arrays()["lasts"]
    for name in _BUCKETED:
        length = None if name == "lows" else len(arrays["lows"])
        arrays[name] = archive.array(f"{at}trace/{name}.npy", "<f8", (length, empty.shape[1]))
    if f"{at}trace/link.npy" in archive:
        arrays["link"] = archive.array(f"{at}trace/link.npy", "|u1", (_LINK,))
    in_buckets = len(arrays["lows"]) * width
    if not first <= in_buckets <= last_k + 1:
        raise archive.refusal(f"{at}trace has gaps between what it holds")
    return arrays


def _read_kept(
    archive: Archive, at: str, snapshots: Sequence[State], n_channels: int
) -> list[Kept]:
    """Return snapshots with what it takes to go on from them, where that is stored."""
    if f"{at}kept/link.npy" not in archive:
        return [Kept(state) for state in snapshots]
    n, dtype = len(snapshots), row_dtype(n_channels)
    links = archive.array(f"{at}kept/link.npy", "|u1", (n, _LINK))
    rows = np.zeros(n, dtype=dtype)
    for name in COLUMNS:
        shape = (n, n_channels) if name == "channels" else (n,)
        rows[name] = archive.array(f"{at}kept/{name}.npy", dtype[name].base.str, shape)
    return [
        Kept(state, Chain(link.tobytes(), state.k), row) if link.any() else Kept(state)
        for state, link, row in zip(snapshots, links, rows, strict=True)
    ]


def _counted(archive: Archive, at: str) -> Iterator[str]:
    i = 0
    while f"{at}states-{i}/k.npy" in archive:
        yield f"states-{i}"
        i += 1


def _read_states(archive: Archive, at: str, part: str, spec: RunSpec) -> list[State]:
    names = archive.names(f"{at}{part}/")
    prefix = f"{at}{part}/"
    arrays = {n.removesuffix(".npy"): archive.any_array(prefix + n) for n in names}
    ks = arrays.get("k", np.empty(0))
    if (
        ks.ndim != 1
        or ks.dtype != np.int64
        or any(a.shape[:1] != ks.shape for a in arrays.values())
    ):
        raise archive.refusal(f"{at}{part} holds no states")
    states = []
    for i, k in enumerate(ks.tolist()):
        cls = spec.optimizer_after(k - 1).state_type
        if set(arrays) != {field.name for field in fields(cls)}:
            raise archive.refusal(f"{at}{part} holds states of another algorithm than its spec")
        values = {n: a[i].item() if a.ndim == 1 else a[i] for n, a in arrays.items()}
        state = cls(**values)
        _check_state(archive, state, spec, prefix)
        states.append(state)
    return states


def _check_state(archive: Archive, state: State, spec: RunSpec, prefix: str) -> None:
    points = (state.x, state.best_x)
    if any(np.shape(x) != (spec.problem.dim,) or x.dtype != np.float64 for x in points):
        raise archive.refusal(f"{prefix}x.npy is no point of its problem")
    counts = ("k", "best_k", "evaluations", "gradient_evaluations", "rows_seen")
    if any(type(getattr(state, name)) is not int for name in counts):
        raise archive.refusal(f"{prefix} counts in other than whole numbers")
    if any(type(value) is not float for value in (state.f, state.best_f)):
        raise archive.refusal(f"{prefix}f.npy is not a number")


def _read_history(archive: Archive, at: str, run: Run) -> None:
    at += "history/"
    if f"{at}k.npy" not in archive:
        return
    ks = archive.array(f"{at}k.npy", "<i8", (None,))
    if (np.diff(ks) <= 0).any() or (ks < 0).any() or (ks > run.trace.last_k).any():
        raise archive.refusal(f"{at}k.npy names other iterations than its run has")
    names = [name for name in archive.names(at) if name.startswith("metric-")]
    metrics = {
        name.removeprefix("metric-").removesuffix(".npy"): archive.array(at + name, "<f8", ks.shape)
        for name in names
    }
    dim = run.spec.problem.dim
    x = archive.array(f"{at}x.npy", "<f8", (len(ks), dim)) if f"{at}x.npy" in archive else None
    run.history.restore(Samples(ks, metrics, x))


def spec_of(path: str | Path) -> RunSpec:
    """Return the spec of the first run in a file, without opening the rest of it.

    Raises
    ------
    StoreError
        If it is not an undamaged run file.
    """
    with Archive(Path(path)) as archive:
        _refuse_study(archive)
        return _read_spec(archive, "run-0/spec.json")


def _refuse_study(archive: Archive) -> None:
    if STUDY in archive.about:
        raise archive.refusal("holds a study, and not runs that could be looked at one by one")
