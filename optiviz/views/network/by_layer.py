"""A network too large for a diagram: a line for each layer."""

import numpy as np

from optiviz.analysis.networks import units
from optiviz.engine.wording import measured
from optiviz.views.figure import Array, Axis, Band, Figure, Item, LegendEntry, Line, Spots, Text
from optiviz.views.network.moment import Moment

_BINS = (9, 61)  # of a histogram, at least and at most
_TOP = 0.95
_LINES = 14  # of words that there is room for
_LEFT, _RIGHT = 0.27, 0.60  # of the histograms
_COLUMNS = (0.70, 0.81, 0.92)  # of figures beside them


def figure(moment: Moment, title: str) -> Figure:
    """Draw the layers of a network over each other, with the spread of their weights."""
    problem = moment.evaluator.problem
    network = problem.network
    data = moment.evaluator.data
    judged = units.layers_on(network, moment.x, moment.judged())
    n = len(judged)
    step = _TOP / n
    every = -(-n // _LINES)
    values = network.matrices(moment.values, data.X_train.shape[1])
    weights = network.matrices(moment.x, data.X_train.shape[1])
    slopes = None
    if moment.gradient is not None:
        slopes = network.matrices(moment.gradient, data.X_train.shape[1])
    scale = _scale(values, moment.scale)
    items: list[Item] = _heading(moment, scale)
    rows: list[tuple[str, str, float, float, float, float]] = []
    for i, (activation, a) in enumerate(judged):
        y = _TOP - (i + 0.5) * step
        fare = units.health(activation, a, is_output=i == n - 1)
        items += _ridge(values[i], y - 0.3 * step, min(0.75 * step, 0.13), scale)
        name = "output" if i == n - 1 else f"hidden {i + 1}"
        size = f"{len(a):,} {units.spoken(activation)}"
        troubled = float(np.mean(fare.saturated | fare.dead))
        rms = _rms(weights[i])
        slope = _rms(slopes[i]) if slopes is not None else np.nan
        rows.append((name, size, rms, slope, float(fare.saturated.mean()), float(fare.dead.mean())))
        if i == n - 1 or (i % every == 0 and i + every < n):
            small = float(np.clip(step * every * 3.1 / 0.2, 0.7, 1.0))
            items.append(Text(0.01, y, name, "text", "left", bold=True, size=small))
            items.append(Text(_LEFT - 0.02, y, size, "muted", "right", size=small))
            figures = (_said(rms), _said(slope) if slopes is not None else "–", f"{troubled:.0%}")
            for x, words in zip(_COLUMNS, figures, strict=True):
                items.append(Text(x, y, words, "text", "center", size=small))
    facts = (
        ("layer", tuple(f"{name}: {size}" for name, size, *_ in rows)),
        ("root mean square of the weights", np.array([row[2] for row in rows])),
        ("of the gradient", np.array([row[3] for row in rows])),
        ("share of saturated units", np.array([row[4] for row in rows])),
        ("share of dead units", np.array([row[5] for row in rows])),
    )
    ys: Array = _TOP - (np.arange(n, dtype=np.float64) + 0.5) * step
    shown = "gradient" if moment.by_gradient else "weight"
    over = f" over {moment.rows:,} training rows" if slopes is not None else ""
    return Figure(
        title=title,
        note=f"{problem.dim:,} weights",
        x=Axis(low=0.0, high=1.0),
        y=Axis(low=-0.08, high=1.06),
        items=tuple(items),
        legend=(
            LegendEntry("positive", "positive", "square"),
            LegendEntry("negative", "negative", "square"),
        ),
        caption=(
            f"The network at iteration {moment.k:,}, layer by layer, as it is too large to draw "
            f"each unit: {data.X_train.shape[1]:,} inputs, then {n} layer{'s' if n > 1 else ''}. "
            f"Hills show how often which {shown} occurs, each as high as its most frequent one; "
            "what is beyond the ends is counted at them. Beside them are the size (root mean "
            f"square) of the weights and of the gradient{over}, and the share of units that are "
            "stuck: saturated, or dead."
        ),
        frameless=True,
        spots=(Spots(np.full(n, (_LEFT + _RIGHT) / 2), ys, facts, reach=2.0),),
    )


def _scale(layers: list[Array], usual: float) -> float:
    """Return where histograms end: of each layer, all but a hundredth are within."""
    sizes = [np.abs(values[np.isfinite(values)]) for values in layers]
    ends = [float(np.quantile(size, 0.99)) for size in sizes if len(size)]
    return units.round_up(max(ends)) if ends and max(ends) > 0 else usual


def _heading(moment: Moment, scale: float) -> list[Item]:
    """Return the words above the columns, and the scale below the histograms."""
    middle, end = (_LEFT + _RIGHT) / 2, measured(scale, 4).rstrip("0").rstrip(".")
    what = "gradient" if moment.by_gradient else "weights"
    items: list[Item] = [
        Text(middle, 1.02, what, "muted", "center"),
        Line(np.array([middle, middle]), np.array([-0.01, 0.97]), "line", width=0.6),
        Text(_LEFT, -0.045, f"−{end}", "muted", "center"),
        Text(middle, -0.045, "0", "muted", "center"),
        Text(_RIGHT, -0.045, end, "muted", "center"),
    ]
    for x, words in zip(_COLUMNS, ("size", "gradient", "stuck"), strict=True):
        items.append(Text(x, 1.02, words, "muted", "center"))
    return items


def _ridge(values: Array, base: float, height: float, scale: float) -> list[Item]:
    """Return the histogram of a layer's weights as a hill for each sign."""
    known = values[np.isfinite(values)]
    bins = 2 * (int(np.clip(2 * len(known) ** 0.5, *_BINS)) // 2) + 1  # one of them around 0
    count, ends = np.histogram(np.clip(known, -scale, scale), bins, (-scale, scale))
    heights = base + height * count / max(int(count.max()), 1)
    middles = (ends[:-1] + ends[1:]) / 2
    x = _LEFT + (_RIGHT - _LEFT) * (middles / scale + 1) / 2
    items: list[Item] = []
    for role, side in (("negative", middles <= 1e-12), ("positive", middles >= -1e-12)):
        floor = np.full(int(side.sum()), base)
        items.append(Band(x[side], floor, heights[side], role, opacity=0.75))
    return items


def _rms(values: Array) -> float:
    with np.errstate(all="ignore"):
        return float(np.sqrt(np.mean(np.square(values))))


def _said(value: float) -> str:
    return "0" if value == 0 else measured(value, 3, 2)
