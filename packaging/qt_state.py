"""Tell whether Qt finds the system's libraries: ``python -I qt_state.py offscreen|xcb``.

The plugin is loaded, not started, so no screen is needed. Prints what is missing.
"""

import ctypes
import pathlib
import sys


def missing_library(platform: str) -> str:
    """Return the loader's word on the first library that is missing; empty where none is."""
    try:
        import PySide6
        import PySide6.QtWidgets  # links all of Qt that the window uses

        if sys.platform == "linux":
            plugins = pathlib.Path(PySide6.__file__).parent / "Qt" / "plugins" / "platforms"
            ctypes.CDLL(str(plugins / f"libq{platform}.so"))
    except (ImportError, OSError) as error:
        return str(error)
    return ""


if __name__ == "__main__":
    message = missing_library(sys.argv[1])
    if message:
        print(message)
    sys.exit(1 if message else 0)
