"""Weights in the diagram of a network: strokes, and where they can be pointed at and changed."""

from functools import lru_cache

import numpy as np

from optiviz.analysis.networks.diagrams import Column, Indices
from optiviz.views.figure import Action, Array, Spots, Strokes
from optiviz.views.network.moment import Moment
from optiviz.views.network.sketch import Sketch

_MANY = 600  # edges between two columns, above which the weak ones are left out
_STRONG, _STROKES = 250, 1000  # edges that are then drawn: between two columns, and in all
_Facts = list[tuple[str, Array | tuple[str, ...]]]


def strokes_of(sketch: Sketch, moment: Moment) -> tuple[Strokes, Spots, int]:
    """Return the strongest edges, the places to point at them, and how many are left out."""
    edges, columns = sketch.edges, sketch.columns
    values = moment.values[edges.at]
    which = _strongest(edges.layer, values)
    layer, source, target = edges.layer[which], edges.source[which], edges.target[which]
    offsets = np.cumsum([0, *(len(column.y) for column in columns)])
    y = np.concatenate([column.y for column in columns])
    wide = np.array([sketch.map_size(i)[0] / 2 for i in range(len(columns))])
    x0, x1 = layer - 1 + wide[layer - 1], layer - wide[layer]
    y0, y1 = y[offsets[layer - 1] + source], y[offsets[layer] + target]
    shares = values[which] / moment.scale
    drawn = Strokes(
        x0,
        y0,
        x1,
        y1,
        shares,
        width=3.4 if len(which) < 200 else 2.4 if len(which) < _MANY else 1.7,
    )
    # Each target's edges are pointed at in a place of their own, where no two cross.
    many = np.array([len(column.y) for column in columns])[layer]
    along = 0.2 + 0.25 * target / np.maximum(many - 1, 1)
    names, actions = _names(columns), _actions(moment.evaluator.dim)
    at = edges.at[which]
    facts: _Facts = [
        ("from", tuple(names[i] for i in (offsets[layer - 1] + source).tolist())),
        ("to", tuple(names[i] for i in (offsets[layer] + target).tolist())),
        ("weight", moment.x[at]),
    ]
    if moment.gradient is not None:
        facts.append(("gradient", moment.gradient[at]))
    spots = Spots(
        x0 + along * (x1 - x0),
        y0 + along * (y1 - y0),
        tuple(facts),
        tuple(actions[i] for i in at.tolist()),
        reach=0.6,
    )
    return drawn, spots, len(values) - len(which)


def _strongest(layer: Indices, values: Array) -> Indices:
    """Return which edges are drawn: all, or the strongest ones between each two columns."""
    size = np.where(np.isfinite(values), np.abs(values), np.inf)
    parts = []
    gaps = int(layer[-1])
    for number in range(1, gaps + 1):
        here = np.flatnonzero(layer == number)
        if len(here) > _MANY:
            most = min(_STRONG, _STROKES // gaps)
            here = np.sort(here[np.argpartition(-size[here], most)[:most]])
        parts.append(here)
    return np.concatenate(parts)


@lru_cache(maxsize=8)
def _actions(dim: int) -> tuple[Action, ...]:
    """Return what a click on each weight does."""
    return tuple(Action("Change this weight", weight=i) for i in range(dim))


@lru_cache(maxsize=8)
def _names(columns: tuple[Column, ...]) -> tuple[str, ...]:
    return tuple(name for column in columns for name in column.units)


def bias_spots(sketch: Sketch, moment: Moment) -> Spots:
    """Return the places of all biases."""
    places = [sketch.bias_places(number) for number in range(1, len(sketch.columns))]
    at = np.concatenate(sketch.edges.biases)
    names = tuple(name for column in sketch.columns[1:] for name in column.units)
    facts: _Facts = [("bias of", names), ("bias", moment.x[at])]
    if moment.gradient is not None:
        facts.append(("gradient", moment.gradient[at]))
    actions = _actions(moment.evaluator.dim)
    return Spots(
        np.concatenate([x for x, _, _ in places]),
        np.concatenate([y for _, y, _ in places]),
        tuple(facts),
        tuple(actions[i] for i in at.tolist()),
        reach=0.5,
    )
