"""GIF: one palette for the whole movie, and of each frame only what has changed."""

import struct
from collections.abc import Iterable, Sequence
from typing import BinaryIO

import numpy as np
from matplotlib.colors import to_rgb
from numpy.typing import NDArray
from PIL import Image
from PIL.GifImagePlugin import getdata

from optiviz.reports.movies.reel import Frame
from optiviz.views.palette import Palette

_COLOURS = 256
_SAME = 255  # of the palette: as it was in the frame before
_BITS = 6  # of each of red, green and blue, to find the nearest colour by
_LONGEST = 0xFFFF  # hundredths of a second that a frame can stay
_EXACT = ("card", "ground", "text", "muted", "accent", "line")


class Gif:
    """A file that frames are added to.

    Parameters
    ----------
    file : binary file
    frames : sequence of Frame
        Some of those to come, from which the colours are chosen.
    palette : Palette
        Whose colours are kept exactly.
    rate : float
        Frames in a second.
    """

    def __init__(
        self, file: BinaryIO, frames: Iterable[Frame], palette: Palette, rate: float
    ) -> None:
        self._file, self._rate = file, rate
        self._shown = 0  # frames so far
        self._before: NDArray[np.uint8] | None = None
        self._colours, self._table = _colours(frames, palette)

    def add(self, frame: Frame, count: int) -> None:
        """Add a frame that lasts for so many."""
        if self._before is None:
            self._begin(frame)
        indices = self._table[_cells(frame)]
        lasts = self._lasting(count)
        if self._before is None:
            self._write(indices, (0, 0), lasts)
        else:
            changed = indices != self._before
            top, bottom = _ends(changed.any(axis=1))
            left, right = _ends(changed.any(axis=0))
            place = (slice(top, bottom), slice(left, right))
            only = np.where(changed[place], indices[place], np.uint8(_SAME))
            self._write(only, (left, top), lasts)
        self._before = indices

    def end(self) -> None:
        """Write what ends the file."""
        self._file.write(b";")

    def _begin(self, frame: Frame) -> None:
        height, width, _ = frame.shape
        # A table of 2^(7 + 1) colours of 8 bits for all frames (GIF89a, 18).
        self._file.write(b"GIF89a" + struct.pack("<HHBBB", width, height, 0xF7, 0, 0))
        self._file.write(self._colours.tobytes())
        self._file.write(b"!\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00")  # again and again

    def _lasting(self, count: int) -> list[int]:
        """Return hundredths of a second, so that rounding does not add up."""
        ends = [round(100 * n / self._rate) for n in (self._shown, self._shown + count)]
        self._shown += count
        whole, rest = divmod(ends[1] - ends[0], _LONGEST)
        return [_LONGEST] * whole + [rest] * (rest > 0)

    def _write(
        self, indices: NDArray[np.uint8], offset: tuple[int, int], lasts: Sequence[int]
    ) -> None:
        for hundredths in lasts:
            picture = Image.fromarray(indices)  # as "L": indices without a table of their own
            parts = getdata(
                picture, offset, duration=10 * hundredths, transparency=_SAME, disposal=1
            )
            self._file.writelines(parts)
            parts.clear()  # Pillow's own list, which else stays until garbage is collected
            indices, offset = np.full((1, 1), _SAME, np.uint8), (0, 0)


def _colours(
    frames: Iterable[Frame], palette: Palette
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return 256 colours, of which the last stands for no change, and which is nearest to what."""
    several = Image.fromarray(np.concatenate([np.array(frame) for frame in frames]))
    exact = [to_rgb(palette.colour(role)) for role in _EXACT]
    kept = np.rint(np.array(exact) * 255).astype(np.uint8)
    found = several.quantize(_SAME - len(kept), Image.Quantize.MEDIANCUT)
    rest = np.frombuffer(bytes(found.getpalette() or ()), np.uint8).reshape(-1, 3)
    chosen = np.concatenate([kept, rest])[:_SAME]
    colours = np.tile(kept[:1], (_COLOURS, 1))
    colours[: len(chosen)] = chosen
    # Pillow finds the nearest colour of each cell of the cube, once for the whole movie.
    side = np.arange(1 << _BITS, dtype=np.uint8) << (8 - _BITS) | 1 << (7 - _BITS)
    middles = np.stack(np.meshgrid(side, side, side, indexing="ij"), axis=-1)
    picture = Image.new("P", (1, 1))
    picture.putpalette(colours.tobytes())
    cube = Image.fromarray(middles.reshape(1 << _BITS, -1, 3))
    nearest = np.array(cube.quantize(palette=picture, dither=Image.Dither.NONE)).ravel()
    nearest[nearest >= len(chosen)] = 0  # of the same colour
    nearest[_cells(kept)] = np.arange(len(kept))
    return colours, nearest


def _cells(colours: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Return in which cell of the cube colours lie, counted through."""
    red, green, blue = (colours[..., i].astype(np.int32) >> (8 - _BITS) for i in range(3))
    return (red << 2 * _BITS) | (green << _BITS) | blue


def _ends(changed: NDArray[np.bool_]) -> tuple[int, int]:
    """Return from where to where something has changed; one pixel where nothing has."""
    where = np.flatnonzero(changed)
    return (int(where[0]), int(where[-1]) + 1) if len(where) else (0, 1)
