"""Why a run stopped improving: each reason is found where it is made, and not where it isn't."""

from __future__ import annotations

import numpy as np
import pytest

from optiviz.analysis.diagnosis import Case, diagnose, findings, looked_at
from optiviz.analysis.diagnosis.rate import _by_powers, largest_curvature
from optiviz.analysis.networks.units import layers_on
from optiviz.engine import registry
from optiviz.engine.optimizer import Outcome
from optiviz.engine.run import Reader, Run
from optiviz.engine.spec import RunSpec
from optiviz.views import show
from optiviz.views.diagnosis import Diagnosis

MLP = RunSpec.load("classic-mlp")
DESCENT = RunSpec.load("classic-descent")
BATCHES = RunSpec.load("classic-minibatch")
DESCEND = {"kind": "gradient_descent", "learning_rate": 0.5}


def finished(spec, iterations=None, **settings):
    values = [(path.replace("__", "."), value) for path, value in settings.items()]
    if iterations is not None:
        stopping = {"max_iterations": iterations}
        values.append(("stopping", stopping))
    return Run(spec.with_values(values), "a run").finish()


def found(run, word, k=None):
    """Return the one finding whose sentence has a word, or None."""
    all_of = findings(run, Reader(run), run.k if k is None else k)
    assert all(f.sentence.endswith(".") and f.evidence.endswith(".") for f in all_of)
    assert all(any(c.isdigit() for c in f.evidence) for f in all_of)
    some = [f for f in all_of if word in f.sentence]
    assert len(some) <= 1
    return some[0] if some else None


# What it answers


def test_one_class_alone():
    run = finished(MLP, 1000)
    start = found(run, "one class only", 1)
    assert start.evidence == (
        "670 of 670 training rows are named class 1 at iteration 1; 333 of them are."
    )
    assert (start.k, start.view) == (1, "confusion")
    assert found(run, "one class only") is None


def test_one_class_is_no_wonder_where_nearly_all_rows_are_of_it():
    run = finished(MLP, 1, problem__dataset__weights=[0.03], problem__dataset__flip_y=0.0)
    assert found(run, "one class only") is None


def imbalanced(**settings):
    data = {"kind": "classification", "n_samples": 400, "weights": [0.85], "random_state": 3}
    return finished(BATCHES, 150, problem__dataset=data | settings, optimizer=DESCEND)


def test_unbalanced_classes():
    note = found(imbalanced(class_sep=0.1), "Most rows are of class 0")
    assert "of 268 training rows (" in note.evidence
    assert note.view == "confusion"


def test_unbalanced_classes_that_are_told_apart():
    run = imbalanced(class_sep=4.0, flip_y=0.0)
    assert run.history.measure(Reader(run), run.k)["train_accuracy"] > 0.97
    assert found(run, "Most rows") is None
    even = finished(BATCHES, 100, optimizer=DESCEND)
    assert found(even, "Most rows") is None


# Units


def scaled(factor, activation="sigmoid"):
    layers = [{"units": 10, "activation": activation}, {"units": 1, "activation": "sigmoid"}]
    spec = BATCHES.with_values([("problem.network.layers", layers), ("optimizer", DESCEND)])
    x = np.random.default_rng(1).normal(0, factor, spec.problem.dim)
    return spec.with_value("start", x.tolist())


@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_saturated_units(activation):
    note = found(finished(scaled(200.0, activation), 2), "saturated")
    assert "of 10" in note.evidence
    assert "hidden layer 1" in note.sentence
    assert note.view == "network"
    assert found(finished(scaled(0.3, activation), 2), "saturated") is None


def test_the_share_of_saturated_answers_is_counted():
    run = finished(scaled(200.0), 1)
    note = found(run, "saturated")
    problem = Reader(run).stepper.problem
    x = run.state_now.x
    X = problem.data.X_train
    W = x[:60].reshape(10, 6)
    a = (1 + np.tanh((X @ W[:, :-1].T + W[:, -1]) / 2)) / 2
    beyond = (a < 0.025) | (a > 0.975)
    units = (beyond.mean(axis=0) > 0.95).sum()
    assert note.evidence.startswith(f"{units} of 10 sigmoid units")
    assert f"{beyond.mean():.1%} of all" in note.evidence


def test_what_units_say_leads_to_what_the_network_says():
    run = finished(scaled(1.0, "tanh"), 1)
    problem = Reader(run).stepper.problem
    ((_, a), _) = layers_on(problem.problem.network, run.state_now.x, problem.data.X_test)
    w = run.state_now.x[60:]
    out = problem.outputs(run.state_now.x, problem.data.X_test)[0]
    np.testing.assert_allclose(1 / (1 + np.exp(-(w[:-1] @ a + w[-1]))), out)


def test_dead_units():
    spec = scaled(0.5, "relu")
    x = np.array(spec.start)
    alive = finished(spec, 2)
    assert found(alive, "dead") is None
    x[:60].reshape(10, 6)[:4, -1] = -1000.0
    note = found(finished(spec.with_value("start", x.tolist()), 2), "dead")
    assert "4 of 10 ReLU units say 0 for all of 670 training rows" in note.evidence


# The learning rate


def test_a_rate_beyond_or_at_the_limit():
    for rate, word in ((1.1, "beyond"), (1.0, "at")):
        run = finished(DESCENT, 40, optimizer__learning_rate=rate)
        note = found(run, f"The learning rate is {word} ")
        assert "curvature at iteration" in note.evidence
        assert f"stable below 1, and it is {rate:g}" in note.evidence
        assert note.view == "function_1d"
    for rate in (0.1, 0.5, 0.99):
        assert found(finished(DESCENT, 40, optimizer__learning_rate=rate), "learning rate") is None


def test_the_limit_is_that_of_the_method():
    momentum = {"kind": "momentum", "learning_rate": 1.5, "momentum": 0.9}
    run = finished(DESCENT, 60, optimizer=momentum)
    assert found(run, "learning rate") is None  # 2 (1 + 0.9) / 2 = 1.9
    note = found(finished(DESCENT, 60, optimizer=momentum | {"learning_rate": 2.0}), "beyond")
    assert "stable below 1.9" in note.evidence
    adam = {"kind": "adam", "learning_rate": 5.0}
    assert found(finished(DESCENT, 60, optimizer=adam), "The learning rate") is None


def test_a_rate_of_a_network():
    wild = finished(BATCHES, 60, optimizer=DESCEND | {"learning_rate": 500.0})
    assert found(wild, "The learning rate is beyond") is not None
    assert found(finished(BATCHES, 60, optimizer=DESCEND), "The learning rate") is None


def test_the_largest_curvature():
    reader = Reader(finished(BATCHES, 5, optimizer=DESCEND))
    problem, x = reader.stepper.problem, reader.state(5).x
    exact = np.linalg.eigvalsh(problem.hessian(x))[-1]
    assert len(x) > 60
    assert largest_curvature(problem, x) == pytest.approx(exact, rel=0.02)
    assert largest_curvature(problem, x) <= exact * (1 + 1e-6)
    saddle = RunSpec.load("rosenbrock-2d").with_value("problem.function", {"kind": "saddle"})
    evaluator = saddle.problem.evaluator()
    point = np.array([0.3, -0.4])
    top = np.linalg.eigvalsh(evaluator.hessian(point))[-1]
    assert largest_curvature(evaluator, point) == pytest.approx(top)
    assert _by_powers(evaluator, point) == pytest.approx(top, rel=0.02)
    assert np.isnan(largest_curvature(problem, np.full(len(x), np.nan)))


# The temperature


ANNEALING = {"kind": "simulated_annealing", "rate": 0.0}


def test_a_temperature_that_keeps_everything():
    perceptron = RunSpec.load("classic-perceptron")
    run = finished(perceptron, 800, optimizer=ANNEALING | {"initial_temperature": 50.0})
    note = found(run, "temperature is too high")
    rows = run.trace.rows(601, 801)
    worse = int((rows.outcome == Outcome.WORSE).sum())
    assert f"{worse:,} were kept" in note.evidence
    assert "at a temperature of 50" in note.evidence
    assert note.view == "tried_steps"


def test_a_temperature_that_lets_nothing_out():
    rastrigin = RunSpec.load("rastrigin-10d")
    freezing = {"step_size": 0.5, "initial_temperature": 1e-9}
    cold = finished(rastrigin, 3000, optimizer=ANNEALING | freezing)
    note = found(cold, "temperature is too low")
    assert "None of 200 worse moves in the last 200 iterations was kept" in note.evidence
    assert note.settings == (("channel", "temperature"),)


def test_a_temperature_that_does_its_work():
    run = finished(RunSpec.load("classic-perceptron"), 900, optimizer={"kind": ANNEALING["kind"]})
    for k in (100, 200, 300):
        assert found(run, "temperature", k) is None
    climb = finished(RunSpec.load("rastrigin-10d"), 3000)
    assert found(climb, "temperature") is None


# Equal moves


def test_equal_moves_refused_where_it_is_flat():
    run = finished(MLP, 400, optimizer__accept_ties=False)
    note = found(run, "Equal moves are refused, and accuracy is flat around the start")
    assert "Of the last 200 moves tried, " in note.evidence
    assert note.view == "tried_steps"
    equal = int(note.evidence.split("tried, ")[1].split(" ")[0])
    assert equal > 150
    assert found(finished(MLP, 400), "Equal moves") is None


def test_no_flat_place_no_blame_on_equal_moves():
    rastrigin = RunSpec.load("rastrigin-10d")
    stuck = finished(rastrigin, 3000, optimizer={"kind": "hill_climbing", "accept_ties": False})
    assert found(stuck, "Equal moves") is None
    assert found(stuck, "Nothing better was found") is not None


# What was learned by heart


def by_heart(n_samples, flip_y, units=40, epochs=400):
    data = {"kind": "classification", "n_samples": n_samples, "flip_y": flip_y, "random_state": 4}
    layers = [{"units": units, "activation": "tanh"}, {"units": 1, "activation": "sigmoid"}]
    adam = {"kind": "adam", "learning_rate": 0.05}
    return finished(
        BATCHES,
        epochs,
        problem__dataset=data,
        problem__network__layers=layers,
        optimizer=adam,
    )


def test_overfitting_from_an_iteration_on():
    run = by_heart(60, 0.3)
    note = found(run, "It overfits")
    reader = Reader(run)
    before, after = (run.history.measure(reader, k) for k in (note.k, run.k))
    assert after["test_log_loss"] > 1.05 * before["test_log_loss"]
    assert after["train_log_loss"] < 0.97 * before["train_log_loss"]
    assert 0 < note.k < 200
    assert f"From iteration {note.k:,} to 400 the log loss on test rows rose" in note.evidence
    assert note.settings == (("measure", "log_loss"),)
    assert found(run, "It overfits", 1) is None


def test_what_is_learned_and_not_by_heart():
    assert found(by_heart(1000, 0.0, units=3, epochs=60), "It overfits") is None
    # A share of few test rows goes up and down by chance.
    assert found(finished(RunSpec.load("classic-perceptron"), 1000), "It overfits") is None


def points(test_rows):
    n = len(test_rows)
    x, y = np.random.default_rng(5).normal(size=(2, 20))
    x[:n], y[:n] = x[n : 2 * n], y[n : 2 * n]
    data = {"kind": "points", "x": x.tolist(), "y": y.tolist(), "classes": [0, 1] * 10}
    return finished(MLP, 2, problem__dataset=data)


def test_rows_in_both_parts():
    run = points(range(8))
    note = found(run, "among the training rows too")
    data = Reader(run).stepper.problem.data
    both = sum((data.X_train == row).all(axis=1).any() for row in data.X_test)
    assert both > 0
    assert f"{both} of {len(data.X_test)} test rows" in note.evidence
    assert found(points(()), "training rows too") is None
    iris = finished(RunSpec.load("iris"), 2)
    assert "1 of 50 test rows has the very features" in found(iris, "too").evidence


# Standing still, flying off, failing


def test_no_slope_left():
    note = found(finished(DESCENT, 100), "no slope left")
    assert note.settings == (("channel", "gradient_norm"),)
    assert found(finished(DESCENT, 3), "no slope left") is None


def test_nothing_better_for_long():
    run = finished(MLP, 1000)
    k = int(run.trace.improvements[-1])
    note = found(run, "Nothing better was found since")
    assert (note.k, note.view) == (k, "fitness")
    assert f"{1000 - k:,} iterations" in note.evidence
    assert found(run, "Nothing better", k) is None
    few_epochs = finished(BATCHES, 500, optimizer={"kind": "stochastic_gradient_descent"})
    assert found(few_epochs, "Nothing better") is None


def test_nothing_is_wrong_where_every_row_is_named_rightly():
    easy = {"kind": "points", "x": [-1.0, -2.0, -3.0, 1.0, 2.0, 3.0], "y": [0.0] * 6}
    data = easy | {"classes": [0, 0, 0, 1, 1, 1]}
    run = finished(RunSpec.load("classic-perceptron"), 3000, problem__dataset=data)
    assert run.best_f == 0
    assert found(run, "Nothing better") is None


def test_flying_off():
    run = finished(DESCENT, 400, optimizer__learning_rate=1.1)
    note = found(run, "Diverged at iteration 76")
    assert "The best was 9.0000, at iteration 0" in note.evidence
    assert found(run, "Diverged", 50) is None
    assert diagnose(run) == note.sentence


# All of them, and the view


@pytest.mark.parametrize("kind", sorted(registry.kinds("optimizers")))
def test_every_algorithm_is_looked_at_anywhere(kind):
    from optiviz.testing.samples import problems_with_slope, problems_without_slope

    optimizer = registry.kinds("optimizers")[kind]()
    every = (*problems_with_slope(), *problems_without_slope())
    suits = [p for p in every if not list(optimizer.check_problem(p))]
    if kind == "perceptron_rule":
        suits = [RunSpec.load("classic-perceptron").problem]
    for problem in (suits[0], suits[-1]):
        spec = DESCENT.replace(problem=problem, optimizer=optimizer, start=None)
        run = finished(spec, 12)
        reader = Reader(run)
        for k in (0, 1, run.k):
            assert isinstance(findings(run, reader, k), tuple)
            assert set(findings(run, reader, k, quick=True)) <= set(findings(run, reader, k))
            assert looked_at(run, reader, k)


def test_after_a_change_only_what_came_later_counts():
    annealing = registry.kinds("optimizers")["simulated_annealing"]
    run = finished(RunSpec.load("classic-perceptron"), 600)
    run.change(300, annealing(initial_temperature=50.0, rate=0.0))
    run.finish()
    assert Case(run, Reader(run), 350).recent.f.shape == (50,)
    assert found(run, "temperature", 300) is None
    assert "50" in found(run, "temperature is too high").evidence


def test_notes_can_be_clicked_on():
    views = registry.kinds("views")
    for run in (finished(MLP, 400, optimizer__accept_ties=False), by_heart(60, 0.3), points([1])):
        figure = Diagnosis().figure([show(run)])
        assert figure.notes
        for note in figure.notes:
            assert note.evidence in figure.caption
            action = note.action
            if action.seek is not None:
                assert 0 <= action.seek <= run.k
            if action.view in views:
                settings = {"kind": action.view, **dict(action.settings)}
                assert views[action.view].from_dict(settings)


def test_where_nothing_is_to_be_said_it_says_what_was_looked_at():
    run = finished(DESCENT, 10)
    figure = Diagnosis().figure([show(run)])
    assert not figure.notes
    assert "found that holds it up at iteration 10. Looked at: whether it" in figure.empty
    assert "the learning rate against the curvature" in figure.empty
    assert "nothing" not in figure.caption  # that it found nothing is said already
    assert "at its start" in Diagnosis().figure([show(run, 0)]).empty
    assert "has not begun" in Diagnosis().figure([show(finished(DESCENT, 0))]).empty


def test_a_run_that_failed():
    broken = Run(MLP)
    broken.prepare()
    broken._stepper.problem.evaluate = None
    broken._stepper.problem.evaluate_within = None
    broken.finish()
    note = Diagnosis().figure([show(broken)]).notes[0]
    assert note.sentence == broken.failure.sentence
    assert note.action is None
