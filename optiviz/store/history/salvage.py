"""Saving what can be read of a damaged history."""

from pathlib import Path


def salvage(path: Path) -> list[str]:
    """Copy."""
    raise NotImplementedError
