"""One row's way through a network as steps in order, and which units there is room to show."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optiviz.networks.passes import LayerErrors, RowPass
from optiviz.views.figure import Array

Indices = NDArray[np.int64]
StepKind = Literal[
    "row", "products", "sum", "transfer", "others", "decision", "loss",
    "no way back", "error", "slopes", "others back", "penalty",
]  # fmt: skip
Pace = Literal["numbers", "units", "layers"]
MOST = 12  # units of a layer that are shown


class Step(NamedTuple):
    """One step of the walk.

    Attributes
    ----------
    kind : str
    layer : int
        Counted from 1; 0 where it is about none.
    unit : int
        Counted from 0; -1 where it is about a whole layer.
    """

    kind: StepKind
    layer: int = 0
    unit: int = -1

    @property
    def is_back(self) -> bool:
        """Whether it belongs to the backward pass."""
        return self.kind in ("error", "slopes", "others back", "penalty")


@dataclass(frozen=True, eq=False)
class Part:
    """The units of a layer that are shown, in order; the others are summed up.

    Attributes
    ----------
    shown : ndarray of int
    others : ndarray of int
    """

    shown: Indices
    others: Indices

    @property
    def places(self) -> int:
        """How many places it takes in a column."""
        return len(self.shown) + (len(self.others) > 0)


def parts(passed: RowPass, must: Indices) -> tuple[Part, ...]:
    """Return which inputs and units are shown: those that contribute most to the shown ones above.

    Parameters
    ----------
    passed : RowPass
    must : ndarray of int
        Outputs that are shown whatever they say.
    """
    last = passed.layers[-1]
    weight = np.abs(np.nan_to_num(last.a))
    weight[must] = np.inf
    found = [_part(weight)]
    for layer in reversed(passed.layers):
        products = np.abs(np.nan_to_num(layer.products[found[-1].shown]))
        found.append(_part(products.sum(axis=0)))
    return tuple(reversed(found))


def _part(weight: Array) -> Part:
    n = len(weight)
    if n <= MOST:
        return Part(np.arange(n), np.arange(0))
    order = np.argsort(-weight, kind="stable")
    return Part(np.sort(order[: MOST - 1]), np.sort(order[MOST - 1 :]))


def walk(passed: RowPass, shown: tuple[Part, ...], back: bool, penalty: bool) -> tuple[Step, ...]:
    """Return all steps: forward unit by unit, the answer, its loss, and backward.

    Parameters
    ----------
    passed : RowPass
    shown : tuple of Part
        Inputs first.
    back : bool
        There is a backward pass.
    penalty : bool
        Its gradient has a penalty added.
    """
    steps = [Step("row")]
    n = len(passed.layers)
    for number, (layer, part) in enumerate(zip(passed.layers, shown[1:], strict=True), 1):
        together = layer.activation.output_only  # softmax needs the sums of all
        for unit in part.shown.tolist():
            steps += [Step("products", number, unit), Step("sum", number, unit)]
            if not together:
                steps.append(Step("transfer", number, unit))
        if len(part.others):
            steps.append(Step("others", number))
        if together:
            steps.append(Step("transfer", number))
    steps += [Step("decision", n), Step("loss", n)]
    if not back:
        return (*steps, Step("no way back", n))
    for number in range(n, 0, -1):
        for unit in shown[number].shown.tolist():
            steps += [Step("error", number, unit), Step("slopes", number, unit)]
        if len(shown[number].others):
            steps.append(Step("others back", number))
    return (*steps, Step("penalty")) if penalty else tuple(steps)


def stops(steps: tuple[Step, ...], pace: Pace) -> list[int]:
    """Return at which steps a walk of this pace halts: after each number, unit or layer."""
    if pace == "numbers":
        return list(range(len(steps)))

    def leg(step: Step) -> tuple[object, ...]:
        alone = step.layer == 0 or step.kind in ("decision", "loss", "no way back")
        name = step.kind if alone else "back" if step.is_back else "forth"
        return (name, step.layer, step.unit if pace == "units" else 0)

    legs = [leg(step) for step in steps]
    last = len(steps) - 1
    return [i for i in range(len(steps)) if i == last or legs[i] != legs[i + 1]]


def products_into(
    passed: RowPass, shown: tuple[Part, ...], layer: int, unit: int
) -> tuple[Array, float]:
    """Return the products that come into a unit from the shown ones below, and the others' sum."""
    products = passed.layers[layer - 1].products[unit]
    below = shown[layer - 1]
    return products[below.shown], float(products[below.others].sum())


def errors_back(
    passed: RowPass, errors: tuple[LayerErrors, ...], shown: tuple[Part, ...], layer: int, unit: int
) -> tuple[Array, float]:
    """Return weight times error that come back to a hidden unit from the shown ones above.

    Returns
    -------
    ndarray
        From each shown unit of the layer above.
    float
        The sum from the others.
    """
    weights = passed.layers[layer].weights[:, unit]
    terms = weights * errors[layer].by_z
    above = shown[layer + 1]
    return terms[above.shown], float(terms[above.others].sum())
