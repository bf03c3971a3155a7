"""The window and the history: runs are recorded, what was left goes on, troubles are shown."""

import shutil
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from optiviz import presets
from optiviz.engine.run import Run, RunStatus
from optiviz.engine.spec import RunSpec
from optiviz.store import run_file
from optiviz.store.history import History, Item, Recorder
from optiviz.ui.file_dialog import FileDialog
from optiviz.ui.main_window import MainWindow

NAMES = ("classic-mlp", "rastrigin-10d")


def items(folder: Path | None = None) -> list[Item]:
    with History.open(folder) as history:
        return history.items()


def spec(iterations: int = 400) -> RunSpec:
    return presets.load("rastrigin-10d").spec.with_value("stopping.max_iterations", iterations)


def long_spec() -> RunSpec:
    return spec(10**9).with_value("optimizer", {"kind": "simulated_annealing"})


def interrupted(name: str, k: int, of: RunSpec | None = None) -> tuple[str, str]:
    """Leave a run at iteration k; return its place and the digest that its end must have."""
    of = of or spec()
    run, recorder = Run(of, name), Recorder()
    place = recorder.follow(run)
    run.advance(k)
    recorder.look(run)
    assert recorder.close()
    return place, Run(of).finish().digest


def message(window: MainWindow) -> str:
    return window.messages.text if window.messages.isVisible() else ""


def test_what_is_computed_is_recorded_under_its_name(person, qtbot):
    (run,) = person.runs(spec())
    session = person.session
    session.rename(session.entries[0], "my first")
    session.duplicate(session.entries[0])
    person.until(lambda: not session.computing)
    person.window.close()
    found = items()
    assert {item.name for item in found} == {"my first", "my first copy"}
    with History.open() as history:
        assert {history.load(item.id).digest for item in found} == {run.digest}
    assert all(item.status == "finished" for item in found)


def test_a_run_with_what_was_done_to_it_is_the_one_that_is_recorded(person, qtbot):
    """A change, a branch from it, a run that was stopped and taken out of the list."""
    (run,) = person.runs(spec(2000))
    session = person.session
    session.seek(500)
    session.change(run.spec.optimizer.replace(learning_rate=0.3))
    person.until(lambda: bool(run.spec.changes) and run.status is RunStatus.FINISHED)
    other = session.branch(session.entries[0], 700, run.spec.optimizer.replace(learning_rate=0.05))
    person.until(lambda: other.run.status is RunStatus.FINISHED)
    session.start(long_spec(), "endless")
    endless = session.entries[-1]
    person.until(lambda: endless.run.k > 100)
    session.remove(endless)
    person.until(lambda: endless.run.status is RunStatus.FINISHED)
    person.window.close()
    kept = {item.name: item for item in items()}
    assert len(kept) == 3
    assert kept["endless"].stop_reason == "by_hand"
    with History.open() as history:
        for made in (run, other.run, endless.run):
            assert history.load(kept[made.name].id).digest == made.digest


def test_what_is_only_opened_is_not_recorded_until_it_is_changed(person, qtbot, tmp_path):
    run = Run(spec(), "from a file").finish()
    run_file.save(tmp_path / "a.optiviz", [run])
    person.window.files.open_file(tmp_path / "a.optiviz")
    session = person.window.home_of(run.spec.problem.kind).session
    qtbot.waitUntil(lambda: len(session.entries) == 1)
    qtbot.waitUntil(lambda: not person.window.worker._unmeasured)  # it is told of metrics last
    assert items() == []
    session.seek(100)
    session.change(run.spec.optimizer.replace(learning_rate=0.4))
    qtbot.waitUntil(lambda: bool(items()))
    qtbot.waitUntil(lambda: session.entries[0].run.status is RunStatus.FINISHED)
    person.window.close()
    (item,) = items()
    assert item.name == "from a file"
    assert item.k == 400


def test_starts_that_pass_while_one_is_dragged_are_not_recorded(person, qtbot):
    home = person.window.home_of(spec().problem.kind)
    person.runs(spec())
    for i in range(5):
        home.start_from((1.0 + i / 10,) * 10, done=False)
        qtbot.wait(20)
    home.start_from((2.0,) * 10, done=True)
    person.until(lambda: not person.session.computing)
    person.window.close()
    assert len(items()) == 2  # the first one, and the one that was meant


def test_a_window_that_is_closed_in_the_middle_goes_on_when_it_is_opened_again(person, qtbot):
    person.session.start(spec(400_000), "hers")
    run = person.session.entries[0].run
    person.until(lambda: run.k > 2000)
    person.window.close()
    (item,) = items()
    assert (item.status, item.k) == ("interrupted", run.k)
    again = MainWindow()
    qtbot.addWidget(again)
    again.show()
    qtbot.waitUntil(lambda: "was interrupted" in message(again))
    assert message(again) == f"“hers” was interrupted at iteration {run.k:,}."
    again.messages._act.click()
    session = again.home_of(run.spec.problem.kind).session
    qtbot.waitUntil(lambda: bool(session.entries))
    entry = session.entries[0]
    qtbot.waitUntil(lambda: entry.run.k > item.k)
    session.stop()
    qtbot.waitUntil(lambda: entry.run.status is RunStatus.FINISHED)
    again.close()
    (after,) = items()
    assert after.id == item.id
    whole = Run(run.spec)
    whole.advance(after.k)
    with History.open() as history:
        assert history.load(after.id).trace.digest == whole.trace.digest


@pytest.mark.parametrize("name", NAMES)
def test_what_was_interrupted_goes_on_exactly_and_where_it_belongs(person, qtbot, name, request):
    window = person.window
    window.close()
    of = presets.load(name).spec.with_value("stopping.max_iterations", 600)
    place, digest = interrupted("left", 250, of)
    new = MainWindow()
    qtbot.addWidget(new)
    new.show()
    qtbot.waitUntil(lambda: "“left” was interrupted at iteration 250" in message(new))
    assert not new.messages._other.isVisible() or new.messages._other.text() == "Show"
    new.messages._act.click()
    home = new.home_of(of.problem.kind)
    qtbot.waitUntil(lambda: bool(home.session.entries))
    assert new.workspace is home
    (entry,) = home.session.entries
    assert message(new) == "Going on with “left” from iteration 250."
    qtbot.waitUntil(lambda: entry.run.status is RunStatus.FINISHED)
    assert entry.run.digest == digest
    new.close()
    (item,) = items()
    assert (item.id, item.status, item.k) == (place, "finished", 600)


def test_it_is_offered_once_and_several_are_counted(person, qtbot):
    person.window.close()
    for i in range(3):
        interrupted(f"run {i}", 10 + i)
    for turn in range(2):
        new = MainWindow()
        qtbot.addWidget(new)
        new.show()
        if turn == 0:
            qtbot.waitUntil(lambda new=new: "3 runs were interrupted: " in message(new))
            assert message(new).endswith("“run 2” at iteration 12, “run 1” at 11 and 1 more.")
        else:
            recording = new.recording
            qtbot.waitUntil(
                lambda r=recording: r._opening is not None and not r._opening.is_alive()
            )
            QApplication.processEvents()
            assert recording._waiting is None
            assert message(new) == ""
        new.close()


def test_a_folder_that_cant_be_written_is_a_banner_while_it_lasts(person, qtbot, own_home):
    """And neither the run nor what else there is to say is lost over it."""
    window = person.window
    window.recording._look()
    qtbot.waitUntil(lambda: (own_home / "history.sqlite3").exists())
    shutil.move(own_home, own_home.with_name("aside"))
    own_home.write_text("in the way")
    person.session.start(spec(2000), "kept in memory")
    banner = window.recording.banner
    qtbot.waitUntil(lambda: banner.isVisible())
    assert banner.text.startswith("Runs are not being recorded: ")
    assert banner.text.endswith(". They go on in memory.")
    assert str(own_home) not in banner.text
    window.report("Something else.")
    assert banner.isVisible()
    assert message(window) == "Something else."
    run = person.session.entries[0].run
    person.until(lambda: run.status is RunStatus.FINISHED)
    assert run.digest == Run(spec(2000)).finish().digest

    own_home.unlink()
    shutil.move(own_home.with_name("aside"), own_home)
    qtbot.waitUntil(lambda: not banner.isVisible())
    assert message(window) == "Runs are recorded again, and all that they did meanwhile."
    window.close()
    (item,) = items()
    assert (item.name, item.k) == ("kept in memory", 2000)


def test_it_can_be_saved_elsewhere(person, qtbot, own_home, tmp_path, monkeypatch):
    window, other = person.window, tmp_path / "stick"
    other.mkdir()
    shutil.rmtree(own_home)
    own_home.write_text("in the way")
    person.session.start(spec(2000), "saved")
    qtbot.waitUntil(lambda: window.recording.banner.isVisible())
    monkeypatch.setattr(FileDialog, "folder", lambda *_: str(other))
    window.recording.banner.button.click()
    qtbot.waitUntil(lambda: not window.recording.banner.isVisible())
    assert str(other) in message(window)
    run = person.session.entries[0].run
    person.until(lambda: run.status is RunStatus.FINISHED)
    window.close()
    (item,) = items(other)
    assert item.name == "saved"
    with History.open(other) as history:
        assert history.load(item.id).digest == run.digest


def test_leaving_what_is_recorded_nowhere_takes_two_closes(person, qtbot, own_home):
    window = person.window
    shutil.rmtree(own_home)
    own_home.write_text("in the way")
    person.session.start(spec(), "lost")
    qtbot.waitUntil(lambda: bool(window.recording.following.trouble))
    assert not window.close()
    assert window.isVisible()
    assert "Close again to leave without it." in message(window)
    assert window.close()


def test_who_logs_out_is_not_asked_and_loses_what_cannot_be_written(person, qtbot, own_home):
    window = person.window
    shutil.rmtree(own_home)
    own_home.write_text("in the way")
    person.session.start(spec(), "lost")
    qtbot.waitUntil(lambda: bool(window.recording.following.trouble))
    window.leaving.ordered = True
    assert window.close()


def test_what_is_computed_is_written_before_the_user_logs_out(person, qtbot):
    """The window may be ended without a word after that."""
    person.session.start(spec(10**9), "hers")
    run = person.session.entries[0].run
    person.until(lambda: run.k > 100)
    k = run.k
    person.window.save_state()
    (item,) = items()
    assert item.k >= k
    person.session.stop()


def test_a_damaged_run_is_named_at_the_start(person, qtbot, own_home):
    import sqlite3

    person.window.close()
    for name in ("whole", "broken"):
        run, recorder = Run(spec(), name), Recorder()
        recorder.follow(run)
        recorder.look(run.finish())
        assert recorder.close()
    db = sqlite3.connect(own_home / "history.sqlite3")
    db.execute("UPDATE runs SET body = body || x'00' WHERE place = (SELECT max(place) FROM runs)")
    db.commit()
    db.close()
    new = MainWindow()
    qtbot.addWidget(new)
    new.show()
    qtbot.waitUntil(lambda: "broken" in message(new))
    assert "damaged" in message(new)
    new.close()
    assert {item.name for item in items()} == {"whole", "broken"}
