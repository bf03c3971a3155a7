"""Figures as files of their own: as large as asked, type and lines to match, the same each time."""

import xml.etree.ElementTree as ET
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader

import optiviz
from optiviz.engine import registry
from optiviz.engine.parameters import SpecError
from optiviz.reports.formats import Options, formats
from optiviz.reports.sizes import SIZES
from optiviz.store import StoreError
from optiviz.views.palette import DARK

KINDS = ("png", "svg", "pdf_figure")


def view(kind="fitness"):
    return registry.kinds("views")[kind]()


@pytest.fixture(scope="module")
def written(climb, tmp_path_factory):
    """All formats at all sizes."""
    folder = tmp_path_factory.mktemp("figures")

    def write(kind, size, **more):
        path = folder / f"{kind}-{size}-{len(list(folder.iterdir()))}"
        options = Options(**{"views": (view(),), "size": size} | more)
        formats()[kind].write([climb], path, options)
        return path

    return {(kind, size): write(kind, size) for kind in KINDS for size in SIZES}, write


@pytest.mark.parametrize("size", SIZES)
def test_a_figure_is_as_large_as_where_it_goes(written, size):
    made, _ = written
    inches = SIZES[size].width, SIZES[size].height
    with Image.open(made["png", size]) as picture:
        dpi = picture.info["dpi"]
        assert dpi == pytest.approx((SIZES[size].dpi,) * 2, rel=1e-3)
        assert np.array(picture.size) / dpi == pytest.approx(np.array(inches), abs=0.01)
    root = ET.parse(made["svg", size]).getroot()
    assert [float(root.get(name)[:-2]) for name in ("width", "height")] == pytest.approx(
        inches, 1e-3
    )
    assert {root.get(name)[-2:] for name in ("width", "height")} == {"in"}
    (page,) = PdfReader(made["pdf_figure", size]).pages
    found = [float(page.mediabox.width), float(page.mediabox.height)]
    assert np.array(found) / 72 == pytest.approx(np.array(inches), abs=0.01)


@pytest.mark.parametrize("size", SIZES)
def test_type_and_lines_have_the_size_that_is_said(written, size):
    made, _ = written
    sizes, widths = [], []
    (page,) = PdfReader(made["pdf_figure", size]).pages

    def text(words, cm, tm, font, points):
        if words.strip() == "iteration":
            sizes.append(points * cm[0] * tm[0])

    def operator(name, values, cm, tm):
        if name == b"w":
            widths.append(float(values[0]) * cm[0])

    page.extract_text(visitor_text=text, visitor_operand_before=operator)
    assert sizes == pytest.approx([SIZES[size].type], rel=0.01)
    assert max(widths) == pytest.approx(1.6 * SIZES[size].scale, rel=0.01)


def test_a_pdf_has_its_letters_in_it_and_lines_stay_lines(written):
    made, _ = written
    (page,) = PdfReader(made["pdf_figure", "column"]).pages
    assert "Fitness" in page.extract_text()
    assert "accuracy" in page.extract_text()
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    for font in fonts:
        (letters,) = font["/DescendantFonts"]
        assert "/FontFile2" in letters.get_object()["/FontDescriptor"]
    assert not page.images


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_figure_is_the_same_file(written, kind):
    made, write = written
    assert write(kind, "column").read_bytes() == made[kind, "column"].read_bytes()


def test_a_picture_has_the_theme_that_is_asked_for(written):
    _, write = written
    with Image.open(write("png", "page", theme="dark")) as picture:
        assert picture.convert("RGB").getpixel((0, 0)) == tuple(bytes.fromhex(DARK.card[1:]))
    assert DARK.card in write("svg", "page", theme="dark").read_text()


@pytest.mark.parametrize("kind", ["code", "confusion", "log", "network", "tried_steps"])
def test_any_view_is_drawn_as_pdf(climb, kind, tmp_path):
    path = tmp_path / "a.pdf"
    formats()["pdf_figure"].write([climb], path, Options(views=(view(kind),), size="column"))
    (page,) = PdfReader(path).pages
    assert view(kind).label.split()[0] in page.extract_text()


def test_ticks_and_labels_don_t_lie_on_each_other_in_a_column(written, climb):
    """The lower plot of tried steps is so low that they once did."""
    import matplotlib as mpl

    from optiviz.reports.drawing import _settings, draw
    from optiviz.views import show

    size = SIZES["column"]
    with mpl.rc_context(_settings()):
        canvas = draw(
            view("tried_steps").figure([show(climb)]),
            theme="light",
            size=(size.width / size.scale, size.height / size.scale),
        )
        canvas.canvas.draw()
    for axes in canvas.axes:
        low, high = axes.get_ylim()
        ticks = axes.yaxis.get_major_ticks()
        shown = [tick.label1 for tick in ticks if low <= tick.get_loc() <= high]
        boxes = sorted((label.get_window_extent() for label in shown), key=lambda box: box.y0)
        assert len(boxes) >= 2
        assert all(a.y1 <= b.y0 + 1 for a, b in pairwise(boxes))
    upper, lower = (axes.yaxis.label.get_window_extent() for axes in canvas.axes)
    assert lower.y1 <= upper.y0 + 2


@pytest.mark.parametrize("kind", KINDS)
def test_a_bad_target_is_a_sentence_and_the_old_file_stays(climb, tmp_path, kind):
    with pytest.raises(StoreError, match="its folder does not exist"):
        formats()[kind].write([climb], tmp_path / "gone" / "a", Options(views=(view(),)))
    path = tmp_path / "a"
    path.write_bytes(b"old")
    with pytest.raises(SpecError, match=r"cobweb can't show this run; .* fitness"):
        formats()[kind].write([climb], path, Options(views=(view("cobweb"),)))
    with pytest.raises(SpecError, match="name what to draw"):
        formats()[kind].write([climb], path, Options())
    run = optiviz.Run(climb.spec)
    with pytest.raises(StoreError, match="has not started"):
        formats()[kind].write([run], path, Options(views=(view(),)))
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
