"""Running an algorithm's listing: as a whole, or line by line with what its variables become.

Imports the engine.
"""

import ast
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType
from typing import Any

import numpy as np

from optiviz.analysis.listings.followed import Followed, Tracer
from optiviz.engine.draws import Draws
from optiviz.engine.listing import Listing
from optiviz.engine.optimizer import Optimizer, State
from optiviz.engine.parameters import Parameters, fields
from optiviz.engine.problem import Array, Evaluator, Problem, Rows
from optiviz.schedules import Schedule

_CALL = 2e4  # numbers that could be looked at in the time that a call takes by itself


class TooMuch(Exception):
    """An iteration that takes more than the work that it was allowed."""


class Program:
    """A listing with all that its lines know, for one thread.

    Parameters
    ----------
    optimizer : Optimizer
        One that has a listing.
    problem : Evaluator
    draws : Draws
    work : float
        The numbers that f and its derivatives may look at in all, points times weights times rows,
        and some for each call; beyond, they raise `TooMuch`.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        problem: Evaluator[Problem],
        draws: Draws,
        work: float = np.inf,
        listing: Listing | None = None,
    ) -> None:
        found = listing or optimizer.listing()
        if found is None:
            raise ValueError(f"{optimizer.kind} has no listing")
        self.listing = found
        self._tools = _Tools(problem, draws, work, with_slope=optimizer.needs_gradient)
        self._names: dict[str, Any] = {**self._tools.names(), **settings(optimizer)}
        exec(_compiled(found.helpers, "helpers"), self._names)
        self._read = names_in(found) | {"x", "fx"}
        self._given = {*self._names, "__builtins__"}

    @property
    def k(self) -> int:
        """The iterations done."""
        return self._tools.k

    def __getitem__(self, name: str) -> Any:
        """Return what a variable is now."""
        return self._names[name]

    def score(self) -> float:
        """Return the value by which the best point is chosen; nan where it isn't known."""
        return float(eval(self.listing.score, self._names))

    def best(self) -> Array:
        """Return the point that has this value, shape (dim,)."""
        return np.array(eval(self.listing.best, self._names))

    def begin(self, x: Array, k: int = 0) -> None:
        """Do what comes before the loop, at a start point of shape (dim,)."""
        self._forget()
        self._names["x"] = x
        self._at(k)
        with np.errstate(all="ignore"):
            exec(_compiled(self.listing.before, "before"), self._names)

    def go_on(self, variables: Mapping[str, Any], k: int) -> None:
        """Stand after k iterations, with the variables of `Optimizer.variables`."""
        self._forget()
        self._names |= {name: v for name, v in variables.items() if name in self._read}
        self._at(k)

    def iterate(self) -> None:
        """Do one iteration."""
        with np.errstate(all="ignore"):
            exec(_compiled(self.listing.loop, "loop"), self._names)
        self._at(self.k + 1)

    def follow(self) -> Followed:
        """Do one iteration, and tell line by line what it did."""
        code = _compiled(self.listing.loop, "loop")
        tracer = Tracer(code, self.variables)
        before = sys.gettrace()
        sys.settrace(tracer.enter)
        try:
            with np.errstate(all="ignore"):
                exec(code, self._names)
        finally:
            sys.settrace(before)
        self._at(self.k + 1)
        return tracer.told()

    def variables(self) -> dict[str, Any]:
        """Return what the lines have set, and k; what they were given is left out."""
        return {name: v for name, v in self._names.items() if name not in self._given}

    def _at(self, k: int) -> None:
        self._tools.k = self._names["k"] = k

    def _forget(self) -> None:
        for name in set(self._names) - self._given:
            del self._names[name]


@dataclass(frozen=True, eq=False)
class Course:
    """What a listing found: values (n + 1,), points (n + 1, dim) and the best value so far."""

    f: Array
    x: Array
    best_f: Array


def run_listing(
    optimizer: Optimizer,
    problem: Evaluator[Problem],
    x0: Array,
    draws: Draws,
    n: int,
    listing: Listing | None = None,
) -> Course:
    """Run a listing for n iterations from a start point of shape (dim,)."""
    program = Program(optimizer, problem, draws, listing=listing)
    program.begin(x0)
    f, x = [float(program["fx"])], [np.array(program["x"])]
    best = [program.score()]
    for _ in range(n):
        program.iterate()
        f.append(float(program["fx"]))
        x.append(np.array(program["x"]))
        scored = program.score()
        best.append(scored if scored < best[-1] else best[-1])
    return Course(np.array(f), np.array(x), np.array(best))


def trace_iteration(
    optimizer: Optimizer,
    problem: Evaluator[Problem],
    state: State,
    draws: Draws,
    work: float = np.inf,
) -> Followed:
    """Return line by line what the iteration after a state does.

    Raises
    ------
    TooMuch
        If it takes more than `work`; see `Program`.
    """
    program = Program(optimizer, problem, draws, work)
    program.go_on(optimizer.variables(state), state.k)
    return program.follow()


def settings(optimizer: Parameters) -> dict[str, Any]:
    """Return the settings of an algorithm by name, a schedule as a function of the iteration."""
    found = {field.name: getattr(optimizer, field.name) for field in fields(type(optimizer))}
    for name, value in found.items():
        if isinstance(value, Schedule):
            found[name] = _factor(value)
    return found


def _factor(schedule: Schedule) -> Any:
    def factor(k: int) -> float:
        return float(schedule.factors(np.array([k]))[0])

    return factor


def lines_of_settings(optimizer: Optimizer, listing: Listing) -> list[str]:
    """Return a line for each setting that a listing reads: its name and its value."""
    read, lines = names_in(listing), []
    for field in fields(type(optimizer)):
        value = getattr(optimizer, field.name)
        if field.name in read and isinstance(value, Schedule):
            lines.append(f"# {field.name}(k): {value.sentence()}")
        elif field.name in read:
            lines.append(f"{field.name} = {value!r}")
    return lines


def names_in(listing: Listing) -> frozenset[str]:
    """Return the names that the lines of a listing read."""
    return _names("\n".join((listing.helpers, listing.before, listing.loop)))


@lru_cache(maxsize=256)
def _names(lines: str) -> frozenset[str]:
    nodes = ast.walk(ast.parse(lines))
    return frozenset(node.id for node in nodes if isinstance(node, ast.Name))


@lru_cache(maxsize=256)
def _compiled(lines: str, part: str) -> CodeType:
    return compile(lines, f"<{part}>", "exec")


class _Tools:
    """The functions that listings call, at iteration k."""

    def __init__(
        self, problem: Evaluator[Problem], draws: Draws, work: float, *, with_slope: bool
    ) -> None:
        self.k = 0
        self._with_slope = with_slope  # as the algorithm does it: f may differ in the last bit
        self._problem, self._draws, self._left = problem, draws, work
        self._known: tuple[Array, Rows | None, float, Array] | None = None

    def names(self) -> dict[str, Any]:
        """Return all that is known to every listing, by name."""
        draws = self._draws
        return {
            "np": np,
            "k": 0,
            "n_rows": self._problem.n_rows,
            "f": self.f,
            "gradient": self.gradient,
            "hessian": self.hessian,
            "normals": lambda purpose, width: draws.normals(purpose, self.k, 1, width)[0],
            "uniforms": lambda purpose, width: draws.uniforms(purpose, self.k, 1, width)[0],
            "normal_rows": draws.normals,
            "uniform_rows": draws.uniforms,
            "permutation": draws.permutation,
            "sample": self.sample,
            "correction": self.correction,
        }

    def f(self, x: Array, rows: Rows | None = None) -> Any:
        if rows is not None or (self._with_slope and x.ndim == 1):
            return np.float64(self._value_and_gradient(x, rows)[0])
        self._spend(1 if x.ndim == 1 else len(x))
        return self._problem.evaluate(x[None])[0] if x.ndim == 1 else self._problem.evaluate(x)

    def gradient(self, x: Array, rows: Rows | None = None) -> Array:
        return self._value_and_gradient(x, rows)[1].copy()

    def _value_and_gradient(self, x: Array, rows: Rows | None) -> tuple[float, Array]:
        known = self._known  # f and gradient over the same rows are one pass
        if known is not None and known[1] is rows and np.array_equal(known[0], x):
            return known[2:]
        self._spend(3, None if rows is None else len(rows))
        f, gradient = self._problem.value_and_gradient(x, rows)
        self._known = (x.copy(), rows, f, gradient)
        return f, gradient

    def hessian(self, x: Array) -> Array:
        self._spend(3 * self._problem.dim)
        return self._problem.hessian(x)

    def sample(self, purpose: str, start: int, n: int) -> Array:
        return self._problem.problem.sample(self._draws, purpose, start, n)

    def correction(self, x: Array, row: int) -> Array:
        self._spend(1)
        return self._problem.correction(x, row)

    def _spend(self, points: int, rows: int | None = None) -> None:
        rows = self._problem.n_rows if rows is None else rows
        self._left -= float(points) * self._problem.dim * rows + _CALL
        if self._left < 0:
            raise TooMuch
