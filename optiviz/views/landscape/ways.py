"""Runs on a plane: where each has been, is and will be."""

import numpy as np

from optiviz.analysis.landscape import Ground
from optiviz.analysis.runs.paths import Path
from optiviz.analysis.runs.surveys import survey_of, with_point
from optiviz.engine.problem import Reading
from optiviz.engine.wording import rounded
from optiviz.views import Shown
from optiviz.views.figure import Action, Array, Item, Line, Points, Spots
from optiviz.views.palette import dash_of_run

_FAR = 50.0  # pictures away a path is cut off
_DOTS = 60  # places of a path up to which each has its own dot


class Way:
    """A run on the plane: where it has been, is and will be."""

    def __init__(self, one: Shown, name: str, ground: Ground, goal: Reading) -> None:
        self.one, self.ground = one, ground
        self.name, self.role = name, f"run:{one.number}"
        self.dash = dash_of_run(one.number)
        self.reading, self.goal = one.run.spec.problem.reading, goal
        self.state = one.reader.state(one.k)
        self.is_noisy = one.run.spec.optimizer_after(max(0, one.k - 1)).is_noisy
        path = with_point(survey_of(one.run).path(), self.state.x, self.state.f, one.k)
        seen = path.k <= one.last_seen
        self.path = Path(path.k[seen], path.x[seen], path.f[seen])
        self.uv = self._places(self.path.x)
        self.off = ground.plane.distances(self.path.x)
        self.now = int(np.searchsorted(self.path.k, one.k))
        present = self.uv[self.now : self.now + 1]
        self.inside = ground.extent.holds(present)

    def _places(self, X: Array) -> Array:
        """Return places on the plane, none so far off that a screen has no numbers for them."""
        left, right, bottom, top = self.ground.extent
        low, high = np.array([left, bottom]), np.array([right, top])
        reach = _FAR * (high - low)
        return np.clip(self.ground.plane.project(X), low - reach, high + reach)

    def items(self) -> list[Item]:
        """Return its path, what is beyond the playhead pale, where it began and where it is."""
        been, ahead = _there(self.uv[: self.now + 1]), _there(self.uv[self.now :])
        if not len(been):
            return []
        (u, v), (begun_u, begun_v), (now_u, now_v) = been.T, been[:1].T, been[-1:].T
        found: list[Item] = []
        if len(ahead) > 1:
            ahead_u, ahead_v = ahead.T
            found.append(Line(ahead_u, ahead_v, self.role, dash=self.dash, opacity=0.35))
        found += [
            Line(u, v, "card", width=2.2, opacity=0.55),  # so that it shows on any colour
            Line(u, v, self.role, width=1.1, dash=self.dash),
        ]
        if len(u) <= _DOTS:
            found.append(Points(u, v, self.role, size=0.32))
        found += [
            Points(begun_u, begun_v, "card", size=0.95, opacity=0.75),
            Points(begun_u, begun_v, self.role, "ring", size=0.85, hollow=True),
            Points(now_u, now_v, self.role, size=0.8, outlined=True, label=self.name),
        ]
        return found

    def on(self) -> list[tuple[Line, Array]]:
        """Return its path so far with the heights of the ground under it."""
        uv, heights = self.ground.draped(self.uv[: self.now + 1])
        u, v = uv.T
        return [(Line(u, v, self.role, self.name, self.dash), self.goal.value(heights))]

    def spots(self) -> Spots:
        """Return what its points tell: when, how good, how far beside the plane."""
        there = np.isfinite(self.uv).all(axis=1)
        (u, v), ks = self.uv[there].T, self.path.k[there]
        batch = " of its batch" if self.is_noisy else ""
        facts: tuple[tuple[str, Array | tuple[str, ...]], ...] = (
            ("iteration", ks.astype(np.float64)),
            (f"{self.reading.name}{batch}", self.reading.value(self.path.f[there])),
            ("beside the plane", self.off[there]),
        )
        if self.name:
            facts = (("run", (self.name,) * len(ks)), *facts)
        actions = tuple(Action(f"Go to iteration {k:,}", seek=k) for k in ks.tolist())
        return Spots(u, v, facts, actions)

    def words(self, named: bool) -> str:
        """Say where it is, and how good by all rows: a batch's value isn't what the plane shows."""
        who, off = self.name if named else "", float(self.off[self.now])
        if not np.isfinite(off):
            return f"At iteration {self.one.k:,} {who or 'the run'} has flown off."
        value = rounded(float(self.reading.value(np.array(self._f()))))
        whose = f" of {who}" if who else ""
        place = "is on the plane"
        if off > 1e-6 * max(1.0, float(np.abs(self.state.x).max())):
            place = f"lies {rounded(off)} beside the plane, which has {self._under()} there"
        what = f"the {self.reading.name}{whose} is {value}"
        return f"At iteration {self.one.k:,} {what}, and the point {place}."

    def _f(self) -> float:
        if self.is_noisy:
            return float(self.one.reader.stepper.problem.evaluate(self.state.x[None])[0])
        return self.state.f

    def _under(self) -> str:
        """Return the value of the plane there."""
        here = self.ground.heights(self.uv[self.now : self.now + 1])
        return rounded(float(self.goal.value(here)[0]))


def _there(uv: Array) -> Array:
    return np.asarray(uv[np.isfinite(uv).all(axis=1)])
