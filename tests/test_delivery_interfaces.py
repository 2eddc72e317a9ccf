"""Webhooks over HTTP and on the command line."""

import json
from collections.abc import Iterator

import pytest

from anbao.cli.root import run
from anbao.engine.outbox import Effect, send
from anbao.engine.work import Work
from anbao.model.entry import Entry
from anbao.platform import open_platform
from anbao.simulator.receiver import Manners, receiving
from api_server import Served, served
from helpers import SUSPECTED, until


@pytest.fixture
def server(sqlite_opened_url: str) -> Iterator[Served]:
    with served(sqlite_opened_url) as running:
        yield running


def ask(work: Work) -> str:
    cause = Entry(
        actor="t", at=work.now, body=SUSPECTED, kind="hazard.suspected", recorded=work.now, subjects={"hazard": "H1"}
    )
    [index] = work.record(cause)
    return send(work, index, Effect(topic="listing.takedown", subjects={"listing": "L1"}, body={}), part="商品")


def wait_for(server: Served, kind: str) -> None:
    for _ in range(400):
        if server.count(kind):
            return
        server.platform.advance()
    raise AssertionError(f"no {kind}")


def test_an_endpoint_over_http_from_its_secret_to_the_platforms_confirmation(server: Served) -> None:
    officer, backend = server.client("officer"), server.client("effects")
    with receiving(Manners(unconfirmed=frozenset({"listing.takedown"}))) as receiver:
        made = officer.post("/v1/endpoints", json={"url": receiver.url, "topics": ["listing.*"]})
        assert made.status_code == 201
        endpoint, secret = made.json()["endpoint"], made.json()["secret"]
        receiver.secrets.append(secret)
        [shown] = officer.get("/v1/endpoints").json()
        assert (shown["id"], shown["topics"], shown["state"]) == (endpoint, ["listing.*"], "active")
        assert secret not in officer.get("/v1/endpoints").text
        assert officer.post(f"/v1/endpoints/{endpoint}/test").json()["verdict"] == "confirmed"
        effect = server.platform.run(ask)
        wait_for(server, "effect.accepted")
    assert [one["id"] for one in officer.get("/v1/effects", params={"state": "sent"}).json()] == [effect]
    path = f"/v1/effects/{effect}/confirm"
    assert server.client("read").post(path, json={"confirmed": True}).status_code == 403
    assert backend.post(path, json={}).status_code == 400
    first = backend.post(path, json={"confirmed": True}, headers={"Idempotency-Key": "k1"})
    again = backend.post(path, json={"confirmed": True}, headers={"Idempotency-Key": "k1"})
    assert (first.status_code, again.json()) == (201, first.json())
    assert backend.post(path, json={"confirmed": True}).status_code == 409
    assert backend.post("/v1/effects/none/confirm", json={"confirmed": True}).status_code == 404
    assert officer.post("/v1/effects/replay", json={"effects": [effect]}).status_code == 409
    assert officer.post(f"/v1/endpoints/{endpoint}/state", json={"change": "paused"}).json()["state"] == "paused"
    assert officer.post(f"/v1/endpoints/{endpoint}/rotate").json()["secret"] != secret
    assert officer.post("/v1/endpoints", json={"url": "file:///etc/passwd"}).json()["field"] == "url"


def test_the_server_delivers_by_itself(server: Served) -> None:
    with receiving() as receiver:
        made = server.client("officer").post("/v1/endpoints", json={"url": receiver.url}).json()
        receiver.secrets.append(made["secret"])
        server.platform.run(ask)
        until(lambda: server.count("effect.delivered"), every=0.02)
    assert server.count("effect.delivered") == 1


def test_the_command_line_shows_the_same(sqlite_opened_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    def anbao(*arguments: str) -> tuple[int, str]:
        status = run([*arguments, "--store", sqlite_opened_url])
        return status, capsys.readouterr().out

    with receiving(Manners(refused=frozenset({"L1"}))) as receiver:
        status, out = anbao("webhook", "add", receiver.url, "--topic", "listing.takedown")
        endpoint, secret = out.split()
        receiver.secrets.append(secret)
        assert status == 0
        assert anbao("webhook", "test", endpoint) == (0, "端点已收到\n")
        with open_platform(sqlite_opened_url) as platform:
            effect = platform.run(ask)
        assert anbao("webhook", "deliver")[0] == 0
        [dead] = json.loads(anbao("webhook", "effects", "--state", "dead", "--format", "json")[1])
        assert (dead["id"], dead["problem"]) == (effect, "the listing is under a court's order")
        receiver.manners = Manners()
        assert anbao("webhook", "replay", "--all")[0] == 0
        assert anbao("webhook", "deliver")[0] == 0
        assert effect in anbao("webhook", "effects", "--state", "done")[1]
        assert anbao("webhook", "pause", endpoint)[0] == 0
        assert "暂停" in anbao("webhook", "list")[1]
        assert anbao("webhook", "resume", endpoint)[0] == 0
        _, rotated = anbao("webhook", "rotate", endpoint)
        assert secret not in rotated
        assert anbao("webhook", "remove", endpoint)[0] == 0
    assert anbao("webhook", "replay")[0] == 2
    assert anbao("webhook", "test", endpoint)[0] == 2
