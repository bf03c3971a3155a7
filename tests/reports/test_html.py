"""A report is one file that says what happened, truly, and that can't do anything."""

import base64
import io
import re
import time
import tomllib
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

import optiviz
from optiviz.engine import registry
from optiviz.engine.run import Reader, Run
from optiviz.engine.spec import RunSpec
from optiviz.optimizers.cma_es import CMAES
from optiviz.reports import words
from optiviz.reports.content import document, names_of
from optiviz.reports.document import PARTS, Choices
from optiviz.reports.export import export
from optiviz.reports.html import html_of, player, report, write
from optiviz.reports.html.themed import Drawings
from optiviz.reports.seeing import what_to_see
from optiviz.store import StoreError, run_file
from optiviz.views import Shown
from optiviz.views.figure import ClassImage, Figure
from optiviz.views.palette import DARK, LIGHT

VOID = {"meta", "img", "source", "br", "link", "input", "hr"}
ADDRESSES = {"src", "href", "srcset", "action", "data", "poster", "xlink:href", "background"}
FORBIDDEN = {"iframe", "object", "embed", "form", "link", "base", "video", "audio"}


class Page(HTMLParser):
    """All that a test asks of a page; fails by itself where tags do not match."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.texts, self.ids = [], [], [], []
        self.rows, self.row, self.cell = [], None, None
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.row = []
        if tag in ("td", "th"):
            self.cell = ""

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
        if tag in ("td", "th"):
            self.row.append(self.cell.strip())
            self.cell = None
        if tag == "tr":
            self.rows.append(self.row)

    def handle_data(self, data):
        if not {"style", "script"} & set(self.open):
            self.texts.append(data)
        if self.cell is not None:
            self.cell += data

    @property
    def text(self):
        return re.sub(r"\s+", " ", " ".join(self.texts))

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]

    def row_of(self, label):
        return next(row[1:] for row in self.rows if row[0] == label)


@pytest.fixture(scope="module")
def climb_page(climb_report):
    return Page(climb_report.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def descents_page(descents_report):
    return Page(descents_report.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def minibatch_page(minibatch):
    return Page(_short([minibatch], views=("fitness", "tried_steps", "confusion", "log")))


def _short(runs, *parts, views=()):
    """A report without what a test doesn't look at."""
    choices = Choices(parts=parts or tuple(PARTS), views=views)
    return html_of(document(runs, choices), choices)


PAGES = ["climb_page", "descents_page", "minibatch_page"]


@pytest.mark.parametrize("name", PAGES)
def test_it_needs_and_reaches_nothing_outside_itself(name, request):
    page = request.getfixturevalue(name)
    assert FORBIDDEN.isdisjoint(tag for tag, _ in page.tags)
    (policy,) = (m["content"] for m in page.all("meta") if "http-equiv" in m)
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'unsafe-inline'; ")
    assert f"script-src {player.script_digest()}; base-uri 'none'; form-action 'none'" in policy
    assert [attrs for attrs in page.all("script") if "type" not in attrs] == [{}]
    for tag, attrs in page.tags:
        assert not [key for key in attrs if key.startswith("on")]
        for key in ADDRESSES & attrs.keys():
            good = ("data:image/svg+xml;base64,", "data:image/png;base64,")
            good = ("#",) if tag in ("a", "use") else good
            assert attrs[key].startswith(good)
        assert "url(" not in attrs.get("style", "")
    assert not re.search(r"https?://|//[a-z]", page.text)


@pytest.mark.parametrize("name", PAGES)
def test_its_pictures_are_whole_described_and_load_nothing(name, request):
    page = request.getfixturevalue(name)
    drawings = [attrs for attrs in page.all("svg") if attrs.get("role") == "img"]
    images = page.all("img")
    assert len(drawings) >= 1
    for said in [*(d["aria-label"] for d in drawings), *(image["alt"] for image in images)]:
        assert len(said) > 30
    for drawing in drawings:
        assert float(drawing["width"]) > float(drawing["height"]) > 100
    addresses = [i["src"] for i in images] + [i["href"] for i in page.all("image")]
    shown = [i["class"] for i in page.all("image")]
    assert shown == ["in-light", "in-dark"] * (len(shown) // 2)
    for address in addresses:
        kind, _, content = address.partition(";base64,")
        content = base64.b64decode(content, validate=True)
        if kind == "data:image/png":
            assert content.startswith(b"\x89PNG")
            continue
        root = ET.fromstring(content)
        for element in root.iter():
            assert not element.tag.endswith("script")
            for key, value in element.attrib.items():
                if key.endswith("href"):
                    assert value.startswith(("#", "data:image/png"))


@pytest.mark.parametrize("name", PAGES)
def test_it_reads_well_without_a_mouse_or_without_eyes(name, request):
    page = request.getfixturevalue(name)
    assert page.all("html") == [{"lang": "en"}]
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert max(np.diff(levels)) <= 1
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    for link in page.all("a"):
        assert link["href"][1:] in ids
    for _, attrs in page.tags:
        assert attrs.get("role") != "region"  # as many landmarks as tables would lead nowhere
        if "scroll" in (attrs.get("class") or "").split():
            assert attrs["role"] == "group"
            assert attrs["tabindex"] == "0"
            assert attrs["aria-label"]
    findings = [attrs for attrs in page.all("ul") if attrs.get("class") == "findings"]
    assert len(page.all("figure")) == len(page.all("figcaption")) + len(findings)
    for th in page.all("th"):
        assert th["scope"] in ("col", "row", "rowgroup", "colgroup")


def test_the_numbers_are_the_run_s(climb, climb_page):
    state = climb.state_now
    assert climb_page.row_of("Iterations")[0] == f"{climb.k:,}"
    assert climb_page.row_of("Evaluations")[0] == f"{state.evaluations:,}"
    assert climb_page.row_of("Gradient evaluations") == ["0"]
    assert climb_page.row_of("Best found at iteration") == [f"{state.best_k:,}"]
    accuracy = [1 - climb.state(0).f, 1 - state.f, 1 - state.best_f]
    assert climb_page.row_of("Accuracy, train") == [f"{value:.4f}" for value in accuracy]
    problem = climb.spec.problem.evaluator()
    points = (climb.state(0).x, state.x, state.best_x)
    for name, label in (("test_accuracy", "Accuracy, test"), ("train_log_loss", "Log loss, train")):
        assert climb_page.row_of(label) == [f"{problem.metrics(x)[name]:.4f}" for x in points]


def test_it_says_what_was_optimised_how_and_why_it_ended(climb, climb_page):
    for sentence in (
        climb.spec.problem.sentence(),
        climb.spec.optimizer.sentence(),
        climb.stop_reason.value,
        climb.digest,
        climb.spec.optimizer.source,
        np.__version__,
        optiviz.__version__,
    ):
        assert re.sub(r"\s+", " ", sentence) in climb_page.text


def test_a_report_on_numbers_says_r2_where_others_say_accuracy(numbers):
    page = Page(report(numbers[:1]))
    metrics = numbers[0].spec.problem.evaluator().metrics(numbers[0].state_now.best_x)
    assert page.row_of("R², test")[-1] == words.figure_of(metrics["test_r2"])
    assert "test R² of the best" in page.text
    assert "accuracy" not in page.text.lower()
    assert "linear regression" in page.text


def test_a_race_is_drawn_over_what_it_was_limited_by(minibatch):
    """Over epochs, a race at equal effort would be warned of for unequal effort."""
    stopping = optiviz.StoppingCriterion(max_evaluations=30, gradient_weight=2.0)
    climb = optiviz.RunSpec.load("classic-mlp").optimizer
    specs = [
        minibatch.spec.replace(stopping=stopping, optimizer=o)
        for o in (climb, minibatch.spec.optimizer)
    ]
    runs = [Run(spec, name).finish() for spec, name in zip(specs, "ab", strict=True)]
    made = document(runs, Choices(parts=("figures",), views=()))
    first = made.chapters[0].parts[0].blocks[0]
    assert first.figure.x.label == "evaluations, a gradient counts as 2"
    assert "same effort" not in first.figure.warning


def test_regressions_are_compared_by_r2(numbers):
    page = Page(_short(numbers, "summary", "results"))
    (heading,) = [row for row in page.rows if row[:2] == ["Run", "Algorithm"]]
    assert heading[3:5] == ["Train R²", "Test R²"]
    held = page.row_of("held")
    assert held[1].startswith("squared error plus the penalty ")
    best = numbers[1].spec.problem.evaluator().metrics(numbers[1].state_now.best_x)
    assert held[2:4] == [words.figure_of(best[f"{part}_r2"]) for part in ("train", "test")]
    assert "R² is that of the best point." in page.text


def test_the_last_value_of_batches_is_that_of_all_rows(minibatch, minibatch_page):
    """Else that of its last fifty rows stands beside a best one of all, and may be better."""
    every_row = minibatch.spec.problem.evaluator().metrics(minibatch.state_now.x)
    _, last, best = minibatch_page.row_of("Log loss, train")
    assert last == words.figure_of(every_row["train_log_loss"]) != best
    assert not any(row[0] == "Log loss, as optimised" for row in minibatch_page.rows)


def test_what_to_see_is_about_the_figure_that_it_stands_below(minibatch_page, descents_page):
    """When most was won is said of what was optimised; a step always taken is not one kept."""
    said = [text for text in minibatch_page.texts if "of the run over iterations" in text]
    loss, score = (next(t for t in said if t.startswith(name)) for name in ("Log loss", "Accuracy"))
    assert "was won" in loss
    assert "was won" not in score
    assert "Batches differ" in minibatch_page.text
    assert "no step led to anything worse" in descents_page.text
    assert "moves were kept" not in minibatch_page.text
    half, most = (
        "Half of all that was won was there at iteration 2",
        "nine tenths of it at iteration",
    )
    assert f"{half}, and {most} 6." in descents_page.text


def told(view, run):
    shown = [Shown(run, run.trace.last_k, Reader(run))]
    one = registry.kinds("views")[view]()
    return what_to_see(one, one.figure(shown), shown)


def test_what_to_see_is_true_of_the_run():
    """A seam is looked for in vain where one class is named everywhere, a zigzag in one step."""
    spec = RunSpec.load("classic-mlp").with_value("stopping.max_iterations", 3)
    assert told("decision_boundary", optiviz.run(spec)).startswith("One class is named everywhere")
    found = told("tried_steps", optiviz.run(spec.replace(optimizer=CMAES())))
    assert " of 3 generations the best of the population became better" in found
    hollow = RunSpec.load("rastrigin-10d").with_value("stopping.max_iterations", 100)
    assert told("tried_steps", optiviz.run(hollow)).endswith("led to something worse.")


def test_the_confusion_tables_are_tables(climb, climb_page):
    evaluator = climb.spec.problem.evaluator()
    data = evaluator.data
    said = evaluator.predict(climb.state_now.x, data.X_test)
    for c in (0, 1):
        row = [str(c), *(f"{int(((data.y_test == c) & (said == d)).sum()):,}" for d in (0, 1))]
        assert row in climb_page.rows


def test_settings_are_there_in_full(minibatch, minibatch_page):
    text = minibatch_page.text
    for group in words.groups(minibatch.spec):
        assert group.title in text
        for setting in group.settings:
            assert any(row[:2] == [setting.label, setting.value] for row in minibatch_page.rows)
    rate = minibatch.spec.optimizer.learning_rate
    assert minibatch_page.row_of("Learning rate")[0] == f"{rate:g}"
    assert minibatch_page.row_of("Seed")[0] == str(minibatch.spec.seed)


def test_the_exact_spec_can_be_taken_out_and_run(climb, climb_page):
    toml = next(text for text in climb_page.texts if text.lstrip().startswith("seed ="))
    assert RunSpec.from_dict(tomllib.loads(toml)) == climb.spec


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("climb_page", ["Fitness", "Decision boundary", "Confusion", "Log"]),
        ("descents_page", ["Fitness", "Function", "Log"]),
    ],
)
def test_every_view_that_suits_is_shown(name, kinds, request):
    page = request.getfixturevalue(name)
    for kind in kinds:
        assert kind in page.text
    assert len(kinds) <= len(registry.kinds("views"))


def test_several_runs_are_compared_first(descents, descents_page):
    text = descents_page.text
    assert text.index("All runs beside each other") < text.index("Settings")
    names = [run.name for run in descents]
    rows = [row for row in descents_page.rows if row[0] in names and len(row) > 4]
    assert [row[0] for row in rows] == names
    for row, run in zip(rows, descents, strict=True):
        assert row[2] == words.figure_of(run.best_f)
        assert row[3:5] == [f"{run.k:,}", f"{run.evaluations:,}"]
    assert len(descents_page.all("section")) == 1 + len(descents)
    assert "First." in text
    assert "Second." in text


def test_hostile_words_stay_words(tmp_path):
    evil = "<script>alert('x')</script><img src=x onerror=alert(1)>\"'&{{ 7*7 }}"
    spec = optiviz.RunSpec.load("classic-descent")
    runs = [Run(spec, evil), Run(spec, "two")]
    for run in runs:
        run.advance(4)
    for some in (runs, runs[:1]):
        notes = f"{evil}\n\n</style>{evil}"
        choices = Choices(title=f"</title>{evil}", notes=notes, views=("fitness", "log"))
        text = html_of(document(some, choices), choices)
        page = Page(text)
        assert [attrs for attrs in page.all("script") if "type" not in attrs] == [{}]
        assert not [attrs for attrs in page.all("img") if not attrs["src"].startswith("data:image")]
        assert sum(evil in text for text in page.texts) >= 3
    write(runs, tmp_path / "a.html", Choices(title=evil, parts=("summary",)))
    assert b"<script>alert" not in (tmp_path / "a.html").read_bytes()


def test_the_classic_report_is_small(climb_report):
    assert climb_report.stat().st_size < 1.5e6


@pytest.mark.parametrize("suffix", ["html", "pdf"])
def test_a_report_can_be_made_again_to_the_byte(suffix, descents, tmp_path, monkeypatch):
    """Else a report that is kept under version control is another one with each day."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    for name in ("one", "other"):
        export(descents[0], suffix, tmp_path / f"{name}.{suffix}")
    one, other = ((tmp_path / f"{name}.{suffix}").read_bytes() for name in ("one", "other"))
    assert one == other
    assert (b"2023-11-14" if suffix == "html" else b"D:20231114") in one


def test_a_day_that_is_none_is_refused_by_name(descents, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    with pytest.raises(StoreError, match="SOURCE_DATE_EPOCH=soon names no day"):
        export(descents[0], "html", tmp_path / "a.html")
    assert list(tmp_path.iterdir()) == []


def test_a_page_carries_its_runs(climb, climb_report):
    (opened,) = run_file.load(climb_report)
    assert opened.digest == climb.digest
    assert opened.name == climb.name


def test_a_picture_of_classes_is_the_right_way_up():
    """The page's own images lie in the drawing as matplotlib's do in its pixels."""
    winner = np.array([[0, 0], [1, 1]])
    image = ClassImage(np.ones((2, 2)), winner, left=0.0, right=1.0, bottom=0.0, top=1.0)
    text = Drawings().svg(Figure("Classes", items=(image,)), (4.0, 3.0), "Two classes.")
    (made,) = (e for e in ET.fromstring(text).iter("image") if e.get("class") == "in-light")
    content = base64.b64decode(made.get("href").partition(",")[2])
    rows = np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).astype(int)
    down = float(
        re.search(r"matrix\(\S+ \S+ \S+ (\S+)|scale\(\S+ (\S+)\)", made.get("transform"))[1]
    )
    lowest = rows[0, 0] if down < 0 else rows[-1, 0]
    blue, orange = (np.array(to_rgb(LIGHT.classes[i])) * 255 for i in (0, 1))
    assert abs(lowest - blue).sum() < abs(lowest - orange).sum()


@pytest.mark.parametrize("theme", ["light", "dark", "auto"])
def test_a_page_is_light_dark_or_as_the_reader_s_screen(theme, descents):
    choices = Choices(theme=theme, parts=("figures",), views=("fitness",))
    text = html_of(document(descents[:1], choices), choices)
    assert ("prefers-color-scheme: dark" in text) is (theme == "auto")
    assert (f"--ground: {DARK.ground}" in text) is (theme != "light")
    assert text.count("@media print") == 1


def test_a_report_has_the_parts_that_are_chosen(descents):
    for part in PARTS:
        made = document(descents[:1], Choices(parts=(part,)))
        assert bool(made.carried) is (part == "runs")
        assert len(made.chapters[0].parts) == (part != "runs")


def test_only_the_views_that_are_asked_for(climb):
    made = document([climb], Choices(parts=("figures",), views=("confusion", "code")))
    assert [block.kind for block in made.chapters[0].parts[0].blocks] == ["confusion", "code"]


def test_changes_are_told_in_sentences():
    run = Run(optiviz.RunSpec.load("classic-minibatch"), "changed")
    run.advance(400)
    run.change(310, optimizer=run.spec.optimizer.replace(learning_rate=0.05))
    run.change(350, optimizer=optiviz.RunSpec.load("classic-mlp").optimizer)
    run.change(380, x=np.zeros(71))
    text = Page(_short([run], "summary")).text
    assert "After iteration 310 learning rate went from 0.5 to 0.05." in text
    assert "After iteration 350 the algorithm became stochastic hill climbing: Propose w" in text
    assert "After iteration 380 the point was moved by hand." in text


def test_a_run_that_goes_on_is_reported_as_far_as_it_came():
    run = Run(optiviz.RunSpec.load("classic-mlp"))
    run.advance(123)
    page = Page(_short([run], "summary", "results"))
    assert "It has not ended yet; this is how far it came." in page.text
    assert page.row_of("Iterations")[0] == "123"


def test_runs_that_failed_diverged_or_never_began(monkeypatch):
    spec = optiviz.RunSpec.load("classic-descent")
    new, failed = Run(spec, "new"), Run(spec, "failed")
    failed.advance(10)

    def fail(*_):
        raise ZeroDivisionError("no <good>")

    monkeypatch.setattr(type(spec.optimizer), "steps", fail)
    failed.finish()
    monkeypatch.undo()
    away = Run(spec.replace(start=(1e200,)), "away").finish()
    page = Page(report([new, failed, away]))
    assert "1 run had not started and is left out" in page.text
    assert "It failed: ZeroDivisionError: no <good>." in page.text
    assert optiviz.StopReason.DIVERGED.value in page.text
    assert "∞" in page.text
    with pytest.raises(StoreError, match="no run has started"):
        report([new])


def test_a_view_that_breaks_is_named_and_the_rest_is_there(climb, monkeypatch):
    def fail(*_):
        raise ZeroDivisionError("broken view")

    monkeypatch.setattr(registry.kinds("views")["log"], "figure", fail)
    page = Page(_short([climb], "figures", views=("log", "decision_boundary")))
    assert "This view could not be drawn (ZeroDivisionError: broken view)." in page.text
    assert "Decision boundary" in page.text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.8716417, "0.8716"), (0.0, "0.0000"), (6.1111e-10, "6.111e−10"), (-0.5, "−0.5000"),
        (123456.0, "123456"), (np.nan, "not a number"), (np.inf, "∞"), (-np.inf, "−∞"),
        (-2e-9, "−2e−09"),
    ],
)  # fmt: skip
def test_numbers_read_well(value, text):
    assert words.figure_of(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0123, "12.3 ms"), (1.5, "1.5 s"), (119.0, "119 s"), (3725.0, "62 min 5 s")],
)
def test_times_have_a_unit(seconds, text):
    assert words.seconds_of(seconds) == text


def test_toml_reads_back_as_it_was():
    data = {
        "seed": 1, "text": 'a "quote" \\ \n λ \x7f \x01', "flag": True, "small": 1e-300,
        "list": [1.5, 2.0], "tables": [{"units": 1, "name": "x"}, {}], "none": [],
        "inner": {"a": 1, "deep": {"b": False}},
    }  # fmt: skip
    assert tomllib.loads(words.toml(data)) == data


@pytest.mark.parametrize("path", ["problem.dataset.shift", "problem.dataset.scale"])
def test_spec_in_a_report_gives_the_same_run_where_a_setting_is_drawn(path, tmp_path):
    """TOML has no word for None: pasted, `shift = None` was refused."""
    spec = RunSpec.load("classic-perceptron").with_value(path, None)
    name, text = words.spec_file(spec)
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert RunSpec.load(tmp_path / name) == spec


def test_runs_that_are_called_the_same_are_told_apart():
    spec = optiviz.RunSpec.load("rosenbrock-2d")
    named = [("a", 1), ("a", 2), ("a", 2), ("b", 1), ("b", 1), ("", 1)]
    runs = [Run(spec.replace(seed=seed), name) for name, seed in named]
    apart = ["a, seed 1", "a, seed 2", "a, seed 2 (2)", "b", "b (2)", "Run 6"]
    assert names_of(runs) == apart
    assert names_of(runs[-1:]) == [""]


def test_the_number_that_is_searched_has_the_name_that_the_problem_gives_it():
    run = Run(optiviz.RunSpec.load("one-parameter")).finish()
    assert words.start_sentence(run).startswith("It began at w = −1 (")


def test_data_that_take_long_to_make_leave_the_curves_as_they_are(monkeypatch):
    """Else the first run of a race has a straight line from its first to its last point."""
    run = optiviz.run(RunSpec.load("classic-perceptron"))
    run.history.measure(Reader(run), run.trace.last_k)
    made, passed = type(run.spec.problem.dataset), [0.0]
    make = made.load

    def slow(dataset):
        passed[0] += 60.0
        return make(dataset)

    monkeypatch.setattr(made, "load", slow)
    monkeypatch.setattr(time, "thread_time", lambda: passed[0])
    document([run], Choices(parts=("summary",)))
    assert passed[0] > 0
    assert run.history.count > 500


def test_a_busy_machine_draws_the_same_curves(monkeypatch):
    """Seconds of other programs are none of a report's: its curves would lie between two points."""
    run, own = optiviz.run(RunSpec.load("classic-perceptron")), time.thread_time
    monkeypatch.setattr(time, "perf_counter", lambda: 400 * own())
    document([run], Choices(parts=("summary",)))
    assert run.history.count > 500


def test_a_problem_that_waits_for_others_does_not_hold_a_report_up_for_ever(monkeypatch):
    run, now = optiviz.run(RunSpec.load("classic-perceptron")), iter(range(10**6))
    monkeypatch.setattr(time, "perf_counter", lambda: 60.0 * next(now))
    document([run], Choices(parts=("summary",)))
    assert 1 <= run.history.count < 20
