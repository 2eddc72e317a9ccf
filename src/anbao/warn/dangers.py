"""Confirmed hazards as this package knows them, and the listings whose buyers must be warned of them.

A listing is affected when the hazard was confirmed on it, when a sweep matched it for certain, or when it was taken
down because of the hazard. Orders that come in later on an affected listing put it back on the list of work.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from anbao.engine.work import Placed
from anbao.model.events.investigate import HazardConfirmed
from anbao.model.hazard import HazardRecord
from anbao.store import Connection, tables
from anbao.store.bulk import sql, upsert_many


class WarnedDanger(msgspec.Struct, frozen=True, kw_only=True):
    """What a warning says of a hazard. ``published`` and ``lifted`` are UTC milliseconds."""

    hazard: str
    title: str
    severity: int = 0
    category: str = ""
    source: str = ""
    nameable: bool = False
    advice_zh: str = ""
    advice_en: str = ""
    at: int = 0
    published: int | None = None
    lifted: int | None = None


def find(conn: Connection, hazard: str) -> WarnedDanger | None:
    """The danger behind a hazard; None where it was never confirmed."""
    rows = _read(conn, "WHERE hazard = ?", (hazard,))
    return rows[0] if rows else None


def published(conn: Connection, limit: int) -> list[WarnedDanger]:
    """The dangers that the public may read of, the newest first; the lifted among them."""
    return _read(conn, "WHERE published IS NOT NULL ORDER BY published DESC, hazard LIMIT ?", (limit,))


def project_confirmed(conn: Connection, placed: Sequence[Placed]) -> None:
    """``hazard.confirmed`` → ``danger``. A hazard confirmed anew after it was lifted is in force again."""
    rows = []
    for index, sealed in placed:
        event = sealed.event(HazardConfirmed)
        data = msgspec.json.encode(event.record)
        rows.append((event.hazard, event.record.title, data, sealed.at, index, None, None))
    upsert_many(conn, tables.danger, ("hazard", "title", "body", "at", "entry", "published", "lifted"), rows)


def project_lifted(conn: Connection, placed: Sequence[Placed]) -> None:
    """``hazard.lifted`` → ``danger``."""
    for _, sealed in placed:
        sql(conn, "UPDATE danger SET lifted = ? WHERE hazard = ?", (sealed.at, sealed.subjects["hazard"]))


def project_published(conn: Connection, placed: Sequence[Placed]) -> None:
    """``warning.published`` → ``danger``."""
    for _, sealed in placed:
        sql(conn, "UPDATE danger SET published = ? WHERE hazard = ?", (sealed.at, sealed.subjects["hazard"]))


def newest(conn: Connection, limit: int) -> list[str]:
    """The hazards that were confirmed last, the newest first."""
    return [hazard for (hazard,) in sql(conn, "SELECT hazard FROM danger ORDER BY entry DESC LIMIT ?", (limit,))]


def _read(conn: Connection, where: str, values: tuple[Any, ...]) -> list[WarnedDanger]:
    rows = sql(conn, f"SELECT hazard, title, body, at, published, lifted FROM danger {where}", values)
    found = []
    for hazard, title, body, at, shown, lifted in rows:
        record = _record(bytes(body))
        found.append(
            WarnedDanger(
                hazard=hazard,
                title=title,
                severity=record.severity,
                category=record.category,
                source=record.source,
                nameable=record.nameable,
                advice_zh=record.advice_zh,
                advice_en=record.advice_en,
                at=at,
                published=shown,
                lifted=lifted,
            )
        )
    return found


_record = msgspec.json.Decoder(HazardRecord).decode
