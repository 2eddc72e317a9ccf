"""A held merchant is asked to put things right (补正): notified what to supply and by when, reminded, and decided anew.

- A person decides to wait (outcome ``held`` of the case); the merchant's time runs from then.
- A change that the merchant reports is decided on as always; any decision ends the waiting.
- When the time is over and nothing came, a person decides again.
"""

from collections.abc import Sequence

import msgspec

from anbao import cases
from anbao.engine.outbox import Effect, send
from anbao.engine.work import Placed, Work
from anbao.law.deadlines import due_at
from anbao.model.events.merchants import (
    MerchantHeld,
    SupplementAsked,
    SupplementOverdue,
    SupplementReminded,
    WantedCredential,
)
from anbao.prevent.merchants.decision import ENGINE, MerchantContext
from anbao.prevent.merchants.file import row_of
from anbao.store import Connection, tables
from anbao.store.bulk import columns_of, rows_of, sql, upsert_many
from anbao.text import Text

CASE = "merchant_held"
SEVERITY = 3

TIME = "merchant.supplement"
"""The setting that says how long a merchant has."""

TOPIC_ASKED, TOPIC_REMINDER = "merchant.supplement_wanted", "merchant.supplement_reminder"

AT_ONCE = 100


class Waiting(msgspec.Struct, frozen=True):
    """One row of ``merchant_supplement``; instants in UTC milliseconds."""

    merchant: str
    entry: int
    remind_at: int
    due_at: int
    reminded: int


def open_case(work: Work, merchant: str, about: int, reasons: Sequence[str]) -> None:
    """Put a held merchant before a person, unless it waits for one already."""
    if not any(
        one.kind == CASE and one.state == "open" for one in cases.reading.about(work.conn, "merchant", merchant)
    ):
        subjects = {"merchant": merchant}
        cases.open(work, kind=CASE, subjects=subjects, severity=SEVERITY, about=about, reasons=reasons)


def ask(context: MerchantContext, work: Work, merchant: str, note: str, *, actor: str, cause: int) -> None:
    """Ask a held merchant for what its last decision found wanting; its time runs from now, with a reminder halfway."""
    period = context.core.settings.in_force(work.conn, TIME, work.now)
    due = due_at(work.now, period, context.core.pack.calendar)
    wanted = _wanted(context, work.conn, merchant)
    remind = (work.now + due) // 2
    asked = SupplementAsked(cause=cause, due=due, merchant=merchant, note=note, remind=remind, wanted=wanted)
    entry = work.append(asked, actor=actor)
    _notify(work, TOPIC_ASKED, entry, merchant, due, wanted, note)


def due(conn: Connection, now: int) -> list[Waiting]:
    """The merchants to remind, or whose time is over."""
    return rows_of(
        conn,
        Waiting,
        f"SELECT {columns_of(Waiting)} FROM merchant_supplement"
        " WHERE due_at <= ? OR (reminded = 0 AND remind_at <= ?) ORDER BY due_at, merchant LIMIT ?",
        (now, now, AT_ONCE),
    )


def follow_up(context: MerchantContext, work: Work) -> None:
    """Remind those whose time is half over; put those whose time is over before a person."""
    for one in due(work.conn, work.now):
        if one.due_at <= work.now:
            overdue = SupplementOverdue(asked=one.entry, merchant=one.merchant)
            entry = work.append(overdue, actor=ENGINE, at=one.due_at)
            open_case(work, one.merchant, entry, ["supplement_overdue"])
        else:
            reminded = SupplementReminded(asked=one.entry, due=one.due_at, merchant=one.merchant)
            entry = work.append(reminded, actor=ENGINE)
            wanted = _wanted(context, work.conn, one.merchant)
            _notify(work, TOPIC_REMINDER, entry, one.merchant, one.due_at, wanted, "")


def project_asked(conn: Connection, placed: Sequence[Placed]) -> None:
    """``merchant.supplement_asked`` → ``merchant_supplement``."""
    rows = []
    for index, sealed in placed:
        event = sealed.event(SupplementAsked)
        rows.append((event.merchant, index, event.remind, event.due, 0))
    upsert_many(conn, tables.merchant_supplement, ("merchant", "entry", "remind_at", "due_at", "reminded"), rows)


def project_reminded(conn: Connection, placed: Sequence[Placed]) -> None:
    """``merchant.supplement_reminded``: once is enough."""
    for _, sealed in placed:
        sql(conn, "UPDATE merchant_supplement SET reminded = 1 WHERE merchant = ?", (sealed.subjects["merchant"],))


def project_end(conn: Connection, placed: Sequence[Placed]) -> None:
    """Any decision on the merchant, and the end of its time, ends the waiting."""
    for _, sealed in placed:
        sql(conn, "DELETE FROM merchant_supplement WHERE merchant = ?", (sealed.subjects["merchant"],))


def _wanted(context: MerchantContext, conn: Connection, merchant: str) -> tuple[WantedCredential, ...]:
    """What was wrong when the merchant was held: the kind of credential in words, its number, what is wrong with it."""
    stored = context.core.ledger.entry(conn, row_of(conn, merchant).entry)
    checks = stored.event(MerchantHeld).checks if stored.kind == MerchantHeld.KIND else ()
    found: dict[tuple[str, str], WantedCredential] = {}
    for check in checks:
        if check.problem:
            form = context.catalogue.formats.get(check.kind)
            wanted = WantedCredential(
                kind=check.kind,
                name=form.name if form else Text(check.kind, check.kind),
                number=check.number,
                problem=check.problem,
                provisions=check.provisions,
            )
            found.setdefault((check.kind, check.number), wanted)
    return tuple(found.values())


def _notify(
    work: Work, topic: str, entry: int, merchant: str, until: int, wanted: Sequence[WantedCredential], note: str
) -> None:
    body = {"due": until, "wanted": msgspec.to_builtins(wanted), **({"note": note} if note else {})}
    send(work, entry, Effect(topic=topic, subjects={"merchant": merchant}, body=body))
