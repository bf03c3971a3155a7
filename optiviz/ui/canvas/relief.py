"""What a landscape in three dimensions is made of: triangles, and lines on them.

Imports numpy, the box that it stands in, the batches of the renderer, the theme and the figure.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from optiviz.ui.canvas.orbit import HEIGHT
from optiviz.ui.canvas.renderer import Batch
from optiviz.ui.theme import current_theme
from optiviz.views.figure import Surface, ValueImage

__all__ = ["ground_of", "paths_on", "place_on"]

Array = NDArray[np.float64]

LIFT: Final = 0.012  # of paths above the surface, so that they aren't half in it
_LINES: Final = 12  # across the surface, each way
_LIGHT: Final = np.array([-0.35, -0.45, 0.82])  # from where it is lit
_SHADE: Final = 0.35  # how much darker what is turned away from the light is


def ground_of(image: ValueImage) -> list[Batch]:
    """Return the floor, the surface, and lines across it."""
    heights = HEIGHT * image.shares(image.values)
    floor = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0], [-1, -1, 0]], dtype=float)
    edge = Batch(floor, _rgba(_rgb("edge"), 1.0, 5), "strip", current_theme().scale)
    return [edge, _skin(image, heights), *_across(image, heights)]


def paths_on(surface: Surface) -> list[Batch]:
    """Return the paths, the first one last, so that it is on top."""
    found: list[Batch] = []
    for line, along in reversed(surface.paths):
        places = place_on(surface.image, line.x, line.y, along)
        if len(places) < 2:
            continue
        ground, colour = _rgb("card"), _rgb(line.role)
        n, width = len(places), current_theme().scale
        found += [
            Batch(places, _rgba(colour, 0.45, n), "strip", 1.5 * width, behind=True),
            Batch(places, _rgba(ground, 0.75, n), "strip", 5 * width),
            Batch(places, _rgba(colour, 1.0, n), "strip", 2.5 * width),
        ]
    return found


def _middles(image: ValueImage) -> tuple[Array, Array]:
    """Return where the middles of columns and of rows are in the box."""
    rows, columns = image.values.shape
    return (2 * np.arange(columns) + 1) / columns - 1, (2 * np.arange(rows) + 1) / rows - 1


def place_on(image: ValueImage, x: Array, y: Array, values: Array) -> Array:
    """Return where points with values are in the box, those that are inside, shape (n, 3)."""
    across = 2 * (x - image.left) / (image.right - image.left) - 1
    up = 2 * (y - image.bottom) / (image.top - image.bottom) - 1
    places = np.column_stack([across, up, HEIGHT * image.shares(values) + LIFT])
    with np.errstate(invalid="ignore"):
        inside = np.isfinite(places).all(axis=1) & (np.abs(places[:, :2]) <= 1.001).all(axis=1)
    return places[inside]


def _skin(image: ValueImage, heights: Array) -> Batch:
    """Return the surface as triangles, in the colours of the ramp, a little shaded."""
    x, y = _middles(image)
    rows, columns = heights.shape
    places = np.stack([*np.meshgrid(x, y), heights], axis=-1)
    shades = 1 - _SHADE * (1 - _lit(x, y, heights))
    colours = current_theme().palette.on_ramp(image.shares(image.values)) / 255
    corners = np.concatenate([places, colours * shades[..., None], np.ones((rows, columns, 1))], -1)
    a, b, c, d = corners[:-1, :-1], corners[:-1, 1:], corners[1:, 1:], corners[1:, :-1]
    cells = np.stack([a, b, c, a, c, d], axis=2).reshape(-1, 3, 7)
    cells = cells[np.isfinite(cells).all(axis=(1, 2))].reshape(-1, 7)
    return Batch(cells[:, :3], cells[:, 3:])


def _lit(x: Array, y: Array, heights: Array) -> Array:
    """Return how much light falls on each place, 0 to 1."""
    if min(heights.shape) < 2:
        return np.ones(heights.shape)
    with np.errstate(invalid="ignore"):
        along_y, along_x = np.gradient(heights, y, x)
        normals = np.stack([-along_x, -along_y, np.ones(heights.shape)], axis=-1)
        light = normals @ _LIGHT / (np.linalg.norm(normals, axis=-1) * np.linalg.norm(_LIGHT))
    return np.asarray(np.nan_to_num(np.clip(light, 0.0, 1.0), nan=1.0))


def _across(image: ValueImage, heights: Array) -> list[Batch]:
    """Return thin lines over the surface, which show its shape."""
    x, y = _middles(image)
    rows, columns = heights.shape
    pieces = []
    for i in np.unique(np.linspace(0, rows - 1, min(_LINES, rows)).round().astype(int)):
        pieces.append(np.column_stack([x, np.full(columns, y[i]), heights[i]]))
    for j in np.unique(np.linspace(0, columns - 1, min(_LINES, columns)).round().astype(int)):
        pieces.append(np.column_stack([np.full(rows, x[j]), y, heights[:, j]]))
    both = [np.stack([line[:-1], line[1:]], axis=1) for line in pieces if len(line) > 1]
    if not both:
        return []
    strokes = np.concatenate(both)
    strokes = strokes[np.isfinite(strokes).all(axis=(1, 2))].reshape(-1, 3)
    colours = _rgba(_rgb("text"), 0.22, len(strokes))
    return [Batch(strokes, colours, "lines", current_theme().scale)]


def _rgb(role: str) -> Array:
    colour = current_theme().colour(role)
    return np.array([colour.redF(), colour.greenF(), colour.blueF()])


def _rgba(colour: Array, opacity: float, n: int) -> Array:
    return np.tile(np.append(colour, opacity), (n, 1))
