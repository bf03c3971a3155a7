"""A run that is saved and opened again is the same run, to the last bit."""

import json
import zipfile

import numpy as np
import pytest

import optiviz
from optiviz.engine.optimizer import COLUMNS
from optiviz.engine.run import Reader, Run, RunStatus
from optiviz.engine.trace import Trace
from optiviz.store import StoreError
from optiviz.store.run_file import load, read, save, spec_of


def bits(state):
    return {name: array.tobytes() for name, array in state.to_arrays().items()}


def assert_same(run, opened, ks=None):
    assert opened.spec == run.spec
    assert opened.name == run.name
    assert opened.status is RunStatus.FINISHED
    assert opened.stop_reason is run.stop_reason
    assert opened.seconds == run.seconds
    assert opened.digest == run.digest
    assert opened.trace.digest == run.trace.digest
    assert bits(opened.state_now) == bits(run.state_now)
    first, stop = run.trace.first_held, len(run.trace)
    assert (opened.trace.first_held, len(opened.trace)) == (first, stop)
    ours, theirs = run.trace.rows(first, stop), opened.trace.rows(first, stop)
    for name in COLUMNS:
        assert vars(ours)[name].tobytes() == vars(theirs)[name].tobytes(), name
    np.testing.assert_array_equal(opened.trace.improvements, run.trace.improvements)
    at = np.linspace(0, run.k, 7).astype(np.int64)
    np.testing.assert_array_equal(opened.trace.seconds(at), run.trace.seconds(at))
    for column in ("f", "best_f"):
        ours, theirs = run.trace.curve(column), opened.trace.curve(column)
        for part in ("k", "last", "low", "high"):
            np.testing.assert_array_equal(getattr(ours, part), getattr(theirs, part))
    reader = Reader(opened)
    for k in ks or (0, 1, run.k // 3, run.k // 2 + 1, run.k):
        assert bits(reader.state(k)) == bits(run.state(k)), k
    ours, theirs = run.history.samples(), opened.history.samples()
    np.testing.assert_array_equal(ours.k, theirs.k)
    assert ours.metrics.keys() == theirs.metrics.keys()
    for name, values in ours.metrics.items():
        assert values.tobytes() == theirs.metrics[name].tobytes()
    assert (ours.x is None) == (theirs.x is None)
    if ours.x is not None:
        assert ours.x.tobytes() == theirs.x.tobytes()


@pytest.mark.parametrize("name", ["descent", "climb", "minibatch"])
def test_round_trip(name, request, tmp_path):
    run = request.getfixturevalue(name)
    save(tmp_path / "a.optiviz", [run])
    (opened,) = load(tmp_path / "a.optiviz")
    assert_same(run, opened)


def test_opening_does_not_load_data_or_compute(climb, tmp_path, monkeypatch):
    save(tmp_path / "a.optiviz", [climb])

    def refuse(*_):
        raise AssertionError("opening a file computes something")

    monkeypatch.setattr(type(climb.spec.problem), "evaluator", refuse)
    (opened,) = load(tmp_path / "a.optiviz")
    assert opened.best_f == climb.best_f
    assert len(opened.history.samples().k) == len(climb.history.samples().k)


def test_several_runs_keep_their_order_and_names(descent, climb, tmp_path):
    save(tmp_path / "a.optiviz", [climb, descent, climb])
    opened = load(tmp_path / "a.optiviz")
    assert [run.name for run in opened] == ["climb", "a descent", "climb"]
    assert [run.digest for run in opened] == [climb.digest, descent.digest, climb.digest]
    assert spec_of(tmp_path / "a.optiviz") == climb.spec


def test_the_same_runs_make_the_same_file(descent, tmp_path):
    for name in ("a", "b"):
        save(tmp_path / name, [descent])
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_stored_file_is_plain_json_and_numbers(climb, tmp_path):
    save(tmp_path / "a.optiviz", [climb])
    with zipfile.ZipFile(tmp_path / "a.optiviz") as archive:
        assert json.loads(archive.read("run-0/spec.json")) == climb.spec.to_dict()
        about = json.loads(archive.read("format.json"))
        assert about["version"] == 2
        assert about["versions"]["numpy"] == np.__version__
        assert about["machine"]["blas"]
        for name in archive.namelist():
            if name.endswith(".npy"):
                with archive.open(name) as file:
                    assert np.load(file, allow_pickle=False).dtype.kind in "fiub"
        f = np.load(archive.open("run-0/trace/f.npy"), allow_pickle=False)
    np.testing.assert_array_equal(f, climb.trace.rows(0, climb.k + 1).f)


def test_changes_and_another_algorithm_are_exact_after_opening(tmp_path):
    run = Run(optiviz.RunSpec.load("classic-minibatch"), "changed").finish()
    other = optiviz.RunSpec.load("classic-mlp").optimizer
    run.change(300, optimizer=run.spec.optimizer.replace(learning_rate=0.05))
    run.finish()
    run.change(500, optimizer=other)
    run.finish()
    assert len(run.spec.changes) == 2
    save(tmp_path / "a.optiviz", [run])
    (opened,) = load(tmp_path / "a.optiviz")
    assert_same(run, opened, ks=(0, 299, 300, 301, 500, 501, run.k))


def test_an_opened_run_can_go_on_as_if_it_had_never_been_closed(climb, tmp_path):
    save(tmp_path / "a.optiviz", [climb])
    (opened,) = load(tmp_path / "a.optiviz")
    softer = climb.spec.optimizer.replace(step_size=0.02)
    fresh = climb.branch(700, optimizer=softer).finish()
    opened.change(700, optimizer=softer)
    opened.finish()
    assert opened.spec == fresh.spec
    assert opened.digest == fresh.digest


def test_a_stop_by_hand_and_a_paused_run_open_where_they_were(tmp_path):
    stopped = Run(optiviz.RunSpec.load("classic-mlp"), "stopped")
    stopped.advance(321)
    paused = Run(stopped.spec, "paused")
    paused.advance(123)
    stopped.stop()
    save(tmp_path / "a.optiviz", [stopped, paused])
    assert paused.status is RunStatus.RUNNING
    by_hand, was_paused = load(tmp_path / "a.optiviz")
    assert_same(stopped, by_hand)
    assert was_paused.status is RunStatus.FINISHED
    assert was_paused.stop_reason is optiviz.StopReason.BY_HAND
    assert (was_paused.k, was_paused.spec.stopping.ended_at) == (123, 123)
    assert was_paused.digest == paused.digest


def test_a_failed_run_opens_as_failed(tmp_path, monkeypatch):
    spec = optiviz.RunSpec.load("classic-mlp")
    run = Run(spec, "failed")
    run.advance(50)

    def fail(*_):
        raise ZeroDivisionError("no good")

    monkeypatch.setattr(type(spec.optimizer), "steps", fail)
    run.finish()
    monkeypatch.undo()
    save(tmp_path / "a.optiviz", [run])
    (opened,) = load(tmp_path / "a.optiviz")
    assert opened.status is RunStatus.FAILED
    assert opened.failure == run.failure
    assert "no good" in opened.failure.sentence
    assert opened.k == 50


@pytest.mark.parametrize(("formula", "start"), [("x^2", 1e200), ("log(x)", -1.0), ("x^2", 1e100)])
def test_values_that_are_not_numbers_survive(tmp_path, formula, start):
    spec = optiviz.RunSpec.load("classic-descent").replace(start=(start,))
    run = Run(spec.with_value("problem.formula", formula)).finish()
    assert run.stop_reason is optiviz.StopReason.DIVERGED or run.k == 100
    save(tmp_path / "a.optiviz", [run])
    (opened,) = load(tmp_path / "a.optiviz")
    assert_same(run, opened, ks=(0, run.k))


@pytest.fixture
def long_run(monkeypatch):
    """A run whose older rows are gone, made small by a small budget."""
    import optiviz.engine.run

    class Small(Trace):
        def __init__(self, n_channels):
            super().__init__(n_channels, rows=4096, buckets=128)

    monkeypatch.setattr(optiviz.engine.run, "Trace", Small)
    spec = optiviz.RunSpec.load("classic-perceptron").with_value("stopping.max_iterations", 30_000)
    run = Run(spec, "long").finish()
    assert run.trace.first_held > 0
    return run


def test_a_long_run_opens_with_what_it_held_and_the_rest_is_exact(long_run, tmp_path):
    save(tmp_path / "a.optiviz", [long_run])
    (opened,) = load(tmp_path / "a.optiviz")
    assert_same(long_run, opened, ks=(0, 77, 15_000, long_run.k))
    ours, theirs = Reader(long_run).rows(5000, 5100), Reader(opened).rows(5000, 5100)
    assert ours.f.tobytes() == theirs.f.tobytes()


def test_a_long_run_goes_on_after_opening(long_run, tmp_path):
    save(tmp_path / "a.optiviz", [long_run])
    (opened,) = load(tmp_path / "a.optiviz")
    other = long_run.spec.optimizer.replace(step_size=0.2)
    opened.change(20_000, optimizer=other)
    opened.finish()
    assert opened.digest == long_run.branch(20_000, optimizer=other).finish().digest


def test_snapshots_are_thinned_but_states_stay_exact(tmp_path):
    spec = optiviz.RunSpec.load("classic-perceptron").with_value("stopping.max_iterations", 150_000)
    run = Run(spec).finish()
    assert len(run.trace.snapshots) > 100
    save(tmp_path / "a.optiviz", [run])
    (opened,) = load(tmp_path / "a.optiviz")
    assert len(opened.trace.snapshots) <= 64
    assert bits(opened.state(123_457)) == bits(run.state(123_457))


def test_what_can_t_be_saved_is_said(descent, tmp_path):
    with pytest.raises(StoreError, match="1 to 1,000 runs, not 0"):
        save(tmp_path / "a.optiviz", [])
    with pytest.raises(StoreError, match="'new' has not started"):
        save(tmp_path / "a.optiviz", [descent, Run(descent.spec, "new")])
    assert list(tmp_path.iterdir()) == []


def test_names_of_any_letters_come_back_on_one_line(tmp_path):
    for name in ("<script>alert(1)</script>", "naïve λ 😀", "two\nlines", '"; DROP', "", "x" * 999):
        run = Run(optiviz.RunSpec.load("classic-descent"), name).finish()
        save(tmp_path / "a.optiviz", [run])
        assert load(tmp_path / "a.optiviz")[0].name == name.replace("\n", " ")[:250]


def test_what_was_recorded_beside_the_run(descent, tmp_path):
    save(tmp_path / "a.optiviz", [descent])
    (recorded,) = read(tmp_path / "a.optiviz")
    assert recorded.digest == descent.digest
    assert recorded.versions["optiviz"] == optiviz.__version__
    assert recorded.machine["numpy"] == np.__version__


@pytest.mark.parametrize("iterations", [5500, 9900])
def test_what_is_left_of_rows_in_no_bucket_is_kept(tmp_path, monkeypatch, iterations):
    """Where buckets are wider than what is held, the curve would have a gap."""
    defaults = {"rows": 300, "buckets": 16}
    monkeypatch.setattr(Trace.__init__, "__kwdefaults__", defaults)
    spec = optiviz.RunSpec.load("rastrigin-10d").with_values(
        [
            ("optimizer", {"kind": "simulated_annealing"}),
            ("stopping", {"max_iterations": iterations}),
        ]
    )
    run = Run(spec)
    run.prepare()
    while run.status is RunStatus.RUNNING:
        run.advance(100)
    assert "begun" in run.trace.to_arrays()
    save(tmp_path / "a.optiviz", [run])
    (opened,) = load(tmp_path / "a.optiviz")
    assert opened.digest == run.digest
    ours, theirs = run.trace.curve("f"), opened.trace.curve("f")
    for part in ("k", "last", "low", "high"):
        np.testing.assert_array_equal(getattr(ours, part), getattr(theirs, part))
