"""Every view makes its figure on every run that suits it, at any place, and shows what was so."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest

from optiviz import presets
from optiviz.analysis.features.planes import feature_plane, principal_plane
from optiviz.analysis.runs.stretches import flat_stretches
from optiviz.datasets.classification import Classification
from optiviz.datasets.friedman1 import Friedman1
from optiviz.datasets.iris import Iris
from optiviz.engine import registry
from optiviz.engine.optimizer import Outcome
from optiviz.engine.run import Reader, Run
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StoppingCriterion
from optiviz.networks.network import Layer, Network
from optiviz.optimizers.gradient_descent import GradientDescent
from optiviz.optimizers.hill_climbing import HillClimbing
from optiviz.problems.network_training import NetworkTraining
from optiviz.views import Shown, show
from optiviz.views.confusion import Confusion
from optiviz.views.decision_boundary import DecisionBoundary
from optiviz.views.figure import (
    Arrows,
    Band,
    ClassImage,
    Figure,
    Item,
    Line,
    Points,
    Text,
    ValueImage,
)
from optiviz.views.fitness import Fitness
from optiviz.views.function_1d import FunctionView
from optiviz.views.log import Log
from optiviz.views.palette import THEMES, dash_of_run, marker_of_class

VIEWS = registry.kinds("views")
LONG = ("digits", "race", "sine", "spirals")  # presets of which views need but the beginning


def finished(spec, **settings):
    for path, value in settings.items():
        spec = spec.with_value(path.replace("__", "."), value)
    run = Run(spec, "a run").finish()
    run.history.extend(Reader(run))
    return run


@pytest.fixture(scope="module")
def runs():
    made = {}
    for name in presets.names():
        for label, spec in presets.load(name).specs:
            if label != "one row":
                limit = {"stopping__max_iterations": 500} if name in LONG else {}
                made[f"{name}: {label}"] = finished(spec, **limit)
    made["one feature"] = finished(small(1, 2))
    made["two features"] = finished(small(2, 2))
    made["three classes"] = finished(small(4, 3))
    made["three classes, tanh"] = finished(small(4, 3, "tanh"))
    made["step outputs"] = finished(small(4, 3, "step"))
    made["numbers"] = finished(numbers())
    made["one row"] = finished(
        RunSpec.load("classic-minibatch").with_value(
            "optimizer", {"kind": "stochastic_gradient_descent"}
        ),
        stopping__max_epochs=2,
    )
    made["flew off"] = finished(
        RunSpec.load("classic-minibatch"), optimizer__learning_rate=1e6, stopping__max_epochs=2
    )
    steep = RunSpec.load("classic-minibatch").replace(
        optimizer=GradientDescent(learning_rate=1e6), start=(1e306,) * 71
    )
    made["started afar"] = finished(steep)
    made["no number"] = finished(
        RunSpec.load("classic-descent"), problem__formula="x - sqrt(x)", optimizer__learning_rate=2
    )
    for dimension in (1, 2, 300):
        made[f"{dimension} coordinates"] = finished(
            RunSpec.load("rastrigin-10d"),
            problem__function__kind="sphere",
            problem__dimension=dimension,
            stopping__max_iterations=30,
        )
    typed = {"kind": "formula", "formula": "1/x + log(y)"}
    made["a typed function of two"] = finished(
        RunSpec.load("himmelblau-2d"), problem__function=typed, optimizer__learning_rate=1e4
    )
    return made


def small(n_features, n_classes, activation="sigmoid"):
    outputs = 1 if n_classes == 2 else n_classes
    problem = NetworkTraining(
        dataset=Classification(
            n_samples=60,
            n_features=n_features,
            n_informative=min(n_features, 3),
            n_redundant=0,
            n_classes=n_classes,
            n_clusters_per_class=1,
        ),
        network=Network(layers=(Layer(units=3), Layer(units=outputs, activation=activation))),
    )
    stopping = StoppingCriterion(max_iterations=60)
    return RunSpec(problem=problem, optimizer=HillClimbing(step_size=0.5), stopping=stopping)


def numbers():
    problem = NetworkTraining(
        dataset=Friedman1(n_samples=60),
        network=Network(layers=(Layer(units=3), Layer(units=1, activation="identity"))),
        objective="mean_squared_error",
    )
    stopping = StoppingCriterion(max_iterations=60)
    return RunSpec(problem=problem, optimizer=HillClimbing(step_size=0.5), stopping=stopping)


def check_figure(figure):
    """A figure that a window or a report can draw."""
    assert isinstance(figure, Figure)
    assert figure.title
    parts = (figure.items, figure.tables, figure.lines, figure.notes, figure.code, figure.empty)
    assert any(parts) or figure.panels
    for panel in figure.panels:
        check_figure(replace(panel, caption="A part."))
    assert figure.empty or (figure.caption[0].isupper() and figure.caption.endswith("."))
    for axis in (figure.x, figure.y):
        if axis.low is not None and axis.high is not None:
            assert axis.low < axis.high
    for item in figure.items:
        if isinstance(item, Line):
            assert len(item.x) == len(item.y)
            assert not np.isnan(item.x).any()
            assert 0 < item.opacity <= 1
            assert item.dash in ("solid", "dash", "dot", "dashdot")
        elif isinstance(item, Points):
            assert len(item.x) == len(item.y)
        elif isinstance(item, ClassImage):
            assert item.lean.shape == item.winner.shape
            assert item.winner.dtype == np.int64
            assert (item.lean >= 0).all()
            assert (item.lean <= 1).all()
            assert item.left < item.right
            assert item.bottom < item.top
        elif isinstance(item, ValueImage):
            assert item.left < item.right
            assert item.bottom < item.top
            assert (np.diff(item.levels) > 0).all()
        elif isinstance(item, Arrows):
            assert np.isfinite([item.x, item.y, item.dx, item.dy]).all()
        else:
            assert isinstance(item, Item)
        role = getattr(item, "role", "text")
        for theme in THEMES.values():
            assert theme.colour(role).startswith("#")
    for table in figure.tables:
        assert len(table.cells) == len(table.rows)
        assert all(len(row) == len(table.columns) for row in table.cells)
        assert ((table.shade >= 0) & (table.shade <= 1)).all()
    assert all(line.isprintable() for line in figure.lines)
    for spots in figure.spots:
        assert len(spots.x) == len(spots.y)
        assert all(len(values) == len(spots.x) for _, values in spots.facts)
        assert len(spots.actions) in (0, 1, len(spots.x))


@pytest.mark.parametrize("kind", VIEWS)
def test_every_view_shows_every_run_that_suits_it(runs, kind):
    view, shown = VIEWS[kind](), 0
    for run in runs.values():
        if not view.suits(run.spec.problem):
            continue
        shown += 1
        for k in {0, run.k // 2, run.k}:
            check_figure(view.figure([show(run, k)]))
    assert shown > 1


@pytest.mark.parametrize("kind", VIEWS)
def test_every_view_shows_a_run_that_has_only_begun(runs, kind):
    view = VIEWS[kind]()
    for run in runs.values():
        if view.suits(run.spec.problem):
            fresh = Run(run.spec)
            fresh.prepare()
            check_figure(view.figure([show(fresh)]))


# Fitness


def lines_of(run, k=None, seen=None, **settings):
    shown = Shown(run, run.k if k is None else k, Reader(run), "a", seen=seen)
    figure = Fitness(**settings).figure([shown])
    return {item.label: item for item in figure.items if isinstance(item, Line)}, figure


def test_fitness_is_the_trace(runs):
    run = runs["classic-perceptron: equal moves kept"]
    rows = run.trace.rows(0, 1001)
    lines, figure = lines_of(run)
    assert set(lines) == {"best and now", "test"}
    np.testing.assert_array_equal(lines["best and now"].x, np.arange(1001))
    np.testing.assert_allclose(lines["best and now"].y, 1 - rows.best_f, atol=1e-15)
    samples = run.history.samples()
    np.testing.assert_array_equal(lines["test"].x, samples.k)
    np.testing.assert_array_equal(lines["test"].y, samples.metrics["test_accuracy"])
    assert figure.time_axis
    assert "Higher is better" in figure.caption
    assert figure.note == f"iteration 1,000: best {1 - run.best_f:.4f}"


def test_fitness_of_batches_shows_now_and_best(runs):
    run = runs["classic-minibatch: batches of 50"]
    rows = run.trace.rows(0, run.k + 1)
    lines, figure = lines_of(run)
    assert set(lines) == {"now", "best", "test"}
    np.testing.assert_array_equal(lines["now"].y, rows.f)
    np.testing.assert_array_equal(lines["best"].y, rows.best_f)
    assert "Lower is better" in figure.caption


@pytest.mark.parametrize("over", ["iterations", "evaluations", "epochs", "seconds"])
def test_fitness_over_each_unit(runs, over):
    run = runs["classic-minibatch: batches of 50"]
    rows = run.trace.rows(0, run.k + 1)
    k = np.arange(run.k + 1)
    expected = {
        "iterations": k,
        "evaluations": rows.evaluations + 2 * rows.gradient_evaluations,
        "epochs": rows.rows_seen / 670,
        "seconds": run.trace.seconds(k),
    }[over]
    lines, figure = lines_of(run, over=over)
    np.testing.assert_allclose(lines["now"].x, expected)
    view, one = Fitness(over=over), show(run)
    assert view.time_of(one, 100) == pytest.approx(float(expected[100]))
    if over != "seconds":
        assert view.iteration_at(one, float(expected[100])) == 100
    assert f"over {over}." in figure.caption
    assert figure.x.high == pytest.approx(float(expected[-1]))


@pytest.mark.parametrize("measure", ["accuracy", "log_loss", "mean_squared_error"])
def test_fitness_by_another_measure(runs, measure):
    run = runs[f"classic-mlp: {presets.load('classic-mlp').specs[0][0]}"]
    lines, _ = lines_of(run, measure=measure)
    samples = run.history.samples().metrics
    np.testing.assert_array_equal(lines["train"].y, samples[f"train_{measure}"])
    np.testing.assert_array_equal(lines["test"].y, samples[f"test_{measure}"])


def test_fitness_of_numbers(runs):
    """They have R² and squared error, but no accuracy, which an empty axis would not explain."""
    run = runs["numbers"]
    samples = run.history.samples().metrics
    lines, figure = lines_of(run, measure="r2")
    np.testing.assert_array_equal(lines["test"].y, samples["test_r2"])
    assert figure.y.label == "R²"
    assert "Higher is better." in figure.caption
    lines, _ = lines_of(run)
    np.testing.assert_array_equal(lines["test"].y, samples["test_mean_squared_error"])
    _, figure = lines_of(run, measure="accuracy")
    assert figure.empty == "This network has no accuracy."
    both = [show(runs["classic-mlp: equal moves kept"]), show(run, name="b", number=1)]
    figure = Fitness(measure="accuracy").figure(both)
    assert figure.warning == "1 run is not measured by accuracy and left out here."


def test_a_loss_with_a_penalty_does_not_stand_beside_one_without():
    """The test curve has no penalty: on one axis the two would tell of a gap that is not there."""
    spec = numbers()
    run = finished(spec.replace(problem=spec.problem.replace(l2=0.5)))
    lines, figure = lines_of(run)
    assert figure.y.label == "squared error plus the penalty"
    assert "test" not in lines
    assert "test" in lines_of(run, measure="mean_squared_error")[0]


def test_what_needs_classes_does_not_offer_itself_for_numbers(runs):
    problem = runs["numbers"].spec.problem
    assert not Confusion().suits(problem)
    assert not DecisionBoundary().suits(problem)
    assert Fitness().suits(problem)


def test_what_is_beyond_the_playhead_is_pale(runs):
    run = runs["classic-perceptron: equal moves kept"]
    _, figure = lines_of(run, k=300, seen=700)
    bright = [item for item in figure.items if isinstance(item, Line) and item.opacity == 1.0]
    pale = [item for item in figure.items if isinstance(item, Line) and item.opacity < 0.5]
    assert max(item.x.max() for item in bright) == 300
    assert {item.x.min() for item in pale} == {300}
    assert max(item.x.max() for item in pale) == 700


def test_several_runs_have_their_names_colours_and_one_axis(runs):
    chosen = [runs[f"classic-descent: rate {rate}"] for rate in ("0.1", "0.5", "1.1")]
    shown = [show(run, name=f"r{i}", number=i) for i, run in enumerate(chosen)]
    figure = Fitness(log_y=True).figure(shown)
    check_figure(figure)
    labels = {item.label: item.role for item in figure.items if item.label}
    assert labels == {"r0": "run:0", "r1": "run:1", "r2": "run:2"}
    assert figure.x.high == 100
    check_figure(FunctionView().figure(shown))


def test_a_ghost_is_drawn_until_the_next_change(runs):
    run = finished(RunSpec.load("classic-descent"))
    run.change(20, optimizer=GradientDescent(learning_rate=0.3))
    _, figure = lines_of(run)
    ghost = figure.items[0]
    assert ghost.role == "muted"
    assert ghost.x[-1] == 100


def test_fitness_beside_a_thread_that_writes():
    """Two looks at a growing trace are of two lengths: the window drew an error."""
    spec = RunSpec.load("classic-perceptron").with_value("stopping.max_iterations", 10**6)
    run = Run(spec)
    run.advance(50)
    done = threading.Event()

    def work():
        while not done.is_set():
            run.advance(37)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        for _ in range(150):
            check_figure(Fitness(over="evaluations").figure([show(run)]))
    finally:
        done.set()
        thread.join(20)


# Decision boundary


def test_the_boundary_is_what_the_network_says(runs):
    run = runs["two features"]
    figure = DecisionBoundary().figure([show(run)])
    image = next(item for item in figure.items if isinstance(item, ClassImage))
    evaluator = run.spec.problem.evaluator()
    rows, columns = image.lean.shape
    for i, j in ((0, 0), (rows - 1, columns - 1), (40, 70)):
        u = image.left + (j + 0.5) * (image.right - image.left) / columns
        v = image.bottom + (i + 0.5) * (image.top - image.bottom) / rows
        point = np.array([[u, v]])
        assert image.winner[i, j] == evaluator.predict(run.state_now.x, point)[0]
        p = evaluator.probabilities(run.state_now.x, point)[0, 0]
        assert image.lean[i, j] == pytest.approx(abs(2 * p - 1), abs=1e-5)
    points = [item for item in figure.items if isinstance(item, Points)]
    data = evaluator.data
    assert sum(len(item.x) for item in points) == len(data.y_train)
    wrong = sum(len(item.x) for item in points if item.outlined)
    assert wrong == int((evaluator.predict(run.state_now.x, data.X_train) != data.y_train).sum())
    some = f"the {wrong:,} outlined ones of {len(data.y_train):,} are named wrongly"
    none = f"none of the {len(data.y_train):,} is named wrongly"
    assert (some if wrong else none) in figure.caption
    assert {item.role for item in points} == {"class:0", "class:1"}


def test_the_boundary_is_filled_in_finely_band_by_band(runs):
    """At 400 x 400 it takes long: what is there must be right from the first band on."""
    run = runs["three classes"]
    figures = list(DecisionBoundary().refined([show(run)]))
    assert len(figures) > 4
    usual = DecisionBoundary().figure([show(run)]).items[0]
    first, last = figures[0].items[0], figures[-1].items[0]
    assert usual.lean.shape == (200, 200)
    assert first.lean.shape == last.lean.shape == (400, 400)
    # What is not yet filled in is the usual picture, each cell of it four of these.
    same = (first.lean == usual.lean.repeat(2, axis=0).repeat(2, axis=1)).mean()
    assert 0.8 < same < 1
    evaluator = run.spec.problem.evaluator()
    data = evaluator.data
    plane = principal_plane(data.X_train)
    rng = np.random.default_rng(0)
    for i, j in rng.integers(0, 400, (40, 2)):
        u = last.left + (j + 0.5) * (last.right - last.left) / 400
        v = last.bottom + (i + 0.5) * (last.top - last.bottom) / 400
        point = plane.lift(np.array([[u, v]]))
        assert last.winner[i, j] == evaluator.predict(run.state_now.x, point)[0]
    quick = DecisionBoundary().figure([replace(show(run), quick=True)]).items[0]
    assert quick.lean.size < usual.lean.size
    assert list(Confusion().refined([show(run)])) == []


def test_every_point_lies_in_the_picture(runs):
    for name in ("one feature", "two features", "three classes"):
        for rows in ("train", "test", "all"):
            figure = DecisionBoundary(rows=rows).figure([show(runs[name])])
            image = next(item for item in figure.items if isinstance(item, ClassImage))
            assert image.top - image.bottom > 1e-3
            if rows == "train":
                for item in figure.items[1:]:
                    assert ((item.x >= image.left) & (item.x <= image.right)).all()
                    assert ((item.y >= image.bottom) & (item.y <= image.top)).all()


def test_the_caption_says_how_far_the_picture_can_be_trusted(runs):
    run = runs[f"classic-mlp: {presets.load('classic-mlp').specs[0][0]}"]
    figure = DecisionBoundary().figure([show(run)])
    assert "differs on" in figure.note
    assert "of the data's variance" in figure.caption
    for x, y in ((1, 2), (5, 3), (99, 99)):
        view = DecisionBoundary(plane="features", feature_x=x, feature_y=y)
        figure = view.figure([show(run)])
        check_figure(figure)
        assert figure.x.label == f"x{min(x, 5)}"
    assert DecisionBoundary().figure([show(runs["two features"])]).note == ""


def test_pictures_call_things_by_their_names():
    """Petals and setosas, not x3 and class 0."""
    spec = small(4, 3)
    run = finished(spec.replace(problem=spec.problem.replace(dataset=Iris())))
    figure = DecisionBoundary(plane="features", feature_x=3, feature_y=4).figure([show(run)])
    assert (figure.x.label, figure.y.label) == ("petal length (cm)", "petal width (cm)")
    names = ("setosa", "versicolor", "virginica")
    assert tuple(entry.label for entry in figure.legend[:3]) == names
    for table in Confusion().figure([show(run)]).tables:
        assert table.rows == table.columns == names


# Confusion, log, function


def test_confusion_counts_rows(runs):
    for name in ("classic-perceptron: equal moves kept", "three classes"):
        run = runs[name]
        evaluator, x = run.spec.problem.evaluator(), run.state_now.x
        data = evaluator.data
        parts = ((data.X_train, data.y_train), (data.X_test, data.y_test))
        for table, (X, y) in zip(Confusion().figure([show(run)]).tables, parts, strict=True):
            said = evaluator.predict(x, X)
            for i in range(data.n_classes):
                for j in range(data.n_classes):
                    count = int(((y == i) & (said == j)).sum())
                    assert table.cells[i][j] == f"{count:,}"


def test_the_log_has_a_line_for_each_move_kept(runs):
    run = runs["classic-perceptron: equal moves kept"]
    rows = run.trace.rows(0, 501)
    lines = Log().figure([show(run, 500)]).lines
    kept = np.flatnonzero(rows.outcome <= Outcome.EQUAL)
    listed = [line for line in lines if "accuracy" in line]
    assert [int(line.split()[0].replace(",", "")) for line in listed] == kept.tolist()
    assert listed[0].endswith("start")
    better = int((rows.outcome[1:] == Outcome.IMPROVED).sum())
    assert sum(line.endswith("better") for line in listed) == better
    assert run.stop_reason.value not in lines
    lines = Log().figure([show(run)]).lines
    assert run.stop_reason.value in lines
    at = lines.index("weights at iteration 1,000:")
    numbers = [float(text) for text in " ".join(lines[at + 1 :]).split(",") if text.strip()]
    np.testing.assert_array_equal(numbers, run.state_now.x)


def test_the_function_its_point_and_its_tangent(runs):
    run = runs["classic-descent: rate 0.1"]
    figure = FunctionView().figure([show(run, 3)])
    curve = figure.items[0]
    np.testing.assert_allclose(curve.y, curve.x**2)
    x = 3 * 0.8**3
    point = next(i for i in figure.items if isinstance(i, Points) and i.outlined)
    assert (point.x[0], point.y[0]) == pytest.approx((x, x * x))
    path = next(i for i in figure.items if isinstance(i, Points) and not i.outlined)
    np.testing.assert_allclose(path.x[:3], 3 * 0.8 ** np.arange(3))
    tangent = next(
        i for i in figure.items if isinstance(i, Line) and i.width == 1.5 and len(i.x) == 2
    )
    slope = (tangent.y[1] - tangent.y[0]) / (tangent.x[1] - tangent.x[0])
    assert slope == pytest.approx(2 * x)
    assert figure.draggable == (3.0, 9.0)


def test_a_point_outside_the_picture_is_said(runs):
    figure = FunctionView().figure([show(runs["classic-descent: rate 1.1"])])
    assert "outside the picture" in figure.warning


# Planes and colours


def test_principal_plane():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 3)) * [5.0, 2.0, 0.1] + 7
    plane = principal_plane(X)
    np.testing.assert_allclose(plane.axes @ plane.axes.T, np.eye(2), atol=1e-12)
    assert plane.share > 0.99
    np.testing.assert_allclose(plane.lift(plane.project(X)), X, atol=0.5)
    assert (np.abs(plane.axes).max(axis=1) == plane.axes.max(axis=1)).all()
    one = principal_plane(X[:1])
    assert one.project(X[:1]).shape == (1, 2)


def test_feature_plane():
    X = np.random.default_rng(0).normal(size=(50, 4)) + 3
    plane = feature_plane(X, 2, 0)
    np.testing.assert_allclose(plane.project(X), X[:, [2, 0]], atol=1e-12)
    lifted = plane.lift(plane.project(X))
    np.testing.assert_allclose(lifted[:, 1], X[:, 1].mean())
    same = feature_plane(X, 1, 1)
    assert same.share == pytest.approx(X[:, 1].var() / X.var(axis=0).sum())
    assert same.project(X).shape == (50, 2)


def test_runs_and_classes_differ():
    assert len({(n % 8, dash_of_run(n)) for n in range(32)}) == 32
    assert len({marker_of_class(c) for c in range(10)}) == 10
    for theme in THEMES.values():
        meanings = {*theme.classes, *theme.runs, theme.positive, theme.negative, theme.accent}
        assert len(meanings) == len(theme.classes) + len(theme.runs) + 3


# How people with a dichromacy see linear red, green and blue: Machado, Oliveira & Fernandes (2009),
# "A physiologically-based model for simulation of color vision deficiency", table 1, severity 1.
SEEN = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}


def as_seen(colours, how):
    """Return colours in OKLab (Ottosson, 2020), where a difference of 0.02 is just noticeable."""
    rgb = np.array([list(bytes.fromhex(colour.removeprefix("#"))) for colour in colours]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    cones = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    lab = np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    )
    return np.cbrt(np.clip(linear @ SEEN[how].T, 0, 1) @ cones.T) @ lab.T


@pytest.mark.parametrize("how", SEEN)
@pytest.mark.parametrize("theme", THEMES)
def test_ten_classes_can_be_told_apart(theme, how):
    """One man in twelve sees no difference between some reds and greens."""
    seen = as_seen(THEMES[theme].classes, how)
    apart = np.linalg.norm(seen[:, None] - seen, axis=-1)[np.triu_indices(10, 1)]
    assert apart.min() > 0.06


@pytest.mark.parametrize("theme", THEMES)
def test_the_ramp_goes_in_equal_steps_of_lightness_for_everybody(theme):
    """Else a surface has edges where the values have none, or no order without colours."""
    palette = THEMES[theme]
    for how in SEEN:
        lightness = as_seen((palette.card, *palette.ramp), how)[:, 0]
        steps = np.diff(lightness[1:])
        assert (np.sign(steps) == np.sign(steps[0])).all()
        if how == "usual":
            assert np.abs(steps).max() < 1.2 * np.abs(steps).min()
        # More is further from the card.
        assert abs(lightness[-1] - lightness[0]) > 2 * abs(lightness[1] - lightness[0])


def test_fitness_shades_flat_stretches_with_the_drift_and_tells_them_where_pointed_at(runs):
    run = runs[f"classic-mlp: {presets.load('classic-mlp').specs[0][0]}"]
    figure = Fitness().figure([show(run, name="a")])
    check_figure(figure)
    bands = [item for item in figure.items if isinstance(item, Band)]
    found = [s for s in flat_stretches(run) if s.iterations >= 0.05 * run.trace.last_k]
    shaded, underlined = bands[: len(found)], bands[len(found) :]
    for part in (shaded, underlined):
        assert [tuple(band.x) for band in part] == [(s.start, s.end) for s in found]
    assert max(band.high[0] for band in underlined) < min(band.low[0] for band in shaded)
    assert all(isinstance(item, Band | Text) for item in figure.items[: len(bands)])
    (spots,) = figure.spots
    facts = dict(spots.facts)
    assert facts["flat stretch"][0] == f"{found[0].start:,} to {found[0].end:,}"
    assert facts["drift"][0].startswith("drifted")
    assert spots.action(0).seek == found[0].start
    assert "flat stretches are shaded" in figure.caption
    words = [item.text for item in figure.items if isinstance(item, Text)]
    assert words
    assert all(text.startswith(("drifted", "stood still")) for text in words)
    assert not Fitness(flat_stretches=False).figure([show(run)]).spots
    assert not Fitness(measure="log_loss").figure([show(run)]).spots


def test_a_stretch_is_shaded_only_as_far_as_it_has_been_seen(runs):
    run = runs[f"classic-mlp: {presets.load('classic-mlp').specs[0][0]}"]
    first = flat_stretches(run)[0]
    middle = (first.start + first.end) // 2
    figure = Fitness().figure([replace(show(run, k=middle), seen=middle)])
    bands = [item for item in figure.items if isinstance(item, Band)]
    assert all(band.x[1] <= middle for band in bands)
    for settings in (
        {"over": "evaluations"},
        {"over": "seconds"},
        {"log_x": True},
        {"log_y": True},
    ):
        check_figure(Fitness(**settings).figure([show(run)]))
