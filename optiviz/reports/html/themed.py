"""A figure drawn once for both themes, as SVG inside a page: colours are the page's variables.

It is drawn in colours that stand for roles, and these become ``var(--role)``. Pictures of values
are put in for each theme, in elements of class ``in-light`` and ``in-dark``: a page shows one of
them. Letters are shapes that figures of a page share.
"""

import base64
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from optiviz.reports.drawing import draw, settled
from optiviz.reports.drawing.shades import Shades
from optiviz.views.figure import Figure
from optiviz.views.palette import DARK, LIGHT, THEMES, Palette

_SIGNS, _SHARES = 40, 64  # steps from the most negative to the most positive, and along the ramp
_KEY = re.compile(r"#fe(0[1-5])([0-9a-f]{2})")
_NUMBER = re.compile(r"-?\d+\.\d{2,}")
_VARIABLE = re.compile(r"var\(--([a-z0-9-]+)\)")
_GLYPH = re.compile(r'href="#(DejaVu[^"]*)"')
_IN_DARK = re.compile(r'<image [^>]*class="in-dark"[^>]*/>')
_LINK = re.compile(r"url\(#([^)]+)\)")
_NAMES = (
    "ground", "card", "field", "line", "text", "muted", "accent", "on_accent", "positive",
    "negative", "danger",
)  # fmt: skip
_ROUNDED = frozenset({"d", "x", "y", "x1", "y1", "x2", "y2", "width", "height"})
_EFFORT = 6  # to make an image small, of 9
_MOST_PARTS = 12_000  # elements; a page is slow with more


class TooManyParts(Exception):
    """A figure is better drawn as pixels."""


@dataclass(frozen=True)
class Keys(Palette):
    """Colours that stand for roles.

    Attributes
    ----------
    pictures : list of (str, str, bool)
        Of each picture of values so far its address in each theme, and whether its cells are crisp.
    """

    pictures: list[tuple[str, str, bool]] = field(default_factory=list)

    def on_signs(self, values: NDArray[np.float64]) -> NDArray[np.uint8]:
        """Return the keys of signed values."""
        values = np.asarray(values, dtype=np.float64)
        known = np.isfinite(values)
        steps = np.rint((np.clip(np.where(known, values, 0.0), -1, 1) + 1) / 2 * _SIGNS)
        return _keyed(4, steps, known, _NAMES.index("danger"))

    def on_ramp(self, shares: NDArray[np.float64]) -> NDArray[np.uint8]:
        """Return the keys of places on the ramp."""
        shares = np.asarray(shares, dtype=np.float64)
        known = np.isfinite(shares)
        steps = np.rint(np.clip(np.where(known, shares, 0.0), 0, 1) * _SHARES)
        return _keyed(5, steps, known, _NAMES.index("card"))

    def keep(self, artist: Any, shades: Shades) -> None:
        """Keep a picture of values, which matplotlib shows as `artist`, in both themes."""
        crisp = artist.get_interpolation() == "nearest"
        artist.set_gid(f"picture-{len(self.pictures)}")
        artist.set_interpolation("none")
        cells = shades.few()
        light, dark = (_png(cells, shades.table(theme)) for theme in (LIGHT, DARK))
        self.pictures.append((light, dark, crisp))


def _keyed(
    family: int, steps: NDArray[np.float64], known: NDArray[np.bool_], other: int
) -> NDArray[np.uint8]:
    keys = np.stack([np.full(steps.shape, 0xFE), np.full(steps.shape, family), steps], axis=-1)
    return np.where(known[..., None], keys, (0xFE, 1, other)).astype(np.uint8)


def _png(cells: NDArray[np.uint8], table: NDArray[np.uint8]) -> str:
    """Return an image of shades as a data address, in the rows' order: SVG turns it over."""
    image = Image.fromarray(np.ascontiguousarray(cells))
    image.putpalette(table.tobytes())
    buffer = io.BytesIO()
    image.save(buffer, "png", compress_level=_EFFORT)
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"


@cache
def _keys() -> Keys:
    names: dict[str, Any] = {name: f"#fe01{i:02x}" for i, name in enumerate(_NAMES)}
    return Keys(
        name="keys",
        classes=tuple(f"#fe02{i:02x}" for i in range(len(LIGHT.classes))),
        runs=tuple(f"#fe03{i:02x}" for i in range(len(LIGHT.runs))),
        ramp=(),
        **names,
    )


def _variable(found: re.Match[str]) -> str:
    family, number = int(found[1]), int(found[2], 16)
    if family == 1:
        return f"var(--{_NAMES[number].replace('_', '-')})"
    return f"var(--{('class', 'run', 'sign', 'ramp')[family - 2]}-{number})"


def variables(theme: str) -> Iterator[tuple[str, str]]:
    """Yield the names and the colours of what figures refer to, in a theme."""
    palette = THEMES[theme]
    for name in _NAMES:
        yield name.replace("_", "-"), getattr(palette, name)
    yield from ((f"class-{i}", colour) for i, colour in enumerate(palette.classes))
    yield from ((f"run-{i}", colour) for i, colour in enumerate(palette.runs))
    signs = palette.on_signs(np.linspace(-1, 1, _SIGNS + 1))
    ramp = palette.on_ramp(np.linspace(0, 1, _SHARES + 1))
    for name, colours in (("sign", signs), ("ramp", ramp)):
        for i, (red, green, blue) in enumerate(colours.tolist()):
            yield f"{name}-{i}", f"#{red:02x}{green:02x}{blue:02x}"


class Drawings:
    """Draws the figures of one page.

    Attributes
    ----------
    glyphs : dict of str to str
        Shapes of letters that figures so far refer to, as SVG for the page's `defs`.
    latest : dict
        The last drawing of each name.
    """

    def __init__(self) -> None:
        self.glyphs: dict[str, str] = {}
        self.latest: dict[tuple[str, ...], str] = {}
        self._n = 0

    def svg(self, figure: Figure, size: tuple[float, float], label: str) -> str:
        """Draw a figure.

        Parameters
        ----------
        figure : Figure
        size : (float, float)
            Inches.
        label : str
            What it shows, for people who don't see it.

        Raises
        ------
        TooManyParts
            If it would make a page slow.
        """
        keys = replace(_keys(), pictures=[])
        buffer = io.BytesIO()
        with settled({"image.composite_image": False}):
            canvas = draw(figure, theme=keys, size=size, heading=False)
            nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
            canvas.savefig(buffer, format="svg", metadata=nothing, transparent=True)
        root = ET.fromstring(buffer.getvalue())
        self._n += 1
        tidied = _Tidied(root, f"f{self._n}-", keys.pictures, self.glyphs)
        shown = ET.Element(
            "svg",
            {
                "viewBox": root.attrib["viewBox"],
                "role": "img",
                "aria-label": label,
                "width": f"{size[0] * 96:g}",
                "height": f"{size[1] * 96:g}",
            },
        )
        shown.extend(tidied.parts)
        return ET.tostring(shown, encoding="unicode")

    def alone(self, drawing: str) -> str:
        """Return a drawing of this page as an image of its own, light: a data address."""
        colours = dict(variables("light"))
        text = _VARIABLE.sub(lambda name: colours[name[1]], _IN_DARK.sub("", drawing))
        letters = "".join(self.glyphs[name] for name in sorted(set(_GLYPH.findall(text))))
        text = text.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
        begin, _, rest = text.partition(">")
        whole = f"{begin}><defs>{letters}</defs>{rest}"
        return f"data:image/svg+xml;base64,{base64.b64encode(whole.encode()).decode()}"


class _Tidied:
    """What matplotlib wrote, without what it says twice."""

    def __init__(
        self,
        root: ET.Element,
        prefix: str,
        pictures: list[tuple[str, str, bool]],
        glyphs: dict[str, str],
    ) -> None:
        self._pictures, self._glyphs = pictures, glyphs
        text = {
            value
            for element in root.iter()
            for key, value in element.attrib.items()
            if "href" in key or "url(" in value
        }
        used = {link.removeprefix("#") for link in text} | {
            name for link in text for name in _LINK.findall(link)
        }
        self._ids = {name: f"{prefix}{i}" for i, name in enumerate(sorted(used))}
        self._count = 0
        self.parts = [made for child in root for made in self._made(child)]

    def _made(self, old: ET.Element) -> Iterator[ET.Element]:
        """Yield what stands for an element."""
        tag = old.tag.rpartition("}")[2]
        if tag in ("metadata", "style", "title"):
            return
        name = old.get("id", "")
        if tag == "image":
            yield from self._images(old, name)
            return
        if tag == "path" and name.startswith("DejaVu"):
            glyph = ET.Element("path", {"id": name, "d": old.get("d", "")})
            if "transform" in old.attrib:
                glyph.set("transform", old.attrib["transform"])
            self._glyphs.setdefault(name, ET.tostring(glyph, encoding="unicode"))
            return
        self._count += 1
        if self._count > _MOST_PARTS:
            raise TooManyParts
        new = ET.Element(tag, dict(self._attributes(old, name)))
        for child in old:
            new.extend(list(self._made(child)))
        if tag == "g":
            _hoist(new)
            if not len(new):
                return
            if not new.attrib:
                yield from new
                return
        elif tag == "defs" and not len(new):
            return
        yield new

    def _attributes(self, old: ET.Element, name: str) -> Iterator[tuple[str, str]]:
        if name in self._ids:
            yield "id", self._ids[name]
        for key, value in old.attrib.items():
            key = key.rpartition("}")[2]
            if key == "id":
                continue
            if key == "href":
                link = value.removeprefix("#")
                yield key, value if link.startswith("DejaVu") else f"#{self._ids[link]}"
            elif key == "style":
                said = _KEY.sub(_variable, value).replace("; ", ";").replace(": ", ":")
                yield key, said
            elif key in _ROUNDED:
                yield key, " ".join(_NUMBER.sub(_short, value).split())
            else:
                yield key, _LINK.sub(lambda link: f"url(#{self._ids[link[1]]})", value)

    def _images(self, old: ET.Element, name: str) -> Iterator[ET.Element]:
        number = int(name.removeprefix("picture-"))
        where: dict[str, str] = {
            key: old.attrib[key]
            for key in ("x", "y", "width", "height", "transform")
            if key in old.attrib
        }
        *addresses, crisp = self._pictures[number]
        if crisp:
            where["style"] = "image-rendering:pixelated"
        for theme, address in zip(("light", "dark"), addresses, strict=True):
            about = {"class": f"in-{theme}", "preserveAspectRatio": "none", "href": address}
            yield ET.Element("image", where | about)


def _short(found: re.Match[str]) -> str:
    shown = f"{float(found[0]):.2f}".rstrip("0").rstrip(".")
    return "0" if shown == "-0" else shown


def _hoist(group: ET.Element) -> None:
    """Say once what all children are drawn like."""
    styles = {child.get("style") for child in group}
    if len(group) < 2 or len(styles) != 1 or "style" in group.attrib:
        return
    style = styles.pop()
    if not style or "opacity" in style.split("fill-opacity")[0]:
        return
    for child in group:
        del child.attrib["style"]
    group.set("style", style)
