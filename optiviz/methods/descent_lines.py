"""A descent as a listing: the lines around those that make a step of the gradient.

Imports the engine.
"""

from optiviz.engine.listing import Listing

_CLIP = (
    "norm = np.sqrt(g @ g)\n"
    "if norm > clip_norm:  # Pascanu, Mikolov & Bengio (2013)\n"
    "    g = g * (clip_norm / norm)\n"
)


def are_of_update(method: type) -> bool:
    """Whether the lines of a method's update were written for the update that it has."""
    names = ("update", "update_lines")
    first = next(
        names for names in ([n for n in names if n in vars(c)] for c in method.__mro__) if names
    )
    return "update_lines" in first


def listing(
    update: str, moments: tuple[str, ...], *, size: int | None, changing: bool, clipped: bool
) -> Listing:
    """Return the whole of a descent.

    Parameters
    ----------
    update : str
        The lines that move `x` by `g`.
    moments : tuple of str
        What is carried along, zero at first.
    size : int or None
        Rows in a batch; None for all rows.
    changing, clipped : bool
        The learning rate changes; long gradients are shortened.
    """
    counted = update.startswith("t = t + 1")
    carried = "".join(f"{name} = np.zeros(len(x))\n" for name in moments) + "t = 0\n" * counted
    step = "rate = learning_rate * schedule(k)\n" * changing
    if size is None:
        step += "g = gradient(x)\n" + _CLIP * clipped + update + "fx = f(x)"
        return Listing("fx = f(x)\n" + carried, step)
    several = "batch_size" if size > 1 else "1"
    step += (
        f'rows = permutation("epoch", epoch, n_rows)[place : place + {several}]\n'
        f"fx, g = f(x, rows), gradient(x, rows)  # on {'these rows' if size > 1 else 'this row'}\n"
        f"{_CLIP * clipped}{update}"
        "place, full_loss = place + len(rows), np.nan\n"
        "if place == n_rows:  # every row was seen\n"
        "    epoch, place = epoch + 1, 0\n"
        "    full_loss = f(x)"
    )
    before = "fx = full_loss = f(x)\nepoch, place = 0, 0\n" + carried
    return Listing(before, step, score="full_loss")
