"""The dialogs that ask for files: they answer, and look into no file that may never end."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLineEdit, QWidget

from optiviz.ui.file_dialog import FileDialog

KINDS = "A table (*.csv);;Any file (*)"


@pytest.fixture
def parent(qtbot):
    made = QWidget()
    qtbot.addWidget(made)
    made.show()
    return made


def answer(name: str, well: bool = True) -> None:
    """Type a name, if any, into the dialog that comes, and accept it or not."""

    def typed() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, QFileDialog):
            QTimer.singleShot(10, typed)
            return
        field = dialog.findChild(QLineEdit, "fileNameEdit")
        field.setText(name or field.text())
        dialog.accept() if well else QDialog.reject(dialog)

    QTimer.singleShot(0, typed)


def test_what_is_chosen_is_answered_and_nothing_if_it_is_cancelled(parent, tmp_path: Path):
    (tmp_path / "a.csv").write_text("1,2\n")
    (tmp_path / "b.csv").write_text("1,2\n")
    start = str(tmp_path)
    answer("a.csv")
    assert FileDialog.one(parent, "Open", start, KINDS) == str(tmp_path / "a.csv")
    answer('"a.csv" "b.csv"')
    found = FileDialog.several(parent, "Open", start, KINDS)
    assert [Path(path).name for path in found] == ["a.csv", "b.csv"]
    answer("new.csv")
    assert FileDialog.target(parent, "Save", start, KINDS) == (
        str(tmp_path / "new.csv"),
        "A table (*.csv)",
    )
    answer(start)
    assert FileDialog.folder(parent, "Record in", start) == start
    for ask in (FileDialog.one, FileDialog.several, FileDialog.target):
        answer("a.csv", well=False)
        assert not any(ask(parent, "Open", start, KINDS))


def test_the_file_that_is_offered_is_taken_where_it_is(parent, tmp_path: Path):
    answer("")
    found = FileDialog.target(parent, "Save", str(tmp_path / "report.html"), "A page (*.html)")
    assert found == (str(tmp_path / "report.html"), "A page (*.html)")


@pytest.mark.skipif(not os.access("/proc/kmsg", os.R_OK), reason="nobody may read that here")
def test_a_folder_of_files_that_never_end_holds_nobody_up():
    """To find what kind of file the kernel's log is, Qt would read it."""
    code = (
        "from PySide6.QtCore import QTimer; from PySide6.QtTest import QTest;"
        "from PySide6.QtWidgets import QApplication, QLineEdit, QWidget;"
        "from optiviz.ui.file_dialog import FileDialog; app = QApplication([]); w = QWidget();"
        "front = app.activeModalWidget;"
        "edit = lambda: front().findChild(QLineEdit, 'fileNameEdit');"
        "QTimer.singleShot(500, lambda: QTest.keyClicks(edit(), '/proc/'));"
        "QTimer.singleShot(4000, lambda: front().reject());"
        "assert FileDialog.one(w, 'Open', '/tmp', 'Any file (*)') == ''"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=100)
