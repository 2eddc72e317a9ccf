"""Checkpoints are cosigned by witnesses, regularly and on demand (C2SP tlog-witness).

A witness signs a checkpoint only if it is consistent with all that it signed before: so two readers who trust it see
the same log, and a rewritten one gets no signature. It is asked outside of any transaction.
"""

import time
from collections.abc import Iterable
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from anbao.engine.acts import act, query
from anbao.engine.core import Probe, Probed, Service, Step
from anbao.engine.work import Projector, Work
from anbao.errors import AnbaoError, Conflict, InvalidInput, NotFound, Tampered
from anbao.ledger import open_checkpoint, witnessing
from anbao.ledger.cosignature import parse_witness_key
from anbao.ledger.witnessing import Cosignature
from anbao.model.base import Noun
from anbao.model.events.witnesses import CheckpointCosigned, CosigningFailed, WitnessAdded, WitnessRemoved
from anbao.model.options import Option
from anbao.prove import witness_list
from anbao.prove.upkeep import anything_since
from anbao.prove.witness_list import KnownWitness
from anbao.store import Connection
from anbao.text import Text

EVERY = "witness.minutes"
QUORUM = "witness.quorum"
"""Parameters: how often checkpoints are cosigned, and how many witnesses must have cosigned one."""

SECONDS = 15.0
MAX_ANSWER = 1 << 16
_MINUTE = 60_000


class NewWitness(Noun, frozen=True, kw_only=True):
    """A witness. ``key``: its verifier key, which names it; ``url``: what its submission paths begin with."""

    key: Annotated[
        str, Meta(min_length=1, max_length=500), Option("见证人的验证密钥", "its verifier key", argument=True)
    ]
    url: Annotated[str, Meta(min_length=1, max_length=500), Option("服务地址", "address of its service")]


class WitnessView(msgspec.Struct, frozen=True, kw_only=True):
    """How a witness stands; instants in UTC milliseconds. ``cosigned``: entries under its newest cosignature."""

    name: str
    url: str
    cosigned: int
    cosigned_at: int | None
    failures: int
    why: str
    next_attempt: int


class _OtherSize(Exception):
    """The witness knows another size than was stated."""

    def __init__(self, known: int) -> None:
        self.known = known


class Witnesses(Service):
    """Asks witnesses for cosignatures, and stores them."""

    def projectors(self) -> Iterable[tuple[str, Projector]]:
        yield WitnessAdded.KIND, witness_list.project_added
        yield WitnessRemoved.KIND, witness_list.project_removed

    def steps(self) -> Iterable[Step]:
        yield self.keep_up

    def probes(self) -> Iterable[tuple[str, Probe]]:
        yield "witnesses", self.probe

    @act(
        title=Text("登记一个见证人", "Add a witness that cosigns checkpoints"),
        scope="officer",
        path="/v1/witnesses",
        command="witness add",
    )
    def add(self, work: Work, witness: NewWitness, *, actor: str = "officer") -> int:
        """Raises InvalidInput for an address or a key that is none, Conflict for a name that is taken."""
        if urlsplit(witness.url).scheme not in {"http", "https"} or not urlsplit(witness.url).hostname:
            raise InvalidInput(
                Text("地址须以 http:// 或 https:// 开头", "an address begins with http:// or https://"), field="url"
            )
        key = parse_witness_key(witness.key)
        if any(one.name == key.name for one in witness_list.all_witnesses(work.conn)):
            raise Conflict(Text(f"{key.name} 已登记", f"there is a witness {key.name}"), field="key")
        return work.append(WitnessAdded(key=str(key), url=witness.url.rstrip("/"), witness=key.name), actor=actor)

    @act(
        title=Text("停用一个见证人；已有的见证仍可核验", "Remove a witness; its cosignatures go on verifying"),
        scope="officer",
        path="/v1/witnesses/remove",
        command="witness remove",
    )
    def remove(self, work: Work, *, name: str, actor: str = "officer") -> int:
        """A name may hold slashes, so it is no part of the address. Raises NotFound."""
        if all(one.name != name for one in witness_list.all_witnesses(work.conn)):
            raise NotFound(Text(f"没有见证人 {name}", f"there is no witness {name}"))
        return work.append(WitnessRemoved(witness=name), actor=actor)

    @query(
        title=Text("各见证人：最近的见证、失败、下次询问", "Witnesses: newest cosignature, failures, next attempt"),
        scope="read",
        path="/v1/witnesses",
        command="witness list",
        bare=True,
    )
    def views(self, conn: Connection) -> list[WitnessView]:
        """By name."""
        every = self._every(conn)
        found = []
        for one in witness_list.all_witnesses(conn):
            latest = witnessing.latest_cosigned(conn, one.name)
            found.append(
                WitnessView(
                    name=one.name,
                    url=one.url,
                    cosigned=latest[0] if latest else 0,
                    cosigned_at=latest[1] if latest else None,
                    failures=one.failures,
                    why=one.why,
                    next_attempt=one.next_attempt(every),
                )
            )
        return found

    def keep_up(self) -> bool:
        """Ask a witness that is due, where there is anything new; whether there was one."""
        with self.core.reading() as conn:
            now, every = self.core.clock(), self._every(conn)
            due = [
                one
                for one in witness_list.all_witnesses(conn)
                if one.next_attempt(every) <= now
                and anything_since(conn, (witnessing.latest_cosigned(conn, one.name) or (0, 0))[0])
            ]
        if not due:
            return False
        self.ask(due[0])
        return True

    def ask_all(self, note: str = "") -> list[str]:
        """Have every witness cosign one checkpoint, by default of all entries; returns why each that failed did."""
        with self.core.reading() as conn:
            known = witness_list.all_witnesses(conn)
        if not known:
            return []
        note = note or self._signed()
        return [f"{one.name}: {why}" for one in known if (why := self.ask(one, note))]

    def quorum_reached(self) -> bool:
        """Whether enough witnesses cosigned the newest checkpoint that any of them cosigned."""
        with self.core.reading() as conn:
            wanted = self.core.parameters.number(conn, QUORUM, self.core.clock())
            sizes = [
                latest[0]
                for one in witness_list.all_witnesses(conn)
                if (latest := witnessing.latest_cosigned(conn, one.name))
            ]
            return len(witnessing.cosignatures_of(conn, max(sizes, default=0))) >= wanted

    def ask(self, witness: KnownWitness, note: str = "") -> str:
        """Have one witness cosign a checkpoint; returns why it did not, "" where it did.

        Where it knows another size than was thought, it is asked once more, from that size on.
        """
        note = note or self._signed()
        size, known = open_checkpoint(note, self.core.ledger.verifier).size, witness.known
        try:
            try:
                line, seconds = self._asked(witness, note, known, size)
            except _OtherSize as other:
                known = other.known
                line, seconds = self._asked(witness, note, known, size)
        except _OtherSize as other:
            why = f"it knows another tree of {other.known} entries: the log was rewritten, or forked"
        except (AnbaoError, OSError) as error:
            why = error.what.en if isinstance(error, AnbaoError) else str(error)
        else:
            made = Cosignature(size=size, witness=witness.name, key=witness.key, at=seconds * 1000, line=line)
            self.core.run(lambda work: _cosigned(work, witness, made))
            return ""
        self.core.run(lambda work: _failed(work, witness, known, why))
        return why

    def probe(self) -> Probed:
        """Tried by the control: the quorum of witnesses cosigned the newest checkpoint that was submitted."""
        with self.core.reading() as conn:
            known = witness_list.all_witnesses(conn)
        failing = [f"{one.name}: {one.why}" for one in known if one.failures]
        if not known:
            return Probed(
                ok=True, why=Text("未登记见证人：分叉无人能发现", "no witness is registered: nobody would see a fork")
            )
        if self.quorum_reached():
            return Probed(ok=True, why=Text("已达到所需见证数", "the quorum is reached"), seen={"failing": failing})
        why = Text(f"未达到所需见证数：{'；'.join(failing)}", f"the quorum is missed: {'; '.join(failing)}")
        return Probed(ok=False, why=why)

    def _signed(self) -> str:
        return self.core.run(lambda work: self.core.ledger.checkpoint(work.conn, work.now))

    def _every(self, conn: Connection) -> int:
        return self.core.parameters.number(conn, EVERY, self.core.clock()) * _MINUTE

    def _asked(self, witness: KnownWitness, note: str, known: int, size: int) -> tuple[str, int]:
        """Returns the witness's line and time. Raises OSError, AnbaoError, _OtherSize."""
        if known > size:
            raise Tampered(
                Text(
                    f"见证人已见过 {known} 条，本日志只有 {size} 条：日志被截断",
                    f"the witness has seen {known} entries and this log has {size}: it was truncated",
                )
            )
        with self.core.reading() as conn:
            body = witnessing.submission(conn, self.core.ledger, note, known, size)
        status, answer = _posted(f"{witness.url}/add-checkpoint", body)
        if status == 409 and answer.strip().isdecimal():
            raise _OtherSize(int(answer))
        if status != 200:
            raise OSError(f"HTTP status {status}: {answer.strip()[:200]}")
        return witnessing.accepted(parse_witness_key(witness.key), note, answer)


def _cosigned(work: Work, witness: KnownWitness, made: Cosignature) -> None:
    witnessing.store_cosignature(work.conn, made)
    done = msgspec.structs.replace(witness, known=made.size, failures=0, why="")
    witness_list.note_attempt(work.conn, done, work.now)
    event = CheckpointCosigned(line=made.line, seen=made.at, size=made.size, witness=witness.name)
    work.append(event, actor="engine")


def _failed(work: Work, witness: KnownWitness, known: int, why: str) -> None:
    [now] = [one for one in witness_list.all_witnesses(work.conn) if one.name == witness.name] or [witness]
    failed = msgspec.structs.replace(now, known=known, failures=now.failures + 1, why=why)
    witness_list.note_attempt(work.conn, failed, work.now)
    if not now.failures:
        work.append(CosigningFailed(why=why[:300], witness=witness.name), actor="engine")


def _posted(url: str, body: str) -> tuple[int, str]:
    """Returns status and text of an answer. Raises OSError."""
    import httpx  # loads slowly, and few commands ask a witness

    begun, answer = time.monotonic(), bytearray()
    try:
        with httpx.stream("POST", url, content=body.encode(), timeout=SECONDS, follow_redirects=False) as response:
            for part in response.iter_bytes():
                answer += part
                if len(answer) > MAX_ANSWER or time.monotonic() - begun > SECONDS:
                    raise OSError("the answer is too long or too slow")
            return response.status_code, answer.decode("utf-8", "replace")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise OSError(f"{type(error).__name__}: {error}"[:300]) from error
