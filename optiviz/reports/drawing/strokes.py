"""Strokes, disks, tiles and arrows of a figure as matplotlib's artists."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import FancyArrowPatch, Rectangle

from optiviz.reports.drawing.shades import Shades, of_signs
from optiviz.reports.drawing.styles import LINE, dash, plain
from optiviz.reports.sizes import SIZE
from optiviz.views.figure import Array, Arrows, Disks, Strokes, Tiles
from optiviz.views.palette import Palette

_FAINTEST = 0.12  # of a stroke's opacity
_THINNEST = 0.35  # points
_HEAD = 7.0  # points, of an arrow


def show_shades(axes: Axes, shades: Shades, palette: Palette, **style: Any) -> None:
    """Show a picture of values in the colours of a palette."""
    keep = getattr(palette, "keep", None)
    if keep is None:
        axes.imshow(shades.colours(palette), origin="lower", aspect="auto", **style)
        return
    # A palette that stands for both themes keeps what is shown; here is only its place.
    artist = axes.imshow(np.zeros((1, 1, 3)), origin="lower", aspect="auto", **style)
    keep(artist, shades)


def draw_strokes(axes: Axes, item: Strokes, palette: Palette, z: float) -> None:
    """Draw strokes, the strong ones over the weak ones."""
    lost = ~np.isfinite(item.values)
    size = np.clip(np.abs(np.where(lost, 0.0, item.values)), 0.0, 1.0)
    order = np.argsort(size, kind="stable")
    ends = np.stack((item.x0, item.y0, item.x1, item.y1), axis=-1).reshape(-1, 2, 2)[order]
    colours = np.ones((len(size), 4))
    signs = np.where(lost, np.nan, np.where(item.values < 0, -1.0, 1.0))
    colours[:, :3] = palette.on_signs(signs) / 255
    colours[:, 3] = np.where(lost, 1.0, _FAINTEST + (1 - _FAINTEST) * size)
    widths = np.where(lost, LINE, np.maximum(_THINNEST, LINE * item.width * size))
    axes.add_collection(
        LineCollection(list(ends), colors=colours[order], linewidths=widths[order], zorder=z),
        autolim=False,
    )


def draw_disks(axes: Axes, item: Disks, palette: Palette, z: float) -> None:
    """Draw round markers in the colours of their values."""
    axes.scatter(
        item.x,
        item.y,
        s=(item.size * SIZE) ** 2,
        c=palette.on_signs(item.values) / 255,
        edgecolors=palette.text,
        linewidths=0.8,
        zorder=z,
    )


def draw_tiles(axes: Axes, item: Tiles, palette: Palette, z: float) -> None:
    """Draw small pictures, each with a thin frame."""
    limits = axes.get_xlim(), axes.get_ylim(), axes.get_aspect()
    for x, y, values in zip(item.x.tolist(), item.y.tolist(), item.values, strict=True):
        left, bottom = x - item.width / 2, y - item.height / 2
        show_shades(
            axes,
            of_signs(values),
            palette,
            extent=(left, left + item.width, bottom, bottom + item.height),
            interpolation="bilinear",
            zorder=z,
        )
        axes.add_patch(
            Rectangle(
                (left, bottom),
                item.width,
                item.height,
                facecolor="none",
                edgecolor=palette.muted,
                linewidth=0.6,
                zorder=z,
            )
        )
    axes.set(xlim=limits[0], ylim=limits[1], aspect=limits[2])


def draw_arrows(axes: Axes, item: Arrows, palette: Palette, z: float) -> None:
    """Draw arrows, the label at the head of each."""
    colour: Any = palette.colour(item.role)
    starts = np.stack((item.x, item.y), axis=-1)
    ends = starts + np.stack((item.dx, item.dy), axis=-1)
    known = np.isfinite(starts).all(axis=1) & np.isfinite(ends).all(axis=1)
    for start, end in zip(starts[known], ends[known], strict=True):
        axes.add_patch(
            FancyArrowPatch(
                tuple(start),
                tuple(end),
                arrowstyle="-|>",
                mutation_scale=_HEAD + 2 * item.width,
                shrinkA=0,
                shrinkB=0,
                color=colour,
                alpha=item.opacity,
                linewidth=LINE * item.width / 1.5,
                linestyle=dash(item.dash),
                zorder=z,
            )
        )
        if item.label:
            _label(axes, item, start, end, colour)


def _label(axes: Axes, item: Arrows, start: Array, end: Array, colour: Any) -> None:
    """Write the label beyond the head, on the side to which the arrow points."""
    right = end[0] >= start[0]
    axes.annotate(
        plain(item.label),
        tuple(end),
        xytext=(5 if right else -5, 4 if end[1] >= start[1] else -4),
        textcoords="offset points",
        ha="left" if right else "right",
        va="bottom" if end[1] >= start[1] else "top",
        color=colour,
        clip_on=True,
        zorder=4.5,
    )
