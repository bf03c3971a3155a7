"""A player shows what the views show, moment by moment, and can do nothing but that."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

import optiviz
from optiviz.engine.run import Reader
from optiviz.engine.spec import RunSpec
from optiviz.presets import load
from optiviz.reports.html import packing, player
from optiviz.reports.html.pictures import still
from optiviz.reports.html.themed import Drawings
from optiviz.reports.moments import iterations, moments, over_decades, shown_at, views_of
from optiviz.views.figure import Axis, ClassImage, Figure, Line, Points, Strokes, Text, Tiles


def run_of(preset, **changes):
    return optiviz.Run(load(preset).specs[0][1].replace(**changes), preset).finish()


@pytest.fixture(scope="module")
def gone_through(climb):
    return moments(climb, Reader(climb))


@pytest.fixture(scope="module")
def found(gone_through):
    return packing.unpacked(packing.packed(gone_through))


def test_start_end_best_and_changes_are_always_there():
    """Else the moment that a change was made, or the best point, could not be looked at."""
    run = run_of("rosenbrock-2d")
    at = run.k // 3 + 1
    run.change(at, x=run.state(at).x * 0.5)
    run.finish()
    chosen = iterations(run, 50)
    assert len(chosen) == 50
    assert list(chosen) == sorted(set(chosen))
    assert {0, at, at + 1, run.k, run.state_now.best_k} <= set(chosen)


def test_a_short_run_is_shown_whole():
    run = run_of("classic-descent")
    assert iterations(run) == tuple(range(run.k + 1))


def test_early_moments_are_closer_together(climb):
    """Most happens early: with equal gaps the first descent would be one jump."""
    chosen = np.array(iterations(climb))
    assert len(chosen) == 200
    assert (chosen < climb.k / 2).sum() > 1.3 * (chosen >= climb.k / 2).sum()
    assert np.diff(chosen).max() < climb.k / 20  # and none of the way is left out


def test_curves_equal_the_views_to_the_last_bit(climb, gone_through, found):
    view = next(view for view in views_of(climb) if view.kind == "fitness")
    reader = Reader(climb)
    title, packed = next((v["title"], v["figures"]) for v in found["views"] if "Fit" in v["title"])
    assert title == "Fitness: accuracy"
    for i, k in enumerate(gone_through.k):
        wanted = view.figure([shown_at(climb, k, reader)])
        lines = [item for item in wanted.items if isinstance(item, Line)]
        drawn = [item for item in packed[i]["items"] if item["is"] == "Line"]
        assert len(drawn) == len(lines) > 0
        for line, got in zip(lines, drawn, strict=True):
            assert got["x"].tobytes() == line.x.tobytes()
            assert got["y"].tobytes() == line.y.tobytes()
            assert got["label"] == line.label
        assert packed[i]["note"] == wanted.note
        last = next(line for line in lines if "best" in line.label)
        assert last.x[-1] == k
        reading = climb.spec.problem.reading
        assert last.y[-1] == reading.value(np.array([reader.state(k).best_f]))[0]


def test_boundary_is_the_views(climb, gone_through, found):
    view = next(view for view in views_of(climb) if view.kind == "decision_boundary")
    reader = Reader(climb)
    for i in (0, 60, len(gone_through.k) - 1):
        wanted = view.sketch([shown_at(climb, gone_through.k[i], reader)])
        image = wanted.items[0]
        got = found["views"][0]["figures"][i]["items"][0]
        assert isinstance(image, ClassImage)
        cells = got["of"].reshape(got["rows"], -1)
        assert (cells // got["steps"] == image.winner).all()
        sure = cells % got["steps"] / (got["steps"] - 1)
        np.testing.assert_allclose(sure, image.lean, atol=0.5 / (got["steps"] - 1) + 1e-9)
        assert found["views"][0]["figures"][i]["caption"] == wanted.caption


def test_weights_are_the_views(climb, gone_through, found):
    view = next(view for view in views_of(climb) if view.kind == "network")
    reader = Reader(climb)
    for i in (0, 90, len(gone_through.k) - 1):
        wanted = view.sketch([shown_at(climb, gone_through.k[i], reader)])
        strokes = next(item for item in wanted.items if isinstance(item, Strokes))
        items = found["views"][2]["figures"][i]["items"]
        got = next(item for item in items if item["is"] == "Strokes")
        np.testing.assert_allclose(got["values"] / 127, strokes.values, atol=0.5 / 127 + 1e-9)
        np.testing.assert_array_equal(got["x0"], strokes.x0)


@pytest.mark.parametrize(
    ("preset", "titles"),
    [
        ("classic-descent", ["Function", "Fitness: value of x^2"]),
        ("rosenbrock-2d", ["Contours", "Fitness: value of Rosenbrock"]),
        ("rastrigin-10d", ["Coordinates", "Fitness: value of Rastrigin in 10-D"]),
        ("sine", ["Fit", "Fitness: squared error", "Network"]),
    ],
)
def test_every_kind_of_problem_is_gone_through(preset, titles):
    run = run_of(preset)
    made = moments(run, Reader(run), 12)
    assert [title for title, _ in made.figures] == titles
    got = packing.unpacked(packing.packed(made))
    assert got["k"] == list(made.k)
    for view, (_, figures) in zip(got["views"], made.figures, strict=True):
        assert [f.get("caption", "") for f in view["figures"]] == [f.caption for f in figures]
        for packed, figure in zip(view["figures"], figures, strict=True):
            assert [item["is"] for item in packed["items"]] == [
                type(item).__name__ for item in figure.items
            ]


def test_no_iteration_beyond_the_start_means_no_player():
    run = optiviz.Run(RunSpec.load("classic-descent"))
    run.prepare()
    assert moments(run, Reader(run)) is None


def test_a_view_that_fails_does_not_take_the_player_with_it(climb, monkeypatch):
    from optiviz.views.network import NetworkView

    def fails(self, shown):
        raise ValueError("no")

    monkeypatch.setattr(NetworkView, "sketch", fails)
    made = moments(climb, Reader(climb), 5)
    assert [title for title, _ in made.figures] == ["Decision boundary", "Fitness: accuracy"]


def test_a_run_that_diverged_is_gone_through():
    """What is no number must neither stop the report nor make it a JSON that no browser reads."""
    spec = load("classic-descent").specs[0][1]
    run = optiviz.Run(spec.replace(optimizer=spec.optimizer.replace(learning_rate=10.0))).finish()
    assert run.stop_reason.name == "DIVERGED"
    made = moments(run, Reader(run))
    assert packing.unpacked(packing.packed(made))["k"] == list(made.k)


def test_what_is_not_finite_is_said_as_nothing():
    line = Line(np.array([0.0, np.nan]), np.array([np.inf, 1.0]))
    tiles = Tiles(np.zeros(1), np.zeros(1), np.full((1, 4, 4), np.nan), 1.0, 1.0)
    items = (line, tiles, Text(np.nan, 0.0, "lost"), Points(np.zeros(1), np.zeros(1)))
    figure = Figure("one", x=Axis("x", low=0.0), items=items)
    made = packing.Moments("run", (0, 1), (("one", (figure, figure)),))
    got = packing.unpacked(packing.packed(made))["views"][0]["figures"][1]["items"]
    assert np.isnan(got[0]["x"][1])
    assert (got[1]["of"] == -128).all()
    assert got[2]["x"] is None


def test_curves_are_there_once(gone_through):
    """A curve up to iteration k is the beginning of the whole: 200 of them must not cost 200."""
    name, curves = gone_through.figures[1]
    one = replace(gone_through, k=gone_through.k[-1:], figures=((name, curves[-1:]),))
    many = replace(gone_through, figures=((name, curves),))
    assert len(packing.packed(many)) < len(packing.packed(one)) + 20_000


def test_a_classic_run_is_small(gone_through, written):
    assert len(gone_through.k) == 200
    markup, data = written
    assert len(data) < 500_000
    assert len(markup) + len(player.SCRIPT) + len(player.STYLE) < 60_000


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found, self.open = [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in ("img", "input"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def _no_still(figure):
    return "data:image/png;base64,AA=="


@pytest.fixture(scope="module")
def written(gone_through):
    return player.player_html(gone_through, _no_still)


def test_markup_runs_nothing_by_itself(written):
    """A content policy forbids it, so that it would silently not work."""
    for text in written:
        for tag, attributes in Tags(text).found:
            assert not any(name.startswith("on") or name == "style" for name in attributes)
            assert tag not in ("iframe", "object", "embed", "link", "base", "form")
            if tag == "script":
                assert attributes["type"] == "application/octet-stream"
            assert attributes.get("src", "data:").startswith("data:")


def test_the_same_run_gives_the_same_page(climb):
    pages = [player.player_html(moments(climb, Reader(climb), 5), _no_still) for _ in "ab"]
    assert pages[0] == pages[1]


def test_names_that_are_markup_stay_names(gone_through):
    evil = '"><script>alert(1)</script>&'
    figures = tuple(
        (evil, tuple(replace(figure, note=evil, caption=evil) for figure in drawn[-2:]))
        for _, drawn in gone_through.figures
    )
    made = packing.Moments(evil, gone_through.k[-2:], figures)
    markup, data = player.player_html(made, lambda figure: evil)
    assert "<script>" not in markup
    assert [tag for tag, _ in Tags(data).found] == ["script"]
    assert evil in [attributes.get("src") for _, attributes in Tags(markup).found]


def test_the_script_is_one_text_that_its_digest_allows():
    digest = base64.b64encode(hashlib.sha256(player.SCRIPT.encode()).digest()).decode()
    assert player.script_digest() == f"'sha256-{digest}'"
    assert "\r" not in player.SCRIPT  # a browser would read another text, with another digest
    assert "</script" not in player.SCRIPT.lower()
    assert "<!--" not in player.SCRIPT


def test_the_script_has_no_way_out():
    for word in ("http", "fetch(", "XMLHttp", "eval(", "Function(", "import(", "innerHTML", "//#"):
        assert word not in player.SCRIPT
    assert "url(" not in player.STYLE
    assert "@import" not in player.STYLE


def test_without_scripts_the_last_moment_is_there(climb, gone_through):
    drawings = Drawings()
    markup, _ = player.player_html(gone_through, lambda figure: still(figure, drawings))
    images = [attributes for tag, attributes in Tags(markup).found if tag == "img"]
    assert len(images) == len(gone_through.figures)
    for image, (_, figures) in zip(images, gone_through.figures, strict=True):
        assert image["src"].startswith("data:image/png;base64,iVBOR")
        assert figures[-1].caption in image["alt"]
    assert f"This is the last moment, iteration {climb.k:,}." in markup
    bar = next(a for tag, a in Tags(markup).found if a.get("class") == "player-bar")
    assert "hidden" in bar


def test_a_page_that_shows_the_last_moment_anyway_is_pointed_at(climb, gone_through):
    markup, _ = player.player_html(gone_through, lambda figure: "")
    tags = Tags(markup).found
    assert not any(tag == "img" for tag, _ in tags)
    assert "hidden" in next(a for _, a in tags if a.get("class") == "player-views")
    assert f"The figures of this page are of the last moment, iteration {climb.k:,}." in markup


def test_every_control_has_a_name(written):
    for tag, attributes in Tags(written[0]).found:
        if tag == "button":
            assert attributes["aria-label"]
            assert attributes["type"] == "button"
        if tag == "input":
            assert attributes["aria-valuetext"].startswith("Iteration")


def test_the_page_has_colours_for_both_themes():
    roles = re.findall(r"--p-[a-z-]+", player.STYLE)
    assert set(re.findall(r"read\(name\)|'([a-z]+)'", player.SCRIPT)) >= {"ramp", "classes"}
    for role in set(re.findall(r"var\((--p-[a-z-]+)\)", player.STYLE)):
        assert roles.count(role) >= 4, role  # light, dark by choice, dark by the screen, used


def test_a_wide_range_is_logarithmic(climb):
    assert over_decades([run_of("rosenbrock-2d")])
    assert not over_decades([climb])


def test_a_pack_is_what_it_says(found, gone_through):
    assert found["k"] == list(gone_through.k)
    assert json.dumps(found["k"])
    assert all(len(view["figures"]) == len(gone_through.k) for view in found["views"])
