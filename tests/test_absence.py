"""Proof that a subject has just these entries, or none: over HTTP, on the command line and in Python."""

import json
from pathlib import Path

import msgspec
import pytest

from anbao.cli.root import run
from anbao.engine.work import Work
from anbao.errors import InvalidInput, NotFound, Tampered
from anbao.ledger import indexing, verify_absence
from anbao.ledger.canonical import seal_event
from anbao.ledger.subjects import BLOCK_ENTRIES
from anbao.model.events.engine import ObligationWaived
from anbao.model.events.indexing import IndexCommitted
from anbao.model.listing import Listing
from anbao.platform import Platform
from anbao.store.bulk import sql
from api_server import served
from helpers import Clock

TEN_MINUTES = 600


def proof(platform: Platform, role: str, subject: str) -> bytes:
    """A proof that reaches to the present."""
    platform.index.commit()
    platform.checkpoint()
    return msgspec.json.encode(platform.index.absence(role, subject))


def said(platform: Platform, data: bytes) -> str:
    """What a verification of the proof says is proven, or the problem."""
    report = verify_absence(data, str(platform.ledger.verifier))
    assert report.sound == (report.problem is None)
    return report.problem.what.en if report.problem else report.proven[0].en


def test_there_is_nothing_to_prove_from_before_the_first_commitment(platform: Platform) -> None:
    with pytest.raises(NotFound, match="no index of subjects is covered by a checkpoint yet"):
        platform.index.absence("listing", "L1")


def test_a_listing_has_just_its_entries_and_another_has_none(platform: Platform) -> None:
    screened = platform.submit_listing(Listing(id="L1", title="登山鞋", merchant="M1"))
    index = screened.receipt.entry
    assert f"exactly 1 are about listing:L1: {index}; there is none before entry {index}" in said(
        platform, proof(platform, "listing", "L1")
    )
    assert "none is about listing:L2" in said(platform, proof(platform, "listing", "L2"))
    assert "none is about merchant:L1" in said(platform, proof(platform, "merchant", "L1"))


def test_a_forged_proof_is_refused(platform: Platform) -> None:
    platform.submit_listing(Listing(id="L1", title="登山鞋"))
    data = json.loads(proof(platform, "listing", "L1"))
    absent = json.loads(proof(platform, "listing", "L2"))
    for change, why in (
        ({"subject": "L2"}, "the index does not show it: block 0: "),
        ({"role": "merchant"}, "the index does not show it: block 0: "),
        ({"key": "00" * 32}, "the HMAC key is not the one committed to"),
        ({"blocks": absent["blocks"]}, "the index does not show it: block 0: "),
        ({"blocks": []}, "the index does not show it: 0 blocks are shown"),
        ({"commitment": data["commitment"] | {"index": 0}}, "the commitment to the index is not in this log"),
        (
            {"commitment": json.loads(platform_receipt(platform, 0))},
            "the entry is no commitment to an index",
        ),
    ):
        assert why in said(platform, json.dumps(data | change).encode())
    with pytest.raises(InvalidInput, match="not a proof about a subject"):
        verify_absence(b"{}", str(platform.ledger.verifier))


def platform_receipt(platform: Platform, index: int) -> bytes:
    with platform.reading() as conn:
        return platform.ledger.receipt(conn, index)


def test_a_row_that_was_hidden_from_the_subject_table_is_noticed(platform: Platform) -> None:
    platform.submit_listing(Listing(id="L1", title="登山鞋"))
    proof(platform, "listing", "L1")
    with platform.store.write() as conn:
        sql(conn, "DELETE FROM entry_subject WHERE role = 'listing' AND subject = 'L1'")
    with pytest.raises(Tampered, match="do not fit the entries"):
        platform.index.absence("listing", "L1")


def test_the_index_is_committed_to_every_ten_minutes_if_anything_was_recorded(platform: Platform, clock: Clock) -> None:
    def commitments() -> int:
        with platform.reading() as conn:
            return len(platform.ledger.newest(conn, IndexCommitted.KIND))

    platform.advance()
    assert commitments() == 0
    clock.pass_seconds(TEN_MINUTES)
    platform.advance()
    assert commitments() == 1
    clock.pass_seconds(TEN_MINUTES)
    platform.advance()
    platform.advance()
    assert commitments() == 1, "nothing was recorded since"
    platform.submit_listing(Listing(id="L1", title="登山鞋"))
    platform.advance()
    assert commitments() == 2


def test_full_blocks_are_stored_and_an_altered_one_is_found(platform: Platform) -> None:
    """65,536 entries fill the first block; a subject with entries before and after its end is proven over both."""

    def fill(work: Work) -> None:
        event = ObligationWaived(norm="n", opened_by=0, others={"merchant": "M1"}, reason="r")
        one = seal_event(event, actor="test", at=work.now, recorded=work.now)
        platform.ledger.append(work.conn, [one] * (BLOCK_ENTRIES - platform.ledger.size(work.conn) - 1))

    platform.submit_listing(Listing(id="L1", title="登山鞋"))
    platform.run(fill)
    for _ in range(3):
        platform.submit_listing(Listing(id="L1", title="登山鞋"))
    assert "exactly 4 are about listing:L1: " in said(platform, proof(platform, "listing", "L1"))
    assert "none is about listing:L2" in said(platform, proof(platform, "listing", "L2"))
    with platform.reading() as conn:
        assert sql(conn, "SELECT count(*) FROM subject_block").scalar() == 1
        assert list(indexing.differing_blocks(conn)) == []
    with platform.store.write() as conn:
        sql(conn, "UPDATE subject_block SET leaves = leaves - 1")
    with platform.reading() as conn:
        assert list(indexing.differing_blocks(conn)) == [0]


def test_over_http_and_on_the_command_line(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANBAO_LANG", "en")
    with served(store_url) as server:
        client = server.client("read")
        file, key = tmp_path / "proof.json", tmp_path / "key.txt"
        assert run(["absence", "listing:L1", "-o", str(file), "--store", store_url]) == 0
        key.write_text(client.get("/log/key").text, encoding="utf-8")
        over_http = tmp_path / "http.json"
        over_http.write_bytes(client.get("/v1/absence/listing/L1").content)
    for one in (file, over_http):
        capfd.readouterr()
        assert run(["verify", "--absence", str(one), "--key", str(key)]) == 0
        assert "none is about listing:L1" in " ".join(capfd.readouterr().out.split())
    forged = json.loads(file.read_bytes()) | {"key": "00" * 32}
    file.write_text(json.dumps(forged), encoding="utf-8")
    assert run(["verify", "--absence", str(file), "--key", str(key)]) == 1
    assert run(["absence", "L1", "--store", store_url]) == 2
