"""What a figure shows instead of a plot, on a page: tables, lines of text, code, notes."""

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patches import Rectangle

from optiviz.reports.drawing.styles import plain
from optiviz.reports.sizes import SIZE
from optiviz.views.figure import Code, Note, Table, in_two_lines

if TYPE_CHECKING:
    from optiviz.reports.drawing.page import Page

_SMALL = SIZE - 0.5
_MONO: dict[str, Any] = {"family": "DejaVu Sans Mono", "size": SIZE - 1}
_STEP = 0.165  # inches between lines of text
_GAP, _SMALLEST = 0.2, 6.0  # inches between columns; type of tables of many


def draw_code(page: "Page", code: Code) -> None:
    """Write lines of code with the lit one on a band, and the values of its variables below."""
    palette, values = page.palette, code.values[: _most_values(page, code)]
    room = page.width - 2 * page.edge
    step = min(_STEP, (page.top - page.bottom) / (len(code.lines) + len(values) + 1.5))
    style = _MONO | {"size": min(_MONO["size"], step * 72 * 0.78)}
    y = page.top - step / 2
    for i, line in enumerate(code.lines):
        if i == code.lit:
            band = (page.edge / page.width, (y - step / 2) / page.height)
            size = (room / page.width, step / page.height)
            page.add(Rectangle(band, *size, facecolor=palette.accent, alpha=0.18, linewidth=0))
        role = "text" if i == code.lit or i in code.visited else "muted"
        page.text(page.edge + 0.1, y, plain(line, 120), color=palette.colour(role), **style)
        y -= step
    y -= step / 2
    for name, value in values:
        new = name in code.changed
        colour = palette.accent if new else palette.text
        page.text(page.edge + 0.1, y, plain(f"{name} = {value}", 110), color=colour, **style)
        y -= step


def _most_values(page: "Page", code: Code) -> int:
    """Return how many variables are shown: all, unless the page is too small for them."""
    return max(4, int((page.top - page.bottom) / (0.6 * _STEP)) - len(code.lines) - 1)


def draw_notes(page: "Page", notes: Sequence[Note]) -> None:
    """Write notes, each with its evidence below, as many as there is room for."""
    room, y = page.width - 2 * page.edge, page.top - _STEP / 2
    for i, note in enumerate(notes):
        sentence = page.wrapped(note.sentence, room, weight="bold")
        evidence = page.wrapped(note.evidence, room) if note.evidence else []
        needed = (len(sentence) + len(evidence) + 0.6) * _STEP
        if y - needed < page.bottom and i:
            left = len(notes) - i
            page.text(page.edge, y, f"… {left} more", color=page.palette.muted)
            return
        for line in sentence:
            page.text(page.edge, y, line, weight="bold")
            y -= _STEP
        for line in evidence:
            page.text(page.edge, y, line, color=page.palette.muted)
            y -= _STEP
        y -= 0.6 * _STEP


def draw_lines(page: "Page", lines: Sequence[str]) -> None:
    """Write lines of text, the last ones where there are too many."""
    style, step = _MONO, _STEP
    room = max(1, int((page.top - page.bottom) / step))
    shown: list[str] = []
    used = 0
    for line in reversed(lines):
        wrapped = _wrapped_log(page, line, max(2, room // 3), style)
        if len(shown) + len(wrapped) > room - 1 and used:
            break
        shown = wrapped + shown
        used += 1
    shown = shown[-room:]
    if used < len(lines):
        left_out = len(lines) - used
        shown = [f"… {left_out:,} earlier line{'s' if left_out > 1 else ''}", *shown]
    for i, line in enumerate(shown):
        page.text(page.edge, page.top - (i + 0.5) * step, line, **style)


def _wrapped_log(page: "Page", line: str, longest: int, style: dict[str, Any]) -> list[str]:
    letters = int((page.width - 2 * page.edge) / page.wide("n" * 50, **style) * 50)
    text = plain(line[:20_000])
    wrapped = textwrap.wrap(text, max(8, letters), drop_whitespace=False) or [""]
    return wrapped if len(wrapped) <= longest else [*wrapped[: longest - 1], "…"]


def draw_tables(page: "Page", tables: Sequence[Table]) -> None:
    """Draw tables beside each other."""
    gap = 0.35
    width = (page.width - 2 * page.edge - gap * (len(tables) - 1)) / len(tables)
    for i, table in enumerate(tables):
        draw_one = _fitted if table.fitted else _table
        draw_one(page, table, page.edge + i * (width + gap), width)


def _fitted(page: "Page", table: Table, x: float, width: float) -> None:
    """Draw a table to read: columns as wide as what is in them."""
    y = page.top
    if table.title:
        page.text(x, y - 0.12, page.cut(table.title, width, weight="bold"), weight="bold")
        y -= 0.3
    longest = [
        max(page.wide(plain(text, 40)) for text in (*in_two_lines(name), *cells)) + _GAP
        for name, cells in zip(table.columns, zip(*table.cells, strict=True), strict=True)
    ]
    names = min(max((page.wide(plain(name, 40)) for name in table.rows), default=0.1), 0.35 * width)
    least = _SMALLEST / SIZE
    while len(longest) > 1 and least * (names + sum(longest)) > width:
        longest.pop()
    high = min(0.3, (y - page.bottom - 0.7) / max(1, len(table.rows)))
    size = max(4.0, min(SIZE, SIZE * width / (names + sum(longest)), 60 * high))
    ends = x + (names + np.cumsum(longest)) * size / SIZE
    muted = {"color": page.palette.muted, "size": size}
    page.text(x, y - 0.24, page.cut(table.row_title, names, size=size), va="bottom", **muted)
    for name, end in zip(table.columns, ends, strict=False):
        words = "\n".join(plain(line, 40) for line in in_two_lines(name))
        page.text(float(end), y - 0.34, words, ha="right", va="bottom", **muted)
    y -= 0.4
    for i, row in enumerate(table.cells):
        middle = y - (i + 0.5) * high
        shade = 0.0 if table.shade is None else float(table.shade[i].max())
        if shade > 0:
            box = (float(ends[-1]) - x + 0.1, high)
            _cell(page, table, x - 0.05, middle - high / 2, box, shade)
        page.text(x, middle, page.cut(table.rows[i], names, size=size), size=size)
        for text, end in zip(row, ends, strict=False):
            page.text(float(end), middle, plain(text, 40), ha="right", size=size)
    left_out = len(table.columns) - len(longest)
    if left_out:
        words = f"… {left_out} more column{'s' if left_out > 1 else ''}"
        page.text(x, y - (len(table.rows) + 0.5) * high, words, **muted)


def _table(page: "Page", table: Table, x: float, width: float) -> None:
    muted = {"color": page.palette.muted, "size": _SMALL}
    y = page.top
    if table.title:
        page.text(x, y - 0.12, page.cut(table.title, width, weight="bold"), weight="bold")
        y -= 0.34
    names = [plain(name, 16) for name in table.rows]
    left = max((page.wide(name) for name in names), default=0.0) + 0.16
    if table.row_title:
        row_title = plain(table.row_title, 40)
        left = max(left, page.wide(row_title, size=_SMALL) + 0.14)
        page.text(x + left - 0.1, y - 0.34, row_title, ha="right", **muted)
    if table.column_title:
        middle = x + (left + width) / 2
        page.text(middle, y - 0.08, plain(table.column_title, 40), ha="center", **muted)
    y -= 0.24
    cell = (width - left) / max(1, len(table.columns))
    height = min(0.75, (y - page.bottom - 0.24) / max(1, len(table.rows)))
    longest = max((page.wide(plain(c, 24)) for row in table.cells for c in row), default=0.1)
    size = max(4.0, min(SIZE + 1, SIZE * 0.9 * cell / max(longest, 0.05), 50 * height))
    for j, name in enumerate(table.columns):
        at = x + left + (j + 0.5) * cell
        page.text(at, y - 0.1, page.cut(name, cell), ha="center", **muted)
    y -= 0.24
    for i, row in enumerate(table.cells):
        middle = y - (i + 0.5) * height
        page.text(x + left - 0.1, middle, names[i], ha="right", **muted)
        for j, text in enumerate(row):
            at = x + left + j * cell
            shade = 0.0 if table.shade is None else float(table.shade[i][j])
            _cell(page, table, at, middle - height / 2, (cell, height), shade)
            place = (at + cell / 2, middle)
            page.text(*place, plain(text, 24), ha="center", size=size, va="center_baseline")


def _cell(
    page: "Page", table: Table, x: float, y: float, size: tuple[float, float], shade: float
) -> None:
    box = Rectangle(
        (x / page.width, y / page.height),
        size[0] / page.width,
        size[1] / page.height,
        facecolor=page.palette.colour(table.role),
        alpha=0.05 + 0.4 * min(max(shade, 0.0), 1.0) if shade == shade else 0.05,
        edgecolor=page.palette.card,
        linewidth=1.5,
        transform=page.canvas.transFigure,
    )
    page.canvas.add_artist(box)
