"""Which templates of reports a user has; it imports nothing that draws, as windows ask at once."""

from pathlib import Path

from optiviz.store.folders import data_folder

ENDING = ".html.j2"


def folder() -> Path:
    """Return where templates are looked for; it needn't exist."""
    return data_folder() / "templates"


def names() -> tuple[str, ...]:
    """Return the names of the templates that are there, in the order of the alphabet."""
    found = folder().glob(f"*{ENDING}")
    return tuple(sorted(path.name.removesuffix(ENDING) for path in found if path.is_file()))
