"""Long columns of numbers as text, exactly: a spec is plain data, and JSON knows no nan."""

import base64
import binascii
import zlib

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_ITEM = 8  # bytes of a number


def packed(values: Array) -> str:
    """Return numbers as text: base64 of zlib of little-endian doubles, row by row.

    Parameters
    ----------
    values : ndarray
        Of any shape; nan and infinities are kept.
    """
    plain = np.ascontiguousarray(values, dtype="<f8").tobytes()
    return base64.b64encode(zlib.compress(plain, 1)).decode("ascii")


def unpacked(text: str, most: int) -> Array:
    """Return the numbers of a text, shape (n,), read-only.

    Parameters
    ----------
    text : str
        Made by `packed`.
    most : int
        More numbers than this are refused, before there is memory for them.

    Raises
    ------
    ValueError
        With what is wrong, in a few words.
    """
    reader = zlib.decompressobj()
    try:
        plain = reader.decompress(base64.b64decode(text, validate=True), most * _ITEM + 1)
    except (binascii.Error, ValueError, zlib.error):
        raise ValueError("is no packed column of numbers") from None
    if len(plain) > most * _ITEM:
        raise ValueError(f"holds more than {most:,} numbers")
    if not reader.eof or len(plain) % _ITEM:
        raise ValueError("is cut off")
    return np.frombuffer(plain, dtype="<f8").astype(np.float64, copy=False)
