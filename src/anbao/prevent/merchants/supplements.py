"""A held merchant is asked to put things right (补正): told what to supply and by when, reminded, and decided on anew.

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
from anbao.prevent.merchants.decision import HELD, MerchantContext, record
from anbao.prevent.merchants.file import row_of
from anbao.store import Connection, tables
from anbao.store.bulk import sql, upsert_many

CASE = "merchant_held"
SEVERITY = 3

ASKED = "merchant.supplement_asked"
REMINDED = "merchant.supplement_reminded"
OVERDUE = "merchant.supplement_overdue"

TIME = "merchant.supplement"
"""The setting that says how long a merchant has."""

TOPIC_ASKED, TOPIC_REMINDER = "merchant.supplement_wanted", "merchant.supplement_reminder"

AT_ONCE = 100


class Waiting(msgspec.Struct, frozen=True):
    """One row of ``merchant_supplement``, in column order; instants in UTC milliseconds."""

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
    body = {"cause": cause, "due": due, "note": note, "remind": (work.now + due) // 2, "wanted": wanted}
    entry = record(work, ASKED, merchant, work.now, body, actor)
    _tell(work, TOPIC_ASKED, entry, merchant, due, wanted, note)


def due(conn: Connection, now: int) -> list[Waiting]:
    """The merchants to remind, or whose time is over."""
    rows = sql(
        conn,
        "SELECT * FROM merchant_supplement WHERE due_at <= ? OR (reminded = 0 AND remind_at <= ?)"
        " ORDER BY due_at, merchant LIMIT ?",
        (now, now, AT_ONCE),
    )
    return [Waiting(*row) for row in rows]


def follow_up(context: MerchantContext, work: Work) -> None:
    """Remind those whose time is half over; put those whose time is over before a person."""
    for one in due(work.conn, work.now):
        if one.due_at <= work.now:
            entry = record(work, OVERDUE, one.merchant, one.due_at, {"asked": one.entry})
            open_case(work, one.merchant, entry, ["supplement_overdue"])
        else:
            entry = record(work, REMINDED, one.merchant, work.now, {"asked": one.entry, "due": one.due_at})
            wanted = _wanted(context, work.conn, one.merchant)
            _tell(work, TOPIC_REMINDER, entry, one.merchant, one.due_at, wanted, "")


def project_asked(conn: Connection, placed: Sequence[Placed]) -> None:
    """``merchant.supplement_asked`` → ``merchant_supplement``."""
    rows = [
        (sealed.subjects["merchant"], index, int(sealed.facts["remind"]), int(sealed.facts["due"]), 0)
        for index, sealed in placed
    ]
    upsert_many(conn, tables.merchant_supplement, rows)


def project_reminded(conn: Connection, placed: Sequence[Placed]) -> None:
    """``merchant.supplement_reminded``: once is enough."""
    for _, sealed in placed:
        sql(conn, "UPDATE merchant_supplement SET reminded = 1 WHERE merchant = ?", (sealed.subjects["merchant"],))


def project_end(conn: Connection, placed: Sequence[Placed]) -> None:
    """Any decision on the merchant, and the end of its time, ends the waiting."""
    for _, sealed in placed:
        sql(conn, "DELETE FROM merchant_supplement WHERE merchant = ?", (sealed.subjects["merchant"],))


def _wanted(context: MerchantContext, conn: Connection, merchant: str) -> list[dict[str, object]]:
    """What was wrong when the merchant was held: the kind of credential in words, its number, what is wrong with it."""
    entry = context.core.ledger.entry(conn, row_of(conn, merchant).entry).entry()
    checks = entry.body.get("checks", ()) if entry.kind == HELD else ()
    found: dict[tuple[str, str], dict[str, object]] = {}
    for check in checks:
        if check.get("problem"):
            form = context.catalogue.formats.get(check["kind"])
            name = {"zh": form.name.zh, "en": form.name.en} if form else {"zh": check["kind"], "en": check["kind"]}
            one = {"kind": check["kind"], "name": name, "problem": check["problem"]}
            given = {key: check[key] for key in ("number", "provisions") if check.get(key)}
            found.setdefault((check["kind"], check.get("number", "")), {**one, **given})
    return list(found.values())


def _tell(
    work: Work, topic: str, entry: int, merchant: str, until: int, wanted: list[dict[str, object]], note: str
) -> None:
    body = {"due": until, "wanted": wanted, **({"note": note} if note else {})}
    send(work, entry, Effect(topic=topic, subjects={"merchant": merchant}, body=body))
