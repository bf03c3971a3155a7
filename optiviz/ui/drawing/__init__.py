"""Data drawn by hand: points on a board, with tools that add, spray, erase and shake them.

Imports numpy, Qt, the canvas and the theme; `strokes` knows no Qt.
"""

from optiviz.ui.drawing.editor import DrawingEditor
from optiviz.ui.drawing.strokes import Drawing

__all__ = ["Drawing", "DrawingEditor"]
