"""The index of subjects: what it proves holds, and what it does not prove is refused."""

from bisect import bisect_left
from collections.abc import Sequence
from hashlib import sha256

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anbao.ledger.merkle import EMPTY_ROOT
from anbao.ledger.subjects import (
    BLOCK_ENTRIES,
    LEAF_SIZE,
    PAGE_LEAVES,
    Block,
    BlockProof,
    block_proof,
    index_root,
    leaves_of,
    pages_of,
    places_shown,
    subject_key,
    summary_of,
)

KEY = b"k" * 32
Named = dict[str, list[int]]

names = st.text(alphabet="abc", min_size=1, max_size=4)
places = st.lists(st.integers(0, 999), min_size=1, max_size=5, unique=True).map(sorted)


def key_of(name: str) -> bytes:
    return subject_key(KEY, "listing", name)


def block(named: Named) -> bytes:
    return leaves_of({key_of(name): found for name, found in named.items()})


def proof_in(leaves: bytes, name: str, found: Sequence[int]) -> BlockProof:
    return block_proof(summary_of(leaves), pages_of(leaves).__getitem__, key_of(name), found)


def root_of(*blocks: bytes) -> bytes:
    return index_root(summary_of(leaves).block for leaves in blocks)


@given(st.dictionaries(names, places, max_size=12), names)
def test_a_block_shows_the_places_of_each_subject_and_that_others_have_none(named: Named, asked: str) -> None:
    leaves = block(named)
    proof = proof_in(leaves, asked, named.get(asked, []))
    assert list(places_shown(key_of(asked), 1_000, root_of(leaves), [proof])) == named.get(asked, [])


@given(st.dictionaries(names, places, min_size=1, max_size=12), st.data())
def test_no_proof_hides_a_subject_that_has_entries(named: Named, data: st.DataObject) -> None:
    """A platform that holds all leaves shows any two of them, in any order: absence of what is there never follows."""
    asked = data.draw(st.sampled_from(sorted(named)))
    leaves = block(named)
    others = sorted(named.keys() - {asked})
    shown = [proof_in(leaves, name, named[name]).shown[0] for name in others]
    picked = data.draw(st.lists(st.sampled_from(shown), max_size=2) if shown else st.just([]))
    true = proof_in(leaves, asked, named[asked])
    forged = BlockProof(leaves=true.leaves, root=true.root, shown=tuple(picked))
    with pytest.raises(ValueError, match="block 0: "):
        places_shown(key_of(asked), 1_000, root_of(leaves), [forged])


def test_a_block_of_several_pages_is_proven_page_by_page() -> None:
    named = {f"L{number}": [number] for number in range(2 * PAGE_LEAVES + 300)}
    leaves = block(named)
    summary, pages, read = summary_of(leaves), pages_of(leaves), list[int]()

    def page(number: int) -> bytes:
        read.append(number)
        return pages[number]

    assert [len(page) // LEAF_SIZE for page in pages] == [PAGE_LEAVES, PAGE_LEAVES, 300]
    keys = sorted(key_of(name) for name in named)
    for asked in ("L0", "L777", "L2347", "absent", "other"):
        read.clear()
        proof = block_proof(summary, page, key_of(asked), named.get(asked, []))
        assert list(places_shown(key_of(asked), 5_000, root_of(leaves), [proof])) == named.get(asked, [])
        own = bisect_left(keys, key_of(asked)) // PAGE_LEAVES
        assert set(read) <= {own - 1, own, 2}, "pages that the proof does not pass through were read"


TWO_BLOCKS = BLOCK_ENTRIES + 10


@pytest.fixture(scope="module")
def shown() -> tuple[bytes, list[BlockProof]]:
    """The root over two blocks, and what they say of L1: it is in both."""
    first = block({"L1": [3, 7], "L2": [4], "L3": [9]})
    second = block({"L1": [BLOCK_ENTRIES + 2], "L4": [BLOCK_ENTRIES]})
    found = [proof_in(first, "L1", [3, 7]), proof_in(second, "L1", [BLOCK_ENTRIES + 2])]
    return root_of(first, second), found


def test_places_of_all_blocks_are_joined(shown: tuple[bytes, list[BlockProof]]) -> None:
    root, proofs = shown
    assert places_shown(key_of("L1"), TWO_BLOCKS, root, proofs) == (3, 7, BLOCK_ENTRIES + 2)


def test_tampered_proofs_are_refused_with_the_reason(shown: tuple[bytes, list[BlockProof]]) -> None:
    root, (first, second) = shown
    replace = msgspec.structs.replace
    other = summary_of(block({"L9": [1]})).block
    for proofs, why in (
        ([first], "1 blocks are shown, 2 make up"),
        ([second, first], "block 0: the places are not in order or lie outside"),
        ([replace(first, places=(3,)), second], "block 0: the places are not those of the subject's leaf"),
        ([replace(first, places=(7, 3)), second], "block 0: the places are not in order"),
        ([replace(first, places=()), second], "block 0: the places are not in order"),
        ([replace(first, shown=(), places=()), second], "block 0: the leaves shown are not neighbours"),
        ([replace(first, leaves=9), second], "block 0: leaf . is not in the block"),
        (
            [BlockProof(leaves=0, root=EMPTY_ROOT.hex(), shown=()), second],
            "the blocks are not those that the log committed to",
        ),
        ([replace(first, leaves=0), second], "block 0: leaf . is not in the block"),
        ([replace(first, root=other.root.hex()), second], "block 0: leaf . is not in the block"),
    ):
        with pytest.raises(ValueError, match=why):
            places_shown(key_of("L1"), TWO_BLOCKS, root, proofs)
    with pytest.raises(ValueError, match="without the subject's leaf"):
        places_shown(key_of("L2"), TWO_BLOCKS, root, [first, second])


def test_the_tree_of_a_block_is_that_of_rfc_6962() -> None:
    """Worked out by hand for two leaves: SHA-256(1 ‖ SHA-256(0 ‖ leaf) ‖ SHA-256(0 ‖ leaf))."""
    leaves = block({"L1": [1], "L2": [2]})
    left, right = (sha256(b"\x00" + leaves[at : at + LEAF_SIZE]).digest() for at in (0, LEAF_SIZE))
    assert summary_of(leaves).block == Block(2, sha256(b"\x01" + left + right).digest())
