"""The sample reports that the README links are there, whole, and made by the commands it shows."""

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader
from typer.testing import CliRunner

from optiviz import presets
from optiviz.cli import app
from optiviz.engine.run import Run
from optiviz.store import run_file, study_file

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "packaging" / "samples"
README = (ROOT / "README.md").read_text(encoding="utf-8")
LINKED = sorted(set(re.findall(r"\]\(packaging/samples/([^)]+)\)", README)))
PAGES = [name for name in LINKED if name.endswith(".html")]
RUNS = sorted({"handed-in.html", "himmelblau-2d.optiviz", *PAGES} - {"study.html"})

pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="a source distribution has none")


def opened(content, folder):
    (folder / "runs.optiviz").write_bytes(content)
    return run_file.load(folder / "runs.optiviz")


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("samples", ROOT / "packaging" / "samples.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_the_folder_has_what_is_linked_and_nothing_else():
    assert sorted(path.name for path in FOLDER.iterdir()) == LINKED
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 6e6


def test_their_sizes_are_as_it_says():
    said = re.findall(r"samples/([^)]+)\) \| (\S+) MB", README)
    assert len(said) == len(PAGES) + 1
    for name, size in said:
        assert abs((FOLDER / name).stat().st_size / 1e6 - float(size)) < 0.1


def test_each_is_made_by_a_command_that_is_shown(script):
    made = [script.written(command) for command in script.commands()]
    assert set(LINKED) - {"answers.md"} <= set(made)
    for command in script.commands():
        assert command[0] == "optiviz"
        for word in command[2:]:  # what it reads was made before
            if word.endswith((".optiviz", ".html")) and word != script.written(command):
                assert word in made[: made.index(script.written(command))]


def test_the_commands_make_one_again(script, tmp_path, monkeypatch):
    """In a folder of its own, with the runs of the sample to the digest."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPTIVIZ_HOME", str(tmp_path / "home"))
    for command in script.needed(["classic-descent"]):
        assert CliRunner().invoke(app, command[1:]).exit_code == 0
    (made,), (kept,) = (run_file.load(at / "classic-descent.html") for at in (tmp_path, FOLDER))
    assert made.digest == kept.digest


def test_times_of_computing_stay_as_they_are_in_the_sample(script, tmp_path):
    """Else each making would change every file."""
    (kept,) = run_file.load(FOLDER / "classic-descent.html")
    again = Run(kept.spec, kept.name).finish()
    again.seconds = 99.0
    run_file.save(tmp_path / "again.optiviz", [again])
    script.keep_times(tmp_path / "again.optiviz")
    (found,) = run_file.load(tmp_path / "again.optiviz")
    assert found.seconds == kept.seconds


@pytest.mark.parametrize("name", RUNS)
def test_it_opens_again_with_the_runs_of_the_preset(name):
    specs = {spec for one in presets.names() for _, spec in presets.load(one).specs}
    for run in run_file.load(FOLDER / name):
        assert name == "race.html" or run.spec in specs
        if run.k <= 1000:
            assert Run(run.spec).finish().digest == run.digest


def test_the_study_opens_again():
    results = study_file.load(FOLDER / "study.html")
    assert results.complete
    first = results.study.runs[0]
    assert Run(results.study.spec_of(first)).finish().digest == results.records[first].digest


def test_they_name_no_machine_and_no_place(script):
    for name in PAGES:
        text = (FOLDER / name).read_text(encoding="utf-8")
        assert not re.search(r"/home/|/tmp/|/Users/|/root/", text)
        assert "2026-01-01" in text


def test_the_movie_and_the_pages_of_paper_are_whole(tmp_path):
    with Image.open(FOLDER / "classic-mlp.gif") as movie:
        assert movie.n_frames > 40
        assert movie.info["loop"] == 0
        movie.seek(movie.n_frames - 1)
        movie.load()
    paper = PdfReader(FOLDER / "himmelblau-2d.pdf")
    (attached,) = paper.attachments["runs.optiviz"]
    kept = run_file.load(FOLDER / "himmelblau-2d.optiviz")
    assert len(paper.pages) > 3
    assert [run.digest for run in opened(attached, tmp_path)] == [run.digest for run in kept]


def test_what_is_installed_does_not_carry_them():
    with open(ROOT / "pyproject.toml", "rb") as file:
        sdist = tomllib.load(file)["tool"]["hatch"]["build"]["targets"]["sdist"]
    assert "/packaging/samples" in sdist["exclude"]
