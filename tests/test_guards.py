"""The guards that `python -m tests.torture guards` takes out are still where it looks for them."""

from tests.torture import guards, same


def test_every_guard_stands_where_it_is_looked_for():
    """Else the proof that the suite misses each of them can't be done any more."""
    assert guards.missing() == []
    assert len({guard.name for guard in guards.GUARDS}) == len(guards.GUARDS)


def test_a_spec_has_one_sha256_in_processes_with_other_locales_and_time_zones():
    assert same.run(2, 1)["sha256_a_spec"] == 1
