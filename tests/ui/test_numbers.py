"""The window shows runs that predict numbers, which have no classes and no accuracy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optiviz.datasets.friedman1 import Friedman1
from optiviz.datasets.linear import Linear
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StoppingCriterion
from optiviz.networks.network import Layer, Network
from optiviz.optimizers.hill_climbing import HillClimbing
from optiviz.problems.network_training import NetworkTraining
from optiviz.ui.main_window import MainWindow
from optiviz.ui.thumbnail import thumbnail

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_a_thumbnail_of_numbers_has_them_upwards() -> None:
    for n_features in (1, 3):
        dataset = Linear(slopes=(2.0,) * n_features)
        made, y = thumbnail(dataset, None), dataset.load().y_train  # type: ignore[arg-type]
        np.testing.assert_array_equal(made.points[:, 1], y)
        assert made.labels.dtype == np.int64
        assert made.about == "y over x1"


def test_the_timeline_tells_r2(qtbot: QtBot) -> None:
    window = MainWindow()
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    qtbot.waitExposed(window)
    problem = NetworkTraining(
        dataset=Friedman1(n_samples=60),
        network=Network(layers=(Layer(units=1, activation="identity"),)),
        objective="mean_squared_error",
    )
    stopping = StoppingCriterion(max_iterations=40)
    spec = RunSpec(problem=problem, optimizer=HillClimbing(), stopping=stopping)
    session = window.train.session
    run = session.start(spec, "numbers").run
    qtbot.waitUntil(lambda: not session.computing)
    session.seek(run.k)
    r2 = problem.evaluator().metrics(run.state_now.x)["train_r2"]
    timeline = window.train.timeline
    qtbot.waitUntil(lambda: f"R² train {r2:.3f}" in map(str, timeline._words()))
    window.close()
