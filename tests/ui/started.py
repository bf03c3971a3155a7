"""The program as it is started, in a process of its own, with faults put into it."""

import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_FRAME = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from optiviz.ui import app
from optiviz.ui.main_window import MainWindow
from tests.ui import started

def begin(window):
    {body}

window_made = MainWindow.__init__
def made(self, *rest):
    window_made(self, *rest)
    QTimer.singleShot(300, self, lambda: (begin(self), started.ready()))
MainWindow.__init__ = made
from optiviz.__main__ import main
sys.argv = ["optiviz"]
main()
"""


def home() -> Path:
    """Return, in the process, where all is that it writes."""
    return Path(os.environ["READY"]).parent


def ready() -> None:
    """Say, in the process, that it is where it should be."""
    Path(os.environ["READY"]).write_text("ready")


class Started:
    """A started optiviz.

    Parameters
    ----------
    home : Path
        For all that it writes.
    body : str
        Python, done with `window` as soon as it is open.
    options : sequence of str
        For Python.
    environment : mapping
        Beside the usual one.
    name : str
        Of its files, where several are started in one home.
    """

    def __init__(
        self,
        home: Path,
        body: str = "pass",
        options: tuple[str, ...] = (),
        environment: Mapping[str, str] | None = None,
        name: str = "ready",
        **more: Any,
    ) -> None:
        self.home, self._ready = home, home / name
        self._ready.unlink(missing_ok=True)
        self._said = home / f"{name}.txt"
        root = str(Path(__file__).parents[2])
        variables = {
            **os.environ,
            "OPTIVIZ_HOME": str(home),
            "QT_QPA_PLATFORM": "offscreen",
            "READY": str(self._ready),
            "PYTHONPATH": root,
            "QT_LOGGING_RULES": "qt.qpa.*=false",
            **(environment or {}),
        }
        code = _FRAME.replace("{body}", textwrap.indent(textwrap.dedent(body), "    ").strip())
        self._log = self._said.open("wb")
        self.process = subprocess.Popen(
            [sys.executable, *options, "-c", code],
            **({"stderr": self._log, "stdout": self._log} | more),
            env={name: value for name, value in variables.items() if value is not None},
            cwd=root,
        )
        self.until(self._ready.exists)

    def until(self, holds: Any, seconds: float = 100.0) -> None:
        """Wait."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert self.process.poll() is None, f"{self.process.returncode}: {self.said}"
            late = f"it did not come so far in {seconds:g} s"
            assert time.monotonic() < deadline, f"{late}: {self.said}"
            time.sleep(0.02)

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def ends(self, seconds: float = 100.0) -> int:
        """Wait until it has ended, and return its status."""
        return self.process.wait(seconds)

    @property
    def said(self) -> str:
        text = self._said.read_text(encoding="utf-8", errors="replace")
        kept = [line for line in text.splitlines() if "propagateSizeHints" not in line]
        return "\n".join(kept)

    def crash_files(self) -> list[str]:
        """Return what is there but for hangs, of which a machine with much to do has true ones."""
        folder = self.home / "crashes"
        names = sorted(path.name for path in folder.iterdir()) if folder.exists() else []
        return [name for name in names if "-hang" not in name]

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._log.close()
