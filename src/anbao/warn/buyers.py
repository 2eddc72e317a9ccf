"""Warnings after the trade (危险警示): everyone who bought the dangerous goods is notified; whether it reached them.

Invariants
- A buyer is warned of a hazard once, however many orders or listings; a retry is a new attempt of the same warning.
  Who was notified that the warning is lifted and bought other goods that are still dangerous is warned again.
- Each warning, its delivery or failure and each retry are entries; the text's digest and version stand in them.
- ``hazard.warned`` is recorded when no warning of a hazard waits any more: how many were reached, how many not. The
  duty to warn ends with it only where nobody is left unreached.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from anbao.engine.outbox import Effect, send
from anbao.engine.readmodels import orders
from anbao.engine.work import Placed, Work
from anbao.law.templates import Templates
from anbao.ledger import search
from anbao.model.base import JsonObject
from anbao.model.entry import event_of
from anbao.model.events.delivery import EffectDelivered, EffectEvent, EffectFailed
from anbao.model.events.warn import (
    HazardWarned,
    WarningCorrected,
    WarningEvent,
    WarningOwed,
    WarningPublished,
    WarningSent,
)
from anbao.store import Connection, tables
from anbao.store.bulk import sql, upsert_many
from anbao.text import DEFAULT_LANGUAGE, Language
from anbao.warn import dangers
from anbao.warn.dangers import WarnedDanger, find

ENGINE = "engine"
_TEXTS: dict[str, type[WarningEvent]] = {kind.KIND: kind for kind in (WarningSent, WarningCorrected)}
DELIVERIES: dict[str, type[EffectEvent]] = {kind.KIND: kind for kind in (EffectDelivered, EffectFailed)}
"""How the effect that notifies a buyer ends, by kind of entry."""

TOPIC = "consumer.warning"
CORRECTION_TOPIC = "consumer.warning_corrected"

MOST_AT_ONCE = 200
"""Trades that one transaction looks at."""

MOST_LISTINGS = 100
"""Listings whose trades one transaction looks at."""


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """How far the warning of one hazard has got, in buyers."""

    hazard: str
    title: str
    listings: int = 0
    waiting: int = 0
    reached: int = 0
    unreached: int = 0
    corrected: int = 0

    @property
    def buyers(self) -> int:
        return self.waiting + self.reached + self.unreached + self.corrected


def add_listing(work: Work, hazard: str, listing: str, *, since: int, cause: int) -> None:
    """Buyers of ``listing`` from ``since`` (UTC ms) on must be warned of ``hazard``, because of entry ``cause``."""
    known = sql(work.conn, "SELECT 1 FROM affected WHERE hazard = ? AND listing = ?", (hazard, listing)).first()
    if known is None:
        upsert_many(
            work.conn,
            tables.affected,
            ("hazard", "listing", "entry", "since", "after", "done"),
            [(hazard, listing, cause, since, -1, 0)],
        )


def drop_listing(work: Work, hazard: str, listing: str) -> None:
    """Buyers of ``listing`` need not be warned of ``hazard`` any more.

    The buyers of the other listings are looked at again: who bought several was warned of one of them only.
    """
    sql(work.conn, "DELETE FROM affected WHERE hazard = ? AND listing = ?", (hazard, listing))
    look_again(work, hazard)


def look_again(work: Work, hazard: str) -> None:
    """Look at all trades of the affected listings anew; who was warned and not corrected is not warned again."""
    sql(work.conn, 'UPDATE affected SET done = 0, "after" = -1 WHERE hazard = ?', (hazard,))


def warn_some(work: Work, templates: Templates, language: Language = DEFAULT_LANGUAGE) -> bool:
    """Warn the buyers of the next affected listings, a bounded number; whether there was one to look at."""
    rows = sql(
        work.conn,
        'SELECT hazard, listing, entry, since, "after" FROM affected WHERE done = 0 ORDER BY entry, listing LIMIT ?',
        (MOST_LISTINGS,),
    ).all()
    finished: dict[str, None] = {}
    left = MOST_AT_ONCE
    for hazard, listing, cause, since, after in rows:
        if left <= 0:
            break
        looked, done = _warn_of(work, templates, hazard, listing, cause, since, after, left, language)
        left -= looked
        if done:
            finished[hazard] = None
    for hazard in finished:
        conclude(work, hazard)
    return bool(rows)


def _warn_of(
    work: Work,
    templates: Templates,
    hazard: str,
    listing: str,
    cause: int,
    since: int,
    after: int,
    most: int,
    language: Language,
) -> tuple[int, bool]:
    """Look at up to ``most`` trades of one listing: how many there were, and whether they were the last."""
    danger = find(work.conn, hazard)
    lines = orders.lines_with(work.conn, listing, after, most)
    if danger is not None and danger.lifted is None:
        bought: dict[str, str] = {}
        for line in lines:
            if line.at >= since:
                bought.setdefault(line.consumer, line.order)
        known = _warned(work.conn, hazard, list(bought))
        new = {consumer: trade for consumer, trade in bought.items() if consumer not in known}
        if new:
            _owe(work, danger, listing, cause, len(new))
            for consumer, trade in new.items():
                _warn(work, templates, danger, consumer, listing, trade, 1, language)
    done = len(lines) < most
    sql(
        work.conn,
        'UPDATE affected SET "after" = ?, done = ? WHERE hazard = ? AND listing = ?',
        (lines[-1].entry if lines else after, int(done), hazard, listing),
    )
    return len(lines), done


def retry(work: Work, templates: Templates, hazard: str, actor: str, language: Language = DEFAULT_LANGUAGE) -> int:
    """Warn those again who were not reached; how many."""
    danger = find(work.conn, hazard)
    if danger is None:
        return 0
    rows = sql(
        work.conn,
        "SELECT consumer, listing, trade, attempts FROM warning WHERE hazard = ? AND state = 'unreached'",
        (hazard,),
    ).all()
    for consumer, listing, trade, attempts in rows:
        _warn(work, templates, danger, consumer, listing, trade, attempts + 1, language, actor)
    return len(rows)


def correct(work: Work, templates: Templates, hazard: str, listing: str | None, reason: str) -> int:
    """Notify those who were warned (of one listing) that the warning is lifted; how many."""
    danger = find(work.conn, hazard)
    if danger is None:
        return 0
    where, values = ("", ()) if listing is None else (" AND listing = ?", (listing,))
    rows = sql(
        work.conn,
        f"SELECT consumer, listing, trade, attempts FROM warning WHERE hazard = ? AND state <> 'corrected'{where}",
        (hazard, *values),
    ).all()
    for consumer, bought, trade, attempts in rows:
        slots = {"title": danger.title, "order": trade, "reason": reason}
        _notify(work, templates, danger, consumer, bought, trade, attempts, WarningCorrected, CORRECTION_TOPIC, slots)
    return len(rows)


def publish(work: Work, hazard: str, actor: str) -> int:
    """Put a hazard that may be named on the public page; the entry's index."""
    return work.append(WarningPublished(hazard=hazard), actor=actor)


def conclude(work: Work, hazard: str) -> None:
    """Record that all buyers were warned, once none of them waits any more and the count has changed."""
    conn = work.conn
    open_work = sql(conn, "SELECT 1 FROM affected WHERE done = 0 AND hazard || '' = ? LIMIT 1", (hazard,)).first()
    waiting = sql(conn, "SELECT 1 FROM warning WHERE hazard = ? AND state = 'waiting' LIMIT 1", (hazard,)).first()
    if open_work or waiting:
        return
    reach = reach_of(conn, hazard)
    warned = HazardWarned(
        buyers=reach.buyers,
        corrected=reach.corrected,
        hazard=hazard,
        listings=reach.listings,
        reached=reach.reached,
        unreached=reach.unreached,
    )
    if _last_conclusion(work, hazard) != warned:
        work.append(warned, actor=ENGINE)


def reach_of(conn: Connection, hazard: str) -> Reach:
    """How far the warning has got."""
    danger = find(conn, hazard)
    listings = sql(conn, "SELECT count(*) FROM affected WHERE hazard = ?", (hazard,)).scalar_one()
    counts: dict[str, int] = dict(
        sql(conn, "SELECT state, count(*) FROM warning WHERE hazard = ? GROUP BY state", (hazard,)).all()
    )
    return Reach(hazard=hazard, title=danger.title if danger else hazard, listings=listings, **counts)


def reaches(conn: Connection, limit: int) -> list[Reach]:
    """All hazards with affected listings, the newest first."""
    return [reach_of(conn, hazard) for hazard in dangers.newest(conn, limit)]


def project_sent(conn: Connection, placed: Sequence[Placed]) -> None:
    """``warning.sent`` and ``warning.corrected`` → ``warning``."""
    rows = []
    for index, sealed in placed:
        event = sealed.event(_TEXTS[sealed.kind])
        state = "waiting" if isinstance(event, WarningSent) else "corrected"
        about = event.hazard, event.consumer, event.listing, event.order
        rows.append((*about, index, event.attempt, state, sealed.at))
    upsert_many(
        conn, tables.warning, ("hazard", "consumer", "listing", "trade", "entry", "attempts", "state", "at"), rows
    )


def project_delivery(conn: Connection, placed: Sequence[Placed]) -> None:
    """``effect.delivered`` and ``effect.failed`` of a warning → ``warning``."""
    for _, sealed in placed:
        event: EffectEvent = sealed.event(DELIVERIES[sealed.kind])
        if event.topic == TOPIC:
            state = "reached" if isinstance(event, EffectDelivered) else "unreached"
            sql(
                conn,
                "UPDATE warning SET state = ? WHERE hazard = ? AND consumer = ? AND state <> 'corrected'",
                (state, event.others["hazard"], event.others["consumer"]),
            )


def _owe(work: Work, danger: WarnedDanger, listing: str, cause: int, buyers: int) -> None:
    """From now on the platform owes these buyers a warning: the clock runs from what caused it."""
    at = search.happened_at(work.conn, cause)
    owed = WarningOwed(buyers=buyers, cause=cause, hazard=danger.hazard, listing=listing)
    work.append(owed, actor=ENGINE, at=at)


def _last_conclusion(work: Work, hazard: str) -> HazardWarned | None:
    index = search.newest_of_few(work.conn, [HazardWarned.KIND], ("hazard", hazard))
    return None if index is None else event_of(HazardWarned.KIND, search.data_of(work.conn, index), HazardWarned)


def _warned(conn: Connection, hazard: str, consumers: Sequence[str]) -> set[str]:
    if not consumers:
        return set()
    marks = ", ".join("?" for _ in consumers)
    rows = sql(
        conn,
        f"SELECT consumer FROM warning WHERE hazard = ? AND state <> 'corrected' AND consumer IN ({marks})",
        (hazard, *consumers),
    )
    return {consumer for (consumer,) in rows}


def _warn(
    work: Work,
    templates: Templates,
    danger: WarnedDanger,
    consumer: str,
    listing: str,
    trade: str,
    attempt: int,
    language: Language,
    actor: str = ENGINE,
) -> None:
    advice = danger.advice_en if language == "en" else danger.advice_zh
    slots = {"title": danger.title, "order": trade, "advice": advice}
    _notify(work, templates, danger, consumer, listing, trade, attempt, WarningSent, TOPIC, slots, language, actor)


def _notify(
    work: Work,
    templates: Templates,
    danger: WarnedDanger,
    consumer: str,
    listing: str,
    trade: str,
    attempt: int,
    kind: type[WarningEvent],
    topic: str,
    slots: dict[str, Any],
    language: Language = DEFAULT_LANGUAGE,
    actor: str = ENGINE,
) -> None:
    template = "warning.buyer" if kind is WarningSent else "warning.corrected"
    text = templates.render(template, language, slots)
    event = kind(
        attempt=attempt,
        consumer=consumer,
        digest=text.digest,
        hazard=danger.hazard,
        language=language,
        listing=listing,
        order=trade,
        template=text.template,
        version=text.version,
    )
    entry = work.append(event, actor=actor)
    body: JsonObject = {
        "body": text.body,
        "buyer": consumer,
        "language": language,
        "order": trade,
        "severity": danger.severity,
        "title": text.title,
    }
    send(work, entry, Effect(topic=topic, subjects=event.subjects, body=body, reveal=("buyer",)))


def project_trades(conn: Connection, placed: Sequence[Placed]) -> None:
    """``order.placed`` on an affected listing: its buyers are looked at again."""
    if sql(conn, "SELECT 1 FROM affected LIMIT 1").first() is None:
        return
    listings = sorted({sealed.subjects["listing"] for _, sealed in placed})
    marks = ", ".join("?" for _ in listings)
    sql(conn, f"UPDATE affected SET done = 0 WHERE listing IN ({marks})", tuple(listings))
