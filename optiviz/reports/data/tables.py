"""Tables for other programs. Draws nothing, so it imports no matplotlib."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from optiviz.engine.wording import one_line
from optiviz.reports.data.summary import summaries
from optiviz.store.atomic import write_text
from optiviz.studies.results import Results

_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # the wide ones in Japan


def write_study_table(results: Results, path: str | Path) -> None:
    """Write a CSV with a row for each run that is done: as `summaries`, nothing where it has None.

    Raises
    ------
    StoreError
        If it can't be written; what was there before is then untouched.
    """
    write_table(list(summaries(results)), path)


def write_table(rows: Sequence[Mapping[str, Any]], path: str | Path) -> None:
    """Write a CSV with a column for each name in any row; no text in it is a formula.

    Raises
    ------
    StoreError
        If it can't be written; what was there before is then untouched.
    """
    text = io.StringIO()
    headings = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(text, headings, lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {name: safe_cell(v) if isinstance(v, str) else v for name, v in row.items()} for row in rows
    )
    write_text(path, text.getvalue())


def tabbed(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as text that spreadsheets paste: no cell is a formula, none breaks a line."""
    return "\n".join("\t".join(_pasted(cell) for cell in row) for row in rows)


def _pasted(cell: str) -> str:
    try:
        float(cell)
    except ValueError:
        return safe_cell(one_line(cell))
    return cell.strip()


def safe_cell(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULAS) else text
