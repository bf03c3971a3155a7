"""Library: everything that was ever recorded, in a list."""

from optiviz.ui.library.workspace import LibraryWorkspace

__all__ = ["LibraryWorkspace"]
