"""Two persons where two are needed: by whatever act, interface or name a case is decided."""

from collections.abc import Iterator
from typing import Any

import pytest

from anbao.cases.persons import SECOND_BY_KEY, check_name, folded
from anbao.cli.root import run
from anbao.errors import Conflict, Forbidden, InvalidInput
from anbao.model.entry import Entry
from anbao.model.hazard import Confirmation, Fingerprint, Suspicion
from anbao.model.listing import Listing
from anbao.model.message import Message
from anbao.platform import Platform, open_platform
from anbao.remove.appeals import AppealFiled
from api_server import Served, served
from case_steps import decide, find, hold, kinds_of, look_twice, open_one, reviews, take, use_test_lexicon
from helpers import Clock, said
from second_review_steps import MATTERS, WHY, Matter, done

every_matter = pytest.mark.parametrize("matter", MATTERS.values(), ids=MATTERS.keys())


@pytest.fixture
def server(store_url: str) -> Iterator[Served]:
    with served(store_url) as running:
        yield running


def waiting(platform: Platform, matter: Matter) -> list[str]:
    with platform.reading() as conn:
        return [one.id for one in platform.cases.worst(conn, kinds=[matter.case_kind])]


def entries(platform: Platform, kind: str) -> list[Entry]:
    with platform.reading() as conn:
        return [one.entry() for one in platform.ledger.entries(conn, 0, 100_000, kind=kind)]


@every_matter
def test_nothing_is_decided_before_a_second_person_agrees(platform: Platform, matter: Matter) -> None:
    name = matter.open(platform)
    look_twice(platform, 100, matter.case_kind)
    before = done(platform, matter)
    matter.act(platform, name, "wang")
    assert done(platform, matter) == before
    [case] = waiting(platform, matter)
    assert (find(platform, case).state, find(platform, case).waits) == ("second", True)
    for same in ("wang", "Wang ", "ＷＡＮＧ", "wa\u200bng"):
        with pytest.raises(Conflict):
            matter.act(platform, name, same)
    assert done(platform, matter) == before
    matter.act(platform, name, "li")
    assert done(platform, matter) == before + 1
    assert find(platform, case).state == "closed"
    assert not waiting(platform, matter)
    first, second = entries(platform, "case.decided")[-1], entries(platform, "case.confirmed")[-1]
    assert (first.body["waits"], first.body["identity"]) == (True, "stated")
    assert (second.body["first_person"], second.body["person"], second.body["identity"]) == ("wang", "li", "stated")
    assert platform.verify().sound


@every_matter
def test_a_second_person_decides_the_other_way_and_nothing_happens(platform: Platform, matter: Matter) -> None:
    name = matter.open(platform)
    look_twice(platform, 100, matter.case_kind)
    matter.act(platform, name, "wang")
    [case] = waiting(platform, matter)
    kind = platform.cases.kinds[matter.case_kind]
    other = next(outcome for outcome in kind.outcomes if outcome != find(platform, case).outcome)
    before = done(platform, matter)
    assert decide(platform, case, "li", other) == "open"
    assert done(platform, matter) == before
    assert find(platform, case).disputed


@every_matter
def test_over_http_a_second_person_needs_another_key(server: Served, matter: Matter) -> None:
    platform = server.platform
    name = matter.open(platform)
    look_twice(platform, 100, matter.case_kind)
    before = done(platform, matter)
    path, body = matter.http(name)
    one, other = server.client("officer"), server.client("officer")
    answer = one.post(f"/v1/{path}", json=body)
    assert (answer.status_code, answer.json()["effect"], answer.json()["state"]) == (202, "waits", "second")
    assert done(platform, matter) == before
    again = one.post(f"/v1/{path}", json=body)
    assert again.status_code == 409, again.text
    [case] = waiting(platform, matter)
    as_li = {"outcome": find(platform, case).outcome, "reason": WHY, "person": "li"}
    refused = one.post(f"/v1/cases/{case}/decide", json=as_li)
    assert (refused.status_code, "same key" in refused.json()["detail"]) == (409, True)
    assert done(platform, matter) == before
    agreed = other.post(f"/v1/{path}", json=body)
    assert agreed.status_code == 201, agreed.text
    assert done(platform, matter) == before + 1
    assert "identity" not in entries(platform, "case.confirmed")[-1].body
    described = one.get("/schema/openapi.json")
    if described.status_code == 200:
        assert "202" in str(described.json()["paths"])


@pytest.mark.parametrize("field", ["review", "confirm", "decide"])
def test_one_key_that_types_two_names_is_one_person(server: Served, field: str) -> None:
    """The name is typed with the review, with the confirmation of a danger, and with an appeal's decision."""
    matter = MATTERS[{"review": "listing", "confirm": "hazard confirmed", "decide": "appeal"}[field]]
    platform = server.platform
    name = matter.open(platform)
    look_twice(platform, 100, matter.case_kind)
    path, body = matter.http(name)
    client = server.client("officer")
    assert client.post(f"/v1/{path}", json={**body, "person": "wang"}).status_code == 202
    before = done(platform, matter)
    assert client.post(f"/v1/{path}", json={**body, "person": "li"}).status_code == 409
    assert server.client("officer").post(f"/v1/{path}", json={**body, "person": "wang"}).status_code == 409
    assert done(platform, matter) == before
    assert entries(platform, "case.decided")[-1].body["person"] == "wang"
    assert server.client("officer").post(f"/v1/{path}", json={**body, "person": "li"}).status_code == 201


def test_no_one_types_the_name_of_another_key(server: Served) -> None:
    case = open_one(server.platform, "L1")
    client = server.client("officer")
    refused = client.post(
        f"/v1/cases/{case}/decide", json={"outcome": "keep", "reason": WHY, "person": "key:0123456789ab"}
    )
    assert (refused.status_code, refused.json()["field"]) == (400, "person")
    with pytest.raises(InvalidInput):
        decide(server.platform, case, "KEY:0123456789ab")


def test_a_lease_under_one_key_is_not_anothers_by_its_name(server: Served) -> None:
    case = open_one(server.platform, "L1")
    one, other = server.client("officer"), server.client("officer")
    assert one.post("/v1/cases/next", json={"person": "wang"}).json()["case"]["id"] == case
    verdict = {"outcome": "keep", "reason": WHY, "person": "wang"}
    assert other.post(f"/v1/cases/{case}/decide", json=verdict).status_code == 409
    assert one.post(f"/v1/cases/{case}/decide", json=verdict).status_code == 201


def test_next_gives_nobody_what_the_same_key_decided(server: Served) -> None:
    look_twice(server.platform, 100)
    case = open_one(server.platform, "L1")
    one, other = server.client("officer"), server.client("officer")
    verdict = {"outcome": "keep", "reason": WHY, "person": "wang"}
    assert one.post(f"/v1/cases/{case}/decide", json=verdict).status_code == 202
    assert one.post("/v1/cases/next", json={"person": "li"}).json()["case"] is None
    assert other.post("/v1/cases/next", json={"person": "wang"}).json()["case"] is None
    assert other.post("/v1/cases/next", json={"person": "li"}).json()["case"]["id"] == case


def test_next_gives_nobody_what_a_name_decided_that_looks_the_same(platform: Platform) -> None:
    look_twice(platform, 100)
    case = open_one(platform, "L1")
    decide(platform, case, "Wang")
    assert take(platform, "ｗａｎｇ") is None
    assert take(platform, "li") == case


@pytest.mark.parametrize("typed", ["wang", "another"])
def test_who_confirmed_a_danger_does_not_decide_the_appeal(server: Served, typed: str) -> None:
    """The danger's listing is taken down because of it; the merchant appeals."""
    platform = server.platform
    platform.submit_listing(Listing(id="L1", merchant="M1", title="充电宝"))
    suspicion = Suspicion(
        fingerprints=(Fingerprint(kind="barcode", value="6901234567892"),),
        id="H1",
        listing="L1",
        merchant="M1",
        severity=4,
        source="authority",
        title="充电宝过热",
    )
    platform.run(lambda work: platform.investigate.suspect(work, suspicion))
    one, other = server.client("officer"), server.client("officer")
    assert one.post("/v1/hazards/H1/confirm", json={"person": "wang"}).status_code == 201
    platform.advance()
    [takedown] = one.get("/v1/measures", params={"listing": "L1"}).json()
    appeal = AppealFiled(measure=takedown["id"], text="不是同一型号")
    filed = platform.run(lambda work: platform.remove.appeal(work, appeal, actor="platform"))
    body = {"outcome": "granted", "reason": WHY, "person": typed}
    assert one.post(f"/v1/appeals/{filed}/decide", json=body).status_code in (403, 409)
    assert not entries(platform, "appeal.decided")
    assert other.post(f"/v1/appeals/{filed}/decide", json={**body, "person": "WANG"}).status_code in (403, 409)
    assert one.post("/v1/cases/next", json={"kinds": ["appeal"], "person": typed}).json()["case"] is None
    platform.run(lambda work: platform.cases.change(work, "appeal", second_look=0))
    assert other.post(f"/v1/appeals/{filed}/decide", json={**body, "person": "chen"}).status_code == 201


def test_both_who_confirmed_a_danger_are_excluded_from_the_appeal(platform: Platform) -> None:
    look_twice(platform, 100, "hazard_suspected")
    platform.submit_listing(Listing(id="L1", merchant="M1", title="充电宝"))
    prints = (Fingerprint(kind="barcode", value="6901234567892"),)
    suspicion = Suspicion(fingerprints=prints, id="H1", listing="L1", severity=4, source="authority", title="过热")
    platform.run(lambda work: platform.investigate.suspect(work, suspicion))
    for person in ("wang", "li"):
        platform.run(lambda work, who=person: platform.investigate.confirm(work, "H1", Confirmation(), actor=who))  # type: ignore[misc]
    platform.advance()
    [taken] = entries(platform, "measure.taken")[:1]
    filed = MATTERS["appeal"]
    appeal = AppealFiled(measure=taken.subjects["measure"], text="不是")
    name = platform.run(lambda work: platform.remove.appeal(work, appeal, actor="platform"))
    for person in ("wang", "li"):
        with pytest.raises((Conflict, Forbidden)):
            filed.act(platform, name, person)
    assert not entries(platform, "appeal.decided")
    filed.act(platform, name, "zhao")
    assert entries(platform, "appeal.decided")


def test_what_the_first_person_stated_takes_effect_with_the_second(platform: Platform) -> None:
    """Fingerprints of the first confirmation are not lost, and not replaced by the second person alone."""
    suspicion = Suspicion(id="H1", severity=4, source="complaint", title="充电宝过热")
    platform.run(lambda work: platform.investigate.suspect(work, suspicion))
    platform.advance()
    look_twice(platform, 100, "hazard_suspected")
    prints = (Fingerprint(kind="barcode", value="6901234567892"),)
    given = Confirmation(fingerprints=prints, sold=True)
    platform.run(lambda work: platform.investigate.confirm(work, "H1", given, actor="wang"))
    with pytest.raises(Conflict):
        other = Confirmation(fingerprints=(Fingerprint(kind="barcode", value="6901234567885"),))
        platform.run(lambda work: platform.investigate.confirm(work, "H1", other, actor="li"))
    with platform.reading() as conn:
        [case] = platform.cases.worst(conn, kinds=["hazard_suspected"])
    decide(platform, case.id, "li", "confirm")
    platform.advance()
    [confirmed] = entries(platform, "hazard.confirmed")
    assert (said(confirmed)["fingerprints"][0]["value"], confirmed.body["sold"]) == ("6901234567892", True)


def test_messages_and_look_alikes_wait_too(platform: Platform) -> None:
    trick = Message(id="m1", sender="merchant", text="加微信 abc12345 私下转账，平台外交易便宜一半")
    platform.submit_messages([trick])
    with platform.reading() as conn:
        held = platform.cases.worst(conn, kinds=["message_held"])
    assert held
    look_twice(platform, 100, "message_held")
    decide(platform, held[0].id, "wang", "stop")
    platform.advance()
    assert not entries(platform, "message.decided")
    decide(platform, held[0].id, "li", "stop")
    platform.advance()
    assert [one.body["ruling"] for one in entries(platform, "message.decided")] == ["stop"]


def test_a_sampled_decision_takes_effect_at_once_and_is_checked(platform: Platform) -> None:
    """A share below 100 is a check afterwards: the danger does not wait for it."""
    use_test_lexicon(platform)
    look_twice(platform, 99, "listing_review")
    for number in range(3):
        hold(platform, f"L{number}")
        platform.prevent.review(f"L{number}", "block", WHY, actor="wang")
    platform.advance()
    assert len(entries(platform, "listing.decided")) == 3
    sampled = [one for one in reviews(platform) if one.state == "second"]
    assert sampled
    for one in sampled:
        assert decide(platform, one.id, "li", "block") == "closed"
    platform.advance()
    assert len(entries(platform, "listing.decided")) == 3


def test_a_listing_that_nobody_held_needs_two_as_well(platform: Platform) -> None:
    platform.submit_listing(Listing(id="L1", title="毛巾"))
    look_twice(platform, 100, "listing_review")
    platform.prevent.review("L1", "block", WHY, actor="wang")
    assert "listing.decided" not in kinds_of(platform, ("listing", "L1"))
    [case] = reviews(platform)
    assert case.state == "second"
    platform.prevent.review("L1", "block", WHY, actor="li")
    assert kinds_of(platform, ("listing", "L1")).count("listing.decided") == 1


def test_a_new_screening_overtakes_a_decision_that_waits(platform: Platform) -> None:
    """What the first person decided was another text: nobody agrees to that for the new one."""
    use_test_lexicon(platform)
    hold(platform, "L1")
    look_twice(platform, 100, "listing_review")
    platform.prevent.review("L1", "pass", WHY, actor="wang")
    [old] = reviews(platform)
    hold(platform, "L1")
    [new] = reviews(platform)
    assert new.id != old.id
    assert (find(platform, old.id).state, find(platform, old.id).outcome) == ("closed", "superseded")
    platform.prevent.review("L1", "pass", WHY, actor="li")
    assert "listing.decided" not in kinds_of(platform, ("listing", "L1"))


def test_many_at_once_are_first_decisions(platform: Platform, clock: Clock) -> None:
    use_test_lexicon(platform)
    hold(platform, "L1")
    look_twice(platform, 100, "listing_review")
    [case] = reviews(platform)
    order = platform.run(
        lambda work: platform.cases.decide_many(work, cases=(case.id,), outcome="pass", reason=WHY, person="wang")
    )
    with pytest.raises(Conflict):
        platform.prevent.review("L1", "pass", WHY, actor="li")
    clock.now = order.leaves_at
    platform.advance()
    assert not entries(platform, "listing.decided")
    assert entries(platform, "case.decided")[-1].body["identity"] == "stated"
    with pytest.raises(Conflict):
        platform.prevent.review("L1", "pass", WHY, actor="wang")
    platform.prevent.review("L1", "pass", WHY, actor="li")
    assert len(entries(platform, "listing.decided")) == 1


def test_many_at_once_over_http_are_decided_by_the_key(server: Served) -> None:
    platform = server.platform
    look_twice(platform, 100)
    platform.run(lambda work: platform.cases.change(work, "hazard_match", undo_minutes=0))
    case = open_one(platform, "L1")
    one, other = server.client("officer"), server.client("officer")
    given = {"cases": [case], "outcome": "keep", "reason": WHY, "person": "wang"}
    assert one.post("/v1/cases/bulk", json=given).status_code == 201
    platform.advance()
    verdict = {"outcome": "keep", "reason": WHY, "person": "li"}
    assert one.post(f"/v1/cases/{case}/decide", json=verdict).status_code == 409
    assert other.post(f"/v1/cases/{case}/decide", json=verdict).status_code == 201


def test_a_list_of_recalls_waits_for_a_second_person(server: Served) -> None:
    platform = server.platform
    look_twice(platform, 100, "hazard_suspected")
    rows = "id,title,barcode\nR1,充电宝,6901234567892\n".encode()
    given: dict[str, Any] = {"content": rows, "headers": {"Content-Type": "text/csv"}}
    answer = server.client("officer").post("/v1/hazards/import", **given)
    assert (answer.json()["confirmed"], answer.json()["waiting"]) == (0, 1)
    assert not entries(platform, "hazard.confirmed")
    [hazard] = {one.subjects["hazard"] for one in entries(platform, "hazard.suspected")}
    assert server.client("officer").post(f"/v1/hazards/{hazard}/confirm", json={}).status_code == 201
    assert len(entries(platform, "hazard.confirmed")) == 1


@every_matter
def test_the_command_line_says_that_it_waits_and_who_was_stated(
    sqlite_opened_url: str, matter: Matter, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANBAO_STORE", sqlite_opened_url)
    monkeypatch.setenv("ANBAO_LANG", "en")
    with open_platform(sqlite_opened_url) as platform:
        name = matter.open(platform)
        look_twice(platform, 100, matter.case_kind)
        before = done(platform, matter)
        case = (waiting(platform, matter) or [""])[0]
    arguments = matter.cli(name) or ["case", "decide", case, "block", "--reason", WHY]
    run([*arguments, "--by", "wang"])
    assert "waits for a second reviewer" in capsys.readouterr().err
    assert run([*arguments, "--by", "ＷＡＮＧ"]) == 2
    with open_platform(sqlite_opened_url) as platform:
        assert done(platform, matter) == before
        assert entries(platform, "case.decided")[-1].body["identity"] == "stated"
    run([*arguments, "--by", "li"])
    with open_platform(sqlite_opened_url) as platform:
        assert done(platform, matter) == before + 1


@every_matter
def test_a_store_can_require_keys_for_second_reviews(server: Served, matter: Matter) -> None:
    platform = server.platform
    name = matter.open(platform)
    look_twice(platform, 100, matter.case_kind)
    path, body = matter.http(name)
    matter.act(platform, name, "zhao")  # stated, before keys were required
    platform.change_parameter(SECOND_BY_KEY, "required", actor="officer")
    before = done(platform, matter)
    with pytest.raises(Forbidden, match="keys"):
        matter.act(platform, name, "li")
    one, other = server.client("officer"), server.client("officer")
    assert one.post(f"/v1/{path}", json=body).status_code == 202  # who was only stated counts for nobody
    with pytest.raises(Forbidden):
        matter.act(platform, name, "chen")
    assert done(platform, matter) == before
    assert other.post(f"/v1/{path}", json=body).status_code == 201
    assert done(platform, matter) == before + 1


def test_names_are_compared_without_what_nobody_sees() -> None:
    assert folded(" Wang\u3000Li ") == folded("ｗａｎｇｌｉ") == folded("wang\u200b\u2060li\ufe0f") == "wangli"
    assert folded("王伟") != folded("王炜")
    for nobody in ("", "  ", "\u200b\u3164", "~wang", "a\nb"):
        with pytest.raises(InvalidInput):
            check_name(nobody)
