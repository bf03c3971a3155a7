"""Studies as pages and pictures: the same figures as in the window."""

import hashlib
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

from optiviz.engine.parameters import Mistake, SpecError
from optiviz.reports.content import facts
from optiviz.reports.document import Plot
from optiviz.reports.drawing import render
from optiviz.reports.html import page
from optiviz.reports.plots import left_out
from optiviz.store import study_file
from optiviz.store.atomic import StoreError, write_text
from optiviz.studies.plan import Study
from optiviz.studies.results import Results
from optiviz.study_views import StudyView, views_for


def study_picture(
    results: Results, view: StudyView | str, path: str | Path, *, theme: str = "light"
) -> None:
    """Draw a view of a study into a file.

    Parameters
    ----------
    results : Results
    view : StudyView or str
        Or the name of its kind.
    path : path
        Ends in ``.png`` or ``.svg``.
    theme : {"light", "dark"}

    Raises
    ------
    SpecError
        If there is no such view, or it has nothing to say of such a study.
    ValueError
        If the file's name ends otherwise.
    StoreError
        If the file can't be written.
    """
    if isinstance(view, str):
        view = StudyView.from_dict({"kind": view})
    if not view.suits(results.study):
        suited = ", ".join(one.kind for one in views_for(results.study))
        raise SpecError([Mistake("view", f"{view.kind} doesn't suit this study; {suited} do")])
    ending = Path(path).suffix.lower().removeprefix(".")
    figure = view.figure(results)
    if ending == "png":
        render(figure, path, "png", theme=theme)
    elif ending == "svg":
        render(figure, path, "svg", theme=theme)
    else:
        raise ValueError(f"{Path(path).name}: the picture's name must end in .png or .svg")


def write_study_report(
    results: Results,
    path: str | Path,
    title: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write one HTML file about a study, that needs nothing else.

    Parameters
    ----------
    results : Results
        Nothing may add to them meanwhile.
    path : path
    title : str, optional
        The study's own if left out.
    progress : callable, optional
        Told the pictures done and to do; what it raises ends the writing.

    Raises
    ------
    StoreError
        If no run is done, or the file can't be written.
    """
    if not results.records:
        raise StoreError(f"{path}: no run is done, so there is nothing to report")
    study = results.study
    views = views_for(study)
    said = []
    pictures = []
    for i, view in enumerate(views):
        if progress is not None:
            progress(i, len(views))
        figure = view.figure(results)
        if figure.notes:
            said.append(figure.notes)
        else:
            caption = figure.caption + left_out(figure)
            pictures.append(Plot(figure, figure.title, figure.note, caption, view.kind))
    specs = [configuration.spec for configuration in study.configurations]
    problems = dict.fromkeys(spec.problem.sentence() for spec in specs)
    done = len(results.records)
    text = page(
        "study.html.j2",
        facts=facts(),
        carried=study_file.to_bytes(results),
        today=date.today().isoformat(),
        title=title or study.title or f"Comparison of {len(specs)} configurations",
        about=f"{done:,} runs" if results.complete else f"{done:,} of {study.size:,} runs",
        notes=[note for notes in said for note in notes],
        pictures=pictures,
        sentences=[*problems, _seeds(study)],
        configurations=[(c.name, c.spec.optimizer.sentence()) for c in study.configurations],
        digest=_digest(results),
        plan=json.dumps(study.to_dict(), indent=1, allow_nan=False),
    )
    write_text(path, text)


def _seeds(study: Study) -> str:
    """Say with which seeds it was done."""
    search, split = study.search_seeds, study.split_seeds
    words = f"Each was run with {_few('seed', search)} of start and search"
    return (
        f"{words}, on {_few('split', split)} into training and test rows." if split else f"{words}."
    )


def _few(name: str, seeds: tuple[int, ...]) -> str:
    count = f"{len(seeds):,} {name}s" if len(seeds) > 1 else f"one {name}"
    return f"{count} ({min(seeds):,} to {max(seeds):,})" if len(seeds) > 1 else count


def _digest(results: Results) -> str:
    """Return one SHA-256 over those of all runs, in the order of the plan."""
    runs = (
        results.records[planned] for planned in results.study.runs if planned in results.records
    )
    return hashlib.sha256("".join(record.digest for record in runs).encode()).hexdigest()
