"""Pieces of a script, of which those are taken that the rest of it needs."""

import ast
import base64
import builtins
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MOST_NUMBERS = 200_000  # in a script: two megabytes, which editors still open
_WIDTH = 88
_FEW = 12  # numbers that are written out


class NoScript(Exception):
    """A run that can't be written as a script; its text is a sentence that says why."""


def chosen(pieces: Mapping[str, str], text: str) -> list[str]:
    """Return the pieces whose names a text reads, and those that they read, in their order.

    Parameters
    ----------
    pieces : mapping
        Lines of Python by the name that they define.
    text : str
        Lines of Python.
    """
    wanted: set[str] = set()
    waiting = [text]
    while waiting:
        for name in names_read(waiting.pop()) & pieces.keys() - wanted:
            wanted.add(name)
            waiting.append(pieces[name])
    return list(dict.fromkeys(piece for name, piece in pieces.items() if name in wanted))


def names_read(text: str) -> set[str]:
    """Return every name in lines of Python."""
    return {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}


def unknown(text: str) -> set[str]:
    """Return the names that a program reads and nobody has defined."""
    nodes = list(ast.walk(ast.parse(text)))
    known = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    known |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    aliases = [node for node in nodes if isinstance(node, ast.alias)]
    known |= {alias.asname or alias.name for alias in aliases}
    return names_read(text) - known - names_set(text) - set(dir(builtins))


def names_set(text: str) -> set[str]:
    """Return the names that lines of Python give a value."""
    names = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)]
    return {node.id for node in names if isinstance(node.ctx, ast.Store)}


def literal(value: Any) -> str:
    """Return plain data or an array as Python that makes the very same again."""
    if isinstance(value, np.ndarray) and value.ndim:
        return _array(value)
    if isinstance(value, np.generic | np.ndarray):
        return literal(value.item())
    if isinstance(value, float):
        return repr(value) if np.isfinite(value) else f'float("{value}")'
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, tuple):
        return f"({''.join(f'{literal(item)}, ' for item in value)})".replace(", )", ",)")
    if value is None or isinstance(value, bool | int | str):
        return repr(value)
    raise NoScript(f"A {type(value).__name__} that the lines carry along can't be written down.")


def _array(values: NDArray[Any]) -> str:
    if values.size > _MOST_NUMBERS:
        raise NoScript(
            f"{values.size:,} numbers are too many for a script; {_MOST_NUMBERS:,} are the most."
        )
    if values.size > _FEW and values.dtype == np.float64 and not values.any():
        return f"np.zeros({values.shape!r})"
    if values.size <= _FEW and values.dtype == np.float64 and np.isfinite(values).all():
        return f"np.array({values.tolist()!r})"
    packed = base64.b64encode(zlib.compress(np.ascontiguousarray(values).tobytes(), 6)).decode()
    lines = [packed[i : i + _WIDTH] for i in range(0, len(packed), _WIDTH)]
    return f'unpacked("{values.dtype.str}", {values.shape!r}, """\n' + "\n".join(lines) + '\n""")'


UNPACKED = '''\
def unpacked(dtype, shape, text):
    """Return the array whose bytes were compressed and written as text."""
    numbers = np.frombuffer(zlib.decompress(base64.b64decode(text)), dtype)
    return numbers.reshape(shape)
'''


def joined(pieces: Iterable[str]) -> str:
    """Return pieces one after the other, with room around functions and what is done at last."""
    text, was_function = "", False
    *first, last = [piece.strip("\n") for piece in pieces if piece.strip()]
    for piece in first:
        is_function = piece.startswith("def ")
        gap = "\n\n" if text and (is_function or was_function) else ""
        text, was_function = f"{text}{gap}{piece}\n", is_function
    gap = "" if not text else "\n\n" if was_function else "\n"
    return f"{text}{gap}{last}\n"
