"""A few walks of a user over the real window; `python -m tests.torture walks` takes two hundred."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [1, 21])
def test_a_user_who_does_what_comes_to_mind_meets_no_error(seed):
    """In a process of its own, as the window is: with its collector, and ended at its end."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.torture", "walks", "--n", "2", "--seed", str(seed), "--json"],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        timeout=280,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["acts"] > 20
