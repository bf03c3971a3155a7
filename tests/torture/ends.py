"""The program is ended at random moments, by its window, by signals and by force.

Each start is a process of its own with the real window, which does something: it plays a
demonstration, races, writes a file, imports what is only needed late, or opens a file. Then it is
asked to end, and what it left is read: its exit status, the history, the settings, its processes.
"""

import os
import random
import shutil
import signal
import tempfile
import time
from collections import Counter
from pathlib import Path

from optiviz import presets
from optiviz.engine.run import Run, RunStatus
from optiviz.store import run_file
from optiviz.store.crashes import Watch, reports
from optiviz.store.history import History, Item
from optiviz.store.settings import FILE, SettingsFile
from tests.torture import progress
from tests.ui.started import Started

TITLE = "the window closed, SIGTERM, SIGINT, SIGHUP, kill -9 at random moments: all in order"
USUAL = 60
_COMPUTING = 0.7  # of the starts are ended while they compute, the others just after they began
_LATEST = 1.5  # seconds after that, at most
_FEW = 2000  # iterations of a run that is computed once more from its start
_LONGEST = 12.5  # seconds in which it has ended, whatever it does
_DOES = {
    "plays": """
from optiviz import presets
spec = presets.load("rastrigin-10d").spec.with_value("optimizer", {"kind": "simulated_annealing"})
window.functions.session.start(spec.with_value("stopping", {"max_iterations": 10**9}), "endless")
window.demonstrate("classic-mlp")
window.train.session.play()
""",
    "races": 'window.demonstrate("race")',
    "writes": """
from pathlib import Path
window.demonstrate("classic-perceptron")
def write():
    session = window.runs_workspace.session
    if session.entries and session.entries[0].run.trace.last_k > 0:
        window.files.save_runs(Path({home!r}) / "written.optiviz")
timer = QTimer(window)
timer.timeout.connect(write)
timer.start(100)
""",
    "imports": """
window.demonstrate("digits")
import threading
threading.Thread(target=lambda: __import__("optiviz.reports.export"), daemon=True).start()
QTimer.singleShot(100, window, lambda: window.tabs.setCurrentIndex(2))
QTimer.singleShot(200, window, lambda: window.tabs.setCurrentIndex(3))
""",
    "opens": """
from pathlib import Path
for _ in range(3):
    window.files.open_file(Path({home!r}) / "given.optiviz")
window.demonstrate("rastrigin-10d")
""",
}
_ENDS = ("close", "SIGTERM", "SIGINT", "SIGHUP", "SIGKILL")
_CLOSES = """
import os
asked = QTimer(window)
asked.timeout.connect(
    lambda: os.path.exists(os.environ["READY"] + "-close") and window.isVisible() and window.close()
)
asked.start(5)
def look():
    homes = (window.train, window.functions)
    if any(entry.run.trace.last_k > 0 for home in homes for entry in home.session.entries):
        open(os.environ["READY"] + "-computing", "w").close()
        computing.stop()
computing = QTimer(window)
computing.timeout.connect(look)
computing.start(20)
"""


def run(n: int, seed: int) -> dict[str, object]:
    """End n starts."""
    draws = random.Random(seed)
    figures: Counter[str] = Counter()
    seconds: list[float] = []
    given = Run(presets.load("classic-descent").spec, "given").finish()
    for i in range(n):
        does = list(_DOES)[(i + draws.randrange(2)) % len(_DOES)]
        how = _ENDS[i % len(_ENDS)]
        moment = draws.uniform(0.0, _LATEST)
        home = Path(tempfile.mkdtemp(prefix="optiviz-ends-"))
        try:
            run_file.save(home / "given.optiviz", [given])
            took = _once(home, does, how, draws.random() < _COMPUTING, moment, figures)
            if how != "SIGKILL":
                seconds.append(took)
        except AssertionError as error:
            raise AssertionError(f"try {i}, which {does}, by {how}: {error}") from None
        finally:
            shutil.rmtree(home, ignore_errors=True)
        progress(i + 1, n, f"{does}, {how}")
    seconds.sort()
    return {
        "ends": n,
        **dict(figures),
        "seconds_to_end_median": seconds[len(seconds) // 2] if seconds else 0.0,
        "seconds_to_end_most": max(seconds, default=0.0),
    }


def _once(
    home: Path, does: str, how: str, computing: bool, moment: float, figures: Counter[str]
) -> float:
    """Start, end, and judge what is left; return how many seconds the end took."""
    program = Started(
        home, _DOES[does].replace("{home!r}", repr(str(home))) + _CLOSES, start_new_session=True
    )
    try:
        if computing:
            program.until((home / "ready-computing").exists)
        time.sleep(moment)
        began = time.monotonic()
        if how == "close":
            (home / "ready-close").write_text("")
        else:
            program.signal(getattr(signal, how))
        status, took = program.ends(30), time.monotonic() - began
        _judge_end(program, how, status, took)
        _judge_left(home, how, figures)
        return took
    finally:
        program.close()


def _judge_end(program: Started, how: str, status: int, took: float) -> None:
    expected = {"close": 0, "SIGKILL": -signal.SIGKILL}
    wanted = expected[how] if how in expected else 128 + getattr(signal, how)
    assert status == wanted, f"it ended with {status} instead of {wanted}: {program.said}"
    assert took < _LONGEST, f"it took {took:.1f} s to end"
    assert "Traceback" not in program.said, program.said
    until = time.monotonic() + 5.0
    while (left := _left_of(program.process.pid)) and time.monotonic() < until:
        time.sleep(0.05)  # children of one that was killed notice it
    assert not left, f"processes are left: {left}"


def _left_of(group: int) -> bool:
    """Whether a process of a session lives."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _judge_left(home: Path, how: str, figures: Counter[str]) -> None:
    killed = how == "SIGKILL"
    with History.open(home) as history:
        strange = [sentence for sentence in history.findings if "interrupted" not in sentence]
        assert not strange, f"the history is not sound: {strange}"
        items = history.items()
        for item in items:
            _judge_run(history, item)
            figures[item.status] += 1
    if (home / FILE).exists():
        settings = SettingsFile(home)
        assert settings.findings() == [], "the settings are not whole"
    assert not list(home.glob("settings-damaged*"))
    written = home / "written.optiviz"
    if written.exists():
        assert run_file.load(written), "what was written can't be read"
        figures["files written"] += 1
    Watch.look_back(home / "crashes")
    new = [report.text() for report in reports(home / "crashes") if report.kind != "hang"]
    assert not new, f"a false report: {new[0]}"
    figures["killed" if killed else "ended in order"] += 1


def _judge_run(history: History, item: Item) -> None:
    assert not item.damaged, item.damaged
    assert not item.live, "a run of a process that has ended is taken for one that lives"
    assert item.status in ("finished", "interrupted"), item.status
    assert history.load(item.id).k == item.k
    if item.status == "interrupted":
        again = history.resume(item.id)
        if again.status is not RunStatus.RUNNING:
            again.resume()
        assert again.k == item.k
        again.advance(3)
        if again.k <= _FEW:
            whole = Run(again.spec)
            whole.advance(again.k)
            assert whole.trace.digest == again.trace.digest, f"{item.name} goes on differently"
