"""Without these, a table of one's own couldn't be chosen in the window, or would freeze it."""

import time
from unittest.mock import patch

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox

from optiviz.datasets.csv import Csv
from optiviz.tables import contents
from optiviz.ui.file_dialog import FileDialog

TABLE = "length;width;kind\n1,5;2;x\n2,5;3;y\n3,5;1;x\n4,5;7;y\n5;3;x\nx;1;y\n6;2;y\n"


@pytest.fixture
def table_file(tmp_path):
    path = tmp_path / "my <b>table.csv"
    path.write_text(TABLE)
    return path


@pytest.fixture
def panel(person):
    person.window.tables.open({})
    made = person.window.tables.panel
    person.until(lambda: made.answer is not None)
    return made


def choose(combo, value):
    combo.setCurrentIndex(max(combo.findData(value), combo.findText(value)))
    combo.activated.emit(combo.currentIndex())


def test_a_file_is_read_shown_and_used(person, panel, table_file):
    window = person.window
    before = window.train.setup.spec()
    panel.open_file(table_file)
    person.until(lambda: panel.answer.dataset.file == table_file.name)
    assert panel.choices["delimiter"].currentData() == "semicolon"
    assert panel.choices["decimal"].currentData() == "comma"
    assert panel.choices["encoding"].currentText() == "UTF-8"
    assert panel.choices["header"].currentData() == "yes"
    assert panel.target.currentText() == "kind"
    assert "6 rows of 2 features can be used, in 2 classes. 1 can't." in panel.counts.text()
    panel.which_button.setChecked(True)
    assert 'line 7: "x" is not a number, in column "length"' in panel.which.toPlainText()
    assert panel.first_rows.data(panel.first_rows.index(0, 0)) == "1,5"
    assert window.train.setup.spec() == before, "nothing is set up before it is used"
    QTest.mouseClick(panel.use_button, Qt.MouseButton.LeftButton)
    dataset = window.train.setup.spec().problem.dataset
    assert isinstance(dataset, Csv)
    assert contents.get(dataset.content) == TABLE.encode()
    assert dataset.load().class_names == ("x", "y")
    window.train.run()
    person.until(lambda: window.train.session.entries and not window.train.session.computing)
    assert window.train.session.focus.run.failure is None


def test_what_is_chosen_is_read_at_once(person, panel, table_file):
    panel.open_file(table_file)
    person.until(lambda: panel.answer.dataset.file == table_file.name)
    choose(panel.target, "width")
    person.until(lambda: panel.answer.dataset.target == "width")
    choose(panel.choices["task"], "numbers")
    person.until(lambda: panel.answer.dataset.task == "numbers")
    panel.features.setData(
        panel.features.index(2), Qt.CheckState.Checked.value, Qt.ItemDataRole.CheckStateRole
    )
    person.until(lambda: "kind" in panel.answer.dataset.features)
    assert panel.answer.chosen.features[-1].name == "kind is y"
    choose(panel.choices["header"], "no")
    person.until(lambda: panel.answer.dataset.header is False)
    assert panel.target.currentText() == "column 3"
    choose(panel.choices["delimiter"], "comma")
    person.until(lambda: not panel.mistake.isHidden() or not panel.use_button.isEnabled())
    person.until(lambda: panel.progress.isHidden())


def test_a_file_that_cant_be_read_is_a_sentence_and_the_old_stays(person, panel, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text('a,b\n1,"2\n')
    before = panel.answer
    panel.open_file(bad)
    person.until(lambda: not panel.mistake.isHidden())
    assert "bad.csv" in panel.mistake.text(), "the file that is shown is another"
    assert "never closed" in panel.mistake.text()
    assert panel.answer is before
    assert not panel.use_button.isEnabled()
    assert panel.counts.text().startswith("24 rows")


def dropped(window, path):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(QPoint(400, 300), copy, data, left, none)
    QApplication.sendEvent(window, entering)
    drop = QDropEvent(QPointF(400, 300), copy, data, left, none)
    QApplication.sendEvent(window, drop)


def by_dialog(window, *paths):
    with patch.object(FileDialog, "several", lambda *_: list(map(str, paths))):
        window.files.open_dialog()


@pytest.mark.parametrize("bring", [dropped, by_dialog])
def test_data_are_read_a_trace_is_laid_over_and_what_could_be_both_is_asked(
    person, tmp_path, table_file, bring
):
    window = person.window
    bring(window, table_file)
    panel = window.tables.panel
    person.until(lambda: panel.answer is not None)
    assert panel.isVisible()
    panel.dismiss()
    panel.answer = None

    trace = tmp_path / "trace.csv"
    trace.write_text("iteration,f\n0,3\n1,2\n")
    bring(window, trace)
    person.until(lambda: not window.jobs.busy)
    assert panel.answer is None
    entries = window.train.session.entries
    assert [e.run.spec.optimizer.recorded for e in entries] == [True]

    both = tmp_path / "step.csv"
    both.write_text("step,loss,heat\n0,3,1\n1,2,5\n2,5,5\n3,1,1\n")
    bring(window, both)
    (box,) = window.findChildren(QMessageBox)
    assert box.text() == "Is step.csv data to learn from, or the trace of a run?"
    answers = {button.text().replace("&", ""): button for button in box.buttons()}
    assert set(answers) == {"Learn from it", "Lay it over the run", "Cancel"}
    assert panel.isHidden(), "nothing is done before it is answered"
    answers["Lay it over the run"].click()
    person.until(lambda: not window.jobs.busy)
    assert len(window.train.session.entries) == 2
    person.until(lambda: not window.findChildren(QMessageBox))
    bring(window, both)
    (box,) = window.findChildren(QMessageBox)
    next(button for button in box.buttons() if "Learn" in button.text()).click()
    person.until(lambda: panel.answer is not None and panel.answer.dataset.file == "step.csv")

    bring(window, trace)  # into the panel: there a table is asked for
    person.until(lambda: panel.answer.dataset.file == "trace.csv")


def test_from_the_start_to_a_network_that_learns_are_two_acts(person, table_file):
    window = person.window
    dropped(window, table_file)
    panel = window.tables.panel
    window.run()
    assert "still being read" in window.messages.text
    assert not window.train.session.entries
    person.until(lambda: panel.answer is not None)
    QTest.mouseClick(window.train.launch.run_button, Qt.MouseButton.LeftButton)
    person.until(lambda: window.train.session.entries and not window.train.session.computing)
    run = window.train.session.focus.run
    assert run.spec.problem.dataset.file == table_file.name
    assert run.failure is None
    assert panel.isHidden()


def test_a_table_of_numbers_to_predict_is_run_as_quickly_and_one_of_classes_after_it(
    person, tmp_path, table_file
):
    path = tmp_path / "numbers.csv"
    path.write_text("a,b,c\n" + "".join(f"{i},{i % 7},{i * 100.5}\n" for i in range(60)))
    window, session = person.window, person.window.train.session
    for file, said in ((path, "To fit the table"), (table_file, "")):
        dropped(window, file)
        person.until(window.tables.panel.use_button.isEnabled)
        window.run()
        person.until(lambda: not session.computing)
        run = session.focus.run
        assert run.failure is None
        assert run.spec.problem.dataset.file == file.name
        assert said in window.messages.text
        assert run.state_now.best_f < run.state(0).f, "it learns"


def test_what_cant_be_read_is_not_run_on_and_what_was_set_up_neither(person, panel, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text('a,b\n1,"2\n')
    panel.open_file(bad)
    person.until(lambda: not panel.mistake.isHidden())
    person.window.run()
    assert "never closed" in person.window.messages.text
    assert not person.window.train.session.entries


def test_a_thousand_columns_are_searched(person, panel, tmp_path):
    path = tmp_path / "wide.csv"
    rows = np.random.default_rng(1).normal(size=(30, 1000))
    names = ",".join(f"c{i}" for i in range(1000))
    np.savetxt(path, rows, delimiter=",", header=names, comments="")
    panel.open_file(path)
    person.until(lambda: panel.answer.dataset.file == path.name)
    panel.search.setText("c99")
    assert panel.list.model().rowCount() == 11
    panel.none_button.click()
    person.until(lambda: len(panel.answer.dataset.features) == 989)


def test_reading_is_cancelled_and_the_old_stays(person, panel, tmp_path):
    path = tmp_path / "long.csv"
    path.write_bytes(b"1.5,x y,2.5,NA,3\n" * 200_000)
    before = panel.answer
    panel.open_file(path)
    person.until(lambda: panel.progress.value() > 0)
    panel.cancel_button.click()
    QTest.qWait(200)
    assert panel.answer is before
    assert panel.progress.isHidden()
    assert panel.use_button.isEnabled()


def test_another_file_is_chosen_and_the_window_closed_while_one_is_read(
    person, panel, tmp_path, table_file
):
    path = tmp_path / "long.csv"
    path.write_bytes(b"1.5,x y,2.5,NA,3\n" * 200_000)
    panel.open_file(path)
    person.until(lambda: panel.progress.value() > 0)
    panel.open_file(table_file)
    person.until(panel.use_button.isEnabled)
    assert panel.answer.dataset.file == table_file.name
    QTest.qWait(100)
    assert panel.answer.dataset.file == table_file.name, "the first one is left"
    panel.open_file(path)
    person.until(lambda: panel.progress.value() > 0)
    person.window.close()
    assert not panel.reader.isRunning()
    assert panel.answer.dataset.file == table_file.name, "it was left"


def test_a_long_table_leaves_the_window_awake(person, panel, tmp_path):
    path = tmp_path / "long.csv"
    rows = "".join(f"{i / 7:.4f},{i / 3:.3f},{i % 3}\n" for i in range(1000))
    path.write_text("a,b,c\n" + rows * 150)
    panel.open_file(path)
    late, last = [], time.perf_counter()
    while panel.answer.dataset.file != path.name:
        QTest.qWait(1)
        late.append(time.perf_counter() - last)
        last = time.perf_counter()
    assert panel.answer.chosen.n_rows == 150_000
    assert np.median(late) < 0.05
    assert max(late) < 0.5
