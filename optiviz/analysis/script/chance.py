"""The random numbers of a run, as lines that need numpy alone; `optiviz.engine.draws` says how."""

CHANCE = {
    "random_source": '''\
def random_source(purpose, index):
    """Return a generator that belongs to the seed, a purpose and an index."""
    key = np.frombuffer(hashlib.sha256(f"{SEED} {purpose}".encode()).digest()[:16], "<u8")
    return np.random.Generator(np.random.Philox(key=key, counter=[0, 0, index, 0]))
''',
    "TILES": "TILES = {}  # random numbers that are made together, the last ones of each purpose\n",
    "random_rows": '''\
def random_rows(kind, purpose, start, n, width):
    """Return the random numbers of the iterations start to start + n - 1, made tile by tile."""
    height = min(1024, 1 << max(0, (8192 // width).bit_length() - 1))
    rows = np.empty((n, width))
    for i in range(n):
        index, place = divmod(start + i, height)
        if TILES.get((kind, purpose, width), (None,))[0] != index:
            source = random_source(f"{kind} {purpose}", index)
            draw = source.standard_normal if kind == "normal" else source.random
            TILES[kind, purpose, width] = (index, draw((height, width)))
        rows[i] = TILES[kind, purpose, width][1][place]
    return rows
''',
    "normal_rows": '''\
def normal_rows(purpose, start, n, width):
    """Return standard normal numbers, a row for each of n iterations."""
    return random_rows("normal", purpose, start, n, width)
''',
    "uniform_rows": '''\
def uniform_rows(purpose, start, n, width):
    """Return numbers from 0 to 1, a row for each of n iterations."""
    return random_rows("uniform", purpose, start, n, width)
''',
    "normals": '''\
def normals(purpose, width):
    """Return standard normal numbers of this iteration."""
    return normal_rows(purpose, k, 1, width)[0]
''',
    "uniforms": '''\
def uniforms(purpose, width):
    """Return numbers from 0 to 1 of this iteration."""
    return uniform_rows(purpose, k, 1, width)[0]
''',
    "permutation": '''\
def permutation(purpose, index, n):
    """Return 0 to n - 1 in the order that belongs to an index, such as an epoch."""
    return random_source(f"permutation {purpose}", index).permutation(n)
''',
}
