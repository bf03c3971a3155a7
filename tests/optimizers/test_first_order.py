"""Each gradient method does the updates of its source: beside others' programs and closed forms."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier
from sklearn.neural_network._stochastic_optimizers import AdamOptimizer, SGDOptimizer

from optiviz.datasets.classification import Classification
from optiviz.engine import registry
from optiviz.engine.draws import Draws
from optiviz.engine.problem import Epoch
from optiviz.engine.run import Reader, Run
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StoppingCriterion
from optiviz.methods.descent import Descent
from optiviz.networks.network import Layer, Network
from optiviz.optimizers.adadelta import Adadelta
from optiviz.optimizers.adagrad import Adagrad
from optiviz.optimizers.adam import Adam
from optiviz.optimizers.adamw import AdamW
from optiviz.optimizers.gradient_descent import GradientDescent
from optiviz.optimizers.mini_batch_gradient_descent import MiniBatchGradientDescent
from optiviz.optimizers.momentum import Momentum
from optiviz.optimizers.nadam import Nadam
from optiviz.optimizers.nesterov import Nesterov
from optiviz.optimizers.quasi_hyperbolic_momentum import QuasiHyperbolicMomentum
from optiviz.optimizers.rmsprop import RMSprop
from optiviz.problems.function_1d import Function1D
from optiviz.problems.network_training import NetworkTraining
from optiviz.schedules.exponential import Exponential
from optiviz.store.run_file import load, save

NETWORK = NetworkTraining(
    dataset=Classification(n_samples=150, n_features=4, n_redundant=0),
    network=Network(layers=(Layer(units=6, activation="tanh"), Layer(units=1))),
    objective="log_loss",
)
LARGE = NETWORK.replace(  # its batches are computed in single precision
    network=Network(
        layers=(*(Layer(units=48, activation="tanh") for _ in range(2)), Layer(units=1))
    )
)


def run_of(optimizer, problem=NETWORK, iterations=60, **spec):
    stopping = StoppingCriterion(max_iterations=iterations)
    return Run(
        RunSpec(problem=problem, optimizer=optimizer, stopping=stopping, seed=2, **spec)
    ).finish()


def points(run):
    reader = Reader(run)
    return np.array([reader.state(k).x for k in range(run.k + 1)])


def batches(run, size):
    """Return the rows of each iteration's batch."""
    n_rows, epoch, found = run.spec.problem.n_rows, 0, []
    while len(found) < run.k:
        order = Draws(run.spec.seed).permutation("epoch", epoch, n_rows)
        found += [order[i : i + size] for i in range(0, n_rows, size)]
        epoch += 1
    return found[: run.k]


# Beside scikit-learn's programs

TINY = 1e-100  # they add epsilon to another quantity than the paper does
WITNESSES = [
    (MiniBatchGradientDescent(learning_rate=0.3), SGDOptimizer, {"momentum": 0.0}),
    (Momentum(momentum=0.8), SGDOptimizer, {"momentum": 0.8, "nesterov": False}),
    (Nesterov(momentum=0.8), SGDOptimizer, {"momentum": 0.8, "nesterov": True}),
    (Adam(epsilon=TINY, beta_1=0.8, beta_2=0.95), AdamOptimizer, {"beta_1": 0.8, "beta_2": 0.95}),
]


@pytest.mark.parametrize(("ours", "theirs", "settings"), WITNESSES, ids=lambda made: str(made)[:12])
def test_training_is_that_of_scikit_learn(ours, theirs, settings):
    """The same start, the same batches: the same network after four epochs."""
    ours = ours.replace(batch_size=32)
    for w, expected in beside_scikit_learn(NETWORK, ours, theirs, settings, 16):
        np.testing.assert_allclose(w, expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize(("ours", "theirs", "settings"), WITNESSES, ids=lambda made: str(made)[:12])
def test_training_of_a_large_network_is_nearly_that_of_scikit_learn(ours, theirs, settings):
    """Its batches are computed in single precision, those of scikit-learn in double."""
    ours = ours.replace(batch_size=32, learning_rate=ours.learning_rate / 5)
    for w, expected in beside_scikit_learn(LARGE, ours, theirs, settings, 40):
        off = np.abs(w - expected).max() / np.abs(expected).max()
        assert 0 < off < 1e-5


def beside_scikit_learn(problem, ours, theirs, settings, iterations):
    """Return each layer's weights after training, and those of their program."""
    run = run_of(ours, problem, iterations)
    data = problem.dataset.load()
    units = [layer.units for layer in problem.network.layers[:-1]]
    outside = MLPClassifier(hidden_layer_sizes=units, activation="tanh", alpha=0.0, solver="sgd")
    outside.partial_fit(data.X_train[:2], [0, 1], classes=[0, 1])
    W = problem.network.matrices(run.state(0).x, 4)
    outside.coefs_ = [w[:, :-1].T.copy() for w in W]
    outside.intercepts_ = [w[:, -1].copy() for w in W]
    outside.solver = "adam" if theirs is AdamOptimizer else "sgd"
    if theirs is AdamOptimizer:
        settings = {**settings, "epsilon": TINY}
    params = outside.coefs_ + outside.intercepts_
    outside._optimizer = theirs(params, learning_rate_init=ours.learning_rate, **settings)
    for rows in batches(run, 32):
        outside.batch_size = len(rows)
        outside.partial_fit(data.X_train[rows], data.y_train[rows])
    expected = [
        np.column_stack([coefs.T, biases])
        for coefs, biases in zip(outside.coefs_, outside.intercepts_, strict=True)
    ]
    return zip(problem.network.matrices(run.state_now.x, 4), expected, strict=True)


# Beside loops as textbooks and PyTorch's documentation write them. Each is given x, the gradient,
# the learning rate, the iteration from 1, and what it remembers.


def loop_momentum(x, g, lr, t, m, o):
    m["v"] = o.momentum * m.get("v", 0) - lr * g
    return x + m["v"]


def loop_nesterov(x, g, lr, t, m, o):
    """Sutskever et al.'s point behind is x - momentum * v; the slope is taken ahead of it, at x."""
    behind = x - o.momentum * m.get("v", 0)
    m["v"] = o.momentum * m.get("v", 0) - lr * g
    behind = behind + m["v"]
    return behind + o.momentum * m["v"]


def loop_quasi_hyperbolic_momentum(x, g, lr, t, m, o):
    m["g"] = o.momentum * m.get("g", 0) + (1 - o.momentum) * g
    return x - lr * ((1 - o.nu) * g + o.nu * m["g"])


def loop_adagrad(x, g, lr, t, m, o):
    m["s"] = m.get("s", 0) + g**2
    return x - lr * g / (np.sqrt(m["s"]) + o.epsilon)


def loop_rmsprop(x, g, lr, t, m, o):
    m["v"] = o.decay * m.get("v", 0) + (1 - o.decay) * g**2
    return x - lr * g / (np.sqrt(m["v"]) + o.epsilon)


def loop_adadelta(x, g, lr, t, m, o):
    m["g"] = o.decay * m.get("g", 0) + (1 - o.decay) * g**2
    step = -np.sqrt(m.get("s", 0) + o.epsilon) / np.sqrt(m["g"] + o.epsilon) * g
    m["s"] = o.decay * m.get("s", 0) + (1 - o.decay) * step**2
    return x + lr * step


def loop_adam(x, g, lr, t, m, o):
    m["m"] = o.beta_1 * m.get("m", 0) + (1 - o.beta_1) * g
    m["v"] = o.beta_2 * m.get("v", 0) + (1 - o.beta_2) * g**2
    m["largest"] = np.maximum(m.get("largest", 0), m["v"])
    v = m["largest"] if getattr(o, "amsgrad", False) else m["v"]
    freed = v / (1 - o.beta_2**t)
    return x - lr * (m["m"] / (1 - o.beta_1**t)) / (np.sqrt(freed) + o.epsilon)


def loop_adamw(x, g, lr, t, m, o):
    return loop_adam(x - lr * o.weight_decay * x, g, lr, t, m, o)


def loop_nadam(x, g, lr, t, m, o):
    m["m"] = o.beta_1 * m.get("m", 0) + (1 - o.beta_1) * g
    m["v"] = o.beta_2 * m.get("v", 0) + (1 - o.beta_2) * g**2
    ahead = o.beta_1 * m["m"] / (1 - o.beta_1 ** (t + 1)) + (1 - o.beta_1) * g / (1 - o.beta_1**t)
    return x - lr * ahead / (np.sqrt(m["v"] / (1 - o.beta_2**t)) + o.epsilon)


METHODS = [
    Momentum(momentum=0.7),
    Nesterov(momentum=0.7),
    QuasiHyperbolicMomentum(momentum=0.8, nu=0.6, learning_rate=0.5),
    Adagrad(epsilon=1e-3),
    RMSprop(decay=0.8, epsilon=1e-3),
    Adadelta(learning_rate=0.8, epsilon=1e-4),
    Adam(beta_1=0.7, beta_2=0.8, epsilon=1e-3, learning_rate=0.1),
    Adam(beta_1=0.5, beta_2=0.3, amsgrad=True, learning_rate=0.1),
    AdamW(weight_decay=0.5, epsilon=1e-3, learning_rate=0.1),
    Nadam(beta_1=0.7, beta_2=0.8, epsilon=1e-3, learning_rate=0.1),
]


@pytest.mark.parametrize("size", [None, 32])
@pytest.mark.parametrize(
    "optimizer", METHODS, ids=lambda o: f"{o.kind}{'-ams' * (o == METHODS[7])}"
)
def test_updates_are_those_of_the_textbook(optimizer, size):
    schedule, clip = Exponential(period=20), 0.3
    optimizer = optimizer.replace(batch_size=size, schedule=schedule, clip_norm=clip)
    run = run_of(optimizer, iterations=25)
    loop, evaluator = globals()[f"loop_{optimizer.kind}"], NETWORK.evaluator()
    x, memory, clipped = run.state(0).x, {}, 0
    for k, rows in enumerate(batches(run, size or NETWORK.n_rows)):
        g = evaluator.gradient(x, rows if size else None)
        if np.linalg.norm(g) > clip:
            g, clipped = g / np.linalg.norm(g) * clip, clipped + 1
        x = loop(x, g, optimizer.learning_rate * 0.5 ** (k / 20), k + 1, memory, optimizer)
    np.testing.assert_allclose(run.state_now.x, x, rtol=1e-9, atol=1e-12)
    assert clipped


def test_every_method_has_a_witness():
    """A new one needs a loop, or scikit-learn, beside it."""
    kinds = {cls.kind for cls in registry.kinds("optimizers").values() if issubclass(cls, Descent)}
    seen = {made.kind for made in METHODS} | {ours.kind for ours, _, _ in WITNESSES}
    assert kinds - seen == {"gradient_descent", "stochastic_gradient_descent"}  # test_descent.py


# Closed forms


@pytest.mark.parametrize(
    ("optimizer", "matrix"),
    [  # on x^2, whose slope is 2 x: (x, memory) after a step is a matrix times (x, memory) before
        (Momentum(learning_rate=0.1, momentum=0.9), [[0.8, 0.9], [-0.2, 0.9]]),
        (Nesterov(learning_rate=0.1, momentum=0.5), [[0.7, 0.25], [-0.2, 0.5]]),
        (
            QuasiHyperbolicMomentum(learning_rate=0.25, momentum=0.75, nu=0.5),
            [[1 - 0.25 - 0.0625, -0.09375], [0.5, 0.75]],
        ),
    ],
    ids=lambda made: getattr(made, "kind", ""),
)
def test_on_a_parabola_methods_with_momentum_are_powers_of_a_matrix(optimizer, matrix):
    run = run_of(optimizer, Function1D(), 80, start=(3.0,))
    expected = [(np.linalg.matrix_power(matrix, k) @ (3.0, 0.0))[0] for k in range(81)]
    np.testing.assert_allclose(points(run)[:, 0], expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("optimizer", "step"),
    [  # on |x|, far from 0: the slope is 1 all along
        (Adagrad(learning_rate=0.1), lambda t: 0.1 / sqrt(t)),
        (RMSprop(learning_rate=0.1, decay=0.9), lambda t: 0.1 / sqrt(1 - 0.9**t)),
        (Adam(learning_rate=0.1), lambda t: 0.1),
        (Adam(learning_rate=0.1, amsgrad=True), lambda t: 0.1),
        (
            Nadam(learning_rate=0.1, beta_1=0.8),
            lambda t: 0.1 * (0.8 * (1 - 0.8**t) / (1 - 0.8 ** (t + 1)) + 0.2 / (1 - 0.8**t)),
        ),
    ],
    ids=lambda made: getattr(made, "kind", ""),
)
def test_on_a_straight_slope_the_steps_are_known(optimizer, step):
    run = run_of(optimizer, Function1D(formula="abs(x)"), 50, start=(1000.0,))
    expected = 1000 - np.cumsum([step(t) for t in range(1, 51)])
    np.testing.assert_allclose(points(run)[1:, 0], expected, rtol=1e-9)
    sizes = run.trace.rows(1, 51).channels[:, -1]
    np.testing.assert_allclose(sizes, [step(t) for t in range(1, 51)], rtol=1e-7)


def test_decay_of_weights_is_apart_from_the_slope():
    """Where the slope is flat, Adam stays and AdamW shrinks x like interest, not by its moments."""
    flat = Function1D(formula="3 + 0 * x")
    run = run_of(AdamW(learning_rate=0.1, weight_decay=0.5), flat, 40, start=(2.0,))
    np.testing.assert_allclose(points(run)[:, 0], 2 * 0.95 ** np.arange(41), rtol=1e-12)
    assert run_of(Adam(), flat, 40, start=(2.0,)).state_now.x[0] == 2.0


# Clipping, and what is recorded


@pytest.mark.parametrize("size", [None, 20])
def test_a_gradient_is_shortened_but_not_turned(size):
    plain = Momentum(momentum=0.0, batch_size=size, learning_rate=0.5)
    run = run_of(plain.replace(clip_norm=0.05), iterations=12)
    rows, x, evaluator = run.trace.rows(1, 13), points(run), NETWORK.evaluator()
    for k, batch in enumerate(batches(run, size or NETWORK.n_rows)):
        gradient = evaluator.gradient(x[k], batch)
        norm = np.linalg.norm(gradient)
        assert rows.channels[k, 0] == pytest.approx(norm)
        assert norm > 0.05
        assert rows.channels[k, -1] == pytest.approx(0.5 * 0.05)
        np.testing.assert_allclose(x[k + 1] - x[k], -0.5 * 0.05 * gradient / norm, atol=1e-12)
    wide = run_of(plain.replace(clip_norm=1e6), iterations=12)
    assert wide.digest == run_of(plain, iterations=12).digest


@pytest.mark.parametrize("size", [None, 32])
def test_channels_say_what_happened(size):
    optimizer = Adam(batch_size=size, schedule=Exponential(period=5))
    run = run_of(optimizer, iterations=20)
    names = [channel.name for channel in optimizer.channels]
    rows, x = run.trace.rows(1, 21), points(run)
    of = dict(zip(names, rows.channels.T, strict=True))
    np.testing.assert_allclose(of["step_size"], np.linalg.norm(np.diff(x, axis=0), axis=1))
    np.testing.assert_allclose(of["learning_rate"], 0.01 * 0.5 ** (np.arange(20) / 5))
    assert ("full_loss" in of) == (size is not None)
    if size:  # 100 rows: every fourth batch ends an epoch
        known = np.isfinite(of["full_loss"])
        assert np.flatnonzero(known).tolist() == [3, 7, 11, 15, 19]
        full = NETWORK.evaluator().evaluate(x[[4, 8, 12, 16, 20]])
        np.testing.assert_array_equal(of["full_loss"][known], full)


# Changes while a run goes on


def test_a_change_of_the_rate_keeps_the_velocity():
    run = run_of(Momentum(learning_rate=0.1, momentum=0.9), Function1D(), 30, start=(3.0,))
    run.change(10, optimizer=Momentum(learning_rate=0.02, momentum=0.9))
    x = points(run.finish())[:, 0]
    assert x[11] - x[10] == pytest.approx(0.9 * (x[10] - x[9]) - 0.02 * 2 * x[10], rel=1e-9)


def test_a_change_of_the_batch_goes_on_with_what_is_remembered(tmp_path):
    """From all rows to batches, to others, and back; every gradient and look is counted."""
    run = run_of(Adam(), iterations=60)
    for k, change in ((20, {"batch_size": 32}), (30, {"batch_size": 7, "amsgrad": True}), (50, {})):
        run.change(k, optimizer=Adam(**change))
    run.finish()
    assert run.k == 60
    states = [Reader(run).state(k) for k in (20, 21, 30, 31, 50, 51)]
    assert [s.updates for s in states] == [20, 21, 30, 31, 50, 51]
    assert [s.moments.shape[0] for s in states] == [2, 2, 2, 3, 3, 2]
    assert [s.gradient.size > 0 for s in states] == [True, False, False, False, False, True]
    np.testing.assert_allclose(states[1].moments[0], states[0].moments[0], atol=0.2)
    # at the change back to all rows, the gradient there is not known and is looked for
    gradients = np.diff([s.gradient_evaluations for s in states])
    np.testing.assert_array_equal(gradients, [1, 9, 1, 19, 2])
    assert states[5].rows_seen - states[4].rows_seen == 2 * NETWORK.n_rows
    again = Run(RunSpec.from_dict(run.spec.to_dict())).finish()
    assert again.digest == run.digest
    save(tmp_path / "a.optiviz", [run])
    (opened,) = load(tmp_path / "a.optiviz")
    assert opened.digest == run.digest
    assert Reader(opened).state(45).moments.tobytes() == Reader(run).state(45).moments.tobytes()


def test_another_point_forgets_the_velocity():
    run = run_of(Momentum(), Function1D(), 30, start=(3.0,))
    run.change(10, x=np.array([1.0]))
    x = points(run.finish())[:, 0]
    assert x[11] == pytest.approx(1.0 - 0.1 * 2)


# What only buys speed


@pytest.mark.parametrize("optimizer", METHODS, ids=lambda o: o.kind)
def test_parts_of_a_long_vector_change_no_bit(optimizer, monkeypatch):
    usual = run_of(optimizer.replace(batch_size=32), iterations=12)
    monkeypatch.setattr("optiviz.methods.walk._PART", 5)
    parts = run_of(optimizer.replace(batch_size=32), iterations=12)
    assert points(parts).tobytes() == points(usual).tobytes()


@pytest.mark.parametrize("problem", [NETWORK, LARGE], ids=["small", "large"])
def test_rows_laid_out_for_an_epoch_change_no_bit(problem, monkeypatch):
    """Whoever writes a problem needs no epochs of their own: gathering each batch does the same."""
    optimizer = Adam(batch_size=7)
    usual = run_of(optimizer, problem, 50)
    monkeypatch.setattr(
        "optiviz.problems.network_training.NetworkEvaluator.epoch",
        lambda self, order: Epoch(self, order),
    )
    assert run_of(optimizer, problem, 50).digest == usual.digest


def test_a_large_network_in_blocks_of_any_length_is_the_same_run():
    """Single precision or not, a replay from any iteration meets the very weights of the run."""
    optimizer = Adam(batch_size=7, amsgrad=True, clip_norm=0.1)
    whole = run_of(optimizer, LARGE, 45)
    evaluator, draws, state = LARGE.evaluator(), Draws(2), whole.state(0)
    for n in (1, 1, 13, 2, 20, 8):
        state, _ = optimizer.steps(evaluator, state, draws, n)
        assert state.x.tobytes() == whole.state(state.k).x.tobytes()
        assert state.moments.tobytes() == whole.state(state.k).moments.tobytes()
    assert state.k == 45


def test_batches_without_rows_are_refused_where_they_are_set():
    with pytest.raises(ValueError, match=r"optimizer\.batch_size: must be left out"):
        run_of(Adam(batch_size=4), Function1D())
    with pytest.raises(ValueError, match=r"optimizer\.batch_size: must be at most 100"):
        run_of(Adam(batch_size=101))


@pytest.mark.parametrize("optimizer", [*METHODS, GradientDescent(learning_rate=0.5)], ids=repr)
def test_sentences_say_the_numbers(optimizer):
    words = optimizer.sentence()
    assert f"{optimizer.learning_rate:g}" in words
    assert " rows" not in words  # a function has none
    scheduled = optimizer.replace(schedule=Exponential(), clip_norm=2.0).sentence()
    assert scheduled.startswith(words)
    assert "falls steadily" in scheduled
    assert "longer than 2" in scheduled
