"""A landscape of the classic MLP: how long until something is seen, until all is, and to scrub."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from statistics import median

from optiviz.bench import Figures
from optiviz.engine.run import Reader, Run
from optiviz.engine.spec import RunSpec
from optiviz.views import Shown
from optiviz.views.landscape import Landscape

_SEEDS = range(1, 6)
_SCRUBS = 40
_LONG = 100_000


def measure() -> Iterator[Figures]:
    """Yield the median times of pictures of runs that were not looked at before."""
    spec = RunSpec.load("classic-mlp")
    climbs = [spec.replace(seed=seed) for seed in _SEEDS]
    log_loss = [each.replace(problem=each.problem.replace(objective="log_loss")) for each in climbs]
    long = spec.replace(stopping=spec.stopping.replace(max_iterations=_LONG))
    along, random = Landscape(), Landscape(plane="random")
    yield _of("classic MLP, plane along its path", along, climbs)
    yield _of("classic MLP, random directions", random, climbs)
    yield _of("classic MLP on log loss, plane along its path", along, log_loss)
    yield _of(f"classic MLP, {_LONG:,} iterations, plane along its path", along, [long])


def _of(what: str, view: Landscape, specs: list[RunSpec]) -> Figures:
    first, whole, scrubs = [], [], []
    for spec in specs:
        run = Run(spec).finish()
        reader = Reader(run)
        shown = Shown(run, run.trace.last_k, reader)
        _ = reader.stepper  # its data are loaded once, by whichever view is first
        first.append(_seconds(view.figure, [shown]))
        whole.append(first[-1] + _seconds(list, view.refined([shown])))
        for i in range(_SCRUBS):
            there = replace(shown, k=i * 7919 % shown.k)
            scrubs.append(_seconds(view.figure, [there]))
    times = {"first": first, "whole": whole, "scrub": scrubs}
    return Figures(
        what,
        {name: 1e3 * median(found) for name, found in times.items()},
        f"landscape, 100 by 100, {what}: first picture {{first:.0f}} ms, all of it "
        "{whole:.0f} ms, any other iteration {scrub:.1f} ms",
    )


def _seconds(work: Callable[..., object], *arguments: object) -> float:
    began = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - began
