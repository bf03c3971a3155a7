"""What is not known here, or is newer, opens to be looked at, and says why no more can be done."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from optiviz.engine.parameters import SpecError
from optiviz.engine.reader import Reader
from optiviz.engine.registry import kinds
from optiviz.engine.run import Run
from optiviz.reports.html import report
from optiviz.store import StoreError, run_file
from optiviz.store.verify import verify
from optiviz.views import finest, show
from tests.store.hostile import array, is_one_sentence, members, refused, write

VIEWS = tuple(kinds("views").values())
FILES = Path(__file__).parent / "files"


@pytest.fixture(scope="module")
def good(climb, tmp_path_factory):
    path = tmp_path_factory.mktemp("known") / "good.optiviz"
    run_file.save(path, [climb])
    return path


def strange(path, target, change=lambda spec: None, version=None, more=()):
    content = members(path)
    spec = json.loads(content["run-0/spec.json"])
    change(spec)
    content["run-0/spec.json"] = json.dumps(spec).encode()
    if version is not None:
        about = json.loads(content["format.json"]) | {"version": version, "novel": [1]}
        content["format.json"] = json.dumps(about).encode()
    return write(target, content | dict(more))


def another_algorithm(spec):
    spec["optimizer"] = {"kind": "sign_descent", "learning_rate": 0.1}


def another_problem(spec):
    spec["problem"] = {"kind": "puzzle", "pieces": 9}


def another_dataset(spec):
    spec["problem"]["dataset"] = {"kind": "survey", "year": 2031}


def a_new_setting(spec):
    spec["optimizer"]["mood"] = "calm"


def a_change_to_it(spec):
    spec["changes"] = [{"at": 10, "optimizer": {"kind": "sign_descent"}}]


CHANGES = [another_algorithm, another_problem, another_dataset, a_new_setting, a_change_to_it]


@pytest.fixture(params=CHANGES, ids=lambda change: change.__name__)
def unknown(request, good, tmp_path):
    return strange(good, tmp_path / "unknown.optiviz", request.param)


def test_what_is_not_known_is_shown_with_the_sentence_why(unknown, climb):
    (run,) = run_file.load(unknown)
    optimizer = run.spec.optimizer
    assert optimizer.recorded
    assert "known" in optimizer.read_only
    assert len(optimizer.read_only) < 320
    assert run.name == climb.name
    assert run.stop_reason is climb.stop_reason
    assert run.digest == climb.digest
    ours, theirs = run.trace.curve("f"), climb.trace.curve("f")
    np.testing.assert_array_equal(ours.last, theirs.last)
    assert run.history.samples().metrics.keys() == climb.history.samples().metrics.keys()


def test_it_is_not_led_on_and_says_the_same_sentence(unknown, tmp_path):
    (run,) = run_file.load(unknown)
    why = run.spec.optimizer.read_only
    with pytest.raises(SpecError) as changed:
        run.change(10, x=np.zeros(run.spec.problem.dim))
    assert why in str(changed.value)
    with pytest.raises(SpecError) as branched:
        run.branch(10, x=np.zeros(run.spec.problem.dim))
    assert why in str(branched.value)
    with pytest.raises(RuntimeError) as resumed:
        run.resume()
    assert why in str(resumed.value)
    (found,) = verify(unknown).runs
    assert not found.identical
    assert why in found.sentence
    with pytest.raises(StoreError) as refused_spec:
        run_file.spec_of(unknown)
    is_one_sentence(str(refused_spec.value), unknown)


def test_its_point_stands_still_between_the_states_that_were_stored(unknown, climb):
    (run,) = run_file.load(unknown)
    reader = Reader(run)
    row = climb.trace.rows(500, 501).row(0)
    state = reader.state(500)
    assert (state.k, state.f, state.best_f, state.evaluations) == (
        500, row.f, row.best_f, row.evaluations
    )  # fmt: skip
    np.testing.assert_array_equal(state.x, climb.state(0).x)
    np.testing.assert_array_equal(reader.state(run.k).best_x, climb.best_x)


def test_every_view_and_the_report_show_it_or_say_why_not(unknown):
    (run,) = run_file.load(unknown)
    run.history.extend(Reader(run), 0.2)
    suiting = [view for view in (cls() for cls in VIEWS) if view.suits(run.spec.problem)]
    assert len(suiting) >= 3
    for view in suiting:
        figure = finest(view, [show(run, 500, "a")], 0.2)
        assert type(figure).__name__ == "Figure"
        if figure.code is not None:
            assert not figure.code.script
    assert "can only be looked at" in report([run])


def test_saving_it_again_loses_nothing(unknown, tmp_path):
    before = members(unknown)
    run_file.save(tmp_path / "again.optiviz", run_file.load(unknown))
    after = members(tmp_path / "again.optiviz")
    assert json.loads(after["run-0/spec.json"]) == json.loads(before["run-0/spec.json"])
    assert json.loads(after["run-0/run.json"])["trace_sha256"]
    for name in before:
        if name.endswith(".npy"):
            assert after[name] == before[name], name
    assert before.keys() == after.keys()


def test_what_its_algorithm_carried_comes_back(good, tmp_path):
    """Fields that no algorithm here has, of several types, and channels of any name."""
    content = members(good)
    n = len(np.frombuffer(content["run-0/last/k.npy"][-8:], np.int64))
    for part in ("last", "states-0"):
        n = 1 if part == "last" else content_length(content, part)
        content[f"run-0/{part}/mood.npy"] = array(np.arange(n), np.float32)
        content[f"run-0/{part}/matrix.npy"] = array(np.ones((n, 3, 2)), np.int8)
    path = strange(write(tmp_path / "a", content), tmp_path / "b.optiviz", another_algorithm)
    (run,) = run_file.load(path)
    run_file.save(tmp_path / "c.optiviz", [run])
    before, after = members(path), members(tmp_path / "c.optiviz")
    assert all(after[name] == before[name] for name in before if name.endswith(".npy"))


def content_length(content, part):
    from optiviz.store.npy import from_bytes

    return len(from_bytes(content[f"run-0/{part}/k.npy"]))


@pytest.mark.parametrize("kind", ["dropped", "runs"])
def test_old_files_of_what_is_not_known(kind, tmp_path):
    """Whose older rows are gone: they are as the curves have them."""
    path = strange(FILES / f"version-1-{kind}.optiviz", tmp_path / "a.optiviz", another_problem)
    run, *_ = run_file.load(path)
    rows = Reader(run).rows(10, 20)
    assert len(rows) == 10
    assert np.isfinite(rows.f).all()
    assert run.spec.problem.reading.name == "value"
    assert Reader(run).state(15).k == 15
    run_file.save(tmp_path / "b.optiviz", [run])
    (again, *_) = run_file.load(tmp_path / "b.optiviz")
    assert again.digest == run.digest


def test_a_newer_format_is_shown_as_far_as_it_is_understood(good, climb, tmp_path):
    more = {"run-0/mind/thoughts.npy": array([1.0]), "run-0/a/b/c/novel.cbor": b"\xa0"}
    about = json.loads(members(good)["run-0/run.json"]) | {"stop_reason": "bored", "mood": 1}
    more["run-0/run.json"] = json.dumps(about).encode()
    path = strange(good, tmp_path / "new.optiviz", version=3, more=more)
    (run,) = run_file.load(path)
    why = run.spec.optimizer.read_only
    assert "was written by a newer optiviz, in version 3" in why
    assert run.spec.problem == climb.spec.problem
    np.testing.assert_array_equal(run.trace.curve("f").last, climb.trace.curve("f").last)
    with pytest.raises(StoreError, match=r"newer optiviz.*copy its file"):
        run_file.save(tmp_path / "again.optiviz", [run])
    assert not (tmp_path / "again.optiviz").exists()
    assert why in verify(path).runs[0].sentence
    refused(path, "can only be looked at", run_file.spec_of)


def test_a_newer_format_that_can_t_be_shown_is_one_sentence(good, tmp_path):
    content = members(good)
    about = json.loads(content["format.json"]) | {"version": 9}
    content["format.json"] = json.dumps(about).encode()
    for name in ("run-0/spec.json", "run-0/trace/f.npy", "run-0/last/x.npy"):
        rest = {key: data for key, data in content.items() if key != name}
        refused(write(tmp_path / "a", rest), "newer")


def test_a_newer_file_that_is_damaged_is_damaged(good, tmp_path):
    path = strange(good, tmp_path / "a", version=3, more={"run-0/new/thing.npy": array([1.0])})
    content = members(path)
    content["run-0/new/thing.npy"] = array([2.0])
    refused(write(path, content, checksums=False), "does not match its checksum")


def test_a_table_of_the_user_s_travels_along(tmp_path, good):
    from optiviz.tables import contents

    table = b"a;b\n1;2\n" * 10
    sha = contents.put(table)

    def of_table(spec):
        spec["problem"]["dataset"] = {"kind": "table_of_tomorrow", "content": sha}

    member = f"tables/{sha}.npy"
    path = strange(
        good, tmp_path / "a", of_table, more={member: array(np.frombuffer(table, np.uint8))}
    )
    (run,) = run_file.load(path)
    run_file.save(tmp_path / "b", [run])
    assert members(tmp_path / "b")[member] == members(path)[member]
    wrong = members(path) | {member: array(np.zeros(5, np.uint8))}
    refused(write(tmp_path / "c", wrong), "is not the table that its name says")
    other = members(path) | {f"tables/{'0' * 64}.npy": array(np.zeros(5, np.uint8))}
    refused(write(tmp_path / "d", other), "which is not known")


def test_a_file_of_ours_that_packs_very_well_is_not_refused(tmp_path, monkeypatch, climb):
    from optiviz.store import archive

    monkeypatch.setattr(archive, "_FREE", 1 << 20)
    with (tmp_path / "a").open("wb") as file:
        writer = archive.Writer(file, "a")
        writer.json("format.json", {"version": 2, "runs": 1})
        for i in range(20):
            writer.array(f"run-0/zeros/a{i}.npy", np.zeros(200_000))
        writer.finish()
    with archive.Archive(tmp_path / "a") as opened:
        assert len(opened.names("run-0/")) == 20
    assert (tmp_path / "a").stat().st_size < 3 << 20


def test_a_run_that_is_not_known_is_a_run_like_any_in_a_spec(unknown):
    """It can be held as plain data, as the history does."""
    (run,) = run_file.load(unknown)
    assert type(run.spec).from_dict(run.spec.to_dict()) == run.spec
    assert Run(run.spec).finish().failure is not None
