"""The middle of a workspace: cards with views in rows of two, one of them alone, or a cover.

Which views are there follows from the problem on show.
"""

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from optiviz.engine.problem import Problem
from optiviz.ui.session import Session
from optiviz.ui.view_card import ViewCard
from optiviz.views import View

__all__ = ["ViewGrid"]

_PLACES: Final = 4
_COLUMNS: Final = 2
_WIDE: Final = 3  # is the first of three, where the others are 2: about as wide as it is high


class ViewGrid(QWidget):
    """Cards of a session, at most four at a time.

    Parameters
    ----------
    views : list of View
        The most wanted first; the first four that suit the problem have a card.

    Signals
    -------
    card_made(ViewCard)
        Connect it; cards are made when they are first wanted, and then kept.
    """

    card_made = Signal(object)

    def __init__(self, views: list[View], session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards: list[ViewCard] = []
        self._views = views
        self._session = session
        self._made: dict[int, ViewCard] = {}  # by their place among the views
        self._expanded: ViewCard | None = None
        self._cover: QWidget | None = None
        self._layout = QGridLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)

    def show_problem(self, problem: Problem) -> None:
        """Show the views that suit a problem."""
        fitting = [i for i, view in enumerate(self._views) if view.suits(problem)][:_PLACES]
        for i in fitting:
            if i not in self._made:
                card = self._made[i] = ViewCard(self._views[i], self._session, self)
                card.hide()
                card.expand_requested.connect(self._expand)
                self.card_made.emit(card)
        cards = [self._made[i] for i in fitting]
        if cards != self.cards:
            self.cards = cards
            if self._expanded not in cards:
                self._expanded = None
            self._lay_out()

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
        """Put the cards into rows of two, or one widget alone."""
        alone = self._cover or self._expanded
        for card in self._made.values():
            self._layout.removeWidget(card)
            card.setVisible(card in self.cards and alone in (None, card))
        if alone is not None:
            self._layout.addWidget(alone, 0, 0, 1, _COLUMNS)
        else:
            for card, place in zip(self.cards, _places(len(self.cards)), strict=True):
                self._layout.addWidget(card, *place)
        odd = len(self.cards) == _PLACES - 1
        rows = 1 if alone is not None else -(-len(self.cards) // _COLUMNS)
        for i in range(_COLUMNS):
            self._layout.setColumnStretch(i, _WIDE - i if alone is None and odd else 1)
            # What is above is what is looked at most.
            self._layout.setRowStretch(i, 3 - i if i < rows else 0)

    def _expand(self) -> None:
        card = self.sender()
        self._expanded = None if self._expanded is card else card  # type: ignore[assignment]
        self._lay_out()
        self.refresh()


def _places(count: int) -> list[tuple[int, int, int, int]]:
    """Return row, column, rows and columns of each card: the first of three is twice as high."""
    if count == _PLACES - 1:
        return [(0, 0, 2, 1), (0, 1, 1, 1), (1, 1, 1, 1)]
    return [(i // _COLUMNS, i % _COLUMNS, 1, 1) for i in range(count)]
