"""The tree as tiles (C2SP tlog-tiles): a tile of level ``L`` holds up to 256 hashes of subtrees of ``256**L`` leaves.

Only tiles are stored. A tile is built from the leaves appended and the partial tiles at the right edge; what lies
between two levels is hashed again when a proof needs it.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

from anbao.ledger.merkle import HASH_SIZE, HashReader

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
TILE_BYTES = TILE_WIDTH * HASH_SIZE

TileReader = Callable[[int, int], bytes]
"""``read(level, n)``: the tile's hashes, joined; at the right edge fewer than 256."""

TileRow = tuple[int, int, bytes]
"""level, n, hashes."""


def edge_places(size: int) -> list[tuple[int, int]]:
    """(level, n) of the partial tiles at the right edge of a tree of ``size`` leaves."""
    places = []
    level = 0
    while size:
        if size % TILE_WIDTH:
            places.append((level, size // TILE_WIDTH))
        level, size = level + 1, size // TILE_WIDTH
    return places


def tile_count(size: int) -> int:
    """The number of tiles, full and partial, of a tree of ``size`` leaves."""
    count = 0
    while size:
        # Rounded up: the last tile may be partial.
        count += -(-size // TILE_WIDTH)
        size //= TILE_WIDTH
    return count


def extend(size: int, edge: dict[int, bytes], leaves: Sequence[bytes]) -> list[TileRow]:
    """The tiles that change when ``leaves`` follow the first ``size``. ``edge`` holds the partial tiles by level.

    Raises ValueError where the edge does not fit the size.
    """
    rows: list[TileRow] = []
    level, pending = 0, b"".join(leaves)
    while pending:
        n, width = divmod(size, TILE_WIDTH)
        partial = edge.get(level, b"") if width else b""
        if len(partial) != width * HASH_SIZE:
            raise ValueError(f"tile {level}/{n} holds {len(partial)} bytes, not {width} hashes")
        # The partial tile is written again, longer; each tile that is full becomes one hash of the level above.
        run = partial + pending
        completed = []
        for offset in range(0, len(run), TILE_BYTES):
            tile = run[offset : offset + TILE_BYTES]
            rows.append((level, n + offset // TILE_BYTES, tile))
            if len(tile) == TILE_BYTES:
                completed.append(subtree_root(tile))
        level, size, pending = level + 1, size // TILE_WIDTH, b"".join(completed)
    return rows


def subtree_root(hashes: bytes) -> bytes:
    """The root over a power of two of joined hashes."""
    while len(hashes) > HASH_SIZE:
        pairs = range(0, len(hashes), 2 * HASH_SIZE)
        hashes = b"".join([sha256(b"\x01" + hashes[at : at + 2 * HASH_SIZE]).digest() for at in pairs])
    return hashes


def hash_reader(tiles: TileReader) -> HashReader:
    """Subtree hashes out of tiles. A tile that is too short for what is asked raises LookupError."""

    def read(height: int, place: int) -> bytes:
        # A subtree between two levels is 2 ** inner hashes; it begins at a multiple of that, so one tile holds it all.
        level, inner = divmod(height, TILE_HEIGHT)
        n, first = divmod(place << inner, TILE_WIDTH)
        start, end = first * HASH_SIZE, (first + (1 << inner)) * HASH_SIZE
        tile = tiles(level, n)
        if len(tile) < end:
            raise LookupError(f"tile {level}/{n} holds {len(tile) // HASH_SIZE} hashes, {end // HASH_SIZE} are needed")
        return subtree_root(tile[start:end])

    return read


def tile_path(level: int, n: int, width: int = TILE_WIDTH) -> str:
    """``tile/<L>/<N>[.p/<W>]``."""
    return f"tile/{level}/{_place(n, width)}"


def entries_path(n: int, width: int = TILE_WIDTH) -> str:
    """``tile/entries/<N>[.p/<W>]``: the bundle of the entries under tile ``n`` of level 0."""
    return f"tile/entries/{_place(n, width)}"


def _place(n: int, width: int) -> str:
    # Groups of three digits, all but the last with an x before it (tlog-tiles).
    groups = [f"{n % 1000:03d}"]
    while n >= 1000:
        n //= 1000
        groups.append(f"x{n % 1000:03d}")
    path = "/".join(reversed(groups))
    return path if width == TILE_WIDTH else f"{path}.p/{width}"
