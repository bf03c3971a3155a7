"""Templates of a user's own, in a folder of the data folder: they are read, and can do nothing.

Jinja2's sandbox runs them with the document alone; what they say is escaped as ours is, and the
page keeps its content policy, so that nothing of it can run or reach the network.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from jinja2 import FileSystemLoader, Template, TemplateError, TemplateNotFound

from optiviz.engine.wording import said_by
from optiviz.reports.html.page import environment
from optiviz.reports.own_templates import ENDING, folder, names
from optiviz.store import StoreError

_LARGEST = 4_000_000  # letters of a page without its figures
_HEAD_END = re.compile(r"</head|<body|<script|<link|<img|<iframe", re.IGNORECASE)


def template_of(name: str) -> Template:
    """Return a template, read and understood, though nothing of it was done.

    Raises
    ------
    StoreError
        If there is no such template, or it is broken.
    """
    known = names()
    name = name.removesuffix(ENDING)
    if name not in known:
        there = f"there are {', '.join(known)}" if known else "there are none"
        raise StoreError(f"there is no template {name!r} in {folder()}: {there}")
    with _sentences(name):
        return environment([FileSystemLoader(folder())]).get_template(name + ENDING)


def of_a_user(name: str, words: Mapping[str, Any]) -> str:
    """Return the page that a template makes of the words of a document.

    Raises
    ------
    StoreError
        If there is no such template, it is broken, or its page has no content policy.
    """
    made = template_of(name)
    name = name.removesuffix(ENDING)
    with _sentences(name):
        text = _limited(made.generate(words))
    if not _has_policy(text, words["policy"]):
        raise StoreError(
            f"the template {name!r} leaves out the content policy that keeps a page from the "
            'network; begin it with {% extends "report.html.j2" %}'
        )
    return text


@contextmanager
def _sentences(name: str) -> Iterator[None]:
    """Have whatever a template does wrong be a sentence."""
    try:
        yield
    except TemplateNotFound as error:
        raise StoreError(
            f"the template {name!r} asks for {str(error)!r}, which is not there"
        ) from None
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        where = f", line {line}" if line else ""
        raise StoreError(f"the template {name!r} is broken{where}: {error}") from None
    except StoreError:
        raise
    except Exception as error:  # whatever a template asks of the words it is given
        raise StoreError(f"the template {name!r} is broken: {said_by(error)}") from None


def _limited(parts: Iterable[str]) -> str:
    """Join what a template says, unless it goes on and on."""
    found, letters = [], 0
    for part in parts:
        found.append(part)
        letters += len(part)
        if letters > _LARGEST:
            raise ValueError(f"its page has more than {_LARGEST:,} letters")
    return "".join(found)


def _has_policy(text: str, policy: str) -> bool:
    """Whether a page has its policy in its head, before all that could load anything."""
    ends = _HEAD_END.search(text)
    head = text[: ends.start()] if ends else text
    return f'<meta http-equiv="Content-Security-Policy" content="{policy}">' in head
