"""A spec is written and read without loss, and every mistake in it is one line with its field."""

from __future__ import annotations

import json
import math
import tomllib
from typing import Annotated

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optiviz import presets
from optiviz.datasets.classification import Classification
from optiviz.engine import registry
from optiviz.engine.parameters import Mistake, Param, Parameters, SpecError, fields
from optiviz.engine.spec import Change, RunSpec, parse_json
from optiviz.engine.stopping import StoppingCriterion
from optiviz.optimizers.gradient_descent import GradientDescent
from optiviz.optimizers.hill_climbing import HillClimbing
from optiviz.problems.function_1d import Function1D

GOOD = RunSpec.load("classic-mlp").to_dict()


def strategy_of(field):
    """Return values inside a field's limits."""
    low = field.param.ge if field.param.ge is not None else field.param.gt
    high = field.param.le if field.param.le is not None else field.param.lt
    if field.options:
        values = st.sampled_from(field.options)
    elif field.type is bool:
        values = st.booleans()
    elif field.type is int:
        values = st.integers(int(low), int(high))
    elif field.type is float:
        values = st.floats(
            None if low is None else float(low),
            None if high is None else float(high),
            exclude_min=field.param.gt is not None,
            exclude_max=field.param.lt is not None,
            allow_nan=False,
            allow_infinity=False,
        )
    else:
        return None
    return st.none() | values if field.optional else values


def made(cls):
    strategies = {f.name: strategy_of(f) for f in fields(cls)}
    usable = {name: s for name, s in strategies.items() if s is not None}
    return st.fixed_dictionaries({}, optional=usable)


@given(st.data())
def test_a_spec_comes_back_as_it_was(data):
    optimizer = data.draw(st.sampled_from([GradientDescent, HillClimbing]))
    number = st.floats(allow_nan=False, allow_infinity=False)
    ats = sorted(data.draw(st.lists(st.integers(0, 10**12), max_size=3)))
    spec = RunSpec(
        problem=Function1D(formula=data.draw(st.sampled_from(["x^2", "abs(x)", "2x + sin(x)"]))),
        optimizer=optimizer(**data.draw(made(optimizer))),
        stopping=StoppingCriterion(**data.draw(made(StoppingCriterion)) | {"max_iterations": 3}),
        seed=data.draw(st.integers(0, 2**32 - 1)),
        start=data.draw(st.none() | st.tuples(number)),
        changes=tuple(
            Change(
                at=at,
                x=data.draw(st.tuples(number)),
                optimizer=data.draw(st.none() | st.builds(GradientDescent)),
            )
            for at in ats
        ),
    )
    assert RunSpec.from_dict(spec.to_dict()) == spec
    again = RunSpec.from_dict(parse_json(spec.to_json()))
    assert again == spec
    assert again.to_json() == spec.to_json()
    assert RunSpec.from_dict(tomllib.loads(toml_of(spec.to_dict()))) == spec


def toml_of(table):
    """Write a table inline, each of its values as TOML has it."""

    def value(v):
        if isinstance(v, dict):
            return "{" + ", ".join(f"{k} = {value(w)}" for k, w in v.items()) + "}"
        if isinstance(v, list):
            return "[" + ", ".join(map(value, v)) + "]"
        return repr(v) if isinstance(v, float) else json.dumps(v)

    return "\n".join(f"{key} = {value(v)}" for key, v in table.items())


@settings(max_examples=300)
@given(made(Classification))
def test_a_dataset_comes_back_as_it_was_or_is_refused_in_sentences(values):
    try:
        dataset = Classification(**values)
    except SpecError as error:
        check_mistakes(error)
        return
    data = json.loads(json.dumps(dataset.to_dict()))
    assert Classification.from_dict(data) == dataset


@pytest.mark.parametrize("name", ["shift", "scale"])
def test_what_is_drawn_stays_drawn(name):
    """None stands for something there, so leaving it out of the file would change the data."""
    dataset = Classification(**{name: None})
    again = Classification.from_dict(json.loads(json.dumps(dataset.to_dict())))
    assert getattr(again, name) is None


def test_presets_come_back_as_they_were(tmp_path):
    for name in presets.names():
        for _, spec in presets.load(name).specs:
            path = tmp_path / "spec.json"
            path.write_text(spec.to_json())
            assert RunSpec.load(path) == spec
            path = tmp_path / "spec.toml"
            path.write_text(toml_of(spec.to_dict()))
            assert RunSpec.load(path) == spec


def check_mistakes(error):
    """Each mistake is one line that names a field."""
    assert error.mistakes
    for mistake in error.mistakes:
        line = str(mistake)
        assert mistake.path
        assert line.isprintable()
        assert len(line) < 600
        assert line.startswith(f"{mistake.path}: ")


def refused(data):
    with pytest.raises(SpecError) as caught:
        RunSpec.from_dict(data)
    check_mistakes(caught.value)
    return {mistake.path: mistake.message for mistake in caught.value.mistakes}


def with_value(path, value):
    data = json.loads(json.dumps(GOOD))
    table = data
    *parents, name = path.split(".")
    for parent in parents:
        table = table[parent]
    table[name] = value
    return data


STRANGE = [
    math.nan,
    math.inf,
    -math.inf,
    1e308 * 10,
    10**5000,
    -(10**5000),
    2**64,
    "text",
    "a\nb\x00\x1b[31m",
    "\ud800",
    "x" * 100_000,
    True,
    None,
    [],
    [[[]]],
    {},
    {"kind": "hill_climbing"},
    {"a": {"b": 1}},
    object(),
    1j,
    b"bytes",
    np.float64("nan"),
    float,
]
FIELDS = [
    "seed",
    "start",
    "changes",
    "problem",
    "optimizer",
    "stopping",
    "problem.kind",
    "problem.dataset",
    "problem.objective",
    "problem.network",
    "problem.network.layers",
    "problem.dataset.n_samples",
    "problem.dataset.test_size",
    "problem.dataset.weights",
    "problem.dataset.standardize",
    "optimizer.step_size",
    "optimizer.accept_ties",
    "optimizer.mutate",
    "stopping.max_iterations",
    "stopping.max_seconds",
    "stopping.target",
    "stopping.ended_at",
]


@pytest.mark.parametrize("path", FIELDS)
@pytest.mark.parametrize("value", STRANGE, ids=range(len(STRANGE)))
def test_anything_anywhere_is_taken_or_refused_at_its_field(path, value):
    data = with_value(path, value)
    mistakes = ()
    try:
        spec = RunSpec.from_dict(data)
    except SpecError as error:
        check_mistakes(error)
        mistakes = error.mistakes
    else:
        assert RunSpec.from_dict(json.loads(spec.to_json())) == spec
    assert all(m.path.startswith(path.split(".")[0]) for m in mistakes)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("optimizer.step_size", -1, "must be above 0, is -1"),
        ("optimizer.step_size", 0, "must be above 0, is 0"),
        ("optimizer.step_size", 2e6, "must be at most 1e+06, is 2e+06"),
        ("optimizer.step_size", math.inf, "must be a finite number, is inf"),
        ("optimizer.step_size", math.nan, "must be a finite number, is nan"),
        ("optimizer.step_size", 10**5000, "must be a finite number, is too large"),
        ("optimizer.step_size", "0.1", "must be a number, is the text '0.1'"),
        ("optimizer.step_size", True, "must be a number, is true"),
        ("optimizer.accept_ties", 1, "must be true or false, is 1"),
        ("optimizer.accept_ties", None, "must be set"),
        ("optimizer.mutate", "some", "the text 'some' is not known; known are all, subset, one"),
        ("optimizer.kind", "hill", "the text 'hill' is not known; known are"),
        ("optimizer.stepsize", 1, "is not known here; known are step_size,"),
        ("seed", 1.5, "must be a whole number, is 1.5"),
        ("seed", True, "must be a whole number, is true"),
        ("seed", -1, "must be at least 0, is -1"),
        ("seed", 2**40, "must be at most 4,294,967,295, is 1,099,511,627,776"),
        ("seed", 10**5000, "must be at most 4,294,967,295, is a number of many digits"),
        ("problem.dataset.n_samples", 2**40, "must be at most 1,000,000, is 1,099,511,627,776"),
        ("problem.dataset.n_samples", True, "must be a whole number, is true"),
        ("problem.network", 3, "must be a table of settings, is 3"),
        ("problem.network.layers", "two", "must be a list, is the text 'two'"),
        ("problem.network.layers", [], "needs at least one layer"),
        ("stopping.ended_at", 2**62, "must be at most 1,000,000,000,000"),
        ("start", [1.0, 2.0], "must have 71 numbers for this problem, has 2"),
        ("changes", [{"at": 3}], "set an optimizer or a point x"),
    ],
    ids=range(26),
)
def test_mistakes_say_what_would_be_right(path, value, message):
    found = refused(with_value(path, value))
    at = next(iter(found))
    assert at.startswith(path)
    assert found[at].startswith(message)
    assert len(found) == 1


def test_several_mistakes_are_all_named():
    data = with_value("optimizer.step_size", -1)
    data["seed"] = "one"
    data["problem"]["dataset"]["n_samples"] = 0.5
    data["problem"]["network"]["layers"][1]["units"] = 0
    data["problem"]["network"]["layers"][0]["activation"] = "soft"
    del data["stopping"]
    data["colour"] = 1
    assert set(refused(data)) == {
        "optimizer.step_size",
        "seed",
        "problem.dataset.n_samples",
        "problem.network.layers[1].units",
        "problem.network.layers[0].activation",
        "stopping",
        "colour",
    }


def test_what_is_impossible_together_is_named():
    data = with_value("problem.dataset.n_informative", 5)
    assert "more than the 5 features" in refused(data)["problem.dataset.n_informative"]
    data = with_value("problem.dataset.n_classes", 4)
    assert "need 8 corners" in refused(data)["problem.dataset.n_clusters_per_class"]
    data = with_value("problem.dataset.n_classes", 3)
    data["problem"]["dataset"]["n_informative"] = 3
    assert "needs 3 units for 3 classes, has 1" in refused(data)["problem.network.layers"]
    data = with_value("optimizer", {"kind": "gradient_descent"})
    assert "train on log loss" in refused(data)["optimizer.kind"]
    data["problem"]["objective"] = "log_loss"
    data["problem"]["network"]["layers"][0]["activation"] = "step"
    assert "use sigmoid units" in refused(data)["optimizer.kind"]
    data["problem"]["network"]["layers"][0]["activation"] = "tanh"
    data["optimizer"] = {"kind": "mini_batch_gradient_descent", "batch_size": 671}
    assert refused(data)["optimizer.batch_size"].startswith("must be at most 670")
    data["optimizer"]["batch_size"] = 670
    RunSpec.from_dict(data)
    data["changes"] = [{"at": 5, "x": [0.0] * 71}, {"at": 4, "x": [0.0] * 70}]
    found = refused(data)
    assert set(found) == {"changes[1].at", "changes[1].x"}


def test_numbers_of_numpy_are_numbers():
    assert type(HillClimbing(step_size=np.float32(0.5)).step_size) is float
    assert type(Classification(n_samples=np.int64(30)).n_samples) is int
    assert HillClimbing(step_size=3).step_size == 3.0
    with pytest.raises(SpecError):
        Classification(n_samples=np.float64(30.5))
    with pytest.raises(SpecError):
        HillClimbing(accept_ties=np.float64(1.0))


# Files


def loaded(tmp_path, text, name="spec.json"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(SpecError) as caught:
        RunSpec.load(path)
    check_mistakes(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "can't be read"),
        ("{", "can't be read"),
        ("[]", "a list of 0"),
        ("null", "is nothing"),
        ("3", "is 3"),
        ('{"seed": 1, "seed": 2}', "the key 'seed' stands twice"),
        ('{"optimizer": {"step_size": NaN}}', "NaN is not a number"),
        ('{"optimizer": {"step_size": -Infinity}}', "Infinity is not a number"),
        ('{"seed": 1e999}', "seed: must be a"),
        ('{"seed": ' + "9" * 5000 + "}", "can't be read"),
        ("[" * 100_000, "is nested too deeply"),
        ('{"a":' * 100_000, "is nested too deeply"),
        (b"\xff\xfe\x00", "can't be read"),
        ('{"' + "k" * 10_000 + '": 1}', "is not known here"),
        ('{"a\\nb\\u001b": 1}', "is not known here"),
    ],
    ids=range(15),
)
def test_broken_json(tmp_path, text, message):
    assert message in loaded(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seed = 1\nseed = 2", "can't be read"),
        ("seed = nan", "seed: must be a"),
        ("[stopping]\nmax_seconds = inf", "stopping.max_seconds: must be a finite number"),
        ("seed = 1979-05-27", "seed: must be a whole number"),
        ("seed = " + "9" * 5000, "can't be read"),
        ("a = " + "[" * 100_000, "spec.toml"),
        ("a = " + "{a=" * 20_000, "spec.toml"),
        (".".join("a" * 2000) + " = 1", ""),
        ("[" + ".".join("a" * 2000) + "]", ""),
    ],
    ids=range(9),
)
def test_broken_toml(tmp_path, text, message):
    assert message in loaded(tmp_path, text, "spec.toml")


def test_files_that_are_not_there(tmp_path):
    for path, message in (
        (tmp_path / "no.toml", "there is no such file"),
        (tmp_path / "folder.json", "is a folder"),
        ("no-such-preset", "presets are classic-descent, classic-minibatch"),
        ("", "neither a file nor a preset"),
        ("../presets/classic-mlp", "neither a file nor a preset"),
        ("a\0b", "neither a file nor a preset"),
    ):
        (tmp_path / "folder.json").mkdir(exist_ok=True)
        with pytest.raises(SpecError, match=message):
            RunSpec.load(path)


def test_a_byte_order_mark_is_read_over(tmp_path):
    path = tmp_path / "spec.json"
    path.write_bytes(b"\xef\xbb\xbf" + RunSpec.load("classic-mlp").to_json().encode())
    assert RunSpec.load(path) == RunSpec.load("classic-mlp")


# One setting at a time, as the command line sets it


def test_with_value():
    spec = RunSpec.load("classic-mlp")
    assert spec.with_value("optimizer.step_size", 0.25).optimizer.step_size == 0.25
    other = spec.with_value("optimizer.kind", "random_search")
    assert other.optimizer.to_dict() == {"kind": "random_search", "spread": 1.0}
    wider = spec.with_value("problem.network.layers.0.units", 12)
    assert wider.problem.dim == 12 * 6 + 13
    assert spec == RunSpec.load("classic-mlp")


@pytest.mark.parametrize(
    "path",
    ["", ".", "a.b.c", "seed.x", "problem..x", "optimizer.", "problem.network.layers.7.units",
     "problem.network.layers.-1.units", "problem.network.layers." + "9" * 5000 + ".units",
     "problem.network.layers.²"],
    ids=range(10),
)  # fmt: skip
def test_paths_that_lead_nowhere(path):
    with pytest.raises(SpecError) as caught:
        RunSpec.load("classic-mlp").with_value(path, 1)
    assert caught.value.mistakes


# Declaring parameters


class _Sample(Parameters):
    number: Annotated[float, Param("A number.", gt=0, lt=1)] = 0.5
    names: Annotated[tuple[str, ...], Param("Names.", max_length=2)] = ()


def test_texts_and_lists_have_a_longest_length():
    assert _Sample(names=["a", "b"]).names == ("a", "b")
    with pytest.raises(SpecError, match="names: must have at most 2 items, has 3"):
        _Sample(names=("a", "b", "c"))
    with pytest.raises(SpecError, match=r"names\[1\]: must be a text, is 3"):
        _Sample(names=("a", 3))
    with pytest.raises(SpecError, match="formula: must have at most 200 characters, has 201"):
        Function1D(formula="x" + "+x" * 100)


def test_parameters_are_frozen_and_hashable():
    sample = _Sample()
    with pytest.raises(AttributeError):
        sample.number = 0.7
    assert len({sample, _Sample(), _Sample(number=0.6)}) == 2
    assert sample.replace(number=0.7).number == 0.7
    with pytest.raises(SpecError, match=r"number: must be below 1, is 1"):
        sample.replace(number=1)


def test_mistakes_read_as_lines():
    assert str(Mistake("a.b", "is wrong")) == "a.b: is wrong"
    assert str(SpecError([Mistake("a", "x"), Mistake("", "y")])) == "a: x\ny"


def test_a_room_that_cannot_be_loaded_stays_an_error(monkeypatch):
    """Else the second look would find a list with holes, and nobody would know."""

    def broken(family):
        raise ImportError("no")

    monkeypatch.setattr(registry, "_load", broken)
    for _ in range(2):
        with pytest.raises(ImportError):
            registry.kinds("no_such_family")


def test_two_classes_cannot_share_a_kind():
    with pytest.raises(ValueError, match="two classes have the kind 'function_1d'"):

        class _Other(Function1D):
            kind = "function_1d"
