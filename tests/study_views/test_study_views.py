"""Views of studies say what the runs did, whatever became of them, and lead back to the runs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optiviz import presets
from optiviz.analysis.runs.effort import Spent
from optiviz.engine import registry
from optiviz.engine.parameters import SpecError
from optiviz.engine.stopping import StopReason
from optiviz.reports.formats import Options
from optiviz.reports.studies.formats import study_formats, view_of
from optiviz.studies.comparison import compare
from optiviz.studies.plan import Configuration, Study
from optiviz.studies.records import Course, Record, recorded
from optiviz.studies.results import Results
from optiviz.studies.swept import setting_of
from optiviz.study_views import views_for
from optiviz.views.figure import Line, Points, ValueImage

CLASSIC = presets.load("classic-mlp").spec
DESCENT = presets.load("classic-descent").spec
VIEWS = registry.kinds("study_views")
UNITS = "problem.network.layers.0.units"


def record(values, *, failed=False, seconds=1.0):
    """A run whose f is measured at iterations 0, 10, 20, ..."""
    f = np.array(values, dtype=np.float64)
    k = 10.0 * np.arange(len(f))
    spent = Spent(k, k + 1, np.zeros(len(f)), (k + 1) * 670, np.linspace(0, seconds, len(f)))
    accuracy = {f"{part}_accuracy": 1 - f for part in ("train", "test")}
    last = np.nan if failed or not len(f) else float(f[-1])
    return Record(
        failure="It ran into an error." if failed else "",
        stop_reason=None if failed else StopReason.ITERATIONS,
        iterations=int(k[-1]) if len(f) else 0,
        evaluations=int(k[-1]) + 1 if len(f) else 0,
        gradient_evaluations=0,
        rows_seen=0,
        seconds=seconds,
        f=last,
        metrics={} if failed else {name: float(v[-1]) for name, v in accuracy.items()},
        digest="",
        course=Course(spent, f, accuracy),
    )


def study(n=3, seeds=8, **values):
    configurations = tuple(
        Configuration(name=f"climb {i}", spec=CLASSIC.with_value("optimizer.step_size", 0.1 + i))
        for i in range(n)
    )
    return Study(
        **{
            "configurations": configurations,
            "search_seeds": tuple(range(seeds)),
            "measure": "objective",
            "target": 0.8,
            **values,
        }
    )


def sweep(over, values, **more):
    """A study of climbs with other settings, named by them."""
    configurations = tuple(
        Configuration(
            name=", ".join(map(str, pair)),
            spec=CLASSIC.with_values(zip(over, pair, strict=True)),
        )
        for pair in values
    )
    return study(configurations=configurations, over=over, **more)


TWO = sweep(
    ("optimizer.step_size", UNITS),
    [(s, u) for s in (0.01, 0.1, 1.0) for u in (2, 5)],
    seeds=6,
)
ONE = sweep(("optimizer.step_size",), [(s,) for s in (0.001, 0.01, 0.1, 1.0)], seeds=6)
ACTIVATIONS = sweep(
    ("problem.network.layers.0.activation",), [("sigmoid",), ("tanh",), ("relu",)], seeds=6
)
CROSSED = study(2, 3, split_seeds=(5, 6, 7))


def results_of(plan, made=None):
    """Results in which configuration i comes to about 0.5 - 0.05 i, or to what is made."""
    rng = np.random.default_rng(1)
    found = Results(plan)
    for one in plan.runs:
        end = 0.4 - 0.04 * one.configuration + 0.01 * rng.random()
        found.records[one] = record([0.5, 0.45, end]) if made is None else made(one)
    return found


def of(kind, results, **settings):
    return VIEWS[kind](**settings).figure(results)


def said(figure):
    """All that a figure without a plot says."""
    notes = " ".join(f"{note.sentence} {note.evidence}" for note in figure.notes)
    cells = " ".join(c for table in figure.tables for row in table.cells for c in row)
    return f"{figure.empty} {notes} {cells}".strip()


def failing(one):
    if one.configuration == 1 and one.search_seed % 2:
        return record([], failed=True)
    if one.configuration == 2:
        return record([0.5, 1e200], failed=True)
    return record([0.5, 0.3])


STUDIES = {"plain": study(), "one": ONE, "words": ACTIVATIONS, "two": TWO, "crossed": CROSSED}
FATES = {
    "none is done": lambda _: None,
    "well": lambda one: record([0.5, 0.4, 0.3 + 0.01 * one.search_seed]),
    "ties": lambda _: record([0.5, 0.3]),
    "some fail": failing,
    "all fail": lambda _: record([0.5, np.nan], failed=True),
    "at once": lambda _: record([], failed=True),
    "one": lambda one: record([0.5, 0.3]) if one.search_seed == one.configuration == 0 else None,
    "uneven": lambda one: record(np.linspace(0.5, 0.2, 2 + one.search_seed)),
    "perfect": lambda _: record([0.0, 0.0]),
}


@pytest.mark.parametrize("fate", FATES)
@pytest.mark.parametrize("name", STUDIES)
def test_whatever_became_of_runs_every_view_says_something_whole(name, fate):
    plan = STUDIES[name]
    found = Results(plan)
    for one in plan.runs:
        kept = FATES[fate](one)
        if kept is not None:
            found.records[one] = kept
    for kind, cls in VIEWS.items():
        figure = cls().figure(found)
        assert figure.items or said(figure), kind
        assert bool(figure.empty) != bool(figure.caption), kind
        for words in (figure.caption, figure.empty, figure.note, said(figure)):
            assert "nan" not in words.split(), kind
            assert "inf" not in words.split(), kind
        if fate == "none is done" and cls().suits(plan):
            assert "drawn here as it comes" in figure.empty
        for spots in figure.spots:
            n = len(spots.x)
            assert all(len(values) == n for _, values in spots.facts), kind
            assert len(spots.actions) in (0, 1, n), kind
            assert all(0 <= run < plan.size for act in spots.actions for run in act.runs), kind


def test_views_suit_what_they_can_show():
    assert [v.kind for v in views_for(study())][:4] == [
        "progress", "verdict", "spread", "running_times",
    ]  # fmt: skip
    assert views_for(TWO)[0].kind == "heat_map"
    assert views_for(ONE)[0].kind == "sweep_curve"
    assert "variances" in [v.kind for v in views_for(CROSSED)]
    assert "pairwise_table" not in [v.kind for v in views_for(study(1))]


def test_progress_ends_at_the_median_that_the_comparison_names():
    found = results_of(study())
    figure, told = of("progress", found), compare(found)
    lines = {item.label: item for item in figure.items if isinstance(item, Line)}
    for row in told.groups:
        assert lines[row.name].y[-1] == pytest.approx(row.median, abs=1e-12)
    assert [entry.label for entry in figure.legend] == ["target 0.8"]


def test_a_curve_ends_where_half_of_its_runs_have_ended_and_ended_runs_still_count():
    """Were they left out, a curve would fall as soon as the best runs have reached the target."""

    def made(one):
        good = one.search_seed < 3
        return record([0.5, 0.1]) if good else record([0.5, 0.4, 0.4, 0.4, 0.3])

    figure = of("progress", results_of(study(1), made), over="iterations")
    (line,) = [item for item in figure.items if isinstance(item, Line)]
    assert line.x[-1] == 40
    # Three of eight have 0.9, five 0.6 until they end: the middle ones are of the five.
    assert line.y[np.searchsorted(line.x, 25)] == pytest.approx(0.6)

    short = of(
        "progress",
        results_of(study(1), lambda one: record([0.5] * (2 if one.search_seed < 5 else 9))),
        over="iterations",
    )
    (line,) = [item for item in short.items if isinstance(item, Line)]
    assert line.x[-1] == 10


def test_runs_that_failed_pull_the_curve_down_instead_of_vanishing():
    def made(one):
        return record([0.5, 0.2, 0.1]) if one.search_seed < 3 else record([0.5, 0.4], failed=True)

    figure = of("progress", results_of(study(1), made), over="iterations")
    (line,) = [item for item in figure.items if isinstance(item, Line)]
    assert line.x[-1] == 10  # five of eight have failed after it
    assert line.y[-1] == pytest.approx(0.6)


def test_of_many_configurations_the_best_stand_out_and_the_caption_says_so():
    figure = of("progress", results_of(study(20, 3)), most=5)
    named = [item.label for item in figure.items if isinstance(item, Line) and item.label]
    pale = [item for item in figure.items if isinstance(item, Line) and item.role == "muted"]
    assert sorted(named) == sorted(f"climb {i}" for i in range(15, 20))
    assert len(pale) == 1, "an item for each would keep the window busy with two thousand"
    assert np.isnan(pale[0].x).sum() == 15, "a gap after each of them"
    assert "best 5 of 20 stand out" in figure.caption


@pytest.mark.parametrize("over", ["iterations", "evaluations", "rows", "epochs", "seconds"])
@pytest.mark.parametrize("log_x", [False, True])
def test_every_axis_says_in_a_sentence_what_it_counts(over, log_x):
    figure = of("progress", results_of(study()), over=over, log_x=log_x, runs=True)
    assert figure.items
    named = [item for item in figure.items if isinstance(item, Line) and item.label]
    assert all(np.isfinite(item.x).all() for item in named)
    assert not log_x or all((item.x > 0).all() for item in named)
    meaning = {"iterations": "One iteration", "epochs": "One epoch", "rows": "Rows seen"}
    assert meaning.get(over, over.capitalize()) in figure.caption


def test_the_spread_shows_every_run_where_it_is_and_leads_to_it():
    found = results_of(study(), failing)
    plan = found.study
    figure = of("spread", found)
    assert figure.y.ticks[0][1] == "climb 0", "the best stays named where not all have room"
    shown = 0
    for spots in figure.spots:
        facts = dict(spots.facts)
        for i, action in enumerate(spots.actions):
            (place,) = action.runs
            one = plan.runs[place]
            assert facts["seed"][i] == str(one.search_seed)
            assert facts[""][i] == plan.configurations[one.configuration].name
            kept = found.records[one]
            assert bool(facts["failed"][i]) is kept.failed
            if not kept.failed:
                assert spots.x[i] == pytest.approx(1 - kept.f)
            shown += 1
    assert shown == plan.size
    crosses = [item for item in figure.items if isinstance(item, Points) and item.role == "danger"]
    assert sum(len(item.x) for item in crosses) == 12
    assert "12 runs failed" in figure.caption


def test_the_grouped_table_has_the_numbers_of_the_comparison():
    found = results_of(study())
    figure, told = of("grouped_table", found), compare(found)
    (table,) = figure.tables
    assert table.rows == tuple(row.name for row in told.groups)
    assert [row[0] for row in table.cells] == [f"{row.median:.4f}" for row in told.groups]
    assert table.shade[0].max() == 1.0
    assert figure.legend[0].label == f"best: {told.best.name}"


def test_time_to_target_counts_the_runs_that_reached_it():
    def made(one):
        return record([0.5, 0.4, 0.1]) if one.search_seed < 6 else record([0.5, 0.4, 0.3])

    found = results_of(study(1), made)
    figure = of("running_times", found, over="iterations", log_x=False)
    (line,) = [item for item in figure.items if isinstance(item, Line)]
    assert line.y.tolist() == [0.0, 0.75, 0.75]
    assert line.x[1] == 20
    (mark,) = [item for item in figure.items if isinstance(item, Points)] or [None]
    expected = compare(found, "iterations").group(0).expected_time.value
    assert expected == pytest.approx((6 * 20 + 2 * 20) / 6)
    assert mark is None  # it lies beyond the runs
    untargeted = Results(study(target=None), dict(results_of(study()).records))
    assert "No target is set" in of("running_times", untargeted).empty


def test_the_pairwise_table_reads_the_same_from_both_sides():
    found = results_of(study())
    figure = of("pairwise_table", found)
    (table,) = figure.tables
    for one, other in ((2, 0), (2, 1), (1, 0)):
        assert f"climb {one} against climb {other}: In 8 of 8" in figure.caption
    for i in range(3):
        assert table.cells[i][i] == ""
        for j in range(i):
            a, b = (int(t.removesuffix("%")) for t in (table.cells[i][j], table.cells[j][i]))
            assert a + b == 100
    (many,) = of("pairwise_table", results_of(study(14, 3))).tables
    assert many.fitted
    assert len(many.rows) == 13


def test_every_cell_of_a_heat_map_leads_to_the_runs_behind_it():
    found = results_of(TWO)
    figure = of("heat_map", found)
    (spots,) = figure.spots
    (image,) = [item for item in figure.items if isinstance(item, ValueImage)]
    assert image.values.shape == (2, 3)
    told = compare(found)
    for x, y, action in zip(spots.x, spots.y, spots.actions, strict=True):
        (configuration,) = {TWO.runs[run].configuration for run in action.runs}
        assert len(action.runs) == 6
        assert image.at(x, y) == pytest.approx(told.group(configuration).median)
    assert [text for _, text in figure.x.ticks] == ["0.01", "0.1", "1"]
    step_size, units = (setting_of(TWO, path).label for path in TWO.over)
    assert (figure.x.label, figure.y.label) == (step_size, units)
    outline = [item for item in figure.items if isinstance(item, Line) and item.role == "accent"]
    assert image.at(outline[0].x[:4].mean(), outline[0].y[:4].mean()) == told.best.value
    assert of("heat_map", found, swapped=True).x.label == units


def test_a_sweep_at_random_is_points_with_the_scale_of_their_colours():
    rng = np.random.default_rng(2)
    pairs = [(float(10 ** rng.uniform(-3, 0)), int(u)) for u in rng.permutation(30)[:12] + 1]
    plan = sweep(("optimizer.step_size", UNITS), pairs, seeds=2)
    figure = of("heat_map", results_of(plan))
    assert figure.x.log
    assert not figure.x.ticks
    points = [i for i in figure.items if isinstance(i, Points) and i.role.startswith("value:")]
    assert sum(len(item.x) for item in points) == 12


def test_a_sweep_of_numbers_is_a_curve_and_one_of_words_is_boxes():
    curve = of("sweep_curve", results_of(ONE))
    (line,) = [item for item in curve.items if isinstance(item, Line)]
    assert line.x.tolist() == [0.001, 0.01, 0.1, 1.0]
    assert curve.x.log
    assert "at an end of what was tried" in curve.caption
    words = of("sweep_curve", results_of(ACTIVATIONS))
    assert [text for _, text in words.x.ticks] == ["sigmoid", "tanh", "ReLU"]


def test_what_a_sweep_varies_is_read_from_its_specs():
    units = setting_of(TWO, UNITS)
    assert (units.values, units.numeric, units.log) == ((2, 5), True, False)
    assert setting_of(ONE, "optimizer.step_size").log
    assert setting_of(ONE, "optimizer.nothing.there").texts == ("none",)


def test_the_two_variances_are_seen_apart():
    """The split moves everything here, the search nothing."""

    def made(one):
        return record([0.5, 0.3 + 0.05 * one.split_seed + 1e-3 * (one.search_seed == 1)])

    found = results_of(CROSSED, made)
    figure = of("variances", found)
    (image,) = [item for item in figure.items if isinstance(item, ValueImage)]
    assert image.values.shape == (3, 3)
    assert np.ptp(image.values, axis=1).min() > 0.09
    assert "split 100%" in figure.note
    shares = of("variances", found, show="shares")
    assert len(shares.y.ticks) == 2
    assert "has 2 configurations" in of("variances", found, configuration=3).empty


def test_the_verdict_names_the_best_first_and_leads_to_a_run_of_it():
    found = results_of(study())
    figure, told = of("verdict", found), compare(found)
    first, *others = figure.notes
    assert first.sentence.lower() == told.best.headline.lower()
    assert len(first.sentence) < 80
    assert first.large
    assert not any(note.large for note in others)
    assert told.best.how_sure in first.evidence
    (place,) = figure.notes[0].action.runs
    assert found.study.runs[place].configuration == told.best.configuration
    words = figure.caption
    assert all(sentence in words for sentence in told.sentences)
    assert all(caution.sentence in words for caution in told.cautions)


def test_runs_that_are_done_for_real_are_drawn_and_diverged_ones_dont_hide_the_rest():
    rates = (0.1, 1.0, 1.1)
    spec = DESCENT.replace(changes=(), stopping=DESCENT.stopping.replace(max_iterations=300))
    plan = Study(
        configurations=tuple(
            Configuration(name=f"{r}", spec=spec.with_value("optimizer.learning_rate", r))
            for r in rates
        ),
        search_seeds=(1, 2),
        over=("optimizer.learning_rate",),
    )
    found = Results(plan)
    for one in plan.runs:
        found.records[one] = recorded(plan.spec_of(one))
    figure = of("progress", found, scale="linear")
    assert figure.y.high < 20
    assert "2 runs failed" in of("sweep_curve", found).caption


def test_a_picture_is_written_as_png_and_as_svg(tmp_path):
    found = results_of(TWO, failing)
    for kind in ("grouped_table", "verdict", "spread"):
        path = tmp_path / f"{kind}.png"
        study_formats(found)["png"].write((), path, Options(views=(view_of(found, kind),)))
        assert path.read_bytes().startswith(b"\x89PNG")
    dark = Options(views=(view_of(found, "heat_map"),), theme="dark")
    for kind, begins in (("svg", b"<?xml"), ("pdf_figure", b"%PDF")):
        study_formats(found)[kind].write((), tmp_path / "map", dark)
        assert (tmp_path / "map").read_bytes().startswith(begins)
    for kind in ("variances", "nothing"):
        with pytest.raises(SpecError, match=f"'{kind}' is not a view of this study; .*heat_map"):
            view_of(found, kind)


def test_another_run_is_seen_although_views_keep_what_they_found():
    found = results_of(study(2, 6))
    before = of("grouped_table", found).tables[0].cells
    one = found.study.runs[0]
    found.records[one] = replace(found.records[one], f=0.01)
    assert of("grouped_table", found).tables[0].cells != before
