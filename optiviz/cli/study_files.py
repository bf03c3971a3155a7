"""What is in study files: shown, recomputed, written as a table or a picture."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from optiviz.cli import tables
from optiviz.cli.doing import Where, as_data, execute
from optiviz.engine.parameters import Mistake, SpecError
from optiviz.engine.run import Reader, Run
from optiviz.reports.document import Progress
from optiviz.reports.formats import Options
from optiviz.store import digests, study_file
from optiviz.studies.comparison import compare
from optiviz.studies.plan import Planned
from optiviz.studies.records import Record, record_of, without_run
from optiviz.studies.results import Results

_TOLD = 5  # runs that differ
_NOTHING = without_run("")


def shown(path: Path, *, explain: bool = False) -> tuple[dict[str, Any], str]:
    """Return what is in a study file, for programs and for people."""
    results = study_file.load(path)
    comparison = compare(results)
    return as_data(results, comparison), "\n".join(tables.said(comparison, explain=explain))


def verified(path: Path, sample: int | None) -> tuple[dict[str, Any], list[str]]:
    """Do runs of a study again and compare the hashes of their traces.

    Parameters
    ----------
    path : Path
    sample : int, optional
        How many runs, evenly spread over those that are done; all if left out.

    Returns
    -------
    dict
        With "identical", "runs", "of" and "different": the names of the runs that differ.
    list of str
        The same in lines.
    """
    kept = study_file.load(path)
    done = [planned for planned in kept.study.runs if planned in kept.records]
    n = len(done) if sample is None else min(sample, len(done))
    chosen = [done[i * len(done) // n] for i in range(n)]
    # What isn't to be done again counts as done.
    older = {p for p in chosen if kept.records[p].digest.startswith(digests.PLAIN)}
    left = set(chosen) - older
    again = Results(kept.study, {p: _NOTHING for p in kept.study.runs if p not in left})
    execute(again, Where())
    again.records |= {p: _with_older_digest(kept, p) for p in older}
    different = [p for p in chosen if not _is_same(kept.records[p], again.records[p])]
    names = [kept.study.name_of(planned) for planned in different]
    about = {"identical": not names, "runs": n, "of": len(done), "different": names}
    which = f"all {n:,} runs" if n == len(done) else f"{n:,} of {len(done):,} runs"
    if not n:
        return about, [f"{path}: no run is done, so there is nothing to recompute"]
    if not names:
        return about, [f"{path}: identical, {which} to the last bit"]
    lines = [f"{path}: of {which}, {len(names):,} came out another way:"]
    lines += [f"  {name}" for name in names[:_TOLD]]
    return about, lines + (["  …"] if len(names) > _TOLD else [])


def _with_older_digest(kept: Results, planned: Planned) -> Record:
    """Do a run whose digest an older format made, with a digest made that way."""
    run = Run(kept.study.spec_of(planned)).finish()
    found = record_of(run, Reader(run))
    return replace(found, digest=digests.PLAIN + digests.plain(run)) if found.digest else found


def _is_same(one: Record, other: Record) -> bool:
    return one.digest == other.digest and bool(one.failure) == bool(other.failure)


def export(
    path: Path,
    to: str,
    out: Path,
    *,
    view: str | None,
    settings: dict[str, Any],
    looks: dict[str, Any],
    told: Progress,
) -> None:
    """Write a study as a report, a picture, a table of its runs or statistics.

    Parameters
    ----------
    path : Path
    to : str
    out : Path
    view : str or None
        The first one if it is left out.
    settings : dict
        Of the view.
    looks : dict
        The size and the theme of a picture, where they are said.
    told : callable
        Told the steps done and to do.

    Raises
    ------
    SpecError
        If there is no such format or view.
    """
    from optiviz.reports.studies.formats import study_formats, view_of

    results = study_file.load(path)
    known = study_formats(results)
    made = known.get(to)
    if made is None:
        sentence = f"{to!r} is not a format of studies; formats are {', '.join(known)}"
        raise SpecError([Mistake("to", sentence)])
    if "view" not in made.takes and (view is not None or settings):
        raise SpecError([Mistake("view", f"{to} shows no view; choose png or svg for one")])
    for name in looks:
        if name not in made.takes:
            raise SpecError([Mistake(f"--{name}", f"says nothing of {to}; leave it out")])
    views: tuple[Any, ...] = ()
    if "view" in made.takes:
        chosen = view_of(results, view)
        views = (type(chosen).from_dict({"kind": chosen.kind, **settings}),)
    if made.group != "data" and out.suffix.lower() != made.suffix:
        raise SpecError([Mistake(str(out), f"{to} must be named {made.suffix}")])
    made.write((), out, Options(views=views, progress=told, **looks))
