"""Arrays as the bytes of a ``.npy`` file of plain numbers, read so strictly that nothing can lurk.

The header is matched as text, never evaluated, and its shape must fit the bytes that are there.
"""

import io
import math
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MAGIC = b"\x93NUMPY\x01\x00"
_HEADER = re.compile(
    rb"\{'descr': '(<f8|<f4|<[iu][248]|\|[iu]1|\|b1)', 'fortran_order': False, "
    rb"'shape': \(((?:[0-9]{1,12}(?:, ?|(?=\))))*)\), \} *\n"
)


def to_bytes(array: NDArray[Any]) -> bytes:
    """Return an array of numbers as a ``.npy`` file, little-endian.

    Raises
    ------
    TypeError
        If it isn't made of plain numbers.
    """
    if array.dtype.kind not in "fiub" or array.dtype.itemsize > 8:
        raise TypeError(f"an array of {array.dtype} can't be stored")
    file = io.BytesIO()
    plain = np.array(array, dtype=array.dtype.newbyteorder("<"), order="C")
    np.lib.format.write_array(file, plain, version=(1, 0), allow_pickle=False)
    return file.getvalue()


def from_bytes(content: bytes) -> NDArray[Any]:
    """Return the array, read-only.

    Raises
    ------
    ValueError
        With the end of a sentence that begins with the array's name.
    """
    if not content.startswith(b"\x93NUMPY"):
        raise ValueError("is not an array in numpy's format")
    length = int.from_bytes(content[8:10], "little")
    found = _HEADER.fullmatch(content[10 : 10 + length])
    if not content.startswith(_MAGIC) or found is None:
        raise ValueError("is not an array of plain numbers")
    dtype = np.dtype(found[1].decode())
    shape = tuple(int(size) for size in re.findall(rb"[0-9]+", found[2]))
    items = math.prod(shape)
    held = len(content) - 10 - length
    if len(shape) > 8 or items * dtype.itemsize != held:
        raise ValueError(f"says it has {items:,} numbers, but holds {held:,} bytes")
    return np.frombuffer(content, dtype, items, 10 + length).reshape(shape)
