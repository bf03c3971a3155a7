"""Runs of a study that are computed again to be looked at, and whether they are the same."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from optiviz.engine.run import Run, RunStatus
from optiviz.engine.spec import RunSpec
from optiviz.ui.worker import ReaderOf

if TYPE_CHECKING:
    from optiviz.ui.main_window import MainWindow


class Again(QObject):
    """Shows runs of a study in the workspace that they belong to."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._expected: dict[Run, str] = {}  # SHA-256 of the trace that the study recorded
        window.compare.run_wanted.connect(self.show)
        window.worker.run_changed.connect(self._changed)

    def show(self, spec: RunSpec, name: str, digest: str) -> None:
        """Compute a run again, and show it.

        Parameters
        ----------
        spec : RunSpec
        name : str
        digest : str
            Of its trace, as the study recorded it; empty if it was not done yet.
        """
        workspace = self._window.home_of(spec.problem.kind)
        known = {entry.run.spec: entry for entry in workspace.session.entries}
        entry = known.get(spec)
        if entry is None:
            entry = workspace.session.start(spec, name)
        else:
            workspace.session.set_focus(entry)
        workspace.revert()  # the set-up shows what is on show
        self._window.bring(workspace)
        workspace.focus_first()
        if digest:
            self._expected[entry.run] = digest
            self._changed(entry.run)

    def _changed(self, run: Run) -> None:
        if run not in self._expected or run.status in (RunStatus.NEW, RunStatus.RUNNING):
            return
        expected = self._expected.pop(run)

        def compare(_: ReaderOf) -> bool:
            from optiviz.store import digests

            return run.latest is not None and digests.is_of(run, expected)

        def say(same: object) -> None:
            self._window.messages.say(
                f"{run.name}: computed again, identical to the study's run to the last bit."
                if same
                else f"{run.name}: computed again, it is not the study's run: it was recorded "
                "by another version or on another machine.",
                warning=not same,
            )

        self._window.jobs.do(compare, say)
