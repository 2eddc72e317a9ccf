"""One fact opens one piece of work: complaints about one matter are one case, and so are they and their suspicion."""

import json
import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from anbao import cases
from anbao.cases import reading
from anbao.cli.root import run
from anbao.errors import Conflict, Forbidden
from anbao.model.complaint import Complaint, Filed
from anbao.model.hazard import Confirmation, Suspicion
from anbao.model.listing import Listing
from anbao.platform import Platform, open_platform
from anbao.remove.appeals import AppealFiled
from anbao.store.bulk import sql
from api_server import served
from case_steps import decide, find, look_twice
from helpers import DAY, HOUR, Clock, no_second_looks

DANGERS = ("充电时起火了", "外壳炸了", "充着电自己冒烟，烫伤了手", "鼓包得厉害", "半夜自燃，差点出事")
WHY = "抽样检测不合格"


@pytest.fixture
def platform(store_url: str, clock: Clock) -> Iterator[Platform]:
    with open_platform(store_url, clock=clock) as opened:
        stock(opened)
        yield opened


def stock(platform: Platform) -> None:
    platform.submit_listing(Listing(id="L1", title="某牌充电宝 20000 毫安", merchant="m1"))
    platform.submit_listing(Listing(id="L2", title="纯棉毛巾", merchant="m2"))
    no_second_looks(platform)


def file(platform: Platform, text: str, **more: Any) -> Filed:
    given: dict[str, Any] = {"concern": "quality", "listing": "L1", "source": "consumer", "text": text}
    return platform.run(
        lambda work: platform.investigate.complaints.file(work, msgspec.convert(given | more, Complaint))
    )


def waiting(platform: Platform) -> list[cases.Case]:
    platform.keep_time()
    with platform.reading() as conn:
        assert not platform.reactions.lags(conn)
        kinds = ["complaint", "danger_complaint", "hazard_suspected"]
        return platform.cases.worst(conn, kinds=kinds)


def answers(platform: Platform) -> dict[str, str]:
    """What each complainant was answered, by receipt."""
    platform.keep_time()
    with platform.reading() as conn:
        found = [one.entry() for one in platform.entries(conn, kind="complaint.handled")]
    return {one.subjects["complaint"]: str(one.body["outcome"]) for one in found}


def count(platform: Platform, kind: str) -> int:
    platform.keep_time()
    with platform.reading() as conn:
        return len(platform.ledger.entries(conn, 0, 100_000, kind=kind))


def test_forty_complaints_of_one_danger_are_one_case_with_one_decision(platform: Platform, clock: Clock) -> None:
    filed = []
    for number in range(40):
        filed.append(
            file(platform, f"{DANGERS[number % 5]}，第 {number} 次购买", concern=("safety", "quality")[number % 2])
        )
        clock.now += HOUR // 10
    [case] = waiting(platform)
    assert (case.kind, case.count, case.severity, case.state) == ("danger_complaint", 40, 5, "open")
    assert case.subjects["complaint"] == filed[0].receipt
    assert case.subjects["hazard"] == "complained-L1"
    assert (count(platform, "hazard.suspected"), count(platform, "complaint.acknowledged")) == (1, 40)
    assert {one.joined for one in filed[1:]} == {filed[0].receipt}
    assert len({one.receipt for one in filed}) == len({one.token for one in filed}) == 40
    assert filed[39].due_at is not None
    assert filed[39].due_at >= (filed[0].due_at or 0)
    owed = {one.subjects["complaint"] for one in platform.obligations(limit=1_000) if one.norm == "cn.complaint.handle"}
    assert owed == {one.receipt for one in filed}
    decide(platform, case.id, "wang", "confirm", WHY)
    assert answers(platform) == {one.receipt: "upheld" for one in filed}
    assert (count(platform, "hazard.confirmed"), count(platform, "case.decided")) == (1, 1)
    with platform.reading() as conn:
        assert sql(conn, "SELECT count(*) FROM outbox WHERE topic = 'complainant.answer'").scalar() == 40
        assert sql(conn, "SELECT count(*) FROM measure WHERE kind = 'takedown' AND listing = 'L1'").scalar() == 1
        owed = {one.subjects.get("complaint", "") for one in platform.obligations(limit=1_000)}
        assert not owed & {one.receipt for one in filed}
    assert not waiting(platform)
    late = file(platform, DANGERS[0])
    [another] = waiting(platform)
    assert (late.joined, another.count, another.subjects["complaint"]) == ("", 1, late.receipt)
    assert platform.verify().sound


def test_what_is_about_something_else_stays_apart(platform: Platform) -> None:
    first = file(platform, "颜色与图片不符")
    same = file(platform, "线头很多，做工粗糙")
    for text, more in (
        ("不是正品", {"concern": "fraud"}),
        ("颜色与图片不符，差得很远", {"listing": "L2"}),
        ("发货太慢", {"concern": "service"}),
        ("客服不理人", {"concern": "service"}),
    ):
        assert file(platform, text, **more).joined == ""
    assert same.joined == first.receipt
    assert sorted(one.count for one in waiting(platform)) == [1, 1, 1, 1, 2]


def test_what_is_new_raises_the_case_and_is_shown(
    platform: Platform, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, harmed, danger, again = (
        file(platform, "用了两天就坏了"),
        file(platform, "坏得很快，耽误了事", harmed=True),
        file(platform, "用着皮肤红肿"),
        file(platform, "也红肿了，还冒烟"),
    )
    [case] = waiting(platform)
    assert (case.id.startswith("complaint-"), case.kind) == (True, "danger_complaint")
    assert (case.count, case.severity, case.subjects["hazard"]) == (4, 4, "complained-L1")
    assert {one.joined for one in (harmed, danger, again)} == {first.receipt}
    with platform.reading() as conn:
        told = platform.investigate.complaints.in_case(conn, case)
        why = {one.en for one in platform.why_case(conn, case)}
        [seen] = reading.about(conn, "complaint", again.receipt)
    assert seen.id == case.id
    assert {"Harm was done already", "It reports a danger to health", "An ordinary complaint"} <= why
    news = {one.complaint: {text.en for text in one.news} for one in told}
    graver = "It is graver than what was reported before"
    assert news == {
        first.receipt: set(),
        harmed.receipt: {"Harm was done already", graver},
        danger.receipt: {"It reports a danger to health", graver},
        again.receipt: set(),
    }
    assert [one.severity for one in told] == [4, 4, 3, 2]
    opened = platform.run(lambda work: platform.cases.read(work, case.id, person="wang"))
    assert {one.told["text"] for one in opened.words} >= {"用了两天就坏了", "也红肿了，还冒烟"}
    monkeypatch.setenv("ANBAO_STORE", platform.store.url)
    monkeypatch.setenv("ANBAO_LANG", "en")
    platform.checkpoint()
    assert run(["case", "show", case.id, "--format", "json"]) == 0
    shown = capsys.readouterr()
    added = [row for row in json.loads(shown.out) if row["complaint"] == harmed.receipt]
    assert "Harm was done already" in str(added)
    assert "4 complaints in this case" in shown.err
    run(["case", "list", "--format", "csv"])
    assert f"{case.id}," in capsys.readouterr().out


def test_over_http_a_case_shows_its_complaints(store_url: str) -> None:
    with served(store_url) as server:
        stock(server.platform)
        trade, officer = server.client("trade"), server.client("officer")
        for text, harmed in (("外壳发烫", False), ("充电时起火，烫伤了手", True)):
            told = {"concern": "safety", "harmed": harmed, "listing": "L1", "source": "consumer", "text": text}
            assert trade.post("/v1/complaints", json=told).status_code == 201
        server.platform.keep_time()
        [case] = officer.get("/v1/cases", params={"kind": "danger_complaint"}).json()["items"]
        assert (case["count"], case["severity"]) == (2, 5)
        found = officer.get(f"/v1/cases/{case['id']}").json()
        worst, other = found["complaints"]
        assert (worst["severity"], worst["harmed"], worst["danger"]) == (5, True, "life")
        assert {one["en"] for one in worst["news"]} == {
            "Harm was done already",
            "It is graver than what was reported before",
            "It reports a danger to life",
        }
        assert (other["severity"], other["news"]) == (4, [])
        verdict = {"outcome": "dismiss", "reason": "检测合格"}
        assert officer.post(f"/v1/cases/{case['id']}/decide", json=verdict).status_code == 201
        server.platform.keep_time()
        assert set(answers(server.platform).values()) == {"rejected"}


@pytest.mark.parametrize(
    ("outcome", "answered", "danger"),
    [("confirm", "upheld", "confirmed"), ("partly", "partly", "dismissed"), ("dismiss", "rejected", "dismissed")],
)
def test_one_decision_settles_danger_and_complaint(
    platform: Platform, outcome: str, answered: str, danger: str
) -> None:
    filed = file(platform, DANGERS[0])
    [case] = waiting(platform)
    decide(platform, case.id, "wang", outcome, WHY)
    assert answers(platform) == {filed.receipt: answered}
    with platform.reading() as conn:
        assert sql(conn, "SELECT state FROM hazard WHERE id = 'complained-L1'").scalar() == danger
    assert not waiting(platform)


@pytest.mark.parametrize("confirmed", [True, False])
def test_who_settles_the_danger_answers_the_complaints(platform: Platform, confirmed: bool) -> None:
    first, second = file(platform, DANGERS[0]), file(platform, DANGERS[1])
    if confirmed:
        given = Confirmation(basis=WHY)
        platform.run(lambda work: platform.investigate.confirm(work, "complained-L1", given, actor="wang"))
    else:
        platform.run(lambda work: platform.investigate.dismiss(work, "complained-L1", reason=WHY, actor="wang"))
    outcome = "upheld" if confirmed else "rejected"
    assert answers(platform) == {first.receipt: outcome, second.receipt: outcome}
    assert not waiting(platform)


def test_the_danger_is_as_grave_as_its_gravest_complaint(platform: Platform) -> None:
    file(platform, "鼓包了", concern="safety")
    file(platform, "起火了", concern="safety")
    [case] = waiting(platform)
    decide(platform, case.id, "wang", "confirm", WHY)
    platform.keep_time()
    with platform.reading() as conn:
        [confirmed] = platform.entries(conn, kind="hazard.confirmed")
    assert confirmed.entry().body["severity"] == 5


def test_what_cannot_be_confirmed_is_not_answered_either(platform: Platform) -> None:
    filed = file(platform, "毛巾掉色中毒", listing="L2", concern="safety")
    [case] = waiting(platform)
    decide(platform, case.id, "wang", "confirm", WHY)
    assert answers(platform) == {}
    assert find(platform, case.id).state == "open"
    decide(platform, case.id, "wang", "dismiss", "检测合格")
    assert answers(platform) == {filed.receipt: "rejected"}


def test_something_new_reopens_a_decision_that_has_no_effect_yet(platform: Platform) -> None:
    file(platform, "鼓包了", concern="safety")
    look_twice(platform, 100, "danger_complaint")
    [case] = waiting(platform)
    decide(platform, case.id, "wang", "dismiss")
    assert find(platform, case.id).state == "second"
    file(platform, "也鼓包了", concern="safety")
    assert (find(platform, case.id).state, find(platform, case.id).count) == ("second", 2)
    file(platform, "起火了", concern="safety")
    assert (find(platform, case.id).state, find(platform, case.id).severity) == ("open", 5)
    decide(platform, case.id, "li", "confirm", WHY)
    decide(platform, case.id, "wang", "confirm", WHY)
    assert sorted(answers(platform).values()) == ["upheld"] * 3


def test_something_new_takes_a_case_out_of_a_bulk_decision(platform: Platform, clock: Clock) -> None:
    file(platform, "鼓包了", concern="safety")
    [case] = waiting(platform)
    given = {"outcome": "dismiss", "reason": WHY, "person": "wang"}
    platform.run(lambda work: platform.cases.decide_many(work, cases=(case.id,), **given))
    file(platform, "起火了", concern="safety")
    clock.now += DAY
    while platform.cases.release():
        pass
    assert answers(platform) == {}
    assert find(platform, case.id).state == "open"


@pytest.mark.parametrize("stricter", ["complaint", "hazard_suspected"])
def test_a_joined_case_is_handled_as_strictly_as_what_it_takes_the_place_of(platform: Platform, stricter: str) -> None:
    look_twice(platform, 100, stricter)
    file(platform, DANGERS[0])
    [case] = waiting(platform)
    decide(platform, case.id, "wang", "confirm", WHY)
    assert (find(platform, case.id).state, answers(platform)) == ("second", {})
    with pytest.raises(Conflict):
        platform.run(lambda work: platform.investigate.confirm(work, "complained-L1", Confirmation(), actor="Wang"))
    platform.run(lambda work: platform.investigate.confirm(work, "complained-L1", Confirmation(), actor="li"))
    assert set(answers(platform).values()) == {"upheld"}
    assert count(platform, "hazard.confirmed") == 1


def test_a_suspicion_that_an_officer_raises_of_a_complaint_is_one_case_with_it(platform: Platform) -> None:
    filed = file(platform, "用了两天就坏了")
    suspicion = Suspicion(complaint=filed.receipt, id="H1", listing="L1", severity=4, source="own", title="充电宝过热")
    platform.run(lambda work: platform.investigate.suspect(work, suspicion))
    [case] = waiting(platform)
    assert (case.kind, case.count, case.severity) == ("danger_complaint", 1, 4)
    assert case.subjects["hazard"] == "H1"
    decide(platform, case.id, "wang", "dismiss", WHY)
    assert answers(platform) == {filed.receipt: "rejected"}
    assert count(platform, "hazard.dismissed") == 1


def test_who_decided_on_the_danger_does_not_decide_the_appeal(platform: Platform) -> None:
    file(platform, DANGERS[0])
    [case] = waiting(platform)
    decide(platform, case.id, "wang", "confirm", WHY)
    platform.keep_time()
    with platform.reading() as conn:
        measure = str(sql(conn, "SELECT id FROM measure WHERE kind = 'takedown'").scalar())
    filed = AppealFiled(measure=measure, text="不是同一型号")
    appeal = platform.run(lambda work: platform.remove.appeal(work, filed, actor="platform"))
    with platform.reading() as conn:
        [waits] = reading.about(conn, "appeal", appeal)
    with pytest.raises((Conflict, Forbidden)):
        decide(platform, waits.id, "wang", "denied")
    assert decide(platform, waits.id, "li", "denied") == "closed"


def test_open_cases_of_release_0_1_0_stay_decidable(tmp_path: Path) -> None:
    stored = tmp_path / "anbao.db"
    stored.write_bytes(lzma.decompress((Path(__file__).parent / "releases" / "store-0.1.0.db.xz").read_bytes()))
    with open_platform(f"sqlite:///{stored}") as platform:
        no_second_looks(platform)
        with platform.reading() as conn:
            [case] = platform.cases.worst(conn, kinds=["complaint"])
            before = sql(conn, "SELECT count(*) FROM complaint WHERE danger <> ''").scalar()
        assert (case.count, bool(before)) == (1, True)
        decide(platform, case.id, "wang", "upheld", "同意退款")
        assert answers(platform)[case.subjects["complaint"]] == "upheld"
