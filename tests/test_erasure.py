"""Erasing a person: what holds is named, what is erased is gone from every file, and all proofs still verify."""

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from anbao.cli.root import run
from anbao.engine.idempotency import HttpAnswer, KeyedRequest, recall, store_answer
from anbao.engine.work import Work
from anbao.errors import Conflict, NotFound
from anbao.ledger import verify_receipt
from anbao.ledger.export import export
from anbao.model.complaint import Complaint, Reporter
from anbao.model.event import Event
from anbao.model.events.persons import PersonErased
from anbao.model.listing import Listing
from anbao.model.merchant import Merchant
from anbao.model.trade import Order
from anbao.platform import Platform
from anbao.store.bulk import sql
from api_server import served
from helpers import DAY, Clock

NAME, PHONE, ADDRESS, BUYER = "尉迟删除", "13911220099", "密云区杜鹃巷三号", "buyer-to-erase"
PICTURE = b"\x89PNG\r\n\x1a\n" + b"the burnt charger of one person" * 50
OTHER_PICTURE = b"\x89PNG\r\n\x1a\n" + b"somebody else's picture" * 50
CONTACT, KEYED = "erase-me@example.org", {"Idempotency-Key": "erase"}
THREE_YEARS = 3 * 366 * DAY


def buys(platform: Platform, buyer: str, *, completed: bool = False, order: str = "o1") -> str:
    """An order with the buyer's name, phone and address; the commitment that stands for the buyer."""
    platform.submit_listing(Listing(id="l1", title="充电宝", merchant="m1"))
    platform.warn.place_order(
        Order(
            id=order,
            listing="l1",
            buyer=buyer,
            amount="9.90",
            recipient=NAME,
            recipient_phone=PHONE,
            recipient_address=ADDRESS,
        )
    )
    if completed:
        platform.record_event(Event(kind="order.completed", subjects={"order": order}))
    return platform.run(lambda work: platform.vault.consumer(work.conn, buyer))


def stored_bytes(platform: Platform, folder: Path) -> Iterator[bytes]:
    """Everything that lies in the store, its folder and an export."""
    exported = folder / "exported"
    exported.mkdir(exist_ok=True)
    with platform.reading() as conn:
        export(conn, exported, platform.ledger)
    yield from (file.read_bytes() for file in folder.rglob("*") if file.is_file())
    if platform.store.dialect == "postgresql":
        with psycopg.connect(platform.store.url) as conn_:
            for (table,) in conn_.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall():
                for row in conn_.execute(f"SELECT * FROM {table}".encode()).fetchall():
                    yield from (cell if isinstance(cell, bytes) else str(cell).encode() for cell in row)


def test_a_buyer_whose_trade_is_not_completed_is_not_erased_and_the_norm_is_named(platform: Platform) -> None:
    buys(platform, BUYER)
    with pytest.raises(Conflict) as refused:
        platform.persons.erase(f"buyer:{BUYER}", reason="本人申请")
    message = str(refused.value)
    assert "order o1" in message
    assert "31" in message, "the article is named"
    with platform.reading() as conn:
        assert platform.vault.consumer_of(conn, BUYER)


def test_an_erasure_is_postponed_to_the_end_of_retention_and_then_carried_out(platform: Platform, clock: Clock) -> None:
    consumer = buys(platform, BUYER, completed=True)
    answer = platform.persons.erase(f"buyer:{BUYER}", reason="本人申请", actor="li")
    assert (answer.state, answer.person) == ("postponed", f"consumer:{consumer}")
    [held] = answer.holds
    assert held.norm == "cn.retain.trade"
    assert "电子商务法" in held.provisions.zh
    assert answer.until == held.until
    assert [one.person for one in platform.persons.pending()] == [answer.person]
    owed = [one for one in platform.obligations() if one.norm == "cn.pi.erase"]
    assert [one.state for one in owed] == ["open"]
    platform.advance()
    with platform.reading() as conn:
        assert platform.vault.consumer_of(conn, BUYER) == consumer, "nothing is erased before its time"
    assert answer.until is not None
    clock.now = answer.until + 1
    platform.advance()
    with platform.reading() as conn:
        assert platform.vault.consumer_of(conn, BUYER) == ""
        [erased] = platform.ledger.newest(conn, "person.erased")
    assert erased.actor == "li"
    assert platform.persons.pending() == []
    with platform.reading() as conn:
        assert not [one for one in platform.obligations() if one.norm == "cn.pi.erase"]
    assert platform.verify().sound


def test_a_merchant_is_retained_until_three_years_after_it_left(platform: Platform, clock: Clock) -> None:
    merchant = Merchant(id="m7", kind="person", legal_name=NAME, shop_name="店", phone=PHONE, declaration="small_trade")
    platform.prevent.merchants.apply(merchant)
    platform.advance()
    with platform.reading() as conn:
        status = sql(conn, "SELECT status FROM merchant WHERE id = 'm7'").scalar()
    assert status in ("verified", "held")
    with pytest.raises(Conflict, match="three years"):
        platform.persons.erase("merchant:m7", reason="本人申请")
    platform.prevent.merchants.close("m7", reason="本人退出", actor="li")
    answer = platform.persons.erase("merchant:m7", reason="本人申请")
    assert answer.state == "postponed"
    assert {one.norm for one in answer.holds} == {"cn.retain.identity"}
    clock.now += THREE_YEARS
    platform.advance()
    with platform.reading() as conn:
        assert sql(conn, "SELECT count(*) FROM personal WHERE person = 'merchant:m7'").scalar_one() == 0
        assert sql(conn, "SELECT count(*) FROM merchant_identifier WHERE merchant = 'm7'").scalar_one() == 0


def test_who_is_not_known_or_is_erased_already_is_not_found(platform: Platform) -> None:
    for ref in ("buyer:nobody", "merchant:nobody", "complaint:nobody"):
        with pytest.raises(NotFound):
            platform.persons.erase(ref, reason="本人申请")


def test_after_erasure_no_byte_is_left_and_every_old_proof_verifies(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANBAO_STORAGE", f"file://{tmp_path / 'objects'}")
    with served(store_url) as server:
        platform, send = server.platform, server.client().post
        platform.submit_listing(Listing(id="l1", title="充电宝", merchant="m1"))
        body = {"concern": "safety", "listing": "l1", "conceal": False, "text": f"我叫{NAME}，住{ADDRESS}"}
        files = [b64encode(PICTURE).decode()]
        given = {**body, "name": NAME, "phone": PHONE, "contact": CONTACT, "files": files}
        filed = send("/public/complaints", json=given, headers={"Idempotency-Key": "one"}).json()["receipt"]
        other = {**body, "text": "也烧了", "name": "别人", "files": [b64encode(OTHER_PICTURE).decode()]}
        assert send("/public/complaints", json=other, headers={"Idempotency-Key": "two"}).status_code == 201
        assert NAME in send(f"/v1/complaints/{filed}/read", json={}, headers={"Idempotency-Key": "r"}).text
        platform.advance()
        platform.checkpoint()
        person = f"complainant:{filed}"
        with platform.reading() as conn:
            receipts = [platform.ledger.receipt(conn, index) for index in range(platform.ledger.size(conn))]
            key = bytes(sql(conn, "SELECT wrapped FROM person_key WHERE person = ?", (person,)).scalar_one())
            sealed = sql(conn, "SELECT salt, value FROM personal WHERE person = ?", (person,)).all()
        secrets = [PICTURE[:64], key, *(bytes(cell) for row in sealed for cell in row)]
        before = b"".join(stored_bytes(platform, tmp_path))
        assert all(one in before for one in secrets)
        answer = send("/v1/persons/erase", json={"ref": f"complaint:{filed}", "reason": "本人申请"}, headers=KEYED)
        assert answer.status_code == 201, answer.text
        assert (answer.json()["state"], answer.json()["person"]) == ("erased", person)
        platform.advance()
        secrets += [one.encode() for one in (NAME, PHONE, ADDRESS, CONTACT)]
        for data in stored_bytes(platform, tmp_path):
            assert not [one for one in secrets if one in data]
        assert OTHER_PICTURE in b"".join(stored_bytes(platform, tmp_path))
        with platform.reading() as conn:
            [erased] = platform.ledger.newest(conn, PersonErased.KIND)
            said = erased.event(PersonErased)
            assert (said.files, said.values) == (1, len(sealed))
            assert not list(platform.integrity.problems(conn))
        for receipt in receipts:
            assert verify_receipt(receipt, str(platform.ledger.verifier)).sound
        assert platform.verify().sound


def test_what_two_persons_attached_goes_with_the_second(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANBAO_STORAGE", f"file://{tmp_path / 'objects'}")
    with served(store_url) as server:
        platform, send = server.platform, server.client().post
        platform.submit_listing(Listing(id="l1", title="充电宝", merchant="m1"))
        filed: list[str] = []
        for name in (NAME, "别人"):
            files = [b64encode(PICTURE).decode()]
            body = {"concern": "safety", "listing": "l1", "conceal": False, "text": name, "name": name, "files": files}
            answer = send("/public/complaints", json=body, headers={"Idempotency-Key": f"file-{len(filed)}"})
            filed.append(answer.json()["receipt"])
        erased = []
        for receipt in filed:
            entry = platform.persons.erase(f"complaint:{receipt}", reason="本人申请").entry
            with platform.reading() as conn:
                erased.append(platform.ledger.entry(conn, entry).event(PersonErased).files)
            erased.append(sum(PICTURE in data for data in stored_bytes(platform, tmp_path)))
    assert erased == [0, 1, 1, 0]


def test_a_stored_answer_with_the_person_in_it_is_dropped_and_others_stay(platform: Platform) -> None:
    filed = platform.investigate.complaints.file(
        Complaint(concern="safety", link="x", source="consumer", text="烧了", reporter=Reporter(name=NAME)),
        actor="platform",
    )
    letters = [f'{{"letter":"{name}：您好"}}'.encode() for name in (NAME, "别人")]
    requests = [KeyedRequest(api_key="k", key=str(number), fingerprint=b"f") for number in range(2)]

    def keep(work: Work) -> None:
        answers = [(one, HttpAnswer(200, letter)) for one, letter in zip(requests, letters, strict=True)]
        store_answer(work.conn, answers, work.now, platform.vault.cipher)

    platform.run(keep)
    erased = platform.persons.erase(f"complaint:{filed.receipt}", reason="本人申请")
    with platform.reading() as conn:
        assert recall(conn, requests, platform.vault.cipher).keys() == {("k", "1")}
        assert platform.ledger.entry(conn, erased.entry).event(PersonErased).answers == 1


def test_the_command_line_erases_and_lists(store_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["merchant", "list", "--store", store_url]) in (0, 2)
    capsys.readouterr()
    assert run(["person", "erase", "buyer:nobody", "--reason", "本人申请", "--by", "li", "--store", store_url]) == 2
    assert run(["person", "list", "--format", "jsonl", "--store", store_url]) == 0


def test_complainants_without_an_account_are_persons_too(platform: Platform) -> None:
    platform.submit_listing(Listing(id="l1", title="充电宝", merchant="m1"))
    filed = platform.investigate.complaints.file(
        Complaint(
            concern="safety",
            listing="l1",
            source="consumer",
            text="烧了",
            reporter=Reporter(name=NAME, phone=PHONE),
        ),
        actor="platform",
    )
    answer = platform.persons.erase(f"complaint:{filed.receipt}", reason="本人申请")
    assert (answer.state, answer.person) == ("erased", f"complainant:{filed.receipt}")
    with platform.reading() as conn:
        assert sql(conn, "SELECT count(*) FROM complaint_trace").scalar_one() == 0
