"""What matplotlib draws, as vectors and text on a page of reportlab.

Nothing goes through pixels but pictures that are made of them; text is text in the page's fonts.
"""

from typing import Any

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, Transform
from PIL import Image
from reportlab.lib.utils import ImageReader

from optiviz.reports.pdf.letters import BOLD, MONO, MONO_BOLD, SANS, Letters, draw_line, width

_DPI = 200  # of pictures made of pixels
_CAPS = {"butt": 0, "round": 1, "projecting": 2}
_JOINS = {"miter": 0, "round": 1, "bevel": 2}
_HEAVY = 600  # weight of type, from which on it is bold


class PageRenderer(RendererBase):
    """Draws on a reportlab canvas, whose origin is the lower left corner; a pixel is a point."""

    def __init__(self, canvas: Any, width: float, height: float, letters: Letters) -> None:
        super().__init__()
        self.canvas, self.width, self.height, self.letters = canvas, width, height, letters

    def get_canvas_width_height(self) -> tuple[float, float]:
        """Return the size in points."""
        return self.width, self.height

    def flipy(self) -> bool:
        """Whether y grows downwards."""
        return False

    def get_image_magnification(self) -> float:
        """Return how many pixels of a picture there are to a point."""
        return _DPI / 72

    def get_text_width_height_descent(
        self, s: str, prop: FontProperties, ismath: Any
    ) -> tuple[float, float, float]:
        """Return the size of text in points, as wide as it will be written."""
        _, height, descent = super().get_text_width_height_descent(s, prop, False)
        return self._wide(s, prop), height, descent

    def _wide(self, s: str, prop: FontProperties) -> float:
        pieces = self.letters.pieces(s, _font(prop))
        return sum(width(words, name, prop.get_size_in_points()) for name, words in pieces)

    def draw_path(
        self, gc: GraphicsContextBase, path: Path, transform: Transform, rgbFace: Any = None
    ) -> None:
        """Stroke and fill a path."""
        fill, stroke = self._begin(gc, rgbFace)
        if fill or stroke:
            clip = None
            if rgbFace is None and gc.get_hatch() is None:  # a line may lead far beyond the page
                clip = (-20.0, -20.0, self.width + 20, self.height + 20)
            self._draw(path, transform, fill, stroke, clip)
        self.canvas.restoreState()

    def draw_markers(
        self,
        gc: GraphicsContextBase,
        marker_path: Path,
        marker_trans: Transform,
        path: Path,
        trans: Transform,
        rgbFace: Any = None,
    ) -> None:
        """Draw a marker at every point of a path; those that can't be seen are left out."""
        fill, stroke = self._begin(gc, rgbFace)
        shape = self._path(marker_path, marker_trans)
        for vertices, _ in path.iter_segments(trans, simplify=False):
            x, y = np.asarray(vertices, dtype=np.float64)[-2:].tolist()
            if not (-20 <= x <= self.width + 20 and -20 <= y <= self.height + 20):
                continue
            self.canvas.saveState()
            self.canvas.translate(x, y)
            self.canvas.drawPath(shape, stroke=stroke, fill=fill)
            self.canvas.restoreState()
        self.canvas.restoreState()

    def draw_image(
        self, gc: GraphicsContextBase, x: float, y: float, im: Any, transform: Any = None
    ) -> None:
        """Draw a picture of pixels, shape (rows, columns, 4), its lowest row first."""
        rows, columns = im.shape[:2]
        if not rows or not columns:
            return
        pixels = np.ascontiguousarray(im[::-1])
        if (pixels[..., 3] == 255).all():
            pixels = np.ascontiguousarray(pixels[..., :3])
        self._begin(gc, None)
        self.canvas.drawImage(
            ImageReader(Image.fromarray(pixels)),
            x,
            y,
            columns / self.get_image_magnification(),
            rows / self.get_image_magnification(),
            mask="auto",
        )
        self.canvas.restoreState()

    def draw_text(
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        s: str,
        prop: FontProperties,
        angle: float,
        ismath: Any = False,
        mtext: Any = None,
    ) -> None:
        """Write text."""
        self._begin(gc, gc.get_rgb())
        self.canvas.translate(x, y)
        if angle:
            self.canvas.rotate(angle)
        pieces = list(self.letters.pieces(s, _font(prop)))
        draw_line(self.canvas, 0, 0, pieces, prop.get_size_in_points())
        self.canvas.restoreState()

    def _begin(self, gc: GraphicsContextBase, face: Any) -> tuple[bool, bool]:
        """Set colours, lines and what is cut off; return whether to fill, and to stroke."""
        canvas = self.canvas
        canvas.saveState()
        box = gc.get_clip_rectangle()
        if box is not None:
            cut = canvas.beginPath()
            cut.rect(box.x0, box.y0, box.width, box.height)
            canvas.clipPath(cut, stroke=0, fill=0)
        shape: tuple[Any, Any] = gc.get_clip_path()
        if shape[0] is not None:
            canvas.clipPath(self._path(*shape), stroke=0, fill=0)
        edge: Any = gc.get_rgb()
        line = gc.get_linewidth()
        forced = gc.get_alpha() if gc.get_forced_alpha() else None
        stroke_alpha = (edge[3] if len(edge) > 3 else 1.0) if forced is None else forced
        fill_alpha = 1.0
        if face is not None:
            fill_alpha = (face[3] if len(face) > 3 else 1.0) if forced is None else forced
            canvas.setFillColorRGB(*(float(v) for v in face[:3]))
            if fill_alpha < 1:
                canvas.setFillAlpha(float(fill_alpha))
        canvas.setStrokeColorRGB(*(float(v) for v in edge[:3]))
        if stroke_alpha < 1:
            canvas.setStrokeAlpha(float(stroke_alpha))
        canvas.setLineWidth(float(line))
        canvas.setLineCap(_CAPS[gc.get_capstyle()])
        canvas.setLineJoin(_JOINS[gc.get_joinstyle()])
        offset: Any
        dashes: Any
        offset, dashes = gc.get_dashes()
        if dashes is not None:
            canvas.setDash([float(v) for v in dashes], float(offset or 0))
        return face is not None and fill_alpha > 0, bool(line > 0 and stroke_alpha > 0)

    def _draw(self, path: Path, transform: Transform, fill: bool, stroke: bool, clip: Any) -> None:
        self.canvas.drawPath(self._path(path, transform, clip), stroke=stroke, fill=fill)

    def _path(self, path: Path, transform: Transform | None, clip: Any = None) -> Any:
        """Return a path as reportlab's, in points; it knows cubic curves alone."""
        found = self.canvas.beginPath()
        x0 = y0 = 0.0
        for vertices, code in path.iter_segments(transform or Affine2D(), clip=clip):
            at = np.asarray(vertices, dtype=np.float64).tolist()
            if code == Path.MOVETO:
                found.moveTo(*at)
            elif code == Path.LINETO:
                found.lineTo(*at)
            elif code == Path.CURVE3:
                x1, y1, x2, y2 = at
                found.curveTo(
                    x0 + 2 / 3 * (x1 - x0), y0 + 2 / 3 * (y1 - y0),
                    x2 + 2 / 3 * (x1 - x2), y2 + 2 / 3 * (y1 - y2), x2, y2,
                )  # fmt: skip
            elif code == Path.CURVE4:
                found.curveTo(*at)
            elif code == Path.CLOSEPOLY:
                found.close()
                continue
            x0, y0 = at[-2:]
        return found


def _font(prop: FontProperties) -> str:
    weight = prop.get_weight()
    bold = weight in ("bold", "semibold") if isinstance(weight, str) else weight >= _HEAVY
    if any("mono" in family.lower() for family in prop.get_family()):
        return MONO_BOLD if bold else MONO
    return BOLD if bold else SANS
