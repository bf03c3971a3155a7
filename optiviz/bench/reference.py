"""The classic programs as courses write them: pure Python, one row and one weight at a time.

They share nothing with optiviz. They are fed the same rows, start weights and moves, so that what
they find is compared and not only how long they take.
"""

from collections.abc import Callable, Sequence
from math import exp

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Labels = NDArray[np.int64]


def activate(row: Vector, weights: Vector) -> float:
    """Return the bias, which comes last, plus each input times its weight."""
    activation: float = weights[-1]
    for i in range(len(row)):
        activation += weights[i] * row[i]
    return activation


def step(activation: float) -> float:
    """Transfer of a perceptron."""
    if activation >= 0.0:
        return 1.0
    return 0.0


def sigmoid(activation: float) -> float:
    """Transfer of a network's node."""
    return 1.0 / (1.0 + exp(-activation))


def predict_row_by_perceptron(row: Vector, weights: Vector) -> int:
    """Return the class of one row."""
    return round(step(activate(row, weights)))


def predict_row_by_network(row: Vector, network: list[list[Vector]]) -> int:
    """Return the class of one row: the rounded output of the last node."""
    inputs = row
    for layer in network:
        outputs = []
        for node in layer:
            outputs.append(sigmoid(activate(inputs, node)))
        inputs = np.array(outputs)
    return round(float(inputs[0]))


def layered(flat: Vector, n_inputs: int, units: Sequence[int]) -> list[list[Vector]]:
    """Cut flat weights into layers of nodes."""
    network, at, width = [], 0, n_inputs + 1
    for n in units:
        layer = []
        for _ in range(n):
            layer.append(flat[at : at + width])
            at += width
        network.append(layer)
        width = n + 1
    return network


def predict_dataset(X: Vector, weights: Vector, units: Sequence[int]) -> list[int]:
    """Return the class of each row by a network, or by a perceptron if `units` is empty."""
    predictions = []
    if units:
        network = layered(weights, X.shape[1], units)
        for row in X:
            predictions.append(predict_row_by_network(row, network))
    else:
        for row in X:
            predictions.append(predict_row_by_perceptron(row, weights))
    return predictions


def share_right(y: Labels, predictions: Sequence[int]) -> float:
    """Return the accuracy, counted in a loop."""
    right = 0
    for label, prediction in zip(y, predictions, strict=True):
        if prediction == label:
            right += 1
    return right / len(y)


def hill_climb(
    X: Vector,
    y: Labels,
    start: Vector,
    moves: Vector,
    units: Sequence[int] = (),
    score: Callable[[Labels, Sequence[int]], float] = share_right,
) -> tuple[Vector, list[float]]:
    """Add each move in turn to the weights, and keep it if accuracy is no worse.

    Parameters
    ----------
    X : ndarray, shape (rows, features)
    y : ndarray of int, shape (rows,)
    start : ndarray, shape (dim,)
    moves : ndarray, shape (iterations, dim)
    units : sequence of int
        Units of each layer; none for the perceptron.
    score : callable
        What counts right answers; courses use scikit-learn's ``accuracy_score``.

    Returns
    -------
    weights : ndarray
        The last ones.
    scores : list of float
        Accuracy after each iteration, the start's first.
    """
    solution = start
    best = score(y, predict_dataset(X, solution, units))
    scores = [best]
    for move in moves:
        candidate = solution + move
        found = score(y, predict_dataset(X, candidate, units))
        if found >= best:
            solution, best = candidate, found
        scores.append(best)
    return solution, scores
