"""Views of runs: each makes a figure of (runs, k), one file each; a new file is a new view.

Imports analysis, problems and the engine; knows no toolkit that draws.
"""

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import ClassVar, Literal

from optiviz.analysis.runs.spending import Level
from optiviz.engine import threads
from optiviz.engine.parameters import Kind
from optiviz.engine.problem import Array, Problem
from optiviz.engine.run import Reader, Run
from optiviz.problems.network_training import NetworkTraining
from optiviz.views.figure import Figure


@dataclass(frozen=True)
class Shown:
    """One run as a view sees it.

    Attributes
    ----------
    run : Run
    k : int
        The iteration to show: the playhead, or the end.
    seen : int
        The last iteration that has been shown before: beyond `k` it is drawn pale, beyond this not
        at all.
    reader : Reader
        Exact states of the run, for the thread that makes the figure.
    name : str
    number : int
        Which of the runs' colours and dashes is its own.
    points : int
        How many points a curve needs: about two for each pixel across.
    quick : bool
        The next picture comes at once, so that a coarse one is enough.
    within : float
        How far the playhead is on its way to iteration k + 1: from 0 to less than 1.
    """

    run: Run
    k: int
    reader: Reader
    name: str = ""
    number: int = 0
    seen: int | None = None
    points: int = 2000
    quick: bool = False
    within: float = 0.0

    @property
    def last_seen(self) -> int:
        """The last iteration that may be drawn."""
        return self.run.trace.last_k if self.seen is None else max(self.seen, self.k)


class View(Kind):
    """A kind of picture; its parameters are what a user may set on its card.

    Attributes
    ----------
    problems : tuple of str
        The kinds of problem that it can show; empty for every one.
    predicts : {"classes", "numbers", ""}
        What a network must predict to be shown; empty where that doesn't matter.
    costly : bool
        It needs states of runs or forward passes: made off the window's thread, at most ten times
        a second.
    lines : bool
        It shows the way from one iteration to the next: `Shown.within` matters to it.
    reported : bool
        It belongs to a report unless other views are asked for.
    to_see : str
        What to look for in its pictures, in a sentence or two that are true of each of them.
    inside : bool
        It shows what is done within an iteration, which nobody recorded.
    offered : tuple of str
        Text parameters that are chosen from what `offers` returns.
    place : int
        Where it stands in lists of views; the first ones that suit a problem are open at first.
    """

    family: ClassVar[str] = "views"
    problems: ClassVar[tuple[str, ...]] = ()
    predicts: ClassVar[Literal["classes", "numbers", ""]] = ""
    costly: ClassVar[bool] = False
    place: ClassVar[int] = 100
    lines: ClassVar[bool] = False
    offered: ClassVar[tuple[str, ...]] = ()
    reported: ClassVar[bool] = True
    to_see: ClassVar[str] = ""
    inside: ClassVar[bool] = False

    @property
    def level(self) -> Level | None:
        """What its axis compares runs at; None where it has no axis of efforts."""
        return None

    @abstractmethod
    def figure(self, shown: Sequence[Shown]) -> Figure:
        """Make the picture; the first run is the one in focus.

        Parameters
        ----------
        shown : sequence of Shown
            Not empty; every run prepared, so that iteration 0 is there.
        """

    def refined(self, shown: Sequence[Shown]) -> Iterator[Figure]:
        """Yield finer and finer pictures, each after a little work, for when there is time."""
        yield from ()

    def sketch(self, shown: Sequence[Shown]) -> Figure:
        """Make the picture as one of many small ones: as coarse as that allows, and soon."""
        return self.figure(shown)

    def time_of(self, one: Shown, k: int) -> float:
        """Return where iteration k of a run is on a figure's time axis."""
        return float(k)

    def iteration_at(self, one: Shown, x: float) -> int:
        """Return the iteration at a place on a figure's time axis."""
        return round(x)

    def start_at(self, problem: Problem, start: Array, x: float, y: float) -> tuple[float, ...]:
        """Return the start of a run that is dragged from a start to a place in the picture."""
        return tuple(start.tolist())

    def suits(self, problem: Problem) -> bool:
        """Whether it can show runs of this problem."""
        if self.inside and problem.missing_values() is not None:
            return False
        if self.predicts and isinstance(problem, NetworkTraining):
            return problem.is_regression is (self.predicts == "numbers")
        return not self.problems or problem.kind in self.problems

    def offers(self, shown: Sequence[Shown]) -> Mapping[str, Mapping[str, str]]:
        """Return what `offered` parameters may be for these runs: for each, values and labels."""
        return {}

    def idle(self, problem: Problem) -> tuple[str, ...]:
        """Return the settings that have no meaning for this problem."""
        return ()


def show(run: Run, k: int | None = None, name: str = "", number: int = 0) -> Shown:
    """Return a run as a view sees it at iteration k, or at the end."""
    return Shown(run, run.trace.last_k if k is None else k, Reader(run), name, number)


def short_names(shown: Sequence[Shown]) -> list[str]:
    """Return the runs' names without what all of them have before, or after, a " · "."""
    parts = [one.name.split(" · ", 1) for one in shown]
    if all(len(part) == 2 for part in parts):
        starts, endings = zip(*parts, strict=True)
        if len(set(endings)) == 1:
            return list(starts)
        if len(set(starts)) == 1:
            return list(endings)
    return [one.name for one in shown]


def finest(view: View, shown: Sequence[Shown], seconds: float) -> Figure:
    """Return the finest picture that a view makes in about so many seconds, or its first one."""
    figure, began = view.figure(shown), perf_counter()
    for finer in view.refined(shown):
        threads.go_on()
        figure = finer
        if perf_counter() - began > seconds:
            break
    return figure
