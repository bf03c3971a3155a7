"""The history on the command line: runs are recorded by themselves, survive signals, go on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

import optiviz
from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.store import run_file
from optiviz.store.history import History, Recorder

SHORT = ("--set", "stopping.max_iterations=50")


@pytest.fixture
def listed(run):
    """Return what `history list` has as JSON."""

    def command(*arguments):
        status, out, err = run("history", "list", "--json", *arguments)
        assert (status, err) == (0, [])
        return json.loads(out, parse_constant=pytest.fail)["runs"]

    return command


def long_run(*arguments, seconds=20.0):
    """Start a run that would take minutes, and return it when it is in the history."""
    values = ("optimizer.kind=simulated_annealing", "stopping.max_iterations=900000000")
    settings = [part for value in values for part in ("--set", value)]
    process = subprocess.Popen(
        [sys.executable, "-m", "optiviz", "run", "rastrigin-10d", *settings, *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ,
    )  # fmt: skip
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with History.open() as history:
            if any(item.live and item.k > 0 for item in history.items()):
                return process
        time.sleep(0.05)
    process.kill()
    raise AssertionError(process.communicate()[1])


def test_a_run_is_recorded_unless_it_is_not_wanted(run, listed):
    status, out, err = run("run", "classic-descent", "--json")
    assert (status, err) == (0, [])
    (item,) = listed()
    assert item["name"] == "classic-descent"
    assert (item["status"], item["k"], item["stop_reason"]) == ("finished", 100, "iterations")
    with History.open() as history:
        assert history.load(item["id"]).digest == json.loads(out)["trace_sha256"]
    run("run", "classic-descent", "--no-history")
    assert len(listed()) == 1
    optiviz.run(RunSpec.load("classic-descent"))  # the library is a pure function
    assert len(listed()) == 1


def test_what_a_network_came_to_is_in_the_list(run, listed):
    out = json.loads(run("run", "classic-mlp", "--json", *SHORT)[1])
    (item,) = listed()
    assert item["test_accuracy"] == out["test_accuracy"]
    assert item["best"] == pytest.approx(1 - out["best_f"])


def test_every_run_of_a_race_is_recorded(run, listed):
    arguments = ("race", "classic-perceptron", "classic-perceptron:random_search", *SHORT)
    told = [run(*arguments, *more)[:2] for more in ((), ("--no-history",))]
    lines = [[line for line in out.splitlines() if "  " not in line] for _, out in told]
    assert told[0][0] == told[1][0] == 0
    assert lines[0] == lines[1]  # apart from the seconds that they took
    assert {item["algorithm"] for item in listed()} == {"hill_climbing", "random_search"}


def test_a_run_that_fails_is_recorded_as_that(run, listed, monkeypatch):
    from optiviz.optimizers.gradient_descent import GradientDescent

    def fail(*_):
        raise RuntimeError("no such luck")

    monkeypatch.setattr(GradientDescent, "init", fail)
    assert run("run", "classic-descent")[0] == 1
    (item,) = listed()
    assert item["status"] == "failed"
    assert "no such luck" in item["failure"]


@pytest.mark.parametrize("blocked", ["file", "full"])
def test_a_history_that_cant_be_written_is_one_line_and_nothing_else(
    run, own_home, monkeypatch, blocked
):
    if blocked == "file":
        (own_home / "place").write_text("in the way")
        monkeypatch.setenv("OPTIVIZ_HOME", str(own_home / "place"))
    else:
        monkeypatch.setattr(
            "optiviz.store.history.database.make",
            lambda folder: (_ for _ in ()).throw(OSError(28, "full", str(folder))),
        )
    status, out, err = run("run", "classic-descent", "--json")
    assert status == 0
    assert json.loads(out)["iterations"] == 100
    assert len(err) == 1, err
    assert err[0].startswith("warning: not recorded: ")
    assert "Errno" not in err[0]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_what_ends_a_run_leaves_it_where_it_was_and_it_goes_on(run, listed, number):
    """Else an hour of computing is lost with a terminal that is closed."""
    process = long_run()
    process.send_signal(number)
    out, err = process.communicate(timeout=100)
    (item,) = listed()
    assert out == ""
    assert not item["live"]
    k = item["k"]
    assert k > 0
    if number == signal.SIGKILL:
        assert item["status"] == "interrupted"
    else:
        assert process.returncode == 128 + number
        assert err == (
            f"rastrigin-10d was stopped at iteration {k:,}; "
            f"`optiviz history resume {item['id'][:8]}` goes on from there\n"
        )
        assert (item["status"], item["stop_reason"]) == ("finished", "by_hand")
    with History.open() as history:
        left = history.load(item["id"])
    assert left.digest == Run(left.spec).finish().digest  # all of it, exactly


def test_a_run_goes_on_in_its_place_to_the_same_end(run, listed):
    spec = RunSpec.load("classic-mlp")
    whole = Run(spec).finish()
    part, recorder = Run(spec, "part"), Recorder()
    place = recorder.follow(part)
    part.advance(333)
    recorder.look(part)
    assert recorder.close()
    assert listed()[0]["status"] == "interrupted"
    status, out, err = run("history", "resume", place[:6], "--json")
    assert (status, err) == (0, [])
    assert json.loads(out)["trace_sha256"] == whole.digest
    (item,) = listed()
    assert (item["id"], item["status"], item["k"]) == (place, "finished", whole.k)
    status, _, err = run("history", "resume", place)
    assert status == 2
    assert "ended by itself" in err[0]
    assert listed() == [item]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
def test_a_run_that_another_process_computes_is_left_alone(run, listed):
    process = long_run()
    try:
        status, _, err = run("history", "resume", listed()[0]["id"])
        assert status == 2
        assert "being recorded" in err[0]
        assert run("history", "list")[1].splitlines()[1].split()[2] == "running"
    finally:
        process.terminate()
        process.communicate(timeout=100)


def test_runs_are_found_labelled_deleted_and_brought_back(run, listed, tmp_path):
    run("run", "classic-descent")
    run("run", "classic-perceptron", *SHORT)
    second, first = (item["id"] for item in listed())
    assert run("history", "tag", first[:8], second, "--add", "for class")[0] == 0
    run("history", "tag", second, "--remove", "for class", "--add", "α")
    assert run("history", "note", first, "why so slow?")[0] == 0
    assert [(item["tags"], item["notes"]) for item in listed()] == [
        (["α"], ""),
        (["for class"], "why so slow?"),
    ]
    for words, found in (
        (["slow"], [first]),
        (["classic", "-slow"], [second]),
        (["CLASS", "perceptron"], [second]),
        (["nothing"], []),
    ):
        assert [item["id"] for item in listed("--", *words)] == found
    assert run("history", "delete", "last")[0] == 0
    assert [item["id"] for item in listed()] == [first]
    assert [item["id"] for item in listed("--deleted")] == [second]
    status, _, err = run("history", "show", second)
    assert status == 2
    assert "history restore" in err[0]
    assert run("history", "restore", second[:5])[0] == 0
    assert [item["id"] for item in listed()] == [second, first]

    out = tmp_path / "both.optiviz"
    assert run("history", "export", first, second, "--out", out)[1] == f"{out}\n"
    assert [r.name for r in run_file.load(out)] == ["classic-descent", "classic-perceptron"]

    run("history", "delete", first)
    status, _, err = run("history", "purge", first)  # nobody is there to be asked
    assert status == 2
    assert "--yes" in err[0]
    assert listed("--deleted") != []
    assert run("history", "purge", "--yes")[1] == f"Removed {first[:8]} classic-descent.\n"
    assert listed("--deleted") == []


def test_it_reads_well(run, own_home):
    assert run("history", "list")[1] == "No runs.\n"
    run("run", "classic-mlp", *SHORT)
    lines = run("history", "list")[1].splitlines()
    assert lines[0].split()[:4] == ["id", "name", "status", "iterations"]
    assert lines[1].split()[1:4] == ["classic-mlp", "finished", "50"]
    assert lines[2] == "1 run"
    out = run("history", "show", "last")[1]
    assert "classic-mlp" in out
    assert "50 iterations, 51 evaluations" in out
    assert run("history", "where")[1] == f"{own_home / 'history.sqlite3'}\n"
    assert run("history", "check")[:2] == (0, "1 of 1 run can be read and are as recorded.\n")


def test_a_damaged_run_is_named_and_the_others_stay(run, listed):
    import sqlite3

    run("run", "classic-perceptron", *SHORT)
    run("run", "classic-descent")
    where = run("history", "where")[1].strip()
    with sqlite3.connect(where) as db:
        slot = db.execute("SELECT min(slot) FROM chunks").fetchone()[0]
        db.execute("UPDATE chunks SET body = x'00' || body WHERE slot = ?", (slot,))
    db.close()
    status, out, _ = run("history", "check")
    assert status == 1
    assert "classic-perceptron" in out
    assert "1 of 2 runs can be read" in out
    good, bad = (item["id"] for item in listed())
    assert run("history", "show", good)[0] == 0
    status, _, err = run("history", "export", bad, "--out", "never.optiviz")
    assert status == 2
    assert "damaged" in err[0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["show", "0000"], "no run has this id"),
        (["show", "00"], "4 digits"),
        (["tag", "last"], "--add TAG or --remove TAG"),
        (["delete", "last"], "no run has this id"),
        (["--folder", "/no/such/folder", "list"], "there is no such folder"),
        (["export", "last", "--out", "x.csv"], "written as .optiviz"),
        (["fly"], "No such command"),
    ],
)
def test_mistakes_are_a_line_each(run, arguments, words):
    status, out, err = run("history", *arguments)
    assert (status, out) == (2, "")
    assert len(err) == 1
    assert words in err[0]


def test_a_name_turns_nothing_on_the_terminal(run):
    made, recorder = Run(RunSpec.load("classic-descent"), "a\x1b[31m\u202eb\nc"), Recorder()
    recorder.follow(made)
    recorder.look(made.finish())
    assert recorder.close()
    for command in (["list"], ["show", "last"], ["delete", "last"]):
        out = run("history", *command)[1]
        assert "\x1b" not in out
        assert "\u202e" not in out
