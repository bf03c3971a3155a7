"""A report as a rich text that Qt can lay out: its words and tables, and a picture of each figure.

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
)
from optiviz.views.figure import Figure, Table
from optiviz.views.palette import THEMES, Palette

__all__ = ["HIGH", "WIDE", "Page", "page_of"]

WIDE, HIGH = 6.6, 3.7  # inches of a figure
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
    figures : tuple of Figure
        Those whose pictures it shows, as "figure:0" and so on.
    """

    text: str
    figures: tuple[Figure, ...]


def page_of(document: Document, theme: str) -> Page:
    """Lay a report out."""
    return _Writer(THEMES[theme]).page(document)


class _Writer:
    def __init__(self, palette: Palette) -> None:
        self._palette = palette
        self._figures: list[Figure] = []

    def page(self, document: Document) -> Page:
        about = " · ".join(text for text in (document.author, document.date) if text)
        parts = [f"<h1>{_breakable(document.title)}</h1>"]
        parts += [self._muted(about), *map(_paragraph, document.notes)]
        for chapter in document.chapters:
            parts += self._chapter(chapter, len(document.chapters) > 1)
        if document.facts:
            parts += ["<h3>Versions and machine</h3>", self._pairs(document.facts)]
        if document.carried:
            size = max(1, round(len(document.carried) / 1000))
            parts.append(self._muted(f"The runs themselves are in it too: {size:,} kB."))
        return Page("\n".join(parts), tuple(self._figures))

    def _chapter(self, chapter: Chapter, titled: bool) -> Iterator[str]:
        if chapter.title and titled:
            mark = ""
            if chapter.number is not None:
                colour = self._palette.colour(f"run:{chapter.number}")
                mark = f'<span style="color:{colour}">&#9632;</span> '
            yield f"<h2>{mark}{escape(chapter.title)}</h2>"
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
            pairs = ((note.sentence, self._muted(note.evidence)) for note in block.notes)
            return f"<ul>{''.join(f'<li><b>{escape(s)}</b>{more}</li>' for s, more in pairs)}</ul>"
        if isinstance(block, Keys):
            return self._keys(block.pairs)
        if isinstance(block, Grid):
            note = self._muted(block.note) if block.note else ""
            return self._titled(block.label) + self._table(block.headings, block.rows) + note
        if isinstance(block, Settings):
            return "".join(
                self._titled(group.title)
                + self._pairs([(each.label, each.value) for each in group.settings])
                for group in block.groups
            )
        if isinstance(block, Plot):
            return self._plot(block)
        if isinstance(block, Listing):
            return self._listing(block)
        return self._moments(block)

    def _plot(self, plot: Plot) -> str:
        figure = plot.figure
        words = self._titled(plot.title, plot.note)
        if figure.tables and not figure.empty:
            return words + "".join(map(self._of_figure, figure.tables)) + self._muted(plot.caption)
        if figure.warning:
            words += _paragraph(figure.warning)
        return words + self._picture(figure) + self._muted(plot.caption)

    def _picture(self, figure: Figure) -> str:
        self._figures.append(figure)
        return f'<p><img src="figure:{len(self._figures) - 1}"></p>'

    def _moments(self, moments: Moments) -> str:
        n = len(moments.k)
        said = f"A slider goes through {n:,} moments of the run; here is the middle one."
        drawn = [figures[n // 2] for _, figures in moments.figures if figures]
        return self._muted(said) + "".join(map(self._picture, drawn[:3]))

    def _listing(self, listing: Listing) -> str:
        lines = listing.text.splitlines()
        text = "\n".join(lines[:_LINES]) + (f"\n… {len(lines):,} lines" * (len(lines) > _LINES))
        return self._titled(listing.title) + f"<pre>{escape(text)}</pre>"

    def _keys(self, pairs: Sequence[tuple[str, str]]) -> str:
        cells = "".join(
            f'<td style="padding-right:24px"><span style="font-size:large">{escape(value)}</span>'
            f'<br><span style="color:{self._palette.muted}">{escape(name)}</span></td>'
            for name, value in pairs
        )
        return f'<table cellspacing="0" style="margin-top:8px"><tr>{cells}</tr></table>'

    def _of_figure(self, table: Table) -> str:
        rows = [(name, *row) for name, row in zip(table.rows, table.cells, strict=False)]
        return self._titled(table.title) + self._table(("", *table.columns), rows)

    def _pairs(self, pairs: Sequence[tuple[str, str]]) -> str:
        return self._table((), pairs)

    def _table(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        muted = self._palette.muted
        lines = []
        if any(headings):
            cells = "".join(
                f'<td style="padding:2px 16px 2px 0;color:{muted}">{escape(h)}</td>'
                for h in headings
            )
            lines.append(f"<tr>{cells}</tr>")
        for row in rows[:_ROWS]:
            cells = "".join(f'<td style="padding:2px 16px 2px 0">{escape(c)}</td>' for c in row)
            lines.append(f"<tr>{cells}</tr>")
        more = self._muted(f"and {len(rows) - _ROWS:,} more") if len(rows) > _ROWS else ""
        return f'<table cellspacing="0">{"".join(lines)}</table>{more}'

    def _titled(self, title: str, note: str = "") -> str:
        if not (title or note):
            return ""
        muted = f' <span style="color:{self._palette.muted}">{escape(note)}</span>' if note else ""
        return f"<p><b>{escape(title)}</b>{muted}</p>"

    def _muted(self, text: str) -> str:
        colour = self._palette.muted
        return f'<p style="color:{colour}">{_breakable(text)}</p>' if text else ""


def _paragraph(text: str) -> str:
    return f"<p>{_breakable(text)}</p>"


def _breakable(text: str) -> str:
    """Return text whose very long words can go on in the next line."""
    return escape(_LONG.sub(lambda found: found[0] + "\u200b", text))
