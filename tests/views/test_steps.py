"""On contours: the parts of a step, the shapes of populations, and places to point at."""

import numpy as np
import pytest

from optiviz import presets
from optiviz.analysis.ellipses import ellipse
from optiviz.engine.run import Reader, Run
from optiviz.engine.spec import Change, RunSpec
from optiviz.views import show
from optiviz.views.figure import Arrows, Line, Points
from optiviz.views.function_2d import Contours

ROSENBROCK = {"kind": "function_2d", "function": {"kind": "rosenbrock"}}
HIMMELBLAU = {"kind": "function_2d", "function": {"kind": "himmelblau"}}


def run_of(optimizer, problem=ROSENBROCK, start=(-1.2, 1.0), iterations=60, name="a"):
    data = {"problem": problem, "optimizer": optimizer, "start": list(start)}
    return Run(
        RunSpec.from_dict({**data, "stopping": {"max_iterations": iterations}}), name
    ).finish()


def arrows(figure):
    return [item for item in figure.items if isinstance(item, Arrows)]


def labels(figure):
    return [entry.label for entry in figure.legend]


def test_the_step_arrow_leads_to_where_the_run_goes():
    run = run_of({"kind": "gradient_descent", "learning_rate": 0.002})
    figure = Contours().figure([show(run, 0)])
    (step,) = arrows(figure)
    assert labels(figure)[0] == "step = −rate · gradient"
    head = np.array([step.x[0] + step.dx[0], step.y[0] + step.dy[0]])
    np.testing.assert_allclose(head, run.state(1).x)
    assert "drawn as long as it is" in figure.caption


@pytest.mark.parametrize("k", [0, 1, 30, 60])
def test_arrows_of_momentum_add_up_whatever_they_are_drawn_at(k):
    """Also at the last iteration, of what would come next, and where all are drawn longer."""
    run = run_of({"kind": "momentum", "learning_rate": 1e-5})
    figure = Contours().figure([show(run, k)])
    found = {arrow.dash: np.array([arrow.dx[0], arrow.dy[0]]) for arrow in arrows(figure)}
    np.testing.assert_allclose(found["solid"], sum(v for d, v in found.items() if d != "solid"))
    times = float(labels(figure)[len(found) - 1].partition("× ")[2].replace(",", ""))
    after = Reader(run).stepper.advance_to(run.state(k), k + 1)
    np.testing.assert_allclose(found["solid"], times * (after.x - run.state(k).x))
    assert 0.04 < np.linalg.norm(found["solid"]) / (2 * 2.048) <= 0.16
    assert f"{times:,.10g} times as long" in figure.caption


def test_a_step_of_nearly_nothing_is_said_to_be_too_short_without_a_number_of_many_digits():
    run = run_of({"kind": "momentum", "learning_rate": 1e-15})
    figure = Contours().figure([show(run, 30)])
    assert "drawn longer: it is too short to see" in figure.caption
    assert any(label.endswith("drawn longer") for label in labels(figure))
    assert "e+" not in figure.caption + "".join(labels(figure))


def test_arrows_are_of_the_run_in_focus_unless_all_are_wanted():
    runs = [run_of({"kind": kind}) for kind in ("adam", "gradient_descent", "cma_es", "newton")]
    shown = [show(run, 1, run.spec.optimizer.kind, i) for i, run in enumerate(runs)]
    focus, every, none = (
        [item.role for item in arrows(Contours(parts=parts).figure(shown)) if item.width > 1]
        for parts in ("focus", "all", "none")
    )
    assert "run:0" in focus
    assert not {"run:1", "run:3"} & set(focus)
    assert {"run:0", "run:1", "run:3"} <= set(every)
    assert none == []
    only_cma = Contours().figure(shown[2:])
    assert not arrows(only_cma)


def test_what_is_too_long_for_the_picture_is_cut_and_said_to_be():
    run = run_of({"kind": "adam", "learning_rate": 0.01})
    figure = Contours().figure([show(run, 5)])
    assert any(label.endswith(", cut") for label in labels(figure))
    assert "cut where it is too long" in figure.caption
    longest = max(np.hypot(item.dx[0], item.dy[0]) for item in arrows(figure))
    assert longest <= 0.3 * 4.096 + 1e-9


def test_after_a_change_the_arrows_are_those_of_the_new_algorithm():
    run = run_of({"kind": "gradient_descent", "learning_rate": 0.001}, iterations=20)
    other = RunSpec.from_dict({**run.spec.to_dict(), "optimizer": {"kind": "momentum"}}).optimizer
    run.change(10, other)
    run.finish()
    before = labels(Contours().figure([show(run, 9)]))[0]
    assert before.startswith("step = −rate · gradient")
    assert "momentum · last step" in Contours().figure([show(run, 12)]).caption
    assert run.spec.changes == (Change(at=10, optimizer=other),)


def test_where_nothing_is_finite_there_are_no_arrows():
    run = run_of({"kind": "gradient_descent", "learning_rate": 10.0}, iterations=200)
    for k in range(run.k + 1):
        for item in arrows(Contours().figure([show(run, k)])):
            assert np.isfinite([item.dx, item.dy]).all()


def test_ellipses_hold_what_a_normal_distribution_says():
    covariance = np.array([[2.0, -0.7], [-0.7, 0.5]])
    centre = np.array([3.0, -1.0])
    drawn = np.random.default_rng(0).multivariate_normal(centre, covariance, 20_000)
    inverse = np.linalg.inv(covariance)
    distances = np.sqrt(np.einsum("ij,jk,ik->i", drawn - centre, inverse, drawn - centre))
    for size, share in ((1.0, 0.393), (2.0, 0.865)):
        points = ellipse(centre, covariance, size)
        around = np.einsum("ij,jk,ik->i", points - centre, inverse, points - centre)
        np.testing.assert_allclose(np.sqrt(around), size)
        assert np.mean(distances <= size) == pytest.approx(share, abs=0.02)
    assert len(ellipse(centre, covariance * np.nan)) == 0


@pytest.mark.parametrize("covariance", ["full", "separable"])
def test_cma_es_has_the_ellipses_of_its_distribution(covariance):
    run = run_of({"kind": "cma_es", "covariance": covariance}, HIMMELBLAU, (0.0, 0.0))
    state = run.state(8)
    figure = Contours().figure([show(run, 8)])
    closed = [
        i for i in figure.items if isinstance(i, Line) and i.role == "run:0" and len(i.x) > 90
    ]
    spread = state.covariance if covariance == "full" else np.diag(state.covariance)
    for line, size in zip(closed, (1.0, 2.0), strict=True):
        away = np.column_stack([line.x, line.y]) - state.mean
        inverse = np.linalg.inv(state.sigma**2 * spread)
        np.testing.assert_allclose(np.einsum("ij,jk,ik->i", away, inverse, away), size**2)
    assert "39% and 86%" in figure.caption


def test_a_swarm_has_velocities_and_a_simplex_is_closed():
    swarm = run_of({"kind": "particle_swarm", "population_size": 12}, HIMMELBLAU, (0.0, 0.0))
    figure = Contours().figure([show(swarm, 4)])
    (flight,) = arrows(figure)
    state = swarm.state(4)
    np.testing.assert_allclose(flight.dx, state.velocity[:, 0])
    np.testing.assert_allclose(flight.x, state.population[:, 0])
    members = figure.spots[1]
    np.testing.assert_array_equal(dict(members.facts)["f"], state.values)
    best = next(i for i in figure.items if isinstance(i, Points) and i.outlined)
    assert [best.x[0], best.y[0]] == state.population[state.values.argmin()].tolist()
    walk = run_of({"kind": "nelder_mead"}, HIMMELBLAU, (0.0, 0.0))
    figure = Contours().figure([show(walk, 4)])
    shape = [i for i in figure.items if isinstance(i, Line) and i.role == "run:0"][-1]
    np.testing.assert_array_equal(shape.x[:3], walk.state(4).simplex[:, 0])
    assert shape.x[0] == shape.x[3]
    assert "simplex" in figure.caption


def test_places_of_a_path_tell_their_iteration_and_lead_there():
    run = run_of({"kind": "momentum", "learning_rate": 1e-4})
    figure = Contours().figure([show(run, 7, "a")])
    places = figure.spots[0]
    facts = dict(places.facts)
    assert facts["iteration"] == tuple(map(str, range(8)))
    np.testing.assert_array_equal(facts["x"], [run.state(k).x[0] for k in range(8)])
    np.testing.assert_array_equal(facts["f"], [run.state(k).f for k in range(8)])
    assert [places.action(i).seek for i in range(8)] == list(range(8))


def test_a_path_is_whole_before_anything_was_measured_and_after_a_change():
    """A run that plays has no measurements yet, and one that was changed has old ones."""
    spec = presets.load("himmelblau-2d").spec
    run = Run(spec)
    run.advance(50)
    one = show(run, 50)
    first = Contours().figure([one]).spots[0]
    np.testing.assert_array_equal(first.x, [run.state(k).x[0] for k in range(51)])
    run.change(20, spec.optimizer.replace(learning_rate=0.001))
    run.advance(15)
    again = Contours().figure([show(run, 30)]).spots[0]
    np.testing.assert_array_equal(again.x, [run.state(k).x[0] for k in range(31)])
    assert again.x[25] != first.x[25]


def test_the_start_can_be_dragged_and_is_put_where_a_hand_can():
    run = run_of({"kind": "particle_swarm"}, HIMMELBLAU, (1.5, -2.0))
    assert Contours().figure([show(run, 3)]).draggable == (1.5, -2.0)
    moved = Contours().start_at(run.spec.problem, np.array([1.5, -2.0]), 0.123456, 3.98765)
    assert moved == (0.12, 3.99)
    many = RunSpec.load("rastrigin-10d").problem
    view = Contours(coordinate_x=3, coordinate_y=1)
    moved = view.start_at(many, np.zeros(10), 1.0, 2.0)
    assert moved == (2.0, 0.0, 1.0, *[0.0] * 7)
