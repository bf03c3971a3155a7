"""What is shown of a file before it is written can be read."""

import io

import numpy as np

from optiviz.reports.document import Chapter, Document, Paragraphs, Part
from optiviz.reports.formats import formats
from optiviz.ui.exporting.page import page_of
from optiviz.ui.exporting.previews import _as_text


def test_a_very_long_word_goes_on_in_the_next_line_and_an_ordinary_one_is_left_alone():
    """Else all of the page is as wide as the word."""
    texts = ("make_classification <b>", "x" * 200)
    part = Part("", (Paragraphs(texts),))
    document = Document("T" * 100, "", (Chapter("", (part,)),), notes=("n" * 90,))
    page = page_of(document, "light")
    assert "make_classification &lt;b&gt;" in page.text
    words = page.text.replace("\u200b", " ").replace("<", " <").replace(">", "> ").split()
    assert max(map(len, words)) < 40


def test_arrays_with_long_names_stand_in_columns():
    file = io.BytesIO()
    np.savez(file, a=np.zeros(3), a_very_long_name_of_an_array_indeed=np.zeros((2, 4)))
    lines = _as_text(formats()["npz"], file.getvalue()).splitlines()
    assert len({line.index("float64") for line in lines}) == 1
