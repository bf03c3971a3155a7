"""A disk that fails takes neither an old file nor a run; all of it by `python -m tests.torture`."""

import os

import pytest

from tests.torture import disk, faulty


@pytest.mark.skipif(os.name != "posix", reason="faults are laid under a POSIX system's calls")
def test_what_fails_is_said_and_nothing_is_lost():
    figures = disk.run(6, 1)
    assert figures["tries"] == 6
    assert figures["refused"] > 0
    assert figures["faults"] > 0


@pytest.mark.skipif(os.name != "posix", reason="faults are laid under a POSIX system's calls")
def test_the_faults_are_real(tmp_path):
    """Else all of this would be green on a disk that never fails."""
    from optiviz.store.atomic import StoreError, write_text

    for what in ("open", "write", "fsync", "replace"):
        for error in faulty.NUMBERS.values():
            disk = faulty.Disk(tmp_path, error, what, 1, once=True)
            with faulty.failing(disk):
                with pytest.raises(StoreError):
                    write_text(tmp_path / "a.txt", "new")
                write_text(tmp_path / "a.txt", "new")
            assert disk.refused == [what]
    write_text(tmp_path / "a.txt", "and afterwards all is as before")
