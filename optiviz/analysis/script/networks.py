"""Networks and their losses, as lines that need numpy alone: forward pass and backpropagation."""

import numpy as np

from optiviz.analysis.script.functions import HESSIAN
from optiviz.analysis.script.pieces import NoScript, literal
from optiviz.networks.activations import Activation
from optiviz.problems.network_training import NetworkEvaluator, NetworkTraining

# What a unit says of its weighted sum z, and the slope of that; a is what it says.
_UNITS = {
    "step": ("np.where(z >= 0, 1.0, 0.0)", "0 * z"),
    "sigmoid": ("0.5 + 0.5 * np.tanh(0.5 * z)", "a * (1 - a)"),
    "tanh": ("np.tanh(z)", "1 - a * a"),
    "relu": ("np.maximum(z, 0)", "np.where(z > 0, 1.0, 0.0)"),
    "leaky_relu": ("np.maximum(z, 0.01 * z)", "np.where(z > 0, 1.0, 0.01)"),
    "elu": ("np.maximum(z, 0) + np.expm1(np.minimum(z, 0))", "np.minimum(a, 0) + 1"),
    "softplus": ("np.logaddexp(0, z)", "-np.expm1(-a)"),
    "gelu": ("z * share_below(z)", "share_below(z) + z * np.exp(-z * z / 2) / np.sqrt(2 * np.pi)"),
    "sine": ("np.sin(z)", "np.cos(z)"),
    "identity": ("z", "np.ones_like(z)"),
    "softmax": ("np.exp(z - z.max(axis=0)) / np.exp(z - z.max(axis=0)).sum(axis=0)", ""),
}
_SHARE_BELOW = '''\
def share_below(z):
    """Return the share of a standard normal distribution below z."""
    return 0.5 + 0.5 * np.vectorize(math.erf)(z / np.sqrt(2))
'''
_FORWARD = '''\
def forward(w, rows):
    """Return what goes into each layer and its weighted sums, and what comes out at the end."""
    a, layers, at = INPUTS[:, rows], [], 0
    for units, width, says in LAYERS:
        W = w[at : at + units * width].reshape(units, width)  # the last column are biases
        before = np.vstack((a, np.ones(a.shape[1])))
        z = W @ before
        a = says(z)
        layers.append((W, before, z, a))
        at += units * width
    return layers, z, a
'''
_F = '''\
def f(x, rows=slice(None)):
    """Return the mean loss over rows at a point, or over all at each row of a matrix."""
    if x.ndim == 2:
        return np.array([f(point) for point in x])
    _, z, a = forward(x, rows)
    return np.sum(losses_of(z, a, TARGETS[:, rows])) / z.shape[1]{penalty}
'''
_GRADIENT = '''\
def gradient(x, rows=slice(None)):
    """Return the slope of f by backpropagation (Rumelhart, Hinton & Williams 1986)."""
    layers, z, a = forward(x, rows)
    delta, parts = slopes_by_z(z, a, TARGETS[:, rows]) / z.shape[1], []
    for i in range(len(layers) - 1, -1, -1):
        W, before, _, _ = layers[i]
        parts.append((delta @ before.T).ravel())
        if i > 0:
            _, _, z_below, a_below = layers[i - 1]
            delta = W[:, :-1].T @ delta * SLOPES[i - 1](z_below, a_below)
    return np.concatenate(parts[::-1]){penalty}
'''
_IS_WEIGHT = '''\
def is_weight():
    """Return 1 for each weight and 0 for each bias."""
    return np.concatenate([np.tile(np.arange(n) < n - 1, units) for units, n, _ in LAYERS])
'''
_ANALYTIC = {"sigmoid", "tanh", "sine", "identity", "softmax"}  # their slopes take complex numbers
_COMPLEX_HESSIAN = '''\
def hessian(x):
    """Return the second derivatives, by complex steps of the gradient (Squire & Trapp 1998)."""
    steps = 1e-150j * np.eye(len(x))
    return np.array([gradient(x + step).imag / 1e-150 for step in steps])
'''
_CORRECTION = '''\
def correction(x, row):
    """Return (target - output) * input of a row."""
    (W, before, z, a), = forward(x, [row])[0]
    return np.outer(TARGETS[:, [row]] - a, before).ravel()
'''


def of_network(problem: NetworkTraining, evaluator: NetworkEvaluator) -> dict[str, str]:
    """Return the pieces of a network on its training rows.

    Raises
    ------
    NoScript
        If the data are too many.
    """
    X, target = evaluator.data.X_train, evaluator.target(evaluator.data.y_train)
    wanted = target.astype(np.int8) if target.dtype == bool else target
    shapes = problem.network.shapes(X.shape[1])
    names = [layer.activation for layer in problem.network.layers]
    if missing := set(names) - _UNITS.keys():
        raise NoScript(f"Units of the kind {min(missing)} can't be written as a script.")
    layers = [f"({n}, {m}, {a}_units)" for (n, m), a in zip(shapes, names, strict=True)]
    slopes = [f"{name}_slope" for name in names[:-1]]
    penalty = bool(problem.l1 or problem.l2)
    return {
        "share_below": _SHARE_BELOW,
        **{f"{name}_units": _unit(name) for name in names},
        **{f"{name}_slope": _slope(name) for name in names},
        "INPUTS": f"INPUTS = {literal(X)}.T  # features in rows, a column for each row of data\n",
        "TARGETS": f"TARGETS = {literal(wanted)}\n",
        "n_rows": f"n_rows = {len(X)}\n",
        "LAYERS": f"LAYERS = [{', '.join(layers)}]  # units, inputs + 1, what they say\n",
        "SLOPES": f"SLOPES = [{', '.join(slopes)}]\n",
        "forward": _FORWARD,
        "is_weight": _IS_WEIGHT,
        **_loss(problem, evaluator.output, len(target), target.dtype == bool),
        "f": _F.replace("{penalty}", _penalty(problem) if penalty else ""),
        "gradient": _GRADIENT.replace("{penalty}", _penalty_slope(problem) if penalty else ""),
        "hessian": _COMPLEX_HESSIAN if _is_analytic(problem) else HESSIAN,
        "correction": _CORRECTION,
        "sample": _sample(problem),
    }


def _is_analytic(problem: NetworkTraining) -> bool:
    units = {layer.activation for layer in problem.network.layers}
    return units <= _ANALYTIC and problem.objective in ("log_loss", "mean_squared_error")


def _unit(name: str) -> str:
    return f"def {name}_units(z):\n    return {_UNITS[name][0]}\n"


def _slope(name: str) -> str:
    return f"def {name}_slope(z, a):\n    return {_UNITS[name][1] or 'a * (1 - a)'}\n"


def _penalty(problem: NetworkTraining) -> str:
    size, square = f"{problem.l1!r} * np.abs(x)", f"{problem.l2 / 2!r} * x**2"
    terms = " + ".join(t for t, v in ((size, problem.l1), (square, problem.l2)) if v)
    return f" + np.sum(is_weight() * ({terms}))"


def _penalty_slope(problem: NetworkTraining) -> str:
    size, square = f"{problem.l1!r} * np.sign(x.real)", f"{problem.l2!r} * x"
    terms = " + ".join(t for t, v in ((size, problem.l1), (square, problem.l2)) if v)
    return f" + is_weight() * ({terms})"


def _loss(
    problem: NetworkTraining, output: Activation, outputs: int, classes: bool
) -> dict[str, str]:
    """Return the loss of each row, and its derivative by the outputs' weighted sums."""
    name = problem.network.layers[-1].activation
    span = output.high - output.low
    wanted = f"({output.low:g} + {span:g} * t)" if classes and (output.low, span) != (0, 1) else "t"
    through = f"by_a * {name}_slope(z, a)"
    if name == "softmax":
        through = "a * (by_a - (by_a * a).sum(axis=0))"
    by_a, by_z = "", ""
    if problem.objective == "accuracy":
        losses = f"named(z, a) != {'t' if outputs == 1 else 't.argmax(axis=0)'}"
    elif problem.objective == "mean_squared_error":
        losses, by_a = f"(a - {wanted}) ** 2", f"2 * (a - {wanted})"
    elif problem.objective == "mean_absolute_error":
        losses, by_a = f"np.abs(a - {wanted})", f"np.sign(a - {wanted})"
    elif problem.objective == "log_loss" and name == "sigmoid":
        losses, by_z = "np.logaddexp(0, z) - t * z", "a - t"
    elif problem.objective == "log_loss" and name == "softmax":
        losses = "np.logaddexp.reduce(z) - (t * z).sum(axis=0)"
        by_z = "a - t"
    elif problem.objective == "hinge" and outputs == 1:
        losses = "np.maximum(0, 1 - np.where(t > 0, z, -z))"
        by_z = "np.where(np.where(t > 0, z, -z) < 1, np.where(t > 0, -1.0, 1.0), 0.0)"
    elif problem.objective == "hinge":
        losses = "np.maximum(0, how_far_behind(z, t))"
        by_z = (
            "(how_far_behind(z, t) > 0) * "
            "((np.arange(len(z))[:, None] == np.where(t, -np.inf, z).argmax(axis=0)) - t * 1.0)"
        )
    else:
        what = f"The loss {problem.objective} of {name} units"
        raise NoScript(f"{what} can't be written as a script.")
    head = '    """Return the loss of each row from weighted sums, outputs and targets."""\n'
    found = {
        "named": _said(name, output, outputs),
        "how_far_behind": (
            "def how_far_behind(z, t):\n"
            "    return 1 + np.where(t, -np.inf, z).max(axis=0) - np.where(t, z, 0).sum(axis=0)\n"
        ),
        "losses_of": f"def losses_of(z, a, t):\n{head}    return {losses}\n",
    }
    if by_a:
        body = f"    by_a = {by_a}\n    return {through}\n"
    else:
        body = f"    return {by_z or 'None'}\n"
    found["slopes_by_z"] = f"def slopes_by_z(z, a, t):\n{head.replace('loss', 'slope', 1)}{body}"
    return found


def _said(name: str, output: Activation, outputs: int) -> str:
    """Return the class that outputs name: what `Activation.decide` and `winner` say."""
    if outputs > 1:
        said = f"{'a' if name in ('gelu', 'sine') else 'z'}.argmax(axis=0)"
    elif name == "step":
        said = "z >= 0"
    elif name == "sine":
        said = "a > 0"
    else:
        said = f"z > {literal(output.threshold)}"
    return (
        f'def named(z, a):\n    """Return the class that the network names."""\n    return {said}\n'
    )


def _sample(problem: NetworkTraining) -> str:
    how = problem.initialization
    kind = "uniform" if how in ("rand", "glorot") else "normal"
    lines = ["points = np.zeros((n, DIM))"]
    if how != "zeros":
        lines = [f"points = {kind}_rows(purpose, start, n, DIM)"]
    if how in ("glorot", "he"):
        scaled = {
            "glorot": "(2 * W - 1) * np.sqrt(6 / (width - 1 + units))",
            "he": "W * np.sqrt(2 / (width - 1))",
        }[how]
        lines += [
            "at = 0",
            "for units, width, _ in LAYERS:",
            "    W = points[:, at : at + units * width].reshape(n, units, width)",
            f"    W[:] = {scaled}",
            "    W[..., -1] = 0  # biases",
            "    at += units * width",
        ]
    body = "".join(f"    {line}\n" for line in (*lines, "return points"))
    words = "Return start weights, one vector in a row."
    return f'def sample(purpose, start, n):\n    """{words}"""\n{body}'
