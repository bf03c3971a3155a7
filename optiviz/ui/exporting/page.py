"""A report as a rich text that Qt can lay out: laid out like its page, figures as pictures.

Made in the worker: it imports no Qt.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from optiviz.reports.document import (
    Block,
    Chapter,
    Document,
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
from optiviz.views.figure import Figure, Note, Table
from optiviz.views.palette import THEMES, Palette

__all__ = ["COLUMN", "INSET", "Page", "Size", "page_of", "size_of"]

COLUMN = 816
"""How wide a page is at most, in pixels."""
INSET = 21
"""From the edge of a card to what is in it, in pixels."""

Size = tuple[float, float]

_WHOLE: Size = (7.2, 4.1)  # inches of a figure
_HALF: Size = (4.2, 3.0)  # and of one of two beside each other
_LINES = 12  # of a listing are shown
_ROWS = 30  # of a table
_LONG = re.compile(r"\S{24}(?=\S{8})")


@dataclass(frozen=True)
class Page:
    """A rich text.

    Attributes
    ----------
    text : str
        In the part of HTML that Qt knows.
    figures : tuple of (Figure, (float, float))
        Those whose pictures it shows, with their sizes in inches. They are called "whole:0" or
        "half:0" and so on, by how much of the width they take.
    """

    text: str
    figures: tuple[tuple[Figure, Size], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """What the text calls its pictures."""
        return tuple(map(_name, range(len(self.figures)), (size for _, size in self.figures)))


def _name(i: int, size: Size) -> str:
    return f"{'half' if size == _HALF else 'whole'}:{i}"


def size_of(name: str, column: int) -> tuple[int, int]:
    """Return width and height of a picture in a page so wide, all in pixels."""
    room = column - 2 * INSET
    wide, size = (room // 2 - 12, _HALF) if name.startswith("half:") else (room, _WHOLE)
    return wide, round(wide * size[1] / size[0])


def page_of(document: Document, theme: str) -> Page:
    """Lay a report out."""
    return _Writer(THEMES[theme]).page(document)


class _Writer:
    def __init__(self, palette: Palette) -> None:
        self._palette = palette
        self._figures: list[tuple[Figure, Size]] = []
        self._rule = f"border-top:1px solid {palette.line}"

    def page(self, document: Document) -> Page:
        about = f"A report of optiviz, {document.date}"
        by = f"{document.author} · {about}" if document.author else about
        parts = [f"<h1>{_breakable(document.title)}</h1>", self._muted(by)]
        parts += map(_paragraph, document.notes)
        parts.append(self._contents(document))
        for chapter in document.chapters:
            parts += self._chapter(chapter)
        parts.append(f"<h3>{self._small('This file is whole: it loads nothing.')}</h3>")
        if document.facts:
            parts.append(self._table((), document.facts, muted=True))
        if document.carried:
            size = max(1, round(len(document.carried) / 1000))
            parts.append(self._muted(f"The runs themselves are in it too: {size:,} kB."))
        return Page("\n".join(parts), tuple(self._figures))

    def _contents(self, document: Document) -> str:
        colour = self._palette.accent
        if len(document.chapters) > 1:
            titles = [self._swatch(one.number) + escape(one.title) for one in document.chapters]
        else:
            titles = [escape(p.title) for one in document.chapters for p in one.parts if p.title]
        links = (f'<span style="color:{colour}"><u>{title}</u></span>' for title in titles)
        return f"<p>{'&nbsp;&nbsp; '.join(links)}</p>"

    def _chapter(self, chapter: Chapter) -> Iterator[str]:
        if chapter.title:
            yield f'<h2 style="margin-top:32px">{escape(chapter.title)}</h2>'
        for part in chapter.parts:
            if part.title:
                yield f"<h3>{escape(part.title)}</h3>"
            for block in part.blocks:
                yield self._block(block)

    def _block(self, block: Block) -> str:
        if isinstance(block, Paragraphs):
            return "".join(map(_paragraph, block.texts))
        if isinstance(block, Items):
            return f"<ul>{''.join(f'<li>{escape(text)}</li>' for text in block.texts)}</ul>"
        if isinstance(block, Findings):
            return self._findings(block.notes)
        if isinstance(block, Keys):
            return self._keys(block.pairs)
        if isinstance(block, Grid):
            return self._grid(block)
        if isinstance(block, Settings):
            return self._settings(block)
        if isinstance(block, Plot):
            return self._plot(block)
        if isinstance(block, Listing):
            about = "".join(map(_paragraph, block.about))
            lines = self._lines(block.text.splitlines())
            return self._card(self._titled(block.title), about, lines)
        return self._moments(block)

    # What a page is made of

    def _card(self, *inside: str) -> str:
        line, card = self._palette.line, self._palette.card
        style = (
            f"background-color:{card};border:1px solid {line};padding:{INSET - 9}px {INSET - 1}px"
        )
        return (
            '<table width="100%" cellspacing="0" style="border-collapse:collapse;margin-top:12px">'
            f'<tr><td style="{style}">{"".join(inside)}</td></tr></table>'
        )

    def _plot(self, plot: Plot) -> str:
        figure = plot.figure
        warning = f'<p style="color:{self._palette.danger}">{escape(figure.warning)}</p>'
        return self._card(
            self._titled(plot.title, plot.note),
            warning if figure.warning else "",
            self._drawn(figure),
            self._muted(plot.caption),
        )

    def _drawn(self, figure: Figure) -> str:
        """Return what a figure shows, in the way in which a page shows it."""
        if figure.empty:
            return self._muted(figure.empty)
        if figure.tables:
            return "".join(map(self._of_figure, figure.tables))
        if figure.notes:
            return self._findings(figure.notes)
        lines = figure.lines if figure.code is None else lines_of(figure.code)
        if lines or not (figure.items or figure.panels):
            return self._lines(lines)
        return f"<p>{self._picture(figure, _WHOLE)}</p>"

    def _picture(self, figure: Figure, size: Size) -> str:
        self._figures.append((figure, size))
        return f'<img src="{_name(len(self._figures) - 1, size)}">'

    def _moments(self, moments: Moments) -> str:
        """Return the last moment, with which the player of a page begins."""
        n = len(moments.k)
        where = f"Moment {n:,} of {n:,}, iteration {moments.k[-1]:,}"
        cells = []
        for title, figures in moments.figures:
            if figures and (figures[-1].items or figures[-1].panels):
                picture = self._picture(figures[-1], _HALF)
                cells.append(f'<td width="50%">{self._titled(title)}<p>{picture}</p></td>')
        pairs = ("".join(cells[i : i + 2]) for i in range(0, len(cells), 2))
        rows = "".join(f"<tr>{cells}</tr>" for cells in pairs)
        return self._card(
            self._titled(where, "a slider goes through the run"),
            f'<table width="100%" cellspacing="0">{rows}</table>' if rows else "",
        )

    def _lines(self, lines: Sequence[str]) -> str:
        shown = "\n".join(lines[:_LINES])
        more = self._muted(f"and {len(lines) - _LINES:,} more lines") if len(lines) > _LINES else ""
        return f"<pre>{escape(shown)}</pre>{more}"

    def _findings(self, notes: Sequence[Note]) -> str:
        pairs = ((escape(note.sentence), self._muted(note.evidence)) for note in notes)
        return f"<ul>{''.join(f'<li><b>{said}</b>{more}</li>' for said, more in pairs)}</ul>"

    def _keys(self, pairs: Sequence[tuple[str, str]]) -> str:
        cells = "".join(
            f'<td style="padding-right:28px"><b><span style="font-size:x-large">{escape(value)}'
            f"</span></b><br>{self._small(name)}</td>"
            for name, value in pairs
        )
        return self._card(f'<table cellspacing="0"><tr>{cells}</tr></table>')

    # Tables

    def _grid(self, grid: Grid) -> str:
        marks = [self._swatch(number) for number in grid.swatches]
        table = self._table(grid.headings, grid.rows, numbers=grid.numbers, marks=marks)
        return self._card(self._titled(grid.label), table) + self._muted(grid.note)

    def _settings(self, settings: Settings) -> str:
        parts = []
        for group in settings.groups:
            rows = [(each.label, each.value, each.help) for each in group.settings]
            parts += [self._titled(group.title), self._table((), rows, widths=(27, 33, 40))]
        return self._card(*parts)

    def _of_figure(self, table: Table) -> str:
        rows = [(name, *row) for name, row in zip(table.rows, table.cells, strict=False)]
        headings = (table.row_title, *table.columns)
        return self._titled(table.title, table.column_title) + self._table(
            headings, rows, numbers=not table.fitted
        )

    def _table(
        self,
        headings: Sequence[str],
        rows: Sequence[Sequence[str]],
        *,
        numbers: bool = False,
        marks: Sequence[str] = (),
        widths: Sequence[int] = (),
        muted: bool = False,
    ) -> str:
        if not rows:
            return ""
        right = [numbers and i > 0 and _is_number(cell) for i, cell in enumerate(rows[0])]
        lines = []
        if any(headings):
            titles = map(self._cell, map(self._small, headings), right)
            lines.append(f"<tr>{''.join(titles)}</tr>")
        for n, row in enumerate(rows[:_ROWS]):
            small = [muted or (i > 1 and bool(widths)) for i in range(len(row))]
            said = [self._small(c) if s else _breakable(c) for c, s in zip(row, small, strict=True)]
            said[0] = (marks[n] if n < len(marks) else "") + said[0]
            rule = self._rule if lines else ""
            wide = widths or (0,) * len(row)
            cells = (
                self._cell(cell, at_right, rule, percent)
                for cell, at_right, percent in zip(said, right, wide, strict=False)
            )
            lines.append(f"<tr>{''.join(cells)}</tr>")
        more = self._muted(f"and {len(rows) - _ROWS:,} more") if len(rows) > _ROWS else ""
        wide_table = "" if muted else ' width="100%"'
        return (
            f'<table{wide_table} cellspacing="0" style="border-collapse:collapse">'
            f"{''.join(lines)}</table>{more}"
        )

    def _cell(self, said: str, right: bool, rule: str = "", percent: int = 0) -> str:
        align = ' align="right"' if right else ""
        wide = f' width="{percent}%"' if percent else ""
        return f'<td{wide}{align} style="padding:4px 12px 4px 0;{rule}">{said}</td>'

    # Words

    def _swatch(self, number: int | None) -> str:
        if number is None:
            return ""
        return f'<span style="color:{self._palette.colour(f"run:{number}")}">&#9632;</span> '

    def _titled(self, title: str, note: str = "") -> str:
        if not (title or note):
            return ""
        if not note:
            return f"<p><b>{escape(title)}</b></p>"
        return (
            '<table width="100%" cellspacing="0"><tr>'
            f'<td><b>{escape(title)}</b></td><td align="right">{self._small(note)}</td>'
            "</tr></table>"
        )

    def _small(self, text: str) -> str:
        return f'<span style="color:{self._palette.muted}">{_breakable(text)}</span>'

    def _muted(self, text: str) -> str:
        return f"<p>{self._small(text)}</p>" if text else ""


def _is_number(text: str) -> bool:
    return not any(letter.isalpha() for letter in text.split(" ")[0])


def _paragraph(text: str) -> str:
    return f"<p>{_breakable(text)}</p>"


def _breakable(text: str) -> str:
    """Return text whose very long words can go on in the next line."""
    return escape(_LONG.sub(lambda found: found[0] + "\u200b", text))
