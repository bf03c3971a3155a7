"""Start optiviz: the window without arguments, else the command line. Only dispatches."""

import os
import signal
import sys


def main() -> None:
    """Run what the arguments ask for, and exit with its status."""
    arguments = sys.argv[1:]
    if arguments and arguments[0].startswith(("--plugin", "--trust")):
        from optiviz.cli import with_plugins

        arguments = with_plugins(arguments)
    if arguments:
        try:
            from optiviz.cli import main as run_command

            run_command(arguments)
        except KeyboardInterrupt:  # before the command began, or once more as it ended
            raise SystemExit(130) from None
        return
    if not has_display():
        print(
            "There is no display to open a window on; "
            "`optiviz --help` lists what works without one.",
            file=sys.stderr,
        )
        raise SystemExit(2)
    # Until there is a window to close, Ctrl+C just ends the process.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        from optiviz.ui.app import main as open_window
    except ImportError as error:
        print(f"The window needs Qt, which can't be loaded here: {error}", file=sys.stderr)
        raise SystemExit(2) from None

    raise SystemExit(open_window())


def has_display() -> bool:
    """Whether a window can be opened: always on Windows and macOS, elsewhere if one is named."""
    if sys.platform in ("win32", "darwin"):
        return True
    platform = os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0]
    if platform in ("offscreen", "minimal", "vnc", "linuxfb", "eglfs"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    main()
