"""What is in files: shown, recomputed, reported, exported."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from optiviz.cli import handing_in, options, writing
from optiviz.cli.shared import (
    Json,
    check_export,
    check_report,
    in_words,
    opened,
    read_setting,
    spec_from,
    steps,
    write_report,
    write_study_report,
)
from optiviz.engine import registry
from optiviz.engine.parameters import Mistake, SpecError
from optiviz.engine.run import Run
from optiviz.store import is_ours
from optiviz.store.verify import Verification
from optiviz.views import View


def show(files: list[Path], explain: options.Explain = False, as_json: Json = False) -> None:
    """Say what is in run files and study files, or in the reports that carry them."""
    from optiviz.reports.data.summary import summary
    from optiviz.store.study_file import holds_study

    data: list[dict[str, Any]] = []
    lines: list[str] = []
    for path in files:
        if holds_study(path):
            from optiviz.cli.study_files import shown

            about, text = shown(path, explain=explain)
            data.append({"file": str(path), **about})
            lines += [f"{path}:", text]
            continue
        for made in opened(path):
            about = summary(made)
            data.append({"file": str(path), "name": made.name, **about})
            lines += [f"{path}: {made.name}", in_words(made, about)]
        _append(data, lines, handing_in.shown(path))
    print(json.dumps(data) if as_json else "\n".join(lines))


def verify(
    files: list[Path],
    sample: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Of a study: so many runs; all if left out."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Recompute run files and study files, and say whether the result is the same.

    Of a report, what it carries is recomputed; its words and figures are not looked at.
    """
    from optiviz.store.study_file import holds_study

    data: list[dict[str, Any]] = []
    lines: list[str] = []
    for path in files:
        if holds_study(path):
            from optiviz.cli.study_files import verified

            about, told = verified(path, sample)
            data.append({"file": str(path), **about})
            lines += told
        else:
            found = _recomputed(path)
            data += [{"file": str(path), **vars(one)} for one in found.runs]
            lines += [f"{path}: {one.sentence}" for one in found.runs]
        _append(data, lines, handing_in.verified(path))
    print(json.dumps(data) if as_json else "\n".join(lines))
    raise typer.Exit(0 if all(one["identical"] for one in data) else 1)


def _append(
    data: list[dict[str, Any]], lines: list[str], more: tuple[list[dict[str, Any]], list[str]]
) -> None:
    data += more[0]
    lines += more[1]


def _recomputed(path: Path) -> Verification:
    from optiviz.store.verify import verify as recompute

    with steps(f"Recomputing {path.name}") as told:
        return recompute(path, told)


def report(
    files: list[Path],
    out: Annotated[
        Path, typer.Option(metavar="F", help="Where to write it: F.html, or F.pdf where it can be.")
    ],
    title: options.Title = None,
    author: options.Author = "",
    notes: options.Notes = None,
    parts: options.Parts = None,
    views: options.Views = None,
    theme: options.ReportTheme = "auto",
    template: options.Template = "",
    paper: options.Paper = None,
    run_numbers: options.RunNumbers = None,
    answers: options.Answers = None,
    student: options.Student = "",
) -> None:
    """Write one report of the runs in run files, or of the study in a study file."""
    from optiviz.store import study_file

    studies = [path for path in files if study_file.holds_study(path)]
    check_report(out, *files)
    if out.suffix.lower() == ".pdf":
        given = {"--theme": None if theme == "auto" else theme, "--template": template or None}
        _refuse(given, "says nothing of a PDF; leave it out")
    else:
        _refuse({"--paper": paper}, "is that of a PDF; leave it out, or write F.pdf")
    choices = writing.choices(
        title=title,
        author=author,
        notes=notes,
        parts=parts,
        views=views,
        theme=theme,
        template=template,
        paper=paper,
        study=bool(studies),
    )
    if answers is not None or student:
        _refuse(
            {"--author": author or None, "--notes": notes},
            "an assignment has --student and --answers; leave it out",
        )
        handing_in.write(files, out, answers, student, choices, run_numbers)
        print(out)
        return
    if studies and len(files) > 1:
        raise SpecError([Mistake(str(studies[0]), "holds a study, which has a report of its own")])
    if studies:
        if run_numbers:
            raise SpecError([Mistake("--run", "says nothing of a study; leave it out")])
        write_study_report(study_file.load(studies[0]), out, choices)
    else:
        runs = [made for path in files for made in opened(path)]
        write_report(writing.those_of(runs, run_numbers) if run_numbers else runs, out, choices)
    print(out)


def export(
    file: Path,
    to: Annotated[
        str, typer.Option(metavar="FORMAT", help="Such as csv; optiviz list formats has them.")
    ],
    out: Annotated[Path, typer.Option(help="Where to write it.")],
    view: Annotated[str | None, typer.Option(help="Of what is drawn: which view.")] = None,
    views: options.Views = None,
    run_numbers: options.RunNumbers = None,
    at: Annotated[int | None, typer.Option(help="Up to which iteration; all if left out.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Of the view, such as row=12."),
    ] = None,
    size: options.Size = None,
    theme: options.Theme = None,
    seconds: options.Seconds = None,
    rate: options.Rate = None,
) -> None:
    """Write runs as data, as a picture, as a movie or as a program.

    A study is written as a report, a picture of one of its views, a table of its runs or
    statistics.
    """
    from optiviz.reports.export import export as write
    from optiviz.reports.export import find_view, format_named
    from optiviz.reports.formats import Options
    from optiviz.store.study_file import holds_study

    check_export(out, file)
    given: dict[str, Any] = {"--size": size, "--theme": theme, "--seconds": seconds, "--rate": rate}
    if is_ours(file) and holds_study(file):
        from optiviz.cli import study_files

        for name, value in {"--run": run_numbers or None, "--at": at, "--views": views}.items():
            if value is not None:
                sentence = "a study is written whole; leave it out"
                raise SpecError([Mistake(name, sentence)])
        _refuse({"--seconds": seconds, "--rate": rate}, "says nothing of a study; leave it out")
        values = dict(map(read_setting, settings or []))
        with writing.as_typed(), steps(f"Writing {out.name}") as told:
            look = writing.looks(size, theme)
            study_files.export(file, to, out, view=view, settings=values, looks=look, told=told)
        print(out)
        return
    with writing.as_typed():
        chosen = format_named(to)
    if "answers" in chosen.takes:
        sentence = (
            "is handed in by `optiviz report FILE --student NAME --answers FILE --out F.html`"
        )
        raise SpecError([Mistake(to, sentence)])
    if chosen.group in {"report", "figure", "movie"} and out.suffix.lower() != chosen.suffix:
        raise SpecError([Mistake(str(out), f"{to} must be named {chosen.suffix}")])
    given |= {"--at": at, "--set": settings or None}
    _refuse(
        {name: value for name, value in given.items() if not _TAKES[name] & chosen.takes},
        f"says nothing of {to}; leave it out, or see what `optiviz report` takes"
        if chosen.group == "report"
        else f"says nothing of {to}; leave it out",
    )
    looks = writing.looks(size, theme) | writing.length(seconds, rate, chosen.rates)
    made = _runs(str(file))
    if chosen.several:
        first, *others = writing.those_of(made, run_numbers or range(1, len(made) + 1))
    else:
        first, others = _one_of(made, run_numbers, file, to), []
    names = [view] if view else []
    names += writing.listed("--views", views, registry.kinds("views")) if views else []
    with writing.as_typed():
        drawn: list[View] = [find_view(first, name) for name in names]
        kind = find_view(first, names[0] if names else None) if settings else None
    if kind is not None:
        values = dict(map(read_setting, settings or []))
        drawn[:1] = [type(kind).from_dict({"kind": kind.kind, **values})]
    with steps(f"Writing {out.name}") as told, writing.as_typed():
        chosen_so = Options(views=tuple(drawn), progress=told, **looks)
        write(first, to, out, at=at, beside=others, options=chosen_so)
    print(out)


_TAKES: dict[str, set[str]] = {
    "--size": {"size"},
    "--theme": {"theme"},
    "--seconds": {"length"},
    "--rate": {"length"},
    "--at": {"at"},
    "--set": {"view", "views"},
}


def _refuse(given: dict[str, Any], sentence: str) -> None:
    """Refuse what was said and means nothing here."""
    for name, value in given.items():
        if value is not None:
            raise SpecError([Mistake(name, sentence)])


def _runs(source: str) -> list[Run]:
    """Return the runs of a run file, or do the run of a spec or preset."""
    if is_ours(source):
        return opened(Path(source))
    return [Run(spec_from(source), Path(source).stem).finish()]


def _one_of(runs: list[Run], numbers: list[int] | None, file: Path, to: str) -> Run:
    if not numbers and len(runs) > 1:
        raise SpecError([Mistake(str(file), f"has {len(runs)} runs; say which with --run")])
    if len(numbers or ()) > 1:
        raise SpecError([Mistake("--run", f"can be given once; {to} holds one run")])
    return writing.those_of(runs, numbers or [1])[0]
