"""Metrics along a run are those of its states, also after changes, and are not too many."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from optiviz.engine.history import History
from optiviz.engine.run import Reader, Run
from optiviz.engine.spec import RunSpec
from optiviz.optimizers.gradient_descent import GradientDescent
from optiviz.optimizers.hill_climbing import HillClimbing
from optiviz.optimizers.random_search import RandomSearch
from optiviz.store import run_file


def climb(n=3000):
    spec = RunSpec.load("classic-perceptron").with_value("stopping.max_iterations", n)
    return Run(spec)


def check_samples(run):
    samples, reader = run.history.samples(), Reader(run)
    problem = run.spec.problem.evaluator()
    for i, k in enumerate(samples.k.tolist()):
        state = reader.state(k)
        metrics = dict(problem.metrics(state.x))
        assert {name: values[i] for name, values in samples.metrics.items()} == metrics
        np.testing.assert_array_equal(samples.x[i], state.x)
    return samples


def test_samples_are_the_metrics_of_the_states():
    run = climb(2100).finish()
    reader = Reader(run)
    assert run.history.extend(reader)
    samples = check_samples(run)
    assert samples.k[0] == 0
    assert samples.k[-1] == 2100
    assert set(np.diff(samples.k)) == {2}
    f = run.trace.rows(0, 2101).f[samples.k]
    np.testing.assert_allclose(samples.metrics["train_accuracy"], 1 - f, atol=1e-15)


@pytest.mark.parametrize("n", [0, 1, 1999, 2000, 4000, 9000, 40_000])
def test_there_are_about_two_thousand(n):
    run = climb(n).finish()
    assert run.history.extend(Reader(run))
    assert min(n, 999) < len(run.history.samples().k) <= 2200


def test_there_are_about_two_thousand_while_it_grows():
    run, most = climb(12_000), 0
    reader = Reader(run)
    while run.k < 12_000:
        run.advance(371)
        run.history.extend(reader)
        most = max(most, run.history.count)
    run.history.extend(reader)
    assert most <= 2300
    assert run.history.count <= 2200


def test_a_slice_of_time_is_kept_and_then_gone_on_from():
    run = climb(2000).finish()
    reader, calls = Reader(run), 0
    while not run.history.extend(reader, seconds=0.01):
        calls += 1
        assert calls < 2000
    assert calls > 1
    assert run.history.count in (1001, 2001)


def test_a_change_drops_what_is_no_longer_so():
    run = climb().finish()
    reader = Reader(run)
    run.history.extend(reader)
    run.change(1000, optimizer=RandomSearch())
    run.finish()
    run.history.extend(reader)
    check_samples(run)


def test_the_figures_at_the_cursor_are_those_after_the_change():
    """Nobody has extended the history in between."""
    run = climb().finish()
    reader = Reader(run)
    before = run.history.measure(reader, 2000)
    run.change(1000, x=np.zeros(6))
    run.finish()
    after = run.history.measure(reader, 2000)
    assert after != before
    assert after == dict(run.spec.problem.evaluator().metrics(run.state(2000).x))


def test_two_changes_between_two_looks():
    """The later change must not keep samples that the earlier one made wrong."""
    run = climb().finish()
    reader = Reader(run)
    run.history.extend(reader)
    run.change(500, x=np.zeros(6))
    run.advance(1500)
    run.change(1800, optimizer=HillClimbing(step_size=2.0))
    run.finish()
    run.history.extend(reader)
    check_samples(run)


def test_a_state_measured_while_the_run_was_changed_is_not_kept():
    run = climb().finish()
    reader = Reader(run)
    state = Reader.state

    class Slow(Reader):
        def state(self, k):
            found = state(self, k)
            run.change(100, x=np.zeros(6))
            run.finish()
            return found

    run.history.measure(Slow(run), 2000)
    assert run.history.measure(reader, 2000) == dict(
        run.spec.problem.evaluator().metrics(run.state(2000).x)
    )


def test_metrics_of_a_run_that_flew_off_are_measured_without_a_warning():
    spec = RunSpec.load("classic-minibatch").with_value("optimizer.learning_rate", 1e6)
    changed = spec.replace(optimizer=GradientDescent(learning_rate=1e6), start=(1e300,) * 71)
    for one in (spec, changed):
        run = Run(one).finish()
        run.history.extend(Reader(run))
        assert run.history.count > 0


def test_samples_can_be_put_back():
    run = climb(500).finish()
    run.history.extend(Reader(run))
    samples = run.history.samples()
    history = History(run.trace)
    history.restore(samples)
    again = history.samples()
    assert again.k.tobytes() == samples.k.tobytes()
    assert again.x.tobytes() == samples.x.tobytes()
    for name, values in samples.metrics.items():
        assert again.metrics[name].tobytes() == values.tobytes()


def test_two_threads_measure_beside_a_run_that_goes_on():
    run = climb(30_000)
    run.advance(100)
    done, mistakes = threading.Event(), []

    def work(cursor):
        reader, random = Reader(run), np.random.default_rng(int(cursor))
        try:
            while not done.is_set():
                if cursor:
                    run.history.measure(reader, int(random.integers(0, run.trace.last_k + 1)))
                else:
                    run.history.extend(reader, seconds=0.002)
                samples = run.history.samples()
                assert all(len(v) == len(samples.k) for v in samples.metrics.values())
        except BaseException as error:
            mistakes.append(error)

    threads = [threading.Thread(target=work, args=(cursor,)) for cursor in (False, True)]
    for thread in threads:
        thread.start()
    while run.k < 30_000:
        run.advance(seconds=0.01)
    done.set()
    for thread in threads:
        thread.join(20)
    assert not mistakes
    samples, reader = run.history.samples(), Reader(run)
    problem = run.spec.problem.evaluator()
    for i in range(0, len(samples.k), 97):
        x = reader.state(int(samples.k[i])).x
        assert samples.metrics["test_accuracy"][i] == problem.metrics(x)["test_accuracy"]


def test_nothing_of_dropped_rows_is_shown_or_saved_right_after_a_change(tmp_path):
    run = climb(100).finish()
    run.history.extend(Reader(run))
    run.change(10, optimizer=HillClimbing(step_size=0.3))
    assert run.history.samples().k.tolist() == list(range(11))
    path = tmp_path / "changed.optiviz"
    run_file.save(path, [run])
    assert run_file.load(path)[0].trace.last_k == 10


def test_samples_are_made_once_until_there_are_more():
    run = Run(RunSpec.load("classic-descent")).finish()
    reader = Reader(run)
    run.history.measure(reader, 3)
    samples = run.history.samples()
    assert run.history.samples() is samples
    with pytest.raises(ValueError, match="read-only"):
        samples.k[0] = 7
    run.history.measure(reader, 5)
    assert run.history.samples().k.tolist() == [3, 5]
    run.change(4, x=np.ones(1))
    run.history.measure(reader, 4)
    assert run.history.samples().k.tolist() == [3, 4]


def test_where_time_is_short_some_of_all_the_run_is_measured():
    """A curve that is whole at first and then one straight line would tell a lie."""
    run, ticks = climb(2100).finish(), iter(range(100))
    assert not run.history.extend(Reader(run), seconds=80, clock=lambda: next(ticks))
    assert np.diff(run.history.samples().k).max() <= 2100 / 60
