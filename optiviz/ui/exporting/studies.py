"""What a study can be exported as, for the panel: the formats that `optiviz.reports` has of it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from optiviz.reports.document import STUDY_PARTS
from optiviz.reports.studies.formats import study_formats
from optiviz.studies.results import Results
from optiviz.study_views import StudyView, views_for
from optiviz.ui.exporting.source import Source

if TYPE_CHECKING:
    from optiviz.views import View

__all__ = ["study_source"]


def study_source(results: Results, opened: Sequence[StudyView] = (), lacks: str = "") -> Source:
    """Return what there is to export of a study.

    Parameters
    ----------
    results : Results
        Nothing adds to them any more.
    opened : sequence of StudyView
        Those on show, with their settings.
    lacks : str
        What must be done before, if anything.
    """
    shown = {view.kind: view for view in opened}
    views = [shown.get(view.kind, view) for view in views_for(results.study)]
    n, planned = len(results.records), results.study.size
    what = f"{n:,} of {planned:,}" if n < planned else f"{n:,}"
    return Source(
        name="study",
        runs=(),
        names=(),
        ticked=(),
        views=cast("tuple[View, ...]", tuple(views)),
        opened=tuple(view.kind for view in opened),
        formats=study_formats(results),
        about=f"A study of {what} runs.",
        lacks=lacks,
        parts=STUDY_PARTS,
    )
