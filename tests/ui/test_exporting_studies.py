"""What the export panel shows of a study is what it writes."""

from io import BytesIO

from PIL import Image

from optiviz.studies.records import recorded
from optiviz.studies.results import Results
from optiviz.ui.exporting.documents import Documents
from optiviz.ui.exporting.previews import previews
from optiviz.ui.exporting.source import Chosen, Look, wanted
from optiviz.ui.exporting.studies import study_source
from tests.reports.test_study import STUDY


def test_pictures_of_a_study_are_previewed_and_of_the_size_that_is_asked_for(tmp_path):
    results = Results(STUDY, {planned: recorded(STUDY.spec_of(planned)) for planned in STUDY.runs})
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
