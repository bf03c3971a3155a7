"""Arrays of numbers as bytes, packed with zlib at its quickest; reading trusts nothing.

The bytes of a column stand plane by plane, first bytes first: columns of numbers that are near
each other then pack to a third, in less time.
"""

import json
import math
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_UNPACKED = 1 << 30  # bytes
_KINDS = frozenset(("<f8", "<f4", "<i8", "<i4", "<i2", "|i1", "<u8", "<u4", "<u2", "|u1", "|b1"))
_TRIED = 1 << 16  # bytes from which it shows whether packing is worth it
_MAX_HEADER = 1 << 16
_MAX_RATIO = 1032  # zlib packs nothing closer


def packed(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return arrays by name as bytes.

    Raises
    ------
    TypeError
        If one isn't made of plain numbers.
    """
    header, parts = [], []
    for name, array in arrays.items():
        plain = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        if plain.dtype.str not in _KINDS:
            raise TypeError(f"an array of {array.dtype} can't be stored")
        header.append([name, plain.dtype.str, list(array.shape)])
        planes = plain.reshape(-1).view(np.uint8).reshape(-1, plain.itemsize).T
        parts.append(np.ascontiguousarray(planes).tobytes())  # lets others compute meanwhile
    head = json.dumps(header, separators=(",", ":")).encode()
    return squeezed(b"".join((len(head).to_bytes(4, "little"), head, *parts)))


def squeezed(content: bytes) -> bytes:
    """Return bytes packed, as far as that makes them shorter."""
    level = 1
    if len(content) > 4 * _TRIED:
        middle = len(content) // 2
        part = content[middle : middle + _TRIED]
        level = 1 if len(zlib.compress(part, 1)) < 0.9 * len(part) else 0
    return zlib.compress(content, level)


def unsqueezed(content: bytes, most: int = MAX_UNPACKED) -> bytes:
    """Return what was squeezed.

    Raises
    ------
    ValueError
        If it is damaged, or longer than it may be.
    """
    most = min(most, _MAX_RATIO * len(content) + 1024)
    reader = zlib.decompressobj()
    try:
        plain = reader.decompress(content, most)
    except zlib.error:
        raise ValueError("can't be unpacked") from None
    if not reader.eof or reader.unused_data:
        raise ValueError("can't be unpacked")
    return plain


def unpacked(content: bytes) -> dict[str, NDArray[Any]]:
    """Return arrays by name, read-only.

    Raises
    ------
    ValueError
        If these are not packed arrays.
    """
    plain = unsqueezed(content)
    length = int.from_bytes(plain[:4], "little")
    at = 4 + length
    if length > _MAX_HEADER or at > len(plain):
        raise ValueError("holds no arrays")
    try:
        header = json.loads(plain[4:at])
    except (ValueError, RecursionError):
        raise ValueError("holds no arrays") from None
    if not isinstance(header, list):
        raise ValueError("holds no arrays")
    arrays: dict[str, NDArray[Any]] = {}
    for entry in header:
        name, kind, shape = _checked(entry)
        dtype, items = np.dtype(kind), math.prod(shape)
        stop = at + items * dtype.itemsize
        if name in arrays or stop > len(plain):
            raise ValueError("holds other arrays than it says")
        planes = np.frombuffer(plain, np.uint8, stop - at, at).reshape(dtype.itemsize, items)
        array = np.ascontiguousarray(planes.T).view(dtype).reshape(shape)
        array.flags.writeable = False
        arrays[name], at = array, stop
    if at != len(plain):
        raise ValueError("holds other arrays than it says")
    return arrays


def _checked(entry: Any) -> tuple[str, str, tuple[int, ...]]:
    if not isinstance(entry, list) or len(entry) != 3:
        raise ValueError("holds no arrays")
    name, kind, shape = entry
    if not isinstance(name, str) or kind not in _KINDS or not isinstance(shape, list):
        raise ValueError("holds no arrays")
    if len(shape) > 8 or not all(type(n) is int and 0 <= n <= 1 << 40 for n in shape):
        raise ValueError("holds no arrays")
    return name, kind, tuple(shape)
