"""Effects on their way to the platform, and the endpoints that receive them."""

from anbao.model.base import JsonObject
from anbao.model.events.base import LedgerEvent, OtherSubjects, Subject


class EffectEvent(LedgerEvent, frozen=True, kw_only=True):
    """What every entry of an effect says. ``cause``: the entry that made it, ``others``: the subjects of that."""

    attempts: int
    cause: int
    effect: Subject
    others: OtherSubjects
    topic: str


class EffectAccepted(EffectEvent, frozen=True, kw_only=True):
    """The platform took an effect on and has yet to confirm it."""

    KIND = "effect.accepted"

    result: JsonObject


class EffectDelivered(EffectEvent, frozen=True, kw_only=True):
    """The platform confirmed that an effect is done. ``problem`` is empty; it stands in the entry as it always has."""

    KIND = "effect.delivered"

    problem: str
    result: JsonObject


class EffectFailed(EffectEvent, frozen=True, kw_only=True):
    """An effect was given up, or the platform refused it. ``problem``: a code, or the platform's reason."""

    KIND = "effect.failed"

    problem: str
    refused: bool
    result: JsonObject


class EffectRetried(EffectEvent, frozen=True, kw_only=True):
    """An attempt failed and is repeated after ``wait_ms`` milliseconds."""

    KIND = "effect.retried"

    problem: str
    wait_ms: int


class EffectReplayed(EffectEvent, frozen=True, kw_only=True):
    """An effect that had been given up is sent again. ``problem``: why it had been."""

    KIND = "effect.replayed"

    problem: str


class EndpointChange(LedgerEvent, frozen=True, kw_only=True):
    """What every entry of an endpoint says; the address without its query, which may hold a token."""

    endpoint: Subject
    topics: tuple[str, ...]
    url: str


class EndpointAdded(EndpointChange, frozen=True, kw_only=True):
    """An endpoint was added."""

    KIND = "endpoint.added"


class EndpointRotated(EndpointChange, frozen=True, kw_only=True):
    """An endpoint has a new secret."""

    KIND = "endpoint.rotated"


class EndpointPaused(EndpointChange, frozen=True, kw_only=True):
    """What is meant for an endpoint waits."""

    KIND = "endpoint.paused"


class EndpointResumed(EndpointChange, frozen=True, kw_only=True):
    """An endpoint receives again."""

    KIND = "endpoint.resumed"


class EndpointRemoved(EndpointChange, frozen=True, kw_only=True):
    """An endpoint was removed."""

    KIND = "endpoint.removed"
