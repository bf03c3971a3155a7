"""Notes what a crash report needs while the window is open, and offers reports at the next start.

Nothing leaves this machine.
"""

import faulthandler
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QMessageLogContext,
    QObject,
    QtMsgType,
    QUrl,
    qFormatLogMessage,
    qInstallMessageHandler,
    qVersion,
)
from PySide6.QtGui import QAction, QDesktopServices, QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from optiviz.engine.spec import RunSpec
from optiviz.store.crashes import Report, Watch, crash_folder, reports
from optiviz.ui.errors import tell_the_terminal
from optiviz.ui.watchdog import Watchdog

if TYPE_CHECKING:
    from optiviz.ui.main_window import MainWindow

__all__ = ["Crashes", "ReportWindow"]


class Crashes(QObject):
    """Lets a crash, an error or a window that hangs leave a report.

    Where its folder can't be written there are none, and the window works.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        Watch.look_back()
        self._watch: Watch | None = None
        self._watchdog: Watchdog | None = None
        self._offered: QAction | None = None
        with suppress(OSError):
            self._watch = Watch(f"Qt {qVersion()} on {QGuiApplication.platformName()}\n")
        if self._watch is not None:
            faulthandler.enable(self._watch.stacks, all_threads=True)
            self._watchdog = Watchdog(self._watch.hangs, self._keep_hang, self)
        elif sys.stderr is not None:
            with suppress(Exception):  # it may have no file
                faulthandler.enable()
        qInstallMessageHandler(self._say_of_qt)

    def note(self, specs: Sequence[RunSpec]) -> None:
        """Note what is being computed; from any thread."""
        if self._watch is not None:
            self._watch.computing(spec.to_dict() for spec in specs)

    def keep_error(self, details: str) -> None:
        """Keep the details of an error that nothing caught; from any thread."""
        if self._watch is not None:
            self._watch.keep("error", details)

    def _keep_hang(self, stacks: str) -> None:
        if self._watch is not None:
            self._watch.keep("hang", stacks)

    def _say_of_qt(self, kind: QtMsgType, context: QMessageLogContext, text: str | None) -> None:
        said = qFormatLogMessage(kind, context, text or "")
        if kind is QtMsgType.QtFatalMsg and self._watch is not None:
            with suppress(OSError, ValueError):
                self._watch.stacks.write(f"Qt: {said}\n\n".encode())  # it aborts next
        if kind is not QtMsgType.QtDebugMsg:
            tell_the_terminal(said)

    def offer(self, window: "MainWindow") -> None:
        """Tell of the newest report that nobody was told of."""
        new = [report for report in reports() if report.new]
        if not new:
            return
        told = [report.told() for report in new]
        self._offered = QAction("Show the report", window)
        self._offered.triggered.connect(lambda: ReportWindow(told[0], window).show())
        window.messages.queue(new[0].sentence, self._offered)

    def close(self) -> None:
        """End in order: nothing is left to tell."""
        qInstallMessageHandler(None)
        if self._watchdog is not None:
            self._watchdog.close()
        faulthandler.disable()
        if self._watch is not None:
            self._watch.close()


class ReportWindow(QDialog):
    """One report, to read and to copy."""

    def __init__(self, report: Report, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(report.sentence)
        self.resize(900, 560)
        self.setModal(False)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        try:
            self.text.setPlainText(report.text())
        except OSError as error:
            self.text.setPlainText(f"{report.path.name} can't be read: {error.strerror}.")
        row = QHBoxLayout()
        for words, act in (
            ("Copy", self._copy),
            ("Open its folder", self._open_folder),
            ("Dismiss", self.close),
        ):
            button = QPushButton(words)
            button.clicked.connect(act)
            row.addWidget(button)
        row.insertStretch(2, 1)
        column = QVBoxLayout(self)
        column.addWidget(self.text)
        column.addLayout(row)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(crash_folder())))
