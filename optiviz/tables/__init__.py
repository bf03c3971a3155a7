"""People's own tables: their bytes by what is in them, and how text becomes columns of numbers.

Imports the engine and numpy; knows no dataset and no window.
"""

MOST_BYTES = 256 * 2**20
MOST_ROWS = 1_000_000
MOST_COLUMNS = 10_000
MOST_NUMBERS = 50_000_000  # rows times columns
MOST_CHARACTERS = 131_072  # of one field


class TableError(Exception):
    """A table can't be used: one plain sentence.

    Parameters
    ----------
    sentence : str
    field : str
        The setting that is to be changed; "content" where the table itself is at fault.
    """

    def __init__(self, sentence: str, field: str = "content") -> None:
        super().__init__(sentence)
        self.field = field


class Cancelled(Exception):
    """Reading was cancelled by whoever asked for it."""
