"""Sweeps: studies whose configurations are one spec with one or two settings varied."""

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optiviz.engine.draws import Draws
from optiviz.engine.parameters import Mistake, NumberScale, SpecError
from optiviz.engine.spec import RunSpec, parse_json
from optiviz.engine.wording import capitalised
from optiviz.studies.plan import SPLIT_SEED, Configuration, Study
from optiviz.studies.settings import Setting, setting, settings

_NUMBER = r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*"
_RANGE = re.compile(rf"{_NUMBER}\.\.{_NUMBER}(?::\s*(\d{{1,40}})\s*)?(?::\s*(log|linear)\s*)?")
_MOST_CELLS, _MOST_PATHS = 10_000, 2
_MOST_MISTAKES = 5  # of the cells' own that are told
_LONGEST = 110  # characters of a cell's name
_DIGITS = 3  # of a drawn number: its name says all of it


@dataclass(frozen=True)
class Range:
    """All numbers from one to another.

    Attributes
    ----------
    low, high : float
        low < high.
    count : int or None
        How many of them, both ends among them; a grid needs it.
    scale : {"linear", "log"} or None
        How they are spaced or drawn; None is as the setting is declared.
    """

    low: float
    high: float
    count: int | None = None
    scale: NumberScale | None = None

    def spaced(self, of: Setting) -> list[float]:
        """Return its numbers at equal distances; whole ones, each once, where a setting asks so.

        Raises
        ------
        SpecError
            If it can't be used for this setting.
        """
        if self.count is None:
            sentence = f"say how many values, as {self.low:g}..{self.high:g}:7"
            raise SpecError([Mistake(of.path, sentence)])
        if not 2 <= self.count <= _MOST_CELLS:
            sentence = f"a range has from 2 to {_MOST_CELLS:,} values, not {self.count:,}"
            raise SpecError([Mistake(of.path, sentence)])
        shares = np.linspace(0, 1, self.count).tolist()
        return list(dict.fromkeys(self.at(share, of) for share in shares))

    def at(self, share: float, of: Setting) -> float:
        """Return the number at a share of the way from low to high.

        Raises
        ------
        SpecError
            If it can't be used for this setting.
        """
        low, high = self.low, self.high
        if not -math.inf < low < high < math.inf:
            raise SpecError([Mistake(of.path, f"a range must rise, is {low:g}..{high:g}")])
        scale = self.scale or (of.field.param.scale if of.field is not None else "linear")
        if scale == "log" and low <= 0:
            raise SpecError([Mistake(of.path, f"a log range begins above 0, not at {low:g}")])
        rise = high - low
        value: float = low * (high / low) ** share if scale == "log" else low + share * rise
        if of.field is not None and of.field.type is int:
            return round(value)
        # Rounding may not leave the range: its ends are exact.
        exact = share in (0, 1)
        return min(max(value if exact else float(f"{value:.{_DIGITS}g}"), low), high)


Values = Sequence[Any] | Range


def read_values(text: str) -> Values:
    """Return the values that are written as text.

    Parameters
    ----------
    text : str
        ``0.01,0.1,1``, words such as ``tanh,relu``, a JSON list, or a range: ``0.001..1:7`` (of
        seven values) or ``0.001..1``, and ``:log`` or ``:linear`` behind it.
    """
    found = _RANGE.fullmatch(text.strip())
    if found is not None:
        low, high, count, scale = found.groups()
        scales: dict[str | None, NumberScale] = {"linear": "linear", "log": "log"}
        n = None if count is None else int(count)
        return Range(float(low), float(high), n, scales.get(scale))
    for json in (text, f"[{text}]"):  # a list, or what stands in one
        try:
            values = parse_json(json)
        except (ValueError, RecursionError):
            continue
        if isinstance(values, list):
            return values
    return [_read(word.strip()) for word in text.split(",")]


def _read(word: str) -> Any:
    try:
        return parse_json(word)
    except (ValueError, RecursionError):
        return word


def grid(base: RunSpec, over: Mapping[str, Values], **plan: Any) -> Study:
    """Return the study of every combination of some settings' values.

    Parameters
    ----------
    base : RunSpec
    over : mapping of str to sequence or Range
        Values by path, such as ``{"optimizer.learning_rate": [0.01, 0.1]}``: one or two paths.
    **plan
        Fields of `Study`, such as search_seeds (seed 1 alone if left out), measure and target.

    Raises
    ------
    SpecError
        Naming each path or value that can't be used.
    """
    return _study(base, over, grid_cells(base, over), plan)


def at_random(
    base: RunSpec, ranges: Mapping[str, Values], n: int, *, seed: int = 1, **plan: Any
) -> Study:
    """Return the study of n cells drawn at random.

    With a larger n the first ones stay the same, so that a sweep can go on.

    Parameters
    ----------
    base : RunSpec
    ranges : mapping of str to sequence or Range
        What is drawn from, by path; log-uniformly where the range or the setting says log.
    n : int
        How many. Fewer where there are not so many different ones.
    seed : int
        Of the drawing.
    **plan
        As `grid` takes them.

    Raises
    ------
    SpecError
        Naming each path or range that can't be used.
    """
    return _study(base, ranges, random_cells(base, ranges, n, seed), plan)


def _study(
    base: RunSpec,
    over: Mapping[str, Values],
    cells: tuple[Configuration, ...],
    plan: dict[str, Any],
) -> Study:
    usual = {"title": title(base, over), "search_seeds": (1,)}
    return Study(**{**usual, **plan, "configurations": cells, "over": tuple(over)})


def title(base: RunSpec, over: Iterable[str]) -> str:
    """Return what a sweep is called if nobody says: the settings that it varies."""
    words = " and ".join(of.label for of in settings(base, list(over)))[:200]
    return capitalised(words)


def grid_cells(base: RunSpec, over: Mapping[str, Values]) -> tuple[Configuration, ...]:
    """Return a configuration for every combination of values; see `grid`."""
    _check_paths(over)
    mistakes = []
    lists = {path: _listed(base, path, values) for path, values in over.items()}
    for path, values in lists.items():
        shown = Counter(map(repr, values))
        twice = [value for value, times in shown.items() if times > 1]
        for value in twice[:_MOST_MISTAKES]:
            mistakes.append(Mistake(path, f"{value} stands twice"))
    cells = math.prod(len(values) for values in lists.values())
    if cells > _MOST_CELLS:
        sentence = f"makes {cells:,} cells; at most {_MOST_CELLS:,} are possible"
        mistakes.append(Mistake(", ".join(over), sentence))
    if mistakes:
        raise SpecError(mistakes)
    return _cells(base, list(over), itertools.product(*lists.values()))


def random_cells(
    base: RunSpec, ranges: Mapping[str, Values], n: int, seed: int = 1
) -> tuple[Configuration, ...]:
    """Return a configuration for each of n cells drawn at random; see `at_random`."""
    _check_paths(ranges)
    if not 1 <= n <= _MOST_CELLS:
        raise SpecError([Mistake("random", f"must be from 1 to {_MOST_CELLS:,}, is {n:,}")])
    asked = [setting(base, path) for path in ranges]
    drawn: dict[str, list[Any]] = {}
    for row in Draws(seed).uniforms("sweep", 0, 4 * n, len(asked)).tolist():
        cell = [_drawn(u, of, ranges[of.path]) for u, of in zip(row, asked, strict=True)]
        drawn.setdefault(repr(cell), cell)
        if len(drawn) == n:
            break
    return _cells(base, list(ranges), drawn.values())


def _drawn(share: float, of: Setting, values: Values) -> Any:
    if isinstance(values, Range):
        return values.at(share, of)
    return values[int(share * len(values))]


def _listed(base: RunSpec, path: str, values: Values) -> list[Any]:
    return values.spaced(setting(base, path)) if isinstance(values, Range) else list(values)


def _check_paths(over: Mapping[str, Values]) -> None:
    mistakes = []
    if not 1 <= len(over) <= _MOST_PATHS:
        mistakes.append(Mistake("over", f"must vary one or two settings, varies {len(over)}"))
    for path, values in over.items():
        if not isinstance(values, Range) and not len(values):
            mistakes.append(Mistake(path, "names no values"))
    for path, seeds in (("seed", "search"), (SPLIT_SEED, "split")):
        if path in over:
            mistakes.append(Mistake(path, f"isn't swept; vary the seeds of the {seeds} instead"))
    if mistakes:
        raise SpecError(mistakes)


def _cells(
    base: RunSpec, paths: list[str], cells: Iterable[Sequence[Any]]
) -> tuple[Configuration, ...]:
    """Return a configuration for each cell, naming what can't be made."""
    # Another kind comes with settings of its own, so it is laid over before them.
    order = sorted(
        range(len(paths)), key=lambda i: (not paths[i].endswith("kind"), paths[i].count("."))
    )
    made: list[Configuration] = []
    mistakes: dict[Mistake, None] = {}
    names: dict[str, int] = {}
    for cell in cells:
        try:
            spec = base.with_values((paths[i], cell[i]) for i in order)
        except SpecError as error:
            mistakes.update(dict.fromkeys(error.mistakes))
            continue
        asked = settings(spec, paths)
        words = ", ".join(of.named(value) for of, value in zip(asked, cell, strict=True))
        name = words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"
        names[name] = names.get(name, 0) + 1
        if names[name] > 1:  # two lists of settings may read alike
            name = f"{name} ({names[name]})"
        made.append(Configuration(name=name, spec=spec))
    if mistakes:
        told = list(mistakes)[:_MOST_MISTAKES]
        more = len(mistakes) - len(told)
        if more:
            told.append(Mistake("", f"and {more:,} more cells can't be made"))
        raise SpecError(told)
    return tuple(made)
