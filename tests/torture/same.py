"""The same specs in many processes, each with surroundings of its own, have the same traces."""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.torture import progress

TITLE = "The same spec in 20 processes, 1, 2, 4 jobs, three locales, three time zones: one SHA-256"
USUAL = 20  # processes
PRESETS = ("classic-perceptron", "classic-mlp", "classic-descent", "classic-minibatch", "xor",
           "sine", "rosenbrock-2d")  # fmt: skip
OPTIMIZERS = ("adam", "genetic_algorithm", "particle_swarm", "cma_es", "lbfgs", "nelder_mead")
ITERATIONS = 300
JOBS = (1, 2, 4)
LOCALES = ("C", "de_DE.UTF-8", "tr_TR.UTF-8", "ar_EG.UTF-8", "C.UTF-8")
ZONES = ("UTC", "America/New_York", "Asia/Kathmandu")
PATIENCE = 300  # seconds for a process


def specs() -> dict[str, object]:
    """Return the runs that are done, by name."""
    from optiviz.engine.optimizer import Optimizer
    from optiviz.engine.spec import RunSpec

    shorter = [("stopping.max_iterations", ITERATIONS)]
    found = {name: RunSpec.load(name).with_values(shorter) for name in PRESETS}
    base = found["rosenbrock-2d"]
    for kind in OPTIMIZERS:
        found[kind] = base.replace(optimizer=Optimizer.from_dict({"kind": kind}))
    return dict(found)


def digests(seed: int) -> dict[str, str]:
    """Do each of the runs, split into blocks by chance, and return the SHA-256 of their traces."""
    from optiviz.engine.run import Run

    chance, found = random.Random(seed), {}
    for name, spec in specs().items():
        run = Run(spec)  # type: ignore[arg-type]
        while not run.stop_reason and run.failure is None:
            run.advance(iterations=chance.choice((1, 2, 7, 50, 1000)) if seed else None)
        found[name] = f"failed: {run.failure.sentence}" if run.failure else run.digest
    return found


def _tell(seed: int) -> None:
    """Be one of the processes: print what the surroundings are, and the digests."""
    import locale
    import time

    try:
        locale.setlocale(locale.LC_ALL, "")
    except locale.Error:
        took = ""
    else:
        took = locale.setlocale(locale.LC_NUMERIC)
    time.tzset()
    about = {"locale": took, "point": locale.localeconv()["decimal_point"], "zone": time.tzname[0]}
    print(json.dumps({**about, "digests": digests(seed)}))


def _made_locales(folder: Path) -> Path | None:
    """Make the locales that the system lacks in a folder of our own, where it can."""
    maker = shutil.which("localedef")
    if maker is None:
        return None
    for name in LOCALES:
        language, _, encoding = name.partition(".")
        if language != "C":
            subprocess.run(
                [maker, "-i", language, "-f", encoding, str(folder / name)],
                capture_output=True,
                check=False,
                timeout=120,
            )
    return folder if any(folder.iterdir()) else None


def _one(i: int, seed: int, locales: Path | None) -> dict[str, object]:
    surroundings = os.environ | {
        "LC_ALL": LOCALES[i % len(LOCALES)],
        "TZ": ZONES[i % len(ZONES)],
        "PYTHONHASHSEED": str(1 + i),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    if locales is not None:
        surroundings["LOCPATH"] = str(locales)
    done = subprocess.run(
        [sys.executable, "-c", f"from tests.torture.same import _tell; _tell({seed + i})"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=surroundings,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, f"process {i}: {done.stderr}"
    found: dict[str, object] = json.loads(done.stdout)
    return found


def _by_jobs(jobs: int) -> dict[str, str]:
    from optiviz.studies.execution import execute
    from optiviz.studies.plan import Configuration, Study
    from optiviz.studies.results import Results

    # All of a study have the same seeds, so each spec is a study of its own.
    found = {}
    for name, spec in specs().items():
        study = Study(
            configurations=(Configuration(name=name, spec=spec),),  # type: ignore[arg-type]
            search_seeds=(spec.seed, spec.seed + 1),  # type: ignore[attr-defined]
        )
        results = execute(Results(study), jobs=jobs)
        found[name] = results.records[study.runs[0]].digest
    return found


def run(n: int, seed: int) -> dict[str, object]:
    """Do the same in so many processes.

    Parameters
    ----------
    n : int
    seed : int
        Of how runs are split into blocks.

    Raises
    ------
    AssertionError
        If a trace has more than one SHA-256.
    """
    expected = digests(0)
    odd: list[str] = []
    locales, zones, points = set(), set(), set()
    steps = n + len(JOBS)
    with tempfile.TemporaryDirectory(prefix="optiviz-locales-") as folder:
        made = _made_locales(Path(folder))
        for i in range(n):
            told = _one(i, seed, made)
            locales.add(told["locale"] or f"{LOCALES[i % len(LOCALES)]} (not there)")
            zones.add(told["zone"])
            points.add(told["point"])
            here = told["digests"]
            assert isinstance(here, dict)
            odd += [
                f"process {i} ({told['locale']}), {k}" for k in expected if here[k] != expected[k]
            ]
            progress(i + 1, steps)
    for place, jobs in enumerate(JOBS if n >= len(JOBS) else ()):
        here = _by_jobs(jobs)
        odd += [f"{jobs} jobs, {k}" for k in expected if here[k] != expected[k]]
        progress(n + place + 1, steps)
    failed = [f"{name}: {digest}" for name, digest in expected.items() if len(digest) != 64]
    assert not failed, f"runs that fail: {failed}"
    assert not odd, f"other SHA-256: {odd}"
    return {
        "processes": n,
        "specs": len(expected),
        "jobs": ", ".join(map(str, JOBS)) if n >= len(JOBS) else "none",
        "locales": ", ".join(sorted(map(str, locales))),
        "decimal_points": " ".join(sorted(map(str, points))),
        "time_zones": ", ".join(sorted(map(str, zones))),
        "sha256_a_spec": 1,
    }
