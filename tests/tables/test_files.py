"""Without these, a table would be half of an old and half of a new file, or a bare traceback."""

import sys

import pytest

from optiviz.tables import TableError
from optiviz.tables.files import content_of


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "my.csv"
    path.write_bytes(b"1,2\n" * 700_000)  # some blocks
    return path


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (lambda path: path.write_bytes(b"a"), "changed while it was read"),
        (lambda path: path.write_bytes(b"3,4\n" * 700_000), "changed while it was read"),
        (lambda path: path.write_bytes(b"3,4\n" * 700_001), "changed while it was read"),
        pytest.param(
            lambda path: path.unlink(),
            "can't be read: No such file",
            marks=pytest.mark.skipif(sys.platform == "win32", reason="open files stay there"),
        ),
    ],
    ids=["cut", "written over", "longer", "gone"],
)
def test_a_file_that_changes_while_it_is_read_is_a_sentence(table, act, sentence):
    shares = []

    def go_on(share):
        if not shares:
            act(table)
        shares.append(share)
        return True

    with pytest.raises(TableError, match=sentence) as caught:
        content_of(table, go_on)
    assert caught.value.field == "file"
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("method", ["open", "stat"])
def test_a_file_that_nobody_may_read_is_a_sentence(table, method, monkeypatch):
    def refuse(path, *args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(table), method, refuse)
    with pytest.raises(TableError, match="can't be read: Permission denied"):
        content_of(table)
