"""What is kept on disk: files of runs and of studies, and what other programs recorded.

Every file is written in one way (`atomic`). Imports studies and below.
"""

from pathlib import Path

from optiviz.store.atomic import StoreError

__all__ = ["SUFFIX", "StoreError", "is_ours"]

SUFFIX = ".optiviz"
"""Of our files, which hold runs or a study."""


def is_ours(path: str | Path) -> bool:
    """Whether a file is one of ours, by its name alone."""
    return Path(path).suffix.lower() == SUFFIX
