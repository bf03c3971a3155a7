"""Which recorded runs stand in a workspace, and how others are put there, as recorded."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from optiviz.engine.run import Run

if TYPE_CHECKING:
    from optiviz.ui.main_window import MainWindow
    from optiviz.ui.session import Entry
    from optiviz.ui.workspace import Workspace

__all__ = ["Opened"]


class Opened:
    """The runs of the history that are open in a window.

    Parameters
    ----------
    window : MainWindow
    """

    def __init__(self, window: "MainWindow") -> None:
        self._window = window
        self._ids: WeakKeyDictionary[Run, str] = WeakKeyDictionary()

    @property
    def _workspaces(self) -> "tuple[Workspace, ...]":
        return self._window.train, self._window.functions

    def id_of(self, run: Run) -> str:
        """Return where a run is in the history, or nothing."""
        return self.recorded_as(run) or self._ids.get(run, "")

    def recorded_as(self, run: Run) -> str:
        """Return where this window records a run, or nothing."""
        return self._window.recording.following.id_of(run)

    def places(self) -> "dict[str, tuple[Workspace, Entry]]":
        """Return where each run is open, by its place in the history."""
        found = {}
        for workspace in self._workspaces:
            for entry in workspace.session.entries:
                if key := self.id_of(entry.run):
                    found[key] = workspace, entry
        return found

    def put(self, runs: Iterable[tuple[str, Run]]) -> None:
        """Open runs that were loaded, each in its workspace, at their ends."""
        mine: dict[Workspace, list[Run]] = {}
        for key, run in runs:
            self._ids[run] = key
            mine.setdefault(self._window.home_of(run.spec.problem.kind), []).append(run)
        for workspace, some in mine.items():
            workspace.session.open(some)
            workspace.revert()

    def bring(self, ids: Sequence[str], alone: bool = False) -> "Workspace | None":
        """Bring runs that are open to the front, the first one in focus.

        Parameters
        ----------
        ids : sequence of str
        alone : bool
            Draw them together, and no others.

        Returns
        -------
        Workspace or None
            The one that was brought to the front.
        """
        places = self.places()
        there = [places[key] for key in ids if key in places]
        if not there:
            return None
        front = there[0][0]
        for workspace in self._workspaces:
            entries = [entry for home, entry in there if home is workspace]
            if entries:
                session = workspace.session
                session.set_visible(session.entries if not alone else entries, True)
                if alone:
                    session.set_visible([e for e in session.entries if e not in entries], False)
                session.set_focus(entries[0])
                if not entries[0].computing:
                    session.pause()
                    session.seek(session.last_k)
        self._window.bring(front)
        front.focus_first()
        return front

    def drop(self, key: str) -> None:
        """Take a run that was only opened out of its workspace: it comes back to go on."""
        place = self.places().get(key)
        if place is not None:
            place[0].session.drop(place[1])
