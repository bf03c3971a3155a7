"""What to look for in a figure of a study."""

from optiviz.views.figure import Figure

_READING = {
    "progress": "A curve that is ahead early and passed later is quick but gets stuck: which is "
    "best depends on where one stops. Bands that overlap all the way are a difference that may be "
    "luck.",
    "spread": "Look at the points before the boxes: two clouds in one row are two ways in which a "
    "run can end, and a median between them is a value that no run has. A long tail on the worse "
    "side is the risk that is taken with a single run.",
    "running_times": "A curve farther left is quicker, one that ends higher gets there more often; "
    "where two cross, which is better depends on how long one can wait.",
    "heat_map": "Look for a region, not for the best cell: a good cell between bad ones is luck, "
    "one among good ones still holds when the settings are a little off.",
    "sweep_curve": "Where the line is flat the setting need not be exact; a narrow peak or dip has "
    "to be met, and may be luck.",
    "pairwise_table": "Read along a row: above 50 % its runs are the better ones more often than "
    "not. A large number without a tint is a lead that so few runs can't tell from luck.",
    "variances": "Where the split decides, more seeds of the search tell nothing new: more splits "
    "do.",
}


def what_to_see(kind: str, figure: Figure) -> str:
    """Say what to look for in the figure of a kind of view; nothing where nobody knows."""
    return "" if figure.empty else _READING.get(kind, "")
