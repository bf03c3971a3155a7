"""What a sweep varies: the value of a setting in each configuration, and how it lies on an axis."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from optiviz.engine.problem import Array
from optiviz.studies.plan import Study
from optiviz.studies.settings import Setting, settings, value_at

_FAR = 20.0  # the largest value times the smallest, from which on logarithms suit


@dataclass(frozen=True, eq=False)
class Swept:
    """One setting that a sweep varies.

    Attributes
    ----------
    setting : Setting
    values : tuple
        What it can be, once each: numbers in rising order, others as listed.
    of : ndarray of int, shape (configurations,)
        Which of the values each configuration has.
    numeric : bool
    """

    setting: Setting
    values: tuple[Any, ...]
    of: np.ndarray[Any, np.dtype[np.int64]]
    numeric: bool

    @property
    def label(self) -> str:
        """What people call it."""
        return self.setting.label

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The values as people read them."""
        return tuple(map(self.setting.value_label, self.values))

    @property
    def log(self) -> bool:
        """Whether numbers stand better on a logarithmic axis."""
        if not self.numeric or len(self.values) < 2 or min(self.values) <= 0:
            return False
        return bool(max(self.values) >= _FAR * min(self.values))

    @cached_property
    def numbers(self) -> Array:
        """The values as numbers, or the places of categories from 0."""
        if self.numeric:
            return np.array(self.values, dtype=np.float64)
        return np.arange(len(self.values), dtype=np.float64)


def setting_of(study: Study, path: str) -> Swept:
    """Return what a sweep varies at a path."""
    specs = [configuration.spec for configuration in study.configurations]
    named = next(
        each
        for each in settings(specs[0], study.over if path in study.over else (path,))
        if each.path == path
    )
    found = [value_at(spec, path) for spec in specs]
    numeric = all(
        isinstance(v, int | float) and not isinstance(v, bool) and math.isfinite(v) for v in found
    )
    keys = [repr(v) for v in found]
    known = dict(zip(keys, found, strict=True))
    ordered = sorted(known, key=lambda key: known[key]) if numeric else list(known)
    places = {key: i for i, key in enumerate(ordered)}
    of = np.array([places[key] for key in keys], dtype=np.int64)
    return Swept(named, tuple(known[key] for key in ordered), of, numeric)
