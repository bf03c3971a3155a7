"""An algorithm as a few lines of Python that people read, and that can be run line by line."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Listing:
    """The loop of an algorithm, and what is done once before it.

    The lines are real: running them gives the trace of the optimizer. They know the start point as
    `x`, which they never change in place, `k` (the iterations done), every setting by its field's
    name (a schedule as a function of k), numpy as `np`, and:

    - ``f(x)``, ``gradient(x)``, ``hessian(x)``; ``f(x, rows)`` and ``gradient(x, rows)`` over some
      of the ``n_rows`` rows; ``f`` of a matrix gives the value of each of its rows;
    - ``normals(purpose, width)`` and ``uniforms(purpose, width)``: the random numbers of this
      iteration, an array of the shape (width,);
    - ``normal_rows(purpose, start, n, width)`` and ``uniform_rows`` of the same form: those of the
      iterations start to start + n - 1, of the shape (n, width);
    - ``permutation(purpose, index, n)``, and ``sample(purpose, start, n)``: points number start to
      start + n - 1 that are drawn as start points are, one in a row;
    - ``correction(x, row)``: (target - output) * input of a row, where rows can be corrected.

    Attributes
    ----------
    before : str
        Lines that are run once: they leave the value of x in `fx`, and set what is carried along.
    loop : str
        Lines of one iteration, ten to twenty at most: they leave the point in `x`, its value in
        `fx`.
    helpers : str
        Functions that these lines call, and whose names say enough.
    score, best : str
        Expressions, that hold after `before` too: the value by which the best point is chosen, nan
        where it isn't known, and the point that has it.
    """

    before: str
    loop: str
    helpers: str = ""
    score: str = "fx"
    best: str = "x"
