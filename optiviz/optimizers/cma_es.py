"""CMA-ES: a normal distribution that learns the shape of the landscape, full or by coordinates.

Numbers of equations are those of Hansen (2016), The CMA evolution strategy: a tutorial.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil, exp, floor, inf, log, sqrt
from typing import Annotated, Any, Literal

import numpy as np

from optiviz.engine.draws import Draws
from optiviz.engine.listing import Listing
from optiviz.engine.optimizer import Channel, Optimizer, Row, State, frozen
from optiviz.engine.parameters import Param
from optiviz.engine.problem import Array, Evaluator, Problem
from optiviz.methods import covariance_lines
from optiviz.methods.covariance import Rates, default_rates
from optiviz.methods.population import (
    MAX_MEMBERS,
    MAX_NUMBERS,
    POPULATION_CHANNELS,
    PopulationState,
    first_population,
    next_population,
    ranking,
    scored,
    too_many,
)

_LARGEST_FULL = 2000  # coordinates: the matrix and its axes are 64 MB, its axes take seconds
_CONDITION = 1e14  # of the covariance matrix: beyond it, rounding decides
_LOWEST, _HIGHEST = 1e-150, 1e150  # of sigma: its square neither vanishes nor overflows
_SMALL = 1e-30  # largest variances below it, and above its inverse, are moved into sigma
_TOLERANCE = 1e-12  # Auger & Hansen (2005), sect. 2: TolFun, and TolX as a share of the first sigma


@dataclass(frozen=True)
class CMAState(PopulationState):
    """The distribution m + sigma * N(0, C) after a generation, which is the population.

    Attributes
    ----------
    mean, scales, path_sigma, path_c : ndarray, shape (dim,)
        m; D, the roots of C's eigenvalues; p_sigma; p_c.
    sigma : float
    covariance : ndarray, shape (dim, dim), or (dim,) if separable
        C, or its diagonal.
    axes : ndarray, shape (dim, dim), or (0, 0) if separable
        B, the eigenvectors of C.
    age, decomposed : int
        Generations since the (re)start, and how many of them B and D know of.
    restarts : int
    recent : ndarray, shape (at most the window,)
        Best values of the last generations, for the decision to restart.
    """

    mean: Array
    sigma: float
    covariance: Array
    axes: Array
    scales: Array
    path_sigma: Array
    path_c: Array
    age: int
    decomposed: int
    restarts: int
    recent: Array


class CMAES(Optimizer):
    """Draw x ~ m + sigma * N(0, C); move m, sigma and C towards the best of them."""

    kind = "cma_es"
    label = "CMA-ES"
    group = "Populations"
    source = (
        "Hansen (2016), The CMA evolution strategy: a tutorial; separable: Ros & Hansen (2008); "
        "restarts with a growing population: Auger & Hansen (2005)"
    )
    channels = (
        *POPULATION_CHANNELS,
        Channel("sigma", "step size sigma", scale="log"),
        Channel("condition", "condition number of C", scale="log"),
        Channel("restart", "restarts so far"),
    )
    state_type = CMAState

    sigma: Annotated[
        float,
        Param(
            "Step size at the start: about a third of how far off the optimum may be.",
            label="First sigma",
            scale="log",
            gt=0,
            le=1e6,
        ),
    ] = 0.5
    population_size: Annotated[
        int | None,
        Param(
            "Points in a generation; 4 + 3 log(dim) if it is left out.",
            unset="4 + 3 log(dim)",
            scale="log",
            ge=2,
            le=MAX_MEMBERS,
        ),
    ] = None
    covariance: Annotated[
        Literal["full", "separable"],
        Param(
            "What is learned about the shape.",
            choices={
                "full": "full: scales and directions",
                "separable": "separable: a scale for each coordinate",
            },
            live=True,
        ),
    ] = "full"
    restarts: Annotated[
        int,
        Param(
            "How often it starts anew elsewhere when it has converged or is stuck.",
            ge=0,
            le=50,
            live=True,
        ),
    ] = 0
    growth: Annotated[
        float,
        Param(
            "What the population is multiplied by at each restart.",
            ge=1,
            le=10,
            live=True,
            advanced=True,
        ),
    ] = 2.0

    def check_problem(self, problem: Problem) -> Iterator[tuple[str, str]]:
        """Refuse more coordinates than a full matrix can be kept for."""
        yield from too_many(self.size(problem.dim, 0), "population_size", problem)
        if self.covariance == "full" and problem.dim > _LARGEST_FULL:
            yield (
                "covariance",
                f"full works for up to {_LARGEST_FULL:,} numbers in a point, here are "
                f"{problem.dim:,}; choose separable",
            )

    def sentence(self) -> str:
        """Say what an iteration does."""
        size = "4 + 3 log(dim)" if self.population_size is None else f"{self.population_size:,}"
        shape = {"full": "the covariance", "separable": "a scale for each coordinate"}
        again = ""
        if self.restarts:
            again = f" Up to {self.restarts:,} restarts, each {self.growth:g} times as large."
        return (
            f"Draw {size} points from a normal distribution, from σ = {self.sigma:g} on; the best "
            f"half moves its mean, its step size and {shape[self.covariance]}.{again}"
        )

    def listing(self) -> Listing:
        """Return the algorithm as it is set."""
        return covariance_lines.listing(
            sized=self.population_size is not None,
            separable=self._separable,
            restarts=self.restarts > 0,
        )

    def variables(self, state: State) -> dict[str, Any]:
        """Return the distribution, the best point drawn last, and what decides about restarts."""
        assert isinstance(state, CMAState)
        now, dim = self._of_this_shape(state), len(state.mean)
        found = super().variables(now) | {
            "dim": dim,
            "mean": now.mean,
            "step_size": now.sigma,
            "p_s": now.path_sigma,
            "p_c": now.path_c,
            "age": now.age,
        }
        if self._separable:
            found |= {"c": now.covariance, "d": now.scales}
        else:
            axes = {"C": now.covariance, "B": now.axes, "D": now.scales}
            found |= axes | {"known": now.decomposed}
        if self.restarts:
            return found | {"restart": now.restarts, "recent": now.recent}
        return found | {"size": self.size(dim, now.restarts)}

    def init(self, problem: Evaluator[Problem], x0: Array, draws: Draws) -> CMAState:
        """Score the start point, which is the first mean."""
        first = first_population(problem, x0[None].copy())
        return CMAState(**vars(first), **self._start(first.x), restarts=0)

    def _start(self, mean: Array) -> dict[str, Any]:
        """Return the fields of a distribution that knows nothing yet."""
        dim, zeros = len(mean), frozen(np.zeros(len(mean)))
        ones, eye = frozen(np.ones(dim)), frozen(np.eye(0 if self._separable else dim))
        return {
            "mean": mean,
            "sigma": self.sigma,
            "covariance": ones if self._separable else eye,
            "axes": eye,
            "scales": ones,
            "path_sigma": zeros,
            "path_c": zeros,
            "age": 0,
            "decomposed": 0,
            "recent": frozen(np.empty(0)),
        }

    @property
    def _separable(self) -> bool:
        return self.covariance == "separable"

    def size(self, dim: int, restarts: int) -> int:
        """Return lambda, the number of points in a generation."""
        size = self.population_size or 4 + floor(3 * log(dim))  # eq. 48
        most = max(size, min(MAX_MEMBERS, MAX_NUMBERS // dim))
        return int(min(most, size * self.growth**restarts))

    def evaluations_per_iteration(self, dim: int) -> float:
        """Return how many points a generation scores before a restart makes it larger."""
        return float(self.size(dim, 0))

    def step(self, problem: Evaluator[Problem], state: State, draws: Draws) -> tuple[CMAState, Row]:
        """Draw a generation and learn from it; start anew if it is stuck."""
        assert isinstance(state, CMAState)
        state = self._of_this_shape(state)
        dim, g = len(state.mean), state.age
        size = self.size(dim, state.restarts)
        rates = default_rates(dim, size, self._separable)
        z = draws.normals("generation", state.k, 1, size * dim).reshape(size, dim)  # eq. 38
        y = z * state.scales  # eq. 39: y = B D z ~ N(0, C)
        if not self._separable:
            y = y @ state.axes.T
        X = state.mean + state.sigma * y  # eq. 40: x ~ N(m, sigma^2 C)
        values = scored(problem, X)

        order = ranking(values)
        y, z = y[order], z[order]
        positive = rates.weights[: rates.mu]
        y_mean = positive @ y[: rates.mu]  # eq. 41
        mean = state.mean + state.sigma * y_mean  # eq. 42, c_m = 1

        whitened = positive @ z[: rates.mu]
        if not self._separable:
            whitened = state.axes @ whitened  # C^(-1/2) y = B z, as y = B D z
        c = rates.c_sigma
        path_sigma = (1 - c) * state.path_sigma + sqrt(c * (2 - c) * rates.mu_eff) * whitened  # 43
        length = float(np.linalg.norm(path_sigma))
        growth = rates.c_sigma / rates.d_sigma * (length / rates.chi - 1)  # eq. 44
        if values[order[0]] == values[order[ceil(0.7 * size) - 1]]:
            growth += 0.2 + rates.c_sigma / rates.d_sigma  # flat: appendix C
        sigma = _limited(state.sigma * exp(growth))

        h = length / sqrt(1 - (1 - c) ** (2 * (g + 1))) < (1.4 + 2 / (dim + 1)) * rates.chi
        c = rates.c_c
        path_c = (1 - c) * state.path_c + h * sqrt(c * (2 - c) * rates.mu_eff) * y_mean  # eq. 45
        lost = 0.0 if h else c * (2 - c)  # delta(h_sigma)
        c_1, c_mu = rates.c_1, rates.c_mu
        kept = 1 + c_1 * lost - c_1 - c_mu * float(rates.weights.sum())
        if self._separable:  # Ros & Hansen (2008), sect. 3: the diagonal of eq. 47
            C = kept * state.covariance + c_1 * path_c**2 + c_mu * (rates.weights @ y**2)
        else:
            lengths = np.maximum(np.add.reduce(z * z, axis=1), np.finfo(np.float64).tiny)
            weights = rates.weights * np.where(rates.weights >= 0, 1, dim / lengths)  # eq. 46
            C = kept * state.covariance
            C += c_1 * np.outer(path_c, path_c)
            C += c_mu * ((y.T * weights) @ y)  # eq. 47

        after = replace(
            state,
            mean=frozen(mean),
            sigma=sigma,
            covariance=frozen(C),
            path_sigma=frozen(path_sigma),
            path_c=frozen(path_c),
            age=g + 1,
            recent=frozen(np.append(state.recent, values[order[0]])[-_window(dim, size) :]),
        )
        after, condition = _decomposed(after, rates)
        stuck = state.restarts < self.restarts and (
            condition > _CONDITION or _has_converged(after, values, _window(dim, size), self.sigma)
        )
        if stuck:
            count = state.restarts + 1
            start = problem.problem.sample(draws, "restart", count, 1)[0].copy()
            after = replace(after, **self._start(frozen(start)), restarts=count)
        channels = (sigma, condition, float(after.restarts))
        return next_population(after, problem, X, values, size, channels)

    def _of_this_shape(self, state: CMAState) -> CMAState:
        """Return the state as it is, or turned from full to separable or back by a change."""
        if self._separable == (state.covariance.ndim == 1):
            return state
        dim = len(state.mean)
        if self._separable:
            variances = state.covariance.diagonal().copy()
            return replace(
                state,
                covariance=frozen(variances),
                axes=frozen(np.eye(0)),
                scales=frozen(np.sqrt(variances)),
            )
        matrix = np.diag(state.scales**2)
        return replace(state, covariance=frozen(matrix), axes=frozen(np.eye(dim)))


def _decomposed(state: CMAState, rates: Rates) -> tuple[CMAState, float]:
    """Return the state with the axes of its C, if they are due, and the condition number of C."""
    separable, dim = state.covariance.ndim == 1, len(state.mean)
    age = state.age - state.decomposed
    # Appendix B.2: rarely enough that it costs no more than the rest.
    if not separable and age * 10 * dim * (rates.c_1 + rates.c_mu) <= 1:
        return state, float(state.scales.max() / state.scales.min()) ** 2
    C, axes = state.covariance, state.axes
    variances = C
    if not separable:
        variances, axes = np.linalg.eigh(C)  # of the lower triangle
    highest, lowest = float(variances.max()), float(variances.min())
    condition = highest / lowest if lowest > 0 else inf
    sigma, path_c = state.sigma, state.path_c
    if condition > _CONDITION:
        # Rounding decides about the shortest axes: all are made longer by as much as is needed.
        more = highest / _CONDITION - lowest
        variances = variances + more
        C = C + (more if separable else more * np.eye(dim))
    if not _SMALL < highest < 1 / _SMALL:  # what C has grown by alone belongs to sigma
        variances, C, path_c = variances / highest, C / highest, path_c / sqrt(highest)
        sigma = _limited(sigma * sqrt(highest))
    after = replace(
        state,
        sigma=sigma,
        covariance=frozen(C),
        axes=frozen(axes),
        scales=frozen(np.sqrt(variances)),
        path_c=frozen(path_c),
        decomposed=state.age,
    )
    return after, condition


def _window(dim: int, size: int) -> int:
    """Return of how many generations the best values are compared: Auger & Hansen, sect. 2."""
    return 10 + ceil(30 * dim / size)


def _has_converged(state: CMAState, values: Array, window: int, first_sigma: float) -> bool:
    """Return whether nothing more will come of a distribution: Auger & Hansen (2005), sect. 2."""
    if len(state.recent) == window:
        low, high = float(state.recent.min()), float(state.recent.max())
        if low == high or max(high, float(values.max())) - low < _TOLERANCE:  # TolFun
            return True
    mean, sigma = state.mean, state.sigma
    C, axes, scales = state.covariance, state.axes, state.scales
    deviations = np.sqrt(C if C.ndim == 1 else C.diagonal())
    longest = sigma * max(float(deviations.max()), float(np.abs(state.path_c).max()))
    if longest < _TOLERANCE * first_sigma:  # TolX
        return True
    if (mean == mean + 0.2 * sigma * deviations).any():  # NoEffectCoord
        return True
    i = state.age % len(mean)  # NoEffectAxis; where separable, it follows from the one before
    return C.ndim == 2 and bool((mean == mean + 0.1 * sigma * scales[i] * axes[:, i]).all())


def _limited(sigma: float) -> float:
    return min(max(sigma, _LOWEST), _HIGHEST)
