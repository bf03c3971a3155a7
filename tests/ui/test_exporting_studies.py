"""What the export panel shows of a study is what it writes."""

from functools import partial
from io import BytesIO

import pytest
from PIL import Image
from PySide6.QtCore import Qt

from optiviz.engine.parameters import SpecError
from optiviz.studies.records import recorded
from optiviz.studies.results import Results
from optiviz.ui.exporting.chooser import Chooser
from optiviz.ui.exporting.documents import Documents
from optiviz.ui.exporting.previews import previews
from optiviz.ui.exporting.source import Chosen, Look, wanted
from optiviz.ui.exporting.studies import study_source
from tests.reports.test_study import STUDY


@pytest.fixture(scope="module")
def results():
    return Results(STUDY, {planned: recorded(STUDY.spec_of(planned)) for planned in STUDY.runs})


def test_pictures_of_a_study_are_previewed_and_of_the_size_that_is_asked_for(results, tmp_path):
    source = study_source(results)
    look = Look(view=source.views[-1].kind, size="slide")
    for name in ("png", "svg"):
        chosen = wanted(source, Chosen(name, (), look))
        (shown,) = previews(chosen, "light", lambda *_: None, Documents().of, {})
        assert shown.kind == "picture"
        assert Image.open(BytesIO(shown.content)).size == (1920, 1080)
        chosen.write(tmp_path / f"a.{name}", lambda *_: None)
    assert (tmp_path / "a.png").read_bytes() == shown.content
    assert b'width="13.3333in"' in (tmp_path / "a.svg").read_bytes()


def test_parts_of_a_study_are_offered_and_what_only_runs_have_is_remembered(results, qtbot):
    """Else who exports a study once has no listings in the reports of runs any more."""
    chooser = Chooser()
    qtbot.addWidget(chooser)
    source = study_source(results)
    chooser.offer(source, {"parts": ["summary", "code"], "format": "html"}, {})
    assert chooser.parts.ticked() == ("summary",)
    chooser.parts.list.item(1).setCheckState(Qt.CheckState.Checked)
    chosen = chooser.chosen()
    assert chosen.parts == ("summary", "results", "code")
    assert "spread" in chosen.views
    assert "verdict" not in chosen.views
    assert chosen.remembered()["parts"] == ["summary", "results", "code"]
    choices = wanted(source, chosen).options.choices
    assert choices.views is None
    document = Documents().of(results, (), choices, None)
    assert [chapter.title for chapter in document.chapters] == ["What was compared, and how"]
    for i in range(2):
        chooser.parts.list.item(i).setCheckState(Qt.CheckState.Unchecked)
    with pytest.raises(SpecError, match="at least one part"):
        wanted(source, chooser.chosen())


def test_a_report_of_a_study_is_previewed(results, tmp_path):
    source, documents = study_source(results), Documents()
    chosen = Chosen("pdf", (), Look(title="Ours", author="A. Teacher"), "A note.", ("results",))
    made = partial(documents.of, results)
    words, pages = previews(wanted(source, chosen), "light", lambda *_: None, made, {})
    assert (words.kind, words.whole) == ("page", False)
    for said in ("Ours", "A. Teacher", "A note.", "What it says", "large &amp; &lt;b&gt;bold"):
        assert said in words.text
    wanted(source, chosen).write(tmp_path / "a.pdf", lambda *_: None)
    assert pages.content == (tmp_path / "a.pdf").read_bytes()
