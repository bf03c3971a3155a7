"""Eight algorithms and thirty seeds of the classic MLP: a study beside a bare pool of processes."""

import multiprocessing
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import joblib

from optiviz.bench import Figures
from optiviz.engine.spec import RunSpec
from optiviz.studies.execution import execute
from optiviz.studies.plan import Configuration, Study
from optiviz.studies.records import Record, recorded
from optiviz.studies.results import Results

_SEEDS = 30
_ITERATIONS = 1000
_ALGORITHMS: dict[str, dict[str, Any]] = {
    "accuracy": {
        "hill_climbing": {},
        "simulated_annealing": {},
        "genetic_algorithm": {"population_size": 20},  # about as many as CMA-ES has
        "cma_es": {},
    },
    "log_loss": {
        "gradient_descent": {},
        "mini_batch_gradient_descent": {},
        "adam": {},
        "lbfgs": {},
    },
}


def eight_algorithms(seeds: int = _SEEDS) -> Study:
    """Return the study: each algorithm on what it can optimise."""
    base = RunSpec.load("classic-mlp").to_dict()
    configurations = []
    for objective, algorithms in _ALGORITHMS.items():
        for kind, settings in algorithms.items():
            data = base | {
                "problem": base["problem"] | {"objective": objective},
                "optimizer": {"kind": kind, **settings},
                "stopping": {"max_iterations": _ITERATIONS},
            }
            spec = RunSpec.from_dict(data)
            configurations.append(Configuration(name=spec.optimizer.label, spec=spec))
    return Study(
        configurations=tuple(configurations),
        search_seeds=tuple(range(1, seeds + 1)),
        measure="test_accuracy",
    )


def measure() -> Iterator[Figures]:
    """Yield the time of the study, and how it stands to a bare pool with the same work.

    The pool's processes are started anew too, and it is given the specs themselves, one by one.
    """
    study, jobs = eight_algorithms(), int(joblib.cpu_count())
    began = time.perf_counter()
    results = execute(Results(study), jobs)
    ours = time.perf_counter() - began
    computing = sum(record.seconds for record in results.records.values())
    yield Figures(
        "study",
        {"runs": study.size, "seconds": ours, "jobs": jobs, "computing": computing},
        f"{len(study.configurations)} algorithms x {_SEEDS} seeds of the classic MLP, "
        f"{_ITERATIONS:,} iterations: "
        "{seconds:.1f} s in {jobs} processes, of {computing:.1f} s of computing",
    )
    for method in ("spawn", *({"fork"} & {*multiprocessing.get_all_start_methods()})):
        began = time.perf_counter()
        _bare(study, jobs, method)
        bare = time.perf_counter() - began
        yield Figures(
            method,
            {"ratio": ours / bare, "seconds": bare},
            f"the same study beside a bare pool ({method}) of processes: {{ratio:.2f}} times its "
            "time, start-up, records and all",
        )


def _bare(study: Study, jobs: int, method: str) -> list[Record]:
    context = multiprocessing.get_context(method)
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        return list(pool.map(recorded, [study.spec_of(planned) for planned in study.runs]))
