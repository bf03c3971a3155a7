"""What is kept on disk: files of runs and of studies, and what other programs recorded.

Every file is written in one way (`atomic`). Imports studies and below.
"""

from pathlib import Path

from optiviz.store.atomic import StoreError

__all__ = ["PAGES", "SUFFIX", "StoreError", "is_ours", "is_run_file"]

SUFFIX = ".optiviz"
"""Of our files, which hold runs or a study."""

PAGES = (".html", ".htm")
"""Of reports, which carry one."""


def is_ours(path: str | Path) -> bool:
    """Whether a file is read as one of ours, by its name alone: a run file, or a report."""
    return Path(path).suffix.lower() in (SUFFIX, *PAGES)


def is_run_file(path: str | Path) -> bool:
    """Whether a file is written as one of ours that holds runs or a study, by its name alone."""
    return Path(path).suffix.lower() == SUFFIX
