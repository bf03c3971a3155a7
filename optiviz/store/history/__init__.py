"""The history: every run as it went, in one database that many processes share."""

from optiviz.store.history.library import History
from optiviz.store.history.recorder import Recorder
from optiviz.store.history.rows import Item

__all__ = ["History", "Item", "Recorder"]
