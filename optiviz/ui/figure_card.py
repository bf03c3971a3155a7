"""A card with one figure: its menu with the settings, what leaves it as a picture, its canvas.

Knows what cards of runs and cards of studies share; each says what its figure is made of.
"""

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget, QWidgetAction

from optiviz.engine.parameters import Kind, SpecError, fields
from optiviz.ui.canvas import FigureCanvas
from optiviz.ui.card import Card
from optiviz.ui.forms import ParametersForm
from optiviz.ui.icons import set_icon
from optiviz.ui.worker import ReaderOf
from optiviz.views.figure import Action, Figure


class _Settings(QWidget):
    """The form in a card's menu: a click beside a control doesn't close the menu."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()


class FigureCard(Card):
    """One figure, with what can be set of it.

    Signals
    -------
    picture_wanted : (FigureCard,)
        The user wants to export the picture.
    copied : (str,)
        It is on the clipboard, which is said so.
    close_requested
    elsewhere : (Action,)
        A figure's action belongs to another view.
    set_by_hand : (dict,)
        The user gave its view these settings.

    Parameters
    ----------
    view : Kind
        Its parameters are what a user may set.
    empty : str
        What to say until there is something to show.
    offered : tuple of str
        Text parameters that are chosen from what is there.
    """

    picture_wanted = Signal(object)
    copied = Signal(str)
    close_requested = Signal()
    elsewhere = Signal(object)
    set_by_hand = Signal(object)

    def __init__(
        self, view: Kind, empty: str, offered: tuple[str, ...] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(view.label, parent)
        self.view = view
        self._empty = Figure(view.label, empty=empty)
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
        more.setMenu(self._made_menu(offered))
        set_icon(more, "more")
        self.set_actions([more])
        self.set_expanded(False)
        self.canvas.acted.connect(self.act)
        self.canvas.step_requested.connect(self._step)
        self._show(self._empty)

    def _made_menu(self, offered: tuple[str, ...]) -> QMenu:
        menu = QMenu(self)
        if fields(type(self.view)):
            self._form = ParametersForm(type(self.view), menu, offered=offered)
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
        for text, keys, act in (
            ("Export…", "", self._want_picture),
            ("Copy as seen", "Ctrl+C", self.copy),
        ):
            action = QAction(text, menu)
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(act)
            menu.addAction(action)
            self.addAction(action)  # so that its keys are known where the menu is closed
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

    def choose_with(self, fill: Callable[[QMenu, "FigureCard"], None]) -> None:
        """Let the menu beside the title be filled when it is opened."""

        def refill() -> None:
            self._views_menu.clear()
            fill(self._views_menu, self)

        self._views_menu.aboutToShow.connect(refill)

    def set_expanded(self, expanded: bool) -> None:
        """Say whether it fills the middle."""
        self._fill.setText("Back to the grid" if expanded else "Fill the middle")

    def act(self, action: Action) -> None:
        """Carry out what a click in the figure means."""
        if action.view not in ("", self.view.kind):
            self.elsewhere.emit(action)
        elif action.settings:
            self.set_settings(dict(action.settings))

    def set_settings(self, settings: Mapping[str, object]) -> None:
        """Give the view other settings, as if the user had."""
        if settings:
            self._take(self.view.replace(**settings))
            if self._form is not None:
                self._form.set_value(self.view)

    def figure_of(self) -> Callable[[ReaderOf], Figure]:
        """Return what makes the figure that is shown now, in the worker."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Draw if something that this view shows has changed since it was drawn."""
        raise NotImplementedError

    def _step(self, by: int) -> None:
        """Go on in a figure that is gone through step by step."""
        figure = self.canvas.figure()
        if figure is not None and figure.steps is not None:
            steps = figure.steps
            at = min(max(0, steps.at + by), steps.count - 1)
            self.set_settings({steps.setting: at})

    def _leave_out_idle(self, actions: tuple[QAction, QAction]) -> None:
        """Offer the settings that have a meaning for what is shown."""

    def _want_picture(self) -> None:
        self.picture_wanted.emit(self)

    def copy(self) -> None:
        """Put the picture on the clipboard as it is seen, or the text of a card of text."""
        text = self.canvas.copy_text()
        if text:
            QGuiApplication.clipboard().setText(text)
        else:
            QGuiApplication.clipboard().setImage(self.canvas.grab_image())
        self.copied.emit(f"Copied “{self.title()}” {'as text' if text else 'as seen'}.")

    def _settings_changed(self) -> None:
        assert self._form is not None
        try:
            view = type(self.view).from_dict({"kind": self.view.kind, **self._form.value()})
        except SpecError as error:
            self._form.set_mistakes(list(error.mistakes))
            return
        self._form.set_mistakes([])
        self._take(view)
        self.set_by_hand.emit(self._form.value())
        self.canvas.reset_view()

    def _take(self, view: Kind) -> None:
        """Show the same with other settings."""
        self.view = view
        self.refresh()

    def _show(self, figure: Figure) -> None:
        self.set_note(figure.note)
        self.set_legend(figure.legend)
        self.set_warning(figure.warning)
        self.canvas.set_figure(figure)
