"""Settings at the ends of their limits, on everything that can be chosen: refused or run to an end.

A user who turns every knob as far as it goes, on any problem, must never see a run that failed.
"""

import random

import numpy as np
import pytest

from optiviz.engine import registry
from optiviz.engine.parameters import Field, Kind, SpecError, fields
from optiviz.engine.run import Run, RunStatus
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StopReason

ITERATIONS = 7
TEMPERATURES = ("1/(k-5)", "exp(k)", "-1", "10^-400", "k^k", "0", "log(k)", "exp(-k)", "k k", "")
FORMULAS = ("abs(x)", "-x", "1/x", "log(x)", "exp(x)", "3", "0/0", "-exp(x^2)", "x^2 - 10^300")
OF_TWO = ("x/y", "log(x y)", "-x - y", "3", "x^y")
LARGEST = 25  # members and rows: more of them take long, and are the same
RUNS = 12

Plain = dict[str, object]


def problems(choose: random.Random) -> Plain:
    """Return a problem, possible or not."""
    kind = choose.choice(["function_1d", "function_2d", "function_nd", "classes", "numbers"])
    if kind == "function_1d":
        return {"kind": kind, "formula": choose.choice(FORMULAS)}
    if kind in ("function_2d", "function_nd"):
        function: Plain = {"kind": choose.choice(list(registry.kinds("functions")))}
        if function["kind"] == "formula":
            function["formula"] = choose.choice(OF_TWO)
        size = {"dimension": choose.choice([1, 2, 7, 60])} if kind == "function_nd" else {}
        return {"kind": kind, "function": function, **size}
    losses = ["accuracy", "log_loss", "mean_squared_error", "mean_absolute_error", "hinge"]
    last = choose.choice(["sigmoid", "step", "softmax", "identity", "relu"])
    units, data = choose.choice([(1, "moons"), (2, "moons"), (10, "digits")])
    if kind == "numbers":
        units, data = 1, choose.choice(["sine", "diabetes"])
    return {
        "kind": "network_training",
        "objective": choose.choice(losses),
        "dataset": {"kind": data, "n_samples": 40},
        "network": {
            "layers": [{"units": 2, "activation": "tanh"}] * choose.randrange(2)
            + [{"units": units, "activation": last}]
        },
    }


def extreme(kind: type[Kind], choose: random.Random) -> Plain:
    """Return settings, of which about half are at one of their ends."""
    settings: Plain = {"kind": kind.kind}
    for field in fields(kind):
        if choose.random() < 0.5:
            settings[field.name] = end(field, choose)
    return settings


def end(field: Field, choose: random.Random) -> object:
    param = field.param
    if isinstance(field.type, type) and issubclass(field.type, Kind):
        return extreme(choose.choice(list(registry.kinds(field.type.family).values())), choose)
    if field.options or field.type is bool:
        return choose.choice(field.options or (False, True))
    if field.type is str:
        return choose.choice(TEMPERATURES)
    if field.optional and choose.random() < 0.3:
        return None
    low, high = (a if a is not None else b for a, b in ((param.ge, param.gt), (param.le, param.lt)))
    assert low is not None, f"{field.name} has no lower limit"
    assert high is not None, f"{field.name} has no upper limit"
    if field.type is int:
        usual = high if high > 10**6 else min(high, max(low, LARGEST))
        return choose.choice([int(low) + (param.gt is not None), int(usual)])
    inside = np.nextafter([low, high], [high, low])
    return float(choose.choice([low if param.gt is None else inside[0], inside[1]]))


@pytest.mark.parametrize("kind", registry.kinds("optimizers"))
def test_whatever_is_set_is_refused_in_a_sentence_or_runs_to_an_end(kind):
    """And the same in any blocks; what is not finite ends it as diverged, with all before kept."""
    choose = random.Random(kind)
    cls = registry.kinds("optimizers")[kind]
    done, unclear = 0, []
    for seed in range(2000):
        if done == RUNS:
            break
        data = {
            "problem": problems(choose),
            "optimizer": extreme(cls, choose),
            "stopping": {"max_iterations": ITERATIONS},
            "seed": seed,
        }
        try:
            spec = RunSpec.from_dict(data)
        except SpecError as refused:
            unclear += [data for m in refused.mistakes if not m.path or " " not in m.message]
            continue
        done += 1
        run = Run(spec).finish()
        assert run.status is RunStatus.FINISHED, f"{run.failure}: {data}"
        rows = run.trace.rows(0, run.k + 1)
        assert rows is not None
        finite = np.isfinite(rows.f)
        assert finite[:-1].all(), data
        assert finite[-1] or run.stop_reason is StopReason.DIVERGED, data
        steps = Run(spec)
        while steps.status in (RunStatus.NEW, RunStatus.RUNNING):
            steps.advance(choose.choice([1, 2]))
        assert steps.digest == run.digest, data
    assert done == RUNS
    assert not unclear
