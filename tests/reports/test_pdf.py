"""A report as a PDF has all that the document says, can be read anywhere, and is drawn truly."""

import io
import re

import numpy as np
import pypdf
import pypdfium2
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from optiviz.engine import registry
from optiviz.engine.run import Reader
from optiviz.reports.content import document
from optiviz.reports.document import (
    Chapter,
    Choices,
    Document,
    Grid,
    Items,
    Keys,
    Listing,
    Moments,
    Paragraphs,
    Part,
    Plot,
    Settings,
)
from optiviz.reports.drawing import render
from optiviz.reports.formats import Options
from optiviz.reports.formats.pdf import FORMAT
from optiviz.reports.pdf import pdf_of
from optiviz.reports.pdf.letters import Letters
from optiviz.reports.pdf.pieces import draw_figure
from optiviz.reports.words import Group, Setting
from optiviz.store import StoreError, run_file
from optiviz.views import Shown
from optiviz.views.figure import (
    Axis,
    Figure,
    LegendEntry,
    Line,
    Points,
    Rule,
    Table,
    Text,
    ValueImage,
)


def _of(*blocks, title="A report", **more):
    return Document(title, "2026-11-21", (Chapter("Run", (Part("Part", blocks),), 0),), **more)


def _text(page):
    return re.sub(r"\s+", " ", page.extract_text())


@pytest.fixture(scope="module")
def one(climb):
    made = document([climb], Choices(author="Ada", notes="First & foremost.\n\nSecond <b>."))
    return made, pdf_of(made)


@pytest.fixture(scope="module")
def pages(one):
    return pypdf.PdfReader(io.BytesIO(one[1])).pages


@pytest.fixture(scope="module")
def texts(pages):
    return [_text(page) for page in pages]


def _blocks(made, kind):
    parts = (part for chapter in made.chapters for part in chapter.parts)
    return [block for part in parts for block in part.blocks if isinstance(block, kind)]


def test_its_words_can_be_searched_and_copied(one, texts):
    made, _ = one
    text = " ".join(texts)
    wanted = [made.title, made.author, made.date, *made.notes]
    wanted += [words for block in _blocks(made, Paragraphs) for words in block.texts]
    wanted += [words for block in _blocks(made, Keys) for pair in block.pairs for words in pair]
    wanted += [cell for block in _blocks(made, Grid) for row in block.rows for cell in row]
    wanted += [block.title for block in _blocks(made, Plot)]
    for words in wanted:
        assert re.sub(r"\s+", " ", words).strip() in text
    seed = next(line for line in _blocks(made, Listing)[-1].text.splitlines() if "seed" in line)
    assert seed in text


def test_every_font_is_in_the_file_and_says_which_letters_it_shows(pages):
    found = {}
    for page in pages:
        for font in page["/Resources"]["/Font"].values():
            found[font["/BaseFont"]] = font
    assert {name.partition("+")[2] for name in found} == {
        "DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono",
    }  # fmt: skip
    for font in found.values():
        assert "/FontFile2" in font["/FontDescriptor"]
        assert "/ToUnicode" in font


def test_the_contents_lead_to_where_each_thing_is(one, texts):
    reader = pypdf.PdfReader(io.BytesIO(one[1]))
    numbers = {page.indirect_reference.idnum: i for i, page in enumerate(reader.pages)}
    links = [note.get_object() for page in reader.pages for note in page.get("/Annots", ())]
    assert len(links) > 8
    front = re.findall(r"[^\n]+", reader.pages[0].extract_text())
    for link in links:
        title, page = link["/Contents"], numbers[link["/Dest"][0].idnum]
        assert title in texts[page]
        after = front[front.index(title, front.index("Contents")) + 1]
        assert after == str(page + 1)
    titles = [entry["/Title"] for entry in reader.outline if isinstance(entry, dict)]
    assert titles[0] == one[0].chapters[0].title


def test_no_figure_is_parted_from_its_words(one, texts):
    plots = [plot for plot in _blocks(one[0], Plot) if plot.caption]
    for number, plot in enumerate(plots, 1):
        if plot.figure.lines:
            continue  # text, which may go on over pages
        page = next(text for text in texts[1:] if f"Figure {number}." in text)
        assert plot.title in page
        for label in (plot.figure.x.label, plot.figure.y.label):
            assert label in page


def test_notes_are_said_once(one, texts):
    (plot,) = [plot for plot in _blocks(one[0], Plot) if plot.figure.notes]
    for note in plot.figure.notes:
        assert " ".join(texts[1:]).count(note.sentence) == 1


def test_pages_are_numbered_and_say_what_they_are_of(one, texts):
    for i, text in enumerate(texts):
        assert f"{i + 1} of {len(texts)}" in text
        assert one[0].title in text


def test_the_file_says_what_it_is(one):
    reader = pypdf.PdfReader(io.BytesIO(one[1]))
    about = reader.metadata
    assert (about.title, about.author) == (one[0].title, "Ada")
    assert about["/CreationDate"].startswith("D:" + one[0].date.replace("-", ""))
    assert reader.trailer["/Root"]["/Lang"] == "en"
    assert reader.trailer["/Root"]["/ViewerPreferences"]["/DisplayDocTitle"]


def test_the_runs_can_be_taken_out_again(one, climb, tmp_path):
    reader = pypdf.PdfReader(io.BytesIO(one[1]))
    ((name, (content,)),) = reader.attachments.items()
    assert content == one[0].carried
    (tmp_path / name).write_bytes(content)
    assert [run.digest for run in run_file.load(tmp_path / name)] == [climb.digest]


def test_the_same_document_gives_the_same_bytes():
    made = _of(Plot(_plot(), "Curve", caption="It falls."), Paragraphs(("Words.",)))
    assert pdf_of(made) == pdf_of(made)


def _plot(title="Curve", **more):
    x = np.linspace(0.0, 10.0, 200)
    line = Line(x, np.sin(x), label="sine", steps=False)
    usual = {
        "x": Axis("time"), "y": Axis("height"), "legend": (LegendEntry("level", "accent", "line"),),
        "items": (line, Points(x[::20], np.cos(x[::20]), "run:1"), Rule(0.5, upright=False)),
    }  # fmt: skip
    return Figure(title, **(usual | more))


def test_lines_and_letters_are_no_pixels():
    reader = pypdf.PdfReader(io.BytesIO(pdf_of(_of(Plot(_plot(), "Curve")))))
    assert not [image for page in reader.pages for image in page.images]
    for words in ("time", "height", "sine", "level"):
        assert words in _text(reader.pages[1])


FIGURES = {
    "curve": _plot(),
    "faint": _plot(items=(Line(np.arange(5.0), np.arange(5.0) ** 2, opacity=0.3, dash="dash"),)),
    "values": Figure(
        "Values",
        items=(
            ValueImage(np.arange(12.0).reshape(3, 4), 0, 4, 0, 3, (0.0, 11.0), "value", flat=True),
            Text(1.0, 1.0, "here", boxed=True),
        ),
    ),
    "table": Figure("T", tables=(Table(("a", "b"), ("c", "d"), (("1", "2"), ("3", "4"))),)),
}


@pytest.mark.parametrize("name", [*FIGURES, "decision_boundary", "network", "tried_steps"])
def test_a_page_shows_what_the_picture_shows(name, climb):
    """Another program renders the page; what differs is how the edges of lines are smoothed."""
    figure = FIGURES.get(name)
    if figure is None:
        shown = Shown(climb, 200, Reader(climb), "", 0)  # no line lies on an edge, half cut off
        figure = registry.kinds("views")[name]().figure([shown])
    size, page, picture = (480.0, 252.0), io.BytesIO(), io.BytesIO()
    canvas = Canvas(page, pagesize=size)
    draw_figure(canvas, figure, size, Letters())
    canvas.save()
    file = pypdfium2.PdfDocument(page.getvalue())
    found = _coarse(file[0].render(scale=2).to_pil())
    file.close()
    render(figure, picture, width_in=size[0] / 72, height_in=size[1] / 72, dpi=144, heading=False)
    wanted = _coarse(Image.open(picture))
    drawn = np.abs(wanted - 255).mean()
    assert np.abs(found - wanted).mean() < 0.25 * drawn
    assert np.corrcoef(found.ravel(), wanted.ravel())[0, 1] > 0.95


def _coarse(picture):
    """Return a picture as means of six pixels by six."""
    pixels = np.asarray(picture.convert("RGB"), dtype=float)
    return pixels.reshape(84, 6, 160, 6, 3).mean(axis=(1, 3))


def _all_kinds(words):
    """A document with these words wherever words can be."""
    figure = _plot(
        title=words, note=words, caption=words, warning=words, x=Axis(words), y=Axis(words),
        legend=(LegendEntry(words, "accent"),),
    )  # fmt: skip
    return Document(
        words,
        words,
        (
            Chapter(
                words,
                (
                    Part(
                        words,
                        (
                            Paragraphs((words, words)),
                            Items((words,)),
                            Keys(((words, words),) * 5),
                            Grid(words, (words,) * 9, ((words,) * 9,) * 4, swatches=(0, 1)),
                            Grid(words, (), ((words, words),), numbers=False, note=words),
                            Settings((Group(words, (Setting(words, words, words),)),)),
                            Plot(figure, words, words, words),
                            Plot(Figure(words, empty=words), words),
                            Plot(Figure(words, lines=(words,) * 3), words),
                            Listing(words, words, (words,)),
                            Moments(words, (0, 3), ((words, (figure, figure)),)),
                        ),
                    ),
                ),
                3,
            ),
        ),
        author=words,
        notes=(words,),
        facts=((words, words),),
    )


HOSTILE = {
    "markup": "<b>a</b> <para> &amp; <img src='x'/> </font> ]]> (a) \\ %",
    "nothing": "",
    "long": "n" * 4000,
    "many words": "word " * 900,
    "control": "a\x00b\x07c\r\nd\te\x1b[31m\u200f\u202e\u2028",
    "half a letter": "a\ud800b",
    "any script": "日本語 हिन्दी العربية עברית ไทย 😀 𝔸 ﬁ é",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_words_break_it(name):
    reader = pypdf.PdfReader(io.BytesIO(pdf_of(_all_kinds(HOSTILE[name]))))
    text = " ".join(map(_text, reader.pages))
    assert "Figure 1." in text
    if name == "markup":
        assert text.count("<b>a</b> <para> &amp; <img src='x'/>") > 20
    if name == "long":
        assert "(4,000 letters in all)" in text


def test_long_contents_begin_on_the_first_page():
    parts = tuple(Part(f"Part {i}", ()) for i in range(90))
    made = Document("Long", "2026-11-21", (Chapter("Run", parts),))
    pages = pypdf.PdfReader(io.BytesIO(pdf_of(made))).pages
    assert "Part 0" in _text(pages[0])
    assert "Part 89" in _text(pages[1]) + _text(pages[2])


def test_a_long_log_is_its_beginning_and_its_end():
    figure = Figure("Log", lines=tuple(f"at {i}." for i in range(5000)))
    reader = pypdf.PdfReader(io.BytesIO(pdf_of(_of(Plot(figure, "Log")))))
    text = " ".join(map(_text, reader.pages))
    for words in ("at 0.", "at 23.", "4,876 lines", "at 4900.", "at 4999."):
        assert words in text
    assert len(reader.pages) < 6


def test_letters_that_no_font_has_are_named():
    reader = pypdf.PdfReader(io.BytesIO(pdf_of(_of(Plot(_plot(), "r\ue000n"), title="\ue001"))))
    assert reader.metadata.title == "\ue001"
    front = _text(reader.pages[0])
    assert "U+E000" in front
    assert "U+E001" in front
    assert "▯" in front
    assert "▯" not in _text(pypdf.PdfReader(io.BytesIO(pdf_of(_of()))).pages[0])


def test_a_figure_that_has_no_room_begins_a_page():
    tall = _of(*(Plot(_plot(), f"Curve {i}", caption="Words. " * 60) for i in range(5)))
    texts = [_text(page) for page in pypdf.PdfReader(io.BytesIO(pdf_of(tall))).pages][1:]
    for i in range(5):
        (page,) = [text for text in texts if f"Figure {i + 1}." in text]
        assert f"Curve {i}" in page


def test_long_listings_and_tables_go_on_over_pages_whole():
    lines = [f"line {i} " + "x" * (i % 150) for i in range(400)]
    rows = tuple((f"row {i}", str(i)) for i in range(200))
    made = _of(Listing("Code", "\n".join(lines)), Grid("Table", ("name", "value"), rows))
    pages = pypdf.PdfReader(io.BytesIO(pdf_of(made))).pages
    text = " ".join(map(_text, pages))
    for i in range(400):
        assert f"line {i} " in text
    for i in range(200):
        assert f"row {i} " in text
    assert sum("name value" in _text(page) for page in pages) >= 3  # headings are said again


def test_no_row_and_no_few_lines_are_alone_on_a_page():
    blocks, sizes = [], [*range(18, 50)]
    for n in sizes:  # each begins somewhere else on its page
        rows = tuple((f"of{n} {i}", str(i)) for i in range(n))
        settings = tuple(Setting(f"of{n} {i}", str(i), "") for i in range(n))
        lines = "\n".join(f"of{n} {i}" for i in range(n))
        kinds = Grid("", ("name", "value"), rows), Settings((Group("Group", settings),))
        blocks.append((*kinds, Listing("Code", lines))[n % 3])
    made = pypdf.PdfReader(io.BytesIO(pdf_of(_of(*blocks))))
    texts = [_text(page) for page in made.pages]
    split = 0
    for n in sizes:
        counts = [count for text in texts if (count := text.count(f"of{n} "))]
        assert sum(counts) == n
        assert min(counts) > (2 if n % 3 == 2 else 1)
        split += len(counts) > 1
    assert split > 10


def test_a_table_too_wide_for_a_page_says_what_it_leaves_out():
    rows = (tuple(f"cell{i}" for i in range(40)),)
    text = _text(pypdf.PdfReader(io.BytesIO(pdf_of(_of(Grid("Wide", (), rows))))).pages[1])
    assert "16 more columns" in text


FIGURES_ALONE = Choices(parts=("figures", "player"))


def test_what_ends_the_writing_leaves_the_old_file(descents, tmp_path):
    path, seen = tmp_path / "a.pdf", []
    path.write_bytes(b"old")

    def stop(done, of):
        seen.append((done, of))
        if len(seen) == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        FORMAT.write(descents[:1], path, Options(choices=FIGURES_ALONE, progress=stop))
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.pdf"]
    assert all(0 <= done < of for done, of in seen)


def test_progress_goes_one_way(descents, tmp_path):
    seen = []
    options = Options(choices=FIGURES_ALONE, progress=lambda *at: seen.append(at))
    FORMAT.write(descents[:1], tmp_path / "a.pdf", options)
    shares = [done / of for done, of in seen]
    assert len(shares) > 5
    assert shares == sorted(shares)


@pytest.mark.parametrize("name", ["no/such/folder/a.pdf", "n" * 300 + ".pdf"])
def test_a_bad_target_is_a_sentence(name, climb, tmp_path):
    with pytest.raises(StoreError, match=r"does not exist|too long"):
        FORMAT.write([climb], tmp_path / name, Options(choices=Choices(parts=("summary",))))


def test_a_report_of_several_runs_has_a_chapter_for_each(descents):
    reader = pypdf.PdfReader(
        io.BytesIO(pdf_of(document(descents[:2], Choices(parts=("results",)))))
    )
    titles = [entry["/Title"] for entry in reader.outline if isinstance(entry, dict)]
    assert [run.name for run in descents[:2]] == titles[1:3]


@pytest.mark.parametrize(("paper", "size"), [("a4", (595.28, 841.89)), ("letter", (612, 792))])
def test_it_is_made_for_the_paper(paper, size, climb, tmp_path):
    choices = Choices(parts=("summary",), paper=paper)
    FORMAT.write([climb], tmp_path / "a.pdf", Options(choices=choices))
    reader = pypdf.PdfReader(tmp_path / "a.pdf")
    for page in reader.pages:
        assert page.mediabox.upper_right == pytest.approx(size, abs=0.01)


def test_no_word_in_a_table_is_broken_where_there_is_room_for_all():
    """The names of runs were, under headings that could have had two lines."""
    head = ("Run", "Algorithm", "Best", *[f"Accuracy number {i}" for i in range(6)])
    row = (
        "Stochastic hill climbing",
        "Stochastic hill climbing",
        "accuracy 0.8731",
        *["3,000"] * 6,
    )
    table = Grid("Comparison", head, (row,), numbers=True, swatches=(0,))
    text = _text(pypdf.PdfReader(io.BytesIO(pdf_of(_of(table)))).pages[1])
    assert text.split().count("Stochastic") == 2
