"""What went wrong with a run, or with work beside runs."""

import traceback
from dataclasses import dataclass
from typing import Self

from optiviz.engine.parameters import SpecError
from optiviz.engine.wording import named, said_by


@dataclass(frozen=True)
class Failure:
    """What went wrong: a sentence for everybody, and the traceback for whoever mends it.

    There are no details where no code is to be mended: the data can't be used as they are set.
    """

    sentence: str
    details: str

    @classmethod
    def of(cls, error: BaseException) -> Self:
        """Return what is to be said of an error."""
        if isinstance(error, SpecError):
            return cls("; ".join(map(str, error.mistakes)), "")
        if isinstance(error, MemoryError):
            return cls("It needs more memory than there is.", "")
        return cls(named(error), "".join(traceback.format_exception(error)))

    @classmethod
    def beside_runs(cls, error: BaseException) -> Self:
        """Return what is to be said of an error of ours, whose words are a sentence already."""
        return cls(said_by(error), "".join(traceback.format_exception(error)))
