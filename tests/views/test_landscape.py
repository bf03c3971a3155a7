"""The landscape shows every run where it was, and its ground stays still while one scrubs."""

from dataclasses import replace

import numpy as np
import pytest

from optiviz.datasets.classification import Classification
from optiviz.datasets.xor import Xor
from optiviz.engine.run import Reader, Run
from optiviz.engine.spec import RunSpec
from optiviz.engine.wording import rounded
from optiviz.functions.rosenbrock import Rosenbrock
from optiviz.functions.sphere import Sphere
from optiviz.networks.network import Layer, Network
from optiviz.problems.function_2d import Function2D
from optiviz.problems.function_nd import FunctionND
from optiviz.problems.network_training import NetworkTraining
from optiviz.views import Shown, landscape, show
from optiviz.views.figure import Line, Points, ValueImage
from optiviz.views.landscape import Landscape

CLIMB = {"kind": "hill_climbing", "step_size": 0.5}
DESCENT = {"kind": "gradient_descent", "learning_rate": 0.5}


def network(*units, activation="sigmoid", data=None, **settings):
    layers = tuple(Layer(units=n, activation=activation) for n in units)
    data = data or Classification(n_samples=200)
    return NetworkTraining(dataset=data, network=Network(layers=layers), **settings)


def run_of(problem, optimizer=CLIMB, iterations=60, finish=True, **more):
    stopping = {"max_iterations": iterations}
    made = {"problem": problem.to_dict(), "optimizer": optimizer, "stopping": stopping} | more
    run = Run(RunSpec.from_dict(made))
    run.prepare()
    return run.finish() if finish else run


def finest(view, *shown):
    """The figure that all refinement ends with."""
    figure = view.figure(shown)
    for figure in view.refined(shown):  # noqa: B007 - the last one is wanted
        pass
    return figure


def image_of(figure):
    return next(item for item in figure.items if isinstance(item, ValueImage))


def present(figure, number=0):
    found = [i for i in figure.items if isinstance(i, Points) and i.outlined]
    return next(i for i in found if i.role == f"run:{number}")


def test_colours_are_the_objective_of_the_weights_there():
    run = run_of(network(3, 1, objective="log_loss"), DESCENT)
    view = Landscape()
    figure = finest(view, show(run))
    image = image_of(figure)
    assert image.values.shape == (100, 100)
    assert image.label == "log loss"
    # The plane goes through the best point, which is at (0, 0).
    assert image.at(0.0, 0.0) == pytest.approx(run.best_f, rel=0.02)
    assert "holds" in figure.note
    assert "%" in figure.x.label


@pytest.mark.parametrize("plane", ["paths", "random"])
def test_the_ground_stays_while_scrubbing_and_the_marker_moves(plane):
    run = run_of(network(3, 1))
    view, reader = Landscape(plane=plane), Reader(run)
    shown = Shown(run, 60, reader)
    first = finest(view, shown)
    places = []
    for k in (0, 7, 33, 59, 60):
        figure = view.figure([replace(shown, k=k)])
        assert image_of(figure).values.tobytes() == image_of(first).values.tobytes()
        assert (figure.x, figure.y) == (first.x, first.y)
        places.append((float(present(figure).x[0]), float(present(figure).y[0])))
    assert len(set(places)) > 1
    assert places[-1] == (float(present(first).x[0]), float(present(first).y[0]))


def test_points_tell_their_iteration_and_value_and_go_there():
    run = run_of(network(3, 1))
    figure = finest(Landscape(), show(run, 20, "climb"))
    (spots,) = figure.spots
    facts = dict(spots.facts)
    assert facts["iteration"].tolist() == list(range(61))
    assert facts["accuracy"][20] == 1 - run.state(20).f
    assert facts["run"][0] == "climb"
    assert spots.action(20).seek == 20
    assert (spots.x[20], spots.y[20]) == (present(figure).x[0], present(figure).y[0])


def test_what_is_beyond_what_was_seen_is_not_drawn():
    run = run_of(network(3, 1))
    one = replace(show(run, 10), seen=30)
    figure = finest(Landscape(), one)
    assert dict(figure.spots[0].facts)["iteration"].max() == 30
    pale = [i for i in figure.items if isinstance(i, Line) and i.opacity == 0.35]
    assert len(pale[0].x) == 21


def test_runs_with_and_without_gradients_share_a_ground_and_others_are_named():
    climb = run_of(network(3, 1))
    descent = run_of(network(3, 1, objective="log_loss"), DESCENT)
    other = run_of(network(4, 1))
    shown = [show(climb, name="a"), show(descent, name="b", number=1), show(other, name="c")]
    figure = finest(Landscape(), *shown)
    assert image_of(figure).label == "accuracy"
    names = {entry.label for entry in figure.legend}
    assert names == {"a", "b", "start"}
    assert "1 run" in figure.warning
    assert "left out" in figure.warning
    assert dict(figure.spots[1].facts)["log loss"][-1] == pytest.approx(descent.state_now.f)
    for number in (0, 1):
        marker = present(figure, number)
        assert figure.x.low <= marker.x[0] <= figure.x.high
        assert figure.y.low <= marker.y[0] <= figure.y.high


def test_a_run_that_has_just_started_has_random_directions():
    run = run_of(network(3, 1), finish=False)
    figure = Landscape().figure([show(run)])
    assert figure.x.label.startswith("random direction")
    assert "have not moved" in figure.caption
    assert len(present(figure).x) == 1


def test_plateaus_of_step_units_have_lines_at_their_edges():
    run = run_of(network(2, 1, activation="step", data=Xor()), iterations=200)
    figure = finest(Landscape(plane="random", height="even"), show(run))
    edges = [i for i in figure.items if isinstance(i, Line) and i.width == 0.6]
    values = image_of(figure).values
    assert edges
    assert len(np.unique(values)) < 60  # of 10,000 cells
    few = finest(Landscape(plane="random", span=0.01), show(run))
    assert "flat" in few.caption or "plateaus" in few.caption


@pytest.mark.parametrize("plane", ["paths", "random"])
def test_two_weights_and_weights_of_zero_and_a_span_that_is_too_small(plane):
    data = Classification(n_samples=60, n_features=1, n_informative=1, n_redundant=0,
                          n_clusters_per_class=1)  # fmt: skip
    two = run_of(network(1, data=data), iterations=30)
    assert two.spec.problem.dim == 2
    figure = finest(Landscape(plane=plane), show(two))
    assert dict(figure.spots[0].facts)["beside the plane"] == pytest.approx(0, abs=1e-9)
    zeros = run_of(network(3, 1, initialization="zeros"), iterations=30)
    assert finest(Landscape(plane=plane), show(zeros)).items
    small = finest(Landscape(plane=plane, span=0.001), show(zeros, 0))
    assert "outside the picture" in small.warning


def test_a_run_that_flew_off_is_still_drawn_as_far_as_it_can_be():
    wild = run_of(
        FunctionND(function=Rosenbrock(), dimension=5),
        {"kind": "gradient_descent", "learning_rate": 1.0},
    )
    assert not np.isfinite(wild.state_now.f) or abs(wild.state_now.f) > 1e10
    figure = finest(Landscape(plane="random"), show(wild))
    assert figure.items
    for item in figure.items:
        if isinstance(item, (Line, Points)):
            assert not np.isinf(item.x).any()
    assert finest(Landscape(), show(wild)).caption


def test_functions_of_many_variables_have_planes_too_and_of_one_none():
    run = run_of(FunctionND(function=Rosenbrock(), dimension=10), DESCENT | {"learning_rate": 1e-4})
    view = Landscape(plane="random")
    assert "half of the range" in finest(view, show(run)).caption
    assert "scaling" in view.idle(run.spec.problem)
    one = run_of(FunctionND(function=Sphere(), dimension=1), DESCENT)
    assert "two numbers" in view.figure([show(one)]).empty
    assert not view.suits(Function2D())


def test_a_surface_has_the_paths_at_its_heights():
    run = run_of(network(3, 1))
    figure = finest(Landscape(picture="surface"), show(run, 30))
    (line, heights) = figure.surface.paths[0]
    assert len(line.x) == len(heights) >= 31
    marker = present(figure)
    assert (line.x[-1], line.y[-1]) == (marker.x[0], marker.y[0])
    assert figure.surface.image is image_of(figure)
    low, high = np.nanmin(image_of(figure).values), np.nanmax(image_of(figure).values)
    assert ((low <= heights) & (heights <= high)).all()
    assert finest(Landscape(), show(run)).surface is None


def test_the_ground_of_a_run_that_goes_on_rests_between_pictures():
    run = run_of(network(3, 1), iterations=5000, finish=False)
    run.advance(100)
    view = Landscape()
    first = view.figure([replace(show(run), quick=True)])
    run.advance(20)
    second = view.figure([replace(show(run), quick=True)])
    assert (first.x, first.y) == (second.x, second.y)
    assert dict(second.spots[0].facts)["iteration"][-1] == run.trace.last_k
    run.stop()
    last = finest(view, show(run))
    assert last.x != first.x  # now that it is over, the plane is along all of it


def test_after_a_change_nothing_of_what_was_dropped_is_left():
    run = run_of(network(3, 1))
    view = Landscape()
    finest(view, show(run))
    run.change(30, x=np.zeros(run.spec.problem.dim))
    run.finish()
    figure = finest(view, show(run))
    fresh = Run(run.spec).finish()
    again = finest(view, show(fresh))
    assert image_of(figure).values.tobytes() == image_of(again).values.tobytes()
    assert figure.spots[0].x.tobytes() == again.spots[0].x.tobytes()


def test_words_tell_the_value_on_all_rows_and_take_no_run_for_a_number():
    batches = {"kind": "mini_batch_gradient_descent", "learning_rate": 0.5, "batch_size": 20}
    run = run_of(network(3, 1, objective="log_loss"), batches)
    figure = finest(Landscape(), show(run, name="a trial"))
    problem, state = Reader(run).stepper.problem, run.state_now
    on_all = float(problem.evaluate(state.x[None])[0])
    assert rounded(on_all) != rounded(state.f)
    assert f"At iteration 60 the log loss is {rounded(on_all)}, and" in figure.caption
    assert "log loss of its batch" in dict(figure.spots[0].facts)


def test_a_picture_that_is_not_all_fine_says_what_of_it_is_and_the_finest_nothing(monkeypatch):
    for seconds in ("_FIRST", "_PART"):
        monkeypatch.setattr(landscape, seconds, 0.0)
    run = run_of(network(6, 1, data=Classification(n_samples=901)), iterations=40)
    first, *others, last = (figure.caption for figure in Landscape().refined([show(run)]))
    assert "It is drawn coarsely, from 25 values to a side." in first
    assert any("is drawn finely, and the rest coarsely." in caption for caption in others)
    assert "coarse" not in last
