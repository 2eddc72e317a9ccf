"""Licences that run out: a reminder before, a hold when the last day has passed without renewal.

Invariants
- The last day counts: a licence has run out at 24:00 of it (Asia/Shanghai).
- What was renewed is said once the renewed licence was verified, not when it was stated.
"""

from collections.abc import Sequence
from datetime import date

import msgspec

from anbao.detect.credentials import fold_number
from anbao.engine.outbox import Effect, send
from anbao.engine.work import Placed, Work
from anbao.law.deadlines import day_end, legal_day
from anbao.model.events.merchants import (
    InfoAccepted,
    LicenceExpired,
    LicenceExpiring,
    LicenceRenewed,
    LicenceWithdrawn,
    MerchantApplied,
)
from anbao.model.merchant import Licence, Merchant
from anbao.prevent.merchants.admission import assess_merchant
from anbao.prevent.merchants.decision import ENGINE, MerchantContext
from anbao.prevent.merchants.file import opened, row_of
from anbao.store import Connection
from anbao.store.bulk import columns_of, rows_of, sql

_STAGES = {LicenceExpiring.KIND: "expiring", LicenceExpired.KIND: "expired", LicenceRenewed.KIND: "renewed"}
STAGE_KINDS = frozenset({*_STAGES, LicenceWithdrawn.KIND})
"""The kinds of entries that ``project_stages`` reads."""

REMINDER_DAYS = "merchant.licence_reminder"

AT_ONCE = 100
_DAY = 86_400_000


class LicenceRow(msgspec.Struct, frozen=True):
    """One row of ``merchant_licence``; ``ends_at`` in UTC milliseconds."""

    merchant: str
    kind: str
    number: str
    stage: str
    ends_at: int

    @property
    def name(self) -> str:
        """What entries about it are found by."""
        return f"{self.kind}:{self.number}"


_SELECT = f"SELECT {columns_of(LicenceRow)} FROM merchant_licence"


def due(context: MerchantContext, conn: Connection, now: int) -> list[LicenceRow]:
    """The licences that have run out, or of which to remind, the earliest first."""
    days = context.core.parameters.number(conn, REMINDER_DAYS, now)
    return rows_of(
        conn,
        LicenceRow,
        f"{_SELECT} WHERE (stage = 'valid' AND ends_at <= ?)"
        " OR (stage = 'expiring' AND ends_at <= ?) ORDER BY ends_at, merchant, kind, number LIMIT ?",
        (now + days * _DAY, now, AT_ONCE),
    )


def follow_up(context: MerchantContext, work: Work) -> list[LicenceRow]:
    """Record what time has brought to licences; those of merchants that have to be decided on again."""
    affected = []
    for one in due(context, work.conn, work.now):
        row = row_of(work.conn, one.merchant)
        held = {(licence.kind, fold_number(licence.number)) for licence in row.licences}
        if (one.kind, one.number) not in held or row.status in ("closed", "refused"):
            _withdraw(work, one)
        elif one.stage == "valid" and one.ends_at > work.now:
            _remind(work, one)
        elif _expire(context, work, one, row.status == "verified"):
            affected.append(one)
    return affected


def withdraw_all(work: Work, merchant: str) -> None:
    """The merchant left: nothing is renewed any more."""
    for one in rows_of(work.conn, LicenceRow, f"{_SELECT} WHERE merchant = ?", (merchant,)):
        _withdraw(work, one)


def note_renewals(work: Work, merchant: Merchant, at: int) -> None:
    """The merchant was verified: the licences that ran out, or were about to, and have a follower now, are renewed."""
    followers: dict[str, Licence] = {}
    for licence in merchant.licences:
        if not licence.valid_until or _end(licence) > at:
            followers[licence.kind] = licence
    for one in rows_of(work.conn, LicenceRow, f"{_SELECT} WHERE merchant = ? AND stage <> 'valid'", (merchant.id,)):
        follower = followers.get(one.kind)
        if follower is not None and one.stage in ("expiring", "expired"):
            same = fold_number(follower.number) == one.number
            if (same and _end(follower) > at and _end(follower) >= one.ends_at) or not same:
                renewed = LicenceRenewed(
                    licence=one.name,
                    merchant=one.merchant,
                    number=fold_number(follower.number),
                    until=follower.valid_until,
                )
                work.append(renewed, actor=ENGINE, at=at)


def project_statements(context: MerchantContext, conn: Connection, placed: Sequence[Placed]) -> None:
    """``merchant.applied``, ``merchant.info_accepted`` → licences with a last day, by kind and folded number."""
    for _, sealed in placed:
        applied = sealed.kind == MerchantApplied.KIND
        stated = sealed.event(MerchantApplied) if applied else sealed.event(InfoAccepted).change
        for licence in stated.licences:
            if licence.kind in context.catalogue.holder_licences and _is_day(licence.valid_until):
                values = (sealed.subjects["merchant"], licence.kind, fold_number(licence.number), _end(licence))
                sql(
                    conn,
                    "INSERT INTO merchant_licence (merchant, kind, number, stage, ends_at) VALUES (?, ?, ?, 'valid', ?)"
                    " ON CONFLICT (merchant, kind, number) DO UPDATE SET ends_at = excluded.ends_at",
                    values,
                )


def project_stages(conn: Connection, placed: Sequence[Placed]) -> None:
    """``licence.expiring``, ``.expired``, ``.renewed``, ``.withdrawn`` → the licence's stage, or its end."""
    for _, sealed in placed:
        kind, _, number = sealed.subjects["licence"].partition(":")
        stage = _STAGES.get(sealed.kind)
        if stage is None:
            statement = "DELETE FROM merchant_licence WHERE merchant = ? AND kind = ? AND number = ?"
            sql(conn, statement, (sealed.subjects["merchant"], kind, number))
            continue
        if stage == "renewed" and sealed.event(LicenceRenewed).number == number:
            stage = "valid"
        statement = "UPDATE merchant_licence SET stage = ? WHERE merchant = ? AND kind = ? AND number = ?"
        sql(conn, statement, (stage, sealed.subjects["merchant"], kind, number))


def _remind(work: Work, one: LicenceRow) -> None:
    expiring = LicenceExpiring(due=one.ends_at, kind=one.kind, licence=one.name, merchant=one.merchant)
    entry = work.append(expiring, actor=ENGINE)
    body = {"kind": one.kind, "last_day": _last_day(one), "number": one.number}
    effect = Effect(topic="merchant.licence_expiring", subjects={"merchant": one.merchant}, body=body)
    send(work, entry, effect)


def _expire(context: MerchantContext, work: Work, one: LicenceRow, sells: bool) -> bool:
    """Record it; whether the merchant cannot go on without this licence."""
    merchant = opened(work.conn, context.vault, one.merchant)
    outcome, _ = assess_merchant(merchant, context.catalogue, legal_day(work.now))
    needed = sells and outcome != "verified"
    expired = LicenceExpired(kind=one.kind, licence=one.name, merchant=one.merchant, needed=needed)
    work.append(expired, actor=ENGINE, at=one.ends_at)
    return needed


def _withdraw(work: Work, one: LicenceRow) -> None:
    work.append(LicenceWithdrawn(kind=one.kind, licence=one.name, merchant=one.merchant), actor=ENGINE)


def _is_day(text: str) -> bool:
    try:
        return bool(text) and date.fromisoformat(text) < date.max
    except ValueError:
        return False


def _end(licence: Licence) -> int:
    """24:00 of the last day; of a licence without a (real) last day: never."""
    return day_end(date.fromisoformat(licence.valid_until)) if _is_day(licence.valid_until) else 2**53 - 1


def _last_day(one: LicenceRow) -> str:
    return legal_day(one.ends_at - 1).isoformat()
