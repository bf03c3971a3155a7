"""The window: workspaces as tabs, what leaves by files, text size, theme, keys."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSettings, QSize, Qt, QTimer
from PySide6.QtGui import QAction, QCloseEvent, QKeyEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
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
from optiviz.engine.spec import RunSpec
from optiviz.ui.drawing import Drawing
from optiviz.ui.files import Files
from optiviz.ui.icons import set_icon
from optiviz.ui.jobs import Jobs
from optiviz.ui.launch import Beside
from optiviz.ui.messages import MessageBar
from optiviz.ui.panels.function import FunctionPanel
from optiviz.ui.setup import FunctionSetup, SetupPanel
from optiviz.ui.theme import current_theme
from optiviz.ui.thumbnail import Thumbnail, thumbnail
from optiviz.ui.views_menu import KEYS, ViewsButton, toggle_view
from optiviz.ui.worker import Worker
from optiviz.ui.workspace import Workspace
from optiviz.views.fitness import Fitness

_SMALLEST = QSize(960, 600)
_USUAL = QSize(1366, 768)
_FIRST_PAINT = 100  # milliseconds
_FASTEST_RATE = 1e6


class MainWindow(QMainWindow):
    """Train and Functions, side by side as tabs, over one worker."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("optiviz")
        self.setMinimumSize(_SMALLEST)
        self.resize(_USUAL)
        self._settings = QSettings()
        self._buttons: list[QToolButton] = []
        self._leaving = False
        self.worker = Worker(self)
        self.worker.went_wrong.connect(self._went_wrong)
        self._start = QTimer(self)
        self._start.setSingleShot(True)
        self._start.timeout.connect(self.worker.start)
        self.jobs = Jobs(self.worker, self)
        self.jobs.went_wrong.connect(self._went_wrong)
        self.messages = MessageBar(self)
        self.files = Files(self)
        self._train_setup = SetupPanel()
        self.train = Workspace(
            "Train",
            self._train_setup,
            [],
            Beside(
                "10 seeds",
                "Run ten times, each with another seed of start and search",
                _seed_name,
                _ten_seeds,
            ),
            self.worker,
        )
        self.functions = Workspace(
            "Functions",
            FunctionSetup(),
            [Fitness(log_y=True)],
            Beside(
                "4 rates",
                "Run a third, once, three and ten times the learning rate side by side",
                _rate_name,
                _four_rates,
                "Only algorithms with a learning rate have rates to compare.",
            ),
            self.worker,
        )
        self.workspaces = (self.train, self.functions)
        for workspace in self.workspaces:
            workspace.said.connect(self._say_warning)
            workspace.runs.said.connect(self.messages.offer)
            workspace.picture_wanted.connect(self.files.picture_dialog)
        self._train_setup.thumbnail_wanted.connect(self._make_thumbnail)
        self._train_setup.draw_wanted.connect(self._draw)

        self.tabs = QTabBar()
        self.tabs.setAccessibleName("Workspaces")
        self.tabs.setUsesScrollButtons(False)
        self.tabs.setExpanding(False)
        self.stack = QStackedWidget()
        for workspace in self.workspaces:
            self.tabs.addTab(workspace.title)
            self.stack.addWidget(workspace)
        self.tabs.currentChanged.connect(self._change_tab)

        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._top_row())
        column.addWidget(self.stack, 1)
        self.setCentralWidget(middle)
        self._restore()
        current_theme().changed.connect(self._restyle)
        self._restyle()
        self._change_tab(0)
        self.train.timeline.bar.setFocus()

    @property
    def workspace(self) -> Workspace:
        """The one in front."""
        return self.workspaces[self.stack.currentIndex()]

    def _top_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(8, 0, 12, 0)
        row.setSpacing(4)
        row.addWidget(self.tabs)
        # Beside the tabs, so that nothing moves under the pointer when there is something to say.
        place = QHBoxLayout()
        place.addWidget(self.messages)
        row.addLayout(place, 1)
        self.views_button = ViewsButton(lambda: self.workspace.grid)
        set_icon(self.views_button, "views")
        self.views_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._buttons.append(self.views_button)
        row.addWidget(self.views_button)
        row.addWidget(self._demonstrations())
        for name, text, keys, act in (
            ("open", "Open runs…", QKeySequence.StandardKey.Open, self.files.open_dialog),
            ("save", "Save runs…", QKeySequence.StandardKey.Save, self.files.save_dialog),
            ("report", "Export report…", "Ctrl+E", self.files.report_dialog),
            ("export", "Export trace (CSV)…", "Ctrl+Shift+E", self.files.csv_dialog),
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
        button.setMenu(menu)
        self._buttons.append(button)
        return button

    def demonstrate(self, name: str, checked: bool = False) -> None:
        """Set up and run a preset in the workspace that it belongs to."""
        preset = presets.load(name)
        workspace = self.home_of(preset.spec.problem.kind)
        self.tabs.setCurrentIndex(self.workspaces.index(workspace))
        workspace.show_specs(preset.specs)
        workspace.timeline.bar.setFocus()  # so that arrow keys step, and don't change tabs
        self.messages.say(preset.about)

    def home_of(self, problem_kind: str) -> Workspace:
        """Return the workspace in which a kind of problem is shown."""
        kinds = [cls.kind for cls in FunctionPanel.kinds]
        return self.functions if problem_kind in kinds else self.train

    def _change_tab(self, index: int) -> None:
        self.stack.setCurrentIndex(index)
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
            self.messages.hide()

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
        self._settings.setValue("scale", current_theme().scale)

    def switch_theme(self) -> None:
        """Dark if it is light, light if it is dark."""
        with self.worker.resting():
            current_theme().name = "light" if current_theme().dark else "dark"
        self._settings.setValue("theme", current_theme().name)

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

    def _restore(self) -> None:
        theme, scale = self._settings.value("theme"), self._settings.value("scale")
        if theme in ("light", "dark"):
            current_theme().name = str(theme)
        try:
            current_theme().scale = float(str(scale)) if scale is not None else 1.0
        except ValueError:
            current_theme().scale = 1.0

    def showEvent(self, event: QShowEvent) -> None:  # noqa: D102
        super().showEvent(event)
        if not self.worker.isRunning():
            # The worker imports what makes data, which must not delay the first paint.
            self._start.start(_FIRST_PAINT)

    # Keys

    def run(self) -> None:
        """Compute a new run in the workspace in front."""
        self.workspace.run()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        if self.workspace.timeline.press(event):
            return
        session = self.workspace.session
        acts: dict[int, Callable[[], None]] = {
            Qt.Key.Key_Space: session.toggle,
            Qt.Key.Key_Left: partial(session.step, -1),
            Qt.Key.Key_Right: partial(session.step, 1),
            Qt.Key.Key_Home: partial(session.seek, 0),
            Qt.Key.Key_End: partial(session.seek, session.last_k),
            Qt.Key.Key_Escape: self._escape,
        }
        act = acts.get(event.key())
        if act is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        else:
            act()

    def _escape(self) -> None:
        session = self.workspace.session
        session.stop()
        session.pause()
        if self.windowState() & Qt.WindowState.WindowFullScreen:
            self.toggle_full_screen()

    def written(self, well: bool) -> None:
        """Leave, if that is only waiting for what was to be written; stay if that went wrong."""
        leaving, self._leaving = self._leaving, self._leaving and well
        if leaving and well and not self.files.writing:
            self.close()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: D102
        if self.files.writing and not self._leaving:
            self._leaving = True
            self.messages.say(
                f"Closing when {self.files.writing} is written. Close again to leave without it."
            )
            event.ignore()
            return
        self.hide()
        self._start.stop()
        QApplication.processEvents()
        for workspace in self.workspaces:
            workspace.activate(False)
        self.worker.close()
        super().closeEvent(event)


def _seed_name(spec: RunSpec) -> str:
    return f"seed {spec.seed} · {spec.optimizer.label}"


def _ten_seeds(spec: RunSpec) -> list[RunSpec]:
    return [spec.replace(seed=(spec.seed + i) % 2**32) for i in range(10)]


def _rate_name(spec: RunSpec) -> str:
    rate = getattr(spec.optimizer, "learning_rate", None)
    return _seed_name(spec) if rate is None else f"rate {rate:g}"


def _four_rates(spec: RunSpec) -> list[RunSpec]:
    rate = getattr(spec.optimizer, "learning_rate", 0.0)
    rates = [float(f"{rate * factor:.3g}") for factor in (1 / 3, 1, 3, 10)]
    usable = [r for r in rates if 0 < r <= _FASTEST_RATE]
    return [spec.replace(optimizer=spec.optimizer.replace(learning_rate=r)) for r in usable]
