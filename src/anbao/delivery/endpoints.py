"""Where effects go: the platform's endpoints, each with an address, topics and secrets.

Invariants
- An effect has one endpoint: the one whose pattern fits its topic most closely. Two endpoints never share a pattern.
- An endpoint that is paused keeps its topics; what is meant for it waits.
- A secret is never in an entry; of a rotation the entry says that it happened.
"""

import re
import secrets
from collections.abc import Sequence
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from anbao.delivery.signature import new_secret
from anbao.engine.acts import Cells, Columns
from anbao.engine.work import Work
from anbao.errors import Conflict, InvalidInput, NotFound
from anbao.model.events.delivery import (
    EndpointAdded,
    EndpointChange,
    EndpointPaused,
    EndpointRemoved,
    EndpointResumed,
    EndpointRotated,
)
from anbao.store import Connection, tables
from anbao.store.bulk import insert_many, sql, upsert_many
from anbao.text import Text

_COLUMNS = ("id", "url", "topics", "secrets", "state", "created")

EVERY = "*"
ROTATION_MILLIS = 24 * 3600 * 1000
"""For a day after a rotation messages carry a signature under the old secret as well."""

State = Literal["active", "paused"]
Change = Literal["paused", "resumed", "removed"]
_CHANGES: dict[Change, type[EndpointChange]] = {
    "paused": EndpointPaused,
    "resumed": EndpointResumed,
    "removed": EndpointRemoved,
}

_PATTERN = re.compile(r"[a-z_]+(\.[a-z_]+)*(\.\*)?|\*")
_LONGEST = 100


class Secret(msgspec.Struct, frozen=True, kw_only=True):
    """One secret; ``until`` is when its last signature is made (UTC ms), None while it is the present one."""

    secret: str
    until: int | None = None


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """An address of the platform. ``topics``: ``listing.takedown``, ``listing.*`` or ``*``."""

    id: str
    url: str
    topics: tuple[str, ...]
    secrets: tuple[Secret, ...]
    state: State
    created: int

    def secrets_at(self, now: int) -> list[str]:
        """The secrets that sign at this instant, the present one first."""
        return [one.secret for one in self.secrets if one.until is None or one.until > now]


class EndpointView(msgspec.Struct, frozen=True, kw_only=True):
    """An endpoint without its secrets; ``created`` in UTC milliseconds."""

    id: str
    url: str
    topics: tuple[str, ...]
    state: State
    created: int


STATES: dict[State, Text] = {"active": Text("启用", "active"), "paused": Text("暂停", "paused")}
COLUMNS: Columns = {
    "id": Text("标识", "id"),
    "url": Text("地址", "address"),
    "topics": Text("主题", "topics"),
    "state": Cells(Text("状态", "state"), lambda one: STATES[one.state]),
}


class NewSecret(msgspec.Struct, frozen=True, kw_only=True):
    """An endpoint's secret, shown this once."""

    endpoint: str
    secret: str


def view(one: Endpoint) -> EndpointView:
    """Returns what of an endpoint anyone may see."""
    return EndpointView(id=one.id, url=one.url, topics=one.topics, state=one.state, created=one.created)


def new_secret_of(one: Endpoint) -> NewSecret:
    """Returns the secret that was made last."""
    return NewSecret(endpoint=one.id, secret=one.secrets[0].secret)


def add(work: Work, url: str, topics: Sequence[str], actor: str, *, secret: str = "") -> Endpoint:
    """Keep an endpoint; its secret is made here unless one is given. Raises InvalidInput, Conflict."""
    _check_url(url)
    wanted = tuple(dict.fromkeys(topics)) or (EVERY,)
    taken = {pattern: one.id for one in all_endpoints(work.conn) for pattern in one.topics}
    for pattern in wanted:
        if len(pattern) > _LONGEST or not _PATTERN.fullmatch(pattern):
            raise InvalidInput(
                Text(f"主题写法有误：{pattern}", f"not a topic: {pattern}"),
                hint=Text("如 listing.takedown、listing.*、*", "such as listing.takedown, listing.* or *"),
                field="topics",
            )
        if pattern in taken:
            raise Conflict(
                Text(
                    f"主题 {pattern} 已由端点 {taken[pattern]} 接收",
                    f"the topic {pattern} already goes to the endpoint {taken[pattern]}",
                ),
                hint=Text("每个主题只由一个端点执行", "one endpoint carries out each topic"),
                field="topics",
            )
    made = Endpoint(
        id=secrets.token_hex(6),
        url=url,
        topics=wanted,
        secrets=(Secret(secret=secret or new_secret()),),
        state="active",
        created=work.now,
    )
    insert_many(work.conn, tables.endpoint, _COLUMNS, [_row(made)])
    _record(work, EndpointAdded, made, actor)
    return made


def rotate(work: Work, identity: str, actor: str) -> Endpoint:
    """Give an endpoint a new secret; the old one signs beside it for a day. Raises NotFound."""
    known = find(work.conn, identity)
    ending = tuple(
        msgspec.structs.replace(one, until=one.until or work.now + ROTATION_MILLIS)
        for one in known.secrets
        if one.until is None or one.until > work.now
    )
    changed = msgspec.structs.replace(known, secrets=(Secret(secret=new_secret()), *ending))
    upsert_many(work.conn, tables.endpoint, _COLUMNS, [_row(changed)])
    _record(work, EndpointRotated, changed, actor)
    return changed


def change(work: Work, identity: str, how: Change, actor: str) -> Endpoint:
    """Pause, resume or remove an endpoint; what waits for it goes on waiting. Raises NotFound."""
    changed = find(work.conn, identity)
    if how == "removed":
        sql(work.conn, "DELETE FROM endpoint WHERE id = ?", (identity,))
    else:
        changed = msgspec.structs.replace(changed, state="paused" if how == "paused" else "active")
        upsert_many(work.conn, tables.endpoint, _COLUMNS, [_row(changed)])
    _record(work, _CHANGES[how], changed, actor)
    return changed


def find(conn: Connection, identity: str) -> Endpoint:
    """Raises NotFound."""
    for one in all_endpoints(conn):
        if one.id == identity:
            return one
    raise NotFound(
        Text(f"没有端点 {identity}", f"there is no endpoint {identity}"),
        hint=Text("用 anbao webhook list 查看", "see anbao webhook list"),
    )


def all_endpoints(conn: Connection) -> list[Endpoint]:
    """All of them, the oldest first."""
    rows = sql(conn, "SELECT id, url, topics, secrets, state, created FROM endpoint ORDER BY created, id")
    return [
        Endpoint(
            id=identity,
            url=url,
            topics=tuple(topics.split()),
            secrets=msgspec.json.decode(bytes(secrets), type=tuple[Secret, ...]),
            state="paused" if state == "paused" else "active",
            created=created,
        )
        for identity, url, topics, secrets, state, created in rows
    ]


def route(endpoints: Sequence[Endpoint]) -> str:
    """The SQL expression that gives a row's endpoint by its ``topic``: the closest pattern first.

    Patterns hold letters, dots and low lines only, so they can stand in the statement.
    """
    patterns = sorted(
        ((pattern, one.id) for one in endpoints for pattern in one.topics), key=lambda one: -_rank(one[0])
    )
    cases = " ".join(f"WHEN {_fits(pattern)} THEN '{identity}'" for pattern, identity in patterns)
    return f"CASE {cases} ELSE '' END"


def _rank(pattern: str) -> int:
    """An exact topic stands before every pattern, a longer pattern before a shorter one."""
    return len(pattern) if pattern.endswith(EVERY) else len(pattern) + _LONGEST


def _fits(pattern: str) -> str:
    if pattern == EVERY:
        return "1 = 1"
    if pattern.endswith(EVERY):
        start = pattern.removesuffix(EVERY)
        return f"substr(topic, 1, {len(start)}) = '{start}'"
    return f"topic = '{pattern}'"


def _check_url(url: str) -> None:
    """Officers may name addresses of the platform's own network (decision 0025). Raises InvalidInput."""
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound, parts = False, urlsplit("")
    if not sound or parts.username or parts.password or parts.fragment or not url.isascii() or any(url.split()[1:]):
        raise InvalidInput(
            Text(f"不是可用的地址：{url}", f"not a usable address: {url}"),
            hint=Text(
                "http(s)://主机/路径，不含用户名、密码和 #", "http(s)://host/path, without user, password or fragment"
            ),
            field="url",
        )


def _row(one: Endpoint) -> tuple[str, str, str, bytes, str, int]:
    return one.id, one.url, " ".join(one.topics), msgspec.json.encode(one.secrets), one.state, one.created


def _record(work: Work, what: type[EndpointChange], one: Endpoint, actor: str) -> None:
    address = urlsplit(one.url)._replace(query="").geturl()  # a query may hold a token
    work.append(what(endpoint=one.id, topics=one.topics, url=address), actor=actor)
