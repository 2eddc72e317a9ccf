"""Appending, checkpoints, proofs and receipts, on both databases."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from anbao.errors import Conflict, InvalidInput, NotFound, Tampered
from anbao.ledger import Ledger, new_signer, open_checkpoint, open_ledger, seal, verify_receipt, verify_store
from anbao.ledger.merkle import EMPTY_ROOT, leaf_hash, verify_consistency, verify_inclusion
from anbao.model.entry import Entry, Sealed
from anbao.store import Store, open_store
from anbao.store.bulk import sql


def sealed(first: int, count: int) -> list[Sealed]:
    return [
        seal(
            Entry(
                actor="platform",
                at=number,
                body={"number": number},
                kind="even" if number % 2 == 0 else "odd",
                recorded=number + 1,
                subjects={"listing": f"l{number}", "merchant": f"m{number % 3}"},
            )
        )
        for number in range(first, first + count)
    ]


def filled(store: Store, *batches: int, now: int = 1000) -> Ledger:
    """A ledger with a checkpoint after each batch."""
    ledger = open_ledger(store, "log.example")
    for batch in batches:
        with store.write() as conn:
            ledger.append(conn, sealed(ledger.size(conn), batch))
            ledger.checkpoint(conn, now)
    return ledger


def test_indexes_are_dense_and_entries_come_back_as_given(store: Store) -> None:
    ledger = open_ledger(store)
    with store.write() as conn:
        assert ledger.size(conn) == 0
        assert ledger.append(conn, []) == 0
        assert ledger.append(conn, sealed(0, 3)) == 0
        assert ledger.append(conn, sealed(3, 300)) == 3
        assert ledger.append(conn, sealed(303, 1)) == 303
        assert ledger.size(conn) == 304
        everything = ledger.entries(conn, limit=1000)
        assert [stored.data for stored in everything] == [item.data for item in sealed(0, 304)]
        assert [stored.index for stored in everything] == list(range(304))
        assert everything[7].entry().body == {"number": 7}
        assert [stored.index for stored in ledger.entries(conn, 10, 3)] == [10, 11, 12]
        assert [stored.index for stored in ledger.entries(conn, 10, 9, end=12)] == [10, 11]
        assert [stored.index for stored in ledger.entries(conn, 1, 2, kind="even")] == [2, 4]
        about = ledger.entries(conn, 5, 3, kind="odd", subject=("merchant", "m2"))
        assert [stored.index for stored in about] == [5, 11, 17]
        with pytest.raises(NotFound):
            ledger.entry(conn, 304)


def test_a_rolled_back_append_leaves_nothing(store: Store) -> None:
    ledger = filled(store, 5)
    with pytest.raises(RuntimeError), store.write() as conn:
        ledger.append(conn, sealed(5, 300))
        raise RuntimeError
    with store.write() as conn:
        assert ledger.append(conn, sealed(5, 2)) == 5
        ledger.checkpoint(conn, 1)
    assert verify_store(store).sound


def test_processes_append_in_turn(store: Store, empty_url: str) -> None:
    script = (
        "import sys\n"
        "from tests.test_ledger_log import sealed\n"
        "from anbao.store import open_store\n"
        "from anbao.ledger import open_ledger\n"
        "store = open_store(sys.argv[1]); ledger = open_ledger(store)\n"
        "for _ in range(12):\n"
        "    with store.write() as conn:\n"
        "        ledger.append(conn, sealed(ledger.size(conn), 37))\n"
    )
    open_ledger(store)
    root = Path(__file__).parents[1]
    workers = [subprocess.Popen([sys.executable, "-c", script, empty_url], cwd=root) for _ in range(3)]
    assert [worker.wait() for worker in workers] == [0, 0, 0]
    report = verify_store(store)
    assert report.sound
    assert report.entries == 3 * 12 * 37


def test_a_checkpoint_is_signed_once_per_size(store: Store) -> None:
    ledger = open_ledger(store, "log.example")
    with store.write() as conn:
        assert ledger.latest_checkpoint(conn) is None
        empty = open_checkpoint(ledger.checkpoint(conn, 1), ledger.verifier)
        assert (empty.origin, empty.size, empty.root) == ("log.example", 0, EMPTY_ROOT)
        ledger.append(conn, sealed(0, 2))
        note = ledger.checkpoint(conn, 2)
        assert ledger.checkpoint(conn, 3) == note == ledger.latest_checkpoint(conn)
        assert open_checkpoint(note, ledger.verifier).root == ledger.root(conn, 2)
        stored = [tuple(row) for row in sql(conn, "SELECT size, at FROM checkpoint ORDER BY size")]
        assert stored == [(0, 1), (2, 2)]


def test_no_checkpoint_is_signed_over_a_rewritten_log(sqlite_store: Store) -> None:
    ledger = filled(sqlite_store, 10)
    with sqlite_store.write() as conn:
        sql(conn, "DELETE FROM entry WHERE idx >= 8")
        sql(conn, "DELETE FROM entry_subject WHERE idx >= 8")
        sql(conn, "UPDATE tile SET hashes = substr(hashes, 1, 256)")
        ledger.append(conn, sealed(20, 5))
        with pytest.raises(Tampered):
            ledger.checkpoint(conn, 2)


def test_appending_to_tiles_that_do_not_fit_is_refused(sqlite_store: Store) -> None:
    ledger = filled(sqlite_store, 10)
    with sqlite_store.write() as conn:
        sql(conn, "DELETE FROM entry WHERE idx = 9")
        with pytest.raises(Tampered):
            ledger.append(conn, sealed(9, 1))


def test_proofs_lead_to_the_signed_roots(store: Store) -> None:
    ledger = filled(store, 260, 300)
    with store.read() as conn:
        old, new = ledger.root(conn, 260), ledger.root(conn, 560)
        assert verify_consistency(260, 560, old, new, ledger.consistency_proof(conn, 260, 560))
        for index in (0, 255, 256, 559):
            leaf = leaf_hash(ledger.entry(conn, index).data)
            assert verify_inclusion(leaf, index, 560, ledger.inclusion_proof(conn, index, 560), new)
        with pytest.raises(NotFound):
            ledger.inclusion_proof(conn, 5, 561)
        with pytest.raises(NotFound):
            ledger.consistency_proof(conn, 5, 561)


@pytest.mark.parametrize("with_entry", [True, False])
def test_a_receipt_verifies_offline_and_no_altered_one_does(store: Store, with_entry: bool) -> None:
    ledger = filled(store, 300)
    with store.read() as conn:
        receipt = ledger.receipt(conn, 77, with_entry=with_entry)
    key = str(ledger.verifier)
    report = verify_receipt(receipt, key)
    assert report.sound
    assert report.not_proven
    assert verify_receipt(receipt, str(new_signer("log.example").verifier)).sound is False
    for field, value in {
        "index": 78,
        "leaf": "00" * 32,
        "entry": '{"number":78}',
        "proof": json.loads(receipt)["proof"][1:],
        "checkpoint": json.loads(receipt)["checkpoint"].replace("\n300\n", "\n301\n"),
    }.items():
        altered = verify_receipt(json.dumps(json.loads(receipt) | {field: value}).encode(), key)
        assert not altered.sound, field
        assert altered.problem is not None
        assert altered.proven == ()


def test_what_is_no_receipt_is_refused() -> None:
    key = str(new_signer("log.example").verifier)
    good = {"checkpoint": "", "index": 0, "leaf": "", "proof": [], "receipt": 1}
    for data in (b"", b"{}", json.dumps(good | {"leaf": "zz"}).encode(), json.dumps(good | {"receipt": 2}).encode()):
        with pytest.raises(InvalidInput):
            verify_receipt(data, key)


def test_a_receipt_needs_a_checkpoint(store: Store) -> None:
    ledger = filled(store, 2)
    with store.write() as conn:
        ledger.append(conn, sealed(2, 1))
        with pytest.raises(Conflict):
            ledger.receipt(conn, 2)


def test_the_identity_is_made_once_and_stored(store: Store, empty_url: str) -> None:
    first = open_ledger(store)
    again = open_ledger(open_store(empty_url))
    assert str(again.verifier) == str(first.verifier)
    assert first.origin.startswith("anbao.local/")
    with pytest.raises(Conflict):
        open_ledger(store, "another.example")


def test_a_key_from_a_file_stays_outside_the_store(
    sqlite_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signer = new_signer("shop.example/anbao")
    file = tmp_path / "signing.key"
    file.write_text(signer.secret() + "\n")
    monkeypatch.setenv("ANBAO_SIGNING_KEY", str(file))
    ledger = open_ledger(sqlite_store)
    with sqlite_store.write() as conn:
        ledger.append(conn, sealed(0, 1))
        ledger.checkpoint(conn, 1)
    assert str(ledger.verifier) == str(signer.verifier)
    with sqlite_store.read() as conn:
        stored = b"".join(value for (value,) in sql(conn, "SELECT value FROM meta WHERE key LIKE 'ledger.%'").all())
    assert b"PRIVATE" not in stored

    file.write_text(new_signer("shop.example/anbao").secret())
    with pytest.raises(Conflict):
        open_ledger(sqlite_store)
    file.unlink()
    with pytest.raises(InvalidInput):
        open_ledger(sqlite_store)

    monkeypatch.delenv("ANBAO_SIGNING_KEY")
    keyless = open_ledger(sqlite_store)
    assert verify_store(sqlite_store).sound
    with sqlite_store.write() as conn:
        keyless.append(conn, sealed(1, 1))
        with pytest.raises(Conflict):
            keyless.checkpoint(conn, 2)
