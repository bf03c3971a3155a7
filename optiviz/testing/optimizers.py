"""What every algorithm keeps: `optiviz.engine.optimizer` says why."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from optiviz.engine.optimizer import COLUMNS, Block, Optimizer, Outcome, State
from optiviz.engine.parameters import SpecError, fields
from optiviz.engine.problem import Problem
from optiviz.engine.run import Reader, Run, RunStatus
from optiviz.engine.spec import RunSpec
from optiviz.engine.stepper import Stepper
from optiviz.engine.stopping import StoppingCriterion, StopReason
from optiviz.optimizers.random_search import RandomSearch
from optiviz.testing.kinds import at_limits, bits, in_threads, name_of, require
from optiviz.testing.samples import Cliff

ITERATIONS = 90
_FEWER = 30  # where each is more work; also the states that are asked for out of order


def _spec(optimizer: Optimizer, problem: Problem, iterations: int = ITERATIONS) -> RunSpec:
    stopping = StoppingCriterion(max_iterations=iterations)
    return RunSpec(problem=problem, optimizer=optimizer, stopping=stopping, seed=3)


def _iterations(optimizer: Optimizer, problem: Problem) -> int:
    """Return how many iterations are checked: fewer where each scores several points."""
    stepper = Stepper(_spec(optimizer, problem))
    start = stepper.start()
    tried = stepper.steps(start, 10)[0].evaluations - start.evaluations
    return ITERATIONS if tried <= 20 else _FEWER


def _on(optimizer: Optimizer, problem: Problem) -> str:
    what = getattr(problem, "formula", "") or getattr(problem, "objective", "")
    return f"{name_of(optimizer)} on {name_of(problem)} {what}".rstrip()


def _same_rows(one: Block, two: Block, where: str) -> None:
    for name in COLUMNS:
        same = bits(vars(one)[name]) == bits(vars(two)[name])
        require(same, f"{where}: the column {name} is not the same bit for bit")


def _same_state(one: State, two: State, where: str) -> None:
    require(type(one) is type(two), f"{where}: the states are of other types")
    for name, value in vars(one).items():
        same = bits(value) == bits(vars(two)[name])
        require(same, f"{where}: state.{name} is not the same bit for bit")


def check_refusal(optimizer: Optimizer, problem: Problem) -> bool:
    """Check that an impossible problem is refused, in words that help; return whether it was."""
    where = _on(optimizer, problem)
    missing = problem.missing_gradient()
    try:
        _spec(optimizer, problem)
    except SpecError as error:
        require(
            all(m.path.startswith("optimizer.") and " " in m.message for m in error.mistakes),
            f"{where} is refused without a sentence at a field of the optimizer: {error}",
        )
        if optimizer.needs_gradient and missing is not None:
            require(missing in str(error), f"{where}: the refusal doesn't say what would work")
        return True
    require(
        not (optimizer.needs_gradient and missing is not None),
        f"{where} needs a gradient and there is none, but it was not refused",
    )
    return False


def check_splits(optimizer: Optimizer, problem: Problem) -> None:
    """Check that every split into blocks, single steps too, gives the same rows and states."""
    where = _on(optimizer, problem)
    n_all = _iterations(optimizer, problem)
    spec = _spec(optimizer, problem, n_all)
    stepper = Stepper(spec)
    start = stepper.start()
    whole_end, whole = stepper.steps(start, n_all)
    random = np.random.default_rng(0)
    splits = [[1] * n_all]
    for cut in (2, 5, n_all // 3):
        cuts = np.sort(random.choice(np.arange(1, n_all), cut, replace=False))
        splits.append(np.diff([0, *cuts, n_all]).tolist())
    for split in splits:
        state, blocks = start, []
        for n in split:
            state, block = stepper.steps(state, n)
            require(len(block) == n, f"{where}: steps({n}) gave {len(block)} rows")
            blocks.append(block)
        shown = split if len(split) < 8 else f"{len(split)} blocks"
        _same_rows(whole, Block.concatenate(blocks), f"{where}, split as {shown}")
        _same_state(whole_end, state, f"{where}, split as {shown}")
    state, rows = start, []
    with np.errstate(all="ignore"):
        for _ in range(n_all):
            state, row = optimizer.step(stepper.problem, state, stepper.draws)
            rows.append(row)
    _same_rows(whole, Block.of_rows(rows), f"{where}, by `step`")
    _same_state(whole_end, state, f"{where}, by `step`")
    digests = set()
    for split in splits:
        run = Run(spec)
        for n in split:
            run.advance(n)
        digests.add(run.finish().digest)
    require(len(digests) == 1, f"{where}: the trace's digest depends on the split into blocks")


def check_states(optimizer: Optimizer, problem: Problem) -> None:
    """Check each state and row by itself and against the one before."""
    where = _on(optimizer, problem)
    stepper = Stepper(_spec(optimizer, problem))
    before = stepper.start()
    names = [channel.name for channel in optimizer.channels]
    require(len(set(names)) == len(names), f"{where}: two channels have the same name")
    require(before.k == 0 and before.best_k == 0, f"{where}: state(0) is not at k = 0")
    require(isinstance(before, optimizer.state_type), f"{where}: state_type is not its states'")
    for k in range(1, _iterations(optimizer, problem) + 1):
        state, block = stepper.steps(before, 1)
        here = f"{where}, iteration {k}"
        _check_state(state, before, stepper, here)
        _check_row(block, state, before, here)
        if not np.isfinite(state.f):
            break
        before = state


def _check_state(state: State, before: State, stepper: Stepper, here: str) -> None:
    require(state.k == before.k + 1, f"{here}: the state says k = {state.k}")
    require(type(state) is type(before), f"{here}: the state's type changed")
    for name, value in vars(state).items():
        if isinstance(value, np.ndarray):
            require(not value.flags.writeable, f"{here}: state.{name} can be written to")
            finite = bool(np.isfinite(value).all()) or not np.isfinite(state.f)
            require(finite, f"{here}: state.{name} is not finite, though f is")
        else:
            plain = isinstance(value, int | float)
            require(plain, f"{here}: state.{name} is neither an array nor a number")
    for name in ("evaluations", "gradient_evaluations", "rows_seen"):
        grew = getattr(state, name) >= getattr(before, name)
        require(grew, f"{here}: {name} went down")
    require(0 <= state.best_k <= state.k, f"{here}: best_k is {state.best_k}")
    if state.best_f < before.best_f:
        require(state.best_k == state.k, f"{here}: found better, but best_k is {state.best_k}")
        found = {float(stepper.problem.evaluate(state.best_x[None])[0])}
        if stepper.spec.problem.missing_gradient() is None:
            found.add(stepper.problem.value_and_gradient(state.best_x)[0])
        require(state.best_f in found, f"{here}: best_x doesn't have the value best_f")
    else:
        same = state.best_k == before.best_k and np.array_equal(state.best_x, before.best_x)
        require(same, f"{here}: the best point changed, though nothing better was found")


def _check_row(block: Block, state: State, before: State, here: str) -> None:
    row = block.row(0)
    for name in ("f", "best_f", "evaluations", "gradient_evaluations", "rows_seen"):
        same = bits(getattr(row, name)) == bits(getattr(state, name))
        require(same, f"{here}: the row's {name} is not the state's")
    require(row.best_f <= before.best_f, f"{here}: best_f got worse")
    f, f_before = state.f, before.f
    right = {
        Outcome.IMPROVED: f < f_before,
        Outcome.EQUAL: f == f_before,
        Outcome.WORSE: not f <= f_before,
        Outcome.REJECTED: f == f_before and np.array_equal(state.x, before.x),
    }
    require(right[row.outcome], f"{here}: {row.outcome.name} doesn't fit f {f_before} -> {f}")


def check_replay(optimizer: Optimizer, problem: Problem) -> None:
    """Check that rows are exact for every k, and state(k) in any order."""
    where = _on(optimizer, problem)
    spec = _spec(optimizer, problem, _iterations(optimizer, problem))
    run, stepper = Run(spec).finish(), Stepper(spec)
    states = [stepper.start()]
    for _ in range(run.k):
        states.append(stepper.steps(states[-1], 1)[0])
    reader = Reader(run)
    for k in np.random.default_rng(1).permutation(run.k + 1)[:_FEWER].tolist():
        _same_state(states[k], reader.state(k), f"{where}, state({k}) of a reader")
    held = run.trace.rows(0, run.k + 1)
    assert held is not None
    found = np.array([state.f for state in states])
    require(bits(held.f) == bits(found), f"{where}: column f is not the states' f")


def check_changes(optimizer: Optimizer, problem: Problem) -> None:
    """Check that a run that was changed while it went on is the run of its changed spec."""
    where = _on(optimizer, problem)
    n_all = _iterations(optimizer, problem) // 2  # for each change they are done two times and more
    original = Run(_spec(optimizer, problem, n_all)).finish()
    in_files = bool(problem.kind and optimizer.kind)
    at = n_all // 3
    if original.k <= at:
        return
    same = original.branch(at, optimizer=optimizer).finish()
    require(same.digest == original.digest, f"{where}: a change to itself is not the same run")
    moved = original.state(at).x + 0.25
    changes: list[dict[str, Any]] = [{"x": moved}, {"optimizer": RandomSearch(), "x": moved}]
    for change in (*changes, *({"optimizer": made} for made in _turned(optimizer))):
        run = Run(original.spec)
        run.advance(2 * at)
        try:
            run.change(at, **change)
        except SpecError:  # such as a batch larger than the data
            continue
        require(run.k == at, f"{where}: after a change at {at} the run is at {run.k}")
        run.finish()
        again = Run(RunSpec.from_dict(run.spec.to_dict()) if in_files else run.spec).finish()
        require(run.digest == again.digest, f"{where}: not the same when replayed with {change}")
        ours, theirs = run.trace.rows(0, at + 1), original.trace.rows(0, at + 1)
        assert ours is not None
        assert theirs is not None
        _same_rows(theirs, ours, f"{where}, up to a change at {at}")


def _turned(optimizer: Optimizer) -> Iterator[Optimizer]:
    """Yield it with each field that may change while it runs at another value, a limit."""
    live = {field.name for field in fields(type(optimizer)) if field.param.live}
    ends: dict[str, list[Optimizer]] = {}
    for name, made in at_limits(optimizer):
        if name in live and made != optimizer:
            ends.setdefault(name, []).append(made)
    for i, both in enumerate(ends.values()):
        yield both[i % len(both)]  # some at one end, some at the other


def check_threads(optimizer: Optimizer, problem: Problem) -> None:
    """Check that runs in several threads at once give the same bits as one alone."""
    spec = _spec(optimizer, problem, _iterations(optimizer, problem))
    alone = Run(spec).finish().digest
    runs = [Run(spec) for _ in range(3)]
    in_threads([run.finish for run in runs])
    digests = {run.digest for run in runs}
    require(digests == {alone}, f"{_on(optimizer, problem)}: other results in other threads")


def check_limits(optimizer: Optimizer, problem: Problem) -> None:
    """Check that each field works at its limits, and is refused beyond them."""
    for name, made in at_limits(optimizer):
        try:
            run = Run(_spec(made, problem, 5)).finish()
        except SpecError as error:
            paths = [mistake.path for mistake in error.mistakes]
            require(
                paths == [f"optimizer.{name}"],
                f"{_on(made, problem)} with {name} = {getattr(made, name)} is refused at {paths}",
            )
            continue
        failure = run.failure.sentence if run.failure else ""
        require(
            run.status is RunStatus.FINISHED,
            f"{_on(made, problem)} fails with {name} = {getattr(made, name)}: {failure}",
        )


def check_divergence(optimizer: Optimizer) -> None:
    """Check that a run ends, as diverged, at the first f that is not finite."""
    for beyond in (0.0, 1.0, -1.0):
        problem = Cliff(beyond=beyond)
        where = f"{name_of(optimizer)} on a problem that ends in {beyond * np.inf}"
        run = Run(_spec(optimizer, problem)).finish()
        failure = run.failure.sentence if run.failure else ""
        require(run.status is RunStatus.FINISHED, f"{where} fails: {failure}")
        rows = run.trace.rows(0, run.k + 1)
        assert rows is not None
        finite = np.isfinite(rows.f)
        require(bool(finite[:-1].all()), f"{where} goes on though f is not finite")
        diverged = run.stop_reason is StopReason.DIVERGED
        require(diverged != bool(finite[-1]), f"{where} ends as {run.stop_reason}")
        run = Run(_spec(optimizer, problem).replace(start=(9.0, 9.0, 9.0))).finish()
        started = run.k == 0 and run.stop_reason is StopReason.DIVERGED
        require(started, f"{where} doesn't end at once when it starts there")


OPTIMIZER_CHECKS: tuple[Callable[[Optimizer, Problem], None], ...] = (
    check_splits,
    check_states,
    check_replay,
    check_changes,
    check_threads,
    check_limits,
)
