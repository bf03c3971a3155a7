"""Study files, ``.optiviz``: the plan of a study and the records of its runs, as far as it is done.

A zip archive of JSON and plain arrays, like a run file; `format.json` says which of both it is::

    format.json              version of the format, of the software; the machine; "study"
    checksums.json           SHA-256 of each other member
    study.json               the plan
    records.json             failures, looks, and what the numbers in the arrays stand for
    records/*.npy            a number for each record
    courses/*.npy            the courses of all records, one after another
    metrics/*.npy            metrics along the courses, where they were measured
"""

import io
import json
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from optiviz.analysis.runs.effort import Spent
from optiviz.engine.optimizer import Optimizer
from optiviz.engine.parameters import Parameters, SpecError
from optiviz.engine.problem import Array, Problem
from optiviz.engine.stopping import StoppingCriterion, StopReason
from optiviz.store import digests, machine, run_tables
from optiviz.store.about import is_text, texts
from optiviz.store.archive import FORMAT, STUDY, VERSION, Archive, Writer
from optiviz.store.atomic import StoreError, writing
from optiviz.studies.plan import Planned, Study
from optiviz.studies.records import Course, Record
from optiviz.studies.results import Results

_COUNTS = ("iterations", "evaluations", "gradient_evaluations", "rows_seen")
_SPENT = ("k", "evaluations", "gradient_evaluations", "rows_seen", "seconds")
_MOST_LOOKS = 1_000_000
_NO_DIGEST = bytes(32)
_NONE = np.empty(0)
_SHARE = 20  # times as long as a writing takes, computing goes on before the next one


# Saving


def save(path: str | Path, results: Results) -> None:
    """Write a study to a file, done or not.

    Raises
    ------
    StoreError
        If it can't be written; what was there before is then untouched.
    """
    with writing(path) as file:
        _write(file, results, str(path))


def to_bytes(results: Results, label: str = "study") -> bytes:
    """Return what a file of this study holds, for a report to carry.

    Raises
    ------
    StoreError
        If it is too large; it begins with the label.
    """
    file = io.BytesIO()
    _write(file, results, label)
    return file.getvalue()


def _write(file: BinaryIO, results: Results, label: str) -> None:
    records = dict(results.records)
    writer = Writer(file, label)
    found = {"versions": machine.versions(), "machine": machine.fingerprint()}
    writer.json(FORMAT, {"version": VERSION, STUDY: len(records)} | found)
    writer.json("study.json", results.study.to_dict())
    _save_records(writer, results, records)
    run_tables.save(writer, [results.study.to_dict()])
    writer.finish()


def _save_records(writer: Writer, results: Results, found: dict[Planned, Record]) -> None:
    places = {planned: i for i, planned in enumerate(results.study.runs)}
    order = sorted(found, key=places.__getitem__)
    records = [found[planned] for planned in order]
    courses = [record.course for record in records]
    finals, alongs = ([tuple(part.metrics) for part in parts] for parts in (records, courses))
    sets = sorted({*finals, *alongs})
    reasons = [reason.name.lower() for reason in StopReason]
    writer.json(
        "records.json",
        {
            "looks": results.looks,
            "stop_reasons": reasons,
            "metrics": sets,
            "failures": {str(i): r.failure for i, r in enumerate(records) if r.failure},
        },
    )

    def column(name: str, values: Iterable[Any], dtype: str = "<i8") -> None:
        writer.array(f"records/{name}.npy", np.array(list(values), dtype=dtype))

    column("place", (places[planned] for planned in order))
    for name in _COUNTS:
        column(name, (getattr(record, name) for record in records))
    for name in ("seconds", "f"):
        column(name, (getattr(record, name) for record in records), "<f8")
    stops = [record.stop_reason for record in records]
    column("stop_reason", (-1 if r is None else reasons.index(r.name.lower()) for r in stops))
    column("metrics", map(sets.index, finals))
    column("along", map(sets.index, alongs))
    texts = [record.digest.removeprefix(digests.PLAIN) for record in records]
    held = b"".join(bytes.fromhex(text) or _NO_DIGEST for text in texts)
    writer.array("records/digest.npy", np.frombuffer(held, "|u1").reshape(-1, 32))
    chained = (not record.digest.startswith(digests.PLAIN) for record in records)
    column("chained", chained, "|b1")
    column("length", (len(course.f) for course in courses))
    for name in _SPENT:
        writer.array(f"courses/{name}.npy", _joined(getattr(c.spent, name) for c in courses))
    writer.array("courses/f.npy", _joined(course.f for course in courses))
    measured = [_measured(course) for course in courses]
    writer.array("courses/measured.npy", np.concatenate([np.zeros(0, bool), *measured]))
    for name in _all(sets):
        ends = [r.metrics[name] for r in records if name in r.metrics]
        writer.array(f"metrics/final-{name}.npy", np.array(ends, dtype=np.float64))
        pairs = zip(courses, measured, strict=True)
        values = _joined(c.metrics[name][at] for c, at in pairs if name in c.metrics)
        writer.array(f"metrics/along-{name}.npy", values)


def _all(sets: Iterable[Sequence[str]]) -> list[str]:
    return sorted({name for names in sets for name in names})


def _joined(parts: Iterable[Array]) -> Array:
    return np.concatenate([np.empty(0), *parts])


def _measured(course: Course) -> NDArray[np.bool_]:
    """Return where metrics of a course are known."""
    known = np.zeros(len(course.f), dtype=bool)
    for values in course.metrics.values():
        known |= ~np.isnan(values)
    return known


class Autosave:
    """Writes a study while it is computed, so that whatever ends the program loses little.

    To be told of each run: ``execute(results, progress=Autosave(path))``. What is left to write at
    the end is the caller's, by `save`.

    Parameters
    ----------
    path : str or Path
    seconds : float
        Between two writings, at least; more where writing takes long.

    Attributes
    ----------
    trouble : str
        Why it could not be written the last time, in a sentence; the study goes on.
    """

    def __init__(self, path: str | Path, seconds: float = 5.0) -> None:
        self._path = path
        self._least = seconds
        self._next = time.perf_counter() + seconds
        self.trouble = ""

    def __call__(self, results: Results, *_: object) -> None:
        """Write it if it is time."""
        began = time.perf_counter()
        if began < self._next:
            return
        self.trouble = ""
        try:
            save(self._path, results)
        except StoreError as error:
            self.trouble = str(error)
        ended = time.perf_counter()
        self._next = ended + max(self._least, _SHARE * (ended - began))


# Opening


def holds_study(path: str | Path) -> bool:
    """Whether a file of optiviz holds a study, and not runs.

    Raises
    ------
    StoreError
        If it is neither.
    """
    with Archive(Path(path)) as archive:
        return STUDY in archive.about


def load(path: str | Path) -> Results:
    """Open a study file: the plan, and what was done of it.

    Raises
    ------
    StoreError
        If it is not a whole, undamaged study file.
    """
    with Archive(Path(path)) as archive:
        if STUDY not in archive.about:
            raise archive.refusal("holds runs, and not a study")
        if archive.newer:
            raise archive.refusal(archive.newer)
        with archive.read_whole():
            return _read(archive)


def _read(archive: Archive) -> Results:
    for key in ("versions", "machine"):
        texts(archive, archive.about.get(key))
    plan = archive.json("study.json")
    run_tables.load(archive, plan)
    try:
        study = Study.from_dict(_with_shared_parts(plan))
    except SpecError as error:
        raise archive.refusal(f"study.json: {error.mistakes[0]}") from None
    n = archive.about[STUDY]
    if type(n) is not int or not 0 <= n <= study.size:
        raise archive.refusal(f"{FORMAT} does not say how many runs are done")
    about = _About(archive, n)
    columns = _Columns(archive, n, study.size, about)
    courses = _courses(archive, columns, about)
    results = Results(study, looks=about.looks)
    finals = _shared_out(archive, "final", columns.of["metrics"], about, np.ones(n, dtype=np.int64))
    for i in range(n):
        record = Record(
            failure=about.failures.get(i, ""),
            stop_reason=columns.stop_reason(i),
            iterations=columns.of["iterations"][i],
            evaluations=columns.of["evaluations"][i],
            gradient_evaluations=columns.of["gradient_evaluations"][i],
            rows_seen=columns.of["rows_seen"][i],
            seconds=columns.of["seconds"][i],
            f=columns.of["f"][i],
            metrics={name: float(value[0]) for name, value in finals[i].items()},
            digest=columns.digest(i),
            course=courses[i],
        )
        results.records[study.runs[columns.of["place"][i]]] = record
    return results


_PARTS: dict[str, type[Parameters]] = {
    "problem": Problem,
    "optimizer": Optimizer,
    "stopping": StoppingCriterion,
}


def _with_shared_parts(plan: Any) -> Any:
    """Return a plan in which what configurations have in common is made once.

    What can't be made is left as it is, for the mistake to be named with its place.
    """
    made: dict[str, Any] = {}
    configurations = plan.get("configurations") if isinstance(plan, dict) else None
    for configuration in configurations if isinstance(configurations, list) else ():
        spec = configuration.get("spec") if isinstance(configuration, dict) else None
        for name, cls in _PARTS.items():
            if not isinstance(spec, dict) or not isinstance(spec.get(name), dict):
                continue
            key = name + json.dumps(spec[name])
            if key not in made:
                with suppress(SpecError):
                    made[key] = cls.from_dict(spec[name])
            spec[name] = made.get(key, spec[name])
    return plan


class _About:
    """What ``records.json`` says, each entry checked."""

    def __init__(self, archive: Archive, n: int) -> None:
        found = archive.json("records.json")
        about: dict[str, Any] = found if isinstance(found, dict) else {}
        archive.only("records.json", about, ("looks", "stop_reasons", "metrics", "failures"))
        looks, failures = about.get("looks"), about.get("failures")
        reasons, sets = about.get("stop_reasons"), about.get("metrics")

        def check(key: str, is_right: bool) -> None:
            if not is_right:
                raise archive.refusal(f"records.json has no usable entry {key!r}")

        check("looks", isinstance(looks, list) and len(looks) <= _MOST_LOOKS)
        check("looks", all(type(look) is int and 0 <= look <= 10**9 for look in looks or ()))
        places = {str(i): i for i in range(n)}
        check("failures", isinstance(failures, dict) and all(map(is_text, failures.values())))
        check("failures", set(failures or ()) <= places.keys())
        known = {reason.name.lower(): reason for reason in StopReason}
        check("stop_reasons", isinstance(reasons, list) and all(r in known for r in reasons))
        check("metrics", isinstance(sets, list) and all(map(_is_set, sets)))
        self.looks: list[int] = list(looks or ())
        self.failures = {places[key]: str(text) for key, text in (failures or {}).items()}
        self.reasons = [known[reason] for reason in reasons or ()]
        self.sets: list[list[str]] = list(sets or ())


def _is_set(names: Any) -> bool:
    return isinstance(names, list) and all(map(is_text, names)) and len({*names}) == len(names)


class _Columns:
    """A number for each record, checked."""

    def __init__(self, archive: Archive, n: int, size: int, about: _About) -> None:
        self._reasons = about.reasons
        limits = {
            "place": (0, size - 1),
            "stop_reason": (-1, len(about.reasons) - 1),
            "metrics": (0, len(about.sets) - 1),
            "along": (0, len(about.sets) - 1),
            "length": (0, 10**9),
            **dict.fromkeys(_COUNTS, (0, 2**62)),
        }
        self.of: dict[str, list[Any]] = {}
        for name, (low, high) in limits.items():
            member = f"records/{name}.npy"
            values = archive.array(member, "<i8", (n,))
            if ((values < low) | (values > high)).any():
                raise archive.refusal(f"{member} has numbers that no study has")
            self.of[name] = values.tolist()
        if len({*self.of["place"]}) < n:
            raise archive.refusal("records/place.npy names a run twice")
        for name in ("seconds", "f"):
            self.of[name] = archive.array(f"records/{name}.npy", "<f8", (n,)).tolist()
        if not all(0 <= seconds <= 1e12 for seconds in self.of["seconds"]):
            raise archive.refusal("records/seconds.npy has numbers that no study has")
        self._digests = archive.array("records/digest.npy", "|u1", (n, 32)).tobytes()
        self._chained = np.zeros(n, dtype=bool)
        if archive.version > 1:
            self._chained = archive.array("records/chained.npy", "|b1", (n,))

    def stop_reason(self, i: int) -> StopReason | None:
        """Return why a run ended."""
        at = self.of["stop_reason"][i]
        return None if at < 0 else self._reasons[at]

    def digest(self, i: int) -> str:
        """Return a run's digest; empty if it has none."""
        digest = self._digests[32 * i : 32 * i + 32]
        if digest == _NO_DIGEST:
            return ""
        return digest.hex() if self._chained[i] else digests.PLAIN + digest.hex()


def _courses(archive: Archive, columns: _Columns, about: _About) -> list[Course]:
    lengths = np.array(columns.of["length"], dtype=np.int64)
    ends = np.cumsum(lengths)
    total = int(lengths.sum())
    parts = {name: archive.array(f"courses/{name}.npy", "<f8", (total,)) for name in (*_SPENT, "f")}
    inside = np.ones(total, dtype=bool)
    inside[(ends - lengths)[lengths > 0]] = False
    for name in _SPENT:
        steps = np.diff(parts[name], prepend=0)[inside]
        if not (parts[name] >= 0).all() or (steps < 0).any() or (name == "k" and not steps.all()):
            raise archive.refusal(f"courses/{name}.npy is not in order")
    measured = archive.array("courses/measured.npy", "|b1", (total,))
    sums = np.concatenate([[0], np.cumsum(measured)])
    counts = sums[ends] - sums[ends - lengths]
    known = _shared_out(archive, "along", columns.of["along"], about, counts)
    found = []
    for end, length, values in zip(ends.tolist(), lengths.tolist(), known, strict=True):
        span = slice(end - length, end)
        spent = Spent(*(parts[name][span] for name in _SPENT))
        metrics = {name: np.full(length, np.nan) for name in values}
        for name, array in metrics.items():
            array[measured[span]] = values[name]
        found.append(Course(spent, parts["f"][span], metrics))
    return found


def _shared_out(
    archive: Archive, kind: str, sets: list[int], about: _About, counts: NDArray[np.int64]
) -> list[dict[str, Array]]:
    """Return each record's own numbers of the metrics that it has."""
    found: list[dict[str, Array]] = [dict.fromkeys(about.sets[at], _NONE) for at in sets]
    for name in _all(about.sets):
        having = [i for i, metrics in enumerate(found) if name in metrics]
        own = counts[having]
        values = archive.array(f"metrics/{kind}-{name}.npy", "<f8", (int(own.sum()),))
        ends = np.cumsum(own)
        for i, end, n in zip(having, ends.tolist(), own.tolist(), strict=True):
            found[i][name] = values[end - n : end]
    return found
