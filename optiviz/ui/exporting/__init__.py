"""Everything that leaves the window as a report, a figure, a movie, data or a program.

One panel asks what, as what, and shows it before; formats are those of `optiviz.reports.formats`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTemporaryDir, QUrl
from PySide6.QtGui import QAction, QDesktopServices

from optiviz.engine.run import Failure, Run
from optiviz.reports.formats import Format, formats
from optiviz.reports.own_templates import names
from optiviz.store.settings import user_settings
from optiviz.studies.results import Results
from optiviz.ui.exporting.documents import Documents
from optiviz.ui.exporting.jobs import Job
from optiviz.ui.exporting.pages import PagePicture, page_picture
from optiviz.ui.exporting.panel import ExportPanel
from optiviz.ui.exporting.previews import Preview, previews
from optiviz.ui.exporting.source import Source, Wanted, views_of
from optiviz.ui.exporting.studies import study_source
from optiviz.ui.theme import current_theme
from optiviz.ui.worker import ReaderOf
from optiviz.ui.workspace import Workspace
from optiviz.views import View

if TYPE_CHECKING:
    from optiviz.ui.main_window import MainWindow

__all__ = ["Exporting", "runs_source", "session_source"]

_COST = 1.0  # seconds that a preview takes about: what the views ask for comes first
_COST_OF_PAGE = 0.05  # and a page that is looked at


def runs_source(runs: Sequence[Run], name: str = "report") -> Source:
    """Return what there is to export of runs that are not played."""
    return Source(
        name=name,
        runs=tuple(runs),
        names=tuple(run.name or f"Run {i}" for i, run in enumerate(runs, 1)),
        ticked=tuple(range(len(runs))),
        views=views_of(runs),
        formats=_usable(),
    )


def session_source(workspace: Workspace) -> Source:
    """Return what there is to export of the runs of a workspace, those on show ticked."""
    session = workspace.session
    entries = [entry for entry in session.entries if entry.ready]
    runs = [entry.run for entry in entries]
    shown = [one.run for one in session.shown()]
    ticked = tuple(runs.index(run) for run in shown if run in runs)
    opened = [card.view for card in workspace.grid.cards]
    return Source(
        name="report",
        runs=tuple(runs),
        names=tuple(entry.name for entry in entries),
        ticked=ticked,
        views=views_of(runs, opened),
        opened=tuple(view.kind for view in opened),
        playhead=session.k if runs else None,
        formats=_usable(),
        lacks=workspace.lacks(),
    )


def _usable() -> dict[str, Format]:
    """Return the formats whose extras are installed."""
    return {name: one for name, one in formats().items() if one.is_there}


class Exporting(QObject):
    """Opens the panel, has the worker make previews and files, and says how it went."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self.panel: ExportPanel | None = None
        self._results: Results | None = None
        self._documents = Documents()
        self._looking: Job | None = None
        self._number = -1
        self._lacked = ""
        self._unfinished = False
        self._theme = "light"
        self._writing: Job | None = None
        self._folder: QTemporaryDir | None = None
        self._open = QAction("Open", self)
        self._open.triggered.connect(self._open_written)
        self._written: Path | None = None
        window.tabs.currentChanged.connect(self._leave)
        for tab in window.workspaces:
            tab.copied.connect(window.messages.say)

    # Opening

    def open_runs(self, name: str = "", view: View | None = None) -> None:
        """Ask what of the workspace in front is exported, with a format and a view to begin."""
        source = session_source(self._window.runs_workspace)
        if view is not None:
            source = replace(
                source,
                views=tuple(view if one.kind == view.kind else one for one in source.views),
            )
        self.open(source, name, "" if view is None else view.kind)

    def open_recorded(self, runs: Sequence[Run], label: str, name: str = "") -> None:
        """Ask what of runs that are in no workspace is exported."""
        self.open(runs_source(runs, label), name)

    def open_study(self, results: Results, name: str = "", view: str = "") -> None:
        """Ask what of a study is exported."""
        self._results = results
        opened = [card.view for card in self._window.compare.grid.cards]
        self.open(study_source(results, opened, self._window.compare.lacks()), name, view)

    def open(self, source: Source, name: str = "", view: str = "") -> None:
        """Ask what of a source is exported; say so where there is nothing."""
        messages = self._window.messages
        if source.lacks:
            self._lacked = source.lacks
            self._window.report(source.lacks)
            return
        if self._lacked and messages.text == self._lacked:  # it is true no more
            messages.clear()
        if self.panel is None:
            self.panel = ExportPanel(self._window.stack, self._window.centralWidget())
            self.panel.export_wanted.connect(self._ask_where)
            self.panel.look_wanted.connect(self._preview)
            self.panel.preview.paper.wanted.connect(self._draw_page)
            self.panel.closed.connect(self._closed)
            self.panel.cancel_wanted.connect(self.cancel)
            self.panel.browse_button.clicked.connect(self._browse)
        kept = user_settings().now.exporting
        self.panel.open_for(source, kept, templates(), name, view)

    def _leave(self) -> None:
        if self.panel is not None and self.panel.isVisible():
            self.panel.dismiss()

    # The preview

    def _preview(self, wanted: Wanted) -> None:
        self._end_preview()
        self._unfinished = True
        job = self._looking = Job(self._window.worker, self)
        if self.panel is not None:
            job.went_on.connect(self.panel.look_goes_on)
        theme = "dark" if current_theme().dark else "light"
        shown = wanted.options.choices.theme
        self._theme = theme if shown == "auto" else shown
        results = self._results if not wanted.runs else None
        documents = self._documents

        def make(_: ReaderOf) -> Iterator[Preview]:
            made = partial(documents.of, results)
            return _stepped(previews(wanted, theme, job.go_on, made, documents.drawn), job)

        self._number = self._window.worker.request(self, make, _COST, self._shown)

    def _shown(self, number: int, result: object) -> None:
        panel = self.panel
        if number != self._number or panel is None or not panel.isVisible():
            return
        self._unfinished = isinstance(result, Preview) and not result.whole
        if isinstance(result, Preview):
            panel.preview.show_preview(result, self._theme)
        elif isinstance(result, Failure):
            panel.preview.say(_no_preview(result))

    def _draw_page(self, page: int, wide: int) -> None:
        """Have a page of the preview drawn; one at a time is asked for."""
        shown = self.panel.preview.preview if self.panel is not None else None
        if shown is None:
            return
        content = shown.content

        def draw(_: ReaderOf) -> tuple[bytes, PagePicture]:
            return content, page_picture(content, page, wide)

        self._window.worker.request((self, "page"), draw, _COST_OF_PAGE, self._page_drawn)

    def _page_drawn(self, _: int, result: object) -> None:
        pane = self.panel.preview if self.panel is not None else None
        if pane is None or pane.preview is None:
            return
        if isinstance(result, Failure):
            pane.say(_no_preview(result))
        elif isinstance(result, tuple):
            content, picture = result
            if content is pane.preview.content:  # else of pages that were there before
                pane.paper.show_picture(picture)

    def _closed(self) -> None:
        self._end_preview()
        self._documents = Documents()  # the runs in it may be closed too

    def _end_preview(self) -> None:
        self._number = -1
        job, self._looking = self._looking, None
        if job is not None:
            job.cancel()
            job.deleteLater()

    # The file

    def _ask_where(self, wanted: Wanted) -> None:
        assert self.panel is not None
        source = self.panel.chooser.source
        assert source is not None
        made = wanted.format
        name = wanted.options.views[0].kind if made.group in ("figure", "movie") else ""
        path = self._window.files.ask_where(
            "Export",
            f"{name or source.name}{made.suffix}",
            f"{made.label} (*{made.suffix})",
        )
        if path is not None:
            user_settings().change(exporting=self.panel.chooser.chosen().remembered())
            self.write(wanted, path)

    def _browse(self) -> None:
        """Write it where nobody keeps it, and open it."""
        panel = self.panel
        if panel is None or panel.wanted is None:
            return
        if self._folder is None:
            self._folder = QTemporaryDir()
        path = Path(self._folder.path()) / f"preview{panel.wanted.format.suffix}"
        self.write(panel.wanted, path, open_it=True)

    def write(self, wanted: Wanted, path: Path, open_it: bool = False) -> None:
        """Have the worker write a file, and say how far it is and how it went."""
        if self._writing is not None:
            return
        self._end_preview()  # the file comes first
        job = self._writing = Job(self._window.worker, self)
        if self.panel is not None:
            job.went_on.connect(self.panel.go_on)
            self.panel.set_busy(path.name)

        def do(_: ReaderOf) -> None:
            job.do(lambda: wanted.write(path, job.go_on))

        over = partial(self._over, path, open_it)
        self._window.files.write(path, do, quietly=open_it, over=over, cancel=job.cancel)

    def cancel(self) -> None:
        """Leave the file that is being written; one that was there stays as it was."""
        if self._writing is not None:
            self._writing.cancel()
            if self.panel is not None:
                self.panel.show_cancelled()

    def _over(self, path: Path, open_it: bool, failure: Failure | None) -> bool:
        """Take notice of a file that is written or not; return whether the user was told."""
        job, self._writing = self._writing, None
        cancelled = job is not None and job.cancelled
        if job is not None:
            job.deleteLater()
        if self.panel is not None:
            self.panel.set_busy("")
            if self._unfinished:  # the file came first
                self.panel.ask()
        if failure is not None and cancelled:
            self._window.messages.say(f"Cancelled: {path.name} was not written.")
            return True
        if failure is None and open_it:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
            return True
        if failure is None:
            self._written = path
            self._window.messages.offer(f"Wrote {path}.", self._open)
            return True
        if open_it:
            self._window.report(failure.sentence, failure.details)
        return open_it

    def _open_written(self) -> None:
        if self._written is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._written)))


def _no_preview(why: Failure) -> str:
    return f"There is no preview: {why.sentence}.".replace("..", ".")


def _stepped(shown: Iterator[Preview], job: Job) -> Iterator[Preview]:
    """Yield previews, each of which can be left while it is made."""
    while (found := job.do(partial(next, shown, None))) is not None:
        yield found


def templates() -> dict[str, str]:
    """Return the templates of the user's folder, by name."""
    return {name: name for name in names()}
