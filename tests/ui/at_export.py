"""Somebody at the export panel; and formats that are quick, slow or refused, for tests."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from optiviz.reports.formats import Format, formats
from optiviz.store.atomic import StoreError, write_text, writing
from optiviz.ui.file_dialog import FileDialog

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from optiviz.ui.exporting.panel import ExportPanel
    from optiviz.ui.figure_card import FigureCard
    from optiviz.ui.main_window import MainWindow


class Exporter:
    """Opens the panel, chooses, and has files written to where the dialog is told."""

    def __init__(
        self,
        window: MainWindow,
        until: Callable[[Callable[[], bool]], object],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        self.window, self.until, self._patch = window, until, monkeypatch

    @property
    def panel(self) -> ExportPanel:
        panel = self.window.exporting.panel
        assert panel is not None
        return panel

    def open(self, name: str = "", card: FigureCard | None = None) -> ExportPanel:
        if card is None:
            self.window.doors.export_dialog(name)
        else:
            card.picture_wanted.emit(card)
        return self.panel

    def preview(self) -> str:
        """Wait for the whole preview, and return what it shows."""
        pane = self.panel.preview
        number = self.window.exporting._number
        self.until(lambda: self.window.exporting._number != number or pane.preview is not None)
        self.until(lambda: pane.preview is not None and pane.preview.whole)
        assert pane.preview is not None
        return pane.preview.text

    def begin(self, path: Path) -> None:
        """Press the button, and name a file."""
        self._patch.setattr(FileDialog, "target", lambda *_: (str(path), f"Any (*{path.suffix})"))
        self.panel.export_button.click()

    def write(self, path: Path, name: str = "", card: FigureCard | None = None) -> None:
        """Open, press the button, and wait until it is over."""
        self.open(name, card)
        self.begin(path)
        self.until(lambda: not self.window.jobs.busy)


class Slow:
    """A format that goes on until it is let, or told to end."""

    def __init__(self) -> None:
        self.begun, self.let = threading.Event(), threading.Event()

    def write(self, runs, path, options) -> None:
        with writing(path) as file:
            file.write(b"half")
            self.begun.set()
            steps = 0
            while not self.let.wait(0.005):
                options.progress(steps % 100, 100)
                steps += 1
            file.write(b" and half")


def refuse(runs, path, options) -> None:
    raise StoreError(f"{path}: the disk is full")


def told(seen: list):
    """Return what writes a short text, and keeps what it was told of files that are kept."""

    def write(runs, path, options) -> None:
        if path.stem != "preview":
            seen.append((runs, options))
        write_text(path, f"{len(runs)} runs\n")

    return write


def with_format(monkeypatch: pytest.MonkeyPatch, name: str, write, takes=(), **more) -> None:
    """Let there be one format more."""
    made = Format(
        **{
            "name": name, "label": name.capitalize(), "about": "For a test.", "suffix": ".txt",
            "group": "data", "write": write, "takes": frozenset(takes), **more,
        }
    )  # fmt: skip
    monkeypatch.setitem(formats(), name, made)
