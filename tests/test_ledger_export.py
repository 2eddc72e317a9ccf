"""Exported directories: C2SP tlog-tiles on disk, extended and never rewritten."""

from pathlib import Path

import pytest

from anbao.errors import Conflict, NotFound, Tampered
from anbao.ledger import Exported, export, new_signer, open_ledger, verify_directory
from anbao.store import Store, open_store
from anbao.store.bulk import sql
from test_ledger_log import filled, sealed


def files(directory: Path) -> dict[str, bytes]:
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def test_the_files_are_those_of_tlog_tiles(store: Store, tmp_path: Path) -> None:
    ledger = filled(store, 600)
    with store.read() as conn:
        assert export(conn, tmp_path / "out", ledger) == Exported(entries=600, written=7)
    found = files(tmp_path / "out")
    assert set(found) == {
        "checkpoint",
        "key.txt",
        "tile/0/000",
        "tile/0/001",
        "tile/0/002.p/88",
        "tile/1/000.p/2",
        "tile/entries/000",
        "tile/entries/001",
        "tile/entries/002.p/88",
    }
    assert found["key.txt"].decode().strip() == str(ledger.verifier)
    first = sealed(0, 1)[0]
    assert found["tile/entries/000"].startswith(len(first.data).to_bytes(2, "big") + first.data)
    assert found["tile/0/000"].startswith(first.leaf)


def test_a_later_export_adds_what_is_new_and_equals_a_fresh_one(store: Store, tmp_path: Path) -> None:
    ledger = filled(store, 300)
    with store.read() as conn:
        export(conn, tmp_path / "grown", ledger)
    full = tmp_path / "grown" / "tile" / "0" / "000"
    before = full.stat().st_mtime_ns
    for batch in (1, 400, 0):
        filled(store, batch)
        with store.read() as conn:
            export(conn, tmp_path / "grown", ledger)
    with store.read() as conn:
        export(conn, tmp_path / "fresh", ledger)
    assert files(tmp_path / "grown") == files(tmp_path / "fresh")
    assert full.stat().st_mtime_ns == before
    assert verify_directory(tmp_path / "grown", str(ledger.verifier)).sound


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 512])
def test_exports_of_all_shapes_verify(sqlite_store: Store, tmp_path: Path, size: int) -> None:
    ledger = filled(sqlite_store, size)
    with sqlite_store.write() as conn:
        ledger.append(conn, sealed(size, 3))
        export(conn, tmp_path, ledger)
    report = verify_directory(tmp_path, None)
    assert report.sound
    assert (report.entries, report.covered, report.checkpoints) == (size, size, 1)


def test_an_export_cut_short_before_its_checkpoint_is_completed_by_the_next(
    sqlite_store: Store, tmp_path: Path
) -> None:
    ledger = filled(sqlite_store, 300)
    with sqlite_store.read() as conn:
        export(conn, tmp_path, ledger)
    (tmp_path / "checkpoint").unlink()
    (tmp_path / "tile/0/001.p/44").unlink()
    with sqlite_store.read() as conn:
        assert export(conn, tmp_path, ledger).written == 1
    assert verify_directory(tmp_path, str(ledger.verifier)).sound


def test_another_log_is_not_mixed_in(sqlite_store: Store, tmp_path: Path) -> None:
    ledger = filled(sqlite_store, 3)
    with sqlite_store.read() as conn:
        export(conn, tmp_path / "out", ledger)
    other_store = open_store(f"sqlite:///{tmp_path / 'other.db'}")
    other = filled(other_store, 5)
    with other_store.read() as conn, pytest.raises(Conflict):
        export(conn, tmp_path / "out", other)


def test_a_log_that_does_not_extend_its_export_is_not_written(sqlite_store: Store, tmp_path: Path) -> None:
    ledger = filled(sqlite_store, 3, 5)
    with sqlite_store.read() as conn:
        export(conn, tmp_path, ledger)
    with sqlite_store.write() as conn:
        sql(conn, "DELETE FROM checkpoint WHERE size = 8")
        with pytest.raises(Tampered):
            export(conn, tmp_path, ledger)


def test_there_must_be_something_to_export_and_to_verify(sqlite_store: Store, tmp_path: Path) -> None:
    ledger = open_ledger(sqlite_store)
    with sqlite_store.read() as conn, pytest.raises(Conflict):
        export(conn, tmp_path, ledger)
    with pytest.raises(NotFound):
        verify_directory(tmp_path, str(new_signer("a").verifier))
