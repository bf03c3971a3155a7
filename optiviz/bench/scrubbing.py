"""Random iterations of a long run that is done: how long each view needs for its figure."""

import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from optiviz.bench import Figures
from optiviz.engine import registry
from optiviz.engine.run import Reader, Run
from optiviz.engine.spec import RunSpec
from optiviz.views import Shown, View

_LONG = 100_000
_JUMPS = 100
_FIRST = 5  # figures that are not counted: what is kept along a run is made with the first ones
_CASES = (("classic MLP", "classic-mlp"), ("function of one number", "classic-descent"))


def measure() -> Iterator[Figures]:
    """Yield each view's times, and those of all of them one after the other.

    Metrics were measured along the run before, as the window does when a run is done.
    """
    for what, preset in _CASES:
        spec = RunSpec.load(preset).with_values([("stopping.max_iterations", _LONG)])
        run = Run(spec).finish()
        reader, draws = Reader(run), np.random.default_rng(1)
        run.history.extend(reader)
        kinds = registry.kinds("views").values()
        views = sorted((cls() for cls in kinds), key=lambda view: view.place)
        views = [view for view in views if view.suits(spec.problem)]
        for view in views:
            yield _of(Shown(run, run.trace.last_k, reader), draws, what, view.kind, [view])
        name = f"all {len(views)} views"
        yield _of(Shown(run, run.trace.last_k, reader), draws, what, name, views)


def _of(
    shown: Shown, draws: np.random.Generator, what: str, name: str, views: list[View]
) -> Figures:
    last, times = shown.k, []
    for k in draws.integers(0, last + 1, _JUMPS + _FIRST).tolist():
        began = time.perf_counter()
        for view in views:
            view.figure([replace(shown, k=k)])
        times.append(1e3 * (time.perf_counter() - began))
    times = times[_FIRST:]
    what = f"{what}, {last:,} iterations: {name}"
    return Figures(
        what,
        {"median": float(np.median(times)), "p99": float(np.percentile(times, 99))},
        f"scrubbing to random iterations, {what.replace(': ', ', ')}: figure in {{median:.1f}} ms, "
        "p99 {p99:.1f} ms",
    )
