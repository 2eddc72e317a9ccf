"""A store and an exported log that release 0.1.0 wrote (its demo, with 100 listings): all of it must go on holding."""

import lzma
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from anbao.cli.root import run
from anbao.platform import Platform, open_platform
from anbao.store.bulk import sql
from anbao.store.migrate import HEAD, unfilled

RELEASES = Path(__file__).parent / "releases"
ENTRIES = 3_340


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("release") / "anbao.db"
    file.write_bytes(lzma.decompress((RELEASES / "store-0.1.0.db.xz").read_bytes()))
    return f"sqlite:///{file}"


@pytest.fixture(scope="module")
def platform(url: str) -> Iterator[Platform]:
    with open_platform(url) as opened:
        yield opened


def test_it_opens_is_upgraded_and_verifies(platform: Platform) -> None:
    with platform.reading() as conn:
        assert sql(conn, "SELECT version_num FROM alembic_version").scalar() == HEAD
        assert unfilled(conn) == frozenset()
        assert platform.ledger.size(conn) >= ENTRIES
    assert platform.verify().sound
    assert platform.obligation_differences() == []


def test_every_decision_replays_to_the_same_bytes(
    platform: Platform, url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANBAO_LANG", "en")
    assert run(["replay", "--all", "--store", url]) == 0
    assert "319 decisions replayed, 0 differ" in capsys.readouterr().err


def test_all_lines_of_its_orders_are_known(platform: Platform) -> None:
    """Release 0.1.0 had one row for each order; its entries say of each who bought what."""
    with platform.reading() as conn:
        orders = list(platform.entries(conn, kind="order.placed"))
        lines = {(one.subjects["order"], one.subjects["listing"], one.subjects["consumer"]) for one in orders}
        rows = sql(conn, "SELECT id, listing, consumer FROM trade").all()
    assert lines
    assert {tuple(row) for row in rows} == lines


def test_its_exported_log_verifies(tmp_path: Path) -> None:
    with tarfile.open(RELEASES / "log-0.1.0.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    assert run(["verify", "--log", str(tmp_path / "log")]) == 0
