"""Views of predicted numbers show what the network predicts, and how far that is off."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from optiviz.analysis.regression import explained, shown_share, spread_along
from optiviz.datasets.friedman1 import Friedman1
from optiviz.engine import registry
from optiviz.engine.run import Reader, Run
from optiviz.engine.spec import RunSpec
from optiviz.networks.network import Layer, Network
from optiviz.problems.network_training import NetworkEvaluator, NetworkTraining
from optiviz.reports.drawing import render
from optiviz.views import Shown, show
from optiviz.views.confusion import Confusion
from optiviz.views.decision_boundary import DecisionBoundary
from optiviz.views.figure import Band, Line, Points, Rule, ValueImage
from optiviz.views.predicted_actual import PredictedActual
from optiviz.views.regression_fit import RegressionFit
from optiviz.views.residuals import Residuals

KINDS = (RegressionFit, PredictedActual, Residuals)


class Rows:
    """A table with a number for each row, and nothing else of a dataset."""

    def __init__(self, n_features=2, n=90, noise=0.1, scale=1.0):
        rng = np.random.default_rng(n_features)
        X = rng.normal(size=(n, n_features))
        y = scale * (X[:, 0] + noise * rng.normal(size=n))
        cut = 2 * n // 3
        self.data = SimpleNamespace(
            X_train=X[:cut],
            y_train=y[:cut],
            X_test=X[cut:],
            y_test=y[cut:],
            target_name="height",
            feature_names=(),
        )

    def load(self):
        return self.data


class Predictor(NetworkEvaluator):
    """Predicts the first feature times a weight."""

    def __init__(self, rows):
        self.problem = SimpleNamespace(dataset=rows, is_regression=True, kind="network_training")
        self.data = rows.data

    def outputs(self, x, X):
        with np.errstate(all="ignore"):
            return x[0] * X[:, 0][None]


def shown(rows, weight=1.0, number=0, name=""):
    state = SimpleNamespace(x=np.array([weight]))
    reader = SimpleNamespace(
        stepper=SimpleNamespace(problem=Predictor(rows)), state=lambda k: state
    )
    run = SimpleNamespace(spec=SimpleNamespace(problem=reader.stepper.problem.problem))
    return Shown(run, 7, reader, name, number)


def points_of(figure):
    return [item for item in figure.items if isinstance(item, Points)]


# The fit


def test_one_feature_is_a_curve_with_all_rows(tmp_path):
    rows = Rows(1)
    figure = RegressionFit().figure([shown(rows, 2.0)])
    (curve,) = [item for item in figure.items if isinstance(item, Line)]
    np.testing.assert_allclose(curve.y, 2.0 * curve.x)
    assert curve.x[0] < rows.data.X_train.min()
    assert curve.x[-1] > rows.data.X_train.max()
    train, test = points_of(figure)
    np.testing.assert_array_equal(train.y, rows.data.y_train)
    np.testing.assert_allclose(test.x, rows.data.X_test[:, 0], atol=1e-12)
    assert figure.y.label == "height"
    render(figure, tmp_path / "fit.png", dpi=40)


def test_several_runs_on_the_same_rows_are_beside_each_other():
    """Comparing two fits is what two runs are for; other data have no place among these rows."""
    rows = Rows(1)
    runs = [shown(rows, 1.0, 0, "a"), shown(rows, 3.0, 1, "b"), shown(Rows(1), 2.0, 2, "other")]
    curves = {i.label: i for i in RegressionFit().figure(runs).items if isinstance(i, Line)}
    assert set(curves) == {"a", "b"}
    assert (curves["a"].role, curves["b"].role) == ("run:0", "run:1")
    np.testing.assert_allclose(curves["b"].y, 3.0 * curves["b"].x)


@pytest.mark.parametrize("through", ["components", "features"])
@pytest.mark.parametrize("n_features", [2, 5])
def test_more_features_are_a_surface(tmp_path, n_features, through):
    rows = Rows(n_features)
    view = RegressionFit(through=through, feature_x=2, feature_y=1)
    figure = view.figure([shown(rows, 2.0)])
    image = figure.items[0]
    assert isinstance(image, ValueImage)
    if through == "features":
        # Feature 2 is to the right, feature 1 upwards: what is predicted rises upwards alone.
        np.testing.assert_allclose(image.values, image.values[:, :1].repeat(120, axis=1))
        assert image.at(0.0, 1.0) == pytest.approx(2.0, abs=0.1)
    assert image.levels == (rows.data.y_train.min(), rows.data.y_train.max())
    drawn = points_of(figure)
    assert sum(len(item.x) for item in drawn) == 90
    assert {item.marker for item in drawn} == {"circle", "diamond"}
    for item in drawn:  # each row has the colour of its own number
        assert item.role.startswith("value:")
    only = RegressionFit(rows="test").figure([shown(rows)])
    assert sum(len(item.x) for item in points_of(only)) == 30
    assert ("left out" in figure.caption) == (n_features > 2)
    render(figure, tmp_path / "fit.png", dpi=40)


def test_a_row_has_the_colour_of_the_ground_where_it_is_predicted_well():
    rows = Rows(2, noise=0.0)
    figure = RegressionFit(through="features").figure([shown(rows)])
    image = figure.items[0]
    for item in points_of(figure):
        share = float(item.role.partition(":")[2])
        at = [image.at(x, y) for x, y in zip(item.x, item.y, strict=True)]
        assert np.nanmax(np.abs(image.shares(np.array(at)) - share)) < 0.06


def test_the_surface_is_refined():
    rows = Rows(3)
    usual = RegressionFit().figure([shown(rows)]).items[0]
    (fine,) = RegressionFit().refined([shown(rows)])
    assert fine.items[0].values.size > 4 * usual.values.size
    assert list(RegressionFit(show="line").refined([shown(rows)])) == []
    assert list(RegressionFit().refined([shown(Rows(1))])) == []


def test_a_line_through_more_features():
    rows = Rows(4)
    view = RegressionFit(show="line", through="features", feature_x=1)
    figure = view.figure([shown(rows, 2.0)])
    (curve,) = [item for item in figure.items if isinstance(item, Line)]
    np.testing.assert_allclose(curve.y, 2.0 * curve.x, atol=1e-9)
    assert "other directions are left out" in figure.caption


# Predicted against actual, residuals


def test_rows_are_at_their_actual_and_their_predicted_number(tmp_path):
    rows = Rows(2)
    figure = PredictedActual().figure([shown(rows, 0.5)])
    train, test = points_of(figure)
    np.testing.assert_array_equal(train.x, rows.data.y_train)
    np.testing.assert_allclose(train.y, 0.5 * rows.data.X_train[:, 0])
    np.testing.assert_allclose(test.y, 0.5 * rows.data.X_test[:, 0])
    diagonal = figure.items[0]
    np.testing.assert_array_equal(diagonal.x, diagonal.y)
    wanted = explained(rows.data.y_test, 0.5 * rows.data.X_test[:, 0])
    assert f"test {wanted:.3f}" in figure.note
    assert figure.warning == ""
    render(figure, tmp_path / "p.png", dpi=40)


def test_predictions_beyond_the_picture_are_counted():
    """Else a run that flew off looks like one without rows."""
    figure = PredictedActual().figure([shown(Rows(2), 1e6)])
    assert "of 90 predictions are beyond the picture" in figure.warning
    assert "R² below −99 · test below −99" in figure.note


def test_residuals_are_actual_minus_predicted(tmp_path):
    rows = Rows(2)
    figure = Residuals().figure([shown(rows, 0.5)])
    train, test = points_of(figure)
    np.testing.assert_allclose(train.y, rows.data.y_train - 0.5 * rows.data.X_train[:, 0])
    np.testing.assert_allclose(test.x, 0.5 * rows.data.X_test[:, 0])
    (zero,) = [item for item in figure.items if isinstance(item, Rule)]
    assert (zero.at, zero.upright) == (0.0, False)
    (band,) = [item for item in figure.items if isinstance(item, Band)]
    np.testing.assert_allclose(band.high, -band.low)
    assert figure.y.high >= np.abs(test.y).max()
    typical = np.sqrt(np.mean(np.square(train.y)))
    assert f"error {typical:.3g} · test" in figure.note
    render(figure, tmp_path / "r.png", dpi=40)


@pytest.mark.parametrize("weight", [np.nan, np.inf, 1e308])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n_features", [1, 3])
def test_lost_weights_are_drawn_all_the_same(tmp_path, kind, weight, n_features):
    """A run that diverged is looked at more than any other."""
    figure = kind().figure([shown(Rows(n_features), weight)])
    render(figure, tmp_path / "lost.png", dpi=40)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_that_are_all_alike(tmp_path, kind):
    rows = Rows(2, scale=0.0)
    figure = kind().figure([shown(rows, 0.0)])
    render(figure, tmp_path / "same.png", dpi=40)


def test_numbers_and_classes_have_views_of_their_own():
    """No card is offered that would stay empty."""
    with_classes = RunSpec.load("classic-mlp").problem
    function = RunSpec.load("classic-descent").problem
    numbers = NetworkTraining(
        dataset=Friedman1(),
        network=Network(layers=(Layer(units=1, activation="identity"),)),
        objective="mean_squared_error",
    )
    for kind in KINDS:
        assert kind().suits(numbers)
        assert not kind().suits(with_classes)
        assert not kind().suits(function)
    for kind in (DecisionBoundary, Confusion):
        assert kind().suits(with_classes)
        assert not kind().suits(numbers)


def test_how_well_numbers_are_predicted():
    y = np.array([1.0, 2.0, 4.0])
    assert explained(y, y) == 1.0
    assert explained(y, np.full(3, y.mean())) == pytest.approx(0.0)
    assert explained(np.ones(3), np.ones(3)) == 1.0
    assert explained(np.ones(3), y) == 0.0
    assert np.isnan(explained(y, np.full(3, np.nan)))
    texts = [shown_share(v) for v in (0.9123, -0.5, -1e9, np.nan, -np.inf)]
    assert texts == ["0.912", "−0.500", "below −99", "–", "below −99"]


def test_the_spread_along_something():
    at = np.arange(100.0)
    errors = np.where(at < 50, 1.0, 3.0)
    middles, sizes = spread_along(at[::-1], errors[::-1], parts=4)
    np.testing.assert_allclose(sizes, [1, 1, 3, 3])
    assert (np.diff(middles) > 0).all()
    assert len(spread_along(at[:9], errors[:9])[0]) == 0


@pytest.mark.parametrize("kind", ["sine", "plane", "friedman1"])
def test_real_regressions(tmp_path, kind):
    spec = RunSpec.load("classic-mlp").to_dict()
    spec["problem"]["dataset"] = {"kind": kind}
    spec["problem"]["objective"] = "mean_squared_error"
    spec["problem"]["network"]["layers"][-1]["activation"] = "identity"
    spec["stopping"] = {"max_iterations": 20}
    run = Run(RunSpec.from_dict(spec), "a").finish()
    run.history.extend(Reader(run))
    suited = [c for c in registry.kinds("views").values() if c().suits(run.spec.problem)]
    assert set(KINDS) < set(suited)
    assert not {"confusion", "decision_boundary"} & {c.kind for c in suited}
    for view in KINDS:
        render(view().figure([show(run)]), tmp_path / "real.png", dpi=40)
