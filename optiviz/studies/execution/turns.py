"""Which runs of a study come next: in batches of equal time, the dearest not at the very end.

What a configuration costs is measured as its runs come in.
"""

from collections import deque
from collections.abc import Sequence

from optiviz.studies.plan import Planned

_BATCH = 0.25  # seconds: long beside handing it over, short beside what people wait for
_BESIDE = 2e-3  # seconds that a run takes beside its computing
_LARGEST = 256  # runs in a batch


class Turns:
    """The runs that are still to be started.

    They come in the order of the plan, seed by seed, so that a part of the study treats all
    configurations alike; only towards the end the dearest come first.

    Parameters
    ----------
    missing : sequence of Planned
    jobs : int
        How many work at the same time.
    """

    def __init__(self, missing: Sequence[Planned], jobs: int) -> None:
        self._order = deque(missing)
        self._jobs = jobs
        self._of: dict[int, deque[Planned]] = {}
        for planned in missing:
            self._of.setdefault(planned.configuration, deque()).append(planned)
        self._left = set(missing)
        self._measured: dict[int, tuple[int, float]] = {}  # runs and seconds

    def __bool__(self) -> bool:
        return bool(self._left)

    def took(self, planned: Planned, seconds: float) -> None:
        """Note how long a run computed; loading its data is not part of that."""
        n, total = self._measured.get(planned.configuration, (0, 0.0))
        self._measured[planned.configuration] = n + 1, total + seconds + _BESIDE

    def batch(self) -> list[Planned]:
        """Return the runs that one process does next; one alone while its cost is not known."""
        cost = {c: total / n for c, (n, total) in self._measured.items()}
        waiting = {c: len(runs) for c, runs in self._of.items() if runs}
        total = sum(cost.get(c, 0.0) * n for c, n in waiting.items())
        share = min(_BATCH, total / (4 * self._jobs))
        dearest = max((cost.get(c, 0.0) for c in waiting), default=0.0)
        ending = total < 2 * self._jobs * dearest and waiting.keys() <= cost.keys()
        batch: list[Planned] = []
        seconds = 0.0
        while self._left and len(batch) < _LARGEST:
            planned = self._dearest(cost) if ending else self._first()
            alone = planned.configuration not in cost
            seconds += cost.get(planned.configuration, 0.0)
            if batch and (alone or seconds > share):
                break
            self._take(planned)
            batch.append(planned)
            if alone:
                break
        return batch

    def withdraw(self, configuration: int) -> list[Planned]:
        """Return what is left of a configuration; it doesn't come up any more."""
        withdrawn = list(self._of.get(configuration, ()))
        for planned in withdrawn:
            self._take(planned)
        return withdrawn

    def _first(self) -> Planned:
        while self._order[0] not in self._left:
            self._order.popleft()
        return self._order[0]

    def _dearest(self, cost: dict[int, float]) -> Planned:
        return self._of[max((c for c, runs in self._of.items() if runs), key=cost.__getitem__)][0]

    def _take(self, planned: Planned) -> None:
        self._left.remove(planned)
        self._of[planned.configuration].remove(planned)  # the first, so it takes no time
