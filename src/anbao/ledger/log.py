"""The append-only log in the store's tables.

Invariants: indexes are dense from 0; an entry, its subject rows and its tiles are written in one transaction, that of
the caller; nothing about the log's state is held in memory, so that any number of processes may append in turn; no
checkpoint is signed that does not extend the one before.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

import msgspec

from anbao.errors import Conflict, NotFound, Tampered
from anbao.ledger import merkle
from anbao.ledger.canonical import decode
from anbao.ledger.keys import establish
from anbao.ledger.note import Checkpoint, Signer, Verifier, format_checkpoint, open_checkpoint
from anbao.ledger.receipt import RECEIPT_VERSION, InclusionReceipt, format_receipt
from anbao.ledger.tiles import TileReader, edge_places, extend, hash_reader
from anbao.model.entry import Entry, Sealed, event_of
from anbao.model.events import AnyEvent
from anbao.store import Connection, Store, tables
from anbao.store.bulk import insert_many, sql, upsert_many
from anbao.text import Text


class Stored(msgspec.Struct, frozen=True, gc=False):
    """An entry at its place in the log."""

    index: int
    kind: str
    at: int
    recorded: int
    data: bytes

    @property
    def actor(self) -> str:
        """Who made the entry, read without decoding its body."""
        return _frame(self.data).actor

    @property
    def subjects(self) -> dict[str, str]:
        """Whom or what the entry is about, by role, read without decoding its body."""
        return subjects_of(self.data)

    def event(self, kind: type[AnyEvent]) -> AnyEvent:
        """Returns the event that the entry records. Raises TypeError where it is of another kind."""
        return event_of(self.kind, self.data, kind)

    def entry(self) -> Entry:
        """Returns the decoded entry, its body as builtins."""
        return decode(self.data)


class _Frame(msgspec.Struct, frozen=True):
    actor: str
    subjects: dict[str, str]


_frame = msgspec.json.Decoder(_Frame).decode


def subjects_of(data: bytes) -> dict[str, str]:
    """Returns whom or what an entry is about, by role, out of its canonical bytes."""
    return _frame(data).subjects


class Ledger:
    """The log of one store. Open it with ``open_ledger``; every method works inside the caller's transaction."""

    def __init__(self, verifier: Verifier, signer: Signer | None) -> None:
        self.verifier = verifier
        self.origin = verifier.name
        self._signer = signer

    def append(self, conn: Connection, sealed: Sequence[Sealed]) -> int:
        """Append in order; the index of the first. The caller holds the write transaction. Raises Tampered."""
        first = self.size(conn)
        try:
            changed = extend(first, _edge(conn, first), [item.leaf for item in sealed])
        except ValueError as error:
            raise _inconsistent(error) from error
        insert_entries(conn, enumerate(sealed, first))
        upsert_many(conn, tables.tile, ("level", "n", "hashes"), changed)
        return first

    def size(self, conn: Connection) -> int:
        """The number of entries."""
        last = sql(conn, "SELECT max(idx) FROM entry").scalar()
        return 0 if last is None else int(last) + 1

    def entry(self, conn: Connection, index: int) -> Stored:
        """Raises NotFound."""
        found = self.entries(conn, index, 1, end=index + 1)
        if not found:
            raise NotFound(Text(f"没有第 {index} 号存证条目", f"there is no entry {index}"))
        return found[0]

    def entries(
        self,
        conn: Connection,
        start: int = 0,
        limit: int = 1000,
        *,
        end: int | None = None,
        kind: str | None = None,
        subject: tuple[str, str] | None = None,
    ) -> list[Stored]:
        """At most ``limit`` in log order with ``start <= index < end``, of one kind, about one (role, identifier)."""
        source, where, order = "entry e", ["e.idx >= ?"], "e.idx"
        given: list[Any] = [start]
        if end is not None:
            where.append("e.idx < ?")
            given.append(end)
        if kind is not None:
            where.append("e.kind = ?")
            given.append(kind)
        if subject is not None:
            # CROSS JOIN has SQLite begin with what is about the subject, not with all of the kind.
            source, order = "entry_subject s CROSS JOIN entry e", "s.idx"
            where += ["e.idx = s.idx", "s.idx >= ?", "s.role = ?", "s.subject = ?"]
            given += [start, *subject]
        statement = (
            f"SELECT e.idx, e.kind, e.at, e.recorded, e.data FROM {source} WHERE {' AND '.join(where)}"
            f" ORDER BY {order} LIMIT ?"
        )
        rows: Any = sql(conn, statement, (*given, limit))
        return [Stored(*row) for row in rows]

    def latest(self, conn: Connection, kind: str, subject: tuple[str, str]) -> Stored | None:
        """The newest entry of a kind about one (role, identifier)."""
        row: Any = sql(
            conn,
            "SELECT e.idx, e.kind, e.at, e.recorded, e.data FROM entry_subject s JOIN entry e ON e.idx = s.idx"
            " WHERE s.role = ? AND s.subject = ? AND e.kind = ? ORDER BY s.idx DESC LIMIT 1",
            (*subject, kind),
        ).first()
        return None if row is None else Stored(*row)

    def newest(self, conn: Connection, kind: str, limit: int = 10) -> list[Stored]:
        """The newest entries of a kind, the latest first."""
        rows: Any = sql(
            conn,
            "SELECT idx, kind, at, recorded, data FROM entry WHERE kind = ? ORDER BY idx DESC LIMIT ?",
            (kind, limit),
        )
        return [Stored(*row) for row in rows]

    def entries_of(self, conn: Connection, kinds: Collection[str], start: int, limit: int) -> list[Stored]:
        """Entries of any of these kinds from index ``start`` on, in order, at most ``limit``.

        Each kind is read by itself: a long backlog of one costs no more than ``limit`` of its entries.
        """
        # LIMIT in each part: the planner reads each kind in the order of its index and stops. With kind IN (…) it would
        # have to sort, or walk over entries of all kinds. The subquery and its name are for SQLite and PostgreSQL.
        of_one = "SELECT * FROM (SELECT idx FROM entry WHERE kind = ? AND idx >= ? ORDER BY idx LIMIT ?) AS one"
        each = " UNION ALL ".join(of_one for _ in kinds)
        rows: Any = sql(
            conn,
            "SELECT idx, kind, at, recorded, data FROM entry"
            f" WHERE idx IN (SELECT idx FROM ({each}) AS found ORDER BY idx LIMIT ?) ORDER BY idx",
            (*chain.from_iterable((kind, start, limit) for kind in sorted(kinds)), limit),
        )
        return [Stored(*row) for row in rows]

    def root(self, conn: Connection, size: int) -> bytes:
        """The root hash of the first ``size`` entries, out of the tiles. Raises Tampered where they do not reach."""
        try:
            return merkle.root(size, hash_reader(tile_reader(conn)))
        except LookupError as error:
            raise _inconsistent(error) from error

    def checkpoint(self, conn: Connection, now: int) -> str:
        """The signed checkpoint of the log as it stands, stored if the log grew; in a write transaction.

        Raises Tampered where the log does not extend its last checkpoint, Conflict where the signing key is not here.
        """
        size, latest = self.size(conn), self.latest_checkpoint(conn)
        if latest is not None:
            before = open_checkpoint(latest, self.verifier)
            if before.size > size or self.root(conn, before.size) != before.root:
                raise Tampered(
                    Text(
                        f"日志与其 {before.size} 条时的检查点不符，不再签名",
                        f"the log does not extend its checkpoint of {before.size} entries; nothing was signed",
                    ),
                    hint=Text("运行 anbao verify 查找位置", "run anbao verify to find the place"),
                )
            if before.size == size:
                return latest
        note = self._signing().sign(format_checkpoint(Checkpoint(self.origin, size, self.root(conn, size))))
        insert_many(conn, tables.checkpoint, ("size", "at", "note"), [(size, now, note)])
        return note

    def can_sign_as_stated(self) -> bool:
        """Whether what the private key signs opens with the published key; True where the private key is not here."""
        return self._signer is None or str(self._signer.verifier) == str(self.verifier)

    def latest_checkpoint(self, conn: Connection) -> str | None:
        found = sql(conn, "SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1").scalar()
        return None if found is None else str(found)

    def checkpoint_over(self, conn: Connection, size: int) -> str | None:
        """Returns the earliest checkpoint that covers the first ``size`` entries; None where there is none yet."""
        found = sql(conn, "SELECT note FROM checkpoint WHERE size >= ? ORDER BY size LIMIT 1", (size,)).scalar()
        return None if found is None else str(found)

    def sign(self, text: str) -> str:
        """Returns the signed note of a text that is no checkpoint. Raises Conflict where the key is not here."""
        return self._signing().sign(text)

    def _signing(self) -> Signer:
        if self._signer is None:
            raise Conflict(
                Text("签名密钥不在此处，无法签署检查点", "the signing key is not here, so no checkpoint can be signed"),
                hint=Text("用 ANBAO_SIGNING_KEY 指明密钥文件", "name the key file in ANBAO_SIGNING_KEY"),
            )
        if not self.can_sign_as_stated():
            raise Tampered(
                Text(
                    "签名私钥与公布的公钥不符，不再签名",
                    "the signing key does not belong to the published key; nothing was signed",
                ),
                hint=Text("从备份恢复签名密钥", "restore the signing key from a backup"),
            )
        return self._signer

    def prover(self, conn: Connection, size: int) -> Callable[[int], list[bytes]]:
        """Returns what gives the inclusion proofs of many entries in the tree of the first ``size``."""
        read = lru_cache(maxsize=4096)(hash_reader(tile_reader(conn)))

        def prove(index: int) -> list[bytes]:
            try:
                return merkle.inclusion_proof(index, size, read)
            except LookupError as error:
                raise _inconsistent(error) from error

        return prove

    def inclusion_proof(self, conn: Connection, index: int, size: int) -> list[bytes]:
        """That entry ``index`` stands in the tree of the first ``size``. Raises NotFound, Tampered."""
        if not 0 <= index < size <= self.size(conn):
            raise NotFound(
                Text(f"前 {size} 条中没有第 {index} 号", f"there is no entry {index} among the first {size}")
            )
        try:
            return merkle.inclusion_proof(index, size, hash_reader(tile_reader(conn)))
        except LookupError as error:
            raise _inconsistent(error) from error

    def consistency_proof(self, conn: Connection, old: int, new: int) -> list[bytes]:
        """That the first ``new`` entries begin with the first ``old``. Raises NotFound, Tampered."""
        if not 0 <= old <= new <= self.size(conn):
            raise NotFound(Text(f"没有从 {old} 到 {new} 的日志", f"the log does not reach from {old} to {new}"))
        try:
            return merkle.consistency_proof(old, new, hash_reader(tile_reader(conn)))
        except LookupError as error:
            raise _inconsistent(error) from error

    def receipt(self, conn: Connection, index: int, *, with_entry: bool = True) -> bytes:
        """A JSON receipt that verifies offline (``verify_receipt``); without the entry it holds its leaf hash only.

        Raises NotFound, or Conflict where no checkpoint covers the entry yet.
        """
        stored, note = self.entry(conn, index), self.latest_checkpoint(conn)
        covered = open_checkpoint(note, self.verifier).size if note is not None else 0
        if note is None or index >= covered:
            raise Conflict(
                Text(f"第 {index} 号条目尚无检查点覆盖", f"no checkpoint covers entry {index} yet"),
                hint=Text("先签署检查点", "make a checkpoint first"),
            )
        return format_receipt(
            InclusionReceipt(
                checkpoint=note,
                entry=stored.data.decode() if with_entry else None,
                index=index,
                leaf=merkle.leaf_hash(stored.data).hex(),
                proof=tuple(step.hex() for step in self.inclusion_proof(conn, index, covered)),
                receipt=RECEIPT_VERSION,
            )
        )


def insert_entries(conn: Connection, placed: Iterable[tuple[int, Sealed]]) -> None:
    """Write entries and what they are about, without the tree. Subjects go in sorted, in the order of their index."""
    entries, subjects = [], []
    for index, item in placed:
        entries.append((index, item.kind, item.at, item.recorded, item.data))
        for role, subject in item.subjects.items():
            subjects.append((role, subject, index))
    subjects.sort()
    insert_many(conn, tables.entry, ("idx", "kind", "at", "recorded", "data"), entries)
    insert_many(conn, tables.entry_subject, ("role", "subject", "idx"), subjects)


def tile_hashes(conn: Connection, level: int, n: int) -> bytes | None:
    """The hashes of a tile as far as it is filled; None where it is not begun."""
    found = sql(conn, "SELECT hashes FROM tile WHERE level = ? AND n = ?", (level, n)).scalar()
    return None if found is None else bytes(found)


def open_ledger(store: Store, origin: str | None = None) -> Ledger:
    """The log of a store; its origin and key are made at the first opening (see ``keys``).

    Raises Conflict where the origin or key given is another than the store's, InvalidInput for an unreadable key.
    """
    with store.write() as conn:
        return Ledger(*establish(conn, origin))


def tile_reader(conn: Connection) -> TileReader:
    """Reads tiles out of the store; a missing tile is empty. The last few are cached: a proof asks for each often."""

    @lru_cache(maxsize=16)
    def read(level: int, n: int) -> bytes:
        return tile_hashes(conn, level, n) or b""

    return read


def _edge(conn: Connection, size: int) -> dict[int, bytes]:
    places = edge_places(size)
    if not places:
        return {}
    where = " OR ".join(["(level = ? AND n = ?)"] * len(places))
    rows: Any = sql(conn, f"SELECT level, hashes FROM tile WHERE {where}", tuple(x for place in places for x in place))
    return {level: bytes(hashes) for level, hashes in rows}


def _inconsistent(error: Exception) -> Tampered:
    return Tampered(
        Text(f"哈希瓦片与条目不符：{error}", f"the tiles do not fit the entries: {error}"),
        hint=Text("运行 anbao verify 查找位置", "run anbao verify to find the place"),
    )
