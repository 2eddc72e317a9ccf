"""Each part of prevention from the command line and over HTTP, on both databases, with its entries and obligations."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from anbao.cli.root import run
from anbao.connect.moderation import URL_VARIABLE
from anbao.connect.registry import registry_from_environment
from anbao.platform import open_platform
from anbao.rules.learning.training import train
from anbao.simulator.moderator import ModeratorServer
from anbao.simulator.pictures import jpeg, product, with_qr
from anbao.simulator.registry import RegistryServer
from api_server import served
from merchant_steps import FOOD, company

LI, WANG = "officer:li", "officer:wang"


class CommandRunner:
    """The command line over one store, and what the ledger says afterwards."""

    def __init__(self, folder: Path, read: Callable[[], tuple[str, str]]) -> None:
        self._folder = folder
        self._read = read

    def __call__(self, *arguments: str, status: int = 0) -> str:
        """Run a verb; what it prints."""
        self._read()
        done = run(arguments)
        out, err = self._read()
        assert done == status, err
        return out

    def rows(self, *arguments: str, status: int = 0) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self(*arguments, "--format", "json", status=status))
        return found

    def file(self, *nouns: object) -> str:
        """The nouns as JSON lines."""
        path = self._folder / f"{len(list(self._folder.iterdir()))}.jsonl"
        path.write_bytes(b"\n".join(msgspec.json.encode(noun) for noun in nouns))
        return str(path)

    def table(self, *rows: str) -> str:
        """The rows as a CSV file."""
        path = self._folder / f"{len(list(self._folder.iterdir()))}.csv"
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")
        return str(path)

    def screen(self, file: str, *arguments: str, status: int = 0) -> str:
        return self("screen", file, "--workers", "1", *arguments, status=status)

    def kinds(self, subject: str, family: str = "") -> list[str]:
        """The kinds of entries about it, all or of one family, in order."""
        found = self.rows("log", "entries", "--subject", subject)
        return [one["kind"] for one in found if one["kind"].startswith(family)]

    def bodies(self, kind: str) -> list[dict[str, Any]]:
        return [one["body"] for one in self.rows("log", "entries", "--kind", kind)]

    def states(self, norm: str) -> list[str]:
        """The states of a norm's obligations, as they were opened."""
        self._read()
        run(["obligations", "list", "--all", "--norm", norm, "--format", "json"])
        return [one["state"] for one in json.loads(self._read()[0])]


@pytest.fixture
def commands(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> CommandRunner:
    folder = tmp_path / "files"
    folder.mkdir()
    monkeypatch.setenv("ANBAO_STORE", store_url)
    monkeypatch.setenv("ANBAO_LANG", "en")
    monkeypatch.setenv("ANBAO_STORAGE", f"file://{tmp_path}/objects")

    def read() -> tuple[str, str]:
        captured = capsys.readouterr()
        return captured.out, captured.err

    return CommandRunner(folder, read)


def test_merchants(commands: CommandRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    forged = {**FOOD, "number": "JY15101000000000"}
    expired = {**FOOD, "valid_until": "2020-03-31"}
    applied = {"forged": [forged], "expired": [expired], "bare": [], "m1": [FOOD]}
    for name, licences in applied.items():
        application = commands.file(company(name, categories=["零食"], licences=licences))
        commands("merchant", "apply", application, status=int(name != "m1"))
    assert [commands.kinds(f"merchant:{name}", "merchant.")[-1] for name in applied] == [
        *("merchant.refused", "merchant.held", "merchant.held", "merchant.verified"),
    ]
    assert commands.states("cn.kyc.held") == ["open", "open"]
    assert commands.states("cn.kyc.reverify") == ["open"]
    vapes = commands("merchant", "apply", commands.file(company("vapes", categories=["电子烟"])), status=1)
    assert "电子烟管理办法 (not checked against its source)" in vapes

    commands("merchant", "change", "m1", commands.file({"phone": "12055556666"}))
    assert commands.states("cn.publicity.seller_change") == ["open"]
    commands("event", commands.file({"kind": "merchant.info_published", "subjects": {"merchant": "m1"}}))
    assert commands.states("cn.publicity.seller_change") == ["discharged"]
    with RegistryServer() as registry:
        registry.mode = "down"
        monkeypatch.setenv("ANBAO_REGISTRY", registry.url)
        commands("merchant", "apply", commands.file(company("m3")), status=1)
        commands("advance")
        monkeypatch.delenv("ANBAO_REGISTRY")
    assert commands.kinds("merchant:m3", "merchant.")[-1] == "merchant.waiting"
    assert commands.states("cn.kyc.registry") == ["open"]

    commands("merchant", "close", "m1", "--for-cause", "--reason", "售假", "--by", LI)
    commands("merchant", "apply", commands.file(company("m2", phone="12055556666")), status=1)
    assert commands.bodies("merchant.held")[-1]["reasons"] == ["comeback"]


def test_words_in_disguise_and_a_change_of_the_lexicon(commands: CommandRunner) -> None:
    dangerous = ("氰*化*钾", "氰化鉀", "qinghuajia 现货", "钾化氰", "电击木昆", "氰\u200b化\u200b钾", "Ｋ粉", "冰/毒")
    harmless = ("玩具枪 水枪", "枪手电影海报", "剑桥英语", "毒蛇游戏鼠标")
    listings = commands.table(
        "id,title", *(f"d{n},{t}" for n, t in enumerate(dangerous)), *(f"h{n},{t}" for n, t in enumerate(harmless))
    )
    told = list(csv.DictReader(io.StringIO(commands.screen(listings, "--format", "csv", status=1).lstrip("\ufeff"))))
    outcomes = {one["listing"]: one["outcome"] for one in told}
    assert {outcomes[f"d{n}"] for n in range(len(dangerous))} <= {"block", "review"}
    assert {outcomes[f"h{n}"] for n in range(len(harmless))} == {"pass"}
    assert all(one["provisions"] for one in told if one["listing"].startswith("d"))
    held = [one for one in outcomes.values() if one == "review"]
    assert commands.states("cn.dispose.review") == ["open"] * len(held)
    assert commands.bodies("listing.screened")[0]["findings"][0]["surface"] == "氰*化*钾"

    few = commands("lexicon", "import", commands.table("term,category,severity", "蓝冰晶粒,drug,5"), "--by", LI).strip()
    commands("lexicon", "activate", few, "--by", LI)
    commands("lexicon", "confirm", few, "--by", LI, status=2)
    assert [one["digest"] for one in commands.rows("lexicon", "proposals")] == [few]
    commands("lexicon", "confirm", few, "--by", WANG)
    assert commands.kinds(f"lexicon:{few}") == [
        *("lexicon.imported", "lexicon.backtested", "lexicon.activation_proposed", "lexicon.activated"),
    ]
    assert commands("replay", "--all") == ""


def test_pictures(commands: CommandRunner, tmp_path: Path) -> None:
    (tmp_path / "files" / "code.jpg").write_bytes(jpeg(with_qr(product(2), "https://u.example.com/x")))
    (tmp_path / "files" / "bad.jpg").write_bytes(b"no picture")
    shown = ["p1,充电宝,code.jpg", "p2,充电宝,bad.jpg", "p3,充电宝,http://127.0.0.1:9/x.jpg"]
    commands.screen(commands.table("id,title,pictures", *shown), status=1)
    found = {
        one["subjects"].split()[0]: [finding["category"] for finding in one["body"].get("findings", ())]
        for one in commands.rows("log", "entries", "--kind", "listing.picture_screened")
    }
    assert "picture.code" in found["listing:p1"]
    assert found["listing:p2"] == found["listing:p3"] == ["picture.unreadable"]
    assert {one["subjects"] for one in commands.rows("case", "list")} == {f"listing:p{n}" for n in (1, 2, 3)}
    assert commands.states("cn.dispose.review") == ["open"] * 3


def test_messages(commands: CommandRunner) -> None:
    said = commands.file(
        {"id": "c1", "sender": "merchant", "merchant": "m1", "text": "加V❤ abc12345 微信转账便宜50，不走平台"},
        {"id": "c2", "sender": "consumer", "text": "什么时候发货"},
        {"id": "c3", "sender": "consumer", "text": "把账号密码给我，先验号再付款"},
    )
    told = commands.rows("message", said, "--every", status=1)
    assert [one["decision"] for one in told] == ["hold", "pass", "hold"]
    assert commands.states("cn.fraud.message") == ["open", "open"]
    assert "abc12345" not in json.dumps(commands.bodies("message.screened"))
    [case] = [one["case"] for one in commands.rows("case", "list") if "message:c1" in one["subjects"]]
    commands("case", "decide", case, "stop", "--reason", "引流", "--by", LI)
    assert commands.states("cn.fraud.message") == ["discharged", "open"]


def test_models_that_learn(commands: CommandRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands("model", "train", status=2)
    patter = [f"稳定货源 长期供应 价格可谈 第{n}批" for n in range(24)]
    model = train(patter, [f"纯棉毛巾 柔软吸水 {n}条装" for n in range(24)])
    file = tmp_path / "model.bin"
    file.write_bytes(model.to_bytes())
    past = [f"x{n},{title}" for n, title in enumerate(patter)]
    commands.screen(commands.table("id,title", *past))
    commands("model", "import", str(file), "--by", LI)
    commands("model", "activate", model.digest, "--by", LI)
    assert [one["in_force"] for one in commands.rows("model", "list")] == [False]
    commands("model", "confirm", model.digest, "--by", WANG)
    commands.screen(commands.table("id,title", "new,进口好货 稳定货源 长期供应 价格可谈"), status=1)
    decided = commands.bodies("listing.screened")[-1]
    assert decided["outcome"] == "review"
    [finding] = decided["findings"]
    assert (finding["detector"], finding["term"]) == ("model", model.digest)
    assert finding["weight"] >= 800
    assert finding["because"]
    assert commands.kinds(f"model:{model.digest}") == [
        *("model.imported", "model.backtested", "model.activation_proposed", "model.activated"),
    ]
    commands("model", "deactivate", "--by", LI)

    with ModeratorServer({"上头"}) as outside:
        monkeypatch.setenv(URL_VARIABLE, outside.url)
        commands("advance")
        commands.screen(commands.table("id,title", "tea,秘制上头奶茶", "towel,纯棉毛巾"))
        commands("advance")
    assert {one["id"] for one in outside.asked} == {"tea", "towel"}
    assert commands.kinds("listing:tea") == ["listing.screened", "moderation.answered", "case.opened"]
    assert "case.opened" not in commands.kinds("listing:towel")


def test_notices_before_the_trade(commands: CommandRunner) -> None:
    commands.screen(commands.table("id,title,category,description", "T1,纳木错三日游,高原旅游,最高海拔4718米"))
    assert "4718" in commands("notice", "render", "T1")
    order, intent = {"buyer": "b1", "listing": "T1"}, commands.file({"buyer": "b1", "listing": "T1"})
    commands("order", "place", commands.file({**order, "id": "O1"}), status=1)
    owed = ("cn.notice.shown", "cn.notice.before_order", "cn.notice.asked")
    assert [commands.states(norm) for norm in owed] == [["overdue"]] * 3

    commands("parameter", "set", "order.without_notice", "refuse", "--by", LI)
    assert not commands.rows("order", "check", intent, status=1)[0]["allowed"]
    [refused] = commands.rows("order", "place", commands.file({**order, "id": "O2"}), status=1)
    assert refused["decision"]["en"] == "refused"
    told = {**order, "notice": "travel_high_altitude"}
    commands("notice", "shown", commands.file({**told, "seconds": 20, "language": "zh"}))
    commands("notice", "acknowledged", commands.file(told))
    commands("notice", "answered", commands.file({**told, "belongs": False}))
    choice = {**order, "knew": True, "could_choose": False, "chose": False}
    commands("notice", "choice", commands.file(choice), status=2)
    commands("notice", "choice", commands.file({**choice, "knew_by": "须知页"}))
    assert commands.rows("order", "check", intent)[0]["allowed"]
    commands("order", "place", commands.file({**order, "id": "O3"}))
    assert [commands.states(norm) for norm in owed] == [["overdue", "discharged"]] * 3
    assert commands.bodies("notice.shown")[0]["version"] >= 1
    assert commands.bodies("notice.shown")[0]["seconds"] == 20
    assert "b1" not in json.dumps(commands.bodies("notice.shown"))
    assert commands.kinds("listing:T1").count("order.refused") == 1


def test_controls_that_must_be_alive(commands: CommandRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    commands("lexicon", "import", commands.table("term,category,severity", "乙毒物,toxic,5"), "--activate", "--by", LI)
    [failed] = commands.rows("control", "probe", "listing_monitoring", status=1)
    assert failed["red"]
    assert commands.states("cn.control.repair") == ["open"]
    former = next(one["digest"] for one in commands.rows("lexicon", "list") if not one["in_force"])
    commands("lexicon", "activate", former, "--by", LI)
    commands("control", "probe", "listing_monitoring")
    assert commands.states("cn.control.repair") == ["discharged"]
    commands("control", "assign", "listing_monitoring", LI)
    assert commands.states("cn.control.person").count("discharged") == 1
    kinds = commands.kinds("control:listing_monitoring")
    assert [kind for kind in kinds if kind in ("control.failed", "control.recovered", "control.assigned")] == [
        *("control.failed", "control.recovered", "control.assigned"),
    ]


def test_a_deadline_is_the_platforms_own(commands: CommandRunner) -> None:
    commands("event", commands.file({"kind": "rules.published", "subjects": {"rules": "r1"}}))
    commands("setting", "set", "listing.review", "hours=12", "--by", LI)
    commands("setting", "set", "listing.review", "moons=1", "--by", LI, status=2)
    commands("setting", "set", "listing.review", "soon", "--by", LI, status=2)
    values = {one["id"]: one["value"] for one in commands.rows("setting", "list")}
    assert values["listing.review"] == "hours=12"
    assert values["merchant.held"] == "working_days=7"
    commands("event", commands.file({"kind": "nonsense", "subjects": {}}), status=2)
    commands("log", "entries", "--subject", "nobody", status=2)
    commands("obligations", "list", "--all", "--overdue", status=2)
    commands("advance")
    assert not commands.states("cn.nothing")


def test_all_parts_over_http(store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANBAO_STORAGE", f"file://{tmp_path}/objects")
    with served(store_url) as server:
        client, second = server.client(), server.client()

        def post(path: str, body: object, by: httpx.Client = client, status: int = 201) -> Any:
            answer = by.post(path, json=body)
            assert answer.status_code == status, answer.text
            return answer.json()

        def states(norm: str) -> list[str]:
            return [one["state"] for one in client.get("/v1/obligations", params={"norm": norm}).json()["items"]]

        merchant = msgspec.to_builtins(company("m1", categories=["零食"], licences=[FOOD]))
        assert post("/v1/merchants", merchant)["decision"] == "verified"
        assert states("cn.kyc.reverify") == ["open"]
        vapes = post("/v1/merchants", msgspec.to_builtins(company("m2", categories=["电子烟"])))
        assert (vapes["decision"], vapes["checks"][-1]["source"]) == ("refused", "电子烟管理办法")

        listing = post("/v1/listings", {"id": "l1", "title": "氰*化*钾"})
        assert (listing["outcome"], listing["findings"][0]["channel"]) == ("block", "spaced")
        vape = post("/v1/listings", {"id": "l2", "title": "水果味", "category": "电子烟"})
        assert [(one["category"], one["source"]) for one in vape["findings"]] == [
            ("category.forbidden", "电子烟管理办法")
        ]
        few = client.post(
            "/v1/lexicons", content="term,category,severity\n蓝冰晶粒,drug,5\n".encode(), headers=CSV
        ).json()
        assert post(f"/v1/lexicons/{few['digest']}/activate", {})["state"] == "proposed"
        assert client.post(f"/v1/lexicons/{few['digest']}/confirm").status_code == 403
        assert second.post(f"/v1/lexicons/{few['digest']}/confirm").status_code in (201, 403)

        image = jpeg(with_qr(product(2), "https://u.example.com/x"))
        picture = client.post("/v1/pictures", content=image, headers={"Content-Type": "image/jpeg"}).json()["picture"]
        assert post("/v1/listings", {"id": "l3", "title": "充电宝", "pictures": [picture]})["outcome"] == "review"
        assert "l3" in {one["subjects"]["listing"] for one in client.get("/v1/cases").json()["items"]}

        message = {"id": "c1", "sender": "merchant", "merchant": "m1", "text": "加V❤ abc12345 微信转账便宜50，不走平台"}
        assert post("/v1/messages", message)["decision"] == "hold"
        assert states("cn.fraud.message") == ["open"]
        assert client.post("/v1/models/train").status_code == 400

        post("/v1/listings", {"id": "T1", "title": "纳木错三日游", "category": "高原旅游"})
        post("/v1/orders", {"id": "O1", "buyer": "b1", "listing": "T1"})
        assert states("cn.notice.shown") == ["overdue"]

        post("/v1/controls/listing_monitoring/assign", {"person": LI})
        probed = post("/v1/controls/credential_check/probe", {})
        assert (probed["state"], probed["red"]) == ("works", True)
        assert server.platform.verify().sound
        assert not server.platform.obligation_differences()


CSV = {"Content-Type": "text/csv"}


def test_the_check_of_credentials_works_while_a_registry_is_attached(
    commands: CommandRunner, monkeypatch: pytest.MonkeyPatch, store_url: str
) -> None:
    commands("control", "probe", "credential_check")
    with RegistryServer() as registry:
        monkeypatch.setenv("ANBAO_REGISTRY", registry.url)
        with open_platform(store_url) as platform:
            platform.prevent.merchants.connect(registry_from_environment())
            assert platform.controls.try_one("credential_check").ok
    assert registry.asked == 0
