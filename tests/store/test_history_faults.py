"""What the disk, other processes, other versions and strangers do to a history."""

import errno
import os
import shutil
import sqlite3
import threading
import time
import zlib
from pathlib import Path

import numpy as np
import pytest

from optiviz.bench.history import multiply
from optiviz.engine.run import Reader, Run, RunStatus
from optiviz.engine.spec import RunSpec
from optiviz.store import StoreError
from optiviz.store.history import (
    History,
    Recorder,
    database,
    leftover,
    opening,
    packing,
    pen,
    writers,
)
from optiviz.store.history import recorder as recorder_module
from optiviz.tables import contents
from tests.torture.history_damage import bits

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="it forks")
FILES = Path(__file__).parent / "files"


def climbed(name="a run", iterations=200):
    spec = RunSpec.load("classic-mlp").with_value("stopping.max_iterations", iterations)
    return Run(spec, name).finish()


def record(folder, *runs):
    recorder = Recorder(folder)
    keys = [recorder.follow(run) for run in runs]
    for run in runs:
        recorder.look(run)
    assert recorder.close(), recorder.trouble
    return keys


def wait_for(what, seconds=100):
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.01)


def test_it_is_read_while_it_is_written(tmp_path):
    recorder = Recorder(tmp_path)
    spec = RunSpec.load("classic-mlp").with_value("stopping.max_iterations", 10**6)
    run = Run(spec, "going")
    key = recorder.follow(run)
    seen = []
    with_history = None
    deadline = time.monotonic() + 30
    while len(seen) < 3 and time.monotonic() < deadline:
        run.advance(seconds=0.02)
        recorder.look(run)
        if with_history is None and (tmp_path / "history.sqlite3").exists():
            with_history = History.open(tmp_path)
        for item in with_history.items() if with_history else ():
            if item.k not in seen:
                assert (item.status, item.live) == ("running", True)
                opened = with_history.load(key)
                assert opened.k >= item.k
                held = opened.trace.first_held, opened.k + 1
                rows = opened.trace.rows(*held)
                assert rows.f.tobytes() == run.trace.rows(*held).f.tobytes()
                seen.append(item.k)
                with pytest.raises(StoreError, match="twice"):
                    with_history.resume(key)
                with pytest.raises(StoreError, match="recorded"):
                    with_history.purge([key])
    assert len(seen) >= 3
    assert recorder.close()
    assert with_history.items()[0].status == "interrupted"
    with_history.close()


@needs_fork
def test_a_dead_writer_is_buried_and_a_living_one_is_not(tmp_path):
    """A fork of a process that recorded holds none of its locks."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            recorder = Recorder(tmp_path)
            run = Run(RunSpec.load("classic-mlp").with_value("stopping.max_iterations", 10**6))
            recorder.follow(run)
            while not recorder._followed[run].at.record:
                run.advance(50)
                recorder.look(run)
            child = os.fork()
            if not child:
                time.sleep(30)
                os._exit(0)
            os.write(writing, f"{child}\n".encode())
            time.sleep(30)
        finally:
            os._exit(1)
    child = int(os.read(reading, 64))
    try:
        with History.open(tmp_path) as history:
            (item,) = history.items()
            assert (item.status, item.live, history.findings) == ("running", True, ())
            os.kill(pid, 9)
            os.waitpid(pid, 0)
            history._buried_at = -1e9
            (item,) = history.items()
            assert (item.status, item.live) == ("interrupted", False)
            assert item.k > 0
    finally:
        os.kill(child, 9)
        os.close(reading)
        os.close(writing)
    assert list((tmp_path / "writers").glob("*.lock")) == []


def test_a_lock_that_somebody_removed_is_taken_again(tmp_path):
    name = writers.token(tmp_path)
    shutil.rmtree(tmp_path / "writers")
    assert writers.token(tmp_path) == name
    assert (tmp_path / "writers" / f"{name.hex()}.lock").exists()
    assert writers.lives(tmp_path, name)
    assert not writers.lives(tmp_path, bytes(16))


def test_a_newer_history_is_only_read(tmp_path):
    (key,) = record(tmp_path, climbed())
    db = sqlite3.connect(tmp_path / "history.sqlite3")
    db.execute("PRAGMA user_version=2")
    db.close()
    with History.open(tmp_path) as history:
        assert "newer optiviz" in history.findings[0]
        assert history.read_only
        assert [item.id for item in history.items()] == [key]
        assert history.load(key).k == 200
        with pytest.raises(StoreError, match="only read"):
            history.delete([key])
    recorder = Recorder(tmp_path)
    run = climbed("another")
    recorder.follow(run)
    recorder.look(run)
    wait_for(lambda: recorder.trouble)
    assert "newer optiviz" in recorder.trouble
    assert not recorder.close()


def test_an_older_history_is_backed_up_and_brought_up_to_date(tmp_path, monkeypatch):
    shutil.copy(FILES / "history-1.sqlite3", tmp_path / "history.sqlite3")
    before = (tmp_path / "history.sqlite3").read_bytes()
    with History.open(tmp_path) as history:
        was = [(item, bits(history.load(item.id))) for item in history.items()]
    assert [item.name for item, _ in was] == ["batches", "descent"]
    shutil.copy(FILES / "history-1.sqlite3", tmp_path / "history.sqlite3")

    def migrate(db):
        db.execute("CREATE TABLE more (place INTEGER PRIMARY KEY)")

    monkeypatch.setattr(database, "VERSION", 2)
    monkeypatch.setattr(database, "MIGRATIONS", {1: migrate})
    tables = database.TABLES | {"more": "CREATE TABLE more (place INTEGER PRIMARY KEY)"}
    monkeypatch.setattr(database, "TABLES", tables)
    with History.open(tmp_path) as history:
        assert "history-before-2.sqlite3" in history.findings[0]
        assert [(item, bits(history.load(item.id))) for item in history.items()] == was
    copy = sqlite3.connect(tmp_path / "history-before-2.sqlite3")
    assert copy.execute("PRAGMA user_version").fetchone() == (1,)
    assert copy.execute("SELECT count(*) FROM runs").fetchone() == (2,)
    copy.close()
    assert before
    with History.open(tmp_path) as history:
        assert history.findings == ()


def test_a_migration_that_fails_leaves_everything_as_it_was(tmp_path, monkeypatch):
    shutil.copy(FILES / "history-1.sqlite3", tmp_path / "history.sqlite3")

    def fail(db):
        db.execute("DROP TABLE runs")
        raise sqlite3.OperationalError("no")

    monkeypatch.setattr(database, "VERSION", 2)
    monkeypatch.setattr(database, "MIGRATIONS", {1: fail})
    with History.open(tmp_path) as history:
        assert history.read_only
        assert len(history.items()) == 2


@pytest.mark.parametrize(
    "planted",
    [
        "CREATE TRIGGER t AFTER UPDATE ON runs BEGIN DELETE FROM labels; END",
        "CREATE TRIGGER t AFTER INSERT ON chunks BEGIN DELETE FROM runs; END",
        "CREATE VIEW other AS SELECT load_extension('x')",
        "CREATE TABLE other (x)",
        "CREATE INDEX other ON runs (id)",
        "ALTER TABLE runs ADD COLUMN x GENERATED ALWAYS AS (abs(-9223372036854775807 - 1))",
    ],
)
def test_what_a_stranger_planted_does_nothing(tmp_path, planted):
    run = climbed("theirs")
    (key,) = record(tmp_path, run)
    db = sqlite3.connect(tmp_path / "history.sqlite3")
    db.execute(planted)
    db.commit()
    db.close()
    record(tmp_path, climbed("more"))
    with History.open(tmp_path) as history:
        history.label([key], notes="written")
        assert [item.name for item in history.items()] == ["more", "theirs"]
        assert bits(history.load(key)) == bits(run)
    assert (tmp_path / "history-damaged-1.sqlite3").exists()
    db = sqlite3.connect(tmp_path / "history.sqlite3")
    assert db.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (len(database.TABLES),)
    db.close()


@pytest.mark.parametrize("table", ["runs", "labels", "chunks", "runs, labels"])
def test_what_vanished_is_missed_and_what_is_left_is_kept(tmp_path, table):
    keys = record(tmp_path, climbed("lost"), climbed("kept"))
    db = sqlite3.connect(tmp_path / "history.sqlite3")
    for name in table.split(", "):
        which = "slot >> 40" if name == "chunks" else "place"
        db.execute(f"DELETE FROM {name} WHERE {which} = 1")
    db.commit()
    db.close()
    with History.open(tmp_path) as history:
        items = {item.name: item for item in history.items()}
        said = [*history.findings, *(item.damaged for item in items.values())]
        assert history.load(keys[1]).k == 200
        try:
            history.load(keys[0])
        except StoreError as error:
            said.append(str(error))
        assert any("'lost'" in sentence for sentence in said)
        assert "lost" in items
        assert not items["kept"].damaged


def test_arrays_that_lie_about_themselves_are_refused():
    whole = packing.packed({"a": np.arange(5), "b": np.zeros((0, 3)), "c": np.array(True)})
    found = packing.unpacked(whole)
    assert found["a"].tolist() == [0, 1, 2, 3, 4]
    assert found["b"].shape == (0, 3)
    assert found["c"] == np.array(True)
    for head in (
        b'[["a","<f8",[1000000000000]]]', b'[["a","|O",[1]]]', b'[["a","<f8",[-1]]]', b"[[[[",
        b"{}", b'[["a","<f8",[1,1,1,1,1,1,1,1,1]]]', b'[["a","<f8",[1]],["a","<f8",[0]]]',
        b"[" * 60000,
    ):  # fmt: skip
        with pytest.raises(ValueError, match="holds"):
            packing.unpacked(zlib.compress(len(head).to_bytes(4, "little") + head + bytes(8)))
    with pytest.raises(ValueError, match="unpacked"):
        packing.unsqueezed(zlib.compress(bytes(10**7)), 10**6)
    with pytest.raises(TypeError):
        packing.packed({"a": np.array(["text"])})


def test_while_nothing_can_be_written_the_run_goes_on_and_catches_up(tmp_path, monkeypatch):
    said = []
    write = pen.Pen.write

    def fail(*_):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(pen.Pen, "write", fail)
    recorder = Recorder(tmp_path, said.append)
    runs = [climbed("first"), climbed("second")]
    keys = [recorder.follow(run) for run in runs]
    recorder.look(runs[0])
    wait_for(lambda: said)
    assert "the disk is full" in said[0]
    recorder.look(runs[1])
    monkeypatch.setattr(pen.Pen, "write", write)
    wait_for(lambda: not recorder.trouble)
    assert said[-1] == ""
    assert recorder.close()
    with History.open(tmp_path) as history:
        for key, run in zip(keys, runs, strict=True):
            assert bits(history.load(key)) == bits(run)


def test_a_hanging_disk_holds_nobody_up(tmp_path, monkeypatch):
    let_go = threading.Event()
    monkeypatch.setattr(pen.Pen, "write", lambda *_: let_go.wait(600))
    recorder = Recorder(tmp_path)
    run = Run(RunSpec.load("classic-mlp").with_value("stopping.max_iterations", 10**6))
    recorder.follow(run)
    run.prepare()
    for _ in range(200):
        run.advance(5)
        recorder._followed[run].looked_at = -1e9
        recorder.look(run)
    assert not recorder.close(0.1)
    let_go.set()
    recorder._thread.join(20)


def test_closing_waits_until_many_runs_are_written(tmp_path, monkeypatch):
    """However long it takes, as long as the disk answers."""
    write = pen.Pen.write

    def slowly(*given):
        time.sleep(0.1)
        write(*given)

    monkeypatch.setattr(pen.Pen, "write", slowly)
    monkeypatch.setattr(recorder_module, "_TOGETHER", 20)
    spec = RunSpec.load("classic-descent").with_value("stopping.max_iterations", 1)
    recorder = Recorder(tmp_path)
    for i in range(200):
        run = Run(spec, f"number {i}").finish()
        recorder.follow(run)
        recorder.look(run)
        recorder.forget(run)
    assert recorder.close(0.5), recorder.trouble
    with History.open(tmp_path) as history:
        assert {item.name for item in history.items()} == {f"number {i}" for i in range(200)}


def test_closing_says_what_was_lost(tmp_path, monkeypatch):
    def fail(*_):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(pen.Pen, "write", fail)
    recorder = Recorder(tmp_path)
    for run in [climbed(f"number {i}") for i in range(5)]:
        recorder.follow(run)
        recorder.look(run)
    assert not recorder.close()
    assert "the disk is full" in recorder.trouble
    assert "5 runs are not there" in recorder.trouble
    assert "'number 0', 'number 1', 'number 2' and 2 more" in recorder.trouble


def test_one_run_that_can_not_be_written_holds_no_other_up(tmp_path, monkeypatch):
    made = pen.chunks_of

    def chunks_of(capture, run):
        if capture.name == "impossible":
            raise ValueError("no such thing")
        return made(capture, run)

    monkeypatch.setattr(pen, "chunks_of", chunks_of)
    recorder = Recorder(tmp_path)
    runs = [climbed(name) for name in ("first", "impossible", "half \ud800", "last")]
    keys = [recorder.follow(run) for run in runs]
    for run in runs:
        recorder.look(run)
    wait_for(lambda: recorder._followed[runs[3]].at.record is not None)
    wait_for(lambda: "'impossible' can't be written" in recorder.trouble)
    assert not recorder.close()
    assert "1 run is not there as far as it went: 'impossible'" in recorder.trouble
    with History.open(tmp_path) as history:
        assert [item.name for item in history.items()] == ["last", "half ?", "first"]
        assert bits(history.load(keys[3])) == bits(runs[3])


def test_metrics_that_come_late_are_listed(tmp_path, monkeypatch):
    """Nobody looks at a run once more after its metrics: they may come while it waits."""
    for let_go in (None, threading.Event()):
        write = pen.Pen.write

        def waiting(*given, let_go=let_go, write=write):
            if let_go is not None:
                let_go.wait(20)
            write(*given)

        monkeypatch.setattr(pen.Pen, "write", waiting)
        folder = tmp_path / str(let_go is None)
        recorder = Recorder(folder)
        spec = RunSpec.load("classic-minibatch").with_value("stopping.max_iterations", 20)
        run = Run(spec)
        recorder.follow(run)
        run.finish()
        recorder.look(run)
        run.history.measure(Reader(run), run.k)
        recorder.look(run)
        if let_go is not None:
            let_go.set()
        wait_for(lambda found=recorder._followed[run]: not found.has_work)
        with History.open(folder) as history:
            assert history.items()[0].test_accuracy is not None
        assert recorder.close()
        monkeypatch.setattr(pen.Pen, "write", write)


def test_saved_elsewhere_it_is_there_whole(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    recorder = Recorder(blocked)
    run = climbed("moved", 3000)
    going = Run(run.spec.with_value("stopping.max_iterations", 10**6), "going")
    keys = recorder.follow(run), recorder.follow(going)
    going.advance(500)
    for one in (run, going):
        recorder.look(one)
    wait_for(lambda: recorder.trouble)
    recorder.save_elsewhere(tmp_path / "other")
    wait_for(lambda: not recorder.trouble)
    going.advance(500)
    recorder.look(going)
    assert recorder.close()
    with History.open(tmp_path / "other") as history:
        assert bits(history.load(keys[0])) == bits(run)
        assert history.load(keys[1]).k == 1000
    assert blocked.read_text() == "no folder"


def test_a_folder_that_went_and_came_back_gets_everything(tmp_path):
    folder = tmp_path / "data"
    recorder = Recorder(folder)
    run = climbed("there and back")
    going = Run(run.spec.with_value("stopping.max_iterations", 10**6), "going")
    keys = recorder.follow(run), recorder.follow(going)
    recorder.look(run)
    wait_for(lambda: recorder._followed[run].waiting is None)
    shutil.rmtree(folder)
    going.advance(100)
    for _ in range(50):
        recorder._followed[going].looked_at = -1e9
        recorder.look(going)
        time.sleep(0.02)
    assert recorder.close()
    with History.open(folder) as history:
        assert bits(history.load(keys[0])) == bits(run)
        assert history.load(keys[1]).k == 100


def test_tables_of_people_travel_with_the_run(tmp_path):
    record(tmp_path, climbed())
    with History.open(tmp_path) as history:
        sha = history.put_table(b"a,b\n1,2\n")
        assert history.put_table(b"a,b\n1,2\n") == sha == contents.put(b"a,b\n1,2\n")
        assert history.get_table(sha) == b"a,b\n1,2\n"
        assert history.get_table("0" * 64) is None


def test_ten_thousand_runs_are_listed(tmp_path):
    record(tmp_path, climbed())
    with History.open(tmp_path) as history:
        multiply(history, 10_000)
        least = float("inf")
        for _ in range(3):
            history._listing._known.clear()
            began = time.process_time()
            items = history.items()
            least = min(least, time.process_time() - began)
        assert len(items) == 10_001
        assert items[0].k == 9_999
        assert least < 0.2
    with History.open(tmp_path) as history:
        assert history.findings == ()


@pytest.mark.parametrize("at", [8, 40, None])
def test_damage_in_what_a_killed_program_left_is_said(tmp_path, at):
    """SQLite itself drops what comes after it, and says nothing."""
    recorder = Recorder(tmp_path / "killed")
    runs = [climbed("first"), climbed("second")]
    for run in runs:
        recorder.follow(run)
        recorder.look(run)
        wait_for(lambda found=recorder._followed[run]: found.at.record is not None)
    (tmp_path / "left").mkdir()
    for path in (tmp_path / "killed").glob("history.sqlite3*"):
        if not path.name.endswith("-shm"):
            shutil.copy(path, tmp_path / "left")
    assert recorder.close()
    wal = tmp_path / "left" / "history.sqlite3-wal"
    content = bytearray(wal.read_bytes())
    if at is not None:
        content[at] ^= 1
    wal.write_bytes(content)
    with History.open(tmp_path / "left") as history:
        assert (leftover.CUT in history.findings) == (at is not None)
        assert len(history.items()) == (0 if at is not None else 2)
    with History.open(tmp_path / "left") as history:
        assert history.findings == ()


def test_a_run_that_is_not_done_is_not_taken_for_done(tmp_path):
    recorder = Recorder(tmp_path)
    run = Run(RunSpec.load("classic-mlp"), "left")
    recorder.follow(run)
    run.advance(10)
    recorder.look(run)
    recorder.forget(run)
    wait_for(lambda: not recorder._followed)
    assert run.status is RunStatus.RUNNING
    with History.open(tmp_path) as history:
        assert (history.items()[0].status, history.items()[0].k) == ("interrupted", 10)
    assert recorder.close()


def test_a_large_history_that_is_damaged_deep_inside(tmp_path, monkeypatch):
    """What is too long to check at each opening is noticed where it is read, and then mended."""
    monkeypatch.setattr(opening, "_QUICK", 0)
    runs = [climbed(f"number {i}", 3000) for i in range(6)]
    record(tmp_path, *runs)
    path = tmp_path / "history.sqlite3"
    db = sqlite3.connect(path)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (leaf,) = db.execute(
        "SELECT max(pageno) FROM dbstat WHERE name = 'chunks' AND pagetype = 'leaf'"
    ).fetchone()
    db.close()
    with path.open("r+b") as file:
        file.seek((leaf - 1) * 4096)
        file.write(b"\x99" * 64)
    with History.open(tmp_path) as history:
        assert history.findings == ()
        names = set()
        for item in history.items():
            sentence = why_not(history, item.id)
            if sentence:
                assert repr(item.name) in sentence
                names.add(item.name)
        assert 1 <= len(names) < 6
        assert {item.name for item in history.items() if item.damaged} == names
    recorder = Recorder(tmp_path)
    recorder._pen._is_damaged = True
    more = climbed("more")
    key = recorder.follow(more)
    recorder.look(more)
    assert recorder.close(), recorder.trouble
    assert (tmp_path / "history-damaged-1.sqlite3").exists()
    with History.open(tmp_path) as history:
        assert bits(history.load(key)) == bits(more)
        assert {item.name for item in history.items()} >= {run.name for run in runs}


def test_a_part_that_unpacks_but_was_changed_is_named(tmp_path):
    """What zlib lets pass, such as another metric at the same place, is seen all the same."""
    key, other = record(tmp_path, climbed("a run"), climbed("another"))
    db = sqlite3.connect(tmp_path / "history.sqlite3")
    slot, body = next(
        (slot, body)
        for slot, body in db.execute("SELECT slot, body FROM chunks ORDER BY slot")
        if b'"f"' in zlib.decompress(body)[:200]
    )
    changed = bytearray(zlib.decompress(body))
    changed[-9] ^= 1
    db.execute("UPDATE chunks SET body = ? WHERE slot = ?", (zlib.compress(bytes(changed)), slot))
    db.commit()
    db.close()
    with History.open(tmp_path) as history:
        (refused,) = (one for one in (key, other) if why_not(history, one))
        assert "not what was written" in why_not(history, refused)


def why_not(history, key):
    """Return the sentence that a run can't be opened; empty if it can."""
    try:
        history.load(key)
    except StoreError as error:
        return str(error)
    return ""
