"""The command line: the same runs, files and figures as the window, without a screen.

Exit status: 0 done; 2 the user's mistake, a line each on stderr; 1 a defect of ours. Imports
everything but the window, and each part when its command is called.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

import optiviz
from optiviz.engine import registry
from optiviz.engine.description import description
from optiviz.engine.parameters import Mistake, SpecError
from optiviz.engine.run import Run, RunStatus
from optiviz.engine.spec import RunSpec, parse_json
from optiviz.store.atomic import StoreError
from optiviz.views import View

app = typer.Typer(
    name="optiviz",
    help="See optimization. Without a command, optiviz opens its window.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

# typer's errors of usage are click's, or those of its own copy of click, as its version has it.
_USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[2]
_REPORTS = (".html",)
_SHORT = 10  # numbers of a point that is printed
_FAMILIES = (
    "optimizers",
    "schedules",
    "datasets",
    "functions",
    "problems",
    "activations",
    "losses",
    "views",
    "presets",
)
Json = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]


def main(arguments: list[str]) -> None:
    """Run a command and exit with its status."""
    command = typer.main.get_command(app)
    try:
        status = command.main(arguments, prog_name="optiviz", standalone_mode=False)
    except SpecError as error:
        _end_with(list(map(str, error.mistakes)))
    except StoreError as error:
        _end_with([str(error)])
    except _USAGE_ERROR as error:
        _end_with([error.format_message()])  # type: ignore[attr-defined]
    except (typer.Abort, KeyboardInterrupt):
        _end_with(["stopped"])
    except BrokenPipeError:  # the reader of our output has gone
        sys.stderr.close()
        raise SystemExit(0) from None
    raise SystemExit(status if isinstance(status, int) else 0)


def _end_with(lines: list[str]) -> None:
    for line in lines:
        print(" ".join(line.split()), file=sys.stderr)
    raise SystemExit(2)


@app.callback(invoke_without_command=True)
def _options(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        print(f"optiviz {optiviz.__version__}")
        raise typer.Exit


@app.command()
def run(
    source: Annotated[
        str, typer.Argument(metavar="SPEC", help="A preset, or a .toml, .json or .optiviz file.")
    ],
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=VALUE", help="Such as optimizer.step_size=0.2."),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of start and search.")] = None,
    save: Annotated[Path | None, typer.Option(metavar="F.optiviz", help="Keep the run.")] = None,
    report: Annotated[Path | None, typer.Option(metavar="F.html", help="Write a report.")] = None,
    as_json: Json = False,
) -> None:
    """Do a run, and say how it ended."""
    values = [_setting(setting) for setting in settings or []]
    if seed is not None:
        values.append(("seed", seed))
    spec = _spec(source).with_values(values)
    if report is not None:
        _check_report(report)
    made = Run(spec, Path(source).stem)
    with _progress(f"Running {made.name}") as shown:
        while made.status in (RunStatus.NEW, RunStatus.RUNNING):
            made.advance(seconds=0.1)
            shown(_share_done(made))
    if made.status is RunStatus.FAILED and made.failure is not None:
        print(f"The run failed: {made.failure.sentence}", file=sys.stderr)
        print(made.failure.details, file=sys.stderr)
    if save is not None:
        from optiviz.store import run_file

        run_file.save(save, [made])
    if report is not None:
        _write_report([made], report)
    from optiviz.reports.summary import summary

    found = summary(made)
    print(json.dumps(found) if as_json else _in_words(made, found))
    raise typer.Exit(1 if made.status is RunStatus.FAILED else 0)


@app.command(name="list")
def list_(
    family: Annotated[str, typer.Argument(help=f"One of {', '.join(_FAMILIES)}.")],
    as_json: Json = False,
) -> None:
    """List the names that a spec may use, group by group."""
    if family not in _FAMILIES:
        raise SpecError([Mistake(family, f"can't be listed; write {', '.join(_FAMILIES)}")])
    rows = list(_listed(family))
    if as_json:
        print(json.dumps(rows))
        return
    width = max(len(row["name"]) for row in rows)
    longest = max(len(row["label"]) for row in rows)
    for row in rows:
        line = f"{row['name']:<{width}}  {row['label']:<{longest}}  {row.get('group', '')}"
        print(line.rstrip())


@app.command()
def show(files: list[Path], as_json: Json = False) -> None:
    """Say what is in run files."""
    from optiviz.reports.summary import summary

    found = [(path, made) for path in files for made in _opened(path)]
    if as_json:
        named = [{"file": str(p), "name": made.name, **summary(made)} for p, made in found]
        print(json.dumps(named))
        return
    for path, made in found:
        print(f"{path}: {made.name}")
        print(_in_words(made, summary(made)))


@app.command()
def verify(files: list[Path], as_json: Json = False) -> None:
    """Recompute run files, and say whether the result is the same."""
    from optiviz.store.verify import verify as recompute

    results = []
    for path in files:
        with _progress(f"Recomputing {path.name}") as shown:
            results.append((path, recompute(path, lambda done, of: shown(done / max(1, of)))))
    if as_json:
        print(
            json.dumps(
                [{"file": str(p), **vars(one)} for p, found in results for one in found.runs]
            )
        )
    else:
        for path, found in results:
            for one in found.runs:
                print(f"{path}: {one.sentence}")
    raise typer.Exit(0 if all(found.identical for _, found in results) else 1)


@app.command()
def report(
    files: list[Path],
    out: Annotated[Path, typer.Option(metavar="F.html", help="Where to write it.")],
) -> None:
    """Write one report of the runs in run files."""
    _check_report(out)
    _write_report([made for path in files for made in _opened(path)], out)
    print(out)


@app.command()
def export(
    file: Path,
    to: Annotated[str, typer.Option(metavar="FORMAT", help="csv, json, npz, png, svg or py.")],
    out: Annotated[Path, typer.Option(help="Where to write it.")],
    view: Annotated[str | None, typer.Option(help="For png and svg: which view.")] = None,
    run_number: Annotated[
        int | None, typer.Option("--run", min=1, help="Which of the runs in the file, from 1.")
    ] = None,
    at: Annotated[int | None, typer.Option(help="Up to which iteration; all if left out.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Of the view, such as row=12."),
    ] = None,
) -> None:
    """Write a run's trace, a picture of it at any iteration, or the run as a program."""
    from optiviz.reports.export import export as write
    from optiviz.reports.export import find_view

    made = _one_of(_runs(str(file)), run_number, file)
    chosen: str | View | None = view
    if settings:
        found = find_view(made, view)
        chosen = type(found).from_dict({"kind": found.kind, **dict(map(_setting, settings))})
    write(made, to, out, view=chosen, at=at)
    print(out)


@app.command()
def bench(
    name: Annotated[str | None, typer.Argument(help="Which one; all if left out.")] = None,
    as_json: Json = False,
) -> None:
    """Measure: ratios and statistics within one run."""
    from optiviz import bench as benchmarks

    if name is not None and name not in benchmarks.names():
        known = ", ".join(benchmarks.names())
        raise SpecError([Mistake(name, f"is not a benchmark; they are {known}")])
    if not as_json:
        print(benchmarks.TABLE)
    for each in benchmarks.names() if name is None else [name]:
        for figures in benchmarks.measure(each):
            shown = {"benchmark": each, "name": figures.name, **figures.values}
            print(json.dumps(shown) if as_json else figures.row(each), flush=True)


def _spec(source: str) -> RunSpec:
    if Path(source).suffix.lower() == ".optiviz":
        from optiviz.store import run_file

        return run_file.spec_of(source)
    return RunSpec.load(source)


def _opened(path: Path) -> list[Run]:
    """Return the runs of a run file; those that another version recorded are done again."""
    from optiviz.store import run_file

    return [made.finish() for made in run_file.load(path)]


def _one_of(runs: list[Run], number: int | None, file: Path) -> Run:
    if number is None and len(runs) > 1:
        raise SpecError([Mistake(str(file), f"has {len(runs)} runs; say which with --run")])
    if number is not None and number > len(runs):
        raise SpecError([Mistake("--run", f"must be at most {len(runs)}, is {number}")])
    return runs[(number or 1) - 1]


def _runs(source: str) -> list[Run]:
    """Return the runs of a run file, or do the run of a spec or preset."""
    if Path(source).suffix.lower() == ".optiviz":
        return _opened(Path(source))
    return [Run(_spec(source), Path(source).stem).finish()]


def _setting(text: str) -> tuple[str, Any]:
    """Read path=value; the value is JSON, or plain text where it isn't."""
    path, equals, value = text.partition("=")
    if not equals:
        raise SpecError([Mistake(text, "write it as path=value")])
    try:
        return path.strip(), parse_json(value.strip())
    except (ValueError, RecursionError):
        return path.strip(), value.strip()


def _check_report(path: Path) -> None:
    if path.suffix.lower() not in _REPORTS:
        raise SpecError([Mistake(str(path), f"reports are written as {', '.join(_REPORTS)}")])
    if not path.absolute().parent.is_dir():
        raise SpecError([Mistake(str(path), "there is no such folder")])


def _write_report(runs: list[Run], path: Path) -> None:
    from optiviz.reports.html import write_report

    with _progress("Writing the report") as shown:
        write_report(runs, path, progress=lambda done, of: shown(done / of))


def _listed(family: str) -> Iterator[dict[str, Any]]:
    """Yield what is known of each: its name in a spec and its label first."""
    if family == "presets":
        from optiviz import presets

        for name in presets.names():
            yield {"name": name, "label": presets.load(name).about}
    elif family in ("activations", "losses"):
        from optiviz.networks.activations import ACTIVATIONS
        from optiviz.networks.losses import LOSSES

        table: dict[str, Any] = {**(ACTIVATIONS if family == "activations" else LOSSES)}
        yield from ({"name": name, **entry.described()} for name, entry in table.items())
    else:
        groups = registry.in_groups(registry.kinds(family).values())
        yield from (description(cls) for classes in groups.values() for cls in classes)


def _share_done(made: Run) -> float:
    """Return how much of the nearest limit is used, from 0 to 1."""
    stopping = made.spec.stopping
    if made.trace.last_k < 0:
        return 0.0
    state = made.state_now
    used = (
        (made.k, stopping.max_iterations),
        (state.evaluations, stopping.max_evaluations),
        (state.rows_seen / made.spec.problem.n_rows, stopping.max_epochs),
        (made.seconds, stopping.max_seconds),
    )
    return max((value / limit for value, limit in used if limit), default=1.0)


@contextmanager
def _progress(text: str) -> Iterator[Callable[[float], None]]:
    """Show a bar on a terminal; nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda share: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(text, total=1.0)
        yield lambda share: bar.update(task, completed=share)


def _in_words(made: Run, found: dict[str, Any]) -> str:
    problem, reading = made.spec.problem, made.spec.problem.reading
    end = made.stop_reason.value if made.stop_reason is not None else made.status.value
    lines = [problem.sentence(), made.spec.optimizer.sentence(), end]
    if made.trace.last_k < 0:  # it failed before its start
        return "\n".join(f"  {line}" for line in lines)
    best = float(reading.value(np.array(made.best_f)))
    lines.append(
        f"{found['iterations']:,} iterations, {found['evaluations']:,} evaluations, "
        f"{found['seconds']:.3g} s; best {reading.name} {best:.6g}"
    )
    if found["train_accuracy"] is not None:
        lines.append(
            f"accuracy: train {found['train_accuracy']:.4f}, test {found['test_accuracy']:.4f}"
        )
    elif found.get("train_r2") is not None:
        lines.append(f"R²: train {found['train_r2']:.4f}, test {found['test_r2']:.4f}")
    elif made.spec.problem.dim <= _SHORT:
        x = ", ".join(f"{v:.6g}" for v in made.state_now.x.tolist())
        lines.append(f"x = {x if made.spec.problem.dim == 1 else f'({x})'}")
    lines.append(f"trace {found['trace_sha256']}")
    return "\n".join(f"  {line}" for line in lines)
