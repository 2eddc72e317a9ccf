"""Merchants over HTTP: the same acts, for programs of the platform."""

from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest

from anbao.api.app import ready_platform
from anbao.connect.registry import registry_from_environment
from anbao.simulator.registry import RegistryRecord, RegistryServer
from api_server import Served, served
from helpers import until
from merchant_steps import FOOD, RESIDENT, company, person


@pytest.fixture
def server(store_url: str) -> Iterator[Served]:
    with served(store_url) as running:
        yield running


@pytest.fixture
def client(server: Served) -> httpx.Client:
    return server.client()


def post(client: httpx.Client, path: str, body: Any = None) -> dict[str, Any]:
    answer = client.post(path, content=msgspec.json.encode({} if body is None else body), headers=JSON)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


JSON = {"Content-Type": "application/json"}


def test_a_merchants_life_over_http(client: httpx.Client) -> None:
    refused = post(
        client, "/v1/merchants", company("m0", categories=["零食"], licences=[{**FOOD, "number": "JY15101000000000"}])
    )
    [wrong] = [one for one in refused["checks"] if one.get("problem") and one.get("required_by")]
    assert (refused["decision"], wrong["problem"]) == ("refused", "check_digit")
    assert "cn.food_safety_law.2025/62.1" in wrong["provisions"]
    assert post(client, "/v1/merchants", company("m1", categories=["零食"], licences=[FOOD]))["decision"] == "verified"
    assert post(client, "/v1/merchants/m1/change", {"phone": "12055556666"})["decision"] == "verified"
    assert post(client, "/v1/merchants/m1/reverify")["decision"] == "verified"
    post(client, "/v1/merchants/m1/close", {"reason": "售假", "for_cause": True})
    back = post(client, "/v1/merchants", person("m2", phone="+86 120 5555 6666"))
    assert (back["decision"], back["reasons"]) == ("held", ["comeback"])
    assert client.get("/v1/merchants/m2/links").json()["links"][0]["merchant"] == "m1"
    families = client.get("/v1/families").json()
    assert families["items"][0] == ["m0", "m1", "m2"]
    assert post(client, "/v1/merchants/m2/review", {"verify": True, "reason": "另一人"})["decision"] == "verified"

    shown = client.get("/v1/merchants/m1").json()
    assert shown["file"]["status"] == "closed"
    kinds = [one["kind"] for one in shown["history"]]
    assert kinds[0] == "merchant.closed"
    assert {"merchant.applied", "merchant.info_reported", "merchant.info_accepted"} <= set(kinds)
    assert "12055556666" not in client.get("/v1/merchants/m1").text
    first = client.get("/v1/merchants", params={"limit": 2}).json()
    rest = client.get("/v1/merchants", params={"limit": 2, "cursor": first["next"]}).json()
    assert [one["id"] for one in first["items"] + rest["items"]] == ["m0", "m1", "m2"]
    assert rest["next"] is None
    assert [one["id"] for one in client.get("/v1/merchants", params={"status": "refused"}).json()["items"]] == ["m0"]


def test_the_report_and_its_submission(client: httpx.Client, server: Served) -> None:
    post(client, "/v1/merchants", person("m1", declaration="services"))
    report = post(client, "/v1/reports/merchant_identity")
    [row] = report["identities"]["unregistered"]
    assert row["number"] == RESIDENT
    digest = next(iter(report["digests"].values()))
    post(client, f"/v1/reports/{digest}/submitted")
    assert server.count("identity.disclosed") == server.count("report.submitted") == 1
    assert client.post("/v1/reports/nothing").json()["code"] == "not_found"


def test_numbers_that_the_platform_sets(client: httpx.Client) -> None:
    post(client, "/v1/parameters/merchant.shared_identifier_cap", {"value": 3})
    told = {one["parameter"]["id"]: one["value"] for one in client.get("/v1/parameters").json()}
    assert told["merchant.shared_identifier_cap"] == 3
    assert told["merchant.unregistered_turnover"] == 100_000
    for name, value in (("merchant.unregistered_turnover", 5), ("nothing", 5), ("merchant.licence_reminder", 0)):
        answer = client.post(f"/v1/parameters/{name}", json={"value": value})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/merchants/nobody/change", {"phone": "12000000000"}, 404),
        ("/v1/merchants/nobody/reverify", {}, 404),
        ("/v1/merchants/nobody/close", {"reason": "x"}, 404),
        ("/v1/merchants/m1/change", {"phone": 5}, 400),
        ("/v1/merchants/m1/change", {}, 400),
        ("/v1/merchants/m1/change", {"no_such_field": "x"}, 400),
        ("/v1/merchants/m1/close", {"reason": ""}, 400),
        ("/v1/merchants/m1/review", {"verify": True, "reason": "x"}, 409),
    ],
)
def test_bad_acts_are_distinguished(client: httpx.Client, path: str, body: dict[str, Any], status: int) -> None:
    post(client, "/v1/merchants", company("m1", categories=["零食"]))
    answer = client.post(path, json=body)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_servers_clock_asks_the_registry(store_url: str) -> None:
    """The application is answered at once, as waiting."""
    holder = company("m1").legal_name
    with (
        RegistryServer([RegistryRecord(kind="uscc", number="91320200MA1MGN8MXH", holder=holder)]) as registry,
        served(store_url) as running,
    ):
        running.platform.prevent.merchants.connect(registry_from_environment({"ANBAO_REGISTRY": registry.url}))
        client = running.client()
        assert post(client, "/v1/merchants", company("m1"))["decision"] == "waiting"
        until(lambda: client.get("/v1/merchants/m1").json()["file"]["status"] != "waiting", every=0.05)
        shown = client.get("/v1/merchants/m1").json()
    assert shown["file"]["status"] == "verified"
    assert [one["state"] for one in shown["questions"]] == ["valid"]


def test_a_served_platform_connects_what_its_environment_names(
    sqlite_opened_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANBAO_REGISTRY", "https://registry.example/verify")
    platform = ready_platform(sqlite_opened_url)
    assert platform.prevent.merchants.context.registry is not None
    platform.close()
