"""Half a minute of live plotting at full speed: a broken Qt binding aborts within seconds of it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "packaging" / "measure_window.py"


@pytest.mark.soak
def test_the_window_lives_through_25_seconds_at_full_speed(tmp_path: Path):
    environment = os.environ | {
        "QT_QPA_PLATFORM": "offscreen",
        "XDG_CONFIG_HOME": str(tmp_path),
        "QT_LOGGING_RULES": "qt.qpa.*=false",
        "PYTHONFAULTHANDLER": "1",
    }
    command = [sys.executable, "-W", "error", str(SCRIPT), "--seconds", "25"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=110, env=environment)
    assert done.returncode == 0, done.stderr
    said = [line for line in done.stderr.splitlines() if "propagateSizeHints" not in line]
    assert not said, done.stderr
    usual, most = map(json.loads, done.stdout.splitlines())
    assert len(usual["views"]) < len(most["views"])
    for found in (usual, most):
        assert found["iterations"] > 10_000
        assert found["share_of_headless_speed"] > 0
