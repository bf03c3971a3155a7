"""Who is told of the runs that the worker computes; by itself, nobody."""

from optiviz.engine.run import Run


class Record:
    """Told of runs in the worker's thread, between slices. Nothing may be raised here."""

    def look(self, run: Run) -> None:
        """Note what a run did."""

    def measured(self, run: Run) -> None:
        """Note that the metrics of a run that has ended are known."""

    def forget(self, run: Run) -> None:
        """Follow a run no more."""

    def leave_out(self, run: Run) -> None:
        """Never note a run: one of many that pass while something is dragged."""

    def rename(self, run: Run) -> None:
        """Take over what a run is called now."""
