"""Hazards as entries: suspected → confirmed → lifted, or dismissed.

- A hazard that stands is either suspected or confirmed; only then can it be dismissed or lifted.
- A confirmed hazard may be confirmed again: what it is recognised by has changed, and it is looked for anew.
- ``hazard.confirmed`` says all that other packages need: they read that entry alone.
"""

from collections.abc import Sequence

import msgspec

from anbao.engine.work import Placed, Work
from anbao.errors import Conflict, InvalidInput, NotFound
from anbao.investigate.fingerprints import checked, recognisable
from anbao.model.base import given_reason
from anbao.model.events.investigate import HazardConfirmed, HazardDismissed, HazardLifted, HazardSuspected
from anbao.model.hazard import Confirmation, HazardRecord, HazardSource, HazardState, Suspicion
from anbao.model.identity import refuse_person_numbers
from anbao.store import Connection, tables
from anbao.store.bulk import sql, upsert_many
from anbao.text import Text

CERTAIN_SOURCES: frozenset[HazardSource] = frozenset({"judgment", "recall", "authority"})
"""Sources that settle a danger, so that removal needs no review."""

STATES: dict[str, HazardState] = {
    HazardSuspected.KIND: "suspected",
    HazardConfirmed.KIND: "confirmed",
    HazardDismissed.KIND: "dismissed",
    HazardLifted.KIND: "lifted",
}
"""How a hazard stands after an entry of a kind."""

_COLUMNS = "id, state, record, listing, merchant, entry, sweep"
_decode = msgspec.json.Decoder(HazardRecord).decode


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
    event = HazardSuspected(
        complaint=suspicion.complaint,
        hazard=suspicion.id,
        listing=suspicion.listing,
        merchant=suspicion.merchant,
        record=record,
    )
    return work.append(event, actor=actor, at=at)


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
    event = HazardConfirmed(hazard=hazard, listing=known.listing, merchant=known.merchant, record=record)
    return work.append(event, actor=actor, at=at)


def dismiss(work: Work, hazard: str, reason: str, actor: str, at: int) -> int:
    """Record that a suspicion came to nothing; the entry's index. Raises NotFound, Conflict, InvalidInput."""
    _standing(work.conn, hazard, "suspected")
    return work.append(HazardDismissed(hazard=hazard, reason=given_reason(reason)), actor=actor, at=at)


def lift(work: Work, hazard: str, reason: str, actor: str, at: int) -> int:
    """Record that a danger is none any more; the entry's index. Raises NotFound, Conflict, InvalidInput."""
    _standing(work.conn, hazard, "confirmed")
    return work.append(HazardLifted(hazard=hazard, reason=given_reason(reason)), actor=actor, at=at)


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
        state = STATES[sealed.kind]
        if sealed.kind == HazardSuspected.KIND:
            _upsert(conn, sealed.event(HazardSuspected), state, index)
        elif sealed.kind == HazardConfirmed.KIND:
            _upsert(conn, sealed.event(HazardConfirmed), state, index)
        else:
            hazard = sealed.subjects["hazard"]
            sql(conn, "UPDATE hazard SET state = ?, entry = ? WHERE id = ?", (state, index, hazard))


def _upsert(conn: Connection, event: HazardSuspected | HazardConfirmed, state: HazardState, index: int) -> None:
    record, data = event.record, msgspec.json.encode(event.record)
    first = event.listing, event.merchant
    row = (event.hazard, state, record.source, record.severity, record.title, data, *first, index, "")
    upsert_many(
        conn,
        tables.hazard,
        ("id", "state", "source", "severity", "title", "record", "listing", "merchant", "entry", "sweep"),
        [row],
    )


def _standing(conn: Connection, hazard: str, *states: HazardState) -> Hazard:
    found = known(conn, hazard)
    if found.state not in states:
        raise Conflict(
            Text(f"危险 {hazard} 现为 {found.state}", f"the hazard {hazard} is {found.state}"),
            hint=Text(f"须为 {' 或 '.join(states)}", f"it must be {' or '.join(states)}"),
            field="hazard",
        )
    return found


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


def seek(conn: Connection, hazard: str, sweep: str) -> None:
    """Write which sweep looks for a hazard."""
    sql(conn, "UPDATE hazard SET sweep = ? WHERE id = ?", (sweep, hazard))
