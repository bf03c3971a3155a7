"""How small plots share the room of one."""


def panel_grid(count: int, width: float, height: float) -> tuple[int, int]:
    """Return columns and rows in which so many pictures are largest, if they are about square."""
    best, found = -1.0, (1, max(1, count))
    for columns in range(1, max(1, count) + 1):
        rows = -(-count // columns)
        side = min(width / columns, height / rows)
        if side > best + 1e-9:
            best, found = side, (columns, rows)
    return found
