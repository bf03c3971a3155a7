"""No widget takes a text from outside for HTML: held in the code, and in the window itself."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractItemView, QLabel, QWidget

import optiviz
from optiviz.reports.document import (
    Chapter,
    Document,
    Grid,
    Items,
    Keys,
    Listing,
    Moments,
    Paragraphs,
    Part,
    Plot,
    Settings,
)
from optiviz.reports.words import Group, Setting
from optiviz.ui.exporting.page import page_of
from optiviz.ui.plain import Label, tip
from optiviz.views.figure import Figure

HOSTILE = "<b>EVIL</b><img src=file:///etc/hostname>"
UI = Path(optiviz.__file__).parent / "ui"
FILES = [path for path in sorted(UI.rglob("*.py")) if path.name != "plain.py"]
BOXES = {"question", "warning", "information", "critical", "about"}
HTML = {"setHtml", "insertHtml", "appendHtml", "setMarkdown"}
PAGES = {"exporting/shown.py"}  # show pages of ours, in which every text is escaped: see below


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
            ours = path.relative_to(UI).as_posix() in PAGES
            assert ours or node.func.attr not in HTML, ast.unparse(node)


def test_a_page_that_is_previewed_takes_no_text_for_more():
    evil, figure = HOSTILE, Figure(HOSTILE, caption=HOSTILE)
    group = Group(evil, (Setting(evil, evil, evil),))
    blocks = (
        Paragraphs((evil,)), Items((evil,)), Keys(((evil, evil),)), Settings((group,)),
        Grid(evil, (evil, evil), ((evil, evil),), note=evil), Listing(evil, evil, (evil,)),
        Plot(figure, evil, evil, evil), Moments(evil, (0,), ((evil, (figure,)),)),
    )  # fmt: skip
    chapters = (Chapter(evil, (Part(evil, blocks),), 1), Chapter(evil, ()))
    made = page_of(Document(evil, evil, chapters, evil, (evil,), ((evil, evil),)), "light")
    assert made.text.count("&lt;b&gt;EVIL") >= 20
    assert "<b>EVIL" not in made.text
    assert "src=file:" not in re.sub(r"&lt;.*?&gt;", "", made.text)


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
    qtbot.waitUntil(lambda: not any(s.computing for s in sessions))
    qtbot.waitUntil(lambda: not window.jobs.busy)


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
