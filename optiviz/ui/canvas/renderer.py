"""Draws triangles and lines with OpenGL into a picture, beside the window.

The window itself stays as it is: a widget of OpenGL in it would have Qt compose all of it with
OpenGL, make it anew when the first one comes, and lose what is drawn when it goes elsewhere.
Imports numpy and Qt.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QSize
from PySide6.QtGui import (
    QColor,
    QImage,
    QMatrix4x4,
    QOffscreenSurface,
    QOpenGLContext,
    QSurfaceFormat,
)

if TYPE_CHECKING:  # where OpenGL's library is missing, so is this module of Qt
    from PySide6.QtOpenGL import QOpenGLBuffer, QOpenGLFramebufferObject

__all__ = ["Batch", "Renderer", "available"]

Array = NDArray[np.float64]

_LEAST_VERSION: Final = (2, 0)
_SAMPLES: Final = 4
_STRIDE: Final = 28  # bytes of a corner: three numbers of its place, four of its colour
_FLOAT: Final = 0x1406
_MODES: Final = {"triangles": 0x0004, "strip": 0x0003, "lines": 0x0001}
_COLOUR_AND_DEPTH: Final = 0x4000 | 0x0100
_DEPTH_TEST, _BLEND, _OFFSET_FILL, _MULTISAMPLE = 0x0B71, 0x0BE2, 0x8037, 0x809D
_LESS_OR_EQUAL: Final = 0x0203
_SOURCE_ALPHA, _REST_OF_ALPHA, _ONE = 0x0302, 0x0303, 1

_CORNERS: Final = """
attribute highp vec3 place;
attribute mediump vec4 colour;
uniform highp mat4 matrix;
varying mediump vec4 seen;
void main() { seen = colour; gl_Position = matrix * vec4(place, 1.0); }
"""
_INSIDE: Final = """
varying mediump vec4 seen;
void main() { gl_FragColor = seen; }
"""


@dataclass(frozen=True, eq=False)
class Batch:
    """Corners that are drawn together.

    Attributes
    ----------
    places : ndarray, shape (n, 3)
    colours : ndarray, shape (n, 4)
        Red, green, blue and opacity, from 0 to 1.
    kind : {"triangles", "strip", "lines"}
        Three corners each, one line through all, or two corners each.
    width : float
        Of lines, in pixels as laid out.
    behind : bool
        Also seen through what is before it.
    """

    places: Array
    colours: Array
    kind: Literal["triangles", "strip", "lines"] = "triangles"
    width: float = 1.0
    behind: bool = False


class Renderer(QObject):
    """A context of OpenGL of its own, and what it keeps in it from picture to picture.

    Raises
    ------
    RuntimeError
        If there is no OpenGL; ask `available` first.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        from PySide6.QtOpenGL import QOpenGLShader, QOpenGLShaderProgram

        wanted = QSurfaceFormat()
        wanted.setDepthBufferSize(24)
        # As children they go with it, while Qt still runs, whatever Python does with their names.
        self._surface = QOffscreenSurface(None, self)
        self._surface.setFormat(wanted)
        self._surface.create()
        self._context = QOpenGLContext(self)
        self._context.setFormat(wanted)
        if not (self._context.create() and self._context.makeCurrent(self._surface)):
            raise RuntimeError("there is no OpenGL here")
        program = self._program = QOpenGLShaderProgram(self)
        kinds = QOpenGLShader.ShaderTypeBit
        made = (
            program.addShaderFromSourceCode(kinds.Vertex, _CORNERS)
            and program.addShaderFromSourceCode(kinds.Fragment, _INSIDE)
            and program.link()
        )
        self._place, self._colour = map(program.attributeLocation, ("place", "colour"))
        self._matrix = program.uniformLocation("matrix")
        version = self._context.format().version()
        self._context.doneCurrent()
        if not made or version < _LEAST_VERSION:
            raise RuntimeError("OpenGL is older than 2.0 here")
        self._batches: list[tuple[Batch, QOpenGLBuffer]] = []
        self._target: QOpenGLFramebufferObject | None = None

    def set_batches(self, batches: list[Batch]) -> None:
        """Take what is to be drawn, in order."""
        from PySide6.QtOpenGL import QOpenGLBuffer

        if not self._context.makeCurrent(self._surface):
            return
        for _, buffer in self._batches:
            buffer.destroy()
        self._batches = []
        for batch in batches:
            if not len(batch.places):
                continue
            corners = np.column_stack([batch.places, batch.colours]).astype(np.float32)
            buffer = QOpenGLBuffer(QOpenGLBuffer.Type.VertexBuffer)
            buffer.create()
            buffer.bind()
            buffer.allocate(corners.tobytes(), corners.nbytes)
            buffer.release()
            self._batches.append((batch, buffer))
        self._context.doneCurrent()

    def picture(self, size: QSize, matrix: Array, ground: QColor, scale: float) -> QImage:
        """Return a picture.

        Parameters
        ----------
        size : QSize
            In pixels of the picture.
        matrix : ndarray, shape (4, 4)
            See `Orbit.matrix`.
        ground : QColor
        scale : float
            Pixels of the picture for each pixel as laid out.
        """
        if size.isEmpty() or not self._context.makeCurrent(self._surface):
            return QImage()
        if self._target is None or self._target.size() != size:
            self._target = _new_target(size)
        target = self._target
        gl = self._context.functions()
        target.bind()
        gl.glViewport(0, 0, size.width(), size.height())
        gl.glClearColor(ground.redF(), ground.greenF(), ground.blueF(), 1.0)
        gl.glDepthMask(True)
        gl.glClear(_COLOUR_AND_DEPTH)
        for state in (_DEPTH_TEST, _BLEND, _OFFSET_FILL):
            gl.glEnable(state)
        if not self._context.isOpenGLES():
            gl.glEnable(_MULTISAMPLE)
        gl.glDepthFunc(_LESS_OR_EQUAL)
        gl.glBlendFuncSeparate(_SOURCE_ALPHA, _REST_OF_ALPHA, _ONE, _REST_OF_ALPHA)
        gl.glPolygonOffset(2.0, 2.0)  # so that lines on a surface are before it
        self._program.bind()
        self._program.setUniformValue(self._matrix, QMatrix4x4(*matrix.ravel().tolist()))
        for batch, buffer in self._batches:
            gl.glLineWidth(max(batch.width * scale, 1.0))
            gl.glDepthMask(batch.kind == "triangles")  # lines don't hide lines
            if batch.behind:
                gl.glDisable(_DEPTH_TEST)
            self._draw(batch, buffer)
            gl.glEnable(_DEPTH_TEST)
        self._program.release()
        target.release()
        image = target.toImage()
        self._context.doneCurrent()
        return image.convertToFormat(QImage.Format.Format_RGB32)

    def _draw(self, batch: Batch, buffer: "QOpenGLBuffer") -> None:
        program = self._program
        buffer.bind()
        for attribute, at, numbers in ((self._place, 0, 3), (self._colour, 12, 4)):
            program.enableAttributeArray(attribute)
            program.setAttributeBuffer(attribute, _FLOAT, at, numbers, _STRIDE)
        self._context.functions().glDrawArrays(_MODES[batch.kind], 0, len(batch.places))
        for attribute in (self._place, self._colour):
            program.disableAttributeArray(attribute)
        buffer.release()


def _new_target(size: QSize) -> "QOpenGLFramebufferObject":
    from PySide6.QtOpenGL import QOpenGLFramebufferObject, QOpenGLFramebufferObjectFormat

    wanted = QOpenGLFramebufferObjectFormat()
    wanted.setAttachment(QOpenGLFramebufferObject.Attachment.CombinedDepthStencil)
    wanted.setSamples(_SAMPLES)
    return QOpenGLFramebufferObject(size, wanted)


@lru_cache(maxsize=1)
def available() -> bool:
    """Whether pictures can be drawn with OpenGL here; tried once."""
    try:
        renderer = Renderer()
        matrix = np.eye(4)
        drawn = renderer.picture(QSize(8, 8), matrix, QColor("#ff0000"), 1.0)
    except (ImportError, RuntimeError):
        return False
    return not drawn.isNull() and drawn.pixelColor(4, 4) == QColor("#ff0000")
