"""Studies are done: in processes, with a bar, kept in a file; and what came out is said."""

import importlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from optiviz.analysis.runs.effort import LABELS, EffortName
from optiviz.cli import tables
from optiviz.cli.shared import check_report, write_study_report
from optiviz.cli.terminal import harmless
from optiviz.engine.parameters import Mistake, SpecError
from optiviz.engine.wording import shown_number
from optiviz.reports.data.summary import summaries
from optiviz.store import SUFFIX, is_run_file
from optiviz.store.atomic import StoreError
from optiviz.studies.execution.pools import MOST_JOBS
from optiviz.studies.plan import Planned, Study
from optiviz.studies.records import Record
from optiviz.studies.results import Results

if TYPE_CHECKING:
    from optiviz.studies.comparison import Comparison

INTERRUPTED = 130  # as shells say of what ended by Ctrl+C
_BACKENDS = ("loky", "dask")


class Where(NamedTuple):
    """Where the runs of a study are computed and kept, and what is written about them."""

    jobs: int | None = None
    backend: str = "loky"
    cluster: str | None = None
    out: Path | None = None
    report: Path | None = None
    begun: Path | None = None  # a report that carries what is done already, and is left as it is


def finish(study: Study, where: Where, effort: str, as_json: bool, explain: bool) -> None:
    """Do what is missing of a study, keep it, say what came out, and exit with its status."""
    from optiviz.studies.comparison import compare

    check_effort(effort)
    results = _begun(study, where)
    before = len(results.records)
    _warn(study, check_effort(effort))
    stopped = False
    try:
        execute(results, where)
    except KeyboardInterrupt:
        stopped = True
    found = None if stopped else compare(results, check_effort(effort))
    if found is not None:
        results.look()
    trouble: StoreError | None = None
    if results.records:
        try:
            if where.out is not None:
                _save(results, where.out)
            if found is not None and where.report is not None:
                write_study_report(results, where.report)
        except StoreError as error:
            trouble = error
            if found is None:
                raise
    if found is None:
        print(harmless(_how_to_go_on(results, where.out)), file=sys.stderr)
        raise typer.Exit(INTERRUPTED)
    if as_json:
        print(json.dumps(as_data(results, found)))
    else:
        if before:
            print(f"{before:,} of {study.size:,} runs were done already.")
        print("\n".join(tables.said(found, explain=explain)))
        written = [str(path) for path in (where.out, where.report) if path is not None]
        if written and trouble is None:
            print("\n" + "\n".join(written))
    if trouble is not None:
        raise trouble  # what came out is said all the same
    raise typer.Exit(1 if all(r.failure for r in results.records.values()) else 0)


def _warn(study: Study, effort: EffortName) -> None:
    """Tell somebody at a terminal beforehand what speaks against comparing this."""
    if not sys.stderr.isatty():
        return
    from optiviz.studies.cautions import cautions_of

    for caution in cautions_of(study.samples(), effort, study.measure, study.gradient_weight):
        lines = tables.wrapped(f"{caution.sentence} {caution.instead}".strip(), "! ", "  ")
        print(harmless("\n".join(lines)), file=sys.stderr)


def check_effort(effort: str) -> EffortName:
    """Return an effort, or refuse what is none."""
    for known in LABELS:
        if effort == known:
            return known
    raise SpecError([Mistake("--effort", f"must be one of {', '.join(LABELS)}, is {effort!r}")])


def _begun(study: Study, where: Where) -> Results:
    """Return what is done of a study already, after looking whether the rest can be kept."""
    mistakes = []
    if where.backend not in _BACKENDS:
        sentence = f"must be {' or '.join(_BACKENDS)}, is {where.backend!r}"
        mistakes.append(Mistake("--backend", sentence))
    if where.cluster is not None and where.backend != "dask":
        mistakes.append(Mistake("--cluster", "names a Dask scheduler; add --backend dask"))
    if where.jobs == 0:
        mistakes.append(Mistake("--jobs", "must be at least 1, or left out for all processors"))
    elif where.jobs is not None and abs(where.jobs) > MOST_JOBS:
        sentence = f"must be at most {MOST_JOBS:,}, is {shown_number(where.jobs)}"
        mistakes.append(Mistake("--jobs", sentence))
    out = where.out
    if out is not None and not is_run_file(out):
        mistakes.append(Mistake(str(out), f"studies are written as {SUFFIX}"))
    elif out is not None and not out.absolute().parent.is_dir():
        mistakes.append(Mistake(str(out), "there is no such folder"))
    if mistakes:
        raise SpecError(mistakes)
    if where.report is not None:
        check_report(where.report)
    from optiviz.store import study_file

    if out is None or not out.exists():
        return Results(study) if where.begun is None else study_file.load(where.begun)
    if not study_file.holds_study(out):
        raise SpecError([Mistake(str(out), "holds runs, not a study; name another file")])
    kept = study_file.load(out)
    carried = kept.carried_to(study)
    if len(carried.records) < len(kept.records):
        lost = len(kept.records) - len(carried.records)
        runs = "a run that is" if lost == 1 else f"{lost:,} runs that are"
        sentence = f"holds {runs} not of this study; name another file"
        raise SpecError([Mistake(str(out), sentence)])
    return carried


def execute(results: Results, where: Where) -> Results:
    """Do the runs of a study that are missing, with a bar; write them into its file now and then.

    Returns
    -------
    Results
        The same.

    Raises
    ------
    SpecError
        If they can't be computed as it was asked.
    KeyboardInterrupt
        With what was done by then in the results.
    """
    from optiviz.store.study_file import Autosave
    from optiviz.studies import execution

    keep = None if where.out is None else Autosave(where.out)
    try:
        with _backend(where), _counted(results) as count:

            def done(found: Results, planned: Planned, record: Record) -> None:
                count(planned, record)
                if keep is not None:
                    keep(found, planned, record)

            execution.execute(results, where.jobs, progress=done)
    except execution.ExecutionError as error:
        if where.out is not None and results.records:
            _save(results, where.out)
        raise SpecError([Mistake("", str(error))]) from None
    return results


@contextmanager
def _backend(where: Where) -> Iterator[None]:
    """Have joblib's backend do the runs."""
    if where.backend == "loky":
        yield
        return
    import joblib

    try:
        distributed: Any = importlib.import_module("distributed")
    except ImportError:
        sentence = "dask isn't installed here: pip install 'optiviz[dask]'"
        raise SpecError([Mistake("--backend", sentence)]) from None
    try:
        place: Any = where.cluster or distributed.LocalCluster(
            n_workers=where.jobs or joblib.cpu_count(),
            threads_per_worker=1,
            dashboard_address=None,
        )
        client = distributed.Client(place, timeout=10)
    except (OSError, ValueError) as error:
        raise SpecError([Mistake("--cluster", f"can't be reached: {error}")]) from None
    with client, joblib.parallel_config(backend="dask"):
        yield
    if not isinstance(place, str):
        place.close()


def _save(results: Results, out: Path) -> None:
    from optiviz.store import study_file

    study_file.save(out, results)


def _how_to_go_on(results: Results, out: Path | None) -> str:
    done = f"stopped with {len(results.records):,} of {results.study.size:,} runs done"
    if out is None:
        return f"{done}; with --out F.optiviz they would be kept"
    if not results.records:
        return f"{done}; nothing is written"
    return f"{done}; they are in {out}, and the same command goes on from there"


@contextmanager
def _counted(results: Results) -> Iterator[Callable[[Planned, Record], None]]:
    """Show a bar with the time left on a terminal; nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda planned, record: None
        return
    from rich.console import Console
    from rich.progress import Progress

    costs = Costs(results)
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(costs.words, total=1.0)
        shown = 0.0

        def count(planned: Planned, record: Record) -> None:
            nonlocal shown
            costs.add(planned, record)
            if time.monotonic() - shown > 0.1:
                shown = time.monotonic()
                # A share of 1: rich forgets how quick it was whenever the total is another one.
                done, total = costs.spent_and_total()
                bar.update(task, completed=done / total, description=costs.words)

        yield count


class Costs:
    """How much of a study's work is done: runs weigh what they cost, as far as that is known."""

    def __init__(self, results: Results) -> None:
        n = len(results.study.configurations)
        self._seconds, self._done, self._runs = [0.0] * n, [0] * n, results.study.size
        self._each = results.study.size // n
        for planned, record in results.records.items():
            self.add(planned, record)
        self._known = sum(self._seconds)

    def add(self, planned: Planned, record: Record) -> None:
        """Note a run that is done."""
        self._seconds[planned.configuration] += record.seconds
        self._done[planned.configuration] += 1

    @property
    def words(self) -> str:
        """How many runs are done."""
        return f"{sum(self._done):,} of {self._runs:,} runs"

    def spent_and_total(self) -> tuple[float, float]:
        """Return seconds of computing: since the start, and what there will have been at the end.

        A configuration of which nothing is done yet is taken to cost what the others do.
        """
        done = sum(self._done)
        mean = sum(self._seconds) / done if done else 1.0
        total = 0.0
        for seconds, n in zip(self._seconds, self._done, strict=True):
            total += seconds + (self._each - n) * (seconds / n if n else mean)
        return sum(self._seconds) - self._known, max(total - self._known, 1e-9)


def as_data(results: Results, comparison: "Comparison | None") -> dict[str, Any]:
    """Return a study with its results as plain data that is valid JSON."""
    study = results.study
    return {
        "study": study.to_dict(),
        "complete": results.complete,
        "runs": list(summaries(results)),
        "comparison": None if comparison is None else comparison.to_dict(),
    }
