"""A run of each configuration of a study done again from its plan, to be gone through."""

import time
from collections.abc import Callable, Iterator

from optiviz.engine import threads
from optiviz.engine.run import Reader, Run, RunStatus
from optiviz.engine.wording import counted, listed
from optiviz.reports.document import Block, Paragraphs, Part
from optiviz.reports.moments import moments
from optiviz.store import digests
from optiviz.studies.done import reading
from optiviz.studies.plan import Planned
from optiviz.studies.records import Record
from optiviz.studies.results import Results
from optiviz.study_views.parts import best_first, runs_of, typical, worst_of

_RUNS = 4  # at most
_SECONDS = 2.0  # of computing for all of them, as far as it is known; twice as much in any case
_MOMENTS = 60
_SLICE = 0.05  # seconds between two looks whether something else is wanted


class Replay:
    """Which runs are done again: of each configuration the one in the middle, the best first.

    Attributes
    ----------
    planned : tuple of Planned
    """

    def __init__(self, results: Results) -> None:
        self._results = results
        read = reading(results.study)
        worst = worst_of(read)
        ranked = [group for group in best_first(runs_of(results), read) if len(group.values)]
        self._failed: list[str] = []
        self._left_out: list[str] = []
        chosen: list[Planned] = []
        spent = 0.0
        for group in ranked:
            planned = results.study.runs[typical(group, worst)]
            record = results.records[planned]
            if record.failed or record.iterations < 1:
                self._failed.append(group.name)
            elif len(chosen) >= _RUNS or spent + record.seconds > _SECONDS:
                self._left_out.append(group.name)
            else:
                spent += record.seconds
                chosen.append(planned)
        self.planned = tuple(chosen)

    def parts(self, step: Callable[[], None]) -> Iterator[Part]:
        """Yield a part for each run, and before them what they are and which are left out.

        Parameters
        ----------
        step : callable
            Called before each run.
        """
        made = []
        left = 2 * _SECONDS
        for planned in self.planned:
            step()
            name = self._results.study.configurations[planned.configuration].name
            began = time.thread_time()  # neither figures nor other programs count
            run = self._again(planned, left)
            left -= time.thread_time() - began
            blocks = self._blocks(run, planned)
            if blocks:
                made.append(Part(name, blocks))
            else:
                self._left_out.append(name)
        yield Part("", (Paragraphs(tuple(self._about(bool(made)))),))
        yield from made

    def _about(self, some: bool) -> Iterator[str]:
        if some:
            yield (
                "Of each configuration the run whose result is in the middle of all, done again "
                "from the plan: what is usual, not what is best."
            )
        if self._left_out:
            n = counted(len(self._left_out), "configuration")
            yield (
                f"Left out, as pages and time for them are limited: {n} ({listed(self._left_out)})."
                " In the window every run can be opened from the study."
            )
        if self._failed:
            runs = listed(self._failed)
            yield f"There is none of {runs}: the run in the middle failed, or has not moved."

    def _again(self, planned: Planned, seconds: float) -> Run:
        """Do a run again, as far as so many seconds of computing it reach."""
        study = self._results.study
        run = Run(study.spec_of(planned), study.name_of(planned))
        run.prepare()
        began = time.thread_time()
        while run.status is RunStatus.RUNNING and time.thread_time() - began < seconds:
            run.advance(seconds=_SLICE)
            threads.go_on()
        return run

    def _blocks(self, run: Run, planned: Planned) -> tuple[Block, ...]:
        if run.status is RunStatus.RUNNING or run.latest is None:
            return ()
        found = moments(run, Reader(run), _MOMENTS, run.name, planned.configuration)
        if found is None:
            return ()
        seeds = f"Seed {planned.search_seed}"
        if planned.split_seed is not None:
            seeds += f", split {planned.split_seed}"
        said = f"{seeds}; {counted(run.k, 'iteration')}."
        return (found, Paragraphs((said + self._compared(run, self._results.records[planned]),)))

    def _compared(self, run: Run, record: Record) -> str:
        """Say so where this machine came another way than the study did."""
        if not record.digest or record.digest.startswith(digests.PLAIN):
            return ""
        if run.digest == record.digest:
            return " The same trace as in the study, to the last bit."
        return " Here it came another way than in the study: the software or the machine differ."
