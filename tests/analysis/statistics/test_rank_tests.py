"""Tests of differences are right, ties and failures included, and say so in plain words."""

from __future__ import annotations

from itertools import combinations, permutations, product
from math import inf, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optiviz.analysis.statistics.holm import holm
from optiviz.analysis.statistics.several import friedman, kruskal_wallis
from optiviz.analysis.statistics.two import fewest_runs, mann_whitney, signed_ranks

few = st.integers(0, 5)
NAMES = ("Adam", "SGD")


def mid_ranks(values):
    """Ranks by counting: those below, and half of the others that are equal."""
    return [
        sum(other < value for other in values) + (1 + sum(other == value for other in values)) / 2
        for value in values
    ]


def two_sided(sums, found):
    below = sum(s <= found for s in sums) / len(sums)
    above = sum(s >= found for s in sums) / len(sums)
    return min(1.0, 2 * min(below, above))


def every_sign(differ):
    ranks = mid_ranks([abs(d) for d in differ])
    sums = [
        sum(rank for rank, up in zip(ranks, signs, strict=True) if up)
        for signs in product((0, 1), repeat=len(ranks))
    ]
    return two_sided(sums, sum(r for r, d in zip(ranks, differ, strict=True) if d > 0))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(few, few), min_size=1, max_size=9))
def test_signed_ranks_are_those_of_every_way_to_set_the_signs(pairs):
    first, second = np.array(pairs, dtype=float).T
    test = signed_ranks(first, second, more_is_better=True)
    differ = [a - b for a, b in pairs if a != b]
    assert test.p == pytest.approx(every_sign(differ) if differ else 1.0)
    assert test.p >= test.least_p * (1 - 1e-12)
    assert (test.wins, test.losses) == (sum(d > 0 for d in differ), sum(d < 0 for d in differ))
    other_way = signed_ranks(second, first, more_is_better=True)
    assert other_way.p == pytest.approx(test.p)
    assert (other_way.wins, other_way.ties) == (test.losses, test.ties)


@settings(max_examples=60, deadline=None)
@given(st.lists(few, min_size=1, max_size=5), st.lists(few, min_size=1, max_size=5))
def test_rank_sums_are_those_of_every_way_to_deal_the_values(first, second):
    test = mann_whitney(first, second, more_is_better=False)
    ranks = mid_ranks(first + second)
    sums = [sum(chosen) for chosen in combinations(ranks, len(first))]
    assert test.p == pytest.approx(two_sided(sums, sum(ranks[: len(first)])))
    ways = list(product(first, second))
    counts = [
        sum(a < b for a, b in ways),
        sum(a == b for a, b in ways),
        sum(a > b for a, b in ways),
    ]
    assert [test.wins, test.ties, test.losses] == counts
    assert mann_whitney(second, first, more_is_better=False).p == pytest.approx(test.p)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.one_of(st.floats(-1e9, 1e9), st.just(nan), st.just(inf)), min_size=0, max_size=80)
)
def test_whatever_comes_a_p_is_above_0_and_at_most_1(values):
    first, second = np.array(values), np.array(values[::-1])
    for test in (signed_ranks, mann_whitney):
        found = test(first, second, True, NAMES)
        assert 0 < found.p <= 1
        assert 0 < found.least_p <= 1
        assert found.sentence.endswith(".")


def test_textbook_figures_of_two():
    """Hollander & Wolfe (1973), pages 29 and 69, two-sided."""
    before = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
    after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
    assert signed_ranks(before, after, True).p == pytest.approx(2 * 0.01953, abs=2e-5)
    at_term = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
    earlier = [1.15, 0.88, 0.90, 0.74, 1.21]
    test = mann_whitney(at_term, earlier, True)
    assert (test.wins, test.losses) == (35, 15)
    assert test.p == pytest.approx(2 * 0.1272, abs=1e-4)


def test_large_ones_come_close_to_random_exchanges():
    rng = np.random.default_rng(1)
    first = rng.integers(0, 40, 70) / 40
    second = np.clip(first + rng.integers(-6, 9, 70) / 40, 0, 1)
    differ = np.round(first - second, 9)
    differ = differ[differ != 0]
    assert len(differ) > 50
    ranks = np.array(mid_ranks(list(abs(differ))))
    signs = rng.random((20_000, len(ranks))) < 0.5
    witness = two_sided((signs @ ranks).tolist(), ranks[differ > 0].sum())
    test = signed_ranks(first, second, True)
    assert not test.exact
    assert test.p == pytest.approx(witness, abs=0.01)


def test_rounding_does_not_break_ties():
    assert signed_ranks([0.9, 0.8], [0.8, 0.9], True).p == 1
    first, second = np.array([0.9, 0.8, 0.3, 0.4]), np.array([0.8, 0.7, 0.2, 0.5])
    assert signed_ranks(first, second, True).p == every_sign([1, 1, 1, -1])


def test_a_run_that_failed_is_the_worst_and_never_left_out():
    good = [0.5] * 7
    for more in (True, False):
        test = signed_ranks(good, [nan, inf, nan, nan, nan, nan, -inf], more, NAMES)
        assert test.wins == 7
        assert test.p == pytest.approx(2 / 2**7)
        assert test.failed == (0, 7)
        assert "7 runs of SGD failed: a run that failed counts as worse than any" in test.sentence
        test = mann_whitney([0.5, 0.6, 0.1, nan], [nan, nan, nan, nan], more)
        assert (test.wins, test.ties, test.losses) == (12, 4, 0)
    both = signed_ranks([nan, 1.0], [nan, 0.0], True)
    assert (both.wins, both.ties) == (1, 1)


def test_the_sentence_says_it_and_when_it_says_nothing():
    up = np.arange(30) / 100
    first = np.where(np.arange(30) % 10 == 9, up - 0.001, up + 0.01)
    said = signed_ranks(first, up, True, NAMES).sentence
    assert said.startswith("In 27 of 30 pairs of runs with the same seed Adam ended higher; a dif")
    assert said.endswith("would turn up in fewer than 1 of a million studies if there were none.")
    assert "SGD ended lower" in signed_ranks(first, up, False, NAMES).sentence
    few_seeds = signed_ranks([1, 2, 3], [0, 1, 2], True, NAMES)
    assert few_seeds.says_nothing
    assert "With 3 pairs p can't be below 0.25, whatever" in few_seeds.sentence
    assert "at least 6 are needed" in few_seeds.sentence
    ties = signed_ranks([1] * 30, [1] * 28 + [0, 0], True, NAMES).sentence
    assert "(28 ties)" in ties
    assert "With only 2 pairs that differ p can't be below 0.5" in ties
    assert "a test says nothing" in signed_ranks([1, 2], [1, 2], True, NAMES).sentence
    assert "best value that is" in signed_ranks([1] * 9, [1] * 9, True, NAMES, 1.0).sentence
    assert "All runs of Adam and of SGD failed" in signed_ranks([nan], [nan], True, NAMES).sentence
    assert "No seed" in signed_ranks([], [], True, NAMES).sentence
    alike = signed_ranks([1, 2, 3, 4, 5, 6, 7], [2, 1, 4, 3, 6, 5, 7.5], True, NAMES)
    assert "neither that one is better nor that they are equal" in alike.sentence
    assert "28 comparisons" in alike.told(1.0, 28)
    with pytest.raises(ValueError, match="pairs need as many"):
        signed_ranks([1], [1, 2], True)


@pytest.mark.parametrize("tests", [1, 3, 28, 45, 780])
def test_the_fewest_runs_are_those_that_can_pass_holm(tests):
    n = fewest_runs(tests)
    assert holm([2 / 2**n], tests)[0] < 0.05
    assert holm([2 / 2 ** (n - 1)], tests)[0] >= 0.05
    assert fewest_runs() == 6
    m = fewest_runs(tests, paired=False)
    assert tests * mann_whitney(range(m), range(m, 2 * m), True).p < 0.05
    assert tests * mann_whitney(range(m - 1), range(m, 2 * m - 1), True).p >= 0.05


@settings(max_examples=80, deadline=None)
@given(st.lists(st.floats(1e-6, 1.0), min_size=1, max_size=6))
def test_holm_is_the_closure_of_bonferroni(p):
    """Marcus, Peritz & Gabriel (1976): rejected is what every set that it is in rejects."""
    n = len(p)
    sets = [s for size in range(1, n + 1) for s in combinations(range(n), size)]
    closed = [
        max(min(1.0, len(s) * min(p[j] for j in s)) for s in sets if i in s) for i in range(n)
    ]
    np.testing.assert_allclose(holm(p), closed)
    assert (holm(p, n + 3) >= holm(p)).all()


def test_holm_leaves_out_what_was_not_tested():
    np.testing.assert_array_equal(holm([nan, 0.01, nan, 0.04]), [nan, 0.02, nan, 0.04])
    assert holm([]).size == 0


def exchanges_within_seeds(table):
    """Friedman's p of every way to exchange values within seeds."""
    rows = [mid_ranks(list(row)) for row in table.T]

    def squares(rows):
        return sum(sum(column) ** 2 for column in zip(*rows, strict=True))

    ways = [squares(way) for way in product(*[list(permutations(row)) for row in rows])]
    return sum(way >= squares(rows) - 1e-9 for way in ways) / len(ways)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(few, few, few), min_size=1, max_size=4))
def test_friedman_of_few_seeds_is_that_of_every_exchange(rows):
    table = np.array(rows, dtype=float).T
    test = friedman(table, more_is_better=False)
    assert test.p == pytest.approx(exchanges_within_seeds(table))
    assert test.p >= test.least_p * (1 - 1e-12)


def test_kruskal_wallis_of_few_runs_is_that_of_every_way_to_deal_them():
    groups = [[1.0, 2.0, 2.0], [3.0, 5.0], [5.0, 6.0]]
    ranks = mid_ranks([v for group in groups for v in group])

    def squares(dealt):
        return sum(dealt[:3]) ** 2 / 3 + sum(dealt[3:5]) ** 2 / 2 + sum(dealt[5:]) ** 2 / 2

    ways = [squares(way) for way in permutations(ranks)]
    witness = sum(way >= squares(ranks) - 1e-9 for way in ways) / len(ways)
    assert kruskal_wallis(groups, True).p == pytest.approx(witness)


def test_textbook_figures_of_several():
    """Hollander & Wolfe (1973), pages 140 and 116: rounding first base; mucociliary efficiency."""
    narrow = [540, 585, 520, 555, 590, 545, 540, 545, 525, 585, 525]
    narrow += [565, 560, 505, 550, 545, 555, 545, 550, 565, 570, 630]
    wide = [555, 575, 550, 540, 570, 560, 535, 535, 500, 570, 510]
    wide += [545, 545, 495, 540, 550, 535, 555, 525, 540, 555, 625]
    middle = [550, 570, 560, 550, 585, 555, 540, 550, 515, 580, 520]
    middle += [555, 535, 500, 550, 555, 555, 550, 545, 560, 565, 630]
    test = friedman([narrow, middle, wide], more_is_better=False)
    assert not test.by_permutation
    assert test.statistic == pytest.approx(11.143, abs=1e-3)
    assert test.p == pytest.approx(0.003805, abs=1e-6)
    normal, airways = [2.9, 3.0, 2.5, 2.6, 3.2], [3.8, 2.7, 4.0, 2.4]
    asbestosis = [2.8, 3.4, 3.7, 2.2, 2.0]
    assert kruskal_wallis([normal, airways, asbestosis], True).statistic == pytest.approx(
        0.7714, abs=1e-4
    )


def test_several_say_it_and_when_it_says_nothing():
    rng = np.random.default_rng(0)
    table = rng.normal(size=(3, 20)) + np.array([[0.0], [0.0], [3.0]])
    test = friedman(table, True)
    assert test.mean_ranks[2] == min(test.mean_ranks)
    assert test.sentence.startswith("The 3 are not all alike: differences this large")
    table[0, :4] = nan
    assert "4 runs failed and count as worst" in friedman(table, True).sentence
    assert "No difference is shown" in friedman(rng.normal(size=(3, 20)), True).sentence
    assert "ended the same" in friedman(np.ones((4, 9)), True).sentence
    assert "With 1 seed p can't be below 1" in friedman([[1.0], [2.0], [3.0]], True).sentence
    assert "No seed was run with all 3" in friedman(np.empty((3, 0)), True).sentence
    same = kruskal_wallis([[1.0, 1.0], [1.0, 1.0], [1.0]], True)
    assert same.p == 1
    assert "ended the same" in same.sentence
    assert "No seed" in kruskal_wallis([[1.0, 2.0], [3.0], []], True).sentence
    assert kruskal_wallis([rng.normal(size=20) + i for i in range(3)], True).p < 0.01
