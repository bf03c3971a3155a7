"""Which names a spec may use. Imports the registry."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optiviz.cli.shared import Json
from optiviz.engine import registry
from optiviz.engine.description import description
from optiviz.engine.parameters import Mistake, SpecError

if TYPE_CHECKING:
    from optiviz.reports.formats import Format

FAMILIES = (
    "optimizers",
    "schedules",
    "datasets",
    "functions",
    "problems",
    "activations",
    "losses",
    "views",
    "presets",
    "studies",
    "formats",
)


def list_(
    family: Annotated[str, typer.Argument(help=f"One of {', '.join(FAMILIES)}.")],
    as_json: Json = False,
) -> None:
    """List the names that a spec may use, or that export writes, group by group."""
    if family not in FAMILIES:
        raise SpecError([Mistake(family, f"can't be listed; write {', '.join(FAMILIES)}")])
    rows = list(_listed(family))
    if as_json:
        print(json.dumps(rows))
        return
    width = max(len(row["name"]) for row in rows)
    longest = max(len(row["label"]) for row in rows)
    for row in rows:
        line = f"{row['name']:<{width}}  {row['label']:<{longest}}  {row.get('group', '')}"
        print(line.rstrip())


def _listed(family: str) -> Iterator[dict[str, Any]]:
    """Yield what is known of each: its name in a spec and its label first."""
    if family == "presets":
        from optiviz import presets

        for name in presets.names():
            yield {"name": name, "label": presets.load(name).about}
    elif family == "studies":
        from optiviz.studies import reading

        for name in reading.names():
            yield {"name": name, "label": reading.about(name)}
    elif family in ("activations", "losses"):
        from optiviz.networks.activations import ACTIVATIONS
        from optiviz.networks.losses import LOSSES

        table: dict[str, Any] = {**(ACTIVATIONS if family == "activations" else LOSSES)}
        yield from ({"name": name, **entry.described()} for name, entry in table.items())
    elif family == "formats":
        from optiviz.reports.formats import formats

        yield from (_format(one) for one in formats().values())
    else:
        groups = registry.in_groups(registry.kinds(family).values())
        yield from (description(cls) for classes in groups.values() for cls in classes)


def _format(one: "Format") -> dict[str, Any]:
    return {
        "name": one.name,
        "label": one.label,
        "group": one.group,
        "about": one.about,
        "suffix": one.suffix,
        "takes": sorted(one.takes),
        "several": one.several,
        "needs": one.needs or None,
    }
