"""Cases over HTTP and on the command line."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from anbao import cases
from anbao.cli.root import run
from anbao.platform import open_platform
from api_server import Served, served


@pytest.fixture
def server(store_url: str) -> Iterator[Served]:
    with served(store_url) as running:
        yield running


@pytest.fixture
def client(server: Served) -> httpx.Client:
    return server.client("officer")


def open_one(server: Served, name: str, severity: int = 3, kind: str = "hazard_match") -> str:
    return server.platform.run(
        lambda work: cases.open(work, kind=kind, subjects={"listing": name}, severity=severity, about=0)
    )


def post(client: httpx.Client, path: str, status: int = 201, **body: Any) -> Any:
    answer = client.post(f"/v1/{path}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_a_case_from_the_queue_to_its_decision(server: Served, client: httpx.Client) -> None:
    post(client, "case-kinds/hazard_match", second_look=100)
    mild, grave = open_one(server, "L1", 2), open_one(server, "L2", 5)
    assert [one["id"] for one in client.get("/v1/cases").json()["items"]] == [grave, mild]
    assert post(client, "cases/next", person="wang")["case"]["id"] == grave
    refused = post(client, f"cases/{grave}/decide", 409, outcome="keep", reason="看过", person="li")
    assert refused["code"] == "conflict"
    first = post(client, f"cases/{grave}/decide", 202, outcome="keep", reason="看过", person="wang")
    assert (first["state"], first["effect"]) == ("second", "waits")
    assert post(client, "cases/next", person="wang")["case"]["id"] == mild
    refused = post(client, f"cases/{grave}/decide", 409, outcome="keep", reason="同意", person="li")
    assert "the same key" in refused["detail"]
    other = server.client("officer")
    assert post(other, f"cases/{grave}/decide", outcome="keep", reason="同意", person="li")["state"] == "closed"
    post(client, f"cases/{mild}/hand-over", person="wang", to="zhao")
    assert post(client, f"cases/{mild}/lease", person="zhao")["case"]["leased_by"] == "zhao"
    assert client.get("/v1/cases?holder=zhao").json()["items"][0]["id"] == mild
    assert post(client, f"cases/{mild}/give-back", person="zhao")["case"]["leased_by"] == ""
    post(client, f"cases/{grave}/reopen", person="li", reason="新证据")
    post(client, f"cases/{grave}/assign", to="li")
    found = client.get(f"/v1/cases/{grave}").json()
    assert found["case"]["assignee"] == "li"
    assert [one["entry"]["kind"] for one in found["entries"]][1:] == [
        "case.opened",
        "case.decided",
        "case.confirmed",
        "case.reopened",
        "case.assigned",
    ]
    assert [one["id"] for one in client.get("/v1/cases?about=listing:L2").json()["items"]] == [grave]
    assert client.get("/v1/cases/none").status_code == 404
    kinds = {one["id"]: one for one in client.get("/v1/case-kinds").json()}
    assert kinds["hazard_match"]["waiting"] == 2
    assert kinds["hazard_match"]["rule"]["second_look"] == 100


def test_pages_of_the_queue_follow_each_other(server: Served, client: httpx.Client) -> None:
    expected = [open_one(server, f"L{n}", 5 - n % 5) for n in range(25)]
    seen, cursor = [], ""
    while cursor is not None:
        page = client.get("/v1/cases", params={"limit": 7, **({"cursor": cursor} if cursor else {})}).json()
        seen += page["items"]
        cursor = page["next"]
    assert {one["id"] for one in seen} == set(expected)
    assert len(seen) == 25
    assert [one["severity"] for one in seen] == sorted((one["severity"] for one in seen), reverse=True)


def test_bulk_over_http(server: Served, client: httpx.Client) -> None:
    names = [open_one(server, f"L{n}") for n in range(3)]
    seen = post(client, "cases/bulk/preview", 200, cases=[*names, "none"], outcome="remove")
    assert seen["decided"] == 3
    made = post(client, "cases/bulk", cases=[*names, "none"], outcome="remove", reason="同一危险", token=seen["token"])
    assert made["refused"] == {"none": "there is no case none"}
    assert client.get(f"/v1/cases/{names[0]}").json()["case"]["state"] == "pending"
    undone = post(client, f"bulk/{made['id']}/undo", reason="选错了")
    assert {item["result"] for item in undone["items"]} == {"undone"}
    assert client.get(f"/v1/bulk/{made['id']}").json()["state"] == "undone"
    assert client.get("/v1/bulk").json()[0]["id"] == made["id"]
    post(client, f"bulk/{made['id']}/undo", 409, reason="再来")


def test_only_officers_see_cases(server: Served) -> None:
    assert server.client("read").get("/v1/cases").status_code == 403


def test_the_command_line_takes_shows_and_decides(
    sqlite_opened_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANBAO_STORE", sqlite_opened_url)
    monkeypatch.setenv("ANBAO_LANG", "en")
    with open_platform(sqlite_opened_url) as platform:
        names = [
            platform.run(
                lambda work, n=n: cases.open(  # type: ignore[misc]
                    work, kind="hazard_match", subjects={"listing": f"L{n}"}, severity=n, about=0
                )
            )
            for n in (1, 2, 3)
        ]

    def rows(*arguments: str, status: int = 0) -> list[dict[str, str]]:
        capsys.readouterr()
        assert run(["case", *arguments]) == status
        return list(csv.DictReader(io.StringIO(capsys.readouterr().out)))

    assert [row["case"] for row in rows("list", "--format", "csv")] == names[::-1]
    [taken] = rows("next", "--by", "wang", "--format", "csv")
    assert (taken["case"], taken["holder"]) == (names[2], "wang")
    rows("decide", names[2], "remove", "--reason", "看过", "--by", "li", status=2)
    rows("decide", names[2], "remove", "--reason", "看过", "--by", "wang")
    rows("reopen", names[2], "--reason", "新证据", "--by", "li")
    rows("reopen", names[2], "--reason", "再开", "--by", "li", status=2)
    [held] = rows("lease", names[2], "--by", "wang", "--format", "csv")
    assert held["holder"] == "wang"
    rows("hand-over", names[2], "zhao", "--by", "li", status=2)
    rows("hand-over", names[2], "zhao", "--by", "wang")
    [held] = rows("lease", names[2], "--by", "zhao", "--format", "csv")
    assert held["holder"] == "zhao"
    [free] = rows("give-back", names[2], "--by", "zhao", "--format", "csv")
    assert free["holder"] == "zhao"  # it was handed to zhao
    rows("assign", names[1], "li", "--by", "chief")
    assert [row["what"] for row in rows("show", names[1], "--format", "csv")][1:] == [
        "A case for a person was opened",
        "The case was given to a person",
    ]
    seen = rows("bulk", "preview", names[0], names[1], "--outcome", "keep", "--by", "wang", "--format", "csv")
    assert [bool(row["problem"]) for row in seen] == [False, True]
    ordered = ("--outcome", "keep", "--reason", "看过", "--by", "wang", "--format", "csv")
    assert rows("bulk", "run", names[0], *ordered)[0]["result"] == "waiting"
    rows("bulk", "undo", "none", "--reason", "错", "--by", "wang", status=2)
