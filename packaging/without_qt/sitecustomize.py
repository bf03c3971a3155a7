"""Make Qt and what needs it as good as not installed, for the tests that must pass without it.

With this folder on ``PYTHONPATH``, every Python that starts imports this file first: the one that
runs the tests and those that the tests start.
"""

import importlib.machinery
import sys
from collections.abc import Sequence
from types import ModuleType

ABSENT = frozenset({"PySide6", "shiboken6", "pyqtgraph", "superqt", "qtpy"})


class PathFinderWithoutQt(importlib.machinery.PathFinder):
    """Python's own search along ``sys.path``, which finds none of `ABSENT`."""

    @classmethod
    def find_spec(
        cls,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        """Return what Python itself would find; nothing for a module of `ABSENT`."""
        if fullname.partition(".")[0] in ABSENT:
            return None
        return super().find_spec(fullname, path, target)


sys.meta_path[:] = [
    PathFinderWithoutQt if finder is importlib.machinery.PathFinder else finder
    for finder in sys.meta_path
]
