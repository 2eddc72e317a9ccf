"""The Merkle tree of RFC 6962 (2.1) and RFC 9162 (2.1): hashes, roots, proofs, and their verification. Pure.

A ``HashReader`` gives the hash of a complete subtree: ``read(height, place)`` covers the leaves from
``place << height`` up to, not including, ``(place + 1) << height``. Whatever the tree's size, roots and proofs need no
other hashes than these.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()

HashReader = Callable[[int, int], bytes]


def leaf_hash(data: bytes) -> bytes:
    # The prefix sets leaves apart from nodes: no inner node can be passed off as an entry (RFC 9162, 2.1.1).
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root(size: int, read: HashReader) -> bytes:
    """The root of the tree of the first ``size`` leaves."""
    return _span(0, size, read) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, read: HashReader) -> list[bytes]:
    """RFC 9162, 2.1.3.1. Raises ValueError unless ``0 <= index < size``."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    proof: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _left_width(end - start)
        if index < middle:
            proof.append(_span(middle, end, read))
            end = middle
        else:
            proof.append(_span(start, middle, read))
            start = middle
    # Built from the root down; the RFC lists it from the leaf up.
    return proof[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """RFC 9162, 2.1.3.2."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0 or len(sibling) != HASH_SIZE:
            return False
        # A right child, or the last node of a level with nothing beside it: that one rises unhashed to the level at
        # which it is a right child, and the sibling stands on its left.
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            found = node_hash(found, sibling)
        place >>= 1
        last >>= 1
    return last == 0 and found == root


def consistency_proof(old: int, new: int, read: HashReader) -> list[bytes]:
    """RFC 9162, 2.1.4.1; empty for ``old == 0`` and ``old == new``. Raises ValueError unless ``0 <= old <= new``."""
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} does not extend one of {old}")
    if old in (0, new):
        return []
    proof: list[bytes] = []
    # ``whole``: only steps to the left so far, so the old tree is one complete subtree, whose root the verifier has.
    start, end, whole = 0, new, True
    while old != end:
        middle = start + _left_width(end - start)
        if old <= middle:
            proof.append(_span(middle, end, read))
            end = middle
        else:
            proof.append(_span(start, middle, read))
            start, whole = middle, False
    if not whole:
        proof.append(_span(start, end, read))
    return proof[::-1]


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """RFC 9162, 2.1.4.2."""
    if not 0 <= old <= new:
        return False
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    if old == new:
        return not proof and old_root == new_root
    hashes = list(proof)
    if any(len(found) != HASH_SIZE for found in hashes):
        return False
    # A power of two: the old tree is one complete subtree, and the proof leaves its root out.
    if old & (old - 1) == 0:
        hashes.insert(0, old_root)
    if not hashes:
        return False
    place, last = old - 1, new - 1
    # Up to the largest complete subtree that ends where the old tree ends: the first hash of the proof is its root.
    while place & 1:
        place >>= 1
        last >>= 1
    from_old = from_new = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            from_old = node_hash(sibling, from_old)
            from_new = node_hash(sibling, from_new)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            from_new = node_hash(from_new, sibling)
        place >>= 1
        last >>= 1
    return last == 0 and from_old == old_root and from_new == new_root


class Frontier:
    """The roots of the complete subtrees at the right edge: enough to hash a tree while its leaves stream by."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        self.size += 1
        # The lowest bit that is set: how many leaves the subtree has that this leaf completes.
        completed = self.size & -self.size
        while completed > 1:
            leaf = node_hash(self._peaks.pop(), leaf)
            completed >>= 1
        self._peaks.append(leaf)

    def root(self) -> bytes:
        if not self._peaks:
            return EMPTY_ROOT
        found = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            found = node_hash(peak, found)
        return found


def _left_width(count: int) -> int:
    """The largest power of two below ``count``, which is at least 2."""
    return 1 << ((count - 1).bit_length() - 1)


def _span(start: int, end: int, read: HashReader) -> bytes:
    count = end - start
    # A power of two. Spans are split at the largest one, so such a span is one complete subtree.
    if count & (count - 1) == 0:
        height = count.bit_length() - 1
        return read(height, start >> height)
    middle = start + _left_width(count)
    return node_hash(_span(start, middle, read), _span(middle, end, read))
