"""Hazards and sweeps over real HTTP and on the command line, on both databases."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

import anbao
from anbao.cli.root import run
from anbao.connect.hazard_lists import parse_mapping, read_file
from anbao.investigate import hazards
from anbao.investigate.fingerprints import recognisable
from anbao.platform import open_platform
from api_server import Served, served

BARCODE = "6901234567892"
TITLE = "20000毫安大容量充电宝便携快充移动电源"
RECALLS = f"""召回编号,标题,产品名称,条形码,型号,危险等级
R1,某牌充电宝召回,{TITLE},{BARCODE},PB-20X,5
R2,某牌台灯召回,,,,
R3,坏行,{TITLE}甲,12,,
,无编号的召回,小熊儿童护眼台灯学习专用,,,3
"""


@pytest.fixture
def server(store_url: str) -> Iterator[Served]:
    with served(store_url) as running:
        yield running


def test_from_a_suspicion_to_the_listings_where_it_was_found(server: Served) -> None:
    client = server.client()
    for number, text in enumerate((f"条码 {BARCODE}", "无", TITLE)):
        listing = {"id": f"l{number}", "title": TITLE if number == 2 else "移动电源", "description": text}
        assert client.post("/v1/listings", json=listing).status_code == 201
    suspicion = {"id": "h/1", "source": "complaint", "title": "发烫的充电宝", "listing": "l2"}
    assert client.post("/v1/hazards", json=suspicion, headers={"Idempotency-Key": "a"}).status_code == 201
    assert client.post("/v1/hazards", json=suspicion, headers={"Idempotency-Key": "a"}).status_code == 201
    assert client.post("/v1/hazards", json=suspicion).status_code == 409
    suspicion = {**suspicion, "id": "h1"}
    assert client.post("/v1/hazards", json=suspicion).status_code == 201
    known = client.get("/v1/hazards/h1").json()
    assert [(one["kind"], one["value"]) for one in known["record"]["fingerprints"]] == [("title", TITLE)]
    prints = [{"kind": "title", "value": TITLE}, {"kind": "barcode", "value": BARCODE}]
    confirmed = client.post("/v1/hazards/h1/confirm", json={"fingerprints": prints, "sold": True})
    assert confirmed.status_code == 201
    server.platform.advance()
    first = client.get("/v1/hazards/h1/matches", params={"limit": 1}).json()
    second = client.get("/v1/hazards/h1/matches", params={"limit": 1, "cursor": first["next"]}).json()
    found = [(one["listing"], one["certainty"]) for one in (*first["items"], *second["items"])]
    assert found == [("l0", "certain"), ("l2", "likely")]
    assert second["next"] is None
    [sweep] = client.get("/v1/sweeps").json()["items"]
    assert (sweep["state"], sweep["looked"], sweep["total"]) == ("done", 3, 3)
    answer = client.get(f"/v1/sweeps/{sweep['id']}").json()
    assert answer["hazards"] == {"h1": {"certain": 1, "likely": 1, "possible": 0}}
    assert client.post("/v1/hazards/h1/lift", json={"reason": "更正"}).status_code == 201
    assert [one["id"] for one in client.get("/v1/hazards", params={"state": "lifted"}).json()["items"]] == ["h1"]
    page = client.get("/v1/hazards", params={"limit": 1}).json()
    assert [one["id"] for one in page["items"]] == ["h/1"]
    rest = client.get("/v1/hazards", params={"limit": 1, "cursor": page["next"]}).json()
    assert ([one["id"] for one in rest["items"]], rest["next"]) == (["h1"], None)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/hazards", {"id": "h", "source": "rumour", "title": "x"}, 400),
        ("/v1/hazards", {"id": "h", "source": "own", "title": "x", "listing": "none"}, 404),
        (
            "/v1/hazards",
            {"id": "h", "source": "own", "title": "x", "fingerprints": [{"kind": "barcode", "value": "1"}]},
            400,
        ),
        ("/v1/hazards/none/confirm", {}, 404),
        ("/v1/hazards/none/lift", {"reason": "x"}, 404),
        ("/v1/hazards/none/dismiss", {"reason": ""}, 400),
        ("/v1/sweeps/none/pause", {}, 404),
    ],
)
def test_bad_requests_say_what_is_wrong(
    sqlite_opened_url: str, path: str, body: dict[str, object], status: int
) -> None:
    with served(sqlite_opened_url) as server:
        client = server.client()
        before = server.size()
        answer = client.post(path, json=body)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"]
        assert server.size() == before


def test_a_list_is_previewed_and_imported_once(server: Served) -> None:
    client = server.client()

    def send(**parameters: object) -> httpx.Response:
        given = {"source": "recall", **parameters}
        return client.post(
            "/v1/hazards/import",
            params=given,  # type: ignore[arg-type]
            content=RECALLS.encode("gb18030"),
            headers={"Content-Type": "text/csv"},
        )

    size = server.size()
    preview = send(preview=True)
    assert preview.status_code == 200
    assert preview.json()["mapping"]["product"] == "产品名称"
    assert [one["id"] for one in preview.json()["first"]][:2] == ["recall.R1", "recall.R2"]
    assert [row["row"] for row in preview.json()["refused"]] == [3]
    assert server.size() == size
    done = send().json()
    assert (done["rows"], done["suspected"], done["confirmed"], done["unrecognisable"]) == (4, 3, 2, 1)
    again = send().json()
    assert (again["suspected"], again["confirmed"], again["known"]) == (0, 0, 3)
    record = client.get("/v1/hazards/recall.R1").json()["record"]
    assert (record["certain"], record["severity"]) == (True, 5)
    assert {one["kind"] for one in record["fingerprints"]} == {"title", "barcode", "model"}


def test_a_list_without_a_product_column_asks_for_a_mapping(server: Served) -> None:
    client = server.client()
    body = json.dumps([{"what": "小熊儿童护眼台灯学习专用", "no": 7}]).encode()
    headers = {"Content-Type": "application/json"}
    refused = client.post("/v1/hazards/import", content=body, headers=headers)
    assert refused.status_code == 400
    assert "what, no" in refused.text
    done = client.post("/v1/hazards/import", params={"map": ["product=what", "id=no"]}, content=body, headers=headers)
    assert done.json()["confirmed"] == 1
    assert client.get("/v1/hazards/recall.7").json()["record"]["title"] == "小熊儿童护眼台灯学习专用"


def test_on_the_command_line(store_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with anbao.open(store_url) as platform:
        platform.submit_listings(
            [
                anbao.Listing(id="a", title="移动电源", description=f"条码 {BARCODE}", merchant="m1"),
                anbao.Listing(id="b", title=f"包邮 {TITLE}"),
            ]
        )
    store = ("--store", store_url)
    file = tmp_path / "recalls.csv"
    file.write_text(RECALLS, encoding="utf-8")
    assert run(["hazard", "import", str(file), "--preview"]) == 1
    assert "recall.R1" in capsys.readouterr().out
    assert run(["hazard", "import", str(file), *store]) == 1
    assert run(["hazard", "suspect", "own1", "--title", "发烫", "--listing", "b", *store]) == 0
    assert run(["hazard", "dismiss", "own1", "--reason", "查无此事", *store]) == 0
    assert run(["hazard", "suspect", "own2", "--title", "发烫", "-f", f"barcode={BARCODE}", *store]) == 0
    told = ("--basis", "检测报告 7 号", "--severity", "5", "--advice", "请勿充电", "--advice-en", "Do not charge it")
    assert run(["hazard", "confirm", "own2", "--sold", *told, *store]) == 0
    with open_platform(store_url) as platform, platform.reading() as conn:
        record = hazards.known(conn, "own2").record
    assert (record.basis, record.severity) == ("检测报告 7 号", 5)
    assert (record.advice_zh, record.advice_en) == ("请勿充电", "Do not charge it")
    assert run(["hazard", "confirm", "none", *store]) == 2
    assert run(["hazard", "suspect", "x", "--title", "x", "-f", "colour=red", *store]) == 2
    capsys.readouterr()
    assert run(["sweep", "run", "--format", "jsonl", *store]) == 1
    [swept] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (swept["looked"], swept["total"], swept["matched"]) == (2, 2, 3)
    assert run(["sweep", "run", *store]) == 0
    capsys.readouterr()
    assert run(["sweep", "show", swept["id"], "--format", "jsonl", *store]) == 0
    counts = {row["hazard"]: row for row in map(json.loads, capsys.readouterr().out.splitlines())}
    assert counts["own2"]["certain"] == 1
    assert counts["recall.R1"]["likely"] == 1
    assert run(["hazard", "show", "own2", "--format", "json", *store]) == 1
    [match] = json.loads(capsys.readouterr().out)
    assert (match["listing"], match["reasons"][0]["kind"]) == ("a", "barcode")
    assert run(["hazard", "show", "own2", *store]) == 1
    assert "条码" in capsys.readouterr().out
    assert run(["hazard", "list", "--state", "confirmed", "--format", "csv", *store]) == 0
    assert "own2" in capsys.readouterr().out
    assert run(["sweep", "list", *store]) == 0
    assert run(["sweep", "pause", swept["id"], *store]) == 2
    assert run(["hazard", "lift", "own2", "--reason", "更正", *store]) == 0


RECALL_FILES = Path(__file__).parents[2] / "shared" / "data" / "recalls"


@pytest.mark.skipif(not RECALL_FILES.exists(), reason="the recall files are not here")
@pytest.mark.parametrize(
    ("name", "mapping"),
    [("cpsc_recalls.csv", []), ("fda_recalls.csv", []), ("fda_2009_2013.csv", ["title=product_descrpition"])],
)
def test_real_recall_lists_can_be_read(name: str, mapping: list[str]) -> None:
    read = read_file(RECALL_FILES / name, "recall", parse_mapping(mapping))
    good = [row.suspicion for row in read.rows if row.suspicion]
    assert len(good) > 0.95 * len(read.rows)
    assert sum(recognisable(one.fingerprints) for one in good) > 0.6 * len(good)
    assert len({one.id for one in good}) == len(good)
