"""Recomputing a file says "identical", or where it first differs and what comes out."""

import hashlib
import io
import json
import zipfile

import numpy as np
import pytest

import optiviz
from optiviz.engine.run import Run, RunStatus
from optiviz.store import machine
from optiviz.store.run_file import load, save
from optiviz.store.verify import verify


def altered(path, target, change):
    """Write a file again with some members changed, and checksums that are right."""
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    change(content)
    content.pop("checksums.json")
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in content.items()}
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in (content | {"checksums.json": json.dumps(sums).encode()}).items():
            archive.writestr(name, data)
    return target


def change_array(name, index, by):
    def change(content):
        array = np.load(io.BytesIO(content[name])).copy()
        array[index] += by
        file = io.BytesIO()
        np.save(file, array)
        content[name] = file.getvalue()

    return change


@pytest.mark.parametrize("name", ["descent", "climb", "minibatch"])
def test_identical(name, request, tmp_path):
    run = request.getfixturevalue(name)
    save(tmp_path / "a", [run])
    progress = []
    found = verify(tmp_path / "a", lambda done, total: progress.append((done, total)))
    assert found.identical
    assert found.runs[0].first_difference is None
    assert found.runs[0].changed == ()
    assert found.runs[0].sentence == (
        f"{run.name}: identical, all {run.k:,} iterations to the last bit."
    )
    assert progress[-1] == (run.k, run.k)


def test_runs_that_ended_by_hand_by_the_clock_or_early_are_identical(tmp_path):
    spec = optiviz.RunSpec.load("classic-mlp")
    by_hand = Run(spec, "by hand")
    by_hand.advance(321)
    by_hand.stop()
    endless = spec.with_value("stopping.max_iterations", 10**9)
    clock = Run(endless.with_value("stopping.max_seconds", 0.05), "by the clock").finish()
    target = Run(spec.with_value("stopping.target", 0.8), "at a target").finish()
    away = optiviz.RunSpec.load("classic-descent").with_value("optimizer.learning_rate", 1.1)
    diverged = Run(away, "diverged").finish()
    paused = Run(spec, "paused")
    paused.advance(77)
    runs = [by_hand, clock, target, diverged, paused]
    save(tmp_path / "a", runs)
    found = verify(tmp_path / "a")
    assert [run.sentence for run in found.runs if not run.identical] == []
    assert [run.iterations for run in found.runs] == [run.k for run in runs]


@pytest.mark.parametrize("k", [0, 1, 57, 100])
@pytest.mark.parametrize("column", ["f", "best_f", "evaluations"])
def test_the_first_altered_iteration_is_named(descent, tmp_path, column, k):
    save(tmp_path / "a", [descent])
    change = change_array(f"run-0/trace/{column}.npy", k, 1)
    found = verify(altered(tmp_path / "a", tmp_path / "b", change))
    assert not found.identical
    assert found.runs[0].first_difference == k
    assert f"differs from iteration {k} on" in found.runs[0].sentence


def test_the_recomputed_result_is_told(climb, tmp_path):
    save(tmp_path / "a", [climb])

    def change(content):
        change_array("run-0/trace/f.npy", 500, -0.5)(content)
        change_array("run-0/last/best_f.npy", 0, -0.05)(content)

    (found,) = verify(altered(tmp_path / "a", tmp_path / "b", change)).runs
    right = 1 - climb.best_f
    assert found.first_difference == 500
    assert found.reading == "accuracy"
    assert found.recomputed_best == pytest.approx(right, abs=1e-15)
    assert found.best == pytest.approx(right + 0.05)
    assert f"recomputed {right:.6g} after 1,000" in found.sentence


@pytest.mark.parametrize(
    ("name", "index", "k"),
    [
        ("run-0/last/x.npy", (0, 0), 1000),
        ("run-0/states-0/x.npy", (0, 3), 0),
        ("run-0/history/metric-test_accuracy.npy", 40, 40),
    ],
)
def test_altered_points_and_metrics_are_found_too(climb, tmp_path, name, index, k):
    save(tmp_path / "a", [climb])
    found = verify(altered(tmp_path / "a", tmp_path / "b", change_array(name, index, 1e-9)))
    assert found.runs[0].first_difference == k


def test_another_spec_is_found(climb, tmp_path):
    save(tmp_path / "a", [climb])

    def change(content):
        spec = json.loads(content["run-0/spec.json"])
        spec["optimizer"]["step_size"] = 0.11
        content["run-0/spec.json"] = json.dumps(spec).encode()

    (found,) = verify(altered(tmp_path / "a", tmp_path / "b", change)).runs
    fresh = Run(climb.spec.with_value("optimizer.step_size", 0.11)).finish()
    ours, theirs = (run.trace.rows(0, 1001) for run in (climb, fresh))
    differ = (ours.f != theirs.f) | (ours.outcome != theirs.outcome)
    # Points differ at once; of them, those after the first row are held at the end alone.
    assert found.first_difference <= int(differ.argmax())
    assert found.recomputed_best == pytest.approx(1 - fresh.best_f)


@pytest.mark.parametrize(("limit", "k"), [(10, 11), (10**9, 100)])
def test_a_run_that_would_end_elsewhere_is_found_without_running_for_ever(
    descent, tmp_path, limit, k
):
    save(tmp_path / "a", [descent])

    def change(content):
        spec = json.loads(content["run-0/spec.json"])
        spec["stopping"]["max_iterations"] = limit
        content["run-0/spec.json"] = json.dumps(spec).encode()

    (found,) = verify(altered(tmp_path / "a", tmp_path / "b", change)).runs
    assert not found.identical
    assert found.first_difference in (k, k + 1)
    assert found.recomputed_iterations <= 101


@pytest.mark.parametrize("key", ["trace_sha256", "stop_reason"])
def test_an_altered_digest_or_reason_is_found(descent, tmp_path, key):
    save(tmp_path / "a", [descent])

    def change(content):
        about = json.loads(content["run-0/run.json"])
        about[key] = {"trace_sha256": "0" * 64, "stop_reason": "target"}[key]
        content["run-0/run.json"] = json.dumps(about).encode()

    assert not verify(altered(tmp_path / "a", tmp_path / "b", change)).identical


def test_another_machine_is_named(descent, tmp_path):
    save(tmp_path / "a", [descent])

    def change(content):
        about = json.loads(content["format.json"])
        about["machine"] |= {"blas": "openblas 0.1 Nehalem", "cpu_features": "SSE2"}
        about["versions"]["numpy"] = about["machine"]["numpy"] = "1.0"
        content["format.json"] = json.dumps(about).encode()

    (found,) = verify(altered(tmp_path / "a", tmp_path / "b", change)).runs
    assert found.identical
    assert f"numpy 1.0, here {np.__version__}" in found.changed
    assert "another processor" in found.changed
    assert "It was recorded elsewhere: " in found.sentence


def test_a_problem_that_fails_here_is_told(descent, tmp_path, monkeypatch):
    save(tmp_path / "a", [descent])

    def fail(*_):
        raise OSError("the data are gone")

    monkeypatch.setattr(type(descent.spec.problem), "evaluator", fail)
    (found,) = verify(tmp_path / "a").runs
    assert (found.identical, found.first_difference) == (False, 0)
    assert "the data are gone" in found.sentence


def test_a_long_run_is_verified_with_what_it_holds(tmp_path, monkeypatch):
    import optiviz.engine.run
    from optiviz.engine.trace import Trace

    class Small(Trace):
        def __init__(self, n_channels):
            super().__init__(n_channels, rows=4096, buckets=128)

    monkeypatch.setattr(optiviz.engine.run, "Trace", Small)
    spec = optiviz.RunSpec.load("classic-perceptron").with_value("stopping.max_iterations", 30_000)
    run = Run(spec).finish()
    save(tmp_path / "a", [run])
    assert verify(tmp_path / "a").identical
    change = change_array("run-0/trace/f.npy", 100, 1e-3)
    (found,) = verify(altered(tmp_path / "a", tmp_path / "b", change)).runs
    assert found.first_difference == run.trace.first_held + 100


def test_the_fingerprint_says_what_bits_depend_on():
    assert set(machine.fingerprint()) == {"system", "machine", "numpy", "blas", "cpu_features"}
    assert all(machine.fingerprint().values())
    assert machine.versions()["optiviz"] == optiviz.__version__


def test_metrics_are_not_needed(tmp_path):
    run = Run(optiviz.RunSpec.load("classic-mlp")).finish()
    save(tmp_path / "a", [run])
    assert verify(tmp_path / "a").identical
    assert len(run.history.samples().k) == 0


def test_a_run_that_another_version_of_its_algorithm_recorded_is_done_again(descent, tmp_path):
    """Its spec says all that it was; what only the state's fields lost would be the user's work."""
    save(tmp_path / "a", [descent])

    def change(content):
        for name in [name for name in content if name.startswith(("run-0/last", "run-0/states"))]:
            if name.endswith(("moments.npy", "updates.npy")):
                content[name.replace("moments", "velocity")] = content.pop(name)
                content.pop(name.replace("moments", "updates"), None)

    path = altered(tmp_path / "a", tmp_path / "b", change)
    (run,) = load(path)
    assert run.status is RunStatus.NEW
    assert run.name == descent.name
    assert run.finish().digest == descent.digest
    (found,) = verify(path).runs
    assert not found.identical
    assert "another version of its algorithm recorded it" in found.sentence
    assert f"after {descent.k:,} iterations" in found.sentence
