"""Without these, a run on somebody's own table couldn't be opened, or would open another's."""

import hashlib

from optiviz.tables import contents


def test_bytes_are_known_by_what_they_are() -> None:
    sha = contents.put(b"a,b\n1,2\n")
    assert sha == hashlib.sha256(b"a,b\n1,2\n").hexdigest()
    assert contents.get(sha) == b"a,b\n1,2\n"
    assert contents.put(bytearray(b"a,b\n1,2\n")) == sha
    assert contents.get("0" * 64) is None


def test_a_spec_says_which_tables_it_needs() -> None:
    one, two = contents.put(b"one"), contents.put(b"two")
    data = {
        "problem": {"dataset": {"kind": "csv", "content": one}},
        "runs": [{"x": [{"content": two}, {"content": one}]}, {"content": "no sha"}],
        "content": 7,
    }
    assert contents.named_in(data) == (one, two)


def test_nested_deeply_is_no_trouble() -> None:
    data: object = {"content": "f" * 64}
    for _ in range(100_000):
        data = [data]
    assert contents.named_in(data) == ("f" * 64,)
