"""What speaks against a comparison, each in a sentence, and what to do instead."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Caution:
    """Something that makes a comparison say less than it seems to.

    Attributes
    ----------
    kind : str
        Which one it is, such as "few_seeds": for programs.
    sentence : str
        What is wrong, and why that matters.
    instead : str
        What to do instead.
    """

    kind: str
    sentence: str
    instead: str
