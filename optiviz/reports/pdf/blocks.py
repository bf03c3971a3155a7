"""Every kind of block of a document as pieces of pages."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import CondPageBreak, Flowable, Paragraph, Spacer, Table, TableStyle

from optiviz.reports.document import (
    Block,
    Findings,
    Grid,
    Items,
    Keys,
    Listing,
    Moments,
    Paragraphs,
    Plot,
    Settings,
    lines_of,
)
from optiviz.reports.pdf.columns import column_widths
from optiviz.reports.pdf.letters import BOLD, MONO, SANS, Letters, encodable
from optiviz.reports.pdf.pieces import Drawing, Frames, Lines, Mark, Rows, Swatched
from optiviz.views.figure import Figure, Item, Line, Note, Points, Text
from optiviz.views.figure import Table as FigureTable
from optiviz.views.palette import LIGHT

_LONGEST, _LONGEST_CELL = 3000, 400  # letters of paragraphs, and of all else
_MOST_LINES = 3000  # of a listing
_ENDS = 24, 100  # lines of a log, from its beginning and from its end
_FRAMES, _FRAME, _SCALE = 4, 92.0, 0.72  # moments of a run, how high each is, what is in it
_POINT = 0.65  # of the size of markers, in a frame
_SHORT = 240.0  # points of a listing that is not split
_FIGURE, _EMPTY = 224.0, 80.0  # points high: two to a page
_TABLE, _ROW = 60.0, 40.0
_WHOLE, _START = 12, 100.0  # rows of a table that is not split; what a split one begins with
_COLUMNS, _ROW_LETTERS = 24, 900  # of a table, at most
_PROSE = ("text", "item", "caption", "warning")
_CELL, _MARK = 4.0, 12.0  # points around what is in a cell, and of a mark in it


def _style(name: str, size: float, **more: Any) -> ParagraphStyle:
    usual = {
        "fontName": SANS, "fontSize": size, "leading": 1.4 * size, "textColor": LIGHT.text,
        "bulletFontName": SANS, "splitLongWords": 1, "allowWidows": 0, "allowOrphans": 0,
    }  # fmt: skip
    return ParagraphStyle(name, **(usual | more))


def styles() -> dict[str, ParagraphStyle]:
    """Return how every kind of paragraph looks."""
    bold, muted = {"fontName": BOLD}, {"textColor": LIGHT.muted}
    return {
        "title": _style("title", 22, leading=28, **bold),
        "by": _style("by", 10, spaceAfter=14, **muted),
        "chapter": _style("chapter", 17, leading=22, spaceAfter=8, keepWithNext=1, **bold),
        "part": _style("part", 12.5, spaceBefore=14, spaceAfter=5, keepWithNext=1, **bold),
        "small": _style("small", 10, spaceBefore=8, spaceAfter=3, keepWithNext=1, **bold),
        "loose": _style("loose", 10, spaceBefore=8, spaceAfter=3, **bold),
        "text": _style("text", 9.5, spaceAfter=6),
        "item": _style("item", 9.5, spaceAfter=3, leftIndent=12, bulletIndent=2),
        "caption": _style("caption", 8.5, spaceBefore=2, spaceAfter=14, **muted),
        "note": _style("note", 8.5, spaceAfter=4, keepWithNext=1, **muted),
        "row": _style("row", 8.5, spaceBefore=7, spaceAfter=3, keepWithNext=1, **muted),
        "loosenote": _style("loosenote", 8.5, spaceAfter=4, **muted),
        "warning": _style("warning", 8.5, spaceAfter=4, textColor=LIGHT.danger, keepWithNext=1),
        "cell": _style("cell", 8.3, leading=11),
        "number": _style("number", 8.3, leading=11, alignment=2),
        "muted": _style("muted", 8.3, leading=11, **muted),
        "head": _style("head", 7.8, leading=10, **muted),
        "headnumber": _style("headnumber", 7.8, leading=10, alignment=2, **muted),
        "key": _style("key", 14, leading=18, **bold),
        "keyname": _style("keyname", 8, leading=10.5, **muted),
    }


class Writer:
    """Makes pieces of pages of blocks, and counts figures.

    Parameters
    ----------
    room : float
        How wide a page is between its margins, in points.
    """

    def __init__(self, room: float, letters: Letters) -> None:
        self.room, self.letters, self.styles = room, letters, styles()
        self.figures = 0
        self.marks: list[Mark] = []

    def mark(self, title: str, level: int) -> Mark:
        """Return a place for the contents and the outline; at most a level below the one before."""
        last = self.marks[-1].level if self.marks else -1
        made = Mark(f"place-{len(self.marks)}", encodable(title[:300]), min(level, last + 1))
        self.marks.append(made)
        return made

    def text(
        self, text: str, style: str = "text", most: int = _LONGEST_CELL, **more: Any
    ) -> Paragraph:
        """Return a paragraph of plain text; what is not prose has `most` letters."""
        style_ = self.styles[style]
        longest = _LONGEST if style in _PROSE else most
        if len(text) > longest:
            text = f"{text[:longest]}… ({len(text):,} letters in all)"
        return Paragraph(self.letters.markup(text, style_.fontName), style_, **more)

    def heading(self, title: str, run: int | None) -> Flowable:
        """Return a chapter's heading, marked in the colour of the run that it is about."""
        words = self.text(title, "chapter")
        if run is None:
            return words
        marked = Swatched(words, LIGHT.colour(f"run:{run}"), 10.0)
        marked.keepWithNext, marked.spaceAfter = 1, self.styles["chapter"].spaceAfter
        return marked

    def write(self, block: Block) -> Iterator[Flowable]:
        """Yield what a block becomes."""
        match block:
            case Paragraphs():
                yield from (self.text(text) for text in block.texts)
            case Items():
                yield from (self.text(text, "item", bulletText="•") for text in block.texts)
                yield Spacer(0, 4)
            case Findings():
                yield from self._findings(block.notes)
            case Keys():
                yield from self._keys(block)
            case Grid():
                yield from self._grid(block)
            case Settings():
                yield from self._settings(block)
            case Plot():
                yield from self._plot(block)
            case Listing():
                yield from self._listing(block)
            case Moments():
                yield from self._moments(block)

    def _findings(self, notes: Sequence[Note]) -> Iterator[Flowable]:
        for note in notes:
            yield self.text(note.sentence, "item", bulletText="•")
            if note.evidence:
                yield self.text(note.evidence, "caption")

    # Tables

    def _keys(self, block: Keys) -> Iterator[Flowable]:
        across = 3 if len(block.pairs) in (3, 5, 6) else 4
        cells: list[Any] = [
            [self.text(value, "key"), self.text(name, "keyname")] for name, value in block.pairs
        ]
        cells += [""] * (-len(cells) % across)
        rows = [cells[i : i + across] for i in range(0, len(cells), across)]
        look = [
            ("FONTNAME", (0, 0), (-1, -1), SANS),
            ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("LINEABOVE", (0, 0), (-1, -1), 0.7, LIGHT.line), ("TOPPADDING", (0, 0), (-1, -1), 6),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 8),
        ]  # fmt: skip
        if rows:
            yield Table(rows, [self.room / across] * across, style=TableStyle(look), spaceBefore=4)
            yield Spacer(0, 6)

    def _grid(self, block: Grid) -> Iterator[Flowable]:
        whole = len(block.rows) <= _WHOLE
        if not whole:
            yield CondPageBreak(_START)
        if block.label:
            yield self.text(block.label, "small" if whole else "loose")
        if block.rows:
            yield self._table(block)
            left_out = max(len(row) for row in block.rows) - _COLUMNS
            if left_out > 0:
                yield self.text(f"{left_out:,} more columns have no room on a page.", "caption")
        yield self.text(block.note, "caption") if block.note else Spacer(0, 10)

    def _table(self, block: Grid) -> Table:
        columns = min(_COLUMNS, max(len(row) for row in (block.headings, *block.rows)))
        most = min(_LONGEST_CELL, _ROW_LETTERS // columns)  # so that a row fits on a page
        rows = [(*row, *[""] * columns)[:columns] for row in block.rows]
        head = (*block.headings, *[""] * columns)[:columns]
        wide = column_widths(
            [head, *rows] if block.headings else rows,
            self.room,
            self.styles["cell"].fontSize,
            _MARK if block.swatches else 0.0,
        )
        last = "number" if block.numbers else "cell"
        kinds = ["cell", *[last] * (columns - 1)]
        cells = [
            [self.text(text, kind, most) for text, kind in zip(row, kinds, strict=True)]
            for row in rows
        ]
        look: list[Any] = list(_LOOK)
        if block.headings:
            of = {"cell": "head", "number": "headnumber"}
            cells.insert(
                0, [self.text(text, of[kind], most) for text, kind in zip(head, kinds, strict=True)]
            )
            look.append(("VALIGN", (0, 0), (-1, 0), "BOTTOM"))
        top = 1 if block.headings else 0
        for i, run in enumerate(block.swatches[: len(rows)]):
            cells[i + top][0] = Swatched(cells[i + top][0], LIGHT.colour(f"run:{run}"))
        return Rows(
            cells, wide, repeatRows=top, style=TableStyle(look), splitInRow=1, hAlign="LEFT"
        )

    def _settings(self, block: Settings) -> Iterator[Flowable]:
        shares = [0.27, 0.28, 0.45]
        for group in block.groups:
            rows = [
                [
                    self.text(one.label, "cell"),
                    self.text(one.value, "cell" if one.is_set else "muted"),
                    self.text(one.help, "muted"),
                ]
                for one in group.settings
            ]
            yield CondPageBreak(_START)
            yield self.text(group.title, "loose")
            if rows:
                wide = [share * self.room for share in shares]
                yield Rows(rows, wide, style=TableStyle(_LOOK), splitInRow=1)
        yield Spacer(0, 8)

    # Figures

    def _plot(self, block: Plot) -> Iterator[Flowable]:
        figure = block.figure
        self.letters.note(figure)
        words = None if figure.empty else self._words(figure)
        loose = "" if words is None else "loose"
        above = [self.mark(block.title, 2), self.text(block.title, loose or "small")]
        if block.note:
            above.append(self.text(block.note, f"{loose}note"))
        if figure.warning:
            above.append(self.text(figure.warning, "warning"))
        if words is not None:  # text goes on over pages
            yield from (CondPageBreak(_START), *above, *words)
        else:
            yield from (*above, Drawing(figure, self.room, _height(figure), self.letters))
        if block.caption:
            self.figures += 1
            yield self.text(f"Figure {self.figures}. {block.caption}", "caption")

    def _words(self, figure: Figure) -> list[Flowable] | None:
        """Return a figure of words as text; None where it is to be drawn."""
        if figure.tables and all(table.fitted for table in figure.tables):
            return [piece for table in figure.tables for piece in self._grid(_as_grid(table))]
        if figure.tables:
            return None
        if figure.code is not None:
            return self._lines(lines_of(figure.code))
        if figure.notes:
            return list(self._findings(figure.notes))
        return self._lines(_ends(figure.lines)) if figure.lines else None

    def _moments(self, block: Moments) -> Iterator[Flowable]:
        if not block.k:
            return
        chosen = sorted({round(i) for i in np.linspace(0, len(block.k) - 1, _FRAMES)})
        words = [f"iteration {block.k[i]:,}" for i in chosen]
        yield self.text(block.title, "small")
        for title, figures in block.figures:
            shown = [_small(figures[i]) for i in chosen]
            for figure in shown:
                self.letters.note(figure)
            axes = _axes(figures[chosen[-1]])
            row = Frames(shown, words, _FRAME, self.letters, _SCALE)
            yield from (self.text(f"{title}{axes}", "row"), row)
        self.figures += 1
        yield self.text(
            f"Figure {self.figures}. {len(chosen)} of {len(block.k):,} moments of the run, from "
            "its start to its end. The report as HTML plays all of them.",
            "caption",
        )

    # Text

    def _listing(self, block: Listing) -> Iterator[Flowable]:
        lines = self._lines(block.text.rstrip("\n").split("\n"))
        whole = lines[0].wrap(self.room, 0.0)[1]
        yield CondPageBreak(_START + (whole if whole < _SHORT else 0.0))
        yield self.text(block.title, "loose")
        yield from (self.text(text) for text in block.about)
        yield from lines
        yield Spacer(0, 10)

    def _lines(self, lines: Sequence[str]) -> list[Flowable]:
        most = Lines.most(self.room, MONO)
        wrapped: list[str] = []
        for line in lines:
            line = line.expandtabs(4)
            if len(line) <= most:
                wrapped.append(line)
            else:
                wrapped += textwrap.wrap(
                    line, most, drop_whitespace=False, subsequent_indent="    ",
                    break_on_hyphens=False,
                )  # fmt: skip
            if len(wrapped) > _MOST_LINES:
                break
        found: list[Flowable] = [Lines(wrapped[:_MOST_LINES], MONO, self.letters)]
        if len(wrapped) > _MOST_LINES:
            found.append(self.text("The rest is left out: a page holds no more of it.", "caption"))
        return found


_LOOK = (
    ("FONTNAME", (0, 0), (-1, -1), SANS),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LINEBELOW", (0, 0), (-1, -1), 0.6, LIGHT.line),
    ("LEFTPADDING", (0, 0), (-1, -1), _CELL),
    ("RIGHTPADDING", (0, 0), (-1, -1), _CELL),
    ("LEFTPADDING", (0, 0), (0, -1), 0),
    ("TOPPADDING", (0, 0), (-1, -1), 3),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
)


def _height(figure: Figure) -> float:
    """Return how high a figure is to be, in points."""
    if figure.empty:
        return _EMPTY
    if figure.tables:
        return min(_FIGURE, _TABLE + _ROW * max(len(table.rows) for table in figure.tables))
    return _FIGURE


def _as_grid(table: FigureTable) -> Grid:
    rows = tuple((name, *cells) for name, cells in zip(table.rows, table.cells, strict=True))
    return Grid(table.title, (table.row_title, *table.columns), rows)


def _ends(lines: Sequence[str]) -> Sequence[str]:
    """Return the beginning and the end of many lines."""
    first, last = _ENDS
    left_out = len(lines) - first - last
    if left_out <= 1:
        return lines
    words = f"… {left_out:,} lines between are left out of these pages"
    return [*lines[:first], words, *lines[-last:]]


def _small(figure: Figure) -> Figure:
    """Return a figure without the words for which a small frame has no room."""
    items: list[Item] = []
    for item in figure.items:
        match item:
            case Text():
                continue
            case Line():
                item = replace(item, label="")
            case Points():
                item = replace(item, size=_POINT * item.size)
        items.append(item)
    x, y = replace(figure.x, label=""), replace(figure.y, label="")
    bare = replace(figure, items=tuple(items), x=x, y=y, below=None, steps=None)
    return replace(bare, legend=(), note="", warning="")


def _axes(figure: Figure) -> str:
    """Say what the axes measure."""
    labels = [label for label in (figure.x.label, figure.y.label) if label]
    return f": {labels[1]} over {labels[0]}" if len(labels) == 2 else ""
