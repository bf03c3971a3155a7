"""The parts of the step that comes next, as arrows from where a run is."""

from dataclasses import dataclass
from math import hypot, log10

import numpy as np

from optiviz.engine.run import RunStatus
from optiviz.views import Shown
from optiviz.views.figure import Array, Arrows, Dash, Item, LegendEntry, Line, Spots
from optiviz.views.function_2d.ground import Plane

# As shares of the picture's side:
_SEEN = 0.06  # a step that is shorter is drawn longer
_LARGE = 0.16  # as long as that at most
_LONGEST = 0.3  # what is longer is cut
_DIRECTION = 0.15  # how long an arrow is that has only a direction

_TELLING = 1e6  # times as long as it is: beyond, people only learn that it is too short to see

_CASED = 0.85  # of an arrow has an edge, so that it shows on any colour: not the head

_LOOKS: dict[str, tuple[str, Dash]] = {
    "gradient": ("text", "dash"),
    "memory": ("text", "dot"),
    "other": ("muted", "dashdot"),
}


@dataclass(frozen=True)
class StepArrows:
    """Arrows, and the words for them."""

    items: tuple[Item, ...] = ()
    spots: tuple[Spots, ...] = ()
    legend: tuple[LegendEntry, ...] = ()
    caption: str = ""


def step_arrows(one: Shown, plane: Plane) -> StepArrows:
    """Return the step after a run's iteration, and what it is made of."""
    reader, chosen = one.reader, list(plane.chosen)
    if one.run.status is RunStatus.FAILED and one.k >= one.run.trace.last_k:
        return StepArrows()  # what comes next is what failed
    state = reader.state(one.k)
    stepper = reader.stepper
    state = stepper.entering(state)
    optimizer = stepper.spec.optimizer_after(one.k)
    with np.errstate(all="ignore"):
        parts = optimizer.parts(stepper.problem, state)
    if not parts or not np.isfinite(state.x).all():
        return StepArrows()
    after, _ = stepper.steps(reader.state(one.k), 1)
    with np.errstate(all="ignore"):
        step = (after.x - state.x)[chosen]
    found: list[tuple[str, str, Array, bool]] = [
        (part.kind, part.label, part.vector[chosen], part.scaled) for part in parts
    ]
    plain = len(found) == 1 and found[0][3] and np.allclose(found[0][2], step, rtol=1e-6, atol=0)
    if plain:  # one arrow, since the other would lie under it
        found = [("step", f"step = {found[0][1]}", step, True)]
    else:
        found.append(("step", "step", step, True))
    times = _times(step, [v for _, _, v, scaled in found if scaled], plane.side)
    lower: list[Item] = []
    upper: list[Item] = []
    legend, heads, cut = [], [], False
    begin = np.concatenate(plane.near(state.x[None, chosen]))
    for kind, label, vector, scaled in found:
        drawn, shortened = _drawn(vector, times if scaled else None, plane.side)
        role, dash = _LOOKS.get(kind, (f"run:{one.number}", "solid"))
        if drawn is None:
            continue
        x, y, dx, dy = (np.array([w]) for w in (*begin, *drawn))
        width = 2.4 if kind == "step" else 1.5
        ends = np.linspace(begin, begin + _CASED * drawn, 2)
        lower.append(Line(ends[:, 0], ends[:, 1], "card", width=width + 2, opacity=0.6))
        upper.append(Arrows(x, y, dx, dy, role, width=width, dash=dash))
        cut = cut or shortened
        legend.append(LegendEntry(_named(label, kind, times, shortened), role, "line", dash))
        heads.append((begin + drawn, label, vector))
    return StepArrows(
        (*lower, *upper), _spots(heads), tuple(legend), _caption(found, times, cut, one.k)
    )


def _length(vector: Array) -> float:
    return hypot(*vector.tolist())  # no squares: they are too large sooner


def _times(step: Array, vectors: list[Array], side: float) -> float:
    """Return how many times as long as they are arrows are drawn: 1, or 2, 5, 10, 20 ..."""
    length = _length(step)
    if not 0 < length < np.inf:
        length = max((_length(v) for v in vectors), default=0.0)
    if not 0 < length < _SEEN * side:
        return 1.0
    room = min(_LARGE * side / length, 1e300)
    decade = 10.0 ** np.floor(log10(room))
    return float(max(decade * lead for lead in (1, 2, 5) if lead * decade <= room * (1 + 1e-9)))


def _drawn(vector: Array, times: float | None, side: float) -> tuple[Array | None, bool]:
    """Return an arrow as it is drawn, or None where there is none, and whether it was cut."""
    length = _length(vector)
    if not 0 < length < np.inf:
        return None, False
    if times is None:
        return vector / length * (_DIRECTION * side), False
    if length * times > _LONGEST * side:
        return vector / length * (_LONGEST * side), True
    return vector * times, False


def _named(label: str, kind: str, times: float, shortened: bool) -> str:
    if shortened:
        return f"{label}, cut"
    if kind != "step" or times == 1:
        return label
    return f"{label}, drawn longer" if times > _TELLING else f"{label} × {times:,.10g}"


def _spots(heads: list[tuple[Array, str, Array]]) -> tuple[Spots, ...]:
    if not heads:
        return ()
    at = np.array([head for head, _, _ in heads])
    lengths = np.array([_length(vector) for _, _, vector in heads])
    across, up = np.array([vector for _, _, vector in heads]).T
    facts = (
        ("arrow", tuple(label for _, label, _ in heads)),
        ("length", lengths),
        ("to the right", across),
        ("up", up),
    )
    return (Spots(at[:, 0], at[:, 1], facts, reach=0.6),)


def _caption(found: list[tuple[str, str, Array, bool]], times: float, cut: bool, k: int) -> str:
    kinds = {"gradient": "dashed", "memory": "dotted", "other": "dashed and dotted"}
    named = [f"{kinds[kind]} {label}" for kind, label, _, _ in found if kind in kinds]
    size = "as long as it is" if times == 1 else f"{times:,.10g} times as long as it is"
    if times > _TELLING:
        size = "longer: it is too short to see"
    if not named:
        return f"The arrow is the {found[-1][1]} after iteration {k:,}, drawn {size}."
    said = f"Arrows are the step after iteration {k:,}, solid, and its parts: {', '.join(named)}."
    if all(scaled for *_, scaled in found):
        said += f" Each is drawn {size}"
    else:
        said += f" The step is drawn {size}; of its parts only the direction has a meaning"
    return f"{said}{', and cut where it is too long' if cut else ''}."
