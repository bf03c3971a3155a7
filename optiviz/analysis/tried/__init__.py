"""What the iterations of a run tried, whether it was kept, and with what probability.

A trace has where a run came to; what it tried on the way is found by doing a stretch again, on
demand, from the nearest state that is known.
"""

from optiviz.analysis.tried.book import Known, tried
from optiviz.analysis.tried.tries import Role, Tries
from optiviz.analysis.tried.window import Window, around, look

__all__ = ["Known", "Role", "Tries", "Window", "around", "look", "tried"]
