"""Every format of every kind of run is a file or a sentence, and its target is never lost.

If these fail, a user's run of an unusual kind ends in a traceback, or an old file is gone.
"""

from __future__ import annotations

import os

import pytest

import optiviz
from optiviz.engine.parameters import SpecError
from optiviz.engine.run import Run
from optiviz.presets import load
from optiviz.reports.document import Choices
from optiviz.reports.export import export
from optiviz.reports.formats import Options, formats
from optiviz.store import StoreError
from optiviz.store.imports import csv as traces

DESCENT = optiviz.RunSpec.load("classic-descent")
HELD = Choices(author="Ada", notes="## Why?\nIt climbs.", parts=("summary", "results", "runs"))
FEW = Options(choices=HELD, size="column", seconds=0.2, rate=10)


def short(name, n=4):
    return Run(load(name).spec.with_value("stopping.max_iterations", n), name).finish()


def failed():
    run = Run(DESCENT, "failed")
    run.advance(3)
    run.fail(RuntimeError("it broke"))
    return run


def going_on():
    run = Run(DESCENT, "going on")
    run.advance(3)
    return run


def foreign(tmp_path):
    (tmp_path / "theirs.csv").write_text("step,loss\n0,1\n1,0.5\n2,nan\n3,0.25\n", encoding="utf-8")
    return traces.read(tmp_path / "theirs.csv")


KINDS = {
    "diverged": lambda: Run(DESCENT.replace(start=(1e200,)), "diverged").finish(),
    "going on": going_on,
    "not begun": lambda: Run(DESCENT, "<b>not begun</b>"),
    "no iteration": lambda: short("classic-descent", 0),
    "perceptron": lambda: short("classic-perceptron"),
    "digits": lambda: short("digits"),
}
