"""What a report carries: a file of ours inside its page, inert, to be taken out again.

It stands in one element that browsers neither show nor run, in base64, with its length and its
SHA-256. Nothing else of a page is read, and nothing in it is ever run.
"""

import base64
import hashlib
import re
from pathlib import Path
from typing import BinaryIO

from optiviz.engine.reading import opened
from optiviz.store.atomic import StoreError

RUNS = "optiviz-runs"
ASSIGNMENT = "optiviz-assignment"
MOST = 64 << 20  # bytes that are carried; what is more is no report, but an archive

_MOST_PAGE = 2 * MOST
_MOST_TAIL = 1 << 16  # bytes behind the end of a page, such as what a mail program adds
_LINE = 76  # letters; one endless line is slow in editors
_END = b"</script>"
_HEAD = 512  # bytes in which a page shows that it is one
_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|!--|html|head|meta|\?xml)", re.I)
_PAGE_END = re.compile(rb"</html\s*>", re.I)
_WORDS = {RUNS: "the runs", ASSIGNMENT: "the answers"}


def block(content: bytes, name: str = RUNS) -> str:
    """Return an HTML element that carries bytes, to stand anywhere in the body of a page, once.

    Browsers take it as data: it needs no place in a content policy, and shows nothing.

    Parameters
    ----------
    content : bytes
        Of a run file or a study file, at most `MOST`.
    name : {RUNS, ASSIGNMENT}

    Raises
    ------
    StoreError
        If it is too large to be carried.
    """
    if len(content) > MOST:
        raise StoreError(
            f"{_WORDS[name]} take {len(content) / 1e6:,.0f} MB, and a report carries at most "
            f"{MOST / 1e6:,.0f} MB; leave them out of it"
        )
    text = base64.b64encode(content).decode()
    lines = "\n".join(text[at : at + _LINE] for at in range(0, len(text), _LINE))
    digest = hashlib.sha256(content).hexdigest()
    return (
        f'<script id="{name}" type="application/vnd.optiviz" data-bytes="{len(content)}" '
        f'data-sha256="{digest}">\n{lines}\n</script>'
    )


def is_page(file: BinaryIO) -> bool:
    """Whether a file, at whose start we are and stay, is a web page by how it begins."""
    start = file.read(_HEAD)
    file.seek(0)
    return _PAGE.match(start) is not None


def is_page_at(path: str | Path) -> bool:
    """Whether the file at a path is a web page by how it begins.

    Raises
    ------
    OSError, ValueError
        As by `optiviz.engine.reading.opened`.
    """
    with opened(Path(path)) as file:
        return is_page(file)


def content_of(path: str | Path, name: str = RUNS) -> bytes | None:
    """Return what a page carries.

    Parameters
    ----------
    path : str or Path
        Of any file.
    name : {RUNS, ASSIGNMENT}

    Returns
    -------
    bytes or None
        None if it is no page, or carries nothing of that name.

    Raises
    ------
    OSError, ValueError
        As by `optiviz.engine.reading.opened`.
    StoreError
        If it is too large, cut off, or what it carries is damaged or there twice.
    """
    with opened(Path(path)) as file:
        return read(file, str(path), name)


def read(file: BinaryIO, label: str, name: str = RUNS) -> bytes | None:
    """Return what a page that is open carries; None as by `content_of`.

    Raises
    ------
    StoreError
        As by `content_of`; it begins with the label.
    """
    page = read_page(file, label)
    if page is None:
        return None
    try:
        return taken_from(page, name)
    except ValueError as error:
        raise StoreError(f"{label}: {error}") from None


def read_page(file: BinaryIO, label: str) -> bytes | None:
    """Return a page that is open, or None if it is none.

    Raises
    ------
    StoreError
        If it is too large; it begins with the label.
    """
    if not is_page(file):
        return None
    page = file.read(_MOST_PAGE + 1)
    if len(page) > _MOST_PAGE:
        raise StoreError(f"{label}: is larger than {_MOST_PAGE / 1e6:,.0f} MB, which no report is")
    return page


def taken_from(page: bytes, name: str = RUNS) -> bytes | None:
    """Return what a page carries, or None.

    Raises
    ------
    ValueError
        With what is wrong with it, to stand behind its name.
    """
    mark = f'id="{name}"'.encode()
    at = page.find(mark)
    if at < 0:
        if not _PAGE_END.search(page, max(0, len(page) - _MOST_TAIL)):
            raise ValueError("is a page that is cut off")
        return None
    if page.find(mark, at + 1) >= 0:
        raise ValueError(f"carries {_WORDS[name]} twice, so that nobody can tell which are meant")
    tag = _tag(name).match(page, max(0, page.rfind(b"<", max(0, at - _HEAD), at)))
    if tag is None:
        raise ValueError(f"is damaged: {_WORDS[name]} that it carries can't be made out")
    end = page.find(_END, tag.end())
    if end < 0 or not _PAGE_END.search(page, end):
        raise ValueError("is a page that is cut off")
    try:
        # Mail and editors may have folded lines anew.
        folded = page[tag.end() : end].translate(None, b" \t\r\n")
        content = base64.b64decode(folded, validate=True)
    except ValueError:
        raise ValueError(f"is damaged: {_WORDS[name]} that it carries are not base64") from None
    if len(content) != int(tag[1]) or hashlib.sha256(content).hexdigest().encode() != tag[2]:
        raise ValueError(
            f"is damaged: {_WORDS[name]} that it carries do not match their length or checksum"
        )
    return content


def without(page: bytes, name: str) -> bytes:
    """Return a page without the element that carries something of that name, which it has."""
    at = page.index(f'id="{name}"'.encode())
    return page[: page.rindex(b"<", 0, at)] + page[page.index(_END, at) + len(_END) :]


def _tag(name: str) -> re.Pattern[bytes]:
    return re.compile(
        rb'<script\s+id="' + name.encode() + rb'"\s+type="application/vnd\.optiviz"'
        rb'\s+data-bytes="([0-9]{1,9})"\s+data-sha256="([0-9a-f]{64})"\s*>'
    )
