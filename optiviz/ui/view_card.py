"""A card with one view: it asks for figures when something has changed, and its canvas draws them.

A cheap view makes its figure here; a costly one has the worker make it, ten times a second at most.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import NamedTuple
from weakref import WeakKeyDictionary

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QHideEvent
from PySide6.QtWidgets import QWidget

from optiviz.analysis.runs.stretches import scan_of
from optiviz.engine.parameters import Kind
from optiviz.engine.run import Failure, Run
from optiviz.ui.figure_card import FigureCard
from optiviz.ui.session import Session
from optiviz.ui.worker import ReaderOf, now
from optiviz.views import Shown, View
from optiviz.views.figure import Action, Figure

# While runs are computed or played:
_REST = 0.1  # seconds between two costly pictures
_REST_SAME = 0.5  # and where only more was measured along a run, whether it is computed or not
_REST_COSTLY = 1  # and so many times what all that are open take the worker
_REST_COMPUTING = 12  # or, while there are runs to compute, so many times
_REST_SHARE = 12  # any is drawn again after so many times what that took the window


class ViewCard(FigureCard):
    """One view of a session.

    Signals
    -------
    start_dragged : ((float, float), bool)
        The start point of a function was dragged to (x, y); True when it was let go.
    weight_wanted : (int,)
        The user wants to give a coordinate another value.
    view_changed : (View,)
        Its view has other settings.
    """

    start_dragged = Signal(object, bool)
    weight_wanted = Signal(int)
    view_changed = Signal(object)

    view: View

    def __init__(self, view: View, session: Session, parent: QWidget | None = None) -> None:
        self._session = session
        self._drawn_for: tuple[object, ...] | None = None
        self._number = -1  # of the newest request, whose answers are shown
        self._waiting = False  # for its first answer
        self._suits: WeakKeyDictionary[Run, bool] = WeakKeyDictionary()
        self._asked_at = 0.0
        self._rest_until = 0.0
        super().__init__(view, "Press Run, and it shows here.", view.offered, parent)
        session.frame.connect(self.refresh)
        self.canvas.seek_requested.connect(self._seek)
        self.canvas.drag_requested.connect(self._dragged)
        self.canvas.drag_finished.connect(self._dropped)

    # What a figure wants

    def act(self, action: Action) -> None:
        """Carry out what a click in the figure means."""
        for entry in self._session.entries:
            if entry.number == action.focus:
                self._session.set_focus(entry)
        if action.seek is not None:
            self._session.seek(action.seek)
        super().act(action)
        if action.weight is not None:
            self.weight_wanted.emit(action.weight)

    def _step(self, by: int) -> None:
        """Go on in a figure that is gone through step by step, or inside an iteration."""
        figure = self.canvas.figure()
        if figure is not None and figure.steps is not None:
            super()._step(by)
        elif self.view.lines:
            self._session.step_within(by)

    def _leave_out_idle(self, actions: tuple[QAction, QAction]) -> None:
        """Offer the settings that have a meaning for what is shown."""
        shown = self._shown()
        idle = self.view.idle(shown[0].run.spec.problem) if shown else ()
        assert self._form is not None
        for name, words in self.view.offers(shown).items() if shown else ():
            self._form.offer(name, words)
        some = self._form.leave_out(idle)
        for action in actions:
            action.setVisible(some)

    def figure_of(self) -> Callable[[ReaderOf], Figure]:
        """Return what makes the figure that is shown now, in the worker."""
        return partial(_figure, self.view, self._shown(), False)

    def _take(self, view: Kind) -> None:
        self._drawn_for = None
        super()._take(view)
        self.view_changed.emit(view)

    def _dragged(self, x: float, y: float) -> None:
        self.start_dragged.emit((x, y), False)

    def _dropped(self, x: float, y: float) -> None:
        self.start_dragged.emit((x, y), True)

    def _seek(self, x: float) -> None:
        shown = self._shown()
        if shown:
            self._session.seek(self.view.iteration_at(shown[0], x))

    def _shown(self) -> list[Shown]:
        return [one for one in self._session.shown() if self._can_show(one.run)]

    def _can_show(self, run: Run) -> bool:
        """Whether the view suits a run; a run's problem stays as it is."""
        if run not in self._suits:
            self._suits[run] = self.view.suits(run.spec.problem)
        return self._suits[run]

    def refresh(self) -> None:
        """Draw if something that this view shows has changed since it was drawn."""
        if not self.isVisible():
            return
        shown = self._shown()
        if not shown:
            if self._drawn_for is not None:
                self._drawn_for = None
                self._show(self._empty)
            return
        quick = self._is_quick()
        state = self._state(shown)
        if state == self._drawn_for:
            return
        # More of the same, as metrics along a run that is done, can wait a little.
        same = self._drawn_for is not None and state[:-1] == self._drawn_for[:-1]
        if not self.view.costly:
            began = now()
            if self._session.playing and began < self._rest_until:
                return
            self._drawn_for = state
            self._show(self.view.figure(shown))
            self._rest_until = now() + _REST_SHARE * (now() - began)
        elif not (self._waiting or ((quick or same) and self._rests(same))):
            self._drawn_for, self._asked_at, self._waiting = state, now(), True
            make = partial(_pictures, self.view, shown, self._session.follows, quick)
            cost = self._session.costs.get(self, 0.0)
            self._number = self._session.worker.request(self, make, cost, self._answered)
        if shown:
            self.canvas.set_playhead(self.view.time_of(shown[0], shown[0].k))

    def _rests(self, same: bool) -> bool:
        """Whether it is too early for another costly picture: runs and the window come first."""
        times = _REST_COMPUTING if self._session.computing else _REST_COSTLY
        rest = times * sum(self._session.costs.values())
        rest = max(_REST_SAME if same else _REST, rest)
        return now() < max(self._asked_at + rest, self._rest_until)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: D102
        super().hideEvent(event)
        self._session.costs.pop(self, None)

    def _is_quick(self) -> bool:
        return self.view.costly and (self._session.playing or self._session.computing)

    def _state(self, shown: list[Shown]) -> tuple[object, ...]:
        """Return all that the picture depends on; last, how much is known along the runs."""
        within = shown[0].within if self.view.lines else 0.0
        drifts = 0 if self.view.costly else scan_of(shown[0].run).measured
        measured = (drifts, *(one.run.history.count for one in shown))
        return (self.view, self._is_quick(), within, *map(_state_of, shown), measured)

    @property
    def settled(self) -> bool:
        """Whether the picture, be it a coarse one, is of what the session shows."""
        shown = self._shown()
        return not shown or not (self._waiting or self._state(shown) != self._drawn_for)

    def _answered(self, number: int, result: object) -> None:
        if number != self._number:
            return
        self._waiting = False
        if isinstance(result, _Picture):
            if result.seconds is not None and self.isVisible():
                self._session.costs[self] = result.seconds
            if self._drawn_for is not None:
                began = now()
                self._show(result.figure)
                self._rest_until = now() + _REST_SHARE * (now() - began)
        elif isinstance(result, Failure):
            self._show(Figure(self.view.label, empty=f"It can't be drawn: {result.sentence}"))
        if not self._is_quick():
            self.refresh()  # at once if the playhead has gone on meanwhile

    def _show(self, figure: Figure) -> None:
        super()._show(figure)
        if figure.code is not None:
            self._session.parts = max(1, figure.code.parts)


def _state_of(one: Shown) -> tuple[object, ...]:
    """Return what a picture of a run depends on."""
    trace = one.run.trace
    return (id(one.run), one.name, trace.generation, trace.last_k, one.k, one.last_seen)


class _Picture(NamedTuple):
    """A figure, and how long the worker was at it; None for those that are made at leisure."""

    figure: Figure
    seconds: float | None


def _pictures(
    view: View, shown: list[Shown], follow: bool, quick: bool, reader_of: ReaderOf
) -> Iterator[_Picture]:
    """Make a figure in the worker, and then finer ones if there is time for them."""
    shown, began = [replace(one, quick=quick) for one in shown], now()
    figure = _figure(view, shown, follow, reader_of)
    yield _Picture(figure, now() - began)
    if not quick:
        for finer in view.refined(_there(shown, False, reader_of)):
            yield _Picture(finer, None)


def _figure(view: View, shown: list[Shown], follow: bool, reader_of: ReaderOf) -> Figure:
    """Make a figure in the worker, with its readers of the runs.

    Where the playhead follows the end it is made at the end as it is now, which needs no replay.
    """
    return view.figure(_there(shown, follow, reader_of))


def _there(shown: list[Shown], follow: bool, reader_of: ReaderOf) -> list[Shown]:
    there = []
    for one in shown:
        last = one.run.trace.last_k
        k = last if follow else min(one.k, last)  # a change may have shortened it meanwhile
        there.append(replace(one, k=k, reader=reader_of(one.run)))
    return there
