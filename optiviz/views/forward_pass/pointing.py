"""What can be pointed at on the way of a row: units and weights, with what is known so far."""

import numpy as np

from optiviz.analysis.networks import diagrams
from optiviz.views.figure import Action, Spots
from optiviz.views.forward_pass.board import Board
from optiviz.views.forward_pass.walk import Step


def spots_of(board: Board) -> tuple[Spots, ...]:
    """Return units to point at, with their numbers; a click goes to where they come from."""
    x, y, sums, said, errors = [], [], [], [], []
    names: list[str] = []
    actions: list[Action] = []
    for number, part in enumerate(board.told.shown):
        for unit, up in zip(part.shown.tolist(), board.places[number].tolist(), strict=False):
            x.append(float(number))
            y.append(up)
            names.append(board.told.columns[number].units[unit])
            actions.append(
                Action("Go to this unit", settings=(("step", _halt(board, number, unit)),))
            )
            known = board.knows(number, unit)
            layer = board.told.passed.layers[number - 1] if number else None
            sums.append(layer.z[unit] if layer is not None and known else np.nan)
            value = layer.a[unit] if layer is not None else board.told.passed.layers[0].inputs[unit]
            said.append(np.nan if known.startswith("z") or not known else value)
            has_error = Step("error", number, unit) in board.done
            errors.append(board.told.errors[number - 1].by_z[unit] if has_error else np.nan)
    facts = (
        ("unit", tuple(names)),
        ("weighted sum", np.array(sums)),
        ("says", np.array(said)),
        ("error", np.array(errors)),
    )
    return (
        Spots(np.array(x), np.array(y), facts, tuple(actions), reach=1.5),
        _edge_spots(board),
    )


def _halt(board: Board, layer: int, unit: int) -> int:
    """Return the first halt at which a unit has its number."""
    kinds = (Step("transfer", layer, unit), Step("transfer", layer))
    index = next((i for i, step in enumerate(board.steps) if step in kinds), 0) if layer else 0
    return next(i for i, halt in enumerate(board.halts) if halt >= index)


def _edge_spots(board: Board) -> Spots:
    """Return weights to point at, with what is known of each."""
    problem, columns = board.told.problem, board.told.columns
    edges = diagrams.edges(problem.network, len(columns[0].y))
    starts = [int(biases[0]) - len(columns[i].y) for i, biases in enumerate(edges.biases)]
    x, y, numbers = [], [], []
    ends: list[tuple[str, str]] = []
    actions: list[Action] = []
    for layer, unit, place, _, below in board.pairs():
        passed = board.told.passed.layers[layer - 1]
        y1, along = float(board.places[layer][place]), 0.55 + 0.3 * place / 12
        knows = Step("products", layer, unit) in board.done
        back = Step("slopes", layer, unit) in board.done
        for i, source in enumerate(below.shown.tolist()):
            y0 = float(board.places[layer - 1][i])
            x.append(layer - 1 + board.plate + along * (1 - 2 * board.plate))
            y.append(y0 + along * (y1 - y0))
            ends.append((columns[layer - 1].units[source], columns[layer].units[unit]))
            numbers.append((
                passed.weights[unit, source],
                passed.products[unit, source] if knows else np.nan,
                board.told.errors[layer - 1].by_weights[unit, source] if back else np.nan,
            ))  # fmt: skip
            at = starts[layer - 1] + unit * (len(passed.inputs) + 1) + source
            actions.append(Action("Change this weight", weight=at))
    weights, products, slopes = np.array(numbers).T
    facts = (
        ("from", tuple(source for source, _ in ends)),
        ("to", tuple(target for _, target in ends)),
        ("weight", weights),
        ("times its input", products),
        ("gradient", slopes),
    )
    return Spots(np.array(x), np.array(y), facts, tuple(actions), reach=0.6)
