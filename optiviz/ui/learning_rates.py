"""What learning rates do where the run on show is, kept true while the playhead moves."""

from functools import partial
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QObject

from optiviz.analysis.descent.stability import MEANINGS, Word, known_of, ranges
from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.engine.stepper import Stepper
from optiviz.engine.wording import rounded
from optiviz.methods.descent import Descent
from optiviz.problems import OneVariable
from optiviz.ui.forms import RateBand
from optiviz.ui.session import Session
from optiviz.ui.setup import FunctionSetup
from optiviz.ui.worker import ReaderOf, now

_REST = 0.1  # seconds between two looks

_LOOKS: dict[Word, tuple[str, float, bool]] = {  # role, opacity, hatched
    "slow": ("muted", 0.3, False),
    "monotone": ("accent", 0.4, False),
    "one step": ("accent", 1.0, False),
    "two steps": ("accent", 1.0, False),
    "oscillating": ("muted", 0.25, True),
    "divergent": ("danger", 0.85, False),
}


class _Place(NamedTuple):
    """Where a curve is looked at: its curvature there, and at which iteration."""

    x: float
    curvature: float
    k: int


class LearningRates(QObject):
    """Asks the worker for the curvature where the run on show is, and shows the bands of it."""

    def __init__(self, setup: FunctionSetup, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._setup, self._session = setup, session
        self._asked: object = None
        self._asked_at = 0.0
        self._number = -1
        self._place: _Place | None = None
        self._spec = setup.spec()
        session.frame.connect(self._look)
        setup.spec_changed.connect(self._set_up)

    def _set_up(self) -> None:
        self._spec = self._setup.spec() or self._spec  # while there are mistakes, what was right
        self._show()

    def _look(self) -> None:
        """Ask for the curvature if the run on show has moved since."""
        spec = self._spec
        if spec is None or now() - self._asked_at < _REST:
            return
        if not isinstance(spec.problem, OneVariable) or not known_of(spec.optimizer):
            self._asked = None
            self._setup.algorithm.show_rates((), "")
            return
        focus = self._session.focus
        run, k = None, 0
        if focus is not None and focus.ready and focus.run.spec.problem == spec.problem:
            run, k = focus.run, self._session.k
        generation = run.trace.generation if run is not None else 0
        start = None if run is not None else (spec.start, spec.seed)
        wanted = (spec.problem, run, k, generation, start)
        if wanted != self._asked:
            self._asked, self._asked_at = wanted, now()
            look = partial(_place, spec, run, k)
            self._number = self._session.worker.request(self, look, then=self._answered)

    def _answered(self, number: int, result: object) -> None:
        if number == self._number and isinstance(result, _Place):
            self._place = result
            self._show()

    def _show(self) -> None:
        """Show the bands of the algorithm that is set up, at the place that was looked at last."""
        spec, place = self._spec, self._place
        if spec is None or place is None or self._asked is None:
            return
        problem, optimizer = spec.problem, spec.optimizer
        if not isinstance(problem, OneVariable) or not known_of(optimizer):
            self._setup.algorithm.show_rates((), "")
            return
        assert isinstance(optimizer, Descent)
        factor = float(optimizer.schedule.factors(np.array([place.k]))[0])
        found = tuple(
            RateBand(band.low, band.high, band.word, MEANINGS[band.word], *_LOOKS[band.word])
            for band in ranges(optimizer, place.curvature, factor)
        )
        where = f"at {problem.variable} = {rounded(place.x)} (iteration {place.k:,})"
        if found:
            about = f"From the curvature {rounded(place.curvature)} {where}."
            if optimizer.rows_in_batch is not None:
                about += " That is of all rows: a batch has one of its own."
        elif not np.isfinite(place.curvature):
            about = f"There is no curvature {where}."
        elif place.curvature > 0:
            about = "The schedule's learning rate is 0 now."
        else:
            bends = "downwards" if place.curvature < 0 else "nowhere"
            about = f"It bends {bends} here: no rate comes to rest."
        self._setup.algorithm.show_rates(found, about)


def _place(spec: RunSpec, run: Run | None, k: int, reader_of: ReaderOf) -> _Place:
    """Return where a run is at iteration k, or where a spec would start, in the worker."""
    problem = spec.problem
    assert isinstance(problem, OneVariable)
    if run is None:
        x = Stepper(spec).start_point()
    else:
        k = min(k, run.trace.last_k)  # a change may have shortened it meanwhile
        x = reader_of(run).state(k).x
    with np.errstate(all="ignore"):
        return _Place(float(x[0]), float(problem.curvatures(x)[0]), k)
