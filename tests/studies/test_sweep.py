"""A sweep is a study whose cells people can read, over any setting of a spec."""

from __future__ import annotations

import pytest

from optiviz import presets
from optiviz.engine.parameters import SpecError
from optiviz.studies.settings import setting, settings, value_at
from optiviz.studies.sweep import Range, at_random, grid, read_values

MLP = presets.load("classic-mlp").spec
BATCHES = presets.load("classic-minibatch").spec
UNITS = "problem.network.layers.0.units"


def names(study):
    return [configuration.name for configuration in study.configurations]


def test_a_grid_has_a_cell_for_every_combination():
    study = grid(
        BATCHES, {"optimizer.learning_rate": [0.1, 1], UNITS: [5, 10]}, search_seeds=(1, 2)
    )
    assert names(study) == [
        "learning rate 0.1, units 5",
        "learning rate 0.1, units 10",
        "learning rate 1, units 5",
        "learning rate 1, units 10",
    ]
    assert study.over == ("optimizer.learning_rate", UNITS)
    assert study.title == "Learning rate and units"
    assert study.size == 8
    spec = study.configurations[1].spec
    assert value_at(spec, UNITS) == 10
    assert spec.with_value(UNITS, 5) == study.configurations[0].spec


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ({"optimizer.accept_ties": [True, False]}, ["equal moves yes", "equal moves no"]),
        (
            {"optimizer.kind": ["hill_climbing", "simulated_annealing"]},
            ["Stochastic hill climbing", "Simulated annealing"],
        ),
        (
            {"optimizer": [{"kind": "random_search", "spread": 2}]},
            ["Random search (spread 2)"],
        ),
        (
            {
                "problem.network.layers": [
                    [{"units": 1}],
                    [{"units": 3, "activation": "tanh"}, {"units": 1}],
                ]
            },
            ["layers 1", "layers 3 tanh, 1"],
        ),
        (
            {
                "problem.network.layers.0.activation": ["tanh"],
                "problem.network.layers.1.activation": ["sigmoid"],
            },
            ["activation tanh, output activation sigmoid"],
        ),
        ({"stopping.max_iterations": [1000, 20]}, ["iterations 1,000", "iterations 20"]),
        ({"stopping.target": [None, 0.9]}, ["target none", "target 0.9"]),
    ],
)  # fmt: skip
def test_cells_are_named_as_people_read_them(over, expected):
    assert names(grid(MLP, over)) == expected


def test_another_algorithm_is_laid_over_before_its_settings():
    over = {"optimizer.step_size": [0.2], "optimizer.kind": ["simulated_annealing"]}
    spec = grid(MLP, over).configurations[0].spec
    assert (spec.optimizer.kind, spec.optimizer.step_size) == ("simulated_annealing", 0.2)


def test_settings_that_people_call_the_same_are_told_apart():
    spec = BATCHES.with_value("optimizer.schedule", {"kind": "constant", "warm_up": 3})
    found = settings(spec, ["optimizer.schedule.kind", "optimizer.schedule"])
    assert found[0].label != found[1].label


def test_a_path_that_leads_nowhere_is_called_by_its_last_word():
    assert setting(MLP, "optimizer.no_such.thing_here").label == "thing here"
    assert value_at(MLP, "optimizer.no_such.thing_here") is None
    assert value_at(MLP, "problem.network.layers.7.units") is None


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"optimizer.step": [1, 2]}, "optimizer.step: is not known here"),
        ({"optimizer.step_size": [-1, 0.1, 0]}, "optimizer.step_size: must be above 0, is -1"),
        ({"optimizer.step_size": [0.1, 0.1]}, "optimizer.step_size: 0.1 stands twice"),
        ({"optimizer.step_size": []}, "optimizer.step_size: names no values"),
        ({"seed": [1, 2]}, "seed: isn't swept; vary the seeds of the search"),
        ({"problem.dataset.split_seed": [1]}, "vary the seeds of the split"),
        ({}, "over: must vary one or two settings, varies 0"),
        ({"a": [1], "b": [1], "c": [1]}, "varies 3"),
        ({"optimizer.step_size": Range(0, 1, 3, "log")}, "a log range begins above 0"),
        ({"optimizer.step_size": Range(1, 0.1, 3)}, "a range must rise, is 1..0.1"),
        ({"optimizer.step_size": Range(0.1, 1)}, "say how many values, as 0.1..1:7"),
        ({"optimizer.step_size": Range(0.1, 1, 1)}, "from 2 to 10,000 values, not 1"),
        ({"optimizer.step_size": read_values(f"0.1..1:{2**40}")}, "10,000 values, not 1,099,511,"),
        (
            {"optimizer.step_size": Range(0.1, 1, 200), UNITS: Range(1, 4000, 200)},
            "cells; at most 10,000 are possible",
        ),
    ],
)
def test_what_can_t_be_swept_is_refused_by_its_path(over, words):
    with pytest.raises(SpecError) as caught:
        grid(MLP, over)
    assert words in str(caught.value)


def test_many_wrong_cells_are_not_all_told():
    with pytest.raises(SpecError) as caught:
        grid(MLP, {"optimizer.step_size": [-1.0 * i for i in range(1, 50)]})
    assert len(caught.value.mistakes) == 6
    assert "and 44 more cells can't be made" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("0.01,0.1,1", [0.01, 0.1, 1]),
        ("tanh, relu", ["tanh", "relu"]),
        ("[[1], [2, 3]]", [[1], [2, 3]]),
        ("true", [True]),
        ('{"kind": "adam"},{"kind": "rmsprop"}', [{"kind": "adam"}, {"kind": "rmsprop"}]),
        ("0.001..1:7", Range(0.001, 1, 7)),
        ("-1..1:3:linear", Range(-1, 1, 3, "linear")),
        ("1e-3..1e0:log", Range(0.001, 1, None, "log")),
    ],
)
def test_values_are_read_as_they_are_written(text, values):
    assert read_values(text) == values


def test_a_range_is_spaced_as_its_setting_is():
    rate = names(grid(BATCHES, {"optimizer.learning_rate": Range(0.01, 1, 3)}))
    assert rate == ["learning rate 0.01", "learning rate 0.1", "learning rate 1"]
    linear = grid(BATCHES, {"optimizer.learning_rate": Range(0.01, 1, 3, "linear")})
    assert names(linear)[1] == "learning rate 0.505"
    assert names(grid(MLP, {UNITS: Range(1, 4, 9)})) == ["units 1", "units 2", "units 3", "units 4"]


def test_drawn_cells_stay_when_there_are_more():
    over = {"optimizer.step_size": Range(0.001, 1, None, "log"), UNITS: [5, 10, 20]}
    few, many = at_random(MLP, over, 5, seed=3), at_random(MLP, over, 40, seed=3)
    assert many.configurations[:5] == few.configurations
    assert len(set(names(many))) == 40
    steps = [value_at(c.spec, "optimizer.step_size") for c in many.configurations]
    assert 0.001 <= min(steps) < 0.03 < max(steps) <= 1
    for configuration, step in zip(many.configurations, steps, strict=True):
        assert configuration.name.startswith(f"step size {step:g}, units ")  # it says all digits
    assert at_random(MLP, over, 5, seed=4).configurations != few.configurations


def test_there_are_no_more_cells_than_different_ones():
    study = at_random(MLP, {UNITS: Range(1, 3)}, 50)
    assert sorted(names(study)) == ["units 1", "units 2", "units 3"]
