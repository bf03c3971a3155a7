"""Runs as a program that does them again with optiviz, and says whether they came out the same."""

from collections.abc import Sequence
from pathlib import Path
from textwrap import fill

import numpy as np

import optiviz
from optiviz.engine.run import Run
from optiviz.reports import programs
from optiviz.reports.data.rows import ends
from optiviz.reports.formats import Format, Options
from optiviz.store.atomic import write_text

_ONE = """\
run = optiviz.run(optiviz.RunSpec.from_dict(SPEC))

print(run.failure.sentence if run.failure else run.stop_reason.value)
print(f"{run.k:,} iterations, {run.evaluations:,} evaluations, best f {run.best_f:.6g}")
"""
_POINT = 'print(f"best x {run.best_x}")\n'
_SHORT = 10  # numbers of a point that is printed
_SAME = """
# SHA-256 of the trace that was seen when this was written.
if run.digest == "{trace}":
    print("It is the same run, to the last bit.")
else:
    print("It is another run: something was changed, or isn't {versions}.")
"""
_SEVERAL = """\
runs = {}
for name, spec in SPECS.items():
    runs[name] = run = optiviz.run(optiviz.RunSpec.from_dict(spec))
    end = run.failure.sentence if run.failure else run.stop_reason.value
    print(f"{name}: best f {run.best_f:.6g} after {run.k:,} iterations. {end}")
"""
_ALL_SAME = """
# SHA-256 of the traces that were seen when this was written.
TRACES = {traces}
for name, trace in TRACES.items():
    if runs[name].digest == trace:
        print(f"{{name}}: the same run, to the last bit")
    else:
        print(f"{{name}}: another run; something was changed, or isn't {versions}")
"""


def write(runs: Sequence[Run], path: Path, options: Options) -> None:
    """Write a program that does runs again.

    Raises
    ------
    StoreError
        If one can't be done again, or the file can't be written.
    """
    lasts = ends(runs, path, options.at)
    specs = programs.named_specs(runs, lasts, path)
    tables = programs.tables_in(specs.values())
    imports = [*(programs.TABLE_IMPORTS[:2] if tables else ()), "", "import optiviz"]
    imports += programs.TABLE_IMPORTS[2:] if tables else ()
    several = len(runs) > 1
    data = specs if several else next(iter(specs.values()))
    text = "\n".join(imports).strip() + (f"\n\n{tables}\n" if tables else "\n\n")
    text += f"{'SPECS' if several else 'SPEC'} = {programs.as_python(data)}\n\n"
    text += _SEVERAL if several else _ONE
    if not several and runs[0].spec.problem.dim <= _SHORT:
        text += _POINT
    names = zip(specs, runs, lasts, strict=True)
    whole = {name: run.digest for name, run, last in names if programs.is_whole(run, last)}
    then = f"optiviz {optiviz.__version__} and numpy {np.__version__}"
    if several and whole:
        text += _ALL_SAME.format(traces=programs.as_python(whole), versions=then)
    elif whole:
        text += _SAME.format(trace=runs[0].digest, versions=then)
    write_text(path, programs.checked(f'"""{_words(runs)}\n"""\n\n{text}', path))


def _words(runs: Sequence[Run]) -> str:
    version = optiviz.__version__
    if len(runs) == 1:
        spec = runs[0].spec
        parts = [
            f"{spec.optimizer.label}: a run of optiviz {version}, which this does again.",
            spec.problem.sentence(),
            spec.optimizer.sentence(),
        ]
    else:
        parts = [f"{len(runs)} runs of optiviz {version}, which this does again."]
        parts += dict.fromkeys(run.spec.problem.sentence() for run in runs)
    parts.append("Change the settings below to see what else would have come out.")
    return "\n\n".join(fill(part, 88) for part in parts).replace("\\", "").replace('"', "'")


FORMAT = Format(
    name="script",
    label="Program with optiviz",
    about="Runs as Python that does them again with optiviz, with all settings to change.",
    suffix=".py",
    group="program",
    write=write,
    takes=frozenset({"at"}),
    several=True,
)
