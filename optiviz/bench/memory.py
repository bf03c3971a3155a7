"""What a long run holds, and what looking all along it with every view adds to that."""

import gc
import tracemalloc
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
_PRESETS = {"classic MLP": "classic-mlp", "function of one number": "classic-descent"}


def measure() -> Iterator[Figures]:
    """Yield what is allocated once a run is done, once metrics are measured, and at the end."""
    for what, preset in _PRESETS.items():
        spec = RunSpec.load(preset).with_value("stopping.max_iterations", _LONG)
        short = Run(spec.with_value("stopping.max_iterations", 10)).finish()
        _look(Shown(short, 10, Reader(short)), 3)  # what is imported and loaded once isn't a run's
        tracemalloc.start()
        try:
            before = _held()
            run = Run(spec).finish()
            done = _held() - before
            reader = Reader(run)
            run.history.extend(reader)
            measured = _held() - before
            _look(Shown(run, run.trace.last_k, reader), _JUMPS)
            looked_at = _held() - before
        finally:
            tracemalloc.stop()
        yield Figures(
            what,
            {
                "done": done,
                "measured": measured,
                "looked_at": looked_at,
                "iterations": run.k,
                "views": len(_views(run)),
                "jumps": _JUMPS,
            },
            f"memory of a run, {what}, {{iterations:,}} iterations: {{done:.1f}} MB when it is "
            "done, {measured:.1f} MB with metrics along it, {looked_at:.1f} MB after {jumps} jumps "
            "in {views} views",
        )


def _look(shown: Shown, jumps: int) -> None:
    """Make every view's figure, and its finer ones, at random iterations."""
    views = _views(shown.run)
    for i, k in enumerate(np.random.default_rng(1).integers(0, shown.k + 1, jumps).tolist()):
        for view in views:
            there = [replace(shown, k=k)]
            view.figure(there)
            if i == 0:
                for _ in view.refined(there):
                    pass


def _views(run: Run) -> list[View]:
    views = [cls() for cls in registry.kinds("views").values()]
    return [view for view in views if view.suits(run.spec.problem)]


def _held() -> float:
    gc.collect()
    return tracemalloc.get_traced_memory()[0] / 1e6
