"""Digests of runs as an older format stored them: one SHA-256 over all rows, without links.

Files of version 1 have such ones. They can't be led on, so a run that is done again is compared
with them row by row.
"""

import hashlib

import numpy as np

from optiviz.engine.chain import as_bytes
from optiviz.engine.optimizer import COLUMNS, Block
from optiviz.engine.run import Reader, Run
from optiviz.engine.trace import row_dtype

PLAIN = "plain:"
"""Stands before a digest of the older kind, wherever digests of both kinds may be."""

_ROWS = 1 << 15


def plain(run: Run) -> str:
    """Return the older digest of a run that can be replayed: of trace, last and best point."""
    rows, reader = hashlib.sha256(), Reader(run)
    for start in range(0, len(run.trace), _ROWS):
        block = reader.rows(start, min(start + _ROWS, len(run.trace)))
        rows.update(as_bytes(_packed(block, run.trace.n_channels)).data)
    state = run.state_now
    parts = (rows.hexdigest().encode(), state.x.tobytes(), state.best_x.tobytes())
    return hashlib.sha256(b"".join(parts)).hexdigest()


def _packed(block: Block, n_channels: int) -> np.ndarray:
    packed = np.empty(len(block), dtype=row_dtype(n_channels))
    for name in COLUMNS:
        packed[name] = vars(block)[name]
    return packed


def is_of(run: Run, digest: str) -> bool:
    """Whether a digest, of either kind, is that of a run."""
    if digest.startswith(PLAIN):
        return plain(run) == digest.removeprefix(PLAIN)
    return run.digest == digest
