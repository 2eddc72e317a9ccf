"""Complaints as entries and rows: the kinds, what projects them, and how one is found."""

from collections.abc import Sequence
from typing import Literal, TypedDict

from anbao.engine.work import Placed
from anbao.errors import NotFound
from anbao.model.base import Noun
from anbao.model.complaint import Danger, Track
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
from anbao.store.bulk import columns_of, insert_many, row_of, rows_of, sql
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

_WRITTEN = (
    "id",
    "state",
    "source",
    "concern",
    "track",
    "severity",
    "listing",
    "merchant",
    "conceal",
    "complainant",
    "lead",
    "token",
    "outcome",
    "at",
    "entry",
    "harmed",
    "danger",
)


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
    harmed: bool
    danger: Danger

    @property
    def about(self) -> ComplaintSubjects:
        """Returns what its later entries name."""
        return {"complaint": self.id, "listing": self.listing, "merchant": self.merchant}

    @property
    def subjects(self) -> dict[str, str]:
        """Returns what is known of ``about``, by role."""
        return {role: str(name) for role, name in self.about.items() if name}


_SELECT = f"SELECT {columns_of(KnownComplaint)} FROM complaint"


def find(conn: Connection, name: str) -> KnownComplaint:
    """Raises NotFound."""
    found = row_of(conn, KnownComplaint, f"{_SELECT} WHERE id = ?", (name,))
    if found is None:
        raise NotFound(Text(f"没有投诉 {name}", f"there is no complaint {name}"), field="complaint")
    return found


def by_token(conn: Connection, digest: str) -> KnownComplaint:
    """The complaint that a follow-up token (its SHA-256, hex) belongs to. Raises NotFound."""
    found = row_of(conn, KnownComplaint, f"{_SELECT} WHERE token = ?", (digest,))
    if found is None:
        raise NotFound(Text("没有这个查询码", "there is no such token"), field="token")
    return found


def joined_to(conn: Connection, lead: str) -> list[KnownComplaint]:
    """The complaints that are handled with this one."""
    return rows_of(conn, KnownComplaint, f"{_SELECT} WHERE lead = ? ORDER BY entry", (lead,))


def open_about(conn: Connection, listing: str, concern: str) -> list[str]:
    """The complaints about a listing with this concern that others are handled with or alone, the oldest first."""
    rows = sql(
        conn,
        "SELECT id FROM complaint WHERE listing = ? AND lead = '' AND state <> 'handled' AND track = ''"
        " AND concern = ? ORDER BY entry",
        (listing, concern),
    )
    return [str(name) for (name,) in rows]


def leads_of(conn: Connection, names: Sequence[str]) -> dict[str, str]:
    """With which complaint each of these is handled that is neither handled nor a notice: another, or itself."""
    if not names:
        return {}
    marks = ", ".join("?" for _ in names)
    rows = sql(
        conn,
        f"SELECT id, lead FROM complaint WHERE state <> 'handled' AND track = '' AND id IN ({marks})",
        tuple(names),
    )
    return {str(name): str(lead or name) for name, lead in rows}


def is_reported(conn: Connection, lead: str, besides: str, *, danger: str = "") -> bool:
    """Whether a complaint that is handled with ``lead`` reports this danger, or harm; another than ``besides``."""
    asked = "danger = ?" if danger else "harmed = 1"
    given = (lead, lead, besides, *([danger] if danger else []))
    found = sql(conn, f"SELECT 1 FROM complaint WHERE (id = ? OR lead = ?) AND id <> ? AND {asked} LIMIT 1", given)
    return found.first() is not None


def count_of(conn: Connection, complainant: str, *, since: int = 0, outcomes: Sequence[str] = ()) -> int:
    """How many complaints of a complainant came in since an instant, or had one of these outcomes."""
    marks = f"AND outcome IN ({', '.join('?' for _ in outcomes)})" if outcomes else ""
    counted = f"SELECT count(*) FROM complaint WHERE complainant = ? AND at >= ? {marks}"
    return int(sql(conn, counted, (complainant, since, *outcomes)).scalar_one())


def page(conn: Connection, *, state: State | None = None, after: int = -1, limit: int = 100) -> list[KnownComplaint]:
    """Complaints in the order in which they came, from behind entry ``after``."""
    where, values = ("AND state = ?", (state,)) if state else ("", ())
    statement = f"{_SELECT} WHERE entry > ? {where} ORDER BY entry LIMIT ?"
    return rows_of(conn, KnownComplaint, statement, (after, *values, limit))


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
                int(event.harmed),
                "",
            )
        )
    insert_many(conn, tables.complaint, _WRITTEN, rows)


def project_triaged(conn: Connection, placed: Sequence[Placed]) -> None:
    """``complaint.triaged``: its severity, and the danger that it reports."""
    for _index, sealed in placed:
        event = sealed.event(ComplaintTriaged)
        given = event.triage.severity, event.triage.danger, event.complaint
        sql(conn, "UPDATE complaint SET severity = ?, danger = ? WHERE id = ?", given)


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
