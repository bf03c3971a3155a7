"""What every problem keeps: `optiviz.engine.problem` says why."""

from collections.abc import Callable

import numpy as np

from optiviz.engine.draws import Draws
from optiviz.engine.problem import Array, Evaluator, Problem, Proposals
from optiviz.testing.kinds import bits, in_threads, name_of, require


def check_rows(problem: Problem) -> None:
    """Check that the value of a point has the same bits however many are scored together."""
    name, evaluator = name_of(problem), problem.evaluator()
    X = problem.sample(Draws(3), "points", 0, 300)
    first = X.copy()
    kept = evaluator.evaluate(X[:7])
    copy = kept.copy()
    single = np.concatenate([evaluator.evaluate(X[i : i + 1]) for i in range(len(X))])
    for n in (1, 2, 3, 5, 8, 13, 16, 31, 64, 100, 127, 128, 129, 200, 300):
        for start in (0, len(X) - n):
            together = evaluator.evaluate(X[start : start + n])
            require(together.shape == (n,), f"{name}: {n} points give {together.shape}")
            require(
                bits(together) == bits(single[start : start + n]),
                f"{name}: points scored {n} together have other bits than alone",
            )
    require(bits(kept) == bits(copy), f"{name}: a later call changed the values of an earlier")
    require(bits(X) == bits(first), f"{name}: evaluate changes the points that it is given")


def check_within(problem: Problem) -> None:
    """Check that points which are of use have their bits, whatever was scored before them."""
    name, evaluator, plain = name_of(problem), problem.evaluator(), problem.evaluator()
    centres = problem.sample(Draws(9), "points", 0, 4)
    for i, size in enumerate((0.0, 0.01, 0.3, 3.0)):
        for centre in centres:
            moves = size * Draws(9).normals("moves", 25 * i, 25, problem.dim)
            X = centre + moves
            f = plain.evaluate(X)
            for limit in (np.inf, float(np.median(f)), float(f.min()), f[::-1].copy()):
                found = evaluator.evaluate_within(X, limit)
                inside = ~(f > limit)
                same = bits(found[inside]) == bits(f[inside])
                require(same, f"{name}: evaluate_within gives other bits than evaluate")
                above = (found > limit) | inside
                require(bool(above.all()), f"{name}: evaluate_within lets points pass")


def check_proposals(problem: Problem) -> None:
    """Check that of moves of all weights, or of one, the first to be kept is found with its f."""
    name, evaluator, plain = name_of(problem), problem.evaluator(), problem.evaluator()
    centres = problem.sample(Draws(9), "points", 0, 2)
    for i, size in enumerate((0.0, 0.01, 0.3, 3.0)):
        for centre in centres:
            for one in (False, True):
                moves = size * Draws(9).normals("proposals", 60 * i, 60, problem.dim)
                if one:
                    chosen = Draws(9).uniforms("chosen", 60 * i, 60, 1) * problem.dim
                    moves = moves * (chosen.astype(int) == np.arange(problem.dim))
                _check_climb(name, evaluator.proposals(moves), plain, centre, moves)


def _check_climb(
    name: str, proposals: Proposals, plain: Evaluator[Problem], x: Array, moves: Array
) -> None:
    """Climb by the proposals, with some moves kept that lead to worse, and compare the points."""
    f, at, n = float(plain.evaluate(x[None])[0]), 0, len(moves)
    while at < n:
        stop, ties = min(n, at + 17), at % 3 > 0
        limit: float | Array = f
        if at % 2:
            limit = f + np.where(np.arange(at, stop) % 4, 0.0, 0.02)
        scores = plain.evaluate(x + moves[at:stop])
        keep = np.flatnonzero(scores <= limit if ties else scores < limit)
        found = proposals.first(x, at, stop, limit, ties=ties)
        if len(keep) == 0:
            require(found is None, f"{name}: a move is kept that leads to worse")
            at = stop
            continue
        require(found is not None, f"{name}: no move is kept where one leads to better")
        assert found is not None
        i, point, value = found
        require(i == at + keep[0], f"{name}: another move is kept than the first")
        require(bits(point) == bits(x + moves[i]), f"{name}: a move leads to another point")
        same = bits(np.array([value])) == bits(scores[keep[:1]])
        require(same, f"{name}: proposals give other bits than evaluate")
        x, f, at = point, value, i + 1


def check_gradient(problem: Problem) -> None:
    """Check the gradient against central differences, over all rows and over some."""
    name, evaluator = name_of(problem), problem.evaluator()
    X = problem.sample(Draws(4), "points", 0, 6) * 0.7
    if problem.missing_gradient() is not None:
        try:
            evaluator.value_and_gradient(X[0])
        except NotImplementedError:
            return
        raise AssertionError(f"{name}: says that it has no gradient, but gives one")
    some = np.arange(0, problem.n_rows, 3)
    for x in X:
        f, gradient = evaluator.value_and_gradient(x)
        value = float(evaluator.evaluate(x[None])[0])
        close = bool(np.isclose(f, value, rtol=1e-12, atol=1e-300))
        require(close, f"{name}: value_and_gradient says {f}, evaluate {value}")
        h = 1e-6 * np.maximum(1.0, np.abs(x))
        steps = np.diag(h)
        slopes = (evaluator.evaluate(x + steps) - evaluator.evaluate(x - steps)) / (2 * h)
        worst = float(np.abs(slopes - gradient).max()) / max(1.0, float(np.abs(slopes).max()))
        require(worst < 1e-5, f"{name}: the gradient is off by {worst:.2g} of its size")
        if problem.n_rows > 1:
            up, down = (
                np.array([evaluator.value_and_gradient(p, some)[0] for p in x + sign * steps])
                for sign in (1, -1)
            )
            partial = evaluator.gradient(x, some)
            worst = float(np.abs((up - down) / (2 * h) - partial).max())
            require(worst < 1e-4, f"{name}: the gradient of some rows is off by {worst:.2g}")


def check_hessian(problem: Problem) -> None:
    """Check the second derivatives against differences of the gradient."""
    name, evaluator = name_of(problem), problem.evaluator()
    if problem.missing_gradient() is not None or problem.dim > 100:
        return
    X = problem.sample(Draws(9), "points", 0, 3) * 0.7
    directions = Draws(9).normals("directions", 0, 3, problem.dim)
    for x, direction in zip(X, directions, strict=True):
        hessian = evaluator.hessian(x)
        shape = (problem.dim, problem.dim)
        require(hessian.shape == shape, f"{name}: the Hessian is of shape {hessian.shape}")
        require(bits(hessian) == bits(hessian.T), f"{name}: the Hessian is not symmetric")
        step = 1e-6 * direction
        slope = (evaluator.gradient(x + step) - evaluator.gradient(x - step)) / 2e-6
        size = max(1.0, float(np.abs(hessian).max()))
        worst = float(np.abs(hessian @ direction - slope).max()) / size
        require(worst < 1e-5, f"{name}: the Hessian is off by {worst:.2g} of its size")


def check_epochs(problem: Problem) -> None:
    """Check that a batch of an epoch has the bits of the same rows by `value_and_gradient`."""
    if problem.missing_gradient() is not None:
        return
    name, evaluator, n = name_of(problem), problem.evaluator(), problem.n_rows
    x, gradient = problem.sample(Draws(9), "points", 0, 1)[0].copy(), np.empty(problem.dim)
    for index in range(2):
        order = Draws(9).permutation("epoch", index, n)
        for size in {1, -(-n // 3), n}:
            epoch = evaluator.epoch(order)
            starts = range(0, n, size)
            for start in (*starts[:3], starts[-1]):
                rows = order[start : start + size]
                f = epoch.value_and_gradient(x, start, start + len(rows), gradient)
                g, expected = evaluator.value_and_gradient(x.copy(), rows)
                same = bits(f) == bits(g) and bits(gradient) == bits(expected)
                require(same, f"{name}: {len(rows)} rows of an epoch have other bits than gathered")
                x *= 0.9


def check_sample(problem: Problem) -> None:
    """Check that start points depend on seed, purpose and number alone."""
    name = name_of(problem)
    X = problem.sample(Draws(5), "start", 0, 40)
    require(X.shape == (40, problem.dim), f"{name}: sample gives points of shape {X.shape}")
    for start, n in ((0, 1), (0, 7), (3, 1), (13, 27), (39, 1)):
        part = problem.sample(Draws(5), "start", start, n)
        same = bits(part) == bits(X[start : start + n])
        require(same, f"{name}: point {start} is another one when {n} are drawn")
    if len(np.unique(X)) > 1:
        other = problem.sample(Draws(6), "start", 0, 40)
        require(bits(other) != bits(X), f"{name}: another seed draws the same points")


def check_metrics(problem: Problem) -> None:
    """Check that the same numbers are measured of every point."""
    name, evaluator = name_of(problem), problem.evaluator()
    X = problem.sample(Draws(7), "points", 0, 5)
    names = [tuple(evaluator.metrics(x)) for x in (*X, np.full(problem.dim, np.nan))]
    require(len(set(names)) == 1, f"{name}: metrics have other names at other points")
    again = problem.evaluator()
    for x in X:
        one, two = dict(evaluator.metrics(x)), dict(again.metrics(x))
        require(one == two, f"{name}: metrics differ between two evaluators")


def check_evaluators(problem: Problem) -> None:
    """Check that evaluators in several threads don't disturb each other."""
    X = problem.sample(Draws(8), "points", 0, 150)
    expected = bits(problem.evaluator().evaluate(X))
    found: list[bytes] = []

    def work() -> None:
        evaluator = problem.evaluator()
        found.extend(bits(evaluator.evaluate(X)) for _ in range(5))

    in_threads([work] * 3)
    require(set(found) == {expected}, f"{name_of(problem)}: other values in other threads")


PROBLEM_CHECKS: tuple[Callable[[Problem], None], ...] = (
    check_rows,
    check_within,
    check_proposals,
    check_gradient,
    check_hessian,
    check_epochs,
    check_sample,
    check_metrics,
    check_evaluators,
)
