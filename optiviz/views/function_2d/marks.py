"""What a run leaves on the ground: its way, where it is, and all members that it has there."""

from typing import Any

import numpy as np

from optiviz.analysis.ellipses import ellipse
from optiviz.analysis.runs.paths import Path, path
from optiviz.engine.optimizer import State
from optiviz.views import Shown
from optiviz.views.figure import Action, Array, Arrows, Item, Line, Points, Spots
from optiviz.views.function_2d.ground import Plane
from optiviz.views.palette import dash_of_run

_DOTS = 60  # places of the path up to which each has its own dot
_MEMBERS = 400  # of a population


def run_marks(one: Shown, plane: Plane) -> tuple[list[Item], tuple[Spots, ...]]:
    """Return what is drawn of a run up to its iteration, and what of it can be pointed at."""
    role, state, chosen = f"run:{one.number}", one.reader.state(one.k), list(plane.chosen)
    been = path(one.run, one.reader, one.k, plane.chosen)
    u, v = plane.near(been.x)
    items: list[Item] = [
        Line(u, v, "card", width=2.2, opacity=0.55),  # so that it shows on any colour
        Line(u, v, role, width=1.1, dash=dash_of_run(one.number)),
    ]
    if len(u) <= _DOTS:
        items.append(Points(u, v, role, size=0.32))
    items += [*_members(state, plane, role), *_shape(state, plane, role)]
    begun = plane.near(one.reader.stepper.start_point()[None, chosen])
    items.append(Points(*begun, "card", size=0.95, opacity=0.75))
    items.append(Points(*begun, role, "ring", size=0.85, hollow=True))
    now = plane.near(state.x[None, chosen])
    items.append(Points(*now, role, size=0.8, outlined=True, label=one.name))
    return items, (_places(one, plane, been), *_crowd(one, plane, state))


def words(state: State) -> list[str]:
    """Say what the marks of a state mean, beyond its path."""
    said = []
    if hasattr(state, "population"):
        said.append("Small rings are the members of a population; the large marker is the best.")
    if hasattr(state, "velocity"):
        said.append("Thin arrows are the velocities of its particles.")
    if _distribution(state) is not None:
        said.append(
            "The ellipses are 1 and 2 standard deviations of the distribution from which the next "
            "generation is drawn, about the plus: 39% and 86% of it fall within."
        )
    if hasattr(state, "simplex"):
        said.append("The closed line is the simplex.")
    return said


def _members(state: State, plane: Plane, role: str) -> list[Item]:
    """Return the members of a population, and the velocities of those that fly."""
    members: Array | None = getattr(state, "population", None)
    if members is None:
        return []
    thin, chosen = slice(None, None, max(1, -(-len(members) // _MEMBERS))), list(plane.chosen)
    points = members[thin, :][:, chosen]
    u, v = cloud = plane.near(points)
    items: list[Item] = []
    velocity: Array | None = getattr(state, "velocity", None)
    if velocity is not None:
        with np.errstate(all="ignore"):
            to = plane.near(points + velocity[thin, :][:, chosen])
        both = np.isfinite(v + to[1])
        u, v, du, dv = u[both], v[both], (to[0] - u)[both], (to[1] - v)[both]
        items += [
            _shafts(u, v, du, dv),
            Arrows(u, v, du, dv, role, width=0.7),
        ]
    return [
        *items,
        Points(*cloud, "card", size=0.5, opacity=0.7),
        Points(*cloud, role, "ring", size=0.45, hollow=True),
    ]


def _shafts(u: Array, v: Array, du: Array, dv: Array) -> Line:
    """Return what lies under arrows, so that they show on any colour."""
    x = np.column_stack([u, u + du, u + du]).ravel()
    y = np.column_stack([v, v + dv, np.full(len(v), np.nan)]).ravel()
    return Line(x, y, "card", width=1.8, opacity=0.5)


def _shape(state: State, plane: Plane, role: str) -> list[Item]:
    """Return the ellipses of a distribution, and a simplex."""
    items: list[Item] = []
    chosen = list(plane.chosen)
    found = _distribution(state)
    if found is not None:
        mean, covariance = found
        both = covariance[np.ix_(chosen, chosen)]
        for size, width in ((1.0, 1.3), (2.0, 0.8)):
            u, v = plane.near(ellipse(mean[chosen], both, size))
            items.append(Line(u, v, "card", width=width + 1.4, opacity=0.55))
            items.append(Line(u, v, role, width=width))
        centre = plane.near(mean[None, chosen])
        items.append(Points(*centre, "card", size=0.8, opacity=0.6))
        items.append(Points(*centre, role, "plus", size=0.6))
    simplex: Array | None = getattr(state, "simplex", None)
    if simplex is not None:
        corners = np.vstack([simplex, simplex[:1]])[:, chosen]
        u, v = plane.near(corners)
        items.append(Line(u, v, "card", width=2.6, opacity=0.6))
        items.append(Line(u, v, role, width=1.4))
        items.append(Points(u[:-1], v[:-1], role, "diamond", size=0.4))
    return items


def _distribution(state: State) -> tuple[Array, Array] | None:
    """Return the mean and the covariance that the next points are drawn from, if there are any."""
    found: Any = state
    if not all(hasattr(state, name) for name in ("mean", "sigma", "covariance")):
        return None
    spread = found.covariance
    with np.errstate(all="ignore"):
        covariance = found.sigma**2 * (np.diag(spread) if spread.ndim == 1 else spread)
    return found.mean, covariance


def _places(one: Shown, plane: Plane, been: Path) -> Spots:
    """Return the places of a path, each with its iteration to go to."""
    u, v = been.x.T
    values = been.f.copy()
    unknown = ~np.isfinite(values)
    if plane.problem.dim == 2 and unknown.any():
        with np.errstate(all="ignore"):
            values[unknown] = plane.problem.function.value(been.x[unknown])
    names = ("x", "y") if plane.problem.dim == 2 else (f"x{i + 1}" for i in plane.chosen)
    across, up = names
    run = (one.name,) * len(u) if one.name else ()
    return Spots(
        *plane.near(been.x),
        (
            *((("run", run),) if run else ()),
            ("iteration", tuple(f"{k:,}" for k in been.k.tolist())),
            (across, u),
            (up, v),
            ("f", values),
        ),
        tuple(Action(f"Go to iteration {k:,}", seek=k) for k in been.k.tolist()),
    )


def _crowd(one: Shown, plane: Plane, state: State) -> tuple[Spots, ...]:
    """Return the members of a population, each with its value."""
    found: Any = state
    members = getattr(found, "population", getattr(found, "simplex", None))
    values = getattr(found, "values", None)
    if members is None or values is None or len(values) != len(members):
        return ()
    thin = slice(None, None, max(1, -(-len(members) // _MEMBERS)))
    points = members[thin, :][:, list(plane.chosen)]
    names = ("x", "y") if plane.problem.dim == 2 else [f"x{i + 1}" for i in plane.chosen]
    what = "member of" if hasattr(state, "population") else "corner of"
    run = (one.name or "the run",) * len(points)
    facts = ((what, run), (names[0], points[:, 0]), (names[1], points[:, 1]), ("f", values[thin]))
    return (Spots(*plane.near(points), facts, reach=0.6),)
