"""What a step is made of, as vectors that can be drawn from the point where it begins."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Part:
    """One vector that goes into a step.

    Attributes
    ----------
    kind : {"gradient", "memory", "other"}
        From the slope here, from what is remembered of earlier steps, or from neither.
    label : str
        What it is, with its factor: "−rate · gradient".
    vector : ndarray, shape (dim,)
        In units of the coordinates.
    scaled : bool
        Its length compares with that of the step; else only its direction has a meaning.
    """

    kind: Literal["gradient", "memory", "other"]
    label: str
    vector: NDArray[np.float64]
    scaled: bool = True
