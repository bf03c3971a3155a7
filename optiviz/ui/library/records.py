"""What the library needs of a history: which runs there are, and what can be done with them."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.run import Run


class Item(Protocol):
    """What is known of one recorded run without opening it."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def created(self) -> float: ...  # noqa: D102
    @property
    def tags(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def notes(self) -> str: ...  # noqa: D102
    @property
    def status(self) -> str: ...  # noqa: D102
    @property
    def k(self) -> int: ...  # noqa: D102
    @property
    def seconds(self) -> float: ...  # noqa: D102
    @property
    def stop_reason(self) -> object: ...  # noqa: D102
    @property
    def failure(self) -> str: ...  # noqa: D102
    @property
    def algorithm(self) -> str: ...  # noqa: D102
    @property
    def problem(self) -> str: ...  # noqa: D102
    @property
    def dataset(self) -> str: ...  # noqa: D102
    @property
    def reading(self) -> str: ...  # noqa: D102
    @property
    def best(self) -> float | None: ...  # noqa: D102
    @property
    def train_accuracy(self) -> float | None: ...  # noqa: D102
    @property
    def test_accuracy(self) -> float | None: ...  # noqa: D102
    @property
    def summary(self) -> str: ...  # noqa: D102
    @property
    def course(self) -> NDArray[np.float32]: ...  # noqa: D102
    @property
    def size(self) -> int: ...  # noqa: D102
    @property
    def damaged(self) -> str: ...  # noqa: D102
    @property
    def live(self) -> bool: ...  # noqa: D102


class Records(Protocol):
    """A history that is open."""

    def items(self, deleted: bool = False) -> Sequence[Item]:
        """Return the runs that are there, newest first, or those that were deleted."""

    def changed(self) -> bool:
        """Whether somebody changed something since the last `items`."""

    def load(self, key: str, /) -> Run:
        """Return a run as it was recorded."""

    def resume(self, key: str, /) -> Run:
        """Return a run that is recorded on from here by this process."""

    def label(
        self,
        ids: Sequence[str],
        *,
        name: str | None = None,
        tags: Sequence[str] | None = None,
        notes: str | None = None,
    ) -> None:
        """Give runs another name, tags or notes."""

    def delete(self, ids: Sequence[str]) -> None:
        """Put runs away."""

    def restore(self, ids: Sequence[str]) -> None:
        """Bring runs back that were put away."""

    def purge(self, ids: Sequence[str]) -> None:
        """Delete runs for good."""

    def close(self) -> None:
        """Leave the database."""
