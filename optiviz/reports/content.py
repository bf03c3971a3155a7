"""What a report of runs says: a `Document`, made once for all formats."""

from collections.abc import Sequence

from optiviz.engine.run import Reader, Run
from optiviz.engine.wording import told_apart
from optiviz.reports.comparing import comparison
from optiviz.reports.day import today
from optiviz.reports.document import Chapter, Choices, Document, Paragraphs, Part, Progress
from optiviz.reports.figures import measure
from optiviz.reports.telling import chapter
from optiviz.store import StoreError, machine, run_file
from optiviz.store.unknown import why_not_stored
from optiviz.views import Shown

_MEASURING = 5.0  # seconds at most for the metrics of each run; what a snapshot has comes first
_FACTS = {
    "system": "System",
    "machine": "Architecture",
    "blas": "BLAS",
    "cpu_features": "Processor features",
}


def document(
    runs: Sequence[Run], choices: Choices | None = None, progress: Progress | None = None
) -> Document:
    """Say what there is to say of runs.

    Parameters
    ----------
    runs : sequence of Run
        Nothing may advance them meanwhile. Metrics along them are measured where they are missing.
        Those that have not started are left out, and it is said how many.
    choices : Choices, optional
    progress : callable, optional
        Told the runs done and to do before each one; what it raises ends the work.

    Raises
    ------
    StoreError
        If no run has started.
    """
    choices = Choices() if choices is None else choices
    started = [run for run in runs if len(run.trace)]
    if not started:
        raise StoreError("no run has started, so there is nothing to report")
    shown, chapters = [], []
    for i, (run, name) in enumerate(zip(started, names_of(started), strict=True)):
        if progress is not None:
            progress(i, len(started))
        reader = Reader(run)
        measure(run, reader, _MEASURING)
        shown.append(Shown(run, run.trace.last_k, reader, name, i))
        chapters.append(chapter(shown[-1], choices, among=len(started)))
    if len(shown) > 1:
        chapters.insert(0, comparison(shown, choices))
    left_out = len(runs) - len(started)
    if left_out:
        chapters[0] = _with_warning(chapters[0], left_out)
    return Document(
        title=choices.title or title_of(shown),
        author=choices.author,
        date=today(),
        notes=paragraphs(choices.notes),
        chapters=tuple(chapters),
        facts=facts(),
        carried=carried(started) if "runs" in choices.parts else b"",
    )


def names_of(runs: Sequence[Run]) -> list[str]:
    """Return names that tell runs apart: by seeds those that are called the same, else numbered."""
    if len(runs) == 1:
        return [runs[0].name]
    names = [run.name or f"Run {i + 1}" for i, run in enumerate(runs)]
    seeds: dict[str, set[int]] = {}
    for name, run in zip(names, runs, strict=True):
        seeds.setdefault(name, set()).add(run.spec.seed)
    return told_apart(
        f"{name}, seed {run.spec.seed}" if len(seeds[name]) > 1 else name
        for name, run in zip(names, runs, strict=True)
    )


def paragraphs(text: str) -> tuple[str, ...]:
    """Return what is between empty lines."""
    return tuple(part.strip() for part in text.split("\n\n") if part.strip())


def title_of(shown: Sequence[Shown]) -> str:
    """Make a title from the runs."""
    if len(shown) > 1:
        return f"Comparison of {len(shown)} runs"
    run = shown[0].run
    return run.name or f"{run.spec.optimizer.label} on {run.spec.problem.label.lower()}"


def facts() -> tuple[tuple[str, str], ...]:
    """Return versions and machine, each with its name."""
    found = machine.fingerprint().items()
    about = ((_FACTS.get(name, name), value) for name, value in found if name != "numpy")
    return (*machine.versions().items(), *about)


def carried(runs: Sequence[Run]) -> bytes:
    """Return runs as a file of optiviz, those that can be stored; nothing where none can."""
    stored = [run for run in runs if not why_not_stored(run)]
    if not stored:
        return b""
    return run_file.to_bytes(stored)


def _with_warning(first: Chapter, n: int) -> Chapter:
    words = (
        f"{n} run{'s' if n > 1 else ''} had not started and {'are' if n > 1 else 'is'} left out."
    )
    return Chapter(first.title, (Part("", (Paragraphs((words,)),)), *first.parts), first.number)
