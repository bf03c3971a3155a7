"""Try something else from here: another algorithm, other settings or weights from an iteration on.

Imports Qt, the forms, the session and the engine.
"""

from optiviz.ui.branching.panel import BranchPanel
from optiviz.ui.branching.point import PointEditor

__all__ = ["BranchPanel", "PointEditor"]
