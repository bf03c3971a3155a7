"""The list of runs: a few lines beside the set-up, or all there is to know of thousands of them."""

from optiviz.ui.runs.compact import RunsCard, RunsList
from optiviz.ui.runs.panel import RunsDialog, RunsPanel
from optiviz.ui.runs.sources import RunsSource, SessionRuns, StudyRuns

__all__ = [
    "RunsCard",
    "RunsDialog",
    "RunsList",
    "RunsPanel",
    "RunsSource",
    "SessionRuns",
    "StudyRuns",
]
