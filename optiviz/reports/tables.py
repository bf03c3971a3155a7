"""Tables for other programs. Draws nothing, so it imports no matplotlib."""

import csv
import io
from pathlib import Path

from optiviz.reports.summary import summaries
from optiviz.store.atomic import write_text
from optiviz.studies.results import Results


def write_study_table(results: Results, path: str | Path) -> None:
    """Write a CSV with a row for each run that is done: as `summaries`, nothing where it has None.

    Raises
    ------
    StoreError
        If it can't be written; what was there before is then untouched.
    """
    text = io.StringIO()
    rows = list(summaries(results))
    headings = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(text, headings, lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {name: safe_cell(v) if isinstance(v, str) else v for name, v in row.items()} for row in rows
    )
    write_text(path, text.getvalue())


def safe_cell(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
