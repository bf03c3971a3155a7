"""The pages of a PDF as pictures, drawn by pdfium in the worker: it imports no Qt.

pdfium may be in one thread only: nothing of it is kept from one call to the next.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

__all__ = ["PagePicture", "page_picture", "sizes_of"]


@dataclass(frozen=True)
class PagePicture:
    """A page as it is printed.

    Attributes
    ----------
    page : int
        From 0.
    width, height : int
        In pixels.
    pixels : bytes
        Rows of blue, green, red and a byte that says nothing.
    text : str
        What can be read on it.
    """

    page: int
    width: int
    height: int
    pixels: bytes
    text: str


def sizes_of(content: bytes) -> tuple[tuple[float, float], ...]:
    """Return width and height of each page of a PDF, in points."""
    with _opened(content) as file:
        return tuple(file.get_page_size(i) for i in range(len(file)))


def page_picture(content: bytes, page: int, wide: int) -> PagePicture:
    """Draw a page of a PDF.

    Parameters
    ----------
    content : bytes
    page : int
        From 0.
    wide : int
        How wide, in pixels.
    """
    with _opened(content) as file, closing(file[page]) as sheet:
        scale = (wide - 0.5) / sheet.get_width()  # pdfium rounds up
        with closing(sheet.get_textpage()) as letters:
            text = letters.get_text_range()
        with closing(sheet.render(scale=scale, prefer_bgrx=True)) as drawn:
            pixels = memoryview(drawn.buffer).cast("B")[: drawn.stride * drawn.height]
            return PagePicture(page, drawn.width, drawn.height, pixels.tobytes(), text)


@contextmanager
def _opened(content: bytes) -> Iterator[Any]:
    import pypdfium2  # takes a while to load, and few look at pages

    with closing(pypdfium2.PdfDocument(content)) as file:
        yield file
