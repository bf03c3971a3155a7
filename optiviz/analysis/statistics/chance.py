"""How chances and counts are said."""

ALPHA = 0.05  # below this a difference is called one
_UNITS = ((100, "100"), (1_000, "1,000"), (10_000, "10,000"), (1_000_000, "a million"))


def chance(p: float) -> str:
    """Return how often something happens, such as "1 of 1,000"."""
    for unit, name in _UNITS:
        if round(p * unit) >= 1:
            return f"{round(p * unit):,} of {name}"
    return f"fewer than 1 of {_UNITS[-1][1]}"


def counted(n: int, what: str, several: str = "") -> str:
    """Return a number of things: "1 run", "2 runs"."""
    return f"{n:,} {what}" if n == 1 else f"{n:,} {several or what + 's'}"


def listed(names: list[str], most: int = 6) -> str:
    """Return names as a list in a sentence; of many only the first."""
    if len(names) > most:
        names = [*names[:most], f"{len(names) - most:,} more"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
