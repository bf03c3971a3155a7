"""Every page that is written is valid HTML: other programs read it, and screen readers do."""

import pytest

import optiviz
from optiviz.engine.run import Run
from optiviz.presets import load
from optiviz.reports import assignment
from optiviz.reports.document import PARTS, Choices
from optiviz.reports.html import write
from optiviz.reports.studies.formats import write_study_report
from optiviz.store.answers import Assignment, Question
from optiviz.studies.records import recorded
from optiviz.studies.results import Results
from tests.reports.test_study import STUDY
from tests.reports.valid import mistakes

EVIL = "</title></style><script>alert('x')</script><img src=x onerror=alert(1)>\"'&{{ 7*7 }}--><!--"
ODD = "a\x00b\x07\x0c\x85c\ud800\ufffe\u202e\u2028 日本語 " + "w" * 300


def short(preset, iterations):
    """Runs of a preset, ended early: what is on a page is the same."""
    for name, spec in load(preset).specs:
        run = Run(spec, name)
        run.advance(iterations)
        yield run


def preset_page(preset, iterations, views=None, parts=tuple(PARTS)):
    def made(path):
        write([*short(preset, iterations)], path, Choices(views=views, parts=parts))
        return path.read_text(encoding="utf-8")

    return made


def study_page(path):
    done = {planned: recorded(STUDY.spec_of(planned)) for planned in STUDY.runs}
    write_study_report(Results(STUDY, done), path)
    return path.read_text(encoding="utf-8")


def assignment_page(path):
    questions = (
        Question("Why?", "Look.", f"- one\n- two\n\n```\n{EVIL}\n```"),
        Question(EVIL, "", ""),
    )
    made = Assignment("Ada <b>", "Week 3", "Do it.\n\n- one", questions)
    choices = Choices(parts=("summary", "settings"))
    assignment.write([*short("classic-descent", 9)][:1], path, made, choices)
    return path.read_text(encoding="utf-8")


def hostile_page(path):
    spec = optiviz.RunSpec.load("classic-descent")
    runs = [Run(spec, name) for name in (EVIL, ODD, "")]
    for run in runs:
        run.advance(3)
    write(runs, path, Choices(title=f"{EVIL}{ODD}", author=EVIL, notes=f"{EVIL}\n\n{ODD}"))
    return path.read_text(encoding="utf-8")


PAGES = {
    "network": preset_page("classic-perceptron", 12),
    "digits": preset_page("digits", 3, ("confusion", "network", "log")),
    "functions": preset_page("rosenbrock-2d", 9, ("function_2d", "why")),
    "race": preset_page("race", 3, ("fitness",), ("summary", "results", "figures")),
    "numbers": preset_page("sine", 3, ("regression_fit", "residuals")),
    "study": study_page,
    "assignment": assignment_page,
    "hostile": hostile_page,
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_valid(name, tmp_path):
    assert list(mistakes(PAGES[name](tmp_path / "page.html"))) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("<p><div></p></div>", "unexpected"),
        ("<p id=a></p><p id=a></p>", "2 times"),
        ("<section aria-labelledby=b></section>", "nowhere"),
        ("<h3>deep</h3>", "h3 follows h1"),
        ("<h2> </h2>", "an empty h2"),
        ("<img src='data:'>", "without alt"),
        ("<input type=range>", "no label"),
        ("<button></button>", "says nothing"),
        ("<svg></svg>", "no name"),
        ("<table><tr><td colspan=2></td></tr></table>", "begun at"),
        ("<p>\x01</p>", "can't hold"),
    ],
)
def test_what_is_wrong_is_seen(wrong, said):
    page = "<!DOCTYPE html><html lang=en><title>A</title><h1>A</h1>{}</html>"
    assert list(mistakes(page.format(""))) == []
    assert any(said in one for one in mistakes(page.format(wrong)))
