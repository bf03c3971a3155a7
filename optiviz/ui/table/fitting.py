"""What else of a set-up has to change so that it can learn from a table that was taken."""

import copy
import itertools
from collections.abc import Mapping
from typing import Any

from optiviz.engine.parameters import SpecError
from optiviz.engine.spec import RunSpec
from optiviz.networks.activations import ACTIVATIONS
from optiviz.networks.losses import LOSSES

_OBJECTIVES = ("accuracy", "mean_squared_error", "log_loss")
_OUTPUTS = ("sigmoid", "softmax", "identity")


def fitted(data: Mapping[str, Any]) -> tuple[RunSpec, str] | None:
    """Return a set-up that can be run, and a sentence of what was changed in it.

    The objective and the output's activation are tried, those that are set first; None where
    that isn't enough, so that the user has to look at it.

    Parameters
    ----------
    data : plain data
        Of a spec, right or wrong.
    """
    layers = data["problem"]["network"]["layers"]
    if not layers:
        return None
    objective, output = data["problem"]["objective"], layers[-1]["activation"]
    for goal, activation in itertools.product((objective, *_OBJECTIVES), (output, *_OUTPUTS)):
        tried = copy.deepcopy(dict(data))
        tried["problem"]["objective"] = goal
        tried["problem"]["network"]["layers"][-1]["activation"] = activation
        try:
            spec = RunSpec.from_dict(tried)
        except SpecError:
            continue
        changed = []
        if goal != objective:
            changed.append(f"the objective is {LOSSES[goal].reading.name}")
        if activation != output:
            changed.append(f"the output is {ACTIVATIONS[activation].label}")
        return spec, f"To fit the table, {' and '.join(changed)} now." if changed else ""
    return None
