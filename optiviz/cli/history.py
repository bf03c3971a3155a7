"""The history on the command line: all that was recorded, shown, led on, removed."""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from optiviz.cli import tables
from optiviz.cli.recording import SHORT, Recording
from optiviz.cli.running import Leaving, finish
from optiviz.cli.shared import Json, check_save, in_words, opened, progress
from optiviz.engine.parameters import Mistake, SpecError
from optiviz.engine.run import RunStatus
from optiviz.engine.wording import counted, measured, one_line
from optiviz.reports.data.summary import number, summary
from optiviz.store.history import History, Item
from optiviz.store.history.words import status_words, warning_words
from optiviz.store.wording import local

app = typer.Typer(
    help="Every run that was recorded: list them, go on with them, remove them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

_MOST = 40  # runs that are listed unless more are asked for
_LEAST_DIGITS = 4  # of an id

Ids = Annotated[
    list[str],
    typer.Argument(metavar="ID...", help="As `optiviz history list` shows them, or `last`."),
]
Id = Annotated[
    str, typer.Argument(metavar="ID", help="As `optiviz history list` shows it, or `last`.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Don't ask.")]


@app.callback()
def _options(
    context: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Option(help="Where the history is, if it isn't the usual one (`history where`)."),
    ] = None,
) -> None:
    if folder is not None and not folder.is_dir():
        raise SpecError([Mistake(str(folder), "there is no such folder")])
    context.obj = folder


@app.command(name="list")
def list_(
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[WORDS]...", help="Only runs with all of these; a minus before one: without."
        ),
    ] = None,
    deleted: Annotated[bool, typer.Option("--deleted", help="Those that were deleted.")] = False,
    most: Annotated[int, typer.Option(metavar="N", min=0, help="The newest; 0 for all.")] = _MOST,
    as_json: Json = False,
) -> None:
    """List the runs that were recorded, the newest first."""
    with _opened(context) as history:
        items = history.items(deleted=deleted)
    found = [item for item in items if _has(item, words or [])]
    if as_json:
        shown = found if most in (0, _MOST) else found[:most]
        print(json.dumps({"runs": [_plain(item) for item in shown], "of": len(items)}))
        return
    shown = found[:most] if most else found
    print("\n".join(_listed(shown, found, len(items), deleted)))


@app.command()
def show(context: typer.Context, ids: Ids, as_json: Json = False) -> None:
    """Say what was recorded of runs."""
    data: list[dict[str, Any]] = []
    lines: list[str] = []
    with _opened(context) as history:
        for item in _meant(history, ids):
            data.append(_plain(item))
            lines += [f"{item.id}: {one_line(item.name)}", *_noted(item)]
            if warning_words(item):
                lines.append(f"  {one_line(warning_words(item))}")
            if item.damaged:
                continue
            run = history.load(item.id)
            found = summary(run)
            data[-1] |= found
            lines.append(in_words(run, found))
    print(json.dumps(data) if as_json else "\n".join(lines))


@app.command()
def check(context: typer.Context, as_json: Json = False) -> None:
    """Read all that was recorded, and say what is damaged. Exit status 1 if anything is."""
    damaged: dict[str, str] = {}
    n = 0
    with _opened(context) as history, progress("Checking the history") as shown:
        total = len(history.items()) + len(history.items(deleted=True))
        for n, (item, sentence) in enumerate(history.check(), 1):
            if sentence:
                damaged[item.id] = sentence
            shown(n / total)
        findings = list(history.findings)
    if as_json:
        print(json.dumps({"runs": n, "damaged": damaged, "findings": findings}))
    else:
        for sentence in dict.fromkeys([*findings, *damaged.values()]):
            print("\n".join(tables.wrapped(one_line(sentence), "! ", "  ")))
        print(f"{n - len(damaged):,} of {counted(n, 'run')} can be read and are as recorded.")
    raise typer.Exit(1 if damaged else 0)


@app.command()
def export(
    context: typer.Context,
    ids: Ids,
    out: Annotated[Path, typer.Option(metavar="F.optiviz", help="Where to write them.")],
) -> None:
    """Write runs as one run file, to keep or to hand on."""
    from optiviz.store import run_file

    check_save(out)
    with _opened(context) as history:
        runs = [history.load(item.id) for item in _meant(history, ids)]
    run_file.save(out, runs)
    print(out)


@app.command()
def add(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Run files and reports.")],
) -> None:
    """Take the runs of files and reports into the history, as they are."""
    from optiviz.store import study_file

    runs = []
    for path in files:
        if study_file.holds_study(path):
            raise SpecError([Mistake(str(path), "holds a study, and the history keeps runs")])
        runs += opened(path)
    foreign = [run for run in runs if run.spec.optimizer.recorded]
    if foreign:
        sentence = "was recorded elsewhere, and the history keeps runs that can be led on"
        raise SpecError([Mistake(one_line(foreign[0].name), sentence)])
    with Recording(True, context.obj) as record:
        for run in runs:
            record.follow(run)
            record.look(run)
        if not record.close():
            raise typer.Exit(1)
        for run in runs:
            print(f"{record.id_of(run)[:SHORT]} {one_line(run.name)}")


@app.command()
def resume(
    context: typer.Context,
    one: Id,
    save: Annotated[Path | None, typer.Option(metavar="F.optiviz", help="Keep the run.")] = None,
    as_json: Json = False,
) -> None:
    """Go on with a run that was interrupted or stopped, to its end, as `optiviz run` does."""
    if save is not None:
        check_save(save)
    with _opened(context) as history:
        (item,) = _meant(history, [one])
        run = history.resume(item.id)
        with Recording(True, context.obj) as record:
            if run.status is not RunStatus.RUNNING:
                run.resume()
            record.follow(run, item.id)
            finish(run, record, Leaving(save, None, as_json))


@app.command()
def delete(context: typer.Context, ids: Ids) -> None:
    """Take runs out of the list; `restore` brings them back."""
    with _opened(context) as history:
        items = _meant(history, ids)
        history.delete([item.id for item in items])
    print(f"Deleted {_called(items)}; `optiviz history restore` brings back.")


@app.command()
def restore(context: typer.Context, ids: Ids) -> None:
    """Bring back runs that were deleted."""
    with _opened(context) as history:
        items = _meant(history, ids, deleted=True)
        history.restore([item.id for item in items])
    print(f"Brought back {_called(items)}.")


@app.command()
def purge(
    context: typer.Context,
    ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID]...", help="Deleted runs; all of them if left out."),
    ] = None,
    yes: Yes = False,
) -> None:
    """Remove deleted runs for good."""
    with _opened(context) as history:
        items = _meant(history, ids, deleted=True) if ids else history.items(deleted=True)
        if not items:
            print("No run is deleted.")
            return
        if not yes and not sys.stdin.isatty():
            raise SpecError([Mistake("purge", "nobody is here to be asked; add --yes")])
        if not yes:
            typer.confirm(f"Remove {_called(items)} for good?", abort=True, err=True)
        history.purge([item.id for item in items])
    print(f"Removed {_called(items)}.")


@app.command()
def tag(
    context: typer.Context,
    ids: Ids,
    add: Annotated[list[str] | None, typer.Option(metavar="TAG", help="Give them a tag.")] = None,
    remove: Annotated[list[str] | None, typer.Option(metavar="TAG", help="Take it away.")] = None,
) -> None:
    """Tag runs, so that they are found again."""
    if not (add or remove):
        raise SpecError([Mistake("tag", "say which: --add TAG or --remove TAG")])
    with _opened(context) as history:
        for item in _meant(history, ids):
            tags = [t for t in item.tags if t not in (remove or [])]
            tags += [t for t in dict.fromkeys(map(one_line, add or [])) if t and t not in tags]
            history.label([item.id], tags=tags)
            print(f"{_short(item)}: {', '.join(tags) or 'no tags'}")


@app.command()
def note(
    context: typer.Context,
    one: Id,
    text: Annotated[str, typer.Argument(help="The note; an empty one takes it away.")],
) -> None:
    """Write a note on a run, in place of the one that it has."""
    with _opened(context) as history:
        (item,) = _meant(history, [one])
        history.label([item.id], notes=text)
    print(f"{_short(item)}: {one_line(text) or 'no note'}")


@app.command()
def where(context: typer.Context) -> None:
    """Print where the history is."""
    from optiviz.store.folders import data_folder
    from optiviz.store.history.database import NAME

    print((context.obj or data_folder()) / NAME)


def _opened(context: typer.Context) -> History:
    return History.open(context.obj)


def _meant(history: History, ids: Sequence[str], deleted: bool = False) -> list[Item]:
    """Return the runs that are meant by the beginnings of their ids, or by `last`."""
    items = history.items(deleted=deleted)
    found: dict[str, Item] = {}
    for text in ids:
        wanted = text.strip().lower()
        if wanted == "last":
            match = items[:1]
        elif len(wanted) < _LEAST_DIGITS:
            sentence = f"name a run by {_LEAST_DIGITS} digits of its id or more"
            raise SpecError([Mistake(text, sentence)])
        else:
            match = [item for item in items if item.id.startswith(wanted)]
        if not match:
            other = _elsewhere(history, wanted, deleted)
            raise SpecError([Mistake(text, f"no run has this id{other}")])
        if len(match) > 1:
            sentence = f"{len(match):,} runs have an id that begins so; add a digit"
            raise SpecError([Mistake(text, sentence)])
        found[match[0].id] = match[0]
    return list(found.values())


def _elsewhere(history: History, wanted: str, deleted: bool) -> str:
    """Return what to do about a run that is not among those that were asked for."""
    deleted_too = not deleted and wanted != "last"
    if not deleted_too or not any(i.id.startswith(wanted) for i in history.items(deleted=True)):
        return ""
    return "; a deleted one has: `optiviz history restore` brings it back"


def _has(item: Item, words: Sequence[str]) -> bool:
    """Whether a run has all words, and none that stands behind a minus."""
    texts = (item.name, item.notes, item.status, item.algorithm, item.problem, item.dataset)
    text = " ".join((*texts, *item.tags, item.summary, item.id)).casefold()
    return all(
        (word[1:].casefold() not in text) if len(word) > 1 and word[0] == "-" else
        (word.casefold() in text)
        for word in words
    )  # fmt: skip


def _listed(
    shown: Sequence[Item], found: Sequence[Item], total: int, deleted: bool
) -> Iterator[str]:
    if shown:
        yield from tables.table(
            [
                tables.Column("id", [_short(item) for item in shown], False),
                tables.Column("name", [one_line(item.name) for item in shown], False),
                tables.Column("status", [status_words(item) for item in shown], False),
                tables.Column("iterations", [f"{item.k:,}" for item in shown]),
                tables.Column("best", [_best(item) for item in shown]),
                tables.Column("begun", [_when(item) for item in shown], False),
                tables.Column("algorithm", [item.algorithm for item in shown], False),
                tables.Column("on", [item.dataset or item.problem for item in shown], False),
                tables.Column("tags", [one_line(", ".join(item.tags)) for item in shown], False),
            ]
        )
    kind = "deleted run" if deleted else "run"
    words = counted(total, kind) if len(found) == total else f"{len(found):,} of {total:,} {kind}s"
    if not total:
        words = f"No {kind}s."
    left = len(found) - len(shown)
    yield f"{words}; {left:,} more by --most 0" if left else words


def _noted(item: Item) -> Iterator[str]:
    yield f"  recorded {_when(item)}, {status_words(item)}"
    if item.tags:
        yield f"  tags: {one_line(', '.join(item.tags))}"
    if item.notes:
        yield f"  {one_line(item.notes)}"


def _best(item: Item) -> str:
    return "" if item.best is None else measured(item.best)


def _when(item: Item) -> str:
    """Return when a run began, in local time; a clock that was wrong is no error."""
    at = local(item.created)
    return "at an unknown time" if at is None else f"{at:%Y-%m-%d %H:%M}"


def _short(item: Item) -> str:
    return item.id[:SHORT]


def _called(items: Sequence[Item]) -> str:
    if len(items) == 1:
        return f"{_short(items[0])} {one_line(items[0].name)}"
    return counted(len(items), "run")


def _plain(item: Item) -> dict[str, Any]:
    """Return what is known of a run as plain data that is valid JSON."""
    found = msgspec.structs.asdict(item)
    del found["packed_course"]
    found["course"] = [number(value) for value in item.course.tolist()]
    return {k: number(v) if isinstance(v, float) else v for k, v in found.items()}
