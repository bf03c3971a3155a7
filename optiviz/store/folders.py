"""Where the user's things are: data that must last, and settings. Imports no other room.

``OPTIVIZ_HOME`` names another folder for all of it, for tests, for a stick, or for a class.
"""

import os
from pathlib import Path

import platformdirs

HOME = "OPTIVIZ_HOME"


def data_folder() -> Path:
    """Return where the history of runs is; it needn't exist."""
    home = os.environ.get(HOME)
    return Path(home) if home else platformdirs.user_data_path("optiviz", appauthor=False)


def settings_folder() -> Path:
    """Return where settings are; it needn't exist."""
    home = os.environ.get(HOME)
    return Path(home) if home else platformdirs.user_config_path("optiviz", appauthor=False)
