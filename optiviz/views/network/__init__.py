"""Network: its units and weights as a diagram, with what each unit says over a plane."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal
from weakref import WeakKeyDictionary

import numpy as np

from optiviz.analysis.features.grounds import Ground, ground
from optiviz.analysis.networks import diagrams, units
from optiviz.engine.parameters import Param
from optiviz.engine.problem import Problem
from optiviz.engine.run import Run
from optiviz.problems.network_training import NetworkEvaluator, NetworkTraining
from optiviz.views import Shown, View
from optiviz.views.figure import Array, Figure
from optiviz.views.network import by_layer, diagram
from optiviz.views.network.moment import FEWEST_ROWS, Moment

_WIDEST, _DEEPEST = 64, 8  # units in a layer and layers of which each unit is drawn
_SIDES = (12, 16, 24, 32, 48, 64, 96)  # cells along a side of a map
# Rows or places times weights in one picture, which is what its time goes by.
_QUICK, _USUAL, _FINE = 6e6, 2e7, 6e7
_GRADIENT = 1e7
_SMALL_MAP = 24  # cells along a side


class NetworkView(View):
    """Weights as strokes, units as small maps of what they say, live."""

    kind = "network"
    label = "Network"
    to_see = (
        "Thick strokes are what a unit listens to. Two units with the same map do the same work "
        "twice, and one of a single colour does none."
    )
    problems = ("network_training",)
    costly = True
    place = 30
    offered = ("unit",)

    show: Annotated[
        Literal["weights", "gradient"],
        Param(
            "What strokes and biases stand for.",
            choices={"weights": "weights", "gradient": "gradient"},
        ),
    ] = "weights"
    unit: Annotated[
        str,
        Param(
            'The unit whose map is shown large, as layer and unit, such as "2:5"; empty for none.',
            max_length=20,
        ),
    ] = ""

    def figure(self, shown: Sequence[Shown]) -> Figure:
        """Draw the first run's network at its iteration."""
        return self._figure(shown[0], _QUICK if shown[0].quick else _USUAL)

    def sketch(self, shown: Sequence[Shown]) -> Figure:
        """Draw it with small maps."""
        dim = shown[0].run.spec.problem.dim
        return self._figure(shown[0], min(_QUICK, _SMALL_MAP**2 * dim))

    def refined(self, shown: Sequence[Shown]) -> Iterator[Figure]:
        """Yield it with fine maps and the gradient over all rows."""
        yield self._figure(shown[0], _FINE)

    def offers(self, shown: Sequence[Shown]) -> Mapping[str, Mapping[str, str]]:
        """Return the units that can be shown large."""
        problem = shown[0].run.spec.problem
        assert isinstance(problem, NetworkTraining)
        found = {"": "none"}
        if _is_small(problem):
            columns = diagrams.columns(problem.network, problem.dataset)
            for layer, column in enumerate(columns[1:], 1):
                found |= {f"{layer}:{i}": name for i, name in enumerate(column.units, 1)}
        return {"unit": found}

    def idle(self, problem: Problem) -> tuple[str, ...]:
        """Return the settings that have no meaning for this problem."""
        return () if isinstance(problem, NetworkTraining) and _is_small(problem) else ("unit",)

    def _figure(self, one: Shown, budget: float) -> Figure:
        evaluator = one.reader.stepper.problem
        assert isinstance(evaluator, NetworkEvaluator)
        problem = evaluator.problem
        missing = problem.missing_gradient()
        if self.show == "gradient" and missing is not None:
            return Figure(title=self.label, empty=f"There is no gradient to show: {missing}.")
        x = one.reader.state(one.k).x
        wanted = self.show == "gradient" or budget > _QUICK
        gradient, rows = (None, 0)
        if missing is None and wanted:
            gradient, rows = _gradient(
                evaluator, x, 5 * _GRADIENT if budget == _FINE else _GRADIENT
            )
        by_gradient = self.show == "gradient" and gradient is not None
        values = gradient if by_gradient and gradient is not None else x
        scale = units.round_up(_largest(values)) if by_gradient else _scale(one.run, one.k, x)
        moment = Moment(evaluator, one.k, x, gradient, rows, by_gradient, scale)
        if not _is_small(problem):
            return by_layer.figure(moment, self.label)
        side = _side(budget / problem.dim)
        chosen, warning = self._chosen(problem)
        return diagram.figure(moment, _plane(evaluator, side), chosen, self.label, warning)

    def _chosen(self, problem: NetworkTraining) -> tuple[tuple[int, int] | None, str]:
        """Return layer and unit, counted from 1 and 0, or what is wrong with what was asked for."""
        if not self.unit:
            return None, ""
        layers = problem.network.layers
        first, _, second = self.unit.partition(":")
        if first.strip().isdecimal() and second.strip().isdecimal():
            layer, unit = int(first), int(second)
            if 1 <= layer <= len(layers) and 1 <= unit <= layers[layer - 1].units:
                return (layer, unit - 1), ""
        least, most = "1:1", f"{len(layers)}:{layers[-1].units}"
        return None, f"There is no unit {self.unit!r} here: they go from {least} to {most}."


def _is_small(problem: NetworkTraining) -> bool:
    """Whether each unit can be drawn."""
    layers = problem.network.layers
    widest = max(problem.dataset.sizes().n_features, *(layer.units for layer in layers))
    return widest <= _WIDEST and len(layers) <= _DEEPEST


def _side(cells: float) -> int:
    """Return how many cells along a side a map of at most so many cells has."""
    return max((side for side in _SIDES if side * side <= cells), default=_SIDES[0])


def _plane(evaluator: NetworkEvaluator, side: int) -> Ground:
    return ground(evaluator.problem.dataset, None, (side, side))


def _gradient(evaluator: NetworkEvaluator, x: Array, budget: float) -> tuple[Array, int]:
    """Return the gradient over all training rows, or over as many as there is time for."""
    n, most = evaluator.problem.n_rows, max(FEWEST_ROWS, int(budget / evaluator.dim))
    chosen = None if n <= most else np.linspace(0, n - 1, most).astype(np.int64)
    with np.errstate(all="ignore"):
        return evaluator.value_and_gradient(x, chosen)[1], min(n, most)


def _largest(values: Array) -> float:
    known = np.abs(values[np.isfinite(values)])
    return float(known.max()) if len(known) else 0.0


_seen: WeakKeyDictionary[Run, tuple[int, dict[int, float]]] = WeakKeyDictionary()


def _scale(run: Run, k: int, x: Array) -> float:
    """Return the weight that the strongest stroke stands for.

    The largest one up to iteration k, as far as snapshots tell, rounded up to 1, 2, 5 times a
    power of ten: strokes don't change colour because another weight grew.
    """
    generation = run.trace.generation
    known = _seen.get(run)
    largest = known[1] if known is not None and known[0] == generation else {}
    for state in run.trace.snapshots:
        if state.k not in largest:
            largest[state.k] = _largest(state.x)
    _seen[run] = generation, largest
    return units.round_up(max(_largest(x), *(v for at, v in largest.items() if at <= k), 0.0))
