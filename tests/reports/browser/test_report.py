"""A whole report in a real Chromium: nothing asked of anybody, nothing cut off, soon there.

Left out, with its reason, where no Chromium is found.
"""

import time
from itertools import pairwise

import pytest

from optiviz.reports.document import Choices
from optiviz.reports.html import write
from tests.reports.browser.chromium import Chromium, Tab, find

TEXT = "document.querySelector('.player input').getAttribute('aria-valuetext')"
# What is wider than the screen scrolls by itself, in a place that keys can reach.
CUT_OFF = """[...document.querySelectorAll('body *')].filter((e) => {
  const r = e.getBoundingClientRect();
  if (!r.width || r.right <= innerWidth + 1) return false;
  for (let p = e; p; p = p.parentElement)
    if (/auto|scroll|hidden|clip/.test(getComputedStyle(p).overflowX)) return false;
  return true;
}).map((e) => e.tagName + '.' + e.className).slice(0, 5)"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    path = find()
    if path is None:
        pytest.skip("no Chromium is found here: the report is not tried in a browser")
    browser = Chromium(path, tmp_path_factory.mktemp("profile"))
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def reports(browser, climb, descents, tmp_path_factory):
    folder, found = tmp_path_factory.mktemp("reports"), {}
    for name, runs in (("one", [climb]), ("several", descents)):
        write(runs, folder / f"{name}.html", Choices(title="A report", author="Somebody"))
        found[name] = folder / f"{name}.html"
    return found


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
    tab.close()


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
