"""Guards are taken out one at a time, in a copy of the project: the tests must turn red for each.

A guard is a few characters that nobody misses until something is lost: a copy, a wait, a sync.
"""

import os
import py_compile
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.torture import progress

TITLE = "Guards taken out one at a time (copy, wait, sync, checksum, escape, limit, gc pin): red"
USUAL = 100  # guards at most: all of them
ROOT = Path(__file__).parents[2]
PATIENCE = 600  # seconds for the tests of one guard


# Without the one that looks at the clock, which says nothing while other programs run.
HOSTILE = ("tests/store/test_run_file.py", "tests/store/test_hostile.py", "-k", "not very_many")


@dataclass(frozen=True)
class Guard:
    """What is taken out, and the tests that miss it.

    Attributes
    ----------
    name : str
        What it keeps from happening.
    file : str
    text, instead : str
        What stands there, once, and what is put in its place.
    tests : tuple of str
        For pytest, some of which must fail.
    """

    name: str
    file: str
    text: str
    instead: str
    tests: tuple[str, ...]


GUARDS = (
    Guard(
        "sync: a file is on the disk before it takes the old one's place",
        "optiviz/store/atomic.py",
        "            os.fsync(file.fileno())\n",
        "",
        ("tests/store/test_atomic.py",),
    ),
    Guard(
        "what is half written never takes a file's place",
        "optiviz/store/atomic.py",
        "        temporary, handle = _open_beside(target)\n",
        "        temporary, handle = target, os.open(target, os.O_WRONLY | os.O_CREAT)\n",
        ("tests/store/test_atomic.py",),
    ),
    Guard(
        "checksum: a member that was changed is refused",
        "optiviz/store/archive.py",
        "if self._checksums and self._checksums.get(name) != hashlib.sha256(content).hexdigest():",
        "if False:",
        HOSTILE,
    ),
    Guard(
        "limit: what expands to more than its size allows is refused",
        "optiviz/store/archive.py",
        "if total > MAX_TOTAL or total > _FREE + _RATIO * size:",
        "if False:",
        HOSTILE,
    ),
    Guard(
        "names of members with paths are refused",
        "optiviz/store/archive.py",
        "if not _NAME.fullmatch(name):",
        "if False:",
        HOSTILE,
    ),
    Guard(
        "links in an archive are refused",
        "optiviz/store/archive.py",
        "if stat.S_ISLNK(member.external_attr >> 16):",
        "if False:",
        HOSTILE,
    ),
    Guard(
        "keys that stand twice are refused",
        "optiviz/engine/spec.py",
        '            raise ValueError(f"the key {twice[:60]!r} stands twice")',
        "            pass",
        ("tests/engine/test_spec.py",),
    ),
    Guard(
        "escape: names are text on a page",
        "optiviz/reports/html/page.py",
        "autoescape=True",
        "autoescape=False",
        ("tests/reports/test_names.py", "tests/reports/test_html.py"),
    ),
    Guard(
        "formulas: only what is listed is read",
        "optiviz/engine/formula/parser.py",
        '            case "word":\n                raise FormulaError(',
        '            case "word":\n                yield "name", token, where\n'
        "                FormulaError(",
        ("tests/engine/test_formula.py",),
    ),
    Guard(
        "formulas: long ones are refused",
        "optiviz/engine/formula/parser.py",
        "    if len(text) > MAX_LENGTH:\n",
        "    if False:\n",
        ("tests/engine/test_formula.py",),
    ),
    Guard(
        "wait: the thread has ended before the window is gone",
        "optiviz/ui/worker/__init__.py",
        "        return self.wait() if seconds is None else self.wait(round(1000 * seconds))\n",
        "        return True\n",
        ("tests/ui/test_worker.py", "-k", "closing"),
    ),
    Guard(
        "the processes of a study have ended before the window is gone",
        "optiviz/ui/compare/runner.py",
        "            work.thread.join()\n",
        "",
        ("tests/ui/test_compare.py", "-k", "closing"),
    ),
    Guard(
        "gc pin: no other thread collects what Qt's objects are in",
        "optiviz/ui/app.py",
        "        gc.disable()\n",
        "",
        ("tests/ui/test_collector.py",),
    ),
    Guard(
        "copy: rows that are read stay while the run goes on",
        "optiviz/engine/trace.py",
        "rows = self._rows[start - self._first : stop - self._first].copy()\n        return Block",
        "rows = self._rows[start - self._first : stop - self._first]\n        return Block",
        ("tests/engine/test_trace.py",),
    ),
    Guard(
        "copy: a snapshot's place in the chain stays while the run goes on",
        "optiviz/engine/trace.py",
        "Kept(state, self._chain.copy(), row)",
        "Kept(state, self._chain, row)",
        ("tests/engine/test_resuming.py",),
    ),
    Guard(
        "states that share an array can't change it",
        "optiviz/engine/optimizer.py",
        "    x.flags.writeable = False\n",
        "",
        ("tests/test_conformance.py", "-k", "hill_climbing or adam or particle"),
    ),
    Guard(
        "an answer to an older question is not drawn",
        "optiviz/ui/view_card.py",
        "        if number != self._number:\n",
        "        if False:\n",
        ("tests/ui/test_view_card.py",),
    ),
    Guard(
        "seal: what was changed in the history is named",
        "optiviz/store/history/reading.py",
        "if not whole or chunks.chunk_seal(run, slot, first, last, body) != seal:",
        "if not whole:",
        ("tests/store/test_history_faults.py", "-k", "unpacks"),
    ),
    Guard(
        "lock: nobody takes over what a living process writes",
        "optiviz/store/alone.py",
        "            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)\n",
        "            pass\n",
        ("tests/store/test_history_faults.py",),
    ),
    Guard(
        "texts in tables are no formulas",
        "optiviz/reports/data/tables.py",
        """return f"'{text}" if text.startswith(_FORMULAS) else text""",
        "return text",
        ("tests/reports/test_export.py",),
    ),
    Guard(
        "a page may load nothing from elsewhere",
        "optiviz/reports/html/page.py",
        "default-src 'none'; ",
        "",
        ("tests/reports/test_html.py", "-k", "outside"),
    ),
)


def _copied(folder: Path) -> None:
    for name in ("optiviz", "tests", "assets", "packaging"):
        shutil.copytree(
            ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".*")
        )
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / name)


def _test(folder: Path, tests: Sequence[str]) -> subprocess.CompletedProcess[str]:
    surroundings = {
        **os.environ,
        "PYTHONPATH": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        "QT_QPA_PLATFORM": "offscreen",
        "OPTIVIZ_HOME": str(folder / "home"),
    }
    surroundings.pop("QT_LOGGING_RULES", None)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests],
        cwd=folder,
        env=surroundings,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def missing() -> list[str]:
    """Return the guards whose text isn't found once where it should stand."""
    return [
        f"{guard.name}: {guard.file}"
        for guard in GUARDS
        if (ROOT / guard.file).read_text(encoding="utf-8").count(guard.text) != 1
    ]


def run(n: int, seed: int) -> dict[str, object]:
    """Take guards out.

    Parameters
    ----------
    n : int
        How many, of those there are.
    seed : int
        With which of them to begin.

    Raises
    ------
    AssertionError
        If tests stay green without one, or are red with it.
    """
    assert not missing(), f"not found: {missing()}"
    start = (seed - 1) % len(GUARDS)
    chosen = [*GUARDS[start:], *GUARDS[:start]][:n]
    unmissed, red = [], []
    with tempfile.TemporaryDirectory(prefix="optiviz-guards-") as name:
        folder = Path(name)
        _copied(folder)
        for tests in dict.fromkeys(guard.tests for guard in chosen):
            done = _test(folder, tests)
            if done.returncode != 0:
                red.append(f"{' '.join(tests)}:\n{done.stdout[-2000:]}")
        assert not red, "red with every guard in its place: " + "\n".join(red)
        for i, guard in enumerate(chosen):
            path = folder / guard.file
            source = path.read_text(encoding="utf-8")
            path.write_text(source.replace(guard.text, guard.instead), encoding="utf-8")
            if path.suffix == ".py":
                py_compile.compile(str(path), cfile=str(folder / "compiled"), doraise=True)
            if _test(folder, guard.tests).returncode == 0:
                unmissed.append(f"{guard.name} ({guard.file})")
            path.write_text(source, encoding="utf-8")
            progress(i + 1, len(chosen), guard.name)
    assert not unmissed, "the tests stay green without: " + "; ".join(unmissed)
    return {"guards": len(chosen), "red_without": len(chosen), "green_without": 0}
