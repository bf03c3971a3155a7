"""One view in a movie, drawn again and again: what stays the same is drawn once."""

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optiviz.reports.drawing import marks, page_of, settled
from optiviz.reports.drawing.page import Page
from optiviz.views.figure import Axis, Figure, ValueImage

_SPARE = 0.15  # of an axis that has grown too short, so that it does not grow at each frame
_UNSEEN = ("caption", "spots", "surface", "draggable")  # of a figure


class Cell:
    """A place for a figure.

    Axes keep the range of all that they have shown, so that nothing jumps while a run goes on.

    Parameters
    ----------
    width, height : int
        Pixels.
    dpi : float
        Pixels to an inch; type is as large as on paper.
    theme : {"light", "dark"}
    """

    def __init__(self, width: int, height: int, dpi: float, theme: str) -> None:
        self._dpi, self._theme = dpi, theme
        # A little more than so many pixels: the canvas cuts off what is no whole one.
        self._size = ((width + 1e-3) / dpi, (height + 1e-3) / dpi)
        self._ranges: dict[Any, tuple[float, float]] = {}
        self._right = 0.0  # the most that end labels have needed
        self._labels: set[tuple[str, ...]] = set()  # that have been measured
        self._key: object = None
        self._page: Page | None = None
        self._last: Figure | None = None  # that has been drawn
        self._still: Any = None  # the pixels of what stays the same

    def learn(self, figure: Figure) -> None:
        """Note what room and what ranges a figure needs, without drawing it."""
        self._steady(figure, 0.0)
        if not _is_plot(figure) or figure.panels:
            return
        with settled():
            for part in parts_of(figure):
                words = tuple(words for _, words, _, _ in marks.labels_of(part))
                if words not in self._labels:
                    self._labels.add(words)
                    self._right = max(self._right, self._measuring().right_of(part))

    def _measuring(self) -> Page:
        return page_of(Figure(""), theme=self._theme, size=self._size)

    def draw(self, figure: Figure) -> NDArray[np.uint8]:
        """Draw a figure.

        Returns
        -------
        ndarray of uint8, shape (height, width, 4)
            Red, green, blue, opacity; good until the next one is drawn.
        """
        figure = self._steady(figure, _SPARE)
        if self._page is not None and self._last is not None and _same(figure, self._last):
            return np.asarray(_canvas(self._page).buffer_rgba())
        self._last = figure
        key = _still(figure)
        with settled():
            if key is None:
                self._key = None
                page = self._page = self._laid_out(figure)
                _canvas(page).draw()
            else:
                if key != self._key:
                    self._prepare(figure)
                    self._key = key
                assert self._page is not None
                page = self._page
                _canvas(page).restore_region(self._still)
                self._draw_moving(page, figure)
        return np.asarray(_canvas(page).buffer_rgba())

    def _laid_out(self, figure: Figure) -> Page:
        page = page_of(figure, theme=self._theme, size=self._size, right=self._right)
        self._right = page.right
        page.canvas.set_dpi(self._dpi)
        return page

    def _prepare(self, figure: Figure) -> None:
        """Lay a figure out, and keep the pixels of all but its items and notes."""
        page = self._page = self._laid_out(figure)
        for axes, _ in page.plots:
            for artist in _items(axes):
                artist.remove()
            for spine in axes.spines.values():  # lies between items
                spine.set_animated(True)
        for note, _ in page.notes:
            note.set_animated(True)
        canvas = _canvas(page)
        canvas.draw()
        self._still = canvas.copy_from_bbox(page.canvas.bbox)

    def _draw_moving(self, page: Page, figure: Figure) -> None:
        for (axes, _), part in zip(page.plots, parts_of(figure), strict=True):
            marks.draw_items(axes, part, page.palette)
            marks.leave_out(axes, part)
            marks.draw_labels(axes, part, page.palette, lambda: page.canvas.dpi / 72)
            moving = _items(axes)
            spines = [spine for spine in axes.spines.values() if spine.get_visible()]
            for artist in sorted([*moving, *spines], key=lambda artist: artist.get_zorder()):
                axes.draw_artist(artist)
            for artist in moving:
                artist.remove()
        noted = [one.note for one in _titled(figure) if one.note]
        for (written, room), note in zip(page.notes, noted, strict=True):
            written.set_text(page.cut(note, room, size=written.get_size()))
            page.canvas.draw_artist(written)

    # Ranges

    def _steady(self, figure: Figure, spare: float) -> Figure:
        """Return a figure whose axes reach over all that has been there before."""
        if not _is_plot(figure):
            return figure
        if figure.panels:
            panels = [self._ranged(part, i, spare) for i, part in enumerate(figure.panels)]
            return replace(figure, panels=tuple(panels))
        below = figure.below and self._ranged(figure.below, -1, spare)
        return replace(self._ranged(figure, 0, spare), below=below)

    def _ranged(self, part: Figure, place: int, spare: float) -> Figure:
        x, y = (
            self._reaching(axis, part, (place, upright), spare)
            for axis, upright in ((part.x, False), (part.y, True))
        )
        return replace(part, x=x, y=y)

    def _reaching(self, axis: Axis, part: Figure, place: tuple[int, bool], spare: float) -> Axis:
        if axis.low is not None and axis.high is not None:
            return axis
        low, high, log = marks.range_of(axis, part.items, place[1])
        name = (place, axis.label, axis.low, axis.high, log)
        before = self._ranges.get(name, (low, high))
        if low < before[0] or high > before[1]:
            more = spare * (high - low) if not log else 0.0
            low = before[0] if low >= before[0] else low - more if axis.low is None else low
            high = before[1] if high <= before[1] else high + more if axis.high is None else high
        else:
            low, high = before
        self._ranges[name] = (low, high)
        return replace(axis, low=low, high=high)


def parts_of(figure: Figure) -> Sequence[Figure]:
    """Return the plots of a figure, in the order in which they are laid out."""
    if figure.panels:
        return figure.panels
    return [figure] if figure.below is None else [figure, figure.below]


def _is_plot(figure: Figure) -> bool:
    words = figure.empty or figure.tables or figure.code or figure.notes or figure.lines
    return not words


def _titled(figure: Figure) -> Iterator[Figure]:
    yield figure
    yield from figure.panels


def _still(figure: Figure) -> object:
    """Return what a figure has in common with those for which it need not be laid out again."""
    if not _is_plot(figure):
        return None
    words = [(one.title, bool(one.note), one.legend) for one in _titled(figure)]
    steps = figure.steps and (figure.steps.title, figure.steps.words)
    plots = [
        (part.x, part.y, part.equal, part.frameless, _fixed(part)) for part in parts_of(figure)
    ]
    return (figure.warning, steps, words, plots, figure.below is None)


def _fixed(part: Figure) -> object:
    """Return what items have beside their axes: scales of colours, and labels at ends."""
    scales = [
        (item.levels, item.label, item.role) for item in part.items if isinstance(item, ValueImage)
    ]
    return scales, sorted(words for _, words, _, _ in marks.labels_of(part))


def _same(one: Any, other: Any) -> bool:
    """Whether two figures, or parts of them, look the same."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    if is_dataclass(one):
        names = (field.name for field in fields(one) if field.name not in _UNSEEN)
        return all(_same(getattr(one, name), getattr(other, name)) for name in names)
    return bool(one == other)


def _items(axes: Any) -> list[Any]:
    return [*axes.images, *axes.collections, *axes.patches, *axes.lines, *axes.texts]


def _canvas(page: Page) -> Any:
    """Return where the pixels are; much of it has no types."""
    return page.canvas.canvas
