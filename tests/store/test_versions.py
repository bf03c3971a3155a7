"""Files of every version of the format open, can be verified, and go on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from optiviz.cli.study_files import verified
from optiviz.engine import trace as trace_module
from optiviz.engine.run import Run, RunStatus
from optiviz.engine.stopping import StopReason
from optiviz.store import digests, run_file, study_file
from optiviz.store.archive import VERSION
from optiviz.store.verify import verify
from tests.store.hostile import array, members, refused, write

FILES = Path(__file__).parent / "files"
VERSIONS = range(1, VERSION + 1)


def test_one_file_of_each_kind_is_kept_for_each_version():
    kinds = ("dropped", "runs", "study")
    kept = sorted(path.name for path in FILES.glob("*.optiviz"))
    assert kept == [f"version-{v}-{kind}.optiviz" for v in VERSIONS for kind in kinds]
    assert all(path.stat().st_size < 100_000 for path in FILES.glob("*.optiviz"))


@pytest.fixture(params=VERSIONS)
def version(request):
    return request.param


def test_runs_of_a_version_open_and_are_what_they_were(version):
    path = FILES / f"version-{version}-runs.optiviz"
    climb, descent, left = run_file.load(path)
    assert [run.name for run in (climb, descent, left)] == ["climb", "descent", "left"]
    assert (climb.k, left.k) == (300, 50)
    assert left.stop_reason is StopReason.BY_HAND
    assert climb.digest == Run(climb.spec).finish().digest
    assert len(climb.history.samples().k) > 10
    assert verify(path).identical


def test_a_run_of_a_version_whose_older_rows_are_gone_is_verified(version):
    path = FILES / f"version-{version}-dropped.optiviz"
    (run,) = run_file.load(path)
    assert run.trace.first_held > 0
    assert verify(path).identical


def altered(recorded):
    wrong = recorded.digest[:-1] + ("0" if recorded.digest[-1] != "0" else "1")
    return replace(recorded, digest=wrong)


def test_a_wrong_digest_is_found_in_each_version(version, monkeypatch):
    """Where rows are whole, and where they have to be done again."""
    from optiviz.store import verify as verify_module

    for kind in ("runs", "dropped"):
        path = FILES / f"version-{version}-{kind}.optiviz"
        found = [altered(one) for one in run_file.read(path)]
        monkeypatch.setattr(verify_module, "read", lambda _, found=found: found)
        assert [run.identical for run in verify(path).runs] == [False] * len(found)


def test_a_run_of_a_version_goes_on_as_if_it_had_not_been_left(version, tmp_path):
    (run,) = run_file.load(FILES / f"version-{version}-dropped.optiviz")
    whole = Run(run.spec.reopened()).finish()
    run.resume()
    assert run.finish().digest == whole.digest
    run_file.save(tmp_path / "again.optiviz", [run])
    assert verify(tmp_path / "again.optiviz").identical


def test_an_old_run_that_is_saved_again_can_still_be_verified(version, tmp_path):
    for kind in ("dropped", "runs"):
        runs = run_file.load(FILES / f"version-{version}-{kind}.optiviz")
        run_file.save(tmp_path / "again.optiviz", runs)
        assert verify(tmp_path / "again.optiviz").identical


@pytest.mark.parametrize("how", ["resume", "change", "branch"])
def test_a_stored_run_goes_on_from_a_snapshot_and_is_not_done_again(tmp_path, monkeypatch, how):
    """Though its older rows are gone."""
    small = {"rows": 1024, "buckets": 64}
    monkeypatch.setattr(trace_module.Trace.__init__, "__kwdefaults__", small)
    (opened,) = run_file.load(FILES / "version-2-dropped.optiviz")
    spec = opened.spec.reopened()
    run_file.save(tmp_path / "a.optiviz", [opened])  # twice through a file
    (opened,) = run_file.load(tmp_path / "a.optiviz")
    softer = spec.optimizer.replace(step_size=0.02)
    done = []
    kind, steps = type(spec.optimizer), type(spec.optimizer).steps

    def counted(self, problem, state, draws, n):
        done.append(state.k)
        return steps(self, problem, state, draws, n)

    monkeypatch.setattr(kind, "steps", counted)
    if how == "resume":
        opened.resume()
        made = opened.finish()
        assert min(done) == 5000
    elif how == "change":
        opened.change(4200, softer)
        made = opened.finish()
        assert min(done) == 4096
    else:
        made = opened.branch(4200, softer)
        made.begin_as(opened, 4200)
        made.finish()
        assert min(done) == 4096
    assert made.status is RunStatus.FINISHED
    assert made.digest == Run(made.spec).finish().digest


def test_a_study_of_a_version_opens_goes_on_and_is_verified(version, tmp_path):
    from optiviz.studies.execution import execute

    path = FILES / f"version-{version}-study.optiviz"
    results = study_file.load(path)
    assert (len(results.records), len(results.missing)) == (3, 1)
    assert verified(path, None)[0] == {"identical": True, "runs": 3, "of": 3, "different": []}
    execute(results, 1)
    study_file.save(tmp_path / "a.optiviz", results)
    about, lines = verified(tmp_path / "a.optiviz", None)
    assert about["identical"], lines
    planned = results.study.runs[0]
    run = Run(results.study.spec_of(planned)).finish()
    assert digests.is_of(run, results.records[planned].digest)
    other = results.records[results.study.runs[1]].digest
    assert not digests.is_of(run, other)


def test_a_study_with_another_digest_is_said_to_differ(version, tmp_path):
    results = study_file.load(FILES / f"version-{version}-study.optiviz")
    planned = results.study.runs[1]
    record = results.records[planned]
    results.records[planned] = replace(record, digest=record.digest[:-2] + "00")
    study_file.save(tmp_path / "a.optiviz", results)
    about, _ = verified(tmp_path / "a.optiviz", None)
    assert len(about["different"]) == 1


def test_links_that_do_not_fit_are_refused(tmp_path):
    content = members(FILES / "version-2-dropped.optiviz")
    for name, values in {
        "run-0/kept/link.npy": np.zeros((2, 32), np.uint8),
        "run-0/trace/link.npy": np.zeros(31, np.uint8),
        "run-0/kept/f.npy": np.zeros(1),
    }.items():
        path = write(tmp_path / "a", content | {name: array(values)})
        refused(path, "another shape or type")
