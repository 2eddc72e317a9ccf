"""Checkpoints are stamped by outside authorities, regularly and on demand (电子签名法, RFC 3161).

An authority is asked outside of any transaction, so that nobody waits for it. One that fails is asked again, after a
minute at first and an hour at most; the failure is recorded, and the control ``timestamps`` turns red.
"""

import time
from collections.abc import Iterable
from hashlib import sha256
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from anbao.engine.acts import act, query
from anbao.engine.core import Probe, Probed, Service, Step
from anbao.engine.work import Projector, Work
from anbao.errors import AnbaoError, Conflict, InvalidInput, NotFound
from anbao.ledger import open_checkpoint, stamping
from anbao.ledger.stamping import SKEW, Stamp
from anbao.model.base import Id, Noun
from anbao.model.events.timestamps import AuthorityAdded, AuthorityRemoved, CheckpointStamped, StampFailed
from anbao.model.options import Option
from anbao.prove import authorities
from anbao.prove.authorities import Authority
from anbao.prove.upkeep import anything_since
from anbao.store import Connection
from anbao.text import Text

EVERY = "timestamp.minutes"
"""The parameter that says how often checkpoints are stamped."""

SECONDS = 15.0
"""An authority is given so long to answer."""

_MINUTE = 60_000


class NewAuthority(Noun, frozen=True, kw_only=True):
    """An authority that stamps checkpoints. ``roots``: the certificates it is held to, PEM; ``url``: of its service."""

    name: Annotated[Id, Option("名称", "a name for it", argument=True)]
    roots: Annotated[str, Meta(min_length=1, max_length=100_000)]
    url: Annotated[str, Meta(min_length=1, max_length=500)]


class AuthorityView(msgspec.Struct, frozen=True, kw_only=True):
    """How an authority stands; instants in UTC milliseconds. ``stamped_size``: entries under its newest timestamp."""

    name: str
    url: str
    stamped_size: int
    stamped_at: int | None
    failures: int
    why: str
    next_attempt: int


class StampedCheckpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A timestamp on the checkpoint of the first ``size`` entries; ``at``: the time that it states (UTC ms)."""

    size: int
    authority: str
    at: int


class Timestamps(Service):
    """Asks authorities for timestamps, and stores what they answered."""

    def projectors(self) -> Iterable[tuple[str, Projector]]:
        yield AuthorityAdded.KIND, authorities.project_added
        yield AuthorityRemoved.KIND, authorities.project_removed

    def steps(self) -> Iterable[Step]:
        yield self.keep_up

    def probes(self) -> Iterable[tuple[str, Probe]]:
        yield "timestamps", self.probe

    @act(
        title=Text("登记一个时间戳机构", "Add an authority that stamps checkpoints"),
        scope="officer",
        path="/v1/timestamp-authorities",
    )
    def add(self, work: Work, authority: NewAuthority, *, actor: str = "officer") -> int:
        """Raises InvalidInput for an address or certificates that are none, Conflict for a name that is taken."""
        if urlsplit(authority.url).scheme not in {"http", "https"} or not urlsplit(authority.url).hostname:
            raise InvalidInput(
                Text("地址须以 http:// 或 https:// 开头", "an address begins with http:// or https://"), field="url"
            )
        stamping.parse_roots(authority.roots)
        if any(one.name == authority.name for one in authorities.all_authorities(work.conn)):
            raise Conflict(
                Text(f"机构 {authority.name} 已存在", f"the authority {authority.name} exists"), field="name"
            )
        added = AuthorityAdded(authority=authority.name, roots=authority.roots, url=authority.url)
        return work.append(added, actor=actor)

    @act(
        title=Text("停用一个时间戳机构；已有的时间戳仍可核验", "Remove an authority; its timestamps go on verifying"),
        scope="officer",
        path="/v1/timestamp-authorities/{authority}/remove",
        command="timestamp remove",
    )
    def remove(self, work: Work, authority: str, *, actor: str = "officer") -> int:
        """Raises NotFound."""
        self._find(work.conn, authority)
        return work.append(AuthorityRemoved(authority=authority), actor=actor)

    @query(
        title=Text(
            "各时间戳机构：最近的时间戳、失败与下次询问", "Authorities: newest timestamp, failures, next attempt"
        ),
        scope="read",
        path="/v1/timestamp-authorities",
        command="timestamp list",
        bare=True,
    )
    def views(self, conn: Connection) -> list[AuthorityView]:
        """By name."""
        every = self._every(conn)
        found = []
        for one in authorities.all_authorities(conn):
            latest = stamping.latest_stamp(conn, one.name)
            found.append(
                AuthorityView(
                    name=one.name,
                    url=one.url,
                    stamped_size=latest[0] if latest else 0,
                    stamped_at=latest[1] if latest else None,
                    failures=one.failures,
                    why=one.why,
                    next_attempt=one.next_attempt(every),
                )
            )
        return found

    @query(
        title=Text("最近的时间戳", "The newest timestamps"),
        scope="read",
        path="/v1/timestamps",
        command="timestamp show",
        bare=True,
    )
    def newest(self, conn: Connection, *, limit: int = 50) -> list[StampedCheckpoint]:
        """The newest first."""
        found = stamping.stamped_sizes(conn, limit)
        return [StampedCheckpoint(size=size, authority=authority, at=at) for size, authority, at in found]

    def keep_up(self) -> bool:
        """Ask an authority that is due, where there is anything new; whether there was one."""
        with self.core.reading() as conn:
            now, every = self.core.clock(), self._every(conn)
            due = [
                one
                for one in authorities.all_authorities(conn)
                if one.next_attempt(every) <= now
                and anything_since(conn, (stamping.latest_stamp(conn, one.name) or (0, 0))[0])
            ]
        if not due:
            return False
        self.stamp(due[0])
        return True

    def stamp_all(self, note: str = "") -> list[str]:
        """Have every authority stamp one checkpoint, by default of all entries; returns why each that failed did."""
        with self.core.reading() as conn:
            known = authorities.all_authorities(conn)
        if not known:
            return []
        note = note or self._signed()
        return [f"{one.name}: {why}" for one in known if (why := self.stamp(one, note))]

    def stamp(self, authority: Authority, note: str = "") -> str:
        """Have one authority stamp a checkpoint, by default of all entries; returns why it failed, "" if it did not."""
        ledger = self.core.ledger
        note = note or self._signed()
        size = open_checkpoint(note, ledger.verifier).size
        with self.core.reading() as conn:
            if any(one.authority == authority.name for one in stamping.stamps_of(conn, size)):
                return ""
        try:
            answer, stated = _asked(authority, note)
        except (AnbaoError, OSError) as error:
            why = error.what.en if isinstance(error, AnbaoError) else str(error)
            self.core.run(lambda work: _failed(work, authority, why))
            return why
        stamp = Stamp(size=size, authority=authority.name, at=stated, answer=answer, roots=authority.roots)
        self.core.run(lambda work: _stamped(work, stamp))
        return ""

    def probe(self) -> Probed:
        """Tried by the control: each authority gave its last timestamp, close to this machine's clock."""
        with self.core.reading() as conn:
            known = authorities.all_authorities(conn)
            latest = {one.name: stamping.latest_stamp(conn, one.name) for one in known}
        failing = [f"{one.name}: {one.why}" for one in known if one.failures]
        if failing:
            return Probed(
                ok=False, why=Text(f"时间戳失败：{'；'.join(failing)}", f"no timestamp: {'; '.join(failing)}")
            )
        if not known:
            why = Text(
                "未登记时间戳机构：检查点没有外部时间", "no authority is registered: checkpoints have no outside time"
            )
            return Probed(ok=True, why=why)
        seen = {name: found[1] for name, found in latest.items() if found}
        return Probed(ok=True, why=Text("时间戳正常", "timestamps are given"), seen=seen)

    def _signed(self) -> str:
        return self.core.run(lambda work: self.core.ledger.checkpoint(work.conn, work.now))

    def _every(self, conn: Connection) -> int:
        return self.core.parameters.number(conn, EVERY, self.core.clock()) * _MINUTE

    def _find(self, conn: Connection, name: str) -> Authority:
        for one in authorities.all_authorities(conn):
            if one.name == name:
                return one
        raise NotFound(Text(f"没有时间戳机构 {name}", f"there is no authority {name}"))


def _stamped(work: Work, stamp: Stamp) -> None:
    stamping.store_stamp(work.conn, stamp)
    skewed = abs(stamp.at - work.now) > SKEW
    why = f"the stated time differs by {(stamp.at - work.now) // 1000} s from this machine's clock" if skewed else ""
    authorities.note_attempt(work.conn, stamp.authority, work.now, 0, why)
    digest = sha256(stamp.answer).hexdigest()
    event = CheckpointStamped(authority=stamp.authority, digest=digest, size=stamp.size, stamped=stamp.at)
    work.append(event, actor="engine")


def _failed(work: Work, authority: Authority, why: str) -> None:
    [known] = [one for one in authorities.all_authorities(work.conn) if one.name == authority.name] or [authority]
    authorities.note_attempt(work.conn, authority.name, work.now, known.failures + 1, why)
    if not known.failures:
        work.append(StampFailed(authority=authority.name, why=why[:300]), actor="engine")


def _asked(authority: Authority, note: str) -> tuple[bytes, int]:
    """Returns an authority's answer and the time that it states. Raises OSError, Tampered."""
    import httpx  # loads slowly, and few commands ask an authority

    question, begun = stamping.question(note), time.monotonic()
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    answer = bytearray()
    try:
        with httpx.stream(
            "POST", authority.url, content=question.body, headers=headers, timeout=SECONDS, follow_redirects=False
        ) as response:
            if response.status_code != 200:
                raise OSError(f"HTTP status {response.status_code}")
            for part in response.iter_bytes():
                answer += part
                if len(answer) > stamping.MAX_ANSWER or time.monotonic() - begun > SECONDS:
                    raise OSError("the answer is too long or too slow")
    except httpx.HTTPError as error:
        raise OSError(f"{type(error).__name__}: {error}"[:300]) from error
    except httpx.InvalidURL as error:
        raise OSError(str(error)) from error
    return bytes(answer), stamping.stamped_at(bytes(answer), note, authority.roots, question.nonce)
