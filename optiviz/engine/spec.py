"""A run as plain data: problem, optimizer, stopping, seed, start point and changes.

**A run is a pure function of its spec; everything else is a cached view of it.**
"""

import importlib
import json
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

from optiviz.engine import reading
from optiviz.engine.optimizer import Optimizer
from optiviz.engine.own import taken_in
from optiviz.engine.parameters import Mistake, Param, Parameters, SpecError
from optiviz.engine.problem import Problem
from optiviz.engine.stopping import StoppingCriterion

_MAX_FILE = 50_000_000  # bytes; pasted weights of a large network fit


class Change(Parameters):
    """Something that is changed after iteration `at`, so that it acts on the next one.

    An optimizer of the same kind carries on with its state; another kind starts from the state's
    x; so does the optimizer after the point itself was changed.
    """

    at: Annotated[int, Param("The iteration after which it acts.", ge=0, le=10**12)]
    optimizer: Annotated[Optimizer | None, Param("The algorithm from here on.")] = None
    x: Annotated[
        tuple[float, ...] | None, Param("The point from here on.", max_length=10_000_000)
    ] = None

    def check(self) -> Iterator[tuple[str, str]]:
        """Refuse a change that changes nothing."""
        if self.optimizer is None and self.x is None:
            yield "optimizer", "set an optimizer or a point x to change to"


class RunSpec(Parameters):
    """All that a run depends on.

    Raises
    ------
    SpecError
        By the constructor, naming every mistake with its field.
    """

    problem: Annotated[Problem, Param("What is optimised.")]
    optimizer: Annotated[Optimizer, Param("The algorithm.")]
    stopping: Annotated[StoppingCriterion, Param("When the run ends.")]
    seed: Annotated[
        int, Param("Seed of the start point and of the search.", ge=0, le=2**32 - 1)
    ] = 1
    start: Annotated[
        tuple[float, ...] | None,
        Param("The start point; drawn if it is left out.", max_length=10_000_000),
    ] = None
    changes: Annotated[
        tuple[Change, ...], Param("What is changed while it runs, in order.", max_length=100_000)
    ] = ()

    def check(self) -> Iterator[tuple[str, str]]:
        """Check what the parts ask of each other."""
        yield from self._check_optimizer(self.optimizer, "optimizer")
        dim = self.problem.dim
        if self.start is not None and len(self.start) != dim:
            yield "start", f"must have {dim:,} numbers for this problem, has {len(self.start):,}"
        if self.changes and self.optimizer.recorded:
            yield "changes", self.optimizer.read_only
        before = 0
        for i, change in enumerate(self.changes):
            if change.at < before:
                yield f"changes[{i}].at", f"must not come before the change at {before:,}"
            before = change.at
            if change.optimizer is not None and change.optimizer.recorded:
                yield f"changes[{i}].optimizer.kind", change.optimizer.read_only
            elif change.optimizer is not None:
                yield from self._check_optimizer(change.optimizer, f"changes[{i}].optimizer")
            if change.x is not None and len(change.x) != dim:
                yield f"changes[{i}].x", f"must have {dim:,} numbers, has {len(change.x):,}"

    def _check_optimizer(self, optimizer: Optimizer, path: str) -> Iterator[tuple[str, str]]:
        missing = self.problem.missing_values()
        if missing is not None and not optimizer.recorded:
            yield f"{path}.kind", f"{optimizer.kind} needs values, and here are none: {missing}"
            return
        for field, sentence in optimizer.check_problem(self.problem):
            yield f"{path}.{field}", sentence

    def optimizer_after(self, k: int) -> Optimizer:
        """Return the algorithm that does the iteration after k."""
        made = [c.optimizer for c in self.changes if c.at <= k and c.optimizer is not None]
        return made[-1] if made else self.optimizer

    def reopened(self) -> "RunSpec":
        """Return a copy without the end that was made by hand or by the clock."""
        return self.replace(stopping=self.stopping.reopened())

    def with_values(self, values: Iterable[tuple[str, Any]]) -> "RunSpec":
        """Return a copy with some settings changed.

        Parameters
        ----------
        values : iterable of (str, Any)
            Paths such as ``optimizer.step_size`` or ``problem.network.layers.0.units``. Another
            ``kind`` comes with its own settings. The result is checked when all are changed.

        Raises
        ------
        SpecError
            If a path or a value is wrong.
        """
        data = self.to_dict()
        for path, value in values:
            *parents, name = path.split(".")
            table: Any = data
            for parent in parents:
                table = _entry(table, parent)
            if isinstance(table, list) and _is_place(name, table):
                table[int(name)] = value
            elif isinstance(table, dict) and name:
                if name == "kind" and table.get("kind") != value:
                    table.clear()
                table[name] = value
            else:
                known = "is not a path of settings, such as optimizer.kind"
                raise SpecError([Mistake(path, known)])
        return RunSpec.from_dict(data)

    def with_value(self, path: str, value: Any) -> "RunSpec":
        """Return a copy with one setting changed; see `with_values`."""
        return self.with_values([(path, value)])

    @classmethod
    def load(cls, source: str | Path) -> "RunSpec":
        """Read a spec from a ``.toml`` or ``.json`` file, or a preset by its name.

        Raises
        ------
        SpecError
            If there is no such preset or file, or it is not a spec.
        """
        path = Path(source)
        if path.suffix.lower() not in (".toml", ".json"):
            spec: RunSpec = importlib.import_module("optiviz.presets").load(str(source)).spec
            return spec
        return cls.of_own(read_mapping(path), path.parent)

    @classmethod
    def of_own(cls, data: Any, folder: Path) -> "RunSpec":
        """Make a spec of plain data that the user wrote, reading the files that it names.

        Parameters
        ----------
        data : plain data
        folder : Path
            Where those files lie.

        Raises
        ------
        SpecError
            Naming every mistake with its field.
        """
        return cls.from_dict(taken_in(cls, data, folder))

    def to_json(self) -> str:
        """Return the spec as JSON text that `load` reads."""
        return json.dumps(self.to_dict(), indent=1, allow_nan=False)


def _entry(table: Any, name: str) -> Any:
    """Return what a step of a path leads to, or None."""
    if isinstance(table, dict):
        return table.setdefault(name, {})
    if isinstance(table, list) and _is_place(name, table):
        return table[int(name)]
    return None


def _is_place(name: str, items: list[Any]) -> bool:
    return name.isdecimal() and len(name) < 10 and int(name) < len(items)


def read_mapping(path: Path) -> Any:
    """Read a ``.toml`` or ``.json`` file as plain data, without duplicate keys, nan or inf.

    Raises
    ------
    SpecError
        With one sentence that names the file.
    """
    try:
        with reading.opened(path) as file:
            content = file.read(_MAX_FILE + 1)
        if len(content) > _MAX_FILE:
            raise SpecError([Mistake(str(path), f"is larger than {_MAX_FILE // 10**6} MB")])
        text = content.decode("utf-8-sig")
        if path.suffix.lower() == ".toml" and reading.has_endless_key(text):
            raise SpecError([Mistake(str(path), "has a key of too many parts")])
        return tomllib.loads(text) if path.suffix.lower() == ".toml" else parse_json(text)
    except OSError as error:
        raise SpecError([Mistake(str(path), _plain_reason(error))]) from None
    except RecursionError:
        raise SpecError([Mistake(str(path), "is nested too deeply")]) from None
    except SpecError:
        raise
    except ValueError as error:
        raise SpecError([Mistake(str(path), f"can't be read: {error}")]) from None


def parse_json(text: str) -> Any:
    """Parse JSON, refusing duplicate keys, NaN and infinities.

    Raises
    ------
    ValueError
        With one sentence.
    RecursionError
        If it is nested too deeply.
    """

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        table = dict(pairs)
        if len(table) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise ValueError(f"the key {twice[:60]!r} stands twice")
        return table

    def refuse(name: str) -> float:
        raise ValueError(f"{name} is not a number that can be used")

    return json.loads(text, object_pairs_hook=unique, parse_constant=refuse)


def _plain_reason(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, IsADirectoryError):
        return "is a folder, not a file"
    if error.strerror == reading.NO_FILE:
        return reading.NO_FILE
    return f"can't be read: {error.strerror or error}"
