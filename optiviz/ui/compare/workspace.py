"""Compare: what is compared on the left, figures in the middle, all runs below."""

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from optiviz.engine.run import Failure
from optiviz.engine.spec import RunSpec
from optiviz.studies.plan import Study
from optiviz.studies.results import Results
from optiviz.study_views import StudyView
from optiviz.ui.canvas.warning import WarningLine
from optiviz.ui.card import Card
from optiviz.ui.compare.around import FirstStep, RunsBelow
from optiviz.ui.compare.held import Held
from optiviz.ui.compare.runner import Execute, StudyRunner, planned_words, spoken_time
from optiviz.ui.compare.setup import CompareSetup
from optiviz.ui.compare.study_grid import StudyCard, StudyGrid
from optiviz.ui.icons import set_icon
from optiviz.ui.plain import Label, tip
from optiviz.ui.runs import RunsPanel, StudyRuns
from optiviz.ui.tab import Tab
from optiviz.ui.theme import current_theme
from optiviz.ui.worker import Worker

_FIRST = "eight-algorithms"  # the study that an empty workspace offers
_LINES = 6  # of what speaks against a study
_MORE = 10  # seeds that one press adds
_TESTS = ("verdict", "pairwise_table", "grouped_table")  # views that tell who differs
_PEEKED = (
    "You have looked at these tests {} already: whoever adds seeds until a difference shows finds "
    "one sooner or later, even where there is none. Decide beforehand how many seeds there are."
)


class CompareWorkspace(Tab):
    """One study: its set-up, its progress, its figures and its runs.

    Signals
    -------
    run_wanted : (RunSpec, str, str)
        The user wants to see a run of the study: its spec, its name, and its trace's SHA-256.
    replaced()
        Another study is here, and what was done of the one before is in no file: `bring_back`.

    Parameters
    ----------
    sources : mapping of str to callable
        For each other workspace, what returns the run that is set up there, or None.
    worker : Worker
    execute : callable, optional
        Does the runs, instead of processes.
    """

    run_wanted = Signal(object, str, str)
    replaced = Signal()
    grid: StudyGrid

    def __init__(
        self,
        sources: Mapping[str, Callable[[], RunSpec | None]],
        worker: Worker,
        execute: Execute | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Compare", parent)
        self.held = Held(self)
        self.runner = StudyRunner(execute, self)
        self.path: Path | None = None  # where the study is saved by itself
        self._before: Results | None = None
        self.setup = CompareSetup(sources)
        self.grid = StudyGrid(self.held, worker)
        self.runs = RunsPanel("Runs")
        outer = QHBoxLayout(self)
        outer.setContentsMargins(12, 8, 12, 8)
        outer.setSpacing(0)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setHandleWidth(10)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self._left())
        self._splitter.addWidget(self._right())
        self._splitter.setStretchFactor(1, 1)
        outer.addWidget(self._splitter)
        self.setup.changed.connect(self._setup_changed)
        self.setup.said.connect(self._say)
        self.grid.card_made.connect(self._connect_card)
        self.runs.opened.connect(self.open_run)
        self.runner.came_in.connect(self.held.add)
        self.runner.ended.connect(self._ended)
        self.held.changed.connect(self._show_runs)
        self.held.changed.connect(self._show_progress)
        current_theme().changed.connect(self._restyle)
        self._restyle()
        self._setup_changed()

    # Parts

    def _left(self) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.setup, 1)
        self._note = QFrame()
        self._note.setObjectName("note")
        inside = QVBoxLayout(self._note)
        inside.setContentsMargins(12, 6, 12, 6)
        inside.setSpacing(4)
        self.plan_text = Label()
        self.plan_text.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Runs that are done")
        self.caution = WarningLine(self._note, _LINES)
        inside.addWidget(self.caution)
        inside.addWidget(self.plan_text)
        inside.addWidget(self.bar)
        column.addWidget(self._note)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        self.run_button = QPushButton("Run study")
        self.run_button.setProperty("primary", True)
        self.run_button.clicked.connect(self.run_or_cancel)
        self.more_button = QPushButton(f"Add {_MORE} seeds")
        self.more_button.setToolTip("Run everything with more seeds; what is done is kept")
        self.more_button.clicked.connect(self.add_seeds)
        buttons.addWidget(self.run_button, 1)
        buttons.addWidget(self.more_button)
        column.addLayout(buttons)
        return box

    def _right(self) -> QWidget:
        self._empty = FirstStep()
        self._empty.begin_action.triggered.connect(self.begin)
        self._empty.add_action.triggered.connect(self._add_first)
        self._empty.run_action.triggered.connect(self.run)
        self._results = QSplitter(Qt.Orientation.Vertical)
        self._results.setHandleWidth(10)
        self._results.setChildrenCollapsible(False)
        self._results.addWidget(self.grid)
        self._results.addWidget(RunsBelow(self.runs))
        self._results.setSizes([700, 230])
        self._results.setStretchFactor(0, 1)
        empty = Card("Compare")
        empty.set_body(self._empty)
        self._pages = QStackedWidget()
        self._pages.addWidget(empty)
        self._pages.addWidget(self._results)
        return self._pages

    def _restyle(self) -> None:
        scale = current_theme().scale
        width = round(300 * scale**0.6)
        self.setup.setMinimumWidth(width - 20)
        self._splitter.setSizes([width, 10_000])
        size = round(16 * scale)
        self.run_button.setIconSize(QSize(size, size))
        self._empty.restyle()
        self._show_progress()

    def _connect_card(self, card: StudyCard) -> None:
        card.picture_wanted.connect(self.picture_wanted)
        card.copied.connect(self.copied)
        card.runs_wanted.connect(self.select_runs)
        card.drawn.connect(self._drawn)

    # Doing it

    def begin(self) -> None:
        """Set up and run the study that an empty workspace offers."""
        self.show_study(Study.load(_FIRST))
        self.run()

    def _add_first(self) -> None:
        self.setup.configurations.add_from("Train")

    def show_study(self, study: Study) -> None:
        """Set up a study, with nothing done yet."""
        kept = self._leave_study()
        self.path = None
        self.setup.show_study(study)
        self.held.show(None)
        self._setup_changed()
        self._offer(kept)

    def show_results(self, results: Results, path: Path | None = None) -> None:
        """Show a study and what was found, as a file holds it; it is saved there as it goes on."""
        kept = self._leave_study()
        self.setup.show_study(results.study)
        self._put(results)
        self.path = path
        self._offer(kept)

    def bring_back(self) -> None:
        """Show the study again that another took the place of."""
        if self._before is not None:
            self.show_results(self._before)

    def _leave_study(self) -> Results | None:
        """End what is under way, and return what was done if it is in no file."""
        self.runner.close()
        held = self.held.results
        return held if held is not None and held.records and self.path is None else None

    def _offer(self, kept: Results | None) -> None:
        if kept is not None:
            self._before = kept
            self.replaced.emit()

    def run_or_cancel(self) -> None:
        """Do the runs, or leave the rest undone for now."""
        if self.runner.running:
            self.runner.cancel()
            self._show_progress()
        else:
            self.run()

    def run(self) -> None:
        """Do the runs that are missing; what is done already is kept."""
        study = self.setup.study()
        if study is None or self.runner.running:
            return
        self.said.emit("", "")
        before, carried = self.held.results, self._carried(study)
        if before is not None and len(carried.records) < len(before.records):
            self.path = None  # else what is saved would be lost
        self._put(carried)
        held = self.held.results
        assert held is not None
        if not held.complete:
            self.runner.start(held)
        self._show_progress()

    def add_seeds(self) -> None:
        """Do everything with some seeds more."""
        if self.runner.running:
            return
        held = self.held.results
        looks = len(held.looks) if held is not None else 0
        self.setup.add_seeds(_MORE)
        self.run()
        if looks:
            times = "once" if looks == 1 else "twice" if looks == 2 else f"{looks:,} times"
            self.said.emit(_PEEKED.format(times), "")

    def _carried(self, study: Study) -> Results:
        held = self.held.results
        return Results(study) if held is None else held.carried_to(study)

    def _put(self, results: Results) -> None:
        self.held.show(results)
        self.grid.show_study(results.study)
        self._setup_changed()

    def _ended(self, failure: Failure | None) -> None:
        if failure is not None:
            self.said.emit(failure.sentence, failure.details)
        self._show_progress()

    def _drawn(self, view: StudyView, results: Results) -> None:
        """Note that somebody looked at tests of what is done."""
        if view.kind in _TESTS and results.complete and results is self.held.snapshot():
            self.held.look()
            self._show_buttons(self.setup.study())

    def select_runs(self, places: tuple[int, ...]) -> None:
        """Mark runs in the list, as something was clicked that they are behind."""
        self.runs.select(list(places), scroll=True)

    def _show_runs(self) -> None:
        results, source = self.held.results, self.runs.source
        if isinstance(source, StudyRuns) and source.results is results:
            source.refresh()
        else:
            self.runs.set_source(None if results is None else StudyRuns(results, self.runs))

    def open_run(self, place: int) -> None:
        """Compute a run of the study again, to be looked at."""
        held = self.held.results
        if held is not None:
            planned = held.study.runs[place]
            record = held.records.get(planned)
            digest = "" if record is None else record.digest
            self.run_wanted.emit(held.study.spec_of(planned), held.study.name_of(planned), digest)

    # What is said

    def _say(self, sentence: str) -> None:
        self.said.emit(sentence, "")

    def _setup_changed(self) -> None:
        self._pages.setCurrentIndex(0 if self.held.results is None else 1)
        self._empty.say(ready=self.setup.study() is not None)
        cautions = self.setup.cautions()
        more = f" ({len(cautions) - 1} more: point here.)" if len(cautions) > 1 else ""
        self.caution.set_text(f"{cautions[0].sentence}{more}" if cautions else "")
        self.caution.setToolTip(tip("\n\n".join(f"{c.sentence} {c.instead}" for c in cautions)))
        self._show_progress()

    def _show_progress(self) -> None:
        """Say how much there is to do, how far it is and how long it takes."""
        study, running = self.setup.study(), self.runner.running
        held = self.held.results
        if running:
            assert held is not None
            self.bar.setMaximum(held.study.size)
            self.bar.setValue(len(held.records))
            self.plan_text.setText(self._going_on(held))
        elif study is None:
            mistakes = self.setup.mistakes()
            none = "Nothing is set up to be compared yet."
            self.plan_text.setText("Something is wrong above." if mistakes else none)
        else:
            carried = self._carried(study)
            self.plan_text.setText(planned_words(carried))
        self.bar.setVisible(running)
        self._show_buttons(study)

    def _going_on(self, held: Results) -> str:
        done, size = len(held.records), held.study.size
        words = f"{done:,} of {size:,} runs done"
        if self.runner.cancelling:
            return f"{words}, ending…"
        left = self.runner.time_left()
        return f"{words}, {spoken_time(left)} left" if left is not None else f"{words}…"

    def _show_buttons(self, study: Study | None) -> None:
        running, held = self.runner.running, self.held.results
        same = not running and study is not None and held is not None and held.study == study
        begun = same and held is not None and bool(held.records)
        complete = same and held is not None and held.complete
        text = "Cancel" if running else "Resume" if begun and not complete else "Run study"
        self.run_button.setText(text)
        self.run_button.setToolTip(
            "What is done is kept" if running else "Compute the runs that are missing (Ctrl+R)"
        )
        set_icon(self.run_button, "stop" if running else "play", "on_accent")
        able = running and not self.runner.cancelling
        self.run_button.setEnabled(able or (not running and study is not None and not complete))
        self.more_button.setEnabled(not running and study is not None)

    # The window

    def activate(self, on: bool) -> None:
        """Draw what came in meanwhile."""
        if on:
            self.grid.refresh()

    def escape(self) -> None:
        """Cancel what is going on; it can be resumed."""
        self.runner.cancel()
        self._show_progress()

    def focus_first(self) -> None:
        """Let the keys go to the button that runs it."""
        self.run_button.setFocus()

    def lacks(self) -> str:
        """Say so where nothing is there to write."""
        if self.held.results is not None and self.held.results.records:
            return ""
        return "There is nothing to write yet: press Run study first."

    def leave(self) -> None:
        """End its processes; what is done is kept."""
        self.runner.close()
        super().leave()
