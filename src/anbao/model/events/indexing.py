"""The index of subjects over the log."""

from anbao.model.events.base import LedgerEvent


class IndexCommitted(LedgerEvent, frozen=True, kw_only=True):
    """The root of the index over the first ``size`` entries, and the digest of its HMAC key; lower-case hex."""

    KIND = "index.committed"

    key: str
    root: str
    size: int
