"""Sanctions made public (网络交易监督管理办法 30): shop name, violation, measure, until it ends or was wrong."""

from collections.abc import Sequence

import msgspec

from anbao.engine.work import Placed, Work
from anbao.law.templates import Letter
from anbao.ledger import Stored
from anbao.model.base import Noun
from anbao.model.events.remove import MeasureTakenEvent, SanctionImposed, SanctionPublished
from anbao.remove import records
from anbao.remove.measures import RemovalContext
from anbao.remove.records import ENGINE
from anbao.remove.statements import period, shop_name
from anbao.store import Connection, tables
from anbao.store.bulk import sql, upsert_many
from anbao.text import Text


class PublicSanction(Noun, frozen=True, kw_only=True):
    """What the public reads of a sanction; instants in UTC milliseconds, ``until`` 0 where it has no end."""

    id: str
    shop: str
    title: Text
    body: Text
    at: int
    until: int
    entry: int


def on_imposed(context: RemovalContext, work: Work, stored: Stored) -> None:
    """Publish a sanction, unless it was lifted in the same breath."""
    imposed = stored.event(SanctionImposed)
    one = records.find(work.conn, imposed.sanction)
    if one.state not in records.STANDING:
        return
    taken = context.core.ledger.entry(work.conn, imposed.cause).event(MeasureTakenEvent)
    shop = shop_name(work.conn, one.merchant)
    facts = taken.facts.rstrip("。") + "。"
    title = context.rules.measure(one.kind).title
    slots: dict[str, object] = {"facts": facts, "measure": title, "period": period(one.until), "shop": shop}
    text = context.core.templates.letter("sanction.public", slots)
    published = SanctionPublished(
        merchant=one.merchant, sanction=one.id, shop=shop, text=text.body, title=text.title, until=one.until
    )
    work.append(published, actor=ENGINE)


def public(conn: Connection, limit: int = 500) -> list[PublicSanction]:
    """What is to be read now, the newest first."""
    rows = sql(
        conn,
        "SELECT id, shop, text, at, until, entry FROM sanction WHERE state = 'published' ORDER BY at DESC, id LIMIT ?",
        (limit,),
    )
    found = []
    for name, shop, data, at, until, entry in rows:
        text = msgspec.json.decode(bytes(data), type=Letter)
        found.append(
            PublicSanction(id=name, shop=shop, title=text.title, body=text.body, at=at, until=until, entry=entry)
        )
    return found


def project_published(conn: Connection, placed: Sequence[Placed]) -> None:
    """``sanction.published`` → ``sanction``."""
    rows = []
    for index, sealed in placed:
        event = sealed.event(SanctionPublished)
        text = msgspec.json.encode({"title": event.title, "body": event.text})
        rows.append((event.sanction, "published", event.shop, text, sealed.at, event.until, index))
    upsert_many(conn, tables.sanction, ("id", "state", "shop", "text", "at", "until", "entry"), rows)


def project_withdrawn(conn: Connection, placed: Sequence[Placed]) -> None:
    """``sanction.withdrawn`` → ``sanction``."""
    for index, sealed in placed:
        sql(
            conn,
            "UPDATE sanction SET state = 'withdrawn', entry = ? WHERE id = ?",
            (index, sealed.subjects["sanction"]),
        )
