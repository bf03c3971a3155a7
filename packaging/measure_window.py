"""Measure the real window while a run computes as fast as it can.

Prints a JSON object with the usual views open, and one with as many as there is room for: how long
the window's thread was kept from answering (a heartbeat's gaps), how long Stop took, how long
closing took in the middle of a run, and the run's speed as a share of its speed without a window,
measured just before and just after in the same process.

    .venv/bin/python packaging/measure_window.py --seconds 60

With --scrub N: how long it takes, after a jump to a random iteration of a long run, until every
picture is the one of that iteration; with the usual views open, and with as many as there is room
for.

With --race: the gaps while eight algorithms race, with four views open that draw thirty times a
second. With --study: the gaps while the Compare workspace does a study on all cores, and what
opening one of 2,000 runs takes until the last picture is there.

With --table: the gaps while tables of a million rows, and of a thousand columns, are read, and
while a network learns from them afterwards.
"""

import argparse
import gc
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from optiviz.engine import registry
from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.studies.plan import Study
from optiviz.studies.race import Budget, race_of
from optiviz.studies.results import Results
from optiviz.ui import app as window_app
from optiviz.ui.card_grid import MOST
from optiviz.ui.main_window import MainWindow
from optiviz.ui.theme import current_theme
from optiviz.ui.view_grid import ViewGrid

BEAT = 10  # milliseconds between heartbeats
RACERS = (
    "hill_climbing", "simulated_annealing", "genetic_algorithm", "particle_swarm",
    "momentum", "adam", "rmsprop", "lbfgs",
)  # fmt: skip
RACE_VIEWS = ("fitness", "boundaries", "network", "tried_steps")


class Heartbeat:
    """Notes how late each beat of a timer in the window's thread is."""

    def __init__(self) -> None:
        self.gaps: list[float] = []
        self._then = time.perf_counter()
        self._timer = QTimer()
        self._timer.setInterval(BEAT)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """Begin to note gaps."""
        self.gaps.clear()
        self._then = time.perf_counter()
        self._timer.start()

    def stop(self) -> None:
        """End it."""
        self._timer.stop()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.gaps.append(now - self._then)
        self._then = now


def headless_speed(spec: RunSpec, seconds: float) -> float:
    """Return iterations a second of a run without a window."""
    run = Run(spec)
    run.prepare()
    began = time.perf_counter()
    run.advance(seconds=seconds)
    return run.k / (time.perf_counter() - began)


def wait(until: Callable[[], bool], at_most: float = 30.0) -> float:
    """Let the window work until a condition holds; return the seconds that took."""
    loop, began = QEventLoop(), time.perf_counter()

    def look() -> None:
        if until() or time.perf_counter() - began >= at_most:
            loop.quit()

    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(100 if until is never else 2)
    loop.exec()
    timer.stop()
    return time.perf_counter() - began


def never() -> bool:
    """Hold at no time."""
    return False


def open_window() -> MainWindow:
    """Return the window with settings of its own."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    os.environ["OPTIVIZ_HOME"] = tempfile.mkdtemp()
    current_theme().apply()
    window_app.Collector(app)
    window = MainWindow()
    window.show()
    return window


def measure(seconds: float, preset: str, most: int) -> dict[str, object]:
    """Open the window, run for so many seconds, stop, close in the middle of another run.

    Parameters
    ----------
    seconds : float
    preset : str
    most : int
        How many views are open at most; 0 for the usual ones.
    """
    spec = RunSpec.load(preset).with_values([("stopping.max_iterations", 10**9)])
    before = headless_speed(spec, 3.0)
    window = open_window()
    session, grid = window.train.session, window.train.grid
    window.train.setup.set_spec(spec)
    if most:
        grid.choose([view.kind for view in grid.views()][:most])
    window.train.run()
    session.set_speed(None)
    run = session.entries[-1].run
    wait(lambda: run.k > 0)
    gc.collect()
    gc.freeze()
    beat = Heartbeat()
    k, began = run.k, time.perf_counter()
    beat.start()
    wait(never, at_most=seconds)
    beat.stop()
    speed = (run.k - k) / (time.perf_counter() - began)
    asked = time.perf_counter()
    session.stop()
    wait(lambda: run.stop_reason is not None)
    stop = time.perf_counter() - asked

    window.train.run()
    session.set_speed(None)
    other = session.entries[-1].run
    wait(lambda: other.k > 10_000)
    closing = time.perf_counter()
    window.close()
    closed = time.perf_counter() - closing
    after = headless_speed(spec, 3.0)
    return {
        "preset": preset,
        "views": grid.open_kinds(),
        "seconds": seconds,
        "iterations": run.k,
        **_gaps(beat),
        "stop_ms": round(1e3 * stop, 1),
        "close_ms": round(1e3 * closed, 1),
        "share_of_headless_speed": round(2 * speed / (before + after), 3),
    }


def race(seconds: float, preset: str) -> dict[str, object]:
    """Open the window, let eight algorithms race for so many seconds, and close it.

    Parameters
    ----------
    seconds : float
    preset : str
        The problem that they race on.
    """
    window = open_window()
    session, grid = window.train.session, window.train.grid
    spec = RunSpec.load(preset)
    window.train.setup.set_spec(spec)
    grid.choose(RACE_VIEWS)
    known = registry.kinds("optimizers")
    racers = [(known[kind].label, known[kind]()) for kind in RACERS]
    made = race_of(spec, racers, Budget(amount=1e9))
    wait(never, at_most=1.0)
    window.train.racing.begin(made)
    session.set_speed(None)
    wait(lambda: all(entry.run.k > 0 for entry in session.entries))
    gc.collect()
    gc.freeze()
    beat = Heartbeat()
    beat.start()
    wait(never, at_most=seconds)
    beat.stop()
    session.stop()
    wait(lambda: not session.computing)
    used = [entry.run.state_now for entry in session.entries]
    spent = [state.evaluations + 2 * state.gradient_evaluations for state in used]
    found = {
        "preset": preset,
        "runs": len(session.entries),
        "views": grid.open_kinds(),
        "seconds": seconds,
        "evaluations_least": min(spent),
        "evaluations_most": max(spent),
        **_gaps(beat),
    }
    window.close()
    return found


def study(name: str) -> dict[str, object]:
    """Open the window, do a study in it, then open one of 2,000 runs, and close it.

    Parameters
    ----------
    name : str
        A study that comes along.
    """
    window = open_window()
    compare = window.compare
    window.bring(compare)
    compare.show_study(Study.load(name))
    wait(never, at_most=1.0)
    gc.collect()
    gc.freeze()
    beat = Heartbeat()
    beat.start()
    began = time.perf_counter()
    compare.run()
    wait(lambda: not compare.runner.running, at_most=600.0)
    spent = time.perf_counter() - began
    beat.stop()
    results = compare.held.snapshot()
    assert results is not None
    many = results.study.replace(
        search_seeds=tuple(range(1, 2000 // len(results.study.configurations) + 1))
    )
    seeds = len(results.study.search_seeds)
    of_many = {
        planned: results.records[
            planned._replace(search_seed=1 + (planned.search_seed - 1) % seeds)
        ]
        for planned in many.runs
    }
    began = time.perf_counter()
    compare.show_results(Results(many, of_many))
    shown = time.perf_counter() - began
    wait(lambda: all(card.settled for card in compare.grid.cards), at_most=60.0)
    found = {
        "study": name,
        "runs": results.study.size,
        "seconds": round(spent, 1),
        **_gaps(beat),
        "many": many.size,
        "many_shown_ms": round(1e3 * shown),
        "many_pictures_ms": round(1e3 * (time.perf_counter() - began)),
    }
    window.close()
    return found


def table(n_rows: int, n_columns: int) -> dict[str, object]:
    """Measure the gaps while a table of the user's own is read, shown and learned from."""
    window = open_window()
    numbers = np.random.default_rng(1).normal(size=(max(1, n_rows // 50), n_columns)).tolist()
    rows = "".join(",".join(f"{v:.5f}" for v in row) + "\n" for row in numbers)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        names = ",".join(f"c{i}" for i in range(n_columns))
        path.write_text(f"{names}\n{rows * 50}")
        window.tables.open({})
        panel = window.tables.panel
        assert panel is not None
        wait(lambda: panel.answer is not None)
        gc.collect()
        beat = Heartbeat()
        beat.start()
        panel.open_file(path)
        seconds = wait(lambda: panel.counts.text().startswith(f"{n_rows:,} rows"), 120)
        beat.stop()
        size = path.stat().st_size
    panel.use()
    learning = Heartbeat()
    learning.start()
    window.run()
    session = window.train.session
    first = wait(lambda: session.focus is not None and session.last_k > 0, 120)
    wait(never, at_most=10.0)
    learning.stop()
    iterations = session.last_k
    window.close()
    learnt = {f"learning, {name}": value for name, value in _gaps(learning).items()}
    return {
        "rows": n_rows,
        "columns": n_columns,
        "MB": round(size / 1e6),
        "read and shown, s": round(seconds, 1),
        **_gaps(beat),
        "first iteration, s": round(first, 1),
        "iterations": iterations,
        **learnt,
    }


def _gaps(beat: Heartbeat) -> dict[str, object]:
    gaps = 1e3 * np.array(beat.gaps)
    return {
        "gap_ms_median": round(float(np.median(gaps)), 1),
        "gap_ms_p99": round(float(np.percentile(gaps, 99)), 1),
        "gap_ms_max": round(float(gaps.max()), 1),
    }


def scrub(seeks: int, preset: str, iterations: int) -> dict[str, object]:
    """Open the window with every view on a long run that is done, and seek random iterations."""
    window = open_window()
    spec = RunSpec.load(preset).with_values([("stopping.max_iterations", iterations)])
    session, grid = window.train.session, window.train.grid
    window.train.setup.set_spec(spec)
    window.train.run()
    wait(lambda: not session.computing, at_most=120.0)
    session.seek(session.last_k)
    found: dict[str, object] = {"preset": preset, "iterations": session.last_k}
    chosen = np.random.default_rng(1).integers(0, session.last_k + 1, seeks).tolist()
    for name, kinds in (("usual", grid.open_kinds()), ("all", [v.kind for v in grid.views()])):
        for kind in kinds[:MOST]:
            grid.open(kind)
        settled = partial(_settled, grid)
        wait(settled)
        history, known = session.entries[-1].run.history, -1
        while known < history.count:  # metrics are measured along the run, and pictures finer
            known = history.count
            wait(never, at_most=2.0)
        times = []
        for k in chosen:
            began = time.perf_counter()
            session.seek(k)
            wait(settled, at_most=5.0)
            times.append(1e3 * (time.perf_counter() - began))
            wait(never, at_most=0.3)
        found[f"{name}_views"] = len(grid.cards)
        found[f"{name}_ms_median"] = round(float(np.median(times)), 1)
        found[f"{name}_ms_p99"] = round(float(np.percentile(times, 99)), 1)
    window.close()
    return found


def _settled(grid: ViewGrid) -> bool:
    return all(card.settled for card in grid.cards)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scrub", type=int, default=0, help="seek so many iterations instead")
    parser.add_argument("--race", action="store_true", help="let eight algorithms race instead")
    parser.add_argument("--study", action="store_true", help="do a study instead")
    parser.add_argument("--table", action="store_true", help="read tables instead")
    parser.add_argument("--iterations", type=int, default=100_000, help="of the run to scrub")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--preset", default="classic-mlp")
    options = parser.parse_args()
    if options.race:
        print(json.dumps(race(options.seconds, options.preset)))
    elif options.study:
        print(json.dumps(study("eight-algorithms")))
    elif options.table:
        for n_rows, n_columns in ((1_000_000, 10), (10_000, 1_000)):
            print(json.dumps(table(n_rows, n_columns)), flush=True)
    elif options.scrub:
        print(json.dumps(scrub(options.scrub, options.preset, options.iterations)))
    else:
        for most in (0, MOST):
            print(json.dumps(measure(options.seconds, options.preset, most)), flush=True)


if __name__ == "__main__":
    main()
