"""The look of the window: colours, type, pens and sizes, for widgets and plots alike.

Imports Qt, pyqtgraph, the palette of the views and the resources.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pyqtgraph as pg
from PySide6.QtCore import QObject, Qt, QTemporaryDir, Signal
from PySide6.QtGui import QColor, QFont, QFontInfo, QGuiApplication, QPalette, QPen
from PySide6.QtWidgets import QApplication, QStyleFactory
from shiboken6 import isValid

from optiviz.resources import asset
from optiviz.views.palette import THEMES, Palette

__all__ = ["RADIUS", "SPACE", "Theme", "blend", "current_theme"]

SPACE: Final = (4, 8, 12, 16, 24)
"""Distances in pixels; no others are used."""

RADIUS: Final = 8
"""Of a card's corners, in pixels."""

FONT_POINTS: Final = 10.0
LEAST_SCALE: Final = 0.8
MOST_SCALE: Final = 2.5

_DASHES: Final = {
    "dash": (5.0, 3.0),
    "dot": (1.0, 2.5),
    "dashdot": (5.0, 2.5, 1.0, 2.5),
}
_ARROWS: Final = ("chevron-up", "chevron-down", "chevron-right", "check")


def blend(under: QColor, over: QColor, strength: float) -> QColor:
    """Return the opaque mix of two colours: 0 is the first, 1 the second."""
    keep = 1.0 - strength
    return QColor.fromRgbF(
        under.redF() * keep + over.redF() * strength,
        under.greenF() * keep + over.greenF() * strength,
        under.blueF() * keep + over.blueF() * strength,
    )


class Theme(QObject):
    """The one look of the application; change it and everything follows.

    Attributes
    ----------
    changed : Signal
        Colours, type or line widths are others now.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = "system"
        self._scale = 1.0
        self._palette = THEMES["light"]
        self._colours: dict[tuple[str, float], QColor] = {}
        self._fonts: dict[tuple[float, bool], QFont] = {}
        self._folder = QTemporaryDir()
        self._applied = self._put_off = False
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._follow_system)
        self._resolve()

    @property
    def name(self) -> str:
        """What was asked for: "light", "dark" or "system"."""
        return self._name

    @name.setter
    def name(self, name: str) -> None:
        if name not in ("light", "dark", "system"):
            raise ValueError(f'A theme is "light", "dark" or "system", not "{name}".')
        if name != self._name:
            self._name = name
            self._refresh()

    @property
    def dark(self) -> bool:
        """Whether the ground is dark."""
        return self._palette.name == "dark"

    @property
    def palette(self) -> Palette:
        """The colours in use."""
        return self._palette

    @property
    def scale(self) -> float:
        """How large type and lines are, 1 for a desk, up to 2.5 for a projector."""
        return self._scale

    @scale.setter
    def scale(self, scale: float) -> None:
        scale = round(min(max(scale, LEAST_SCALE), MOST_SCALE), 2)
        if scale != self._scale:
            self._scale = scale
            self._refresh()

    @property
    def em(self) -> float:
        """The height of usual text, in pixels."""
        return float(QFontInfo(self.font()).pixelSize())

    @property
    def icon_size(self) -> int:
        """The side of an icon in a button, in pixels."""
        return round(16 * self._scale)

    def colour(self, role: str, opacity: float = 1.0) -> QColor:
        """Return the colour of a role.

        Parameters
        ----------
        role : str
            As in `optiviz.views.palette`; "outline" is as text, and "edge" is the outline of
            controls, a little stronger than "line".
        opacity : float
            0 to 1.
        """
        key = (role, opacity)
        colour = self._colours.get(key)
        if colour is None:
            if role == "edge":
                colour = blend(self.colour("line"), self.colour("muted"), 0.35)
            else:
                colour = QColor(self._palette.colour("text" if role == "outline" else role))
            if opacity < 1.0:
                colour = QColor(colour)
                colour.setAlphaF(max(opacity, 0.0))
            self._colours[key] = colour
        return QColor(colour)

    def pen(self, role: str, width: float = 1.0, dash: str = "solid", opacity: float = 1.0) -> QPen:
        """Return a pen whose width does not follow zooming.

        Up to one pixel on a screen of usual density it is drawn by the fast path of the raster
        engine.
        """
        pen = QPen(self.colour(role, opacity))
        pen.setCosmetic(True)
        pen.setWidthF(max(width * self._scale, 0.5))
        pen.setJoinStyle(Qt.PenJoinStyle.BevelJoin)
        pattern = _DASHES.get(dash)
        if pattern is not None:
            pen.setDashPattern(pattern)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        return pen

    def font(self, size: float = 1.0, bold: bool = False) -> QFont:
        """Return the font of the application, `size` times as large, 600 weight if bold."""
        font = self._fonts.get((size, bold))
        if font is None:
            font = self._base_font()
            font.setPointSizeF(FONT_POINTS * self._scale * size)
            if bold:
                font.setWeight(QFont.Weight.DemiBold)
            self._fonts[size, bold] = font
        return QFont(font)

    def apply(self) -> None:
        """Give the application this look; done once at start, later changes follow."""
        application = QApplication.instance()
        if not isinstance(application, QApplication):
            raise RuntimeError("A theme can be applied once there is a QApplication.")
        if not self._applied:
            application.setStyle(QStyleFactory.create("Fusion"))
        self._applied = True
        # Where one sheet takes the place of another, Qt is slower than with none between: with all
        # views made it took 2.4 s, and takes 0.4.
        application.setStyleSheet("")
        application.setPalette(self._qt_palette())
        application.setFont(self.font())
        if not self._put_off:
            application.setStyleSheet(self._style_sheet())
        pg.setConfigOptions(
            antialias=True, foreground=self._palette.text, background=self._palette.card
        )

    @contextmanager
    def put_off(self) -> Iterator[None]:
        """Build a window in the block, and dress it once when all of it is there.

        With a style sheet, Qt polishes all that a widget holds each time it finds a new place: a
        window took 1.4 s to build, and takes 0.3.
        """
        application = QApplication.instance()
        if self._put_off or not self._applied or not isinstance(application, QApplication):
            yield
            return
        self._put_off = True
        application.setStyleSheet("")
        try:
            yield
        finally:
            self._put_off = False
            application.setStyleSheet(self._style_sheet())

    def _refresh(self) -> None:
        self._resolve()
        if self._applied:
            self.apply()
        self.changed.emit()

    def _resolve(self) -> None:
        name = self._name
        if name == "system":
            scheme = QGuiApplication.styleHints().colorScheme()
            name = "dark" if scheme == Qt.ColorScheme.Dark else "light"
        self._palette = THEMES[name]
        self._colours.clear()
        self._fonts.clear()

    def _follow_system(self) -> None:
        if self._name == "system":
            self._refresh()

    @staticmethod
    def _base_font() -> QFont:
        font = QFont(QApplication.font())
        font.setWeight(QFont.Weight.Normal)
        # Figures of one width, so that a number does not move its neighbours.
        font.setFeature(QFont.Tag("tnum"), 1)
        return font

    def _qt_palette(self) -> QPalette:
        palette = QPalette()
        roles = QPalette.ColorRole
        for role, name in (
            (roles.Window, "ground"),
            (roles.WindowText, "text"),
            (roles.Base, "field"),
            (roles.AlternateBase, "ground"),
            (roles.Text, "text"),
            (roles.PlaceholderText, "muted"),
            (roles.Button, "card"),
            (roles.ButtonText, "text"),
            (roles.BrightText, "danger"),
            (roles.Highlight, "accent"),
            (roles.HighlightedText, "on_accent"),
            (roles.Accent, "accent"),
            (roles.Link, "accent"),
            (roles.LinkVisited, "accent"),
            (roles.ToolTipBase, "card"),
            (roles.ToolTipText, "text"),
            (roles.Light, "card"),
            (roles.Midlight, "line"),
            (roles.Mid, "line"),
            (roles.Dark, "edge"),
            (roles.Shadow, "edge"),
        ):
            palette.setColor(role, self.colour(name))
        faint = blend(self.colour("card"), self.colour("muted"), 0.6)
        off = QPalette.ColorGroup.Disabled
        for role in (roles.WindowText, roles.Text, roles.ButtonText, roles.PlaceholderText):
            palette.setColor(off, role, faint)
        palette.setColor(off, roles.Base, self.colour("ground"))
        palette.setColor(off, roles.Highlight, self.colour("line"))
        palette.setColor(off, roles.HighlightedText, faint)
        palette.setColor(off, roles.Accent, self.colour("edge"))
        return palette

    def _arrow(self, name: str, role: str) -> str:
        """Return the address of an arrow in a colour, for the style sheet, which needs a file."""
        path = Path(self._folder.path()) / f"{name}-{role}-{self._palette.name}.svg"
        if not path.exists():
            drawing = asset(f"icon-{name}.svg").read_text(encoding="utf-8")
            drawing = drawing.replace("currentColor", self.colour(role).name())
            # Arrows are small: they need a stronger line than icons.
            drawing = drawing.replace('stroke-width="1.75"', 'stroke-width="3"')
            path.write_text(drawing, encoding="utf-8")
        return path.as_posix()

    def _style_sheet(self) -> str:
        """Return the little that a palette cannot say."""
        words = {
            name: self.colour(name).name()
            for name in (
                "ground", "card", "field", "line", "edge", "text", "muted", "accent", "on_accent",
            )
        }  # fmt: skip
        words["hover"] = blend(self.colour("card"), self.colour("text"), 0.05).name()
        words["pressed"] = blend(self.colour("card"), self.colour("text"), 0.11).name()
        words["faint"] = blend(self.colour("card"), self.colour("muted"), 0.6).name()
        words["accent_hover"] = blend(self.colour("accent"), self.colour("text"), 0.12).name()
        words["accent_soft"] = blend(self.colour("card"), self.colour("accent"), 0.14).name()
        for number, space in enumerate(SPACE):
            words[f"space{number}"] = f"{space}px"
        words["thumb"] = blend(self.colour("ground"), self.colour("muted"), 0.45).name()
        words["arrow"] = f"{round(9 * self._scale)}px"
        words["button"] = f"{round(18 * self._scale)}px"
        words["groove"] = blend(self.colour("ground"), self.colour("muted"), 0.25).name()
        words["tick_half"] = f"{round(14 * self._scale) // 2 + 1}px"
        words["tick"] = f"{round(14 * self._scale)}px"
        for name in _ARROWS:
            key = name.replace("-", "_")
            words[key] = self._arrow(name, "muted")
            words[f"{key}_off"] = self._arrow(name, "line")
            words[f"{key}_on"] = self._arrow(name, "on_accent")
        sheet = asset("optiviz.qss").read_text(encoding="utf-8")
        for name in sorted(words, key=len, reverse=True):
            sheet = sheet.replace(f"@{name}", words[name])
        return sheet


_current: list[Theme] = []


def current_theme() -> Theme:
    """Return the theme of the running application, made when first asked for."""
    application = QApplication.instance()
    if application is None:
        raise RuntimeError("There is a theme once there is a QApplication.")
    if not _current or not isValid(_current[0]):
        _current[:] = [Theme(application)]
    return _current[0]
