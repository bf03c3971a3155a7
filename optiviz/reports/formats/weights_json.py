"""A network's weights as JSON, with all that it takes to compute what it says."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from optiviz.engine.run import Run
from optiviz.reports.data.summary import json_text, number, numbers
from optiviz.reports.data.weights import Weights, weights_of
from optiviz.reports.formats import Format, Options
from optiviz.store.atomic import write_text


def write(runs: Sequence[Run], path: Path, options: Options) -> None:
    """Write the weights that the run's algorithm hands back.

    Raises
    ------
    StoreError
        If there is no network, or the file can't be written.
    """
    data = _plain(weights_of(runs, path, options.at))
    write_text(path, json_text(data))


def _plain(found: Weights) -> dict[str, Any]:
    said = [found.classes[i] for i in found.says] if found.classes else numbers(found.says)
    return {
        "about": "A feed-forward network that optiviz trained.",
        "run": found.name,
        "iteration": found.iteration,
        "point": found.point,
        "metrics": {name: number(value) for name, value in found.metrics.items()},
        "forward": list(found.forward),
        "inputs": {
            "features": list(found.features),
            "shift": numbers(found.shift),
            "scale": numbers(found.scale),
        },
        "layers": [
            {
                "units": len(layer.biases),
                "activation": layer.activation,
                "formula": layer.formula,
                "weights": [numbers(row) for row in layer.weights],
                "biases": numbers(layer.biases),
            }
            for layer in found.layers
        ],
        "output": {
            "target": found.target,
            "classes": list(found.classes),
            "rule": found.rule or None,
            "target_shift": None if found.classes else number(found.target_shift),
            "target_scale": None if found.classes else number(found.target_scale),
        },
        "examples": [
            {"features": numbers(row), "a": numbers(outputs), "says": one}
            for row, outputs, one in zip(found.examples, found.outputs, said, strict=True)
        ],
        "spec": found.spec,
    }


FORMAT = Format(
    name="weights_json",
    label="Network's weights (JSON)",
    about="Layers, weights, units and scaling, with the forward pass in words and rows to check "
    "one's own by.",
    suffix=".json",
    group="data",
    write=write,
    takes=frozenset({"at"}),
)
