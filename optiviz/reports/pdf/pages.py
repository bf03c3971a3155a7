"""The pages of a report: laid out once to know what is on which page, then drawn."""

import io
import re
from collections.abc import Iterator
from typing import Any

from reportlab.lib.pagesizes import A4, LETTER
from reportlab.pdfbase.pdfdoc import (
    PDFArray,
    PDFDictionary,
    PDFName,
    PDFStream,
    PDFString,
)
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    PageBreak,
    PageTemplate,
    Spacer,
)

import optiviz
from optiviz.reports.document import Chapter, Document, Grid, Progress
from optiviz.reports.pdf.blocks import Writer
from optiviz.reports.pdf.letters import SANS, Letters, draw_line, encodable, load_fonts, width
from optiviz.reports.pdf.pieces import Contents, Places
from optiviz.views.palette import LIGHT

PAPERS = {"a4": A4, "letter": LETTER}
CARRIED = "runs.optiviz"
"""The name of the attachment that holds the runs."""

_SIDE, _TOP, _BOTTOM = 58.0, 62.0, 56.0  # margins, in points
_HEADING = 150.0  # that must be left of a page for a part to begin on it
_SMALL = 8.0
_MOST_ENTRIES = 46  # of contents that name figures too


def pdf_of(document: Document, *, paper: str = "a4", progress: Progress | None = None) -> bytes:
    """Return a document as the bytes of a PDF.

    Parameters
    ----------
    document : Document
    paper : {"a4", "letter"}
    progress : callable, optional
        Told the figures drawn and to draw before each one; what it raises ends the writing.
    """
    letters = Letters()
    draft = _Report(document, paper, letters)
    draft.lay_out({})
    report = _Report(document, paper, letters, draft, progress)
    report.lay_out(draft.places)
    return report.file.getvalue()


class _Report(BaseDocTemplate):
    """All pages of a document.

    Attributes
    ----------
    final : bool
        Figures are drawn; else only their places are found.
    places : dict
        The page of each mark.
    drawings : int
        How many there are.
    """

    def __init__(
        self,
        document: Document,
        paper: str,
        letters: Letters,
        draft: "_Report | None" = None,
        progress: Progress | None = None,
    ) -> None:
        load_fonts()
        self.document, self.letters = document, letters
        self.final, self.progress = draft is not None, progress
        self.places: Places = {}
        self.drawings: int = 0 if draft is None else draft.drawings
        self.drawn = 0
        self.last_page: int = 0 if draft is None else draft.page
        self.file = io.BytesIO()
        size = PAPERS[paper]
        super().__init__(
            self.file,
            pagesize=size,
            title=encodable(document.title),
            author=encodable(document.author),
            subject="Report of optimization runs",
            creator=f"optiviz {optiviz.__version__}",
            producer="optiviz, reportlab",
            keywords=["optimization", "optiviz"],
            lang="en",
            displayDocTitle=True,
            initialFontName=SANS,
            invariant=1,
            pageCompression=1,
        )
        self.room = size[0] - 2 * _SIDE
        frame = Frame(_SIDE, _BOTTOM, self.room, size[1] - _TOP - _BOTTOM, 0, 0, 0, 0, id="all")
        self.addPageTemplates([PageTemplate(id="page", frames=[frame], onPage=self._around)])

    def lay_out(self, places: Places) -> None:
        """Make all pages, with contents that name the pages of `places`."""
        writer = Writer(self.room, self.letters)
        body = list(self._body(writer))
        self.build([*self._front(writer, places), *body])

    def beforeDocument(self) -> None:
        """Set what the file says about itself beyond what the template does."""
        day = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", self.document.date)
        stamp = "".join(day.groups()) if day else "20000101"
        self.canv.setDateFormatter(lambda *_: f"D:{stamp}000000Z")
        self.canv.showOutline()
        if self.document.carried:
            _attach(self.canv, CARRIED, self.document.carried)

    def step(self) -> None:
        """Tell that a figure is going to be drawn."""
        if self.progress is not None:
            self.progress(self.drawn, self.drawings)
        self.drawn += 1

    def _around(self, canvas: Any, _: Any) -> None:
        """Write what is on each page outside its frame."""
        width_, height = self.pagesize
        canvas.saveState()
        canvas.setFillColor(LIGHT.muted)
        number = f"{canvas.getPageNumber()} of {self.last_page}"
        x = width_ - _SIDE - width(number, SANS, _SMALL)
        draw_line(canvas, x, 30, [(SANS, number)], _SMALL)
        made = f"{self.document.date} · optiviz {optiviz.__version__}"
        draw_line(canvas, _SIDE, 30, [(SANS, made)], _SMALL)
        if canvas.getPageNumber() > 1:
            words = self.letters.cut(self.document.title, SANS, _SMALL, self.room)
            draw_line(canvas, _SIDE, height - 38, words, _SMALL)
            canvas.setStrokeColor(LIGHT.line)
            canvas.setLineWidth(0.7)
            canvas.line(_SIDE, height - 45, width_ - _SIDE, height - 45)
        canvas.restoreState()

    def _front(self, writer: Writer, places: Places) -> Iterator[Flowable]:
        document = self.document
        yield writer.text(document.title, "title")
        by = " · ".join(part for part in (document.author, document.date) if part)
        yield writer.text(by, "by")
        yield from (writer.text(note) for note in document.notes)
        boxes = self.letters.sentence()
        if boxes:
            yield writer.text(boxes, "note")
        marks = writer.marks
        if len(marks) > _MOST_ENTRIES:
            marks = [mark for mark in marks if mark.level < 2]
        if marks:
            heading = writer.text("Contents", "part")
            heading.keepWithNext = 0  # they may go on over pages
            yield heading
            yield Contents(marks, places, self.letters)

    def _body(self, writer: Writer) -> Iterator[Flowable]:
        for chapter in self.document.chapters:
            yield PageBreak()
            yield from self._chapter(chapter, writer)
        if self.document.facts:
            yield from self._closing("Versions and machine", writer)
            yield from writer.write(Grid("", (), self.document.facts, numbers=False))
        if self.document.carried:
            yield from self._closing("The runs themselves", writer)
            yield writer.text(
                f"This file carries its runs, as {CARRIED}: your PDF reader shows it among the "
                "attachments. Save it there, and optiviz opens the runs and does them again."
            )

    def _closing(self, title: str, writer: Writer) -> Iterator[Flowable]:
        yield CondPageBreak(_HEADING)
        yield Spacer(0, 14)
        yield writer.mark(title, 0)
        yield writer.text(title, "part")

    def _chapter(self, chapter: Chapter, writer: Writer) -> Iterator[Flowable]:
        yield writer.mark(chapter.title, 0)
        yield writer.heading(chapter.title, chapter.number)
        for part in chapter.parts:
            if part.title:
                yield CondPageBreak(_HEADING)
                yield writer.mark(part.title, 1)
                yield writer.text(part.title, "part")
            for block in part.blocks:
                yield from writer.write(block)


def _attach(canvas: Any, name: str, content: bytes) -> None:
    """Put a file into a PDF, ISO 32000-1, 7.11.4."""
    about = {"Type": PDFName("EmbeddedFile"), "Params": PDFDictionary({"Size": len(content)})}
    stream = canvas._doc.Reference(PDFStream(PDFDictionary(about), content, filters=[]))
    file = {
        "Type": PDFName("Filespec"),
        "F": PDFString(name),
        "UF": PDFString(name),
        "Desc": PDFString("The runs of this report, for optiviz"),
        "EF": PDFDictionary({"F": stream}),
    }
    pair = [PDFString(name), canvas._doc.Reference(PDFDictionary(file))]
    tree = PDFDictionary({"EmbeddedFiles": PDFDictionary({"Names": PDFArray(pair)})})
    canvas.setCatalogEntry("Names", tree)
