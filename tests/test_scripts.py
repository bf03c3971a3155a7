"""A run that is copied as a script finds the same trace where optiviz isn't, with numpy alone.

Without it, what students take home would be another program than the one that they saw.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from optiviz import presets
from optiviz.analysis.script import NoScript, script
from optiviz.datasets.classification import Classification
from optiviz.datasets.friedman1 import Friedman1
from optiviz.engine import registry
from optiviz.engine.formula import Formula
from optiviz.engine.parameters import SpecError
from optiviz.engine.run import Reader, Run
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StoppingCriterion
from optiviz.functions.formula import TypedFormula
from optiviz.networks.network import Layer, Network
from optiviz.optimizers.adam import Adam
from optiviz.optimizers.gradient_descent import GradientDescent
from optiviz.optimizers.hill_climbing import HillClimbing
from optiviz.optimizers.random_search import RandomSearch
from optiviz.problems.function_1d import EXAMPLES, Function1D
from optiviz.problems.function_2d import Function2D
from optiviz.problems.function_nd import FunctionND
from optiviz.problems.network_training import NetworkTraining
from optiviz.reports.export import export
from optiviz.schedules.constant import Constant
from optiviz.store.atomic import StoreError
from optiviz.testing.samples import Cliff

_ASK = """
import json, runpy, sys
found = runpy.run_path("script.py")
others = {name.split(".")[0] for name in sys.modules} & {"optiviz", "scipy", "sklearn"}
assert not others, others
print(json.dumps([[float(f) for f in found["history"]], float(found["best_f"]), found["best_k"]]))
"""


def done_elsewhere(text, folder):
    """Run a script in an empty folder, by a Python that doesn't see this one's path."""
    (folder / "script.py").write_text(text, encoding="utf-8")
    variables = {n: v for n, v in os.environ.items() if n != "PYTHONPATH"}
    code = "import importlib.util as u\nassert u.find_spec('optiviz') is None\n" + _ASK
    if in_the_same_environment():
        code = _ASK  # it is installed there: that it isn't imported is what can be asked
    done = subprocess.run(
        [sys.executable, "-I", "-c", code],
        cwd=folder, env=variables, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def in_the_same_environment():
    ask = "import importlib.util as u; print(u.find_spec('optiviz') is not None)"
    done = subprocess.run(
        [sys.executable, "-I", "-c", ask], capture_output=True, text=True, check=True
    )
    return done.stdout.strip() == "True"


def done_here(text):
    """Run a script in this process: quicker, where many are compared."""
    names = {"__name__": "script"}
    before = np.geterr()
    try:
        exec(compile(text, "<script>", "exec"), names)
    finally:
        np.seterr(**before)
    return names


def changed(name, **settings):
    spec = RunSpec.load(name)
    for path, value in settings.items():
        spec = spec.with_value(path.replace("__", "."), value)
    return Run(spec).finish()


def run_of(problem, optimizer, n=25):
    stopping = StoppingCriterion(max_iterations=n)
    return Run(RunSpec(problem=problem, optimizer=optimizer, stopping=stopping, seed=3)).finish()


def values_of(run):
    return run.trace.rows(0, len(run.trace)).f


def same(found, run, rtol=1e-9):
    """Whether values are those of a run, to the roundings of another order."""
    wanted = values_of(run)
    size = np.nanmax(np.abs(np.where(np.isfinite(wanted), wanted, 0.0)))
    assert len(found) == len(wanted)
    np.testing.assert_allclose(found, wanted, rtol=rtol, atol=1e-12 * size)
    return True


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("classic-mlp", {"stopping__max_iterations": 1000}),
        (
            "classic-minibatch",
            {
                "optimizer": {
                    "kind": "adam",
                    "batch_size": 32,
                    "clip_norm": 0.5,
                    "schedule": {"kind": "cosine", "period": 30, "warm_up": 4, "multiplier": 2},
                },
                "stopping__max_iterations": 150,
            },
        ),
        (
            "himmelblau-2d",
            {
                "optimizer": {"kind": "simulated_annealing", "initial_temperature": 9.0},
                "stopping__max_iterations": 600,
            },
        ),
        ("classic-descent", {}),
    ],
)
def test_a_script_finds_every_value_of_the_run_with_numpy_alone(name, settings, tmp_path):
    run = changed(name, **settings)
    export(run, "py", tmp_path / "out.py")
    folder = tmp_path / "empty"
    folder.mkdir()
    f, best_f, best_k = done_elsewhere((tmp_path / "out.py").read_text(encoding="utf-8"), folder)
    assert same(f, run)
    assert best_f == pytest.approx(run.latest.best_f, rel=1e-9)
    assert best_k == run.latest.best_k


@pytest.mark.parametrize("kind", [k for k, c in registry.kinds("functions").items() if c.dims])
def test_every_function_is_written_as_it_is(kind):
    function = registry.kinds("functions")[kind]()
    for dim in {max(2, function.dims[0]), min(5, function.dims[-1])}:
        problem = FunctionND(function=function, dimension=dim)
        run = run_of(problem, RandomSearch(), 5)
        made = done_here(script(run, Reader(run)))
        points = problem.sample(Reader(run).stepper.draws, "others", 0, 6)
        np.testing.assert_allclose(made["f"](points), function.value(points), rtol=1e-12)
        run = run_of(problem, GradientDescent(learning_rate=1e-4), 5)
        made = done_here(script(run, Reader(run)))
        assert same(made["history"], run)
        for x in points:
            wanted = function.gradient(x[None])[0]
            np.testing.assert_allclose(made["gradient"](x), wanted, rtol=1e-12, atol=1e-12)


_FORMULAS = (
    *EXAMPLES,
    "exp(-x^2) + tanh(x) - sigmoid(3x)/2 + softplus(x)",
    "sqrt(abs(x) + 1) * log(x^2 + 2) - 0.3 cosh(x/3) + sinh(x)/9",
    "max(x, 1 - x, 0.2) + min(x^2, 3) + relu(x - 1)",
    "arctan(x)^3 - (x - 1)^-2 / 7 + 2^x - (-x)^2",
    "arcsin(x/5) + arccos(x/5)*2 + tan(x/5) + log2(x^2+1) + log10(x^2+1)",
    "3 - -x + floor(x) + ceil(x)*0 + sign(x)",
    "(x^2 + 1)^(x/4) + e^(-x) - pi",
    "7",
)


@pytest.mark.parametrize("formula", _FORMULAS)
def test_a_formula_and_its_slope_are_written_as_they_are(formula):
    problem = Function1D(formula=formula)
    run = run_of(problem, GradientDescent(learning_rate=0.01), 3)
    made = done_here(script(run, Reader(run)))
    x = np.linspace(-3.9, 4.1, 41)[:, None]
    parsed = Formula(formula)
    wanted, slope = parsed.value_and_derivative(x[:, 0])
    found = [made["gradient"](point)[0] for point in x]
    np.testing.assert_allclose(made["f"](x), wanted, rtol=1e-12)
    np.testing.assert_allclose(found, slope, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("formula", ["x^2 + 3y^2 - x y", "sin(x) cos(2y) / (1 + x^2)", "5 + 0y"])
def test_a_formula_of_two_variables_is_written_as_it_is(formula):
    run = run_of(Function2D(function=TypedFormula(formula=formula)), GradientDescent())
    assert same(done_here(script(run, Reader(run)))["history"], run)


_HIDDEN = (
    "step", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "softplus", "gelu", "sine", "identity",
)  # fmt: skip


def network(hidden, last, outputs, objective, **others):
    data = Classification(
        n_samples=60, n_informative=3, n_classes=max(2, outputs), standardize=True
    )
    layers = (Layer(units=3, activation=hidden), Layer(units=outputs, activation=last))
    return NetworkTraining(
        dataset=data, network=Network(layers=layers), objective=objective, **others
    )


def networks():
    for hidden in _HIDDEN:
        yield network(hidden, "sigmoid", 1, "log_loss")
        yield network("tanh", hidden, 3, "accuracy", initialization="rand")
        yield network("tanh", hidden, 1, "accuracy", initialization="randn")
        yield network("tanh", hidden, 3, "mean_squared_error", initialization="he")
    yield network("tanh", "softmax", 3, "log_loss", l1=0.01, l2=0.1)
    yield network("tanh", "softmax", 3, "accuracy")
    yield network("tanh", "softmax", 3, "mean_absolute_error")
    yield network("tanh", "sigmoid", 3, "log_loss", l2=0.1, initialization="zeros")
    yield network("tanh", "identity", 3, "hinge", l1=0.1)
    yield network("tanh", "identity", 1, "hinge")
    yield network("tanh", "tanh", 1, "mean_absolute_error", initialization="rand")
    for objective in ("mean_squared_error", "mean_absolute_error"):
        yield NetworkTraining(
            dataset=Friedman1(n_samples=60),
            network=Network(layers=(Layer(units=1, activation="identity"),)),
            objective=objective,
            initialization="randn",
        )


def test_every_unit_and_every_loss_is_written_as_it_is():
    n = 0
    for problem in networks():
        slow = problem.missing_gradient() is not None
        optimizer = HillClimbing(step_size=0.3) if slow else Adam(batch_size=11)
        run = run_of(problem, optimizer, 9)
        assert run.failure is None
        assert same(done_here(script(run, Reader(run)))["history"], run)
        n += not slow
    assert n > 15


def test_every_schedule_is_written_as_it_is():
    for kind, cls in registry.kinds("schedules").items():
        for warm_up in (0, 6):
            optimizer = GradientDescent(learning_rate=0.01, schedule=cls(warm_up=warm_up))
            run = run_of(Function2D(), optimizer, 40)
            text = script(run, Reader(run))
            assert ("def schedule" in text) == (optimizer.schedule != Constant()), kind
            assert same(done_here(text)["history"], run)


@pytest.mark.parametrize("kind", registry.kinds("optimizers"))
def test_every_algorithm_is_written_as_it_is(kind):
    """None of its names is one that the script has for something else."""
    optimizer, n = registry.kinds("optimizers")[kind](), 0
    for name in ("himmelblau-2d", "classic-minibatch", "classic-perceptron"):
        problem = RunSpec.load(name).problem
        if not any(optimizer.check_problem(problem)):
            # Newton's steps make much of the last digits of second derivatives.
            n_iterations, rtol = (5, 1e-5) if kind == "newton" else (12, 1e-9)
            run = run_of(problem, optimizer, n_iterations)
            assert same(done_here(script(run, Reader(run)))["history"], run, rtol)
            n += 1
    assert n > 0


def test_changes_on_the_way_are_in_the_script():
    """Knobs turned, weights edited, another algorithm: what came then comes in the script too."""
    adam = {"kind": "adam", "batch_size": 9}
    changes = [
        {"at": 0, "optimizer": adam},
        {"at": 7, "optimizer": adam | {"amsgrad": True, "learning_rate": 0.05}},
        {"at": 20, "optimizer": {"kind": "adam"}},
        {"at": 25, "optimizer": adam},
        {"at": 40, "optimizer": {"kind": "momentum", "schedule": {"kind": "step", "period": 5}}},
        {"at": 60, "optimizer": {"kind": "nadam", "schedule": {"kind": "cosine", "period": 7}}},
        {"at": 70, "optimizer": {"kind": "hill_climbing", "mutate": "one"}},
        {"at": 90, "x": [0.5] * 71},
    ]
    run = changed("classic-minibatch", stopping__max_iterations=110, changes=changes)
    made = done_here(script(run, Reader(run)))
    assert same(made["history"], run)
    assert made["best_k"] == run.latest.best_k
    assert made["best_f"] == pytest.approx(run.latest.best_f, rel=1e-9)
    np.testing.assert_allclose(made["x"], run.latest.x, rtol=1e-9)


def test_a_script_ends_where_it_is_asked_to(tmp_path):
    run = changed("classic-descent")
    export(run, "py", tmp_path / "s.py", at=30)
    assert len(done_here((tmp_path / "s.py").read_text(encoding="utf-8"))["history"]) == 31


def test_a_start_that_was_given_is_in_the_script():
    run = Run(RunSpec.load("himmelblau-2d").with_value("start", [0.25, -1.0])).finish()
    made = done_here(script(run, Reader(run)))
    assert same(made["history"], run)


@pytest.mark.parametrize("name", presets.names())
def test_every_preset_can_be_copied(name):
    for _, spec in presets.load(name).specs:
        if spec.optimizer.listing() is None:
            continue
        run = Run(spec.with_value("stopping.max_iterations", 3)).finish()
        text = script(run, Reader(run))
        assert len(text) < 2_000_000
        rtol = 1e-4 if spec.problem.dim >= 2000 else 1e-9
        assert same(done_here(text)["history"], run, rtol)


def test_what_cannot_be_written_is_said_in_a_sentence(tmp_path):
    run = run_of(Cliff(), HillClimbing(), 3)
    with pytest.raises(NoScript, match=r"a cliff can't be written as a script: .*\."):
        script(run, Reader(run))
    with pytest.raises(StoreError, match="can't be written as a script"):
        export(run, "py", tmp_path / "s.py")
    assert not (tmp_path / "s.py").exists()
    with pytest.raises(SpecError, match="py shows no view"):
        export(changed("classic-descent"), "py", tmp_path / "s.py", view="fitness")


def test_data_that_are_too_many_are_not_written():
    data = Classification(n_samples=40_000, n_features=20)
    problem = NetworkTraining(dataset=data, network=Network())
    run = run_of(problem, HillClimbing(), 1)
    with pytest.raises(NoScript, match="numbers are too many for a script"):
        script(run, Reader(run))
