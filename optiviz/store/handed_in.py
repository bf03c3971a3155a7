"""A page in which a student hands in answers and runs: the answers as data, beside what is read.

What it proves is little, and said so: that the answers are those of the page, and the runs those
that it was written with. Who wants to deceive can write such a page anew.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from optiviz.engine.parameters import SpecError
from optiviz.engine.reading import opened
from optiviz.engine.spec import parse_json
from optiviz.store import answers, carried
from optiviz.store.answers import Assignment
from optiviz.store.atomic import StoreError

_VERSION = 1
_MOST = 8_000_000  # bytes of answers
_BODY = "</body>"
_SPACE = b" \t\r\n"


@dataclass(frozen=True)
class HandedIn:
    """What a page says of who handed it in.

    Attributes
    ----------
    assignment : Assignment
    traces : tuple of str
        SHA-256 of the runs that it was written with.
    unchanged : bool
        Whether the page is as it was written, but for spaces and line ends.
    """

    assignment: Assignment
    traces: tuple[str, ...]
    unchanged: bool


def sealed(page: str, assignment: Assignment, traces: Sequence[str]) -> str:
    """Return a page that carries answers too, and a digest of the rest of it.

    Raises
    ------
    StoreError
        If there is no place for them in it.
    """
    about = {
        "version": _VERSION,
        "page": _digest(page.encode()),
        "traces": list(traces),
        "assignment": asdict(assignment),
    }
    before, body, after = page.rpartition(_BODY)
    if not body:
        raise StoreError("the page has no end, so that it can't carry answers")
    element = carried.block(json.dumps(about).encode(), carried.ASSIGNMENT)
    return f"{before}{element}\n{body}{after}"


def handed_in(path: str | Path) -> HandedIn | None:
    """Return who handed in a page, with which answers; None if it is no such page.

    Raises
    ------
    OSError
        If it can't be read.
    StoreError
        If what it says can't be made sense of.
    """
    with opened(Path(path)) as file:
        page = carried.read_page(file, str(path))
    if page is None:
        return None
    try:
        content = carried.taken_from(page, carried.ASSIGNMENT)
        if content is None:
            return None
        about = _read(content)
        assignment = answers.of(about["assignment"], "the answers")
    except SpecError as error:
        raise StoreError(f"{path}: {error.mistakes[0]}") from None
    except (ValueError, RecursionError) as error:
        what = "its answers are nested too deeply" if isinstance(error, RecursionError) else error
        raise StoreError(f"{path}: {what}") from None
    rest = _digest(carried.without(page, carried.ASSIGNMENT))
    return HandedIn(assignment, tuple(about["traces"]), rest == about["page"])


def _read(content: bytes) -> dict[str, Any]:
    """Return what is carried, as far as its form goes.

    Raises
    ------
    ValueError
    """
    if len(content) > _MOST:
        raise ValueError(f"its answers take more than {_MOST // 10**6} MB")
    try:
        found = parse_json(content.decode())
    except ValueError:
        raise ValueError("the answers that it carries are not JSON") from None
    about: dict[str, Any] = found if isinstance(found, dict) else {}
    version = about.get("version")
    if type(version) is int and version > _VERSION:
        raise ValueError("its answers were written by a newer optiviz")
    traces, assignment = about.get("traces"), about.get("assignment")
    right = [
        type(version) is int and version == _VERSION,
        isinstance(about.get("page"), str),
        isinstance(traces, list) and all(isinstance(one, str) for one in traces),
        isinstance(assignment, dict),
        about.keys() <= {"version", "page", "traces", "assignment"},
    ]
    if not all(right):
        raise ValueError("the answers that it carries are not as optiviz writes them")
    return about


def _digest(page: bytes) -> str:
    start = page.removeprefix(b"\xef\xbb\xbf")
    return hashlib.sha256(start.translate(None, _SPACE)).hexdigest()
