"""The panel that asks what should be different from an iteration on, and begins that run."""

from contextlib import suppress

import numpy as np
from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from optiviz.analysis.runs.events import difference
from optiviz.engine.branching import Crossing, crossing
from optiviz.engine.optimizer import Optimizer
from optiviz.engine.parameters import Mistake, SpecError, fields
from optiviz.engine.problem import Array
from optiviz.engine.run import Failure
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StoppingCriterion
from optiviz.engine.wording import capitalised
from optiviz.ui.branching.point import PointEditor
from optiviz.ui.forms import MistakeNote, Note
from optiviz.ui.over_views import PanelOverViews
from optiviz.ui.panels.algorithm import AlgorithmPanel
from optiviz.ui.plain import Label
from optiviz.ui.scrolled import Scrolled
from optiviz.ui.session import Entry, Session
from optiviz.ui.theme import SPACE, current_theme
from optiviz.ui.worker import ReaderOf

__all__ = ["BranchPanel"]

_WIDTH = 380
_LONGEST_NAME = 48  # characters of a difference that become a run's name


class BranchPanel(PanelOverViews):
    """Above the timeline, over the views: what is different from the playhead on.

    Nothing waits for it: runs go on, and it can stay open beside everything else.

    Parameters
    ----------
    session : Session
    over : QWidget
        It stands in the lower right of this one, inside the parent.

    Signals
    -------
    begun(entry)
        A run was begun.
    """

    begun = Signal(object)

    def __init__(self, session: Session, over: QWidget, parent: QWidget) -> None:
        super().__init__("Try something else from here", over, parent)
        self._session = session
        self._entry: Entry | None = None
        self._at: Crossing | None = None
        self._k = self._generation = 0
        self._number = -1
        self._from = Note(role="muted", parent=self)
        self._goes_on = Note(role="muted", parent=self)
        self.algorithm = AlgorithmPanel(self)
        self.algorithm.changed.connect(self._look)
        self.edit_button = QPushButton(self)
        self.edit_button.setCheckable(True)
        self.edit_button.toggled.connect(self._show_point)
        self.point: PointEditor | None = None
        self.name = QLineEdit(self)
        self.name.setAccessibleName("Name")
        self.name.setMaxLength(120)
        self._mistake = MistakeNote(self)
        self.run_button = QPushButton("Run from here", self)
        self.run_button.setProperty("primary", True)
        self.run_button.setToolTip("Begin this run beside the other one (Enter)")
        self.run_button.clicked.connect(self.begin)
        self._lay_out()
        session.runs_changed.connect(self._check_entry)
        self._restyle()

    def _lay_out(self) -> None:
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(0, 0, SPACE[1], 0)
        inner.setSpacing(SPACE[1])
        inner.addWidget(self.algorithm)
        inner.addWidget(self.edit_button, 0, Qt.AlignmentFlag.AlignLeft)
        self._place = QVBoxLayout()
        inner.addLayout(self._place)
        inner.addStretch(1)
        self._scroll = Scrolled(body, self)
        named = QHBoxLayout()
        label = Label("Name", self)
        label.setBuddy(self.name)
        named.addWidget(label)
        named.addWidget(self.name, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE[2], SPACE[1], SPACE[2], SPACE[2])
        column.setSpacing(SPACE[1])
        column.addLayout(self._head())
        column.addWidget(self._from)
        column.addWidget(self._scroll, 1)
        column.addWidget(self._goes_on)
        column.addLayout(named)
        column.addWidget(self._mistake)
        column.addWidget(self.run_button)

    def _stand(self, around: QWidget, parent: QWidget) -> None:
        """Stand in the lower right of the views, as high as there is room for."""
        width = min(round(_WIDTH * current_theme().scale), around.width() - 2 * SPACE[2])
        inside = self._scroll.widget()
        wanted = self.sizeHint().height() - self._scroll.sizeHint().height()
        wanted += (inside.sizeHint().height() if inside is not None else 0) + SPACE[3]
        height = min(max(wanted, 300), around.height() - 2 * SPACE[1])
        self.resize(width, height)
        corner = QPoint(around.width() - width - SPACE[1], around.height() - height - SPACE[1])
        self.move(around.mapTo(parent, corner))

    # Opening and closing

    def open_here(self) -> None:
        """Ask what should be different from the playhead on in the run in focus."""
        entry = self._session.focus
        if entry is None or not entry.ready:
            return
        read_only = entry.run.spec.optimizer.read_only
        if read_only:
            self._session.worker.went_wrong.emit(Failure(f"{capitalised(read_only)}.", ""))
            return
        self._remember_focus()
        self._session.pause()
        self._entry, self._at, self._k = entry, None, min(self._session.k, entry.run.trace.last_k)
        run, k = entry.run, self._k
        self._generation = run.trace.generation
        self._from.say(f"From iteration {k:,} of {entry.name}")
        self._goes_on.hide()
        optimizer = run.spec.optimizer_after(k)
        self.algorithm.show_problem(run.spec.problem)
        self.algorithm.set_value({"kind": optimizer.kind, **_values(optimizer)})
        self.algorithm.set_mistakes([])
        self._drop_point()
        network = hasattr(run.spec.problem, "network")
        self._noun = "weight" if network else "x"
        self.edit_button.setText("Edit weights too" if network else "Move the point too")
        self.edit_button.setEnabled(False)
        self.name.clear()
        self._mistake.say("")
        self.run_button.setEnabled(False)

        def look(reader_of: ReaderOf) -> Crossing:
            return crossing(run, k, reader_of(run))

        self._number = self._session.worker.request(self, look, then=self._answered)
        self._look()
        self._appear()
        self.algorithm.form.combo.setFocus()

    def dismiss(self) -> None:
        """Close, and give the focus back."""
        self._entry = self._at = None
        super().dismiss()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.run_button.isEnabled():
            self.begin()
        elif event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.ignore()

    def _check_entry(self) -> None:
        if self._entry is not None and self._entry not in self._session.entries:
            self.dismiss()

    def _answered(self, number: int, result: object) -> None:
        if number != self._number or self._entry is None:
            return
        if isinstance(result, Failure):
            self._mistake.say(f"Iteration {self._k:,} is no longer there: {result.sentence}")
            return
        assert isinstance(result, Crossing)
        self._at = result
        self.edit_button.setEnabled(True)
        self.run_button.setEnabled(not result.diverged)
        if result.diverged:
            self._mistake.say(
                f"Nothing leads on from iteration {self._k:,}, where it has diverged: go back to "
                "an earlier one"
            )
        self._goes_on.say(_limits_in_words(self._entry.run.spec.stopping, result.stopping))
        self._goes_on.setVisible(bool(self._goes_on.text()))
        self._put()

    # The point

    def _show_point(self, on: bool) -> None:
        if not on:
            self._drop_point()
        elif self._at is not None and self.point is None:
            self.point = PointEditor(self._at.x, self._noun, self)
            self.point.changed.connect(self._look)
            self._place.addWidget(self.point)
            self.point.show()
        self._look()
        self._put()

    def _drop_point(self) -> None:
        point, self.point = self.point, None
        if point is not None:
            self._place.removeWidget(point)
            point.hide()
            point.deleteLater()
        self.edit_button.setChecked(False)

    # What is asked for

    def _look(self) -> None:
        """Offer a name, and leave mistakes behind that may be mended now."""
        if self._entry is None:
            return
        if self._at is None or not self._at.diverged:
            self._mistake.say("")
        self.algorithm.set_mistakes([])
        self.name.setPlaceholderText(self._usual_name())

    def _usual_name(self) -> str:
        assert self._entry is not None
        spec, words = self._entry.run.spec, ""
        with suppress(SpecError):
            words = _short(spec.optimizer_after(self._k), self._optimizer())
        count = 0 if self.point is None else self.point.count()
        if not words:
            words = f"{self._entry.name}{', edited' if count else ''}"
        return f"{words} from {self._k:,}"

    def _optimizer(self) -> Optimizer:
        optimizer: Optimizer = Optimizer.from_dict(self.algorithm.value())
        return optimizer

    def begin(self) -> None:
        """Begin the run, or say what is wrong."""
        if self._entry is None or self._at is None or self._at.diverged:
            return
        entry, at = self._entry, self._at
        try:
            optimizer, x = self._asked(entry.run.spec)
            name = " ".join(self.name.text().split()) or self._usual_name()
            if entry.run.trace.unchanged_since(self._generation) < self._k:
                raise ValueError(
                    f"iteration {self._k:,} is another one since a change: open this again"
                )
            made = self._session.branch(
                entry, self._k, optimizer, x, stopping=at.stopping, name=name
            )
        except SpecError as error:
            self._say(error.mistakes)
        except ValueError as error:
            self._mistake.say(str(error))
        else:
            self.dismiss()
            self.begun.emit(made)

    def _asked(self, spec: RunSpec) -> tuple[Optimizer | None, Array | None]:
        """Return what is different; the algorithm as it is where only the limits are.

        Raises
        ------
        SpecError, ValueError
            With the mistakes that there are.
        """
        assert self._at is not None
        x = None if self.point is None else self.point.value()
        optimizer = self._optimizer()
        mistakes = [Mistake(field, words) for field, words in optimizer.check_problem(spec.problem)]
        if mistakes:
            raise SpecError(mistakes)
        same = optimizer == spec.optimizer_after(self._k)
        if same and x is None and self._at.stopping == spec.stopping.reopened():
            raise ValueError(
                "nothing is different yet: change a setting, the algorithm or a coordinate"
                if self._noun == "x"
                else "nothing is different yet: change a setting, the algorithm or a weight"
            )
        return (None if same and x is not None else optimizer), x

    def _say(self, mistakes: tuple[Mistake, ...]) -> None:
        prefix = "changes["
        plain = [
            Mistake(m.path.rpartition("optimizer.")[2], m.message)
            if m.path.startswith(prefix)
            else m
            for m in mistakes
        ]
        self.algorithm.set_mistakes(plain)
        here = [m for m in plain if not self.algorithm.label_at(m.path) and m.path != "kind"]
        first = here[0] if here else plain[0]
        label = self.algorithm.label_at(first.path)
        self._mistake.say(f"{label}: {first.message}" if label else first.message)


def _values(optimizer: Optimizer) -> dict[str, object]:
    return {field.name: getattr(optimizer, field.name) for field in fields(type(optimizer))}


def _short(before: Optimizer, after: Optimizer) -> str:
    """Say in a few words what is different, or nothing."""
    if type(before) is not type(after):
        return after.label
    words = difference(before, after)
    return words if len(words) <= _LONGEST_NAME else words[: _LONGEST_NAME - 1] + "…"


_LIMITS = {
    "max_iterations": "iteration {:,}",
    "max_evaluations": "evaluation {:,}",
    "max_epochs": "epoch {:,g}",
    "max_seconds": "{:,g} s of computing",
    "patience": "{:,} iterations without anything better",
}


def _limits_in_words(before: StoppingCriterion, after: StoppingCriterion) -> str:
    """Say how far a branch goes where its run's own limits are used up."""
    if after == before.reopened():
        return ""
    parts = [
        f"to {words.format(np.asarray(value).item())}"
        for name, words in _LIMITS.items()
        if (value := getattr(after, name)) is not None and value != getattr(before, name)
    ]
    told = ["The first run's limits are used up here"]
    if parts:
        told.append("; this one goes on " + " and ".join(parts))
    if after.target != before.target:
        told.append(", without its target" if parts else "; this one goes on without its target")
    return "".join(told) + "."
