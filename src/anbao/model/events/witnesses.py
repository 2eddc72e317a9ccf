"""Witnesses that cosign checkpoints (C2SP tlog-witness)."""

from typing import Annotated

from msgspec import Meta

from anbao.model.events.base import LedgerEvent

WitnessRole = Annotated[str, Meta(extra={"subject": "witness"})]


class WitnessEvent(LedgerEvent, frozen=True, kw_only=True):
    """What each entry about a witness names: the name of its key."""

    witness: WitnessRole


class WitnessAdded(WitnessEvent, frozen=True, kw_only=True):
    """A witness is asked to cosign checkpoints from now on. ``key``: its verifier key."""

    KIND = "witness.added"

    key: str
    url: str


class WitnessRemoved(WitnessEvent, frozen=True, kw_only=True):
    """A witness is asked no more; its cosignatures go on verifying."""

    KIND = "witness.removed"


class CheckpointCosigned(WitnessEvent, frozen=True, kw_only=True):
    """A witness cosigned the checkpoint of the first ``size`` entries.

    ``line``: its signature line; ``seen``: the time that it states (UTC ms).
    """

    KIND = "checkpoint.cosigned"

    line: str
    seen: int
    size: int


class CosigningFailed(WitnessEvent, frozen=True, kw_only=True):
    """A witness did not cosign, after it had or when it was first asked. Repeated failures are not recorded."""

    KIND = "witness.failed"

    why: str
