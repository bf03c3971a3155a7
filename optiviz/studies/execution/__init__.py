"""The runs of a study are done: on all processors, or wherever joblib's backend says.

A run depends on nothing but its spec, so who does it, and in which order, changes no bit of it.
`pools` are where: processes or a cluster; `work` is what each does; `turns` say which run is next.
"""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from dataclasses import fields
from typing import Any

from optiviz.engine import plugins, threads
from optiviz.engine.parameters import Parameters
from optiviz.studies.execution import work
from optiviz.studies.execution.pools import (
    Cluster,
    Done,
    ExecutionError,
    Processes,
    chosen_jobs,
    is_frozen,
    uses_processes_here,
)
from optiviz.studies.execution.turns import Turns
from optiviz.studies.plan import Planned, Study
from optiviz.studies.records import Record, recorded, without_run
from optiviz.studies.results import Results

__all__ = ["ExecutionError", "Progress", "execute"]

Progress = Callable[[Results, Planned, Record], object]
_Keep = Callable[[Planned, Record], None]

_LOOK = 0.05  # seconds between two looks whether somebody cancelled
_MOST_DEATHS = 3  # runs that end their process, before anything is done
_NO_PROCESS = (
    "no process got through a run: each was ended from outside, or could not be started; "
    "jobs=1 computes in this process"
)
_DIED = "Its process was ended from outside, twice: perhaps the memory was not enough."


def execute(
    results: Results,
    jobs: int | None = None,
    *,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    polite: bool = False,
) -> Results:
    """Do the runs of a study that are missing.

    Each run has one BLAS thread. A run that goes wrong is a record with a failure. Where
    ``joblib.parallel_config(backend="dask")`` is set, the runs go to its client's workers. May be
    called from any thread; `progress` and `cancelled` are called in that one.

    On machines beyond this one, with ``pip install 'optiviz[dask]'`` on each; the specs are the
    same, and so are the hashes of the traces::

        with distributed.Client("tcp://scheduler:8786"), joblib.parallel_config(backend="dask"):
            execute(results)

    Parameters
    ----------
    results : Results
        Filled as the runs come in.
    jobs : int, optional
        How many processes, all processors if left out; 1 is done in this process, unless it is to
        be polite.
    progress : callable, optional
        Told of each run that is done: ``progress(results, planned, record)``.
    cancelled : callable, optional
        Asked about 20 times a second; when it says True, processes are ended and what is done by
        then is returned.
    polite : bool
        Whether the processes leave the processor to whatever else wants it, such as a window.

    Returns
    -------
    Results
        The same, complete unless it was cancelled.

    Raises
    ------
    ExecutionError
        If the runs can't be handed to other processes, or these can't be started.
    KeyboardInterrupt
        When processes have been ended; the results hold what was done.
    """
    here, n_jobs = uses_processes_here(), chosen_jobs(jobs)
    left = len(results.missing)
    if left == 0:
        return results

    def keep(planned: Planned, record: Record) -> None:
        results.records[planned] = record
        if progress is not None:
            progress(results, planned, record)

    n_jobs, cancelled = min(n_jobs, left), cancelled or _never
    if here and ((n_jobs == 1 and not polite) or is_frozen()):
        _do_here(results, keep, cancelled)
        return results
    modules = _modules(results.study)
    pool = Processes(n_jobs, modules, polite) if here else Cluster(modules)
    try:
        _Shared(results, keep, cancelled, pool).do()
    finally:
        pool.end()
    return results


def _never() -> bool:
    return False


def _modules(study: Study) -> list[str]:
    """Return the modules beside ours that define kinds of a study."""
    classes = {cls for c in study.configurations for cls in _classes(c.spec)}
    modules = {cls.__module__: cls for cls in classes if not cls.__module__.startswith("optiviz.")}
    if "__main__" in modules:
        raise ExecutionError(
            f"{modules['__main__'].__name__} is defined in the program itself, where other "
            "processes don't find it: put it into a file of its own and import it, or use jobs=1"
        )
    return sorted(map(plugins.word_for, modules))


def _classes(value: Any) -> Iterator[type]:
    if isinstance(value, Parameters):
        yield type(value)
        for field in fields(value):  # type: ignore[arg-type]
            yield from _classes(getattr(value, field.name))
    elif isinstance(value, tuple) and value and not isinstance(value[0], int | float):
        for item in value:
            yield from _classes(item)


def _do_here(results: Results, keep: _Keep, cancelled: Callable[[], bool]) -> None:
    """Do runs in this process, one after another."""
    loaded = work.loaded()
    with threads.leaving_when(cancelled):
        for planned in results.missing:
            threads.go_on()
            keep(planned, recorded(results.study.spec_of(planned), loaded))


class _Shared:
    """Runs in other processes: which are under way, and what becomes of them.

    Where a process ends before its runs do, it isn't known which of them was the reason: those
    under way are then suspects, and done again batch by batch, and of a batch that ends its process
    again, one by one.
    """

    def __init__(
        self,
        results: Results,
        keep: _Keep,
        cancelled: Callable[[], bool],
        pool: Processes | Cluster,
    ) -> None:
        self._study, self._keep, self._cancelled, self._pool = results.study, keep, cancelled, pool
        self._turns = Turns(results.missing, pool.jobs)
        self._flying: dict[Future[Done], list[Planned]] = {}
        self._suspects: deque[list[Planned]] = deque()
        self._later: list[Planned] = []  # suspects when all others are done
        self._tried: set[Planned] = set()  # under way when a process ended
        self._deaths = 0  # before anything was done

    def do(self) -> None:
        """Do them."""
        try:
            while self._is_left() and not self._cancelled():
                self._send()
                for future in wait(self._flying, _LOOK, FIRST_COMPLETED).done:
                    self._land(future)
        finally:
            for future in [future for future in self._flying if future.done()]:
                self._land(future)

    def _is_left(self) -> bool:
        if not self._turns and not self._suspects:
            self._suspects.extend([planned] for planned in self._later)
            self._later.clear()
        return bool(self._turns or self._suspects or self._flying)

    def _send(self) -> None:
        if self._suspects:
            if not self._flying:
                self._submit(self._suspects.popleft())
            return
        while self._turns and not self._suspects and len(self._flying) < 2 * self._pool.jobs:
            self._submit(self._turns.batch())

    def _submit(self, batch: list[Planned]) -> None:
        specs = [self._study.spec_of(planned).to_dict() for planned in batch]
        try:
            self._flying[self._pool.submit(specs)] = batch
        except BrokenExecutor:
            self._lost(batch)

    def _land(self, future: "Future[Done]") -> None:
        batch = self._flying.pop(future)
        if future.cancelled() or future.exception() is not None:
            self._lost(batch)
            return
        self._deaths = -len(self._study.runs)
        for planned, record in zip(batch, future.result(), strict=True):
            self._turns.took(planned, record.seconds)
            self._keep(planned, record)

    def _lost(self, batch: list[Planned]) -> None:
        """Note that runs didn't come back."""
        if not self._flying:
            self._pool.end()
        if batch[0] not in self._tried:
            self._tried.update(batch)
            self._suspects.append(batch)
        elif len(batch) > 1:
            self._suspects.extend([planned] for planned in batch)
        else:
            self._keep(batch[0], without_run(_DIED))
            self._later += self._turns.withdraw(batch[0].configuration)
            self._deaths += 1
        if self._deaths >= _MOST_DEATHS:
            raise ExecutionError(_NO_PROCESS)
