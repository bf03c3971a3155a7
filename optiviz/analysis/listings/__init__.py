"""Listings of algorithms, run as a whole or line by line.

Imports the engine and schedules.
"""

from optiviz.analysis.listings.followed import Event, Followed, Glimpse
from optiviz.analysis.listings.program import (
    Course,
    Program,
    TooMuch,
    lines_of_settings,
    names_in,
    run_listing,
    settings,
    trace_iteration,
)

__all__ = [
    "Course", "Event", "Followed", "Glimpse", "Program", "TooMuch", "lines_of_settings", "names_in",
    "run_listing", "settings", "trace_iteration",
]  # fmt: skip
