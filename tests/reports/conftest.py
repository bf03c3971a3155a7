import pytest

import optiviz
from optiviz.engine.run import Reader
from optiviz.presets import load


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
def minibatch():
    return finished(optiviz.RunSpec.load("classic-minibatch"), "batches of 50")
