"""Merchants who apply to a platform whose clock tests move."""

from datetime import date
from typing import Any
from zlib import crc32

import msgspec

import anbao
from anbao.engine.obligations.read import page
from anbao.engine.work import Work
from anbao.law.deadlines import day_start
from anbao.model.entry import Entry
from anbao.model.merchant import MerchantChange
from anbao.model.trade import Order
from anbao.prevent.merchants import MerchantDecision
from anbao.store.bulk import sql
from helpers import Clock

FOOD = {"kind": "food_business", "number": "JY13202020009651", "valid_until": "2027-03-31"}
OTHER_FOOD = {"kind": "food_business", "number": "JY13101060025900", "valid_until": "2031-03-31"}
RESIDENT = "11010519491231002X"


class MerchantSteps:
    """A platform, its clock, and what tests ask of them."""

    def __init__(self, platform: anbao.Platform, clock: Clock) -> None:
        self.platform = platform
        self.clock = clock
        self.merchants = platform.prevent.merchants

    def company(self, name: str, **more: object) -> MerchantDecision:
        return self._apply(company(name, **more))

    def person(self, name: str, **more: object) -> MerchantDecision:
        return self._apply(person(name, **more))

    def _apply(self, merchant: anbao.Merchant) -> MerchantDecision:
        return self.platform.prevent.merchants.apply(merchant)

    def close(self, name: str, *, for_cause: bool) -> None:
        def job(work: Work) -> None:
            self.merchants.close(work, name, reason="销售假冒食品", for_cause=for_cause, actor="officer:wang")

        self.platform.run(job)

    def change(self, name: str, **fields: object) -> MerchantDecision:
        given = msgspec.convert(fields, MerchantChange)
        return self.platform.run(lambda work: self.merchants.change(work, name, given))

    def sell(self, merchant: str, number: int, amount: str) -> None:
        """A listing of the merchant, and an order for it."""
        listing = anbao.Listing(id=f"l-{merchant}", title="手工编织", category="女装", merchant=merchant)
        self.platform.submit_listing(listing)
        self.platform.warn.place_order(Order(id=f"o{number}", listing=listing.id, buyer="b1", amount=amount))

    def entries(self, kind: str) -> list[Entry]:
        with self.platform.reading() as conn:
            return [one.entry() for one in self.platform.entries(conn, kind=kind)]

    def status(self, name: str) -> str:
        with self.platform.reading() as conn:
            return str(sql(conn, "SELECT status FROM merchant WHERE id = ?", (name,)).scalar())

    def outcome(self, listing: str) -> str:
        with self.platform.reading() as conn:
            return str(sql(conn, "SELECT outcome FROM listing WHERE id = ?", (listing,)).scalar())

    def states(self, norm: str) -> list[str]:
        """The states of a norm's obligations, as opened."""
        with self.platform.reading() as conn:
            return [one.state for one in page(conn, self.clock(), norm=norm, limit=1_000)]

    def effects(self, topic: str) -> list[dict[str, Any]]:
        with self.platform.reading() as conn:
            rows = sql(conn, "SELECT body FROM outbox WHERE topic = ? ORDER BY id", (topic,)).all()
        return [msgspec.json.decode(body) for (body,) in rows]

    def go_to(self, day: str) -> None:
        """0:00 of a day in Shanghai, and do what that makes due."""
        self.clock.now = day_start(date.fromisoformat(day))
        self.platform.advance()


def company(name: str, **more: object) -> anbao.Merchant:
    """A company; its phone, address and account are its own."""
    given: dict[str, object] = {
        "kind": "company",
        "legal_name": f"{name}商贸有限公司",
        "shop_name": f"{name}的店",
        "credit_code": "91320200MA1MGN8MXH",
        "contact_name": "赵一",
        "phone": f"120{crc32(name.encode()) % 10**8:08d}",
        "address": f"无锡市示例路{name}号甲乙丙丁",
    }
    return msgspec.convert({"id": name, **given, **more}, anbao.Merchant)


def person(name: str, **more: object) -> anbao.Merchant:
    given: dict[str, object] = {
        "kind": "person",
        "legal_name": "李某",
        "shop_name": f"{name}的小铺",
        "resident_id": RESIDENT,
        "phone": f"121{crc32(name.encode()) % 10**8:08d}",
        "address": f"安平市清河区{name}号甲乙丙丁",
    }
    return msgspec.convert({"id": name, **given, **more}, anbao.Merchant)
