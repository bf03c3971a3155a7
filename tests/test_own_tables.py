"""Without these, a run on one's own table would be worth nothing once the table's file is gone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from optiviz.cli import app
from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.optimizers.adam import Adam
from optiviz.optimizers.hill_climbing import HillClimbing
from optiviz.reports.html import report
from optiviz.store import run_file, study_file
from optiviz.store.history import Recorder
from optiviz.studies import sweep
from optiviz.studies.execution import execute
from optiviz.studies.plan import Configuration, Study
from optiviz.studies.race import Budget, race_of
from optiviz.studies.results import Results
from tests.own_table import spec_text
from tests.store.hostile import members, write

TABLE = "length (cm);<b>width</b>;kind\n" + "".join(
    f"{i},5;{i % 7};{('<img src=x>', 'y')[i % 2]}\n" for i in range(40)
)
# What somebody else does with files, who has no table, while it is noted what is opened.
ELSEWHERE = """
import json, sys
opened = []
sys.addaudithook(lambda name, args: opened.append(str(args[0])) if name == "open" else None)
from pathlib import Path
from optiviz.engine.parameters import SpecError
from optiviz.engine.run import Run
from optiviz.reports.html import report
from optiviz.store import StoreError, run_file, study_file
from optiviz.store.history import History
from optiviz.store.verify import verify
from optiviz.studies.execution import execute
from optiviz.studies.results import Results

def looked_at(path):
    path = Path(path)
    if path.is_dir():
        with History.open(path) as history:
            return [history.load(item.id).digest for item in history.items()]
    if study_file.holds_study(path):
        results = study_file.load(path)
        again = execute(Results(results.study), 1).records
        kept = results.records
        same = all(again[run].digest == kept[run].digest for run in results.study.runs)
        return [record.failure for record in kept.values()], same
    run, *_ = run_file.load(path)
    if not run.spec.optimizer.replays:  # to be looked at alone
        return run.spec.optimizer.sentence()
    branch = run.branch(5, run.spec.optimizer.replace(step_size=0.3)).finish()
    again = Run(run.spec).finish()
    page = report([run])
    return [run.digest, again.digest, verify(path).identical, branch.failure is None,
            branch.k > 5,
            "The table my &lt;b&gt;table.csv has 40 rows" in page and "<img src=x>" not in page]

found = {}
for path in sys.argv[2:]:
    try:
        found[path] = looked_at(path)
    except (SpecError, StoreError) as error:
        found[path] = str(error)
print(json.dumps([found, [name for name in opened if sys.argv[1] in name]]))
"""


def elsewhere(table: Path, *paths: Path) -> tuple[dict[str, object], list[str]]:
    """Look at files in another process; return what came out, and what of the table was opened."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, table.name, *map(str, paths)],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert not done.returncode, done.stderr
    found, opened = json.loads(done.stdout)
    return found, opened


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "my <b>table.csv"
    path.write_text(TABLE)
    (tmp_path / "spec.toml").write_text(spec_text(path.name, 30))
    return path


def plain(spec: RunSpec, table: Path) -> bytes:
    """Return a spec that names a file, and no content."""
    data = spec.to_dict()
    data["problem"]["dataset"] = {"kind": "csv", "file": str(table), "target": "kind"}
    return json.dumps(data).encode()


def test_runs_and_studies_need_no_table_elsewhere_and_nobody_opens_one(table, tmp_path):
    spec = RunSpec.load(tmp_path / "spec.toml")
    arguments = ["run", str(tmp_path / "spec.toml"), "--save", str(tmp_path / "cli.optiviz")]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    run = Run(spec, "mine").finish()
    run_file.save(tmp_path / "run.optiviz", [run])

    recorder = Recorder(tmp_path / "history")
    recorder.follow(run)
    recorder.look(run)
    assert recorder.close()

    race = race_of(spec, [("climb", HillClimbing()), ("Adam", Adam())], Budget(amount=20))
    studies = {
        "repeat": Study(
            configurations=(Configuration(name="one", spec=spec),), search_seeds=(1, 2)
        ),
        "sweep": sweep.grid(spec, {"optimizer.step_size": [0.1, 0.2]}),
        "race": Study(
            configurations=tuple(
                Configuration(name=one.name, spec=one.spec) for one in race.racers
            ),
            search_seeds=(1,),
            measure="test_accuracy",
        ),
    }
    for name, study in studies.items():
        results = execute(Results(study), 2)
        assert [record.failure for record in results.records.values()] == [""] * len(study.runs)
        study_file.save(tmp_path / f"{name}.optiviz", results)

    content = members(tmp_path / "run.optiviz")
    content["run-0/spec.json"] = plain(spec, table)
    named = {n: data for n, data in content.items() if not n.startswith("tables/")}
    write(tmp_path / "named.optiviz", named)
    lost = {n: d for n, d in members(tmp_path / "run.optiviz").items() if "tables/" not in n}
    write(tmp_path / "lost.optiviz", lost)

    names = ["named", "lost", "cli", "run", *studies]  # what is known once stays known
    paths = [tmp_path / f"{name}.optiviz" for name in names]
    table.unlink()
    found, opened = elsewhere(table, *paths, tmp_path / "history")
    assert opened == [], "a path in somebody's spec is nothing to open, be there a file or not"

    said = [found[str(path)] for path in paths]
    assert said[2] == said[3] == [run.digest, run.digest, True, True, True, True]
    for sentence in said[:2]:
        assert isinstance(sentence, str)
        assert table.name in sentence
        assert "choose" in sentence
        assert "\n" not in sentence
    for records, identical in said[4:]:
        assert not any(records)
        assert identical
    assert found[str(tmp_path / "history")] == [run.digest]
    assert "<img src=x>" not in report([run])
