"""Where the units of a network stand in a diagram, and what they are called. Columns are layers."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from optiviz.analysis.networks.units import spoken
from optiviz.datasets import Dataset
from optiviz.networks.network import Network

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

_WIDEST = 0.24  # between the units of a column, of its height
_LONGEST = 13  # letters of a name that stands beside a unit


@dataclass(frozen=True, eq=False)
class Column:
    """A layer in a diagram; the inputs are the first column.

    Attributes
    ----------
    title : str
        "input", "hidden 1", "output".
    activation : str
        In words; empty for inputs.
    units : tuple of str
        Such as "hidden 1, unit 5", or the name of a feature.
    beside : tuple of str
        What is written beside each unit; empty for hidden ones.
    y : ndarray, shape (units,)
        Heights from 0 to 1, the first unit on top.
    spacing : float
        Between two units.
    """

    title: str
    activation: str
    units: tuple[str, ...]
    beside: tuple[str, ...]
    y: Array
    spacing: float


@dataclass(frozen=True, eq=False)
class Edges:
    """All weights but biases: from which unit of which column to which of the next one.

    Attributes
    ----------
    layer : ndarray of int, shape (n,)
        The column they end in, from 1.
    source, target : ndarray of int, shape (n,)
    at : ndarray of int, shape (n,)
        Their coordinates in the flat vector.
    biases : tuple of ndarray of int
        The coordinates of each layer's biases.
    """

    layer: Indices
    source: Indices
    target: Indices
    at: Indices
    biases: tuple[Indices, ...]


def heights(n: int) -> tuple[Array, float]:
    """Return where n units of a column stand, from 1 on top to 0, shape (n,), and how far apart."""
    spacing = min(_WIDEST, 1 / n)
    above: Array = (n - 1) / 2 - np.arange(n, dtype=np.float64)
    return 0.5 + spacing * above, spacing


def elided(name: str, longest: int = _LONGEST) -> str:
    """Return a name, shortened if it is long."""
    return name if len(name) <= longest else name[: longest - 1].rstrip() + "…"


@lru_cache(maxsize=8)
def columns(network: Network, dataset: Dataset) -> tuple[Column, ...]:
    """Return the columns of a network on a dataset."""
    data = dataset.load()
    features = data.feature_names
    short = tuple(elided(name.partition(" (")[0]) for name in features)  # without units
    found = [Column("input", "", features, short, *heights(len(features)))]
    last = len(network.layers)
    for number, layer in enumerate(network.layers, 1):
        y, spacing = heights(layer.units)
        title = "output" if number == last else f"hidden {number}"
        units = tuple(f"{title}, unit {unit + 1}" for unit in range(layer.units))
        beside = ("",) * layer.units
        if number == last:
            names = outputs(data.class_names, data.target_name, layer.units)
            units = tuple(f"output for {name}" for name in names)
            beside = tuple(map(elided, names))
        found.append(Column(title, spoken(layer.activation), units, beside, y, spacing))
    return tuple(found)


def outputs(class_names: tuple[str, ...], target_name: str, units: int) -> tuple[str, ...]:
    """Return what each output unit stands for: one alone for the second class, or for a number."""
    if not class_names:
        return (target_name,)
    return class_names if units > 1 else class_names[1:2]


@lru_cache(maxsize=8)
def edges(network: Network, n_inputs: int) -> Edges:
    """Return the edges of a network."""
    parts: list[tuple[Indices, ...]] = []
    biases = []
    for number, (where, (units, inputs)) in enumerate(network.layout(n_inputs), 1):
        flat = np.arange(where.start, where.stop).reshape(units, inputs)
        j, i = np.indices((units, inputs - 1))
        parts.append((np.full(i.size, number), i.ravel(), j.ravel(), flat[:, :-1].ravel()))
        biases.append(flat[:, -1])
    layer, source, target, at = map(np.concatenate, zip(*parts, strict=True))
    return Edges(layer, source, target, at, tuple(biases))
