"""The cells of a notebook that does a run again with NumPy and matplotlib alone."""

from collections.abc import Iterator

from optiviz.analysis.script import Program, program
from optiviz.analysis.script.chance import CHANCE
from optiviz.analysis.script.pieces import joined, literal
from optiviz.engine.problem import Problem
from optiviz.engine.run import Reader, Run
from optiviz.engine.spec import RunSpec
from optiviz.problems import FunctionProblem
from optiviz.problems.function_1d import Function1D
from optiviz.problems.network_training import NetworkTraining
from optiviz.reports.programs import as_python
from optiviz.reports.programs.notebook import Cell, plain, words

_DATA = ("INPUTS =", "TARGETS =")
_SINGLE = 2000  # weights: on batches the run computed in single precision
_CURVE = """
plt.figure(figsize=(7, 3.2))
{lines}
plt.xlabel("iteration")
plt.ylabel({name})
plt.legend()
plt.show()
"""
_BEST = (
    'plt.plot({before}np.fmin.accumulate(history), linewidth=2.5, color="C1", label="best so far")'
)
_NOW = 'plt.plot({before}np.array(history), lw=1, color="C0", label="{label}")'
_LINE = """
xs = np.linspace({low!r}, {high!r}, 400)
plt.figure(figsize=(5, 3.2))
plt.plot(xs, f(xs[:, None]))
plt.plot(best_x, [best_f], "o", color="tab:red", label="best")
plt.xlabel("x")
plt.ylabel("f")
plt.legend()
plt.show()
"""
_PLANE = """
xs = ys = np.linspace({low!r}, {high!r}, 200)
ground = f(np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)).reshape(200, 200)
plt.figure(figsize=(5, 4.2))
plt.contourf(xs, ys, ground, 30, cmap="viridis")
plt.colorbar(label="f")
plt.plot(*best_x, "o", color="white", markeredgecolor="black", label="best")
plt.xlabel("x1")
plt.ylabel("x2")
plt.legend()
plt.show()
"""
_BOUNDARY = """
low, high = INPUTS.min(axis=1), INPUTS.max(axis=1)
xs, ys = np.linspace(low - 0.1 * (high - low), high + 0.1 * (high - low), 200).T
rows, INPUTS = INPUTS, np.stack(np.meshgrid(xs, ys)).reshape(2, -1)
_, _, said = forward(best_x, slice(None))
INPUTS = rows
said = said[0] if len(said) == 1 else said.argmax(axis=0)
classes = TARGETS[0] if len(TARGETS) == 1 else TARGETS.argmax(axis=0)
plt.figure(figsize=(5, 4.2))
plt.contourf(xs, ys, said.reshape(200, 200), 30, cmap="coolwarm")
plt.colorbar(label="what the network says")
plt.scatter(*INPUTS, c=classes, cmap="coolwarm", edgecolors="black", linewidths=0.6)
plt.xlabel("x1")
plt.ylabel("x2")
plt.show()
"""
_WEIGHTS = """
at, figure = 0, plt.figure(figsize=(7, 2.6))
for i, (units, width, _) in enumerate(LAYERS):
    W = best_x[at : at + units * width].reshape(units, width)
    at += units * width
    axes = figure.add_subplot(1, len(LAYERS), i + 1)
    most = np.abs(W).max() or 1.0
    picture = axes.imshow(W, cmap="RdBu", vmin=-most, vmax=most, aspect="auto")
    axes.set(title=f"layer {i + 1}", xlabel="input, bias last", ylabel="unit")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.yaxis.get_major_locator().set_params(integer=True)
    figure.colorbar(picture)
figure.tight_layout()
plt.show()
"""
_CHECK = """
SEEN_LAST, SEEN_BEST = {last}, {best}
same = np.isclose(history[-1], SEEN_LAST, rtol={tolerance}, equal_nan=True)
same = same and np.isclose(best_f, SEEN_BEST, rtol={tolerance}, equal_nan=True)
print("It is the same run." if same else "It is another run: something was changed.")
"""


def cells(run: Run, last: int) -> list[Cell]:
    """Return the cells.

    Raises
    ------
    NoScript
        If the run can't be written without optiviz.
    """
    reader = Reader(run)
    made, problem = program(run, reader, last), run.spec.problem
    title = run.name or run.spec.optimizer.label
    found = [
        words(
            f"# {plain(title)}",
            "This notebook does a run of optiviz again. It needs NumPy, and matplotlib for "
            "pictures. Change what you like, and run all of it from the top.",
            *map(plain, made.words[3:]),
        ),
        Cell(f"{made.imports}import matplotlib.pyplot as plt"),
        *_defined(made, problem),
        words("## The algorithm", plain(run.spec.optimizer.sentence())),
        *map(Cell, made.main),
        words("## What came of it"),
        *map(Cell, _pictures(run.spec)),
        words("## Is it the same run?", "These values came out when the notebook was written."),
    ]
    state = reader.state(last)
    values = {"last": literal(float(state.f)), "best": literal(float(state.best_f))}
    tolerance = "1e-4" if problem.dim >= _SINGLE else "1e-6"
    return [*found, Cell(_CHECK.format(**values, tolerance=tolerance))]


def _defined(made: Program, problem: Problem) -> Iterator[Cell]:
    """Yield all that comes before the algorithm."""
    chance = [piece for piece in made.functions if piece in CHANCE.values()]
    data = [piece for piece in made.functions if piece.startswith(_DATA)]
    others = [piece for piece in made.functions if piece not in (*chance, *data)]
    if made.settings:
        yield words("## Settings")
        yield Cell(made.settings)
    if chance:
        yield words(
            "## Chance",
            "Random numbers belong to the seed and to what they are for, so that the same ones "
            "come again.",
        )
        yield Cell(joined(chance), folded=True)
    if data or made.data:
        yield words("## Data", "The rows, packed into text.")
        yield Cell(joined([*made.data, *data]), folded=True)
    yield words("## What is optimised", plain(problem.sentence()))
    yield Cell(joined(others))


def _pictures(spec: RunSpec) -> Iterator[str]:
    problem, reading = spec.problem, spec.problem.reading
    before = f"{reading.offset:g} - " if reading.sign < 0 else ""
    if reading.sign > 0 and reading.offset:
        before = f"{reading.offset:g} + "
    # The lowest loss of a batch is a lucky one: it says nothing of what was found.
    lines = [] if spec.optimizer.is_noisy else [_BEST.format(before=before)]
    label = "each batch" if spec.optimizer.is_noisy else "now"
    lines.append(_NOW.format(before=before, label=label))
    yield _CURVE.format(lines="\n".join(lines), name=as_python(reading.name))
    if isinstance(problem, Function1D):
        yield _LINE.format(low=problem.low, high=problem.high)
    elif isinstance(problem, FunctionProblem) and problem.dim == 2:
        low, high = problem.domain
        yield _PLANE.format(low=low, high=high)
    elif isinstance(problem, NetworkTraining):
        yield _WEIGHTS
        if problem.dataset.sizes().n_features == 2 and not problem.is_regression:
            yield _BOUNDARY
