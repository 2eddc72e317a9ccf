"""Measures, appeals, sanctions and reports over HTTP and on the command line."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from anbao.cli.root import run
from anbao.model.event import Event
from anbao.model.listing import Listing
from anbao.model.merchant import Merchant
from anbao.platform import Platform, open_platform
from anbao.simulator.receiver import receiving
from api_server import Served, served
from helpers import until


@pytest.fixture
def server(sqlite_opened_url: str) -> Iterator[Served]:
    with served(sqlite_opened_url) as running:
        yield running


def offer(platform: Platform) -> None:
    platform.prevent.merchants.apply(
        Merchant(id="M1", kind="company", legal_name="示例商贸有限公司", shop_name="小铺<一>号")
    )
    platform.submit_listing(Listing(id="L1", merchant="M1", title="充电宝"))


def test_a_measure_over_http_from_its_reasons_to_the_appeal_that_undoes_it(server: Served) -> None:
    offer(server.platform)
    officer, anyone = server.client("officer"), server.anonymous()
    order = {"measure": "warning", "merchant": "M1", "facts": "夸大宣传"}
    with receiving() as receiver:
        made = officer.post("/v1/endpoints", json={"url": receiver.url}).json()
        receiver.secrets.append(made["secret"])
        taken = officer.post("/v1/measures", json={"order": order, "person": "ann"})
        assert taken.status_code == 201
        measure = taken.json()["id"]
        assert officer.post("/v1/measures", json={"order": order, "person": "ann"}).status_code == 409

        def both() -> bool:
            server.platform.advance()
            return len(receiver.done) >= 2

        until(both)
        server.platform.advance()
        [token] = [one.payload["data"]["appeal_token"] for one in receiver.topics("merchant.notified")]
    page = anyone.get("/public/sanctions")
    assert page.headers["content-type"].startswith("text/html")
    assert "小铺&lt;一&gt;号" in page.text
    [shown] = anyone.get("/public/sanctions.json").json()["items"]
    assert shown["id"] == measure
    assert "示例商贸" not in page.text
    assert anyone.post("/public/appeals", json={"token": "x", "text": "不服"}).status_code == 403
    filed = anyone.post("/public/appeals", json={"token": token, "text": "不服", "evidence": ["报告.pdf"]})
    assert filed.status_code == 201
    path = f"/v1/appeals/{filed.json()['id']}/decide"
    decision = {"outcome": "granted", "reason": "证据充分"}
    assert officer.post(path, json={**decision, "person": "ann"}).status_code == 403
    assert officer.post(path, json={**decision, "person": "bo"}).status_code == 409  # the same key
    assert server.client("officer").post(path, json={**decision, "person": "bo"}).status_code == 201
    assert officer.get("/v1/measures", params={"merchant": "M1"}).json()[0]["state"] == "lifted"
    assert officer.get("/v1/appeals", params={"state": "granted"}).json()[0]["person"] == "bo"
    assert anyone.get("/public/sanctions.json").json()["items"] == []
    assert server.client("read").get("/v1/measures").status_code == 403
    for wrong in ({"measure": "exile"}, {"measure": "takedown"}, {"measure": "warning", "provisions": ["cn.x/1"]}):
        body = {"order": {"facts": "x", "merchant": "M1", **wrong}}
        assert officer.post("/v1/measures", json=body).status_code in (400, 404), wrong


def test_who_confirmed_a_danger_under_a_shared_key_may_not_decide_the_appeal(server: Served) -> None:
    offer(server.platform)
    officer = server.client("officer")
    suspicion = {"id": "H1", "source": "own", "title": "充电宝", "listing": "L1"}
    barcode = {"kind": "barcode", "value": "6901234567892"}
    assert officer.post("/v1/hazards", json=suspicion).status_code == 201
    body = {"basis": "检测报告 7 号", "fingerprints": [barcode], "person": "ann"}
    assert officer.post("/v1/hazards/H1/confirm", json=body).status_code == 201
    server.platform.advance()
    [takedown] = officer.get("/v1/measures", params={"listing": "L1"}).json()
    assert takedown["person"] == "ann"
    appeal = server.client("events").post("/v1/appeals", json={"measure": takedown["id"], "text": "不服"}).json()["id"]
    decision = {"outcome": "denied", "reason": "同一型号"}
    assert officer.post(f"/v1/appeals/{appeal}/decide", json={**decision, "person": "ann"}).status_code == 403
    refused = officer.post(f"/v1/appeals/{appeal}/decide", json={**decision, "person": "bo"})
    assert (refused.status_code, "same key" in refused.json()["detail"]) == (409, True)
    other = server.client("officer")
    assert other.post(f"/v1/appeals/{appeal}/decide", json={**decision, "person": "bo"}).status_code == 201


def test_a_violation_that_the_platform_reports_is_answered_and_reported_to_the_authority(server: Served) -> None:
    offer(server.platform)
    event = {
        "kind": "violation.found",
        "subjects": {"violation": "V1", "merchant": "M1", "listing": "L1"},
        "facts": {"field": "food", "serious": True, "facts": "无许可证销售食品"},
    }
    assert server.client("events").post("/v1/events", json=event).status_code == 201
    server.platform.advance()
    officer = server.client("officer")
    kinds = {(one["kind"], one["state"]) for one in officer.get("/v1/measures").json()}
    assert {("suspension", "taken"), ("closure", "proposed")} <= kinds
    [proposed] = officer.get("/v1/measures", params={"state": "proposed"}).json()
    answer = officer.post(f"/v1/measures/{proposed['id']}", json={"what": "decline", "reason": "首次", "person": "ann"})
    assert answer.json()["state"] == "declined"
    assert officer.get("/v1/violations").json()[0]["field"] == "food"
    report = officer.post("/v1/violations/V1/report").json()["id"]
    told = officer.get(f"/v1/reports/{report}", params={"lang": "zh"}).json()
    assert "食品安全监督管理部门" in told["body"]
    assert "无许可证销售食品" in told["body"]
    assert "<h1>" in officer.get(f"/v1/reports/{report}/page").text
    sent = officer.post(f"/v1/reports/{report}/sent", json={"channel": "12315", "receipt": "R1"})
    assert sent.status_code == 201
    assert officer.get("/v1/reports", params={"violation": "V1"}).json()[0]["state"] == "sent"
    assert officer.post("/v1/violations/none/report").status_code == 404


def test_the_command_line_shows_the_same(
    sqlite_opened_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def anbao(*arguments: str) -> str:
        assert run([*arguments, "--store", sqlite_opened_url]) == 0, capsys.readouterr().err
        return capsys.readouterr().out.strip()

    def rows(*arguments: str) -> list[dict[str, object]]:
        found: list[dict[str, object]] = json.loads(anbao(*arguments, "--format", "json"))
        return found

    with open_platform(sqlite_opened_url) as platform:
        offer(platform)
    measure = anbao("measure", "take", "takedown", "--listing", "L1", "--facts", "起火", "--by", "ann")
    assert "下架商品" in anbao("measure", "list", "--listing", "L1")
    assert "已采取必要措施" in anbao("measure", "show", measure)
    appeal = anbao("appeal", "file", measure, "--text", "不是本店商品", "--evidence", "a.pdf")
    assert rows("appeal", "list", "--state", "filed")[0]["id"] == appeal
    arguments = ["appeal", "decide", appeal, "granted", "--reason", "属实", "--by", "ann", "--store", sqlite_opened_url]
    assert run(arguments) == 2
    assert "不得处理申诉" in capsys.readouterr().err
    anbao("appeal", "decide", appeal, "granted", "--reason", "属实", "--by", "bo")
    assert rows("measure", "list")[0]["state"] == {"zh": "已解除", "en": "lifted"}
    again = anbao("measure", "take", "warning", "--merchant", "M1", "--facts", "夸大", "--by", "ann", "--days", "3")
    anbao("measure", "lift", again, "--reason", "查清", "--by", "ann")
    with open_platform(sqlite_opened_url) as platform:
        event = {"violation": "V1", "merchant": "M1"}
        facts: dict[str, str | int | bool] = {"field": "cosmetics", "facts": "未备案"}
        platform.record_event(Event(kind="violation.found", subjects=event, facts=facts))
        platform.advance()
    assert rows("report", "violations")[0]["id"] == "V1"
    report = anbao("report", "draft", "V1", "--by", "ann")
    assert "省级药品监督管理部门" in anbao("report", "show", report)
    anbao("report", "show", report, "--html", str(tmp_path / "r.html"))
    assert "未备案" in (tmp_path / "r.html").read_text(encoding="utf-8")
    anbao("report", "sent", report, "--channel", "12315", "--receipt", "R9", "--by", "ann")
    assert rows("report", "list")[0]["receipt"] == "R9"
