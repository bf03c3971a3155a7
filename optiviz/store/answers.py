"""Answers to a teacher's questions, as a student writes them: Markdown, TOML or JSON.

In Markdown::

    # Learning rates
    What the class is asked to do, and by when.

    ## Which learning rate diverges first?
    > The teacher's words on this question.

    The student's answer: paragraphs, lists, and code between lines of three backticks.

In TOML ``title``, ``about``, ``student`` and any number of ``[[questions]]`` with ``text``,
``details`` and ``answer``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optiviz.engine.parameters import Mistake, SpecError
from optiviz.engine.reading import NO_FILE, opened
from optiviz.engine.spec import read_mapping
from optiviz.engine.wording import one_line

MARKDOWN = (".md", ".markdown", ".txt")
_TABLES = (".toml", ".json")
_MOST = 1_000_000  # bytes of a file
_MOST_QUESTIONS = 200
_LONGEST_NAME = 200
_LONGEST_QUESTION = 2000
_KEYS = ("title", "about", "student", "questions")
_QUESTION = ("text", "details", "answer")
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")


@dataclass(frozen=True)
class Question:
    """A question of a teacher's, and what a student answers."""

    text: str
    details: str = ""
    answer: str = ""


@dataclass(frozen=True)
class Assignment:
    """What a student hands in, but for the runs.

    Attributes
    ----------
    student : str
    title : str
        Of the assignment; there may be none.
    about : str
        What the class was asked to do.
    questions : tuple of Question
    """

    student: str
    title: str
    about: str
    questions: tuple[Question, ...]

    @property
    def text(self) -> str:
        """Questions and answers as lines."""
        lines = []
        for i, question in enumerate(self.questions, 1):
            answer = question.answer or "No answer."
            lines += ["", f"{i}. {question.text}", *(f"  {line}" for line in answer.split("\n"))]
        return "\n".join(line.rstrip() for line in lines[1:])

    @property
    def answered(self) -> int:
        """How many questions have an answer."""
        return sum(bool(question.answer) for question in self.questions)


def read(path: Path, student: str = "") -> Assignment:
    """Read questions and answers.

    Parameters
    ----------
    path : Path
        Its suffix says how it is written.
    student : str
        Who hands it in; what the file says if left out.

    Raises
    ------
    SpecError
        Naming each mistake with the file and the line or entry.
    """
    suffix = path.suffix.lower()
    if suffix in MARKDOWN:
        found = _of_markdown(_text_of(path), str(path))
    elif suffix in _TABLES:
        found = read_mapping(path)
        if not isinstance(found, dict):
            raise SpecError([Mistake(str(path), f"must be a table with {', '.join(_KEYS)}")])
    else:
        known = ", ".join((*MARKDOWN, *_TABLES))
        raise SpecError([Mistake(str(path), f"answers are read from {known}")])
    return of(found | ({"student": student} if student else {}), str(path))


def of_text(text: str, student: str, label: str) -> Assignment:
    """Return an assignment from Markdown; mistakes name the label.

    Raises
    ------
    SpecError
    """
    return of(_of_markdown(text, label) | {"student": student}, label)


def of(found: dict[str, Any], label: str) -> Assignment:
    """Return an assignment from plain data, as TOML has it; mistakes name the label.

    Raises
    ------
    SpecError
    """
    mistakes = [Mistake(f"{label}: {path}", what) for path, what in _mistakes(found)]
    if mistakes:
        raise SpecError(mistakes)
    return Assignment(
        one_line(found.get("student", "")),
        one_line(found.get("title", "")),
        _seen(found.get("about", "")),
        tuple(
            Question(one_line(one["text"]), *(_seen(one.get(name, "")) for name in _QUESTION[1:]))
            for one in found["questions"]
        ),
    )


def _mistakes(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each mistake with its place."""
    yield from _strangers(found, _KEYS, "")
    for name in _KEYS[:3]:
        if not isinstance(found.get(name, ""), str):
            yield name, "must be a text"
        elif name != "about" and len(found.get(name, "")) > _LONGEST_NAME:
            yield name, f"has more than {_LONGEST_NAME} letters"
    student = found.get("student", "")
    if isinstance(student, str) and not one_line(student):
        yield "student", "say who hands it in, with --student or in the file"
    questions = found.get("questions", [])
    if not isinstance(questions, list) or not all(isinstance(one, dict) for one in questions):
        yield "questions", "must be a list of tables, each under [[questions]]"
        return
    if not 1 <= len(questions) <= _MOST_QUESTIONS:
        yield "questions", f"there must be 1 to {_MOST_QUESTIONS} of them, not {len(questions):,}"
        return
    for i, one in enumerate(questions, 1):
        yield from _strangers(one, _QUESTION, f"question {i}, ")
        for name in _QUESTION:
            if not isinstance(one.get(name, ""), str):
                yield f"question {i}, {name}", "must be a text"
        text = one.get("text", "")
        if isinstance(text, str) and not one_line(text):
            yield f"question {i}", "has no text"
        elif isinstance(text, str) and len(text) > _LONGEST_QUESTION:
            yield f"question {i}", f"has more than {_LONGEST_QUESTION:,} letters; put some below it"


def _strangers(found: dict[str, Any], known: tuple[str, ...], at: str) -> Iterator[tuple[str, str]]:
    for name in found:
        if name not in known:
            yield f"{at}{one_line(str(name))[:60]}", f"is not known; there are {', '.join(known)}"


def _seen(text: str) -> str:
    """Return text without control characters and marks that turn its direction."""
    lines = _UNSEEN.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n")


# Markdown


def _text_of(path: Path) -> str:
    try:
        with opened(path) as file:
            content = file.read(_MOST + 1)
    except FileNotFoundError:
        raise SpecError([Mistake(str(path), "there is no such file")]) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or NO_FILE
        raise SpecError([Mistake(str(path), f"can't be read: {reason}")]) from None
    if len(content) > _MOST:
        raise SpecError([Mistake(str(path), f"is larger than {_MOST // 10**6} MB")])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        sentence = f"line {line:,} is not text in UTF-8; save it in that encoding"
        raise SpecError([Mistake(str(path), sentence)]) from None


def _of_markdown(text: str, label: str) -> dict[str, Any]:
    """Return questions and answers of Markdown as plain data."""
    title, about = "", []
    questions: list[dict[str, list[str]]] = []
    fenced = False
    for line in text.splitlines():
        if line.lstrip().startswith("```"):
            fenced = not fenced
        heading = None if fenced else re.match(r"(#{1,2})(?:\s+(.*?))?\s*#*$", line)
        if heading and heading[1] == "##":
            questions.append({"text": [heading[2] or ""], "details": [], "answer": []})
        elif heading and not questions and not title:
            title = heading[2] or ""
        elif not questions:
            about.append(line)
        elif (
            not fenced and line.startswith(">") and not any(map(str.strip, questions[-1]["answer"]))
        ):
            questions[-1]["details"].append(line[1:].removeprefix(" "))
        else:
            questions[-1]["answer"].append(line)
    if not questions:
        sentence = "has no question; each is a line that begins with ##"
        raise SpecError([Mistake(label, sentence)])
    found = [{name: "\n".join(lines) for name, lines in one.items()} for one in questions]
    return {"title": title, "about": "\n".join(about), "questions": found}
