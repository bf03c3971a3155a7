"""What comes in and leaves by files: runs, reports, traces, pictures. The worker does the work."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings
from PySide6.QtWidgets import QFileDialog

from optiviz.engine.run import Run
from optiviz.ui.view_card import ViewCard
from optiviz.ui.worker import ReaderOf
from optiviz.views import View

if TYPE_CHECKING:
    from optiviz.ui.main_window import MainWindow

_RUN_FILE = "optiviz runs (*.optiviz)"


class Files(QObject):
    """The window's doors: each asks where, hands the work to the worker, and says how it went."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window

    def open_dialog(self) -> None:
        """Ask for run files, and open them."""
        paths, _ = QFileDialog.getOpenFileNames(
            self._window, "Open runs", self._folder(), _RUN_FILE
        )
        for path in paths:
            self.open_file(Path(path))

    def open_file(self, path: Path) -> None:
        """Open the runs in a file."""

        def read(_: ReaderOf) -> list[Run]:
            from optiviz.store import run_file

            return run_file.load(path)

        def show(result: object) -> None:
            runs: list[Run] = result  # type: ignore[assignment]
            for workspace in self._window.workspaces:
                mine = [r for r in runs if self._window.home_of(r.spec.problem.kind) is workspace]
                if mine:
                    workspace.session.open(mine)
                    workspace.revert()
                    self._window.tabs.setCurrentIndex(self._window.workspaces.index(workspace))
            self._remember(path)
            self._window.messages.say(
                f"Opened {len(runs)} run{'s' * (len(runs) != 1)} from {path.name}."
            )

        self._window.jobs.do(read, show)

    def save_dialog(self) -> None:
        """Ask where, and save the runs of this workspace."""
        path = self._ask_where("Save runs", "run.optiviz", _RUN_FILE)
        if path is not None:
            self.save_runs(path)

    def save_runs(self, path: Path) -> None:
        """Save the runs of this workspace."""
        runs = self._runs()

        def write(_: ReaderOf) -> None:
            from optiviz.store import run_file

            run_file.save(path, runs)

        self._write(path, write)

    def report_dialog(self) -> None:
        """Ask where, and write a report of the runs that are shown."""
        path = self._ask_where("Export report", "report.html", "Web pages (*.html)")
        if path is not None:
            self.write_report(path)

    def write_report(self, path: Path) -> None:
        """Write a report of the runs that are shown."""
        runs = [one.run for one in self._window.workspace.session.shown()]

        def write(_: ReaderOf) -> None:
            from optiviz.reports.html import write_report

            write_report(runs, path, progress=self._window.worker.go_on)

        self._write(path, write)

    def csv_dialog(self) -> None:
        """Ask where, and write the trace of the run in focus."""
        path = self._ask_where("Export trace", "trace.csv", "Tables (*.csv)")
        if path is not None:
            self.export(path, "csv")

    def picture_dialog(self, card: ViewCard) -> None:
        """Ask where, and write a card's picture."""
        kinds = "Pictures (*.png);;Drawings (*.svg)"
        path = self._ask_where("Save picture", f"{card.view.kind}.png", kinds)
        if path is not None:
            self.save_picture(card, path)

    def save_picture(self, card: ViewCard, path: Path) -> None:
        """Write a card's view of the run in focus, at the playhead, as PNG or SVG."""
        self.export(path, path.suffix.lower().lstrip(".") or "png", card.view)

    def export(self, path: Path, to: str, view: View | None = None) -> None:
        """Write the run in focus in a format, or a view of it at the playhead."""
        session = self._window.workspace.session
        focus, k = session.focus, session.k
        assert focus is not None
        run = focus.run

        def write(_: ReaderOf) -> None:
            from optiviz.reports.export import export

            at = min(k, run.trace.last_k) if view is not None else None
            export(run, to, path, view=view, at=at)

        self._write(path, write)

    def _write(self, path: Path, write: Callable[[ReaderOf], None]) -> None:
        self._window.messages.say(f"Writing {path.name}…")

        def done(_: object) -> None:
            self._remember(path)
            self._window.messages.say(f"Wrote {path}.")

        self._window.jobs.do(write, done)

    def _ask_where(self, title: str, name: str, kinds: str) -> Path | None:
        if not any(entry.ready for entry in self._window.workspace.session.entries):
            self._window.report("There is nothing to write yet: press Run first.")
            return None
        start = str(Path(self._folder()) / name)
        text, kind = QFileDialog.getSaveFileName(self._window, title, start, kinds)
        if not text:
            return None
        path = Path(text)
        suffix = kind[kind.index("*.") + 1 : kind.index(")")]
        return path if path.suffix else path.with_suffix(suffix)

    def _runs(self) -> list[Run]:
        return [entry.run for entry in self._window.workspace.session.entries if entry.ready]

    def _folder(self) -> str:
        return str(QSettings().value("folder", str(Path.home())))

    def _remember(self, path: Path) -> None:
        QSettings().setValue("folder", str(path.absolute().parent))
