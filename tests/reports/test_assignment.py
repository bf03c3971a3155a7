"""What a student hands in, from answers and runs to the teacher who checks it."""

from __future__ import annotations

import json
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

import optiviz
from optiviz.engine.parameters import SpecError
from optiviz.engine.run import Run
from optiviz.reports import assignment
from optiviz.reports.document import Choices, Items, Listing, Paragraphs
from optiviz.reports.formats import Options, formats
from optiviz.store import StoreError, carried, run_file
from optiviz.store.answers import Assignment, Question, read
from optiviz.store.handed_in import handed_in

ANSWERS = """# Steps
By Friday.

## Which seed?
> Name it.

Seed 1, because
it is <b>first</b> & "best":
`a < b` holds:

- it `began`
  higher
* it ended higher

```
x = 1
## no heading
```
## Why?
"""


@pytest.fixture(scope="module")
def handed(tmp_path_factory):
    """A page that was handed in."""
    folder = tmp_path_factory.mktemp("handed")
    (folder / "a.md").write_text(ANSWERS)
    run = Run(optiviz.RunSpec.load("classic-descent"), "mine").finish()
    assignment.write([run], folder / "ada.html", read(folder / "a.md", "Ada"))
    return folder / "ada.html"


@pytest.fixture
def run(run, monkeypatch, tmp_path):
    """Run a command in a folder of its own, with a run file and answers."""
    monkeypatch.chdir(tmp_path)
    spec = optiviz.RunSpec.load("classic-descent")
    run_file.save("r.optiviz", [Run(spec, "mine").finish()])
    shorter = spec.with_value("stopping.max_iterations", 50)
    run_file.save("other.optiviz", [Run(shorter, "another").finish()])
    Path("a.md").write_text(ANSWERS)
    return run


class Words(HTMLParser):
    """What a reader of a page reads."""

    def __init__(self):
        super().__init__()
        self.words, self._hidden, self.scripts = [], 0, []

    def handle_starttag(self, tag, attrs):
        self._hidden += tag in ("script", "style")
        self.scripts += [dict(attrs)] if tag == "script" else []

    def handle_endtag(self, tag):
        self._hidden -= tag in ("script", "style")

    def handle_data(self, data):
        self.words += [] if self._hidden else data.split()


def test_a_student_hands_in_and_a_teacher_checks(run):
    status, out, lines = run(
        "report", "r.optiviz", "--answers", "a.md", "--student", "Ada Ł", "--out", "ada.html"
    )
    assert (status, out) == (0, "ada.html\n")
    assert lines == ["warning: a.md: 1 question has no answer"]
    page = Words()
    page.feed(Path("ada.html").read_text(encoding="utf-8"))
    said = " ".join(page.words)
    assert 'Seed 1, because it is <b>first</b> & "best": a < b holds:' in said
    assert "<code>a &lt; b</code> holds" in Path("ada.html").read_text(encoding="utf-8")
    for words in ("Ada Ł", "By Friday.", "it began higher", "x = 1 ## no heading", "No answer"):
        assert words in said
    assert "It doesn't show who made the runs" in said
    names = [script.get("id") for script in page.scripts]
    assert names.count(carried.RUNS) == names.count(carried.ASSIGNMENT) == 1
    assert not any("src" in script for script in page.scripts)

    status, out, _ = run("verify", "ada.html")
    assert status == 0
    assert "identical, all 100 iterations" in out
    assert "handed in by Ada Ł, 1 of 2 questions answered" in out
    assert "doesn't prove who made the runs" in out
    found = json.loads(run("verify", "ada.html", "--json")[1])[-1]
    assert found | {"file": ""} == {
        "file": "", "identical": True, "student": "Ada Ł", "answered": 1, "questions": 2,
        "same_runs": True, "page_unchanged": True,
    }  # fmt: skip
    out = run("show", "ada.html")[1]
    assert "handed in by Ada Ł: Steps" in out
    assert 'Seed 1, because\n    it is <b>first</b> & "best":' in out
    shown = json.loads(run("show", "ada.html", "--json")[1])[-1]["handed_in"]
    assert shown["questions"][1] == {"text": "Why?", "details": "", "answer": ""}


def test_a_changed_answer_and_swapped_runs_are_found(run, handed):
    shutil.copy(handed, "ada.html")
    whole = Path("ada.html").read_text(encoding="utf-8")
    Path("ada.html").write_text(whole.replace("Seed 1, because", "Seed 2, because"))
    status, out, _ = run("verify", "ada.html")
    assert status == 1
    assert "its page was changed after it was written" in out
    assert "Seed 1, because" in run("show", "ada.html")[1]
    Path("ada.html").write_text(whole, encoding="utf-8")
    mine = carried.block(carried.content_of("ada.html"))
    theirs = carried.block(Path("other.optiviz").read_bytes())
    Path("ada.html").write_text(whole.replace(mine, theirs), encoding="utf-8")
    status, out, _ = run("verify", "ada.html")
    assert status == 1
    assert "it carries other runs than those that it was written with" in out


def test_what_can_not_be_handed_in_is_one_sentence_and_writes_nothing(run):
    Path("old.html").write_text("old")
    cases = [
        (("r.optiviz", "--student", "Ada"), "add --answers"),
        (("r.optiviz", "--answers", "a.md"), "say who hands it in"),
        (("r.optiviz", "--answers", "no.md", "--student", "A"), "no such file"),
        (("no.optiviz", "--answers", "a.md", "--student", "A"), "no such file"),
    ]
    for arguments, words in cases:
        status, out, lines = run("report", *arguments, "--out", "old.html")
        assert (status, out, len(lines)) == (2, "", 1)
        assert words in lines[0]
    assert Path("old.html").read_text() == "old"
    status, _, lines = run(
        "report", "r.optiviz", "--answers", "a.md", "--student", "A", "--out", "a.pdf"
    )
    assert (status, lines) == (2, ["a.pdf: what is handed in is written as .html"])
    status, _, lines = run(
        "report", "r.optiviz", "--answers", "a.md", "--student", "A", "--out", "no/a.html"
    )
    assert (status, len(lines)) == (2, 1)


def test_a_report_that_is_read_is_never_written_over(run, handed):
    hand_in = ("--answers", "a.md", "--student", "Ada")
    shutil.copy(handed, "ada.html")
    before = Path("ada.html").read_bytes()
    for arguments in ((), hand_in):
        status, _, lines = run("report", "ada.html", *arguments, "--out", "ada.html")
        assert (status, len(lines)) == (2, 1)
        assert "is what is read" in lines[0]
    assert Path("ada.html").read_bytes() == before


def test_runs_that_nobody_could_check_are_not_handed_in(tmp_path, monkeypatch):
    monkeypatch.setattr("optiviz.reports.content.carried", lambda runs: b"")
    run = Run(optiviz.RunSpec.load("classic-descent")).finish()
    ada = Assignment("Ada", "", "", (Question("Why?"),))
    with pytest.raises(StoreError, match="nobody could check them"):
        assignment.write([run], tmp_path / "a.html", ada)
    with pytest.raises(StoreError, match="no run has started"):
        assignment.write([Run(run.spec)], tmp_path / "a.html", ada)
    assert not list(tmp_path.iterdir())


def test_the_window_hands_in_what_author_and_notes_say(tmp_path):
    made, path = formats()["assignment"], tmp_path / "a.html"
    runs = [Run(optiviz.RunSpec.load("classic-descent"), "mine").finish()]
    made.write(runs, path, Options(Choices(author="Ada", notes=ANSWERS)))
    found = handed_in(path)
    assert (found.assignment.student, found.assignment.answered) == ("Ada", 1)
    assert found.unchanged
    assert path.read_text(encoding="utf-8").count("By Friday.") == 1
    before = path.read_bytes()
    for choices, words in (
        (Choices(notes=ANSWERS), "author: say who"),
        (Choices(author="Ada"), "notes: write the questions"),
        (Choices(author="Ada", notes="Words."), "answers: has no question"),
    ):
        with pytest.raises(SpecError, match=words):
            made.write(runs, path, Options(choices))
    assert path.read_bytes() == before


def test_answers_keep_their_shape():
    text = "One\ntwo.\n\n- a\n- b\n  more\n\n- c\nThen\n```py\nx\n\n  y\n```\nand\n```\nopen"
    (part,) = assignment.chapter(Assignment("A", "", "", (Question("Why?", answer=text),))).parts[
        1:-1
    ]
    assert part.title == "1. Why?"
    assert part.blocks == (
        Paragraphs(("One two.",), coded=True),
        Items(("a", "b more", "c"), coded=True),
        Paragraphs(("Then",), coded=True),
        Listing("As it was written", "x\n\n  y", open=True),
        Paragraphs(("and",), coded=True),
        Listing("As it was written", "open", open=True),
    )
