"""How chances are said."""

ALPHA = 0.05  # below this a difference is called one
_UNITS = ((100, "100"), (1_000, "1,000"), (10_000, "10,000"), (1_000_000, "a million"))


def chance(p: float) -> str:
    """Return how often something happens, such as "1 of 1,000"."""
    for unit, name in _UNITS:
        if round(p * unit) >= 1:
            return f"{round(p * unit):,} of {name}"
    return f"fewer than 1 of {_UNITS[-1][1]}"
