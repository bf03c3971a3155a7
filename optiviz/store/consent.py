"""To which plug-ins the user has agreed: remembered by path and SHA-256, in the settings folder."""

import json
from pathlib import Path

from optiviz.engine.spec import parse_json
from optiviz.store.atomic import StoreError, write_text
from optiviz.store.folders import settings_folder

_NAME = "plugins.json"
_LARGEST = 1_000_000  # bytes


def is_given(path: Path, sha: str) -> bool:
    """Whether the user has agreed to this very content at this place."""
    return _known().get(str(path.resolve())) == sha


def give(path: Path, sha: str) -> None:
    """Remember that the user agreed. Where that can't be written, it is asked again."""
    known = _known() | {str(path.resolve()): sha}
    try:
        settings_folder().mkdir(parents=True, exist_ok=True)
        write_text(settings_folder() / _NAME, json.dumps(known, indent=1))
    except (OSError, StoreError):
        return


def _known() -> dict[str, str]:
    """Return what was agreed to; nothing where that can't be read: it is asked again."""
    path = settings_folder() / _NAME
    try:
        with path.open("rb") as file:
            found = parse_json(file.read(_LARGEST).decode("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {key: value for key, value in found.items() if isinstance(value, str)}
