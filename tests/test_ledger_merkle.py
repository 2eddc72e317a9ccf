"""The tree against a naive reference: RFC 6962, 2.1, word for word."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anbao.ledger import merkle
from anbao.ledger.tiles import (
    TILE_BYTES,
    edge_places,
    entries_path,
    extend,
    hash_reader,
    tile_count,
    tile_path,
)

MOST = 600
LEAVES = [merkle.leaf_hash(str(number).encode()) for number in range(MOST)]


def naive_root(leaves: list[bytes]) -> bytes:
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha256(b"\x01" + naive_root(leaves[:half]) + naive_root(leaves[half:])).digest()


def built(batches: list[int]) -> dict[tuple[int, int], bytes]:
    tiles: dict[tuple[int, int], bytes] = {}
    size = 0
    for batch in batches:
        edge = {level: tiles[level, n] for level, n in edge_places(size)}
        for level, n, hashes in extend(size, edge, LEAVES[size : size + batch]):
            tiles[level, n] = hashes
        size += batch
    return tiles


TILES = built([MOST])
READ = hash_reader(lambda level, n: TILES.get((level, n), b""))

sizes = st.integers(1, MOST)


def test_roots_of_all_sizes_are_those_of_the_definition() -> None:
    frontier = merkle.Frontier()
    for size in range(MOST + 1):
        expected = naive_root(LEAVES[:size])
        assert merkle.root(size, READ) == frontier.root() == expected
        if size < MOST:
            frontier.append(LEAVES[size])


@given(st.lists(st.integers(0, 300), max_size=8).filter(lambda batches: sum(batches) <= MOST))
def test_tiles_do_not_depend_on_the_batches(batches: list[int]) -> None:
    size = sum(batches)
    tiles = built(batches)
    assert tiles == built([size])
    assert len(tiles) == tile_count(size)


def test_a_tile_of_the_second_level_appears_with_the_256th_leaf() -> None:
    assert built([255]).keys() == {(0, 0)}
    full = built([256])
    assert full.keys() == {(0, 0), (1, 0)}
    assert len(full[0, 0]) == TILE_BYTES
    assert full[1, 0] == naive_root(LEAVES[:256])


def test_an_edge_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="not 3 hashes"):
        extend(3, {0: LEAVES[0]}, LEAVES[:1])


@given(sizes, st.data())
def test_inclusion_proofs_hold_and_altered_ones_do_not(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof, root = merkle.inclusion_proof(index, size, READ), naive_root(LEAVES[:size])
    assert merkle.verify_inclusion(LEAVES[index], index, size, proof, root)
    assert not merkle.verify_inclusion(merkle.leaf_hash(b"other"), index, size, proof, root)
    assert not merkle.verify_inclusion(LEAVES[index], index, size, [*proof, root], root)
    assert not merkle.verify_inclusion(LEAVES[index], size, size, proof, root)
    for altered in alterations(proof, data):
        assert not merkle.verify_inclusion(LEAVES[index], index, size, altered, root)
    other = data.draw(st.integers(0, size - 1))
    if other != index:
        assert not merkle.verify_inclusion(LEAVES[index], other, size, proof, root)


@given(sizes, st.data())
def test_consistency_proofs_hold_and_altered_ones_do_not(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(0, new))
    proof = merkle.consistency_proof(old, new, READ)
    old_root, new_root = naive_root(LEAVES[:old]), naive_root(LEAVES[:new])
    assert merkle.verify_consistency(old, new, old_root, new_root, proof)
    assert not merkle.verify_consistency(old, new, merkle.leaf_hash(b"other"), new_root, proof)
    assert not merkle.verify_consistency(old, new, old_root, new_root, [*proof, new_root])
    assert not merkle.verify_consistency(new + 1, new, old_root, new_root, proof)
    if old > 0:
        assert not merkle.verify_consistency(old, new, old_root, merkle.leaf_hash(b"other"), proof)
    for altered in alterations(proof, data):
        assert not merkle.verify_consistency(old, new, old_root, new_root, altered)


def alterations(proof: list[bytes], data: st.DataObject) -> list[list[bytes]]:
    """A flipped bit, a missing step, a short step, two steps in the wrong order."""
    if not proof:
        return []
    at = data.draw(st.integers(0, len(proof) - 1))
    bit = data.draw(st.integers(0, 255))
    flipped = (int.from_bytes(proof[at], "big") ^ (1 << bit)).to_bytes(32, "big")
    found = [
        [*proof[:at], flipped, *proof[at + 1 :]],
        [*proof[:at], *proof[at + 1 :]],
        [*proof[:at], proof[at][:-1], *proof[at + 1 :]],
    ]
    if at:
        found.append([*proof[: at - 1], proof[at], proof[at - 1], *proof[at + 1 :]])
    return found


def test_proofs_outside_the_tree_are_refused() -> None:
    with pytest.raises(ValueError, match="not in a tree"):
        merkle.inclusion_proof(3, 3, READ)
    with pytest.raises(ValueError, match="does not extend"):
        merkle.consistency_proof(4, 3, READ)
    with pytest.raises(LookupError):
        merkle.root(MOST + 1, READ)


@pytest.mark.parametrize(
    ("n", "width", "path"),
    [
        (0, 256, "000"),
        (999, 256, "999"),
        (1000, 256, "x001/000"),
        (1234067, 256, "x001/x234/067"),
        (1234067, 8, "x001/x234/067.p/8"),
    ],
)
def test_paths_are_those_of_tlog_tiles(n: int, width: int, path: str) -> None:
    assert tile_path(2, n, width) == f"tile/2/{path}"
    assert entries_path(n, width) == f"tile/entries/{path}"
