"""Reads never write: every GET route and every command that only reads leave each table as it was.

The store holds what is overdue and what waits: a story of six weeks ago, since when nobody did what fell due. Routes
are those that the application describes, commands those that the root command finds: a new one must be sorted in here.
Personal values in the clear are given out by acts (``POST …/read``, ``case read``), which record it; no read does.
"""

import json
import re
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

import click
import psycopg
import pytest
import sqlalchemy

from anbao.api.app import DESCRIPTION
from anbao.api.investigate import complaint_routes
from anbao.cli.root import root, run
from anbao.connect.pictures import PictureIntake
from anbao.connect.storage import open_storage
from anbao.engine.acts import declared
from anbao.model.events.rules import ModelImported
from anbao.platform import SERVICES, Platform, open_platform
from anbao.rules import rulesets
from anbao.simulator import scalding
from anbao.simulator.rescue import unfold
from api_server import served
from case_steps import open_one
from helpers import DAY, sqlalchemy_engine

SIX_WEEKS = 42 * DAY
PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)

ROUTES = {
    path: methods["get"] for path, methods in json.loads(DESCRIPTION.document)["paths"].items() if "get" in methods
}

ACTS = frozenset(
    f"{verb} {word}".strip()
    for verb, words in {
        "advance": ("",),
        "appeal": ("decide", "file"),
        "assist": ("ask", "compensate", "grant", "refuse", "release"),
        "assist authority": ("answer", "decline", "receive"),
        "case": ("assign", "decide", "give-back", "hand-over", "lease", "next", "read", "reopen"),
        "case bulk": ("run", "undo"),
        "complaint": (
            *("accept", "complete", "delivered", "file", "forward", "measured", "outcome", "proceedings", "publish"),
            *("read", "statement"),
        ),
        "control": ("assign", "attest", "probe", "retire"),
        "demo": ("",),
        "event": ("",),
        "hazard": ("confirm", "dismiss", "import", "lift", "suspect"),
        "key": ("create", "revoke", "rotate-master"),
        "lexicon": ("accept", "activate", "adopt-default", "backtest", "confirm", "import", "refuse"),
        "log": ("checkpoint",),
        "measure": ("approve", "decline", "lift", "take"),
        "merchant": ("apply", "change", "close", "report", "reverify", "review"),
        "message": ("",),
        "model": ("activate", "backtest", "confirm", "deactivate", "import", "refuse", "train"),
        "notice": ("acknowledged", "answered", "choice", "shown"),
        "obligations": ("waive",),
        "order": ("check", "place"),
        "parameter": ("set",),
        "picture": ("",),
        "policy": ("activate", "adopt-default", "backtest", "confirm", "import", "refuse"),
        "report": ("draft", "sent"),
        "screen": ("",),
        "serve": ("",),
        "setting": ("set",),
        "sweep": ("pause", "resume", "run"),
        "timestamp": ("add", "now", "remove"),
        "pack": ("",),
        "person": ("erase",),
        "witness": ("add", "ask", "init", "remove", "serve", "status", "watch"),
        "warn": ("publish", "retry"),
        "webhook": ("add", "deliver", "pause", "remove", "replay", "resume", "rotate", "test"),
    }.items()
    for word in words
)
"""Commands that do something; each other command only reads."""

SIGN: Mapping[str, frozenset[str]] = {
    "absence": frozenset({"checkpoint", "entry", "meta", "tile"}),
    "log export": frozenset({"checkpoint"}),
    "log receipt": frozenset({"checkpoint"}),
    "/v1/entries/{index}/proof": frozenset({"checkpoint"}),
}
"""Proofs that reach to the present may write the signature under what stands, ``absence`` the digest of the index of
subjects as well. They decide nothing and record nothing that happened.
"""

ARGUMENTS: Mapping[str, str] = {
    "absence": "listing:{listing}",
    "assist letter": "{dispute}",
    "assist show": "{dispute}",
    "case bulk preview": "{case} --outcome remove --by li",
    "case bulk show": "{order}",
    "case show": "{case}",
    "complaint show": "{complaint}",
    "hazard show": "{hazard}",
    "law norm": "{norm}",
    "law search": "安全",
    "law show": "{provision}",
    "listing show": "{listing}",
    "log export": "{folder}/log",
    "log receipt": "0",
    "measure show": "{measure}",
    "merchant show": "{merchant}",
    "model export": "{model} {folder}/model",
    "notice render": "{listing}",
    "notice show": "{notice}",
    "replay": "{screened}",
    "report show": "{report}",
    "sweep show": "{sweep}",
    "timeline": "hazard:{hazard}",
}
"""What commands that read have to be given."""


def commands() -> dict[str, click.Command]:
    """Every command by its words."""

    def below(found: click.Command, words: tuple[str, ...]) -> Iterator[tuple[str, click.Command]]:
        if not isinstance(found, click.Group):
            yield " ".join(words), found
            return
        for name in found.list_commands(context):
            one = found.get_command(context, name)
            assert one is not None
            yield from below(one, (*words, name))

    context = click.Context(root)
    return dict(below(root, ()))


COMMANDS = commands()
READS = sorted(COMMANDS.keys() - ACTS)


def content(url: str) -> dict[str, tuple[int, str]]:
    """Of each table the number of its rows and a digest of them."""
    engine = sqlalchemy_engine(url)
    with engine.connect() as conn:
        found = {}
        for table in sqlalchemy.inspect(conn).get_table_names():
            rows = sorted(repr(tuple(row)) for row in conn.exec_driver_sql(f'SELECT * FROM "{table}"'))
            found[table] = len(rows), sha256("\n".join(rows).encode()).hexdigest()
    engine.dispose()
    return found


def changed(before: Mapping[str, tuple[int, str]], url: str) -> set[str]:
    """Tables whose content differs."""
    after = content(url)
    return {table for table in after.keys() | before.keys() if after.get(table) != before.get(table)}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('reads') / 'anbao.db'}"
    server: str = request.getfixturevalue("postgresql_server")
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute("CREATE DATABASE reads")
    return server.replace("/postgres?", "/reads?", 1)


@pytest.fixture(scope="module")
def names(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A store with something of everything, much of it overdue; an id of each kind of thing in it."""
    folder = tmp_path_factory.mktemp("files")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANBAO_STORAGE", f"file://{folder / 'objects'}")
        complaint_routes._storage.cache_clear()
        began = int(time.time() * 1000) - SIX_WEEKS
        with open_platform(url, clock=lambda: began) as platform:
            found = unfold_story(platform, PictureIntake(platform, open_storage(f"file://{folder / 'objects'}")))
        open_platform(url).close()  # what an opening brings by itself has been done
        with served(url, keeps_time=False) as server:
            token = server.token()
            filed = server.anonymous().post(
                "/public/complaints",
                json={
                    "concern": "safety",
                    "listing": found["listing"],
                    "text": "充电时起火",
                    "files": [b64encode(PNG).decode()],
                },
            )
            assert filed.status_code == 201, filed.text
            server.platform.index.commit()
            server.platform.checkpoint()
        found |= {"token": filed.json()["token"], "complaint": filed.json()["receipt"], "folder": str(folder)}
        yield {**found, "digest": sha256(PNG).hexdigest(), "key": token}
        complaint_routes._storage.cache_clear()


def unfold_story(platform: Platform, pictures: PictureIntake) -> dict[str, Any]:
    """The story of the scalding power bank, with what a person still has to decide at its end."""
    unfold(platform, pictures, scalding.stage(platform, pictures))
    with platform.reading() as conn:
        found: dict[str, Any] = {}
        for one in platform.ledger.entries(conn, 0, 100_000):
            found |= one.subjects
            if one.kind == "listing.screened":
                found["screened"] = one.index
    platform.change_parameter("transparency.figures", "published", actor="li")
    case = open_one(platform, found["listing"])
    bulk = platform.cases.decide_many(cases=(case,), outcome="remove", reason="同一危险", person="li")
    found |= {"case": case, "order": bulk.id}
    data = b"a model"
    model = ModelImported(blocked=1, digest=sha256(data).hexdigest(), passed=1, version=sha256(data).hexdigest())
    platform.run(lambda work: rulesets.import_version(work, model, data, "li"))
    norm = platform.pack.norms[0]
    return {
        **found,
        "category": next(iter(platform.catalogue.categories)),
        "half": "2026H2",
        "index": 0,
        "level": 0,
        "model": model.digest,
        "norm": norm.id,
        "place": "000",
        "provision": norm.provisions[0],
        "role": "listing",
        "subject": found["listing"],
    }


def test_every_command_is_sorted_and_agrees_with_its_declaration() -> None:
    assert COMMANDS.keys() >= ACTS
    for _, service in SERVICES:
        for one in declared(service):
            if one.declaration.command:
                assert one.declaration.reads == (one.declaration.command not in ACTS), one.declaration.command
    for words in READS:
        needed = any(one.required for one in COMMANDS[words].params)
        assert not needed or words in ARGUMENTS, words


def test_no_get_route_writes(url: str, names: dict[str, Any]) -> None:
    with served(url, keeps_time=False) as server:
        client = server.anonymous(Authorization=f"Bearer {names['key']}")
        before = content(url)
        wrote, failed = {}, {}
        for path in sorted(ROUTES):
            needed = {
                one["name"]: "hazard:" + names["hazard"]
                for one in ROUTES[path].get("parameters", ())
                if one["in"] == "query" and one.get("required")
            }
            answer = client.get(re.sub(r"\{(\w+)\}", lambda part: str(names[part[1]]), path), params=needed)
            if answer.status_code != 200:
                failed[path] = answer.status_code, answer.text
            if tables := changed(before, url):
                wrote[path], before = tables - SIGN.get(path, set()), content(url)
    assert ({one: tables for one, tables in wrote.items() if tables}, failed) == ({}, {})


def test_no_command_that_reads_writes(url: str, names: dict[str, Any], capfd: pytest.CaptureFixture[str]) -> None:
    before = content(url)
    wrote, failed = {}, {}
    for words in READS:
        given = [part.format(**names) for part in ARGUMENTS.get(words, "").split()]
        store = ["--store", url] if any(one.name == "store_url" for one in COMMANDS[words].params) else []
        if run([*words.split(), *given, *store]) not in (0, 1):
            failed[words] = capfd.readouterr().err
        if tables := changed(before, url):
            wrote[words], before = tables - SIGN.get(words, set()), content(url)
    assert ({one: tables for one, tables in wrote.items() if tables}, failed) == ({}, {})


def test_what_was_overdue_was_shown_as_such_and_not_recorded(url: str, names: dict[str, Any]) -> None:
    with served(url, keeps_time=False) as server:
        client = server.anonymous(Authorization=f"Bearer {names['key']}")
        overdue = client.get("/v1/obligations", params={"state": "overdue"}).json()["items"]
        assert overdue
        assert {one["state"] for one in overdue} == {"overdue"}
        recorded = server.count("obligation.missed")
        server.platform.advance()
        assert server.count("obligation.missed") > recorded


def test_every_required_option_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A required option that is left out is named, whatever else was given."""
    monkeypatch.setenv("ANBAO_LANG", "en")
    asked = 0
    for words, command in COMMANDS.items():
        needed = [one for one in command.params if isinstance(one, click.Option) and one.required]
        for option in needed:
            with pytest.raises(click.MissingParameter) as missing, click.Context(command) as context:
                option.process_value(context, option.consume_value(context, {})[0])
            assert missing.value.param is option, words
            asked += 1
    assert asked > 50
