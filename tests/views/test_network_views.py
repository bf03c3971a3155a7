"""The network as it is: its weights, what its units say, and one row's way through it."""

from __future__ import annotations

import numpy as np
import pytest

from optiviz.analysis import units
from optiviz.engine.run import Reader, Run
from optiviz.engine.spec import RunSpec
from optiviz.networks import passes
from optiviz.reports.drawing import render
from optiviz.views import Shown, show
from optiviz.views.figure import Band, Disks, Figure, Points, Strokes, Tiles
from optiviz.views.network import NetworkView


def started(name, layers=None, x=None, **settings):
    spec = RunSpec.load(name)
    for path, value in settings.items():
        spec = spec.with_value(path.replace("__", "."), value)
    if layers is not None:
        made = [{"units": u, "activation": a} for u, a in layers]
        spec = spec.with_value("problem.network.layers", made)
    if x is not None:
        spec = spec.replace(start=tuple(np.broadcast_to(x, spec.problem.dim).tolist()))
    run = Run(spec, "a run")
    run.prepare()
    return run


@pytest.fixture(scope="module")
def mlp():
    return started("classic-minibatch", stopping__max_epochs=3).finish()


def items(figure, kind):
    return [item for item in figure.items if isinstance(item, kind)]


def spots_with(figure, name):
    return next(s for s in figure.spots if s.facts and s.facts[0][0] == name)


def facts(spots):
    return dict(spots.facts)


def test_strokes_are_the_weights_and_a_click_edits_the_one_that_is_named(mlp):
    x = mlp.state(mlp.k).x
    figure = NetworkView().figure([show(mlp)])
    (strokes,) = items(figure, Strokes)
    spots = spots_with(figure, "from")
    known = facts(spots)
    assert len(strokes.values) == len(spots.x) == 60
    scale = float(figure.legend[0].label.rpartition("+")[2])
    for i in range(60):
        at = spots.action(i).weight
        assert known["weight"][i] == x[at]
        assert strokes.values[i] == x[at] / scale
    # Weights are node by node, each with its inputs in order and its bias last.
    at = spots.actions.index(next(a for a in spots.actions if a.weight == 6 * 3 + 1))
    assert (known["from"][at], known["to"][at]) == ("x2", "hidden 1, unit 4")
    at = spots.actions.index(next(a for a in spots.actions if a.weight == 60 + 7))
    assert (known["from"][at], known["to"][at]) == ("hidden 1, unit 8", "output for class 1")
    _, gradient = Reader(mlp).stepper.problem.value_and_gradient(x)
    np.testing.assert_array_equal(known["gradient"], gradient[[a.weight for a in spots.actions]])
    biases = spots_with(figure, "bias of")
    assert [a.weight for a in biases.actions] == [5, 11, 17, 23, 29, 35, 41, 47, 53, 59, 70]
    np.testing.assert_array_equal(facts(biases)["bias"], x[[a.weight for a in biases.actions]])
    assert len({(round(a, 9), round(b, 9)) for a, b in zip(spots.x, spots.y, strict=True)}) == 60


def test_maps_are_what_the_units_say_over_the_plane(mlp):
    figure = NetworkView().figure([show(mlp)])
    inputs, hidden, biases, output, _ = items(figure, Tiles)
    assert [len(t.x) for t in (inputs, hidden, biases, output)] == [5, 10, 10, 1]
    side = hidden.values.shape[1]
    from optiviz.analysis.grounds import ground

    problem = mlp.spec.problem
    grid = ground(problem.dataset, None, (side, side)).grid
    said = passes.activations(problem.network, mlp.state(mlp.k).x, grid)
    np.testing.assert_allclose(hidden.values.reshape(10, -1), 2 * said[0] - 1, atol=1e-12)
    np.testing.assert_allclose(output.values.ravel(), 2 * said[1][0] - 1, atol=1e-12)


def test_the_gradient_is_shown_where_there_is_one(mlp):
    figure = NetworkView(show="gradient").figure([show(mlp)])
    (strokes,) = items(figure, Strokes)
    assert 0.2 < np.abs(strokes.values).max() <= 1
    assert "gradient of a weight over all 670 training rows" in figure.caption
    climb = started("classic-mlp")
    figure = NetworkView(show="gradient").figure([show(climb)])
    assert figure.empty.startswith("There is no gradient to show: accuracy only changes in jumps")


def test_a_unit_is_clicked_large_and_back(mlp):
    view = NetworkView()
    figure = view.figure([show(mlp)])
    spots = spots_with(figure, "unit")
    action = spots.action(4)
    assert action.settings == (("unit", "1:5"),)
    large = NetworkView(**dict(action.settings)).figure([show(mlp)])
    assert "hidden 1, unit 5" in [t.text.split(":")[0] for t in large.items if hasattr(t, "text")]
    assert len(items(large, Tiles)) == len(items(figure, Tiles)) + 1
    assert spots_with(large, "unit").action(4).settings == (("unit", ""),)
    assert large.spots[0].action(0).settings == (("unit", ""),)
    rows = sum(len(p.x) for p in items(large, Points) if p.role.startswith("class"))
    assert 200 < rows <= 300
    offers = view.offers([show(mlp)])["unit"]
    assert list(offers)[:2] == ["", "1:1"]
    assert offers["2:1"] == "output for class 1"
    for wrong in ("3:1", "1:11", "0:1", "1:0", "1", "x", "²:1", "1:-1"):
        figure = NetworkView(unit=wrong).figure([show(mlp)])
        assert figure.warning.startswith(
            f"There is no unit '{wrong}' here: they go from 1:1 to 2:1"
        )


def test_saturated_and_dead_units_are_marked():
    x = np.random.default_rng(0).normal(0, 0.1, 33)
    x[2], x[5], x[8] = -50, 50, 0  # the biases of the first three of eight units
    for activation, shapes in (("relu", {"cross": 1}), ("tanh", {"diamond": 2})):
        run = started("spirals", [(8, activation), (1, "sigmoid")], x)
        figure = NetworkView().figure([show(run)])
        marks = {p.marker: len(p.x) for p in items(figure, Points)}
        assert marks == shapes
        said = facts(spots_with(figure, "unit"))
        word = "dead" if activation == "relu" else "saturated"
        assert said["it is"][0] == word
        assert word in [entry.label for entry in figure.legend]
        assert said["it is"][2:] == ("",) * 7
    assert said["share of rows at its limits"][0] == 1.0


def test_an_output_is_stuck_only_at_one_limit():
    both = np.array([[0.0, 1.0] * 50, [1.0] * 99 + [0.0]])
    assert units.health("sigmoid", both).saturated.tolist() == [True, True]
    assert units.health("sigmoid", both, is_output=True).saturated.tolist() == [False, True]
    assert not units.health("sine", both).saturated.any()
    assert units.health("step", both * 0).dead.all()


@pytest.mark.parametrize(
    ("value", "rounded"),
    [(0.0, 1), (3.4, 5), (5.0, 5), (1.0, 1), (0.1, 0.1), (0.3, 0.5), (7e-9, 1e-8), (1e300, 1e300),
     (float("inf"), 1), (float("nan"), 1)],
)  # fmt: skip
def test_scales_are_round_numbers(value, rounded):
    assert units.round_up(value) == pytest.approx(rounded)


def test_the_scale_only_grows_along_a_run():
    run = started("xor").finish()
    assert len(run.trace.snapshots) > 1
    scales = []
    reader = Reader(run)
    for k in (0, 300, 900, run.k):
        figure = NetworkView().figure([Shown(run, k, reader)])
        scales.append(float(figure.legend[0].label.rpartition("+")[2]))
    assert scales == sorted(scales)
    assert scales[-1] >= np.abs(reader.state(run.k).x).max()


LAYERS = {
    "two weights": [(1, "step")],
    "no hidden layer": [(1, "sigmoid")],
    "two outputs": [(2, "softmax")],
    "wide": [(64, "tanh"), (64, "relu"), (1, "sigmoid")],
    "deep": [(64, "relu")] * 7 + [(1, "sigmoid")],
    "too wide": [(200, "sigmoid"), (1, "sigmoid")],
    "too deep": [(2, "relu")] * 30 + [(1, "sigmoid")],
    "64 layers": [(1, "elu")] * 63 + [(1, "sigmoid")],
}


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("value", [None, 0.0, np.nan, np.inf, 1e300])
def test_networks_of_any_size_and_with_any_weights(name, value, tmp_path):
    layers = LAYERS[name]
    climb = {"kind": "hill_climbing"}
    run = started("spirals", layers, optimizer=climb, problem__objective="accuracy")
    if value is not None:
        x = np.full(run.spec.problem.dim, value)
        reader = type("R", (), {"stepper": Reader(run).stepper})()
        reader.state = lambda k: type("S", (), {"x": x})()
        one = Shown(run, 0, reader)
    else:
        one = show(run)
    summary = name in ("too wide", "too deep", "64 layers")
    for view in (NetworkView(), NetworkView(unit="1:1")):
        for figure in (view.figure([one]), *view.refined([one])):
            assert isinstance(figure, Figure)
            assert bool(items(figure, Band)) == summary
            assert figure.caption.endswith(".")
    if name in ("too deep", "no hidden layer") and value is not None:
        render(figure, tmp_path / "a.png", dpi=40)


def test_weak_edges_are_left_out_where_there_are_too_many():
    run = started("spirals", LAYERS["wide"])
    figure = NetworkView().figure([show(run)])
    (strokes,) = items(figure, Strokes)
    assert len(strokes.values) == 2 * 64 + 250 + 64
    assert "The 3,846 weakest of 4,288 are left out." in figure.caption
    x = run.state(0).x
    middle = np.sort(np.abs(x[192:4352].reshape(64, 65)[:, :-1].ravel()))[-250]
    drawn = facts(spots_with(figure, "from"))["weight"]
    assert np.abs(drawn[128:-64]).min() >= middle
    assert len(items(figure, Disks)) == 2


def test_numbers_to_predict_and_many_classes():
    for name in ("sine", "digits", "iris"):
        run = started(name)
        figure = NetworkView(unit="1:1").figure([show(run)])
        assert not figure.warning
        assert items(figure, Tiles)
    summary = NetworkView().figure([show(started("digits", [(70, "tanh"), (10, "softmax")]))])
    assert "64 inputs, then 2 layers" in summary.caption
