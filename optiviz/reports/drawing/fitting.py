"""Text that fits into its room, whatever letters it is made of."""

import textwrap
from collections.abc import Callable

Wide = Callable[[str], float]  # of a line of text, in the unit of the room
_FEWEST = 8  # letters of a line, however small the room


def cut(text: str, room: float, wide: Wide) -> str:
    """Shorten a line of text until it fits, and no more than that."""
    if len(text) <= 2 or (whole := wide(text)) <= room:
        return text
    letters = min(len(text) - 1, int(1.2 * len(text) * room / whole))
    while letters > 1 and wide(text[:letters].rstrip() + "…") > room:
        letters -= 1
    return text[: max(1, letters)].rstrip() + "…"


def wrapped(text: str, room: float, wide: Wide) -> list[str]:
    """Break text into lines that fill their room."""
    letters = max(_FEWEST, int(1.1 * len(text) * room / max(room, wide(text))))
    lines = textwrap.wrap(text, letters) or [""]
    while letters > _FEWEST and max(map(wide, lines)) > room:
        letters -= 1
        lines = textwrap.wrap(text, letters)
    return lines


def first_lines(text: str, most: int, room: float, wide: Wide) -> list[str]:
    """Break text into a few lines, the last of which says where more is left out."""
    lines = wrapped(text, room, wide)
    rest = lines[most - 1 :]
    return lines[: most - 1] + ([cut(" ".join(rest), room, wide)] if rest else [])
