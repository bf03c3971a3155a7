"""A run that was recorded is the same run, to the last bit, whatever became of it meanwhile."""

import itertools
import os
import sqlite3
import stat
import tempfile
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

import optiviz
from optiviz.engine import registry
from optiviz.engine import trace as trace_module
from optiviz.engine.run import Reader, Run, RunStatus
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StopReason
from optiviz.store import StoreError
from optiviz.store.history import History, Recorder, capture, recorder
from optiviz.store.history.opening import opened
from optiviz.tables import contents
from tests.torture.history_damage import MEMORY, bits


@pytest.fixture
def tmp_path():
    """Return a folder on a disk that is quick: hundreds of transactions are synced."""
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        yield Path(folder)


@pytest.fixture(autouse=True)
def eager(monkeypatch):
    """Write at each look, so that there is much to go wrong in a short time."""
    monkeypatch.setattr(recorder, "INTERVAL", 0.0)


def recorded(tmp_path, spec, name="a run", step=100, until=None):
    """Return a run that was recorded in steps, up to an iteration, and its id."""
    recorder = Recorder(tmp_path)
    run = Run(spec, name)
    key = recorder.follow(run)
    run.prepare()
    while run.status is RunStatus.RUNNING and (until is None or run.k < until):
        run.advance(step if until is None else min(step, until - run.k))
        recorder.look(run)
        settle(recorder, run)
    if run.status is not RunStatus.FAILED:
        run.history.extend(Reader(run))
    recorder.look(run)
    assert recorder.close(), recorder.trouble
    return run, key


def settle(recorder, run):
    """Wait until what was seen is written."""
    deadline = time.monotonic() + 20
    while recorder._followed[run].waiting is not None and time.monotonic() < deadline:
        time.sleep(0.0005)


def spec_of(preset, iterations=None, **optimizer):
    spec = RunSpec.load(preset)
    if iterations:
        spec = spec.with_value("stopping", {"max_iterations": iterations})
    return spec.with_value("optimizer", optimizer) if optimizer else spec


SPECS = {
    "gradient": spec_of("classic-descent"),
    "climb": spec_of("classic-mlp"),
    "batches": spec_of("classic-minibatch"),
    "adam": spec_of("classic-minibatch", 700, kind="adam", batch_size=32),
    "population": spec_of("rastrigin-10d", 60, kind="genetic_algorithm"),
    "annealing": spec_of("rastrigin-10d", 6000, kind="simulated_annealing"),
}


@pytest.mark.parametrize("name", SPECS)
def test_a_recorded_run_is_the_same_run(tmp_path, name):
    run, key = recorded(tmp_path, SPECS[name], name)
    with History.open(tmp_path) as history:
        assert history.findings == ()
        (item,) = history.items()
        assert (item.id, item.name, item.status, item.k) == (key, name, "finished", run.k)
        assert item.algorithm == run.spec.optimizer.kind
        assert item.best == pytest.approx(float(run.spec.problem.reading.value(run.best_f)))
        assert 2 <= len(item.course) <= 48
        assert not item.live
        assert bits(history.load(key)) == bits(run)


def test_a_clock_that_jumps_holds_no_writing_up(tmp_path, monkeypatch):
    """It is set back by an hour when summer ends, and by years where a battery is empty."""
    right, jumps = time.time, itertools.cycle((1e9, 0.0, -3600.0))
    keeper = Recorder(tmp_path)
    run = Run(spec_of("rastrigin-10d", 60, kind="genetic_algorithm"), "jumps")
    key = keeper.follow(run)
    run.prepare()
    while run.status is RunStatus.RUNNING:
        run.advance(10)
        off = next(jumps)
        monkeypatch.setattr(time, "time", lambda off=off: right() + off)
        keeper.look(run)
        settle(keeper, run)
        if run.status is RunStatus.RUNNING:
            with History.open(tmp_path) as history:
                assert [item.k for item in history.items()] == [run.k]
    run.history.extend(Reader(run))
    keeper.look(run)
    assert keeper.close(), keeper.trouble
    with History.open(tmp_path) as history:
        assert bits(history.load(key)) == bits(run)


def test_what_is_written_is_on_the_disk_before_it_is_said_to_be(tmp_path):
    """Else a power cut takes more than a second, or leaves a page half written."""
    db, _ = opened(tmp_path)
    with closing(db):
        assert db.execute("PRAGMA journal_mode").fetchone() == (b"wal",)
        assert db.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL


@pytest.mark.parametrize("rows", [1 << 19, 900])
@pytest.mark.parametrize("quick", [False, True])
@pytest.mark.parametrize("k", [0, 1, 1024, 3333, 9999])
def test_an_interrupted_run_goes_on_to_the_same_digest(tmp_path, monkeypatch, rows, quick, k):
    spec = SPECS["annealing"].with_value("stopping.max_iterations", 10_000)
    whole = Run(spec).finish()
    defaults = {"rows": rows, "buckets": 16}
    monkeypatch.setattr(trace_module.Trace.__init__, "__kwdefaults__", defaults)
    monkeypatch.setattr(capture, "WHOLE", 4096)
    monkeypatch.setattr(capture, "_MOST", 300 if quick else 1 << 15)
    run, key = recorded(tmp_path, spec, step=5000 if quick else 700, until=k)
    with History.open(tmp_path) as history:
        (item,) = history.items()
        assert (item.status, item.k, item.stop_reason) == ("interrupted", k, "interrupted")
        opened = history.load(key)
        assert opened.digest == run.digest
        assert opened.stop_reason is StopReason.INTERRUPTED
        assert opened.spec.stopping.ended_at == k
        for at in (0, k // 2, k):
            assert Reader(opened).state(at).x.tobytes() == whole.state(at).x.tobytes()
        again = history.resume(key)
        assert again.status is RunStatus.RUNNING
        with pytest.raises(StoreError, match="twice"):
            history.resume(key)
    second = Recorder(tmp_path)
    assert second.follow(again, key) == key
    while again.status is RunStatus.RUNNING:
        again.advance(1300)
        second.look(again)
        settle(second, again)
    assert second.close()
    assert again.digest == whole.digest
    with History.open(tmp_path) as history:
        created = item.created
        (item,) = history.items()
        assert (item.status, item.k, item.created) == ("finished", 10_000, created)
        opened = history.load(key)
    assert opened.digest == whole.digest
    curve, every = opened.trace.curve("f"), whole.trace.curve("f", points=10_001).last
    assert curve.last.tobytes() == every[curve.k].tobytes()
    assert curve.low.min() == every.min()
    assert curve.high.max() == every.max()


@pytest.mark.parametrize("rows", [1 << 19, 900])
def test_changes_and_rewinds_are_recorded_as_they_came(tmp_path, monkeypatch, rows):
    defaults = {"rows": rows, "buckets": 16}
    monkeypatch.setattr(trace_module.Trace.__init__, "__kwdefaults__", defaults)
    monkeypatch.setattr(capture, "WHOLE", 2048)
    spec = SPECS["annealing"]
    draws = np.random.default_rng(3)
    recorder = Recorder(tmp_path)
    run = Run(spec, "changed often")
    key = recorder.follow(run)
    for i in range(12):
        run.advance(int(draws.integers(1, 1500)))
        recorder.look(run)
        if i % 3:
            settle(recorder, run)
        if i % 2:
            k = int(draws.integers(0, run.k + 1))
            k = max(k, *(change.at for change in run.spec.changes), 0)
            run.change(k, spec.optimizer.replace(initial_temperature=float(draws.uniform(1, 9))))
            recorder.look(run)
    run.finish()
    recorder.look(run)
    assert recorder.close()
    assert run.spec.changes
    with History.open(tmp_path) as history:
        assert bits(history.load(key)) == bits(run)
    assert Run(run.spec).finish().digest == run.digest


def test_a_branch_is_a_run_of_its_own(tmp_path):
    recorder = Recorder(tmp_path)
    run = Run(SPECS["annealing"], "trunk").finish()
    branch = run.branch(3000, SPECS["annealing"].optimizer.replace(initial_temperature=0.5))
    branch.name = "branch"
    keys = recorder.follow(run), recorder.follow(branch)
    branch.begin_as(run, 3000)
    branch.finish()
    for one in (run, branch):
        recorder.look(one)
    assert recorder.close()
    with History.open(tmp_path) as history:
        assert [item.name for item in history.items()] == ["branch", "trunk"]
        for key, one in zip(keys, (run, branch), strict=True):
            assert bits(history.load(key)) == bits(one)


def test_a_run_that_fails_or_diverges_is_kept_with_its_sentence(tmp_path, monkeypatch):
    spec = spec_of("rosenbrock-2d", 500, kind="gradient_descent", learning_rate=10.0)
    run, key = recorded(tmp_path, spec, "diverged")
    assert run.stop_reason is StopReason.DIVERGED
    broken = SPECS["gradient"]

    def fail(*_):
        raise ValueError("no such thing")

    with monkeypatch.context() as patch:
        patch.setattr(type(broken.optimizer), "init", fail)
        _, at_once = recorded(tmp_path, broken, "failed at once")
    later = Run(broken, "failed later")
    later.advance(20)
    with monkeypatch.context() as patch:
        patch.setattr(type(broken.optimizer), "step", fail)
        patch.setattr(type(broken.optimizer), "steps", fail)
        recorder = Recorder(tmp_path)
        failed_later = recorder.follow(later)
        later.advance(20)
        recorder.look(later)
        assert recorder.close()
    with History.open(tmp_path) as history:
        names = {item.name: item for item in history.items()}
        assert names["failed at once"].status == names["failed later"].status == "failed"
        assert "no such thing" in names["failed at once"].failure
        assert bits(history.load(key)) == bits(run)
        opened = history.load(at_once)
        assert opened.status is RunStatus.FAILED
        assert "no such thing" in opened.failure.sentence
        opened = history.load(failed_later)
        assert (opened.status, opened.k) == (RunStatus.FAILED, 20)
        assert opened.failure == later.failure


def test_labels_deleting_and_purging(tmp_path):
    _, key = recorded(tmp_path, SPECS["gradient"], "first")
    _, other = recorded(tmp_path, SPECS["gradient"], "second")
    with History.open(tmp_path) as history, History.open(tmp_path) as beside:
        assert [item.name for item in beside.items()] == ["second", "first"]
        assert not beside.changed()
        history.label([key], name="erster", tags=["a", "b", "a"], notes="so\nso")
        assert beside.changed()
        item = beside.items()[1]
        assert (item.name, item.tags, item.notes) == ("erster", ("a", "b"), "so\nso")
        history.delete([key, other])
        assert beside.items() == []
        assert len(beside.items(deleted=True)) == 2
        history.restore([other])
        history.purge([key])
        assert [item.id for item in beside.items()] == [other]
        assert beside.items(deleted=True) == []
        with pytest.raises(StoreError, match="no longer"):
            history.load(key)
        assert [sentence for _, sentence in history.check()] == [""]
    with History.open(tmp_path) as history:
        assert history.findings == ()


def test_a_rename_is_written(tmp_path):
    recorder = Recorder(tmp_path)
    run = Run(SPECS["gradient"], "before")
    recorder.follow(run)
    run.finish()
    recorder.look(run)
    settle(recorder, run)
    run.name = "after"
    recorder.rename(run)
    assert recorder.close()
    with History.open(tmp_path) as history:
        assert [item.name for item in history.items()] == ["after"]


def test_only_its_user_can_read_it(tmp_path):
    recorded(tmp_path / "new", SPECS["gradient"])
    for path in ((tmp_path / "new"), *(tmp_path / "new").rglob("*")):
        assert stat.S_IMODE(os.stat(path).st_mode) & 0o077 == 0, path


def test_the_same_history_under_the_users_home(own_home):
    run = Run(SPECS["gradient"], "at home").finish()
    recorder = Recorder()
    recorder.follow(run)
    recorder.look(run)
    assert recorder.close()
    assert (own_home / "history.sqlite3").exists()
    with History.open() as history:
        assert [item.name for item in history.items()] == ["at home"]


def test_what_is_not_known_here_is_listed_and_opens_to_be_looked_at(tmp_path, monkeypatch):
    spec = SPECS["annealing"].with_value("stopping.max_iterations", 3000)

    class FromAPlugIn(type(spec.optimizer)):
        kind = "from_a_plug_in"

    monkeypatch.setattr(capture, "WHOLE", 2048)
    plugged = spec.replace(
        optimizer=FromAPlugIn.from_dict(spec.optimizer.to_dict() | {"kind": FromAPlugIn.kind})
    )
    run, key = recorded(tmp_path / "first", plugged, "by a plug-in")
    with History.open(tmp_path / "first") as history:
        assert [item.read_only for item in history.items()] == [""]
    monkeypatch.delitem(registry._known["optimizers"], FromAPlugIn.kind)
    with History.open(tmp_path / "first") as history:
        (item,) = history.items()
        assert "The algorithm 'from_a_plug_in' is not known here" in item.read_only
        opened = history.load(key)
        with pytest.raises(StoreError, match="can't go on"):
            history.resume(key)
    assert opened.spec.optimizer.recorded
    assert opened.digest == run.digest
    assert opened.spec.optimizer.channels == spec.optimizer.channels
    np.testing.assert_array_equal(opened.trace.curve("f").last, run.trace.curve("f").last)
    recorder = Recorder(tmp_path / "second")
    again = recorder.follow(opened)
    recorder.look(opened)
    assert recorder.close(), recorder.trouble
    with History.open(tmp_path / "second") as history:
        (item,) = history.items()
        assert (item.algorithm, item.read_only[:14]) == (FromAPlugIn.kind, "The algorithm ")
        assert history.load(again).digest == run.digest
    registry.add(FromAPlugIn)
    with History.open(tmp_path / "second") as history:
        assert bits(history.load(again)) == bits(run)


def test_a_setting_that_is_not_known_is_said_once_it_was_opened(tmp_path, monkeypatch):
    _, key = recorded(tmp_path, SPECS["gradient"], "newer")

    def refuse(*_):
        raise optiviz.SpecError([optiviz.engine.parameters.Mistake("optimizer.mood", "not known")])

    monkeypatch.setattr(RunSpec, "from_dict", refuse)
    with History.open(tmp_path) as history:
        assert [item.read_only for item in history.items()] == [""]
        assert history.load(key).spec.optimizer.recorded
        (item,) = history.items()
    assert item.read_only == "The run 'newer' can only be looked at: optimizer.mood: not known."


def test_a_table_of_ones_own_comes_along(tmp_path, monkeypatch):
    """In another process nobody knows its bytes before the run is opened."""
    rows = "".join(f"{i % 7},{i % 3},{'ab'[i % 2]}\n" for i in range(60))
    sha = contents.put(b"length,width,kind\n" + rows.encode())
    spec = spec_of("classic-mlp", 30).with_value(
        "problem.dataset", {"kind": "csv", "content": sha, "target": "kind"}
    )
    run, key = recorded(tmp_path, spec, "mine")
    monkeypatch.setattr(contents, "_contents", {})
    with History.open(tmp_path) as history:
        assert bits(history.load(key)) == bits(run)
        assert contents.get(sha) is not None
        history.purge([key])
        assert history.get_table(sha) is None


def test_a_state_of_another_version_of_its_algorithm_is_a_new_run_of_its_spec(
    tmp_path, monkeypatch
):
    _, key = recorded(tmp_path, SPECS["adam"], "older")
    monkeypatch.setattr(type(SPECS["adam"].optimizer), "state_type", optiviz.engine.optimizer.State)
    with History.open(tmp_path) as history:
        opened = history.load(key)
    assert (opened.status, opened.spec) == (RunStatus.NEW, SPECS["adam"])


def test_what_does_not_fit_memory_any_more_is_still_recorded_small(tmp_path, monkeypatch):
    """A long run stays small: buckets, thinned snapshots, and only its newest rows."""
    monkeypatch.setattr(trace_module, "_SNAPSHOTS", 16)
    monkeypatch.setattr(capture, "WHOLE", 8192)
    run, key = recorded(
        tmp_path, SPECS["annealing"].with_value("stopping.max_iterations", 100_000), step=9000
    )
    db = sqlite3.connect(tmp_path / "history.sqlite3")
    first, last = db.execute(
        "SELECT min(first), max(last) FROM chunks WHERE slot >> 36 & 15 = 3"
    ).fetchone()
    assert last == 100_000
    assert last - first < 8192 + 4096
    (kept,) = db.execute("SELECT count(*) FROM chunks WHERE slot >> 36 & 15 = 8").fetchone()
    assert kept == len(run.trace.kept) <= 17
    db.close()
    with History.open(tmp_path) as history:
        opened = history.load(key)
    assert opened.digest == run.digest
    assert opened.trace.curve("f").low.min() == run.trace.curve("f").low.min()
