"""Planted personal values go in through every input over HTTP; none lies anywhere in the clear afterwards.

Looked through: the raw bytes of the database (file, write-ahead log, shared memory; every column of every table on
PostgreSQL), the exported log, the tiles and entries over HTTP, what was logged, and the folder of temporary files.
"""

import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import psycopg
import pytest

from anbao.errors import Conflict, InvalidInput
from anbao.ledger import open_vault
from anbao.ledger.export import export
from anbao.ledger.person_keys import STORE_KEYS
from anbao.model.complaint import Complaint
from anbao.model.identity import OWN_FIELDS
from anbao.model.merchant import Merchant
from anbao.platform import open_platform
from anbao.prevent.merchants import file
from anbao.simulator.receiver import receiving
from anbao.store import meta, open_store
from anbao.store.bulk import sql
from anbao.text import Text
from api_server import Served, served
from older_vault import make_older

ID = "110101199003074514"
OTHER_ID = "440308199901010012"
PHONE = "13911223344"

PLANTED: dict[str, str] = {
    "merchant.address": "密云区金丝雀胡同七号院",
    "merchant.bank_account": "6222020200112233445",
    "merchant.contact_name": "欧阳金丝雀",
    "merchant.legal_name": "上官金丝雀",
    "merchant.phone": "13900000001",
    "merchant.resident_id": ID,
    "change.address": "怀柔区画眉大街八号",
    "change.phone": "13900000002",
    "order.buyer": "buyer-canary-order",
    "order.recipient": "诸葛收件人",
    "order.recipient_address": "延庆区百灵路九号",
    "order.recipient_phone": "13900000003",
    "intent.buyer": "buyer-canary-intent",
    "shown.buyer": "buyer-canary-shown",
    "event.buyer": "buyer-canary-event",
    "message.buyer": "buyer-canary-message",
    "message.text": "加我私聊 13900000004 转账到建行 6217000010001234567 给司马先生",
    "complaint.buyer": "buyer-canary-complaint",
    "complaint.name": "夏侯投诉人",
    "complaint.phone": "13900000005",
    "complaint.contact": "canary-complaint@example.org",
    "complaint.text": "我叫夏侯投诉人，住在平谷区杜鹃路一号，充电宝爆炸烧伤了手",
    "complaint.proof": "购买凭证由夏侯投诉人保管于平谷区",
    "public.name": "皇甫匿名",
    "public.phone": "13900000006",
    "public.contact": "canary-public@example.org",
    "public.text": "皇甫匿名住在门头沟区黄鹂街二号，热水壶漏电",
    "right.name": "慕容权利人",
    "right.phone": "13900000007",
    "right.contact": "canary-right@example.org",
    "right.text": "慕容权利人的商标被冒用，联系 13900000007",
    "statement.name": "尉迟商家",
    "statement.contact": "canary-merchant@example.org",
    "statement.text": "尉迟商家声明不存在侵权",
    "completion.phone": "13900000008",
    "completion.proof": "公孙补正的证明材料",
    "proceedings.what": "令狐起诉于某法院",
    "help.buyer": "buyer-canary-order",
    "help.statement": "宇文受害人住院于顺义区鹦鹉医院",
    "appeal.text": "长孙申诉人认为处罚有误，电话 13900000009",
    "control.person": "13900000010",
}


def secrets() -> dict[str, str]:
    """The parts of the planted values that must be found nowhere."""
    return {**PLANTED, "the misplaced id": OTHER_ID, "a misplaced phone": PHONE}


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    postgresql: str = request.getfixturevalue("postgresql_url") if request.param == "postgresql" else ""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setenv("ANBAO_STORAGE", f"file://{tmp_path / 'objects'}")
    return postgresql or f"sqlite:///{tmp_path / 'anbao.db'}"


class Sender:
    """Sends each request under an idempotency key, so that its answer is stored, and wants it to be accepted."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._number = 0

    def __call__(self, path: str, body: Any) -> Any:
        self._number += 1
        answer = self._client.post(path, json=body, headers={"Idempotency-Key": f"k{self._number}"})
        assert answer.status_code in (200, 201), (path, answer.text)
        again = self._client.post(path, json=body, headers={"Idempotency-Key": f"k{self._number}"})
        if again.headers.get("idempotency-replayed"):
            assert again.content == answer.content
        return answer.json()


def plant(server: Served) -> None:
    """Every noun with personal fields, through the routes that take it."""
    send, of = Sender(server.client()), PLANTED.__getitem__
    send(
        "/v1/merchants",
        {
            "id": "m1",
            "kind": "person",
            "shop_name": "店",
            "categories": ["服装"],
            "declaration": "small_trade",
            "address": of("merchant.address"),
            "bank_account": of("merchant.bank_account"),
            "contact_name": of("merchant.contact_name"),
            "legal_name": of("merchant.legal_name"),
            "phone": of("merchant.phone"),
            "resident_id": of("merchant.resident_id"),
        },
    )
    send("/v1/merchants/m1/change", {"address": of("change.address"), "phone": of("change.phone")})
    send("/v1/listings", {"id": "l1", "title": "纯棉短袖", "merchant": "m1", "category": "服装"})
    send("/v1/orders/check", {"listing": "l1", "buyer": of("intent.buyer")})
    send(
        "/v1/orders",
        {
            "id": "o1",
            "listing": "l1",
            "buyer": of("order.buyer"),
            "amount": "9.90",
            "recipient": of("order.recipient"),
            "recipient_address": of("order.recipient_address"),
            "recipient_phone": of("order.recipient_phone"),
        },
    )
    notice = server.client().get("/v1/notices").json()[0]["id"]
    buyer = {"buyer": of("shown.buyer"), "listing": "l1", "notice": notice}
    send("/v1/notices/shown", buyer)
    send("/v1/notices/acknowledged", buyer)
    send("/v1/notices/answered", {**buyer, "belongs": False})
    send("/v1/notices/choice", {**buyer, "knew": False, "could_choose": False, "chose": False})
    send("/v1/events", {"kind": "statement.requested", "buyer": of("event.buyer"), "subjects": {"statement": "s1"}})
    send(
        "/v1/messages",
        {"id": "c1", "sender": "merchant", "merchant": "m1", "buyer": of("message.buyer"), "text": of("message.text")},
    )
    complaint = send(
        "/v1/complaints",
        {
            "concern": "safety",
            "harmed": True,
            "listing": "l1",
            "order": "o1",
            "source": "consumer",
            "proof": of("complaint.proof"),
            "text": of("complaint.text"),
            "reporter": {
                "buyer": of("complaint.buyer"),
                "name": of("complaint.name"),
                "phone": of("complaint.phone"),
                "contact": of("complaint.contact"),
            },
        },
    )["receipt"]
    send(f"/v1/complaints/{complaint}/read", {})
    send(
        "/public/complaints",
        {"concern": "safety", "listing": "l1", "conceal": False}
        | {name: of(f"public.{name}") for name in ("name", "phone", "contact", "text")},
    )
    right = send(
        "/v1/complaints",
        {
            "concern": "infringement",
            "listing": "l1",
            "merchant": "m1",
            "source": "rights_holder",
            "right": "商标 12345",
            "text": of("right.text"),
            "reporter": {name: of(f"right.{name}") for name in ("name", "phone", "contact")},
        },
    )["receipt"]
    for path, body in (
        ("complete", {"phone": of("completion.phone"), "proof": of("completion.proof")}),
        ("forward", {}),
        ("statement", {name: of(f"statement.{name}") for name in ("name", "contact", "text")} | {"counter": True}),
        ("proceedings", {"what": of("proceedings.what")}),
    ):
        attempt = server.client().post(f"/v1/complaints/{right}/{path}", json=body, headers={"Idempotency-Key": path})
        assert attempt.status_code == 201, (path, attempt.text)
    for name, help_ in (("a1", "identity"), ("a2", "records"), ("a3", "advice")):
        send(
            "/v1/assistance",
            {
                "id": name,
                "buyer": of("help.buyer"),
                "order": "o1",
                "harm": "health",
                "help": help_,
                "statement": of("help.statement"),
            },
        )
        client = server.client()
        client.get(f"/v1/assistance/{name}/letter")
        client.post(f"/v1/assistance/{name}/grant", json={"reason": "核实"}, headers={"Idempotency-Key": f"g{name}"})
    send(
        "/v1/authority-requests",
        {
            "id": "r1",
            "authority": "某区市场监督管理局",
            "basis": ["cn.ecommerce_law.2018/25"],
            "document": "市监调〔2026〕1号",
            "request": "records",
            "buyers": True,
            "merchants": ["m1"],
        },
    )
    handed = server.client().post("/v1/authority-requests/r1/answer", headers={"Idempotency-Key": "r1"})
    assert of("merchant.legal_name") in handed.text, "the authority gets the values themselves"
    measure = send("/v1/measures", {"order": {"measure": "takedown", "listing": "l1", "facts": "违规"}})["id"]
    server.platform.advance()
    appeal = {"measure": measure, "text": of("appeal.text")}
    filed = server.client().post("/v1/appeals", json=appeal, headers={"Idempotency-Key": "appeal"})
    assert filed.status_code == 201, filed.text
    send("/v1/controls/ledger/assign", {"person": of("control.person")})
    report = server.client().post("/v1/reports/merchant_identity", headers={"Idempotency-Key": "report"})
    assert report.status_code == 201, report.text
    server.platform.advance()


MISPLACED: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("/v1/merchants", {"credit_code": OTHER_ID}, "credit_code"),
    ("/v1/merchants", {"credit_code": "４４０３０８１９９９０１０１００１２"}, "credit_code"),
    ("/v1/merchants", {"credit_code": "440308 19990101 0012"}, "credit_code"),
    ("/v1/merchants", {"credit_code": PHONE}, "credit_code"),
    ("/v1/merchants", {"id": OTHER_ID}, "id"),
    ("/v1/merchants", {"shop_name": OTHER_ID}, "shop_name"),
    ("/v1/merchants", {"live_account": OTHER_ID}, "live_account"),
    ("/v1/merchants", {"licences": [{"kind": "food", "number": OTHER_ID}]}, "licences[0].number"),
    ("/v1/merchants", {"licences": [{"kind": "food", "number": PHONE}]}, "licences[0].number"),
    ("/v1/merchants/m1/change", {"credit_code": OTHER_ID}, "credit_code"),
    ("/v1/listings", {"licences": [{"kind": "food", "number": OTHER_ID}]}, "licences[0].number"),
    ("/v1/listings", {"licences": [{"kind": "food", "number": f"+86 {PHONE}"}]}, "licences[0].number"),
    ("/v1/listings", {"extra": {"许可证号": OTHER_ID}}, "extra.许可证号"),
    ("/v1/listings", {"texts": {"卖家": OTHER_ID}}, "texts.卖家"),
    ("/v1/hazards", {"id": OTHER_ID}, "id"),
    ("/v1/hazards", {"fingerprints": [{"kind": "licence", "value": OTHER_ID}]}, "fingerprints[0].value"),
    ("/v1/hazards", {"basis": OTHER_ID}, "basis"),
    ("/v1/complaints", {"right": OTHER_ID}, "right"),
    ("/v1/complaints", {"merchant": OTHER_ID}, "merchant"),
    ("/v1/complaints", {"link": PHONE}, "link"),
    ("/v1/events", {"note": OTHER_ID}, "note"),
    ("/v1/events", {"subjects": {"merchant": OTHER_ID}}, "subjects.merchant"),
    ("/v1/measures", {"order": {"facts": OTHER_ID, "listing": "l1", "measure": "takedown"}}, "order.facts"),
)
RIGHT: dict[str, dict[str, Any]] = {
    "/v1/merchants": {"id": "m2", "kind": "person", "legal_name": "某", "shop_name": "店"},
    "/v1/merchants/m1/change": {},
    "/v1/listings": {"id": "l2", "title": "短袖"},
    "/v1/hazards": {
        "id": "h2",
        "source": "own",
        "title": "某牌壶",
        "fingerprints": [{"kind": "brand", "value": "壶王"}],
    },
    "/v1/complaints": {"concern": "safety", "source": "consumer", "listing": "l1", "text": "坏了"},
    "/v1/events": {"kind": "statement.requested", "subjects": {"statement": "s2"}},
    "/v1/measures": {},
}


def misplace(server: Served) -> None:
    """A person's number in a field for something else: refused, the field named, the number not repeated."""
    client = server.client()
    for number, (path, wrong, field) in enumerate(MISPLACED):
        answer = client.post(path, json={**RIGHT[path], **wrong}, headers={"Idempotency-Key": f"wrong-{number}"})
        assert answer.status_code == 400, (path, wrong, answer.text)
        problem = answer.json()
        assert problem["field"] == field, (path, wrong, problem)
        assert problem["hint"], problem
        assert OTHER_ID not in answer.text
        assert PHONE not in answer.text
    batch = "\n".join(
        msgspec.json.encode({"id": f"b{number}", "title": "短袖", "licences": licences}).decode()
        for number, licences in enumerate(([], [{"kind": "food", "number": OTHER_ID}], []))
    )
    answer = client.post("/v1/listings/batch", content=batch, headers={"Content-Type": "application/x-ndjson"})
    lines = [msgspec.json.decode(line) for line in answer.text.splitlines()]
    assert [line.get("outcome", "") for line in lines if "outcome" in line] == ["pass", "pass"], answer.text
    assert "licences[0].number" in answer.text
    assert OTHER_ID not in answer.text


def clear_bytes(server: Served, url: str, folder: Path) -> Iterator[tuple[str, bytes]]:
    """Everything that lies anywhere, by its name."""
    platform = server.platform
    platform.checkpoint()
    exported = folder / "exported"
    exported.mkdir()
    with platform.reading() as conn:
        export(conn, exported, platform.ledger)
    if url.startswith("sqlite"):
        database = Path(url.removeprefix("sqlite:///"))
        for file in sorted(database.parent.glob(f"{database.name}*")):
            if file.is_file():
                yield file.name, file.read_bytes()
    else:
        with psycopg.connect(url) as conn_:
            tables = conn_.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            for (table,) in tables:
                rows = conn_.execute(f"SELECT * FROM {table}".encode()).fetchall()
                cells = [cell if isinstance(cell, bytes) else str(cell).encode() for row in rows for cell in row]
                yield f"table {table}", b"\n".join(cells)
    for file in (*exported.rglob("*"), *(folder / "temporary").rglob("*"), *(folder / "objects").rglob("*")):
        if file.is_file():
            yield str(file.relative_to(folder)), file.read_bytes()
    client = server.client("read")
    cursor = ""
    while cursor is not None:
        page = client.get("/v1/entries", params={"limit": 1000, **({"cursor": cursor} if cursor else {})})
        yield "/v1/entries", page.content
        cursor = page.json()["next"]
    for path in ("/v1/merchants", "/v1/merchants/m1", "/v1/obligations", "/public/warnings", "/log/checkpoint"):
        yield path, client.get(path).content
    yield "/metrics", server.client("metrics").get("/metrics").content


def test_no_planted_value_lies_anywhere_in_the_clear(
    url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    looked_through = 0
    with caplog.at_level(logging.DEBUG), served(url, checkpoint_every=3600) as server, receiving() as receiver:
        made = server.client().post("/v1/endpoints", json={"url": receiver.url}).json()
        receiver.secrets.append(made["secret"])
        plant(server)
        server.platform.advance()
        assert receiver.done, "effects went out while the store was looked at"
        misplace(server)
        everything = [*clear_bytes(server, url, tmp_path), ("the log", caplog.text.encode())]
    for where, data in everything:
        looked_through += len(data)
        for what, value in secrets().items():
            escaped = msgspec.json.encode(value)[1:-1]
            assert value.encode() not in data, f"{what} lies in the clear in {where}"
            assert value.encode("utf-16-le") not in data, f"{what} lies in the clear in {where}"
            assert escaped not in data, f"{what} lies in the clear in {where}"
    assert looked_through > 100_000, "there was nothing to look through"
    with open_platform(url) as platform, platform.reading() as conn:
        personal = sql(conn, "SELECT count(*) FROM personal").scalar_one()
        assert personal > len(set(PLANTED.values())) // 2, "the values stand in the vault"
        merchant = platform.prevent.merchants
        from anbao.prevent.merchants import file

        opened = file.opened(conn, platform.vault, "m1")
        assert opened.resident_id == ID
        assert merchant.status("m1")
        assert platform.controls.view("ledger").person == PLANTED["control.person"]


def test_the_canary_covers_all_personal_fields() -> None:
    """Every personal field of the model is planted above, or stands under another name in the same act."""
    planted = {name.partition(".")[2] for name in PLANTED}
    assert OWN_FIELDS - planted <= {"words"}, OWN_FIELDS - planted
    assert set(Merchant.__struct_fields__) & OWN_FIELDS <= planted
    assert set(Complaint.__struct_fields__) & OWN_FIELDS <= planted


@pytest.mark.parametrize("key", [None, bytes(range(32))], ids=["in the clear", "one key"])
def test_a_vault_of_an_older_release_is_sealed_under_keys_of_persons(url: str, key: bytes | None) -> None:
    with open_platform(url) as platform:
        merchant = Merchant(id="m1", kind="person", legal_name="上官旧值", shop_name="店", phone="13900000099")
        platform.prevent.merchants.apply(merchant)
        consumer = platform.run(lambda work: platform.vault.consumer(work.conn, "u1"))
    store = open_store(url)
    vault = open_vault(store)
    with store.write() as conn:
        make_older(vault, conn, conn, key)
        sql(conn, "DELETE FROM person_key")
    store.close()
    with open_platform(url) as platform:
        with platform.reading() as conn:
            rows = [(bytes(row[0]), bytes(row[1])) for row in sql(conn, "SELECT salt, value FROM personal").all()]
            assert rows
            assert all(len(salt) == 60 for salt, _ in rows), "the salt lies sealed"
            assert not [one for _, one in rows if "上官旧值".encode() in one or b"13900000099" in one]
            assert file.opened(conn, platform.vault, "m1").legal_name == "上官旧值"
            persons = {row[0] for row in sql(conn, "SELECT person FROM person_key").all()} - STORE_KEYS
            assert persons == {"merchant:m1", f"consumer:{consumer}"}
            assert [meta.read(conn, name) for name in ("vault.key", "vault.lookup")] == [None, None]
            assert not list(platform.vault.altered(conn))
        assert platform.run(lambda work: platform.vault.consumer(work.conn, "u1")) == consumer
    if url.startswith("sqlite"):
        data = Path(url.removeprefix("sqlite:///")).read_bytes()
        assert "上官旧值".encode() not in data
        assert key is None or key not in data


def test_the_vault_s_key_may_lie_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url, key = f"sqlite:///{tmp_path / 'anbao.db'}", tmp_path / "vault.key"
    monkeypatch.setenv("ANBAO_VAULT_KEY", str(key))
    with pytest.raises(InvalidInput) as missing:
        open_platform(url)
    assert missing.value.field == "ANBAO_VAULT_KEY"
    key.write_text("q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=\n", encoding="ascii")
    with open_platform(url) as platform:
        [commitment] = platform.run(
            lambda work: platform.vault.seal_values(work.conn, [("merchant:m1", "name", "某人")])
        )
        with platform.reading() as conn:
            assert platform.vault.reveal(conn, commitment) == ("name", "某人")
            assert sql(conn, "SELECT count(*) FROM meta WHERE key IN ('vault.key', 'vault.master')").scalar_one() == 0
    monkeypatch.delenv("ANBAO_VAULT_KEY")
    with pytest.raises(Conflict) as refused:
        open_platform(url)
    assert isinstance(refused.value.hint, Text)
    assert "ANBAO_VAULT_KEY" in refused.value.hint.en
