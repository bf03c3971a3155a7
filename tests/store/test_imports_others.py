"""Optuna's studies and TensorBoard's scalars, written by the packages themselves."""

import sqlite3
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from optiviz.analysis.runs.agreement import agreement
from optiviz.engine.run import Run, RunStatus
from optiviz.engine.spec import RunSpec
from optiviz.store import imports, run_file
from optiviz.store.atomic import StoreError


def refusal(path: Path) -> str:
    with pytest.raises(StoreError) as caught:
        imports.open_any(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)
    return str(caught.value)


# Optuna


@pytest.fixture(scope="module")
def storage(tmp_path_factory) -> Path:
    """A file of three studies: with a pruned and a failed trial, maximised, and without a trial."""
    optuna = pytest.importorskip("optuna")
    path = tmp_path_factory.mktemp("optuna") / "with space & 100%.db"
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made = optuna.storages.RDBStorage(f"sqlite:///{path}")
            distribution = {
                "x": optuna.distributions.FloatDistribution(-5, 5),
                "n": optuna.distributions.IntDistribution(1, 9),
                "act": optuna.distributions.CategoricalDistribution(("relu", "tanh", None)),
            }
            study = optuna.create_study(storage=made, study_name="first")
            states = optuna.trial.TrialState
            for x, n, act, value, state in (
                (1.5, 3, "tanh", 4.0, states.COMPLETE),
                (2.5, 4, "relu", None, states.FAIL),
                (-1.0, 1, "relu", 1.25, states.COMPLETE),
                (0.5, 2, None, None, states.PRUNED),
                (0.25, 2, "tanh", 2.0, states.COMPLETE),
            ):
                params = {"x": x, "n": n, "act": act}
                study.add_trial(
                    optuna.create_trial(
                        params=params, distributions=distribution, value=value, state=state
                    )
                )
            more = optuna.create_study(storage=made, study_name="second", direction="maximize")
            for x, value in ((1.0, 0.5), (2.0, 0.75)):
                more.add_trial(
                    optuna.create_trial(
                        params={"x": x}, distributions={"x": distribution["x"]}, value=value
                    )
                )
            optuna.create_study(storage=made, study_name="empty")
            made.remove_session()
            made.engine.dispose()
    finally:
        optuna.logging.set_verbosity(before)
    return path


def test_each_study_with_a_finished_trial_is_a_run(storage: Path, tmp_path: Path):
    content = storage.read_bytes()
    first, second = imports.open_any(storage)
    assert storage.read_bytes() == content  # it is only read
    assert [path.name for path in storage.parent.iterdir()] == [storage.name]
    assert (first.name, second.name) == ("first", "second")
    assert first.trace.rows(0, 5).f.tolist() == [4, 4, 1.25, 1.25, 2]
    assert first.trace.rows(0, 5).evaluations.tolist() == [1, 1, 3, 3, 5]
    assert first.spec.problem.names == ("x", "n", "act")
    assert first.state(2).x.tolist() == [-1, 1, 1]
    assert first.best_x.tolist() == [-1, 1, 1]
    about = first.spec.optimizer.sentence()
    for part in ("study 'first'", "failed: 1", "pruned: 1", "act stands as 0 'tanh', 1 'relu'"):
        assert part in about
    reading = second.spec.problem.reading
    assert reading.more_is_better
    assert float(reading.value(np.array(second.best_f))) == 0.75
    run_file.save(tmp_path / "a.optiviz", [first, second])
    assert [run.digest for run in run_file.load(tmp_path / "a.optiviz")] == [
        first.digest,
        second.digest,
    ]


def test_a_study_is_laid_over_a_run_of_as_many_coordinates(storage: Path):
    spec = RunSpec.from_dict(
        {
            "problem": {
                "kind": "function_nd",
                "function": {"kind": "sphere"},
                "dimension": 3,
            },
            "optimizer": {"kind": "hill_climbing"},
            "stopping": {"max_iterations": 10},
        }
    )
    ours = Run(spec, "ours").finish()
    first, second = imports.open_any(storage, ours)
    assert first.spec.problem == spec.problem
    assert "differs from ours from its start" in agreement(first, ours).sentence
    assert second.spec.problem.kind == "recorded"
    assert "is about" in agreement(second, ours).sentence


def test_what_is_no_study_is_a_sentence(tmp_path: Path, storage: Path):
    (tmp_path / "a.db").write_bytes(b"hello")
    assert "is no SQLite database" in refusal(tmp_path / "a.db")
    with sqlite3.connect(tmp_path / "b.sqlite3") as database:
        database.execute("CREATE TABLE a (b)")
    database.close()
    assert "not one of Optuna's" in refusal(tmp_path / "b.sqlite3")
    with sqlite3.connect(tmp_path / "c.db") as database:
        database.execute("CREATE TABLE studies (b)")
    database.close()
    assert "Optuna can't read it" in refusal(tmp_path / "c.db")
    content = storage.read_bytes()
    (tmp_path / "d.db").write_bytes(content[: len(content) // 2])
    assert refusal(tmp_path / "d.db")
    spoilt = bytearray(content)
    spoilt[5000:60000] = bytes(55000)
    (tmp_path / "e.db").write_bytes(spoilt)
    assert refusal(tmp_path / "e.db")


def test_without_optuna_the_extra_is_named(storage: Path, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    assert "pip install optiviz[imports]" in refusal(storage)


# TensorBoard


@pytest.fixture(scope="module")
def logs(tmp_path_factory) -> Path:
    """A folder of two runs with two tags each, of both kinds of summary."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pytest.importorskip("tensorboard")
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.summary_pb2 import Summary
        from tensorboard.plugins.scalar.metadata import create_summary_metadata
        from tensorboard.summary.writer.event_file_writer import EventFileWriter
        from tensorboard.util.tensor_util import make_tensor_proto
    folder = tmp_path_factory.mktemp("logs")
    for run, shift in (("a", 0.0), ("deep/b", 1.0)):
        writer = EventFileWriter(str(folder / run))
        for k in range(0, 40, 10):
            values = [Summary.Value(tag="train/loss", simple_value=4.0 - k / 10 + shift)]
            new = Summary.Value(tag="accuracy", tensor=make_tensor_proto(np.float32(k / 100)))
            new.metadata.CopyFrom(create_summary_metadata("", ""))
            summary = Summary(value=[*values, new])
            writer.add_event(Event(step=k, wall_time=1000.0 + k + shift, summary=summary))
        writer.close()
    return folder


def test_each_tag_of_each_folder_is_a_run(logs: Path):
    runs = {run.name: run for run in imports.open_any(logs)}
    assert set(runs) == {
        *("train/loss · a", "accuracy · a", "train/loss · deep/b", "accuracy · deep/b"),
    }
    loss = runs["train/loss · deep/b"]
    assert loss.status is RunStatus.FINISHED
    assert loss.k == 30
    assert loss.trace.rows(0, 31).f[[0, 9, 10, 20, 30]].tolist() == [5, 5, 4, 3, 2]
    assert loss.trace.seconds(np.array([0, 10, 30])).tolist() == [0, 10, 30]
    accuracy = runs["accuracy · a"].spec.problem.reading
    assert accuracy.more_is_better
    assert float(accuracy.value(np.array(runs["accuracy · a"].best_f))) == pytest.approx(0.3)
    assert "tag 'train/loss' of a" in runs["train/loss · a"].spec.optimizer.sentence()


def test_one_event_file_alone_and_over_a_run_of_ours(logs: Path):
    (path,) = (logs / "a").iterdir()
    mlp = Run(RunSpec.load("classic-mlp").with_value("stopping.max_iterations", 3)).finish()
    runs = imports.open_any(path, mlp)
    assert len(runs) == 2
    assert {run.spec.problem.reading.name for run in runs} == {"accuracy"}


def test_what_are_no_scalars_is_a_sentence(tmp_path: Path):
    assert "no event file" in refusal(tmp_path)
    path = tmp_path / "events.out.tfevents.1.here"
    path.write_bytes(b"")
    assert "no scalars" in refusal(tmp_path)
    for content in (b"nonsense" * 50, bytes(200)):
        path.write_bytes(content)
        assert refusal(tmp_path)


def test_a_file_that_was_cut_off_is_read_as_far_as_it_goes(logs: Path, tmp_path: Path):
    (whole,) = (logs / "a").iterdir()
    content = whole.read_bytes()
    path = tmp_path / whole.name
    path.write_bytes(content[: len(content) - 20])
    runs = {run.name.split(" ")[0]: run for run in imports.open_any(path)}
    assert runs["train/loss"].k == 20


def test_without_tensorboard_the_extra_is_named(logs: Path, monkeypatch):
    for name in list(sys.modules):
        if name.split(".")[0] == "tensorboard":
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    assert "pip install optiviz[imports]" in refusal(logs)
