"""Where a list has its runs from: a session, whose runs go on, or the results of a study."""

from collections.abc import Hashable, Iterable, Sequence
from itertools import islice
from typing import Any

from PySide6.QtCore import QObject, Signal

from optiviz.engine.spec import RunSpec
from optiviz.studies.listing.columns import RunRow, StudyRows, row_of_run
from optiviz.studies.results import Results
from optiviz.ui.session import Entry, Session
from optiviz.ui.worker import now

__all__ = ["RunsSource", "SessionRuns", "StudyRuns"]

_REST = 0.25  # seconds between two looks at the numbers of runs that go on


class RunsSource(QObject):
    """Runs for a list, each known by a key of its own.

    Signals
    -------
    changed
        There are others, or one has another name, state or visibility.
    counted
        Numbers of runs that go on are others; a few times a second at most.

    Attributes
    ----------
    session : Session or None
        In which runs can be hidden, renamed, duplicated and deleted.
    empty : str
        What to say, and to do, where there is none.
    """

    changed = Signal()
    counted = Signal()
    session: Session | None = None
    empty = ""

    def keys(self) -> Sequence[Any]:
        """Return the runs' keys, in their own order."""
        raise NotImplementedError

    def places_since(self, stage: int) -> tuple[int, Iterable[int]]:
        """Return the present stage, and the places of runs that may stand otherwise than before.

        Parameters
        ----------
        stage : int
            The one that was told last; 0 is before everything.
        """
        return 0, range(len(self.keys()))

    def stamp(self, key: Any) -> Hashable:
        """Return what is another one where a run's row may be; quick."""
        raise NotImplementedError

    def row(self, key: Any) -> RunRow:
        """Return what a list says of a run."""
        raise NotImplementedError

    def number(self, key: Any) -> int:
        """Return which colour and dash are a run's own."""
        raise NotImplementedError

    def spec(self, key: Any) -> RunSpec:
        """Return a run's spec."""
        raise NotImplementedError

    def is_visible(self, key: Any) -> bool | None:
        """Return whether a run is drawn; None where that can't be chosen."""
        return None

    def set_visible(self, keys: Iterable[Any], visible: bool) -> None:
        """Draw runs, or not."""

    def rename(self, key: Any, name: str) -> None:
        """Call a run something else."""


class SessionRuns(RunsSource):
    """The runs of a session; a key is an `Entry`."""

    empty = "No runs yet. Press Run to compute the one that is set up."

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session: Session = session
        self._counted_at = 0.0
        session.runs_changed.connect(self.changed)
        session.frame.connect(self._count)

    def _count(self) -> None:
        if now() - self._counted_at >= _REST:
            self._counted_at = now()
            self.counted.emit()

    def keys(self) -> Sequence[Entry]:  # noqa: D102
        return self.session.entries

    def stamp(self, key: Entry) -> Hashable:  # noqa: D102
        run = key.run
        return (
            run, run.name, key.visible, key.number, run.status, run.stop_reason,
            run.trace.last_k, run.trace.generation, run.history.count,
        )  # fmt: skip

    def row(self, key: Entry) -> RunRow:  # noqa: D102
        return row_of_run(key.run)

    def number(self, key: Entry) -> int:  # noqa: D102
        return key.number

    def spec(self, key: Entry) -> RunSpec:  # noqa: D102
        return key.run.spec

    def is_visible(self, key: Entry) -> bool | None:  # noqa: D102
        return key.visible

    def set_visible(self, keys: Iterable[Entry], visible: bool) -> None:  # noqa: D102
        self.session.set_visible(keys, visible)

    def rename(self, key: Entry, name: str) -> None:  # noqa: D102
        self.session.rename(key, name)


class StudyRuns(RunsSource):
    """The runs of a study, done or not; a key is a run's place in `study.runs`.

    All runs of a configuration have its colour.
    """

    empty = "This study has no runs."

    def __init__(self, results: Results, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.results = results
        self._rows = StudyRows(results.study)
        self._keys = range(results.study.size)
        self._places = {planned: i for i, planned in enumerate(results.study.runs)}

    def refresh(self) -> None:
        """Look at what the results have gained."""
        self.changed.emit()

    def keys(self) -> Sequence[int]:  # noqa: D102
        return self._keys

    def places_since(self, stage: int) -> tuple[int, Iterable[int]]:  # noqa: D102
        records = self.results.records  # a run's record is put there once, and stays
        new = islice(reversed(records), max(0, len(records) - stage))
        return len(records), sorted(map(self._places.__getitem__, new))

    def stamp(self, key: int) -> Hashable:  # noqa: D102
        return id(self.results.records.get(self.results.study.runs[key]))

    def row(self, key: int) -> RunRow:  # noqa: D102
        planned = self.results.study.runs[key]
        return self._rows.row(planned, self.results.records.get(planned))

    def number(self, key: int) -> int:  # noqa: D102
        return self.results.study.runs[key].configuration

    def spec(self, key: int) -> RunSpec:  # noqa: D102
        study = self.results.study
        return study.spec_of(study.runs[key])
