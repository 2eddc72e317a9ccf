"""Delivery, built on the core: what is due leaves the outbox, several effects at once."""

import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from anbao.delivery import endpoints, queue
from anbao.delivery.endpoints import Change, EndpointView, NewSecret
from anbao.delivery.post import PlatformAnswer, PostOutcome, SignedMessage, outcome_of, post
from anbao.delivery.queue import Claim, Patience
from anbao.engine import outbox
from anbao.engine.acts import act, query
from anbao.engine.core import Core, Service, Step
from anbao.engine.outbox import QueuedEffect, State
from anbao.engine.work import Work
from anbao.errors import Conflict, InvalidInput, NotFound
from anbao.model.base import JsonObject
from anbao.model.options import Option
from anbao.store import Connection
from anbao.text import Text

if TYPE_CHECKING:
    import ssl

    import httpx

AT_ONCE = 8
"""Effects in flight of one process."""

PER_STEP = 64
PING = "endpoint.test"

Address = Annotated[str, Meta(min_length=1, max_length=2_000)]
Topic = Annotated[str, Meta(max_length=100)]
EffectId = Annotated[str, Meta(min_length=1, max_length=300)]
EffectIds = Annotated[tuple[EffectId, ...], Meta(min_length=1, max_length=1_000)]
StateWanted = Annotated[State | None, Option("缺省为全部", "all by default")]


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """The entries that were made."""

    entries: tuple[int, ...]


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

    # ── endpoints ─────────────────────────────────────────────────────────────────────────────────────────────────

    @query(
        title=Text("投递端点（不含密钥）", "Where effects are delivered, without secrets"),
        scope="officer",
        path="/v1/endpoints",
        command="webhook list",
        columns=endpoints.COLUMNS,
        bare=True,
    )
    def endpoints(self, conn: Connection) -> list[EndpointView]:
        """The oldest first."""
        return [endpoints.view(one) for one in endpoints.all_endpoints(conn)]

    @act(
        title=Text("新增投递端点；密钥只显示这一次", "Add an endpoint; its secret is shown this once"),
        scope="officer",
        path="/v1/endpoints",
        keyed=False,
    )
    def add_endpoint(self, work: Work, url: Address, topics: tuple[Topic, ...] = (), *, actor: str) -> NewSecret:
        """Takes no idempotency key, whose stored answer would hold the secret. Raises InvalidInput, Conflict."""
        return endpoints.new_secret_of(endpoints.add(work, url, topics, actor))

    @act(
        title=Text("更换端点密钥；旧密钥再签一天", "Give an endpoint a new secret; the old one signs for another day"),
        scope="officer",
        path="/v1/endpoints/{endpoint}/rotate",
        keyed=False,
    )
    def rotate_secret(self, work: Work, endpoint: str, *, actor: str) -> NewSecret:
        """Raises NotFound."""
        return endpoints.new_secret_of(endpoints.rotate(work, endpoint, actor))

    @act(
        title=Text("暂停、恢复或删除端点", "Pause, resume or remove an endpoint"),
        scope="officer",
        path="/v1/endpoints/{endpoint}/state",
    )
    def change_endpoint(self, work: Work, endpoint: str, change: Change, *, actor: str) -> EndpointView:
        """What waits for it goes on waiting. Raises NotFound."""
        return endpoints.view(endpoints.change(work, endpoint, change, actor))

    # ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────

    @query(
        title=Text("对外指令：待发、已发、完成、死信", "Effects: waiting, sent, done or dead"),
        scope="officer",
        path="/v1/effects",
        bare=True,
    )
    def effects(
        self, conn: Connection, *, state: StateWanted = None, topic: str | None = None, limit: int = 100
    ) -> list[QueuedEffect]:
        """The longest due first."""
        return outbox.listed(conn, state=state, topic=topic, limit=limit)

    @act(
        title=Text("平台确认指令已执行，或说明拒绝理由", "The platform confirms that an effect is done, or refuses it"),
        scope="effects",
        path="/v1/effects/{effect}/confirm",
    )
    def answer(self, work: Work, effect: str, answer: PlatformAnswer, *, actor: str) -> int:
        """Raises NotFound, InvalidInput, and Conflict for what has ended already.

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

    @act(title=Text("重发死信", "Send dead effects again"), scope="officer", path="/v1/effects/replay")
    def replay(self, work: Work, effects: EffectIds, *, actor: str) -> Replayed:
        """All of them or none. Raises NotFound, Conflict."""
        return Replayed(entries=tuple(queue.replay(work, effects, actor)))

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
