"""What the worker keeps, and what it lets go of."""

import threading
import weakref
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from optiviz import Run, RunSpec, RunStatus
from optiviz.reports.html import write_report
from optiviz.ui.worker import ReaderOf, Worker


def _is_done(run: Run) -> bool:
    return run.status is RunStatus.FINISHED


def test_forgotten_run_is_freed_though_a_picture_of_it_was_asked_for(qtbot: QtBot) -> None:
    """A start that is dragged replaces runs ten times a second, each with its pictures."""
    parent = QObject()
    worker = Worker(parent)
    run = Run(RunSpec.load("classic-descent"))
    worker.start()
    try:
        worker.play(run)
        qtbot.waitUntil(partial(_is_done, run))
        worker.forget(run)

        def picture(reader_of: ReaderOf, run: Run = run) -> float:
            return reader_of(run).state(run.k).f

        with qtbot.waitSignal(worker.answered) as answer:
            worker.request("card", picture)
        assert answer.args is not None
        assert answer.args[2] == run.best_f
        gone = weakref.ref(run)
        del picture, run
        qtbot.waitUntil(lambda: gone() is None)
    finally:
        worker.close()


def test_closing_ends_a_long_report_and_leaves_no_half_of_it(qtbot: QtBot, tmp_path: Path) -> None:
    worker = Worker()
    runs = [Run(RunSpec.load("classic-descent")).finish() for _ in range(40)]
    path = tmp_path / "report.html"
    started = threading.Event()

    def write(_: ReaderOf) -> None:
        started.set()
        write_report(runs, path, progress=worker.go_on)

    worker.start()
    worker.request("report", write)
    assert started.wait(20)
    worker.close()
    assert not path.exists()
    assert list(tmp_path.iterdir()) == []
