"""Verification of a store: whatever is altered behind the ledger's back is found, and where."""

from collections.abc import Callable

import pytest

from anbao.errors import InvalidInput, NotFound
from anbao.ledger import Ledger, VerificationReport, decode, new_signer, open_ledger, verify_store
from anbao.ledger.log import tile_reader
from anbao.ledger.merkle import leaf_hash, root
from anbao.ledger.note import Checkpoint, format_checkpoint
from anbao.ledger.tiles import extend, hash_reader
from anbao.store import Connection, Store, tables
from anbao.store.bulk import insert_many, sql, upsert_many
from test_ledger_log import filled, sealed

SIZES = (300, 240, 100)
TOTAL = sum(SIZES)


def rehash(conn: Connection) -> None:
    """Make the tiles fit the entries again, as a careful forger would."""
    sql(conn, "DELETE FROM tile")
    leaves = [leaf_hash(bytes(row[0])) for row in sql(conn, "SELECT data FROM entry ORDER BY idx")]
    upsert_many(conn, tables.tile, ("level", "n", "hashes"), extend(0, {}, leaves))


def resubject(conn: Connection) -> None:
    sql(conn, "DELETE FROM entry_subject")
    rows = [
        (role, subject, index)
        for index, data in map(tuple, sql(conn, "SELECT idx, data FROM entry"))
        for role, subject in decode(bytes(data)).subjects.items()
    ]
    insert_many(conn, tables.entry_subject, ("role", "subject", "idx"), rows)


def edit(conn: Connection) -> None:
    data = sealed(1041, 1)[0].data.replace(b'"at":1041', b'"at":41').replace(b'"recorded":1042', b'"recorded":42')
    data = data.replace(b"l1041", b"l41").replace(b'"m0"', b'"m2"')
    sql(conn, "UPDATE entry SET data = ? WHERE idx = 41", (data,))


def delete(conn: Connection) -> None:
    sql(conn, "DELETE FROM entry WHERE idx = 41")


def delete_and_close_the_gap(conn: Connection) -> None:
    delete(conn)
    for index in range(42, TOTAL):
        sql(conn, "UPDATE entry SET idx = ? WHERE idx = ?", (index - 1, index))
    resubject(conn)


def reorder(conn: Connection) -> None:
    for old, new in ((41, -1), (42, 41), (-1, 42)):
        sql(conn, "UPDATE entry SET idx = ? WHERE idx = ?", (new, old))
    resubject(conn)


def truncate(conn: Connection) -> None:
    for table in ("entry", "entry_subject"):
        sql(conn, f"DELETE FROM {table} WHERE idx >= 600")


@pytest.mark.parametrize("careful", [False, True], ids=["careless", "careful"])
@pytest.mark.parametrize("tamper", [edit, delete, delete_and_close_the_gap, reorder])
def test_an_altered_log_is_refused_also_where_its_tiles_were_made_to_fit(
    store: Store, tamper: Callable[[Connection], None], careful: bool
) -> None:
    filled(store, *SIZES)
    with store.write() as conn:
        tamper(conn)
        if careful:
            rehash(conn)
    report = verify_store(store)
    assert not report.sound
    assert report.problem is not None
    if careful and tamper is not delete:
        assert (report.problem.where, report.problem.entry) == ("checkpoint 300", 0)
    else:
        assert report.problem.entry == 41
    assert report.covered == 0


@pytest.mark.parametrize("careful", [False, True], ids=["careless", "careful"])
def test_a_truncated_log_is_refused_against_its_own_checkpoints(store: Store, careful: bool) -> None:
    filled(store, *SIZES)
    with store.write() as conn:
        truncate(conn)
        if careful:
            rehash(conn)
    report = verify_store(store)
    assert not report.sound
    assert report.problem is not None
    assert report.problem.entry == 600
    assert report.covered == (540 if careful else 300)


def test_an_untouched_log_is_sound_and_the_report_says_what_that_means(store: Store) -> None:
    ledger = filled(store, *SIZES)
    with store.write() as conn:
        note = ledger.latest_checkpoint(conn)
        ledger.append(conn, sealed(TOTAL, 5))
        expected = ledger.root(conn, TOTAL + 5).hex()
    report = verify_store(store, str(ledger.verifier), note)
    assert report.sound
    assert (report.origin, report.entries, report.covered, report.checkpoints) == ("log.example", TOTAL + 5, TOTAL, 4)
    assert report.root == expected
    assert report.problem is None
    assert len(report.proven) == 3
    assert said(report, "entries 640 to 644")
    assert said(report, "before the checkpoint that you hold")
    assert said(report, "what entries say is true")
    assert not said(report, "whose key this is")


def test_without_key_and_checkpoint_the_report_claims_less(store: Store) -> None:
    filled(store, 3)
    report = verify_store(store)
    assert report.sound
    assert said(report, "whose key this is")
    assert said(report, "rewritten as a whole")


def said(report: VerificationReport, words: str) -> bool:
    return any(words in text.en for text in report.not_proven)


def forge(store: Store, ledger: Ledger, keep: int) -> None:
    """The operator, who holds the key, cuts the log and signs anew."""
    with store.write() as conn:
        for table, column in (("entry", "idx"), ("entry_subject", "idx"), ("checkpoint", "size")):
            sql(conn, f"DELETE FROM {table} WHERE {column} >= ?", (keep,))
        rehash(conn)
        ledger.checkpoint(conn, 1)


def test_a_checkpoint_stored_outside_finds_what_the_key_holder_cut(store: Store) -> None:
    ledger = filled(store, *SIZES)
    with store.read() as conn:
        held = ledger.latest_checkpoint(conn)
    forge(store, ledger, 600)
    assert verify_store(store).sound
    report = verify_store(store, checkpoint=held)
    assert not report.sound
    assert report.problem is not None
    assert (report.problem.where, report.problem.entry) == ("given checkpoint", 600)


def test_a_checkpoint_stored_outside_finds_what_the_key_holder_rewrote(store: Store) -> None:
    ledger = filled(store, *SIZES)
    with store.read() as conn:
        held = ledger.latest_checkpoint(conn)
    forge(store, ledger, 600)
    with store.write() as conn:
        ledger.append(conn, sealed(700, 80))
        ledger.checkpoint(conn, 1)
    report = verify_store(store, checkpoint=held)
    assert not report.sound
    assert report.problem is not None
    assert (report.problem.where, report.problem.entry) == ("given checkpoint", 600)


def test_a_wrong_signature_is_refused(store: Store) -> None:
    ledger = filled(store, *SIZES)
    with store.write() as conn:
        note = new_signer("log.example").sign(format_checkpoint(Checkpoint("log.example", 540, ledger.root(conn, 540))))
        sql(conn, "UPDATE checkpoint SET note = ? WHERE size = 540", (note,))
    report = verify_store(store)
    assert not report.sound
    assert report.problem is not None
    assert report.problem.where == "checkpoint 540"
    assert not verify_store(store, str(new_signer("log.example").verifier)).sound


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        ("UPDATE entry SET kind = 'other' WHERE idx = 41", "entry 41"),
        ("UPDATE entry SET at = at + 1 WHERE idx = 41", "entry 41"),
        ("UPDATE entry SET recorded = recorded + 1 WHERE idx = 41", "entry 41"),
        ("UPDATE entry_subject SET subject = 'other' WHERE idx = 41 AND role = 'listing'", "entry 41"),
        ("DELETE FROM entry_subject WHERE idx = 41 AND role = 'listing'", "entry 41"),
        ("INSERT INTO entry_subject VALUES ('merchant', 'other', 41)", "entry 41"),
        ("INSERT INTO entry_subject VALUES ('merchant', 'other', 9999)", "entry 640"),
        ("INSERT INTO tile SELECT level, 9, hashes FROM tile WHERE level = 0 AND n = 0", "tile"),
        ("UPDATE checkpoint SET size = 639 WHERE size = 640", "checkpoint 639"),
        ("INSERT INTO entry SELECT -1, kind, at, recorded, data FROM entry WHERE idx = 0", "entry -1"),
    ],
)
def test_projections_that_disagree_are_found(store: Store, statement: str, where: str) -> None:
    filled(store, *SIZES)
    with store.write() as conn:
        sql(conn, statement)
    report = verify_store(store)
    assert not report.sound
    assert report.problem is not None
    assert report.problem.where == where


@pytest.mark.parametrize(
    ("level", "n", "where"), [(0, 1, "tile/0/001"), (0, 2, "tile/0/002.p/128"), (1, 0, "tile/1/000.p/2")]
)
@pytest.mark.parametrize("loss", ["altered", "short", "missing"])
def test_a_tile_that_disagrees_is_found(store: Store, level: int, n: int, where: str, loss: str) -> None:
    filled(store, *SIZES)
    with store.write() as conn:
        hashes = tile_reader(conn)(level, n)
        changed = {"altered": b"\0" * 32 + hashes[32:], "short": hashes[:-32], "missing": b""}[loss]
        upsert_many(conn, tables.tile, ("level", "n", "hashes"), [(level, n, changed)])
    report = verify_store(store)
    assert not report.sound
    assert report.problem is not None
    assert report.problem.where == where


def test_an_entry_that_is_not_canonical_is_found_even_when_hashed_and_signed(sqlite_store: Store) -> None:
    ledger = open_ledger(sqlite_store)
    with sqlite_store.write() as conn:
        ledger.append(conn, sealed(0, 1))
        sql(conn, "UPDATE entry SET data = ?", (sealed(0, 1)[0].data + b" ",))
        rehash(conn)
        ledger.checkpoint(conn, 1)
    report = verify_store(sqlite_store)
    assert report.problem is not None
    assert report.problem.where == "entry 0"


def test_an_empty_log_is_sound_and_a_store_without_one_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound):
        verify_store(store)
    ledger = open_ledger(store)
    assert verify_store(store).sound
    with pytest.raises(InvalidInput):
        verify_store(store, "no key")
    with store.write() as conn:
        ledger.checkpoint(conn, 1)
        assert ledger.root(conn, 0) == root(0, hash_reader(tile_reader(conn)))
    assert verify_store(store).checkpoints == 1
