"""A card with one view: it asks for figures when something has changed, and its canvas draws them.

A cheap view makes its figure here; a costly one has the worker make it, ten times a second at most.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import NamedTuple
from weakref import WeakKeyDictionary

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QGuiApplication, QHideEvent, QMouseEvent
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget, QWidgetAction

from optiviz.analysis.runs.stretches import scan_of
from optiviz.engine.parameters import SpecError, fields
from optiviz.engine.run import Failure, Run
from optiviz.ui.canvas import FigureCanvas
from optiviz.ui.card import Card
from optiviz.ui.forms import ParametersForm
from optiviz.ui.icons import set_icon
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


class _Settings(QWidget):
    """The form in a card's menu: a click beside a control doesn't close the menu."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()


class ViewCard(Card):
    """One view of a session.

    Signals
    -------
    picture_wanted : (ViewCard,)
        The user wants to save the picture.
    start_dragged : ((float, float), bool)
        The start point of a function was dragged to (x, y); True when it was let go.
    close_requested
    elsewhere : (Action,)
        A figure's action belongs to another view.
    weight_wanted : (int,)
        The user wants to give a coordinate another value.
    """

    picture_wanted = Signal(object)
    start_dragged = Signal(object, bool)
    close_requested = Signal()
    elsewhere = Signal(object)
    weight_wanted = Signal(int)

    def __init__(self, view: View, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(view.label, parent)
        self.view = view
        self._session = session
        self._drawn_for: tuple[object, ...] | None = None
        self._number = -1  # of the newest request, whose answers are shown
        self._waiting = False  # for its first answer
        self._suits: WeakKeyDictionary[Run, bool] = WeakKeyDictionary()
        self._asked_at = 0.0
        self._rest_until = 0.0
        self._empty = Figure(view.label, empty="Press Run, and it shows here.")
        self.canvas = FigureCanvas(self)
        self.set_body(self.canvas)
        self._form: ParametersForm | None = None
        self._views_menu = QMenu(self)
        another = QAction("Show another view here", self)
        another.setMenu(self._views_menu)
        set_icon(another, "chevron-down")
        self.set_title_action(another)
        self._fill = QAction("Fill the middle", self)
        self._fill.triggered.connect(self.expand_requested)
        more = QAction("Settings and pictures", self)
        more.setMenu(self._made_menu())
        set_icon(more, "more")
        self.set_actions([more])
        self.set_expanded(False)
        session.frame.connect(self.refresh)
        session.worker.answered.connect(self._answered)
        self.canvas.seek_requested.connect(self._seek)
        self.canvas.acted.connect(self.act)
        self.canvas.step_requested.connect(self._step)
        self.canvas.drag_requested.connect(self._dragged)
        self.canvas.drag_finished.connect(self._dropped)
        self._show(self._empty)

    def _made_menu(self) -> QMenu:
        menu = QMenu(self)
        if fields(type(self.view)):
            self._form = ParametersForm(type(self.view), menu, offered=self.view.offered)
            self._form.set_value(self.view)
            self._form.changed.connect(self._settings_changed)
            box = _Settings(menu)
            layout = QVBoxLayout(box)
            layout.setContentsMargins(12, 8, 12, 8)
            layout.addWidget(self._form)
            self._form.setMinimumWidth(260)
            settings = QWidgetAction(menu)
            settings.setDefaultWidget(box)
            menu.addAction(settings)
            line = menu.addSeparator()
            menu.aboutToShow.connect(partial(self._leave_out_idle, (settings, line)))
        for text, act in (
            ("Save picture…", self._want_picture),
            ("Copy as seen", self.copy),
        ):
            action = QAction(text, menu)
            action.triggered.connect(act)
            menu.addAction(action)
        whole = QAction("Whole plot", menu)
        whole.triggered.connect(self.canvas.reset_view)
        whole.setVisible(False)
        self.canvas.zoomed_changed.connect(whole.setVisible)
        menu.addAction(whole)
        menu.addSeparator()
        menu.addAction(self._fill)
        close = QAction("Close this view", menu)
        close.triggered.connect(self.close_requested)
        menu.addAction(close)
        return menu

    def choose_with(self, fill: Callable[[QMenu, "ViewCard"], None]) -> None:
        """Let the menu beside the title be filled when it is opened."""

        def refill() -> None:
            self._views_menu.clear()
            fill(self._views_menu, self)

        self._views_menu.aboutToShow.connect(refill)

    def set_expanded(self, expanded: bool) -> None:
        """Say whether it fills the middle."""
        self._fill.setText("Back to the grid" if expanded else "Fill the middle")

    # What a figure wants

    def act(self, action: Action) -> None:
        """Carry out what a click in the figure means."""
        if action.seek is not None:
            self._session.seek(action.seek)
        if action.view not in ("", self.view.kind):
            self.elsewhere.emit(action)
        elif action.settings:
            self.set_settings(dict(action.settings))
        if action.weight is not None:
            self.weight_wanted.emit(action.weight)

    def set_settings(self, settings: Mapping[str, object]) -> None:
        """Give the view other settings, as if the user had."""
        if settings:
            self._take(self.view.replace(**settings))
            if self._form is not None:
                self._form.set_value(self.view)

    def _step(self, by: int) -> None:
        """Go on in a figure that is gone through step by step."""
        figure = self.canvas.figure()
        if figure is not None and figure.steps is not None:
            steps = figure.steps
            at = min(max(0, steps.at + by), steps.count - 1)
            self.set_settings({steps.setting: at})
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

    def _want_picture(self) -> None:
        self.picture_wanted.emit(self)

    def copy(self) -> None:
        """Put the picture on the clipboard as it is seen, or the text of a card of text."""
        text = self.canvas.copy_text()
        if text:
            QGuiApplication.clipboard().setText(text)
        else:
            QGuiApplication.clipboard().setImage(self.canvas.grab_image())

    def figure_of(self) -> Callable[[ReaderOf], Figure]:
        """Return what makes the figure that is shown now, in the worker."""
        return partial(_figure, self.view, self._shown(), False)

    def _settings_changed(self) -> None:
        assert self._form is not None
        try:
            view = type(self.view).from_dict({"kind": self.view.kind, **self._form.value()})
        except SpecError as error:
            self._form.set_mistakes(list(error.mistakes))
            return
        self._form.set_mistakes([])
        self._take(view)
        self.canvas.reset_view()

    def _take(self, view: View) -> None:
        self.view = view
        self._drawn_for = None
        self.refresh()

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
            self._number = self._session.worker.request(self, make, cost)
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

    def _answered(self, key: object, number: int, result: object) -> None:
        if key is not self or number != self._number:
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
        self.set_note(figure.note)
        self.set_legend(figure.legend)
        self.set_warning(figure.warning)
        self.canvas.set_figure(figure)
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
