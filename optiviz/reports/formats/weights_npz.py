"""A network's weights as NumPy's arrays, with all that it takes to compute what it says."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from optiviz.engine.run import Run
from optiviz.reports.data.weights import weights_of
from optiviz.reports.formats import Format, Options
from optiviz.store.atomic import writing


def write(runs: Sequence[Run], path: Path, options: Options) -> None:
    """Write the weights that the run's algorithm hands back.

    Raises
    ------
    StoreError
        If there is no network, or the file can't be written.
    """
    found = weights_of(runs, path, options.at)
    arrays: dict[str, Any] = {
        "about": np.array("\n".join(found.forward)),
        "run": np.array(found.name),
        "iteration": np.array(found.iteration),
        "point": np.array(found.point),
        "activations": np.array([layer.activation for layer in found.layers]),
        "formulas": np.array([layer.formula for layer in found.layers]),
        "features": np.array(found.features),
        "shift": found.shift,
        "scale": found.scale,
        "target": np.array(found.target),
        "classes": np.array(found.classes, dtype=str),
        "target_shift": np.array(found.target_shift),
        "target_scale": np.array(found.target_scale),
        "example_features": found.examples,
        "example_a": found.outputs,
        "example_says": found.says,
        "metric_names": np.array(list(found.metrics)),
        "metrics": np.array(list(found.metrics.values())),
        "spec": np.array(json.dumps(found.spec, allow_nan=False)),
    }
    for number, layer in enumerate(found.layers, 1):
        arrays |= {f"weights_{number}": layer.weights, f"biases_{number}": layer.biases}
    with writing(path) as file:
        np.savez_compressed(file, **arrays)


FORMAT = Format(
    name="weights_npz",
    label="Network's weights (NumPy)",
    about="Layers, weights, units and scaling as arrays for numpy.load, with rows to check one's "
    "own forward pass by.",
    suffix=".npz",
    group="data",
    write=write,
    takes=frozenset({"at"}),
)
