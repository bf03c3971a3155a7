"""How far a recorded run and one of ours did the same, to as many digits as were written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.optimizer import Block
from optiviz.engine.problem import Array, Reading
from optiviz.engine.run import Reader, Run
from optiviz.engine.wording import rounded
from optiviz.optimizers.recorded import Recorded
from optiviz.problems.recorded import RecordedProblem

_RELATIVE = 1e-9  # another order of summing is not another result
_ROWS = 1 << 14  # read together
_POINTS = 4096  # at which x is compared at first
_DIGITS = 6  # of a number in the sentence, more where it takes more to tell two apart
_SHIFTS = (0, -1, 1)

What = Literal["f", "best_f", "x", "evaluations"]


@dataclass(frozen=True)
class Difference:
    """Where two runs part.

    Attributes
    ----------
    what : {"f", "best_f", "x", "evaluations"}
    k : int
        The iteration, as the recorded run counts.
    theirs, ours : float
        As they are read.
    name : str
        What the number is called.
    """

    what: What
    k: int
    theirs: float
    ours: float
    name: str


@dataclass(frozen=True, eq=False)
class Agreement:
    """How far a recorded run matches one of ours.

    Attributes
    ----------
    theirs, ours : Run
    compared : int
        Rows of the recording at iterations that our run has.
    matching : int
        Of those, how many are the same before the first that isn't.
    until : int or None
        The last iteration that is the same, as the recording counts; None if none is.
    difference : Difference or None
        The first one in values or points.
    evaluations : Difference or None
        The first one in evaluations, up to there.
    shift : int
        Our iteration is theirs plus this.
    points : int
        Rows whose points were compared; 0 where none were recorded.
    problem : str
        Why they can't be compared; empty if they can.
    """

    theirs: Run
    ours: Run
    compared: int = 0
    matching: int = 0
    until: int | None = None
    difference: Difference | None = None
    evaluations: Difference | None = None
    shift: int = 0
    points: int = 0
    problem: str = ""

    @property
    def matches(self) -> bool:
        """Whether every row that both have is the same."""
        return not self.problem and self.compared > 0 and self.difference is None

    @property
    def sentence(self) -> str:
        """Say it: "matches run 3 to iteration 37, then differs: f is 0.41 there, 0.43 here"."""
        return sentence(self, self.ours.name or "the run")

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data that is valid JSON."""

        def plain(difference: Difference | None) -> dict[str, Any] | None:
            if difference is None:
                return None
            found = vars(difference).copy()
            for name in ("theirs", "ours"):
                found[name] = found[name] if np.isfinite(found[name]) else None
            return found

        return {
            "recorded": self.theirs.name,
            "run": self.ours.name,
            "matches": self.matches,
            "compared": self.compared,
            "matching": self.matching,
            "until": self.until,
            "difference": plain(self.difference),
            "evaluations": plain(self.evaluations),
            "shift": self.shift,
            "points": self.points,
            "sentence": self.sentence,
        }


def agreement(theirs: Run, ours: Run, reader: Reader | None = None) -> Agreement:
    """Compare a recorded run with one of ours, row by row, up to the first that differs.

    Numbers are the same if they are within half a unit of the last digit that was written, or
    within 1e-9 of their size.

    Parameters
    ----------
    theirs, ours : Run
        Any two; the first one has to be recorded for anything to be compared.
    reader : Reader, optional
        Of our run, for the thread that calls.
    """
    table = theirs.spec.optimizer
    problem = _incomparable(theirs, ours)
    if problem or not isinstance(table, Recorded):
        return Agreement(theirs, ours, problem=problem)
    reader = reader or Reader(ours)
    shifts = [*_SHIFTS, *{-int(table.k[0])}.difference(_SHIFTS)]
    found = [_Comparison(theirs, ours, table, reader, shift) for shift in shifts]
    # The first of the best: no shift, where that does as well.
    best = max(found, key=lambda one: (one.matching, -shifts.index(one.shift)))
    return best.agreement()


def best_agreement(theirs: Run, runs: Sequence[Run]) -> Agreement | None:
    """Return how a recorded run compares with the run of ours that it matches longest, or None.

    Parameters
    ----------
    theirs : Run
    runs : sequence of Run
        Those that can't be compared are left out.
    """
    found = [agreement(theirs, run) for run in runs if not _incomparable(theirs, run)]
    return max(found, key=lambda one: (one.matches, one.matching), default=None)


def _incomparable(theirs: Run, ours: Run) -> str:
    """Say why two runs can't be compared, or nothing."""
    if not isinstance(theirs.spec.optimizer, Recorded):
        return f"{theirs.name or 'the first run'} was not recorded elsewhere"
    if len(ours.trace) == 0:
        return f"{ours.name or 'the run'} has not started"
    one, two = theirs.spec.problem.reading, ours.spec.problem.reading
    if (one.name, one.sign) != (two.name, two.sign) and not _is_any_objective(theirs):
        return f"it recorded {one.name}, and {ours.name or 'the run'} is about {two.name}"
    return ""


def _is_any_objective(run: Run) -> bool:
    problem = run.spec.problem
    return isinstance(problem, RecordedProblem) and problem.is_any_objective


class _Comparison:
    """One recording beside one run, with their iterations shifted."""

    def __init__(self, theirs: Run, ours: Run, table: Recorded, reader: Reader, shift: int) -> None:
        self._theirs, self._ours, self._table, self._reader = theirs, ours, table, reader
        self.shift = shift
        any_objective = _is_any_objective(theirs)
        self._reading = Reading("f") if any_objective else ours.spec.problem.reading
        k = table.k.astype(np.int64) + shift
        inside = (k >= 0) & (k <= ours.trace.last_k)
        self._rows = np.flatnonzero(inside)
        self._k = k[inside]
        self._difference: Difference | None = None
        self._counts: Difference | None = None
        self._points = 0
        self.matching = self._compare_values()

    def agreement(self) -> Agreement:
        """Return the result, points compared too."""
        if len(self._table.x.T) and self._ours.spec.problem.dim == self._table.dim:
            self._compare_points()
        self._compare_counts()
        until = int(self._table.k[self._rows[self.matching - 1]]) if self.matching else None
        return Agreement(
            self._theirs,
            self._ours,
            len(self._rows),
            self.matching,
            until,
            self._difference,
            self._counts,
            self.shift,
            self._points,
        )

    def _blocks(self, n: int) -> Iterator[tuple[slice, Block, NDArray[np.int64]]]:
        """Yield our rows at the first n of theirs, in stretches: which, and where in the block."""
        start = 0
        while start < n:
            first = int(self._k[start])
            stop = int(np.searchsorted(self._k[:n], first + _ROWS))
            last = int(self._k[stop - 1])
            block = self._reader.rows(first, last + 1)
            yield slice(start, stop), block, self._k[start:stop] - first
            start = stop

    def _compare_values(self) -> int:
        """Return how many rows have the same values before the first that hasn't."""
        f, best = self._table.f[self._rows], self._table.column("best")[self._rows]
        for part, block, at in self._blocks(len(self._rows)):
            for what, theirs, ours in (
                ("f", f[part], block.f[at]),
                ("best_f", best[part], block.best_f[at]),
            ):
                known = np.ones(len(at), dtype=bool) if what == "f" else ~np.isnan(theirs)
                apart = known & ~self._same(theirs, ours)
                if apart.any():
                    i = int(apart.argmax())
                    earlier = self._difference
                    k = int(self._table.k[self._rows[part.start + i]])
                    if earlier is None or k < earlier.k:
                        self._difference = self._differing(
                            "f" if what == "f" else "best_f", k, float(theirs[i]), float(ours[i])
                        )
            if self._difference is not None:
                return int(np.searchsorted(self._table.k[self._rows], self._difference.k))
        return len(self._rows)

    def _same(self, theirs: Array, ours: Array) -> NDArray[np.bool_]:
        reading, table = self._reading, self._table
        return _close(reading.value(theirs), reading.value(ours), table.decimals, table.digits)

    def _differing(self, what: What, k: int, theirs: float, ours: float) -> Difference:
        reading = self._reading
        name = "f" if reading.name.startswith("value of ") else reading.name
        name = f"best {name}" if what == "best_f" else name
        read = reading.value(np.array([theirs, ours]))
        return Difference(what, k, float(read[0]), float(read[1]), name)

    # Points

    def _compare_points(self) -> None:
        """Find the first point that is another one, up to where the values part.

        Far apart at first, then one by one between the last that is the same and the next.
        """
        known = np.flatnonzero(np.isfinite(self._table.x[self._rows[: self.matching + 1]]).any(1))
        stride = max(1, -(-len(known) // _POINTS))
        coarse = np.unique(np.append(known[::stride], known[-1:]))
        same = -1
        for i in coarse.tolist():
            if self._point_differs(i) is not None:
                between = known[(known > same) & (known < i)].tolist()
                first = next((j for j in between if self._point_differs(j) is not None), i)
                self._part_at(first)
                return
            same = i

    def _part_at(self, i: int) -> None:
        j = self._point_differs(i)
        k = int(self._table.k[self._rows[i]])
        if j is None or (self._difference is not None and self._difference.k <= k):
            return
        theirs = float(self._table.x[self._rows[i], j])
        ours = float(self._reader.state(int(self._k[i])).x[j])
        self._difference = Difference("x", k, theirs, ours, f"coordinate {j}")
        self.matching = i

    def _point_differs(self, i: int) -> int | None:
        """Return the first coordinate that is another one in a row, or None."""
        theirs = self._table.x[self._rows[i]]
        ours = self._reader.state(int(self._k[i])).x
        self._points += 1
        table = self._table
        apart = ~np.isnan(theirs) & ~_close(theirs, ours, table.x_decimals, table.x_digits)
        return int(apart.argmax()) if apart.any() else None

    # Counts

    def _compare_counts(self) -> None:
        """Find the first row, of those that match, before which evaluations part."""
        counts = self._table.column("evaluations")[self._rows]
        for part, block, at in self._blocks(self.matching):
            theirs, ours = counts[part], block.evaluations[at]
            apart = ~np.isnan(theirs) & (theirs != ours)
            if apart.any():
                i = int(apart.argmax())
                k = int(self._table.k[self._rows[part.start + i]])
                told = float(theirs[i]), float(ours[i])
                self._counts = Difference("evaluations", k, *told, "evaluations")
                return


def _close(theirs: Array, ours: Array, decimals: int, digits: int) -> NDArray[np.bool_]:
    """Return where numbers are the same to the digits that were written."""
    with np.errstate(all="ignore"):
        size = np.abs(theirs)
        power = np.floor(np.log10(size, where=size > 0, out=np.full_like(size, -400.0)))
        unit = np.maximum(10.0**-decimals, 10.0 ** (power + 1 - digits))
        near = np.abs(theirs - ours) <= 0.5 * unit * (1 + _RELATIVE) + _RELATIVE * np.maximum(
            size, np.abs(ours)
        )
        same: NDArray[np.bool_] = (
            near & np.isfinite(theirs) | (theirs == ours) | (np.isnan(theirs) & ~np.isfinite(ours))
        )
    return same


def _told(difference: Difference) -> str:
    """Say the two numbers, with as many digits as tell them apart."""
    for digits in (_DIGITS, 9, 12, 17):
        theirs, ours = (rounded(v, digits) for v in (difference.theirs, difference.ours))
        if theirs != ours:
            break
    return f"{difference.name} is {theirs} there, {ours} here"


def sentence(found: Agreement, name: str) -> str:
    """Say how far a recorded run matches a run of this name."""
    if found.problem:
        return f"can't be compared: {found.problem}"
    if not found.compared:
        return f"has no iteration that {name} has too"
    table = found.theirs.spec.optimizer
    first = int(table.k[0]) if isinstance(table, Recorded) else 0
    counted = ""
    if found.shift:
        counted = f"; its iteration {first:,} is iteration {first + found.shift:,} of {name}"
    difference = found.difference
    if difference is None:
        said = f"matches {name} to the end, iteration {found.until:,}"
        last_theirs, last_ours = found.theirs.k + found.shift, found.ours.k
        if last_theirs > last_ours:
            said += f" of {name}; the recorded run goes on to iteration {found.theirs.k:,}"
        elif last_ours > last_theirs:
            said += f" of the recorded run; {name} goes on to iteration {last_ours:,}"
        counts = found.evaluations
        if counts is not None:
            said += (
                f"; evaluations are counted otherwise: {counts.theirs:,.0f} there, "
                f"{counts.ours:,.0f} here at iteration {counts.k:,}"
            )
        return said + counted
    if found.until is None:
        began = f"its start, iteration {difference.k:,}"
        return f"differs from {name} from {began}: {_told(difference)}"
    said = f"matches {name} to iteration {found.until:,}, then differs: {_told(difference)}"
    if difference.k != found.until + 1:
        said += f" at iteration {difference.k:,}"
    return said + counted
