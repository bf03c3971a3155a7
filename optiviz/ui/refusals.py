"""Why a choice can't be made with the other settings as they are: each is tried."""

from collections.abc import Mapping, Sequence
from typing import Any

from optiviz.engine.optimizer import Optimizer
from optiviz.engine.parameters import Mistake, SpecError
from optiviz.engine.problem import Problem
from optiviz.networks.activations import ACTIVATIONS
from optiviz.networks.losses import LOSSES
from optiviz.problems.network_training import NetworkTraining


def of_algorithm(
    optimizer: Optimizer | None, problem: Problem, found: Sequence[Mistake]
) -> list[Mistake]:
    """Return what an algorithm asks of a problem, where a mistake elsewhere hid it."""
    known = {mistake.path for mistake in found}
    asked = [] if optimizer is None else optimizer.check_problem(problem)
    mistakes = [Mistake(f"optimizer.{name}", sentence) for name, sentence in asked]
    return [mistake for mistake in mistakes if mistake.path not in known]


def of_objectives(problem: Mapping[str, Any]) -> dict[str, str]:
    """Return the sentence for each objective that a problem can't have.

    Parameters
    ----------
    problem : mapping
        Plain data of a network's training; its dataset may be one that is made already.
    """
    return _refused({name: {**problem, "objective": name} for name in LOSSES})


def of_outputs(problem: Mapping[str, Any]) -> dict[str, str]:
    """Return the sentence for each activation that the output can't have; see `of_objectives`."""
    *hidden, last = problem["network"]["layers"]
    return _refused(
        {
            name: {**problem, "network": {"layers": [*hidden, {**last, "activation": name}]}}
            for name in ACTIVATIONS
        }
    )


def _refused(problems: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    found = {name: _mistakes(data) for name, data in problems.items()}
    # What is wrong with all of them has another cause.
    common = set.intersection(*map(set, found.values()))
    own = {name: [m for m in mistakes if m not in common] for name, mistakes in found.items()}
    return {name: mistakes[0].message for name, mistakes in own.items() if mistakes}


def _mistakes(data: Mapping[str, Any]) -> tuple[Mistake, ...]:
    try:
        NetworkTraining.from_dict(data)
    except SpecError as error:
        return error.mistakes
    return ()
