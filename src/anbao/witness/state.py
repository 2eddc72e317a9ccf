"""What a witness remembers, in one SQLite file: its key, the logs that it watches, and the last checkpoint of each.

Invariant: a checkpoint is durable here before its cosignature leaves, so that no crash lets two forks be signed.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import msgspec

from anbao.errors import Conflict, NotFound
from anbao.ledger.cosignature import WitnessSigner, new_witness_signer, witness_signer
from anbao.ledger.merkle import EMPTY_ROOT, verify_consistency
from anbao.ledger.note import Checkpoint, Verifier, open_note, parse_checkpoint, parse_verifier
from anbao.text import Text

_TABLES = """
CREATE TABLE IF NOT EXISTS identity (name TEXT NOT NULL, secret BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS log (origin TEXT PRIMARY KEY, key TEXT NOT NULL, size INTEGER NOT NULL, root BLOB NOT NULL,
  at INTEGER NOT NULL);
"""

MAX_PROOF = 63
"""Hashes of a consistency proof (C2SP tlog-witness)."""


class WatchedLog(msgspec.Struct, frozen=True, kw_only=True):
    """A log that is watched. ``at``: when its newest checkpoint was cosigned, Unix seconds; 0 before the first."""

    origin: str
    key: str
    size: int
    root: bytes
    at: int


class Refused(Exception):
    """A submission that is not cosigned. ``status`` and ``body``: of the answer over HTTP."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(body)
        self.status, self.body = status, body


class StaleSize(Refused):
    """The submitter's old size is not the one that the witness knows, or the same size has another root."""

    def __init__(self, known: int) -> None:
        super().__init__(409, f"{known}\n")


class WitnessFile:
    """The file of one witness. Each call opens and closes it: a witness has little to do and much to lose."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def create(self, name: str) -> WitnessSigner:
        """Make the file and a new key. Raises Conflict where there is one, InvalidInput for a bad name."""
        signer = new_witness_signer(name)
        self._path.touch(mode=0o600)
        with self._open() as conn:
            conn.executescript(_TABLES)
            if conn.execute("SELECT 1 FROM identity").fetchone():
                raise Conflict(Text(f"{self._path} 已是见证人", f"{self._path} holds a witness already"))
            conn.execute("INSERT INTO identity (name, secret) VALUES (?, ?)", (name, signer.secret))
        return signer

    def signer(self) -> WitnessSigner:
        """Raises NotFound where the file is none of a witness."""
        if not self._path.is_file():
            raise NotFound(
                Text(f"没有文件 {self._path}", f"there is no file {self._path}"),
                hint=Text("用 anbao witness init 新建", "anbao witness init makes one"),
            )
        row = None
        with suppress(sqlite3.DatabaseError), self._open() as conn:
            row = conn.execute("SELECT name, secret FROM identity").fetchone()
        if row is None:
            raise NotFound(
                Text(f"{self._path} 不是见证人的文件", f"{self._path} is no file of a witness"),
                hint=Text("用 anbao witness init 新建", "anbao witness init makes one"),
            )
        return witness_signer(*row)

    def watch(self, key: Verifier) -> None:
        """Watch a log from now on. Raises Conflict where one of this origin is watched."""
        with self._open() as conn:
            if conn.execute("SELECT 1 FROM log WHERE origin = ?", (key.name,)).fetchone():
                raise Conflict(Text(f"已在见证 {key.name}", f"{key.name} is watched already"))
            conn.execute(
                "INSERT INTO log (origin, key, size, root, at) VALUES (?, ?, 0, ?, 0)", (key.name, str(key), EMPTY_ROOT)
            )

    def logs(self) -> list[WatchedLog]:
        """Returns the watched logs by origin."""
        with self._open() as conn:
            rows = conn.execute("SELECT origin, key, size, root, at FROM log ORDER BY origin").fetchall()
        return [WatchedLog(origin=a, key=b, size=c, root=d, at=e) for a, b, c, d, e in rows]

    def accept(self, note: str, old: int, proof: Sequence[bytes], now: int) -> Checkpoint:
        """Remember a checkpoint that is consistent with the last one of its log; returns it.

        Raises Refused with the status that C2SP tlog-witness asks for, AnbaoError for what is no note.
        """
        claimed = parse_checkpoint(note.rpartition("\n\n")[0] + "\n")
        with self._open() as conn:
            conn.execute("BEGIN IMMEDIATE")
            row = conn.execute("SELECT key, size, root FROM log WHERE origin = ?", (claimed.origin,)).fetchone()
            if row is None:
                raise Refused(404, "this log is not watched\n")
            key, size, root = row
            try:
                checkpoint = parse_checkpoint(open_note(note, [parse_verifier(key)]))
            except Exception as error:
                raise Refused(403, "no valid signature of the log\n") from error
            if old > checkpoint.size:
                raise Refused(400, "the old size is beyond the checkpoint\n")
            if old != size:
                raise StaleSize(size)
            if old == checkpoint.size and checkpoint.root != root:
                raise StaleSize(size)
            if not verify_consistency(old, checkpoint.size, root, checkpoint.root, proof):
                raise Refused(422, "the checkpoint is not consistent with the last one\n")
            conn.execute(
                "UPDATE log SET size = ?, root = ?, at = ? WHERE origin = ?",
                (checkpoint.size, checkpoint.root, now, checkpoint.origin),
            )
        return checkpoint

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A connection whose changes are on disk when the context ends, or taken back where it raises."""
        with closing(sqlite3.connect(self._path, isolation_level=None, timeout=30)) as conn:
            conn.execute("PRAGMA synchronous = FULL")
            try:
                yield conn
            except BaseException:
                if conn.in_transaction:
                    conn.execute("ROLLBACK")
                raise
            if conn.in_transaction:
                conn.execute("COMMIT")
