"""How a run in an archive is read: every part checked, before anything is made of it."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.chain import Chain
from optiviz.engine.optimizer import COLUMNS, State
from optiviz.engine.parameters import SpecError
from optiviz.engine.run import Run, start_row
from optiviz.engine.spec import RunSpec
from optiviz.engine.trace import Kept, Trace, row_dtype
from optiviz.engine.wording import one_line
from optiviz.store import digests, run_tables, states
from optiviz.store.about import About
from optiviz.store.archive import Archive
from optiviz.store.unknown import (
    channels_of,
    is_like_spec,
    point_size,
    spec_to_show,
    why_unknown,
)

LINK = 32  # bytes of a link of the digest
BUCKETED = ("lows", "highs", "lasts")
_INDICES = ("improvements", "clock_k")
_LONGEST_NAME = 250  # characters
_KNOWN = (
    *("name", "stop_reason", "failure", "iterations", "seconds", "first_row", "bucket"),
    *("rows_sha256", "trace_sha256", "chained", "reading", "channels"),
)  # the first nine in version 1


def read_run(archive: Archive, at: str) -> tuple[Run, str]:
    """Return a run, and the digest that it had when it was saved.

    Raises
    ------
    StoreError
        If it is not whole, or fits together in no way.
    """
    data = archive.json(f"{at}spec.json")
    about = About(archive, f"{at}run.json", _KNOWN[: 9 if archive.version == 1 else None])
    name = one_line(about.text("name"))[:_LONGEST_NAME]
    last_k = about.integer("iterations", 0, 10**12)
    spec, why = _understood(archive, f"{at}spec.json", data)
    if spec is not None and _is_outdated(archive, at, spec, last_k):
        for member in archive.names(at):  # undamaged at least
            archive.any_array(at + member)
        return Run(spec, name), _digest(archive, about)
    first = about.integer("first_row", 0, last_k)
    arrays = _read_trace(archive, at, last_k, first, about.integer("bucket", 1, 10**12))
    parts = {part: _read_part(archive, at, part) for part in (*_counted(archive, at), "last")}
    if spec is None:
        spec = _spec_to_show(archive, at, data, why, about, arrays, parts["last"])
    if arrays["channels"].shape[1] != len(spec.optimizer.channels):
        raise archive.refusal(f"{at}trace/channels.npy has another shape or type than its run")
    found = {part: list(_states(archive, at, part, parts[part], spec)) for part in parts}
    (state,) = found.pop("last")
    snapshots = [snapshot for part in found.values() for snapshot in part]
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
        name=name,
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
    usual = {f"{name}.npy" for name in states.USUAL}
    here = {f"{name}.npy" for name in states.fields_after(spec, last_k) or ()}
    alike = any(set(archive.names(f"{at}{part}/")) == last for part in _counted(archive, at))
    return alike and usual <= last != here


def read_spec(archive: Archive, name: str) -> RunSpec:
    """Return a spec that can be run here.

    Raises
    ------
    StoreError
        If it can't, with what is wrong first.
    """
    data = archive.json(name)
    run_tables.load(archive, data)
    try:
        return RunSpec.from_dict(data)
    except SpecError as error:
        raise archive.refusal(f"{name}: {why_unknown(error)}") from None


def _understood(archive: Archive, name: str, data: Any) -> tuple[RunSpec | None, str]:
    """Return a spec, or why what it was can only be looked at."""
    why = archive.newer
    run_tables.load(archive, data)
    try:
        spec = RunSpec.from_dict(data)
    except SpecError as error:
        if not is_like_spec(data):
            raise archive.refusal(f"{name}: {error.mistakes[0]}") from None
        return None, why or why_unknown(error)
    return (None, why) if why else (spec, "")


def _spec_to_show(
    archive: Archive,
    at: str,
    data: Any,
    why: str,
    about: About,
    arrays: dict[str, NDArray[Any]],
    last: dict[str, NDArray[Any]],
) -> RunSpec:
    try:
        return spec_to_show(
            data,
            why,
            newer=bool(archive.newer),
            dim=point_size(last),
            channels=channels_of(about.get("channels"), arrays["channels"].shape[1]),
            reading=about.reading(),
        )
    except (SpecError, ValueError) as error:
        raise archive.refusal(f"{at} can't be shown: {one_line(str(error))[:200]}") from None


def _read_trace(
    archive: Archive, at: str, last_k: int, first: int, width: int
) -> dict[str, NDArray[Any]]:
    held = last_k + 1 - first
    arrays: dict[str, NDArray[Any]] = {"first": np.array(first), "width": np.array(width)}
    dtype = row_dtype(0)
    for name in COLUMNS:
        shape = (held, None) if name == "channels" else (held,)
        arrays[name] = archive.array(f"{at}trace/{name}.npy", dtype[name].base.str, shape)
    for name in _INDICES:
        found = arrays[name] = archive.array(f"{at}trace/{name}.npy", "<i8", (None,))
        if (np.diff(found) < 0).any() or (found < 0).any() or (found > last_k).any():
            raise archive.refusal(f"{at}trace/{name}.npy names other iterations than its run has")
    shape = (len(arrays["clock_k"]),)
    arrays["clock_seconds"] = archive.array(f"{at}trace/clock_seconds.npy", "<f8", shape)
    if first == 0:
        return arrays
    empty = Trace(arrays["channels"].shape[1]).to_arrays()["lasts"]
    for name in BUCKETED:
        length = None if name == "lows" else len(arrays["lows"])
        arrays[name] = archive.array(f"{at}trace/{name}.npy", "<f8", (length, empty.shape[1]))
    if f"{at}trace/link.npy" in archive:
        arrays["link"] = archive.array(f"{at}trace/link.npy", "|u1", (LINK,))
    in_buckets = len(arrays["lows"]) * width
    if f"{at}trace/begun.npy" in archive:  # the rows between the buckets and those held
        arrays["begun"] = archive.array(f"{at}trace/begun.npy", "<f8", (3, empty.shape[1]))
    if not (first <= in_buckets or "begun" in arrays) or in_buckets > last_k + 1:
        raise archive.refusal(f"{at}trace has gaps between what it holds")
    return arrays


def _read_kept(
    archive: Archive, at: str, snapshots: Sequence[State], n_channels: int
) -> list[Kept]:
    """Return snapshots with what it takes to go on from them, where that is stored."""
    if f"{at}kept/link.npy" not in archive:
        return [Kept(state) for state in snapshots]
    n, dtype = len(snapshots), row_dtype(n_channels)
    links = archive.array(f"{at}kept/link.npy", "|u1", (n, LINK))
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


def _read_part(archive: Archive, at: str, part: str) -> dict[str, NDArray[Any]]:
    """Return the fields of some states, stacked."""
    prefix = f"{at}{part}/"
    names = archive.names(prefix)
    arrays = {n.removesuffix(".npy"): archive.any_array(prefix + n) for n in names}
    ks = arrays.get("k", np.empty(0))
    if (
        ks.ndim != 1
        or ks.dtype != np.int64
        or any(a.shape[:1] != ks.shape for a in arrays.values())
    ):
        raise archive.refusal(f"{at}{part} holds no states")
    return arrays


def _states(
    archive: Archive, at: str, part: str, arrays: dict[str, NDArray[Any]], spec: RunSpec
) -> Iterator[State]:
    for i in range(len(arrays.get("k", ()))):
        try:
            yield states.state_of({name: array[i] for name, array in arrays.items()}, spec)
        except states.WrongError as error:
            raise archive.refusal(f"{at}{part} {error}") from None


def _read_history(archive: Archive, at: str, run: Run) -> None:
    at += "history/"
    if f"{at}k.npy" not in archive:
        return
    ks = archive.array(f"{at}k.npy", "<i8", (None,))
    names = [name for name in archive.names(at) if name.startswith("metric-")]
    metrics = {
        name.removeprefix("metric-").removesuffix(".npy"): archive.array(at + name, "<f8", ks.shape)
        for name in names
    }
    shape = (len(ks), run.spec.problem.dim)
    x = archive.array(f"{at}x.npy", "<f8", shape) if f"{at}x.npy" in archive else None
    try:
        run.history.restore(states.samples_of(ks, metrics, x, run))
    except states.WrongError as error:
        raise archive.refusal(f"{at}k.npy {error}") from None
