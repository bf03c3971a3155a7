"""What leaves Compare by files: the study, a report of it, the table of its runs."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from optiviz.studies.results import Results
from optiviz.ui.compare.workspace import CompareWorkspace
from optiviz.ui.worker import ReaderOf

if TYPE_CHECKING:
    from optiviz.ui.files import Files

_BETWEEN = 5000  # milliseconds between two savings while a study goes on
STUDY_FILE = "optiviz studies (*.optiviz)"


class StudyFiles(QObject):
    """Each asks where, hands the work to the worker, and says how it went."""

    def __init__(
        self, files: "Files", compare: CompareWorkspace, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._files, self._compare = files, compare
        self._saved: tuple[Path | None, int] = (None, 0)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_BETWEEN)
        self._timer.timeout.connect(self._save_by_itself)
        compare.held.changed.connect(self._changed)
        compare.runner.ended.connect(self._save_by_itself)

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

    def _changed(self) -> None:
        if self._compare.path is not None and not self._timer.isActive():
            self._timer.start()

    def _save_by_itself(self, *_: object) -> None:
        """Save what has come in, without a word unless that fails."""
        path, results = self._compare.path, self._compare.held.snapshot()
        if path is None or results is None or self._saved == (path, len(results.records)):
            return
        self._saved = (path, len(results.records))

        def write(_: ReaderOf) -> None:
            from optiviz.store import study_file

            study_file.save(path, results)

        self._files.write(path, write, quietly=True)

    def close(self) -> str:
        """Save what came in last, as the window is being closed; say why that is impossible."""
        from optiviz.store import study_file
        from optiviz.store.atomic import StoreError

        self._timer.stop()
        path, results = self._compare.path, self._compare.held.snapshot()
        if path is None or results is None or not results.records:
            return ""
        try:
            study_file.save(path, results)  # the worker may not come to it any more
        except StoreError as error:
            self._compare.path = None  # who closes once more wants to leave without it
            return str(error)
        return ""

    def export_dialog(self, name: str = "", view: str = "") -> None:
        """Ask what of the study is exported; a format's name begins with that."""
        self._files.export_study(self._compare.held.snapshot(), name, view)

    def _write(self, path: Path, write: Callable[[Results], None]) -> None:
        results = self._compare.held.snapshot()
        if results is not None:

            def do(_: ReaderOf) -> None:
                write(results)

            self._files.write(path, do)
