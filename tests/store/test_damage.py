"""Damaged files, a few hundred here; 20,000 by ``python -m tests.torture file_damage``."""

from tests.torture import file_damage


def test_changed_bytes_and_truncations_are_a_sentence_or_change_nothing():
    found = file_damage.run(200, 1)
    assert found["changes"] == 200
    assert found["refused"] > 100
