"""Long studies on the command line: the time left, what a killed one has kept, other machines."""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from optiviz import cli
from optiviz.cli import doing
from optiviz.cli.recording import ended_in_order
from optiviz.store import study_file

SEEDS = 30
ARGUMENTS = (
    "repeat", "classic-mlp", "--set", "stopping.max_iterations=1000", "--seeds", str(SEEDS),
    "--jobs", "2", "--out", "s.optiviz",
)  # fmt: skip
OFTEN_KEPT = """
import sys
from optiviz import cli
from optiviz.cli import doing
from optiviz.store.study_file import Autosave
Autosave.__init__.__defaults__ = (0.2,)
cli.main(sys.argv[1:])
"""


def printed(capsys, *arguments: str) -> tuple[str, list[str]]:
    with pytest.raises(SystemExit) as caught:
        cli.main(list(arguments))
    out, err = capsys.readouterr()
    assert caught.value.code == 0, err
    return out, err.splitlines()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_a_bar_tells_the_time_left_and_a_study_that_was_killed_goes_on(
    tmp_path, monkeypatch, capsys
):
    """Else an hour of computing is lost with the power, and nobody knows that it is an hour."""
    monkeypatch.chdir(tmp_path)
    ours, theirs = os.openpty()
    environment = {**os.environ, "COLUMNS": "100", "TERM": "xterm"}
    process = subprocess.Popen(
        [sys.executable, "-c", OFTEN_KEPT, *ARGUMENTS],
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env=environment,
    )
    os.close(theirs)
    shown, end = "", time.monotonic() + 100
    bar = re.compile(rf"(\d+) of {SEEDS} runs.*%.*\d:\d\d:\d\d")
    try:
        while not (bar.search(shown) and Path("s.optiviz").exists()):
            assert time.monotonic() < end, shown
            assert process.poll() is None, shown
            if select.select([ours], [], [], 0.1)[0]:
                shown += os.read(ours, 1 << 16).decode(errors="replace")
            shown = shown[-2000:]
    finally:
        begun = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.wait()
        os.close(ours)
    _, left = psutil.wait_procs(begun, timeout=100)
    assert left == []  # nobody would ever end them
    kept = study_file.load("s.optiviz")
    n = len(kept.records)
    assert 0 < n < SEEDS
    out, lines = printed(capsys, *ARGUMENTS, "--jobs", "1")  # the last one counts
    assert out.startswith(f"{n} of {SEEDS} runs were done already.")
    assert lines == []
    found = study_file.load("s.optiviz")
    assert found.complete
    assert all(found.records[planned].digest == r.digest for planned, r in kept.records.items())


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
@pytest.mark.parametrize(("number", "name"), [(signal.SIGINT, "gif"), (signal.SIGTERM, "mp4")])
def test_a_movie_that_is_ended_leaves_the_old_file_and_nothing_else(tmp_path, number, name):
    """Else a folder fills with halves of movies, and a program goes on that nobody sees."""
    if name == "mp4":
        pytest.importorskip("imageio_ffmpeg")
    beside, out = tmp_path / "beside", tmp_path / f"a.{name}"
    beside.mkdir()
    out.write_bytes(b"old")
    arguments = ["export", "classic-descent", "--to", name, "--view", "fitness", "--out", str(out)]
    arguments += ["--seconds", "600"]
    process = subprocess.Popen(
        [sys.executable, "-m", "optiviz", *arguments],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(beside)},
    )
    (half,) = _waited(lambda: list(tmp_path.glob(".optiviz-*.part")), process)
    if name == "mp4":
        _waited(lambda: list(beside.glob("*/movie.mp4")), process)
        begun = psutil.Process(process.pid).children(recursive=True)
        assert begun
    else:
        _waited(lambda: half.stat().st_size, process)
        begun = []
    process.send_signal(number)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 128 + number
    assert said in ("", "stopped\n")  # as typer has it
    assert out.read_bytes() == b"old"
    assert sorted(tmp_path.iterdir()) == [out, beside]
    assert list(beside.iterdir()) == []
    assert not any(one.is_running() for one in begun)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
def test_who_is_told_twice_to_end_clears_up_all_the_same():
    cleared = []

    def ended():
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            signal.raise_signal(signal.SIGTERM)
            cleared.append(True)

    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        with ended_in_order() as asked, pytest.raises(KeyboardInterrupt):
            ended()
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGTERM, before)
    assert cleared
    assert asked.status == 143


def _waited(found, process):
    while not (what := found()):
        assert process.poll() is None
        time.sleep(0.02)
    return what


def test_what_speaks_against_a_comparison_is_said_before_it_is_computed(
    tmp_path, monkeypatch, capsys
):
    """Afterwards somebody has waited for it, and believes it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(doing, "_counted", lambda results: contextlib.nullcontext(lambda *_: None))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    arguments = ["sweep", "classic-perceptron", "--over", "optimizer.step_size=0.1,0.3"]
    arguments += ["--seeds", "6", "--measure", "test_accuracy", "--jobs", "1"]
    arguments += ["--set", "stopping.max_iterations=20"]
    told = []
    usual = doing.execute
    monkeypatch.setattr(
        doing, "execute", lambda *a: told.append(capsys.readouterr().err) or usual(*a)
    )
    out, _ = printed(capsys, *arguments)
    assert told[0].startswith("! Settings are judged by the test rows.")
    assert "! Settings are judged by the test rows." in out


def test_a_cluster_comes_to_the_same_hashes(capsys):
    """The same specs, on machines beyond this one."""
    distributed = pytest.importorskip("distributed")
    arguments = ("repeat", "classic-perceptron", "--set", "stopping.max_iterations=40", "--json")
    alone, _ = printed(capsys, *arguments, "--seeds", "4", "--jobs", "1")
    setting = {"n_workers": 1, "threads_per_worker": 2, "processes": False}
    with distributed.LocalCluster(**setting, dashboard_address=None) as cluster:
        there = ("--backend", "dask", "--cluster", cluster.scheduler_address)
        beyond, _ = printed(capsys, *arguments, "--seeds", "4", *there)
    hashes = [[one["trace_sha256"] for one in json.loads(text)["runs"]] for text in (alone, beyond)]
    assert len(hashes[0]) == 4
    assert hashes[0] == hashes[1]
