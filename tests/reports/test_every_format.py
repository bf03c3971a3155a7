"""Every format of every kind of run is a file or a sentence, and an old file is never lost.

If these fail, a run of an unusual kind ends in a traceback, or a user's file is gone.
"""

from __future__ import annotations

import errno
import os

import pytest

import optiviz
from optiviz.engine.parameters import SpecError
from optiviz.engine.run import Run
from optiviz.presets import load
from optiviz.reports.document import Choices
from optiviz.reports.export import export
from optiviz.reports.figures import suiting
from optiviz.reports.formats import Options, formats
from optiviz.store import StoreError, imports
from tests.torture import faulty

DESCENT = optiviz.RunSpec.load("classic-descent").with_value("stopping.max_iterations", 4)
OPTIONS = Options(
    choices=Choices(author="Ada", notes="## Why?\nIt fell.", parts=("summary", "results", "runs")),
    size="column",
    seconds=0.2,
    rate=10,
)


def of_preset(name, n=4):
    return Run(load(name).spec.with_value("stopping.max_iterations", n), name).finish()


def going_on(_):
    run = Run(DESCENT, "going on")
    run.advance(3)
    return run


def failed(monkeypatch):
    run = going_on(None)
    monkeypatch.setattr(type(DESCENT.optimizer), "step", None)
    monkeypatch.setattr(type(DESCENT.optimizer), "steps", None)
    run.advance(1)
    monkeypatch.undo()
    assert run.failure is not None
    return run


def foreign(tmp_path):
    path = tmp_path / "theirs.csv"
    path.write_text("step,loss\n0,1\n1,0.5\n2,nan\n3,0.25\n", encoding="utf-8")
    (run,) = imports.open_any(path)
    path.unlink()
    return run


KINDS = {
    "diverged": lambda _: Run(DESCENT.replace(start=(1e200,)), "diverged").finish(),
    "going on": going_on,
    "not begun": lambda _: Run(DESCENT, "<b>not begun</b>"),
    "no iteration": lambda _: of_preset("classic-descent", 0),
    "perceptron": lambda _: of_preset("classic-perceptron"),
    "ten classes": lambda _: of_preset("digits", 2),
    "foreign": foreign,
}
LIKE_OTHERS = {"svg", "pdf_figure", "mp4", "assignment", "statistics_json", "statistics_npz"}


def writing(run, name, path):
    views = suiting(run).split(", ")
    view = "fitness" if "fitness" in views else views[0]
    drawn = formats()[name].takes & {"view", "views"}
    export(run, name, path, view=view if drawn else None, options=OPTIONS)


def check(run, name, folder):
    """Write a format over an old file, and return the sentence if it was refused."""
    path = folder / f"a{formats()[name].suffix}"
    path.write_bytes(b"old")
    told = ""
    try:
        writing(run, name, path)
    except (StoreError, SpecError) as error:
        told = str(error)
        assert path.read_bytes() == b"old"
        assert "\n" not in told
    else:
        assert path.stat().st_size > 20
    assert os.listdir(folder) == [path.name]
    path.unlink()
    return told


@pytest.mark.parametrize("kind", [*KINDS, "failed"])
def test_each_kind_of_run_is_a_file_or_a_sentence(kind, tmp_path, monkeypatch):
    run = failed(monkeypatch) if kind == "failed" else KINDS[kind](tmp_path)
    names = [name for name in formats() if kind == "diverged" or name not in LIKE_OTHERS]
    refused = {name: told for name in names if (told := check(run, name, tmp_path))}
    if kind == "not begun":
        assert list(refused) == names
        assert all("has not started" in told for told in refused.values())
        return
    programs = ["notebook", "py", "script"] if kind == "foreign" else []
    weights = [] if kind in ("perceptron", "ten classes") else ["weights_json", "weights_npz"]
    assert sorted(refused) == sorted(programs + weights)
    assert all("no network" in refused[name] for name in weights)


@pytest.mark.parametrize("name", formats())
def test_a_bad_target_is_one_sentence_and_leaves_what_was_there(name, tmp_path, monkeypatch, small):
    suffix = formats()[name].suffix
    (tmp_path / f"folder{suffix}").mkdir()
    (tmp_path / f"a{suffix}").write_bytes(b"old")
    before = sorted(os.listdir(tmp_path))
    for path, words in (
        (tmp_path / "gone" / f"a{suffix}", "its folder does not exist"),
        (tmp_path / f"a{suffix}" / f"b{suffix}", "is a file, not a folder"),
        (tmp_path / f"folder{suffix}", "is a folder, not a file"),
        (tmp_path / f"{'n' * 300}{suffix}", "its name is too long"),
    ):
        with pytest.raises(StoreError, match=words):
            writing(small, name, path)
    if os.name == "posix":
        for error, what, words in (
            (errno.EACCES, "open", "no permission to write here, or another program holds"),
            (errno.EROFS, "open", "can only be read"),
            (errno.ENOSPC, "write", "the disk is full"),
            (errno.EACCES, "replace", "another program holds the file"),
        ):
            disk = faulty.Disk(tmp_path, error, what, 1, once=False)
            with faulty.failing(disk), pytest.raises(StoreError, match=words):
                writing(small, name, tmp_path / f"a{suffix}")
            assert disk.refused
    assert sorted(os.listdir(tmp_path)) == before
    assert (tmp_path / f"a{suffix}").read_bytes() == b"old"


@pytest.fixture(scope="module")
def small():
    return of_preset("classic-perceptron", 1)
