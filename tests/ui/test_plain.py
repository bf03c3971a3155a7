"""No widget takes a text from outside for HTML: held in the code, and in the window itself."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractItemView, QLabel, QWidget

import optiviz
from optiviz.ui.plain import Label, tip

UI = Path(optiviz.__file__).parent / "ui"
FILES = [path for path in sorted(UI.rglob("*.py")) if path.name != "plain.py"]
BOXES = {"question", "warning", "information", "critical", "about"}
HTML = {"setHtml", "insertHtml", "appendHtml", "setMarkdown"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(UI)))
def test_labels_and_message_boxes_are_of_plain_text(path):
    """Qt guesses otherwise; `ui.plain` has what to use."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
            if "QLabel" in bases:
                assert "setTextFormat" in text or "paintEvent" in ast.unparse(node)
        if not isinstance(node, ast.Call):
            continue
        assert ast.unparse(node.func) not in ("QLabel", "QMessageBox", "QtWidgets.QLabel")
        if isinstance(node.func, ast.Attribute):
            owner = ast.unparse(node.func.value)
            assert not (owner == "QMessageBox" and node.func.attr in BOXES), ast.unparse(node)
            assert node.func.attr not in HTML, ast.unparse(node)


def test_a_tip_is_what_it_says(qapp):
    assert tip("plain & simple") == "plain & simple"
    shown = tip("<img src=file:///etc/passwd>\n<b>x</b>")
    assert "&lt;img" in shown
    assert "<img" not in shown
    assert "<b>" not in shown
    assert len(tip("x" * 10**6)) < 3000
    label = Label("<b>bold</b>")
    assert label.textFormat() is Qt.TextFormat.PlainText


def settled(window, qtbot):
    sessions = [workspace.session for workspace in (window.train, window.functions)]
    qtbot.waitUntil(lambda: not any(s.computing for s in sessions), timeout=20_000)
    qtbot.waitUntil(lambda: not window.jobs.busy, timeout=30_000)


HOSTILE = "<b>EVIL</b><img src=file:///etc/hostname>"


def hidden_html(widget: QWidget) -> list[str]:
    """Return texts with the hostile name that this widget would take for HTML."""
    found = []
    if isinstance(widget, QLabel) and "EVIL" in widget.text():
        if widget.textFormat() is Qt.TextFormat.AutoText:
            found.append(widget.text())
        if widget.textFormat() is Qt.TextFormat.RichText and "<b>EVIL" in widget.text():
            found.append(widget.text())
    tips = [widget.toolTip(), widget.statusTip(), widget.whatsThis()]
    tips += [action.toolTip() for action in widget.actions() if isinstance(action, QAction)]
    if isinstance(widget, QAbstractItemView) and widget.model() is not None:
        model = widget.model()
        for row in range(min(model.rowCount(), 20)):
            for column in range(model.columnCount()):
                tips.append(str(model.index(row, column).data(Qt.ItemDataRole.ToolTipRole) or ""))
    return found + [text for text in tips if "<b>EVIL" in text]


def test_a_hostile_name_is_text_in_every_widget_of_the_window(window, qtbot, tmp_path):
    from optiviz.engine.run import Run
    from optiviz.store import run_file

    runs = [Run(optiviz.RunSpec.load("classic-mlp"), HOSTILE).finish() for _ in range(2)]
    run_file.save(tmp_path / "a.optiviz", runs)
    window.files.open_file(tmp_path / "a.optiviz")
    settled(window, qtbot)
    names = [entry.run.name for entry in window.train.session.entries]
    assert all("EVIL" in name for name in names)
    assert len(names) == 2
    window.report(f"{HOSTILE} went wrong", HOSTILE)
    window.messages.say(HOSTILE)
    widgets = window.findChildren(QWidget)
    assert len(widgets) > 100
    seen = [text for widget in widgets for text in hidden_html(widget)]
    assert seen == []
