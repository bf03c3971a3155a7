"""The middle of a workspace of runs: cards with views of them."""

from collections.abc import Sequence
from typing import cast

from PySide6.QtWidgets import QWidget

from optiviz.engine import registry
from optiviz.engine.problem import Problem
from optiviz.ui.card_grid import CardGrid
from optiviz.ui.session import Session
from optiviz.ui.view_card import ViewCard
from optiviz.views import View

__all__ = ["ViewGrid"]


class ViewGrid(CardGrid[ViewCard]):
    """Cards of a session.

    Parameters
    ----------
    session : Session
    instead : sequence of View
        Views with other settings than their usual ones.
    """

    def __init__(
        self, session: Session, instead: Sequence[View] = (), parent: QWidget | None = None
    ) -> None:
        views: dict[str, View] = {kind: cls() for kind, cls in registry.kinds("views").items()}
        views |= {view.kind: view for view in instead}
        self._session = session
        views = dict(sorted(views.items(), key=lambda item: item[1].place))
        super().__init__(views, "views", parent)

    def show_problem(self, problem: Problem) -> None:
        """Show the views that were last open for such a problem, or the usual ones."""
        views = cast("dict[str, View]", self._views)
        self.suit([kind for kind, view in views.items() if view.suits(problem)])

    def _made_card(self, kind: str) -> ViewCard:
        return ViewCard(cast("View", self._views[kind]), self._session, self)
