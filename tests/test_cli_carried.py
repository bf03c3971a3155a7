"""A report on the command line: shown, checked, run again and gone on with like a run file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import optiviz
from optiviz.engine.run import Run
from optiviz.store import carried, run_file, study_file
from optiviz.store.history import History
from tests.test_cli_compare import TINY


@pytest.fixture
def run(run, monkeypatch, tmp_path):
    """Run a command in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return run


def page(name: str, of: str) -> None:
    block = carried.block(Path(of).read_bytes())
    Path(name).write_text(f"<!DOCTYPE html>\n<html><body>\n{block}\n</body></html>\n")


@pytest.fixture(scope="module")
def made():
    """A run, as a run file has it."""
    spec = optiviz.RunSpec.load("classic-perceptron")
    return run_file.to_bytes([Run(spec, "classic").finish()])


@pytest.fixture
def report(run, made):
    """A run in a run file and in a page."""
    Path("r.optiviz").write_bytes(made)
    page("r.html", "r.optiviz")
    return run


def test_a_report_is_shown_verified_and_run_again(report):
    (shown,) = json.loads(report("show", "r.html", "--json")[1])
    (kept,) = json.loads(report("show", "r.optiviz", "--json")[1])
    assert shown | {"file": ""} == kept | {"file": ""}
    status, out, _ = report("verify", "r.html")
    assert status == 0
    assert "identical, all 1,000 iterations" in out
    again = json.loads(report("run", "r.html", "--json")[1])
    assert again["trace_sha256"] == kept["trace_sha256"]
    assert report("export", "r.html", "--to", "csv", "--out", "t.csv")[0] == 0
    assert Path("t.csv").stat().st_size > 10_000
    assert "0.8642" in report("runs", "r.html")[1]
    assert report("report", "r.html", "--out", "second.html")[0] == 0


def test_a_report_is_not_written_over_what_it_is_made_from(report):
    before = Path("r.html").read_bytes()
    status, _, lines = report("export", "r.html", "--to", "csv", "--out", "r.html")
    assert (status, len(lines)) == (2, 1)
    assert Path("r.html").read_bytes() == before


def test_a_report_is_taken_into_the_history(report, own_home):
    status, out, lines = report("history", "add", "r.html")
    assert (status, lines) == (0, [])
    with History.open() as history:
        (new,) = history.items()
        assert out.startswith(new.id[:8])
        kept, (carried_run,) = history.load(new.id), run_file.load("r.html")
    assert (kept.digest, kept.spec, kept.k) == (carried_run.digest, carried_run.spec, 1000)
    assert kept.stop_reason is carried_run.stop_reason


def test_one_changed_number_in_a_report_is_found(report):
    path = Path("r.html")
    content = bytearray(carried.content_of(path))
    content[len(content) // 2] ^= 1
    path.write_text(f"<!DOCTYPE html><html>{carried.block(bytes(content))}</html>")
    status, out, lines = report("verify", "r.html")
    assert (status, out, len(lines)) == (2, "", 1)
    assert "r.html: is damaged" in lines[0]


def test_a_study_in_a_report_goes_on_and_the_report_stays(run):
    assert run(*TINY, "--seeds", 2, "--out", "s.optiviz")[0] == 0
    page("s.html", "s.optiviz")
    before = Path("s.html").read_bytes()
    assert study_file.holds_study("s.html")
    assert json.loads(run("show", "s.html", "--json")[1])[0]["complete"]
    assert "identical, all 2 runs" in run("verify", "s.html")[1]
    status, out, _ = run("study", "s.html", "--jobs", 1, "--out", "on.optiviz")
    assert status == 0
    assert "2 of 2 runs were done already" in out
    assert len(study_file.load("on.optiviz").records) == 2
    assert run("study", "s.html", "--jobs", 1)[0] == 0
    assert Path("s.html").read_bytes() == before
    status, _, lines = run("study", "s.html", "--jobs", 1, "--out", "s.html")
    assert (status, len(lines)) == (2, 1)
    assert Path("s.html").read_bytes() == before
