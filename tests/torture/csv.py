"""Hostile tables: each is read as it says or is one sentence, quickly, and touches nothing else."""

import os
import random
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

from optiviz.datasets.csv import Csv
from optiviz.engine.parameters import SpecError
from optiviz.tables import TableError, contents
from optiviz.tables.files import content_of
from optiviz.tables.known import chosen_of

TITLE = "hostile tables: a sentence each, no file made, no process started"
USUAL = 60
_SECONDS = 5.0

# What is made of a table's bytes: "read" with that many rows used and left out, or words of the
# sentence that refuses it.
Case = tuple[str, bytes, tuple[int, int] | str]
GOOD = "".join(f"{i / 4},{i * 3},{'xy'[i % 2]}\n" for i in range(20))


def rows(text: str | bytes, used: int, left: int, name: str) -> Case:
    content = text if isinstance(text, bytes) else text.encode()
    return name, content, (used, left)


def refused(text: str | bytes, words: str, name: str) -> Case:
    return name, text if isinstance(text, bytes) else text.encode(), words


def with_cell(cell: str, name: str) -> Case:
    return rows(f"a,b,kind\n{GOOD}{cell},1,x\n", 20, 1, name)


def cases() -> list[Case]:
    """Return all of them; every line that the issue names, and its neighbours."""
    long = "z" * 131_073
    texts = "".join(f"{i},t{i}\n" for i in range(2000))
    semi = "".join(f"{i},5;{i},25;{'xy'[i % 2]}\n" for i in range(20))
    made: list[Case] = [
        rows("\ufeffa,b,kind\n" + GOOD, 20, 0, "byte-order mark"),
        rows(("\ufeffa,b,kind\n" + GOOD).encode("utf-16-le"), 20, 0, "UTF-16 little, marked"),
        rows(("\ufeffa,b,kind\n" + GOOD).encode("utf-16-be"), 20, 0, "UTF-16 big, marked"),
        rows(("a,b,kind\n" + GOOD).encode("utf-16-le"), 20, 0, "UTF-16 little, unmarked"),
        rows(("a,b,kind\n" + GOOD).encode("utf-16-be"), 20, 0, "UTF-16 big, unmarked"),
        rows(("\ufeffa,b,kind\n" + GOOD).encode("utf-32-le"), 20, 0, "UTF-32"),
        refused(
            ("\ufeffa,b,kind\n" + GOOD).encode("utf-16-le")[:-1], "is not UTF-16", "half UTF-16"
        ),
        refused(b"\xff\xfe\x00\xd8a\x00", "is not UTF-16", "a lone surrogate"),
        rows(("größe,b,kind\n" + GOOD).encode("cp1252"), 20, 0, "cp1252"),
        rows(b"a\x81,b,kind\n" + GOOD.encode(), 20, 0, "bytes that cp1252 leaves undefined"),
        rows("a;b;kind\n" + semi, 20, 0, "semicolons and decimal commas"),
        rows("a\tb\tkind\n" + GOOD.replace(",", "\t"), 20, 0, "tabs"),
        rows("a b kind\n" + GOOD.replace(",", "   "), 20, 0, "blanks"),
        rows("a,b,kind\r" + GOOD.replace("\n", "\r"), 20, 0, "old line ends"),
        rows("a,b,kind\r\n\n" + GOOD.replace("\n", "\r\n\r\n"), 20, 0, "blank lines"),
        with_cell("\0", "a NUL"),
        rows(b"a,b,kind\n" + GOOD.encode() + b"\0" * 1000, 20, 1, "a tail of NULs"),
        with_cell("1\0" + "2", "a NUL in a number"),
        with_cell(long, "a field of 131,073 characters"),
        rows(f"a,b,kind\n{GOOD}{long * 40},1,x\n", 20, 1, "a field of five million characters"),
        refused(
            f'a,b,kind\n{GOOD}"' + "1\n" * 100_000, "in line 22; is a quote", "a long open quote"
        ),
        refused(f'a,b,kind\n{GOOD}"1,2,x\n{GOOD}', "line 22 that is never closed", "an open quote"),
        refused('"', "line 1 that is never closed", "a quote alone"),
        with_cell('"1"2', "something after a quote"),
        with_cell('"1\n2"', "a line end in quotes"),
        rows(f"a,b,kind\n{GOOD}1\n1,2,3,4\n,,,,,,\n", 20, 3, "ragged rows"),
        refused("a,b,kind\n", "a header and no rows", "a header alone"),
        refused("a,b,kind", "a header and no rows", "a header without an end"),
        refused("", "is empty", "empty"),
        refused("\ufeff", "is empty", "a mark alone"),
        refused("\n" * 100_000, "is empty", "line ends alone"),
        refused(" \n\t\n", "is empty", "blanks alone"),
        with_cell("1_000", "1_000"),
        with_cell("0x10", "0x10"),
        with_cell("٣٫١٤", "Arabic digits"),
        with_cell("²", "a superscript"),
        with_cell("nan", "nan"),
        with_cell("-inf", "-inf"),
        with_cell("1e999", "1e999"),
        with_cell("9" * 5000, "5,000 digits"),
        rows(f"a,b,kind\n{GOOD}1e-400,1,x\n", 21, 0, "1e-400"),
        with_cell('"1,000"', "thousands"),
        with_cell("=cmd|' /C calc'!A0", "a formula of spreadsheets"),
        with_cell("__import__('os').system('touch pwned')", "a call"),
        with_cell("\x1b]0;pwned\x07", "escape sequences"),
        with_cell("\u202e1", "a mark that turns the direction"),
        with_cell("<script>alert(1)</script>", "a script"),
        rows("a,a,a\n" + GOOD, 20, 0, "duplicate headers"),
        rows(",,\n" + GOOD, 20, 0, "headers without names"),
        rows('"=1+1","<img src=file:///etc/passwd>","k\n2"\n' + GOOD, 20, 0, "hostile headers"),
        rows("a,b,kind\n" + "7,7,x\n7,7,y\n" * 10, 20, 0, "constant columns"),
        refused("a,b,kind\n" + "1,2,x\n" * 20, "one class alone", "one class"),
        refused("a,b,kind\n1,2,x\n", "one row alone", "one row"),
        refused("a,kind\nNA,x\nNA,y\n", "no other column has numbers", "a column without values"),
        refused("a\n1\n2\n", "no other column has numbers", "one column"),
        refused("a,b\n" + texts, "at most 1,000", "2,000 classes"),
        refused(",".join(map(str, range(10_001))) + "\n", "at most 10,000", "10,001 columns"),
        refused(b"1,2\n" * 1_000_001, "more than 1,000,000 rows", "a million rows and one"),
        refused(b"PK\x03\x04" + bytes(500), "spreadsheet or an archive", "a spreadsheet renamed"),
        rows(random.Random(1).randbytes(100_000), -1, -1, "random bytes"),
        refused(b"\x80\x04\x95" + b"cos\nsystem\n(S'touch pwned'\ntR.", "", "a pickle renamed"),
        rows("a,b,kind\n" + ",,\n" * 50_000 + GOOD, 20, 50_000, "rows without anything"),
    ]
    return made


def run(n: int, seed: int) -> dict[str, object]:
    """Read the first n of them (a spec each), and a file of a gigabyte."""
    chosen = cases()
    random.Random(seed).shuffle(chosen)
    seconds, sentences, used = [], 0, 0
    with tempfile.TemporaryDirectory() as folder, _nothing_else(Path(folder)) as seen:
        for name, content, expected in chosen[:n]:
            start = time.perf_counter()
            said = _said(content)
            seconds.append(time.perf_counter() - start)
            _check(name, said, expected)
            sentences += isinstance(said, str)
            used += not isinstance(said, str)
            assert seconds[-1] < _SECONDS, f"{name} took {seconds[-1]:.1f} s"
        assert not seen, f"touched {seen}"
    start = time.perf_counter()
    _gigabyte()
    return {
        "tables": len(chosen[:n]),
        "refused with a sentence": sentences,
        "read, bad rows listed": used,
        "slowest, s": round(max(seconds), 2),
        "a file of 1 GB refused in, ms": round(1000 * (time.perf_counter() - start), 1),
    }


def _said(content: bytes) -> str | tuple[int, int]:
    """Return the sentence that refuses a table, or its rows that are used and left out."""
    try:
        made = chosen_of(Csv(content=contents.put(content), file="hostile.csv").wanted)
    except SpecError as error:
        (mistake,) = error.mistakes
        return mistake.message
    reasons = made.left_out()
    assert len(reasons) == min(made.n_left_out, 1000), "not every row that is left out is listed"
    for _, reason in reasons:
        assert _is_plain(reason), f"no plain reason: {reason!r}"
    return made.n_rows, made.n_left_out


def _check(name: str, said: str | tuple[int, int], expected: tuple[int, int] | str) -> None:
    if isinstance(said, str):
        assert _is_plain(said), f"{name}: no plain sentence: {said!r}"
    if isinstance(expected, str):
        assert expected in str(said), f"{name}: {said!r}"
    elif expected != (-1, -1):  # else all that is asked is that it ends well
        assert said == expected, f"{name}: {said!r} instead of {expected}"


def _is_plain(sentence: str) -> bool:
    return sentence.isprintable() and len(sentence) < 500 and "Traceback" not in sentence


def _gigabyte() -> None:
    """Refuse a file of a gigabyte (with holes) before it is read."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.csv"
        with path.open("wb") as file:
            file.truncate(2**30)
        tracemalloc.start()
        said = "it was read"
        try:
            content_of(path)
        except TableError as error:
            said = str(error)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert "1,024 MB" in said, f"a file of 1 GB: {said}"
        assert most < 1_000_000, f"needed {most:,} bytes to refuse it"


class _nothing_else:
    """Has every file that is opened to write and every process that is started noted."""

    seen: list[str] | None = None
    hooked = False

    def __init__(self, folder: Path) -> None:
        self._folder, self._before = folder, os.getcwd()

    def __enter__(self) -> list[str]:
        os.chdir(self._folder)
        _nothing_else.seen = []
        if not _nothing_else.hooked:  # a hook can't be taken out again
            sys.addaudithook(_note)
            _nothing_else.hooked = True
        return _nothing_else.seen

    def __exit__(self, *_: object) -> None:
        _nothing_else.seen = None
        made = os.listdir(self._folder)
        os.chdir(self._before)
        assert not made, f"files were made: {made}"


def _note(event: str, args: tuple[object, ...]) -> None:
    seen = _nothing_else.seen
    if seen is None:
        return
    if event == "open":
        mode, flags = (*args, None, None)[1:3]
        writes = isinstance(mode, str) and any(c in mode for c in "wax+")
        writes |= isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
        if writes:
            seen.append(f"open {args[0]!r}")
    elif event.startswith(("subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn",
                           "socket.connect", "os.remove", "os.rename", "os.mkdir")):  # fmt: skip
        seen.append(event)
