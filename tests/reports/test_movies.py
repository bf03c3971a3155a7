"""A run as a movie: as long as asked, one frame at a time, each the picture that the view makes."""

import io
import subprocess
import tempfile
import tracemalloc
from contextlib import nullcontext
from dataclasses import replace

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

import optiviz
from optiviz.engine import registry, threads
from optiviz.engine.parameters import SpecError
from optiviz.reports.drawing import render
from optiviz.reports.figures import shown_of
from optiviz.reports.formats import Options, formats
from optiviz.reports.movies.cell import Cell
from optiviz.reports.movies.gif import Gif
from optiviz.reports.movies.mp4 import Mp4
from optiviz.reports.movies.reel import Reel, moments
from optiviz.reports.sizes import SIZES
from optiviz.store import StoreError
from optiviz.views.figure import Axis, Figure, Line
from optiviz.views.palette import LIGHT

SMALL = replace(SIZES["column"], pixels=(320, 240))


def views(*kinds):
    return tuple(registry.kinds("views")[kind]() for kind in kinds)


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setitem(SIZES, "column", SMALL)


def options(*kinds, **more):
    return Options(**{"views": views(*kinds), "size": "column", "seconds": 1.0, "rate": 5.0} | more)


def pieces(path):
    """Return the frames of a GIF and how long each stays, in milliseconds."""
    with Image.open(path) as movie:
        for i in range(movie.n_frames):
            movie.seek(i)
            yield np.asarray(movie.convert("RGB")), movie.info["duration"]


# Which moments


@pytest.mark.parametrize(("last", "seconds", "rate"), [(1000, 10, 15), (3, 10, 30), (0, 2, 10)])
def test_a_movie_is_as_long_as_asked_and_shows_begin_and_end(last, seconds, rate):
    found = moments(last, seconds, rate)
    assert sum(moment.frames for moment in found) == seconds * rate
    ks = [moment.k for moment in found]
    assert ks == sorted(set(ks))
    assert (ks[0], ks[-1]) == (0, last)
    if last:
        assert found[-1].frames > rate // 2
        assert np.ptp(np.diff(ks)[1:]) <= 1


def test_a_movie_of_one_frame_shows_the_end():
    assert [moment.k for moment in moments(70, 0.2, 1)] == [70]


def test_views_of_what_is_within_an_iteration_go_through_it():
    found = moments(2, 4, 10, parts=True)
    assert len({moment.within for moment in found if moment.k == 1}) > 5
    assert all(0 <= moment.within < 1 for moment in found)


# Frames


@pytest.mark.parametrize("kind", ["decision_boundary", "network", "tried_steps", "confusion"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_frame_is_the_picture_that_the_view_makes(climb, kind, theme):
    """Drawing over what stays the same must not change what is seen."""
    (view,) = views(kind)
    (one,) = shown_of([climb], "x", (view,))
    cell = Cell(480, 300, 100, theme)
    figures = [view.figure([replace(one, k=k)]) for k in (400, 300, 300, 310)]
    for figure in figures:
        frame = np.array(cell.draw(figure))
    fresh = Cell(480, 300, 100, theme)
    for figure in figures:
        fresh.learn(figure)
    content = io.BytesIO()
    render(
        fresh._steady(figures[-1], 0), content, theme=theme, width_in=4.8, height_in=3.0, dpi=100
    )
    whole = np.asarray(Image.open(content)).astype(int)
    assert frame.shape == whole.shape == (300, 480, 4)
    apart = np.abs(frame - whole).max(axis=2) > 40
    assert apart.mean() < 0.002


def test_axes_stand_still_while_a_run_goes_on(climb):
    """A plot that follows each frame wobbles."""
    x = np.arange(3.0)
    figures = [
        Figure("t", x=Axis("x"), y=Axis("y"), items=(Line(x, x * top, label="long" * n),))
        for n, top in enumerate((1.0, 5.0, 2.0))
    ]
    cell = Cell(200, 150, 80, "light")
    for figure in figures:
        cell.learn(figure)
    seen = []
    for figure in figures:
        cell.draw(figure)
        ((axes, _),) = cell._page.plots
        seen.append((axes.get_ylim(), axes.get_position().bounds))
    assert len(set(seen)) == 1
    low, high = seen[0][0]
    assert low < 0 < 10 < high


def test_the_line_below_says_when_it_is(climb):
    (view,) = views("fitness")
    reel = Reel(shown_of([climb], "x", (view,)), (view,), SMALL, "light", 1.0, 5.0)
    shares = []
    for k in (0, climb.k // 2, climb.k):
        reel._strip.draw(k)
        words = reel._strip._words.get_text(), reel._strip._clock.get_text()
        assert words[0] == f"iteration {k:,} of {climb.k:,}"
        assert words[1].endswith("s of computing")
        shares.append(reel._strip._head.get_xdata()[0])
    assert shares[1] == pytest.approx((shares[0] + shares[2]) / 2)
    box = reel._strip._words.get_window_extent()
    assert box.x0 > 0


def test_a_view_that_breaks_says_so_and_the_movie_goes_on(climb, monkeypatch):
    (view,) = views("fitness")

    def broken(*_):
        raise ZeroDivisionError("none")

    monkeypatch.setattr(type(view), "figure", broken)
    reel = Reel(shown_of([climb], "x", (view,)), (view,), SMALL, "light", 1.0, 5.0)
    figure = reel._figure(view, reel.moments[0])
    assert figure.empty == "This view could not be drawn (ZeroDivisionError: none)."
    assert sum(frames for _, frames in reel) == 5


# Files


def test_a_gif_has_its_length_its_end_and_the_theme_s_own_colours(climb, tmp_path, small):
    path, again = tmp_path / "a.gif", tmp_path / "b.gif"
    for one in (path, again):
        more = {"seconds": 2.0, "rate": 3.5}
        formats()["gif"].write([climb], one, options("fitness", "confusion", **more))
    assert path.read_bytes() == again.read_bytes()
    frames = list(pieces(path))
    assert sum(lasts for _, lasts in frames) == 2000
    assert {frame.shape for frame, _ in frames} == {(240, 320, 3)}
    colours = {tuple(c) for c in frames[0][0].reshape(-1, 3)[::7]}
    assert tuple(bytes.fromhex(LIGHT.card[1:])) in colours
    chosen = views("fitness", "confusion")
    reel = Reel(shown_of([climb], "x", chosen), chosen, SMALL, "light", 2.0, 3.5)
    reel.prepare(lambda: None)
    for (frame, _), moment in list(zip(frames, reel.moments, strict=False))[:: len(frames) // 3]:
        apart = np.abs(frame.astype(int) - reel.draw(moment))
        assert apart.mean() < 2  # 256 colours for all that there is


def test_an_mp4_has_its_length_and_its_colours(climb, tmp_path, small):
    path = tmp_path / "a.mp4"
    formats()["mp4"].write([climb], path, options("decision_boundary", rate=10.0, theme="dark"))
    ffmpeg = (imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", path)
    raw = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-r", "20", "pipe:1")
    done = subprocess.run([*ffmpeg, *raw], capture_output=True, check=True)
    assert not done.stderr
    frames = np.frombuffer(done.stdout, np.uint8).reshape(-1, 240, 320, 3)
    assert len(frames) == 20  # twice as many as it has
    (view,) = views("decision_boundary")
    reel = Reel(shown_of([climb], "x", (view,)), (view,), SMALL, "dark", 1.0, 10.0)
    reel.prepare(lambda: None)
    apart = np.abs(frames[-1].astype(int) - reel.draw(reel.moments[-1]))
    assert apart.mean() < 5


def test_several_runs_are_in_one_movie_each_to_its_end(descents, tmp_path, small):
    path = tmp_path / "a.gif"
    formats()["gif"].write(descents, path, options("fitness", rate=3.0))
    assert len(list(pieces(path))) == 3


def test_memory_is_the_same_for_a_movie_of_any_length(climb):
    (view,) = views("confusion")
    reel = Reel(shown_of([climb], "x", (view,)), (view,), SMALL, "light", 1.0, 4.0)
    assert len({id(frame) for frame, _ in reel}) == 1  # all are drawn into one

    def peak(begin, count):
        frames = np.random.default_rng(1).integers(0, 255, (4, 240, 320, 3), np.uint8)
        with tempfile.TemporaryFile() as file, begin(file, frames) as film:
            tracemalloc.start()
            for i in range(count):
                film.add(frames[i % 4], 1)
            film.end()
            found = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return found

    def gif(file, frames):
        return nullcontext(Gif(file, frames, LIGHT, 10.0))

    for begin in (gif, lambda file, _: Mp4(file, 320, 240, 10.0, "a")):
        peak(begin, 2)
        assert peak(begin, 24) < peak(begin, 8) + SMALL.pixels[0] * SMALL.pixels[1]


@pytest.mark.parametrize("name", ["gif", "mp4"])
def test_cancelling_leaves_the_old_file_and_nothing_else(climb, tmp_path, name, small, monkeypatch):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    told, begun = [], []
    start = subprocess.Popen

    def noted(*arguments, **more):
        begun.append(start(*arguments, **more))
        return begun[-1]

    monkeypatch.setattr(subprocess, "Popen", noted)

    class Cancelled(Exception):
        pass

    def progress(done, of):
        told.append((done, of))
        if done >= 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        formats()[name].write([climb], path, options("fitness", progress=progress))
    assert told[-1] == (3, 5)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
    assert all(program.poll() is not None for program in begun)


@pytest.mark.parametrize("name", ["gif", "mp4"])
@pytest.mark.parametrize("most", [0, 3, 7, 9])
def test_a_movie_is_left_before_the_next_figure(climb, tmp_path, name, most, small, monkeypatch):
    """While axes and colours are found too: a window that is closed waits for it."""
    drawn = []
    view = views("fitness")[0]
    usual = type(view).figure
    monkeypatch.setattr(
        type(view), "figure", lambda self, shown: drawn.append(1) or usual(self, shown)
    )
    with threads.leaving_when(lambda: len(drawn) >= most):
        formats()[name].write([climb], tmp_path / "a", options("fitness"))
    assert len(drawn) == most
    assert not list(tmp_path.iterdir())


def test_an_mp4_is_left_while_one_frame_is_repeated_and_while_it_is_finished(tmp_path, monkeypatch):
    """A run of three iterations is the same picture thousands of times."""
    frame = np.zeros((240, 320, 3), np.uint8)
    asked = []

    def wanted():
        asked.append(1)
        return len(asked) > 3

    with (
        threads.leaving_when(wanted),
        tempfile.TemporaryFile() as file,
        Mp4(file, 320, 240, 10.0, "a") as film,
    ):
        film.add(frame, 50)
        asked.append("all of it")
    assert asked == [1] * 4
    never = iter([False] * 3)
    monkeypatch.setattr(Mp4, "_ended", lambda self: next(never))
    asked.clear()
    with (
        threads.leaving_when(wanted),
        tempfile.TemporaryFile() as file,
        Mp4(file, 320, 240, 10.0, "a") as film,
    ):
        film.add(frame, 1)
        film.end()
    assert asked == [1] * 4
    assert film._ffmpeg.returncode is not None


@pytest.mark.parametrize("name", ["gif", "mp4"])
def test_a_bad_target_is_a_sentence_before_any_work(climb, tmp_path, name, monkeypatch):
    monkeypatch.setattr("optiviz.reports.movies.making.Reel", None)
    for bad, sentence in (("gone/a", "its folder does not exist"), ("a" * 300, "name is too long")):
        with pytest.raises(StoreError, match=sentence):
            formats()[name].write([climb], tmp_path / bad, options("fitness"))


def test_a_full_disk_is_a_sentence_and_the_old_file_stays(climb, tmp_path, small, monkeypatch):
    from optiviz.reports.movies import mp4

    path = tmp_path / "a.mp4"
    path.write_bytes(b"old")
    monkeypatch.setattr(mp4, "_NAME", "/dev/full")
    with pytest.raises(StoreError, match=r"a\.mp4: the disk is full"):
        formats()["mp4"].write([climb], path, options("fitness"))
    assert path.read_bytes() == b"old"


@pytest.mark.parametrize(
    ("name", "more", "sentence"),
    [
        ("gif", {"rate": 60.0}, "rate: must be from 1 to 50, is 60"),
        ("mp4", {"rate": float("nan")}, "rate: must be from 1 to 60, is nan"),
        ("gif", {"seconds": 0.0}, "seconds: must be from 0.2 to 600, is 0"),
        ("mp4", {"views": ()}, "name what to draw"),
        ("gif", {"views": views("cobweb")}, "cobweb can't show this run"),
        ("gif", {"views": views(*["fitness"] * 10)}, "at most 9, not 10"),
        ("gif", {"at": 10**6}, "the run has iterations 0 to"),
    ],
)
def test_what_can_not_be_is_a_sentence(climb, tmp_path, name, more, sentence):
    with pytest.raises(SpecError, match=sentence):
        formats()[name].write([climb], tmp_path / "a", options("fitness", **more))
    assert not list(tmp_path.iterdir())


def test_a_run_that_has_not_started_is_a_sentence(tmp_path):
    run = optiviz.Run(optiviz.RunSpec.load("classic-mlp"))
    with pytest.raises(StoreError, match="has not started"):
        formats()["gif"].write([run], tmp_path / "a.gif", options("fitness"))


def test_without_the_extra_an_mp4_is_a_sentence_that_says_how_to_get_it(
    climb, tmp_path, monkeypatch
):
    monkeypatch.setattr("optiviz.reports.formats.find_spec", lambda name: None)
    with pytest.raises(StoreError, match=r"optiviz\[movie\]"):
        formats()["mp4"].write([climb], tmp_path / "a.mp4", options("fitness"))
