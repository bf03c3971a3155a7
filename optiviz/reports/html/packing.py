"""Figures at many moments as few bytes, for a page that draws them itself.

Arrays that a figure shares with another one are stored once, and so is one that begins or ends as
another does: a curve up to iteration k is the beginning of the whole. Curves over time stay exact;
colours become one byte. A pack is the length of a JSON text, that text, and the arrays, deflated.
"""

import base64
import json
import struct
import zlib
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optiviz.reports.document import Moments
from optiviz.views.figure import (
    Array,
    Axis,
    ClassImage,
    Figure,
    Item,
    Line,
    Points,
    Tiles,
    ValueImage,
)

_KINDS: dict[np.dtype[Any], str] = {
    np.dtype("<f8"): "d",
    np.dtype("<f4"): "f",
    np.dtype("u1"): "B",
    np.dtype("i1"): "b",
}
_CLASSES = 10  # colours of classes; then they come again
_STEPS = 25  # of how sure a model is
_SHADES = 255  # of a ramp; the byte after the last one is where there is no value
_SIDE = 128  # cells along a side of a picture
_SMALL_SIDE = 24  # of a tile; fewer, where there are many of them
_SMALL_CELLS = 6000  # in all tiles of a moment
_COARSE = 8  # of 127 shades, one that is told from the next in a tile
_MAX_TEXT = 4000  # letters of anything that is written


@dataclass
class _Pool:
    """Arrays behind each other, each once."""

    parts: list[bytes] = field(default_factory=list)
    size: int = 0
    whole: dict[bytes, list[Any]] = field(default_factory=dict)
    ends: dict[tuple[str, bytes, int], list[tuple[NDArray[Any], int]]] = field(default_factory=dict)

    def add(self, values: NDArray[Any]) -> list[Any]:
        """Return where an array is: its kind, its first byte and its length."""
        kind = _KINDS[values.dtype]
        values = np.ascontiguousarray(values).reshape(-1)
        content = values.tobytes()
        if content in self.whole:
            return self.whole[content]
        at = self._inside(values) if kind in "df" and len(values) else None
        if at is None:
            self.size += -self.size % 8
            at = self.size
            self.parts.append(content.ljust(len(content) + -len(content) % 8, b"\0"))
            self.size += len(self.parts[-1])
            if kind in "df" and len(values):
                for end, i in (("first", 0), ("last", -1)):
                    key = (kind + end, values[i].tobytes(), 0)
                    self.ends.setdefault(key, []).append((values, at))
        found = [kind, at, len(values)]
        self.whole[content] = found
        return found

    def _inside(self, values: NDArray[Any]) -> int | None:
        """Return where an array begins or ends as another does."""
        n, kind = len(values), _KINDS[values.dtype]
        for known, at in self.ends.get((f"{kind}first", values[0].tobytes(), 0), ())[:8]:
            if len(known) >= n and known[:n].tobytes() == values.tobytes():
                return at
        for known, at in self.ends.get((f"{kind}last", values[-1].tobytes(), 0), ())[:8]:
            if len(known) >= n and known[-n:].tobytes() == values.tobytes():
                return at + (len(known) - n) * known.itemsize
        return None


def packed(moments: Moments) -> str:
    """Return the moments as one text of base64."""
    pool = _Pool()
    parts: dict[str, int] = {}
    texts: list[str] = []

    def part(value: Any) -> int:
        """Return the number of a piece of JSON that may come again."""
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        if text not in parts:
            parts[text] = len(texts)
            texts.append(text)
        return parts[text]

    views = []
    for title, figures in moments.figures:
        frames = []
        for figure in reversed(figures):  # the last one has the whole of what others have a part of
            frames.append(part(_figure(figure, pool, part)))
        views.append({"title": title[:_MAX_TEXT], "frames": frames[::-1]})
    head = json.dumps({"k": list(moments.k), "views": views}, ensure_ascii=False)
    text = f'{head[:-1]},"parts":[{",".join(texts)}]}}'.encode(errors="replace")
    text += b" " * (-(len(text) + 4) % 8)  # arrays begin where numbers of 8 bytes may
    content = struct.pack("<I", len(text)) + text + b"".join(pool.parts)
    return base64.b64encode(zlib.compress(content, 6)).decode()


def unpacked(text: str) -> dict[str, Any]:
    """Return what is in a pack: `k`, and for each view its title and figures with their arrays."""
    content = zlib.decompress(base64.b64decode(text))
    length = struct.unpack_from("<I", content)[0]
    found = json.loads(content[4 : 4 + length])
    begin = 4 + length
    kinds: dict[Any, np.dtype[Any]] = {letter: kind for kind, letter in _KINDS.items()}

    def value(of: Any) -> Any:
        if isinstance(of, dict):
            return {name: value(v) for name, v in of.items()}
        if isinstance(of, list) and len(of) == 3 and of[0] in kinds:
            return np.frombuffer(content, kinds[of[0]], of[2], begin + of[1])
        return [value(v) for v in of] if isinstance(of, list) else of

    def figure(number: int) -> dict[str, Any]:
        of = dict(found["parts"][number])
        of["items"] = [value(found["parts"][i]) for i in of.get("items", [])]
        for name in ("panels", "below"):
            if name in of:
                of[name] = [figure(i) for i in of[name]]
        return of

    views = [
        {"title": view["title"], "figures": [figure(i) for i in view["frames"]]}
        for view in found["views"]
    ]
    return {"k": found["k"], "views": views}


def _figure(figure: Figure, pool: _Pool, part: Any) -> dict[str, Any]:
    """Return a figure as plain data; what is usual is left out."""
    panels = [part(_figure(one, pool, part)) for one in figure.panels]
    below = [] if figure.below is None else [part(_figure(figure.below, pool, part))]
    found = {
        "title": figure.title,
        "note": figure.note,
        "caption": figure.caption,
        "warning": figure.warning,
        "empty": figure.empty,
        "x": _axis(figure.x),
        "y": _axis(figure.y),
        "equal": figure.equal,
        "bare": figure.frameless,
        "time": figure.time_axis,
        "legend": [_plain(entry) for entry in figure.legend],
        "items": [part(_item(item, pool, figure.time_axis)) for item in figure.items],
        "panels": panels,
        "below": below,
    }
    return {name: value for name, value in found.items() if value not in ("", [], False, {})}


def _axis(axis: Axis) -> dict[str, Any]:
    found = {
        "label": axis.label, "low": axis.low, "high": axis.high, "log": axis.log,
        "ticks": [[at, name] for at, name in axis.ticks if np.isfinite(at)],
    }  # fmt: skip
    known = (value for value in (axis.low, axis.high) if value is not None)
    assert all(np.isfinite(value) for value in known)
    return {name: value for name, value in found.items() if value not in (None, "", False, [])}


def _plain(of: Any) -> dict[str, Any]:
    """Return the fields of a dataclass without its arrays."""
    assert is_dataclass(of)
    values = {one.name: getattr(of, one.name) for one in fields(of)}
    return {
        name: round(value, 4) if name in ("opacity", "width", "size") else _known(value)
        for name, value in values.items()
        if not isinstance(value, np.ndarray) and value is not None
    }


def _known(value: Any) -> Any:
    """Return a value as JSON can say it: what is not finite is drawn nowhere."""
    if isinstance(value, str):
        return value[:_MAX_TEXT]
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return list(value) if isinstance(value, tuple) else value


def _item(item: Item, pool: _Pool, exact: bool = False) -> dict[str, Any]:
    """Return an item as plain data, with places of its arrays; curves over time are exact."""
    found = {"is": type(item).__name__, **_plain(item)}
    match item:
        case ClassImage():
            lean, winner = _smaller(item.lean), _smaller(item.winner)
            found |= {"rows": len(lean), "of": pool.add(_classes(lean, winner)), "steps": _STEPS}
        case ValueImage():
            shares = item.shares(_smaller(item.values))
            found |= {"rows": len(shares), "of": pool.add(_shades(shares))}
            found["levels"] = [v for v in found["levels"] if np.isfinite(v)]
        case Tiles():
            side = min(_SMALL_SIDE, max(8, int((_SMALL_CELLS / max(1, len(item.x))) ** 0.5)))
            each = np.stack([_mean(one, side) for one in item.values])
            found |= {name: pool.add(_places(getattr(item, name))) for name in "xy"}
            found |= {"rows": each.shape[1], "of": pool.add(_signs(each, _COARSE))}
        case Line() | Points():
            kind = "<f8" if exact else "<f4"
            found |= {name: pool.add(_places(getattr(item, name), kind)) for name in "xy"}
        case _:
            for one in fields(item):
                values = getattr(item, one.name)
                if isinstance(values, np.ndarray):
                    signed = one.name == "values"
                    found[one.name] = pool.add(_signs(values) if signed else _places(values))
    return found


def _places(values: Array, kind: str = "<f8") -> NDArray[Any]:
    with np.errstate(over="ignore"):
        return np.ascontiguousarray(values, dtype=kind)


def _signs(values: Array, step: int = 1) -> NDArray[np.int8]:
    """Return values from -1 to 1 as -127 to 127, in steps; -128 where there is none."""
    known = np.rint(np.clip(np.nan_to_num(values, nan=0.0), -1.0, 1.0) * (127 / step)) * step
    known = np.clip(known, -127, 127)
    return np.where(np.isnan(values), -128, known).astype(np.int8)


def _classes(lean: Array, winner: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return which class is named, and how surely, as one number."""
    sure = np.rint(np.clip(np.nan_to_num(lean), 0.0, 1.0) * (_STEPS - 1))
    return (winner % _CLASSES * _STEPS + sure).astype(np.uint8)


def _shades(shares: Array) -> NDArray[np.uint8]:
    known = np.rint(np.nan_to_num(shares) * (_SHADES - 1))
    return np.where(np.isfinite(shares), known, _SHADES).astype(np.uint8)


def _smaller(values: NDArray[Any]) -> NDArray[Any]:
    """Return every so many rows and columns, where there are more than are seen."""
    rows, columns = (max(1, -(-n // _SIDE)) for n in values.shape)
    return values[rows // 2 :: rows, columns // 2 :: columns]


def _mean(values: Array, side: int) -> Array:
    """Return a small picture with fewer cells: of each block its mean."""
    rows, columns = (max(1, -(-n // side)) for n in values.shape)
    if rows == columns == 1:
        return values
    height, width = values.shape[0] // rows, values.shape[1] // columns
    blocks = values[: height * rows, : width * columns].reshape(height, rows, width, columns)
    return np.asarray(blocks.mean(axis=(1, 3)))
