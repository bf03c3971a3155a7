"""Cards with views of a study: figures are made by the worker, a few times a second at most."""

from collections.abc import Callable
from functools import partial
from typing import cast

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from optiviz.engine import registry
from optiviz.engine.run import Failure
from optiviz.studies.plan import Configuration, Study
from optiviz.studies.results import Results
from optiviz.study_views import StudyView
from optiviz.ui.card_grid import CardGrid
from optiviz.ui.compare.held import Held
from optiviz.ui.figure_card import FigureCard
from optiviz.ui.worker import ReaderOf, Worker, now
from optiviz.views.figure import Action, Figure

__all__ = ["StudyCard", "StudyGrid"]

_REST = 0.25  # seconds between two pictures while runs come in
_REST_SHARE = 4  # or so many times what the last one took
_COMING = "The picture is being made…"


class StudyCard(FigureCard):
    """One view of a study.

    Signals
    -------
    runs_wanted : (tuple of int,)
        Runs behind something that was clicked, by their places in the study.
    drawn : (StudyView, Results)
        It shows these results now.
    """

    runs_wanted = Signal(tuple)
    drawn = Signal(object, object)
    view: StudyView

    def __init__(
        self, view: StudyView, held: Held, worker: Worker, parent: QWidget | None = None
    ) -> None:
        self._held, self._worker = held, worker
        self._drawn_for: tuple[object, ...] | None = None
        self._shown_for: tuple[Configuration, ...] = ()  # whose picture is there, or coming
        self._number = -1
        self._waiting: tuple[Results, float] | None = None  # what is drawn, and since when
        self._rest_until = 0.0
        self._later = QTimer()
        super().__init__(view, "Press Run study, and it shows here.", parent=parent)
        self._later.setParent(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self.refresh)
        held.changed.connect(self.refresh)

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what came in while it was hidden."""
        super().showEvent(event)
        self.refresh()

    def act(self, action: Action) -> None:
        """Carry out what a click in the figure means."""
        super().act(action)
        if action.runs:
            self.runs_wanted.emit(action.runs)

    def figure_of(self) -> Callable[[ReaderOf], Figure]:
        """Return what makes the figure that is shown now, in the worker."""
        results = self._held.snapshot()
        if results is None:
            return partial(_nothing, self._empty)
        return partial(_figure, self.view, results)

    def refresh(self) -> None:
        """Draw if results came in, or something was set, since it was drawn."""
        if not self.isVisible():
            return
        results = self._held.snapshot()
        if results is None or not self.view.suits(results.study):
            self._drawn_for, self._shown_for = None, ()
            self._show(self._empty)
            return
        state = (self.view, results)
        if self._waiting is not None or state == self._drawn_for:
            return
        rest = self._rest_until - now()
        same = self._drawn_for is not None and self._drawn_for[0] == self.view
        if same and rest > 0 and not results.complete:
            self._later.start(round(1000 * rest) + 1)
            return
        if results.records and self._shown_for != results.study.configurations:
            self._shown_for = results.study.configurations
            self._show(Figure(self.view.label, empty=_COMING))
        self._drawn_for, self._waiting = state, (results, now())
        figure = partial(_figure, self.view, results)
        self._number = self._worker.request(self, figure, then=self._answered)

    @property
    def settled(self) -> bool:
        """Whether the picture is of all that has come in."""
        return self._waiting is None and self._drawn_for == (self.view, self._held.snapshot())

    def _take(self, view: object) -> None:
        super()._take(cast("StudyView", view))

    def _answered(self, number: int, result: object) -> None:
        if number != self._number or self._waiting is None:
            return
        results, began = self._waiting
        self._waiting = None
        self._rest_until = now() + max(_REST, _REST_SHARE * (now() - began))
        if isinstance(result, Figure):
            self._show(result)
            self.drawn.emit(self.view, results)
        elif isinstance(result, Failure):
            self._show(Figure(self.view.label, empty=f"It can't be drawn: {result.sentence}"))
        self.refresh()


def _figure(view: StudyView, results: Results, reader_of: ReaderOf) -> Figure:
    return view.figure(results)


def _nothing(figure: Figure, reader_of: ReaderOf) -> Figure:
    return figure


class StudyGrid(CardGrid[StudyCard]):
    """Cards of a study."""

    even = True  # below them is a list: what is lower would be too low for names

    def __init__(self, held: Held, worker: Worker, parent: QWidget | None = None) -> None:
        views: dict[str, StudyView] = {k: cls() for k, cls in registry.kinds("study_views").items()}
        self._held, self._worker = held, worker
        views = dict(sorted(views.items(), key=lambda item: item[1].place))
        super().__init__(views, "study_views", parent)

    def show_study(self, study: Study) -> None:
        """Show the views that were last open for such a study, or the usual ones."""
        views = cast("dict[str, StudyView]", self._views)
        self.suit([kind for kind, view in views.items() if view.suits(study)])

    def _made_card(self, kind: str) -> StudyCard:
        return StudyCard(cast("StudyView", self._views[kind]), self._held, self._worker, self)
