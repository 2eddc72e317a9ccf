"""A store of the first release: it is upgraded when it is opened, its entries stand as they did, and what later
releases keep in tables of their own is found in it, as if they had been there.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from anbao.cli.root import run
from anbao.engine import rebuild
from anbao.errors import StoreError
from anbao.model.listing import Listing
from anbao.model.merchant import Licence, Merchant
from anbao.model.trade import NoticeAcknowledged, Order
from anbao.platform import Platform, open_platform
from anbao.store import Connection, engine, migrate, tables
from anbao.store.bulk import insert_many, sql
from api_server import served
from helpers import START, Clock, in_schema
from older_vault import make_older

FIRST = "0001"
STORED = (
    "activation",
    "artefact",
    "checkpoint",
    "entry",
    "entry_subject",
    "listing",
    "merchant",
    "meta",
    "milestone",
    "obligation",
    "personal",
    "tile",
)
"""Tables of the first schema that have not changed since."""


@pytest.fixture
def now(tmp_path: Path) -> Iterator[Platform]:
    """A store of today in which happened what the first release knew, for comparison."""
    with open_platform(f"sqlite:///{tmp_path}/now.db", clock=Clock()) as platform:
        platform.prevent.merchants.apply(
            Merchant(
                id="m1",
                kind="company",
                legal_name="示例食品有限公司",
                shop_name="小铺",
                phone="13800000000",
                licences=(Licence(kind="food_business", number="JY11101010000016", valid_until="2027-06-30"),),
            )
        )
        platform.prevent.merchants.apply(Merchant(id="m2", kind="person", legal_name="张三", shop_name="张三手作"))
        platform.submit_listing(Listing(id="L1", merchant="m2", title="不锈钢保温杯"))
        platform.submit_listing(Listing(id="L2", merchant="m1", title="某减肥神药", category="health_food"))
        seen = NoticeAcknowledged(buyer="b1", listing="L1", notice=platform.catalogue.notices[0].id)
        platform.warn.acknowledge_notice(seen)
        platform.warn.place_order(Order(id="O1", listing="L1", buyer="b1", amount="99.00"))
        platform.warn.place_order(Order(id="O1", listing="L1", buyer="b2", amount="99.00"))
        platform.checkpoint()
        yield platform


def rows(conn: Connection, name: str) -> list[tuple[Any, ...]]:
    columns = ", ".join(f'"{column}"' for column in tables.BY_NAME[name].c)
    return sorted((tuple(row) for row in sql(conn, f"SELECT {columns} FROM {name}")), key=repr)


def keep_as_first_release(platform: Platform, url: str) -> None:
    """The same entries and rows in a database that has the first schema only."""
    with in_schema(url, FIRST) as (conn, _), platform.reading() as source:
        for name in STORED:
            insert_many(conn, tables.BY_NAME[name], tuple(tables.BY_NAME[name].c), rows(source, name))
        make_older(platform.vault, source, conn, key=None)
        replaced = {row[0]: row for row in rows(source, "trade")}  # the order was the whole key
        insert_many(conn, tables.trade, ("id", "listing", "consumer", "at", "entry"), list(replaced.values()))
        for consumer, listing, told, at, entry in sql(
            source, "SELECT consumer, listing, notice, at, entry FROM notice_step"
        ):
            sql(
                conn,
                "INSERT INTO acknowledgement (consumer, listing, notice, at, entry) VALUES (?, ?, ?, ?, ?)",
                (consumer, listing, told, at, entry),
            )


def test_a_store_of_the_first_release_is_upgraded_and_filled(now: Platform, bare_url: str) -> None:
    keep_as_first_release(now, bare_url)
    with open_platform(bare_url, clock=Clock()) as upgraded:
        assert upgraded.verify().sound
        assert upgraded.obligation_differences() == []
        with upgraded.reading() as new, now.reading() as same:
            assert rows(new, "entry")[: len(rows(same, "entry"))] == rows(same, "entry")
            for name in ("merchant_licence", "turnover", "case_file"):
                assert rows(new, name) == rows(same, name), name
            assert rows(new, "turnover")
            assert rows(new, "trade") == rows(same, "trade")
            assert len(rows(new, "trade")) == 2
            steps = "SELECT consumer, listing, notice, step, entry FROM notice_step"
            assert sql(new, steps).all() == sql(same, steps).all() != []
            assert migrate.unfilled(new) == frozenset()
        upgraded.advance()
        upgraded.submit_listing(Listing(id="L3", merchant="m1", title="不锈钢保温杯"))
        assert upgraded.verify().sound
    with open_platform(bare_url, clock=Clock()) as again, again.reading() as conn:
        assert len(rows(conn, "turnover")) == 1


def test_killed_between_upgrade_and_filling_it_is_filled_later(
    now: Platform, bare_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_as_first_release(now, bare_url)

    def killed(*_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(rebuild, "_project_all", killed)
        with pytest.raises(RuntimeError):
            open_platform(bare_url, clock=Clock())
    with open_platform(bare_url, clock=Clock()) as upgraded, upgraded.reading() as new, now.reading() as same:
        assert rows(new, "merchant_licence") == rows(same, "merchant_licence") != []


def test_the_command_line_opens_it(now: Platform, bare_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    keep_as_first_release(now, bare_url)
    assert run(["merchant", "list", "--format", "jsonl", "--store", bare_url]) == 0
    assert [json.loads(line)["id"] for line in capsys.readouterr().out.splitlines()] == ["m1", "m2"]


def test_a_server_opens_it(now: Platform, bare_url: str) -> None:
    keep_as_first_release(now, bare_url)
    with served(bare_url) as server:
        answer = server.client().get("/v1/merchants/m1")
        assert answer.status_code == 200
        assert "小铺" in answer.text


def test_a_store_of_a_later_release_is_refused(store_url: str) -> None:
    store = engine.open_store(store_url)
    with store.write() as conn:
        sql(conn, "UPDATE alembic_version SET version_num = '9999'")
    store.close()
    with pytest.raises(StoreError, match="9999"):
        open_platform(store_url, clock=Clock(START))
