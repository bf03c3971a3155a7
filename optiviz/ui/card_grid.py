"""Cards side by side: those that are open, one of them alone, or a cover.

Any view that suits what is on show can be opened, and up to nine have a place at once.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final, Generic, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QMenu, QWidget

from optiviz.engine.parameters import Kind
from optiviz.store.settings import user_settings
from optiviz.ui.figure_card import FigureCard
from optiviz.views.figure import Action

__all__ = ["MOST", "CardGrid"]

CardT = TypeVar("CardT", bound=FigureCard)

_USUAL: Final = 4  # views that are open at first
MOST: Final = 9
_WIDE: Final = 3  # is the first of three, where the others are 2: about as wide as it is high


class CardGrid(QWidget, Generic[CardT]):
    """Cards with figures, made when they are first wanted, and then kept.

    Parameters
    ----------
    views : mapping of str to Kind
        All that there are, in order.
    room : str
        Under which it is remembered what was open.

    Signals
    -------
    card_made(FigureCard)
        Connect it.
    """

    card_made = Signal(object)
    even = False  # whether rows of more than three are of one height

    def __init__(self, views: Mapping[str, Kind], room: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards: list[CardT] = []
        self._views = dict(views)
        self._room = room
        self._suitable: tuple[str, ...] = ()
        self._made: dict[str, CardT] = {}
        self._expanded: FigureCard | None = None
        self._cover: QWidget | None = None
        self._settings = user_settings()
        self._layout = QGridLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)

    # Which views are open

    def suit(self, suitable: Sequence[str]) -> None:
        """Show of these views those that were last open for such a thing, or the usual ones."""
        if tuple(suitable) != self._suitable:
            self._suitable = tuple(suitable)
            self._show(self._remembered() or self._suitable[:_USUAL])

    def _remembered(self) -> list[str]:
        """Return what was open when these views were to choose from."""
        kept = self._settings.now.views.get(self._key, [])
        return [kind for kind in kept if kind in self._suitable][:MOST]

    @property
    def _key(self) -> str:
        return f"{self._room}/{'+'.join(self._suitable)}"

    def views(self) -> list[Kind]:
        """Return what there is to choose from, in order."""
        return [self._views[kind] for kind in self._suitable]

    def made(self) -> list[CardT]:
        """Return every card that was made so far, open or not."""
        return list(self._made.values())

    def open_kinds(self) -> list[str]:
        """Return the kinds of the views that are open, in the order of their places."""
        return [card.view.kind for card in self.cards]

    def is_open(self, kind: str) -> bool:
        """Whether a view has a place."""
        return kind in self.open_kinds()

    def open(self, kind: str, among: FigureCard | None = None) -> CardT | None:
        """Open a view; where there is no place left, in that of the last one.

        Parameters
        ----------
        kind : str
        among : FigureCard, optional
            One that keeps its place.

        Returns
        -------
        FigureCard or None
            None if it doesn't suit the problem on show.
        """
        if kind not in self._suitable:
            return None
        kinds = self.open_kinds()
        if kind not in kinds:
            if len(kinds) == MOST:
                kinds.pop(-2 if self.cards[-1] is among else -1)
            self.choose([*kinds, kind])
        elif self._expanded not in (None, self._made[kind]):
            self._expand_card(None)
        return self._made[kind]

    def close_view(self, kind: str) -> None:
        """Close a view; the last one stays."""
        kinds = self.open_kinds()
        if kind in kinds and len(kinds) > 1:
            kinds.remove(kind)
            self.choose(kinds)

    def toggle(self, kind: str) -> None:
        """Open a view, or close it."""
        if self.is_open(kind):
            self.close_view(kind)
        else:
            self.open(kind)

    def put(self, kind: str, place: FigureCard) -> None:
        """Show a view in the place of another; if it has one already, they change places."""
        kinds, old = self.open_kinds(), place.view.kind
        kinds = [kind if k == old else old if k == kind else k for k in kinds]
        self.choose(kinds)

    def usual(self) -> None:
        """Open the views that are open at first."""
        self.choose(self._suitable[:_USUAL])

    def choose(self, kinds: Sequence[str]) -> None:
        """Open these views, in this order, and remember them for such problems."""
        self._show(kinds)
        self._settings.put("views", self._key, list(kinds))

    def _show(self, kinds: Sequence[str]) -> None:
        for kind in kinds:
            if kind not in self._made:
                card = self._made[kind] = self._made_card(kind)
                card.hide()
                card.expand_requested.connect(self._expand)
                card.close_requested.connect(self._close)
                card.choose_with(self._fill_menu)
                card.elsewhere.connect(self._go_elsewhere)
                self.card_made.emit(card)
        self.cards = [self._made[kind] for kind in kinds]
        if self._expanded not in self.cards:
            self._expanded = None
        self._lay_out()
        self.refresh()

    def _made_card(self, kind: str) -> CardT:
        """Return a new card for a view."""
        raise NotImplementedError

    def _fill_menu(self, menu: QMenu, card: FigureCard) -> None:
        """Offer the views for the place of a card."""
        for view in self.views():
            action = QAction(view.label, menu)
            action.setCheckable(True)
            action.setChecked(view.kind == card.view.kind)
            action.triggered.connect(partial(self.put, view.kind, card))
            menu.addAction(action)

    def _go_elsewhere(self, action: Action) -> None:
        """Do what a figure wants of another view."""
        card = self.sender()
        assert isinstance(card, FigureCard)
        found = self.open(action.view, among=card)
        if found is not None:
            if self._expanded is card:
                self._expand_card(None)
            found.set_settings(dict(action.settings))
            found.canvas.setFocus()

    def _close(self) -> None:
        card = self.sender()
        assert isinstance(card, FigureCard)
        self.close_view(card.view.kind)

    # Where they are

    def cover(self, widget: QWidget | None) -> None:
        """Put a widget over the cards, or take it away and bring them back."""
        if self._cover is not None:
            self._layout.removeWidget(self._cover)
            self._cover.hide()
            self._cover.deleteLater()
        self._cover = widget
        self._lay_out()
        if widget is not None:
            widget.show()

    def refresh(self) -> None:
        """Draw what has changed."""
        for card in self.cards:
            card.refresh()

    def _lay_out(self) -> None:
        """Put the cards into rows, or one widget alone."""
        alone = self._cover or self._expanded
        for card in self._made.values():
            self._layout.removeWidget(card)
        if alone is not None:
            self._layout.addWidget(alone, 0, 0)
            rows, columns = [1], [1]
        else:
            places, rows, columns = _places(len(self.cards))
            rows = [1] * len(rows) if self.even and len(self.cards) > 3 else rows
            for card, place in zip(self.cards, places, strict=True):
                self._layout.addWidget(card, *place)
        for card in self._made.values():
            card.setVisible(card in self.cards and alone in (None, card))
            card.set_expanded(card is self._expanded)
        for i in range(MOST):
            self._layout.setColumnStretch(i, columns[i] if i < len(columns) else 0)
            self._layout.setRowStretch(i, rows[i] if i < len(rows) else 0)

    def _expand(self) -> None:
        card = self.sender()
        assert isinstance(card, FigureCard)
        self._expand_card(None if self._expanded is card else card)

    def _expand_card(self, card: FigureCard | None) -> None:
        self._expanded = card
        self._lay_out()
        self.refresh()


Place = tuple[int, int, int, int]


def _places(count: int) -> tuple[list[Place], list[int], list[int]]:
    """Return row, column, rows and columns of each card, and the stretch of rows and columns.

    The first of three is twice as high; what is above is what is looked at most.
    """
    if count == 3:
        return [(0, 0, 2, 1), (0, 1, 1, 1), (1, 1, 1, 1)], [3, 2], [_WIDE, _WIDE - 1]
    across = 1 if count == 1 else 2 if count <= 4 else 3
    places = [(i // across, i % across, 1, 1) for i in range(count)]
    down = -(-count // across)
    left = across * down - count
    if left and across > 1:  # the last one takes the room that is left
        row, column, _, _ = places[-1]
        places[-1] = (row, column, 1, 1 + left)
    return places, [3, 2] if down == 2 else [1] * down, [1] * across
