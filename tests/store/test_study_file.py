"""A study opens as it was saved, and a damaged file is refused in one plain sentence."""

from __future__ import annotations

import errno
import gc
import json
import os
import random
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from optiviz import presets
from optiviz.engine.stopping import StopReason
from optiviz.store import StoreError, archive, run_file
from optiviz.store.study_file import Autosave, holds_study, load, save
from optiviz.studies.execution import execute
from optiviz.studies.plan import Configuration, Study
from optiviz.studies.records import without_run
from optiviz.studies.results import Results
from tests.store import hostile
from tests.store.hostile import members, write

refused = partial(hostile.refused, function=load)

SPECS = ("classic-mlp", "classic-minibatch", "classic-perceptron")


def plan_of(*names, seeds=(1, 2), measure="test_accuracy"):
    configurations = []
    for name in names:
        spec = presets.load(name).spec
        stopping = spec.stopping.replace(max_iterations=40)
        configurations.append(Configuration(name=name, spec=spec.replace(stopping=stopping)))
    return Study(configurations=tuple(configurations), search_seeds=seeds, measure=measure)


@pytest.fixture(scope="module")
def done():
    results = execute(Results(plan_of(*SPECS), looks=[2, 6]), 1)
    runs = results.study.runs
    del results.records[runs[4]]
    results.records[runs[1]] = without_run("ValueError: no · luck")
    cut = replace(results.records[runs[2]], stop_reason=StopReason.DIVERGED, f=np.inf)
    results.records[runs[2]] = cut
    return results


@pytest.fixture(scope="module")
def good(done, tmp_path_factory):
    path = tmp_path_factory.mktemp("study") / "good.optiviz"
    save(path, done)
    return path


def same(a, b):
    """Whether two records are alike in every number and every name."""
    plain = [
        [getattr(r, n) for n in vars(r) if n not in ("f", "course", "metrics")] for r in (a, b)
    ]
    names = [[*r.metrics, *r.course.metrics] for r in (a, b)]
    numbers = [
        (np.array(r.f), *r.metrics.values(), *vars(r.course.spent).values(), r.course.f)
        for r in (a, b)
    ]
    alongs = [tuple(r.course.metrics.values()) for r in (a, b)]
    return (
        plain[0] == plain[1]
        and names[0] == names[1]
        and all(np.array_equal(x, y, equal_nan=True) for x, y in zip(*numbers, strict=True))
        and all(np.array_equal(x, y, equal_nan=True) for x, y in zip(*alongs, strict=True))
    )


def test_a_study_opens_as_it_was_saved(done, good):
    opened = load(good)
    assert opened.study == done.study
    assert opened.looks == [2, 6]
    assert set(opened.records) == set(done.records)
    assert opened.missing == done.missing != []
    assert all(same(record, done.records[planned]) for planned, record in opened.records.items())
    execute(opened, 1)
    assert opened.complete


@pytest.mark.parametrize("names", [("classic-mlp",), ("rastrigin-10d",)])
def test_a_study_that_has_not_begun_and_one_without_metrics(names, tmp_path):
    results = Results(plan_of(*names, measure="objective"))
    path = tmp_path / "a.optiviz"
    for jobs in (0, 1):
        if jobs:
            execute(results, jobs)
        save(path, results)
        opened = load(path)
        assert (opened.study, opened.missing) == (results.study, results.missing)
        assert all(same(r, results.records[p]) for p, r in opened.records.items())


def test_the_same_study_makes_the_same_file(good, tmp_path):
    path = tmp_path / "again.optiviz"
    save(path, load(good))
    assert path.read_bytes() == good.read_bytes()


def test_each_kind_of_file_is_told_from_the_other(good, tmp_path):
    path = tmp_path / "run.optiviz"
    run_file.save(path, [presets_run()])
    assert holds_study(good)
    assert not holds_study(path)
    refused(path, "holds runs, and not a study")
    refused(good, "holds a study, and not runs", function=run_file.load)
    refused(good, "holds a study, and not runs", function=run_file.spec_of)
    (tmp_path / "text").write_text("hello")
    refused(tmp_path / "text", "is not a run file", function=holds_study)


def presets_run():
    from optiviz.engine.run import Run

    return Run(presets.load("classic-descent").spec).finish()


def test_a_file_cut_off_anywhere(good, tmp_path):
    path = tmp_path / "cut.optiviz"
    path.write_bytes(good.read_bytes())
    for length in range(path.stat().st_size - 1, 0, -97):
        os.truncate(path, length)
        refused(path, "cut off or damaged" if length > 3 else "is not a run file")


def opened_or_not(path):
    try:
        return load(path), ""
    except StoreError as error:
        return None, str(error)


def test_flipped_bits_are_found_or_change_nothing(good, done, tmp_path):
    content, path, draw, found = good.read_bytes(), tmp_path / "flipped", random.Random(1), 0
    for _ in range(150):
        flipped = bytearray(content)
        flipped[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
        path.write_bytes(flipped)
        opened, sentence = opened_or_not(path)
        if opened is None:
            found += 1
            assert "\n" not in sentence
        else:  # a time stamp or the like
            assert all(same(r, done.records[p]) for p, r in opened.records.items())
    assert found > 100


def test_every_missing_member_is_named(good, tmp_path):
    content = members(good)
    for name in content.keys() - {"checksums.json"}:
        refused(write(tmp_path / "a", {k: v for k, v in content.items() if k != name}))


def test_members_that_are_not_known(good, tmp_path):
    for name in ("records/extra.npy", "run-0/spec.json", "metrics/final-luck.npy"):
        refused(write(tmp_path / "a", members(good) | {name: b"{}"}), "not known")


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("records/place.npy", lambda a: [0] * len(a)),
        ("records/place.npy", lambda a: a + 10**6),
        ("records/place.npy", lambda a: -a),
        ("records/place.npy", lambda a: a[:-1]),
        ("records/stop_reason.npy", lambda a: a + 100),
        ("records/metrics.npy", lambda a: a + 100),
        ("records/along.npy", lambda a: a - 100),
        ("records/length.npy", lambda a: a - 100_000),
        ("records/length.npy", lambda a: a + 10**8),
        ("records/length.npy", lambda a: a[::-1] + np.arange(len(a))),
        ("records/iterations.npy", lambda a: a - 10**6),
        ("records/seconds.npy", lambda a: a * np.nan),
        ("records/seconds.npy", lambda a: -1 - a),
        ("courses/k.npy", lambda a: a[::-1]),
        ("courses/k.npy", lambda a: a * 0),
        ("courses/evaluations.npy", lambda a: a * np.nan),
        ("courses/f.npy", lambda a: a[1:]),
        ("courses/measured.npy", lambda a: ~a),
        ("courses/measured.npy", lambda a: a.astype(float)),
        ("metrics/final-test_accuracy.npy", lambda a: a[1:]),
        ("metrics/along-test_accuracy.npy", lambda a: np.append(a, 1)),
        ("records/digest.npy", lambda a: a[:, :31]),
    ],
)
def test_arrays_that_no_study_has(good, tmp_path, name, change):
    from optiviz.store.npy import from_bytes, to_bytes

    content = members(good)
    content[name] = to_bytes(np.asarray(change(from_bytes(content[name]))))
    refused(write(tmp_path / "a", content))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("study.json", "{}"),
        ("study.json", "[1]"),
        ("study.json", '{"search_seeds": NaN}'),
        ("study.json", "[" * 100_000),
        ("records.json", "[]"),
        ("records.json", "null"),
        *(
            ("records.json", {key: value})
            for key, value in {
                "looks": [-1], "failures": {"9999": "x"}, "stop_reasons": ["bored"],
                "metrics": [["a", "a"]],
            }.items()
        ),
        ("records.json", {"looks": "all"}),
        ("records.json", {"looks": [1.5]}),
        ("records.json", {"failures": {"0": 1}}),
        ("records.json", {"failures": ["x"]}),
        ("records.json", {"stop_reasons": [[]]}),
        ("records.json", {"metrics": [[1]]}),
        ("records.json", {"metrics": []}),
        ("format.json", {"study": -1}),
        ("format.json", {"study": 10**9}),
        ("format.json", {"study": True}),
        ("format.json", {"study": None}),
        ("format.json", {"machine": 1}),
        ("format.json", {"version": 3}),
    ],
)  # fmt: skip
def test_what_json_says_is_checked(good, tmp_path, name, text):
    content = members(good)
    if isinstance(text, dict):
        text = json.dumps(json.loads(content[name]) | text)
    content[name] = text.encode()
    refused(write(tmp_path / "a", content))


def test_a_study_is_written_now_and_then(tmp_path):
    path = tmp_path / "a.optiviz"
    results, sizes = Results(plan_of(*SPECS)), []
    every, rarely = Autosave(path, 0.0), Autosave(tmp_path / "b.optiviz", 1000)

    def told(*news):
        every(*news)
        rarely(*news)
        sizes.append(len(load(path).records))

    execute(results, 1, progress=told)
    assert sizes[0] == 1
    assert sizes == sorted(sizes)
    assert not (tmp_path / "b.optiviz").exists()
    assert every.trouble == ""


def test_a_study_that_cannot_be_written_goes_on(tmp_path):
    autosave = Autosave(tmp_path / "gone" / "a.optiviz", 0.0)
    assert execute(Results(plan_of("classic-mlp")), 1, progress=autosave).complete
    assert "its folder does not exist" in autosave.trouble


def test_a_disk_that_is_full_midway_is_one_sentence(done, tmp_path, monkeypatch, capsys):
    """And not a complaint of zipfile's besides, when what was begun is thrown away."""
    path = tmp_path / "s.optiviz"
    save(path, done)
    before = path.read_bytes()

    def full(*_):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(archive.Writer, "finish", full)
    with pytest.raises(StoreError, match=r"s\.optiviz: the disk is full$"):
        save(path, done)
    gc.collect()
    assert capsys.readouterr().err == ""
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
