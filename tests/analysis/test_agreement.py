"""How far a recorded run matches one of ours: said of digits, offsets, counts, points and ends."""

import json
import time
from pathlib import Path

import numpy as np
import pytest

from optiviz.analysis.runs.agreement import agreement, best_agreement
from optiviz.engine.run import Reader, Run
from optiviz.engine.spec import RunSpec
from optiviz.reports.export import export
from optiviz.store import imports, run_file

ROSENBROCK = {
    "problem": {"kind": "function_2d", "function": {"kind": "rosenbrock"}},
    "optimizer": {"kind": "hill_climbing", "step_size": 0.2},
    "stopping": {"max_iterations": 200},
    "seed": 3,
}


def run_of(name="run 3", **values) -> Run:
    return Run(RunSpec.from_dict(ROSENBROCK | values), name).finish()


@pytest.fixture(scope="module")
def ours() -> Run:
    return run_of()


def written(
    run: Run, path: Path, *, rows=201, number="{!r}", first=0, x=False, best=False, spoil=()
):
    """Write a run as another program might; `spoil` is (row, column, by how much)."""
    block = Reader(run).rows(0, rows)
    columns = {"iteration": list(range(first, first + rows)), "f": block.f.tolist()}
    columns["evals"] = block.evaluations.tolist()
    if best:
        columns["best_f"] = block.best_f.tolist()
    if x:
        points = np.array([run.state(k).x for k in range(rows)])
        columns |= {f"x{j}": points[:, j].tolist() for j in range(points.shape[1])}
    for row, column, change in spoil:
        columns[column][row:] = [value + change for value in columns[column][row:]]
    lines = [",".join(columns)]
    for cells in zip(*columns.values(), strict=True):
        lines.append(",".join(number.format(c) if isinstance(c, float) else str(c) for c in cells))
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def compared(ours: Run, path: Path, **how):
    (theirs,) = imports.open_any(written(ours, path, **how), ours)
    return agreement(theirs, ours)


@pytest.mark.parametrize("number", ["{!r}", "{:.17g}", "{:.6g}", "{:.3f}", "{:.4e}", "{:.0f}"])
def test_to_as_many_digits_as_were_written(tmp_path: Path, ours: Run, number: str):
    found = compared(ours, tmp_path / "t.csv", number=number, x=True, best=True)
    assert found.matches
    assert found.matching == found.compared == found.points == 201
    assert found.evaluations is None
    assert found.sentence == "matches run 3 to the end, iteration 200"


def test_one_that_differs_by_more_than_its_digits_does_not_match(tmp_path: Path, ours: Run):
    for number, change in (("{:.6f}", 2e-6), ("{!r}", 1e-7), ("{:.3f}", 2e-3)):
        found = compared(ours, tmp_path / "t.csv", number=number, spoil=[(38, "f", change)])
        assert found.until == 37
        assert found.difference.what == "f"
        assert found.difference.k == 38


def test_the_sentence_that_was_asked_for(tmp_path: Path, ours: Run):
    found = compared(ours, tmp_path / "t.csv", number="{:.3f}", spoil=[(38, "f", 0.25)])
    there, here = found.difference.theirs, found.difference.ours
    assert there == pytest.approx(here + 0.25, abs=1e-3)
    assert found.sentence.startswith("matches run 3 to iteration 37, then differs: f is ")
    assert found.sentence.endswith(" here")
    told = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert told["until"] == 37
    assert told["difference"]["k"] == 38


def test_a_point_or_a_best_value_alone_that_differs_is_found(tmp_path: Path, ours: Run):
    found = compared(ours, tmp_path / "t.csv", x=True, spoil=[(120, "x1", 1e-6)])
    assert found.until == 119
    assert "coordinate 1 is" in found.sentence
    found = compared(ours, tmp_path / "t.csv", best=True, spoil=[(50, "best_f", 1e-3)])
    assert found.until == 49
    assert "best f is" in found.sentence


def test_counting_from_one_is_told(tmp_path: Path, ours: Run):
    found = compared(ours, tmp_path / "t.csv", first=1)
    assert found.shift == -1
    assert found.matches
    assert "its iteration 1 is iteration 0 of run 3" in found.sentence
    found = compared(ours, tmp_path / "t.csv", first=1000)
    assert found.shift == -1000
    assert found.matches


def test_evaluations_that_are_counted_otherwise_are_told(tmp_path: Path, ours: Run):
    found = compared(ours, tmp_path / "t.csv", spoil=[(0, "evals", 7)])
    assert found.matches
    assert "evaluations are counted otherwise: 8 there, 1 here at iteration 0" in found.sentence


def test_who_goes_on_longer_is_told(tmp_path: Path, ours: Run):
    found = compared(ours, tmp_path / "t.csv", rows=50)
    assert found.sentence == (
        "matches run 3 to the end, iteration 49 of the recorded run; run 3 goes on to iteration 200"
    )
    (theirs,) = imports.open_any(written(ours, tmp_path / "t.csv"), ours)
    short = run_of("short", stopping={"max_iterations": 20})
    assert "the recorded run goes on to iteration 200" in agreement(theirs, short).sentence
    assert agreement(theirs, short).matches


def test_the_best_of_several_is_named(tmp_path: Path, ours: Run):
    (theirs,) = imports.open_any(written(ours, tmp_path / "t.csv"), ours)
    others = [run_of(f"seed {seed}", seed=seed) for seed in (1, 2)]
    found = best_agreement(theirs, [others[0], ours, others[1]])
    assert found.ours is ours
    assert best_agreement(theirs, []) is None
    assert agreement(theirs, others[0]).until is None
    assert (
        "differs from seed 1 from its start, iteration 0" in agreement(theirs, others[0]).sentence
    )


def test_what_cannot_be_compared_is_a_sentence(tmp_path: Path, ours: Run):
    path = tmp_path / "t.csv"
    path.write_text("k,accuracy\n0,0.5\n1,0.6\n", encoding="utf-8")
    (theirs,) = imports.open_any(path, ours)
    found = agreement(theirs, ours)
    assert not found.matches
    assert "it recorded accuracy" in found.sentence
    assert best_agreement(theirs, [ours]) is None
    assert "was not recorded elsewhere" in agreement(ours, ours).sentence
    assert "has not started" in agreement(theirs, Run(ours.spec, "new")).sentence
    path.write_text("k,f\n5000,1\n5001,2\n", encoding="utf-8")
    (late,) = imports.open_any(path, ours)
    assert agreement(late, ours).until is None


def test_holes_and_every_tenth_row_are_compared_where_they_are(tmp_path: Path, ours: Run):
    lines = written(ours, tmp_path / "a.csv", x=True).read_text(encoding="utf-8").splitlines()
    lines[21] = lines[21].rpartition(",")[0] + ","  # no last coordinate
    lines[31] = lines[31].split(",")[0] + ",,,,"
    path = tmp_path / "t.csv"
    path.write_text("\n".join([lines[0], *lines[1::10]]), encoding="utf-8")
    (theirs,) = imports.open_any(path, ours)
    found = agreement(theirs, ours)
    assert found.matches
    assert found.compared == 20


@pytest.mark.parametrize(
    "preset", ["classic-mlp", "classic-minibatch", "classic-perceptron", "rastrigin-10d", "sine"]
)
def test_what_we_export_matches_to_the_end_and_exactly(tmp_path: Path, preset: str):
    run = Run(RunSpec.load(preset).with_value("stopping.max_iterations", 250), preset).finish()
    export(run, "csv", tmp_path / "t.csv")
    for like in (run, None):
        (theirs,) = imports.open_any(tmp_path / "t.csv", like)
        rows, same = theirs.trace.rows(0, run.k + 1), run.trace.rows(0, run.k + 1)
        assert (rows.f == same.f).all()
        assert (rows.best_f == same.best_f).all()
        assert (rows.evaluations == same.evaluations).all()
        assert (rows.gradient_evaluations == same.gradient_evaluations).all()
        assert (rows.rows_seen == same.rows_seen).all()
        found = agreement(theirs, run)
        assert found.matches
        assert found.evaluations is None
        assert f"to the end, iteration {run.k}" in found.sentence
    run_file.save(tmp_path / "a.optiviz", [theirs, run])
    assert agreement(*run_file.load(tmp_path / "a.optiviz")).matches


def test_a_hundred_thousand_rows_are_compared_quickly(tmp_path: Path):
    run = run_of("long", stopping={"max_iterations": 100_000})
    export(run, "csv", tmp_path / "t.csv")
    (theirs,) = imports.open_any(tmp_path / "t.csv", run)
    began = time.process_time()
    assert agreement(theirs, run).matches
    assert time.process_time() - began < 2
