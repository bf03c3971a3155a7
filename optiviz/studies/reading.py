"""Studies as people write them, in TOML or JSON, and those that come with optiviz.

Besides the plain form of `Study.to_dict`, a study may be written by what differs::

    title = "Which step size climbs best?"
    base = "classic-mlp"               # a preset, a file, or a table [base]
    measure = "train_accuracy"
    seeds = 30                         # 1 to 30; or search_seeds = [...]
    stopping = { max_iterations = 500 }  # of every run, instead of the base's
    [[configurations]]
    name = "small steps"
    set = { "optimizer.step_size" = 0.05 }

or with ``[sweep]`` and ``over = { "optimizer.step_size" = [0.05, 0.1] }``.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from optiviz.engine.parameters import Mistake, SpecError, decode, fields
from optiviz.engine.spec import RunSpec, read_mapping
from optiviz.engine.wording import joined, shown_value
from optiviz.studies import sweep
from optiviz.studies.plan import Configuration, Study

_STUDY = tuple(field.name for field in fields(Study))
_WRITTEN = ("about", "seeds", "base", "set", "stopping", "sweep")
_MOST_SEEDS = 10_000


def load(source: str | Path) -> Study:
    """Read a study from a ``.toml`` or ``.json`` file, or one that comes along by its name.

    Raises
    ------
    SpecError
        If there is no such study or file, or naming every mistake with its path.
    """
    path = Path(source)
    if path.suffix.lower() in (".toml", ".json"):
        return from_mapping(read_mapping(path), path.parent)
    if str(source) not in names():
        known = ", ".join(names())
        raise SpecError([Mistake(str(source), f"is neither a file nor a study; they are {known}")])
    return from_mapping(_preset(str(source)))


def names() -> list[str]:
    """Return the names of the studies that come along."""
    files = (resources.files("optiviz.presets") / "studies").iterdir()
    return sorted(f.name.removesuffix(".toml") for f in files if f.name.endswith(".toml"))


def about(name: str) -> str:
    """Return what a study that comes along asks, and how its settings were chosen."""
    return str(_preset(name)["about"])


@cache
def _preset(name: str) -> dict[str, Any]:
    file = resources.files("optiviz.presets") / "studies" / f"{name}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def from_mapping(data: Any, folder: Path | None = None) -> Study:
    """Make a study from plain data.

    Parameters
    ----------
    data : Any
        As this file's head says.
    folder : Path, optional
        Where the files that it names are looked up.

    Raises
    ------
    SpecError
        Naming every mistake with its path.
    """
    if not isinstance(data, Mapping):
        sentence = f"must be a table of settings, is {shown_value(data)}"
        raise SpecError([Mistake("study", sentence)])
    reader = _Reader(dict(data), folder or Path())
    study = reader.study()
    if study is None or reader.mistakes:
        raise SpecError(reader.mistakes)
    return study


class _Reader:
    """Reads one study, and collects what is wrong."""

    def __init__(self, data: dict[str, Any], folder: Path) -> None:
        self.data, self.folder = data, folder
        self.mistakes: list[Mistake] = []

    def study(self) -> Study | None:
        data = self.data
        for name in data:
            if name not in (*_STUDY, *_WRITTEN):
                known = ", ".join((*_STUDY, *_WRITTEN))
                self._say(joined("", name), f"is not known here; known are {known}")
        values = {name: data[name] for name in _STUDY if name in data}
        self._read_seeds(values)
        base = self._base()
        if "sweep" in data:
            if "configurations" in data:
                self._say("sweep", "takes the place of configurations; leave one of them out")
            values |= self._swept(base)
        else:
            values["configurations"] = self._configurations(base)
        return self._made(values)

    def _made(self, values: dict[str, Any]) -> Study | None:
        """Make the study; where a part is missing for a mistake, only say what else is wrong."""
        known = {m.path for m in self.mistakes}
        if not values.get("configurations") and self.mistakes:
            values["configurations"] = None
        found: list[Mistake] = []
        study: Study | None = decode(Study, values, "", found)
        for mistake in found:
            told = mistake.path == "configurations" and known
            if not told and mistake.path not in known:
                self.mistakes.append(mistake)
        return study

    def _read_seeds(self, values: dict[str, Any]) -> None:
        n = self.data.get("seeds")
        if n is None:
            if "search_seeds" not in self.data:
                self._say("seeds", "is missing: how many, such as 30; or list search_seeds")
                values["search_seeds"] = (1,)
            return
        if "search_seeds" in self.data:
            self._say("seeds", "says what search_seeds says; leave one of them out")
        if not isinstance(n, int) or isinstance(n, bool):
            self._say("seeds", f"must be a whole number, is {shown_value(n)}")
        elif not 1 <= n <= _MOST_SEEDS:
            self._say("seeds", f"must be from 1 to {_MOST_SEEDS:,}, is {n:,}")
        else:
            values["search_seeds"] = tuple(range(1, n + 1))
        values.setdefault("search_seeds", (1,))

    def _base(self) -> RunSpec | None:
        """Return what the configurations have in common, with what is set for all."""
        if "base" not in self.data:
            for name in ("set", "stopping", "sweep"):
                if name in self.data:
                    self._say(name, "needs a base to change: a preset, a file or a table")
            return None
        base = self._spec(self.data["base"], "base")
        if base is None:
            return None
        return self._changed(base, self.data.get("set", {}), "set")

    def _configurations(self, base: RunSpec | None) -> tuple[Configuration, ...]:
        listed = self.data.get("configurations")
        if listed is None:
            if base is not None:
                return self._configuration({"name": self._base_name()}, "base", base)
            if "base" not in self.data:
                self._say("configurations", "is missing: what is compared; or name a base")
            return ()
        if not isinstance(listed, list | tuple):
            self._say("configurations", f"must be a list of tables, is {shown_value(listed)}")
            return ()
        made: list[Configuration] = []
        for i, table in enumerate(listed):
            made += self._configuration(table, f"configurations[{i}]", base)
        return tuple(made)

    def _configuration(
        self, table: Any, path: str, base: RunSpec | None
    ) -> tuple[Configuration, ...]:
        """Return one configuration, or none where there is a mistake."""
        if not isinstance(table, Mapping):
            self._say(path, f"must be a table of settings, is {shown_value(table)}")
            return ()
        before = len(self.mistakes)
        for name in table:
            if name not in ("name", "spec", "set"):
                known = "is not known here; known are name, spec, set"
                self._say(joined(path, name), known)
        if "name" not in table:
            self._say(joined(path, "name"), "is missing")
        if "spec" in table:
            base = self._spec(table["spec"], joined(path, "spec"))
        elif base is None and "base" not in self.data:
            self._say(joined(path, "spec"), "is missing; or name a base for all")
        if base is not None:
            base = self._changed(base, table.get("set", {}), joined(path, "set"))
        if base is None or len(self.mistakes) > before:
            return ()
        made: Configuration | None = decode(
            Configuration, {"name": table["name"], "spec": base}, path, self.mistakes
        )
        return () if made is None else (made,)

    def _spec(self, source: Any, path: str) -> RunSpec | None:
        """Return a spec that is named or written out, with the stopping that all share."""
        try:
            if isinstance(source, str):
                file = Path(source).suffix.lower() in (".toml", ".json")
                spec = RunSpec.load(self.folder / source if file else source)
            elif isinstance(source, RunSpec):
                spec = source
            else:
                spec = RunSpec.of_own(source, self.folder)
            if "stopping" in self.data:
                spec = spec.with_value("stopping", self.data["stopping"])
            return spec
        except SpecError as error:
            for mistake in error.mistakes:
                inside = mistake.path.partition(".")[0] in (f.name for f in fields(RunSpec))
                if "stopping" in self.data and mistake.path.startswith("stopping"):
                    self._say(mistake.path, mistake.message)
                elif inside:
                    self._say(joined(path, mistake.path), mistake.message)
                else:
                    self._say(path, str(mistake))
            return None

    def _changed(self, base: RunSpec, table: Any, path: str) -> RunSpec | None:
        """Return a spec with some settings laid over it."""
        if not isinstance(table, Mapping):
            self._say(path, f"must be a table of settings, is {shown_value(table)}")
            return None
        try:
            # Another kind comes with settings of its own, so it is laid over before them.
            pairs = sorted(_flattened(table), key=lambda pair: not pair[0].endswith("kind"))
            return base.with_values(pairs)
        except SpecError as error:
            for mistake in error.mistakes:
                self._say(joined(path, mistake.path), mistake.message)
            return None

    def _swept(self, base: RunSpec | None) -> dict[str, Any]:
        """Return the fields of a study that a sweep makes."""
        nothing: dict[str, Any] = {"configurations": ()}
        table = self.data["sweep"]
        if not isinstance(table, Mapping):
            self._say("sweep", f"must be a table of settings, is {shown_value(table)}")
            return nothing
        for name in table:
            if name not in ("over", "random", "seed"):
                self._say(joined("sweep", name), "is not known here; known are over, random, seed")
        over, n, seed = table.get("over"), table.get("random"), table.get("seed", 1)
        if not isinstance(over, Mapping):
            told = "is missing" if over is None else f"is {shown_value(over)}"
            self._say("sweep.over", f"must be a table of values by path, {told}")
            return nothing
        for name, number in (("random", n), ("seed", seed)):
            if number is not None and (not isinstance(number, int) or isinstance(number, bool)):
                self._say(f"sweep.{name}", f"must be a whole number, is {shown_value(number)}")
                return nothing
        if base is None:
            return nothing
        values = {path: _values(value) for path, value in _flattened(over)}
        try:
            cells = (
                sweep.grid_cells(base, values)
                if n is None
                else sweep.random_cells(base, values, n, seed)
            )
        except SpecError as error:
            for mistake in error.mistakes:
                self._say(joined("sweep.over", mistake.path), mistake.message)
            return nothing
        title = self.data.get("title") or sweep.title(base, values)
        return {"configurations": cells, "over": tuple(values), "title": title}

    def _base_name(self) -> str:
        base = self.data["base"]
        return Path(base).stem if isinstance(base, str) else "base"

    def _say(self, path: str, message: str) -> None:
        mistake = Mistake(path, message)
        if mistake not in self.mistakes:  # what all share is wrong once
            self.mistakes.append(mistake)


def _values(written: Any) -> sweep.Values:
    if isinstance(written, str):
        return sweep.read_values(written)
    return written if isinstance(written, list | tuple) else [written]


def _flattened(table: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (path, value) for a table whose names are paths, or that has tables inside."""
    for name, value in table.items():
        inner = f"{path}.{name}" if path else str(name)
        if isinstance(value, Mapping):
            yield from _flattened(value, inner)
        else:
            yield inner, value
