"""The cells of a notebook that does runs again with optiviz."""

from collections.abc import Mapping
from typing import Any

import optiviz
from optiviz.engine.run import Run
from optiviz.problems.network_training import NetworkTraining
from optiviz.reports import programs
from optiviz.reports.programs.notebook import Cell, plain, words

_RUN = """
runs = {}
for name, spec in SPECS.items():
    runs[name] = run = optiviz.run(optiviz.RunSpec.from_dict(spec))
    end = run.failure.sentence if run.failure else run.stop_reason.value
    print(f"{name}: best f {run.best_f:.6g} after {run.k:,} iterations. {end}")
"""
_CURVES = """
def draw(runs):
    \"\"\"Draw the courses of runs.\"\"\"
    plt.figure(figsize=(7, 3.6))
    for name, run in runs.items():
        reading, curve = run.spec.problem.reading, run.trace.curve("best_f")
        plt.plot(curve.k, reading.value(curve.last), drawstyle="steps-post", label=name)
        plt.ylabel(f"best {reading.name}")
    plt.xlabel("iteration")
    plt.legend()
    plt.show()


draw(runs)
"""
_METRICS = """
for name, run in runs.items():
    for measure, value in run.evaluator.metrics(run.best_x).items():
        print(f"{name}: {measure.replace('_', ' ')} {value:.4g}")
"""
_VIEWS = """
import io

from IPython.display import Image, display

from optiviz.reports.drawing import render
from optiviz.views import Shown, View


def show(kind, k=None):
    \"\"\"Draw a view of all runs, as it is at an iteration or at the end.\"\"\"
    shown = [
        Shown(run, run.k if k is None else min(k, run.k), Reader(run), name, number)
        for number, (name, run) in enumerate(runs.items())
    ]
    picture = io.BytesIO()
    render(View.from_dict({"kind": kind}).figure(shown), picture)
    display(Image(picture.getvalue(), width=640))


show("fitness")
"""
_MORE = """
seeds = {"seed SEED": runs[FIRST]}
for seed in (SEED + 1, SEED + 2):
    spec = optiviz.RunSpec.from_dict(SPECS[FIRST]).with_value("seed", seed)
    seeds[f"seed {seed}"] = optiviz.run(spec)
draw(seeds)
"""
_CHECK = """
for name, trace in TRACES.items():
    same = runs[name].digest == trace
    print(f"{name}: {'the same run, to the last bit' if same else 'another run now'}")
"""


def cells(
    runs: Mapping[str, Run], specs: Mapping[str, Any], lasts: Mapping[str, int]
) -> list[Cell]:
    """Return the cells.

    Parameters
    ----------
    runs, specs, lasts : mapping of str
        For each run's name the run, its spec as plain data, and its last iteration.

    Raises
    ------
    StoreError
        If a table of the user's own isn't known any more.
    """
    tables = programs.tables_in(specs.values())
    imports = [
        *(programs.TABLE_IMPORTS[:2] if tables else ()),
        "",
        "import matplotlib.pyplot as plt",
    ]
    imports += ["", "import optiviz", "from optiviz.engine.run import Reader"]
    imports += programs.TABLE_IMPORTS[2:] if tables else ()
    first, made = next(iter(runs.items()))
    sentences = [run.spec.problem.sentence() for run in runs.values()]
    sentences += [run.spec.optimizer.sentence() for run in runs.values()]
    title = first if len(runs) == 1 else f"{len(runs)} runs"
    found = [
        words(
            f"# {plain(title)}",
            *(plain(sentence) for sentence in dict.fromkeys(sentences)),
            f"This notebook does {'it' if len(runs) == 1 else 'them'} again, with optiviz "
            f"{optiviz.__version__}. Change what you like, and run all of it from the top.",
        ),
        Cell("\n".join(imports)),
    ]
    if tables:
        found += [words("## Data", "Your table, packed into text."), Cell(tables, folded=True)]
    found += [words("## Settings"), Cell(f"SPECS = {programs.as_python(dict(specs))}")]
    found += [words("## The runs"), Cell(_RUN), Cell(_CURVES)]
    if all(isinstance(run.spec.problem, NetworkTraining) for run in runs.values()):
        found.append(Cell(_METRICS))
    found += [
        words("## Views", "Any of `optiviz list views` that suits, at any iteration."),
        Cell(_VIEWS),
    ]
    if made.spec.start is None:  # else many algorithms have no use for a seed
        more = _MORE.replace("FIRST", programs.as_python(first))
        found += [words("## Other seeds"), Cell(more.replace("SEED", str(made.spec.seed)))]
    traces = {name: run.digest for name, run in runs.items() if programs.is_whole(run, lasts[name])}
    if traces:
        said = "SHA-256 of the traces that came out when the notebook was written."
        found.append(words("## Are they the same runs?", said))
        found.append(Cell(f"TRACES = {programs.as_python(traces)}\n{_CHECK}"))
    return found
