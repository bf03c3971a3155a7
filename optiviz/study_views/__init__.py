"""Views of studies: each makes a figure of a study's results, one file each.

The figures are those of `optiviz.views.figure`, so that the window and reports draw them as they
draw views of runs. Imports studies and views' figures; knows no toolkit that draws.
"""

from abc import abstractmethod
from typing import ClassVar

from optiviz.engine import registry
from optiviz.engine.parameters import Kind
from optiviz.studies.plan import Study
from optiviz.studies.results import Results
from optiviz.views.figure import Figure


class StudyView(Kind):
    """A kind of picture of a study; its parameters are what a user may set on its card.

    Attributes
    ----------
    place : int
        Where it stands in lists; the first four that suit a study are open at first.
    reported : bool
        Whether it is among the figures of a report; what it says may stand there otherwise.
    to_see : str
        What to look for in its pictures, in a sentence or two that are true of each of them.
    """

    family: ClassVar[str] = "study_views"
    place: ClassVar[int] = 100
    reported: ClassVar[bool] = True
    to_see: ClassVar[str] = ""

    @abstractmethod
    def figure(self, results: Results) -> Figure:
        """Make the picture of what is done so far; it may be nothing yet.

        Colours and dashes are numbered by configuration, from 0. What can be clicked names the
        runs behind it (`Action.runs`, places in ``study.runs``).
        """

    def suits(self, study: Study) -> bool:
        """Whether it has something to say of such a study."""
        return True


def views_for(study: Study) -> list[StudyView]:
    """Return the views that suit a study, in their order, with their usual settings."""
    made = [cls() for cls in registry.kinds(StudyView.family).values()]
    return sorted((view for view in made if view.suits(study)), key=lambda view: view.place)
