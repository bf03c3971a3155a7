"""Where the runs of a study are computed: processes of this machine, or a Dask cluster.

Both answer with futures of the standard library.
"""

import os
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import resource_tracker
from typing import TYPE_CHECKING, Any

import joblib
from joblib.externals.loky import ProcessPoolExecutor
from joblib.parallel import get_active_backend

from optiviz.datasets import remembered
from optiviz.engine.threads import ONE_BLAS_THREAD
from optiviz.engine.wording import shown_number
from optiviz.studies.execution import work
from optiviz.studies.records import Record
from optiviz.tables import contents

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

Done = list[Record]
MOST_JOBS = 1024  # processes


class ExecutionError(Exception):
    """Runs can't be computed as it was asked: one plain sentence."""


def chosen_jobs(jobs: int | None) -> int:
    """Return how many processes are asked for; all processors of this machine if it isn't said.

    A number that the caller set with ``joblib.parallel_config`` counts as said; like there, -1 is
    all processors and -2 all but one.

    Raises
    ------
    ExecutionError
        If it is zero, or more than can be started.
    """
    if jobs is None:
        _, jobs = get_active_backend()
    if jobs == 0:
        raise ExecutionError("jobs must be at least 1, or left out for all processors")
    if jobs is not None and abs(jobs) > MOST_JOBS:
        raise ExecutionError(f"jobs must be at most {MOST_JOBS:,}, is {shown_number(jobs)}")
    if jobs is None or jobs < 0:
        return max(1, int(joblib.cpu_count()) + 1 + (-1 if jobs is None else jobs))
    return jobs


def uses_processes_here() -> bool:
    """Whether the caller has not set another backend with ``joblib.parallel_config``.

    Raises
    ------
    ExecutionError
        If it is one that studies can't use.
    """
    name = type(get_active_backend()[0]).__name__
    if name not in ("LokyBackend", "DaskDistributedBackend"):
        raise ExecutionError(
            f"studies are computed by joblib's backends loky and dask, not by {name}"
        )
    return name == "LokyBackend"


class Processes:
    """Processes of this machine, through joblib's loky: new ones, which share nothing.

    Parameters
    ----------
    jobs : int
    modules : sequence of str
        Imported by each process first.
    polite : bool
        Whether they leave the processor to whatever else wants it.
    """

    def __init__(self, jobs: int, modules: Sequence[str], polite: bool) -> None:
        self.jobs = jobs
        self._setting = os.getpid(), tuple(modules), polite
        self._executor: Any = None
        self._tables: dict[str, None] = {}  # which each process has from its start

    def submit(self, specs: list[dict[str, Any]]) -> "Future[Done]":
        """Have runs done."""
        if self._executor is None:
            environment = dict.fromkeys(ONE_BLAS_THREAD, "1")
            self._tables = dict.fromkeys(contents.named_in(specs))
            setting = *self._setting, remembered(), list(_contents(self._tables))
            self._executor = ProcessPoolExecutor(
                self.jobs, initializer=work.begin, initargs=setting, env=environment
            )
        more = [sha for sha in contents.named_in(specs) if sha not in self._tables]
        with _without_interrupts():
            future: Future[Done] = self._executor.submit(work.do, specs, (), *_contents(more))
        return future

    def end(self) -> None:
        """End all processes at once, whatever they are doing; the next runs get new ones."""
        executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(wait=True, kill_workers=True)


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Have processes that are started meanwhile never see Ctrl+C: it is for this one to end them.

    What comes meanwhile comes at the end.
    """
    if sys.platform == "win32":
        yield
        return
    resource_tracker.ensure_running()  # it lets interrupts through again when it starts
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Cluster:
    """The workers of the Dask client that ``joblib.parallel_config(backend="dask")`` uses."""

    def __init__(self, modules: Sequence[str]) -> None:
        self._client = get_active_backend()[0].client
        self._modules = tuple(modules)
        self.jobs = max(1, sum(self._client.nthreads().values()))
        self._executor: Executor | None = None
        self._tables: dict[str, Any] = {}  # what is sent to all workers once

    def submit(self, specs: list[dict[str, Any]]) -> "Future[Done]":
        """Have runs done."""
        if self._executor is None:
            self._executor = self._client.get_executor(pure=False)
        for sha in contents.named_in(specs):
            content = contents.get(sha)
            if sha not in self._tables and content is not None:
                self._tables[sha] = self._client.scatter(content, broadcast=True)
        tables = [self._tables[sha] for sha in contents.named_in(specs) if sha in self._tables]
        return self._executor.submit(work.do, specs, self._modules, *tables)

    def end(self) -> None:
        """Cancel what has not begun; what a worker is doing, it ends for nobody."""
        executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(wait=False)


def _contents(shas: Iterable[str]) -> Iterator[bytes]:
    """Return the tables that are known here."""
    for sha in shas:
        content = contents.get(sha)
        if content is not None:
            yield content


def is_frozen() -> bool:
    """Whether this is a bundle: its program is no Python that could start others."""
    return bool(getattr(sys, "frozen", False))
