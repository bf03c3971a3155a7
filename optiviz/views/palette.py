"""What every colour is, as plain data: plots, widgets and reports share it.

One hue, one meaning: classes, runs, signs of weights and the accent never share a colour. The first
classes are Okabe & Ito's colours (2008), the others were searched for so that all ten differ as
much as they can with any kind of colour blindness; runs are Paul Tol's muted set (2021), lightened
for dark ground. The ramp of values goes in equal steps of lightness from near the card to far from
it (OKLab: Ottosson, 2020), so that more stands out more, whatever colours the eye tells apart.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optiviz.views.figure import Dash, Marker


@dataclass(frozen=True)
class Palette:
    """The colours of one theme, as "#rrggbb"."""

    name: str
    ground: str
    card: str
    field: str
    line: str
    text: str
    muted: str
    accent: str
    on_accent: str
    classes: tuple[str, ...]
    runs: tuple[str, ...]
    positive: str
    negative: str
    danger: str
    ramp: tuple[str, ...]

    def colour(self, role: str) -> str:
        """Return the colour of a role.

        Parameters
        ----------
        role : str
            A name above, or "run:3", "class:0" (counted round), "outline" (as text), or
            "value:0.25" (a place on the ramp, from 0 to 1; its middle if left out).
        """
        name, _, number = role.partition(":")
        if name == "run":
            return self.runs[int(number) % len(self.runs)]
        if name == "class":
            return self.classes[int(number) % len(self.classes)]
        if name == "value":
            red, green, blue = self.on_ramp(np.array(float(number or 0.5)))
            return f"#{red:02x}{green:02x}{blue:02x}"
        colour: str = getattr(self, name)
        return colour

    def on_ramp(self, shares: NDArray[np.float64]) -> NDArray[np.uint8]:
        """Return the colours at places on the ramp, from 0 to 1; the card's where there is none.

        Returns
        -------
        ndarray of uint8, shape (..., 3)
            Red, green and blue.
        """
        stops = np.array([_rgb(colour) for colour in self.ramp])
        at = np.linspace(0.0, 1.0, len(stops))
        shares = np.asarray(shares, dtype=np.float64)
        mixed = np.stack([np.interp(shares, at, stops[:, i]) for i in range(3)], axis=-1)
        mixed = np.where(np.isfinite(shares)[..., None], mixed, _rgb(self.card))
        return np.asarray(np.rint(mixed), dtype=np.uint8)

    def on_signs(self, values: NDArray[np.float64]) -> NDArray[np.uint8]:
        """Return the colours of signed values, from -1 (negative) over 0 (the card's) to 1.

        Returns
        -------
        ndarray of uint8, shape (..., 3)
            Red, green and blue; the danger colour for nan.
        """
        stops = np.array([_rgb(c) for c in (self.negative, self.card, self.positive)])
        values = np.asarray(values, dtype=np.float64)
        mixed = [np.interp(values, (-1.0, 0.0, 1.0), stops[:, i]) for i in range(3)]
        known = np.isfinite(values)[..., None]
        colours = np.where(known, np.stack(mixed, axis=-1), _rgb(self.danger))
        return np.asarray(np.rint(colours), dtype=np.uint8)


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour.removeprefix("#")))


LIGHT = Palette(
    name="light",
    ground="#f6f7f9",
    card="#ffffff",
    field="#ffffff",
    line="#dde1e7",
    text="#1b2330",
    muted="#586174",
    accent="#1f5fd0",
    on_accent="#ffffff",
    classes=(
        "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00",
        "#56B4E9", "#352E0D", "#476046", "#9C5EEF", "#001A81",
    ),
    runs=(
        "#882255", "#117733", "#332288", "#999933", "#AA4499", "#44AA99", "#661100", "#6699CC",
    ),
    positive="#4D7A00",
    negative="#7B3294",
    danger="#B3261E",
    ramp=(
        "#f6f1c3", "#c9deab", "#96cb9f", "#5eb69c", "#149e9f",
        "#03809b", "#006298", "#253f91", "#371778",
    ),
)  # fmt: skip

DARK = Palette(
    name="dark",
    ground="#14181f",
    card="#1c222b",
    field="#232a35",
    line="#2e3643",
    text="#e8ecf2",
    muted="#a2acbc",
    accent="#7ab0ff",
    on_accent="#0d1420",
    classes=(
        "#56B4E9", "#F09A3E", "#77DDA0", "#C887A8", "#F7F35A",
        "#C5F6FB", "#F04A15", "#698268", "#B33FBE", "#376EF4",
    ),
    runs=(
        "#E08AAE", "#7FCF9A", "#A99CF0", "#D9D27A", "#E39BE0", "#7FD4C6", "#D98C7A", "#9DBFE8",
    ),
    positive="#B5D95C",
    negative="#C79BE0",
    danger="#FF8A80",
    ramp=(
        "#3b1e7e", "#284496", "#01659c", "#08829d", "#149e9f",
        "#5cb49b", "#93c79b", "#c4d9a6", "#efeabc",
    ),
)  # fmt: skip

THEMES = {"light": LIGHT, "dark": DARK}


_DASHES: tuple[Dash, ...] = ("solid", "dash", "dot", "dashdot")
_MARKERS: tuple[Marker, ...] = (
    "square", "circle", "triangle", "diamond", "cross",
    "star", "down", "plus", "hexagon", "hourglass",
)  # fmt: skip


def dash_of_run(number: int) -> Dash:
    """Return the dash of a run: solid for the first eight, then others for each eight more."""
    return _DASHES[number // 8 % len(_DASHES)]


def marker_of_class(number: int) -> Marker:
    """Return the marker of a class, so that classes differ by shape too."""
    return _MARKERS[number % len(_MARKERS)]
