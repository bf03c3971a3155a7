"""How long things take, as benchmarks measure it."""

import time
from collections.abc import Callable


def least(work: Callable[[], object], spend: float = 0.2) -> float:
    """Return the seconds of a call: the least of what was measured in `spend` seconds.

    What else runs on the machine only adds to it. Short calls are timed many together.
    """
    work()
    best, calls, ends = float("inf"), 1, time.perf_counter() + spend
    while True:
        began = time.perf_counter()
        for _ in range(calls):
            work()
        now = time.perf_counter()
        best = min(best, (now - began) / calls)
        if now >= ends:
            return best
        if now - began < 1e-3:
            calls *= 2
