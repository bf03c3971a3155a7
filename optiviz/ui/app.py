"""Start the window: the application, its theme, what happens to errors, and the collector."""

import gc
import signal
import sys
import traceback
from types import TracebackType

from PySide6.QtCore import QCoreApplication, QSize, QTimer
from PySide6.QtWidgets import QApplication

from optiviz.ui.icons import app_icon
from optiviz.ui.main_window import MainWindow
from optiviz.ui.theme import current_theme

_FRAME = QSize(8, 40)  # about, in pixels
_COLLECT = 2000  # milliseconds between collections, in the window's thread


class Collector:
    """Collects cyclic garbage in the window's thread alone.

    Objects of Qt that another thread collects crash the process.
    """

    def __init__(self, parent: QCoreApplication) -> None:
        gc.disable()
        self._young = 0
        self._timer = QTimer(parent)
        self._timer.timeout.connect(self._collect)
        self._timer.start(_COLLECT)

    def _collect(self) -> None:
        """Collect the young; the old are frozen once everything is imported."""
        self._young += 1
        if self._young == 5:
            gc.collect()
            gc.freeze()
        gc.collect(1)


def main() -> int:
    """Open the window and return the exit status when it is closed."""
    QCoreApplication.setOrganizationName("optiviz")
    QCoreApplication.setApplicationName("optiviz")
    app = QApplication(sys.argv[:1])
    app.setWindowIcon(app_icon())
    current_theme().apply()
    Collector(app)
    window = MainWindow()
    report_errors_to(window)
    end_by_signal(app, window)
    # With the frame and the bars of a desktop, a small screen has room for no more than itself.
    if has_room(window.size() + _FRAME, window.screen().availableSize()):
        window.show()
    else:
        window.showMaximized()
    return app.exec()


def has_room(wanted: QSize, there: QSize) -> bool:
    """Whether a window of a size, with its frame, is all on the screen."""
    return wanted.width() <= there.width() and wanted.height() <= there.height()


def report_errors_to(window: MainWindow) -> None:
    """Show errors that nothing caught as a message; they are printed as well."""

    def show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        details = "".join(traceback.format_exception(kind, error, trace))
        print(details, file=sys.stderr)
        if isinstance(error, Exception):
            window.report(f"Something went wrong: {str(error) or kind.__name__}", details)

    sys.excepthook = show


def end_by_signal(app: QApplication, window: MainWindow) -> None:
    """Close the window on Ctrl+C in the terminal."""
    signal.signal(signal.SIGINT, lambda *_: window.close())
    timer = QTimer(app)  # Python sees a signal when it runs, and this lets it run now and then
    timer.timeout.connect(int)
    timer.start(250)
