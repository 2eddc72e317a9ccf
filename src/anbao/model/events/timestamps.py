"""Timestamps by outside authorities (RFC 3161) on checkpoints."""

from typing import Annotated

from msgspec import Meta

from anbao.model.events.base import LedgerEvent

AuthorityRole = Annotated[str, Meta(extra={"subject": "timestamp_authority"})]


class AuthorityEvent(LedgerEvent, frozen=True, kw_only=True):
    """What each entry about an authority names: the authority, by the platform's name for it."""

    authority: AuthorityRole


class AuthorityAdded(AuthorityEvent, frozen=True, kw_only=True):
    """Checkpoints are stamped by an authority from now on. ``roots``: the certificates it is held to, PEM."""

    KIND = "timestamp.authority_added"

    roots: str
    url: str


class AuthorityRemoved(AuthorityEvent, frozen=True, kw_only=True):
    """Checkpoints are stamped by an authority no more."""

    KIND = "timestamp.authority_removed"


class CheckpointStamped(AuthorityEvent, frozen=True, kw_only=True):
    """An authority stamped the checkpoint of the first ``size`` entries.

    ``stamped``: the time that the token states (UTC ms); ``digest``: SHA-256 of its bytes, in lower-case hex.
    """

    KIND = "checkpoint.stamped"

    digest: str
    size: int
    stamped: int


class StampFailed(AuthorityEvent, frozen=True, kw_only=True):
    """An authority gave no valid timestamp, after it had given one or at its first trial. Repeated failures are not
    recorded.
    """

    KIND = "timestamp.failed"

    why: str
