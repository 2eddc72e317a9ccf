"""Traces of complaints: by which text and from where each came, to recognise the same reported again, and floods.

They stand beside the ledger and can be deleted without touching a proof.
"""

from anbao.engine.core import Core, ErasedPerson
from anbao.engine.work import Work
from anbao.investigate.complaints import weighing
from anbao.investigate.complaints.records import KnownComplaint
from anbao.model.complaint import Complaint
from anbao.store import Connection, tables
from anbao.store.bulk import insert_many, sql, sql_many


def subject_of(one: KnownComplaint, complaint: Complaint) -> str:
    """What texts are compared within."""
    return one.listing or one.merchant or complaint.order or complaint.message or complaint.link


def add(core: Core, work: Work, one: KnownComplaint, complaint: Complaint, origin: str, at: int) -> None:
    """Note a complaint's trace; ``origin`` is where it came from, "" where that is not known."""
    gist, key = weighing.sketch(complaint.text), weighing.text_key(complaint.text)
    insert_many(
        work.conn,
        tables.complaint_trace,
        ("complaint", "subject", "origin", "text_key", "gist", "at"),
        [(one.id, subject_of(one, complaint), _mark(core, origin), key, gist, at)],
    )


def near(conn: Connection, subject: str, since: int, most: int) -> list[tuple[str, bytes]]:
    """The newest complaints about a subject since an instant (UTC ms), each with the sketch of its text."""
    rows = sql(
        conn,
        "SELECT complaint, gist FROM complaint_trace WHERE subject = ? AND at >= ? ORDER BY at DESC LIMIT ?",
        (subject, since, most),
    )
    return [(str(name), bytes(gist)) for name, gist in rows]


def of_origin(core: Core, conn: Connection, origin: str, since: int) -> int:
    """How many complaints came from an origin since an instant."""
    counted = "SELECT count(*) FROM complaint_trace WHERE origin = ? AND at >= ?"
    return int(sql(conn, counted, (_mark(core, origin), since)).scalar_one())


def of_text(conn: Connection, text: str, since: int) -> int:
    """How many complaints had this text since an instant."""
    counted = "SELECT count(*) FROM complaint_trace WHERE text_key = ? AND at >= ?"
    return int(sql(conn, counted, (weighing.text_key(text), since)).scalar_one())


def erase(work: Work, person: ErasedPerson) -> None:
    """Delete the traces of a person's complaints."""
    gone = [(name,) for role, name in person.subjects if role == "complaint"]
    sql_many(work.conn, "DELETE FROM complaint_trace WHERE complaint = ?", gone)


def _mark(core: Core, origin: str) -> str:
    return core.vault.lookup("origin", origin).hex() if origin else ""
