"""Merchants as several duty packages need them: status, name of the shop, and the file with personal values sealed."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from anbao.ledger import search
from anbao.model.merchant import Status
from anbao.store import Connection, tables
from anbao.store.bulk import columns_of, row_of, rows_of, sql, upsert_many

_decode = msgspec.json.Decoder(dict[str, Any]).decode


class MerchantRecord(msgspec.Struct, frozen=True):
    """A row of ``merchant``. ``file``: as its entries give it, as JSON; ``entry``: what moved it last."""

    id: str
    status: Status
    shop_name: str
    file: bytes
    entry: int

    @property
    def fields(self) -> dict[str, Any]:
        """Returns the file, personal values as commitments."""
        return _decode(self.file)


_SELECT = f"SELECT {columns_of(MerchantRecord)} FROM merchant"


def record_of(conn: Connection, merchant: str) -> MerchantRecord | None:
    """Returns a merchant's row; None for one that never applied."""
    return row_of(conn, MerchantRecord, f"{_SELECT} WHERE id = ?", (merchant,))


def page(conn: Connection, *, after: str, limit: int, status: str | None = None) -> list[MerchantRecord]:
    """Returns merchants by id, from after ``after``."""
    where, values = ("AND status = ?", (status,)) if status else ("", ())
    return rows_of(conn, MerchantRecord, f"{_SELECT} WHERE id > ? {where} ORDER BY id LIMIT ?", (after, *values, limit))


def status_of(conn: Connection, merchant: str) -> str:
    """Returns the status; empty for one that never applied."""
    return sql(conn, "SELECT status FROM merchant WHERE id = ?", (merchant,)).scalar() or ""


def status_at(conn: Connection, merchant: str, at: int) -> str:
    """As ``status_of``; empty also where it began after an instant (UTC ms)."""
    row = sql(conn, "SELECT status, entry FROM merchant WHERE id = ?", (merchant,)).first()
    if row is None:
        return ""
    began = search.happened_at(conn, row[1])
    return str(row[0]) if began is None or began <= at else ""


def statuses(conn: Connection, merchants: Sequence[str]) -> dict[str, str]:
    """Returns the status of each of some merchants that is known."""
    marks = ", ".join("?" * len(merchants))
    return dict(sql(conn, f"SELECT id, status FROM merchant WHERE id IN ({marks})", tuple(merchants)).all())


def with_status(conn: Connection, wanted: Sequence[str]) -> list[str]:
    """Returns the merchants of these statuses, by id."""
    marks = ", ".join("?" * len(wanted))
    rows = sql(conn, f"SELECT id FROM merchant WHERE status IN ({marks}) ORDER BY id", tuple(wanted))
    return [name for (name,) in rows]


def shop_name(conn: Connection, merchant: str) -> str:
    """Returns what the shop is called; empty where that is not known."""
    return sql(conn, "SELECT shop_name FROM merchant WHERE id = ?", (merchant,)).scalar() or ""


def file_of(conn: Connection, merchant: str) -> dict[str, Any]:
    """Returns the newest file, personal values as commitments; empty for an unknown merchant."""
    data = sql(conn, "SELECT file FROM merchant WHERE id = ?", (merchant,)).scalar()
    return {} if data is None else _decode(data)


def files_of(conn: Connection, merchants: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Returns the files of some merchants; those that are unknown are left out."""
    names = tuple(merchants)
    marks = ", ".join("?" * len(names))
    rows = sql(conn, f"SELECT id, file FROM merchant WHERE id IN ({marks})", names) if names else ()
    return {name: _decode(file) for name, file in rows}


def standing_statement(marks: str) -> str:
    """Returns a statement for a UNION: id, status, the file where it is verified, and an empty measure, of some ids."""
    return (
        "SELECT id, status, CASE WHEN status = 'verified' THEN file END AS file, '' AS measure"
        f" FROM merchant WHERE id IN ({marks})"
    )


def put(conn: Connection, applied: Sequence[tuple[str, str, bytes, int]]) -> None:
    """Write applications: id, name of the shop, file, entry."""
    rows = [(name, "applied", shop, file, entry) for name, shop, file, entry in applied]
    upsert_many(conn, tables.merchant, ("id", "status", "shop_name", "file", "entry"), rows)


def set_status(conn: Connection, merchant: str, status: Status, entry: int, *, unless: Status | None = None) -> None:
    """Write what an entry makes of a merchant, ``unless`` it has that status."""
    where, given = ("", ()) if unless is None else (" AND status <> ?", (unless,))
    sql(conn, f"UPDATE merchant SET status = ?, entry = ? WHERE id = ?{where}", (status, entry, merchant, *given))


def set_file(conn: Connection, merchant: str, file: dict[str, Any]) -> None:
    """Write a changed file."""
    data = msgspec.json.encode(file, order="sorted")
    sql(conn, "UPDATE merchant SET file = ?, shop_name = ? WHERE id = ?", (data, file["shop_name"], merchant))
