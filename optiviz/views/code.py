"""Code: the algorithm's loop as lines of Python, with the values that its variables have."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import indent
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from optiviz.analysis.listings import Followed, Glimpse, Program, TooMuch, lines_of_settings
from optiviz.analysis.script import NoScript, script
from optiviz.engine.listing import Listing
from optiviz.engine.optimizer import Optimizer
from optiviz.engine.run import Run
from optiviz.engine.wording import rounded
from optiviz.views import Shown, View
from optiviz.views.figure import Code, Figure

# Numbers that an iteration may look at, points times weights times rows.
_AT_ONCE, _IN_TIME = 2e7, 1e9
_FIRST = 3  # numbers of a vector that are shown; all of them where it is hardly longer
_TAB = "    "


@dataclass(frozen=True)
class _Page:
    """A listing as lines to show, and where in them its loop begins."""

    lines: tuple[str, ...]
    loop: int


class CodeView(View):
    """The lines of the iteration that comes next, the one that is being done lit."""

    kind = "code"
    label = "Code"
    costly = True
    inside = True
    place = 65
    lines = True
    reported = False

    def figure(self, shown: Sequence[Shown]) -> Figure:
        """Show the first run's algorithm in the iteration after k; at the end, in the last one."""
        return self._figure(shown[0], _AT_ONCE)[0]

    def refined(self, shown: Sequence[Shown]) -> Iterator[Figure]:
        """Follow an iteration that takes longer."""
        if not self._figure(shown[0], _AT_ONCE)[1]:
            figure, followed = self._figure(shown[0], _IN_TIME)
            if followed:
                yield figure

    def _figure(self, one: Shown, work: float) -> tuple[Figure, bool]:
        """Return the figure, and whether there is nothing left to follow."""
        last = one.run.trace.last_k
        done = one.k >= last  # the iteration on show is over
        k = max(0, min(one.k, last) - 1) if done else one.k
        optimizer = one.run.spec.optimizer_after(k)
        listing = optimizer.listing()
        if listing is None:
            sentence = f"{optimizer.label} has no listing yet; define listing() to see its lines."
            if optimizer.recorded:
                sentence = "It was recorded elsewhere: the lines that did it are not known here."
            return Figure(self.label, empty=sentence), True
        stepper = one.reader.stepper
        state = stepper.entering(one.reader.state(k))
        program = Program(optimizer, stepper.problem, stepper.draws, work)
        program.go_on(optimizer.variables(state), k)
        page = _page(one.run, optimizer, listing, k)
        text, why_not = _script(one)
        if last == 0:
            code = Code(page.lines, values=_at(program), script=text)
            words = "Nothing is done yet: these are the values at the start."
            return self._around(optimizer, code, "", words, why_not), True
        start = _at(program)
        try:
            followed = program.follow()
        except TooMuch:
            code = Code(page.lines, values=start, script=text)
            words = "An iteration takes too long here to be followed line by line."
            note = f"iteration {k + 1:,}"
            return self._around(optimizer, code, note, words, why_not), False
        except Exception as error:  # of lines that come with a method of somebody's own
            code = Code(page.lines, values=start, script=text)
            words = f"These lines fail: {type(error).__name__}: {error}."
            return self._around(optimizer, code, "", words, why_not, warning=words), True
        code, words = _followed(page, followed, k, 1.0 if done else one.within, text)
        return self._around(optimizer, code, f"iteration {k + 1:,}", words, why_not), True

    def _around(
        self, optimizer: Optimizer, code: Code, note: str, words: str, why_not: str, *,
        warning: str = "",
    ) -> Figure:  # fmt: skip
        figures = "; ".join(f"{name} = {value}" for name, value in code.values)
        caption = f"{optimizer.label} as lines of Python. {words} {figures}."
        return Figure(
            title=self.label,
            note=note,
            code=code,
            caption=f"{caption} {why_not}".rstrip(),
            warning=warning,
        )


def _page(run: Run, optimizer: Optimizer, listing: Listing, k: int) -> _Page:
    """Return the lines that are shown for the algorithm at work after k iterations."""
    begun = _begun(run, k)
    end = run.spec.stopping.max_iterations
    limits = f"{begun}, {end}" if begun else f"{end}"
    head = f"for k in range({limits}):" if end else "while True:  # k counts the iterations"
    before = [*lines_of_settings(optimizer, listing), "", *_split(listing.before), "", head]
    if before[0] == "":
        del before[0]
    return _Page((*before, *_split(indent(listing.loop, _TAB))), len(before))


def _begun(run: Run, k: int) -> int:
    """Return the iteration at which the algorithm at work after k iterations began anew."""
    spec, begun = run.spec, 0
    for change in spec.changes:
        before = type(spec.optimizer_after(change.at - 1)) if change.at else None
        other = before is not type(spec.optimizer_after(change.at))
        if change.at <= k and (other or change.x is not None):
            begun = change.at
    return begun


def _split(text: str) -> list[str]:
    return text.rstrip("\n").split("\n")


def _followed(
    page: _Page, followed: Followed, k: int, within: float, script: str
) -> tuple[Code, str]:
    """Return the code at a place of an iteration, and words on which place that is."""
    at, n = followed.at(within), len(followed.events)
    event = followed.events[at]
    visited = {page.loop + one.line for one in followed.events[: at + 1]}
    code = Code(
        page.lines,
        lit=page.loop + event.line,
        visited=tuple(sorted(visited)),
        values=_values({"k": k, **followed.values(at)}),
        changed=tuple(event.changed),
        script=script,
        parts=n,
    )
    line = page.lines[page.loop + event.line].split("#")[0].strip()
    return code, f"Iteration {k + 1:,}, line {at + 1} of the {n} that it does: “{line}”."


def _at(program: Program) -> tuple[tuple[str, str], ...]:
    return _values({"k": program.k, **program.variables()})


def _values(variables: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return variables as people read them; functions are left out."""
    return tuple((name, shown_value(v)) for name, v in variables.items() if not callable(v))


def shown_value(value: Any) -> str:
    """Return a value in a few words: of a vector, its shape and its first numbers."""
    if isinstance(value, Glimpse):
        return _vector(value.first, value.shape)
    if isinstance(value, np.ndarray) and value.ndim:
        return _vector(value.reshape(-1), value.shape)
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, int | np.integer):
        return f"{int(value):,}"
    if isinstance(value, float | np.floating | np.ndarray):
        number = float(value)  # which Python writes as nan or inf if it is none
        return rounded(number, 6) if math.isfinite(number) else f"{number}".replace("-", "−")
    if isinstance(value, list | tuple):
        return "1 item" if len(value) == 1 else f"{len(value):,} items"
    return repr(value)[:40]


def _vector(numbers: Any, shape: tuple[int, ...]) -> str:
    size = math.prod(shape)
    few = numbers[: size if size <= _FIRST + 1 else _FIRST]
    words = ", ".join(shown_value(v) for v in few)
    more = ", …" if len(few) < size else ""
    if len(shape) == 1 and not more:
        return f"[{words}]"
    by = " × ".join(f"{n:,}" for n in shape)
    return f"{by} numbers: {words}{more}" if len(shape) > 1 or size != 1 else f"[{words}]"


_SCRIPTS: WeakKeyDictionary[Run, tuple[Any, str, str]] = WeakKeyDictionary()


def _script(one: Shown) -> tuple[str, str]:
    """Return the run as a program of its own, or why there is none."""
    run = one.run
    key = (run.trace.generation, run.spec, run.status)
    known = _SCRIPTS.get(run)
    if known is None or known[0] != key:
        try:
            known = (key, script(run, one.reader), "")
        except NoScript as error:
            known = (key, "", str(error))
        _SCRIPTS[run] = known
    return known[1:]
