"""The words of forms: limits and mistakes as sentences, numbers as people write them."""

import math
import re

from optiviz.engine.parameters import Field, Mistake, Param

_LONGEST_WORD = 16  # characters that stay together in a sentence of a narrow column
_DIGITS = 17  # whole numbers that a spin control handles exactly


def number_text(value: float) -> str:
    """Return a number as short as it can be read back exactly, such as 0.05 or 1e-06."""
    if isinstance(value, int):
        return str(value)
    short = f"{value:g}"
    return short if not math.isfinite(value) or float(short) == value else repr(value)


def parsed_number(text: str, whole: bool) -> int | float | str:
    """Return the number that a text says, or the text itself if it says none.

    Parameters
    ----------
    text : str
        Such as ``0.05``, ``0,05``, ``1e-3`` or, for whole numbers, ``1,000``.
    whole : bool
        A whole number is wanted; 1e3 is one.
    """
    plain = text.strip().replace("\u2212", "-").replace("\u00a0", "").replace("\u202f", "")
    if "_" in plain:  # which Python reads, and people don't write
        return text
    if whole and len(plain) <= _DIGITS * 2:
        grouped = re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+", plain)
        try:
            made = int(plain.replace(",", "") if grouped else plain)
        except ValueError:
            pass
        else:
            return made if abs(made) < 10**_DIGITS else float(made)
    # 0,5 as in most of Europe; what may be a thousand, such as 1,000, is not guessed at.
    decimal = not whole and re.fullmatch(r"[+-]?(0?|\d+),(?!\d{3}$)\d+(e[+-]?\d+)?", plain, re.I)
    zero = not whole and re.fullmatch(r"[+-]?0,\d+", plain)
    plain = plain.replace(",", ".") if decimal or zero else plain.replace("\u066b", ".")
    try:
        number = float(plain)
    except ValueError:
        return text
    if whole and number.is_integer() and abs(number) < 10**_DIGITS:
        return int(number)
    return number


_TYPESET = (
    (r"<-", "←"),
    (r" \* ", " · "),
    (r"\^-1\b", "⁻¹"),
    (r" - ", " − "),
    (r"(?<![\w.])-(?=[\w.(])", "−"),
    (r"\^2\b", "²"),
    (r"\^3\b", "³"),
    (r"\^4\b", "⁴"),
    (r"\^6\b", "⁶"),
    (r"\bbeta_1\b", "β₁"),
    (r"\bc1\b", "c₁"),
    (r"\bc2\b", "c₂"),
    (r"\bbeta\b", "β"),
    (r"\bsigma\b", "σ"),
    (r"\bnu\b", "ν"),
    (r"\bpi\b", "π"),
    (r"\bsqrt\(", "√("),
    (r"(?<=[a-z])_(?=[a-z]{2})", " "),
    (r"`", ""),
)


def typeset(text: str) -> str:
    """Return a line with its formulas as they are printed: x ← x − learning rate · gradient."""
    for pattern, printed in _TYPESET:
        text = re.sub(pattern, printed, text)
    return text


def limits(param: Param) -> str:
    """Return the limits of a number as a sentence, or an empty text."""
    low = high = ""
    if param.gt is not None:
        low = f"above {param.gt:,g}"
    elif param.ge is not None:
        low = f"at least {_limit(param.ge)}"
    if param.lt is not None:
        high = f"below {param.lt:,g}"
    elif param.le is not None:
        high = f"at most {_limit(param.le)}"
    both = " and ".join(part for part in (low, high) if part)
    return f"{both[0].upper()}{both[1:]}." if both else ""


def _limit(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def tip(field: Field) -> str:
    """Return what a person needs to know of a field: what it does, its limits and unit."""
    sentences = [field.param.help, limits(field.param)]
    if field.param.unit:
        sentences.append(f"In {field.param.unit}.")
    if field.param.live:
        sentences.append("It can be changed while a run goes on.")
    return "\n".join(sentence for sentence in sentences if sentence)


def spoken(message: str) -> str:
    """Return a mistake's message as a sentence that stands beside its field."""
    message = message.replace("is the text ''", "is empty")
    if not message:
        return ""
    end = "" if message.endswith((".", "?", "!")) else "."
    return f"{message[0].upper()}{message[1:]}{end}"


def breakable(text: str) -> str:
    """Return the text with places to break inside words that are too long for a column."""
    return re.sub(rf"(\S{{{_LONGEST_WORD}}})(?=\S)", "\\1\u200b", text)


def below(mistakes: list[Mistake], name: str) -> tuple[list[Mistake], list[Mistake]]:
    """Split mistakes into those at a setting or inside it, and the others.

    Returns
    -------
    mine, others : list of Mistake
        The paths of `mine` start inside `name`; a path is empty for the setting itself.
    """
    mine, others = [], []
    for mistake in mistakes:
        rest = mistake.path[len(name) :]
        if mistake.path.startswith(name) and (not rest or rest[0] in ".["):
            mine.append(Mistake(rest.removeprefix("."), mistake.message))
        else:
            others.append(mistake)
    return mine, others
