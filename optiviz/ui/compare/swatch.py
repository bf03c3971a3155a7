"""A short line in a run's colour and dash, for lists."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPen, QPixmap

from optiviz.ui.theme import current_theme
from optiviz.views.palette import dash_of_run

_DASHES = {
    "solid": Qt.PenStyle.SolidLine,
    "dash": Qt.PenStyle.DashLine,
    "dot": Qt.PenStyle.DotLine,
    "dashdot": Qt.PenStyle.DashDotLine,
}


def swatch(number: int, size: int) -> QIcon:
    """Return a line in the colour and dash of a number."""
    ratio = 2.0
    pixmap = QPixmap(round(2 * size * ratio), round(size * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    pen = QPen(current_theme().colour(f"run:{number}"), 3, _DASHES[dash_of_run(number)])
    painter.setPen(pen)
    middle = QRectF(0, 0, 2 * size, size).center().y()
    painter.drawLine(2, round(middle), 2 * size - 2, round(middle))
    painter.end()
    made = QIcon(pixmap)
    made.addPixmap(pixmap, QIcon.Mode.Selected)  # else Qt tints it: a run has one colour
    return made
