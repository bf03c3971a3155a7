"""What an algorithm returned is looked at before it is kept: anybody may write one.

What is wrong ends the run with a sentence, and the trace has no half of it.
"""

from typing import Any

import numpy as np

from optiviz.engine.optimizer import COLUMNS, Block, Optimizer, State


def check_state(optimizer: Optimizer, state: Any, k: int, dim: int) -> None:
    """Refuse what is no state after k iterations at a point of so many coordinates.

    Raises
    ------
    TypeError
        With a sentence that names the algorithm, what it returned, and what would be right.
    """
    if not isinstance(state, State):
        raise _wrong(optimizer, f"a {type(state).__name__} as its state", "a State")
    if not isinstance(state, optimizer.state_type):
        raise _wrong(optimizer, f"a {type(state).__name__}", f"a {optimizer.state_type.__name__}")
    if state.k != k:
        raise _wrong(optimizer, f"the state of iteration {state.k}", f"that of iteration {k:,}")
    for name in ("x", "best_x"):
        point = getattr(state, name)
        if not isinstance(point, np.ndarray) or point.dtype != np.float64:
            raise _wrong(optimizer, f"{name} that is {_what(point)}", "an array of float64")
        if point.shape != (dim,):
            raise _wrong(optimizer, f"{name} of shape {point.shape}", f"one of shape ({dim},)")
    for name in ("f", "best_f"):
        value = getattr(state, name)
        if not isinstance(value, float | int | np.floating):
            raise _wrong(optimizer, f"{name} that is {_what(value)}", "a number")


def check_block(optimizer: Optimizer, block: Any, n: int) -> None:
    """Refuse what is no block of n iterations.

    Raises
    ------
    TypeError
        With a sentence that names the algorithm, what it returned, and what would be right.
    """
    if not isinstance(block, Block):
        raise _wrong(optimizer, f"a {type(block).__name__} as its rows", "a Block")
    for name in COLUMNS:
        column = getattr(block, name)
        if not isinstance(column, np.ndarray) or column.dtype.kind not in "fiub":
            raise _wrong(optimizer, f"{name} that are {_what(column)}", "an array of numbers")
        wanted = (n, *column.shape[1:2]) if name == "channels" else (n,)
        if column.shape != wanted:
            raise _wrong(optimizer, f"{name} of shape {column.shape}", f"shape {wanted}")
    declared, delivered = len(optimizer.channels), block.channels.shape[-1]
    if declared != delivered:
        raise TypeError(f"{optimizer.label} declares {declared} channels, delivers {delivered}")


def _what(value: object) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype}"
    return f"a {type(value).__name__}"


def _wrong(optimizer: Optimizer, found: str, right: str) -> TypeError:
    return TypeError(f"{optimizer.label} returned {found}, where {right} is right")
