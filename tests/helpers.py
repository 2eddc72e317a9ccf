"""What many tests need: a clock that they move, and entries put into the ledger as a package would."""

import os
import random
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from anbao.engine.core import Core
from anbao.model.base import JsonObject
from anbao.model.entry import Entry
from anbao.platform import Platform
from anbao.simulator.receiver import Receiver
from anbao.store import Connection, migrate
from anbao.store.connection import ConnectionPool, Dialect
from event_contract import complete

if TYPE_CHECKING:
    import sqlalchemy

T = TypeVar("T")

START = 1_795_000_000_000
"""2026-11-18, before noon in Shanghai."""
HOUR = 3_600_000
DAY = 24 * HOUR

SUSPECTED: JsonObject = {"severity": 3, "source": "own", "title": "某牌充电宝"}
"""Body of ``hazard.suspected``, for tests that need any entry about a hazard."""


class Clock:
    """The platform's clock, which tests move."""

    def __init__(self, now: int = START) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        self.now += int(seconds * 1000)


def until(came: Callable[[], T], seconds: float = 30.0, every: float = 0.005) -> T:
    """What ``came`` returns once that is true. Raises AssertionError where it stays false for so many seconds."""
    end = time.monotonic() + seconds
    while not (found := came()):
        assert time.monotonic() < end, f"it did not come within {seconds} seconds"
        time.sleep(every)
    return found


def seeded(name: str) -> random.Random:
    """Random numbers for kills and the like, under a new seed that is printed.

    ``ANBAO_TEST_SEED`` gives the seed, to run again what failed.
    """
    seed = os.environ.get("ANBAO_TEST_SEED") or secrets.token_hex(4)
    print(f"{name}: ANBAO_TEST_SEED={seed}")
    return random.Random(f"{name} {seed}")


def no_second_looks(platform: Platform) -> None:
    """No decision is drawn for a second person, which would depend on numbers that are drawn at random."""
    for kind in platform.cases.kinds:
        platform.run(lambda work, kind=kind: platform.cases.change(work, kind, second_look=0))  # type: ignore[misc]


def said(entry: Entry) -> Any:
    """The body of an entry, for a test that looks into its parts by name."""
    return entry.body


def record(core: Core, kind: str, body: Any, actor: str = "test", **subjects: str) -> int:
    """Append one entry; its index. A body may leave out what its kind asks for and the test does not."""
    said = complete(kind, body)
    return core.run(
        lambda work: work.record(
            Entry(actor=actor, at=work.now, body=said, kind=kind, recorded=work.now, subjects=subjects)
        )
    )[0]


def sqlalchemy_engine(url: str) -> "sqlalchemy.Engine":
    """The database as SQLAlchemy sees it, for what only migrations do."""
    from sqlalchemy import create_engine, make_url

    target = make_url(url)
    return create_engine(target if url.startswith("sqlite") else target.set(drivername="postgresql+psycopg"))


@contextmanager
def in_schema(url: str, revision: str) -> Iterator[tuple[Connection, "sqlalchemy.Connection"]]:
    """A write transaction in a new database that has the tables of this revision, in both kinds of connection."""
    from alembic import command
    from alembic.config import Config

    engine = sqlalchemy_engine(url)
    with engine.begin() as outer:
        config = Config()
        config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
        config.attributes["connection"] = outer
        command.upgrade(config, revision)
        dialect: Dialect = "sqlite" if url.startswith("sqlite") else "postgresql"
        yield Connection(outer.connection.driver_connection, ConnectionPool(object, lambda _: None, dialect)), outer
    engine.dispose()


def connect(platform: Platform, receiver: Receiver, *topics: str) -> str:
    """Let a receiver have the effects of these topics, all by default; the endpoint's id."""
    made = platform.run(lambda work: platform.delivery.add_endpoint(work, receiver.url, topics, actor="officer"))
    receiver.secrets.append(made.secret)
    return made.endpoint


def delivering(store_url: str, log: Path) -> "subprocess.Popen[bytes]":
    """A process that advances the platform until no effect waits; it says so on its output once it has begun."""
    with log.open("ab") as stream:
        return subprocess.Popen([sys.executable, "-c", _DELIVER, store_url], stdout=subprocess.PIPE, stderr=stream)


_DELIVER = """
import sys, time
from anbao.delivery.queue import Patience
from anbao.engine.outbox import listed
from anbao.platform import open_platform

with open_platform(sys.argv[1]) as platform:
    platform.delivery.patience = Patience(lease=1, timeout=0.5)
    print("ready", flush=True)
    while True:
        platform.advance()
        with platform.reading() as conn:
            if not listed(conn, state="waiting", limit=1):
                break
        time.sleep(0.02)
"""


def too_many_facts() -> dict[str, int]:
    """More facts of a listing than an entry holds."""
    return {"f" + "".join(chr(97 + int(digit)) for digit in str(number)): 10**9 for number in range(4_000)}
