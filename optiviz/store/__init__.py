"""What is kept on disk: run files, and the one way in which every file is written.

Imports problems and the engine.
"""

from optiviz.store.atomic import StoreError

__all__ = ["StoreError"]
