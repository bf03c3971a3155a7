"""Finds the files of `assets/`: from a checkout, an installed wheel and a frozen bundle alike.

Imports the standard library only.
"""

import sys
from pathlib import Path

__all__ = ["asset"]


def _homes() -> list[Path]:
    """Return the folders that may hold assets, first choice first."""
    package = Path(__file__).resolve().parent
    homes = [package.parent / "assets", package / "assets"]
    bundle = getattr(sys, "_MEIPASS", None)
    if bundle is not None:
        homes[:0] = [Path(bundle) / "optiviz" / "assets", Path(bundle) / "assets"]
    return homes


def asset(name: str) -> Path:
    """Return the path of a file that ships with optiviz.

    Parameters
    ----------
    name : str
        Relative to `assets/`, such as "icon-play.svg".

    Raises
    ------
    FileNotFoundError
        With one sentence that names the file.
    """
    for home in _homes():
        path = home / name
        if path.is_file():
            return path
    raise FileNotFoundError(
        f"The file assets/{name} is missing from this installation of optiviz; "
        "install it again to bring it back."
    )
