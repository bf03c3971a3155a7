"""Studies are written by what differs; every mistake is named with its path."""

from __future__ import annotations

import json

import pytest

from optiviz import presets
from optiviz.engine.parameters import SpecError
from optiviz.studies import reading
from optiviz.studies.execution import execute
from optiviz.studies.plan import Study
from optiviz.studies.results import Results

MLP = presets.load("classic-mlp").spec

WRITTEN = """
title = "Which is better?"
base = "classic-mlp"
measure = "train_accuracy"
target = 0.9
seeds = 3
split_seeds = [1, 2]
stopping = { max_evaluations = 300, gradient_weight = 2.0 }
[set]
"problem.network.layers.0.units" = 5
[[configurations]]
name = "small steps"
set = { "optimizer.step_size" = 0.05 }
[[configurations]]
name = "Adam"
[configurations.set]
problem.objective = "log_loss"
optimizer = { learning_rate = 0.03, kind = "adam" }
"""


def written(tmp_path, text, name="study.toml"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_study_is_its_base_and_what_differs(tmp_path):
    study = Study.load(written(tmp_path, WRITTEN))
    assert (study.title, study.measure, study.target) == ("Which is better?", "train_accuracy", 0.9)
    assert (study.search_seeds, study.split_seeds) == ((1, 2, 3), (1, 2))
    climb, adam = (configuration.spec for configuration in study.configurations)
    assert climb.optimizer.step_size == 0.05
    assert (adam.optimizer.kind, adam.optimizer.learning_rate) == ("adam", 0.03)
    assert (climb.problem.objective, adam.problem.objective) == ("accuracy", "log_loss")
    for spec in (climb, adam):
        assert spec.problem.network.layers[0].units == 5
        assert spec.problem.dataset == MLP.problem.dataset
        assert (spec.stopping.max_evaluations, spec.stopping.max_iterations) == (300, None)


def test_the_plain_form_is_read_too(tmp_path):
    study = Study.load(written(tmp_path, WRITTEN))
    path = written(tmp_path, json.dumps(study.to_dict()), "study.json")
    assert Study.load(path) == study == Study.from_dict(study.to_dict())


def test_a_base_may_be_a_file_beside_it_or_a_table(tmp_path):
    (tmp_path / "spec.json").write_text(MLP.to_json())
    path = written(tmp_path, 'base = "spec.json"\nsearch_seeds = [4, 2]\n')
    study = Study.load(path)
    assert [(c.name, c.spec) for c in study.configurations] == [("spec", MLP)]
    assert study.search_seeds == (4, 2)
    table = written(tmp_path, json.dumps({"base": MLP.to_dict(), "seeds": 2}), "table.json")
    assert Study.load(table).configurations[0].spec == MLP


def test_a_sweep_is_written_by_its_values(tmp_path):
    text = 'base = "classic-mlp"\nseeds = 2\n[sweep.over]\n"optimizer.step_size" = "0.01..1:3"\n'
    study = Study.load(written(tmp_path, text))
    assert study.over == ("optimizer.step_size",)
    assert [c.name for c in study.configurations] == [
        "step size 0.01",
        "step size 0.1",
        "step size 1",
    ]
    drawn = Study.load(written(tmp_path, text.replace("[sweep", "[sweep]\nrandom = 4\n[sweep")))
    assert len(drawn.configurations) == 4


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ["seeds: is missing", "configurations: is missing"]),
        ('base = "classic-mlp"\nseeds = 0', ["seeds: must be from 1 to 10,000, is 0"]),
        ('base = "classic-mlp"\nseeds = 1.5', ["seeds: must be a whole number, is 1.5"]),
        ('base = "classic-mlp"\nseeds = 2\nsearch_seeds = [1]', ["leave one of them out"]),
        ('base = "nothing"\nseeds = 2', ["base: nothing: is neither a file nor a preset"]),
        ('base = "no.toml"\nseeds = 2', ["no.toml: there is no such file"]),
        ('base = "classic-mlp"\nseeds = 2\ncolor = 1', ["color: is not known here"]),
        ('base = "classic-mlp"\nseeds = 2\nmeasure = "luck"', ["measure: the text 'luck'"]),
        ('base = "classic-mlp"\nseeds = 2\nset = 3', ["set: must be a table"]),
        ('seeds = 2\nset = { seed = 3 }', ["set: needs a base", "configurations: is missing"]),
        (
            'base = "classic-mlp"\nseeds = 2\nstopping = { max_iterations = -1 }',
            ["stopping.max_iterations: must be at least 0, is -1"],
        ),
        ('base = { seed = 1 }\nseeds = 2', ["base.problem: is", "base.optimizer", "base.stop"]),
        (
            'base = "classic-mlp"\nseeds = 2\n[[configurations]]\nname = "a"\n'
            'set = { "optimizer.step_size" = -1, "problem.dataset.n_samples" = 0 }\n'
            '[[configurations]]\nnames = "b"',
            [
                "configurations[0].set.problem.dataset.n_samples",
                "configurations[0].set.optimizer.step_size: must be above 0, is -1",
                "configurations[1].names: is not known here",
                "configurations[1].name: is missing",
            ],
        ),
        ('seeds = 2\n[[configurations]]\nname = "a"', ["configurations[0].spec: is missing"]),
        ('seeds = 2\nconfigurations = 3', ["configurations: must be a list of tables"]),
        ('seeds = 2\nconfigurations = []', ["configurations: must name at least one"]),
        ('base = "classic-mlp"\nseeds = 2\nsweep = 3', ["sweep: must be a table"]),
        ('base = "xor"\nseeds = 2\n[sweep]\nn = 3', ["sweep.n: is not known", "sweep.over"]),
        (
            'base = "classic-mlp"\nseeds = 2\n[sweep.over]\n"optimizer.step" = [1]',
            ["sweep.over.optimizer.step: is not known here"],
        ),
        (
            'base = "classic-mlp"\nseeds = 2\nconfigurations = []\n[sweep.over]\nx = [1]',
            ["sweep: takes the place of configurations", "sweep.over.x: is not known here"],
        ),
    ],
)  # fmt: skip
def test_every_mistake_is_named_with_its_path(tmp_path, text, lines):
    with pytest.raises(SpecError) as caught:
        Study.load(written(tmp_path, text))
    found = [str(mistake) for mistake in caught.value.mistakes]
    assert len(found) == len(lines), found
    for line in lines:
        assert any(line in one for one in found), (line, found)


@pytest.mark.parametrize("data", [3, [], "study"])
def test_what_is_no_table_is_refused(tmp_path, data):
    with pytest.raises(SpecError, match="must be a table of settings"):
        Study.load(written(tmp_path, json.dumps(data), "study.json"))


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(SpecError, match=r"is neither a file nor a study; they are .*eight-algor"):
        Study.load("nine-algorithms")


@pytest.mark.parametrize("name", reading.names())
def test_studies_that_come_along_run(name):
    study = Study.load(name)
    assert study.title.endswith("?")
    assert reading.about(name).endswith(".")
    assert study.size <= 500
    tiny = study.replace(
        search_seeds=(1,),
        configurations=tuple(
            c.replace(spec=c.spec.with_value("stopping", {"max_iterations": 2}))
            for c in study.configurations[:8]
        ),
    )
    results = execute(Results(tiny), 1)
    assert results.complete
    assert not any(record.failure for record in results.records.values())


def test_eight_algorithms_are_compared_fairly():
    """The same rows, split and starts, and as many evaluations; only the objective may differ."""
    study = Study.load("eight-algorithms")
    specs = [configuration.spec for configuration in study.configurations]
    assert len(specs) == 8 == len({spec.optimizer.kind for spec in specs})
    assert len(study.search_seeds) == 30
    for spec in specs:
        objective = "log_loss" if spec.optimizer.needs_gradient else "accuracy"
        assert spec.problem == MLP.problem.replace(objective=objective)
        assert spec.stopping.to_dict() == specs[0].stopping.to_dict()
        assert (spec.stopping.max_evaluations, spec.stopping.gradient_weight) == (3000, 2)
        assert spec.start is None
