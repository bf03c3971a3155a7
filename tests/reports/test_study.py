"""A page about a study says what came out, with its figures and the plan to do it again."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest

from optiviz import presets
from optiviz.reports.study import write_study_report
from optiviz.store import StoreError, study_file
from optiviz.studies.plan import Configuration, Study
from optiviz.studies.records import recorded
from optiviz.studies.results import Results

CLIMB = presets.load("classic-perceptron").spec.with_value("stopping", {"max_iterations": 40})
STUDY = Study(
    title="Small steps <or> large?",
    configurations=(
        Configuration(name="small", spec=CLIMB.with_value("optimizer.step_size", 0.01)),
        Configuration(name="large & <b>bold</b>", spec=CLIMB),
    ),
    search_seeds=(1, 2, 3),
)


def test_a_page_has_words_figures_and_the_plan(tmp_path):
    results = Results(STUDY, {planned: recorded(STUDY.spec_of(planned)) for planned in STUDY.runs})
    told = []
    path = tmp_path / "study.html"
    write_study_report(results, path, progress=lambda done, of: told.append((done, of)))
    text = path.read_text(encoding="utf-8")
    assert "<b>bold</b>" not in text
    assert study_file.load(path).study == STUDY
    assert "Small steps &lt;or&gt; large?" in text
    assert "3 seeds (1 to 3)" in text
    assert text.count('role="img"') >= 2
    assert "default-src 'none'" in text
    assert told[0][0] == 0
    assert len(told) == told[0][1]
    (plan,) = re.findall(r"<pre[^>]*>(\{.*?)</pre>", text, re.DOTALL)
    assert Study.from_dict(json.loads(unescape(plan))) == STUDY


def test_without_a_run_there_is_no_page(tmp_path):
    with pytest.raises(StoreError, match="no run is done"):
        write_study_report(Results(STUDY), tmp_path / "study.html")
    assert not list(tmp_path.iterdir())
