"""Checkpoints are stamped by a real authority: what holds is stored, what does not is refused, outages pass."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from anbao.cli.root import run
from anbao.errors import Tampered
from anbao.ledger import open_checkpoint, stamping
from anbao.ledger.note import note_text
from anbao.model.events.timestamps import CheckpointStamped, StampFailed
from anbao.model.listing import Listing
from anbao.platform import Platform
from anbao.prove.timestamps import NewAuthority
from anbao.simulator.timestamping import TimestampAuthority, openssl_is_here, stamping_authority
from anbao.store.bulk import sql
from api_server import served
from helpers import Clock

pytestmark = pytest.mark.skipif(not openssl_is_here(), reason="openssl is not installed")

MINUTE = 60


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TimestampAuthority]:
    with stamping_authority(tmp_path_factory.mktemp("tsa")) as one:
        yield one


@pytest.fixture
def registered(platform: Platform, authority: TimestampAuthority) -> TimestampAuthority:
    authority.broken, authority.replay = False, b""
    platform.timestamps.add(NewAuthority(name="tsa", roots=authority.roots, url=authority.url), actor="li")
    return authority


def stamp(platform: Platform) -> stamping.Stamp:
    """The newest timestamp."""
    [newest] = platform.timestamps.newest(limit=1)
    with platform.reading() as conn:
        return stamping.stamps_of(conn, newest.size)[0]


def note_of(platform: Platform, size: int) -> str:
    with platform.reading() as conn:
        return str(sql(conn, "SELECT note FROM checkpoint WHERE size = ?", (size,)).scalar_one())


def test_the_stored_answer_verifies_with_openssl(
    platform: Platform, registered: TimestampAuthority, tmp_path: Path
) -> None:
    platform.submit_listing(Listing(id="L1", title="登山鞋"))
    assert platform.timestamps.stamp_all() == []
    found = stamp(platform)
    note = note_of(platform, found.size)
    assert open_checkpoint(note, platform.ledger.verifier).size == found.size
    for name, data in (("checkpoint.txt", note_text(note).encode()), ("t.tsr", found.answer)):
        (tmp_path / name).write_bytes(data)
    (tmp_path / "roots.pem").write_text(found.roots)
    command = ["openssl", "ts", "-verify", "-data", "checkpoint.txt", "-in", "t.tsr", "-CAfile", "roots.pem"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    (tmp_path / "checkpoint.txt").write_bytes(note_text(note).encode().replace(b"\n", b"\n1", 1))
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode != 0


def test_it_is_stamped_every_ten_minutes_while_anything_happens(
    platform: Platform, registered: TimestampAuthority, clock: Clock
) -> None:
    def sizes() -> list[int]:
        return [one.size for one in platform.timestamps.newest()]

    platform.advance()
    assert len(sizes()) == 1
    platform.submit_listing(Listing(id="L1", title="登山鞋"))
    platform.advance()
    assert len(sizes()) == 1, "the last one is too fresh"
    clock.pass_seconds(10 * MINUTE)
    platform.advance()
    assert len(sizes()) == 2
    clock.pass_seconds(10 * MINUTE)
    platform.advance()
    clock.pass_seconds(10 * MINUTE)
    platform.advance()
    assert len(sizes()) == 2, "only proof itself has recorded anything since"
    assert platform.verify().sound


def test_an_outage_blocks_nothing_is_visible_and_passes(
    platform: Platform, registered: TimestampAuthority, clock: Clock
) -> None:
    registered.broken = True
    platform.advance()
    platform.submit_listing(Listing(id="L1", title="登山鞋"))
    [view] = platform.timestamps.views()
    assert (view.failures, view.why, view.stamped_at) == (1, "HTTP status 503", None)
    assert not platform.controls.try_one("timestamps").ok
    asked = registered.asked
    platform.advance()
    assert registered.asked == asked, "it is left alone for a minute"
    clock.pass_seconds(MINUTE)
    platform.advance()
    clock.pass_seconds(MINUTE)
    platform.advance()
    assert platform.timestamps.views()[0].failures == 2, "the second wait is two minutes"
    registered.broken = False
    clock.pass_seconds(MINUTE)
    platform.advance()
    [view] = platform.timestamps.views()
    assert view.failures == 0
    assert view.stamped_size > 0
    assert platform.controls.try_one("timestamps").ok
    with platform.reading() as conn:
        assert len(platform.ledger.newest(conn, StampFailed.KIND)) == 1, "one outage is one entry"


def test_foreign_and_replayed_answers_are_refused(
    platform: Platform, registered: TimestampAuthority, tmp_path: Path
) -> None:
    platform.submit_listing(Listing(id="L1", title="登山鞋"))
    platform.timestamps.stamp_all()
    first = stamp(platform)
    platform.submit_listing(Listing(id="L2", title="登山鞋"))
    registered.replay = first.answer
    [why] = platform.timestamps.stamp_all()
    assert "Nonce mismatch" in why
    second = platform.checkpoint()
    with pytest.raises(Tampered, match="Mismatch between messages"):
        stamping.stamped_at(first.answer, second, first.roots)
    with stamping_authority(tmp_path / "other") as other:
        with pytest.raises(Tampered, match="the timestamp does not hold"):
            stamping.stamped_at(first.answer, note_of(platform, first.size), other.roots)
        foreign = other.answer(stamping.question(second).body)
        with pytest.raises(Tampered, match="the timestamp does not hold"):
            stamping.stamped_at(foreign, second, first.roots)
    with pytest.raises(Tampered):
        stamping.stamped_at(b"not an answer", second, first.roots)
    with platform.reading() as conn:
        assert [one.event(CheckpointStamped).size for one in platform.ledger.newest(conn, CheckpointStamped.KIND)] == [
            first.size
        ]


def test_a_certificate_that_had_expired_is_refused(platform: Platform, tmp_path: Path) -> None:
    note = platform.checkpoint()
    with stamping_authority(tmp_path / "expired", days=-1) as expired:
        answer = expired.answer(stamping.question(note).body)
        with pytest.raises(Tampered, match="the timestamp does not hold"):
            stamping.stamped_at(answer, note, expired.roots)


def test_an_authority_with_elliptic_curves_is_accepted(platform: Platform, tmp_path: Path, clock: Clock) -> None:
    note = platform.checkpoint()
    with stamping_authority(tmp_path / "ec", key="ec") as one:
        answer = one.answer(stamping.question(note).body)
        assert stamping.stamped_at(answer, note, one.roots) > clock()


def test_the_verification_of_a_store_says_what_is_stamped_and_refuses_a_swapped_token(
    platform: Platform, registered: TimestampAuthority
) -> None:
    assert "There is no outside timestamp" in platform.verify().not_proven[0].en
    platform.timestamps.stamp_all()
    size = stamp(platform).size
    sound = platform.verify()
    assert any(f"tsa stamped the checkpoint of the first {size} entries at" in one.en for one in sound.proven)
    assert "whose the timestamps are" in sound.not_proven[0].en
    platform.submit_listing(Listing(id="L1", title="登山鞋"))
    platform.timestamps.stamp_all()
    with platform.store.write() as conn:
        sql(conn, "UPDATE stamp SET answer = (SELECT answer FROM stamp WHERE size = ?)", (size,))
    swapped = platform.verify()
    assert not swapped.sound
    assert swapped.problem is not None
    assert "Mismatch between messages" in swapped.problem.what.en


def test_a_replaced_timestamp_is_found(platform: Platform, registered: TimestampAuthority) -> None:
    platform.timestamps.stamp_all()
    size = stamp(platform).size
    with platform.store.write() as conn:
        sql(conn, "UPDATE stamp SET answer = ?", (b"another",))
    with platform.reading() as conn:
        assert [one.where for one in platform.integrity.quick_problems(conn) if "stamp" in one.where] == [
            f"stamp {size} tsa"
        ]


def test_over_http_and_on_the_command_line(
    store_url: str,
    authority: TimestampAuthority,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("ANBAO_LANG", "en")
    authority.broken, authority.replay = False, b""
    roots = tmp_path / "roots.pem"
    roots.write_text(authority.roots)
    assert run(["timestamp", "add", "one", "--url", authority.url, "--roots", str(roots), "--store", store_url]) == 0
    assert run(["timestamp", "now", "--store", store_url]) == 0
    capfd.readouterr()
    assert run(["timestamp", "show", "--store", store_url]) == 0
    assert '"authority":"one"' in capfd.readouterr().out.replace(" ", "")
    bad = tmp_path / "bad.pem"
    bad.write_text("no certificate")
    assert run(["timestamp", "add", "two", "--url", authority.url, "--roots", str(bad), "--store", store_url]) == 2
    with served(store_url) as server:
        client = server.client("officer", "read")
        answer = client.post(
            "/v1/timestamp-authorities", json={"name": "two", "roots": authority.roots, "url": "ftp://x"}
        )
        assert answer.status_code == 400
        assert answer.json()["field"] == "url"
        assert [one["name"] for one in client.get("/v1/timestamp-authorities").json()] == ["one"]
        assert client.get("/v1/timestamps").json()[0]["authority"] == "one"
        assert client.post("/v1/timestamp-authorities/one/remove").status_code == 201
        assert client.get("/v1/timestamp-authorities").json() == []
    assert run(["timestamp", "now", "--store", store_url]) == 0


def test_what_is_asked_repeats_nothing(platform: Platform) -> None:
    note = platform.checkpoint()
    first, second = stamping.question(note), stamping.question(note)
    assert first.nonce != second.nonce
    assert msgspec.json.encode(first) != msgspec.json.encode(second)
