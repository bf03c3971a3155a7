"""The player in a real Chromium: by keyboard and pointer, small and wide, light and dark.

Left out, with its reason, where no Chromium is found.
"""

import io
import time

import numpy as np
import pytest
from PIL import Image

from optiviz.engine.run import Reader
from optiviz.reports.html import player
from optiviz.reports.html.pictures import still
from optiviz.reports.html.themed import Drawings
from optiviz.reports.moments import moments
from optiviz.views.palette import THEMES
from tests.reports.browser.chromium import Tab

SIZES = [(360, 740), (768, 1024), (1440, 900)]
SLIDER = ".player input"
TEXT = "document.querySelector('.player input').getAttribute('aria-valuetext')"
PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src {digest};
 base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>a run</title>
<style>* {{ box-sizing: border-box; }} main {{ max-width: 54rem; margin: 0 auto;
 padding: 0 1rem; }} body {{ margin: 0; font: 400 1rem/1.6 system-ui, sans-serif; }}
{style}</style></head><body><main>{markup}</main>{data}<script>{script}</script></body></html>
"""


@pytest.fixture(scope="module")
def gone_through(climb):
    return moments(climb, Reader(climb), 60)


@pytest.fixture(scope="module")
def address(gone_through, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "a run.html"
    drawings = Drawings()
    markup, data = player.player_html(gone_through, lambda figure: still(figure, drawings))
    parts = {"markup": markup, "data": data, "style": player.STYLE, "script": player.SCRIPT}
    page = PAGE.format(digest=player.script_digest(), **parts)
    path.write_text(page, encoding="utf-8", newline="\n")
    return path.as_uri()


@pytest.fixture
def opened(browser, address):
    """Open the page, and wait until the player is there."""
    tabs = []

    def open_page(**how):
        tabs.append(Tab(browser, **how))
        tabs[-1].open(address)
        if how.get("scripts", True):
            tabs[-1].until("!!document.querySelector('.player canvas')")
        return tabs[-1]

    yield open_page
    for tab in tabs:
        tab.close()


def iteration(tab):
    return int(tab.ask(TEXT).split()[1].replace(",", ""))


def focus(tab):
    tab.ask(f"document.querySelector('{SLIDER}').focus()")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_nothing_is_asked_of_anybody(opened, address, width, height, scheme, gone_through):
    """A report is read on machines without a network, and of people who trust it."""
    tab = opened(width=width, height=height, scheme=scheme)
    focus(tab)
    tab.press("Home")
    tab.press(" ", "Space", " ")
    tab.until(f"!{TEXT}.startsWith('Iteration 0 ')")
    assert [a.replace("%20", " ") for a in tab.requests] == [address.replace("%20", " ")]
    assert tab.complaints == []
    # Nothing is cut off at the side, and the controls are within the screen.
    assert tab.ask("document.documentElement.scrollWidth") <= width
    left, _, wide, _ = tab.place(".player-bar")
    assert left >= 0
    assert left + wide <= width
    card = THEMES[scheme].card.removeprefix("#")
    seen = np.asarray(Image.open(io.BytesIO(tab.picture())).convert("RGB")).reshape(-1, 3)
    share = (seen == tuple(bytes.fromhex(card))).all(axis=1).mean()
    assert share > 0.2  # the cards have the theme's colour, also where plots are drawn
    for colour in THEMES[scheme].classes[:2]:
        assert (seen == tuple(bytes.fromhex(colour[1:]))).all(axis=1).sum() > 20


def test_keys_go_through_the_run(opened, gone_through):
    tab, k = opened(), gone_through.k
    tab.press("Tab")  # buttons come first, then the slider: it is reached without a pointer
    for _ in range(5):
        tab.press("Tab")
    assert tab.ask(f"document.activeElement === document.querySelector('{SLIDER}')")
    assert iteration(tab) == k[-1]
    steps = [
        ("Home", 0), ("ArrowRight", 1), ("ArrowUp", 2), ("PageUp", 12), ("ArrowLeft", 11),
        ("ArrowDown", 10), ("PageDown", 0), ("ArrowLeft", 0), ("End", len(k) - 1),
        ("ArrowRight", len(k) - 1),
    ]  # fmt: skip
    for key, at in steps:
        tab.press(key)
        assert iteration(tab) == k[at], key


def test_what_is_said_is_what_the_views_say(opened, gone_through):
    tab = opened()
    focus(tab)
    tab.press("Home")
    for i, k in enumerate(gone_through.k[:10]):
        tab.until(f"document.querySelector('figcaption').textContent.includes('iteration {k}:')")
        for number, (title, figures) in enumerate(gone_through.figures):
            view = f"document.querySelectorAll('.player-view')[{number}]"
            caption = tab.ask(f"{view}.querySelector('figcaption').textContent")
            note = tab.ask(f"{view}.querySelector('.player-note').textContent")
            label = tab.ask(f"{view}.querySelector('canvas').getAttribute('aria-label')")
            assert caption == " ".join(filter(None, (figures[i].warning, figures[i].caption)))
            assert note == figures[i].note
            assert label == f"{title}: {figures[i].caption}"
        value = gone_through.figures[1][1][i].note.split(": ")[-1]
        assert tab.ask(TEXT) == f"Iteration {k} of {gone_through.k[-1]:,}, {value}"
        tab.press("ArrowRight")


def test_space_plays_and_pauses(opened):
    tab = opened()
    focus(tab)
    tab.press(" ", "Space", " ")
    tab.until(f"{TEXT}.startsWith('Iteration 0 ') === false")
    assert tab.ask("document.querySelector('.player-play').title") == "Pause"
    tab.press(" ", "Space", " ")
    at = iteration(tab)
    tab.listen(0.5)
    assert iteration(tab) == at
    assert tab.ask("document.querySelector('.player-play').getAttribute('aria-label')") == "Play"


def test_playing_ends_at_the_end(opened, gone_through):
    tab = opened()
    focus(tab)
    for _ in range(4):
        tab.press("ArrowLeft")
    assert iteration(tab) == gone_through.k[-5]
    tab.press(" ", "Space", " ")
    tab.until(f"{TEXT}.startsWith('Iteration {gone_through.k[-1]:,} of')")
    tab.until("document.querySelector('.player-play').title === 'Play'")


def test_who_wants_less_motion_gets_fewer_moments(opened, gone_through):
    tab = opened(reduced=True)
    focus(tab)
    tab.press("Home")
    tab.press(" ", "Space", " ")
    began = time.monotonic()
    tab.until(f"!{TEXT}.startsWith('Iteration 0 ')")
    assert time.monotonic() - began > 0.3
    first = iteration(tab)
    assert first == gone_through.k[gone_through.k.index(first)]
    tab.listen(0.2)
    assert iteration(tab) == first


def test_pointer_moves_the_slider_and_the_buttons(opened, gone_through):
    tab, k = opened(), gone_through.k
    x, y, width, height = tab.place(SLIDER)
    tab.click(x + width / 2, y + height / 2)
    assert abs(k.index(iteration(tab)) - len(k) / 2) < 3
    at = k.index(iteration(tab))
    for name, wanted in (("back", at - 1), ("first", 0), ("on", 1), ("last", len(k) - 1)):
        x, y, width, height = tab.place(f"button.player-{name}")
        tab.click(x + width / 2, y + height / 2)
        assert iteration(tab) == k[wanted], name
    tab.click(*_middle(tab.place("button.player-play")))
    tab.until("document.querySelector('.player-play').title === 'Pause'")
    tab.until(f"!{TEXT}.startsWith('Iteration 0 ')")
    tab.click(*_middle(tab.place("button.player-play")))
    assert tab.ask("document.querySelector('.player-play').title") == "Play"


def _middle(place):
    x, y, width, height = place
    return x + width / 2, y + height / 2


@pytest.mark.parametrize("width", [360, 1440])
def test_pointing_at_the_curve_goes_there(opened, gone_through, width):
    tab = opened(width=width)
    x, y, wide, high = tab.place(".player-plot.seeks canvas")
    tab.point("mouseMoved", x + 0.3 * wide, y + high / 2, held=False)
    tab.point("mousePressed", x + 0.3 * wide, y + high / 2)
    first = iteration(tab)
    tab.point("mouseMoved", x + 0.6 * wide, y + high / 2)
    second = iteration(tab)
    tab.point("mouseMoved", x - 200, y + high / 2)  # beyond the plot is its edge
    assert iteration(tab) == 0
    tab.point("mouseReleased", x - 200, y + high / 2)
    assert 0 < first < second < gone_through.k[-1]
    tab.point("mouseMoved", x + 0.6 * wide, y + high / 2, held=False)
    assert iteration(tab) == 0  # not held: only looked at


def test_each_moment_is_another_picture(opened):
    tab = opened()
    focus(tab)
    pixels = (
        "(() => [...document.querySelectorAll('.player canvas')].map((c) => {"
        " const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let h = 0;"
        " for (let i = 0; i < d.length; i += 4) h = (h * 31 + d[i] * 65536 + d[i + 1] * 256 +"
        " d[i + 2]) | 0; return h; }))()"
    )
    wait = "new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(() => r(1))))"
    tab.ask(wait)
    end = tab.ask(pixels)
    tab.press("Home")
    tab.ask(wait)
    start = tab.ask(pixels)
    assert all(a != b for a, b in zip(start, end, strict=True))
    tab.press("End")
    tab.ask(wait)
    assert tab.ask(pixels) == end  # the same moment is the same picture


def test_without_scripts_the_last_moment_is_seen(opened, gone_through):
    tab = opened(scripts=False)
    tab.send("Emulation.setScriptExecutionDisabled", value=False)  # to ask: the page began without
    assert tab.ask("document.querySelector('.player-bar').offsetHeight") == 0
    said = tab.ask("document.querySelector('.player-said').innerText")
    assert said.startswith(f"This is the last moment, iteration {gone_through.k[-1]:,}.")
    sizes = tab.ask(
        "[...document.querySelectorAll('.player img')].map((i) => [i.naturalWidth, i.offsetWidth])"
    )
    assert len(sizes) == len(gone_through.figures)
    assert all(drawn > 100 and wide > 100 for drawn, wide in sizes)


def test_a_browser_that_cannot_unpack_says_so(browser, address):
    tab = Tab(browser)
    script = "delete window.DecompressionStream;"
    tab.send("Page.addScriptToEvaluateOnNewDocument", source=script)
    tab.open(address)
    tab.until("document.querySelector('.player-said').textContent.includes('cannot unpack')")
    assert tab.ask("document.querySelector('.player img').offsetWidth") > 100
    assert tab.ask("document.querySelector('.player-bar').offsetHeight") == 0
    tab.close()


def test_the_policy_holds_whoever_tries(opened):
    """A name or a caption that became code would still not reach anything."""
    tab = opened()
    tab.ask(
        "window.tried = []; addEventListener('securitypolicyviolation',"
        " (e) => window.tried.push(e.effectiveDirective));"
        " const s = document.createElement('script'); s.textContent = 'window.ran = 1';"
        " document.body.append(s); const i = new Image(); i.src = 'https://example.invalid/a.png';"
        " document.body.append(i); fetch('https://example.invalid/').catch(() => {}); 1"
    )
    tab.until("window.tried.length >= 3")
    directives = set(tab.ask("window.tried"))
    assert directives == {"script-src-elem", "img-src", "connect-src"}
    assert tab.ask("window.ran") is None
    tab.listen(0.1)
    failed = [e["params"] for e in tab.events() if e["method"] == "Network.loadingFailed"]
    assert {one.get("blockedReason") for one in failed} == {"csp"}  # before they left
    assert len(failed) == len(tab.requests) - 1


def test_paper_is_light(opened):
    tab = opened(scheme="dark")
    pdf = tab.send("Page.printToPDF", printBackground=True)["data"]
    assert len(pdf) > 20_000
    wait = "new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(() => r(1))))"
    tab.ask(wait)
    assert tab.ask("document.querySelector('.player').dataset.theme") == "auto"  # as it was


@pytest.mark.clock
def test_it_opens_within_a_second(opened, address):
    tab, seconds = opened(), []
    for _ in range(3):
        began = time.monotonic()
        tab.open(address)
        tab.until("!!document.querySelector('.player canvas')")
        seconds.append(time.monotonic() - began)
    assert min(seconds) < 1.0
