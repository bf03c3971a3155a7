"""Contour lines are where the values are: a wrong one would show a valley that isn't there."""

import numpy as np
import pytest

from optiviz.analysis.contours import contour, levels_of

ROWS, COLUMNS = np.mgrid[0:41, 0:61].astype(float)


def length(line):
    return float(np.hypot(*np.diff(line, axis=0).T).sum())


def test_the_contour_of_a_cone_is_one_circle():
    cone = np.hypot(COLUMNS - 30, ROWS - 20)
    (line,) = contour(cone, 12.5)
    np.testing.assert_array_equal(line[0], line[-1])
    np.testing.assert_allclose(np.hypot(line[:, 0] - 30, line[:, 1] - 20), 12.5, atol=0.02)
    assert length(line) == pytest.approx(2 * np.pi * 12.5, rel=2e-3)


def test_lines_of_a_plane_are_straight_and_exact():
    plane = 2 * COLUMNS + 3 * ROWS
    (line,) = contour(plane, 61.0)
    np.testing.assert_allclose(2 * line[:, 0] + 3 * line[:, 1], 61, rtol=1e-12)
    ends = sorted(map(tuple, line[[0, -1]]))
    np.testing.assert_allclose(ends, [(0, 61 / 3), (30.5, 0)])


@pytest.mark.parametrize(
    "f",
    [
        lambda x, y: x,
        lambda x, y: -x,
        lambda x, y: y - x,
        lambda x, y: np.hypot(x - 30, y - 20),
        lambda x, y: np.sin(x / 3) * np.cos(y / 4),
    ],
)
def test_higher_values_are_on_the_left(f):
    values = f(COLUMNS, ROWS)
    level = float(np.median(values)) + 0.05
    for line in contour(values, level):
        (across, up), middle = np.diff(line, axis=0).T, (line[:-1] + line[1:]) / 2
        assert (f(middle[:, 0] - 0.2 * up, middle[:, 1] + 0.2 * across) >= level - 0.02).all()


def test_four_hollows_have_four_circles_and_a_hole_is_left_out():
    hollows = np.cos(COLUMNS * 2 * np.pi / 30) * np.cos(ROWS * 2 * np.pi / 20)
    closed = [line for line in contour(hollows, 0.9) if (line[0] == line[-1]).all()]
    inner = [line for line in closed if length(line) < 30]
    assert len(inner) >= 4
    cone = np.hypot(COLUMNS - 30, ROWS - 20)
    cone[:, 30] = np.nan
    lines = contour(cone, 12.5)
    assert len(lines) == 2
    for line in lines:
        assert np.isfinite(line).all()
        assert not (np.abs(line[:, 0] - 30) < 1).any()


@pytest.mark.parametrize(("middle", "ends"), [(0.9, 1), (-0.9, 0)])
def test_opposite_corners_are_joined_by_their_mean(middle, ends):
    """The same cell is cut one way or the other: both lines never cross."""
    cell = np.array([[1.0, -1.0], [-1.0, 1.0]]) + middle / 2
    one, two = contour(cell, 0.0)
    corner = np.array([1.0, 0.0]) if ends else np.array([0.0, 0.0])
    near = [min(np.hypot(*(line - corner).T).min() for line in (one, two))]
    far = [np.hypot(*(line.mean(axis=0) - corner)) for line in (one, two)]
    assert near[0] < 0.5
    assert min(far) < 0.5


def test_every_line_is_where_the_values_pass_the_level():
    """On random values: each crossing of an edge is on one line, once."""
    values = np.random.default_rng(0).normal(size=(23, 31))
    for level in (-1.0, 0.0, 0.4):
        lines = contour(values, level)
        above = values > level
        crossings = (above[1:] != above[:-1]).sum() + (above[:, 1:] != above[:, :-1]).sum()
        points = np.concatenate(
            [line[:-1] if (line[0] == line[-1]).all() else line for line in lines]
        )
        assert len(points) == crossings
        assert len(np.unique(points, axis=0)) == crossings
        for line in lines:
            assert (np.abs(np.diff(line, axis=0)) <= 1).all()


@pytest.mark.parametrize(
    "values", [np.ones((5, 5)), np.full((5, 5), np.nan), np.ones((1, 9)), np.ones((0, 0))]
)
def test_nothing_to_draw_draws_nothing(values):
    assert contour(values, 1.0) == []
    assert contour(values, 0.0) == []


def test_levels_are_round_and_logarithmic_where_heights_differ_much():
    linear = levels_of(np.linspace(-1.3, 17.0, 500))
    assert not linear.log
    assert linear.values == (0, 2, 4, 6, 8, 10, 12, 14, 16)
    x, y = np.meshgrid(np.linspace(-2, 2, 80), np.linspace(-2, 2, 80))
    valley = levels_of(100 * (y - x**2) ** 2 + (1 - x) ** 2, 0.0)
    assert valley.log
    assert valley.low == 0
    assert 5 <= len(valley.values) <= 13
    np.testing.assert_allclose(np.diff(np.log10(valley.values)), np.log10(valley.step))
    for levels in (linear, valley):
        assert levels.low < levels.values[0]
        assert levels.values[-1] < levels.high


@pytest.mark.parametrize(
    "values",
    [
        np.ones(9),
        np.array([1.0, np.nan, np.inf]),
        np.array([0.0, 1e-300]),
        np.array([-1e300, 1e300]),
        np.array([0.0, 1e300, np.inf]),
        np.r_[np.zeros(100), 1e9],
        np.r_[1e-9, np.full(100, 1.0), 1e200],
        1e15 + np.arange(5.0),
    ],
)
def test_odd_values_still_have_levels_that_rise(values):
    levels = levels_of(values)
    assert (np.diff([levels.low, *levels.values, levels.high]) > 0).all() or not levels.values
    assert len(levels.values) <= 30
