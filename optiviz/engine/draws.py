"""Random numbers as a read-only function of (seed, purpose, iteration).

Nothing is used up, so that drawing ahead, replay and branching need no stored stream. Numbers are
made tile by tile with a counter-based generator (Philox: Salmon et al. 2011), so that the number
for an iteration doesn't depend on how the run was cut into blocks.
"""

import hashlib
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
# Numbers and rows in a tile at most: enough to amortise a generator, without many for nothing.
_TILE_NUMBERS, _TILE_ROWS = 1 << 13, 1 << 10


class Draws:
    """The random numbers of one run, for one thread.

    Parameters
    ----------
    seed : int
        At least 0.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._tiles: dict[tuple[str, int], tuple[int, Array]] = {}
        self._permutation: tuple[tuple[str, int, int], NDArray[np.int64]] | None = None

    def normals(self, purpose: str, start: int, n: int, width: int) -> Array:
        """Return standard normal numbers for the iterations start to start + n - 1.

        Returns
        -------
        ndarray, shape (n, width)
            Read-only.
        """
        return self._rows(f"normal {purpose}", start, n, width, _standard_normal)

    def uniforms(self, purpose: str, start: int, n: int, width: int) -> Array:
        """Return numbers uniform in [0, 1), shape (n, width), read-only."""
        return self._rows(f"uniform {purpose}", start, n, width, _random)

    def permutation(self, purpose: str, index: int, n: int) -> NDArray[np.int64]:
        """Return the permutation of 0 to n - 1 that belongs to an index such as an epoch."""
        key = (purpose, index, n)
        if self._permutation is None or self._permutation[0] != key:
            rows = self._generator(f"permutation {purpose}", index).permutation(n)
            rows.flags.writeable = False
            self._permutation = (key, rows)
        return self._permutation[1]

    def _rows(
        self,
        purpose: str,
        start: int,
        n: int,
        width: int,
        draw: Callable[[np.random.Generator, tuple[int, int]], Array],
    ) -> Array:
        height = min(_TILE_ROWS, 1 << max(0, (_TILE_NUMBERS // width).bit_length() - 1))
        parts = []
        row, end = start, start + n
        while row < end:
            index, offset = divmod(row, height)
            found = self._tiles.get((purpose, width))
            if found is None or found[0] != index:
                tile = draw(self._generator(purpose, index), (height, width))
                tile.flags.writeable = False
                found = self._tiles[purpose, width] = (index, tile)
            parts.append(found[1][offset : offset + end - row])
            row += len(parts[-1])
        if len(parts) == 1:
            return parts[0]
        numbers = np.concatenate(parts) if parts else np.empty((0, width))
        numbers.flags.writeable = False
        return numbers

    def _generator(self, purpose: str, index: int) -> np.random.Generator:
        name = f"{self.seed} {purpose}".encode()
        key = np.frombuffer(hashlib.sha256(name).digest()[:16], dtype="<u8")
        return np.random.Generator(np.random.Philox(key=key, counter=[0, 0, index, 0]))


def _standard_normal(generator: np.random.Generator, shape: tuple[int, int]) -> Array:
    return generator.standard_normal(shape)


def _random(generator: np.random.Generator, shape: tuple[int, int]) -> Array:
    return generator.random(shape)
