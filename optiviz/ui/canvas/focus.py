"""Which pane has the keys: a ring around it, where it was reached by keys, and its turn.

Imports Qt and the theme.
"""

from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from optiviz.ui.theme import current_theme

__all__ = ["by_keys", "paint_focus", "put_after"]

_REASONS: Final = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


def by_keys(reason: Qt.FocusReason) -> bool:
    """Whether the focus came by keys, so that it has to be shown."""
    return reason in _REASONS


def paint_focus(painter: QPainter, widget: QWidget) -> None:
    """Paint the ring just inside a widget."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(current_theme().pen("accent", 1.5))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(widget.rect()).adjusted(1, 1, -1, -1), 4, 4)


def put_after(first: QWidget, second: QWidget) -> None:
    """Let Tab reach a widget where another is; made late, it would be the last of the window.

    Qt orders only widgets that take the focus, but keeps the order of those that no longer do.
    """
    policies = first.focusPolicy(), second.focusPolicy()
    for widget in (first, second):
        widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    QWidget.setTabOrder(first, second)
    for widget, policy in zip((first, second), policies, strict=True):
        widget.setFocusPolicy(policy)
