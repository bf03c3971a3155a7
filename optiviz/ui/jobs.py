"""Things that the window has the worker do, and what is done with the result."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from optiviz.engine.run import Failure
from optiviz.ui.worker import ReaderOf, Worker


@dataclass(frozen=True)
class _Job:
    then: Callable[[object], None]
    otherwise: Callable[[Failure], None]


class Jobs(QObject):
    """Hands functions to the worker and their results back to the window's thread.

    Signals
    -------
    went_wrong : (Failure,)
        A job failed.
    """

    went_wrong = Signal(object)

    def __init__(self, worker: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self._waiting: dict[int, _Job] = {}

    def do(
        self,
        function: Callable[[ReaderOf], object],
        then: Callable[[object], None],
        otherwise: Callable[[Failure], None] | None = None,
    ) -> None:
        """Have the worker call a function, and call `then` with its result, here.

        Parameters
        ----------
        function, then : callable
        otherwise : callable, optional
            Called with what went wrong; if left out, `went_wrong` is emitted.
        """
        job = _Job(then, otherwise or self.went_wrong.emit)
        number = self._worker.request(object(), function, then=self._answered)
        self._waiting[number] = job

    @property
    def busy(self) -> bool:
        """Whether a result is still to come."""
        return bool(self._waiting)

    def _answered(self, number: int, result: object) -> None:
        job = self._waiting.pop(number)
        if isinstance(result, Failure):
            job.otherwise(result)
        else:
            job.then(result)
