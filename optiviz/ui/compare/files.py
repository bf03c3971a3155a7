"""What leaves Compare by files: the study, a report of it, the table of its runs."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from optiviz.studies.columns import StudyRows, columns_of
from optiviz.studies.results import Results
from optiviz.ui.compare.workspace import CompareWorkspace
from optiviz.ui.worker import ReaderOf

if TYPE_CHECKING:
    from optiviz.ui.files import Files

STUDY_FILE = "optiviz studies (*.optiviz)"


class StudyFiles(QObject):
    """Each asks where, hands the work to the worker, and says how it went."""

    def __init__(
        self, files: "Files", compare: CompareWorkspace, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._files, self._compare = files, compare

    def save_dialog(self) -> None:
        """Ask where, and save the study; from then on it is saved by itself as it goes on."""
        path = self._files.ask_where("Save study", "study.optiviz", STUDY_FILE)
        if path is not None:
            self.save(path)

    def save(self, path: Path) -> None:
        """Save the study."""

        def write(results: Results) -> None:
            from optiviz.store import study_file

            study_file.save(path, results)

        self._write(path, write)
        self._compare.path = path

    def report_dialog(self) -> None:
        """Ask where, and write a page with the study's figures and what they say."""
        path = self._files.ask_where("Export report", "study.html", "Web pages (*.html)")
        if path is not None:
            self._write(path, self._report_to(path))

    def _report_to(self, path: Path) -> Callable[[Results], None]:
        def write(results: Results) -> None:
            from optiviz.reports.study import write_study_report

            write_study_report(results, path)

        return write

    def csv_dialog(self) -> None:
        """Ask where, and write a row for each run."""
        path = self._files.ask_where("Export table of runs", "study.csv", "Tables (*.csv)")
        if path is not None:
            self.export(path)

    def export(self, path: Path) -> None:
        """Write a row for each run as CSV."""

        def write(results: Results) -> None:
            write_table(results, path)

        self._write(path, write)

    def _write(self, path: Path, write: Callable[[Results], None]) -> None:
        results = self._compare.held.snapshot()
        if results is not None:

            def do(_: ReaderOf) -> None:
                write(results)

            self._files.write(path, do)


def write_table(results: Results, path: Path) -> None:
    """Write a row for each run of a study as CSV: plain numbers, nothing where there is none.

    Raises
    ------
    StoreError
        If it can't be written; what was there before is then untouched.
    """
    from optiviz.store.atomic import writing

    made = StudyRows(results.study)
    rows = [made.row(planned, results.records.get(planned)) for planned in results.study.runs]
    columns = columns_of(rows)
    with writing(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        table = csv.writer(text)
        table.writerow(["configuration", *(column.key for column in columns)])
        for row in rows:
            values = [column.value(row) for column in columns]
            plain = ["" if value != value else value for value in values]  # nan
            table.writerow([row.configuration, *plain])
        text.detach()
