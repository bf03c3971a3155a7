"""How small plots share the room of one."""

_WIDE = 1.25  # times as wide as high: there is a title above


def panel_grid(count: int, width: float, height: float) -> tuple[int, int]:
    """Return columns and rows in which so many pictures are largest, a little wider than high."""
    best, found = -1.0, (1, max(1, count))
    for columns in range(1, max(1, count) + 1):
        rows = -(-count // columns)
        side = min(width / columns / _WIDE, height / rows)
        if side > best + 1e-9:
            best, found = side, (columns, rows)
    return found
