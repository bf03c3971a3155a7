"""The export panel in the real window: what is chosen, what it shows, what is written, bad targets.

If these fail, a user exports other runs than were ticked, loses an old file, or waits for ever.
"""

from __future__ import annotations

import os
import tempfile
from importlib.util import find_spec

import psutil
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from optiviz import presets
from optiviz.store.folders import data_folder
from optiviz.store.settings import user_settings
from optiviz.ui.exporting.page import COLUMN
from optiviz.ui.exporting.previews import Preview
from optiviz.ui.exporting.shown import _Page
from tests.ui.at_export import Exporter, Slow, refuse, told, with_format

CLIMB = presets.load("classic-mlp").spec.with_value("stopping.max_iterations", 40)

DESCENT = presets.load("classic-descent").specs[0][1].with_value("stopping.max_iterations", 40)


@pytest.fixture
def exporter(person, monkeypatch) -> Exporter:
    user_settings().change(exporting={})
    return Exporter(person.window, person.until, monkeypatch)


def two(person):
    return person.runs(CLIMB, CLIMB.with_value("seed", 2))


def test_what_is_ticked_is_written_with_what_is_set(person, exporter, monkeypatch, tmp_path):
    seen: list = []
    with_format(monkeypatch, "all", told(seen), ("choices", "theme"), group="report", several=True)
    runs = two(person)
    panel = exporter.open("all")
    panel.chooser.form.control("title").set_value("Ours")
    panel.chooser.form.changed.emit()
    panel.chooser.notes.setPlainText("One.\n\nTwo.")
    panel.chooser.parts.list.item(0).setCheckState(Qt.CheckState.Unchecked)
    panel.chooser.runs.list.item(1).setCheckState(Qt.CheckState.Unchecked)
    exporter.begin(tmp_path / "a.txt")
    person.until(lambda: not person.window.jobs.busy)
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "1 runs\n"
    (wrote, options) = seen[-1]
    assert list(wrote) == runs[:1]
    assert options.choices.title == "Ours"
    assert options.choices.notes == "One.\n\nTwo."
    assert "summary" not in options.choices.parts
    assert "results" in options.choices.parts
    assert options.choices.views is None  # all of them, those of tomorrow too
    assert "Wrote" in person.window.messages.text
    # The next time it begins like this, but with a title of its own.
    assert user_settings().now.exporting["format"] == "all"
    assert "title" not in user_settings().now.exporting
    assert "summary" not in user_settings().now.exporting["parts"]
    # Of a format that holds one run, one is chosen.
    with_format(monkeypatch, "single", told(seen), ("at",))
    person.session.seek(7)
    exporter.open("single")
    panel.chooser.form.control("run").set_value("1")
    panel.chooser.form.control("at").set_value("playhead")
    panel.chooser.form.changed.emit()
    exporter.begin(tmp_path / "b.txt")
    person.until(lambda: not person.window.jobs.busy)
    (wrote, options) = seen[-1]
    assert list(wrote) == runs[1:]
    assert options.at == 7


def test_what_can_be_set_is_what_the_command_line_can_set(person, exporter, monkeypatch, tmp_path):
    """The paper, any iteration, a student's answers, and no rate that a format hasn't got."""
    seen: list = []
    report = {"group": "report", "several": True}
    with_format(monkeypatch, "page", told(seen), ("choices", "paper"), **report)
    with_format(monkeypatch, "class", told(seen), ("choices", "answers"), **report)
    with_format(monkeypatch, "film", told(seen), ("views", "length"), rates=(1, 9), group="movie")
    with_format(monkeypatch, "rows", told(seen), ("at",))
    person.runs(CLIMB)
    panel = exporter.open("page")
    form = panel.chooser.form

    def put(name, value):
        form.control(name).set_value(value)
        form.changed.emit()

    assert form.row("author").text == "Author"
    put("paper", "letter")
    exporter.begin(tmp_path / "a.txt")
    person.until(lambda: not person.window.jobs.busy)
    assert seen[-1][1].choices.paper == "letter"
    assert user_settings().now.exporting["paper"] == "letter"
    panel = exporter.open("rows")
    put("at", "iteration")
    put("k", 41)
    assert form.mistake_at("k") == "Must be at most 40, is 41."
    put("k", 12)
    exporter.begin(tmp_path / "a.txt")
    person.until(lambda: not person.window.jobs.busy)
    assert seen[-1][1].at == 12
    assert user_settings().now.exporting["at"] == "end"
    exporter.open("film")
    put("rate", 10)
    assert form.mistake_at("rate") == "Must be from 1 to 9 here, is 10."
    exporter.open("class")
    assert form.row("author").text == "Student"
    assert panel.chooser.notes.accessibleName() == "Answers"
    assert form.mistake_at("author") == panel.preview.words.text() == "Say who hands it in."
    put("author", "Ada")
    assert "write the questions" in panel.mistake.text().lower()
    panel.chooser.notes.setPlainText("Words.")
    assert "no question" in panel.mistake.text()
    panel.chooser.notes.setPlainText("# Steps\n## Why?\nIt <b>climbs</b>.")
    assert panel.mistake.isHidden()
    shown = panel.preview
    person.until(lambda: shown.preview is not None and "<h1>Steps" in shown.preview.text)
    assert "It &lt;b&gt;climbs&lt;/b&gt;." in shown.preview.text
    panel.dismiss()


def test_the_preview_of_data_is_their_beginning_and_that_of_weights_is_the_file(
    person, exporter, tmp_path
):
    person.runs(CLIMB.with_value("stopping.max_iterations", 400))
    panel = exporter.open("csv")
    assert exporter.preview().splitlines()[-1].startswith("300,")
    assert panel.preview.about.text() == "its beginning: iterations 0 to 300 of 400"
    panel.chooser.formats.setCurrentIndex(panel.chooser.formats.findData("weights_json"))
    person.until(lambda: panel.preview.text.toPlainText().startswith("{"))
    exporter.begin(tmp_path / "a.json")
    person.until(lambda: not person.window.jobs.busy)
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert panel.preview.text.toPlainText() == text.rstrip("\n")
    panel.dismiss()


def test_a_card_is_exported_with_its_settings(person, exporter, monkeypatch, tmp_path):
    seen: list = []
    with_format(
        monkeypatch, "png", told(seen), ("view", "size", "theme"), group="figure", several=True
    )
    runs = two(person)
    card = person.card("fitness")
    card.view = card.view.replace(over="seconds", log_x=True)
    panel = exporter.open(card=card)
    assert panel.chooser.formats.value() == "png"
    exporter.begin(tmp_path / "a.txt")
    person.until(lambda: not person.window.jobs.busy)
    assert set(seen[-1][0]) == set(runs)
    assert seen[-1][1].views == (card.view,)


def test_what_was_lacking_is_no_longer_said_when_it_is_there(person, exporter):
    """Else "press Run first" stands over the panel with the run that was made."""
    messages = person.window.messages
    person.window.exporting.open_runs()
    assert messages.text == "There is nothing to write yet: press Run first."
    person.runs(DESCENT)
    exporter.open("csv")
    assert messages.isHidden()


def test_the_preview_is_of_what_is_chosen_and_nothing_chosen_is_a_sentence(person, exporter):
    person.runs(DESCENT)
    panel = exporter.open("html")
    assert "signals" in panel.chooser.views.ticked()  # as in the report of the command line
    assert "Gradient descent" in exporter.preview()
    assert panel.preview.preview.images  # its figures are drawn
    before = exporter.preview()
    panel.chooser.form.control("title").set_value("Other <b>words</b>")
    panel.chooser.form.changed.emit()
    person.until(lambda: panel.preview.preview is not None and panel.preview.preview.text != before)
    assert "Other &lt;b&gt;words&lt;/b&gt;" in exporter.preview()
    panel.chooser.parts.none_button.click()
    assert "at least one part" in panel.mistake.text()
    assert not panel.export_button.isEnabled()
    panel.chooser.parts.all_button.click()
    assert panel.mistake.isHidden()
    assert panel.export_button.isEnabled()
    panel.chooser.formats.setCurrentIndex(panel.chooser.formats.findData("csv"))
    person.until(lambda: panel.preview.text.toPlainText().startswith("iteration,"))
    assert len(panel.preview.text.toPlainText().splitlines()) == 42


@pytest.mark.parametrize("width", [402, 700, 1200])
def test_a_page_keeps_its_margins_however_narrow_it_is(width, qtbot):
    """Else words touch the frame, and figures are narrower than what is around them."""
    page = _Page(None)
    qtbot.addWidget(page)
    page.resize(width, 500)
    page.show()
    table = '<table width="100%"><tr><td>a</td><td>b</td><td>c</td></tr></table>'
    page.show_page(Preview("page", text=f"<p>words</p>{table}<p>more</p>"), "light")
    QApplication.processEvents()
    layout = page.document().documentLayout()
    words = layout.blockBoundingRect(page.document().begin())
    room = page.viewport().width()
    assert words.left() == (room - min(room - 48, COLUMN)) // 2
    assert words.width() == pytest.approx(min(room - 48, COLUMN), abs=1)
    assert page.horizontalScrollBar().maximum() == 0


def test_a_broken_template_is_told_before_anything_is_written(person, exporter):
    folder = data_folder() / "templates"
    folder.mkdir()
    (folder / "mine.html.j2").write_text('{% extends "report.html.j2" %}')
    (folder / "wrong.html.j2").write_text("{% if %}")
    person.runs(DESCENT)
    panel = exporter.open("html")
    shown = panel.preview
    panel.chooser.form.control("template").set_value("mine")
    panel.chooser.form.changed.emit()
    person.until(lambda: shown.preview and "as the template does" in shown.preview.about)
    panel.chooser.form.control("template").set_value("wrong")
    panel.chooser.form.changed.emit()
    person.until(lambda: "'wrong' is broken, line 1" in shown.words.text())


def test_a_cancelled_file_leaves_the_old_one(person, exporter, half_written):
    _, path = half_written
    panel = exporter.panel
    person.until(lambda: panel.progress.maximum() == 100)
    assert panel.progress.isVisible()
    assert not panel.export_button.isEnabled()
    panel.cancel_button.setFocus()
    panel.cancel_button.click()
    person.until(lambda: not person.window.files.writing)
    assert panel.isAncestorOf(person.window.focusWidget())
    assert "Cancelled" in person.window.messages.text
    assert path.read_text(encoding="utf-8") == "old"
    assert os.listdir(path.parent) == ["a.txt"]
    assert panel.progress.isHidden()
    assert panel.export_button.isEnabled()
    panel.dismiss()


@pytest.fixture
def half_written(person, exporter, monkeypatch, tmp_path):
    """Somebody whose file is being written over an old one, and what goes on with it."""
    slow, path = Slow(), tmp_path / "a.txt"
    path.write_text("old", encoding="utf-8")
    with_format(monkeypatch, "slow", slow.write, group="program")
    person.runs(CLIMB)
    exporter.open("slow")
    person.until(slow.begun.is_set)  # the preview
    slow.begun.clear()
    exporter.begin(path)
    person.until(slow.begun.is_set)
    return slow, path


def test_who_changes_everything_meanwhile_gets_the_file_that_was_asked_for(
    person, exporter, half_written
):
    slow, path = half_written
    panel = exporter.panel
    exporter.begin(path.with_name("b.txt"))
    QTest.keyClick(panel, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    person.window.exporting.write(panel.wanted, path.with_name("c.txt"))
    panel.dismiss()
    person.session.clear()
    person.window.bring(person.window.functions)
    slow.let.set()
    person.until(lambda: not person.window.files.writing)
    assert path.read_text(encoding="utf-8") == "half and half"
    assert os.listdir(path.parent) == ["a.txt"]
    assert "Wrote" in person.window.messages.text
    exporter.open()
    assert panel.isHidden()  # there is nothing to export, which is a sentence
    assert person.window.messages.text


def test_who_closes_the_window_meanwhile_is_asked_and_the_old_file_stays(person, half_written):
    _, path = half_written
    person.window.close()
    asked = QApplication.activeModalWidget()
    assert "a.txt is still being written" in asked.text()
    QTest.keyClick(asked, Qt.Key.Key_Return)  # as somebody may who didn't read it
    person.until(lambda: QApplication.activeModalWidget() is None)
    assert person.window.isVisible()
    assert person.window.files.writing
    person.window.close()
    asked = QApplication.activeModalWidget()
    QTest.mouseClick(button(asked, "Close now"), Qt.MouseButton.LeftButton)
    assert not person.window.isVisible()
    assert not person.window.worker.isRunning()
    assert os.listdir(path.parent) == ["a.txt"]
    assert path.read_text(encoding="utf-8") == "old"


def test_a_window_closes_when_the_file_is_written_unless_that_fails(person, half_written):
    slow, path = half_written
    person.window.close()
    path.parent.joinpath("a.txt").unlink()
    slow.let.set()
    person.until(lambda: not person.window.isVisible())
    assert QApplication.activeModalWidget() is None
    assert path.read_text(encoding="utf-8") == "half and half"


def test_a_file_that_cannot_be_left_is_waited_for_by_who_leaves_another(
    person, half_written, tmp_path
):
    """Runs are saved for good; a movie can be made again."""
    _, path = half_written
    person.window.files.save_runs(tmp_path / "b.optiviz")
    person.window.close()
    QTest.mouseClick(
        button(QApplication.activeModalWidget(), "Close now"), Qt.MouseButton.LeftButton
    )
    person.until(lambda: not person.window.isVisible())
    assert sorted(os.listdir(tmp_path)) == ["a.txt", "b.optiviz"]
    assert path.read_text(encoding="utf-8") == "old"


@pytest.mark.skipif(find_spec("imageio_ffmpeg") is None, reason="the extra movie is not installed")
def test_a_signal_ends_a_movie_at_once_and_all_of_it(person, exporter, monkeypatch, tmp_path):
    beside, path = tmp_path / "beside", tmp_path / "a.mp4"
    beside.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(beside))
    path.write_bytes(b"old")
    person.runs(CLIMB)
    exporter.open("mp4")
    exporter.panel.chooser.form.control("seconds").set_value("600")
    exporter.panel.chooser.form.changed.emit()
    exporter.begin(path)
    person.until(lambda: any(beside.glob("*/movie.mp4")))
    (ffmpeg,) = psutil.Process().children()
    person.window.leaving.ordered = True
    person.window.close()
    assert not person.window.isVisible()
    assert not person.window.worker.isRunning()
    assert not ffmpeg.is_running()
    assert path.read_bytes() == b"old"
    assert sorted(os.listdir(tmp_path)) == ["a.mp4", "beside"]
    assert list(beside.iterdir()) == []


def button(box, words):
    return next(one for one in box.buttons() if one.text() == words)


def test_bad_targets_are_a_sentence_and_leave_what_was_there(
    person, exporter, monkeypatch, tmp_path
):
    with_format(monkeypatch, "full", refuse)
    person.runs(CLIMB)
    gone, long = tmp_path / "gone", tmp_path / f"{'n' * 300}.csv"
    for name, path, words in (
        ("csv", gone / "a.csv", "folder does not exist"),
        ("csv", long, "too long"),
        ("csv", tmp_path / "dir.csv", "is a folder"),
        ("full", tmp_path / "full.txt", "disk is full"),
    ):
        if path.name == "dir.csv":
            path.mkdir()
        exporter.write(path, name)
        assert words in person.window.messages.text
        assert not person.window.exporting.panel.progress.isVisible()
    assert sorted(os.listdir(tmp_path)) == ["dir.csv"]


def test_keys_open_it_and_what_is_remembered_but_unknown_does_no_harm(person, exporter):
    user_settings().change(
        exporting={"format": "gone", "parts": ["nothing"], "rate": -3, "author": "A", "x": [1]}
    )
    person.runs(CLIMB)
    person.window.train.timeline.bar.setFocus()
    person.press(Qt.Key.Key_E, control=True)
    panel = exporter.panel
    assert panel.isVisible()
    assert QApplication.focusWidget() is panel.chooser.formats
    assert panel.chooser.format() is not None
    assert panel.chooser.chosen().look.author == "A"
    assert panel.chooser.chosen().look.rate == 15
    assert panel.chooser.chosen().parts
    QTest.keyClick(panel, Qt.Key.Key_Escape)
    assert panel.isHidden()
    assert QApplication.focusWidget() is person.window.train.timeline.bar
    person.press(Qt.Key.Key_E, control=True, shift=True)
    assert panel.chooser.formats.value() == "csv"
    person.window.bring(person.window.functions)  # what it would export is elsewhere
    assert panel.isHidden()


def test_a_card_is_copied_as_it_is_seen_by_its_key(person):
    person.runs(CLIMB)
    card = person.card("fitness")
    person.see("fitness")
    QGuiApplication.clipboard().clear()
    card.canvas.plot().setFocus()
    person.press(Qt.Key.Key_C, control=True)
    image = QGuiApplication.clipboard().image()
    assert image.width() == 2 * card.canvas.plot().width()
    assert "Copied" in person.window.messages.text
