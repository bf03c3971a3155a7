"""Compare: studies and sweeps in the window."""

from optiviz.ui.compare.again import Again
from optiviz.ui.compare.files import StudyFiles
from optiviz.ui.compare.menu import offer_studies
from optiviz.ui.compare.workspace import CompareWorkspace

__all__ = ["Again", "CompareWorkspace", "StudyFiles", "offer_studies"]
