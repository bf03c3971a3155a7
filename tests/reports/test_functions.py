"""Runs on functions of several variables leave the program as words, pages, tables and files."""

import csv
import json

import numpy as np
import pytest
from PIL import Image

from optiviz import cli, presets
from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.reports import words
from optiviz.reports.export import export
from optiviz.reports.html import report
from optiviz.store import run_file
from optiviz.store.verify import verify


@pytest.fixture(scope="module")
def descents():
    return [Run(spec, name).finish() for name, spec in presets.load("himmelblau-2d").specs]


@pytest.fixture(scope="module")
def climbs():
    return [Run(spec, name).finish() for name, spec in presets.load("rastrigin-10d").specs]


def command(capsys, *arguments):
    with pytest.raises(SystemExit) as caught:
        cli.main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return caught.value.code, out, err


def test_one_run_says_where_it_began_and_how_far_it_is_from_the_minimum(descents):
    page = report([descents[1]])
    assert "It began at x = (−1, 1) (value of Himmelblau: 130.0000)." in page
    assert "From −5 to 5 its lowest value is 0, at (3, 2), (−2.8051, 3.1313), " in page
    assert "Contours" in page
    assert ">Distance from the lowest point<" in page
    assert "A cross is where the function is known to be lowest." in page


def test_several_runs_are_compared_on_one_picture(descents, climbs):
    page = report(descents[:2])
    assert "Comparison of 2 runs" in page
    assert "from (0, 0): (3, 2); from (-1, 1): (−2.805, 3.131)" in page
    page = report(climbs[:2])
    assert "The 10 coordinates of the point at iteration 5,000" in page
    assert "The other coordinates are held where they are at iteration 5,000." in page


def test_sentences_name_short_points_alone(descents, climbs):
    assert words.start_sentence(descents[0]).startswith("It began at x = (0, 0) ")
    assert "a start point drawn with seed 1" in words.start_sentence(climbs[0])
    changed = descents[0].branch(3, x=np.array([-1.5, 2.0]))
    assert words.change_sentences(changed.spec) == [
        "After iteration 3 the point was moved by hand to x = (−1.5, 2)."
    ]


def test_the_spec_in_a_report_makes_the_same_run(descents, climbs, tmp_path):
    for run in (descents[1], climbs[2]):
        name, text = words.spec_file(run.spec)
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert RunSpec.load(tmp_path / name) == run.spec


def test_pictures_and_tables_are_exported(descents, climbs, tmp_path):
    for run, view in ((descents[0], "function_2d"), (climbs[0], "function_2d"),
                      (climbs[0], "coordinates")):  # fmt: skip
        export(run, "png", tmp_path / "a.png", view=view, at=7)
        with Image.open(tmp_path / "a.png") as picture:
            pixels = np.asarray(picture.convert("RGB")).reshape(-1, 3)
            assert len(np.unique(pixels[::97], axis=0)) > 20
        export(run, "svg", tmp_path / "a.svg", view=view)
        assert (tmp_path / "a.svg").read_bytes().startswith(b"<?xml")
    export(descents[0], "csv", tmp_path / "a.csv")
    with open(tmp_path / "a.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 101
    assert float(rows[0]["f"]) == 170


def test_run_files_hold_them_and_are_verified(descents, climbs, tmp_path):
    path = tmp_path / "a.optiviz"
    run_file.save(path, [*descents, climbs[2]])
    again = run_file.load(path)
    assert [run.digest for run in again] == [run.digest for run in (*descents, climbs[2])]
    assert verify(path).identical


def test_the_command_line_runs_and_lists_them(capsys):
    status, out, _ = command(
        capsys, "run", "himmelblau-2d", "--set", "problem.function.kind=booth",
        "--set", "optimizer.learning_rate=0.05",
    )  # fmt: skip
    assert status == 0
    assert "The lowest point of Booth" in out
    assert "best value of Booth 1.41" in out
    assert "x = (1.0000" in out
    status, out, _ = command(capsys, "run", "rastrigin-10d", "--json")
    assert status == 0
    assert len(json.loads(out)["x"]) == 10
    status, out, _ = command(capsys, "list", "functions", "--json")
    listed = {row["name"]: row for row in json.loads(out)}
    assert len(listed) >= 20
    assert listed["rosenbrock"]["label"] == "Rosenbrock"
    assert listed["rosenbrock"]["source"].startswith("Rosenbrock (1960)")
    status, _, err = command(capsys, "run", "rastrigin-10d", "--set", "problem.function.kind=beale")
    assert status == 2
    assert err.strip() == "problem.function.kind: Beale needs exactly 2 variables, not 10"


def test_the_log_calls_a_point_x(descents, climbs):
    """Weights belong to networks."""
    from optiviz.views import show
    from optiviz.views.log import Log

    for run in (descents[0], climbs[0]):
        lines = Log().figure([show(run)]).lines
        assert f"x at iteration {run.k:,}:" in lines
