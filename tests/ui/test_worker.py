"""What the worker keeps, and what it lets go of."""

import threading
import time
import weakref
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from optiviz import Run, RunSpec, RunStatus
from optiviz.engine import threads
from optiviz.engine.stopping import StopReason
from optiviz.reports.html import write_report
from optiviz.ui.worker import ReaderOf, Worker, requests


def _is_done(run: Run) -> bool:
    return run.status is RunStatus.FINISHED


def test_forgotten_run_is_freed_though_a_picture_of_it_was_asked_for(qtbot: QtBot) -> None:
    """A start that is dragged replaces runs ten times a second, each with its pictures."""
    parent = QObject()
    worker = Worker(parent)
    run = Run(RunSpec.load("classic-descent"))
    worker.start()
    try:
        worker.play(run)
        qtbot.waitUntil(partial(_is_done, run))
        worker.forget(run)

        def picture(reader_of: ReaderOf, run: Run = run) -> float:
            return reader_of(run).state(run.k).f

        with qtbot.waitSignal(worker.answered) as answer:
            worker.request("card", picture)
        assert answer.args is not None
        assert answer.args[2] == run.best_f
        gone = weakref.ref(run)
        del picture, run
        qtbot.waitUntil(lambda: gone() is None)
    finally:
        worker.close()


def test_closing_waits_for_what_nobody_can_interrupt(qtbot: QtBot) -> None:
    """A thread that is lost while it runs aborts the process."""
    worker, begun = Worker(), threading.Event()

    def look(_: ReaderOf) -> None:
        begun.set()
        time.sleep(0.3)

    worker.start()
    try:
        worker.request("card", look)
        assert begun.wait(10)
        worker.close()
        assert worker.isFinished()
    finally:
        worker.wait()


def test_closing_does_not_begin_the_runs_that_wait(qtbot: QtBot) -> None:
    """Of hundreds that stand beside each other, each takes a while to be prepared."""
    worker, begun, goes_on = Worker(), threading.Event(), threading.Event()

    def look(_: ReaderOf) -> None:
        begun.set()
        assert goes_on.wait(10)

    run = Run(RunSpec.load("classic-descent"))
    worker.start()
    try:
        worker.request("card", look)
        assert begun.wait(10)
        worker.play(run)
        assert not worker.close(0.01)  # it is asked to end while it is busy
        goes_on.set()
        assert worker.wait(10_000)
        assert run.status is RunStatus.NEW
    finally:
        goes_on.set()
        worker.close()


def test_closing_ends_a_long_report_and_leaves_no_half_of_it(qtbot: QtBot, tmp_path: Path) -> None:
    worker = Worker()
    runs = [Run(RunSpec.load("classic-descent")).finish() for _ in range(40)]
    path = tmp_path / "report.html"
    started = threading.Event()

    def write(_: ReaderOf) -> None:
        started.set()
        write_report(runs, path, progress=worker.go_on)

    worker.start()
    worker.request("report", write)
    assert started.wait(20)
    worker.close()
    assert not path.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_picture_is_refined_while_nothing_is_computed_until_a_newer_one_is_wanted(
    qtbot: QtBot,
) -> None:
    """Detail must cost a running run nothing, and no picture may come after its successor."""
    worker = Worker()
    seen: list[tuple[int, str]] = []
    worker.answered.connect(lambda key, number, result: seen.append((number, result)))
    run = Run(RunSpec.load("classic-mlp").with_value("stopping.max_iterations", 10**7))

    def parts(name: str, _: ReaderOf) -> Iterator[str]:
        for i in range(3):
            yield f"{name}{i}"

    def said() -> list[str]:
        return [result for _, result in seen]

    worker.start()
    try:
        worker.play(run)
        qtbot.waitUntil(lambda: run.k > 0)
        first = worker.request("card", partial(parts, "a"))
        qtbot.waitUntil(lambda: said() == ["a0"])
        k = run.k
        qtbot.waitUntil(lambda: run.k > k + 100)
        assert said() == ["a0"]
        second = worker.request("card", partial(parts, "b"))
        qtbot.waitUntil(lambda: said() == ["a0", "b0"])
        worker.stop(run)
        qtbot.waitUntil(lambda: said()[-1] == "b2")
        assert said()[:2] == ["a0", "b0"]
        assert said() in (["a0", "b0", "b2"], ["a0", "b0", "b1", "b2"])
        assert [number for number, _ in seen] == [first] + [second] * (len(seen) - 1)
    finally:
        worker.close()


def test_refinements_that_come_faster_than_they_are_drawn_are_left_out_but_for_the_last(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A flood of finer pictures would keep the window from drawing anything."""
    monkeypatch.setattr(requests, "PART_REST", 1e9)
    worker = Worker()
    seen: list[object] = []
    worker.answered.connect(lambda key, number, result: seen.append(result))
    worker.start()
    try:
        worker.request("card", lambda _: iter(range(100)))
        qtbot.waitUntil(lambda: 99 in seen)
        assert seen == [0, 99]
    finally:
        worker.close()


def test_what_is_quick_is_answered_first(qtbot: QtBot) -> None:
    worker = Worker()
    seen: list[object] = []
    worker.answered.connect(lambda key, number, result: seen.append(result))
    for name, seconds in (("slow", 0.2), ("quick", 0.001), ("usual", 0.02)):
        worker.request(name, lambda _, name=name: name, seconds)  # type: ignore[misc]
    worker.start()
    try:
        qtbot.waitUntil(lambda: len(seen) == 3)
        assert seen == ["quick", "usual", "slow"]
    finally:
        worker.close()


def test_a_refinement_that_fails_says_why_and_ends(qtbot: QtBot) -> None:
    worker = Worker()

    def parts(_: ReaderOf) -> Iterator[str]:
        yield "coarse"
        raise ValueError("the grid is lost")

    seen: list[object] = []
    worker.answered.connect(lambda key, number, result: seen.append(result))
    worker.start()
    try:
        worker.request("card", parts)
        qtbot.waitUntil(lambda: len(seen) == 2)
        assert "the grid is lost" in str(seen[1])
    finally:
        worker.close()


def _slow_generations() -> Run:
    """Return a run whose iterations take seconds."""
    spec = RunSpec.load("classic-mlp").with_values(
        [
            ("problem.dataset.n_samples", 20_000),
            ("problem.objective", "log_loss"),
            ("problem.network.layers.0.units", 50),
            ("optimizer.kind", "genetic_algorithm"),
            ("optimizer.population_size", 300),
        ]
    )
    return Run(spec)


def _in_an_iteration(run: Run) -> bool:
    return run.status is RunStatus.RUNNING


class Looks:
    """How often an iteration has looked whether it should be left, and has gone on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        self._go_on = threads.go_on
        monkeypatch.setattr(threads, "go_on", self._look)

    def _look(self) -> None:
        self._go_on()
        self.count += 1

    def many_come(self) -> bool:
        """Whether the iteration is well under way: it looks hundreds of times."""
        return self.count > 20


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Looks:
    return Looks(monkeypatch)


def test_stop_leaves_an_iteration_that_takes_seconds(qtbot: QtBot, looks: Looks) -> None:
    worker, run = Worker(), _slow_generations()
    worker.start()
    try:
        worker.play(run)
        qtbot.waitUntil(partial(_in_an_iteration, run))
        qtbot.waitUntil(looks.many_come)
        worker.stop(run)
        before = looks.count
        qtbot.waitUntil(partial(_is_done, run))
        assert looks.count <= before + 1, "it was left at the next look"
        assert run.stop_reason is StopReason.BY_HAND
        assert run.state_now.k == run.trace.last_k == run.spec.stopping.ended_at
    finally:
        worker.close()


def test_closing_leaves_an_iteration_that_takes_seconds(qtbot: QtBot, looks: Looks) -> None:
    worker, run = Worker(), _slow_generations()
    worker.start()
    worker.play(run)
    qtbot.waitUntil(partial(_in_an_iteration, run))
    qtbot.waitUntil(looks.many_come)
    before = looks.count
    worker.close()
    assert looks.count <= before + 2, "it was left at the next look"


def test_an_iteration_that_was_left_never_happened(qtbot: QtBot) -> None:
    run = _slow_generations()
    run.prepare()
    ended = time.perf_counter() + 0.05
    with threads.leaving_when(lambda: time.perf_counter() > ended):
        run.advance(1)
    assert run.status is RunStatus.RUNNING
    assert run.k == 0
    run.advance(1)
    whole = Run(run.spec)
    whole.advance(1)
    assert run.digest == whole.digest


def test_while_the_window_has_much_to_do_nothing_is_begun(qtbot: QtBot) -> None:
    """Another theme took four seconds while a run was computed, for one without it."""
    worker = Worker()
    run = Run(RunSpec.load("classic-mlp").with_value("stopping.max_iterations", 10_000_000))
    worker.start()
    try:
        worker.play(run)
        qtbot.waitUntil(lambda: run.k > 0)
        with worker.resting():
            time.sleep(0.3)  # the slice that it was in
            k = run.k
            time.sleep(0.2)
            assert run.k == k
        qtbot.waitUntil(lambda: run.k > k)
    finally:
        with worker.resting():
            worker.close()
    assert not worker.isRunning()


def test_what_was_ordered_and_fails_is_said_and_is_no_pictures_failure(qtbot: QtBot) -> None:
    """Orders are taken between pictures: an impossible change was shown on a card, or nowhere."""
    worker, run = Worker(), Run(RunSpec.load("classic-descent")).finish()
    answers, failures = [], []
    worker.answered.connect(lambda key, number, result: answers.append((key, result)))
    worker.went_wrong.connect(failures.append)

    def parts(_: ReaderOf) -> Iterator[str]:
        worker.change(run, 3, x=[1.0, 2.0])  # of one coordinate
        yield "coarse"
        yield "fine"

    worker.request("card", parts)
    worker.request("other", lambda _: "whole")
    worker.start()
    try:
        qtbot.waitUntil(lambda: ("card", "fine") in answers and len(failures) == 1)
        assert "must have 1 numbers" in failures[0].sentence
        assert ("other", "whole") in answers
        assert {type(result) for _, result in answers} == {str}
    finally:
        worker.close()
