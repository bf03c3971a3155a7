"""What several commands need: specs and settings as they are written, progress, words."""

import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from optiviz.cli.terminal import harmless
from optiviz.engine.own import taken_in
from optiviz.engine.parameters import Mistake, SpecError
from optiviz.engine.run import Reader, Run
from optiviz.engine.spec import RunSpec, parse_json
from optiviz.engine.wording import counted, one_line
from optiviz.reports.document import Choices, Progress
from optiviz.reports.formats import Format, Options, formats
from optiviz.store import is_ours, is_run_file
from optiviz.studies.records import hands_back_last
from optiviz.studies.results import Results

_LONGEST_NAME = 100
_SHORT = 10  # numbers of a point that is printed
Json = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]


def spec_from(source: str) -> RunSpec:
    """Return the spec of a preset, a spec file or a run file."""
    if is_ours(source):
        from optiviz.store import run_file

        return run_file.spec_of(source)
    return RunSpec.load(source)


def name_from(source: str) -> str:
    """Return what a run is called by where its spec is from."""
    return one_line(Path(source).stem)[:_LONGEST_NAME] or "run"


def opened(path: Path) -> list[Run]:
    """Return the runs of a run file; those that another version recorded are done again."""
    from optiviz.store import run_file

    return [made.finish() for made in run_file.load(path)]


def measured_at_end(run: Run) -> None:
    """Have all runs measured by the same metrics where they ended, whatever they optimise."""
    if run.latest is not None:
        last = hands_back_last(run.spec.optimizer)
        run.history.measure(Reader(run), run.k if last else run.state_now.best_k)


def read_setting(text: str) -> tuple[str, Any]:
    """Read path=value; the value is JSON, or plain text where it isn't."""
    path, equals, value = text.partition("=")
    if not equals:
        raise SpecError([Mistake(text, "write it as path=value")])
    try:
        return path.strip(), parse_json(value.strip())
    except (ValueError, RecursionError):
        return path.strip(), value.strip()


def check_report(path: Path, *sources: str | Path) -> None:
    """Refuse a report that couldn't be written, or would take the place of what is read."""
    report_format(path)
    check_place(path)
    check_apart(path, *sources)


def report_format(path: Path) -> Format:
    """Return the format of a report by its file's name.

    Raises
    ------
    SpecError
        If no report is written under such a name; it says under which ones.
    """
    reports = (one for one in formats().values() if one.group == "report")
    known = {one.suffix: one for one in reports if one.suffix == f".{one.name}"}
    made = known.get(path.suffix.lower())
    if made is None:
        raise SpecError([Mistake(str(path), f"reports are written as {', '.join(known)}")])
    if not made.is_there:
        raise SpecError([Mistake(str(path), f"for {made.label} {made.needs} must be installed")])
    return made


def check_save(path: Path, *sources: str) -> None:
    """Refuse a run file that couldn't be written, or would take the place of what is read."""
    if not is_run_file(path):
        raise SpecError([Mistake(str(path), "runs are written as .optiviz")])
    check_place(path)
    check_apart(path, *sources)


def check_place(path: Path) -> None:
    """Refuse a place where no file can be."""
    if path.is_dir():
        raise SpecError([Mistake(str(path), "is a folder, not a file")])
    if not path.absolute().parent.is_dir():
        raise SpecError([Mistake(str(path), "there is no such folder")])


def check_apart(path: Path, *sources: str | Path) -> None:
    """Refuse to write over what is read."""
    for source in sources:
        same = False
        with suppress(OSError, ValueError):  # what isn't there is not written over
            same = path.samefile(source)
        if same:
            raise SpecError([Mistake(str(path), "is what is read; name another file")])


def check_export(path: Path, source: Path) -> None:
    """Refuse a table or a picture that would take the place of runs."""
    if str(path) == "-":
        raise SpecError([Mistake("--out", "must name a file: nothing is written to the output")])
    check_place(path)
    check_apart(path, source)
    if is_run_file(path):
        raise SpecError([Mistake(str(path), "is a name for runs and studies; choose another one")])


def write_report(runs: list[Run], path: Path, choices: Choices | None = None) -> None:
    """Write a report of runs, with a bar."""
    made = report_format(path)
    with steps("Writing the report") as told:
        made.write(runs, path, Options(choices=choices or Choices(), progress=told))


def write_study_report(results: Results, path: Path, choices: Choices | None = None) -> None:
    """Write a report of a study, with a bar."""
    from optiviz.reports.studies.formats import write_study_report as write

    with steps("Writing the report") as told:
        write(results, path, choices, told)


def read_settings(texts: list[str] | None) -> list[tuple[str, Any]]:
    """Read what is set of a spec; the files that it names are read here, and only here.

    What was found in another table is found again in a new one, unless it is set too.
    """
    values = [read_setting(text) for text in texts or []]
    at, given = "problem.dataset.", {path for path, _ in values}
    if f"{at}file" not in given:
        if f"{at}target" in given and f"{at}task" not in given:
            values.append((f"{at}task", None))
        return values
    file = [value for path, value in values if path == f"{at}file"][-1]
    data = taken_in(RunSpec, {"problem": _OWN | {"dataset": {"kind": "csv", "file": file}}}, Path())
    dataset = data["problem"]["dataset"]
    values = [(path, value) for path, value in values if path != f"{at}file"]
    values += [(f"{at}file", dataset["file"]), (f"{at}content", dataset.get("content", ""))]
    found = ("encoding", "delimiter", "header", "decimal", "target", "features", "task")
    return values + [
        (at + name, () if name == "features" else None) for name in found if at + name not in given
    ]


_OWN = {"kind": "network_training"}


@contextmanager
def progress(text: str) -> Iterator[Callable[[float], None]]:
    """Show a bar on a terminal; nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda share: None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(escape(harmless(text)), total=1.0)
        yield lambda share: bar.update(task, completed=share)


@contextmanager
def steps(text: str) -> Iterator[Progress]:
    """Show a bar as `progress` does, for who tells the steps done and to do."""
    with progress(text) as shown:
        yield lambda done, of: shown(done / max(1, of))


def in_words(made: Run, found: dict[str, Any]) -> str:
    """Return what there is to say of a run and its summary, a line each."""
    problem, reading = made.spec.problem, made.spec.problem.reading
    end = made.stop_reason.value if made.stop_reason is not None else made.status.value
    lines = [problem.sentence(), made.spec.optimizer.sentence(), end]
    if made.trace.last_k < 0:  # it failed before its start
        return "\n".join(f"  {line}" for line in lines)
    best = float(reading.value(np.array(made.best_f)))
    value = f"no {reading.name}" if math.isnan(best) else f"best {reading.name} {best:.6g}"
    done = counted(found["iterations"], "iteration"), counted(found["evaluations"], "evaluation")
    lines.append(f"{', '.join(done)}, {found['seconds']:.3g} s; {value}")
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
