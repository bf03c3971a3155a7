"""What stands around the figures of a study: the first step, and the box of the list of runs."""

from PySide6.QtGui import QAction, QPaintEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from optiviz.ui.canvas.empty import EmptyPane
from optiviz.ui.card import draw_ground
from optiviz.ui.guard import guarded
from optiviz.ui.theme import SPACE

__all__ = ["FirstStep", "RunsBelow"]

_EMPTY = (
    "Compare algorithms, or settings of one, over many seeds: which is better, by how much, and "
    "how sure that is.\n\nAdd at the left what is set up in Train or Functions, or begin with a "
    "study that is ready."
)
_READY = (
    "Run it, and figures grow here while runs come in: progress, what all came to, and what that "
    "says.\n\nAt the left stand the seeds, when a run finishes, and what is measured."
)


class FirstStep(EmptyPane):
    """The middle before there are results: what to do, with the button that does it.

    Attributes
    ----------
    begin_action, add_action, run_action : QAction
        Begin with a study that is ready; add what is set up; run what is added.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.begin_action = QAction("Compare eight algorithms on the classic network", self)
        self.add_action = QAction("Add what is set up in Train", self)
        self.run_action = QAction("Run study", self)
        self._ready: bool | None = None
        self.say(ready=False)

    def say(self, *, ready: bool) -> None:
        """Say what is next: to add something, or to run what is there."""
        if ready != self._ready:
            self._ready = ready
            self.set_sentence(_READY if ready else _EMPTY)
            self.set_actions([self.run_action] if ready else [self.begin_action, self.add_action])


class RunsBelow(QFrame):
    """The box of the list of runs, which has its title in its first row."""

    def __init__(self, runs: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Runs")
        inside = QVBoxLayout(self)
        inside.setContentsMargins(SPACE[2], SPACE[1], SPACE[2], SPACE[1])
        inside.addWidget(runs)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        draw_ground(self)
