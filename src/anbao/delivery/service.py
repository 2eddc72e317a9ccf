"""Delivery, built on the core: what is due leaves the outbox, several effects at once."""

import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from anbao.delivery import endpoints, queue
from anbao.delivery.endpoints import Change, Endpoint
from anbao.delivery.post import PlatformAnswer, PostOutcome, SignedMessage, outcome_of, post
from anbao.delivery.queue import Claim, Patience
from anbao.engine.core import Core, Service, Step
from anbao.engine.work import Work
from anbao.errors import Conflict, InvalidInput, NotFound
from anbao.model.base import JsonObject
from anbao.text import Text

if TYPE_CHECKING:
    import ssl

    import httpx

AT_ONCE = 8
"""Effects in flight of one process."""

PER_STEP = 64
PING = "endpoint.test"


class Payload(msgspec.Struct, frozen=True, kw_only=True):
    """What the platform receives: ``data`` is the effect's body, its personal fields opened."""

    type: str
    timestamp: str
    entry: int
    subjects: dict[str, str]
    data: JsonObject


class Delivery(Service):
    """Endpoints and the queue of effects. ``patience`` may be set before work begins."""

    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self.patience = Patience()
        self._tls: ssl.SSLContext | None = None
        self._lock = threading.Lock()

    def steps(self) -> Iterable[Step]:
        yield self.deliver_some

    def deliver_some(self) -> bool:
        """Claim some due effects, send them side by side, settle each as it comes back; whether there were any."""
        if not self._anything_due():
            return False
        claims = self.core.run(lambda work: queue.claim(work, PER_STEP, self.patience))
        if not claims:
            return False
        with self._client() as client, ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda one: self._deliver(client, one), claims))
        return True

    def add_endpoint(self, work: Work, url: str, topics: Sequence[str], *, actor: str, secret: str = "") -> Endpoint:
        """Keep an endpoint. Raises InvalidInput, Conflict."""
        return endpoints.add(work, url, topics, actor, secret=secret)

    def rotate_secret(self, work: Work, endpoint: str, *, actor: str) -> Endpoint:
        """Raises NotFound."""
        return endpoints.rotate(work, endpoint, actor)

    def change_endpoint(self, work: Work, endpoint: str, how: Change, *, actor: str) -> Endpoint:
        """Raises NotFound."""
        return endpoints.change(work, endpoint, how, actor)

    def answer(self, work: Work, effect: str, answer: PlatformAnswer, *, actor: str) -> int:
        """The platform confirms or refuses an effect later; the entry's index. Raises NotFound, InvalidInput, Conflict.

        What was done stays done; what had been given up or refused may still be confirmed.
        """
        queued, outcome = queue.find(work.conn, effect), outcome_of(answer)
        if outcome.verdict == "accepted" or (answer.confirmed and answer.refused):
            raise InvalidInput(
                Text("应给出 confirmed: true 或者 refused: 理由", "either confirmed: true or refused: the reason"),
                field="confirmed",
            )
        if queued.state in ("done", "withdrawn") or (queued.state == "dead" and outcome.verdict == "refused"):
            raise Conflict(
                Text(f"{effect} 已有结果：{queued.state}", f"{effect} has ended already: {queued.state}"),
                hint=Text("每条指令只答复一次", "each effect is answered once"),
            )
        return queue.finish(work, queued, outcome, actor)

    def replay(self, work: Work, effects: Sequence[str], *, actor: str) -> list[int]:
        """Send dead effects again. Raises NotFound, Conflict."""
        return queue.replay(work, effects, actor)

    def test_endpoint(self, endpoint: str) -> PostOutcome:
        """Send a message that asks for nothing, now, outside the queue. Raises NotFound."""
        now = self.core.clock()
        with self.core.reading() as conn:
            one = endpoints.find(conn, endpoint)
        body = msgspec.json.encode(Payload(type=PING, timestamp=_iso(now), entry=0, subjects={}, data={}))
        name = f"test:{endpoint}:{time.time_ns()}"
        with self._client() as client:
            message = SignedMessage(id=name, url=one.url, secrets=one.secrets_at(now), body=body)
            return post(client, message, self.patience.timeout)

    def _anything_due(self) -> bool:
        """Spares an idle platform the writer."""
        with self.core.reading() as conn:
            return bool(queue.due(conn, self.core.clock(), 1))

    def _deliver(self, client: "httpx.Client", one: Claim) -> None:
        now = self.core.clock()
        message = SignedMessage(
            id=one.queued.id, url=one.endpoint.url, secrets=one.endpoint.secrets_at(now), body=self._payload(one)
        )
        outcome = post(client, message, self.patience.timeout)
        self.core.run(lambda work: queue.settle(work, one, outcome, self.patience))

    def _payload(self, one: Claim) -> bytes:
        effect = one.queued.effect
        data = dict(effect.body)
        with self.core.reading() as conn:
            at = self.core.ledger.entry(conn, one.queued.entry).recorded
            for field in effect.reveal:
                try:
                    _, data[field] = self.core.vault.reveal(conn, str(data[field]))
                except NotFound:
                    data[field] = ""  # erased: the platform receives the effect without the person
        payload = Payload(
            type=effect.topic, timestamp=_iso(at), entry=one.queued.entry, subjects=dict(effect.subjects), data=data
        )
        return msgspec.json.encode(payload)

    def _client(self) -> "httpx.Client":
        """No redirects, no proxies and no credentials from the environment: a message goes where the officer said."""
        import ssl  # a process that delivers nothing does without them

        import httpx

        with self._lock:
            self._tls = self._tls or ssl.create_default_context()
        limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
        return httpx.Client(verify=self._tls, limits=limits, follow_redirects=False, trust_env=False)


def _iso(instant: int) -> str:
    return datetime.fromtimestamp(instant / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
