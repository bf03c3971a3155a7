"""What a list shows of runs is what they did, and the runs that it shows are those asked for."""

from __future__ import annotations

from dataclasses import replace
from math import isnan, nan

import numpy as np
import pytest

from optiviz import presets
from optiviz.engine.run import Reader, Run
from optiviz.studies.listing.arrangement import Arrangement, arranged, groups_of, matcher
from optiviz.studies.listing.columns import StudyRows, columns_of, duration, row_of_run
from optiviz.studies.listing.differences import MISSING, differences, side_by_side
from optiviz.studies.plan import Configuration, Study
from optiviz.studies.records import recorded

CLASSIC = presets.load("classic-mlp").spec
BATCHES = presets.load("classic-minibatch").spec


def short(spec, iterations=40):
    return spec.replace(stopping=spec.stopping.replace(max_iterations=iterations))


@pytest.fixture(scope="module")
def study():
    return Study(
        configurations=(
            Configuration(name="climb", spec=short(CLASSIC)),
            Configuration(name="batches", spec=short(BATCHES)),
        ),
        search_seeds=(1, 2),
        measure="test_accuracy",
    )


@pytest.fixture(scope="module")
def rows(study):
    made = StudyRows(study)
    return [made.row(planned, recorded(study.spec_of(planned))) for planned in study.runs]


def texts(rows):
    columns = columns_of(rows)
    return [{column.key: column.text(row) for column in columns} for row in rows]


# Columns


def test_a_run_on_screen_and_in_a_study_says_the_same(study, rows):
    for planned, kept in zip(study.runs, rows, strict=True):
        run = Run(study.spec_of(planned), study.name_of(planned)).finish()
        reader = Reader(run)
        for k in (run.k, run.state_now.best_k):
            run.history.measure(reader, k)
        live = row_of_run(run)
        for name in ("name", "algorithm", "status", "problem", "evaluations", "gradients", "seed"):
            assert getattr(live, name) == getattr(kept, name), name
        assert (live.train, live.test) == (kept.train, kept.test)
        assert live.iterations == kept.iterations == 40
        assert live.final == pytest.approx(kept.final, rel=1e-12)
        if not live.hands_back_last:  # the best value of batches is of one of them
            assert live.best == live.final == kept.best == kept.final


def test_a_run_that_has_not_begun_and_one_that_failed_have_no_numbers(study):
    waiting = row_of_run(Run(CLASSIC, "a"))
    assert waiting.status == "not started"
    todo = StudyRows(study).row(study.runs[0], None)
    assert todo.status == "to do"
    run = Run(CLASSIC, "b")
    run.spec = CLASSIC.replace(optimizer=CLASSIC.optimizer.replace(step_size=0.2))
    run._fail(ValueError("no such thing"))
    failed = row_of_run(run)
    assert failed.status == "failed"
    assert "no such thing" in failed.about
    for row in (waiting, todo, failed):
        shown = {c.key: c.text(row) for c in columns_of([row])}
        assert not any(shown[k] for k in ("iterations", "best", "train", "test", "seconds"))


def test_each_problem_has_the_scores_that_it_has():
    sine, valley = presets.load("sine").spec, presets.load("classic-descent").spec
    for specs, wanted in (
        ([CLASSIC], {"Train accuracy", "Test accuracy"}),
        ([sine], {"Train R²", "Test R²"}),
        ([CLASSIC, sine], {"Train score", "Test score"}),
        ([valley], set()),
    ):
        labels = {column.label for column in columns_of([row_of_run(Run(s)) for s in specs])}
        assert {label for label in labels if label.startswith(("Train", "Test"))} == wanted
    assert columns_of([])


def test_what_matters_comes_before_what_it_cost(rows):
    keys = [column.key for column in columns_of(rows)]
    order = [keys.index(key) for key in ("name", "algorithm", "best", "test", "iterations", "seed")]
    assert order == sorted(order)
    alike = [column.key for column in columns_of([rows[0], replace(rows[0], name="again")])]
    assert alike.index("algorithm") > alike.index("seconds"), "the same word in each row"


def test_values_of_different_kinds_say_what_they_are(rows):
    assert {"Objective", "Best"} <= {column.label for column in columns_of(rows)}
    assert "Best accuracy" in {column.label for column in columns_of(rows[:1])}
    assert {text["reading"] for text in texts(rows)} == {"accuracy", "log loss"}


def test_how_a_run_ended_is_its_status():
    rates = presets.load("classic-descent").specs
    ended = {name: row_of_run(Run(spec, name).finish()) for name, spec in rates}
    assert ended["rate 1.1"].status == "diverged"
    assert ended["rate 0.1"].status == "finished"
    assert ended["rate 1.1"].best == 9.0 < ended["rate 1.1"].final
    run = Run(CLASSIC)
    run.advance(10)
    assert row_of_run(run).status == "running"
    run.stop()
    assert row_of_run(run).status == "stopped"


def test_a_study_says_the_best_of_a_descent_that_went_astray():
    spec = presets.load("classic-descent").specs[-1][1]
    study = Study(configurations=(Configuration(name="a", spec=spec),), search_seeds=(1,))
    row = StudyRows(study).row(study.runs[0], recorded(spec))
    assert (row.status, row.best) == ("diverged", 9.0)
    assert row.final > 1e12


def test_times_are_read_at_a_glance():
    said = [duration(s) for s in (0.0, 0.0042, 0.25, 9.96, 75, 3600 * 2 + 60 * 5)]
    assert said == ["0.000 s", "0.004 s", "0.25 s", "10 s", "1 min 15 s", "2 h 05 min"]


# Filters, order, groups


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("", 4),
        ("climb", 2),
        ("CLIMB seed 1".lower(), 1),
        ("status:finished", 4),
        ("status:fin -climb", 2),
        ("status:failed", 0),
        ("seed:2", 2),
        ('algorithm:"stochastic hill"', 2),
        ("algorithm:hill", 2),
        ("nobody:knows", 0),
        ('"', 4),
        ("-", 4),
    ],
)
def test_a_filter_finds_what_is_meant(rows, words, count):
    assert sum(map(matcher(words), rows)) == count


def test_numbers_are_sorted_as_numbers_and_missing_ones_stay_last(rows):
    values = [10.0, nan, 9.0, 100.0]
    made = [replace(row, best=value) for row, value in zip(rows, values, strict=True)]
    best = next(column for column in columns_of(made) if column.key == "best")
    assert arranged(made, range(4), best) == [2, 0, 3, 1]
    assert arranged(made, range(4), best, descending=True) == [3, 0, 2, 1]
    name = columns_of(made)[0]
    named = [replace(made[0], name=f"seed {n}") for n in (10, 9, 1)]
    assert arranged(named, range(3), name) == [2, 1, 0]
    tied = [replace(row, best=1.0) for row in made]
    assert arranged(tied, range(4), best) == arranged(tied, range(4), None) == [0, 1, 2, 3]


def test_a_group_says_how_many_it_has_and_how_good_they_are_in_the_middle(rows):
    made = [replace(rows[0], best=b, status=s) for b, s in ((1.0, "finished"), (3.0, "finished"))]
    made += [
        replace(rows[0], best=nan, status="failed"),
        replace(rows[0], best=8.0, status="diverged"),
    ]
    (group,) = groups_of(made, range(4), "algorithm")
    assert (len(group.members), group.failed) == (4, 2)
    columns = {column.key: column for column in columns_of(made)}
    assert group.value(columns["best"], made) == 3.0
    mixed = [*made, replace(rows[0], best=5.0, reading="log loss")]
    (group,) = groups_of(mixed, range(5), "algorithm")
    assert isnan(group.value(columns["best"], mixed))  # accuracy and log loss have no middle


def test_groups_are_sorted_like_runs_and_a_selection_is_few_stretches(rows):
    best = next(column for column in columns_of(rows) if column.key == "best")
    made = [replace(row, best=float(i % 2)) for i, row in enumerate(rows)]
    up = Arrangement(made, by="configuration", column=best)
    down = Arrangement(made, by="configuration", column=best, descending=True)
    assert [g.title for g in up.groups] == ["climb", "batches"]
    assert [g.title for g in down.groups] == ["batches", "climb"]
    assert up.stretches(range(4)) == [(0, 0, 1), (1, 0, 1)]
    assert Arrangement(made).stretches([0, 1, 3]) == [(-1, 0, 1), (-1, 3, 3)]
    nothing = Arrangement(made, "nobody", "status")
    assert (len(nothing), nothing.groups, nothing.order(-1)) == (0, [], [])
    assert len(Arrangement()) == 0


# Differences


def test_runs_that_differ_in_one_setting_show_that_one():
    other = CLASSIC.with_value("optimizer.step_size", 0.2)
    (found,) = differences([CLASSIC, other])
    assert (found.path, found.label) == ("optimizer.step_size", "Algorithm · step size")
    assert found.values == ("0.1", "0.2")
    assert differences([CLASSIC, CLASSIC]) == []
    assert not any(setting.differs for setting in side_by_side([CLASSIC]))
    assert side_by_side([]) == []


def test_what_a_run_does_not_have_is_named_and_every_path_can_be_set():
    found = {setting.path: setting for setting in differences([CLASSIC, BATCHES])}
    assert found["optimizer.batch_size"].values == (MISSING, "50 rows")
    assert found["optimizer.kind"].values[0] == "Stochastic hill climbing"
    layers = CLASSIC.with_value(
        "problem.network.layers",
        [{"units": 4, "activation": "tanh"}, *CLASSIC.to_dict()["problem"]["network"]["layers"]],
    )
    deeper = {setting.path: setting for setting in differences([CLASSIC, layers])}
    assert deeper["problem.network.layers"].values == ("2", "3")
    assert deeper["problem.network.layers.2.units"].values == (MISSING, "1")
    for path, setting in deeper.items():
        if path.endswith("units") and MISSING not in setting.values:
            assert layers.with_value(path, int(setting.values[0]))


def test_settings_that_differ_never_read_the_same():
    start = tuple(np.linspace(0, 1, 71))
    moved = (*start[:40], 0.5000001, *start[41:])
    for one, other in (
        (CLASSIC.replace(start=start), CLASSIC.replace(start=moved)),
        (CLASSIC, CLASSIC.with_value("optimizer.step_size", 0.1 + 1e-15)),
        (CLASSIC.replace(start=start), CLASSIC),
    ):
        (found,) = differences([one, other])
        assert found.values[0] != found.values[1]
