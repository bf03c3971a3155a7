"""Statistics in files: as a table, as one object, as arrays."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from optiviz.engine.run import Run
from optiviz.reports.data.rows import ends
from optiviz.reports.data.summary import json_text, numbers
from optiviz.reports.data.tables import write_table
from optiviz.store.atomic import write_text, writing

if TYPE_CHECKING:
    from optiviz.reports.data.statistics import Group, Statistics
    from optiviz.reports.formats import Options

_BANDS = ("least", "lower_quartile", "median", "upper_quartile", "most")
_ABOUT = (
    "Groups are runs that differ in nothing but their seeds.",
    "A run without a value counts as the worst; the mean, the least and the most leave it out.",
    "low and high bound the median: 95 of 100 such intervals hold it. Fewer than six runs bound "
    "nothing.",
    "The course is the measure over evaluations, in which a gradient counts as gradient_weight "
    "more; going says how many runs went on as far.",
)


def of_runs_by(
    write: Callable[["Statistics", Path], None],
) -> Callable[[Sequence[Run], Path, "Options"], None]:
    """Return what writes the statistics of runs, those that differ in their seeds alone a group.

    It raises StoreError if a run has not started, or the file can't be written.
    """

    def write_runs(runs: Sequence[Run], path: Path, options: "Options") -> None:
        from optiviz.reports.data.statistics import of_runs

        ends(runs, path, None)
        write(of_runs(runs, options.progress), path)

    return write_runs


def write_csv(found: "Statistics", path: Path) -> None:
    """Write a row for each number of each group.

    Raises
    ------
    StoreError
        If the file can't be written.
    """
    from optiviz.reports.data.statistics import table

    write_table(list(table(found)), path)


def write_json(found: "Statistics", path: Path) -> None:
    """Write runs, groups, courses and the comparison as one object.

    Raises
    ------
    StoreError
        If the file can't be written.
    """
    from optiviz.reports.data.statistics import plain

    comparison = found.comparison
    data = {
        "about": list(_ABOUT),
        "notes": list(found.notes),
        "gradient_weight": found.gradient_weight,
        "groups": [
            {
                "name": group.name,
                "measure": group.measure,
                "spec": group.spec.to_dict(),
                "quantities": {one.name: plain(one) for one in group.quantities},
                "course": {name: numbers(values) for name, values in _course(group).items()},
                "runs": list(group.rows()),
            }
            for group in found.groups
        ],
        "comparison": None if comparison is None else comparison.to_dict(),
    }
    write_text(path, json_text(data))


def write_npz(found: "Statistics", path: Path) -> None:
    """Write runs, groups and courses as arrays: of the first group as ``group_1/...``.

    Raises
    ------
    StoreError
        If the file can't be written.
    """
    sentences = [] if found.comparison is None else found.comparison.sentences
    arrays: dict[str, Any] = {
        "about": np.array("\n".join(_ABOUT)),
        "notes": np.array("\n".join(found.notes)),
        "comparison": np.array("\n".join(sentences)),
        "gradient_weight": np.array(found.gradient_weight),
        "groups": np.array([group.name for group in found.groups]),
    }
    for place, group in enumerate(found.groups, 1):
        at = f"group_{place}/"
        arrays[f"{at}spec"] = np.array(json.dumps(group.spec.to_dict(), allow_nan=False))
        arrays[f"{at}measure"] = np.array(group.measure)
        arrays[f"{at}quantities"] = np.array([one.name for one in group.quantities])
        names = [name for name, v in vars(group.quantities[0]).items() if not isinstance(v, str)]
        for name in names:
            values = [getattr(one, name) for one in group.quantities]
            arrays[f"{at}{name}"] = np.array(values)
        rows = list(group.rows())
        for name in dict.fromkeys(name for row in rows for name in row):
            arrays[f"{at}runs/{name}"] = _column([row.get(name) for row in rows])
        arrays |= {f"{at}course/{name}": values for name, values in _course(group).items()}
    with writing(path) as file:
        np.savez_compressed(file, **arrays)


def _course(group: "Group") -> dict[str, Any]:
    course = group.course
    bands = dict(zip(_BANDS, group.bands, strict=True))
    return {"evaluations": course.x, **bands, "going": course.going}


def _column(values: list[Any]) -> Any:
    """Return values as an array that needs no pickle: None becomes nan, or an empty text."""
    if any(isinstance(value, str) for value in values):
        return np.array(["" if value is None else value for value in values])
    if all(isinstance(value, int) for value in values):
        return np.array(values)
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
