"""Random numbers depend on seed, purpose and iteration alone, for replay and branches."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optiviz.engine.draws import Draws

WIDTHS = st.sampled_from([1, 2, 6, 71, 4096, 8191, 8192, 8193, 20_000])


@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from(["normals", "uniforms"]),
    WIDTHS,
    st.integers(0, 10**12),
    st.lists(st.integers(0, 40), min_size=1, max_size=4),
)
def test_any_slicing_gives_the_same_numbers(seed, kind, width, start, lengths):
    n = sum(lengths) if width < 5000 else min(3, sum(lengths))
    whole = getattr(Draws(seed), kind)("move", start, n, width)
    draws, parts, at = Draws(seed), [], start
    for length in lengths:
        length = min(length, start + n - at)
        parts.append(getattr(draws, kind)("move", at, length, width))
        at += length
    assert whole.shape == (n, width)
    assert np.concatenate(parts).tobytes() == whole[: at - start].tobytes()


def test_backwards_and_crosswise_use_nothing_up():
    draws = Draws(7)
    forward = [draws.normals("a", k, 1, 71).copy() for k in range(300)]
    for k in reversed(range(300)):
        draws.uniforms("a", k, 1, 71)
        draws.normals("b", k, 2, 71)
        assert draws.normals("a", k, 1, 71).tobytes() == forward[k].tobytes()


def test_seeds_and_purposes_are_apart():
    def first(seed, purpose):
        return Draws(seed).normals(purpose, 0, 1, 5).tobytes()

    # "1" + "2 move" and "12" + " move" must not meet either
    names = [(1, "move"), (2, "move"), (1, "start"), (12, "move"), (1, "2 move")]
    assert len({first(*name) for name in names}) == len(names)


@pytest.mark.parametrize("n", [0, 1, 3, 500])
def test_numbers_are_read_only(n):
    for numbers in (Draws(1).normals("x", 5, n, 71), Draws(1).uniforms("x", 5, n, 71)):
        assert numbers.shape == (n, 71)
        assert not numbers.flags.writeable
    assert not Draws(1).permutation("epoch", 0, 10).flags.writeable


def test_distributions():
    draws = Draws(3)
    normals, uniforms = draws.normals("x", 0, 4000, 10), draws.uniforms("x", 0, 4000, 10)
    assert abs(normals.mean()) < 0.02
    assert abs(normals.std() - 1) < 0.02
    assert uniforms.min() >= 0
    assert uniforms.max() < 1
    assert abs(uniforms.mean() - 0.5) < 0.01
    assert abs(np.corrcoef(normals[:-1, 0], normals[1:, 0])[0, 1]) < 0.05


def test_permutations_belong_to_their_epoch():
    draws = Draws(3)
    rows = [draws.permutation("epoch", epoch, 670).copy() for epoch in range(5)]
    assert all(np.array_equal(np.sort(row), np.arange(670)) for row in rows)
    assert len({row.tobytes() for row in rows}) == 5
    assert draws.permutation("epoch", 2, 670).tobytes() == rows[2].tobytes()
