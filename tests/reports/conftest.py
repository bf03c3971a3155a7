import pytest

import optiviz
from optiviz.datasets.friedman1 import Friedman1
from optiviz.engine.run import Reader
from optiviz.networks.network import Layer, Network
from optiviz.optimizers.gradient_descent import GradientDescent
from optiviz.presets import load
from optiviz.problems.network_training import NetworkTraining
from optiviz.reports.html import write_report


def finished(spec, name=""):
    run = optiviz.Run(spec, name).finish()
    run.history.extend(Reader(run))
    return run


@pytest.fixture(scope="session")
def climb():
    return finished(optiviz.RunSpec.load("classic-mlp"), "climb")


@pytest.fixture(scope="session")
def descents():
    return [finished(spec, name) for name, spec in load("classic-descent").specs]


@pytest.fixture(scope="session")
def numbers():
    """Two regressions, one with a penalty."""
    problem = NetworkTraining(
        dataset=Friedman1(n_samples=60),
        network=Network(layers=(Layer(units=1, activation="identity"),)),
        objective="mean_squared_error",
    )
    stopping = optiviz.StoppingCriterion(max_iterations=50)
    optimizer = GradientDescent(learning_rate=0.05)
    return [
        finished(optiviz.RunSpec(problem=p, optimizer=optimizer, stopping=stopping), name)
        for p, name in ((problem, "free"), (problem.replace(l2=0.5), "held"))
    ]


@pytest.fixture(scope="session")
def minibatch():
    return finished(optiviz.RunSpec.load("classic-minibatch"), "batches of 50")


@pytest.fixture(scope="session")
def climb_report(climb, tmp_path_factory):
    """A file with all that a report of one run has."""
    path = tmp_path_factory.mktemp("one") / "climb.html"
    write_report([climb], path)
    return path


@pytest.fixture(scope="session")
def descents_report(descents, tmp_path_factory):
    """A file with all that a report of several runs has."""
    path = tmp_path_factory.mktemp("several") / "descents.html"
    write_report(descents, path, "Rates", "First.\n\nSecond.")
    return path
