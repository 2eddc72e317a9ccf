"""An index of subjects over the log: proof that a subject has just these entries, or none. Pure.

The entries are divided into *blocks* of ``BLOCK_ENTRIES``; the last one may be shorter. A block's leaves are its
subjects, one each, sorted by key. A leaf is the key (32 bytes) and a digest of where the subject occurs (32 bytes).
The leaves are hashed as the tree of RFC 6962; the blocks' roots are the leaves of a second tree, whose root the log
commits to. Blocks that are full never change.

A subject is absent from a block where two neighbouring leaves enclose its key; it is present where its leaf is shown
together with the places. Over all blocks this gives every entry about the subject, or shows that there is none.

A key is an HMAC under a key of the store, so that the neighbours in a proof do not say which subjects they are. The
HMAC key stands in the proof; its digest stands in the commitment. Why this and not a sparse tree: docs/decisions/0047.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from hmac import digest

import msgspec

from anbao.ledger import merkle
from anbao.ledger.merkle import HASH_SIZE, HashReader

BLOCK_ENTRIES = 1 << 16
"""Entries of a full block: 65,536, as many as a tile of level 2 covers. Smaller blocks make proofs longer, which show
two leaves of each; larger ones make commitments costlier, since the last block is hashed anew for each."""

PAGE_LEAVES = 1 << 10
"""Leaves of a full page, a complete subtree: 64 kB, hashed in about a millisecond where a proof passes through it."""

_PAGE_HEIGHT = PAGE_LEAVES.bit_length() - 1

LEAF_SIZE = 2 * HASH_SIZE
_PLACE_SIZE = 8


class Block(msgspec.Struct, frozen=True):
    """What a commitment holds of one block: the number of its leaves and the root of their tree."""

    leaves: int
    root: bytes

    @property
    def hash(self) -> bytes:
        """Returns the block's leaf in the tree of blocks."""
        return merkle.leaf_hash(self.leaves.to_bytes(8, "big") + self.root)


class ShownLeaf(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One leaf at its place in its block's tree. ``leaf`` and ``path`` in lower-case hex."""

    index: int
    leaf: str
    path: tuple[str, ...]


class BlockProof(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one block says of a subject.

    ``shown``: the subject's own leaf, or the leaves before and after where it would stand; at an end of the block, or
    in an empty one, there are fewer. ``places``: the indexes of the entries about it, in order.
    """

    leaves: int
    root: str
    shown: tuple[ShownLeaf, ...]
    places: tuple[int, ...] = ()


def subject_key(index_key: bytes, role: str, subject: str) -> bytes:
    """Returns the key of a subject in the index."""
    return digest(index_key, role.encode() + b"\x00" + subject.encode(), "sha256")


def key_digest(index_key: bytes) -> str:
    """Returns what commits to the HMAC key, in lower-case hex."""
    return sha256(b"anbao subject index\x00" + index_key).hexdigest()


def leaf_of(key: bytes, places: Sequence[int]) -> bytes:
    """Returns the leaf of a subject that occurs in these entries, in ascending order."""
    return key + sha256(b"".join(place.to_bytes(_PLACE_SIZE, "big") for place in places)).digest()


def leaves_of(places: Mapping[bytes, Sequence[int]]) -> bytes:
    """Returns a block's leaves, sorted and joined, out of the places by subject key."""
    return b"".join(leaf_of(key, places[key]) for key in sorted(places))


class BlockSummary(msgspec.Struct, frozen=True):
    """A block as it is stored beside its pages of ``PAGE_LEAVES`` leaves; the last page may be shorter.

    ``firsts``: the first key of each page, joined, 32 bytes each. ``roots``: the root of each full page, likewise.
    """

    block: Block
    firsts: bytes
    roots: bytes


PageReader = Callable[[int], bytes]
"""Returns the leaves of a page, joined."""


def pages_of(leaves: bytes) -> list[bytes]:
    """Returns a block's leaves cut into pages."""
    width = PAGE_LEAVES * LEAF_SIZE
    return [leaves[start : start + width] for start in range(0, len(leaves), width)]


def summary_of(leaves: bytes) -> BlockSummary:
    """Returns the summary of a block with these leaves, sorted and joined."""
    frontier, pages = merkle.Frontier(), pages_of(leaves)
    for page in pages:
        for leaf in _cut(page):
            frontier.append(merkle.leaf_hash(leaf))
    full = [page for page in pages if len(page) == PAGE_LEAVES * LEAF_SIZE]
    return BlockSummary(
        Block(frontier.size, frontier.root()),
        firsts=b"".join(page[:HASH_SIZE] for page in pages),
        roots=b"".join(_levels([merkle.leaf_hash(leaf) for leaf in _cut(page)])[-1][0] for page in full),
    )


def block_proof(summary: BlockSummary, read_page: PageReader, key: bytes, places: Sequence[int]) -> BlockProof:
    """Returns what a block says of a subject; ``places``: those of its entries that lie in the block, in order.

    Raises ValueError where the block's leaves state other places.
    """
    block, read = summary.block, lru_cache(read_page)
    hashes = _hash_reader(summary, read)

    def shown(index: int) -> ShownLeaf:
        path = merkle.inclusion_proof(index, block.leaves, hashes)
        return ShownLeaf(index=index, leaf=_leaf(read, index).hex(), path=tuple(step.hex() for step in path))

    firsts = [summary.firsts[at : at + HASH_SIZE] for at in range(0, len(summary.firsts), HASH_SIZE)]
    page = max(bisect_right(firsts, key) - 1, 0)
    keys = [leaf[:HASH_SIZE] for leaf in _cut(read(page))] if firsts else []
    at = page * PAGE_LEAVES + bisect_left(keys, key)
    found = key in keys
    if found != bool(places) or (found and leaf_of(key, places) != _leaf(read, at)):
        raise ValueError("the block states other places")
    wanted = (at,) if found else tuple(n for n in (at - 1, at) if 0 <= n < block.leaves)
    return BlockProof(
        leaves=block.leaves,
        root=block.root.hex(),
        shown=tuple(map(shown, wanted)),
        places=tuple(places),
    )


def _leaf(read_page: PageReader, index: int) -> bytes:
    page, place = divmod(index, PAGE_LEAVES)
    return read_page(page)[place * LEAF_SIZE : (place + 1) * LEAF_SIZE]


def _hash_reader(summary: BlockSummary, read_page: PageReader) -> HashReader:
    """Returns a reader of the block's tree: below a page's root out of its leaves, above out of the pages' roots."""
    roots = [summary.roots[at : at + HASH_SIZE] for at in range(0, len(summary.roots), HASH_SIZE)]
    above = _levels(roots)

    @lru_cache
    def below(page: int) -> list[list[bytes]]:
        return _levels([merkle.leaf_hash(leaf) for leaf in _cut(read_page(page))])

    def read(height: int, place: int) -> bytes:
        if height >= _PAGE_HEIGHT:
            return above[height - _PAGE_HEIGHT][place]
        page, within = divmod(place, PAGE_LEAVES >> height)
        return below(page)[height][within]

    return read


def _levels(hashes: list[bytes]) -> list[list[bytes]]:
    """Returns the hashes of all complete subtrees: ``[h][n]`` covers the hashes given from ``n << h`` on."""
    levels = [hashes]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append([merkle.node_hash(below[n], below[n + 1]) for n in range(0, len(below) - 1, 2)])
    return levels


def _cut(leaves: bytes) -> Iterator[bytes]:
    return (leaves[at : at + LEAF_SIZE] for at in range(0, len(leaves), LEAF_SIZE))


def index_root(blocks: Iterable[Block]) -> bytes:
    """Returns the root over all blocks, in order."""
    frontier = merkle.Frontier()
    for block in blocks:
        frontier.append(block.hash)
    return frontier.root()


def places_shown(key: bytes, size: int, root: bytes, proofs: Sequence[BlockProof]) -> tuple[int, ...]:
    """Returns all entries about a subject among the first ``size``: empty where it has none.

    Raises ValueError with the reason where the proofs do not show it.
    """
    wanted = -(-size // BLOCK_ENTRIES)
    if len(proofs) != wanted:
        raise ValueError(f"{len(proofs)} blocks are shown, {wanted} make up {size} entries")
    found: list[int] = []
    for number, proof in enumerate(proofs):
        start = number * BLOCK_ENTRIES
        try:
            found.extend(_places_in(key, proof, start, min(start + BLOCK_ENTRIES, size)))
        except ValueError as error:
            raise ValueError(f"block {number}: {error}") from error
    if index_root(Block(proof.leaves, bytes.fromhex(proof.root)) for proof in proofs) != root:
        raise ValueError("the blocks are not those that the log committed to")
    return tuple(found)


def _places_in(key: bytes, proof: BlockProof, start: int, end: int) -> Sequence[int]:
    root = bytes.fromhex(proof.root)
    leaves = [bytes.fromhex(shown.leaf) for shown in proof.shown]
    for shown, leaf in zip(proof.shown, leaves, strict=True):
        path = [bytes.fromhex(step) for step in shown.path]
        if len(leaf) != LEAF_SIZE:
            raise ValueError("a leaf has the wrong length")
        if not merkle.verify_inclusion(merkle.leaf_hash(leaf), shown.index, proof.leaves, path, root):
            raise ValueError(f"leaf {shown.index} is not in the block")
    if len(leaves) == 1 and leaves[0][:HASH_SIZE] == key:
        places = proof.places
        if list(places) != sorted(set(places)) or not places or not start <= places[0] <= places[-1] < end:
            raise ValueError("the places are not in order or lie outside the block")
        if leaf_of(key, places) != leaves[0]:
            raise ValueError("the places are not those of the subject's leaf")
        return places
    if proof.places:
        raise ValueError("places are stated without the subject's leaf")
    _check_enclosed(key, proof, [leaf[:HASH_SIZE] for leaf in leaves])
    return ()


def _check_enclosed(key: bytes, proof: BlockProof, keys: Sequence[bytes]) -> None:
    """Raises ValueError unless the shown leaves are neighbours with the key between them, or an end of the block."""
    if proof.leaves == 0:
        if keys or bytes.fromhex(proof.root) != merkle.EMPTY_ROOT:
            raise ValueError("an empty block has neither leaves nor a root of its own")
        return
    before = [(shown.index, found) for shown, found in zip(proof.shown, keys, strict=True) if found < key]
    after = [(shown.index, found) for shown, found in zip(proof.shown, keys, strict=True) if found > key]
    if len(before) > 1 or len(after) > 1 or len(before) + len(after) != len(keys):
        raise ValueError("the leaves shown do not enclose the subject")
    left = before[0][0] if before else -1
    right = after[0][0] if after else proof.leaves
    if right != left + 1:
        raise ValueError("the leaves shown are not neighbours")
