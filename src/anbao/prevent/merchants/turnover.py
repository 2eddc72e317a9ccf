"""The turnover of persons who are not registered (动态监测): summed over all shops of a person, by year of Shanghai.

Counted are orders as they are placed; what is sent back later is not taken off, so that the reminder comes early rather
than late. The law says 年交易额 (yearly turnover); the calendar year is our reading.
"""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

import msgspec

from anbao.engine.outbox import Effect, send
from anbao.engine.readmodels import families, merchants
from anbao.engine.work import Placed, Work
from anbao.law.deadlines import legal_day
from anbao.model.events.merchants import ThresholdCrossed
from anbao.model.events.warn import OrderPlaced, OrderUpdated
from anbao.prevent.merchants.decision import ENGINE, MerchantContext
from anbao.store import Connection
from anbao.store.bulk import sql

LIMIT = "merchant.unregistered_turnover"

AT_ONCE = 200
_CENTS = 100


def project_orders(conn: Connection, placed: Sequence[Placed]) -> None:
    """``order.placed`` and ``order.updated`` → ``turnover`` of the merchants that are persons without registration."""
    sums: dict[tuple[str, int], int] = defaultdict(int)
    for _, sealed in placed:
        if sealed.kind == OrderPlaced.KIND:
            cents = _cents(sealed.event(OrderPlaced).amount)
        else:
            updated = sealed.event(OrderUpdated)
            cents = _cents(updated.amount) - _cents(updated.amount_before)
        if cents and (merchant := sealed.subjects.get("merchant")):
            sums[merchant, legal_day(sealed.at).year] += cents
    if not sums:
        return
    files = merchants.files_of(conn, {merchant for merchant, _ in sums})
    for (merchant, year), cents in sorted(sums.items()):
        file = files.get(merchant, {})
        if file.get("kind") == "person" and not file.get("credit_code"):
            sql(
                conn,
                "INSERT INTO turnover (merchant, year, cents, checked) VALUES (?, ?, ?, 0)"
                " ON CONFLICT (merchant, year) DO UPDATE SET cents = turnover.cents + excluded.cents",
                (merchant, year, cents),
            )


def project_crossings(conn: Connection, placed: Sequence[Placed]) -> None:
    """``merchant.threshold_crossed`` → the mark in ``turnover``."""
    for index, sealed in placed:
        event = sealed.event(ThresholdCrossed)
        sql(
            conn,
            "INSERT INTO turnover (merchant, year, cents, checked, crossed) VALUES (?, ?, 0, 0, ?)"
            " ON CONFLICT (merchant, year) DO UPDATE SET crossed = excluded.crossed",
            (event.merchant, event.year or legal_day(sealed.at).year, index),
        )


def unchecked(conn: Connection) -> list[tuple[str, int, int]]:
    """Merchant, year and cents where orders came in since the last look."""
    rows = sql(
        conn,
        "SELECT merchant, year, cents FROM turnover WHERE checked <> cents ORDER BY merchant, year LIMIT ?",
        (AT_ONCE,),
    )
    return [(merchant, year, cents) for merchant, year, cents in rows]


def watch(context: MerchantContext, work: Work) -> None:
    """Look at the persons whose orders came in: who is over the limit for the first time in the year is notified."""
    for merchant, year, cents in unchecked(work.conn):
        limit = context.core.parameters.number(work.conn, LIMIT, work.now)
        shops = shops_of(work.conn, merchant)
        total, crossed = of_person(work.conn, shops, year)
        if total > limit * _CENTS and not crossed:
            event = ThresholdCrossed(limit=limit, merchant=merchant, shops=len(shops), turnover=_yuan(total), year=year)
            entry = work.append(event, actor=ENGINE)
            body = msgspec.to_builtins(event.body)
            send(work, entry, Effect(topic="merchant.told_to_register", subjects=event.subjects, body=body))
        statement = "UPDATE turnover SET checked = ? WHERE merchant = ? AND year = ?"
        sql(work.conn, statement, (cents, merchant, year))


def shops_of(conn: Connection, merchant: str) -> list[str]:
    """All merchants of the same natural person: the same identity number, compared by its keyed hash."""
    return sorted({merchant, *families.of_same_person(conn, merchant)})


def over_limit(conn: Connection, years: Sequence[int]) -> list[str]:
    """The merchants by whom a person's turnover was seen to cross the limit in one of these years."""
    marks = ", ".join("?" * len(years))
    statement = f"SELECT DISTINCT merchant FROM turnover WHERE crossed IS NOT NULL AND year IN ({marks})"
    return [merchant for (merchant,) in sql(conn, statement, tuple(years))]


def of_person(conn: Connection, shops: Sequence[str], year: int) -> tuple[int, bool]:
    """The turnover of these shops in a year in cents, and whether the limit was noted as crossed."""
    marks = ", ".join("?" * len(shops))
    statement = f"SELECT sum(cents), max(crossed) FROM turnover WHERE year = ? AND merchant IN ({marks})"
    total, crossed = sql(conn, statement, (year, *shops)).one()
    return int(total or 0), crossed is not None


def _cents(amount: str) -> int:
    try:
        return int(Decimal(amount) * _CENTS) if amount else 0
    except InvalidOperation:
        return 0


def _yuan(cents: int) -> str:
    return f"{cents // _CENTS}.{cents % _CENTS:02d}"
