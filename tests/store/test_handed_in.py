"""What a student hands in: read from what people write, carried by a page, and back again."""

from __future__ import annotations

import json

import pytest

from optiviz.engine.parameters import SpecError
from optiviz.store import answers, carried
from optiviz.store.answers import Assignment, Question
from optiviz.store.handed_in import handed_in, sealed
from tests.store.hostile import refused

PAGE = '<!DOCTYPE html>\n<html><body>\n<h1>Ada</h1>\n<p class="a">Words.</p>\n</body></html>\n'
ADA = Assignment("Ada", "Steps", "By Friday.", (Question("Why?", "Say it.", "So.\n\nThus."),))

MARKDOWN = """\ufeff# Learning rates #\r
By Friday.\r
\r
## Which diverges first?\r
> Look at runs 1 to 4.\r
>\r
> (2 points)\r
\r
The largest, 2.0.\r
> as I said before\r
\r
```\r
## no heading, but a comment\r
x = 1\r
```\r
### nor is this one\r
## And why?\r
"""

TOML = """
title = "Learning rates"
about = "By Friday."
student = "Grace"
[[questions]]
text = "Which diverges first?"
answer = '''
The largest.
'''
[[questions]]
text = "And why?"
"""


def read(tmp_path, name, text, student=""):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return answers.read(path, student)


def test_markdown_is_read_as_people_write_it(tmp_path):
    found = read(tmp_path, "a.md", MARKDOWN, "Ada")
    assert (found.student, found.title, found.about) == ("Ada", "Learning rates", "By Friday.")
    first, second = found.questions
    assert first.text == "Which diverges first?"
    assert first.details == "Look at runs 1 to 4.\n\n(2 points)"
    assert first.answer.split("\n")[:2] == ["The largest, 2.0.", "> as I said before"]
    assert "## no heading, but a comment\nx = 1" in first.answer
    assert first.answer.endswith("### nor is this one")
    assert second == Question("And why?")
    assert found.answered == 1


def test_toml_and_json_are_read_too(tmp_path):
    found = read(tmp_path, "a.toml", TOML)
    assert (found.student, found.questions[0].answer) == ("Grace", "The largest.")
    assert read(tmp_path, "a.toml", TOML, "Ada").student == "Ada"
    plain = {"student": "Grace", "questions": [{"text": "Why?", "answer": "So."}]}
    assert read(tmp_path, "a.json", json.dumps(plain)).answered == 1


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.md", MARKDOWN, "say who hands it in"),
        ("a.md", "# Title\nand words", "has no question"),
        ("a.md", "##\n", "question 1: has no text"),
        ("a.md", "## " + "x" * 3000, "more than 2,000 letters"),
        ("a.md", "## x\n" * 300, "1 to 200 of them, not 300"),
        ("a.md", b"# a\n## \xff\n", "line 2 is not text in UTF-8"),
        ("a.md", b"x" * 1_100_000, "larger than 1 MB"),
        ("a.docx", "PK", "answers are read from .md"),
        ("a.toml", "student = 3\n[[questions]]\ntext = 'a'", "student: must be a text"),
        ("a.toml", "questions = 3", "questions: must be a list"),
        ("a.toml", "[[questions]]\ntext = 'a'\nanswers = 'b'", "question 1, answers: is not known"),
        ("a.toml", "[[questions]]\ntext = []", "question 1, text: must be a text"),
        ("a.toml", "questions = [", "can't be read"),
        ("a.json", "[]", "must be a table"),
        ("a.json", '{"student": "a", "questions": []}', "not 0"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path, name, text, words):
    with pytest.raises(SpecError) as caught:
        read(tmp_path, name, text)
    said = [str(mistake) for mistake in caught.value.mistakes]
    assert any(words in one for one in said), said
    assert all(one.startswith(str(tmp_path / name)) and "\n" not in one for one in said)


def test_a_file_that_is_none_is_a_sentence(tmp_path):
    for path in (tmp_path / "no.md", tmp_path):
        with pytest.raises(SpecError):
            answers.read(path.with_suffix(".md") if path is tmp_path else path)
    (tmp_path / "folder.md").mkdir()
    with pytest.raises(SpecError, match="can't be read"):
        answers.read(tmp_path / "folder.md")


def test_what_steers_a_reader_is_not_taken_over(tmp_path):
    found = read(tmp_path, "a.md", "## a\u202eb\x1b[2J\nx\x00y\u2066\n", "A\u202eda\nB")
    assert (found.student, found.questions[0]) == ("A da B", Question("a b [2J", "", "x y"))


def test_answers_come_out_of_a_page_as_they_went_in(tmp_path):
    path = tmp_path / "a.html"
    path.write_text(sealed(PAGE, ADA, ["ab", "cd"]))
    found = handed_in(path)
    assert (found.assignment, found.traces, found.unchanged) == (ADA, ("ab", "cd"), True)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert handed_in(path).unchanged
    path.write_text(path.read_text().replace("Words.", "Other words."))
    found = handed_in(path)
    assert (found.assignment, found.unchanged) == (ADA, False)
    path.write_text(PAGE)
    assert handed_in(path) is None


def test_answers_that_somebody_wrote_with_intent_are_a_sentence(tmp_path):
    good = json.loads(carried.taken_from(sealed(PAGE, ADA, []).encode(), carried.ASSIGNMENT))
    path = tmp_path / "a.html"
    bad = [
        (b"{", "not JSON"),
        (b"[" * 100_000, ""),
        (b"\xff", "not JSON"),
        (b'"a"', "not as optiviz writes them"),
        (good | {"version": 2}, "newer optiviz"),
        (good | {"version": True}, "not as"),
        (good | {"traces": [1]}, "not as"),
        (good | {"more": 1}, "not as"),
        (good | {"assignment": {}}, "the answers: "),
        (good | {"assignment": {"student": "a", "questions": [{"text": []}]}}, "must be a text"),
        (good | {"assignment": {"student": ["a"], "questions": 1}}, "the answers: "),
    ]
    for content, words in bad:
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        path.write_text(
            PAGE.replace("</body>", carried.block(data, carried.ASSIGNMENT) + "</body>")
        )
        refused(path, words, handed_in)
    one = carried.block(b"{}", carried.ASSIGNMENT)
    path.write_text(PAGE.replace("</body>", one + one + "</body>"))
    refused(path, "carries the answers twice", handed_in)
