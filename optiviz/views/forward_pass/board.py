"""The diagram on which the numbers of one row appear, step by step."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from optiviz.analysis.networks import units
from optiviz.analysis.networks.diagrams import elided, heights
from optiviz.views.figure import (
    Array,
    Axis,
    Figure,
    Item,
    LegendEntry,
    Line,
    Strokes,
    Text,
    Tiles,
)
from optiviz.views.forward_pass.walk import Pace, Part, Step, products_into
from optiviz.views.forward_pass.words import Narrator, n

_WIDTH = 70.0  # letters across a usual card
_LOW, _HIGH = -0.05, 1.16  # y, with room for titles
_PLATE = 9.6  # letters of a number's plate
_FLAT = 0.066  # its height
_PALE = 0.4  # of full colour, so that numbers can be read on it
_FEW = 6  # weights of a network whose numbers all stay
_NAME = 13  # letters of a name of an input
_ROOMY = 6  # outputs below which there is room for the verdict
_BELOW = 0.09  # an output: its error
_UNDER = 0.2  # an output with its error: class and loss
_LINE = 0.125  # from one line to the next, also in a figure as wide as a column
_BETWEEN = 6  # letters of room between plates, for numbers there


@dataclass(frozen=True, eq=False)
class Board:
    """A walk at one of its steps.

    Attributes
    ----------
    told : Narrator
    steps : tuple of Step
        All of the walk.
    halts : tuple of int
        At which of them it halts.
    at : int
        The halt on show.
    pace : str
    """

    told: Narrator
    steps: tuple[Step, ...]
    halts: tuple[int, ...]
    at: int
    pace: Pace

    @cached_property
    def now(self) -> Step:
        """The step on show."""
        return self.steps[self.halts[self.at]]

    @cached_property
    def done(self) -> frozenset[Step]:
        """All steps so far."""
        return frozenset(self.steps[: self.halts[self.at] + 1])

    @cached_property
    def fresh(self) -> tuple[Step, ...]:
        """The steps since the last halt."""
        before = self.halts[self.at - 1] + 1 if self.at else 0
        return self.steps[before : self.halts[self.at] + 1]

    @cached_property
    def is_back(self) -> bool:
        """Whether the backward pass is under way."""
        return any(step.is_back for step in self.done)

    # Where things stand

    @cached_property
    def places(self) -> tuple[Array, ...]:
        """Heights of what is shown in each column; the last one is that of the others."""
        return tuple(heights(part.places)[0] for part in self.told.shown)

    @cached_property
    def span(self) -> tuple[float, float]:
        """The ends of x."""
        columns, layers = self.told.columns, len(self.told.columns) - 1
        left = (min(_NAME, max(map(len, columns[0].beside))) + 8) / _WIDTH
        title = len(f"{columns[-1].title} · {columns[-1].activation}") * 0.6
        names = max(map(len, columns[-1].beside)) + 7
        if len(columns[-1].y) > _ROOMY and self.told.errors:
            names += 11  # errors are behind them
        right = max(names, title, 13) / _WIDTH
        width = layers / max(0.3, 1 - left - right)
        return -left * width, layers + right * width

    @cached_property
    def letter(self) -> float:
        """The width of a letter in units of x."""
        return (self.span[1] - self.span[0]) / _WIDTH

    @cached_property
    def size(self) -> float:
        """Of numbers on the diagram."""
        return float(np.clip(1 / self.letter / 17, 0.55, 0.9))

    @property
    def is_tight(self) -> bool:
        """Whether there is no room for numbers between the layers."""
        return 1 / self.letter - _PLATE * self.size < _BETWEEN

    @property
    def plate(self) -> float:
        """Half the width of a plate."""
        return _PLATE * self.size * self.letter / 2

    @property
    def _low(self) -> float:
        """The end of y, with room for the verdict below the last output."""
        outputs = self.places[-1]
        under = _UNDER + 2 * _LINE
        return min(_LOW, float(outputs[-1]) - under) if len(outputs) <= _ROOMY else _LOW

    # Drawing

    def figure(self, title: str, k: int) -> Figure:
        """Draw it."""
        items: list[Item] = []
        items += self._edges()
        items += self._plates()
        items += self._titles()
        items += self._beside()
        items += self._numbers_on_edges()
        items += self._verdict()
        sentence = f"{self.said[0]}: {self.said[1]}".removesuffix(".") + "."
        where = "backward, " if self.is_back else ""
        return Figure(
            title=title,
            note=f"{where}step {self.at + 1:,} of {len(self.halts):,}",
            x=Axis(low=self.span[0], high=self.span[1]),
            y=Axis(low=self._low, high=_HIGH),
            items=tuple(items),
            legend=self._legend(),
            frameless=True,
            caption=(
                f"{self.told.row} in the network at iteration {k:,}, step {self.at + 1:,} of "
                f"{len(self.halts):,}. {sentence}"
            ),
        )

    def pairs(self) -> list[tuple[int, int, int, int, Part]]:
        """Return layer, unit, its place, how many edges come in, and the part below."""
        return [
            (layer, unit, place, self.told.shown[layer - 1].places, self.told.shown[layer - 1])
            for layer in range(1, len(self.told.shown))
            for place, unit in enumerate(self.told.shown[layer].shown.tolist())
        ]

    def _came(self, layer: int, unit: int) -> Array | None:
        """Return what is known of the edges into a unit: products or, on the way back, slopes."""
        if self.is_back:
            if Step("slopes", layer, unit) not in self.done:
                return None
            slopes = self.told.errors[layer - 1].by_weights[unit]
            below = self.told.shown[layer - 1]
            rest = slopes[below.others]
            return np.append(slopes[below.shown], [rest.sum()] if len(rest) else [])
        if Step("products", layer, unit) not in self.done:
            return None
        near, far = products_into(self.told.passed, self.told.shown, layer, unit)
        return np.append(near, [far] if len(self.told.shown[layer - 1].others) else [])

    @cached_property
    def largest(self) -> float:
        """What the strongest stroke stands for."""
        if self.is_back:
            every = [errors.by_weights for errors in self.told.errors]
        else:
            every = [layer.products for layer in self.told.passed.layers]
        sizes = np.concatenate([np.abs(values).ravel() for values in every])
        sizes = sizes[np.isfinite(sizes)]
        return float(sizes.max()) if len(sizes) and sizes.max() > 0 else 1.0

    def _edges(self) -> list[Item]:
        """Return strokes for what is known, and faint lines for what is to come."""
        faint: list[tuple[float, ...]] = []
        strokes: list[tuple[float, ...]] = []
        for layer, unit, place, many, _ in self.pairs():
            came = self._came(layer, unit)
            y1 = float(self.places[layer][place])
            for i in range(many):
                y0 = float(self.places[layer - 1][i])
                ends = (layer - 1 + self.plate, y0, layer - self.plate, y1)
                if came is None:
                    faint.append(ends)
                else:
                    strokes.append((*ends, float(came[i] / self.largest)))
        items: list[Item] = []
        if faint:
            x0, y0, x1, y1s = np.array(faint).T
            gap = np.full(len(x0), np.nan)
            x, y = np.column_stack([x0, x1, x1]).ravel(), np.column_stack([y0, y1s, gap]).ravel()
            items.append(Line(x, y, "muted", width=0.4, opacity=0.35))
        if strokes:
            x0, y0, x1, y1s, values = np.array(strokes).T
            items.append(Strokes(x0, y0, x1, y1s, values, width=3.4))
        return items

    def knows(self, layer: int, unit: int) -> str:
        """Return the number on a unit's plate; empty if it has none yet."""
        if layer == 0:
            return n(self.told.passed.layers[0].inputs[unit])
        passed = self.told.passed.layers[layer - 1]
        transferred = Step("transfer", layer, unit), Step("transfer", layer)
        if any(step in self.done for step in transferred):
            return n(passed.a[unit])
        return f"z {n(passed.z[unit])}" if Step("sum", layer, unit) in self.done else ""

    def _plates(self) -> list[Item]:
        """Return a plate for each unit, with its number, and a frame around the current ones."""
        items: list[Item] = []
        frames: list[tuple[float, float]] = []
        current = {(step.layer, step.unit) for step in self.fresh if step.unit >= 0}
        for number, part in enumerate(self.told.shown):
            inputs = self.told.passed.layers[0].inputs
            said = self.told.passed.layers[number - 1].a if number else inputs
            name = self.told.problem.network.layers[number - 1].activation if number else ""
            shades = np.clip(units.signed(name, said[None])[0], -1, 1)
            known = [self.knows(number, unit) for unit in part.shown.tolist()]
            colours = [
                _PALE * shades[unit] if words and not words.startswith("z") else 0.0
                for unit, words in zip(part.shown.tolist(), known, strict=True)
            ]
            y = self.places[number][: len(part.shown)]
            x = np.full(len(y), float(number))
            tiles = np.array(colours, dtype=np.float64)[:, None, None]
            items.append(Tiles(x, y, tiles, 2 * self.plate, _FLAT))
            for unit, words, up in zip(part.shown.tolist(), known, y.tolist(), strict=True):
                bold = (number, unit) in current
                if words:
                    items.append(
                        Text(number, up, words, "text", "center", bold=bold, size=self.size)
                    )
                if bold:
                    frames.append((number, up))
            if len(part.others):
                more = f"… {len(part.others):,} more"
                at = float(self.places[number][-1])
                items.append(Text(number, at, more, "muted", "center", size=self.size))
        items += [self._frame(x, y) for x, y in frames]
        return items

    def _frame(self, x: float, y: float) -> Item:
        dx, dy = self.plate + 0.3 * self.letter, _FLAT / 2 + 0.006
        across, up = np.array([-dx, dx, dx, -dx, -dx]), np.array([-dy, -dy, dy, dy, -dy])
        return Line(x + across, y + up, "accent", width=1.5)

    def _titles(self) -> list[Item]:
        """Return the names of the layers."""
        items: list[Item] = []
        columns, room = self.told.columns, 1 / self.letter
        for number, one in enumerate(columns):
            words = f"{one.title} · {one.activation}" if one.activation else one.title
            if len(words) * 1.05 > room:
                words = one.title if room > 9 else one.title.removeprefix("hidden ")
            role = (
                "accent" if any(step.layer == number for step in self.fresh) and number else "text"
            )
            items.append(Text(number, 1.1, words, role, "center", bold=True, size=0.95))
        return items

    def _beside(self) -> list[Item]:
        """Return what is written beside inputs and outputs, and the errors beside units."""
        items: list[Item] = []
        columns, shown = self.told.columns, self.told.shown
        gap = self.plate + 0.8 * self.letter
        for number, side in ((0, -1), (len(columns) - 1, 1)):
            anchor: Literal["left", "right"] = "right" if side < 0 else "left"
            for unit, y in zip(shown[number].shown.tolist(), self.places[number], strict=False):
                name = columns[number].beside[unit]
                name = elided(name, _NAME) if side < 0 else name
                items.append(Text(number + side * gap, float(y), name, "text", anchor))
        return items + self._errors()

    def _errors(self) -> list[Item]:
        """Return the errors beside units; under outputs, or behind their names where they are many.

        Where layers are close together, only the current one.
        """
        items: list[Item] = []
        columns = self.told.columns
        for layer, unit, place, _, _ in self.pairs():
            step, column = Step("error", layer, unit), columns[layer]
            inside = layer < len(columns) - 1
            if step not in self.done or (inside and self.is_tight and step not in self.fresh):
                continue
            words = f"error {n(self.told.errors[layer - 1].by_z[unit])}"
            x, y = float(layer), float(self.places[layer][place])
            role, small = "accent" if step in self.fresh else "muted", 0.9 * self.size
            if not inside and len(column.y) <= _ROOMY:
                items.append(Text(x, y - _BELOW, words, role, "center", False, small, True))
                continue
            x += self.plate + 0.5 * self.letter
            if column.beside[unit]:
                x += (len(column.beside[unit]) + 1) * self.letter
            items.append(Text(x, y, words, role, "left", False, small, True))
        return items

    def _numbers_on_edges(self) -> list[Item]:
        """Return the numbers of the edges into the current unit, or into all where they are few."""
        items: list[Item] = []
        pairs = self.pairs()
        few = sum(many for *_, many, _ in pairs) <= _FEW and not self.is_tight
        kinds = ("slopes",) if self.is_back else ("products", "sum")
        current = {(s.layer, s.unit) for s in self.fresh if s.kind in kinds}
        if self.pace == "layers" or self.is_tight:
            current = set()
        for layer, unit, place, many, _ in pairs:
            came = self._came(layer, unit)
            if came is None or not (few or (layer, unit) in current):
                continue
            role = "accent" if (layer, unit) in current else "muted"
            y1 = float(self.places[layer][place])
            # Near the sources, where edges are apart; each unit's in a place of its own.
            along = 0.24 if not few else 0.26 + 0.3 * place / max(1, len(self.places[layer]) - 1)
            for i in range(many):
                y0 = float(self.places[layer - 1][i])
                x = layer - 1 + self.plate + along * (1 - 2 * self.plate)
                text = n(float(came[i]))
                y = y0 + along * (y1 - y0)
                items.append(Text(x, y, text, role, "center", size=0.9 * self.size, boxed=True))
            has_bias = self.is_back or Step("sum", layer, unit) in self.done
            has_bias = has_bias and 1 / self.letter - _PLATE * self.size > 3 * _BETWEEN
            if has_bias and (layer, unit) in current:
                passed = self.told.passed.layers[layer - 1]
                bias = self.told.errors[layer - 1].by_biases if self.is_back else passed.biases
                words = f"bias {n(float(bias[unit]))}"
                x = layer - self.plate - 0.8 * self.letter
                y = y1 + _FLAT * (
                    0.95 if y1 > 0.5 else -0.95
                )  # most edges come from the other side
                items.append(Text(x, y, words, role, "right", size=0.9 * self.size, boxed=True))
        return items

    def _verdict(self) -> list[Item]:
        """Return class and loss below the outputs, where there is room.

        Errors of the layer before, which reach as far, take their place on the way back.
        """
        outputs = self.places[-1]
        last = len(self.told.columns) - 1
        if len(outputs) > _ROOMY or any(s.kind == "error" and s.layer < last for s in self.done):
            return []
        y = float(outputs[-1]) - (_UNDER if self.is_back else _LINE)
        items: list[Item] = []
        for kind, words in (("decision", self.told.verdict), ("loss", self.told.lost)):
            step = Step(kind, last)  # type: ignore[arg-type]
            if step in self.done:
                role = "accent" if step in self.fresh else "text"
                items.append(Text(last, y, words, role, "center", bold=True, boxed=True))
                y -= _LINE
        return items

    @cached_property
    def said(self) -> tuple[str, str]:
        """Title and formula of the current step."""
        if self.pace == "layers" and self.now.layer and self.now.kind in _WHOLE:
            column = self.told.columns[self.now.layer]
            title = f"{column.title.capitalize()}: all units"
            formulas = [_WHOLE[self.now.kind].format(column.activation)]
        else:
            title = self.told.title(self.now)
            mine = [s for s in self.fresh if s.unit == self.now.unit and s.kind != "products"]
            formulas = [self.told.formula(s) for s in (mine or [self.now])[-2:]]
            if self.pace == "units" and self.now.unit >= 0:
                title = title.partition(":")[0]
        return title, "; ".join(formulas)

    def _legend(self) -> tuple[LegendEntry, ...]:
        what, most = ("gradient" if self.is_back else "product"), n(self.largest)
        return (
            LegendEntry(f"{what} {most}", "positive", "line"),
            LegendEntry(f"{what} −{most}", "negative", "line"),
        )


_FORTH = "in each unit z = the sum of weight·input, plus the bias; then a = {0}(z)"
_BACK = "each unit's error, from those above; then gradient = error·input for each weight"
_WHOLE = {"transfer": _FORTH, "others": _FORTH, "slopes": _BACK, "others back": _BACK}
