"""How wide the columns of a table are."""

from collections.abc import Iterable, Sequence

from optiviz.reports.pdf.letters import SANS, width

_AROUND, _TIGHT = 11.0, 8.2  # points around what is in a cell, and at least
_SPARE = 30.0  # points that a column is wider at most than what is in it
_LONGEST = 200  # letters of a text that are measured


def column_widths(
    rows: Sequence[Sequence[str]], room: float, size: float, mark: float = 0.0
) -> list[float]:
    """Return how wide columns are: as what is in them, the wide ones less where they must.

    A heading gives way first, and no word is broken where there is room for all of them.

    Parameters
    ----------
    rows : sequence of sequence of str
        Rows of one length; headings are the first.
    room : float
        For all of them, in points.
    size : float
        Of the type, in points.
    mark : float
        Points that something before the words of the first column takes.
    """

    def widest(texts: Iterable[str], around: float) -> float:
        return around + max((width(text[:_LONGEST], SANS, size) for text in texts), default=0.0)

    columns = list(zip(*rows, strict=True))
    around = [_AROUND + (mark if i == 0 else 0.0) for i in range(len(columns))]
    wanted = [widest(column, more) for column, more in zip(columns, around, strict=True)]
    if sum(wanted) <= room:
        spare = room - sum(wanted)
        return [many + min(_SPARE, spare / len(wanted)) for many in wanted]
    words = ([word for text in column for word in text.split()] for column in columns)
    least = [
        widest(each, more - _AROUND + _TIGHT) for each, more in zip(words, around, strict=True)
    ]
    below = ((*column[0].split(), *column[1:]) for column in columns)
    fewer = [widest(each, more) for each, more in zip(below, around, strict=True)]
    if sum(fewer) <= room:
        spare = room - sum(fewer)
        lack = [many - few for many, few in zip(wanted, fewer, strict=True)]
        return [few + more * spare / sum(lack) for few, more in zip(fewer, lack, strict=True)]
    if sum(least) > room:
        least = [0.0] * len(columns)
    low, high = 0.0, max(fewer)
    for _ in range(40):  # the width at which all that is wider is cut
        limit = (low + high) / 2
        too_wide = sum(_cut(fewer, least, limit)) > room
        low, high = (low, limit) if too_wide else (limit, high)
    return _cut(fewer, least, low)


def _cut(wanted: Sequence[float], least: Sequence[float], limit: float) -> list[float]:
    """Return widths that are at most a limit, or what they are at least."""
    return [max(few, min(many, limit)) for many, few in zip(wanted, least, strict=True)]
