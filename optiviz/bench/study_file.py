"""A study of two thousand runs: how long it takes to open, and what it holds in memory."""

import gc
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

from optiviz.bench import Figures
from optiviz.bench.study import eight_algorithms
from optiviz.bench.timing import least
from optiviz.engine.spec import RunSpec
from optiviz.store.study_file import load, save
from optiviz.studies.plan import Configuration, Study
from optiviz.studies.records import Record, recorded
from optiviz.studies.results import Results

_SEEDS = 250
_DONE = 3  # seeds that are really run; the rest have the same records
_CELLS = 2000


def measure() -> Iterator[Figures]:
    """Yield figures of few algorithms with many seeds, and of a sweep with as many settings."""
    study = eight_algorithms(_SEEDS)
    some = [study.replace(search_seeds=(seed,)) for seed in range(1, _DONE + 1)]
    records = [[recorded(plan.spec_of(planned)) for planned in plan.runs] for plan in some]
    results = Results(study)
    for planned in study.runs:
        results.records[planned] = records[planned.search_seed % _DONE][planned.configuration]
    yield _figures("study_file", "a study of 8 algorithms x 250 seeds", results)
    yield _figures("sweep_file", "a sweep over 2,000 settings", _sweep(records[0][0]))


def _sweep(record: Record) -> Results:
    base = RunSpec.load("classic-mlp")
    settings = [0.001 * (i + 1) for i in range(_CELLS)]
    configurations = tuple(
        Configuration(name=f"{size:g}", spec=base.with_value("optimizer.step_size", size))
        for size in settings
    )
    over = ("optimizer.step_size",)
    study = Study(configurations=configurations, search_seeds=(1,), over=over)
    return Results(study, dict(zip(study.runs, cycle([record]), strict=False)))


def _figures(name: str, what: str, results: Results) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "study.optiviz"
        began = time.perf_counter()
        save(path, results)
        saving = time.perf_counter() - began
        size = path.stat().st_size / 1e6
        seconds = least(lambda: load(path), spend=2.0)
        gc.collect()
        tracemalloc.start()
        try:
            opened = load(path)
            gc.collect()
            held, peak = (n / 1e6 for n in tracemalloc.get_traced_memory())
        finally:
            tracemalloc.stop()
    return Figures(
        name,
        {"ms": 1e3 * seconds, "held": held, "peak": peak, "size": size, "saving": 1e3 * saving,
         "runs": len(opened.records)},
        what + ": {runs:,} runs open in {ms:.0f} ms and hold {held:.0f} MB ({peak:.0f} MB on the "
        "way); {size:.1f} MB, written in {saving:.0f} ms",
    )  # fmt: skip
