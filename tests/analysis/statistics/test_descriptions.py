"""What is said of runs one by one: shares, times, medians, effects, variances."""

from __future__ import annotations

from itertools import product
from math import comb, inf, isnan, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optiviz.analysis.statistics.best import chances_of_best, resampled
from optiviz.analysis.statistics.chance import chance
from optiviz.analysis.statistics.effect_size import vargha_delaney
from optiviz.analysis.statistics.expected_time import expected_time
from optiviz.analysis.statistics.intervals import crossed_interval, median_interval
from optiviz.analysis.statistics.quartiles import quartiles
from optiviz.analysis.statistics.run_times import run_times
from optiviz.analysis.statistics.success import success_rate
from optiviz.analysis.statistics.variances import crossed_variances
from optiviz.engine.wording import listed

few = st.integers(0, 5)
some = st.lists(few, min_size=1, max_size=8)
NAMES = ("Adam", "SGD")


@pytest.mark.parametrize(
    ("successes", "runs", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_a_rate_has_the_interval_of_the_textbook(successes, runs, low, high):
    """Newcombe (1998), "Two-sided confidence intervals for the single proportion", table I."""
    rate = success_rate(successes, runs)
    assert (rate.low, rate.high) == pytest.approx((low, high), abs=6e-5)
    mirrored = success_rate(runs - successes, runs)
    assert (mirrored.low, mirrored.high) == pytest.approx((1 - rate.high, 1 - rate.low))


def test_a_rate_says_how_sure_it_is():
    assert "20 of 30 runs reached the target" in success_rate(20, 30).sentence
    assert "more seeds are needed" in success_rate(1, 3).sentence
    assert "No run is done" in success_rate(0, 0).sentence
    with pytest.raises(ValueError, match="can't have succeeded"):
        success_rate(3, 2)


def test_the_expected_time_is_that_of_starting_anew_until_one_succeeds():
    times, spent = [100.0, nan, 300.0, inf], [400.0, 400.0, 400.0, 1000.0]
    found = expected_time(times, spent)
    assert found.value == (100 + 300 + 400 + 1000) / 2
    rng = np.random.default_rng(0)
    total, trials = 0.0, 20_000
    for _ in range(trials):
        while True:
            i = rng.integers(4)
            total += times[i] if np.isfinite(times[i]) else spent[i]
            if np.isfinite(times[i]):
                break
    assert total / trials == pytest.approx(found.value, rel=0.03)
    assert "counting what 2 runs of 4 spent in vain" in found.sentence
    none = expected_time([nan, nan], [50, 60])
    assert none.value == inf
    assert "None of 2 runs reached the target" in none.sentence
    assert "more than 110 evaluations" in none.sentence
    assert isnan(expected_time([], []).value)
    assert "No run" in expected_time([], []).sentence


@given(st.lists(st.one_of(st.integers(1, 9).map(float), st.just(inf), st.just(nan)), max_size=12))
def test_running_times_are_counted_by_hand(times):
    found = run_times(times, [10.0] * len(times))
    for effort in (0, 1, 4.5, 9, 100):
        reached = sum(time <= effort for time in times)
        assert found.at(effort) == pytest.approx(reached / len(times) if times else 0)
    assert found.unseen == (inf if all(np.isfinite(times)) else 10)
    assert found.sentence.endswith(".")


@settings(deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
def test_quartiles_are_numpys_where_no_run_failed(values):
    for more in (True, False):
        found = quartiles(values, more)
        expected = np.percentile(values, [25, 50, 75])
        np.testing.assert_allclose((found.low, found.median, found.high), expected, atol=1e-9)


def test_a_median_among_failures_is_none():
    half = quartiles([0.5, nan, 0.7, nan], True)
    assert isnan(half.median)
    assert isnan(half.low)
    assert half.high == pytest.approx(0.55)  # between the two that are known: 0.7 and 0.5
    assert "2 of 4 runs failed, so the middle run has no value" in half.sentence
    one = quartiles([1.0, 2.0, 3.0, nan, 2.5], False)
    assert (one.median, one.low, one.high) == (2.5, 2.0, 3.0)
    assert "1 failed and count" in one.sentence
    assert quartiles([nan, nan], True).sentence == "All 2 runs failed."
    assert quartiles([], True).sentence == "No run is done."
    assert "another seed" in quartiles([0.3], True).sentence
    assert "at least half of them to the same" in quartiles([1.0] * 9, True).sentence


def test_the_interval_holds_the_median_as_often_as_it_says():
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(120):
        found = median_interval(rng.exponential(size=25), False)
        assert found.method == "BCa bootstrap"
        held += found.low <= np.log(2) <= found.high
    assert 0.88 <= held / 120 <= 1.0


@pytest.mark.parametrize("n", [6, 7, 12, 30, 101])
def test_the_interval_by_order_is_that_of_the_binomial(n):
    ordered = np.arange(1.0, n + 1)
    found = median_interval(ordered, False, quick=True)

    def held(k):
        return 1 - 2 * sum(comb(n, j) for j in range(k)) / 2**n

    assert found.method == "order statistics"
    assert held(int(found.low)) >= 0.95 > held(int(found.low) + 1)
    assert found.low + found.high == n + 1


def test_an_interval_says_when_it_says_nothing():
    rng = np.random.default_rng(0)
    values = rng.normal(size=20)
    one, mirrored = median_interval(values, False), median_interval(-values, True)
    assert (one.low, one.high) == (-mirrored.high, -mirrored.low)
    assert one == median_interval(values, False)
    assert "between" in one.sentence
    few_runs = median_interval([1.0, 2.0, 3.0], True)
    assert isnan(few_runs.low)
    assert "at least 6 seeds" in few_runs.sentence
    same = median_interval([0.9] * 10, True)
    assert (same.low, same.high) == (0.9, 0.9)
    assert "says nothing" in same.sentence
    failed = np.concatenate((values, [nan] * 12))
    assert isnan(median_interval(failed, False).high)
    assert "at least" in median_interval(failed, False).sentence
    assert "at most" in median_interval(failed, True).sentence
    assert "All 7 runs failed" in median_interval([nan] * 7, True).sentence
    assert "too many" in median_interval([nan] * 20 + [1.0], True).sentence
    assert median_interval([], True).sentence.endswith(".")
    # Almost all the same: the bootstrap is degenerate, and order statistics are not.
    lone = median_interval([1.0] * 29 + [2.0], True)
    assert lone.low == lone.high == 1.0


@settings(deadline=None)
@given(some, some, st.booleans())
def test_the_effect_is_counted_pair_by_pair(first, second, more):
    found = vargha_delaney(first, second, more, NAMES)
    sign = 1 if more else -1
    won = sum((sign * a > sign * b) + (a == b) / 2 for a, b in product(first, second))
    assert found.a == pytest.approx(won / (len(first) * len(second)))
    mirrored = vargha_delaney(second, first, more, NAMES[::-1])
    assert mirrored.a == pytest.approx(1 - found.a, abs=1e-15)
    assert (mirrored.low, mirrored.high) == pytest.approx((1 - found.high, 1 - found.low), abs=1e-6)
    assert 0 <= found.low <= found.a <= found.high <= 1
    assert vargha_delaney(first, second, not more).a == pytest.approx(1 - found.a)


@pytest.mark.parametrize(
    ("m", "n", "wins"), [(10, 10, 100), (10, 12, 90), (30, 30, 450), (5, 8, 3)]
)
def test_the_interval_of_an_effect_is_where_the_score_test_ends(m, n, wins):
    """On a fine grid, by the variance of Hanley & McNeil (1982) as Newcombe (2006) has it."""
    a = wins / (m * n)
    grid = np.linspace(0, 1, 200_001)
    half = (m + n) / 2 - 1
    q1, q2 = grid / (2 - grid) - grid**2, 2 * grid**2 / (1 + grid) - grid**2
    variance = (grid * (1 - grid) + half * (q1 + q2)) / (m * n)
    inside = grid[(grid - a) ** 2 <= 1.959964**2 * variance]
    second = np.arange(n) + 0.0
    left, first = wins, []
    for _ in range(m):  # the first's values have so many of the second's below
        take = min(n, left)
        first.append(take - 0.5)
        left -= take
    found = vargha_delaney(first, second, True)
    assert found.a == pytest.approx(a)
    assert (found.low, found.high) == pytest.approx((inside.min(), inside.max()), abs=2e-5)


def test_the_effect_in_words():
    assert "a large difference" in vargha_delaney(range(10), range(-9, 1), True, NAMES).sentence
    assert "as often better" in vargha_delaney([1.0] * 9, [1.0] * 9, True, NAMES).sentence
    assert "A run of SGD is better" in vargha_delaney([0.0], [1.0], True, NAMES).sentence
    assert "So few runs" in vargha_delaney([0.0], [1.0], True, NAMES).sentence
    assert isnan(vargha_delaney([], [1.0], True).a)
    assert "no effect to measure" in vargha_delaney([], [1.0], True).sentence
    assert vargha_delaney([nan, nan], [0.0, 0.1], True).a == 0
    wide = vargha_delaney(range(30), range(5, 35), True, units=5)
    narrow = vargha_delaney(range(30), range(5, 35), True)
    assert wide.high - wide.low > narrow.high - narrow.low


def test_variances_add_up_as_the_design_says():
    rng = np.random.default_rng(5)
    searches, splits = rng.normal(size=9), rng.normal(size=7)
    found = crossed_variances(searches[:, None] + 2 * splits)
    assert found.search == pytest.approx(searches.var(ddof=1))
    assert found.split == pytest.approx(4 * splits.var(ddof=1))
    assert found.rest == pytest.approx(0, abs=1e-12)
    assert sum(found.shares) == pytest.approx(1)


def test_variances_are_those_of_the_mean_squares():
    """By loops, as in the table of the analysis of variance."""
    y = np.random.default_rng(1).normal(size=(4, 6)) + np.arange(4)[:, None]
    r, c = y.shape
    mean = sum(y[i, j] for i in range(r) for j in range(c)) / (r * c)
    of_row = [sum(y[i]) / c for i in range(r)]
    of_column = [sum(y[:, j]) / r for j in range(c)]
    ms_row = c * sum((m - mean) ** 2 for m in of_row) / (r - 1)
    ms_column = r * sum((m - mean) ** 2 for m in of_column) / (c - 1)
    ms_rest = sum(
        (y[i, j] - of_row[i] - of_column[j] + mean) ** 2 for i in range(r) for j in range(c)
    ) / ((r - 1) * (c - 1))
    found = crossed_variances(y)
    assert found.search == pytest.approx((ms_row - ms_rest) / c)
    assert found.split == pytest.approx(max(0.0, (ms_column - ms_rest) / r))
    assert found.rest == pytest.approx(ms_rest)
    assert (found.clipped == ("split",)) == (ms_column < ms_rest)


def test_variances_in_words():
    clipped = crossed_variances([[0.0, 1.0], [1.0, 0.0]])
    assert clipped.clipped == ("search", "split")
    assert (clipped.search, clipped.split) == (0, 0)
    assert "of the search and the split was estimated below 0" in clipped.sentence
    assert "rough" in clipped.sentence
    assert "same value" in crossed_variances(np.full((3, 3), 0.1)).sentence
    assert "1 run failed" in crossed_variances([[1.0, nan], [0.0, 2.0]]).sentence
    assert "the least" in crossed_variances([[1.0, 2.0]]).sentence


def test_the_chance_of_being_best_is_that_of_every_sample_of_seeds():
    cost = np.array([[1.0, 5.0, 3.0], [2.0, 2.0, 4.0]])
    share = 0.0
    for drawn in product(range(3), repeat=3):
        first, second = (np.median(row[list(drawn)]) for row in cost)
        share += (first < second) + 0.5 * (first == second)
    assert chances_of_best(resampled(cost))[0] == pytest.approx(share / 27, abs=0.03)
    alone = 0.0
    for one, other in product(product(range(3), repeat=3), repeat=2):
        first, second = np.median(cost[0][list(one)]), np.median(cost[1][list(other)])
        alone += (first < second) + 0.5 * (first == second)
    found = chances_of_best(resampled(cost, together=False))
    assert found[0] == pytest.approx(alone / 27**2, abs=0.03)


def test_nobody_is_best_where_all_failed():
    assert chances_of_best(resampled(np.full((3, 6), inf))).tolist() == [0, 0, 0]
    some_failed = np.array([[1.0] * 6, [inf] * 6])
    assert chances_of_best(resampled(some_failed)).tolist() == [1, 0]


def test_seeds_of_two_kinds_are_drawn_both():
    """With no variance between splits the interval is that of the other seeds alone, not of all."""
    by_search = np.random.default_rng(2).normal(size=8)
    table = np.repeat(by_search[:, None], 10, axis=1)
    medians = resampled(table[None])[:, 0]
    crossed = crossed_interval(table, medians, False)
    wrong = median_interval(table.ravel(), False)
    right = median_interval(by_search, False, quick=True)
    assert crossed.high - crossed.low > 1.3 * (wrong.high - wrong.low)
    assert right.low <= crossed.low <= crossed.high <= right.high
    assert resampled(np.stack((table, table)), together=False).shape[1] == 2


def test_chances_in_words():
    said = [chance(p) for p in (1.0, 0.5, 0.04, 0.001, 3e-4, 2e-6, 1e-9)]
    assert said[:4] == ["100 of 100", "50 of 100", "4 of 100", "1 of 1,000"]
    assert said[4:] == ["3 of 10,000", "2 of a million", "fewer than 1 of a million"]
    assert listed(list("abcdefgh")) == "a, b, c, d, e, f and 2 more"
