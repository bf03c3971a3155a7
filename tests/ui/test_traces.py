"""Traces of other programs in the window: opened, dropped, laid over a run, left as they are."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from optiviz.engine.run import Reader
from optiviz.reports.export import export
from optiviz.store import carried, run_file
from optiviz.store.answers import Assignment, Question
from optiviz.store.handed_in import sealed
from optiviz.ui.canvas.plot import PlotPane


@pytest.fixture
def window(person):
    return person.window


@pytest.fixture
def ready(window, qtbot):
    """The window with a run of the classic network, and what it was."""
    window.show()
    window.workspace.run()
    session = window.train.session
    qtbot.waitUntil(lambda: bool(session.entries) and not session.computing)
    return window


def laid_over(window, qtbot, path: Path):
    window.messages.hide()
    n = len(window.workspace.session.entries)
    window.files.open_file(path)
    qtbot.waitUntil(lambda: not window.jobs.busy)
    return window.workspace.session.entries[n:]


def table_of(run, path: Path, rows: int, wrong_from: int | None = None) -> None:
    reader = Reader(run)
    block = reader.rows(0, rows)
    f = block.f.copy()
    if wrong_from is not None:
        f[wrong_from:] += 0.25
    x = [reader.state(k).x.tolist() for k in range(rows)]
    names = ",".join(f"x{i}" for i in range(len(x[0])))
    lines = [f"iteration,evaluations,f,{names}"]
    lines += [
        f"{k},{block.evaluations[k]},{f[k]!r},{','.join(map(repr, x[k]))}" for k in range(rows)
    ]
    path.write_text("\n".join(lines).replace("np.float64(", "").replace(")", ""), encoding="utf-8")


def test_a_trace_is_laid_over_the_run_in_focus_and_said_to_match(ready, qtbot, tmp_path: Path):
    session = ready.train.session
    ours = session.focus
    session.seek(40)
    table_of(ours.run, tmp_path / "theirs.csv", 60, wrong_from=38)
    (entry,) = laid_over(ready, qtbot, tmp_path / "theirs.csv")
    assert (
        "theirs.csv matches seed 1 to iteration 37, then differs: accuracy is "
        in ready.messages.text
    )
    assert session.focus is ours
    assert session.k == 40
    assert entry.visible
    assert entry.run.spec.problem == ours.run.spec.problem
    assert (entry.run.state(20).x == ours.run.state(20).x).all()
    session.set_focus(entry)  # every view that is open shows it, as it would any run
    session.seek(10)
    qtbot.wait(300)
    assert "theirs.csv" not in ready.messages.text or "can't" not in ready.messages.text


def test_what_we_export_is_ours_to_the_end(ready, qtbot, tmp_path: Path):
    export(ready.train.session.focus.run, "csv", tmp_path / "t.csv")
    laid_over(ready, qtbot, tmp_path / "t.csv")
    assert "matches seed 1 to the end, iteration 1,000" in ready.messages.text


def test_a_trace_of_something_else_is_shown_by_itself(ready, qtbot, tmp_path: Path):
    path = tmp_path / "other.csv"
    path.write_text("step,reward\n0,1.5\n10,2.5\n20,2.25\n", encoding="utf-8")
    (entry,) = laid_over(ready, qtbot, path)
    assert "other.csv recorded reward, which is no accuracy" in ready.messages.text
    session = ready.train.session
    assert session.focus is entry
    qtbot.wait(200)
    assert not ready.train.launch.differs.isVisible()  # nothing can be set up like it
    ready.train.revert()
    ready.train.branching.open_here()
    assert not ready.train.branching.isVisible()
    assert "What was recorded elsewhere is only read" in ready.messages.text
    ready.train.start_from((0.0,))
    assert entry.run.k == 20
    run_file.save(tmp_path / "a.optiviz", [entry.run])
    laid_over(ready, qtbot, tmp_path / "a.optiviz")
    assert "Opened 1 run" in ready.messages.text


def test_a_trace_alone_in_an_empty_window(window, qtbot, tmp_path: Path):
    path = tmp_path / "t.csv"
    path.write_text("f,x,y\n1.0,0,0\n0.5,1,1\n", encoding="utf-8")
    window.show()
    qtbot.waitUntil(window.worker.isRunning)
    (entry,) = laid_over(window, qtbot, path)
    assert "2 rows of f" in window.messages.text
    assert window.train.session.focus is entry
    qtbot.wait(200)


def test_a_point_of_a_recorded_run_cannot_be_edited(ready, qtbot, tmp_path: Path):
    session = ready.train.session
    table_of(session.focus.run, tmp_path / "t.csv", 20)
    (entry,) = laid_over(ready, qtbot, tmp_path / "t.csv")
    session.set_focus(entry)
    before = entry.run.digest
    ready.train.start_from(tuple(np.zeros(71)))
    for branch in (False, True):
        with pytest.raises(ValueError, match="only read"):
            session.edit_point(0, 1.0, branch=branch)
    ready.worker.change(entry.run, 3, x=np.zeros(71))
    qtbot.waitUntil(lambda: "only read" in ready.messages.text)
    assert entry.run.digest == before


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"f\n1\nnope\n", "line 3"),
        ("b.csv", b"", "is empty"),
        ("c.db", b"no database", "is no SQLite database"),
        ("d.xyz", b"", "is no file of runs"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(window, qtbot, tmp_path: Path, name, content, said):
    (tmp_path / name).write_bytes(content)
    window.show()
    qtbot.waitUntil(window.worker.isRunning)
    assert laid_over(window, qtbot, tmp_path / name) == []
    assert said in ready_text(window)


def ready_text(window) -> str:
    return window.messages.text


def dropped(window, paths) -> bool:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    copy = Qt.DropAction.CopyAction
    entering = QDragEnterEvent(QPoint(400, 300), copy, data, left, none)
    QApplication.sendEvent(window, entering)
    drop = QDropEvent(QPointF(400, 300), copy, data, left, none)
    QApplication.sendEvent(window, drop)
    return entering.isAccepted()


def test_no_picture_keeps_a_file_that_is_dropped(ready, qtbot):
    def panes() -> list[PlotPane]:
        return [pane for card in ready.train.cards for pane in card.findChildren(PlotPane)]

    qtbot.waitUntil(lambda: bool(panes()))  # the worker makes the first pictures
    inside = panes()
    assert not any(pane.acceptDrops() or pane.viewport().acceptDrops() for pane in inside)


def test_files_are_dropped_onto_the_window(ready, qtbot, tmp_path: Path):
    path = tmp_path / "t.csv"
    export(ready.train.session.focus.run, "csv", path)
    assert dropped(ready, [path])
    qtbot.waitUntil(lambda: len(ready.train.session.entries) == 2)
    qtbot.waitUntil(lambda: "to the end" in ready.messages.text)
    content = run_file.to_bytes([ready.train.session.focus.run])
    page = tmp_path / "report.html"
    page.write_text(f"<!DOCTYPE html><html><body>{carried.block(content)}</body></html>")
    ready.messages.hide()
    assert dropped(ready, [page])
    qtbot.waitUntil(lambda: len(ready.train.session.entries) >= 3)
    assert "Opened" in ready.messages.text
    assert "from report.html" in ready.messages.text
    ada = Assignment("Ada", "Steps", "", (Question("Why?", "", "So."),))
    page.write_text(sealed(page.read_text(), ada, []))
    assert dropped(ready, [page])
    qtbot.waitUntil(lambda: "handed in by Ada" in ready.messages.text)
    page.write_text("<!DOCTYPE html><html><body>A page of somebody's.</body></html>")
    assert dropped(ready, [page])
    qtbot.waitUntil(lambda: "carries no runs of optiviz" in ready.messages.text)
    dropped(ready, [tmp_path / "picture.png"])
    assert "picture.png can't be opened" in ready.messages.text
