"""The diagram of a network that is small enough for each of its units to be drawn."""

from functools import lru_cache
from typing import Literal

import numpy as np

from optiviz.analysis.features.grounds import Ground
from optiviz.analysis.networks import diagrams, units
from optiviz.engine.wording import measured
from optiviz.views.figure import (
    Action,
    Array,
    Axis,
    Disks,
    Figure,
    Item,
    LegendEntry,
    Line,
    Marker,
    Points,
    Spots,
    Text,
    Tiles,
)
from optiviz.views.network.enlarged import Box, enlarged
from optiviz.views.network.moment import Moment
from optiviz.views.network.sketch import HEIGHT, HIGH, LOW, MAPPED, NAMED, WIDTH, Sketch
from optiviz.views.network.weights import bias_spots, strokes_of

_TITLED = 6  # letters for each layer, from which on titles are written out
_BACK = Action("Back to the whole network", settings=(("unit", ""),))


def figure(
    moment: Moment, ground: Ground, chosen: tuple[int, int] | None, title: str, warning: str
) -> Figure:
    """Draw a network.

    Parameters
    ----------
    moment : Moment
    ground : Ground
        Where maps are of.
    chosen : (int, int) or None
        Layer, from 1, and unit, from 0, of the large map.
    title, warning : str
    """
    problem, data = moment.evaluator.problem, moment.evaluator.data
    columns = diagrams.columns(problem.network, problem.dataset)
    edges = diagrams.edges(problem.network, data.X_train.shape[1])
    sketch = Sketch(columns, edges, 0.44 if chosen else 0.0)
    over_plane = [units.signed_inputs(ground.grid.T)]
    said = units.layers_on(problem.network, moment.x, ground.grid)
    over_plane += [units.signed(activation, a) for activation, a in said]
    judged = units.layers_on(problem.network, moment.x, moment.judged())
    fares = [
        units.health(activation, a, is_output=number == len(judged))
        for number, (activation, a) in enumerate(judged, 1)
    ]
    strokes, edge_spots, left_out = strokes_of(sketch, moment)
    items: list[Item] = [strokes]
    items += _units(sketch, moment, over_plane)
    items += _words(sketch)
    items += _marks(sketch, fares)
    spots = [_unit_spots(sketch, moment, fares, chosen), bias_spots(sketch, moment), edge_spots]
    if chosen:
        layer, unit = chosen
        box = Box.at_right(sketch.span, sketch.beside, columns[layer].units[unit])
        raw = said[layer - 1][1][unit]
        items += enlarged(box, moment, ground, over_plane[layer][unit], raw)
        items += [_ring(sketch, layer, unit)]
        spots.insert(0, Spots(*box.middle, actions=(_BACK,), reach=4.0))
    return Figure(
        title=title,
        note=f"{problem.dim:,} weights",
        x=Axis(low=sketch.span[0], high=sketch.span[1]),
        y=Axis(low=LOW, high=HIGH),
        items=tuple(items),
        legend=_legend(moment, fares),
        caption=_caption(sketch, moment, fares, left_out),
        warning=warning,
        frameless=True,
        spots=tuple(spots),
    )


def _units(sketch: Sketch, moment: Moment, over_plane: list[Array]) -> list[Item]:
    """Return maps with a small square for the bias, or disks that show the bias themselves."""
    items: list[Item] = []
    for number, column in enumerate(sketch.columns):
        width, height = sketch.map_size(number)
        x = np.full(len(column.y), float(number))
        biases = np.zeros(len(column.y))
        if number:
            biases = moment.values[sketch.edges.biases[number - 1]] / moment.scale
        if not width:
            size = float(np.clip(0.75 * column.spacing * HEIGHT / 0.125, 0.22, 0.9))
            items.append(Disks(x, column.y, np.clip(biases, -1, 1), size))
            continue
        values = over_plane[number]
        side = round(values.shape[1] ** 0.5)
        clipped = np.clip(values, -1, 1).reshape(-1, side, side)
        items.append(Tiles(x, column.y, clipped, width, height))
        if number:
            bx, by, (bw, bh) = sketch.bias_places(number)
            items.append(Tiles(bx, by, np.clip(biases, -1, 1)[:, None, None], bw, bh))
    return items


def _words(sketch: Sketch) -> list[Item]:
    """Return titles of layers, and what is written beside inputs and outputs."""
    columns = sketch.columns
    items: list[Item] = []
    room = WIDTH / sketch.width  # letters for each layer
    long = max(len(f"{one.title} · {one.activation}") for one in columns)
    size = float(np.clip(room / (1.3 * max(len(one.title) for one in columns)), 0.6, 1.0))
    for number, one in enumerate(columns):
        if room < _TITLED:
            words = one.title.removeprefix("hidden ").removesuffix("put")
            items.append(Text(number, 1.1, words, "text", "center", bold=True, size=0.8))
        elif long * 1.1 <= room or not one.activation:
            words = f"{one.title} · {one.activation}" if one.activation else one.title
            items.append(Text(number, 1.1, words, "text", "center", bold=True, size=size))
        else:
            items.append(Text(number, 1.125, one.title, "text", "center", bold=True, size=size))
            small = max(min(size, room / (1.1 * len(one.activation))), 0.55)
            items.append(Text(number, 1.06, one.activation, "muted", "center", size=small))
    for number, one, side in ((0, columns[0], -1), (len(columns) - 1, columns[-1], 1)):
        if len(one.y) > NAMED:
            continue
        x = number + side * (sketch.map_size(number)[0] / 2 + 0.8 * sketch.letter())
        anchor: Literal["left", "right"] = "right" if side < 0 else "left"
        size = float(np.clip(one.spacing * HEIGHT / 0.16, 0.7, 1.0))
        for y, name in zip(one.y.tolist(), one.beside, strict=True):
            words = diagrams.elided(name, sketch.longest)
            items.append(Text(x, y, words, "text", anchor, size=size))
    return items


def _marks(sketch: Sketch, fares: list[units.Health]) -> list[Item]:
    """Return marks at units that are saturated or dead."""
    found: dict[str, list[tuple[float, float]]] = {"saturated": [], "dead": []}
    closest = min(column.spacing for column in sketch.columns[1:])
    size = float(np.clip(closest * HEIGHT / 0.125, 0.4, 0.75))
    for number, (column, fare) in enumerate(zip(sketch.columns[1:], fares, strict=True), 1):
        width, height = sketch.map_size(number)
        dx, dy = (width / 2, height / 2) if width else (0.9 * sketch.letter(), 0.0)
        for what, flags in (("saturated", fare.saturated), ("dead", fare.dead)):
            found[what] += [(number + dx, float(y) + dy) for y in column.y[flags]]
    items: list[Item] = []
    for what, places in found.items():
        if places:
            x, y = np.array(places).T
            role, marker = _MARKS[what]
            items.append(Points(x, y, role, marker, size=size))
    return items


_MARKS: dict[str, tuple[str, Marker]] = {
    "saturated": ("muted", "diamond"),
    "dead": ("danger", "cross"),
}


def _ring(sketch: Sketch, layer: int, unit: int) -> Item:
    """Return the frame around the chosen unit."""
    width, height = sketch.map_size(layer)
    y = float(sketch.columns[layer].y[unit])
    if not width:
        return Points(np.array([float(layer)]), np.array([y]), "accent", "ring", 1.2, hollow=True)
    dx, dy = width / 2 + 0.004 * sketch.width, height / 2 + 0.008
    across, up = np.array([-dx, dx, dx, -dx, -dx]), np.array([-dy, -dy, dy, dy, -dy])
    return Line(layer + across, y + up, "accent", width=1.6)


def _unit_spots(
    sketch: Sketch, moment: Moment, fares: list[units.Health], chosen: tuple[int, int] | None
) -> Spots:
    """Return the places of all units but inputs, with what is known of each."""
    names: list[str] = []
    words: list[str] = []
    actions: list[Action] = []
    means, shares, biases = [], [], []
    x, y = [], []
    for layer, (column, fare) in enumerate(zip(sketch.columns[1:], fares, strict=True), 1):
        x.append(np.full(len(column.y), float(layer)))
        y.append(column.y)
        names += column.units
        words += [
            "saturated" if saturated else "dead" if dead else ""
            for saturated, dead in zip(fare.saturated.tolist(), fare.dead.tolist(), strict=True)
        ]
        means.append(fare.mean)
        shares.append(fare.at_limits)
        biases.append(moment.x[sketch.edges.biases[layer - 1]])
        actions += _openings(layer, len(column.y))
    if chosen:
        at = sum(len(column.y) for column in sketch.columns[1 : chosen[0]]) + chosen[1]
        actions[at] = _BACK
    facts = (
        ("unit", tuple(names)),
        ("it is", tuple(words)),
        ("says on average", np.concatenate(means)),
        ("share of rows at its limits", np.concatenate(shares)),
        ("bias", np.concatenate(biases)),
    )
    return Spots(np.concatenate(x), np.concatenate(y), facts, tuple(actions), reach=1.0)


@lru_cache(maxsize=32)
def _openings(layer: int, n: int) -> tuple[Action, ...]:
    """Return what clicks on the units of a layer do."""
    label = "Show its map large"
    return tuple(Action(label, settings=(("unit", f"{layer}:{i + 1}"),)) for i in range(n))


def _legend(moment: Moment, fares: list[units.Health]) -> tuple[LegendEntry, ...]:
    what, end = (
        "gradient" if moment.by_gradient else "weight",
        measured(moment.scale, 4).rstrip("0"),
    )
    end = end.rstrip(".")
    entries = [
        LegendEntry(f"{what} +{end}", "positive", "line"),
        LegendEntry(f"{what} −{end}", "negative", "line"),
        LegendEntry("small square: bias", "muted", "square"),
    ]
    for what, flags in (
        ("saturated", [fare.saturated for fare in fares]),
        ("dead", [fare.dead for fare in fares]),
    ):
        if np.concatenate(flags).any():
            entries.append(LegendEntry(what, *_MARKS[what]))
    return tuple(entries)


def _caption(sketch: Sketch, moment: Moment, fares: list[units.Health], left_out: int) -> str:
    what = "a weight"
    if moment.by_gradient:
        n, of = moment.rows, moment.evaluator.problem.n_rows
        rows = f"all {n:,} training rows" if n == of else f"{n:,} of {of:,} training rows"
        what = (
            f"the gradient of a weight over {rows}: where it is positive, f rises with the weight"
        )
    strongest = measured(moment.scale, 4).rstrip("0").rstrip(".")
    said = [
        f"The network at iteration {moment.k:,}. A stroke is {what}; its colour is the sign, and "
        f"width and strength are the size, the strongest {strongest}."
    ]
    if left_out:
        said.append(f"The {left_out:,} weakest of {len(sketch.edges.at):,} are left out.")
    if any(sketch.map_size(number)[0] for number in range(1, len(sketch.columns))):
        said.append(
            "Small maps show what a unit says over the plane of the data; the square at their "
            "corner is the bias."
        )
    if any(len(column.y) > MAPPED for column in sketch.columns[1:]):
        said.append("Where there is no room for maps, a disk has the colour of the bias.")
    saturated = sum(int(fare.saturated.sum()) for fare in fares)
    dead = sum(int(fare.dead.sum()) for fare in fares)
    if saturated:
        units_are = "unit is" if saturated == 1 else "units are"
        said.append(f"{saturated:,} {units_are} at the limits for more than 95% of the rows.")
    if dead:
        said.append(f"{dead:,} {'unit says' if dead == 1 else 'units say'} the same of every row.")
    return " ".join(said)
