"""Which settings of a run can be swept, and the layers that a number of hidden ones means."""

from collections.abc import Iterator
from typing import Any

from optiviz.engine.parameters import Kind, Mistake, Parameters, SpecError, fields
from optiviz.engine.spec import RunSpec
from optiviz.networks.network import Layer
from optiviz.problems.network_training import NetworkTraining
from optiviz.studies.settings import Setting, settings
from optiviz.ui.compare.settings import Values

DEPTH = "hidden layers"
"""Stands for the number of hidden layers, which is no field of its own."""

_DEEPEST = 20
_ELSEWHERE = ("dataset", "objective")  # of a problem: that would be another question


def sweepable(spec: RunSpec) -> list[Setting]:
    """Return the settings of the algorithm and of the network that can take other values."""
    paths = list(_paths(spec.optimizer, "optimizer"))
    problem = spec.problem
    network = isinstance(problem, NetworkTraining)
    if isinstance(problem, NetworkTraining):
        for i in range(len(problem.network.layers)):
            last = i == len(problem.network.layers) - 1
            # How many outputs there are is the data's.
            names = ("activation",) if last else ("units", "activation")
            paths += [f"problem.network.layers.{i}.{name}" for name in names]
        paths += [
            path
            for path in _paths(problem, "problem")
            if path.split(".")[1] not in (*_ELSEWHERE, "network")
        ]
    found = settings(spec, paths)
    if network:
        found.append(Setting(DEPTH, None, "number of hidden layers"))
    return found


def _paths(of: Parameters, path: str) -> Iterator[str]:
    for field in fields(type(of)):
        value = getattr(of, field.name)
        if isinstance(value, Parameters):
            if isinstance(value, Kind):
                yield from _paths(value, f"{path}.{field.name}")
        elif field.options or field.type in (int, float, bool):
            yield f"{path}.{field.name}"


def depths(spec: RunSpec, values: Values) -> list[list[dict[str, Any]]]:
    """Return the layers for several numbers of hidden layers: copies of the first one there is.

    Raises
    ------
    SpecError
        If one is no number of layers.
    """
    problem = spec.problem
    assert isinstance(problem, NetworkTraining), "only networks have layers"
    if values.how == "list":
        wanted = list(values.values)
    else:
        step = (values.high - values.low) / (values.steps - 1)
        wanted = [values.low + i * step for i in range(values.steps)]
    *hidden, output = problem.network.layers
    usual = hidden[0] if hidden else Layer(units=10)
    made = []
    for number in dict.fromkeys(round(w) for w in wanted):
        if not 0 <= number <= _DEEPEST:
            name = "values" if values.how == "list" else "low" if number < 0 else "high"
            raise SpecError([Mistake(name, f"must be from 0 to {_DEEPEST} layers, is {number}")])
        made.append([layer.to_dict() for layer in (*[usual] * number, output)])
    return made
