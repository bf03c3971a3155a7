"""The torture runs of the history, small; the whole ones are `python -m tests.torture NAME`."""

import os

import pytest

from tests.torture import history_damage, kill


@pytest.mark.clock
@pytest.mark.skipif(not hasattr(os, "fork"), reason="it forks")
def test_killed_processes_lose_nothing_older_than_a_second():
    figures = kill.run(100, 1)
    assert figures["killed"] == 100
    assert figures["resumed"] > 0


def test_no_damage_of_a_history_is_silent():
    figures = history_damage.run(100, 2)
    assert figures["put_aside"] > 0
    assert figures["named"] > 0
