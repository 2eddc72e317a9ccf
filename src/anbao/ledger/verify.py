"""Offline verification of a store, an exported directory, or one receipt; streams, in memory that does not grow.

Every leaf is hashed again from the entry's bytes. Found are: an edit, a deletion, a reordering, an insertion, a
truncation against any checkpoint at hand, a wrong signature; and in a store also tiles, columns and subject rows that
disagree with the canonical bytes. What cannot be found is said in the report (``not_proven``).
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from anbao.errors import InvalidInput, NotFound, Tampered
from anbao.ledger import report, stamping
from anbao.ledger.canonical import decode_strict
from anbao.ledger.export import CHECKPOINT_FILE, KEY_FILE
from anbao.ledger.keys import stored_verifier
from anbao.ledger.log import Ledger, Stored, tile_reader
from anbao.ledger.merkle import HASH_SIZE, leaf_hash, verify_inclusion
from anbao.ledger.note import Verifier, parse_verifier
from anbao.ledger.receipt import parse_receipt
from anbao.ledger.report import Broken, LedgerProblem, VerificationReport
from anbao.ledger.tiles import TILE_HEIGHT, TILE_WIDTH, TileReader, entries_path, tile_count, tile_path
from anbao.ledger.walk import Mark, Walk, open_mark
from anbao.store import Connection, Store
from anbao.store.bulk import sql
from anbao.text import Text

_CHECKPOINTS_PER_QUERY = 1_000
_STAMPS = 1_000
"""The newest timestamps are verified, a millisecond each; older ones prove nothing that these do not."""

_SUBJECTS_PER_QUERY = 5_000
_GIVEN = "given checkpoint"

SubjectRow = tuple[str, str, int]


def verify_store(store: Store, key: str | None = None, checkpoint: str | None = None) -> VerificationReport:
    """Verify all that a store holds, against its own checkpoints and one that the caller stored.

    ``key`` is the verifier key (``name+hash+base64``), by default the store's own. Raises InvalidInput for a bad key,
    NotFound for a store that has no ledger.
    """
    with store.read() as conn:
        verifier = parse_verifier(key) if key is not None else stored_verifier(conn)
        if verifier is None:
            raise NotFound(Text("此存储中没有存证日志", "this store holds no ledger"))
        walk = Walk(tile_reader(conn))
        walk.go(
            _stored_leaves(conn, Ledger(verifier, None)), _stored_marks(conn, verifier), _held(checkpoint, verifier)
        )
        stamped = _check_stamps(walk, conn) if walk.problem is None else ()
    agree = Text(
        "每条的种类、时间、主体索引均与其规范字节一致",
        "Kind, times and subject rows of every entry agree with its canonical bytes",
    )
    return _report(walk, verifier, key is None, checkpoint is not None, (agree, *stamped), stamped=bool(stamped))


def verify_directory(directory: Path, key: str | None, checkpoint: str | None = None) -> VerificationReport:
    """Verify an exported log against its checkpoint and one that the caller stored.

    Without ``key`` the directory's ``key.txt`` is used. Raises InvalidInput for a bad key, NotFound for no export.
    """
    note_file, key_file = directory / CHECKPOINT_FILE, directory / KEY_FILE
    if not note_file.is_file() or (key is None and not key_file.is_file()):
        raise NotFound(
            Text(f"{directory} 中没有导出的日志", f"{directory} holds no exported log"),
            hint=Text("用 anbao log export 导出", "anbao log export writes one"),
        )
    verifier = parse_verifier(key if key is not None else key_file.read_text(encoding="utf-8"))
    try:
        mark = open_mark(note_file.read_bytes().decode(errors="replace"), verifier, CHECKPOINT_FILE)
    except Broken as broken:
        walk = Walk(lambda level, n: b"")
        walk.problem = broken.problem
    else:
        walk = Walk(_tiles_in(directory, mark.size))
        walk.go(_exported_leaves(directory, mark.size), [mark], _held(checkpoint, verifier))
    return _report(walk, verifier, key is None, checkpoint is not None, ())


def verify_receipt(data: bytes, key: str) -> VerificationReport:
    """Verify one receipt, without store or network. Raises InvalidInput for a bad key or what is not a receipt."""
    verifier, receipt = parse_verifier(key), parse_receipt(data)
    leaf, where = bytes.fromhex(receipt.leaf), f"entry {receipt.index}"
    problem: LedgerProblem | None = None
    covered, root = 0, b""
    try:
        mark = open_mark(receipt.checkpoint, verifier, "checkpoint")
        covered, root = mark.size, mark.root
        if receipt.entry is not None and leaf_hash(receipt.entry.encode()) != leaf:
            raise Broken(Text("条目与其哈希不符", "the entry does not fit its hash"), where, receipt.index)
        proof = [bytes.fromhex(step) for step in receipt.proof]
        if not verify_inclusion(leaf, receipt.index, mark.size, proof, mark.root):
            raise Broken(
                Text("包含证明不成立", "the inclusion proof does not lead to the signed root"), where, receipt.index
            )
    except Broken as broken:
        problem = broken.problem
    stands = Text(
        f"此条目是日志 {verifier.name} 的第 {receipt.index} 号，在 {covered} 条时的检查点之下",
        f"This entry is number {receipt.index} of the log {verifier.name}, under its checkpoint of {covered} entries",
    )
    return VerificationReport(
        sound=problem is None,
        origin=verifier.name,
        entries=1,
        covered=covered if problem is None else 0,
        checkpoints=1 if problem is None else 0,
        root=root.hex(),
        proven=(stands,) if problem is None else (),
        not_proven=(report.no_outside_witness(held=True), report.CONTENT),
        problem=problem,
    )


def _held(note: str | None, verifier: Verifier) -> Iterator[Mark]:
    if note is not None:
        yield open_mark(note, verifier, _GIVEN)


def _report(
    walk: Walk, verifier: Verifier, own_key: bool, held: bool, agree: tuple[Text, ...], *, stamped: bool = False
) -> VerificationReport:
    proven: list[Text] = []
    if walk.matched:
        proven.append(
            Text(
                f"前 {walk.covered} 条与 {verifier.name} 签署的 {walk.matched} 个检查点相符：无改动、增删、换位",
                f"The first {walk.covered} entries match {walk.matched} checkpoints signed by {verifier.name}: none was"
                " altered, removed, inserted or reordered since",
            )
        )
    if walk.problem is None:
        proven.append(
            Text(
                f"全部 {walk.size} 条序号连续，每条的字节与其哈希及各级瓦片一致",
                f"All {walk.size} entries stand without gaps; their bytes fit their hashes and all levels of tiles",
            )
        )
        proven.extend(agree)
    outside = report.ROOTS_FROM_WITHIN if stamped else report.no_outside_witness(held=held)
    not_proven = [outside, report.CONTENT]
    if own_key:
        not_proven.append(report.KEY_FROM_WITHIN)
    if walk.covered < walk.size:
        not_proven.append(report.uncovered(walk.covered, walk.size))
    return VerificationReport(
        sound=walk.problem is None,
        origin=verifier.name,
        entries=walk.size,
        covered=walk.covered,
        checkpoints=walk.matched,
        root=walk.root().hex(),
        proven=tuple(proven),
        not_proven=tuple(not_proven),
        problem=walk.problem,
    )


def _check_stamps(walk: Walk, conn: Connection) -> tuple[Text, ...]:
    """Returns what the newest timestamps prove; a wrong one is the walk's problem."""
    said = []
    newest = stamping.stamped_sizes(conn, _STAMPS)
    for place, (size, authority, at) in enumerate(newest):
        where = f"timestamp {size} {authority}"
        try:
            [stamp] = [one for one in stamping.stamps_of(conn, size) if one.authority == authority]
            note = sql(conn, "SELECT note FROM checkpoint WHERE size = ?", (size,)).scalar()
            if note is None or stamping.stamped_at(stamp.answer, note, stamp.roots) != at:
                raise Tampered(Text("时间戳不属于任何检查点", "the timestamp belongs to no checkpoint"))
        except (Tampered, InvalidInput) as error:
            walk.problem = Broken(error.what, where).problem
            return ()
        if authority not in {one for _, one, _ in newest[:place]}:
            when = datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="seconds")
            said.append(
                Text(
                    f"{authority} 于 {when} 为前 {size} 条的检查点加盖了时间戳：这些条目在该时刻之后未被改写",
                    f"{authority} stamped the checkpoint of the first {size} entries at {when}: they were not rewritten"
                    " since",
                )
            )
    return tuple(said)


# ── a store ───────────────────────────────────────────────────────────────────────────────────────────────────────
def _stored_marks(conn: Connection, verifier: Verifier) -> Iterator[Mark]:
    after = -1
    while rows := _rows(
        conn,
        "SELECT size, note FROM checkpoint WHERE size > ? ORDER BY size LIMIT ?",
        (after, _CHECKPOINTS_PER_QUERY),
    ):
        for after, note in rows:
            where = f"checkpoint {after}"
            mark = open_mark(note, verifier, where)
            if mark.size != after:
                raise Broken(Text("检查点存放的位置不对", "the checkpoint is stored under another size"), where)
            yield mark


def _stored_leaves(conn: Connection, log: Ledger) -> Iterator[list[bytes]]:
    size = subjects = 0
    while rows := log.entries(conn, size, TILE_WIDTH):
        expected: list[SubjectRow] = []
        for index, stored in enumerate(rows, size):
            expected += _checked(stored, index)
        _find_subjects(conn, expected)
        subjects += len(expected)
        size += len(rows)
        yield [leaf_hash(stored.data) for stored in rows]
    _nothing_else(conn, log, size, subjects)


def _checked(stored: Stored, index: int) -> list[SubjectRow]:
    where = f"entry {index}"
    if stored.index != index:
        raise Broken(Text(f"缺少第 {index} 号条目", f"entry {index} is missing"), where, index)
    try:
        entry = decode_strict(stored.data)
    except InvalidInput as error:
        raise Broken(error.what, where, index) from error
    if (entry.kind, entry.at, entry.recorded) != (stored.kind, stored.at, stored.recorded):
        raise Broken(
            Text(
                f"第 {index} 号条目的列（种类、时间）与其规范字节不符",
                f"the columns of entry {index} (kind, times) disagree with its canonical bytes",
            ),
            where,
            index,
        )
    return [(role, subject, index) for role, subject in entry.subjects.items()]


def _find_subjects(conn: Connection, expected: list[SubjectRow]) -> None:
    for start in range(0, len(expected), _SUBJECTS_PER_QUERY):
        some = expected[start : start + _SUBJECTS_PER_QUERY]
        if _count_subjects(conn, some) != len(some):
            for row in some:
                if not _count_subjects(conn, [row]):
                    raise _subjects_disagree(row[2])


def _count_subjects(conn: Connection, rows: list[SubjectRow]) -> int:
    """How many of these rows there are. The inner query makes both databases look each up by primary key."""
    values = ", ".join(["(?, ?, ?)"] * len(rows))
    return int(
        sql(
            conn,
            f"WITH wanted (role, subject, idx) AS (VALUES {values}) SELECT count((SELECT s.idx FROM entry_subject s"
            " WHERE s.role = w.role AND s.subject = w.subject AND s.idx = w.idx)) FROM wanted w",
            tuple(value for row in rows for value in row),
        ).scalar_one()
    )


def _nothing_else(conn: Connection, log: Ledger, size: int, subjects: int) -> None:
    """No rows but those that the entries account for."""
    if sql(conn, "SELECT count(*) FROM entry_subject").scalar_one() != subjects:
        raise _subjects_disagree(_first_odd_subject(conn, log, size))
    if sql(conn, "SELECT count(*) FROM tile").scalar_one() != tile_count(size):
        raise Broken(
            Text(f"瓦片比 {size} 条条目应有的多", f"there are more tiles than {size} entries account for"), "tile", size
        )
    before = sql(conn, "SELECT min(idx) FROM entry").scalar()
    if before is not None and before < 0:
        raise Broken(Text("有序号为负的条目", "there are entries with negative indexes"), f"entry {before}")


def _first_odd_subject(conn: Connection, log: Ledger, size: int) -> int:
    for start in range(0, size, TILE_WIDTH):
        expected = {
            (role, subject, stored.index)
            for stored in log.entries(conn, start, TILE_WIDTH)
            for role, subject in stored.entry().subjects.items()
        }
        found = _rows(
            conn, "SELECT role, subject, idx FROM entry_subject WHERE idx >= ? AND idx < ?", (start, start + TILE_WIDTH)
        )
        odd = [idx for role, subject, idx in found if (role, subject, idx) not in expected]
        if odd:
            return int(min(odd))
    return size


def _subjects_disagree(index: int) -> Broken:
    return Broken(
        Text(
            f"第 {index} 号条目的主体索引与其规范字节不符",
            f"the subject rows of entry {index} disagree with its canonical bytes",
        ),
        f"entry {index}",
        index,
    )


def _rows(conn: Connection, statement: str, parameters: tuple[int, ...]) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in sql(conn, statement, parameters)]


# ── a directory ───────────────────────────────────────────────────────────────────────────────────────────────────
def _tiles_in(directory: Path, size: int) -> TileReader:
    def read(level: int, n: int) -> bytes:
        width = min(TILE_WIDTH, (size >> level * TILE_HEIGHT) - n * TILE_WIDTH)
        data, outgrown = _read(directory, tile_path(level, n, width), tile_path(level, n))
        return data[: width * HASH_SIZE] if outgrown else data

    return read


def _exported_leaves(directory: Path, size: int) -> Iterator[list[bytes]]:
    for n in range(-(-size // TILE_WIDTH)):
        width = min(TILE_WIDTH, size - n * TILE_WIDTH)
        path = entries_path(n, width)
        data, outgrown = _read(directory, path, entries_path(n))
        leaves, at = [], 0
        for index in range(n * TILE_WIDTH, n * TILE_WIDTH + width):
            start = at + 2
            at = start + int.from_bytes(data[at:start], "big")
            if len(data) < at:
                raise Broken(Text(f"{path} 缺少第 {index} 号条目", f"{path} lacks entry {index}"), path, index)
            leaves.append(leaf_hash(data[start:at]))
        if at != len(data) and not outgrown:
            raise Broken(Text(f"{path} 多出内容", f"{path} holds more than its entries"), path)
        yield leaves


def _read(directory: Path, path: str, full: str) -> tuple[bytes, bool]:
    """A tile or bundle, and whether a full one has taken the place of the partial one; empty where both are missing."""
    file = directory / path
    if file.is_file():
        return file.read_bytes(), False
    file = directory / full
    return (file.read_bytes(), True) if file.is_file() else (b"", False)
