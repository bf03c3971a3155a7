"""The items of a figure as matplotlib's artists on one pair of axes."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from matplotlib import ticker
from matplotlib.axes import Axes

from optiviz.reports.drawing import strokes
from optiviz.reports.drawing.shades import of_classes, of_ramp
from optiviz.reports.drawing.styles import LINE, MARKERS, dash, plain
from optiviz.reports.sizes import SIZE
from optiviz.views.figure import (
    Array,
    Arrows,
    Axis,
    Band,
    ClassImage,
    Disks,
    Figure,
    Item,
    Line,
    Points,
    Rule,
    Strokes,
    Text,
    Tiles,
    ValueImage,
)
from optiviz.views.palette import Palette

_LARGEST = 1e300
_LONGEST_LABEL = 32  # letters
_LONGEST_NAME, _MOST_NAMES = 28, 24  # letters of categories' names, and how many
_FAR = 12  # points from a line's end to its label, from which on dots lead there
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


# Axes


def set_axes(axes: Axes, figure: Figure, palette: Palette) -> None:
    """Set range, scale, ticks and labels of both axes."""
    if figure.equal:
        axes.set_aspect("equal", adjustable="box")
    for axis, upright in ((figure.x, False), (figure.y, True)):
        low, high, log = range_of(axis, figure.items, upright)
        which = axes.yaxis if upright else axes.xaxis
        (axes.set_yscale if upright else axes.set_xscale)("log" if log else "linear")
        (axes.set_ylim if upright else axes.set_xlim)(low, high)
        which.set_label_text(plain(axis.label, 60), color=palette.muted)
        which.set_minor_locator(ticker.NullLocator())
        if axis.ticks:
            set_names(which, axis, low, high)
            continue
        if not log:
            which.set_major_locator(
                ticker.MaxNLocator(6 if upright else 8, steps=[1, 2, 2.5, 5, 10])
            )
        else:
            which.set_major_locator(ticker.FixedLocator(_decades(low, high)))
        which.set_major_formatter(ticker.FuncFormatter(_tick))


def set_names(which: Any, axis: Axis, low: float, high: float) -> None:
    """Write the names of an axis, or some of them where there are many."""
    inside = [(value, text) for value, text in axis.ticks if low <= value <= high]
    most = _MOST_NAMES if which.axis_name == "y" else _MOST_NAMES // 2
    inside = inside[:: -(-len(inside) // most) or 1]
    longest = _LONGEST_NAME if which.axis_name == "y" else max(6, 80 // max(1, len(inside)))
    which.set_major_locator(ticker.FixedLocator([value for value, _ in inside]))
    names = [plain(text, longest) for _, text in inside]
    which.set_major_formatter(ticker.FixedFormatter(names))


def _decades(low: float, high: float) -> list[float]:
    """Return ticks of a logarithmic axis: powers of ten, of a short one their 2 and 5 too."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    if math.log10(high) - math.log10(low) < 1.5:
        ticks = [factor * 10.0**e for e in range(first, last) for factor in (1, 2, 5)]
    else:
        stride = -(-(last - first) // 8)
        ticks = [10.0**e for e in range(first, min(last, 307) + 1) if e % stride == 0]
    inside = [tick for tick in ticks if low <= tick <= high]
    if len(inside) < 2:  # none of them may lie in so short a stretch
        even = map(float, ticker.MaxNLocator(4).tick_values(low, high))
        inside = [tick for tick in even if low <= tick <= high]
    return inside


def _tick(value: float, _: object = None) -> str:
    value = float(f"{value:.12g}")  # -0.0001 may come as -0.00010000000000000002
    if value and not 1e-4 < abs(value) < 1e7:
        exponent = math.floor(math.log10(abs(value)) + 1e-9)
        factor = value / 10.0**exponent if exponent > -300 else 1.0
        front = f"{factor:.6g}·" if abs(abs(factor) - 1) > 1e-9 else "-" if value < 0 else ""
        return f"{front}10{str(exponent).translate(_SUPERSCRIPT)}".replace("-", "−")
    return f"{value:,.10g}".replace("-", "−")


def range_of(axis: Axis, items: Sequence[Item], upright: bool) -> tuple[float, float, bool]:
    """Return where an axis begins and ends, and whether it can be logarithmic."""
    parts = [_usable(v, axis.log) for item in items for v in _values(item, upright)]
    values = np.concatenate([part[np.isfinite(part)] for part in parts] or [np.empty(0)])
    log = axis.log and (len(values) > 0 or (axis.low or 0) > 0)
    given = [v if v is not None and (v > 0 or not log) else None for v in (axis.low, axis.high)]
    low, high = (float(values.min()), float(values.max())) if len(values) else (1.0, 10.0)
    low = low if given[0] is None else given[0]
    high = high if given[1] is None else given[1]
    if log:  # in decades
        low, high = math.log10(low), math.log10(high)
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-290):
        reach = 0.3 if log else 0.05 * max(abs(low), abs(high)) or 0.5
        low, high = low - reach, high + reach
    margin = (0.04 if log else 0.05) * (high - low)
    low = low - margin if given[0] is None else low
    high = high + margin if given[1] is None else high
    return (10.0 ** max(low, -307), 10.0 ** min(high, 307), True) if log else (low, high, False)


def _usable(values: Array, log: bool) -> Array:
    """Return values with nan where they can't be drawn."""
    values = np.asarray(values, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        good = np.abs(values) <= _LARGEST
        if log:
            good &= values >= 1 / _LARGEST
    return np.where(good, values, np.nan)


def _values(item: Item, upright: bool) -> Iterator[Array]:
    match item:
        case Line() | Points():
            yield item.y if upright else item.x
        case Band():
            yield from (item.low, item.high) if upright else (item.x,)
        case ClassImage() | ValueImage():
            edges = (item.bottom, item.top) if upright else (item.left, item.right)
            yield np.array(edges)
        case Text():
            yield np.array([item.y if upright else item.x])
        case Strokes():
            yield from (item.y0, item.y1) if upright else (item.x0, item.x1)
        case Disks():
            yield item.y if upright else item.x
        case Tiles():
            middle, reach = (item.y, item.height) if upright else (item.x, item.width)
            yield from (middle - reach / 2, middle + reach / 2)
        case Arrows():
            begin, way = (item.y, item.dy) if upright else (item.x, item.dx)
            yield from (begin, begin + way)
        case Rule() if item.upright != upright:
            yield np.array([item.at])


# Items


def draw_items(axes: Axes, figure: Figure, palette: Palette) -> None:
    """Draw every item, in order."""
    for order, item in enumerate(figure.items):
        z = 2 + order / (len(figure.items) + 1)
        match item:
            case Line():
                _draw_line(axes, item, figure, palette, z)
            case Band():
                low, high = (_usable(v, figure.y.log) for v in (item.low, item.high))
                colour = palette.colour(item.role)
                x = _usable(item.x, figure.x.log)
                axes.fill_between(
                    x, low, high, color=colour, alpha=item.opacity, linewidth=0, zorder=z
                )
            case Points():
                _draw_points(axes, item, figure, palette, z)
            case ClassImage() | ValueImage():
                _draw_image(axes, item, palette, z)
            case Text():
                _draw_text(axes, item, palette, z)
            case Rule():
                draw = axes.axvline if item.upright else axes.axhline
                line = draw(item.at, color=palette.colour(item.role), linewidth=1.2, zorder=z)
                line.set_linestyle(dash(item.dash))
            case Strokes():
                strokes.draw_strokes(axes, item, palette, z)
            case Disks():
                strokes.draw_disks(axes, item, palette, z)
            case Tiles():
                strokes.draw_tiles(axes, item, palette, z)
            case Arrows():
                strokes.draw_arrows(axes, item, palette, z)


def _draw_line(axes: Axes, item: Line, figure: Figure, palette: Palette, z: float) -> None:
    x, y = _usable(item.x, figure.x.log), _usable(item.y, figure.y.log)
    axes.plot(
        x,
        y,
        color=palette.colour(item.role),
        linestyle=dash(item.dash),
        linewidth=LINE * item.width,
        alpha=item.opacity,
        drawstyle="steps-post" if item.steps else "default",
        solid_joinstyle="round",
        solid_capstyle="round",
        dash_capstyle="round" if item.dash == "dot" else "butt",
        zorder=z,
    )


def _draw_points(axes: Axes, item: Points, figure: Figure, palette: Palette, z: float) -> None:
    colour = palette.colour(item.role)
    hollow = item.hollow or item.marker == "ring"
    edge = palette.text if item.outlined else colour if hollow else palette.card
    axes.plot(
        _usable(item.x, figure.x.log),
        _usable(item.y, figure.y.log),
        linestyle="none",
        marker=MARKERS[item.marker],
        markersize=item.size * SIZE,
        markerfacecolor="none" if hollow else colour,
        markeredgecolor=edge,
        markeredgewidth=1.1 if item.outlined or hollow else 0.4,
        alpha=item.opacity,
        zorder=z,
    )


def _draw_image(axes: Axes, item: ClassImage | ValueImage, palette: Palette, z: float) -> None:
    limits = axes.get_xlim(), axes.get_ylim(), axes.get_aspect()
    strokes.show_shades(
        axes,
        of_classes(item) if isinstance(item, ClassImage) else of_ramp(item.shares(item.values)),
        palette,
        extent=(item.left, item.right, item.bottom, item.top),
        interpolation="nearest" if isinstance(item, ValueImage) and item.flat else "bilinear",
        zorder=z,
    )
    axes.set(xlim=limits[0], ylim=limits[1], aspect=limits[2])


def draw_ramp(axes: Axes, item: ValueImage, palette: Palette, width: float) -> None:
    """Draw the scale of a picture of values right of its axes, on a page `width` inches wide."""
    box = axes.get_position()
    strip = axes.figure.add_axes((box.x1 + 0.12 / width, box.y0, 0.11 / width, box.height))
    steps = np.linspace(0.0, 1.0, 256)[:, None]
    strokes.show_shades(strip, of_ramp(steps), palette, extent=(0.0, 1.0, 0.0, 1.0))
    strip.set_xticks([])
    strip.yaxis.tick_right()
    strip.yaxis.set_label_position("right")
    strip.tick_params(length=2, colors=palette.muted, labelsize=SIZE - 0.5, pad=2)
    levels = item.levels
    shown: Sequence[float] = levels
    if len(levels) == 2:
        found = ticker.MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]).tick_values(*levels)
        shown = [float(level) for level in found if levels[0] <= level <= levels[1]]
    elif len(levels) > 6:
        chosen = np.linspace(0, len(levels) - 1, 6).round().astype(int)
        shown = [levels[i] for i in chosen]
    places = item.shares(np.array(shown))
    strip.set_yticks(places, [_tick(float(f"{level:.3g}")) for level in shown])
    strip.set_ylabel(plain(item.label, 60), color=palette.muted)
    for spine in strip.spines.values():
        spine.set_visible(False)


def _draw_text(axes: Axes, item: Text, palette: Palette, z: float) -> None:
    if not (math.isfinite(item.x) and math.isfinite(item.y)):
        return
    across = item.anchor if item.anchor in ("left", "right") else "center"
    up = item.anchor if item.anchor in ("top", "bottom") else "center"
    plate = {"facecolor": palette.card, "edgecolor": "none", "alpha": 0.9, "pad": 1.2}
    axes.text(
        item.x,
        item.y,
        plain(item.text),
        color=palette.colour(item.role),
        size=item.size * SIZE,
        ha=across,
        va=up,
        weight="bold" if item.bold else "normal",
        bbox=plate if item.boxed else None,
        clip_on=True,
        zorder=max(4.0, z),
    )


def leave_out(axes: Axes, figure: Figure) -> None:
    """Hide words that have no room, where axes have been placed."""
    words = (item for item in figure.items if isinstance(item, Text))
    drawn = (item for item in words if math.isfinite(item.x) and math.isfinite(item.y))
    for item, text in zip(drawn, axes.texts, strict=False):
        if item.room is not None:
            ends = axes.transData.transform([(item.x, item.y), (item.x + item.room, item.y)])
            text.set_visible(text.get_window_extent().width <= abs(float(ends[1, 0] - ends[0, 0])))


# Labels at the ends of lines


def labels_of(figure: Figure) -> list[tuple[Line, str, float, float]]:
    """Return lines that have a label, with its words and the last point that is drawn."""
    found = []
    for item in figure.items:
        if not isinstance(item, Line) or not item.label:
            continue
        x, y = _usable(item.x, figure.x.log), _usable(item.y, figure.y.log)
        drawn = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        if len(drawn):
            end = drawn[-1]
            found.append((item, plain(item.label, _LONGEST_LABEL), float(x[end]), float(y[end])))
    return found


def draw_labels(axes: Axes, figure: Figure, palette: Palette, points: Callable[[], float]) -> None:
    """Write each line's label beside the axes, moved apart where they would lie on each other.

    Parameters
    ----------
    points : callable
        Returns how many pixels a point is.
    """
    found = labels_of(figure)
    if not found:
        return
    box = axes.get_window_extent()
    height = min(SIZE * 1.25 * points(), box.height / len(found))
    size = max(4.0, height / points() / 1.25)
    ends = [axes.transData.transform((x, y)) for _, _, x, y in found]
    wanted = [min(max(float(end[1]), box.y0), box.y1) for end in ends]
    at = apart(wanted, height, float(box.y0), float(box.y1))
    inverse = axes.transAxes.inverted()
    style: dict[str, Any] = {"transform": axes.transAxes, "clip_on": False}
    for (line, words, _, _), (x_end, _), want, y in zip(found, ends, wanted, at, strict=True):
        colour = palette.colour(line.role)
        # Where lines go on beyond what has been reached, a label at its end would lie on them.
        edge = float(box.x1)
        x = edge + 7 * points()
        if edge - x_end > _FAR * points():
            dots = inverse.transform([(x_end + 3 * points(), want), (edge, want)]).T
            axes.plot(*dots, color=palette.muted, linestyle=dash("dot"), linewidth=0.7, **style)
        if abs(y - want) > 0.4 * height:
            way = inverse.transform([(edge, want), (x - 2 * points(), y)])
            axes.plot(*way.T, color=colour, linewidth=0.6, alpha=0.7, **style)
        across, up = inverse.transform((x, y))
        axes.text(
            across,
            up,
            words,
            transform=axes.transAxes,
            color=colour,
            size=size,
            va="center_baseline",
            ha="left",
            zorder=5,
        )


def apart(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return places near the wanted ones, in their order, at least `gap` apart and inside.

    Neighbours that collide become a group around the mean of what they want.
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    groups: list[tuple[list[int], float]] = []  # members, and the centre of the group
    for i in order:
        members, centre = [i], wanted[i]
        while True:
            half = gap * len(members) / 2
            centre = max(low + half, min(high - half, centre))
            if not groups:
                break
            before, other = groups[-1]
            if other + gap * len(before) / 2 <= centre - half + 1e-9:
                break
            groups.pop()
            members = before + members
            centre = sum(wanted[m] for m in members) / len(members)
        groups.append((members, centre))
    places = [0.0] * len(wanted)
    for members, centre in groups:
        for rank, i in enumerate(members):
            places[i] = centre + gap * (rank - (len(members) - 1) / 2)
    return places
