"""A whole report in a real Chromium: nothing asked of anybody, nothing cut off, soon there.

Left out, with its reason, where no Chromium is found.
"""

import base64
import io
import time
from itertools import pairwise

import pypdfium2
import pytest
from PIL import Image

from tests.reports.browser.chromium import Tab

TEXT = "document.querySelector('.player input').getAttribute('aria-valuetext')"
# What is wider than the screen scrolls by itself, in a place that keys can reach.
CUT_OFF = """[...document.querySelectorAll('body *')].filter((e) => {
  const r = e.getBoundingClientRect();
  if (!r.width || r.right <= innerWidth + 1) return false;
  for (let p = e; p; p = p.parentElement)
    if (/auto|scroll|hidden|clip/.test(getComputedStyle(p).overflowX)) return false;
  return true;
}).map((e) => e.tagName + '.' + e.className).slice(0, 5)"""

# Words that are too faint on what lies behind them, WCAG 2.2, 1.4.3; letters of figures are shapes.
FAINT = """(() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const over = (colours) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((v) => v / 255);
  };
  const light = (rgb) => rgb.map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const words = walker.currentNode.textContent.trim(), own = walker.currentNode.parentElement;
    if (!words || own.closest('script, style') || !own.checkVisibility()) continue;
    const behind = [];
    for (let p = own; p; p = p.parentElement) behind.unshift(getComputedStyle(p).backgroundColor);
    const ground = light(over(['white', ...behind]));
    const ink = light(over(['white', ...behind, getComputedStyle(own).color]));
    const ratio = (Math.max(ground, ink) + 0.05) / (Math.min(ground, ink) + 0.05);
    if (ratio < 4.5) found.push(`${ratio.toFixed(2)} ${own.className}: ${words.slice(0, 40)}`);
  }
  return found;
})()"""


@pytest.fixture(scope="module")
def reports(browser, climb_report, descents_report):
    return {"one": climb_report, "several": descents_report}


@pytest.mark.parametrize("name", ["one", "several"])
@pytest.mark.parametrize(
    ("width", "scheme"), [(360, "light"), (360, "dark"), (768, "light"), (1440, "dark")]
)
def test_a_report_is_whole_at_every_width(browser, reports, name, width, scheme):
    tab = Tab(browser, width=width, height=900, scheme=scheme)
    address = reports[name].as_uri()
    tab.open(address)
    players = tab.ask("document.querySelectorAll('.player').length")
    assert players > 0
    for i in range(players):
        player = f"document.querySelectorAll('.player')[{i}]"
        tab.ask(f"{player}.scrollIntoView()")
        tab.until(f"!!{player}.querySelector('canvas')")
    tab.place(".player input")
    tab.ask("document.querySelector('.player input').focus()")
    tab.press("Home")
    assert tab.ask(TEXT).startswith("Iteration 0 of")
    assert tab.ask("document.documentElement.scrollWidth") <= width
    assert tab.ask(CUT_OFF) == []
    assert tab.requests == [address]
    assert tab.complaints == []
    narrow = "document.querySelectorAll('.numbers tbody th')"
    assert (
        min(tab.ask(f"[...{narrow}].map((e) => e.clientWidth)")) > 100
    )  # names, not a word a line
    tab.close()


def test_a_shadow_says_that_more_can_be_scrolled_to_and_nothing_else(browser, reports):
    """A line beside each figure would look like a broken frame."""
    tab = Tab(browser, width=768)
    tab.open(reports["one"].as_uri())
    left, top, width, height = tab.place(".drawing")
    right = tab.ask("document.querySelector('.drawing').scrollWidth") <= width + 1
    seen = Image.open(io.BytesIO(tab.picture(whole=False))).convert("RGB")
    tab.close()
    assert right
    box = (int(left + width) - 3, int(top), int(left + width), int(top + height) + 1)
    assert seen.crop(box).getcolors() == [(3 * (box[3] - box[1]), (255, 255, 255))]


@pytest.mark.clock
def test_a_report_opens_within_a_second(browser, reports):
    tab, seconds = Tab(browser), []
    for _ in range(3):
        began = time.monotonic()
        tab.open(reports["one"].as_uri())
        seconds.append(time.monotonic() - began)
    tab.close()
    assert min(seconds) < 1.0


def test_everything_has_a_name_for_a_screen_reader(browser, reports):
    """What Chromium tells a screen reader: no control and no picture without a name."""
    tab = Tab(browser)
    tab.open(reports["one"].as_uri())
    tab.ask("document.querySelector('.player').scrollIntoView()")
    tab.until("!!document.querySelector('.player canvas')")
    nodes = tab.send("Accessibility.getFullAXTree")["nodes"]
    seen = [node for node in nodes if not node.get("ignored")]
    kinds = {"button", "slider", "image", "img", "link", "figure"}
    for node in seen:
        role = node.get("role", {}).get("value")
        if role in kinds - {"figure"}:
            assert node.get("name", {}).get("value"), node
    headings = [
        next(p["value"]["value"] for p in node["properties"] if p["name"] == "level")
        for node in seen
        if node.get("role", {}).get("value") == "heading"
    ]
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(headings))
    tab.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_can_be_told_from_what_is_behind_them(browser, reports, scheme):
    tab = Tab(browser, scheme=scheme)
    tab.open(reports["one"].as_uri())
    assert tab.ask(FAINT) == []
    tab.ask(
        "document.querySelector('h1').style.color = getComputedStyle(document.body).backgroundColor"
    )
    assert len(tab.ask(FAINT)) == 1  # what is faint is seen
    tab.close()


def test_without_scripts_and_in_the_dark_pictures_lie_on_what_they_were_drawn_for(browser, reports):
    """They are drawn in light colours: on a dark card nothing would be seen of them."""
    tab = Tab(browser, scheme="dark", scripts=False)
    tab.open(reports["one"].as_uri())
    grounds = """[...document.querySelectorAll('.player-plot img')].map(
        (e) => getComputedStyle(e).backgroundColor)"""
    assert set(tab.ask(grounds)) == {"rgb(255, 255, 255)"}
    tab.close()


def test_paper_has_what_was_folded_and_no_empty_page(browser, reports):
    tab = Tab(browser, scheme="dark")
    tab.open(reports["one"].as_uri())
    assert tab.ask("document.querySelectorAll('details:not([open])').length") > 1
    spec = tab.ask("[...document.querySelectorAll('pre')].at(-1).textContent").split()
    paper = {"paperWidth": 8.27, "paperHeight": 11.69, "printBackground": True}
    content = base64.b64decode(tab.send("Page.printToPDF", **paper)["data"])
    tab.close()
    file = pypdfium2.PdfDocument(content)
    texts = [page.get_textpage().get_text_range() for page in file]
    file.close()
    for i, text in enumerate(texts, 1):
        assert f"{i} of {len(texts)}" in text
        assert len(text.split()) > 20
    words = " ".join(texts).split()
    assert all(word in words for word in spec)
    assert "Its variables at the end" in " ".join(words)
