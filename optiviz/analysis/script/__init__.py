"""A run as one file of Python that needs numpy alone, and finds the same trace.

Imports problems and the engine.
"""

import ast
from dataclasses import dataclass
from textwrap import fill, indent

import numpy as np

from optiviz.analysis.listings import lines_of_settings, names_in
from optiviz.analysis.script.chance import CHANCE
from optiviz.analysis.script.functions import of_function, of_function_1d, of_line
from optiviz.analysis.script.networks import of_network
from optiviz.analysis.script.pieces import (
    UNPACKED,
    NoScript,
    chosen,
    joined,
    literal,
    names_read,
    names_set,
    unknown,
)
from optiviz.analysis.script.source import functions_of
from optiviz.engine.listing import Listing
from optiviz.engine.optimizer import Optimizer, State
from optiviz.engine.problem import Evaluator, Problem
from optiviz.engine.run import Reader, Run, RunStatus
from optiviz.engine.spec import RunSpec
from optiviz.problems import FunctionProblem
from optiviz.problems.function_1d import Function1D
from optiviz.problems.network_training import NetworkEvaluator, NetworkTraining
from optiviz.problems.one_parameter_regression import OneParameterRegression
from optiviz.schedules import Schedule

__all__ = ["NoScript", "Program", "program", "script"]

_SINGLE = 2000  # weights: see `optiviz.networks.batches`
_USUAL = 1000  # iterations, where the run has no limit of them
_PRINTED = 'print(f"best {best_f:.6g} after {best_k} iterations, at {best_x}")\n'
_TAB = "    "


def script(run: Run, reader: Reader, end: int | None = None) -> str:
    """Return the program of a run, with its changes.

    Parameters
    ----------
    run : Run
        One that has begun.
    reader : Reader
        Of the run.
    end : int, optional
        The iterations that it does; if left out, as many as the run.

    Raises
    ------
    NoScript
        If the run can't be written down; the text says why.
    """
    made = program(run, reader, end)
    last = (*made.main[:-1], f"{made.main[-1]}{_PRINTED}")
    parts = (made.settings, *made.data, *made.functions, "".join(last))
    quoted = "\n\n".join(made.words).replace("\\", "").replace('"', "'")
    return f'"""{quoted}\n"""\n\n{made.imports}\n{joined(parts)}'


@dataclass(frozen=True)
class Program:
    """The parts of a run's program, in order; one after the other they are the whole of it.

    Attributes
    ----------
    words : tuple of str
        What it does: paragraphs, broken into lines.
    imports, settings : str
        Of NumPy and the standard library; and the seed and the algorithm's settings.
    data, functions : tuple of str
        How data are unpacked; then all that is optimised and chosen by chance.
    main : tuple of str
        The algorithm, up to its first change, up to the next one and so on.
    """

    words: tuple[str, ...]
    imports: str
    settings: str
    data: tuple[str, ...]
    functions: tuple[str, ...]
    main: tuple[str, ...]


def program(run: Run, reader: Reader, end: int | None = None) -> Program:
    """Return the program of a run in parts; see `script`.

    Raises
    ------
    NoScript
        If the run can't be written down; the text says why.
    """
    spec, stepper = run.spec, reader.stepper
    if end is None:
        ended = run.status is RunStatus.FINISHED
        end = run.trace.last_k if ended else spec.stopping.max_iterations or _USUAL
    pieces = CHANCE | _problem(spec.problem, stepper.problem)
    starts = sorted({0, *(change.at for change in spec.changes if change.at < end)})
    parts = [
        _part(spec, reader, at, until) for at, until in zip(starts, [*starts[1:], end], strict=True)
    ]
    parts[0] = _start(spec) + parts[0]
    main = "".join(parts)
    needed = chosen(pieces, main)
    body = "".join(needed) + main
    constants = [f"SEED = {spec.seed}"] if "SEED" in names_read(body) else []
    if "DIM" in names_read(body):
        constants.append(f"DIM = {spec.problem.dim}")
    data = [UNPACKED] if "unpacked" in names_read(body) else []
    top = [*constants, *(_settings(spec.optimizer) if _is_set_at_the_top(spec) else [])]
    text = joined(("\n".join(top), *data, *needed, f"{main}{_PRINTED}"))
    imports = _imports(text)
    if taken := names_set(main) & {*pieces, *constants}:
        raise NoScript(f"The lines give {', '.join(sorted(taken))} a value, which is a name here.")
    if missing := unknown(f"{imports}\n{text}"):
        raise NoScript(
            f"{run.spec.optimizer.label} can't be written as a script: nobody says what "
            f"{', '.join(sorted(missing))} is."
        )
    words = tuple(fill(words, 88) for words in _words(spec))
    return Program(words, imports, "\n".join(top), tuple(data), tuple(needed), tuple(parts))


def _settings(optimizer: Optimizer) -> list[str]:
    """Return a line for each setting that an algorithm's listing reads."""
    listing = _listing(optimizer)
    return [line for line in lines_of_settings(optimizer, listing) if not line.startswith("#")]


def _listing(optimizer: Optimizer) -> Listing:
    listing = optimizer.listing()
    if listing is None:
        raise NoScript(f"{optimizer.label} has no listing, so that there is nothing to write down.")
    return listing


def _is_set_at_the_top(spec: RunSpec) -> bool:
    """Whether the first algorithm does something before it is changed."""
    return all(change.at > 0 for change in spec.changes)


def _start(spec: RunSpec) -> str:
    """Return the lines that come before any algorithm's."""
    x = 'sample("start", 0, 1)[0]' if spec.start is None else literal(np.array(spec.start))
    lines = (
        f'np.seterr(all="ignore")  # a step may lead to where numbers overflow\nk = 0\nx = {x}\n'
    )
    return (
        lines
        if _is_set_at_the_top(spec)
        else f"{lines}fx = f(x)\n{_RECORDS.format(score='fx', best='x')}"
    )


def _part(spec: RunSpec, reader: Reader, at: int, end: int) -> str:
    """Return what is set at iteration `at`, and the loop from there on."""
    optimizer = spec.optimizer_after(at)
    listing = _listing(optimizer)
    score, before, loop = listing.score, listing.before.rstrip(), _loop(listing, at, end)
    own = _schedules(optimizer, listing) | _helpers(listing)
    if at == 0 and _is_set_at_the_top(spec):
        lines = [before, _RECORDS.format(score=score, best=listing.best).rstrip()]
    else:
        points = [change.x for change in spec.changes if change.at == at and change.x is not None]
        lines = [f"# What was changed at iteration {at:,}", f"k = {at}", *_settings(optimizer)]
        lines += [f"x = {literal(np.array(x))}" for x in points[-1:]]
        other = at == 0 or type(optimizer) is not type(spec.optimizer_after(at - 1))
        if points or other or not optimizer.fits(reader.state(at)):
            lines += [before, f"if {score} < best_f:"]
            lines.append(f"    best_f, best_x, best_k = {score}, {listing.best}, k + 1")
        else:  # It goes on with what it had, but for what other settings make of it.
            was, read = spec.optimizer_after(at - 1), names_in(listing)
            had, set_before = was.variables(reader.state(at)), names_in(_listing(was))
            for name, value in optimizer.variables(_begun(reader, at)).items():
                kept = name in set_before and name in had and np.array_equal(had[name], value)
                if name in read and not kept:
                    lines.append(f"{name} = {literal(value)}")
    text = "\n".join(lines)
    functions = [f"\n\n{piece}\n" for piece in chosen(own, f"{text}\n{loop}")]
    gap = "\n\n" if functions else "\n" if at > 0 or not _is_set_at_the_top(spec) else ""
    return f"{''.join(functions)}{gap}{text}\n\n{loop}"


_RECORDS = """\
best_f, best_x, best_k = {score}, {best}, 0
history = [fx]
print(f"{{0:>8}}  {{fx:.6g}}")
"""


def _loop(listing: Listing, at: int, end: int) -> str:
    """Return the loop, and what it notes and prints."""
    score = listing.score
    return (
        f"for k in range({f'{at}, ' if at else ''}{end}):\n"
        f"{indent(listing.loop.rstrip(), _TAB)}\n"
        "    history.append(fx)\n"
        f"    if {score} < best_f:\n"
        f"        best_f, best_x, best_k = {score}, {listing.best}, k + 1\n"
        "    if (k + 1) % 100 == 0:\n"
        '        print(f"{k + 1:>8}  {fx:.6g}")\n'
        "    if not np.isfinite(fx):\n"
        "        break\n"
    )


def _begun(reader: Reader, k: int) -> State:
    """Return the state from which the iteration after k begins."""
    return reader.stepper.entering(reader.state(k))


def _words(spec: RunSpec) -> list[str]:
    parts = [
        f"{spec.optimizer.label}: a run of optiviz as a program, which needs numpy alone.",
        spec.problem.sentence(),
        spec.optimizer.sentence(),
    ]
    if spec.problem.dim >= _SINGLE and any(map(_in_batches, _algorithms(spec))):
        parts.append(
            "On batches the run computed in single precision, which this doesn't: values differ "
            "by about a part in a million."
        )
    return parts


def _algorithms(spec: RunSpec) -> list[Optimizer]:
    others = [change.optimizer for change in spec.changes if change.optimizer is not None]
    return [spec.optimizer, *others]


def _in_batches(optimizer: Optimizer) -> bool:
    return getattr(optimizer, "rows_in_batch", None) is not None


def _imports(text: str) -> str:
    names = ("base64", "hashlib", "math", "zlib")
    found = [f"import {name}\n" for name in names if f"{name}." in text]
    return "".join(found) + ("\n" if found else "") + "import numpy as np\n"


def _problem(problem: Problem, evaluator: Evaluator[Problem]) -> dict[str, str]:
    """Return the pieces of a problem."""
    if isinstance(problem, NetworkTraining) and isinstance(evaluator, NetworkEvaluator):
        return of_network(problem, evaluator)
    if isinstance(problem, Function1D):
        return of_function_1d(problem)
    if isinstance(problem, FunctionProblem):
        return of_function(problem)
    if isinstance(problem, OneParameterRegression):
        return of_line(problem)
    raise NoScript(
        f"{problem.label} can't be written as a script: how it is computed isn't known here."
    )


def _schedules(optimizer: Optimizer, listing: Listing) -> dict[str, str]:
    """Return the learning rate's schedule as a function of the iteration, if it has one."""
    schedule = getattr(optimizer, "schedule", None)
    if not isinstance(schedule, Schedule) or "schedule" not in names_in(listing):
        return {}
    factors = "factors" if schedule.warm_up else "shape"
    return {
        **functions_of(schedule, **{factors: "factors"}),
        "schedule": (
            "def schedule(k):\n"
            '    """Return what multiplies the learning rate at an iteration."""\n'
            "    return float(factors(np.array([k]))[0])\n"
        ),
    }


def _helpers(listing: Listing) -> dict[str, str]:
    """Return the functions that come with a listing: each name stands for all of them."""
    names: list[str] = []
    for node in ast.parse(listing.helpers).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.append(node.name)
        elif isinstance(node, ast.ImportFrom):
            names += [alias.asname or alias.name for alias in node.names]
    return dict.fromkeys(names, listing.helpers.strip("\n") + "\n")
