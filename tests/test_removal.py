"""Removal: certain dangers go at once, each measure says why, the ladder climbs, an appeal repairs what was done."""

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from anbao.cases import bulk
from anbao.delivery.queue import listed
from anbao.errors import Conflict, Forbidden, InvalidInput, NotFound
from anbao.model.entry import Entry
from anbao.model.hazard import Confirmation, Fingerprint, Suspicion
from anbao.model.listing import Listing, Severity
from anbao.model.merchant import Merchant
from anbao.obligations.read import ObligationView, unfinished
from anbao.platform import Platform, open_platform
from anbao.remove import appeals, records, reports, sanctions
from anbao.remove.appeals import AppealFiled
from anbao.remove.measures import MeasureOrder
from anbao.remove.records import Measure
from anbao.remove.reports import Sent
from anbao.remove.rules import LadderFacts
from anbao.simulator.receiver import Manners, Receiver, receiving
from anbao.store.bulk import sql
from anbao.work import Work
from helpers import DAY, HOUR, Clock, record

START = 1_790_000_000_000
BARCODE = "6901234567892"


@pytest.fixture
def clock() -> Clock:
    return Clock(START)


@pytest.fixture
def platform(store_url: str, clock: Clock) -> Iterator[Platform]:
    with open_platform(store_url, clock=clock) as opened:
        yield opened


@pytest.fixture
def receiver(platform: Platform) -> Iterator[Receiver]:
    with receiving() as one:
        connect(platform, one)
        yield one


def connect(platform: Platform, receiver: Receiver) -> None:
    made = platform.run(lambda work: platform.delivery.add_endpoint(work, receiver.url, [], actor="officer"))
    receiver.secrets.append(made.secrets[0].secret)


def apply(platform: Platform, merchant: str, phone: str | None = None) -> None:
    platform.submit_merchant(
        Merchant(id=merchant, kind="company", legal_name="示例商贸有限公司", phone=phone, shop_name=f"小铺{merchant}")
    )


def offer(platform: Platform, listing: str, merchant: str, category: str = "toy") -> None:
    """A listing on the shelves; where screening kept it off, a reviewer let it pass."""
    platform.submit_listing(Listing(id=listing, merchant=merchant, title="儿童短袖", category=category))
    platform.review_listing(listing, "pass", "证照齐全", actor="reviewer")


def confirm_hazard(platform: Platform, hazard: str = "H1", severity: Severity = 4, listing: str = "") -> None:
    """Ann confirms a danger that a judgment settles; its barcode finds nothing but what tests say."""

    def job(work: Work) -> None:
        suspicion = Suspicion(
            basis="（2026）示例民终1号",
            fingerprints=(Fingerprint(kind="barcode", value=BARCODE),),
            id=hazard,
            listing=listing,
            severity=severity,
            source="judgment",
            title="某牌充电宝",
        )
        platform.investigate.suspect(work, suspicion)
        platform.investigate.confirm(work, hazard, Confirmation(), actor="ann")

    platform.run(job)


def match(platform: Platform, listing: str, merchant: str, certainty: str = "certain", hazard: str = "H1") -> int:
    """A sweep found the danger in the listing as it stands."""
    with platform.reading() as conn:
        screened = sql(conn, "SELECT entry FROM listing WHERE id = ?", (listing,)).scalar() or 0
    body: dict[str, Any] = {"certainty": certainty, "reasons": [], "screened": screened, "severity": 4, "sweep": "S1"}
    return record(platform, "listing.matched_hazard", body, hazard=hazard, listing=listing, merchant=merchant)


def entries(platform: Platform, kind: str) -> list[Entry]:
    with platform.reading() as conn:
        return [one.entry() for one in platform.entries(conn, kind=kind)]


def measures(platform: Platform, **wanted: str) -> list[Measure]:
    with platform.reading() as conn:
        found = records.listed(conn, limit=1000)
    return [one for one in found if all(getattr(one, name) == value for name, value in wanted.items())]


def kinds(platform: Platform, **wanted: str) -> set[str]:
    return {one.kind for one in measures(platform, **wanted)}


def overdue(platform: Platform, norm: str) -> list[ObligationView]:
    with platform.reading() as conn:
        found = unfinished(conn, platform.clock(), overdue_only=True, limit=100)
    return [one for one in found if one.norm == norm]


def decide_case(platform: Platform, case: str, outcome: str, person: str) -> None:
    platform.run(lambda work: platform.cases.decide(work, case, person=person, outcome=outcome, reason="已核对"))


def sound(platform: Platform) -> None:
    """Nothing is stuck, and the books agree."""
    with platform.reading() as conn:
        assert not platform.reactions.lags(conn)
    assert not platform.obligation_differences()
    assert platform.verify().sound


# ── known dangers ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_a_judgment_settles_goes_without_review_and_is_done_when_confirmed(
    platform: Platform, receiver: Receiver
) -> None:
    offer(platform, "L1", "M1")
    offer(platform, "L2", "M2")
    confirm_hazard(platform, listing="L1")
    match(platform, "L2", "M2")
    platform.advance()
    platform.advance()
    assert {one.payload["subjects"]["listing"] for one in receiver.topics("listing.takedown")} == {"L1", "L2"}
    assert {one.listing for one in measures(platform, kind="takedown", state="confirmed")} == {"L1", "L2"}
    assert {one.person for one in measures(platform, kind="takedown")} == {"ann"}
    assert entries(platform, "hazard.removed")[-1].body == {"listings": 2, "undecided": 0}
    assert len(entries(platform, "violation.stopped")) == 2
    [first, *_] = entries(platform, "violation.found")
    assert (first.body["field"], first.subjects["merchant"]) == ("safety", "M1")
    sound(platform)


def test_a_takedown_that_the_platform_does_not_confirm_is_overdue(platform: Platform, clock: Clock) -> None:
    with receiving(Manners(unconfirmed=frozenset({"listing.takedown"}))) as receiver:
        connect(platform, receiver)
        offer(platform, "L1", "M1")
        confirm_hazard(platform, listing="L1")
        platform.advance()
        platform.advance()
    assert not overdue(platform, "cn.measure.confirm")
    assert not entries(platform, "hazard.removed")
    clock.now += 3 * HOUR
    platform.advance()
    [takedown] = measures(platform, kind="takedown")
    assert [one.subjects["measure"] for one in overdue(platform, "cn.measure.confirm")] == [takedown.id]


def test_a_refused_takedown_is_told_and_done_when_it_is_sent_again(platform: Platform, clock: Clock) -> None:
    with receiving(Manners(refused=frozenset({"L1"}))) as receiver:
        connect(platform, receiver)
        offer(platform, "L1", "")
        confirm_hazard(platform, listing="L1")
        platform.advance()
        platform.advance()
        [takedown] = measures(platform, kind="takedown")
        assert takedown.state == "failed"
        assert "court" in takedown.problem
        receiver.manners = Manners()
        with platform.reading() as conn:
            dead = [one.id for one in listed(conn, state="dead")]
        platform.run(lambda work: platform.delivery.replay(work, dead, actor="officer"))
        platform.advance()
        platform.advance()
    assert measures(platform, kind="takedown")[0].state == "confirmed"
    sound(platform)


def test_what_is_only_likely_waits_for_a_person(platform: Platform, receiver: Receiver) -> None:
    offer(platform, "L1", "M1")
    offer(platform, "L2", "M2")
    confirm_hazard(platform)
    match(platform, "L1", "M1", "likely")
    match(platform, "L2", "M2", "possible")
    platform.advance()
    assert not measures(platform)
    match(platform, "L1", "M1", "likely")
    platform.advance()
    with platform.reading() as conn:
        waiting = {one.subjects["listing"]: one.id for one in platform.cases.worst(conn, kinds=["hazard_match"])}
    assert waiting.keys() == {"L1", "L2"}
    for listing, outcome in (("L1", "remove"), ("L2", "keep")):
        decide_case(platform, waiting[listing], outcome, "bo")
    platform.advance()
    platform.advance()
    [takedown] = measures(platform, kind="takedown")
    assert (takedown.listing, takedown.merchant, takedown.person) == ("L1", "M1", "bo")
    assert entries(platform, "hazard.removed")[-1].body == {"listings": 1, "undecided": 0}
    sound(platform)


def test_a_sweep_that_finds_nothing_removes_the_danger(platform: Platform) -> None:
    confirm_hazard(platform)
    platform.advance()
    platform.advance()
    assert entries(platform, "hazard.removed")[-1].body == {"listings": 0, "undecided": 0}


def test_a_danger_that_is_none_any_more_gives_back_what_it_took(platform: Platform, receiver: Receiver) -> None:
    offer(platform, "L1", "M1")
    offer(platform, "L2", "M2")
    confirm_hazard(platform, listing="L1")
    match(platform, "L2", "M2")
    platform.advance()
    platform.advance()
    platform.run(lambda work: platform.investigate.lift(work, "H1", "判决已被撤销", actor="bo"))
    platform.advance()
    platform.advance()
    assert {one.state for one in measures(platform)} == {"lifted"}
    assert {one.payload["subjects"]["listing"] for one in receiver.topics("listing.restore")} == {"L1", "L2"}
    assert {one.body["reason"] for one in entries(platform, "measure.lifted")} == {"判决已被撤销"}
    with platform.reading() as conn:
        assert {one.state for one in records.violations(conn, "1 = 1")} == {"withdrawn"}
        assert not sanctions.public(conn)
    sound(platform)


def test_a_bulk_decision_takes_down_all_and_can_be_undone_before(
    platform: Platform, receiver: Receiver, clock: Clock
) -> None:
    confirm_hazard(platform)
    for n in range(6):
        offer(platform, f"L{n}", f"M{n}")
        match(platform, f"L{n}", f"M{n}", "likely")
    platform.advance()
    with platform.reading() as conn:
        names = [one.id for one in platform.cases.worst(conn, kinds=["hazard_match"])]
    assert len(names) == 6

    def order(chosen: list[str]) -> str:
        return platform.run(
            lambda work: platform.cases.order(work, chosen, outcome="remove", reason="型号一致", person="bo")
        ).id

    regretted = order(names[:3])
    platform.run(lambda work: bulk.undo(work, regretted, person="bo", reason="选错", actor="bo"))
    order(names[3:])
    platform.advance()
    assert not measures(platform)
    clock.now += DAY
    platform.advance()
    platform.advance()
    platform.advance()
    assert len(measures(platform, kind="takedown", state="confirmed")) == 3
    assert len(receiver.topics("listing.takedown")) == 3
    assert entries(platform, "hazard.removed")[-1].body == {"listings": 3, "undecided": 3}
    sound(platform)


# ── reasons, penalties ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_merchant_is_told_what_why_how_long_and_how_to_appeal(platform: Platform, receiver: Receiver) -> None:
    apply(platform, "M1")
    offer(platform, "L1", "M1")
    confirm_hazard(platform, listing="L1", severity=3)
    platform.advance()
    platform.advance()
    letters = [one.payload["data"]["letter"] for one in receiver.topics("merchant.notified")]
    [zh] = [one["body"]["zh"] for one in letters if "下架" in one["title"]["zh"]]
    for part in (
        "小铺M1",
        "L1",
        "某牌充电宝",
        "示例民终1号",
        "《电子商务法》第二十九条",
        "存证条目",
        "至解除为止",
        "15 日内",
    ):
        assert part in zh, part
    [en] = [one["body"]["en"] for one in letters if "Taking" in one["title"]["en"]]
    assert "until it is lifted" in en
    stated = {one.subjects["measure"] for one in entries(platform, "measure.stated")}
    assert stated == {one.id for one in measures(platform)}


def test_the_ladder_climbs_with_severity_and_repetition(platform: Platform) -> None:
    ladder = platform.remove.rules.ladder

    def take(**facts: Any) -> tuple[str, ...]:
        return ladder.step(LadderFacts(**facts)).take

    assert take(severity=2) == ("warning",)
    assert take(severity=2, earlier=2) == ("restriction",)
    assert "suspension" in take(severity=5, earlier=1)
    assert "suspension" in take(severity=1, relapse=True)
    assert "closure" not in take(severity=5, earlier=9, relapse=True, must_end=True)
    assert "closure" in ladder.step(LadderFacts(severity=1, relapse=True)).propose


def test_one_sweep_is_one_violation_and_a_relapse_is_one_of_the_highest_severity(
    platform: Platform, receiver: Receiver, clock: Clock
) -> None:
    apply(platform, "M1", phone="12000000001")
    for listing in ("L1", "L2"):
        offer(platform, listing, "M1")
    confirm_hazard(platform, severity=4)
    match(platform, "L1", "M1")
    match(platform, "L2", "M1")
    platform.advance()
    platform.advance()
    assert len(entries(platform, "violation.found")) == 1
    assert kinds(platform, merchant="M1", listing="") == {"warning", "stock_freeze"}
    clock.now += DAY
    apply(platform, "M9", phone="12000000001")
    offer(platform, "L3", "M9")
    match(platform, "L3", "M9")
    platform.advance()
    platform.advance()
    relapse = entries(platform, "violation.found")[-1]
    assert (relapse.body["relapse"], relapse.body["severity"], relapse.body["serious"]) == (True, 5, True)
    assert {"suspension", "payout_freeze"} <= kinds(platform, merchant="M9", state="confirmed")
    assert kinds(platform, merchant="M9", state="proposed") == {"closure"}
    assert entries(platform, "ladder.applied")[-1].body["earlier"] == 1
    assert len(entries(platform, "violation.service_ended")) == 1
    sound(platform)


def test_what_the_guard_keeps_out_is_a_relapse_where_the_same_danger_was_removed(
    platform: Platform, receiver: Receiver
) -> None:
    offer(platform, "L1", "M1")
    confirm_hazard(platform, listing="L1")
    platform.advance()
    platform.advance()
    for listing, merchant in (("L2", "M2"), ("L3", "M1")):
        again = Listing(id=listing, merchant=merchant, title="移动电源", description=f"条码 {BARCODE}", category="toy")
        answer = platform.submit_listing(again)
        assert answer.decision.outcome == "block"
    platform.advance()
    platform.advance()
    first, relapse = entries(platform, "violation.found")
    assert (first.subjects["listing"], relapse.subjects["listing"]) == ("L1", "L3")
    assert (relapse.body["relapse"], relapse.body["severity"]) == (True, 5)
    assert entries(platform, "violation.stopped")[-1].body["kept_out"]
    assert "suspension" in kinds(platform, merchant="M1")
    assert {one.listing for one in measures(platform, kind="takedown")} == {"L1"}
    sound(platform)


def test_heavy_measures_wait_for_a_person_who_takes_or_leaves_them(platform: Platform, receiver: Receiver) -> None:
    offer(platform, "L1", "M1")
    confirm_hazard(platform, severity=5, listing="L1")
    platform.advance()
    [proposed] = measures(platform, state="proposed")
    platform.run(lambda work: platform.remove.approve(work, proposed.id, person="bo", actor="key:1"))
    [taken] = measures(platform, kind="restriction")
    assert (taken.id, taken.state, taken.person) == (proposed.id, "taken", "bo")
    with pytest.raises(Conflict):
        platform.run(lambda work: platform.remove.decline(work, proposed.id, "x", person="bo", actor="key:1"))


def test_a_sanction_is_published_in_time_and_only_until_it_ends(
    platform: Platform, receiver: Receiver, clock: Clock
) -> None:
    apply(platform, "M1")
    offer(platform, "L1", "M1")
    confirm_hazard(platform, severity=3, listing="L1")
    platform.advance()
    platform.advance()
    with platform.reading() as conn:
        [shown] = sanctions.public(conn)
    assert (shown.shop, shown.until) == ("小铺M1", START + 30 * DAY)
    assert "警示" in shown.body.zh
    assert "某牌充电宝" in shown.body.zh
    assert "示例商贸有限公司" not in shown.body.zh
    assert not overdue(platform, "cn.sanction.publish")
    clock.now += 31 * DAY
    platform.advance()
    platform.advance()
    with platform.reading() as conn:
        assert not sanctions.public(conn)
    assert [one.subjects["merchant"] for one in entries(platform, "measure.ended")] == ["M1"]
    assert len(receiver.topics("merchant.unwarn")) == 1
    assert len(receiver.topics("listing.restore")) == 0
    sound(platform)


# ── appeals ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def appealed(platform: Platform, receiver: Receiver) -> str:
    """A takedown of L1 of M1 with all that follows, and the merchant's appeal against it."""
    offer(platform, "L1", "M1")
    confirm_hazard(platform, severity=4, listing="L1")
    platform.advance()
    platform.advance()
    sent = [one.payload["data"] for one in receiver.topics("merchant.notified")]
    [token] = [one["appeal_token"] for one in sent if "下架" in one["letter"]["title"]["zh"]]
    return platform.run(
        lambda work: platform.remove.appeal_with_token(work, token, "不是同一型号，见检测报告", ("a" * 64,))
    )


def test_a_granted_appeal_repairs_everything(platform: Platform, receiver: Receiver) -> None:
    appeal = appealed(platform, receiver)
    assert kinds(platform, merchant="M1") == {"takedown", "warning", "stock_freeze"}
    platform.run(
        lambda work: platform.remove.decide_appeal(work, appeal, "granted", "检测报告属实", person="bo", actor="key:2")
    )
    platform.advance()
    platform.advance()
    assert {one.state for one in measures(platform, merchant="M1")} == {"lifted"}
    for topic in ("listing.restore", "stock.unfreeze", "merchant.unwarn"):
        assert len(receiver.topics(topic)) == 1, topic
    assert {one.body["measure"] for one in entries(platform, "measure.restored")} == {
        "takedown",
        "warning",
        "stock_freeze",
    }
    with platform.reading() as conn:
        assert not sanctions.public(conn)
        assert [one.state for one in records.violations(conn, "merchant = ?", "M1")] == ["withdrawn"]
    told = [one.payload["data"]["letter"]["body"]["zh"] for one in receiver.topics("merchant.notified")]
    assert any("检测报告属实" in one and "成立" in one for one in told)
    match(platform, "L1", "M1")
    platform.advance()
    assert not measures(platform, merchant="M1", state="taken")
    offer(platform, "L5", "M1")
    confirm_hazard(platform, "H2", severity=3, listing="L5")
    platform.advance()
    assert entries(platform, "ladder.applied")[-1].body["earlier"] == 0
    sound(platform)


def test_an_appeal_is_decided_by_another_person_once_and_with_a_reason(platform: Platform, receiver: Receiver) -> None:
    appeal = appealed(platform, receiver)

    def decide(person: str, reason: str = "证据不足") -> int:
        return platform.run(
            lambda work: platform.remove.decide_appeal(work, appeal, "denied", reason, person=person, actor="key:2")
        )

    with pytest.raises(Forbidden):
        decide("ann")
    with pytest.raises(InvalidInput):
        decide("bo", " ")
    decide("bo")
    with pytest.raises(Conflict):
        decide("cy")
    assert measures(platform, kind="takedown")[0].state == "confirmed"
    with platform.reading() as conn:
        assert appeals.find(conn, appeal).person == "bo"


def test_appeals_keep_words_out_of_the_ledger_and_are_filed_by_who_may(platform: Platform, receiver: Receiver) -> None:
    appealed(platform, receiver)
    [filed] = entries(platform, "appeal.filed")
    assert filed.body["text"].startswith("commit:")
    assert filed.body["barred"] == "ann"
    with platform.reading() as conn:
        assert platform.vault.reveal(conn, filed.body["text"])[1] == "不是同一型号，见检测报告"
    [takedown] = measures(platform, kind="takedown")
    again = AppealFiled(measure=takedown.id, text="再次申诉")
    with pytest.raises(Conflict):
        platform.run(lambda work: platform.remove.appeal(work, again, actor="platform"))
    with pytest.raises(Forbidden):
        platform.run(lambda work: platform.remove.appeal_with_token(work, "guess", "x"))
    with pytest.raises(NotFound):
        platform.run(lambda work: platform.remove.appeal(work, AppealFiled(measure="no", text="x"), actor="p"))


# ── by hand ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def take(platform: Platform, order: MeasureOrder) -> str:
    return platform.run(lambda work: platform.remove.take(work, order, person="ann", actor="key:1"))


def lift(platform: Platform, measure: str) -> int:
    return platform.run(lambda work: platform.remove.lift(work, measure, "已查清", person="ann", actor="key:1"))


def test_an_officer_takes_and_lifts_a_measure_with_reasons(platform: Platform, receiver: Receiver) -> None:
    offer(platform, "L1", "M1")
    order = MeasureOrder(facts="页面价格与实际不符", listing="L1", measure="shield")
    name = take(platform, order)
    with pytest.raises(Conflict):
        take(platform, order)
    platform.advance()
    lift(platform, name)
    platform.advance()
    platform.advance()
    assert [one.topic for one in receiver.done.values() if one.topic.startswith("listing.")] == [
        "listing.shield",
        "listing.unshield",
    ]
    wrong = (
        MeasureOrder(facts="x", measure="shield"),
        MeasureOrder(facts="x", measure="closure"),
        MeasureOrder(facts="x", measure="exile", listing="L1"),
    )
    for given in wrong:
        with pytest.raises(InvalidInput):
            take(platform, given)


def test_what_had_not_left_before_the_lifting_never_leaves(platform: Platform) -> None:
    offer(platform, "L1", "M1")
    order = MeasureOrder(facts="误报", listing="L1", measure="takedown")
    name = take(platform, order)
    lift(platform, name)
    with receiving() as receiver:
        connect(platform, receiver)
        platform.advance()
    assert not receiver.topics("listing.takedown")
    assert len(receiver.topics("listing.restore")) == 1


def test_a_listing_held_down_for_two_reasons_comes_back_after_both(platform: Platform, receiver: Receiver) -> None:
    offer(platform, "L1", "M1")
    names = []
    for hazard in ("H1", "H2"):
        order = MeasureOrder(facts="危险", hazard=hazard, listing="L1", measure="takedown")
        names.append(take(platform, order))
    for name in names:
        assert not receiver.topics("listing.restore")
        lift(platform, name)
        platform.advance()
    assert len(receiver.topics("listing.restore")) == 1


# ── reports ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("category", "field", "recipient"),
    [
        ("food", "food", "食品安全监督管理部门"),
        ("cosmetic_ordinary", "cosmetics", "省级药品监督管理部门"),
        ("toy", "safety", "市场监督管理部门"),
    ],
)
def test_a_report_goes_to_the_authority_for_the_goods(
    platform: Platform, receiver: Receiver, category: str, field: str, recipient: str
) -> None:
    apply(platform, "M1")
    offer(platform, "L1", "M1", category)
    confirm_hazard(platform, listing="L1")
    platform.advance()
    platform.advance()
    [found] = entries(platform, "violation.found")
    violation = found.subjects["violation"]
    assert found.body["field"] == field
    report = platform.run(lambda work: platform.remove.draft_report(work, violation, actor="key:1"))
    with platform.reading() as conn:
        title, body = reports.text_of(conn, report, "zh")
        page = reports.html_of(conn, report, "en")
    assert title == "关于平台内商家违法情形的报告"
    for part in (recipient, "示例商贸有限公司", "L1", "某牌充电宝", "下架商品", "已执行", "measure.taken"):
        assert part in body, part
    assert "Taking the listing down" in page
    [drafted] = entries(platform, "report.drafted")
    assert "示例商贸有限公司" not in str(drafted.body)
    sent = Sent(channel="全国12315平台", receipt="SJ2026-1")
    platform.run(lambda work: platform.remove.note_report_sent(work, report, sent, actor="key:1"))
    with pytest.raises(Conflict):
        platform.run(lambda work: platform.remove.note_report_sent(work, report, sent, actor="key:1"))
    with platform.reading() as conn:
        assert (reports.find(conn, report).state, reports.find(conn, report).receipt) == ("sent", "SJ2026-1")
        left = {one.norm for one in unfinished(conn, platform.clock(), limit=100)}
    assert not any(norm.startswith("cn.dispose") and norm.endswith(".report") for norm in left)


# ── kill -9 ───────────────────────────────────────────────────────────────────────────────────────────────────────────

_WORK = """
import sys, time
from anbao.delivery.queue import Patience, listed
from anbao.platform import open_platform

with open_platform(sys.argv[1]) as platform:
    platform.delivery.patience = Patience(lease=1, timeout=0.5)
    print("ready", flush=True)
    while True:
        platform.advance()
        with platform.reading() as conn:
            if not listed(conn, state="waiting", limit=1):
                break
        time.sleep(0.02)
"""


def test_killed_during_a_bulk_takedown_each_listing_goes_once(store_url: str, tmp_path: Path) -> None:
    dice = random.Random(store_url[:6])
    wanted = [f"L{n}" for n in range(120)]
    with receiving() as receiver:
        with open_platform(store_url) as platform:
            connect(platform, receiver)
            confirm_hazard(platform)
            body: dict[str, Any] = {"certainty": "certain", "reasons": [], "screened": 0, "severity": 4, "sweep": "S1"}
            about = [{"hazard": "H1", "listing": one, "merchant": f"M{n}"} for n, one in enumerate(wanted)]
            found = [
                Entry(actor="sweep", at=START, body=body, kind="listing.matched_hazard", recorded=START, subjects=one)
                for one in about
            ]
            with platform.store.write() as conn:
                work = platform._begin(conn)
                work.record(*found)
                work.flush()
        kills, status = 0, -1
        while status != 0:
            with (tmp_path / "log.txt").open("ab") as log:
                running = subprocess.Popen([sys.executable, "-c", _WORK, store_url], stdout=subprocess.PIPE, stderr=log)
            assert running.stdout
            running.stdout.readline()
            if kills < 3:
                time.sleep(dice.uniform(0.0, 0.6))
                running.kill()
                kills += 1
            status = running.wait(timeout=100)
            running.stdout.close()
    downs = receiver.topics("listing.takedown")
    assert Counter(one.payload["subjects"]["listing"] for one in downs) == Counter(wanted)
    assert {one.key for one in receiver.received} == set(receiver.done)
    with open_platform(store_url) as platform:
        assert Counter(one.listing for one in measures(platform, kind="takedown", state="confirmed")) == Counter(wanted)
        assert len(entries(platform, "violation.found")) == len(wanted)
        assert entries(platform, "hazard.removed")[-1].body["listings"] == len(wanted)
        sound(platform)
