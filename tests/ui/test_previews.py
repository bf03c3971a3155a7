"""What is shown of a file before it is written can be read."""

import io

import numpy as np
from PIL import Image
from PySide6.QtGui import QColor

from optiviz.reports.document import Chapter, Document, Grid, Moments, Paragraphs, Part, Plot
from optiviz.reports.formats import formats
from optiviz.ui.exporting.page import page_of
from optiviz.ui.exporting.previews import Preview, _as_text
from optiviz.ui.exporting.shown import PreviewPane
from optiviz.views.figure import Figure, Line
from optiviz.views.palette import THEMES


def test_a_very_long_word_goes_on_in_the_next_line_and_an_ordinary_one_is_left_alone():
    """Else all of the page is as wide as the word."""
    texts = ("make_classification <b>", "x" * 200)
    part = Part("", (Paragraphs(texts),))
    document = Document("T" * 100, "", (Chapter("", (part,)),), notes=("n" * 90,))
    page = page_of(document, "light")
    assert "make_classification &lt;b&gt;" in page.text
    words = page.text.replace("\u200b", " ").replace("<", " <").replace(">", "> ").split()
    assert max(map(len, words)) < 40


def test_a_page_is_laid_out_like_the_report(qtbot):
    """Else it is not seen before what is in it: author, contents, tables, where the player is."""
    line = Figure("Fitness", items=(Line(np.arange(3.0), np.arange(3.0)),))
    said = Figure("Log", lines=("one", "two"))
    blocks = (
        Grid("Results", ("", "Algorithm", "Best"), (("a", "Climbing", "0.5"),), swatches=(0,)),
        Plot(line, "Fitness", "best 0.5", "Higher is better."),
        Plot(said, "Log"),
        Moments("Run", (0, 7, 40), (("Fitness", (said, said, line)), ("Weights", (line,) * 3))),
    )
    chapter = Chapter("Run 1", (Part("Figures", blocks),), 0)
    document = Document(
        "Ours", "2026-01-01", (chapter, Chapter("Run 2", ())), "A. Student", carried=b"c" * 5000
    )
    for theme in ("light", "dark"):
        page = page_of(document, theme)
        assert page.names == ("whole:0", "half:1", "half:2")  # what is read is no picture
        pane = PreviewPane()
        qtbot.addWidget(pane)
        pane.show_preview(Preview("page", "", text=page.text), theme)
        seen = pane.page.toPlainText()
        for words in ("A. Student · A report of optiviz, 2026-01-01", "Run 2", "one\ntwo",
                      "Moment 3 of 3, iteration 40", "are in it too: 5 kB"):  # fmt: skip
            assert words in seen, words
        for colour in (THEMES[theme].card, THEMES[theme].line, THEMES[theme].colour("run:0")):
            assert colour in page.text
        best, algorithm = (page.text.index(f">{words}<") for words in ("0.5", "Climbing"))
        assert 'align="right"' in page.text[page.text.rindex("<td", 0, best) : best]
        assert 'align="right"' not in page.text[page.text.rindex("<td", 0, algorithm) : algorithm]


def test_pictures_come_to_their_places_and_nothing_else_moves(qtbot):
    """Else the page is laid out anew at each picture that comes, and the window stands still."""
    png = io.BytesIO()
    Image.new("RGB", (72, 41), (255, 0, 0)).save(png, "png")
    pane = PreviewPane()
    qtbot.addWidget(pane)
    pane.resize(700, 600)
    text = "".join(f'<p><img src="whole:{i}"></p>' for i in range(5))
    pane.show_preview(Preview("page", "", text=text, whole=False), "light")
    pane.show()
    qtbot.waitExposed(pane)
    pane.grab()
    laid_out = pane.page.document().size()
    unpacked = []
    draw = pane.page._picture
    pane.page._picture = lambda key: unpacked.append(key) or draw(key)
    pane.page.verticalScrollBar().setValue(30)
    images = {}
    for i in range(3):
        images[f"whole:{i}"] = png.getvalue()
        pane.show_preview(Preview("page", "", text=text, images=dict(images)), "light")
        assert unpacked[i:] == [f"whole:{i}"]
    seen = pane.grab().toImage()
    assert seen.pixelColor(seen.rect().center()) == QColor(255, 0, 0)
    assert pane.page.verticalScrollBar().value() == 30
    assert pane.page.document().size() == laid_out


def test_arrays_with_long_names_stand_in_columns():
    file = io.BytesIO()
    np.savez(file, a=np.zeros(3), a_very_long_name_of_an_array_indeed=np.zeros((2, 4)))
    lines = _as_text(formats()["npz"], file.getvalue()).splitlines()
    assert len({line.index("float64") for line in lines}) == 1
