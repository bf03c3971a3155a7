"""Make the sample reports that the README links, by the commands that it shows for them.

    .venv/bin/python packaging/samples.py [NAME...]

The day is fixed, and a run or study that comes out as in the sample that is there keeps the times
of computing that are written in it: what has not changed stays the same to the byte.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.store import run_file, study_file

ROOT = Path(__file__).parents[1]
FOLDER = Path(__file__).parent / "samples"
_DAY = "1767225600"  # 1 January 2026, in UTC


def commands() -> list[list[str]]:
    """Return the README's commands, each as its words."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"<!-- samples -->\n+```bash\n(.*?)```", text, re.DOTALL)
    return [shlex.split(line) for line in block.replace("\\\n", " ").splitlines()]


def written(command: Sequence[str]) -> str:
    """Return the name of the file that a command writes."""
    return next(word for option, word in pairwise(command) if option in ("--out", "--save"))


def needed(names: Sequence[str]) -> Iterator[list[str]]:
    """Yield the commands that make the samples of these names, or all."""
    known = commands()
    wanted = {written(one) for one in known if not names or Path(written(one)).stem in names}
    for one in known:
        target = written(one)
        if target in wanted or any(target in other for other in known if written(other) in wanted):
            yield one


def keep_times(made: Path) -> None:
    """Put the times of computing of the sample that is there into a file of the same runs."""
    for kept in sorted([*FOLDER.glob("*.html"), *FOLDER.glob("*.optiviz")]):
        if study_file.holds_study(made) != study_file.holds_study(kept):
            continue
        if study_file.holds_study(made):
            new, old = study_file.load(made), study_file.load(kept)
            digests = [{at: one.digest for at, one in x.records.items()} for x in (new, old)]
            if digests[0] == digests[1] and new.study == old.study:
                study_file.save(made, old)
        else:
            runs, before = run_file.load(made), run_file.load(kept)
            if [_same(one) for one in runs] == [_same(one) for one in before]:
                run_file.save(made, before)


def _same(run: Run) -> tuple[str, RunSpec, str]:
    return run.name, run.spec, run.digest


def make(names: Sequence[str] = ()) -> None:
    """Make all samples, or those that are named."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        shutil.copy(FOLDER / "answers.md", folder)
        environment = os.environ | {
            "OPTIVIZ_HOME": str(folder / "home"),
            "PYTHONPATH": str(ROOT),
            "SOURCE_DATE_EPOCH": _DAY,
        }
        for command in needed(names):
            program = [sys.executable, "-m", *command]
            subprocess.run(program, cwd=folder, env=environment, check=True, stdout=sys.stderr)
            made = folder / written(command)
            if made.suffix == ".optiviz":
                keep_times(made)
            if made.suffix != ".optiviz" or (FOLDER / made.name).exists():
                print(shutil.copy(made, FOLDER))


if __name__ == "__main__":
    make(sys.argv[1:])
