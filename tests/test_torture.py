"""The proofs are found by looking into their folder, and the command tells how each one ended."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests import torture

HERE = Path(__file__).parents[1]


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.torture", *arguments],
        capture_output=True,
        text=True,
        cwd=HERE,
        timeout=100,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )


def test_every_proof_says_what_it_promises():
    for name, proof in torture.proofs().items():
        assert proof.title, name
        assert proof.usual > 0, name
        assert proof.repeat(3, 7) == f"python -m tests.torture {name} --n 3 --seed 7"


def test_they_are_listed():
    done = command()
    assert done.returncode == 0
    for name, proof in torture.proofs().items():
        assert name in done.stdout
        assert proof.title in done.stdout


def test_a_broken_promise_fails_and_says_how_to_do_it_again():
    """Else a broken figure would be read as one more line of a long log."""
    code = """
import sys
from tests import torture
from tests.torture import __main__ as command
torture.Proof.run = lambda proof, n, seed: {"tries": n} if seed == 1 else _raise()
def _raise(): raise AssertionError("3 of 5 were lost")
torture.proofs = command.proofs = lambda: {"x": torture.Proof("x", "Nothing is lost", 5)}
sys.argv[1:] = ["x", "--json", *sys.argv[1:]]
sys.exit(command.main())
"""
    path = os.pathsep.join([str(HERE), *sys.path])
    for seed, holds in (("1", True), ("2", False)):
        done = subprocess.run(
            [sys.executable, "-c", code, "--seed", seed],
            capture_output=True,
            text=True,
            timeout=100,
            env=os.environ | {"PYTHONPATH": path},
        )
        found = json.loads(done.stdout)
        assert (done.returncode, found["holds"]) == (0 if holds else 1, holds)
        assert ("3 of 5 were lost" in done.stderr) is not holds
        assert ("python -m tests.torture x --n 5 --seed 2" in done.stderr) is not holds
