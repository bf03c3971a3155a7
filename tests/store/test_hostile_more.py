"""More files that nobody means well with: other archives, other places, other kinds of file."""

from __future__ import annotations

import json
import os
import pickle
import sqlite3
import struct
import time
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest

from optiviz.cli import main
from optiviz.engine.parameters import SpecError
from optiviz.engine.spec import RunSpec
from optiviz.store import StoreError, study_file
from optiviz.store.imports import open_any
from optiviz.store.run_file import load, save
from tests.store.hostile import array, is_one_sentence, members, memory_peak, refused, write

FILES = Path(__file__).parent / "files"


@pytest.fixture(scope="module")
def good(descent, tmp_path_factory):
    path = tmp_path_factory.mktemp("more") / "good.optiviz"
    save(path, [descent])
    return path


@pytest.mark.parametrize("name", ["run-0/run.json", "format.json"])
def test_entries_that_are_not_known_are_named(good, tmp_path, name):
    content = members(good)
    about = json.loads(content[name]) | {"mood": 1}
    content[name] = json.dumps(about).encode()
    refused(write(tmp_path / "a", content), "has an entry 'mood', which is not known")
    about = json.loads(content[name]) | {"m" * 10**5: 1}
    content[name] = json.dumps(about).encode()
    refused(write(tmp_path / "a", content), "is not known")


def test_a_study_s_entries_that_are_not_known_are_named(tmp_path):
    content = members(FILES / "version-2-study.optiviz")
    about = json.loads(content["records.json"]) | {"mood": 1}
    content["records.json"] = json.dumps(about).encode()
    refused(write(tmp_path / "a", content), "'mood', which is not known", study_file.load)


def bomb(path, good, size, level=9):
    """Write a file whose one array expands to so many bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for key, data in members(good).items():
            if key != "run-0/trace/f.npy":
                archive.writestr(key, data)
        with archive.open("run-0/trace/f.npy", "w", force_zip64=size >= 1 << 32) as file:
            block = bytes(16 << 20)
            for _ in range(size // len(block)):
                file.write(block)


def test_200_kb_that_expand_to_200_mb(good, tmp_path):
    path = tmp_path / "bomb.optiviz"
    bomb(path, good, 208 << 20)
    assert path.stat().st_size < 300_000
    assert memory_peak(lambda: refused(path, "too much for its size")) < 32 << 20


def test_a_file_that_says_it_expands_to_10_gb(good, tmp_path):
    """By its list of contents; what is packed is small."""
    path = write(tmp_path / "bomb.optiviz", members(good))
    raw = bytearray(path.read_bytes())
    at = raw.find(b"PK\x01\x02")
    for _ in range(3):  # three members of 4 GB
        raw[at + 24 : at + 28] = (0xFFFF_FFF0).to_bytes(4, "little")
        at = raw.find(b"PK\x01\x02", at + 4)
    path.write_bytes(raw)
    assert memory_peak(lambda: refused(path, "too (much|large)")) < 32 << 20


def test_zip64_is_refused(good, tmp_path):
    path = tmp_path / "a.optiviz"
    content = members(good)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            with archive.open(name, "w", force_zip64=True) as file:
                file.write(data)
    try:
        load(path)  # sizes that fit are sizes that fit
    except StoreError as error:
        is_one_sentence(str(error), path)
    raw = good.read_bytes()
    count, size, offset = struct.unpack("<HLL", raw[-12:-2])
    end64 = struct.pack("<4sQHHLLQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, offset)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, len(raw) - 22, 1)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 2**32 - 1, 2**32 - 1, 0)
    path.write_bytes(raw[:-22] + end64 + locator + end)
    refused(path, "more than|damaged")


@pytest.mark.parametrize("length", [1, 100, 65_535])
def test_a_comment_is_refused(good, tmp_path, length):
    path = tmp_path / "a.optiviz"
    raw = bytearray(good.read_bytes())
    raw[-2:] = length.to_bytes(2, "little")
    path.write_bytes(bytes(raw) + b"x" * length)
    refused(path, "cut off or damaged")
    path.write_bytes(bytes(raw) + (b"PK\x05\x06" + bytes(18)) * (length // 22 + 1))
    refused(path)


def test_members_that_lie_over_each_other(good, tmp_path):
    """A quine of an archive: every member is packed in the same bytes."""
    path = tmp_path / "a.optiviz"
    raw = bytearray(good.read_bytes())
    places = []
    at = raw.find(b"PK\x01\x02")
    while at >= 0:
        places.append(at)
        at = raw.find(b"PK\x01\x02", at + 4)
    for place in places[1:]:
        raw[place + 42 : place + 46] = raw[places[0] + 42 : places[0] + 46]
    path.write_bytes(raw)
    refused(path, "damaged|lacks")


def test_an_encrypted_member(good, tmp_path):
    raw = bytearray(good.read_bytes())
    for mark, at in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        start = raw.find(mark)
        raw[start + at] |= 1
    path = tmp_path / "a.optiviz"
    path.write_bytes(raw)
    refused(path, "packed in a way")


def test_deflated_rubbish(good, tmp_path):
    content = members(good)
    path = tmp_path / "a.optiviz"
    write(path, content)
    raw = bytearray(path.read_bytes())
    packed = zlib.compress(content["run-0/spec.json"])[2:10]
    at = raw.find(packed[:4])
    raw[at + 3 : at + 60] = b"\xff" * 57
    path.write_bytes(raw)
    refused(path, "damaged")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such files here")
def test_places_that_are_no_files(good, tmp_path):
    pipe = tmp_path / "pipe.optiviz"
    os.mkfifo(pipe)
    with pytest.raises(StoreError, match="not an ordinary file"):
        load(pipe)  # nobody writes into it: it must not wait
    for name in ("pipe.toml", "pipe.json", "pipe.csv", "pipe.db"):
        os.mkfifo(tmp_path / name)
        with pytest.raises((StoreError, SpecError), match="not an ordinary file"):
            (open_any if name.endswith(("csv", "db")) else RunSpec.load)(tmp_path / name)
    link = tmp_path / "link.optiviz"
    link.symlink_to(good)
    assert load(link)[0].name == "a descent"
    link.unlink()
    link.symlink_to(pipe)
    refused(link, "not an ordinary file")
    link.unlink()
    link.symlink_to(link)
    refused(link, "can't be read")
    for device in ("/dev/zero", "/dev/null", "/dev/random"):
        if Path(device).exists():
            refused(Path(device), "not an ordinary file")
    refused(tmp_path, "is a folder")
    refused(tmp_path / ("x" * 5000), "can't be read|no such file")


def test_a_pickle_runs_nothing_by_any_name(tmp_path):
    class Evil:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "made"),)

    for suffix in (".optiviz", ".csv", ".db", ".json", ".toml", ".npy"):
        path = tmp_path / f"evil{suffix}"
        path.write_bytes(pickle.dumps(Evil()))
        with pytest.raises((StoreError, SpecError)):
            RunSpec.load(path) if suffix in (".json", ".toml") else open_any(path)
    assert not (tmp_path / "made").exists()


# On the command line

COMMANDS = [("show",), ("verify",), ("runs",), ("run",), ("report", "--out", "x.html")]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
@pytest.mark.parametrize("kind", ["cut", "text", "pickle", "newer", "nested", "folder", "gone"])
def test_the_command_line_says_one_sentence(good, tmp_path, capsys, monkeypatch, command, kind):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / f"{kind}.optiviz"
    content = members(good)
    if kind == "cut":
        path.write_bytes(good.read_bytes()[:-100])
    elif kind in ("text", "pickle"):
        path.write_bytes(b"hello" if kind == "text" else pickle.dumps([1]))
    elif kind == "newer":
        content["format.json"] = b'{"version": 3}'
        write(path, content)
    elif kind == "nested":
        write(path, content | {"run-0/spec.json": b"[" * 100_000})
    elif kind == "folder":
        path.mkdir()
    with pytest.raises(SystemExit) as ended:
        main([command[0], str(path), *command[1:]])
    said = capsys.readouterr()
    assert ended.value.code == 2
    assert said.out == ""
    assert said.err.count("\n") == 1
    is_one_sentence(said.err.strip(), path)
    assert not (tmp_path / "x.html").exists()


# What other programs wrote, and specs


def database(path, statements):
    with sqlite3.connect(path) as made:
        for statement in statements:
            made.execute(statement)
    made.close()


def test_hostile_databases_are_a_sentence(tmp_path):
    whole = tmp_path / "whole.db"
    database(whole, ["CREATE TABLE studies (study_id INTEGER, study_name TEXT)"])
    content = whole.read_bytes()
    hostile = {
        "a view of itself": ["CREATE VIEW studies AS SELECT * FROM studies"],
        "an endless view": [
            "CREATE VIEW studies AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 "
            "FROM n) SELECT i AS study_id, i AS study_name FROM n"
        ],
        "other columns": ["CREATE TABLE studies (x)"],
        "a trigger": [
            "CREATE TABLE studies (study_id INTEGER, study_name TEXT)",
            "CREATE TRIGGER t AFTER INSERT ON studies BEGIN SELECT load_extension('x'); END",
        ],
    }
    for i, (name, statements) in enumerate(hostile.items()):
        path = tmp_path / f"{i}.db"
        database(path, statements)
        before = path.read_bytes()
        with pytest.raises(StoreError) as caught:
            open_any(path)
        assert str(caught.value).startswith(str(path)), name
        assert "\n" not in str(caught.value)
        assert path.read_bytes() == before
    for length in range(0, len(content), 1021):
        path = tmp_path / "cut.db"
        path.write_bytes(content[:length])
        with pytest.raises(StoreError):
            open_any(path)


def test_hostile_event_files_are_a_sentence_or_read_as_far_as_they_go(tmp_path):
    for i, content in enumerate(
        (b"", b"x", bytes(1000), b"\xff" * 1000, struct.pack("<QL", 2**63, 0) + bytes(100))
    ):
        path = tmp_path / f"events.out.tfevents.{i}"
        path.write_bytes(content)
        with pytest.raises(StoreError) as caught:
            open_any(path)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000, "a = " + "[" * 100_000, "seed = " + "9" * 5000, "seed = nan", "seed = 1e999",
        "seed = 1\nseed = 2", "[a]\n[a]", "\x00", "a.b.c = 1\na.b = 2", '"\\ud800" = 1',
        ".".join("a" * 50_000) + " = 1", "[" + ".".join("a" * 50_000) + "]",
    ],
)  # fmt: skip
def test_hostile_specs_in_toml(tmp_path, text):
    path = tmp_path / "a.toml"
    path.write_text(text)
    began = time.process_time()
    with pytest.raises(SpecError) as caught:
        RunSpec.load(path)
    assert time.process_time() - began < 1
    assert all("\n" not in str(mistake) for mistake in caught.value.mistakes)


def test_arrays_of_dimensions_that_multiply_to_nothing(good, tmp_path):
    content = members(good) | {"run-0/trace/f.npy": array(np.zeros((0, 10**6)))}
    refused(write(tmp_path / "a", content), "trace/f")
