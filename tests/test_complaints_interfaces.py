"""Complaints over HTTP, from strangers and officers, with attachments in an S3-compatible store; command line too."""

import json
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from moto.server import ThreadedMotoServer

from anbao.api.investigate import complaint_routes, notice_routes
from anbao.api.throttle import Throttle
from anbao.cli.root import run
from anbao.connect import attachments
from anbao.errors import InvalidInput, TooMany
from anbao.platform import open_platform
from api_server import Served, served

PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)


@pytest.fixture(scope="module")
def s3_server() -> Iterator[str]:
    """The URL of a server that speaks S3, with a bucket ``complaints``."""
    server = ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    httpx.put(f"{url}/complaints", trust_env=False).raise_for_status()
    yield url
    server.stop()


@pytest.fixture
def server(store_url: str, s3_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setenv("ANBAO_STORAGE", "s3://complaints/files")
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_server)
    for name, value in {"ACCESS_KEY_ID": "t", "SECRET_ACCESS_KEY": "t", "REGION": "us-east-1"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setattr(complaint_routes, "_throttle", Throttle(4, 100, 3600))
    monkeypatch.setattr(notice_routes, "_throttle", Throttle(4, 100, 3600))
    complaint_routes._storage.cache_clear()
    with served(store_url) as running:
        yield running
    complaint_routes._storage.cache_clear()


def ok(answer: httpx.Response, status: int = 201) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


def told(**more: Any) -> dict[str, Any]:
    return {"concern": "safety", "listing": "L1", "text": "充电时起火，手被烫伤", **more}


def test_a_stranger_complains_with_a_photo_and_follows_the_token(server: Served, s3_server: str) -> None:
    stranger, officer = server.anonymous(), server.client("officer")
    filed = ok(stranger.post("/public/complaints", json=told(harmed=True, files=[b64encode(PNG).decode()])))
    seen = ok(stranger.get(f"/public/complaints/{filed['token']}"), 200)
    assert seen["receipt"] == filed["receipt"]
    assert [step["title"]["en"] for step in seen["steps"]][:2] == [
        "A complaint or report was received",
        "It was acknowledged with a receipt",
    ]
    assert ok(stranger.get("/public/complaints/none"), 404)["code"] == "not_found"

    found = ok(officer.get(f"/v1/complaints/{filed['receipt']}"), 200)
    assert found["complaint"]["severity"] == 5
    assert found["complaint"]["conceal"] is True
    received = found["timeline"][0]
    assert "token" not in received["body"]
    assert received["body"]["text"].startswith("commit:")
    [photo] = received["body"]["attachments"]
    assert photo == {"sha256": sha256(PNG).hexdigest(), "size": len(PNG), "type": "image/png"}
    stored = httpx.get(f"{s3_server}/complaints", params={"list-type": 2, "prefix": "files/"}, trust_env=False).text
    assert photo["sha256"] in stored
    bytes_back = officer.get(f"/v1/complaints/{filed['receipt']}/attachments/{photo['sha256']}")
    assert (bytes_back.content, bytes_back.headers["content-type"]) == (PNG, "image/png")
    assert officer.get(f"/v1/complaints/{filed['receipt']}/attachments/{'0' * 64}").status_code == 404
    assert server.client("trade").get(f"/v1/complaints/{filed['receipt']}").status_code == 403


def test_strangers_are_held_to_a_limit_and_informed_of_it(server: Served) -> None:
    stranger = server.anonymous()
    answers = [stranger.post("/public/complaints", json=told(text=f"第 {n} 次")) for n in range(6)]
    assert [one.status_code for one in answers] == [201] * 4 + [429] * 2
    assert answers[-1].json()["code"] == "too_many"
    assert server.count("complaint.received") == 4


@pytest.mark.parametrize(
    ("files", "status"),
    [
        ([b64encode(b"MZ" + bytes(100)).decode()], 400),
        (["not base64!"], 400),
        ([b64encode(PNG).decode()] * 11, 400),
    ],
)
def test_what_is_no_picture_is_refused_and_nothing_is_filed(server: Served, files: list[str], status: int) -> None:
    problem = ok(server.anonymous().post("/public/complaints", json=told(files=files)), status)
    assert problem["code"] == "invalid_input"
    assert server.count("complaint.received") == 0


def test_the_platform_files_and_a_notice_goes_its_way(server: Served) -> None:
    client = server.client("trade", "officer", "read")
    proof = ok(client.post("/v1/attachments", content=b"%PDF-1.7 proof", headers={"Content-Type": "application/pdf"}))
    assert proof["type"] == "application/pdf"
    notice = {
        "concern": "infringement",
        "source": "rights_holder",
        "merchant": "m1",
        "text": "假冒商标",
        "right": "商标 1234567",
        "attachments": [proof],
        "reporter": {"name": "某公司", "contact": "ip@example.cn"},
    }
    filed = ok(client.post("/v1/complaints", json=notice, headers={"Idempotency-Key": "k1"}))
    assert ok(client.post("/v1/complaints", json=notice, headers={"Idempotency-Key": "k1"})) == filed
    assert filed["lacking"] == []
    base = f"/v1/complaints/{filed['receipt']}"
    ok(client.post(f"{base}/forward", json={}))
    ok(client.post(f"{base}/measured", json={"measure": "断开链接"}))
    ok(client.post(f"{base}/statement", json={"text": "有授权", "counter": True}))
    ok(client.post(f"{base}/delivered"))
    assert ok(client.get(base), 200)["notice"]["state"] == "waiting"
    token = filed["token"]
    ok(server.anonymous().post(f"/public/complaints/{token}/proceedings", json={"what": "已起诉"}))
    told = ok(client.post(f"{base}/read", json={"person": "wang"}))
    assert [one["told"].get("what") for one in told["words"]][-1] == "已起诉"
    assert ok(client.get(f"/v1/entries/{told['entry']}"), 200)["entry"]["body"]["person"] == "wang"
    found = ok(client.get(base), 200)
    assert found["notice"]["state"] == "proceedings"
    assert [line["entry"] for line in found["timeline"]] == sorted(line["entry"] for line in found["timeline"])
    assert ok(client.post(f"{base}/proceedings", json={"what": "再诉"}), 409)["code"] == "conflict"
    ok(client.post(f"{base}/outcome", json={"result": "infringed", "reason": "判决认定侵权"}))
    assert ok(client.get(base), 200)["notice"]["state"] == "upheld"
    assert ok(client.post(f"{base}/accept"), 409)
    page = ok(client.get("/v1/complaints", params={"state": "handled"}), 200)
    assert [one["id"] for one in page["items"]] == [filed["receipt"]]
    assert page["items"][0]["token"] == ""


def test_a_stranger_completes_a_notice_and_the_public_reads_of_it(server: Served) -> None:
    stranger, officer = server.anonymous(), server.client("officer")
    notice = {"concern": "infringement", "source": "rights_holder", "merchant": "m1", "conceal": False}
    filed = ok(stranger.post("/public/complaints", json=told(**notice, text="假冒我司商标")))
    assert filed["lacking"] == ["right", "proof"]
    follow = f"/public/complaints/{filed['token']}"
    base = f"/v1/complaints/{filed['receipt']}"
    assert ok(officer.post(f"{base}/publish"), 409)["code"] == "conflict"
    assert ok(stranger.post(f"{follow}/complete", json={"right": "商标 <1234567>"})) == {"lacking": ["proof"]}
    assert ok(stranger.post("/public/complaints/none/complete", json={"right": "x"}), 404)["code"] == "not_found"
    assert ok(stranger.post(f"{follow}/complete", json={}), 400)["code"] == "invalid_input"
    trader = server.client("trade")
    assert ok(trader.post(f"{base}/complete", json={"proof": "对比图"})) == {"lacking": []}
    assert ok(trader.post(f"{base}/complete", json={"proof": "对比图"}), 409)["code"] == "conflict"
    assert ok(stranger.get("/public/notices.json"), 200) == {"items": []}
    ok(officer.post(f"{base}/publish"))
    [shown] = ok(stranger.get("/public/notices.json"), 200)["items"]
    assert (shown["right"], shown["shop"], shown["state"]) == ("商标 <1234567>", "m1", "notified")
    page = stranger.get("/public/notices", params={"lang": "en"})
    assert "A notice was received" in page.text
    assert "&lt;1234567&gt;" in page.text
    assert "假冒我司商标" not in page.text
    assert [stranger.post(f"{follow}/complete", json={"right": "x"}).status_code for _ in range(2)] == [409, 429]


def test_files_are_known_by_their_bytes() -> None:
    known = {
        b"\xff\xd8\xff\xe0": "image/jpeg",
        b"RIFF\x00\x00\x00\x00WEBPVP8 ": "image/webp",
        b"\x00\x00\x00\x18ftypmp42": "video/mp4",
        b"\x00\x00\x00\x18ftypheic": "image/heic",
        b"%PDF-1.7": "application/pdf",
    }
    assert {data: attachments.media_type(data) for data in known} == known
    for data in (b"", b"<html>", b"PK\x03\x04", b"#!/bin/sh", b"RIFF\x00\x00\x00\x00WAVE"):
        assert attachments.media_type(data) is None


def test_the_limit_is_for_each_address_and_for_all() -> None:
    throttle = Throttle(2, 3, 3600)
    throttle.admit("a")
    throttle.admit("a")
    with pytest.raises(TooMany):
        throttle.admit("a")
    throttle.admit("b")
    with pytest.raises(TooMany):
        throttle.admit("c")
    brief = Throttle(1, 1, 0)
    brief.admit("a")
    brief.admit("a")


def test_the_command_line_files_lists_shows_and_forwards(
    sqlite_opened_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANBAO_STORE", sqlite_opened_url)
    monkeypatch.setenv("ANBAO_LANG", "en")
    monkeypatch.delenv("ANBAO_STORAGE", raising=False)
    open_platform(sqlite_opened_url).close()
    photo, virus = tmp_path / "photo.png", tmp_path / "photo.exe"
    photo.write_bytes(PNG)
    virus.write_bytes(b"MZ" + bytes(10))

    def answer(*arguments: str, status: int = 0) -> Any:
        capsys.readouterr()
        assert run(["complaint", *arguments]) == status
        out = capsys.readouterr().out
        return json.loads(out) if out else None

    about = ("--concern", "quality", "--merchant", "m1")
    assert answer("file", "与描述不符", *about, "--attach", str(virus), status=2) is None
    [filed] = answer("file", "与描述不符", *about, "--attach", str(photo), "--conceal")
    [listed] = answer("list", "--format", "json")
    assert (listed["complaint"], listed["state"]) == (filed["receipt"], "accepted")
    answer("forward", filed["receipt"], "--by", "wang", status=2)
    answer("forward", filed["receipt"], "--by", "wang", "--summary", "有买家反映描述不符")
    shown = answer("show", filed["receipt"], "--format", "json")
    assert shown[-1]["what"]["en"] == "It was forwarded to the merchant"
    [lacking] = answer("file", "侵权", "--concern", "infringement", "--merchant", "m1", "--source", "rights_holder")
    assert len(lacking["lacking"]) == 2
    answer("complete", lacking["receipt"], "--right", "商标 1", "--by", "wang")
    answer("complete", lacking["receipt"], "--proof", "对比图", "--attach", str(photo), "--by", "wang")
    answer("complete", lacking["receipt"], "--proof", "再补", "--by", "wang", status=2)
    answer("forward", lacking["receipt"], "--by", "wang")
    answer("delivered", lacking["receipt"], "--by", "wang", status=2)
    answer("statement", lacking["receipt"], "有授权", "--counter", "--by", "m1")
    answer("delivered", lacking["receipt"], "--by", "wang")
    answer("proceedings", lacking["receipt"], "已起诉", "--docket", "(2026)粤01民初1号", "--by", "wang")
    told = answer("read", lacking["receipt"], "--by", "wang")
    assert told["words"][-1]["told"] == {"docket": "(2026)粤01民初1号", "what": "已起诉"}
    answer("outcome", lacking["receipt"], "pending", "--reason", "尚在审理", "--by", "wang")
    answer("publish", lacking["receipt"], "--by", "wang")
    shown = [one["what"]["en"] for one in answer("show", lacking["receipt"], "--format", "json")]
    assert "The right holder reported a complaint or suit" in shown
    assert "The complainant added what was wanting" in shown
    assert "Notice, counter-statement or result was published" in shown
    with pytest.raises(InvalidInput):
        attachments.keep(None, [b"MZ"])  # type: ignore[arg-type]
