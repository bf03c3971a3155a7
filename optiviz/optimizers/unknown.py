"""What an algorithm did that is not known here: a plug-in is missing, or its file is newer."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.draws import Draws
from optiviz.engine.optimizer import Block, Channel, State, StretchOptimizer
from optiviz.engine.parameters import Param
from optiviz.engine.problem import Array, Evaluator, Problem

_LONGEST = 64 << 20  # characters of a spec


@dataclass(frozen=True)
class UnknownState(State):
    """A state with all that its algorithm carried, under the names that it gave it.

    Attributes
    ----------
    carried : tuple of (str, ndarray)
    """

    carried: tuple[tuple[str, NDArray[Any]], ...] = ()

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return every field as an array, for storing: what is carried under its own names."""
        usual = {field.name: np.asarray(getattr(self, field.name)) for field in fields(State)}
        return usual | dict(self.carried)


class Unknown(StretchOptimizer):
    """Stand for an algorithm that is not known here: what it did is shown, and not led on.

    Between two of its states that were stored, its point is not known: there it stands still.
    """

    kind = "unknown"
    label = "Not known here"
    group = "Recorded"
    listed = False
    recorded = True
    replays = False
    state_type = UnknownState

    name: Annotated[str, Param("What its file calls it.", max_length=200)]
    why: Annotated[str, Param("Why it can only be looked at, as the end of a sentence.")]
    spec: Annotated[str, Param("All that its file says it depends on.", max_length=_LONGEST)]
    newer: Annotated[bool, Param("Its file holds more than is understood here.")] = False
    channel_names: Annotated[tuple[str, ...], Param("What it reports of itself.")] = ()
    channel_labels: Annotated[tuple[str, ...], Param("What that is called on screen.")] = ()
    log_channels: Annotated[tuple[str, ...], Param("What is best read on a log scale.")] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        channels = tuple(
            Channel(name, label, "log" if name in self.log_channels else "linear")
            for name, label in zip(self.channel_names, self.channel_labels, strict=True)
        )
        object.__setattr__(self, "channels", channels)
        object.__setattr__(self, "label", f"{self.name} (not known here)")

    def check(self) -> Iterator[tuple[str, str]]:
        """Check that what it reports is named, and that its spec can be written again."""
        if len(self.channel_names) != len(self.channel_labels):
            yield "channel_labels", "must be as many as channel_names"
        try:
            json.loads(self.spec)
        except (ValueError, RecursionError):
            yield "spec", "is not JSON"

    @property
    def read_only(self) -> str:
        """Why a run of it can only be looked at."""
        return self.why

    def check_problem(self, problem: Problem) -> Iterator[tuple[str, str]]:
        """Suit every problem: it computes nothing."""
        yield from ()

    def sentence(self) -> str:
        """Say why it can only be looked at."""
        return f"What {self.name} did can only be looked at: {self.why}."

    def init(self, problem: Evaluator[Problem], x0: Array, draws: Draws) -> State:
        """Refuse.

        Raises
        ------
        ValueError
        """
        raise ValueError(self.sentence())

    def steps(
        self, problem: Evaluator[Problem], state: State, draws: Draws, n: int
    ) -> tuple[State, Block]:
        """Refuse.

        Raises
        ------
        ValueError
        """
        raise ValueError(self.sentence())
