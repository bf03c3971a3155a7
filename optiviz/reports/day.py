"""The day that a report names: today, or the one that is set, so that it can be made again."""

import os
from datetime import UTC, date, datetime

from optiviz.store import StoreError

_SET = "SOURCE_DATE_EPOCH"  # of reproducible-builds.org, 2017: seconds since 1970, in UTC


def today() -> str:
    """Return the day as year-month-day.

    Raises
    ------
    StoreError
        If the environment sets one that is none.
    """
    text = os.environ.get(_SET, "")
    if not text:
        return date.today().isoformat()
    try:
        return datetime.fromtimestamp(int(text), UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        raise StoreError(
            f"{_SET}={text} names no day; it must be whole seconds since 1970, or be unset"
        ) from None
