"""A network that is taken away says elsewhere what it said here."""

import json
import math

import numpy as np
import pytest

from optiviz.engine import registry
from optiviz.engine.run import Reader, Run
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StoppingCriterion
from optiviz.networks.network import Layer, Network
from optiviz.optimizers.gradient_descent import GradientDescent
from optiviz.optimizers.hill_climbing import HillClimbing
from optiviz.presets import load
from optiviz.problems.network_training import NetworkTraining
from optiviz.reports.data.weights import weights_of
from optiviz.reports.export import export
from optiviz.store.atomic import StoreError

# From the formulas in the file alone, by somebody who doesn't know optiviz.
UNITS = {
    "1 if z ≥ 0, else 0": lambda z: (z >= 0) * 1.0,
    "1 / (1 + exp(-z))": lambda z: 1 / (1 + np.exp(-z)),
    "tanh(z)": np.tanh,
    "max(0, z)": lambda z: np.maximum(0, z),
    "z if z > 0, else 0.01 z": lambda z: np.where(z > 0, z, 0.01 * z),
    "z if z > 0, else exp(z) - 1": lambda z: np.where(z > 0, z, np.exp(z) - 1),
    "log(1 + exp(z))": lambda z: np.log(1 + np.exp(z)),
    "z Φ(z), Φ the normal distribution's share below z": lambda z: (
        z * np.vectorize(lambda v: (1 + math.erf(v / math.sqrt(2))) / 2)(z)
    ),
    "sin(z)": np.sin,
    "z": lambda z: z,
    "exp(z) / sum of exp(z) over the layer's units": lambda z: np.exp(z) / np.exp(z).sum(),
}


def forward(data, row):
    """Return the last z and what the output units say of a row, as the file describes it."""
    inputs = data["inputs"]
    a = z = (np.array(row) - inputs["shift"]) / inputs["scale"]
    for layer in data["layers"]:
        z = np.array(layer["weights"]) @ a + layer["biases"]
        with np.errstate(over="ignore"):
            a = UNITS[layer["formula"]](z)
    return z, a


def named(data, z, a):
    rule, classes = data["output"]["rule"], data["output"]["classes"]
    if rule is None:
        return data["output"]["target_shift"] + data["output"]["target_scale"] * a[0]
    if "largest" in rule:
        return classes[int(np.argmax(a if "largest a" in rule else z))]
    *_, sign, edge = rule.partition(",")[0].split()
    value = a[0] if " a " in rule else z[0]
    return classes[int(value >= float(edge) if sign == ">=" else value > float(edge))]


def as_json(run, path, **options):
    export(run, "weights_json", path, **options)
    return json.loads(path.read_text(encoding="utf-8"))


def run_of(problem, n=12):
    optimizer = HillClimbing(step_size=0.4) if problem.missing_gradient() else GradientDescent()
    stopping = StoppingCriterion(max_iterations=n)
    return Run(RunSpec(problem=problem, optimizer=optimizer, stopping=stopping)).finish()


def says_the_same(run, path):
    data = as_json(run, path)
    problem = run.spec.problem
    names = problem.dataset.load().class_names
    x = run.state_now.x if data["point"] == "last" else run.best_x
    evaluator, loaded = Reader(run).stepper.problem, problem.dataset.load()
    said = evaluator.predict(x, loaded.X_test.copy())
    assert data["examples"]
    for i, example in enumerate(data["examples"]):
        z, a = forward(data, example["features"])
        np.testing.assert_allclose(a, example["a"], rtol=1e-9, atol=1e-12)
        one = named(data, z, a)
        if names:
            assert one == example["says"] == names[said[i]]
        else:
            assert one == pytest.approx(example["says"], rel=1e-9)
    return True


@pytest.mark.parametrize("name", ["classic-perceptron", "classic-mlp", "iris", "digits", "sine"])
def test_a_forward_pass_made_of_the_file_says_what_the_network_says(name, tmp_path):
    run = Run(load(name).spec.with_value("stopping.max_iterations", 25)).finish()
    assert says_the_same(run, tmp_path / "w.json")


@pytest.mark.parametrize("kind", sorted(UNITS, key=str))
def test_every_unit_has_its_formula(kind, tmp_path):
    from optiviz.networks.activations import ACTIVATIONS

    (name,) = (name for name, one in ACTIVATIONS.items() if one.formula == kind)
    data = registry.kinds("datasets")["iris"]()
    last = Layer(units=3, activation=name)
    layers = (Layer(units=4, activation="tanh"), last)
    assert says_the_same(run_of(NetworkTraining(dataset=data, network=Network(layers=layers))),
                         tmp_path / "w.json")  # fmt: skip
    if name != "softmax":
        layers = (Layer(units=3, activation=name), Layer(units=1, activation=name))
        data = registry.kinds("datasets")["moons"](n_samples=80)
        problem = NetworkTraining(dataset=data, network=Network(layers=layers))
        assert says_the_same(run_of(problem), tmp_path / "w.json")


@pytest.mark.parametrize("kind", registry.kinds("datasets"))
def test_rows_of_every_dataset_go_in_as_they_are(kind, tmp_path):
    """Without what they were shifted and scaled by, weights are of no use elsewhere."""
    cls = registry.kinds("datasets")[kind]
    for scaled in (True, False):
        data = cls(standardize=scaled)
        sizes = data.sizes()
        outputs = sizes.n_classes if sizes.n_classes > 2 else 1
        unit = "sigmoid" if sizes.n_classes else "identity"
        problem = NetworkTraining(
            dataset=data,
            network=Network(layers=(Layer(units=outputs, activation=unit),)),
            objective="accuracy" if sizes.n_classes else "mean_squared_error",
        )
        run = run_of(problem, 2)
        found, loaded = weights_of([run], tmp_path, None), data.load()
        inputs = (found.examples - found.shift) / found.scale
        np.testing.assert_allclose(inputs, loaded.X_test[: len(inputs)], rtol=1e-12, atol=1e-12)
        assert says_the_same(run, tmp_path / "w.json")


def test_numpy_and_json_have_the_same(climb, tmp_path):
    data = as_json(climb, tmp_path / "w.json")
    export(climb, "weights_npz", tmp_path / "w.npz")
    with np.load(tmp_path / "w.npz", allow_pickle=False) as arrays:
        assert str(arrays["about"]).splitlines() == data["forward"]
        for number, layer in enumerate(data["layers"], 1):
            np.testing.assert_array_equal(arrays[f"weights_{number}"], layer["weights"])
            np.testing.assert_array_equal(arrays[f"biases_{number}"], layer["biases"])
        flat = [
            np.column_stack([arrays[f"weights_{n}"], arrays[f"biases_{n}"]]).ravel() for n in (1, 2)
        ]
        assert np.concatenate(flat).tobytes() == climb.best_x.tobytes()
        assert arrays["example_a"].tolist() == [one["a"] for one in data["examples"]]
        assert list(arrays["classes"]) == data["output"]["classes"]
        assert RunSpec.from_dict(json.loads(str(arrays["spec"]))) == climb.spec


def test_the_weights_are_those_that_the_algorithm_hands_back(climb, minibatch, tmp_path):
    """A climb's best, a descent's last: the lowest loss of a batch is a lucky one."""
    early = as_json(climb, tmp_path / "a.json", at=100)
    assert (early["point"], early["iteration"]) == ("best", climb.state(100).best_k)
    last = as_json(minibatch, tmp_path / "b.json", at=100)
    assert (last["point"], last["iteration"]) == ("last", 100)
    found = minibatch.spec.problem.evaluator().metrics(minibatch.state(100).x)
    assert last["metrics"] == dict(found)


def test_what_has_no_network_is_said(descents, tmp_path):
    for fmt in ("weights_json", "weights_npz"):
        with pytest.raises(StoreError, match="has no network, so there are no weights"):
            export(descents[0], fmt, tmp_path / "w")
    assert not list(tmp_path.iterdir())
