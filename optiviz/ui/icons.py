"""Our own icons, drawn in the colours of the theme.

Text glyphs are missing from fonts and desktop icon themes from desktops, so every icon is one of
our SVG drawings, painted in a colour of the palette.
"""

from functools import lru_cache

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from optiviz.resources import asset
from optiviz.ui.theme import blend, current_theme

__all__ = ["app_icon", "icon", "paint_icon", "set_icon"]

_RATIOS = (1.0, 2.0)
_SIDES = (16, 20, 24, 32)


@lru_cache(maxsize=256)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    drawing = asset(f"icon-{name}.svg").read_text(encoding="utf-8")
    return QSvgRenderer(QByteArray(drawing.replace("currentColor", colour).encode()))


def paint_icon(painter: QPainter, name: str, rect: QRectF, colour: QColor) -> None:
    """Draw an icon into a rectangle."""
    _renderer(name, colour.name()).render(painter, rect)


def _pixmap(name: str, colour: str, side: int, ratio: float) -> QPixmap:
    pixmap = QPixmap(QSize(round(side * ratio), round(side * ratio)))
    pixmap.fill(Qt.GlobalColor.transparent)
    # Found before there is a painter: one that outlives its pixmap in a traceback crashes.
    renderer = _renderer(name, colour)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(0, 0, pixmap.width(), pixmap.height()))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def icon(name: str, role: str = "text") -> QIcon:
    """Return an icon in a colour of the present theme.

    It keeps that colour when the theme changes; `set_icon` follows.

    Parameters
    ----------
    name : str
        Such as "play": the file is `assets/icon-play.svg`.
    role : str
        Of its colour.

    Raises
    ------
    FileNotFoundError
        There is no such icon.
    """
    theme = current_theme()
    colour = theme.colour(role)
    faint = blend(theme.colour("card"), theme.colour("muted"), 0.5)
    return QIcon(_icon(name, colour.name(), faint.name(), theme.icon_size))


@lru_cache(maxsize=256)
def _icon(name: str, colour: str, faint: str, size: int) -> QIcon:
    """Return an icon that is drawn once: a window has the same ones in many places."""
    made = QIcon()
    for side in {*_SIDES, size}:
        for ratio in _RATIOS:
            made.addPixmap(_pixmap(name, colour, side, ratio), QIcon.Mode.Normal)
            made.addPixmap(_pixmap(name, faint, side, ratio), QIcon.Mode.Disabled)
    return made


class _IconFollower(QObject):
    """Belongs to a button or an action and gives it its icon anew when the theme changes."""

    def __init__(self, owner: QObject) -> None:
        super().__init__(owner)
        self.setObjectName("icon-follower")
        self.name = ""
        self.role = ""
        current_theme().changed.connect(self.refresh)

    def refresh(self) -> None:
        owner = self.parent()
        if owner is not None:
            owner.setIcon(icon(self.name, self.role))  # type: ignore[attr-defined]


def set_icon(owner: QObject, name: str, role: str = "text") -> None:
    """Give a button or an action an icon that follows the theme.

    Parameters
    ----------
    owner : QAbstractButton or QAction
    name, role : str
        As in `icon`. Calling again replaces the icon.
    """
    follower = owner.findChild(
        _IconFollower, "icon-follower", Qt.FindChildOption.FindDirectChildrenOnly
    )
    if follower is None:
        follower = _IconFollower(owner)
    if (follower.name, follower.role) != (name, role):
        follower.name, follower.role = name, role
        follower.refresh()


def app_icon() -> QIcon:
    """Return the icon of the application, for its windows."""
    made = QIcon()
    renderer = QSvgRenderer(str(asset("optiviz.svg")))
    for side in (16, 24, 32, 48, 64, 128, 256):
        pixmap = QPixmap(side, side)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter, QRectF(0, 0, side, side))
        painter.end()
        made.addPixmap(pixmap)
    return made
