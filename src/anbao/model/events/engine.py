"""The platform itself: its opening, its keys, what is owed and what the clock brought."""

from anbao.model.events.base import LedgerEvent, OtherSubjects, Subject

SELF = "self"
"""The platform, as the subject of entries about it."""


class PlatformOpened(LedgerEvent, frozen=True, kw_only=True):
    """The store was opened for the first time, by this version of Anbao and under this law pack (its digest)."""

    KIND = "platform.opened"

    engine: str
    pack: str
    platform: Subject = SELF


class ObligationMissed(LedgerEvent, frozen=True, kw_only=True):
    """The deadline ``due`` (UTC ms) of the obligation that entry ``opened_by`` opened under a norm has passed."""

    KIND = "obligation.missed"

    due: int
    norm: str
    opened_by: int
    others: OtherSubjects


class ObligationWaived(LedgerEvent, frozen=True, kw_only=True):
    """The platform need not fulfil an obligation, for this reason."""

    KIND = "obligation.waived"

    norm: str
    opened_by: int
    others: OtherSubjects
    reason: str


class PeriodOpened(LedgerEvent, frozen=True, kw_only=True):
    """A calendar window of a norm began; ``due``: its end (UTC ms), ``period``: its month, as ``2026-07``."""

    KIND = "period.opened"

    due: int
    norm: str
    period: str
    platform: Subject = SELF


class KeyCreated(LedgerEvent, frozen=True, kw_only=True):
    """A key was made. ``digest``: SHA-256 of its token, in lower-case hex; the token has 256 random bits."""

    KIND = "key.created"

    digest: str = ""
    key: Subject
    name: str
    scopes: tuple[str, ...]


class KeyRevoked(LedgerEvent, frozen=True, kw_only=True):
    """A key does not work any more."""

    KIND = "key.revoked"

    key: Subject
