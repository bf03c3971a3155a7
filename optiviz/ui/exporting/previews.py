"""What a file will be like, made in the worker: by its format, of as much as is quickly read.

A picture is the very file, and so are the pages of a PDF. A movie is a few of its frames, data are
their first lines, another report is its document. It imports no Qt.
"""

import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal
from zipfile import ZipFile

import numpy as np

from optiviz.reports.assignment import answers_of, choices_for, with_answers
from optiviz.reports.document import Choices, Document, Progress
from optiviz.reports.formats import Format
from optiviz.reports.sizes import SIZES
from optiviz.store import StoreError
from optiviz.store.wording import size_words
from optiviz.ui.exporting.page import Size, page_of
from optiviz.ui.exporting.pages import sizes_of
from optiviz.ui.exporting.source import Wanted
from optiviz.views.figure import Figure

__all__ = ["DocumentOf", "Drawn", "Preview", "previews"]

_FILM_SECONDS, _FILM_RATE = 2.0, 6.0  # of a movie as it is shown before
_ROWS = 300  # iterations of data
_TEXT = 40_000  # characters of a file of text
_LINES = 400
_LINE = 400  # characters of one of them
_WORDS = "its words and figures; “Open preview” shows the file itself"
_LAID_OUT = "its words and figures; “Open preview” shows them as the template does"

_PAGES_COME = "its words; its pages follow"

DocumentOf = Callable[[Any, Choices, Progress | None], Document]
Drawn = dict[tuple[Figure, Size, str], bytes]


@dataclass(frozen=True)
class Preview:
    """What is shown of a file before it is written.

    Attributes
    ----------
    kind : {"picture", "film", "text", "page", "pages"}
    about : str
        What it is, in a few words.
    content : bytes
        Of a picture (PNG), a film (GIF) or pages (PDF).
    text : str
        Plain, or of a page as Qt lays it out.
    images : mapping of str to bytes
        Of a page, as PNG, as far as they are drawn.
    sizes : tuple of (float, float)
        Of pages, each one's width and height.
    whole : bool
        Nothing more comes.
    """

    kind: Literal["picture", "film", "text", "page", "pages"]
    about: str = ""
    content: bytes = b""
    text: str = ""
    images: Mapping[str, bytes] = field(default_factory=dict)
    sizes: tuple[tuple[float, float], ...] = ()
    whole: bool = True


def previews(
    wanted: Wanted, theme: str, go_on: Progress, document_of: DocumentOf, drawn: Drawn
) -> Iterator[Preview]:
    """Yield what is shown of a file, more and more of it.

    Parameters
    ----------
    wanted : Wanted
    theme : {"light", "dark"}
        In which a report is shown that follows the reader's screen.
    go_on : callable
        What it raises ends the work.
    document_of : callable
        Makes the document of a report.
    drawn : mapping of (Figure, (float, float), str) to bytes
        Pictures in sizes and themes that are there already; those that are made come to them.
    """
    made = wanted.format
    if made.group == "report" and "choices" in made.takes:
        yield from _report(wanted, theme, go_on, document_of, drawn)
    elif made.group == "movie":
        yield _film(wanted, go_on)
    elif made.group == "figure":
        yield _picture(wanted, go_on)
    else:
        yield _text(wanted, go_on)


def _report(
    wanted: Wanted, theme: str, go_on: Progress, document_of: DocumentOf, drawn: Drawn
) -> Iterator[Preview]:
    from optiviz.reports.drawing import render
    from optiviz.reports.html.templates import template_of
    from optiviz.reports.pdf import pdf_of

    choices = wanted.options.choices
    if choices.template:
        template_of(choices.template)  # a broken one is told now
    about = _LAID_OUT if choices.template else _WORDS
    theme = theme if choices.theme == "auto" else choices.theme
    if "answers" in wanted.format.takes:
        assignment = answers_of(choices)
        choices = replace(choices_for(assignment, choices), notes="")
        made = with_answers(document_of(wanted.runs, choices, go_on), assignment)
    else:
        made = document_of(wanted.runs, choices, go_on)
    page = page_of(made, theme)
    keys = {(*one, theme): name for one, name in zip(page.figures, page.names, strict=True)}
    images = {name: drawn[key] for key, name in keys.items() if key in drawn}
    if wanted.format.suffix == ".pdf":
        yield Preview("page", _PAGES_COME, text=page.text, images=images, whole=False)
        content = pdf_of(made, paper=choices.paper, progress=go_on)
        yield Preview("pages", size_words(len(content)), content, sizes=sizes_of(content))
        return
    for i, (key, name) in enumerate(keys.items()):
        if name in images:
            continue
        yield Preview("page", about, text=page.text, images=dict(images), whole=False)
        go_on(i, len(page.figures))
        figure, (wide, high), _ = key
        buffer = io.BytesIO()
        render(figure, buffer, "png", theme=theme, width_in=wide, height_in=high, heading=False)
        images[name] = drawn[key] = buffer.getvalue()
    yield Preview("page", about, text=page.text, images=images)


def _film(wanted: Wanted, go_on: Progress) -> Preview:
    options = wanted.options
    short = replace(
        options, seconds=min(options.seconds, _FILM_SECONDS), rate=min(options.rate, _FILM_RATE)
    )
    content = _written(replace(wanted, format=wanted.shown_as, options=short), go_on)
    frames = max(2, round(options.seconds * options.rate))
    few = min(frames, max(2, round(short.seconds * short.rate)))
    width, height = SIZES[options.size].pixels
    about = f"{few} of {frames:,} pictures, {width:,} × {height:,} pixels"
    return Preview("film", about, content)


def _picture(wanted: Wanted, go_on: Progress) -> Preview:
    size = SIZES[wanted.options.size]
    about = f"{size.width:.3g} × {size.height:.3g} in"
    if wanted.format.suffix == ".pdf":
        content = _written(wanted, go_on)
        about += f", {size_words(len(content))}"
        return Preview("pages", about, content, sizes=sizes_of(content))
    content = _written(replace(wanted, format=wanted.shown_as), go_on)
    width, height = _pixels(content)
    if wanted.format.suffix == ".png":
        about += f", {width:,} × {height:,} pixels, {size_words(len(content))}"
    return Preview("picture", about, content)


def _pixels(png: bytes) -> tuple[int, int]:
    """Return width and height of a PNG, which stand at its beginning."""
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def _text(wanted: Wanted, go_on: Progress) -> Preview:
    run = wanted.runs[0] if wanted.runs else None
    about = ""
    if run is not None and wanted.format.is_long:
        last = run.trace.last_k if wanted.options.at is None else wanted.options.at
        if last > _ROWS:
            about = f"its beginning: iterations 0 to {_ROWS} of {last:,}"
            wanted = replace(wanted, options=replace(wanted.options, at=_ROWS))
    content = _written(wanted, go_on)
    return Preview("text", about or size_words(len(content)), text=_as_text(wanted.format, content))


def _as_text(made: Format, content: bytes) -> str:
    """Return what is in a file, to be read."""
    if made.suffix == ".npz":
        return _arrays(content)
    text = content.decode("utf-8", errors="replace")
    if made.suffix == ".ipynb":
        text = _cells(text)
    lines = text[:_TEXT].splitlines()
    shown = [line if len(line) <= _LINE else f"{line[:_LINE]}…" for line in lines[:_LINES]]
    return "\n".join(shown) + ("\n…" if len(text) > _TEXT or len(lines) > _LINES else "")


def _arrays(content: bytes) -> str:
    rows = []
    with ZipFile(io.BytesIO(content)) as file:
        for member in file.namelist():
            with file.open(member) as array:  # its header says all that is shown
                np.lib.format.read_magic(array)
                sizes, _, dtype = np.lib.format.read_array_header_1_0(array)
            shape = " × ".join(f"{n:,}" for n in sizes) or "one value"
            rows.append((member.removesuffix(".npy"), shape, str(dtype)))
    wide, high = (max((len(row[i]) for row in rows), default=0) for i in (0, 1))
    return "\n".join(f"{name:<{wide}}  {shape:<{high}}  {dtype}" for name, shape, dtype in rows)


def _cells(text: str) -> str:
    """Return the cells of a notebook, one after the other."""
    cells = json.loads(text).get("cells", [])
    sources = ("".join(cell.get("source", "")) for cell in cells)
    return "\n\n".join(sources)


def _written(wanted: Wanted, go_on: Progress) -> bytes:
    """Have a format write its file, where nobody keeps it, and return what is in it."""
    with TemporaryDirectory(prefix="optiviz-") as folder:
        path = Path(folder) / f"preview{wanted.format.suffix}"
        try:
            wanted.write(path, go_on)
        except StoreError as error:
            raise StoreError(str(error).removeprefix(f"{path}: ")) from None
        return path.read_bytes()
