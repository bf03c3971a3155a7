"""The timeline: transport, figures at the playhead, speed, and the bar with its markers.

Imports Qt, the session, the theme, and what the analysis knows of a run's events.
"""

from optiviz.ui.timeline.bar import TimelineBar
from optiviz.ui.timeline.transport import Timeline

__all__ = ["Timeline", "TimelineBar"]
