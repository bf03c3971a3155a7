"""Take the README's screenshots of the real window, and make its samples.

    .venv/bin/python packaging/screenshots.py [NAME...]

Without a screen: `QT_QPA_PLATFORM=offscreen`, or under Xvfb.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import samples
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from optiviz import presets
from optiviz.engine.run import Reader, Run
from optiviz.store.history import History, Recorder
from optiviz.studies.execution import execute
from optiviz.studies.plan import Study
from optiviz.studies.results import Results
from optiviz.ui.main_window import MainWindow
from optiviz.ui.theme import current_theme
from optiviz.ui.workspace import Workspace

FOLDER = Path(__file__).parent / "screenshots"
SIZE = (1366, 768)


def wait(until: Callable[[], bool], at_most: float = 60.0) -> None:
    """Let the window work until a condition holds."""
    loop, began = QEventLoop(), time.monotonic()

    def look() -> None:
        if until() or time.monotonic() - began > at_most:
            loop.quit()

    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(20)
    loop.exec()
    timer.stop()


def settle(seconds: float = 1.5) -> None:
    """Let pictures that were asked for arrive."""
    then = time.monotonic() + seconds
    wait(lambda: time.monotonic() > then)


def done(workspace: Workspace) -> None:
    """Wait until nothing is computed any more and all is measured."""
    wait(lambda: not workspace.session.computing)
    settle()


def take(window: MainWindow, name: str) -> None:
    """Save what the window shows."""
    window.messages.hide()
    settle()
    path = FOLDER / f"{name}.png"
    window.grab().save(str(path))
    print(path)


def climbs(window: MainWindow) -> None:
    """Three climbs of the classic network, at iteration 620."""
    window.tabs.setCurrentIndex(0)
    workspace = window.train
    workspace.session.clear()
    spec = presets.load("classic-mlp").spec
    workspace.setup.set_spec(spec)
    for name, path, value in (
        ("all weights, seed 1", "seed", 1),
        ("all weights, seed 5", "seed", 5),
        ("a subset, seed 1", "optimizer.mutate", "subset"),
    ):
        workspace.session.start(
            spec.with_value(path, value), name, focus=name.endswith("ts, seed 1")
        )
    done(workspace)
    workspace.session.seek(620)


def seeds(window: MainWindow) -> None:
    """Ten seeds, in the middle of playing."""
    window.tabs.setCurrentIndex(0)
    workspace = window.train
    workspace.session.clear()
    workspace.setup.set_spec(presets.load("classic-mlp").spec)
    workspace.run_beside()
    done(workspace)
    workspace.session.seek(workspace.session.last_k)
    settle()
    workspace.session.seek(350)


def rates(window: MainWindow) -> None:
    """Four learning rates on one parabola."""
    window.demonstrate("classic-descent")
    done(window.functions)
    window.functions.session.seek(12)


def spirals(window: MainWindow) -> None:
    """Two spirals, learned on batches and by Adam."""
    window.demonstrate("spirals")
    done(window.train)
    by_adam = window.train.session.entries[-1]
    window.train.session.set_focus(by_adam)
    window.train.setup.set_spec(by_adam.run.spec)
    window.train.session.seek(1500)


def regression(window: MainWindow) -> None:
    """Show a curve through noisy rows."""
    window.demonstrate("sine")
    done(window.train)
    window.train.session.seek(window.train.session.last_k)


def contours(window: MainWindow) -> None:
    """Three algorithms on Himmelblau's function, seen from above."""
    window.demonstrate("himmelblau-2d")
    workspace = window.functions
    done(workspace)
    workspace.session.clear()
    spec = presets.load("himmelblau-2d").spec
    for optimizer, name in (
        ({"kind": "cma_es"}, "CMA-ES"),
        ({"kind": "gradient_descent", "learning_rate": 0.01}, "descent"),
        ({"kind": "simulated_annealing", "step_size": 0.5}, "annealing"),
    ):
        other = spec.with_values([("optimizer", optimizer), ("start", [0.0, 0.0])])
        workspace.session.start(other, name, focus=name == "CMA-ES")
        if name == "CMA-ES":
            workspace.setup.set_spec(other)
    done(workspace)
    workspace.session.seek(9)


def see_why(window: MainWindow) -> None:
    """Why a climb leaves its plateau: what was tried, and what the network was then."""
    window.tabs.setCurrentIndex(0)
    workspace = window.train
    workspace.session.clear()
    spec = presets.load("classic-mlp").spec
    workspace.setup.set_spec(spec)
    workspace.session.start(spec, "equal moves kept")
    done(workspace)
    workspace.grid.choose(["fitness", "network", "tried_steps", "decision_boundary"])
    workspace.session.seek(95)


def forward(window: MainWindow) -> None:
    """One row in the middle of its way through the network, alone in the middle."""
    spec = presets.load("classic-mlp").spec.with_values(
        [
            ("problem.objective", "log_loss"),
            ("optimizer", {"kind": "adam", "learning_rate": 0.05}),
            ("stopping.max_iterations", 200),
        ]
    )
    workspace = window.train
    workspace.session.clear()
    workspace.setup.set_spec(spec)
    workspace.session.start(spec, "Adam")
    done(workspace)
    workspace.session.seek(15)
    workspace.grid.choose(["forward_pass"])
    settle()
    workspace.grid.cards[0].set_settings({"row": 3, "step": 43})


def code(window: MainWindow) -> None:
    """Show the lines of simulated annealing beside what they try."""
    spec = presets.load("classic-mlp").spec.with_value("optimizer", {"kind": "simulated_annealing"})
    workspace = window.train
    workspace.session.clear()
    workspace.setup.set_spec(spec)
    workspace.session.start(spec, "annealing")
    done(workspace)
    workspace.grid.choose(["code", "tried_steps", "network"])
    workspace.session.seek(230)
    settle()
    for _ in range(2):
        workspace.session.step_within(1)


def landscape(window: MainWindow) -> None:
    """Three runs on one plane through weight space, one of them without gradients."""
    workspace = window.train
    workspace.session.clear()
    spec = presets.load("classic-mlp").spec.with_values(
        [("problem.objective", "log_loss"), ("stopping.max_iterations", 300)]
    )
    for optimizer, name in (
        ({"kind": "adam", "learning_rate": 0.05}, "Adam"),
        ({"kind": "momentum", "learning_rate": 0.5}, "momentum"),
        ({"kind": "hill_climbing", "step_size": 0.1}, "hill climbing"),
    ):
        other = spec.with_value("optimizer", optimizer)
        workspace.session.start(other, name, focus=name == "Adam")
        if name == "Adam":
            workspace.setup.set_spec(other)
    done(workspace)
    workspace.grid.choose(["landscape", "signals", "fitness"])
    workspace.session.seek(workspace.session.last_k)
    settle(8.0)


def surface(window: MainWindow) -> None:
    """Show the same in three dimensions, where OpenGL is there."""
    window.train.grid.cards[0].set_settings({"picture": "surface"})
    window.train.grid.choose(["landscape"])
    settle(4.0)


def steps(window: MainWindow) -> None:
    """Show what momentum and Adam make of a gradient, and the ellipse of CMA-ES."""
    workspace = window.functions
    window.tabs.setCurrentIndex(1)
    workspace.session.clear()
    spec = presets.load("rosenbrock-2d").spec.with_values(
        [("start", [-0.5, -1.5]), ("stopping.max_iterations", 60)]
    )
    for optimizer, name in (
        ({"kind": "momentum", "learning_rate": 0.0005}, "momentum"),
        ({"kind": "adam", "learning_rate": 0.1}, "Adam"),
        ({"kind": "cma_es"}, "CMA-ES"),
    ):
        other = spec.with_value("optimizer", optimizer)
        workspace.session.start(other, name, focus=name == "momentum")
        if name == "momentum":
            workspace.setup.set_spec(other)
    done(workspace)
    workspace.grid.choose(["function_2d"])
    settle()
    workspace.grid.cards[0].set_settings({"parts": "all"})
    workspace.session.seek(6)


def one_parameter(window: MainWindow) -> None:
    """All rows, batches and single rows, on their way to one slope."""
    window.demonstrate("one-parameter")
    done(window.functions)
    window.functions.grid.choose(["function_1d", "regression_line", "cobweb", "fitness"])
    window.functions.session.seek(6)


def diagnosis(window: MainWindow) -> None:
    """Why a climb that refuses equal moves never gets off its flat start."""
    window.tabs.setCurrentIndex(0)
    workspace = window.train
    workspace.session.clear()
    spec = presets.load("classic-mlp").spec.with_value("optimizer.accept_ties", False)
    workspace.setup.set_spec(spec)
    workspace.session.start(spec, "equal moves refused")
    done(workspace)
    workspace.grid.choose(["diagnosis", "tried_steps", "confusion"])
    workspace.session.seek(workspace.session.last_k)


def race(window: MainWindow) -> None:
    """Five algorithms from one start, where they had used equally much."""
    window.demonstrate("race")
    done(window.train)
    window.train.session.seek(round(0.4 * window.train.session.last_k))
    settle(4.0)


def compare(window: MainWindow) -> None:
    """Eight algorithms, thirty seeds each."""
    study(window, "eight-algorithms")


def sweep(window: MainWindow) -> None:
    """Learning rate by batch size."""
    study(window, "learning-rate-and-batch-size")


def library(window: MainWindow) -> None:
    """Fill a history with runs of several kinds, one of them interrupted."""
    recorder, ids = Recorder(), {}
    for name in presets.names():
        for seed in (1, 2):
            spec = presets.load(name).spec.with_value("seed", seed)
            run = Run(spec, f"{name}, seed {seed}")
            ids[run.name] = recorder.follow(run)
            if run.name == "spirals, seed 2":
                run.advance(700)
            else:
                run.finish().history.extend(Reader(run))
            recorder.look(run)
    recorder.close()
    history = History.open()
    history.label([ids["iris, seed 1"], ids["digits, seed 1"]], tags=["lecture 3"])
    history.label([ids["spirals, seed 2"]], tags=["lecture 4"], notes="Leaves the saddle late.")
    history.close()
    window.bring(window.library)
    settle(4.0)
    window.library.table.selectRow(12)
    settle()


def study(window: MainWindow, name: str) -> None:
    """Do a study that comes along, and show what came out."""
    results = execute(Results(Study.load(name)))
    window.bring(window.compare)
    window.compare.grid.usual()
    window.compare.show_results(results)
    settle(12.0)


BOTH = ("light", "dark")
PICTURES = (
    (climbs, "train", BOTH),
    (seeds, "seeds", BOTH),
    (rates, "functions", BOTH),
    (spirals, "spirals", BOTH),
    (regression, "regression", BOTH),
    (contours, "contours", BOTH),
    (see_why, "see-why", ("light",)),
    (forward, "forward", ("dark",)),
    (code, "code", ("light",)),
    (landscape, "landscape", ("dark",)),
    (surface, "surface", ("dark",)),
    (steps, "steps", ("light",)),
    (one_parameter, "one-parameter", ("light",)),
    (diagnosis, "diagnosis", ("light",)),
    (race, "race", ("dark",)),
    (compare, "compare", BOTH),
    (sweep, "sweep", ("light",)),
    (library, "library", BOTH),
    (climbs, "projector", ("light",)),
)


def main() -> None:
    """Take them all, or those that are named."""
    FOLDER.mkdir(exist_ok=True)
    app = QApplication(sys.argv[:1])
    os.environ["OPTIVIZ_HOME"] = tempfile.mkdtemp()
    theme = current_theme()
    theme.name = "light"
    theme.apply()
    window = MainWindow()
    window.resize(*SIZE)
    window.show()
    for show, name, looks in PICTURES:
        if sys.argv[1:] and name not in sys.argv:
            continue
        theme.name, theme.scale = looks[0], 1.5 if name == "projector" else 1.0
        if name == "projector":
            window.train.grid.usual()
        show(window)
        for look in looks:
            theme.name = look
            take(window, f"{name}-{look}")
    window.close()
    app.quit()
    samples.make(sys.argv[1:])


if __name__ == "__main__":
    main()
