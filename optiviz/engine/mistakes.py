"""What is wrong with a set of parameters: each mistake at its place, in one sentence."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mistake:
    """One mistake in a set of parameters: where it is, and one sentence that says what is wrong."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class SpecError(ValueError):
    """All mistakes that were found in a set of parameters, a line each."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(map(str, mistakes)))
