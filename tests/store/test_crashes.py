"""A report of a crash holds what is needed to mend it, and no more of them are kept than 20."""

import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

from optiviz.store import crashes
from optiviz.store.crashes import MOST, Watch, reports

DIES = """
import faulthandler, os, sys
from pathlib import Path
from optiviz.store.crashes import Watch
watch = Watch("Qt 6\\n", Path(sys.argv[1]))
watch.computing([{"kind": "named here"}])
for line in sys.argv[3:]:
    watch.hangs.write(line.encode())
if sys.argv[2] == "crash":
    faulthandler.enable(watch.stacks)
    os.abort()
os._exit(9)
"""


def die(folder: Path, how: str, *hangs: str) -> None:
    subprocess.run([sys.executable, "-c", DIES, str(folder), how, *hangs], check=False)


def test_who_crashed_is_told_of_once_and_who_was_killed_is_not(tmp_path: Path):
    die(tmp_path, "crash")
    die(tmp_path, "killed")
    Watch.look_back(tmp_path)
    (report,) = reports(tmp_path)
    assert report.kind == "crash"
    assert report.new
    assert "named here" in report.text()
    assert "Abort" in report.text()
    assert not report.told().new
    assert [one.new for one in reports(tmp_path)] == [False]
    assert len(list(tmp_path.iterdir())) == 1


def test_who_was_killed_because_it_hung_is_told_of(tmp_path: Path):
    die(tmp_path, "killed", "Timeout (0:00:02.5)!\nhere\n")
    Watch.look_back(tmp_path)
    assert reports(tmp_path) == []  # half of the time only: the machine slept
    die(tmp_path, "killed", "Timeout (0:00:02.5)!\nhere\n", "Timeout (0:00:02.5)!\nthere\n")
    Watch.look_back(tmp_path)
    assert [report.kind for report in reports(tmp_path)] == ["hang"]


def test_a_window_that_is_open_is_left_alone(tmp_path: Path):
    one = Watch(folder=tmp_path)
    one.stacks.write(b"not dead yet")
    Watch.look_back(tmp_path)
    assert reports(tmp_path) == []
    one.close()
    assert list(tmp_path.iterdir()) == []


def test_twenty_are_kept_and_the_oldest_go(tmp_path: Path):
    first = datetime(2026, 1, 1)
    for i in range(MOST + 5):
        when = first + timedelta(days=i)
        assert crashes._write(tmp_path, "error", when, "", f"{i}", "[]", told=bool(i % 2))
    found = reports(tmp_path)
    assert len(found) == MOST
    assert found[0].when == first + timedelta(days=MOST + 4)
    assert found[-1].when == first + timedelta(days=5)


def test_two_in_one_second_are_two(tmp_path: Path):
    when = datetime(2026, 11, 21, 14, 3)
    for _ in range(3):
        crashes._write(tmp_path, "crash", when, "", "x", "[]", told=False)
    found = reports(tmp_path)
    assert len(found) == 3
    assert found[0].sentence == "optiviz ended unexpectedly on 21 Nov at 14:03."


def test_a_report_names_no_home(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(Path, "home", classmethod(lambda cls: Path("/home/ann")))
    watch = Watch(folder=tmp_path)
    source = Path(crashes.__file__)
    path = watch.keep("error", f'File "{source}", line 1\nFile "/home/ann/mine.py", line 2')
    assert path is not None
    text = path.read_text()
    assert "ann" not in text
    assert str(source.parents[2]) not in text
    assert "optiviz/store/crashes.py" in text.replace("\\", "/")
    watch.close()


def test_files_of_others_are_no_reports(tmp_path: Path):
    for name in ("notes.txt", "2026-13-45-999999-crash.txt", "2026-01-01-000000-other.txt"):
        (tmp_path / name).write_text("x")
    assert reports(tmp_path) == []
    assert reports(tmp_path / "nowhere") == []
