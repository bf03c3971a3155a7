"""The code beside the picture: the lines, the one that is lit, and values as they are then.

Without it, a class would watch a line that isn't the one that runs, or values of another moment.
"""

from __future__ import annotations

from textwrap import dedent

import numpy as np
import pytest

from optiviz.analysis.listings import Program
from optiviz.datasets.classification import Classification
from optiviz.engine import registry
from optiviz.engine.draws import Draws
from optiviz.engine.listing import Listing
from optiviz.engine.run import Reader, Run
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StoppingCriterion
from optiviz.networks.network import Layer, Network
from optiviz.optimizers.hill_climbing import HillClimbing
from optiviz.optimizers.random_search import RandomSearch
from optiviz.problems.network_training import NetworkTraining
from optiviz.testing.samples import Cliff
from optiviz.views import Shown, show
from optiviz.views.code import CodeView, shown_value


def run_of(name, **settings):
    spec = RunSpec.load(name)
    for path, value in settings.items():
        spec = spec.with_value(path.replace("__", "."), value)
    return Run(spec).finish()


@pytest.fixture(scope="module")
def climb():
    return run_of("classic-mlp", stopping__max_iterations=300)


def figure(run, k, within=0.0):
    return CodeView().figure([Shown(run, k, Reader(run), "a run", within=within)])


def test_the_lines_are_the_algorithm_as_it_is_set(climb):
    lines = figure(climb, 10).code.lines
    assert "\n".join(lines) == dedent(
        """\
        step_size = 0.1

        fx = f(x)

        for k in range(300):
            candidate = x + step_size * normals("move", len(x))
            candidate_f = f(candidate)
            if candidate_f <= fx:  # no worse: go there
                x, fx = candidate, candidate_f"""
    )


def test_the_line_is_lit_that_the_playhead_is_at(climb):
    block = climb.trace.rows(0, 301)
    k = int(np.flatnonzero(block.outcome[1:] == 0)[3])  # the next iteration finds better
    parts = figure(climb, k).code.parts
    assert parts == 4
    lit = [figure(climb, k, within=i / parts).code.lit for i in range(parts)]
    assert lit == [5, 6, 7, 8]
    nearly = figure(climb, k, within=0.999999).code
    assert nearly.lit == 8
    assert nearly.visited == (5, 6, 7, 8)
    assert set(nearly.changed) == {"x", "fx"}
    rejected = int(np.flatnonzero(block.outcome[1:] == 3)[3])
    assert figure(climb, rejected).code.parts == 3
    assert figure(climb, rejected, within=0.999999).code.lit == 7


def test_values_are_those_of_the_run(climb):
    reader = Reader(climb)
    for k in (0, 1, 77, 298, 299):
        start = dict(figure(climb, k, within=0.0).code.values)
        end = dict(figure(climb, k, within=0.99).code.values)
        assert start["k"] == f"{k}"
        assert start["fx"] == shown_value(reader.state(k).f)
        assert end["fx"] == shown_value(reader.state(k + 1).f)
        assert end["x"] == shown_value(reader.state(k + 1).x)
        assert "candidate" in start
        assert "candidate_f" not in start


def test_at_the_end_the_last_iteration_is_done(climb):
    code = figure(climb, 300).code
    values = dict(code.values)
    assert values["k"] == "299"
    assert values["fx"] == shown_value(climb.latest.f)
    assert code.lit == max(code.visited)
    assert figure(climb, 300).note == "iteration 300"


def test_before_the_first_iteration_the_start_is_shown():
    run = Run(RunSpec.load("classic-mlp"))
    run.prepare()
    made = figure(run, 0)
    assert made.code.lit is None
    assert dict(made.code.values)["fx"] == shown_value(run.latest.f)
    assert "Nothing is done yet" in made.caption
    run.advance(1)
    assert figure(run, 1).code.lit is not None


def test_it_is_right_after_changes_and_another_algorithm():
    changes = [
        {"at": 20, "optimizer": {"kind": "hill_climbing", "step_size": 0.5, "accept_ties": False}},
        {"at": 40, "optimizer": {"kind": "random_restart_hill_climbing", "patience": 7}},
    ]
    run = run_of("classic-mlp", stopping__max_iterations=90, changes=changes)
    reader = Reader(run)
    assert figure(run, 19).code.lines[0] == "step_size = 0.1"
    assert figure(run, 20).code.lines[0] == "step_size = 0.5"
    assert "    if candidate_f < fx:  # better: go there" in figure(run, 20).code.lines
    assert "for k in range(90):" in figure(run, 20).code.lines
    assert "for k in range(40, 90):" in figure(run, 40).code.lines
    for k in range(15, 90):
        end = dict(figure(run, k, within=0.99).code.values)
        assert end["fx"] == shown_value(reader.state(k + 1).f)
        assert end["x"] == shown_value(reader.state(k + 1).x)


@pytest.mark.parametrize("kind", sorted(registry.kinds("optimizers")))
def test_every_algorithm_is_followed(kind):
    optimizer = registry.kinds("optimizers")[kind]()
    if optimizer.listing() is None:
        pytest.skip("it has no listing")
    names = ["himmelblau-2d", "classic-minibatch", "classic-perceptron"]
    for name in names:
        spec = RunSpec.load(name)
        if any(optimizer.check_problem(spec.problem)):
            continue
        stopping = StoppingCriterion(max_iterations=12)
        spec = RunSpec(problem=spec.problem, optimizer=optimizer, stopping=stopping)
        run = Run(spec).finish()
        for k in range(run.trace.last_k + 1):
            made = figure(run, k, within=0.5)
            assert made.code.parts >= 1
            assert made.warning == ""
            assert made.code.lit in made.code.visited
            assert made.code.script
        return
    raise AssertionError("no problem suits it")


def test_an_algorithm_without_lines_says_what_to_do():
    class Silent(RandomSearch):
        kind = ""
        label = "Silent search"

        def listing(self):
            return None

    assert "Silent search has no listing yet" in figure(run_with(Silent()), 3).empty


def run_with(optimizer, problem=None):
    problem = problem or RunSpec.load("himmelblau-2d").problem
    stopping = StoppingCriterion(max_iterations=9)
    return Run(RunSpec(problem=problem, optimizer=optimizer, stopping=stopping)).finish()


def test_lines_that_fail_are_a_sentence_and_no_traceback():
    class Wrong(HillClimbing):
        kind = ""

        def listing(self):
            return Listing(before="fx = f(x)", loop="fx = nowhere(x)")

    made = figure(run_with(Wrong()), 3)
    assert made.warning == "These lines fail: NameError: name 'nowhere' is not defined."
    assert made.code.lines[-1] == "    fx = nowhere(x)"


def test_a_problem_that_cannot_be_written_says_so_where_the_script_would_be():
    made = figure(run_with(HillClimbing(), Cliff()), 3)
    assert made.code.script == ""
    assert "can't be written as a script" in made.caption
    assert made.code.lit is not None


def test_an_iteration_that_takes_long_is_followed_when_there_is_time():
    data = Classification(n_samples=3000, n_features=40)
    layers = (Layer(units=300, activation="tanh"), Layer(units=1))
    problem = NetworkTraining(dataset=data, network=Network(layers=layers), objective="log_loss")
    run = run_with(HillClimbing(), problem)
    one = show(run, 4)
    quick = CodeView().figure([one])
    assert quick.code.lit is None
    assert quick.code.parts == 1
    assert dict(quick.code.values)["x"].startswith("12,601 numbers: ")
    assert "too long" in quick.caption
    (finer,) = CodeView().refined([one])
    assert finer.code.lit is not None
    assert list(CodeView().refined([show(run_with(HillClimbing()), 4)])) == []


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (3, "3"),
        (12345, "12,345"),
        (True, "yes"),
        (np.False_, "no"),
        (-0.125, "−0.125"),
        (np.float64("nan"), "nan"),
        (np.inf, "inf"),
        (np.array(2.5), "2.5"),
        (np.array([1.0, -2.0]), "[1, −2]"),
        (np.arange(50) / 2, "50 numbers: 0, 0.5, 1, …"),
        (np.ones((20, 3)), "20 × 3 numbers: 1, 1, 1, …"),
        (np.empty(0), "[]"),
        ([1, 2], "2 items"),
        (None, "None"),
    ],
)
def test_a_value_is_shown_in_a_few_words(value, words):
    assert shown_value(value) == words


def test_following_leaves_the_run_as_it_was(climb):
    before = climb.latest.x.copy()
    figure(climb, 12, 0.7)
    assert np.array_equal(climb.latest.x, before)
    program = Program(HillClimbing(), climb.spec.problem.evaluator(), Draws(1))
    assert "candidate" not in program.variables()
