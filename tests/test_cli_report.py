"""`optiviz report`: its options say what the export panel does, and mistakes are a sentence.

If these fail, a course's script writes another report than it asked for, or loses a file.
"""

import pytest

from optiviz.cli import main
from optiviz.reports.document import PARTS, Choices
from optiviz.reports.formats import Format, formats


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Be in a folder with a run of a few iterations."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.md").write_text("One.\n\nTwo, with ü.", encoding="utf-8")
    climb = ("classic-perceptron", "--set", "stopping.max_iterations=3")
    assert said("run", *climb, "--save", "r.optiviz")[0] == 0
    return tmp_path


def said(*arguments, capsys=None):
    with pytest.raises(SystemExit) as end:
        main(list(arguments))
    return end.value.code, "" if capsys is None else capsys.readouterr().err


def test_a_report_is_as_asked_for(here, monkeypatch):
    seen = []
    made = Format(
        "fake", "Fake", "For a test.", ".fake", "report",
        lambda runs, path, options: seen.append((len(runs), options.choices)), several=True,
    )  # fmt: skip
    monkeypatch.setitem(formats(), "fake", made)
    options = (
        "--title", "Ours", "--author", "A. B.", "--notes", "notes.md", "--parts",
        "summary,figures", "--parts", "spec", "--views", "fitness", "--theme", "dark",
        "--template", "course",
    )  # fmt: skip
    assert said("report", "r.optiviz", "r.optiviz", "--out", "x.fake", *options)[0] == 0
    asked = Choices(
        title="Ours",
        author="A. B.",
        notes="One.\n\nTwo, with ü.",
        parts=("summary", "figures", "spec"),
        views=("fitness",),
        theme="dark",
        template="course",
    )
    assert said("report", "r.optiviz", "r.optiviz", "--run", "2", "--out", "x.fake")[0] == 0
    assert seen == [(2, asked), (1, Choices())]


def test_the_page_has_what_was_asked_for(here):
    arguments = ("--title", "A <b>title</b>", "--parts", "summary", "--notes", "notes.md")
    assert said("report", "r.optiviz", "--out", "r.html", *arguments)[0] == 0
    page = (here / "r.html").read_text(encoding="utf-8")
    assert "A &lt;b&gt;title&lt;/b&gt;" in page
    assert "Two, with ü." in page
    assert "max_iterations" not in page  # that is in the spec


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--out", "r.doc"), "reports are written as"),
        (("--out", "no/r.html"), "there is no such folder"),
        (("--out", "r.html", "--parts", "summary,nothing"), f"there are {', '.join(PARTS)}"),
        (("--out", "r.html", "--parts", ","), "names nothing"),
        (("--out", "r.html", "--views", "moon"), "there is no 'moon'"),
        (("--out", "r.html", "--theme", "pink"), "must be auto or light or dark, is 'pink'"),
        (("--out", "r.html", "--paper", "letter"), "--paper: is that of a PDF"),
        (("--out", "r.pdf", "--paper", "a5"), "must be a4 or letter, is 'a5'"),
        (("--out", "r.pdf", "--theme", "dark"), "--theme: says nothing of a PDF"),
        (("--out", "r.pdf", "--template", "course"), "--template: says nothing of a PDF"),
        (("--out", "r.html", "--run", "2"), "--run: must be at most 1, is 2"),
        (
            ("--out", "r.html", "--student", "A", "--author", "B"),
            "--author: an assignment has --st",
        ),
        (("--out", "r.html", "--answers", "notes.md", "--notes", "notes.md"), "--notes: an assign"),
        (("--out", "r.html", "--notes", "gone.md"), "gone.md: the notes can't be read"),
        (("--out", "r.html", "--notes", "."), "the notes can't be read"),
        (("--out", "r.html", "--notes", "r.optiviz"), "is no text in UTF-8"),
    ],
)
def test_mistakes_are_a_line_that_names_them(here, capsys, arguments, words):
    (here / "r.html").write_text("old", encoding="utf-8")
    status, error = said("report", "r.optiviz", *arguments, capsys=capsys)
    assert status == 2
    (line,) = error.splitlines()
    assert words in line
    assert (here / "r.html").read_text(encoding="utf-8") == "old"


def test_nothing_is_written_to_a_file_called_dash(here, capsys):
    status, words = said("export", "r.optiviz", "--to", "csv", "--out", "-", capsys=capsys)
    assert status == 2
    assert "--out: must name a file" in words
    assert not (here / "-").exists()


@pytest.mark.parametrize(("paper", "size"), [("a4", (595, 842)), ("letter", (612, 792))])
def test_a_pdf_has_the_paper_that_was_asked_for(here, paper, size):
    from pypdf import PdfReader

    arguments = ("--out", "r.pdf", "--parts", "spec", "--paper", paper)
    assert said("report", "r.optiviz", *arguments)[0] == 0
    assert tuple(map(round, PdfReader(here / "r.pdf").pages[0].mediabox[2:])) == size


@pytest.mark.parametrize(("to", "suffix"), [("html", ".html"), ("gif", ".gif"), ("svg", ".svg")])
def test_what_a_program_opens_by_its_name_is_named_as_it_is(here, capsys, to, suffix):
    arguments = ("--to", to, "--view", "fitness", "--out", "x.png")
    status, error = said("export", "r.optiviz", *arguments, capsys=capsys)
    assert (status, error) == (2, f"x.png: {to} must be named {suffix}\n")
    assert not (here / "x.png").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("gif", "--view", "fitness", "--rate", "60"), "--rate: must be from 1 to 50, is 60"),
        (("gif", "--view", "fitness", "--seconds", "0"), "--seconds: must be from 0.2 to 600"),
        (("gif", "--view", "fitness", "--at", "9"), "--at: the run has iterations 0 to 3, not 9"),
        (("gif", "--view", "moon"), "--view: there is no view 'moon'"),
        (("svg",), "--view: name what to draw"),
        (("xlsx",), "--to: 'xlsx' is not a format"),
        (("assignment",), "assignment: is handed in by `optiviz report FILE --student NAME"),
        (("html", "--theme", "dark"), "--theme: says nothing of html; leave it out, or see what"),
    ],
)
def test_mistakes_of_an_export_name_what_was_typed(here, capsys, arguments, words):
    out = f"x.{arguments[0].replace('assignment', 'html')}"
    status, error = said("export", "r.optiviz", "--to", *arguments, "--out", out, capsys=capsys)
    assert (status, error.count("\n")) == (2, 1)
    assert error.startswith(words)
    assert not (here / out).exists()
