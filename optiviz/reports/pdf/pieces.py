"""What pages are made of: drawings, rows of frames, lines of code, contents, places to go to."""

from collections.abc import Sequence
from typing import Any

from reportlab.platypus import Flowable, Paragraph, Table

from optiviz.reports import drawing
from optiviz.reports.pdf.letters import BOLD, SANS, Letters, draw_line, width
from optiviz.reports.pdf.renderer import PageRenderer
from optiviz.views.figure import Figure
from optiviz.views.palette import LIGHT

Places = dict[str, int]
"""On which page what has a name is."""


class Mark(Flowable):
    """A place that the contents and the outline lead to; it takes no room."""

    def __init__(self, key: str, title: str, level: int) -> None:
        super().__init__()
        self.keepWithNext = 1
        self.key, self.title, self.level = key, title, level

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """Return the room that it needs."""
        return 0.0, 0.0

    def draw(self) -> None:
        """Name the place."""
        self.canv.bookmarkHorizontal(self.key, 0, 14)
        self.canv.addOutlineEntry(self.title, self.key, self.level, closed=self.level > 0)
        self.canv._doctemplate.places[self.key] = self.canv.getPageNumber()


class Contents(Flowable):
    """The table of contents, each line of it a link.

    Parameters
    ----------
    entries : sequence of Mark
    places : dict
        Where they are; nothing is known of it when pages are laid out for the first time.
    """

    _STEP, _SIZE = 15.5, 9.5

    def __init__(self, entries: Sequence[Mark], places: Places, letters: Letters) -> None:
        super().__init__()
        self.entries, self.places, self.letters = entries, places, letters

    def wrap(self, available: float, _height: float) -> tuple[float, float]:
        """Return the room that it needs."""
        self.width, self.height = available, len(self.entries) * self._STEP
        return self.width, self.height

    def split(self, _width: float, height: float) -> list[Flowable]:
        """Return what fits, and the rest."""
        fits = int(height / self._STEP)
        if not 0 < fits < len(self.entries):
            return []
        parts = self.entries[:fits], self.entries[fits:]
        return [Contents(part, self.places, self.letters) for part in parts]

    def draw(self) -> None:
        """Write a line for each entry."""
        canvas = self.canv
        for i, entry in enumerate(self.entries):
            y = self.height - (i + 1) * self._STEP + 4.5
            page = str(self.places.get(entry.key, ""))
            left, font = 14.0 * entry.level, SANS if entry.level else BOLD
            canvas.setFillColor(LIGHT.text if entry.level < 2 else LIGHT.muted)
            room = self.width - left - 40
            words = self.letters.cut(entry.title, font, self._SIZE, room)
            end = draw_line(canvas, left, y, words, self._SIZE)
            start = self.width - width(page, SANS, self._SIZE)
            draw_line(canvas, start, y, [(SANS, page)], self._SIZE)
            if start - end > 16:
                canvas.setStrokeColor(LIGHT.muted)
                canvas.setLineWidth(0.7)
                canvas.setLineCap(1)
                canvas.setDash([0, 4])
                canvas.line(end + 6, y + 1, start - 6, y + 1)
                canvas.setDash()
            box = (left, y - 3.5, self.width, y + self._STEP - 4.5)
            canvas.linkRect(entry.title, entry.key, box, Border="[0 0 0]", relative=1)


class Drawing(Flowable):
    """A figure, as vectors, all on one page.

    Parameters
    ----------
    width, height : float
        Points.
    scale : float
        Of everything in it, type and lines too.
    """

    def __init__(
        self, figure: Figure, width: float, height: float, letters: Letters, scale: float = 1.0
    ) -> None:
        super().__init__()
        self.figure, self.letters, self.scale = figure, letters, scale
        self.width, self.height = width, height
        self.keepWithNext = 1  # its caption

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """Return the room that it needs."""
        return self.width, self.height

    def draw(self) -> None:
        """Draw it, unless pages are only being laid out."""
        report = self.canv._doctemplate
        if not report.final:
            report.drawings += 1
            return
        report.step()
        draw_figure(self.canv, self.figure, (self.width, self.height), self.letters, self.scale)


class Frames(Flowable):
    """Figures of one view side by side, with words under each."""

    _GAP, _WORDS, _SIZE = 8.0, 14.0, 7.5

    def __init__(
        self,
        figures: Sequence[Figure],
        words: Sequence[str],
        height: float,
        letters: Letters,
        scale: float,
    ) -> None:
        super().__init__()
        self.figures, self.words, self.letters, self.scale = figures, words, letters, scale
        self.high = height
        self.keepWithNext = 1

    def wrap(self, available: float, _height: float) -> tuple[float, float]:
        """Return the room that it needs."""
        self.width, self.height = available, self.high + self._WORDS
        return self.width, self.height

    def draw(self) -> None:
        """Draw them, unless pages are only being laid out."""
        canvas, report = self.canv, self.canv._doctemplate
        if not report.final:
            report.drawings += 1
            return
        report.step()
        wide = (self.width - self._GAP * (len(self.figures) - 1)) / len(self.figures)
        for i, (figure, words) in enumerate(zip(self.figures, self.words, strict=True)):
            canvas.saveState()
            canvas.translate(i * (wide + self._GAP), self._WORDS)
            draw_figure(canvas, figure, (wide, self.high), self.letters, self.scale)
            canvas.setFillColor(LIGHT.muted)
            pieces = self.letters.cut(words, SANS, self._SIZE, wide)
            x = (wide - sum(width(text, font, self._SIZE) for font, text in pieces)) / 2
            draw_line(canvas, x, 4 - self._WORDS, pieces, self._SIZE)
            canvas.restoreState()


def draw_figure(
    canvas: Any, figure: Figure, size: tuple[float, float], letters: Letters, scale: float = 1.0
) -> None:
    """Draw a figure on a reportlab canvas, `size` in points, its lower left corner at (0, 0)."""
    wide, high = (side / scale for side in size)
    canvas.saveState()
    canvas.scale(scale, scale)
    with drawing.settled():
        drawn = drawing.draw(figure, theme="light", size=(wide / 72, high / 72), heading=False)
        drawn.set_dpi(72)
        drawn.patch.set_visible(False)
        drawn.draw(PageRenderer(canvas, wide, high, letters))
    canvas.restoreState()


class Lines(Flowable):
    """Lines of text in a type of even letters, on pale ground; they go on over pages.

    Parameters
    ----------
    lines : sequence of str
        Each short enough for one line.
    first, last : bool
        Whether it begins and ends here; there it has a margin.
    """

    _SIZE, _STEP, _EDGE = 7.6, 10.6, 7.0

    def __init__(
        self, lines: Sequence[str], font: str, letters: Letters, first: bool = True,
        last: bool = True,
    ) -> None:  # fmt: skip
        super().__init__()
        self.lines, self.font, self.letters = lines, font, letters
        self.first, self.last = first, last

    @classmethod
    def most(cls, available: float, font: str) -> int:
        """Return how many letters a line has room for."""
        return int((available - 2 * cls._EDGE) / width("n", font, cls._SIZE))

    def wrap(self, available: float, _height: float) -> tuple[float, float]:
        """Return the room that it needs."""
        edges = self._EDGE * (self.first + self.last)
        self.width, self.height = available, len(self.lines) * self._STEP + edges
        return self.width, self.height

    def split(self, _width: float, height: float) -> list[Flowable]:
        """Return what fits, and the rest."""
        fits = int((height - self._EDGE * self.first) / self._STEP)
        fits = min(fits, max(3, len(self.lines) - 3))  # no few lines alone on the next page
        if not 3 <= fits < len(self.lines):
            return []
        return [
            Lines(self.lines[:fits], self.font, self.letters, self.first, False),
            Lines(self.lines[fits:], self.font, self.letters, False, self.last),
        ]

    def draw(self) -> None:
        """Write them."""
        canvas = self.canv
        canvas.setFillColor(LIGHT.ground)
        canvas.rect(0, 0, self.width, self.height, stroke=0, fill=1)
        canvas.setFillColor(LIGHT.text)
        y = self.height - self._EDGE * self.first - self._SIZE
        for line in self.lines:
            draw_line(canvas, self._EDGE, y, list(self.letters.pieces(line, self.font)), self._SIZE)
            y -= self._STEP


class Rows(Table):
    """A table of which no single row is left at the end of a page, or goes on to the next one."""

    def split(self, width: float, height: float) -> list[Flowable]:
        """Return what fits, and the rest."""
        parts: list[Flowable] = super().split(width, height)
        if len(parts) != 2:
            return parts
        first, rest = parts
        heads = self.repeatRows
        begins, goes_on = first._nrows - heads, rest._nrows - heads
        if goes_on == 1 and begins > 2:
            fits = sum(first._rowHeights[:-1]) + 0.1
            return list(super().split(width, fits))
        return parts


class Swatched(Flowable):
    """Words marked in the colour of its run."""

    def __init__(self, words: Paragraph, colour: str, side: float = 7.0) -> None:
        super().__init__()
        self.words, self.colour, self.side = words, colour, side

    def wrap(self, available: float, height: float) -> tuple[float, float]:
        """Return the room that it needs."""
        self.width, self.height = self.words.wrap(max(1.0, available - 1.7 * self.side), height)
        return available, self.height

    def draw(self) -> None:
        """Draw the mark, and the words beside it."""
        self.canv.setFillColor(self.colour)
        style = self.words.style
        middle = self.height - style.leading + 0.36 * style.fontSize + 0.22 * style.fontSize
        self.canv.rect(0, middle - self.side / 2, self.side, self.side, stroke=0, fill=1)
        self.words.drawOn(self.canv, 1.7 * self.side, 0)
