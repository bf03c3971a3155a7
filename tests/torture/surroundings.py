"""Start the window in odd surroundings: locales, no fonts, large scales, no home, no output."""

import itertools
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.torture import progress
from tests.ui.started import Started

TITLE = "locales, no fonts, scales 1 to 3, no home, python -O, a screen unplugged: no errors"
USUAL = 15

_BODY = """
import json, os, signal, sys
from pathlib import Path
home = Path(os.environ["READY"]).parent
window.demonstrate("classic-perceptron")
run = window.train.session.entries[0].run
def look():
    if run.status.name == "FINISHED":
        timer.stop()
        from optiviz.reports.export import export
        export(run, "csv", home / "run.csv")
        found = {"digest": run.digest, "text": window.messages.text}
        window.grab().save(str(home / "window.png"))
        (home / "found.json").write_text(json.dumps(found))
        os.kill(os.getpid(), signal.SIGTERM)
timer = QTimer(window)
timer.timeout.connect(look)
timer.start(50)
"""
_SCREEN = {
    **{"name": "large", "x": 0, "y": 0, "width": 3840, "height": 2160},
    **{"logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1.0},
}
_FONTS = '<?xml version="1.0"?><fontconfig><dir>{}</dir><cachedir>{}</cachedir></fontconfig>'


def _surroundings(home: Path) -> list[tuple[str, dict[str, object]]]:
    """Return names, and what to give to a start."""
    fonts = home / "fonts.conf"
    (home / "none").mkdir()
    fonts.write_text(_FONTS.format(home / "none", home / "none"))
    made: list[tuple[str, dict[str, object]]] = []
    for name in ("de_DE", "tr_TR", "ar_EG"):
        variables = {"LC_ALL": f"{name}.UTF-8", "LANG": f"{name}.UTF-8"}
        if shutil.which("localedef"):
            command = ["localedef", "-i", name, "-f", "UTF-8", str(home / f"{name}.UTF-8")]
            if subprocess.run(command, capture_output=True, check=False).returncode == 0:
                variables["LOCPATH"] = str(home)
        made.append((name, {"environment": variables}))
    made.append(("no fonts", {"environment": {"FONTCONFIG_FILE": str(fonts)}}))
    screen = home / "screen.json"
    screen.write_text(json.dumps({"screens": [_SCREEN]}))
    for scale in ("1.25", "1.5", "2", "3"):
        variables = {
            "QT_SCALE_FACTOR": scale,
            "QT_QPA_PLATFORM": f"offscreen:configfile={screen}",
        }
        made.append((f"scale {scale}", {"environment": variables}))
    made.append(("LANG=C", {"environment": {"LC_ALL": "C"}, "options": ("-X", "utf8=0")}))
    made.append(("python -O", {"options": ("-O",)}))
    made.append(("no home", {"environment": {"HOME": str(home / "gone"), "OPTIVIZ_HOME": ""}}))
    read_only = {"OPTIVIZ_HOME": "/proc/optiviz"}
    made.append(("a home that can't be written", {"environment": read_only}))
    made.append(("no temporary folder", {"environment": {"TMPDIR": str(home / "gone")}}))
    return made


_UNPLUGGED = """
import os, signal, subprocess
from PySide6.QtCore import QPoint
def monitor(*words):
    subprocess.run(["xrandr", *words], check=True)
monitor("--setmonitor", "A", "1600/400x1000/250+0+0", "screen")
monitor("--setmonitor", "B", "1600/400x1000/250+1600+0", "none")
app = QApplication.instance()
window.setGeometry(1700, 100, 1000, 700)
steps = iter((
    lambda: app.screenAt(window.geometry().center()).name() == "B",
    lambda: monitor("--delmonitor", "B") or True,
    lambda: [screen.name() for screen in app.screens()] == ["A"],
    lambda: app.primaryScreen().geometry().contains(window.frameGeometry().center()),
))
def look():
    nonlocal step
    if step():
        step = next(steps, None)
        if step is None:
            timer.stop()
            os.kill(os.getpid(), signal.SIGTERM)
step = next(steps)
timer = QTimer(window)
timer.timeout.connect(look)
timer.start(100)
"""


def unplug(home: Path) -> None:
    """Take away the screen on which the window is: it is on the other one then.

    On a display in memory, where the system has one.
    """
    ours, theirs = os.pipe()
    display = subprocess.Popen(
        [*("Xvfb", "-displayfd", str(theirs), "-screen", "0", "3200x1000x24")],
        pass_fds=(theirs,),
        stderr=subprocess.DEVNULL,
    )
    try:
        os.close(theirs)
        number = os.read(ours, 16).decode().strip()
        assert number, "there is no display"
        variables = {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
        program = Started(home, _UNPLUGGED, environment=variables)
        try:
            status = program.ends(60)
            assert status == 143, f"it ended with {status}: {program.said}"
            assert "Traceback" not in program.said, program.said
        finally:
            program.close()
    finally:
        os.close(ours)
        display.terminate()
        display.wait()


def all_at_once(home: Path) -> dict[str, object]:
    """Return what a start in several of them together needs."""
    found = dict(_surroundings(home))
    variables: dict[str, str] = {}
    for name in ("ar_EG", "no fonts", "scale 2", "no home"):
        variables |= found[name]["environment"]  # type: ignore[operator]
    # Digits of one country, and letters of another, where a large i has a dot.
    variables |= {"LC_ALL": "", "LC_CTYPE": "tr_TR.UTF-8"}
    return {"environment": variables, "options": ("-O", "-X", "utf8=0")}


def one(home: Path, **given: object) -> str:
    """Start, run and end once; return the digest of the run."""
    home.mkdir(exist_ok=True)
    program = Started(home, _BODY, **given)  # type: ignore[arg-type]
    try:
        status = program.ends(120)
        assert status == 143, f"it ended with {status}: {program.said}"
        assert "Traceback" not in program.said, program.said
        found = json.loads((home / "found.json").read_text())
        lines = (home / "run.csv").read_text().splitlines()
        assert len({line.count(",") for line in lines}) == 1, "a comma in a number"
        assert any("." in line for line in lines[1:])
        return str(found["digest"])
    finally:
        program.close()


def run(n: int, seed: int) -> dict[str, object]:
    """Start in each, n times in all; every run has the same trace."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        there = [("usual", {}), *_surroundings(home)]
        digests = set()
        for i, (name, given) in enumerate(itertools.islice(itertools.cycle(there), n)):
            progress(i, n, name)
            try:
                digests.add(one(home / f"start {i}", **given))
            except AssertionError as error:
                raise AssertionError(f"{name}: {error}") from None
        assert len(digests) == 1, "traces differ"
        screens = all(shutil.which(name) for name in ("Xvfb", "xrandr"))
        if screens:
            unplug(home)
    return {
        "starts": n,
        "locales": os.path.exists("/usr/bin/localedef"),
        "screen_unplugged": screens,
        "sha256": digests.pop(),
    }
