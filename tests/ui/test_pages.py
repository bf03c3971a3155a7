"""What is shown of a PDF is the PDF, page by page, as sharp as the screen and in little memory.

If these fail, a user hands in pages other than those that were looked at, or scrolls into blanks.
"""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from optiviz import presets, run
from optiviz.reports.document import Chapter, Document, Paragraphs, Part
from optiviz.reports.pdf import pdf_of
from optiviz.store.settings import user_settings
from optiviz.ui.exporting import runs_source
from optiviz.ui.exporting.documents import Documents
from optiviz.ui.exporting.jobs import Cancelled
from optiviz.ui.exporting.pages import PagePicture, page_picture, sizes_of
from optiviz.ui.exporting.paper import Paper
from optiviz.ui.exporting.previews import previews
from optiviz.ui.exporting.source import Chosen, Look, wanted
from tests.ui.at_export import Exporter

DESCENT = presets.load("classic-descent").specs[0][1].with_value("stopping.max_iterations", 40)
A4 = (595.28, 841.89)


@pytest.fixture(scope="module")
def descent():
    return run(DESCENT)


def looked_at(chosen, go_on=lambda *_: None):
    return previews(chosen, "light", go_on, partial(Documents().of, None), {})


def test_the_pages_are_those_of_the_file_and_its_words_come_before(descent, tmp_path):
    look = Look(title="Ours", author="A. Student", paper="letter")
    parts = ("summary", "results", "figures", "runs")
    chosen = Chosen("pdf", (0,), look, "A note.", parts, ("fitness",))
    file = wanted(runs_source([descent]), chosen)
    words, pages = looked_at(file)
    assert (words.kind, words.whole) == ("page", False)
    assert "<h1>Ours" in words.text
    file.write(tmp_path / "a.pdf", lambda *_: None)
    assert pages.content == (tmp_path / "a.pdf").read_bytes()
    assert set(pages.sizes) == {(612, 792)}


def test_a_figure_as_pdf_is_shown_from_its_file(descent, tmp_path):
    chosen = Chosen("pdf_figure", (0,), Look(view="fitness", size="column", ground="dark"))
    file = wanted(runs_source([descent]), chosen)
    (shown,) = looked_at(file)
    file.write(tmp_path / "a.pdf", lambda *_: None)
    assert (shown.kind, shown.content) == ("pages", (tmp_path / "a.pdf").read_bytes())
    assert shown.sizes[0][0] == pytest.approx(3.5 * 72, abs=0.1)
    assert shown.about.startswith("3.5 × ")


def test_pages_that_nobody_waits_for_any_more_are_not_made(descent):
    """Else who types a title waits for a file for each letter of it."""
    chosen = Chosen("pdf", (0,), Look(), parts=("figures",), views=("fitness",))

    def go_on(done=0, of=0):
        if made:
            raise Cancelled

    made: list = []
    shown = looked_at(wanted(runs_source([descent]), chosen), go_on)
    made.append(next(shown))
    with pytest.raises(Cancelled):
        next(shown)


def test_a_page_is_drawn_as_wide_as_it_is_asked_for_with_its_words():
    part = Part("", (Paragraphs(("Words to be read.",)),))
    content = pdf_of(Document("Ours", "2026-01-01", (Chapter("One", (part,)),)))
    assert sizes_of(content) == (pytest.approx(A4, abs=0.1),) * 2
    for wide in (333, 970):
        drawn = page_picture(content, 1, wide)
        assert drawn.width == wide
        assert len(drawn.pixels) == 4 * wide * drawn.height
        assert "Words to be read." in drawn.text
        assert min(drawn.pixels) < 100 < drawn.pixels[0] == 255  # dark letters on white


class Press:
    """Draws the pages that are wanted, all of one colour, when it is let."""

    HIGHER = 0  # rows by which a picture is higher than its place

    def __init__(self, paper: Paper) -> None:
        self.paper, self.asked = paper, []
        paper.wanted.connect(self._ask)

    def _ask(self, page: int, wide: int) -> None:
        self.asked.append((page, wide))

    def draw(self) -> list[tuple[int, int]]:
        """Draw until nothing more is wanted, and return what was."""
        seen = []
        while self.asked:
            seen.append(self.draw_one())
        return seen

    def draw_one(self) -> tuple[int, int]:
        ((page, wide),) = self.asked  # one at a time
        self.asked.clear()
        high = round(wide * A4[1] / A4[0]) + self.HIGHER
        pixels = bytes((0, 0, page, 255)) * (wide * high)
        self.paper.show_picture(PagePicture(page, wide, high, pixels, f"words of {page}"))
        return page, wide


@pytest.fixture
def paper(qtbot):
    made = Paper()
    qtbot.addWidget(made)
    made.resize(700, 500)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_a_long_report_has_pictures_of_what_is_near_alone(paper):
    press = Press(paper)
    paper.show_pages([A4] * 60)
    wide = press.draw()[0][1]
    assert wide > 600
    bar = paper.verticalScrollBar()
    for i in range(60):
        bar.setValue(round(bar.maximum() * i / 59))
        press.draw()
        assert paper.page in paper.pictures
        assert sum(image.sizeInBytes() for image in paper.pictures.values()) < 120e6
    assert paper.page == 59
    assert 0 not in paper.pictures
    assert paper.accessibleDescription() == "words of 59"
    image = paper.grab().toImage()
    assert image.pixelColor(image.rect().center()) == QColor(59, 0, 0)


def test_pages_stay_where_they_are_when_the_panel_gets_wider_or_others_come(paper):
    press = Press(paper)
    paper.show_pages([A4] * 5)
    before = press.draw()[0][1]
    QTest.keyClick(paper, Qt.Key.Key_End)
    assert paper.page == 4
    paper.verticalScrollBar().setValue(paper.verticalScrollBar().maximum() // 2)
    assert paper.page == 2
    press.draw()
    paper.resize(1000, 500)
    after = press.draw()
    assert paper.page == 2
    assert after[0] == (2, after[0][1])  # what is seen comes first, as sharp as it is wide
    assert after[0][1] > before + 250
    paper.show_pages([A4] * 6)
    assert paper.page == 2
    assert 2 in paper.pictures  # as it was, until it is drawn anew
    assert press.draw()[0][0] == 2
    paper.show_pages([A4])
    assert paper.page == 0
    press.draw()
    assert paper.verticalScrollBar().maximum() == 0  # a figure is seen whole
    paper.show_pages([A4] * 6)
    QTest.keyClick(paper, Qt.Key.Key_Home)
    assert paper.page == 0


def test_pages_that_are_just_too_large_to_keep_are_not_drawn_for_ever(paper, monkeypatch):
    """A picture may be a row higher than its place: at the limit it came, was dropped, came."""
    press = Press(paper)
    paper.show_pages([A4] * 3)
    press.draw()
    of_places = sum(4 * at.width() * at.height() for at in paper._places[:2])
    monkeypatch.setattr("optiviz.ui.exporting.paper._MOST_BYTES", of_places)
    monkeypatch.setattr(Press, "HIGHER", 1)
    paper.show_pages([A4] * 3)
    for _ in range(4):
        if not press.asked:
            break
        press.draw_one()
    assert not press.asked


def test_who_reads_on_a_page_goes_on_there_when_a_title_is_typed(person, monkeypatch):
    user_settings().change(exporting={})
    exporter = Exporter(person.window, person.until, monkeypatch)
    person.runs(DESCENT)
    panel = exporter.open("pdf")
    panel.chooser.views.none_button.click()  # quickly made
    pane, paper = panel.preview, panel.preview.paper
    person.until(lambda: pane.preview is not None and pane.preview.kind == "pages")
    person.until(lambda: 0 in paper.pictures)
    first, pages = pane.preview.content, paper.pages
    assert pane.about.text().startswith(f"page 1 of {pages}, ")
    QTest.keyClick(paper, Qt.Key.Key_End)
    assert pane.about.text().startswith(f"page {pages} of {pages}, ")
    person.until(lambda: pages - 1 in paper.pictures)
    panel.chooser.form.control("title").set_value("Other words")
    panel.chooser.form.changed.emit()

    def still_there() -> bool:
        assert paper.isVisible()
        assert paper.page == pages - 1
        return pane.preview.content is not first

    person.until(still_there)
    person.until(lambda: "Other words" in paper.accessibleDescription())
    panel.look_goes_on(3, 12)
    assert "3 of 12" in pane.about.text()
    panel.dismiss()
    assert not paper.pictures
