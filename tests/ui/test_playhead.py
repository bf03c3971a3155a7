"""The playhead without a window: what is shown when, at every speed, with a loop or without."""

from itertools import pairwise

import pytest

from optiviz.ui.playhead import LOOP_SECONDS, SLOW, Playhead


class Over(Playhead):
    """A playhead over a run of some length."""

    def __init__(self, last_k: int, grows: bool = False, total: int | None = None) -> None:
        super().__init__()
        self.length, self.more, self.whole = last_k, grows, total

    last_k = property(lambda self: self.length)
    grows = property(lambda self: self.more)
    total = property(lambda self: self.length if self.whole is None else self.whole)


@pytest.fixture
def over(qapp):
    return Over


@pytest.mark.parametrize("speed", [0.2, 1.0, 4.9, 5.0, 100.0, 1e6, None])
@pytest.mark.parametrize("loop", [(20, 21), (20, 60), (0, 1000)])
def test_a_loop_is_never_left_and_always_begun_again(over, speed, loop):
    head = over(1000)
    head.set_loop(loop)
    head.set_speed(speed)
    head.seek(700)
    head.play()
    assert loop[0] <= head.k <= loop[1]
    shown = []
    for _ in range(900):
        head.advance_by(0.033)
        assert head.playing
        shown.append(head.k)
        assert loop[0] <= head.k <= loop[1]
        assert 0 <= head.within < 1
    wraps = sum(after < before for before, after in pairwise(shown))
    period = LOOP_SECONDS if speed is None else (loop[1] - loop[0] + 1) / speed
    if 2 * max(period, LOOP_SECONDS) < 900 * 0.033:
        assert wraps >= 1
    assert wraps <= 900 * 0.033 / LOOP_SECONDS + 1
    if speed is not None and 5 <= speed < 100 and loop[1] < 100:
        assert loop[1] in shown


def test_a_tick_that_takes_minutes_still_ends_inside_the_loop(over):
    head = over(1000)
    head.set_loop((10, 19))
    head.set_speed(10.0)
    head.seek(10)
    head.play()
    head.advance_by(123.4)
    assert 10 <= head.k <= 19


def test_a_loop_beyond_what_is_computed_waits_and_ends_where_the_run_ends(over):
    head = over(50, grows=True, total=1000)
    head.set_loop((20, 300))
    head.set_speed(100.0)
    head.seek(40)
    head.play()
    head.advance_by(1.0)
    assert head.k == 50
    assert head.playing
    head.length = 400
    head.advance_by(1.0)
    assert 20 <= head.k <= 300
    head.length, head.more = 200, False  # it was stopped, or changed
    for _ in range(10):
        head.advance_by(0.3)
        assert 20 <= head.k <= 200


def test_a_loop_that_begins_beyond_the_end_is_overlooked(over):
    head = over(50)
    head.set_loop((60, 90))
    head.set_speed(100.0)
    head.seek(0)
    head.play()
    head.advance_by(10.0)
    assert head.k == 50
    assert not head.playing


def test_a_loop_of_nothing_is_none(over):
    head = over(100)
    head.set_loop((30, 30))
    assert head.loop is None
    head.set_loop((60, -5))
    assert head.loop == (0, 60)


def test_the_loop_key_brings_the_last_loop_back(over):
    head = over(1000)
    head.seek(500)
    head.toggle_loop()
    assert head.loop == (450, 550)
    head.set_loop((10, 20))
    head.toggle_loop()
    assert head.loop is None
    head.toggle_loop()
    assert head.loop == (10, 20)


@pytest.mark.parametrize("last_k", [0, 1, 2, 30])
def test_the_loop_key_works_on_a_run_of_any_length(over, last_k):
    head = over(last_k)
    for k in (0, last_k):
        head.seek(k)
        head.toggle_loop()
        assert head.loop is not None
        head.play()
        head.advance_by(0.5)
        assert 0 <= head.k <= last_k
        head.pause()
        head.toggle_loop()


def test_brackets_set_the_ends_at_the_playhead(over):
    head = over(100)
    head.seek(30)
    head.loop_from_here()
    assert head.loop == (30, 100)
    head.seek(60)
    head.loop_to_here()
    assert head.loop == (30, 60)
    head.seek(80)
    head.loop_from_here()
    assert head.loop == (80, 100)
    head.seek(0)
    head.loop_to_here()
    assert head.loop == (80, 100)


@pytest.mark.parametrize("parts", [2, 3, 7, 17, 1000])
def test_every_part_of_an_iteration_is_stepped_on_once_forward_and_back(over, parts):
    head = over(100_000)
    head.seek(99_000)
    head.parts = parts

    def part() -> int:
        return min(parts - 1, int(head.within * parts + 1e-6))

    seen = []
    for _ in range(2 * parts):
        seen.append((head.k, part()))
        head.step_within(1)
    assert seen == [(99_000 + i // parts, i % parts) for i in range(2 * parts)]
    assert (head.k, head.within) == (99_002, 0.0)
    back = []
    for _ in range(2 * parts):
        head.step_within(-1)
        back.append((head.k, part()))
    assert back == seen[::-1]


def test_there_is_no_way_on_from_the_last_iteration_or_back_from_the_first(over):
    head = over(3)
    head.parts = 4
    head.seek(3)
    head.step_within(1)
    assert (head.k, head.within) == (3, 0.0)
    head.seek(0)
    head.step_within(-1)
    assert (head.k, head.within) == (0, 0.0)


def test_whole_steps_from_between_two_iterations_go_to_whole_ones(over):
    head = over(10)
    head.parts = 4
    head.seek(5)
    head.step_within(1)
    assert (head.k, head.within) == (5, 0.25)
    head.step(-1)
    assert (head.k, head.within) == (5, 0.0)
    head.step(-1)
    assert head.k == 4
    head.step_within(1)
    head.step(1)
    assert (head.k, head.within) == (5, 0.0)


def test_without_parts_a_small_step_is_a_whole_one(over):
    head = over(10)
    head.step_within(1)
    head.step_within(1)
    head.step_within(-1)
    assert (head.k, head.within) == (1, 0.0)


def test_slow_play_is_between_iterations_and_fast_play_is_not(over):
    head = over(1000)
    for speed, seen in ((0.2, True), (SLOW - 0.1, True), (SLOW, False), (100.0, False)):
        head.set_speed(speed)
        head.seek(0)
        head.play()
        head.advance_by(0.37 / speed)
        assert (head.within > 0) == seen
        head.pause()
        assert head.within == pytest.approx(0.37 if seen else 0.0)
