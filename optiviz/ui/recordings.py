"""What another program recorded, read in the worker, and how it compares with runs of ours."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from optiviz.engine.run import Run
from optiviz.store import PAGES, SUFFIX, is_ours
from optiviz.ui.worker import ReaderOf

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

    return is_ours(path) or imports.reads(path)


def openable() -> str:
    """Return the file dialog's filters."""
    from optiviz.store import imports

    traces = " ".join(f"*{suffix}" for suffix in imports.suffixes())
    ours = " ".join(f"*{suffix}" for suffix in (SUFFIX, *PAGES))
    every = f"Runs, reports, traces and tables ({ours} {traces} *tfevents*)"
    foreign = f"Recorded elsewhere ({traces} *tfevents*)"
    return f"{every};;optiviz runs and reports ({ours});;{foreign};;All (*)"


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
    from optiviz.analysis.runs.agreement import sentence as agreed
    from optiviz.store import imports

    runs = imports.open_any(path, like)
    names = _short([run.name for run in ours])
    said, laid_over = [], False
    for run in runs:
        found = best_agreement(run, ours)
        if found is not None:
            laid_over = True
            told = agreed(found, names[next(i for i, one in enumerate(ours) if one is found.ours)])
            said.append(f"{run.name} {told}" if len(runs) > 1 else told)
    if said and len(runs) == 1:
        sentence = f"{path.name} {said[0]}."
    elif said:
        more = f"; and {len(said) - _SHOWN:,} more" if len(said) > _SHOWN else ""
        sentence = f"{path.name} has {len(runs):,} runs: {'; '.join(said[:_SHOWN])}{more}."
    elif like is not None:
        measures = " and ".join(
            dict.fromkeys(run.spec.problem.reading.name for run in runs[:_SHOWN])
        )
        axis = like.spec.problem.reading.name
        sentence = f"{path.name} recorded {measures}, which is no {axis}: it is shown by itself."
    else:
        sentence = runs[0].spec.optimizer.sentence()
    details = "\n".join(f"{run.name}: {run.spec.optimizer.sentence()}" for run in runs)
    return Recordings(runs, laid_over, sentence, details)


def _short(names: Sequence[str]) -> list[str]:
    """Return names without what follows a " · ", where that tells them apart."""
    short = [name.split(" · ")[0] for name in names]
    return short if len(set(short)) == len(short) else list(names)
