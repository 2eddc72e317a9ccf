"""Complaints as entries and rows: the kinds, what projects them, and how one is found."""

from collections.abc import Sequence
from typing import Any, Literal, TypedDict

import msgspec

from anbao.engine.work import Placed
from anbao.errors import NotFound
from anbao.model.base import Noun
from anbao.model.complaint import Track
from anbao.model.events.complaints import (
    ComplaintAccepted,
    ComplaintCompleted,
    ComplaintForwarded,
    ComplaintHandled,
    ComplaintJoined,
    ComplaintReceived,
    ComplaintStated,
    ComplaintTriaged,
)
from anbao.store import Connection, tables
from anbao.store.bulk import insert_many, sql
from anbao.text import Text

State = Literal["received", "accepted", "forwarded", "stated", "joined", "handled"]

STATES: dict[str, State] = {
    ComplaintAccepted.KIND: "accepted",
    ComplaintForwarded.KIND: "forwarded",
    ComplaintStated.KIND: "stated",
}
"""How a complaint stands after an entry of a kind, if it did not stand further on."""

_NEXT = {"received": 0, "accepted": 1, "forwarded": 2, "stated": 3, "joined": 4, "handled": 5}

NOTICE_ROLES = ("ip_notice", "tort_notice")
"""The roles in which entries name a notice."""

_COLUMNS = ", ".join(tables.complaint.c.keys())


class ComplaintSubjects(TypedDict):
    """What later entries of a complaint name."""

    complaint: str
    listing: str
    merchant: str


class KnownComplaint(Noun, frozen=True, kw_only=True):
    """A complaint as it stands; ``complainant`` is a commitment, a merchant, or "" (anonymous)."""

    id: str
    state: State
    source: str
    concern: str
    track: Track
    severity: int
    listing: str
    merchant: str
    conceal: bool
    complainant: str
    lead: str
    token: str
    outcome: str
    at: int
    entry: int

    @property
    def about(self) -> ComplaintSubjects:
        """Returns what its later entries name."""
        return {"complaint": self.id, "listing": self.listing, "merchant": self.merchant}

    @property
    def subjects(self) -> dict[str, str]:
        """Returns what is known of ``about``, by role."""
        return {role: str(name) for role, name in self.about.items() if name}


def known(row: Sequence[Any]) -> KnownComplaint:
    """A row of the table as a noun."""
    held = dict(zip(map(str, tables.complaint.c.keys()), row, strict=True))
    return msgspec.convert({**held, "conceal": bool(held["conceal"])}, KnownComplaint)


def find(conn: Connection, name: str) -> KnownComplaint:
    """Raises NotFound."""
    row = sql(conn, f"SELECT {_COLUMNS} FROM complaint WHERE id = ?", (name,)).first()
    if row is None:
        raise NotFound(Text(f"没有投诉 {name}", f"there is no complaint {name}"), field="complaint")
    return known(row)


def by_token(conn: Connection, digest: str) -> KnownComplaint:
    """The complaint that a follow-up token (its SHA-256, hex) belongs to. Raises NotFound."""
    row = sql(conn, f"SELECT {_COLUMNS} FROM complaint WHERE token = ?", (digest,)).first()
    if row is None:
        raise NotFound(Text("没有这个查询码", "there is no such token"), field="token")
    return known(row)


def joined_to(conn: Connection, lead: str) -> list[KnownComplaint]:
    """The complaints that are handled with this one."""
    return [known(row) for row in sql(conn, f"SELECT {_COLUMNS} FROM complaint WHERE lead = ? ORDER BY entry", (lead,))]


def page(conn: Connection, *, state: State | None = None, after: int = -1, limit: int = 100) -> list[KnownComplaint]:
    """Complaints in the order in which they came, from behind entry ``after``."""
    where, values = ("AND state = ?", (state,)) if state else ("", ())
    rows = sql(
        conn,
        f"SELECT {_COLUMNS} FROM complaint WHERE entry > ? {where} ORDER BY entry LIMIT ?",
        (after, *values, limit),
    )
    return [known(row) for row in rows]


def project_received(conn: Connection, placed: Sequence[Placed]) -> None:
    """``complaint.received`` → ``complaint``."""
    rows = []
    for index, sealed in placed:
        event = sealed.event(ComplaintReceived)
        consumer, merchant = event.consumer, event.by_merchant
        rows.append(
            (
                event.complaint,
                "received",
                event.source,
                event.concern,
                event.track,
                1,
                event.goods,
                event.seller,
                int(event.conceal),
                f"consumer:{consumer}" if consumer else f"merchant:{merchant}" if merchant else "",
                "",
                event.token,
                "",
                sealed.at,
                index,
            )
        )
    insert_many(conn, tables.complaint, rows)


def project_triaged(conn: Connection, placed: Sequence[Placed]) -> None:
    """``complaint.triaged``: its severity."""
    for _index, sealed in placed:
        event = sealed.event(ComplaintTriaged)
        sql(conn, "UPDATE complaint SET severity = ? WHERE id = ?", (event.triage.severity, event.complaint))


def project_joined(conn: Connection, placed: Sequence[Placed]) -> None:
    """``complaint.joined``: with which it is handled."""
    for _index, sealed in placed:
        event = sealed.event(ComplaintJoined)
        sql(conn, "UPDATE complaint SET state = 'joined', lead = ? WHERE id = ?", (event.lead, event.complaint))


def project_state(conn: Connection, placed: Sequence[Placed]) -> None:
    """``complaint.accepted``, ``forwarded``, ``stated``: a state never goes back."""
    for _index, sealed in placed:
        state, name = STATES[sealed.kind], sealed.subjects["complaint"]
        before = tuple(one for one, rank in _NEXT.items() if rank < _NEXT[state])
        marks = ", ".join("?" for _ in before)
        sql(conn, f"UPDATE complaint SET state = ? WHERE id = ? AND state IN ({marks})", (state, name, *before))


def project_completed(conn: Connection, placed: Sequence[Placed]) -> None:
    """``complaint.completed``: it is looked at anew, with what it is now known to be about."""
    for _index, sealed in placed:
        event = sealed.event(ComplaintCompleted)
        sql(
            conn,
            "UPDATE complaint SET state = 'received', outcome = '', listing = ?, merchant = ? WHERE id = ?",
            (event.goods, event.seller, event.complaint),
        )


def project_handled(conn: Connection, placed: Sequence[Placed]) -> None:
    """``complaint.handled``."""
    for _index, sealed in placed:
        event = sealed.event(ComplaintHandled)
        sql(conn, "UPDATE complaint SET state = 'handled', outcome = ? WHERE id = ?", (event.outcome, event.complaint))
