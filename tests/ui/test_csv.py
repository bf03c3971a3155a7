"""Without these, a table of one's own couldn't be chosen in the window, or would freeze it."""

import time

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from optiviz.datasets.csv import Csv
from optiviz.tables import contents

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


def test_a_table_that_is_dropped_is_data_and_a_trace_is_laid_over(person, tmp_path, table_file):
    window = person.window
    dropped(window, table_file)
    panel = window.tables.panel
    person.until(lambda: panel.answer is not None)
    assert panel.isVisible()
    assert window.messages.text == f"{table_file.name} is read as data to learn from."
    panel.dismiss()
    trace = tmp_path / "trace.csv"
    trace.write_text("iteration,f\n0,3\n1,2\n")
    panel.answer = None
    dropped(window, trace)
    person.until(lambda: not window.jobs.busy)
    assert panel.answer is None
    assert any(e.run.spec.optimizer.recorded for e in window.train.session.entries)


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
