"""The network as it is: its weights, what its units say, and one row's way through it."""

from __future__ import annotations

import numpy as np
import pytest

from optiviz.analysis.networks import units
from optiviz.engine.run import Reader, Run
from optiviz.engine.spec import RunSpec
from optiviz.networks import passes
from optiviz.networks.losses import LOSSES
from optiviz.networks.network import Layer, Network
from optiviz.optimizers.hill_climbing import HillClimbing
from optiviz.reports.drawing import render
from optiviz.views import Shown, show
from optiviz.views.decision_boundary import DecisionBoundary
from optiviz.views.figure import Band, Disks, Figure, Line, Points, Strokes, Text, Tiles
from optiviz.views.forward_pass import ForwardPass
from optiviz.views.forward_pass.walk import errors_back, parts, products_into, stops, walk
from optiviz.views.forward_pass.words import n
from optiviz.views.network import NetworkView
from optiviz.views.regression_fit import RegressionFit


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
    from optiviz.analysis.features.grounds import ground

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


# One row


def texts(figure):
    return [item.text for item in figure.items if isinstance(item, Text)]


def row_pass(run, row=0):
    evaluator = Reader(run).stepper.problem
    target = evaluator.target(evaluator.data.y_train[row : row + 1])[:, 0]
    problem = run.spec.problem
    return passes.forward(
        problem.network,
        run.state(run.k).x,
        evaluator.data.X_train[row],
        target,
        evaluator.loss,
        problem.is_regression,
    )


@pytest.mark.parametrize(
    "layers", [[(64, "tanh"), (30, "relu"), (10, "sigmoid")], [(10, "softmax")]]
)
def test_what_is_shown_of_wide_layers_adds_up_to_their_numbers(layers):
    """A class that adds the numbers up on the board comes to what the board says."""
    run = started("digits", layers)
    passed = row_pass(run, 5)
    errors = passes.backward(passed, LOSSES["log_loss"])
    shown = parts(passed, np.array([3]))
    for layer in range(1, len(shown)):
        one = passed.layers[layer - 1]
        assert shown[layer].places <= 12
        assert len(shown[layer].shown) + len(shown[layer].others) == len(one.a)
        for unit in shown[layer].shown:
            near, far = products_into(passed, shown, layer, unit)
            assert len(near) == len(shown[layer - 1].shown)
            assert near.sum() + far + one.biases[unit] == pytest.approx(one.z[unit], abs=1e-12)
            if layer < len(shown) - 1:
                near, far = errors_back(passed, errors, shown, layer, unit)
                back = (near.sum() + far) * errors[layer - 1].slopes[unit]
                assert back == pytest.approx(errors[layer - 1].by_z[unit], abs=1e-12)
    kept = np.abs(passed.layers[0].products[shown[1].shown]).sum(axis=0)
    assert kept[shown[0].shown].min() >= kept[shown[0].others].max()


def test_a_row_is_followed_step_by_step(mlp):
    evaluator = Reader(mlp).stepper.problem
    row, x = 7, mlp.state(mlp.k).x
    passed = row_pass(mlp, row)
    count = ForwardPass(row=row).figure([show(mlp)]).steps.count
    # The row; products, sum, sigmoid of 11 units; class, loss; error and gradients of 11 units.
    assert count == 1 + 33 + 2 + 22
    seen = []
    for step in range(count):
        figure = ForwardPass(row=row, step=step).figure([show(mlp)])
        assert (figure.steps.setting, figure.steps.at) == ("step", step)
        seen.append(figure)
    hidden, last = passed.layers
    a = [n(v) for v in hidden.a]
    assert not set(texts(seen[0])) & set(a)
    assert f"z {n(hidden.z[0])}" in texts(seen[2])
    assert a[0] in texts(seen[3])
    assert a[1] not in texts(seen[3])
    assert a[0] in texts(seen[6])
    assert a[1] in texts(seen[6])
    assert set(a) <= set(texts(seen[30]))
    w = hidden.weights[0]
    terms = "".join(
        f"{' − ' if w[i] < 0 else ' + '}{n(abs(w[i]))}·{f'({n(v)})' if v < 0 else n(v)}"
        for i, v in enumerate(hidden.inputs)
    ).removeprefix(" + ")
    bias = hidden.biases[0]
    assert (
        f"z = {terms} {'−' if bias < 0 else '+'} {n(abs(bias))} = {n(hidden.z[0])}"
        in seen[2].caption
    )
    assert f"a = sigmoid({n(hidden.z[0])}) = {a[0]}." in seen[3].caption
    p = last.a[0]
    named = evaluator.predict(x, evaluator.data.X_train)[row]
    assert f"{n(p)} {'>' if p > 0.5 else '≤'} 0.5: class {named}" in seen[34].caption
    assert f"= {n(passed.loss)}." in seen[35].caption
    y = evaluator.data.y_train[row]
    assert f"error {n(p - y)}" in texts(seen[36])
    assert f"error = a − y = {n(p)} − {y} = {n(p - y)}." in seen[36].caption
    assert "backward" in seen[36].note
    gradient = passes.flat(passes.backward(passed, evaluator.loss))
    (strokes,) = items(seen[-1], Strokes)
    assert len(strokes.values) == 60
    weights = np.delete(gradient, [5, 11, 17, 23, 29, 35, 41, 47, 53, 59, 70])
    np.testing.assert_allclose(strokes.values, weights / np.abs(weights).max(), atol=1e-12)
    spots = seen[-1].spots[1]
    at = [action.weight for action in spots.actions]
    np.testing.assert_array_equal(facts(spots)["gradient"], gradient[at])
    np.testing.assert_array_equal(facts(spots)["weight"], x[at])


def test_what_is_to_come_is_not_told(mlp):
    early = ForwardPass(step=3).figure([show(mlp)])
    units_known = facts(early.spots[0])
    assert np.isfinite(units_known["says"]).sum() == 5 + 1
    assert not np.isfinite(units_known["error"]).any()
    assert np.isfinite(facts(early.spots[1])["times its input"]).sum() == 5
    action = early.spots[0].action(5 + 9)  # the last hidden unit
    there = ForwardPass(**dict(action.settings)).figure([show(mlp)])
    assert np.isfinite(facts(there.spots[0])["says"]).sum() == 5 + 10


def test_paces_halt_at_the_same_places(mlp):
    passed = row_pass(mlp)
    steps = walk(passed, parts(passed, np.arange(0)), back=True, penalty=True)
    by = {pace: stops(steps, pace) for pace in ("numbers", "units", "layers")}
    assert set(by["layers"]) <= set(by["units"]) <= set(by["numbers"])
    assert len(by["units"]) == 1 + 11 + 2 + 11 + 1
    assert len(by["layers"]) == 1 + 2 + 2 + 2 + 1
    assert {pace[-1] for pace in by.values()} == {len(steps) - 1}
    for pace, halts in by.items():
        figure = ForwardPass(pace=pace, step=10**5).figure([show(mlp)])
        assert figure.steps.at == figure.steps.count - 1 == len(halts) - 2
        first = ForwardPass(pace=pace, step=1).figure([show(mlp)])
        assert any(isinstance(item, Line) and item.role == "accent" for item in first.items)


def test_rows_that_are_not_there(mlp):
    figure = ForwardPass(row=5000, part="test").figure([show(mlp)])
    assert figure.warning == "There are 330 test rows, counted from 0: this is the last one."
    assert figure.caption.startswith("Test row 329 of 330 in the network at iteration")


@pytest.mark.parametrize(
    ("name", "layers", "objective"),
    [
        ("iris", [(3, "softmax")], "log_loss"),
        ("iris", [(4, "relu"), (3, "softmax")], "mean_squared_error"),
        ("iris", [(4, "elu"), (3, "identity")], "hinge"),
        ("iris", [(4, "elu"), (3, "sigmoid")], "log_loss"),
        ("iris", [(4, "gelu"), (3, "tanh")], "mean_absolute_error"),
        ("spirals", [(3, "tanh"), (1, "identity")], "hinge"),
        ("spirals", [(1, "sine")], "mean_squared_error"),
        ("spirals", [(2, "softmax")], "log_loss"),
        ("sine", [(3, "softplus"), (1, "identity")], "mean_absolute_error"),
        ("classic-perceptron", [(1, "step")], "accuracy"),
        ("classic-perceptron", [(2, "step"), (2, "sigmoid")], "accuracy"),
        ("digits", [(40, "leaky_relu"), (10, "softmax")], "log_loss"),
    ],
)
def test_every_objective_is_told_to_its_end(name, layers, objective):
    spec = RunSpec.load(name)
    network = Network(layers=tuple(Layer(units=u, activation=a) for u, a in layers))
    problem = spec.problem.replace(network=network, objective=objective, l2=0.1)
    run = Run(spec.replace(problem=problem, optimizer=HillClimbing()))
    run.prepare()
    one = show(run)
    count = ForwardPass().figure([one]).steps.count
    captions = [ForwardPass(step=step).figure([one]).caption for step in range(count)]
    assert len(set(captions)) == count
    assert all(caption.endswith(".") and "nan" not in caption for caption in captions)
    passed = row_pass(run)
    if objective == "accuracy":
        assert "no backward pass: Accuracy only changes in jumps" in captions[-1]
    else:
        assert f"= {n(passed.loss)}." in next(c for c in captions if "how wrong" in c)
        assert "The penalty: adds 0.1·w" in captions[-1].replace("0.100", "0.1")


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("value", [0.0, np.nan, np.inf, -1e300])
def test_a_row_goes_through_any_network_or_it_is_said_why_not(name, value):
    run = started(
        "spirals", LAYERS[name], optimizer={"kind": "hill_climbing"}, problem__objective="accuracy"
    )
    x = np.full(run.spec.problem.dim, value)
    reader = type("R", (), {"stepper": Reader(run).stepper})()
    reader.state = lambda k: type("S", (), {"x": x})()
    for step in (0, 2, 5, 10**5):
        figure = ForwardPass(step=step).figure([Shown(run, 0, reader)])
        if name in ("too wide", "too deep", "64 layers"):
            assert figure.empty.startswith("This network is too large to follow a row through it")
        else:
            assert figure.items
            assert figure.caption.endswith(".")


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.0, "0"), (1.0, "1"), (-0.5, "−0.500"), (0.12345, "0.123"), (1234.5, "1,234"),
     (123.4, "123"), (2e-5, "2.0e−5"), (-3e7, "−3.0e7"), (np.nan, "no number"), (-np.inf, "−∞")],
)  # fmt: skip
def test_numbers_have_three_digits(value, words):
    assert n(value) == words


# Rows to point at


@pytest.mark.parametrize("rows", ["train", "test", "all"])
def test_a_click_on_a_row_leads_to_its_way_through(mlp, rows):
    evaluator = Reader(mlp).stepper.problem
    data, x = evaluator.data, mlp.state(mlp.k).x
    figure = DecisionBoundary(rows=rows).figure([show(mlp)])
    (spots,) = figure.spots
    tables = {"train": (data.X_train, data.y_train), "test": (data.X_test, data.y_test)}
    assert len(spots.x) == sum(len(y) for part, (_, y) in tables.items() if rows in ("all", part))
    known = facts(spots)
    for i in (0, 5, len(spots.x) - 1):
        action = spots.action(i)
        settings = dict(action.settings)
        assert action.view == "forward_pass"
        X, y = tables[settings["part"]]
        row = settings["row"]
        assert known["row"][i] == f"{settings['part']} {row}"
        assert known["is"][i] == f"class {y[row]}"
        p = evaluator.probabilities(x, X)[0, row]
        assert known["named"][i] == f"class {int(p > 0.5)}"
        assert known["sure of that"][i] == pytest.approx(max(p, 1 - p))
        way = ForwardPass(**settings).figure([show(mlp)])
        assert f"row {row:,} of {len(X):,}" in way.caption


def test_rows_of_a_fit_can_be_followed_too():
    run = started("sine").finish()
    (spots,) = RegressionFit(rows="test").figure([show(run)]).spots
    data = Reader(run).stepper.problem.data
    np.testing.assert_array_equal(spots.y, data.y_test)
    assert dict(spots.action(3).settings) == {"row": 3, "part": "test", "step": 0}
    said = facts(spots)["predicted"][3]
    forth, back = (
        ForwardPass(row=3, part="test", step=step).figure([show(run)]) for step in (39, 10**5)
    )
    assert "how wrong it is" in forth.caption
    verdict = f"{n(said)}, should be {n(data.y_test[3])}"
    assert any(text.startswith(verdict) for text in texts(forth))
    # Where the errors of the layer before stand it would lie on them.
    assert any(text.startswith("error ") for text in texts(back))
    assert not any(text.startswith(verdict) for text in texts(back))


def test_what_a_network_is_nearly_sure_of_is_told_by_what_it_lacks():
    """Else the logarithm of 1.00 would come out as more than nothing."""
    run = started("xor").finish()
    said = [ForwardPass(row=0, step=step).figure([show(run)]).caption for step in (16, 17, 18)]
    (told,) = [words for words in said if "how wrong it is" in words]
    assert "log loss = −ln(1 − 1.1e−4) = 1.1e−4" in told
