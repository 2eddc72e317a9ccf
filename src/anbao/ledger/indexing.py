"""The index of subjects (``ledger.subjects``) in the store: full blocks in tables, the last one worked out when needed.

Everything here is a function of the entries and of the HMAC key in ``meta``; the tables only spare reading all entries
again. A block is built in a read transaction and written in a short one of its own.
"""

import secrets
from collections import defaultdict
from collections.abc import Iterator, Sequence

from anbao.errors import NotFound, Tampered
from anbao.ledger.log import subjects_of
from anbao.ledger.merkle import HASH_SIZE
from anbao.ledger.subjects import (
    BLOCK_ENTRIES,
    Block,
    BlockProof,
    BlockSummary,
    block_proof,
    index_root,
    leaves_of,
    pages_of,
    subject_key,
    summary_of,
)
from anbao.store import Connection, meta, tables
from anbao.store.bulk import insert_many, sql
from anbao.text import Text

_KEY = "index.key"


def index_key(conn: Connection) -> bytes:
    """Returns the HMAC key of this store's index. Raises NotFound before the first commitment."""
    key = meta.read(conn, _KEY)
    if key is None:
        raise NotFound(Text("尚无主体索引", "there is no index of subjects yet"))
    return key


def establish_index_key(conn: Connection) -> bytes:
    """As ``index_key``; makes the key where there is none. In a write transaction."""
    key = meta.read(conn, _KEY)
    if key is None:
        key = secrets.token_bytes(HASH_SIZE)
        meta.write(conn, _KEY, key)
    return key


def missing_block(conn: Connection, size: int) -> int | None:
    """Returns the number of the first full block among the first ``size`` entries that is not stored."""
    stored: int = sql(conn, "SELECT count(*) FROM subject_block").scalar_one()
    return stored if stored < size // BLOCK_ENTRIES else None


def leaves_between(conn: Connection, start: int, end: int) -> bytes:
    """Returns the leaves of the entries from ``start`` up to, not including, ``end``: sorted and joined."""
    key = index_key(conn)
    named: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for index, data in sql(conn, "SELECT idx, data FROM entry WHERE idx >= ? AND idx < ? ORDER BY idx", (start, end)):
        for subject in subjects_of(data).items():
            named[subject].append(index)
    return leaves_of({subject_key(key, *subject): places for subject, places in named.items()})


def store_block(conn: Connection, number: int, leaves: bytes) -> None:
    """Write a full block, unless another process did. In a write transaction."""
    if sql(conn, "SELECT 1 FROM subject_block WHERE block = ?", (number,)).first():
        return
    summary = summary_of(leaves)
    insert_many(
        conn,
        tables.subject_block,
        ("block", "leaves", "root", "firsts", "roots"),
        [(number, summary.block.leaves, summary.block.root, summary.firsts, summary.roots)],
    )
    pages = [(number, page, data) for page, data in enumerate(pages_of(leaves))]
    insert_many(conn, tables.subject_page, ("block", "page", "leaves"), pages)


def committed_root(conn: Connection, size: int) -> bytes:
    """Returns the root of the index over the first ``size`` entries. Raises LookupError where a full block misses."""
    full = size // BLOCK_ENTRIES
    rows = sql(conn, "SELECT leaves, root FROM subject_block WHERE block < ? ORDER BY block", (full,)).all()
    if len(rows) != full:
        raise LookupError(f"block {len(rows)} is not stored yet")
    blocks = [Block(leaves, bytes(root)) for leaves, root in rows]
    if size % BLOCK_ENTRIES:
        blocks.append(summary_of(leaves_between(conn, full * BLOCK_ENTRIES, size)).block)
    return index_root(blocks)


def subject_proofs(conn: Connection, size: int, role: str, subject: str) -> list[BlockProof]:
    """Returns what each block of the first ``size`` entries says of a subject.

    Raises Tampered where the stored rows about the subject are not those of the entries.
    """
    key, found = subject_key(index_key(conn), role, subject), _places(conn, size, role, subject)
    proofs = []
    for number in range(-(-size // BLOCK_ENTRIES)):
        start = number * BLOCK_ENTRIES
        end = min(start + BLOCK_ENTRIES, size)
        places = [place for place in found if start <= place < end]
        try:
            proof = _stored_proof(conn, number, key, places) if end - start == BLOCK_ENTRIES else None
            if proof is None:
                leaves = leaves_between(conn, start, end)
                proof = block_proof(summary_of(leaves), pages_of(leaves).__getitem__, key, places)
        except ValueError as error:
            raise Tampered(
                Text(
                    f"关于 {role}:{subject} 的行与条目不符",
                    f"the rows about {role}:{subject} do not fit the entries",
                ),
                hint=Text("运行 anbao doctor", "run anbao doctor"),
            ) from error
        proofs.append(proof)
    return proofs


def differing_blocks(conn: Connection) -> Iterator[int]:
    """Returns the numbers of stored blocks that are not what the entries give. Reads all entries of these blocks."""
    for number, leaves, root in sql(conn, "SELECT block, leaves, root FROM subject_block ORDER BY block").all():
        start = number * BLOCK_ENTRIES
        found = leaves_between(conn, start, start + BLOCK_ENTRIES)
        pages = sql(conn, "SELECT leaves FROM subject_page WHERE block = ? ORDER BY page", (number,))
        if summary_of(found).block != Block(leaves, bytes(root)) or b"".join(bytes(one) for (one,) in pages) != found:
            yield number


def _places(conn: Connection, size: int, role: str, subject: str) -> Sequence[int]:
    rows = sql(
        conn,
        "SELECT idx FROM entry_subject WHERE role = ? AND subject = ? AND idx < ? ORDER BY idx",
        (role, subject, size),
    )
    return [index for (index,) in rows]


def _stored_proof(conn: Connection, number: int, key: bytes, places: Sequence[int]) -> BlockProof | None:
    row = sql(conn, "SELECT leaves, root, firsts, roots FROM subject_block WHERE block = ?", (number,)).first()
    if row is None:
        return None
    leaves, root, firsts, roots = row

    def page(page: int) -> bytes:
        found = sql(conn, "SELECT leaves FROM subject_page WHERE block = ? AND page = ?", (number, page)).scalar_one()
        return bytes(found)

    return block_proof(BlockSummary(Block(leaves, bytes(root)), bytes(firsts), bytes(roots)), page, key, places)
