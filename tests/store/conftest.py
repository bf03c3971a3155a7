import pytest

import optiviz
from optiviz.engine.run import Reader


def small_spec(**changes):
    spec = optiviz.RunSpec.load("classic-descent")
    for path, value in changes.items():
        spec = spec.with_value(path.replace("__", "."), value)
    return spec


def finished(spec, name=""):
    run = optiviz.Run(spec, name).finish()
    run.history.extend(Reader(run))
    return run


@pytest.fixture(scope="session")
def descent():
    return finished(small_spec(), "a descent")


@pytest.fixture(scope="session")
def climb():
    return finished(optiviz.RunSpec.load("classic-mlp"), "climb")


@pytest.fixture(scope="session")
def minibatch():
    return finished(optiviz.RunSpec.load("classic-minibatch"), "batches of 50")
