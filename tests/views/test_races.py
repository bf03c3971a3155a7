"""What a race shows: all runners by one measure, at equal effort, with their boundaries beside."""

import re

import numpy as np
import pytest

from optiviz.engine import registry
from optiviz.engine.run import Reader, Run
from optiviz.engine.spec import RunSpec
from optiviz.reports.drawing import render
from optiviz.studies.race import Budget, race_of
from optiviz.views import Shown, show
from optiviz.views.boundaries import Boundaries
from optiviz.views.figure import Band, ClassImage, Line
from optiviz.views.fitness import Fitness
from optiviz.views.palette import dash_of_run

KINDS = registry.kinds("optimizers")
NAMES = ("hill_climbing", "genetic_algorithm", "adam", "lbfgs")
CLIMB = RunSpec.load("classic-mlp")


def shown_of(specs, first=0):
    found = []
    for i, (name, spec) in enumerate(specs, first):
        run = Run(spec, name).finish()
        run.history.extend(Reader(run))
        found.append(show(run, None, name, i))
    return found


@pytest.fixture(scope="module")
def race():
    optimizers = [(KINDS[kind].label, KINDS[kind]()) for kind in NAMES]
    return shown_of(race_of(CLIMB, optimizers, Budget(amount=400)).racers)


@pytest.fixture(scope="module")
def seeds():
    spec = CLIMB.with_value("stopping.max_iterations", 60)
    return shown_of([(f"seed {n}", spec.replace(seed=n)) for n in range(10)])


def curves(figure):
    return {item.label: item for item in figure.items if isinstance(item, Line) and item.label}


def test_climbing_on_accuracy_and_descent_on_log_loss_stand_on_one_axis(race):
    figure = Fitness(over="evaluations").figure(race)
    found = curves(figure)
    assert set(found) == {one.name for one in race}
    assert figure.y.label == "accuracy"
    assert "They optimise accuracy and log loss" in figure.warning
    assert "left out" not in figure.warning
    for one in race:
        rows = one.run.trace.rows(0, one.run.k + 1)
        accuracy = found[one.name].y[-1]
        if one.run.spec.optimizer.needs_gradient:
            assert accuracy == one.run.history.samples().metrics["train_accuracy"][-1]
        else:
            assert accuracy == pytest.approx(1 - rows.best_f[-1])
        spent = rows.evaluations + 2 * rows.gradient_evaluations
        assert found[one.name].x[-1] == pytest.approx(spent[-1])
    assert figure.x.label == "evaluations, a gradient counts as 2"
    assert figure.note.startswith("same start · iteration")


def test_the_sentence_says_why_iterations_are_not_fair(race):
    figure = Fitness().figure(race)
    assert re.search(r"One iteration of Genetic algorithm takes [\d.]+ evaluations", figure.warning)
    fair = Fitness(over="evaluations").figure(race)
    assert "One iteration of" in fair.caption
    assert "One iteration of" not in fair.warning
    assert "One iteration" not in Fitness().figure(race[:1]).caption


@pytest.mark.parametrize("rows", ["train", "test", "both"])
def test_rows_are_chosen(race, rows):
    figure = Fitness(measure="accuracy", rows=rows).figure(race)
    lines = [item for item in figure.items if isinstance(item, Line)]
    assert len(lines) == (2 if rows == "both" else 1) * len(race)
    assert bool(figure.legend) == (rows == "both")
    assert set(curves(figure)) == {one.name for one in race}


def test_a_function_beside_a_network_is_left_out_and_said(race):
    figure = Fitness().figure([*race[:1], *shown_of([("x", RunSpec.load("classic-descent"))])])
    assert "1 run is not measured by accuracy and left out here." in figure.warning


@pytest.mark.parametrize("over", ["iterations", "evaluations", "rows", "epochs", "seconds"])
def test_the_place_of_an_iteration_leads_back_to_it(race, over):
    view = Fitness(over=over)
    for one in race:
        k = one.run.k // 2
        found = view.iteration_at(one, view.time_of(one, k))
        assert found == k if over != "seconds" else abs(found - k) <= one.run.k


# Bands


def test_many_seeds_are_a_median_with_a_band_and_the_run_in_focus(seeds):
    figure = Fitness().figure(seeds)
    assert set(curves(figure)) == {"10 × Stochastic hill climbing", "seed 0"}
    band = next(item for item in figure.items if isinstance(item, Band) and item.role == "run:0")
    values = np.array([1 - one.run.trace.rows(0, 61).best_f for one in seeds])
    low, middle, high = np.quantile(values, (0.25, 0.5, 0.75), axis=0)
    at = np.floor(band.x + 1e-9).astype(int)
    median = curves(figure)["10 × Stochastic hill climbing"]
    np.testing.assert_allclose(median.y, middle[np.floor(median.x + 1e-9).astype(int)])
    np.testing.assert_allclose(band.low, low[at])
    np.testing.assert_allclose(band.high, high[at])
    assert "alike but for their seeds" in figure.caption


def test_bands_are_drawn_as_far_as_the_playhead_has_been(seeds):
    there = [Shown(one.run, 20, one.reader, one.name, one.number, 30) for one in seeds]
    lines = [item for item in Fitness().figure(there).items if isinstance(item, Line)]
    ends = {(line.opacity < 0.9, round(float(line.x[-1]))) for line in lines if len(line.x)}
    assert {end for pale, end in ends if not pale} == {20}
    assert max(end for _, end in ends) == 30


def test_bands_are_as_they_are_asked_for(seeds):
    assert len(curves(Fitness(bands="never").figure(seeds))) == 10
    assert len(curves(Fitness().figure(seeds[:8]))) == 8
    few = Fitness(bands="always").figure(seeds[:3])
    assert "3 × Stochastic hill climbing" in curves(few)
    assert set(curves(Fitness(bands="always").figure(seeds[:2]))) == {"seed 0", "seed 1"}


def test_runs_that_ended_early_failed_or_only_begin_do_not_break_a_band(seeds):
    spec = seeds[0].run.spec
    fresh = Run(spec.replace(seed=77))
    fresh.prepare()
    short = spec.replace(seed=78).with_value("stopping.max_iterations", 5)
    more = [show(fresh, name="fresh", number=30), *shown_of([("short", short)], 31)]
    figure = Fitness().figure([*seeds, *more])
    assert "short" in curves(figure)
    assert all(np.isfinite(line.y).all() for line in curves(figure).values())


# Boundaries


def test_each_runner_has_a_panel_with_its_own_picture_and_accuracy(race):
    figure = Boundaries().figure(race)
    assert [panel.title for panel in figure.panels] == [one.name for one in race]
    for one, panel in zip(race, figure.panels, strict=True):
        metrics = one.run.evaluator.metrics(one.run.state_now.x)
        assert panel.note == f"{metrics['train_accuracy']:.3f}"
        assert panel.legend[0].role == f"run:{one.number}"
        assert panel.legend[0].dash == dash_of_run(one.number)
        assert panel.spots[0].action(0).focus == one.number
        assert (panel.x, panel.y) == (figure.panels[0].x, figure.panels[0].y)
    assert len({panel.items[0].lean.tobytes() for panel in figure.panels}) == len(race)


def test_nine_are_drawn_the_one_in_focus_among_them(seeds, race):
    figure = Boundaries().figure([seeds[-1], *seeds[:-1], *race[:1]])
    assert len(figure.panels) == 9
    assert figure.panels[-1].title == "seed 9"
    assert "2 runs more are left out" in figure.warning


def test_runs_on_other_data_are_not_drawn_on_this_plane(race):
    other = shown_of([("iris", RunSpec.load("iris"))], 20)
    figure = Boundaries().figure([*race, *other])
    assert len(figure.panels) == len(race)
    assert "1 run has other data" in figure.warning


def test_finer_pictures_come_one_by_one(race):
    figures = list(Boundaries().refined(race))
    sizes = [[panel.items[0].lean.size for panel in figure.panels] for figure in figures]
    assert len(figures) == len(race)
    assert all(isinstance(panel.items[0], ClassImage) for panel in figures[0].panels)
    assert [len(set(row)) for row in sizes] == [2, 2, 2, 1]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_reports_draw_panels(race, theme, tmp_path):
    figure = Boundaries().figure(race)
    sizes = []
    for count in (1, 2, 4):
        path = tmp_path / f"{count}.png"
        render(type(figure)(figure.title, panels=figure.panels[:count]), path, theme=theme, dpi=60)
        sizes.append(path.stat().st_size)
    assert min(sizes) > 5000


def test_metrics_that_come_in_while_curves_are_made_are_no_error(monkeypatch):
    """The worker measures on while the window draws: two looks may find different things."""
    run = Run(RunSpec.load("classic-mlp").with_value("stopping.max_iterations", 20)).finish()
    shown = show(run)
    before = run.history.samples()
    run.history.extend(shown.reader)
    after = run.history.samples()
    looks = iter([before])
    monkeypatch.setattr(run.history, "samples", lambda: next(looks, after))
    assert not before.metrics
    figure = Fitness().figure([shown])
    assert [item for item in figure.items if isinstance(item, Line)]
