"""The menu of studies that come along."""

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from optiviz.studies import reading
from optiviz.studies.plan import Study


def offer_studies(menu: QMenu, begin: Callable[[str], None]) -> None:
    """Fill a menu with them, as it is opened."""
    menu.clear()
    for name in reading.names():
        action = QAction(Study.load(name).title, menu)
        action.setToolTip(reading.about(name))
        action.triggered.connect(partial(_begin, begin, name))
        menu.addAction(action)


def _begin(begin: Callable[[str], None], name: str, checked: bool = False) -> None:
    begin(name)
