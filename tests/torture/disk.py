"""Disks that fail, under everything that is written."""

import json
import random
import shutil
import tempfile
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import optiviz
from optiviz.engine.run import Run
from optiviz.store.atomic import StoreError
from tests.torture import progress
from tests.torture.faulty import NUMBERS, Disk, failing

if TYPE_CHECKING:
    from collections.abc import Callable

    from optiviz.reports.formats import Format

TITLE = "The n-th write, sync, rename, open fails, once and for good: old files whole, runs go on"
USUAL = 200

_CALLS = {"open": 1, "write": 4, "fsync": 2, "replace": 1}  # and up to how many of one saving


def run(n: int, seed: int) -> dict[str, object]:
    """Let n disks fail."""
    from tests.torture.failing_history import history_tries

    figures: Counter[str] = Counter()
    tries = [partial(_file, Files()), *history_tries(n)]
    for i in range(n):
        # Half of them under single files, half under the history.
        attempt = tries[0] if i % 2 == 0 else tries[1 + (i // 2) % (len(tries) - 1)]
        folder = Path(tempfile.mkdtemp(prefix="optiviz-disk-"))
        try:
            figures.update(attempt(folder, random.Random(f"{seed}-{i}")))
        except AssertionError as error:
            raise AssertionError(f"try {i}: {error}") from None
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        progress(i + 1, n)
    return {"tries": n, **dict(sorted(figures.items()))}


class Files:
    """Everything that can be written as one file, each with a way to see that it is whole."""

    def __init__(self) -> None:
        from optiviz.reports.data.tables import write_study_table
        from optiviz.reports.formats import formats
        from optiviz.reports.html import write_report
        from optiviz.reports.studies.formats import write_study_report
        from optiviz.store import run_file, study_file
        from optiviz.store.settings import FILE
        from optiviz.studies.execution import execute
        from optiviz.studies.plan import Configuration, Study
        from optiviz.studies.results import Results

        spec = optiviz.RunSpec.load("classic-descent").with_value("stopping.max_iterations", 20)
        self._run = Run(spec, "a descent").finish()
        plan = Study(configurations=(Configuration(name="a", spec=spec),), search_seeds=(1, 2))
        results = execute(Results(plan), 1)
        steps = optiviz.RunSpec.load("classic-perceptron").with_value("stopping.max_iterations", 20)
        network = Run(steps, "a network").finish()
        all_formats = [(name, one) for name, one in formats().items() if one.is_there]
        self.kinds: dict[str, Callable[[Path], object]] = {
            "run.optiviz": lambda path: run_file.save(path, [self._run]),
            "study.optiviz": lambda path: study_file.save(path, results),
            "report.html": lambda path: write_report([self._run], path),
            "study.html": lambda path: write_study_report(results, path),
            FILE: _write_settings,
            "study.csv": lambda path: write_study_table(results, path),
            **{f"{name}{one.suffix}": partial(_export, network, one) for name, one in all_formats},
        }
        self._readers: dict[str, Callable[[Path], object]] = {
            "run.optiviz": self._is_run,
            "study.optiviz": lambda path: study_file.load(path),
            FILE: _has_settings,
            **{
                f"{name}.json": lambda path: json.loads(path.read_text(encoding="utf-8"))
                for name, one in all_formats
                if one.suffix == ".json"
            },
        }

    def check(self, path: Path) -> None:
        """Read a file back."""
        assert path.stat().st_size > 20, f"{path.name} is empty"
        self._readers.get(path.name, lambda path: None)(path)

    def _is_run(self, path: Path) -> None:
        from optiviz.store import run_file

        (again,) = run_file.load(path)
        assert again.digest == self._run.digest, "the run that was saved is another one"


def _export(run: Run, made: "Format", path: Path) -> None:
    """Write a format as small as it can be."""
    from optiviz.reports.document import Choices
    from optiviz.reports.export import export
    from optiviz.reports.formats import Options

    choices = Choices(author="Ada", notes="## Why?\nIt fell.", parts=("summary", "runs"))
    options = Options(choices=choices, size="column", seconds=0.2, rate=10)
    drawn = made.takes & {"view", "views"}
    export(run, made.name, path, view="fitness" if drawn else None, options=options)


def _write_settings(path: Path) -> None:
    """Set something over the settings that are there; what they tell of it is the refusal."""
    from optiviz.store.settings import SettingsFile

    file = SettingsFile(path.parent)
    file.findings()
    file.change(theme="dark")
    file.close()
    told = file.findings()
    if told:
        raise StoreError(" ".join(told))


def _has_settings(path: Path) -> None:
    from optiviz.store.settings import SettingsFile

    found = SettingsFile(path.parent)
    assert found.findings() == [], "the settings are not whole"
    assert found.now.theme == "dark", "what was set is lost"
    assert found.now.text_scale == 1.5, "what was set before is lost"


def _file(files: Files, folder: Path, dice: random.Random) -> Counter[str]:
    """Fail under one saving over an older file; then save again."""
    name = dice.choice(list(files.kinds))
    path, save = folder / name, files.kinds[name]
    old = b'{"text_scale": 1.5}' if path.suffix == ".json" else b"what was there before"
    path.write_bytes(old)
    what = dice.choice([*_CALLS, None])
    error = dice.choice(list(NUMBERS))
    once = dice.random() < 0.5
    disk = Disk(folder, NUMBERS[error], what, dice.randint(1, _CALLS.get(what or "", 4)), once)
    told = ""
    with failing(disk):
        try:
            save(path)
        except StoreError as refusal:
            told = str(refusal)
    about = f"{name}, {error} at {disk.refused or what}, {'once' if once else 'for good'}"
    if told:
        check_sentence(told, about)
        assert path.read_bytes() == old, f"{about}: the old file is changed"
        lock = folder / "settings.lock"
        left = sorted(p.name for p in folder.iterdir() if p not in (path, lock))
        assert not left, f"{about}: {left} are left behind"
    else:
        # A folder that can't be synced, or made though it is there, is no loss: the file is there.
        assert set(disk.refused) <= {"open", "fsync", "mkdir"}, f"{about}: nothing was said"
        files.check(path)
    save(path)
    files.check(path)
    return Counter({"files": 1, "refused": bool(told)})


def check_sentence(told: str, about: str) -> None:
    """See that something is one plain sentence."""
    assert told, f"{about}: nothing was said"
    assert "\n" not in told, f"{about}: {told!r} is more than a line"
    for word in ("Traceback", "Errno", "Error(", "sqlite3.", "OperationalError"):
        assert word not in told, f"{about}: {told!r} is for programmers"
