"""What is in study files: shown, recomputed, written as a table or a picture."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from optiviz.cli import tables
from optiviz.cli.doing import Where, as_data, execute
from optiviz.engine.parameters import Mistake, SpecError
from optiviz.engine.run import Reader, Run
from optiviz.store import StoreError, digests, study_file
from optiviz.studies.comparison import compare
from optiviz.studies.plan import Planned
from optiviz.studies.records import Record, record_of, without_run
from optiviz.studies.results import Results
from optiviz.study_views import views_for

_STATISTICS = ("statistics_csv", "statistics_json", "statistics_npz")
FORMATS = ("csv", *_STATISTICS, "png", "svg")
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


def _write_statistics(results: Results, to: str, out: Path) -> None:
    from optiviz.reports import statistics_files
    from optiviz.reports.statistics import of_study

    if not results.records:
        raise StoreError(f"{out}: no run is done, so there is nothing to export")
    getattr(statistics_files, f"write_{to.removeprefix('statistics_')}")(of_study(results), out)


def _is_same(one: Record, other: Record) -> bool:
    return one.digest == other.digest and bool(one.failure) == bool(other.failure)


def export(path: Path, to: str, out: Path, view: str | None, settings: dict[str, Any]) -> None:
    """Write a study as a table of its runs, as statistics, or as a picture.

    Raises
    ------
    SpecError
        If there is no such format or view.
    """
    if to not in FORMATS:
        sentence = f"{to!r} is not a format of studies; formats are {', '.join(FORMATS)}"
        raise SpecError([Mistake("to", sentence)])
    results = study_file.load(path)
    if to in ("csv", *_STATISTICS):
        if view is not None or settings:
            raise SpecError([Mistake("view", f"{to} shows no view; choose png or svg for one")])
        if to != "csv":
            _write_statistics(results, to, out)
            return
        from optiviz.reports.tables import write_study_table

        write_study_table(results, out)
        return
    suiting = {one.kind: one for one in views_for(results.study)}
    if view is not None and view not in suiting:
        sentence = f"{view!r} is not a view of this study; they are {', '.join(suiting)}"
        raise SpecError([Mistake("view", sentence)])
    if out.suffix.lower() != f".{to}":
        raise SpecError([Mistake(str(out), f"a picture as {to} must be named .{to}")])
    chosen = suiting[view] if view else next(iter(suiting.values()))
    from optiviz.reports.study import study_picture

    study_picture(results, type(chosen).from_dict({"kind": chosen.kind, **settings}), out)
