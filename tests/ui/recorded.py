"""A history in memory, for tests of the library: the same in 10,000 runs as in three."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from optiviz.store.atomic import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optiviz.engine.run import Run

NOW = 1_763_700_000.0


@dataclass(frozen=True)
class Kept:
    """One run, with the fields of the history's `Item`."""

    id: str
    name: str
    created: float = NOW
    tags: tuple[str, ...] = ()
    notes: str = ""
    status: str = "finished"
    k: int = 1000
    seconds: float = 0.8
    stop_reason: object = "iterations"
    failure: str = ""
    algorithm: str = "hill_climbing"
    problem: str = "network_training"
    dataset: str = "classification"
    reading: str = "accuracy"
    best: float = 0.91
    train_accuracy: float | None = 0.92
    test_accuracy: float | None = 0.9
    summary: str = "hill climbing on random clusters"
    course: np.ndarray = field(default_factory=lambda: np.zeros(0, np.float32), compare=False)
    size: int = 41_000
    damaged: str = ""
    read_only: str = ""
    live: bool = False


class FakeHistory:
    """What another process, too, may change; safe from any thread."""

    def __init__(self, *kept: Kept) -> None:
        self.lock = threading.RLock()
        self.kept = {item.id: item for item in kept}
        self.gone: dict[str, Kept] = {}
        self.runs: dict[str, Run] = {}
        self.refuses = ""  # a sentence with which everything fails
        self.closed = 0
        self.asked = 0
        self._stage = self._seen = 0

    def open(self, folder: object = None) -> FakeHistory:
        self._refuse()
        return self

    def _refuse(self) -> None:
        if self.refuses:
            raise StoreError(self.refuses)

    def add(self, *items: Kept) -> None:
        with self.lock:
            self.kept.update({item.id: item for item in items})
            self._stage += 1

    def items(self, deleted: bool = False) -> list[Kept]:
        self._refuse()
        with self.lock:
            self.asked += 1
            self._seen = self._stage
            found = self.gone if deleted else self.kept
            return sorted(found.values(), key=lambda item: -item.created)

    def changed(self) -> bool:
        self._refuse()
        self.asked += 1
        return self._seen != self._stage

    def load(self, key: str, /) -> Run:
        self._refuse()
        if key not in self.runs:
            raise StoreError("it is damaged: its checksum is another one")
        return self.runs[key]

    def resume(self, key: str, /) -> Run:
        return self.load(key)

    def label(
        self,
        ids: Iterable[str],
        *,
        name: str | None = None,
        tags: object = None,
        notes: str | None = None,
    ) -> None:
        given = {"name": name, "tags": tags, "notes": notes}
        new = {what: value for what, value in given.items() if value is not None}
        with self.lock:
            for key in ids:
                for some in (self.kept, self.gone):
                    if key in some:
                        some[key] = replace(some[key], **new)
            self._stage += 1

    def delete(self, ids: Iterable[str]) -> None:
        self._move(ids, self.kept, self.gone)

    def restore(self, ids: Iterable[str]) -> None:
        self._move(ids, self.gone, self.kept)

    def _move(self, ids: Iterable[str], some: dict[str, Kept], others: dict[str, Kept]) -> None:
        self._refuse()
        with self.lock:
            for key in ids:
                if key in some:
                    others[key] = some.pop(key)
            self._stage += 1

    def purge(self, ids: Iterable[str]) -> None:
        with self.lock:
            for key in ids:
                self.gone.pop(key, None)
            self._stage += 1

    def close(self) -> None:
        self.closed += 1


ALGORITHMS = ("hill_climbing", "simulated_annealing", "adam", "genetic_algorithm", "cma_es",
              "gradient_descent", "momentum", "nelder_mead", "particle_swarm")  # fmt: skip
DATASETS = ("classification", "iris", "spirals", "moons", "wine", "digits", "")
TAGS = ("thesis", "lecture 3", "best so far", "to repeat", "projector")
NAMES = ("small steps", "long steps", "classic climb", "with momentum", "seed {i}", "rate 0.0{i}",
         "a long name that says more than a column has room for, as people write {i}",
         "night run {i}", "before the change", "Lena's network")  # fmt: skip


def many(n: int, now: float = NOW) -> list[Kept]:
    """Return runs as people have them, the same ones each time."""
    rng = np.random.default_rng(3)
    made = []
    for i in range(n):
        dataset = DATASETS[i % len(DATASETS)]
        climbs = bool(dataset)
        steps = np.sort(rng.uniform(0, 1, 48)) ** rng.uniform(0.15, 0.9)
        course = steps * 0.45 + 0.5 if climbs else 10 ** (3 - 8 * steps)
        ends = (("finished", "iterations"),) * 6 + (("interrupted", "interrupted"), ("failed", ""),
                ("finished", "by_hand"), ("finished", "diverged"))  # fmt: skip
        status, reason = ends[int(rng.integers(len(ends)))]
        k = int(10 ** rng.uniform(2, 6))
        count = int(rng.choice([0, 0, 0, 1, 1, 2, 3]))
        made.append(
            Kept(
                id=f"{i:032x}",
                name=NAMES[i % len(NAMES)].format(i=i),
                created=now - 60 - (i**1.5) * 5000,
                tags=tuple(dict.fromkeys(rng.choice(TAGS, count).tolist())),
                notes="tried before the break" if i % 9 == 0 else "",
                status=status,
                k=k,
                seconds=float(10 ** rng.uniform(-1, 3.6)),
                stop_reason=reason,
                algorithm=ALGORITHMS[i % len(ALGORITHMS)],
                problem="network_training" if climbs else "function_2d",
                dataset=dataset,
                reading="accuracy" if climbs else "value of Rosenbrock",
                best=float(course[-1]),
                train_accuracy=float(course[-1]) if climbs else None,
                test_accuracy=float(course[-1]) - 0.02 if climbs else None,
                summary="5-10-1 network, sigmoid, random clusters of 1,000 rows, seed 1; ends "
                "after 1,000 iterations",
                course=course.astype(np.float32),
                size=int(10 ** rng.uniform(3.6, 6.8)),
            )
        )
    return made
