"""A report of a study says what came out and how sure that is, in every format, and reopens."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape

import numpy as np
import pytest
from pypdf import PdfReader

from optiviz import presets
from optiviz.reports.document import STUDY_PARTS, Choices, Grid, Moments, Plot, Settings
from optiviz.reports.formats import Options
from optiviz.reports.studies import playing
from optiviz.reports.studies.content import digest_of, study_document
from optiviz.reports.studies.formats import study_formats, write_study_report
from optiviz.store import StoreError, study_file
from optiviz.studies.comparison import compare
from optiviz.studies.plan import Configuration, Study
from optiviz.studies.records import recorded
from optiviz.studies.results import Results
from optiviz.studies.sweep import grid
from optiviz.study_views import views_for

CLIMB = presets.load("classic-perceptron").spec.with_value("stopping", {"max_iterations": 40})
STUDY = Study(
    title="Small steps <or> large?",
    configurations=(
        Configuration(name="small", spec=CLIMB.with_value("optimizer.step_size", 0.01)),
        Configuration(name="large & <b>bold</b>", spec=CLIMB),
    ),
    search_seeds=(1, 2, 3),
    target=0.8,
)


def done(study):
    return Results(study, {planned: recorded(study.spec_of(planned)) for planned in study.runs})


@pytest.fixture(scope="module")
def results():
    return done(STUDY)


@pytest.fixture(scope="module")
def document(results):
    return study_document(results)


def blocks(document, kind):
    every = (b for c in document.chapters for part in c.parts for b in part.blocks)
    return [block for block in every if isinstance(block, kind)]


def grid_called(document, words):
    (found,) = [one for one in blocks(document, Grid) if words in one.label]
    return found


def test_a_page_has_words_figures_a_player_and_the_plan(tmp_path, results):
    told = []
    path = tmp_path / "study.html"
    chosen = Choices(title="", author="A. Teacher", notes="First.\n\nSecond.", theme="dark")
    write_study_report(results, path, chosen, lambda done, of: told.append(done / of))
    text = path.read_text(encoding="utf-8")
    assert "<b>bold</b>" not in text
    assert study_file.load(path).study == STUDY
    assert "Small steps &lt;or&gt; large?" in text
    assert "A. Teacher" in text
    assert "Second." in text
    assert "3 seeds (1 to 3)" in text
    assert text.count('role="img"') >= 2
    assert "default-src 'none'" in text
    assert '<meta name="color-scheme" content="dark">' in text
    assert text.count('class="player"') == 2
    assert told == sorted(told)
    assert told[0] == 0
    assert told[-1] < 1
    (plan,) = re.findall(r"<pre[^>]*>(\{.*?)</pre>", text, re.DOTALL)
    assert Study.from_dict(json.loads(unescape(plan))) == STUDY
    assert digest_of(results) in text
    assert len(text) < 3_000_000


def test_pages_to_print_carry_the_study_too(tmp_path, results):
    path = tmp_path / "study.pdf"
    write_study_report(results, path, Choices(author="A. Teacher", paper="letter", parts=("runs",)))
    pdf = PdfReader(path)
    assert pdf.metadata.author == "A. Teacher"
    assert pdf.pages[0].mediabox.width == 612
    (content,) = pdf.attachments["runs.optiviz"]
    (tmp_path / "again.optiviz").write_bytes(content)
    assert study_file.load(tmp_path / "again.optiviz").study == STUDY


def test_a_busy_machine_shows_as_many_runs(monkeypatch, results):
    """How long figures take, beside whatever else is running, is nothing that a page depends on."""
    now = iter(range(10**6))
    monkeypatch.setattr("time.perf_counter", lambda: 60.0 * next(now))
    assert len(blocks(study_document(results), Moments)) == len(STUDY.configurations)


def test_the_tables_are_the_studys_own_numbers(document, results):
    found = compare(results)
    final = grid_called(document, "at the end of each run")
    assert [row[0] for row in final.rows] == [group.name for group in found.groups]
    median = final.headings.index("Median")
    assert [row[median] for row in final.rows] == [f"{g.median:.4f}" for g in found.groups]
    reached = grid_called(document, "Reaching the target, accuracy 0.8")
    assert [row[1] for row in reached.rows] == [
        f"{g.success.successes} of {g.success.runs}" for g in found.groups
    ]
    taken = grid_called(document, "What a run took")
    assert {row[taken.headings.index("Iterations")] for row in taken.rows} == {"40"}
    (pair,) = grid_called(document, "Pair by pair").rows
    assert pair[0] == " – ".join(found.pairs[0].names)
    assert f"{found.pairs[0].effect.a:.2f}" in pair
    assert any(note.sentence in str(document.chapters) for note in found.cautions)


def test_every_setting_is_there_once_those_that_differ_by_configuration(document):
    titled = {part.title: part for c in document.chapters for part in c.parts}
    own = {
        name: {
            s.label: s.value for b in titled[name].blocks if isinstance(b, Settings)
            for g in b.groups for s in g.settings
        }
        for name in ("Of the study", "What all have in common", "small", "large & <b>bold</b>")
    }  # fmt: skip
    assert own["Of the study"]["Search seeds"] == "1 to 3"
    assert own["small"] == {"Step size": "0.01"}
    assert own["large & <b>bold</b>"].keys() == {"Step size"}
    assert "Rows" in own["What all have in common"]
    assert "Seed" not in own["What all have in common"]


def test_each_figure_says_what_to_see_in_it(document, results):
    plots = blocks(document, Plot)
    shown = [v for v in views_for(STUDY) if v.reported and not v.figure(results).empty]
    assert [p.kind for p in plots] == [v.kind for v in shown]
    for plot in plots:
        assert len(plot.caption) > len(plot.figure.caption)


def test_a_figure_with_nothing_to_show_is_there_only_if_it_was_chosen():
    untargeted = done(replace(STUDY, target=None))
    figures = Choices(parts=("figures",))
    drawn = blocks(study_document(untargeted, figures), Plot)
    assert drawn
    assert not any(plot.figure.empty for plot in drawn)
    chosen = study_document(untargeted, replace(figures, views=("running_times",)))
    (plot,) = blocks(chosen, Plot)
    assert plot.figure.empty


def test_the_run_in_the_middle_is_done_again_and_is_the_same(document, results):
    moments = blocks(document, Moments)
    assert len(moments) == 2
    for number, one in enumerate(moments):
        assert one.k[-1] == 40
        values = sorted(r.f for p, r in results.of([0, 1][number]))
        assert np.isfinite(values[1])
    said = str([p for c in document.chapters if "moment" in c.title for p in c.parts[1].blocks[1:]])
    assert "to the last bit" in said


def test_runs_that_take_too_long_are_left_out_with_a_sentence(results, monkeypatch):
    long = {p: replace(record, seconds=60.0) for p, record in results.records.items()}
    made = study_document(Results(STUDY, long), Choices(parts=("player",)))
    assert not blocks(made, Moments)
    assert "2 configurations (" in str(made.chapters)
    monkeypatch.setattr(playing, "_SECONDS", 0.0)
    quick = {p: replace(record, seconds=0.0) for p, record in results.records.items()}
    made = study_document(Results(STUDY, quick), Choices(parts=("player",)))
    assert not blocks(made, Moments)
    assert "Left out" in str(made.chapters)


@pytest.mark.parametrize("part", STUDY_PARTS)
def test_a_report_has_the_parts_that_are_chosen_and_no_others(part, results):
    made = study_document(results, Choices(parts=(part, "code")))
    assert bool(made.carried) is (part == "runs")
    assert len(made.chapters) == (part != "runs")


def test_a_sweep_and_a_single_configuration_are_told_too(results):
    swept = grid(CLIMB, {"optimizer.step_size": [0.01, 0.1, 1.0]}, search_seeds=(1,))
    made = study_document(done(swept), Choices(parts=("summary", "results", "settings")))
    table = grid_called(made, "The configurations")
    assert [row[1] for row in table.rows] == ["0.01", "0.1", "1"]
    assert "step size (0.01, 0.1 and 1)" in str(made.chapters)
    alone = Study(configurations=STUDY.configurations[:1], search_seeds=(1, 2))
    part = {p: r for p, r in results.records.items() if p.configuration == 0 and p.search_seed == 1}
    made = study_document(Results(alone, part), Choices(parts=("summary", "results", "settings")))
    assert made.title == "small, run after run"
    assert "1 of 2 runs are done" in str(made.chapters)


def test_every_format_of_a_study_is_written(results, tmp_path):
    views = tuple(views_for(STUDY)[:1])
    for name, made in study_formats(results).items():
        if made.group != "report":
            path = tmp_path / f"{name}{made.suffix}"
            made.write((), path, Options(views=views, size="column"))
            assert path.stat().st_size > 200, name
    with np.load(tmp_path / "statistics_npz.npz") as found:
        assert found["groups"].tolist() == [c.name for c in STUDY.configurations]


def test_without_a_run_there_is_no_page(tmp_path):
    with pytest.raises(StoreError, match=r"study.html: no run is done"):
        write_study_report(Results(STUDY), tmp_path / "study.html")
    for name, made in study_formats(Results(STUDY)).items():
        with pytest.raises(StoreError, match="no run is done"):
            made.write((), tmp_path / f"a{made.suffix}", Options(views=()))
        assert name
    assert not list(tmp_path.iterdir())
