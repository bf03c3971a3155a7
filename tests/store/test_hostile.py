"""A damaged or hostile file is refused in one plain sentence, quickly and in little memory."""

import io
import json
import os
import pickle
import random
import zipfile

import numpy as np
import pytest

from optiviz.store import StoreError
from optiviz.store.run_file import load, save, spec_of
from optiviz.store.verify import verify
from tests.store.hostile import members, memory_peak, npy, refused, write


@pytest.fixture(scope="module")
def good(descent, tmp_path_factory):
    path = tmp_path_factory.mktemp("hostile") / "good.optiviz"
    save(path, [descent])
    return path


def test_a_file_cut_off_at_any_byte(good, tmp_path):
    path = tmp_path / "cut.optiviz"
    path.write_bytes(good.read_bytes())
    for length in reversed(range(path.stat().st_size)):
        os.truncate(path, length)  # many times quicker than to write it anew
        refused(path, "cut off or damaged" if length > 3 else "is not a run file|is empty")


def opened_or_not(path):
    try:
        return load(path)[0], ""
    except StoreError as error:
        return None, str(error)


def test_flipped_bits_are_found_or_change_nothing(good, descent, tmp_path):
    content = good.read_bytes()
    path = tmp_path / "flipped.optiviz"
    found = 0
    draw = random.Random(1)
    for _ in range(300):
        flipped = bytearray(content)
        flipped[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
        path.write_bytes(flipped)
        opened, sentence = opened_or_not(path)
        if opened is None:
            found += 1
            assert "\n" not in sentence
        else:  # a time stamp or the like
            assert opened.digest == descent.digest
            assert (opened.spec, opened.name) == (descent.spec, descent.name)
    assert found > 200


def test_what_is_no_run_file(tmp_path):
    path = tmp_path / "a.optiviz"
    for content, words in {
        b"": "is empty",
        b"hello": "not a run file",
        pickle.dumps({"a": 1}): "not a run file",
        b"PK\x03\x04": "cut off or damaged",
        b"PK\x05\x06" + bytes(18): "not a run file",
        b"\x93NUMPY": "not a run file",
        bytes(100_000): "not a run file",
    }.items():
        path.write_bytes(content)
        refused(path, words)
    refused(tmp_path, "is a folder")
    refused(tmp_path / "gone.optiviz", "no such file")
    refused(tmp_path / "n\0l", "name can't be used")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<xml/>")
    refused(path, "which no run file has")


def test_a_pipe_is_no_run_file(tmp_path):
    import os

    if not hasattr(os, "mkfifo"):
        pytest.skip("no named pipes here")
    path = tmp_path / "pipe"
    os.mkfifo(path)
    handle = os.open(path, os.O_RDWR)  # so that opening it doesn't wait
    try:
        refused(path, "not an ordinary file")
    finally:
        os.close(handle)


def test_a_newer_format_is_named_as_such(good, tmp_path):
    content = members(good)
    content["format.json"] = json.dumps({"version": 3, "novel": [1]}).encode()
    content["run-0/novel.json"] = b"{}"
    refused(write(tmp_path / "a", content), "newer optiviz, in version 3 .* writes version 2")


@pytest.mark.parametrize("version", [None, 0, -1, "1", 1.0, True, [1], {"a": 1}, 10**400])
def test_a_version_that_is_none(good, tmp_path, version):
    content = members(good)
    content["format.json"] = json.dumps({"version": version}).encode()
    refused(write(tmp_path / "a", content), "version")


def test_every_missing_member_is_named(good, tmp_path):
    content = members(good)
    for name in content:
        if name.startswith("run-0/history/metric"):
            continue
        rest = {key: data for key, data in content.items() if key != name}
        # With its checksum left and with the checksum gone too.
        refused(write(tmp_path / "a", rest, checksums=False))
        if name not in ("checksums.json", "run-0/history/k.npy", "run-0/history/x.npy"):
            refused(write(tmp_path / "a", rest, checksums=True))


@pytest.mark.parametrize(
    "name",
    [
        "run-0/extra.npy", "run-1/spec.json", "notes.json", "run-0/trace/extra.npy",
        "../evil.json", "/etc/passwd", "run-0/../../evil.json", "C:\\evil.json", "run-0/a b.json",
        "run-0/evil.pkl", "x" * 5000, "run-0/", "\u202enosj.evil", "con:.json",
    ],
)  # fmt: skip
def test_unknown_members_and_paths_that_lead_elsewhere(good, tmp_path, name):
    content = members(good) | {name: b"{}"}
    sentence = refused(write(tmp_path / "a", content), "holds")
    assert len(sentence) < 300 + len(str(tmp_path))


def test_a_link_is_refused(good, tmp_path):
    path = write(tmp_path / "a", members(good))
    with zipfile.ZipFile(path, "a") as archive:
        info = zipfile.ZipInfo("run-0/link.json")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    refused(path, "holds a link")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_same_member_twice(good, tmp_path):
    content = members(good)
    order = [*content, "run-0/spec.json"]
    path = write(tmp_path / "a", content, checksums=False, order=order)
    refused(path, r"holds run-0/spec\.json twice")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"seed": 1, "seed": 2}', "stands twice"),
        ('{"seed": NaN}', "NaN is not a number"),
        ('{"seed": -Infinity}', "not a number"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
        ("[" * 100_000 + "]" * 100_000, "nested too deeply"),
        ('{"seed": ' + "9" * 5000 + "}", "too many digits"),
        ('{"seed": 1e999}', ""),
        ("{", "is not JSON"),
        ("", "is not JSON"),
        ("null", ""),
        ("[]", ""),
        ('"\\ud800"', ""),
        ("{}", "problem: is missing"),
        ('{"problem": {"kind": "no_such"}}', "is not known"),
    ],
)
@pytest.mark.parametrize("name", ["run-0/spec.json", "run-0/run.json", "format.json"])
def test_hostile_json(good, tmp_path, name, text, words):
    content = members(good) | {name: text.encode()}
    words = words if name == "run-0/spec.json" or words.startswith("nested") else ""
    path = write(tmp_path / "a", content)
    refused(path, words)
    if name == "run-0/spec.json":
        refused(path, words, spec_of)
        refused(path, words, verify)


def test_json_that_is_not_text(good, tmp_path):
    content = members(good) | {"run-0/spec.json": b"\xff\xfe\x00"}
    refused(write(tmp_path / "a", content), "is not text")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("iterations", -1), ("iterations", 10**30), ("iterations", 1.0), ("iterations", "100"),
        ("iterations", 99), ("iterations", True), ("seconds", -1), ("seconds", "1"),
        ("seconds", 10**30), ("first_row", 1), ("first_row", 101), ("bucket", 0),
        ("name", 5), ("name", "\ud800"), ("name", "x" * 10**6), ("stop_reason", "tired"),
        ("stop_reason", None), ("stop_reason", []), ("failure", "text"), ("failure", [1, 2]),
        ("failure", ["a", "b"]), ("rows_sha256", None), ("trace_sha256", 1),
    ],
)  # fmt: skip
def test_hostile_entries(good, tmp_path, key, value):
    content = members(good)
    about = json.loads(content["run-0/run.json"]) | {key: value}
    content["run-0/run.json"] = json.dumps(about).encode()
    refused(write(tmp_path / "a", content))


@pytest.mark.parametrize("runs", [0, 2, -1, 10**9, "1", None, 1001])
def test_a_wrong_number_of_runs(good, tmp_path, runs):
    content = members(good)
    about = json.loads(content["format.json"]) | {"runs": runs}
    content["format.json"] = json.dumps(about).encode()
    refused(write(tmp_path / "a", content))


def arrays():
    objects = io.BytesIO()
    np.save(objects, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    pairs = io.BytesIO()
    np.save(pairs, np.zeros(101, dtype=[("a", "<f8")]))
    text = io.BytesIO()
    np.save(text, np.array(["a"] * 101))
    body = np.zeros(101).tobytes()
    header = "{'descr': '<f8', 'fortran_order': False, 'shape': (%s), }"
    return {
        "pickle": pickle.dumps([1.0] * 101),
        "object dtype": objects.getvalue(),
        "structured": pairs.getvalue(),
        "text": text.getvalue(),
        "10^12 items": npy(header % "1000000000000,", body),
        "10^12 times 10^12": npy(header % "1000000000000, 1000000000000", body),
        "too many digits": npy(header % ("9" * 5000 + ","), body),
        "negative": npy(header % "-101,", body),
        "short": npy(header % "101,", body[:-1]),
        "long": npy(header % "101,", body + b"x"),
        "two-dimensional": npy(header % "101, 1", body),
        "none": npy(header % "0,"),
        "scalar": npy(header % "", body[:8]),
        "big-endian": npy("{'descr': '>f8', 'fortran_order': False, 'shape': (101,), }", body),
        "fortran": npy("{'descr': '<f8', 'fortran_order': True, 'shape': (101,), }", body),
        "object header": npy("{'descr': '|O', 'fortran_order': False, 'shape': (101,), }", body),
        "code": npy("__import__('os').abort()", body),
        "nested header": npy("(" * 9000, body),
        "cut header": npy(header % "101,", body)[:40],
        "only magic": b"\x93NUMPY",
        "version 9": b"\x93NUMPY\x09\x00" + npy(header % "101,", body)[8:],
        "nothing": b"",
    }


@pytest.mark.parametrize("what", list(arrays()))
@pytest.mark.parametrize("name", ["run-0/trace/f.npy", "run-0/last/x.npy", "run-0/states-0/k.npy"])
def test_hostile_arrays(good, tmp_path, name, what):
    content = members(good) | {name: arrays()[what]}
    refused(write(tmp_path / "a", content), name.removesuffix(".npy").split("/")[1])


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("trace/improvements", [5, 3]),
        ("trace/improvements", [-1]),
        ("trace/improvements", [10**9]),
        ("trace/clock_k", [0, 10**9]),
        ("history/k", [3, 2, 1]),
        ("history/k", [10**12]),
        ("states-0/k", [5]),
        ("last/k", [7]),
        ("last/best_k", [0.5]),
        ("last/f", [1]),
    ],
)
def test_numbers_that_do_not_fit(good, tmp_path, name, values):
    file = io.BytesIO()
    np.save(file, np.array(values))
    content = members(good) | {f"run-0/{name}.npy": file.getvalue()}
    refused(write(tmp_path / "a", content), "run-0/")


def test_states_of_another_algorithm_are_refused(good, tmp_path):
    content = members(good)
    content["run-0/states-0/velocity.npy"] = content["run-0/states-0/x.npy"]
    refused(write(tmp_path / "a", content), "another algorithm")


@pytest.mark.parametrize("name", ["run-0/spec.json", "run-0/trace/f.npy", "run-0/last/x.npy"])
def test_altered_content_does_not_match_its_checksum(good, tmp_path, name):
    content = members(good)
    content[name] = content[name][:-1] + bytes([content[name][-1] ^ 1])
    refused(write(tmp_path / "a", content, checksums=False), f"{name} does not match its checksum")


def test_checksums_that_are_none(good, tmp_path):
    content = members(good)
    for text in ("[]", "{}", "null", '{"run-0/spec.json": 1}'):
        content["checksums.json"] = text.encode()
        refused(write(tmp_path / "a", content, checksums=False))


@pytest.mark.parametrize("name", ["run-0/trace/f.npy", "run-0/spec.json", "run-0/bomb.npy"])
def test_a_zip_bomb_is_refused_before_it_takes_memory(good, tmp_path, name):
    path = tmp_path / "bomb.optiviz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for key, data in members(good).items():
            if key != name:
                archive.writestr(key, data)
        with archive.open(name, "w") as file:
            for _ in range(400):
                file.write(bytes(1 << 20))
    assert path.stat().st_size < 1 << 20
    assert memory_peak(lambda: refused(path, "too (much|large)")) < 32 << 20


def test_a_member_that_is_larger_than_it_says(good, tmp_path):
    path = tmp_path / "lies.optiviz"
    content = members(good)
    content["run-0/spec.json"] = b" " * (20 << 20)
    write(path, content)
    raw = bytearray(path.read_bytes())
    size = (20 << 20).to_bytes(4, "little")
    start = 0
    while (at := raw.find(size, start)) >= 0:
        raw[at : at + 4] = (100).to_bytes(4, "little")
        start = at + 1
    path.write_bytes(raw)
    assert memory_peak(lambda: refused(path, "damaged")) < 8 << 20


def test_a_directory_of_very_many_members(tmp_path):
    path = tmp_path / "many.optiviz"
    with zipfile.ZipFile(path, "w") as archive:
        for i in range(20_000):
            archive.writestr(f"run-{i % 9999}/a{i}.json", b"")
    assert memory_peak(lambda: refused(path)) < 64 << 20


def test_something_before_or_after_the_archive(good, tmp_path):
    path = tmp_path / "a"
    for content in (b"#!/bin/sh\n" + good.read_bytes(), good.read_bytes() + b"more"):
        path.write_bytes(content)
        refused(path)


def test_an_archive_with_a_password_or_another_packing(good, tmp_path):
    content = members(good)
    path = tmp_path / "a"
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        with zipfile.ZipFile(path, "w", method) as archive:
            for name, data in content.items():
                archive.writestr(name, data)
        refused(path, "packed in a way")
    raw = bytearray(good.read_bytes())
    at = raw.find(b"PK\x01\x02")
    raw[at + 8] |= 1  # says it needs a password
    path.write_bytes(raw)
    refused(path, "packed in a way|damaged")
