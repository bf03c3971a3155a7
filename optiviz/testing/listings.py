"""What every listing keeps: `optiviz.engine.listing` says why."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from optiviz.analysis.listings import Program
from optiviz.engine.draws import Draws
from optiviz.engine.listing import Listing
from optiviz.engine.optimizer import Optimizer, Outcome, State
from optiviz.engine.problem import Array, Problem
from optiviz.engine.spec import RunSpec
from optiviz.engine.stepper import Stepper
from optiviz.engine.stopping import StoppingCriterion
from optiviz.testing.kinds import name_of, require

_NEAR = 1e-9  # of their size, by which numbers may be off that were added up in another order
_BEFORE, _LEAST, _MOST, _WIDTH = 12, 3, 20, 88
_SWAPS: dict[type[ast.AST], ast.operator | ast.cmpop] = {
    ast.Add: ast.Sub(),
    ast.Sub: ast.Add(),
    ast.Mult: ast.Div(),
    ast.Div: ast.Mult(),
    ast.LtE: ast.Gt(),
    ast.Lt: ast.GtE(),
    ast.Gt: ast.LtE(),
    ast.GtE: ast.Lt(),
}


def check_listing(
    optimizer: Optimizer, problem: Problem, iterations: int = 45, *, from_start: bool = True
) -> None:
    """Check that an algorithm's listing finds what the algorithm does.

    From the start, it must find the same trace; and from the variables of each state, the next
    one. Numbers may be off by a rounding: a problem that makes much of one is for the second check
    alone, and `from_start` says whether the first is made.

    Raises
    ------
    AssertionError
        If it doesn't, or if there is no listing, or it is too long to be read.
    """
    listing = optimizer.listing()
    require(listing is not None, f"{name_of(optimizer)} has no listing")
    assert listing is not None
    _check_looks(optimizer, listing)
    difference = first_difference(optimizer, problem, listing, iterations, from_start=from_start)
    require(difference is None, f"{name_of(optimizer)} on {name_of(problem)}: {difference}")


def _check_looks(optimizer: Optimizer, listing: Listing) -> None:
    name = name_of(optimizer)
    before, loop = (len(_lines(part)) for part in (listing.before, listing.loop))
    require(before <= _BEFORE, f"{name}: {before} lines come before the loop, {_BEFORE} at most")
    right = _LEAST <= loop <= _MOST
    require(right, f"{name}: the loop has {loop} lines, from {_LEAST} to {_MOST} are read")
    widest = max(len(line) for part in (listing.before, listing.loop) for line in _lines(part))
    require(widest <= _WIDTH, f"{name}: a line has {widest} letters, {_WIDTH} at most")


def _lines(part: str) -> list[str]:
    return [line for line in part.splitlines() if line.strip()]


def first_difference(
    optimizer: Optimizer,
    problem: Problem,
    listing: Listing,
    iterations: int,
    *,
    from_start: bool = True,
) -> str | None:
    """Return what a listing first finds otherwise than its algorithm, or None."""
    stopping = StoppingCriterion(max_iterations=iterations)
    stepper = Stepper(RunSpec(problem=problem, optimizer=optimizer, stopping=stopping, seed=3))
    draws, evaluator = Draws(3), problem.evaluator()
    whole = Program(optimizer, evaluator, draws, listing=listing)
    from_state = Program(optimizer, evaluator, draws, listing=listing)
    state = stepper.start()
    whole.begin(problem.sample(draws, "start", 0, 1)[0])
    if difference := _difference(whole, state):
        return difference
    best = whole.score()
    for _ in range(iterations):
        after, block = stepper.steps(state, 1)
        if not np.isfinite(after.f):
            break
        from_state.go_on(optimizer.variables(state), state.k)
        from_state.iterate()
        if difference := _difference(from_state, after):
            return f"from its variables after {state.k} iterations, {difference}"
        if difference := _other_outcome(state, after, from_state["x"], int(block.outcome[0])):
            return difference
        state = after
        if not from_start:
            continue
        whole.iterate()
        if difference := _difference(whole, after):
            return f"from the start, {difference}"
        scored = whole.score()
        best = scored if scored < best else best
        if not _near(best, after.best_f):
            return f"after {after.k} iterations the best is {best}, not {after.best_f}"
    return None


def _difference(program: Program, state: State) -> str | None:
    fx, x = float(program["fx"]), np.asarray(program["x"])
    if not _near(fx, state.f):
        return f"fx after {state.k} iterations is {fx}, not {state.f}"
    if x.shape != state.x.shape or not _near(x, state.x):
        return f"x after {state.k} iterations is another point"
    return None


def _near(found: float | Array, wanted: float | Array) -> bool:
    size = max(1e-6, float(np.abs(wanted).max()))
    return bool(np.allclose(found, wanted, rtol=_NEAR, atol=1e-12 * size, equal_nan=True))


def _other_outcome(before: State, after: State, x: Array, outcome: int) -> str | None:
    stayed = np.array_equal(x, before.x)
    right = stayed if outcome == Outcome.REJECTED else outcome == Outcome.of(before.f, after.f)
    return None if right else f"iteration {after.k} is not {Outcome(outcome).name.lower()}"


def unnoticed(optimizer: Optimizer, problems: Sequence[Problem], iterations: int = 45) -> list[str]:
    """Return the wrong operators that a listing could have on these problems without a difference.

    One operator of the loop at a time is another one, such as ``-`` for ``+``.
    """
    listing = optimizer.listing()
    assert listing is not None
    made = list(_slightly_wrong(listing))
    require(bool(made), f"the loop of {name_of(optimizer)} has no operator that could be wrong")
    return [
        changed
        for changed, wrong in made
        if not any(_is_found_out(optimizer, problem, wrong, iterations) for problem in problems)
    ]


def _is_found_out(optimizer: Optimizer, problem: Problem, wrong: Listing, iterations: int) -> bool:
    try:
        return first_difference(optimizer, problem, wrong, iterations) is not None
    except Exception:  # lines that can't be run are found out as well
        return True


def _slightly_wrong(listing: Listing) -> Iterator[tuple[str, Listing]]:
    """Yield listings in which one operator of the loop is another one, and what was changed."""
    tree = ast.parse(listing.loop)
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and type(node.op) in _SWAPS:
            kept, node.op = node.op, _SWAPS[type(node.op)]  # type: ignore[assignment]
            yield ast.unparse(node), replace(listing, loop=ast.unparse(tree))
            node.op = kept
        elif isinstance(node, ast.Compare) and type(node.ops[0]) in _SWAPS:
            kept_ops, node.ops = node.ops, [_SWAPS[type(node.ops[0])]]  # type: ignore[list-item]
            yield ast.unparse(node), replace(listing, loop=ast.unparse(tree))
            node.ops = kept_ops
