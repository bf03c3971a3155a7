"""The fonts of a PDF, all put into it, and what becomes of letters that none of them has."""

import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from matplotlib import get_data_path
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

SANS, BOLD, MONO, MONO_BOLD = "optiviz", "optiviz-bold", "optiviz-mono", "optiviz-mono-bold"
_FILES = {
    SANS: "DejaVuSans", BOLD: "DejaVuSans-Bold",
    MONO: "DejaVuSansMono", MONO_BOLD: "DejaVuSansMono-Bold",
}  # fmt: skip
_BOX = "▯"
_NAMED = 8  # letters that the sentence about missing ones names
_loading = threading.Lock()


@cache
def _register() -> None:
    folder = Path(get_data_path(), "fonts", "ttf")
    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, str(folder / f"{file}.ttf")))
    pdfmetrics.registerFontFamily(SANS, normal=SANS, bold=BOLD, italic=SANS, boldItalic=BOLD)
    pdfmetrics.registerFontFamily(MONO, normal=MONO, bold=MONO_BOLD, italic=MONO)


def load_fonts() -> None:
    """Make the fonts known to reportlab; they come with matplotlib."""
    with _loading:
        _register()


@cache
def _known(font: str) -> frozenset[int]:
    return frozenset(pdfmetrics.getFont(font).face.charToGlyph)


def width(text: str, font: str, size: float) -> float:
    """Return how wide a line of text is, in points."""
    return float(pdfmetrics.stringWidth(text, font, size))


def encodable(text: str) -> str:
    """Return text that can be stored: halves of letters become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


class Letters:
    """Which font shows which letter of one report; it notes the letters that none has."""

    def __init__(self) -> None:
        load_fonts()
        self.missing: dict[str, None] = {}

    def pieces(self, text: str, font: str) -> Iterator[tuple[str, str]]:
        """Yield fonts, and what of a line of text is written with each.

        A letter that the font lacks is looked for in the usual one; a box stands for one that
        neither has.
        """
        piece, used = "", font
        for letter in text:
            known, shown = self._font(letter, font)
            if known != used and piece:
                yield used, piece
                piece = ""
            used = known
            piece += shown
        if piece:
            yield used, piece

    def _font(self, letter: str, font: str) -> tuple[str, str]:
        code = ord(letter)
        if letter.isspace():
            return font, " "
        for name in (font, SANS):
            if code in _known(name) and code >= 32:
                return name, letter
        if unicodedata.category(letter) in ("Cc", "Cf"):  # they show nothing anywhere
            return font, ""
        self.missing.setdefault(letter)
        return (font if ord(_BOX) in _known(font) else SANS), _BOX

    def markup(self, text: str, font: str = SANS) -> str:
        """Return text as reportlab's paragraphs take it."""
        pieces = self.pieces(text, font)
        return "".join(
            escape(piece) if name == font else f'<font name="{name}">{escape(piece)}</font>'
            for name, piece in pieces
        )

    def cut(self, text: str, font: str, size: float, room: float) -> list[tuple[str, str]]:
        """Return the pieces of a line of text, shortened until it fits."""
        text = text[:400]
        while True:
            pieces = list(self.pieces(text, font))
            if len(text) < 3 or sum(width(words, name, size) for name, words in pieces) <= room:
                return pieces
            text = text[: max(1, int(len(text) * 0.92) - 1)].rstrip() + "…"

    def note(self, value: Any) -> None:
        """Look for letters without a font in every text of a figure."""
        if isinstance(value, str):
            for letter in value:
                if ord(letter) not in _known(SANS):
                    self._font(letter, SANS)
        elif isinstance(value, tuple):
            for item in value:
                self.note(item)
        elif is_dataclass(value) and not isinstance(value, type):
            for field in fields(value):
                self.note(getattr(value, field.name))

    def sentence(self) -> str:
        """Say which letters stand as boxes; nothing where none does."""
        if not self.missing:
            return ""
        named = [_name(letter) for letter in list(self.missing)[:_NAMED]]
        left = len(self.missing) - len(named)
        more = f" and {left:,} more" if left else ""
        return (
            f"No font of this file has {', '.join(named)}{more}; {_BOX} stands in each place. "
            "The report as HTML shows them in the fonts of its reader."
        )


def _name(letter: str) -> str:
    code = f"U+{ord(letter):04X}"
    name = unicodedata.name(letter, "").lower().removesuffix(f"-{code[2:]}".lower())
    return f"{code} ({name})" if name else code


def draw_line(canvas: Any, x: float, y: float, pieces: list[tuple[str, str]], size: float) -> float:
    """Write the pieces of a line after each other, and return where they end."""
    for font, words in pieces:
        canvas.setFont(font, size)
        canvas.drawString(x, y, words)
        x += width(words, font, size)
    return x
