"""A study's runs are the same wherever they are done, and nothing that is done is lost."""

from __future__ import annotations

import importlib
import os
import pickle
import signal
import subprocess
import sys
import threading
import time

import joblib
import psutil
import pytest

from optiviz import datasets, presets
from optiviz.engine import registry
from optiviz.studies.execution import ExecutionError, execute
from optiviz.studies.execution.pools import Processes, chosen_jobs
from optiviz.studies.plan import Configuration, Planned, Study
from optiviz.studies.records import Loaded, recorded
from optiviz.studies.results import Results

CLASSIC = presets.load("classic-mlp").spec
BATCHES = presets.load("classic-minibatch").spec
FUNCTION = presets.load("rastrigin-10d").spec


def short(spec, iterations=60):
    return spec.replace(stopping=spec.stopping.replace(max_iterations=iterations))


def study(*specs, seeds=(1, 2, 3), **values):
    configurations = tuple(
        Configuration(name=f"{i} {spec.optimizer.kind}", spec=spec) for i, spec in enumerate(specs)
    )
    values = {"measure": "test_accuracy", **values}
    return Study(configurations=configurations, search_seeds=seeds, **values)


def digests(results):
    return {planned: record.digest for planned, record in results.records.items()}


def test_processes_and_this_process_come_to_the_same_bits():
    plan = study(short(CLASSIC), short(BATCHES), split_seeds=(1, 2))
    alone, told = execute(Results(plan), 1), []
    shared = Results(plan)
    together = execute(shared, 2, progress=lambda *news: told.append(news))
    assert together is shared
    assert together.complete
    assert digests(together) == digests(alone)
    assert digests(alone) == {p: recorded(plan.spec_of(p)).digest for p in plan.runs}
    assert {planned for _, planned, _ in told} == set(plan.runs)
    assert all(done is shared and record is done.records[p] for done, p, record in told)


def test_what_is_done_is_kept_when_it_is_cancelled_and_not_done_again():
    plan = study(short(CLASSIC), short(BATCHES))
    results = Results(plan)
    execute(results, 1, cancelled=lambda: len(results.records) >= 2)
    assert list(results.records) == list(plan.runs[:2])
    before, told = dict(results.records), []
    execute(results, 1, progress=lambda _, planned, __: told.append(planned))
    assert told == list(plan.runs[2:])
    assert all(results.records[planned] is record for planned, record in before.items())


def test_processes_are_sent_what_is_loaded_here_and_come_to_the_same_bits():
    """Each would need most of a second, and 80 MB, for what makes the data."""
    one = short(CLASSIC)
    here, data = recorded(one), one.problem.dataset.load()
    pool = Processes(1, (), polite=False)
    try:
        (there,) = pool.submit([one.to_dict()]).result()
        loads = pool._executor.submit(eval, "'sklearn' in __import__('sys').modules").result()
    finally:
        pool.end()
    assert there.digest == here.digest
    assert not loads
    datasets.remember([(one.problem.dataset, pickle.loads(pickle.dumps(data)))])
    again = one.problem.dataset.load()
    assert again is not data
    assert not again.X_train.flags.writeable


@pytest.mark.parametrize("jobs", [0])
def test_a_number_of_jobs_that_is_none(jobs):
    with pytest.raises(ExecutionError, match="jobs must be at least 1"):
        execute(Results(study(CLASSIC)), jobs)


@pytest.mark.parametrize("spec", [CLASSIC, BATCHES, FUNCTION])
def test_loaded_data_change_no_bit(spec):
    loaded = Loaded()
    for seed in (1, 2, 1):
        one = short(spec, 300).replace(seed=seed)
        assert recorded(one, loaded).digest == recorded(one).digest


TROUBLED = """
import os
from optiviz.optimizers.hill_climbing import HillClimbing


class Troubled(HillClimbing):
    kind = "troubled"

    def steps(self, problem, state, draws, n):
        if draws.seed == 2:
            raise ValueError("no luck\\nwith 2")
        if draws.seed == 3:
            os.kill(os.getpid(), 9)
        while draws.seed == 4:
            pass
        return super().steps(problem, state, draws, n)
"""


@pytest.fixture
def troubled(tmp_path, monkeypatch):
    """A climb of an imported file that fails with seed 2, dies with 3 and hangs with 4."""
    (tmp_path / "troubled_climb.py").write_text(TROUBLED)
    monkeypatch.setitem(registry._known, "optimizers", dict(registry.kinds("optimizers")))
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.import_module("troubled_climb")
    yield CLASSIC.with_value("optimizer.kind", "troubled")
    del sys.modules["troubled_climb"]


def processes():
    """The interpreters that this one has started, but those that only watch over shared memory."""
    children = psutil.Process().children(recursive=True)
    ours = [child for child in children if child.name().startswith("python")]  # no test's browser
    return [child for child in ours if "resource_tracker" not in " ".join(child.cmdline())]


def test_a_run_that_fails_and_one_that_dies_spoil_no_other(troubled):
    plan = study(short(CLASSIC), short(troubled), seeds=(1, 2, 3, 5, 6))
    results = execute(Results(plan), 2)
    assert results.complete
    bad = {p.search_seed: r.failure for p, r in results.records.items() if r.failed}
    assert set(bad) == {2, 3}
    assert bad[2].startswith("ValueError: no luck")
    assert "ended from outside, twice" in bad[3]
    good = {p: r.digest for p, r in results.records.items() if p.configuration == 0}
    assert good == {p: recorded(plan.spec_of(p)).digest for p in good}
    assert not processes()


def test_a_run_that_hangs_is_cancelled_and_the_others_are_kept(troubled):
    plan = study(troubled, short(CLASSIC), seeds=(4, 5, 6, 7))
    results = Results(plan)
    execute(results, 2, cancelled=lambda: len(results.records) >= 6)
    assert len(results.records) >= 6
    assert Planned(0, 4, None) in results.missing
    assert not processes()


def test_when_no_process_gets_anywhere_a_sentence_says_so(troubled):
    plan = study(troubled.replace(seed=3), seeds=(3,))
    more = tuple(
        Configuration(name=str(i), spec=troubled.with_value("optimizer.step_size", 0.1 * i))
        for i in (1, 2, 3)
    )
    results = Results(plan.replace(configurations=more))
    with pytest.raises(ExecutionError, match="no process got through a run"):
        execute(results, 1, polite=True)
    assert not processes()


ENDLESS = """
import psutil
from optiviz.engine.spec import RunSpec
from optiviz.studies.execution import execute
from optiviz.studies.plan import Configuration, Study
from optiviz.studies.results import Results

if __name__ == "__main__":
    spec = RunSpec.load("classic-mlp").with_value("stopping.max_iterations", 300)
    configuration = Configuration(name="a", spec=spec)
    study = Study(configurations=(configuration,), search_seeds=tuple(range(5000)))

    def told(*_):
        if not said:
            said.extend(str(child.pid) for child in psutil.Process().children())
            print(*said, flush=True)

    said = []
    try:
        execute(Results(study), 2, progress=told)
    except KeyboardInterrupt:
        print("interrupted")
"""

SCRIPT = """
import os, signal, sys, threading, time
import psutil
from optiviz import datasets, presets
from optiviz.optimizers.hill_climbing import HillClimbing
from optiviz.studies.execution import ExecutionError, execute
from optiviz.studies.plan import Configuration, Study
from optiviz.studies.results import Results


class Mine(HillClimbing):
    kind = "mine"


def results_of(spec):
    spec = spec.replace(stopping=spec.stopping.replace(max_iterations=1000))
    one = Configuration(name="one", spec=spec)
    return Results(Study(configurations=(one,), search_seeds=tuple(range(3000))))


if __name__ == "__main__":
    spec = presets.load("classic-mlp").spec
    try:
        execute(results_of(spec.with_value("optimizer.kind", "mine")), 2)
    except ExecutionError as error:
        print(error)
    results = results_of(spec)
    nice = []

    def told(*_):
        if not nice:
            nice.extend(child.nice() for child in psutil.Process().children())
            os.kill(os.getpid(), signal.SIGINT)

    try:
        execute(results, 2, progress=told, polite=True)
    except KeyboardInterrupt:
        print("interrupted", len(results.records) > 0, 10 in nice)
    left = [c.cmdline() for c in psutil.Process().children()]
    print("left", sum("resource_tracker" not in " ".join(line) for line in left))
"""


def test_ctrl_c_keeps_what_is_done_and_an_algorithm_of_the_script_is_refused(tmp_path):
    path = tmp_path / "script.py"
    path.write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, path], capture_output=True, text=True, timeout=100, check=False
    )
    refusal, interrupted, left = done.stdout.splitlines()
    assert refusal.startswith("Mine is defined in the program itself")
    assert refusal.endswith("or use jobs=1")
    assert interrupted == "interrupted True True"
    assert left == "left 0"
    assert done.stderr == ""


def test_a_dask_cluster_comes_to_the_same_bits():
    distributed = pytest.importorskip("distributed")
    plan = study(short(CLASSIC), short(BATCHES), seeds=(1, 2, 3, 4))
    setting = {"n_workers": 1, "threads_per_worker": 2, "processes": False}
    with (
        distributed.LocalCluster(**setting, dashboard_address=None) as cluster,
        distributed.Client(cluster),
        joblib.parallel_config(backend="dask"),
    ):
        results = execute(Results(plan))
    assert results.complete
    assert digests(results) == digests(execute(Results(plan), 1))


def test_other_backends_are_refused_and_the_number_of_jobs_is_taken_over():
    with (
        joblib.parallel_config(backend="threading"),
        pytest.raises(ExecutionError, match="loky and dask, not by ThreadingBackend"),
    ):
        execute(Results(study(CLASSIC)))
    with joblib.parallel_config(backend="loky", n_jobs=1):
        assert chosen_jobs(None) == 1
        assert chosen_jobs(3) == 3
    assert chosen_jobs(-1) == chosen_jobs(None) == joblib.cpu_count()


def test_it_may_be_called_from_another_thread():
    results, before = Results(study(short(CLASSIC))), os.getpriority(os.PRIO_PROCESS, 0)
    thread = threading.Thread(target=execute, args=(results, 1), kwargs={"polite": True})
    thread.start()
    thread.join()
    assert results.complete
    assert os.getpriority(os.PRIO_PROCESS, 0) == before
    assert not processes()


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_no_process_stays_when_the_program_is_killed(tmp_path):
    """Else each crash left idle processes behind until the machine was started again."""
    path = tmp_path / "script.py"
    path.write_text(ENDLESS)
    with subprocess.Popen([sys.executable, path], stdout=subprocess.PIPE, text=True) as program:
        children = [psutil.Process(int(pid)) for pid in program.stdout.readline().split()]
        assert len(children) >= 2
        program.kill()
    _, alive = psutil.wait_procs(children, timeout=100)
    for child in alive:
        child.kill()
    assert not alive


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_ctrl_c_while_processes_start_is_no_traceback_of_theirs(tmp_path):
    """A terminal sends it to all of them."""
    path = tmp_path / "script.py"
    path.write_text(ENDLESS)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, path], start_new_session=True, **pipes) as program:
        started = psutil.Process(program.pid)
        while sum("popen_loky" in " ".join(c.cmdline()) for c in started.children()) < 2:
            assert program.poll() is None
            time.sleep(0.01)
        time.sleep(0.2)
        os.killpg(program.pid, signal.SIGINT)
        out, err = program.communicate(timeout=100)
    assert out.splitlines()[-1] == "interrupted"
    assert err == ""
