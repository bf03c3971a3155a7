"""What another program recorded, read in the worker, and how it compares with runs of ours."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from optiviz.engine.run import Run
from optiviz.ui.worker import ReaderOf

RUN_FILE = ".optiviz"
_SHOWN = 3  # runs of which the message says what they match


@dataclass(frozen=True)
class Recordings:
    """Runs that were read, and what the message bar says of them.

    Attributes
    ----------
    runs : list of Run
    laid_over : bool
        Some of them stand on the axes of a run of ours.
    sentence, details : str
        What they match; what was understood of them.
    """

    runs: list[Run]
    laid_over: bool
    sentence: str
    details: str


def is_openable(path: Path) -> bool:
    """Whether a file of this name can be opened, or a folder."""
    from optiviz.store import imports

    return path.suffix.lower() == RUN_FILE or imports.reads(path)


def openable() -> str:
    """Return the file dialog's filters."""
    from optiviz.store import imports

    traces = " ".join(f"*{suffix}" for suffix in imports.suffixes())
    every = f"Runs and traces (*{RUN_FILE} {traces} *tfevents*)"
    return f"{every};;optiviz runs (*{RUN_FILE});;Recorded elsewhere ({traces} *tfevents*);;All (*)"


def read_recordings(
    path: Path, like: Run | None, ours: Sequence[Run], reader_of: ReaderOf
) -> Recordings:
    """Read what is at a path, and compare it with runs of ours, in the worker.

    Raises
    ------
    StoreError
        With a sentence, if it can't be read.
    """
    from optiviz.analysis.runs.agreement import best_agreement
    from optiviz.store import imports

    runs = imports.open_any(path, like)
    said, laid_over = [], False
    for run in runs:
        found = best_agreement(run, ours)
        if found is not None:
            laid_over = True
            name = f"{run.name} " if len(runs) > 1 else ""
            said.append(f"{name}{found.sentence}")
    what = f"Read {path.name}"
    if len(runs) > 1:
        what += f", {len(runs):,} runs"
    if said:
        more = f"; and {len(said) - _SHOWN:,} more" if len(said) > _SHOWN else ""
        sentence = f"{what}: {'; '.join(said[:_SHOWN])}{more}."
    elif like is not None:
        measures = " and ".join(
            dict.fromkeys(run.spec.problem.reading.name for run in runs[:_SHOWN])
        )
        axis = like.spec.problem.reading.name
        sentence = f"{what}: it recorded {measures}, which is no {axis}, so it is shown by itself."
    else:
        sentence = f"{what}. {runs[0].spec.optimizer.sentence()}"
    details = "\n".join(f"{run.name}: {run.spec.optimizer.sentence()}" for run in runs)
    return Recordings(runs, laid_over, sentence, details)
