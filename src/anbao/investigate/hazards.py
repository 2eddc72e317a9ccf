"""Hazards as entries: suspected → confirmed → lifted, or dismissed.

- A hazard that stands is either suspected or confirmed; only then can it be dismissed or lifted.
- A confirmed hazard may be confirmed again: what it is recognised by has changed, and it is looked for anew.
- ``hazard.confirmed`` says all that other rooms need: they read that entry alone.
"""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from anbao.engine.work import Placed, Work
from anbao.errors import Conflict, InvalidInput, NotFound
from anbao.investigate.fingerprints import checked, recognisable
from anbao.ledger import seal_trusted
from anbao.model.base import given_reason
from anbao.model.entry import Entry
from anbao.model.hazard import Confirmation, HazardRecord, HazardSource, HazardState, Suspicion
from anbao.model.identity import refuse_person_numbers
from anbao.store import tables
from anbao.store.bulk import sql, upsert_many
from anbao.text import Text

SUSPECTED = "hazard.suspected"
CONFIRMED = "hazard.confirmed"
DISMISSED = "hazard.dismissed"
LIFTED = "hazard.lifted"

CERTAIN_SOURCES: frozenset[HazardSource] = frozenset({"judgment", "recall", "authority"})
"""Sources that settle a danger, so that removal needs no review."""

_STATES: dict[str, HazardState] = {
    SUSPECTED: "suspected",
    CONFIRMED: "confirmed",
    DISMISSED: "dismissed",
    LIFTED: "lifted",
}
_COLUMNS = "id, state, record, listing, merchant, entry, sweep"
_decode = msgspec.json.Decoder(HazardRecord).decode


class _HazardBody(msgspec.Struct):
    body: HazardRecord


_entry = msgspec.json.Decoder(_HazardBody)


class Hazard(msgspec.Struct, frozen=True, kw_only=True):
    """A hazard as it stands: its newest entry, and the sweep that looks for it (empty before one does).

    ``listing`` and ``merchant``: where it was first seen, empty where that is not known.
    """

    id: str
    state: HazardState
    record: HazardRecord
    listing: str
    merchant: str
    entry: int
    sweep: str


def suspect(work: Work, suspicion: Suspicion, actor: str, at: int) -> int:
    """Record a suspicion; the entry's index. Raises Conflict where the hazard stands already, InvalidInput."""
    known = find(work.conn, suspicion.id)
    if known is not None and known.state in ("suspected", "confirmed"):
        raise Conflict(
            Text(f"危险 {suspicion.id} 已在册", f"the hazard {suspicion.id} is known already"),
            hint=Text("补充指纹请再次确认", "confirm it again to change what it is recognised by"),
            field="id",
        )
    refuse_person_numbers(msgspec.to_builtins(suspicion), frozenset({"complaint", "listing"}))
    record = HazardRecord(
        advice_en=suspicion.advice_en,
        advice_zh=suspicion.advice_zh,
        basis=suspicion.basis,
        category=suspicion.category,
        fingerprints=checked(suspicion.fingerprints),
        provisions=suspicion.provisions,
        severity=suspicion.severity,
        source=suspicion.source,
        title=suspicion.title,
    )
    subjects = _subjects(suspicion.id, suspicion.listing, suspicion.merchant)
    if suspicion.complaint:
        subjects = {"complaint": suspicion.complaint, **subjects}
    return _record(work, SUSPECTED, record, subjects, actor, at)


def confirm(work: Work, hazard: str, confirmation: Confirmation, actor: str, at: int) -> int:
    """Record that a danger is real; the entry's index.

    Raises NotFound, Conflict where it was dismissed or lifted, InvalidInput where nothing recognises it.
    """
    known = _standing(work.conn, hazard, "suspected", "confirmed")
    refuse_person_numbers(msgspec.to_builtins(confirmation))
    old = known.record
    certain = confirmation.certain
    fingerprints = old.fingerprints if confirmation.fingerprints is None else checked(confirmation.fingerprints)
    if not recognisable(fingerprints):
        raise InvalidInput(
            Text("没有可供排查的指纹", "nothing to recognise the danger by"),
            hint=Text(
                "至少给出条码、许可证号、型号、标题、图片、商家、链接之一",
                "give a barcode, licence, model, title, picture, merchant or link",
            ),
            field="fingerprints",
        )
    record = msgspec.structs.replace(
        old,
        advice_en=old.advice_en if confirmation.advice_en is None else confirmation.advice_en,
        advice_zh=old.advice_zh if confirmation.advice_zh is None else confirmation.advice_zh,
        basis=old.basis if confirmation.basis is None else confirmation.basis,
        certain=old.source in CERTAIN_SOURCES if certain is None else certain,
        fingerprints=fingerprints,
        nameable=confirmation.nameable,
        on_likeness=confirmation.on_likeness,
        person=confirmation.person,
        severity=confirmation.severity or old.severity,
        sold=confirmation.sold,
    )
    return _record(work, CONFIRMED, record, _subjects(hazard, known.listing, known.merchant), actor, at)


def dismiss(work: Work, hazard: str, reason: str, actor: str, at: int) -> int:
    """Record that a suspicion came to nothing; the entry's index. Raises NotFound, Conflict, InvalidInput."""
    _standing(work.conn, hazard, "suspected")
    return _end(work, DISMISSED, hazard, reason, actor, at)


def lift(work: Work, hazard: str, reason: str, actor: str, at: int) -> int:
    """Record that a danger is none any more; the entry's index. Raises NotFound, Conflict, InvalidInput."""
    _standing(work.conn, hazard, "confirmed")
    return _end(work, LIFTED, hazard, reason, actor, at)


def find(conn: Connection, hazard: str) -> Hazard | None:
    """A hazard as it stands."""
    row = sql(conn, f"SELECT {_COLUMNS} FROM hazard WHERE id = ?", (hazard,)).first()
    return None if row is None else _hazard(*row)


def known(conn: Connection, hazard: str) -> Hazard:
    """As ``find``; raises NotFound."""
    found = find(conn, hazard)
    if found is None:
        raise NotFound(Text(f"没有危险 {hazard}", f"there is no hazard {hazard}"), field="hazard")
    return found


def page(conn: Connection, state: HazardState | None = None, after: str = "", limit: int = 100) -> list[Hazard]:
    """Hazards by id, from behind ``after``."""
    where, values = ("AND state = ?", (state,)) if state else ("", ())
    rows = sql(
        conn,
        f"SELECT {_COLUMNS} FROM hazard WHERE id > ? {where} ORDER BY id LIMIT ?",
        (after, *values, limit),
    )
    return [_hazard(*row) for row in rows]


def sought(conn: Connection, sweep: str, limit: int = -1) -> list[Hazard]:
    """The confirmed hazards that this sweep looks for; with an empty name those that none looks for yet."""
    most = "" if limit < 0 else f"LIMIT {limit}"
    rows = sql(
        conn,
        f"SELECT {_COLUMNS} FROM hazard WHERE state = 'confirmed' AND sweep = ? ORDER BY id {most}",
        (sweep,),
    )
    return [_hazard(*row) for row in rows]


def sought_ids(conn: Connection, sweep: str) -> set[str]:
    """As ``sought``, the ids alone."""
    return {name for (name,) in sql(conn, "SELECT id FROM hazard WHERE state = 'confirmed' AND sweep = ?", (sweep,))}


def project(conn: Connection, placed: Sequence[Placed]) -> None:
    """All kinds of entries about a hazard → ``hazard``."""
    for index, sealed in placed:
        hazard, state = sealed.subjects["hazard"], _STATES[sealed.kind]
        if sealed.kind in (SUSPECTED, CONFIRMED):
            record = _entry.decode(sealed.data).body
            data = msgspec.json.encode(record)
            first = sealed.subjects.get("listing", ""), sealed.subjects.get("merchant", "")
            row = (hazard, state, record.source, record.severity, record.title, data, *first, index, "")
            upsert_many(conn, tables.hazard, [row])
        else:
            sql(conn, "UPDATE hazard SET state = ?, entry = ? WHERE id = ?", (state, index, hazard))


def _subjects(hazard: str, listing: str, merchant: str) -> dict[str, str]:
    roles = {"hazard": hazard, "listing": listing, "merchant": merchant}
    return {role: subject for role, subject in roles.items() if subject}


def _standing(conn: Connection, hazard: str, *states: HazardState) -> Hazard:
    found = known(conn, hazard)
    if found.state not in states:
        raise Conflict(
            Text(f"危险 {hazard} 现为 {found.state}", f"the hazard {hazard} is {found.state}"),
            hint=Text(f"须为 {' 或 '.join(states)}", f"it must be {' or '.join(states)}"),
            field="hazard",
        )
    return found


def _record(work: Work, kind: str, record: HazardRecord, subjects: dict[str, str], actor: str, at: int) -> int:
    entry = Entry(actor=actor, at=at, body=record, kind=kind, recorded=work.now, subjects=subjects)
    return work.record_sealed([seal_trusted(entry)])[0]


def _end(work: Work, kind: str, hazard: str, reason: str, actor: str, at: int) -> int:
    given_reason(reason)
    subjects = {"hazard": hazard}
    return work.record(
        Entry(actor=actor, at=at, body={"reason": reason}, kind=kind, recorded=work.now, subjects=subjects)
    )[0]


def _hazard(
    name: str, state: HazardState, record: bytes, listing: str, merchant: str, entry: int, sweep: str
) -> Hazard:
    return Hazard(
        id=name,
        state=state,
        record=_decode(bytes(record)),
        listing=listing,
        merchant=merchant,
        entry=entry,
        sweep=sweep,
    )
