"""The whole story of a comparison, by mouse: set up, run, read, point, open, and it is the same."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from optiviz import cli
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StoppingCriterion
from optiviz.optimizers.adam import Adam
from optiviz.optimizers.random_search import RandomSearch
from optiviz.store import study_file
from optiviz.studies.records import recorded

SPEC = RunSpec.load("classic-mlp").replace(stopping=StoppingCriterion(max_iterations=20))
SEEDS = 6


def in_this_process(results, *, progress, cancelled, polite):
    for planned in results.missing:
        if cancelled():
            break
        record = recorded(results.study.spec_of(planned))
        results.records[planned] = record
        progress(results, planned, record)
    return results


@pytest.fixture
def compare(person):
    compare = person.window.compare
    compare.runner._execute = in_this_process
    return compare


def click(qtbot, widget):
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


def add(compare, words: str) -> None:
    """Choose from the menu under Add, as it is when it opens."""
    panel = compare.setup.configurations
    panel._fill_add_menu()
    menus = [panel._add_menu]
    while menus:
        for action in menus.pop().actions():
            if action.menu() is not None:
                action.menu().aboutToShow.emit()
                menus.append(action.menu())
            elif words == action.text():
                action.trigger()
                return
    pytest.fail(f"{words!r} is not in the menu")


def seen(person, kind: str):
    """Return the card of a view and its figure, when all that is done has been drawn."""
    grid = person.window.compare.grid
    grid.open(kind)
    (card,) = [card for card in grid.cards if card.view.kind == kind]
    QApplication.processEvents()
    person.until(lambda: card.settled and card.canvas.figure() is not None)
    return card, card.canvas.figure()


def command(capsys, *arguments) -> str:
    with pytest.raises(SystemExit) as caught:
        cli.main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    assert (caught.value.code, err) == (0, "")
    return out


def test_from_nothing_to_the_very_run_behind_a_point(person, compare, qtbot):
    """Three algorithms are set up and run; a point leads to its run, the same to the last bit."""
    tab = person.window.workspaces.index(compare)
    bar = person.window.tabs
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(tab).center())
    assert person.window.workspace is compare
    add(compare, "What is set up in Train")
    add(compare, "Random search")
    add(compare, "Adam")
    compare.setup.seeds.set_value({"count": SEEDS})
    compare.setup.budget.set_value({"by": "evaluations", "max_evaluations": 40})
    compare.setup._check()
    assert compare.plan_text.text().startswith(f"3 × {SEEDS} = {3 * SEEDS} runs")
    click(qtbot, compare.run_button)
    person.until(lambda: not compare.runner.running)
    results = compare.held.results
    assert results.complete
    _, verdict = seen(person, "verdict")
    assert "median train accuracy" in verdict.notes[0].sentence
    assert any("Wilcoxon signed-rank: " in note.evidence for note in verdict.notes)
    assert any("Friedman" in note.evidence for note in verdict.notes)
    card, figure = seen(person, "spread")
    spots = figure.spots[0]
    plot = card.canvas.plot()
    at = plot.pixel_of(spots.x[2], spots.y[2]).toPoint()
    qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=at)
    places = compare.runs.selected()
    assert len(places) == 1
    planned = results.study.runs[places[0]]
    compare.runs.opened.emit(places[0])
    assert person.window.workspace is person.window.train
    person.until(lambda: "identical" in person.window.messages.text)
    run = person.window.train.session.focus.run
    assert run.digest == results.records[planned].digest
    assert run.spec == results.study.spec_of(planned)


def test_the_window_and_the_command_line_say_the_same_numbers(person, compare, tmp_path, capsys):
    """Tables, tests and sentences of one file, on screen and by `optiviz compare --json`."""
    panel = compare.setup.configurations
    panel.add(SPEC, "climb")
    panel.add_algorithm(RandomSearch)
    panel.add_algorithm(Adam)
    person.window.bring(compare)
    compare.setup.seeds.set_value({"count": SEEDS})
    compare.setup.measure.set_value({"measure": "train_accuracy", "target": 0.55})
    compare.setup._check()
    compare.run()
    person.until(lambda: not compare.runner.running)
    path = tmp_path / "three.optiviz"
    study_file.save(path, compare.held.snapshot())
    found = json.loads(command(capsys, "compare", path, "--json"))["study"]["comparison"]
    _, table = seen(person, "grouped_table")
    cells = dict(zip(table.tables[0].rows, table.tables[0].cells, strict=True))
    columns = table.tables[0].columns
    for group in found["groups"]:
        row = dict(zip(columns, cells[group["name"]], strict=True))
        assert row["median train accuracy"] == f"{group['median']:.4f}"
        assert row["reached target"] == f"{group['success']['successes']} of {SEEDS}"
        low, high = group["lower_quartile"], group["upper_quartile"]
        assert row["quartiles"] == f"{low:.4f} to {high:.4f}"
    assert list(cells) == [group["name"] for group in found["groups"]]
    _, pairs = seen(person, "pairwise_table")
    square = pairs.tables[0]
    for pair in found["pairs"]:
        i, j = (square.rows.index(name) for name in pair["names"])
        assert square.cells[i][j] == f"{100 * pair['effect']['a']:.0f}%"
    _, verdict = seen(person, "verdict")
    words = verdict.caption
    assert found["best"]["sentence"] in words
    assert found["overall"]["sentence"] in words
    assert all(sentence in words for sentence in found["sentences"])
    assert all(caution["sentence"] in words for caution in found["cautions"])
    _, times = seen(person, "running_times")
    for group in found["groups"][:3]:
        assert group["running_times"]["sentence"] in times.caption
    listed = json.loads(command(capsys, "runs", path, "--json"))["runs"]
    source = compare.runs.source
    keys = source.keys()
    rows = [source.row(key) for key in keys]
    assert [row.name for row in rows] == [one["name"] for one in listed]
    for name in ("best", "train", "test", "evaluations", "iterations"):
        assert [getattr(row, name) for row in rows] == [one[name] for one in listed]


def test_seeds_of_the_split_of_the_search_and_of_both(person, compare, tmp_path, capsys):
    """Which of the two makes results differ: the rows that are kept for testing, or the luck."""
    person.window.bring(compare)
    panel = compare.setup.configurations
    panel.add(SPEC, "climb")
    panel.add_algorithm(RandomSearch)
    for vary, n in (("search", 3), ("split", 3), ("both", 9)):
        compare.setup.seeds.set_value({"vary": vary, "count": 3, "splits": 3})
        compare.setup._check()
        study = compare.setup.study()
        assert study.size == 2 * n, vary
        assert (len(study.search_seeds) > 1) is (vary != "split")
        assert (len(study.split_seeds) > 1) is (vary != "search")
    compare.run()
    person.until(lambda: not compare.runner.running)
    card, figure = seen(person, "variances")
    path = tmp_path / "both.optiviz"
    study_file.save(path, compare.held.snapshot())
    found = json.loads(command(capsys, "show", path, "--json"))[0]["comparison"]["variances"]
    assert [one["name"] for one in found] == ["climb", "Random search"]
    assert found[0]["variances"]["sentence"] in figure.caption
    _, verdict = seen(person, "verdict")
    for one in found:
        assert one["variances"]["sentence"] in verdict.caption
        assert one["variances"]["sentence"] in " ".join(command(capsys, "show", path).split())
    assert card.isVisible()


def test_functions_are_compared_too(person, compare):
    """They have no rows and no accuracies: nothing may ask for any."""
    window = person.window
    window.bring(compare)
    panel = compare.setup.configurations
    panel.add_from("Functions")
    panel.add_algorithm(RandomSearch)
    compare.setup.seeds.set_value({"count": 3})
    compare.setup.budget.set_value({"by": "evaluations", "max_evaluations": 60})
    compare.setup._check()
    compare.run()
    person.until(lambda: not compare.runner.running)
    assert compare.held.results.complete
    assert not any(record.failure for record in compare.held.results.records.values())
    for kind in ("progress", "verdict", "spread", "grouped_table", "pairwise_table"):
        _, figure = seen(person, kind)
        assert not figure.empty, (kind, figure.empty)
        assert "accuracy" not in figure.caption, kind
    compare.open_run(0)
    kind = compare.held.results.study.configurations[0].spec.problem.kind
    assert window.workspace is window.home_of(kind)
    assert window.workspace is not window.train
    person.until(lambda: "identical" in window.messages.text)
