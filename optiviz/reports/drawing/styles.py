"""What matplotlib's artists of a figure look like: type, markers, dashes."""

from functools import cache
from typing import Any

from matplotlib import font_manager

FONT = "DejaVu Sans"  # comes with matplotlib, so that a picture is the same everywhere
LINE = 1.6  # points, with type of the usual size
_DASHES = {"solid": "-", "dash": (0, (5, 2.2)), "dot": (0, (0.8, 1.5)), "dashdot": "-."}
_HOURGLASS = ((-1, 1), (1, 1), (-1, -1), (1, -1), (-1, 1))
MARKERS: dict[str, Any] = {
    "circle": "o", "square": "s", "triangle": "^", "cross": "X", "diamond": "D", "ring": "o",
    "down": "v", "plus": "P", "star": "*", "hexagon": "h", "hourglass": _HOURGLASS,
}  # fmt: skip


def plain(text: str, longest: int | None = None) -> str:
    """Return text that the font can show: other letters become boxes, control characters go."""
    known = _letters()
    shown = "".join(c if ord(c) in known else " " if c.isspace() else "▯" for c in text)
    return shown if longest is None or len(shown) <= longest else shown[: longest - 1] + "…"


@cache
def _letters() -> frozenset[int]:
    font = font_manager.get_font(font_manager.findfont(FONT))
    return frozenset(code for code in font.get_charmap() if code >= 32)


def dash(name: str) -> Any:
    """Return matplotlib's line style for a dash."""
    return _DASHES[name]
