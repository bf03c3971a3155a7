"""The window: workspaces as tabs, what leaves by files, text size, theme, keys."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QAction, QCloseEvent, QKeyEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QStackedWidget,
    QTabBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from optiviz import presets
from optiviz.datasets import Dataset
from optiviz.engine.run import Failure
from optiviz.studies.plan import Study
from optiviz.studies.reading import about as about_study
from optiviz.studies.results import Results
from optiviz.ui.beside import FOUR_RATES, TEN_SEEDS
from optiviz.ui.compare import Again, CompareWorkspace, StudyFiles, offer_studies
from optiviz.ui.drawing import Drawing
from optiviz.ui.exporting import Exporting
from optiviz.ui.files import Files
from optiviz.ui.icons import set_icon
from optiviz.ui.jobs import Jobs
from optiviz.ui.layout import Layout, restore_look
from optiviz.ui.leaving import Leaving
from optiviz.ui.library import LibraryWorkspace
from optiviz.ui.message_place import MessagePlace
from optiviz.ui.messages import MessageBar
from optiviz.ui.panels.function import FunctionPanel
from optiviz.ui.recording import Recording
from optiviz.ui.setup import FunctionSetup, SetupPanel
from optiviz.ui.tab import Doors, Tab
from optiviz.ui.table import Tables
from optiviz.ui.theme import current_theme
from optiviz.ui.thumbnail import Thumbnail, thumbnail
from optiviz.ui.views_menu import KEYS, ViewsButton, toggle_view
from optiviz.ui.worker import Worker
from optiviz.ui.workspace import Workspace
from optiviz.views.fitness import Fitness

_SMALLEST = QSize(960, 600)
_USUAL = QSize(1366, 768)
_FIRST_PAINT = 100  # milliseconds


class MainWindow(QMainWindow):
    """Train, Functions, Compare and Library, side by side as tabs, over one worker.

    Attributes
    ----------
    patience : float or None
        Seconds that closing waits for the iteration that is computed; None for as long as it takes.
    """

    patience: float | None = None

    def __init__(self) -> None:
        super().__init__()
        restore_look()
        with current_theme().put_off():
            self._build()

    def _build(self) -> None:
        self.setWindowTitle("optiviz")
        self.setMinimumSize(_SMALLEST)
        self.resize(_USUAL)
        self._buttons: list[QToolButton] = []
        self.leaving = Leaving(self)
        self.worker = Worker(self)
        self.worker.went_wrong.connect(self._went_wrong)
        self._start = QTimer(self)
        self._start.setSingleShot(True)
        self._start.timeout.connect(self.worker.start)
        self.jobs = Jobs(self.worker, self)
        self.jobs.went_wrong.connect(self._went_wrong)
        self.messages = MessageBar(self)
        self.recording = Recording(self)
        self.files = Files(self)
        self._train_setup = SetupPanel()
        self.train = Workspace(
            "Train",
            self._train_setup,
            [],
            TEN_SEEDS,
            self.worker,
        )
        self.functions = Workspace(
            "Functions",
            FunctionSetup(),
            [Fitness(log_y=True)],
            FOUR_RATES,
            self.worker,
        )
        self.compare = CompareWorkspace(
            {home.title: home.setup.spec for home in (self.train, self.functions)}, self.worker
        )
        self.study_files = StudyFiles(self.files, self.compare, self)
        self._bring_back = QAction("Bring it back", self)
        self._bring_back.triggered.connect(self._bring_study_back)
        self.compare.replaced.connect(self._offer_study)
        self.again = Again(self)
        self.files.study_opened.connect(self._show_study)
        self.library = LibraryWorkspace(self)
        self.workspaces: tuple[Tab, ...] = (self.train, self.functions, self.compare, self.library)
        for workspace in self.workspaces:
            workspace.said.connect(self._say_warning)
            workspace.picture_wanted.connect(self.files.picture_dialog)
        for home in (self.train, self.functions):
            home.runs.said.connect(self.messages.offer)
        self._train_setup.thumbnail_wanted.connect(self._make_thumbnail)
        self._train_setup.draw_wanted.connect(self._draw)
        self.tables = Tables(self, self._train_setup)

        self.tabs = QTabBar()
        self.tabs.setAccessibleName("Workspaces")
        self.tabs.setUsesScrollButtons(False)
        self.tabs.setExpanding(False)
        self.stack = QStackedWidget()
        for workspace in self.workspaces:
            self.tabs.addTab(workspace.title)
            self.stack.addWidget(workspace)
        self.tabs.currentChanged.connect(self._change_tab)
        self.exporting = Exporting(self)

        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._top_row())
        column.addWidget(self.recording.banner)
        column.addWidget(self.stack, 1)
        self.setCentralWidget(middle)
        current_theme().changed.connect(self._restyle)
        self._restyle()
        self._change_tab(0)
        self.kept_layout = Layout(self)
        self.train.timeline.bar.setFocus()

    @property
    def workspace(self) -> Tab:
        """The one in front."""
        return self.workspaces[self.stack.currentIndex()]

    @property
    def runs_workspace(self) -> Workspace:
        """The one in front if it has runs that are played, else Train."""
        front = self.workspace
        return front if isinstance(front, Workspace) else self.train

    def bring(self, workspace: Tab) -> None:
        """Bring a workspace to the front."""
        self.tabs.setCurrentIndex(self.workspaces.index(workspace))

    @property
    def doors(self) -> Doors:
        """What leaves the workspace in front by files."""
        doors: dict[Tab, Doors] = {self.compare: self.study_files, self.library: self.library}
        return doors.get(self.workspace, self.files)

    def _top_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(8, 0, 12, 0)
        row.setSpacing(4)
        row.addWidget(self.tabs)
        row.addWidget(MessagePlace(self.messages, self), 1)
        self.views_button = ViewsButton(lambda: self.workspace.grid)
        set_icon(self.views_button, "views")
        self.views_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._buttons.append(self.views_button)
        row.addWidget(self.views_button)
        row.addWidget(self._demonstrations())
        for name, text, keys, act in (
            ("open", "Open…", QKeySequence.StandardKey.Open, self.files.open_dialog),
            ("save", "Save…", QKeySequence.StandardKey.Save, lambda: self.doors.save_dialog()),
            ("export", "Export…", "Ctrl+E", lambda: self.doors.export_dialog()),
            ("text-smaller", "Smaller text and lines", "Ctrl+-", self.smaller),
            ("text-larger", "Larger text and lines", "Ctrl++", self.larger),
            ("theme", "Light or dark", "Ctrl+T", self.switch_theme),
        ):
            action = self._action(text, keys, act)
            set_icon(action, name)
            button = QToolButton()
            button.setDefaultAction(action)
            button.setAccessibleName(text)
            self._buttons.append(button)
            row.addWidget(button)
        # Without a button: keys alone.
        self._action("Larger text and lines", "Ctrl+=", self.larger)
        self._action("Usual size", "Ctrl+0", self.usual_size)
        self._action("Full screen", "F11", self.toggle_full_screen)
        self._action("Run", "Ctrl+R", self.run)
        self._action("Export table", "Ctrl+Shift+E", lambda: self.doors.export_dialog("csv"))
        self._action("Views", "Alt+V", self.views_button.showMenu)
        for number in range(1, KEYS + 1):
            self._action(f"View {number}", f"Ctrl+{number}", partial(self._toggle_view, number))
        return row

    def _action(self, text: str, keys: object, act: Callable[[], None]) -> QAction:
        action = QAction(text, self)
        action.setShortcut(QKeySequence(keys))  # type: ignore[call-overload]
        shown = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{text} ({shown})")
        action.triggered.connect(act)
        self.addAction(action)
        return action

    def _demonstrations(self) -> QToolButton:
        button = QToolButton()
        button.setText("Demonstrations")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        set_icon(button, "play")
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        menu.setToolTipsVisible(True)
        for name in presets.names():
            preset = presets.load(name)
            action = QAction(preset.title, menu)
            action.setToolTip(preset.about)
            action.triggered.connect(partial(self.demonstrate, name))
            menu.addAction(action)
        menu.addSeparator()
        studies = QMenu("Studies", menu)
        studies.setToolTipsVisible(True)
        studies.aboutToShow.connect(partial(offer_studies, studies, self._begin_study))
        menu.addMenu(studies)
        button.setMenu(menu)
        self._buttons.append(button)
        return button

    def _begin_study(self, name: str) -> None:
        self.bring(self.compare)
        self.messages.say(about_study(name))
        self.compare.show_study(Study.load(name))

    def demonstrate(self, name: str, checked: bool = False) -> None:
        """Set up and run a preset in the workspace that it belongs to."""
        preset = presets.load(name)
        workspace = self.home_of(preset.spec.problem.kind)
        self.bring(workspace)
        workspace.show_specs(preset.specs)
        workspace.focus_first()
        self.messages.say(preset.about)

    def home_of(self, problem_kind: str) -> Workspace:
        """Return the workspace in which a kind of problem is shown."""
        kinds = [cls.kind for cls in FunctionPanel.kinds]
        return self.functions if problem_kind in kinds else self.train

    def _offer_study(self) -> None:
        said = self.messages.text if self.messages.isVisible() else ""
        kept = "The study that was here is in no file, and kept until another is replaced."
        self.messages.offer(f"{kept} {said}", self._bring_back)

    def _bring_study_back(self) -> None:
        self.bring(self.compare)
        self.compare.bring_back()

    def _show_study(self, results: Results, path: Path | None) -> None:
        self.bring(self.compare)
        self.compare.show_results(results, path)

    def _change_tab(self, index: int) -> None:
        self.stack.setCurrentIndex(index)
        self.views_button.setEnabled(self.workspace is not self.library)
        self.messages.leave()
        for i, workspace in enumerate(self.workspaces):
            workspace.activate(i == index)

    def _toggle_view(self, number: int, checked: bool = False) -> None:
        toggle_view(self.workspace.grid, number)

    # Messages

    def report(self, sentence: str, details: str = "") -> None:
        """Tell the user what went wrong, without taking the focus."""
        self.messages.say(sentence, details, warning=True)

    def _say_warning(self, sentence: str, details: str) -> None:
        if sentence:
            self.report(sentence, details)
        else:
            self.messages.clear()

    def _went_wrong(self, failure: Failure) -> None:
        self.report(failure.sentence, failure.details)

    # Look

    def _make_thumbnail(self, dataset: Dataset) -> None:
        def show(result: object) -> None:
            made: Thumbnail = result  # type: ignore[assignment]
            self._train_setup.show_thumbnail(dataset, made.points, made.labels, made.about)

        def fail(failure: Failure) -> None:
            self._train_setup.show_failure(dataset, failure.sentence)

        self.jobs.do(partial(thumbnail, dataset), show, fail)

    def _draw(self, drawing: Drawing) -> None:
        self.train.draw(drawing, self._train_setup.dataset.set_drawing)

    def larger(self) -> None:
        """Make text and lines larger, for a projector."""
        self._set_scale(current_theme().scale * 1.1)

    def smaller(self) -> None:
        """Make text and lines smaller."""
        self._set_scale(current_theme().scale / 1.1)

    def usual_size(self) -> None:
        """Text and lines as for a desk."""
        self._set_scale(1.0)

    def _set_scale(self, scale: float) -> None:
        with self.worker.resting():
            current_theme().scale = scale

    def switch_theme(self) -> None:
        """Dark if it is light, light if it is dark."""
        with self.worker.resting():
            current_theme().name = "light" if current_theme().dark else "dark"

    def toggle_full_screen(self) -> None:
        """Fill the screen, or not."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _restyle(self) -> None:
        side = current_theme().icon_size
        for button in self._buttons:
            button.setIconSize(QSize(side, side))
            button.updateGeometry()
        QTimer.singleShot(0, self, self._refit)

    def _refit(self) -> None:
        """Give words on buttons the room that they need now: Qt keeps the size of before."""
        for button in self._buttons:
            if not button.actions():
                text = button.text()
                button.setText("")
                button.setText(text)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: D102
        super().showEvent(event)
        if not self.worker.isRunning():
            # The worker imports what makes data, which must not delay the first paint.
            self._start.start(_FIRST_PAINT)

    def end_start(self) -> None:
        """Compute nothing, if that has not begun yet."""
        self._start.stop()

    # Keys

    def run(self) -> None:
        """Compute a new run in the workspace in front."""
        self.workspace.run()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        if self.workspace.press(event):
            return
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain and event.key() == Qt.Key.Key_Escape:
            self._escape()
        else:
            super().keyPressEvent(event)

    def _escape(self) -> None:
        self.workspace.escape()
        if self.windowState() & Qt.WindowState.WindowFullScreen:
            self.toggle_full_screen()

    def save_state(self) -> None:
        """Write what is known, and go on."""
        self.kept_layout.settings.write()
        self.recording.flush(wait=True)

    def written(self, well: bool) -> None:
        """Leave, if that is only waiting for what was to be written; stay if that went wrong."""
        self.leaving.written(well)

    def leave(self) -> bool:
        """End what goes on, whatever fails; False if an iteration doesn't end in time."""
        return self.leaving.leave(self.patience)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: D102
        if self.leaving.may():
            self.leave()
            super().closeEvent(event)
        else:
            event.ignore()
