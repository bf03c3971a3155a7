"""The classic demonstrations, as data: one TOML file each.

``[spec]`` is a run; each of ``[[companions]]`` is a table laid over it for one more run.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from optiviz.engine.parameters import Mistake, SpecError
from optiviz.engine.spec import RunSpec


@dataclass(frozen=True)
class Preset:
    """A demonstration: what it shows, and its runs.

    Attributes
    ----------
    name : str
        What the command line calls it.
    title, about : str
        On screen.
    specs : tuple of (str, RunSpec)
        A name and a spec for each run, the main one first.
    """

    name: str
    title: str
    about: str
    specs: tuple[tuple[str, RunSpec], ...]

    @property
    def spec(self) -> RunSpec:
        """The main run."""
        return self.specs[0][1]


def names() -> list[str]:
    """Return the presets' names, in the order in which they are best taught."""
    files = resources.files(__name__).iterdir()
    found = [file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml")]
    return sorted(found, key=lambda name: (_place(load(name).title), name))


def _place(title: str) -> tuple[int, str]:
    """Return where a title belongs: by the number that it begins with."""
    number, _, words = title.partition(" · ")
    return int(number), words


@cache
def load(name: str) -> Preset:
    """Return a preset.

    Raises
    ------
    SpecError
        If there is none of this name.
    """
    known = {f.name: f for f in resources.files(__name__).iterdir() if f.name.endswith(".toml")}
    if f"{name}.toml" not in known:
        presets = ", ".join(sorted(file.removesuffix(".toml") for file in known))
        raise SpecError([Mistake(name, f"is neither a file nor a preset; presets are {presets}")])
    data = tomllib.loads(known[f"{name}.toml"].read_text(encoding="utf-8"))
    main = data["spec"]
    specs = [(data["run"], RunSpec.from_dict(main))]
    for companion in data.get("companions", []):
        over = dict(companion)
        specs.append((over.pop("run"), RunSpec.from_dict(_laid_over(main, over))))
    return Preset(name, data["title"], data["about"], tuple(specs))


def _laid_over(table: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(table)
    for name, value in over.items():
        under = table.get(name)
        if isinstance(value, dict) and isinstance(under, dict):
            same_kind = value.get("kind") in (None, under.get("kind"))
            merged[name] = _laid_over(under, value) if same_kind else value
        else:
            merged[name] = value
    return merged
