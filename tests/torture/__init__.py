"""What is proved with more time than the test command has: ``python -m tests.torture``.

Each file of this folder is one proof. It declares ``TITLE`` (what is promised, in one line),
``USUAL`` (how many tries, runs or seconds belong to the promise) and
``run(n, seed) -> dict[str, object]``, which returns the measured figures and raises AssertionError
where the promise is broken. The test command calls the same ``run`` with a small n.
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

FOLDER = Path(__file__).parent
REPEAT = "python -m tests.torture {name} --n {n} --seed {seed}"

_shows: list[Callable[[int, int, str], None]] = []


@dataclass(frozen=True)
class Proof:
    """A file of this folder, as far as it is known without importing it."""

    name: str
    title: str
    usual: int

    def run(self, n: int, seed: int) -> dict[str, object]:
        """Do it, and return its figures."""
        found: dict[str, object] = import_module(f"tests.torture.{self.name}").run(n, seed)
        return found

    def repeat(self, n: int, seed: int) -> str:
        """Return the command that does the same again."""
        return REPEAT.format(name=self.name, n=n, seed=seed)


def proofs() -> dict[str, Proof]:
    """Return the proofs by name; nothing is imported for it, so that Qt need not be there."""
    found = {}
    for path in sorted(FOLDER.glob("[a-z]*.py")):
        declared = _declared(path)
        if "TITLE" in declared:
            found[path.stem] = Proof(path.stem, str(declared["TITLE"]), int(declared["USUAL"]))
    return found


def _declared(path: Path) -> dict[str, object]:
    found = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if isinstance(node, ast.AnnAssign):
            targets = [node.target]
        for target in targets:
            if isinstance(target, ast.Name) and target.id in ("TITLE", "USUAL"):
                found[target.id] = ast.literal_eval(node.value)
    return found


def progress(done: int, of: int, note: str = "") -> None:
    """Show how far a proof has come; nothing is shown in the test command."""
    for show in _shows:
        show(done, of, note)


def show_progress(show: Callable[[int, int, str], None]) -> None:
    """Have `progress` call this."""
    _shows.append(show)
