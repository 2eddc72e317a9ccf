"""A notice of infringement from its receipt to the end of its measures, with the platform's system at the other end."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from anbao.cases import reading
from anbao.errors import Conflict, InvalidInput
from anbao.investigate.complaints import publishing
from anbao.investigate.complaints.acting import MerchantStatement
from anbao.investigate.complaints.completing import Completion
from anbao.investigate.complaints.proceedings import Proceedings, ProceedingsOutcome
from anbao.investigate.complaints.timeline import ComplaintFile
from anbao.model.complaint import Complaint, Filed
from anbao.model.listing import Listing
from anbao.model.merchant import Merchant
from anbao.platform import Platform, open_platform
from anbao.remove import records
from anbao.remove.measures import MeasureOrder
from anbao.simulator.receiver import Receiver
from helpers import HOUR, Clock, no_second_looks

DAY = 24 * HOUR
SUIT = Proceedings(docket="(2026)粤0192民初1号", what="已向广州互联网法院起诉，立案通知书见附件")


@pytest.fixture
def platform(store_url: str, clock: Clock) -> Iterator[Platform]:
    with open_platform(store_url, clock=clock) as opened:
        opened.prevent.merchants.apply(
            Merchant(id="m1", kind="company", legal_name="示例商贸有限公司", shop_name="小铺")
        )
        opened.submit_listing(Listing(id="L1", title="某牌充电宝 20000 毫安", merchant="m1", category="power_bank"))
        no_second_looks(opened)
        yield opened


def notify(platform: Platform, **more: Any) -> Filed:
    told: dict[str, Any] = {
        "concern": "infringement",
        "listing": "L1",
        "proof": "注册证与侵权商品对比图",
        "reporter": {"name": "某品牌公司", "contact": "ip@example.cn"},
        "right": "商标 1234567",
        "source": "rights_holder",
        "text": "该商品假冒我司商标",
    }
    complaint = msgspec.convert(told | more, Complaint)
    return platform.run(lambda work: platform.investigate.complaints.file(work, complaint))


def decide(platform: Platform, complaint: str, outcome: str) -> None:
    with platform.reading() as conn:
        [case] = [one for one in reading.about(conn, "complaint", complaint) if one.kind == "notice_check"]
    decide_case(platform, case.id, outcome)


def decide_case(platform: Platform, case: str, outcome: str) -> None:
    platform.run(lambda work: platform.cases.decide(work, case, person="wang", outcome=outcome, reason="已核对"))
    settle(platform)
    settle(platform)


def settle(platform: Platform) -> None:
    platform.advance()
    platform.advance()


def counter(platform: Platform, complaint: str) -> None:
    said = MerchantStatement(text="有合法授权，附授权书", counter=True)
    platform.run(lambda work: platform.investigate.complaints.state(work, complaint, said, actor="m1"))
    settle(platform)


def file_of(platform: Platform, complaint: str) -> ComplaintFile:
    with platform.reading() as conn:
        return platform.investigate.complaints.file_of(conn, complaint)


def kinds(platform: Platform, complaint: str) -> list[str]:
    return [line.kind for line in file_of(platform, complaint).timeline]


def open_norms(platform: Platform, complaint: str) -> set[str]:
    found = file_of(platform, complaint).obligations
    return {one.norm for one in found if one.state in ("open", "overdue")}


def measures(platform: Platform) -> list[records.Measure]:
    with platform.reading() as conn:
        return records.listed(conn)


def case_state(platform: Platform, complaint: str) -> str:
    with platform.reading() as conn:
        [case] = [one for one in reading.about(conn, "complaint", complaint) if one.kind == "notice_check"]
    return case.state


def sound(platform: Platform) -> None:
    with platform.reading() as conn:
        assert not platform.reactions.lags(conn)
    assert not platform.obligation_differences()
    assert platform.verify().sound


def test_one_decision_takes_the_listing_down_and_fifteen_days_bring_it_back(
    platform: Platform, receiver: Receiver, clock: Clock
) -> None:
    name = notify(platform).receipt
    decide(platform, name, "act")
    [taken] = receiver.topics("listing.takedown")
    assert taken.payload["subjects"]["complaint"] == name
    [told] = receiver.topics("merchant.complaint")
    assert told.payload["data"]["right"] == "商标 1234567"
    [measure] = measures(platform)
    assert (measure.kind, measure.state, measure.person, measure.complaint) == ("takedown", "confirmed", "wang", name)
    with platform.reading() as conn:
        [ordered] = platform.ledger.entries(conn, kind="measure.taken")
    assert ordered.entry().body["provisions"] == ["cn.ecommerce_law.2018/42.2"]
    assert file_of(platform, name).complaint.state == "handled"
    assert open_norms(platform, name) == set()
    counter(platform, name)
    assert receiver.topics("complainant.counter_statement")
    assert "ip.counter_delivered" in kinds(platform, name)
    clock.now += 15 * DAY - HOUR
    settle(platform)
    assert not receiver.topics("listing.restore")
    clock.now += 2 * DAY
    settle(platform)
    settle(platform)
    [back] = receiver.topics("listing.restore")
    assert back.payload["subjects"]["listing"] == "L1"
    assert [one.state for one in measures(platform)] == ["lifted"]
    moves = ("measure.taken", "measure.confirmed", "measure.lifted", "measure.restored")
    assert [kind for kind in kinds(platform, name) if kind in moves] == list(moves)
    informed = [one for one in receiver.topics("merchant.notified") if "等待期满" in str(one.payload)]
    assert len(informed) == 1
    answers = [one.payload["data"]["outcome"] for one in receiver.topics("complainant.answer")]
    assert answers == ["act", "counter_stood"]
    assert open_norms(platform, name) == set()
    sound(platform)


def sued(platform: Platform, clock: Clock, **more: Any) -> str:
    """A notice that was acted upon and countered, and whose right holder reported a suit."""
    name = notify(platform, **more).receipt
    decide(platform, name, "act")
    counter(platform, name)
    clock.now += 10 * DAY
    platform.run(lambda work: platform.investigate.complaints.proceedings(work, name, SUIT, actor="wang"))
    settle(platform)
    return name


def hear(platform: Platform, complaint: str, result: str) -> None:
    outcome = msgspec.convert(
        {"docket": "(2026)粤0192民初1号", "reason": "判决已生效", "result": result}, ProceedingsOutcome
    )
    platform.run(lambda work: platform.investigate.complaints.heard(work, complaint, outcome, actor="wang"))
    settle(platform)
    settle(platform)


def published_state(platform: Platform) -> list[str]:
    with platform.reading() as conn:
        return [one.state for one in publishing.public(conn)]


def test_proceedings_within_fifteen_days_keep_the_measure(platform: Platform, receiver: Receiver, clock: Clock) -> None:
    name = sued(platform, clock)
    clock.now += 30 * DAY
    settle(platform)
    assert not receiver.topics("listing.restore")
    assert [one.state for one in measures(platform)] == ["confirmed"]
    assert open_norms(platform, name) == {"cn.ip.proceedings"}
    assert published_state(platform) == ["proceedings"]
    with platform.reading() as conn:
        everything = b"".join(one.data for one in platform.entries(conn)).decode()
    assert "广州互联网法院" not in everything
    sound(platform)


def test_the_right_holder_is_asked_how_the_suit_stands_and_a_person_decides(
    platform: Platform, receiver: Receiver, clock: Clock
) -> None:
    name = sued(platform, clock)
    for asked in (1, 2):
        clock.now += 80 * DAY
        settle(platform)
        assert len(receiver.topics("complainant.proceedings")) == asked
        assert receiver.topics("complainant.proceedings")[-1].payload["data"]["contact"] == "ip@example.cn"
        outcome = "pending" if asked == 1 else "not_infringed"
        with platform.reading() as conn:
            [case] = platform.cases.worst(conn, kinds=["proceedings"], limit=9)
        decide_case(platform, case.id, outcome)
        assert open_norms(platform, name) == ({"cn.ip.proceedings"} if asked == 1 else set())
    assert [one.state for one in measures(platform)] == ["lifted"]
    assert receiver.topics("listing.restore")
    sound(platform)


@pytest.mark.parametrize("track", ["infringement", "tort"])
def test_an_infringement_that_was_found_keeps_the_measure(
    platform: Platform, receiver: Receiver, clock: Clock, track: str
) -> None:
    name = notify(platform, concern=track).receipt
    decide(platform, name, "act")
    said = msgspec.convert(
        {"text": "未侵权", "counter": True, "name": "李四", "contact": "l@example.cn"}, MerchantStatement
    )
    complaints = platform.investigate.complaints
    platform.run(lambda work: complaints.state(work, name, said, actor="m1"))
    settle(platform)
    platform.run(lambda work: complaints.proceedings(work, name, SUIT, actor="wang"))
    hear(platform, name, "infringed")
    assert [one.state for one in measures(platform)] == ["confirmed"]
    assert not receiver.topics("listing.restore")
    assert published_state(platform) == (["upheld"] if track == "infringement" else [])
    assert receiver.topics("complainant.answer")[-1].payload["data"]["outcome"] == "infringed"
    assert open_norms(platform, name) == set()
    with pytest.raises(Conflict):
        hear(platform, name, "pending")
    sound(platform)


def test_a_suit_that_was_withdrawn_brings_the_listing_back(
    platform: Platform, receiver: Receiver, clock: Clock
) -> None:
    name = sued(platform, clock)
    clock.now += 80 * DAY
    settle(platform)
    hear(platform, name, "no_decision")
    [back] = receiver.topics("listing.restore")
    assert "判决已生效" in back.payload["data"]["reason"]
    assert published_state(platform) == ["cleared"]
    assert open_norms(platform, name) == set()
    with platform.reading() as conn:
        assert not platform.cases.worst(conn, kinds=["proceedings"], limit=9)
    sound(platform)


def test_statements_are_read_by_a_named_person(platform: Platform, receiver: Receiver, clock: Clock) -> None:
    name = sued(platform, clock)
    complaints = platform.investigate.complaints
    told = platform.run(lambda work: complaints.read(work, name, actor="wang"))
    assert [one.kind for one in told.words] == ["complaint.received", "complaint.stated", "ip.proceedings_known"]
    received, stated, suit = (one.told for one in told.words)
    assert received["text"] == "该商品假冒我司商标"
    assert received["reporter"] == {"name": "某品牌公司", "contact": "ip@example.cn"}
    assert stated["text"] == "有合法授权，附授权书"
    assert suit["what"] == SUIT.what
    with platform.reading() as conn:
        read = platform.ledger.entry(conn, told.entry).entry()
    assert read.kind == "complaint.read"
    assert read.body["person"] == "wang"


def test_words_of_others_are_not_opened_with_a_commitment_that_was_copied(platform: Platform) -> None:
    name = notify(platform).receipt
    with platform.reading() as conn:
        [first] = platform.ledger.entries(conn, kind="complaint.received")
    copied = first.entry().body["text"]
    other = notify(platform, link=copied, text="另一件").receipt
    told = platform.run(lambda work: platform.investigate.complaints.read(work, other, actor="wang"))
    assert name != other
    assert told.words[0].told["link"] == copied


def test_a_listing_that_another_notice_or_danger_holds_stays_down(
    platform: Platform, receiver: Receiver, clock: Clock
) -> None:
    name = notify(platform).receipt
    decide(platform, name, "act")
    order = MeasureOrder(facts="另一事由", listing="L1", measure="takedown")
    platform.run(lambda work: platform.remove.take(work, order, person="li", actor="li"))
    counter(platform, name)
    clock.now += 18 * DAY
    settle(platform)
    assert sorted(one.state for one in measures(platform)) == ["confirmed", "lifted"]
    assert not receiver.topics("listing.restore")


def test_a_notice_that_names_no_listing_says_that_nothing_was_taken_down(
    platform: Platform, receiver: Receiver
) -> None:
    name = notify(platform, listing="", merchant="m1").receipt
    decide(platform, name, "act")
    assert measures(platform) == []
    assert "ip.no_listing" in kinds(platform, name)
    assert receiver.topics("merchant.complaint")
    assert open_norms(platform, name) == {"cn.ip.measure"}


def test_a_tort_notice_goes_the_same_way(platform: Platform, receiver: Receiver, clock: Clock) -> None:
    name = notify(platform, concern="tort").receipt
    decide(platform, name, "act")
    assert [one.state for one in measures(platform)] == ["confirmed"]
    said = msgspec.convert(
        {"text": "未侵权", "counter": True, "name": "李四", "contact": "l@example.cn"}, MerchantStatement
    )
    platform.run(lambda work: platform.investigate.complaints.state(work, name, said, actor="m1"))
    settle(platform)
    clock.now += 18 * DAY
    settle(platform)
    settle(platform)
    assert [one.state for one in measures(platform)] == ["lifted"]
    assert receiver.topics("listing.restore")
    assert open_norms(platform, name) == set()
    with platform.reading() as conn:
        assert publishing.public(conn) == []


def test_a_second_person_who_finds_the_notice_wanting_brings_the_listing_back(
    platform: Platform, receiver: Receiver
) -> None:
    name = notify(platform).receipt
    decide(platform, name, "act")
    with platform.reading() as conn:
        [case] = [one for one in reading.about(conn, "complaint", name) if one.kind == "notice_check"]
    platform.run(lambda work: platform.cases.reopen(work, case.id, person="li", reason="权利证明已失效"))
    decide(platform, name, "lacking")
    assert receiver.topics("listing.restore")
    assert [one.state for one in measures(platform)] == ["lifted"]
    assert [one.payload["data"]["outcome"] for one in receiver.topics("complainant.answer")] == ["act", "lacking"]
    with platform.reading() as conn:
        assert [one.state for one in publishing.public(conn)] == ["lacking"]
    sound(platform)


def test_a_lacking_notice_is_completed_and_decided_anew(platform: Platform, receiver: Receiver, clock: Clock) -> None:
    name = notify(platform, right="", proof=None, listing="", link="https://example.cn/1").receipt
    complaints = platform.investigate.complaints
    decide(platform, name, "act")
    assert measures(platform) == []
    assert case_state(platform, name) == "open"
    decide(platform, name, "lacking")
    assert file_of(platform, name).complaint.state == "handled"
    assert open_norms(platform, name) == set()
    with pytest.raises(InvalidInput):
        platform.run(lambda work: complaints.complete(work, name, Completion(), actor="platform"))
    some = Completion(right="商标 1234567")
    assert platform.run(lambda work: complaints.complete(work, name, some, actor="platform")).lacking == ("proof",)
    clock.now += HOUR
    rest = Completion(proof="权利人另附的对比图", listing="L1", contact="new@example.cn")
    assert platform.run(lambda work: complaints.complete(work, name, rest, actor="platform")).lacking == ()
    settle(platform)
    assert case_state(platform, name) == "open"
    assert file_of(platform, name).complaint.state == "accepted"
    assert {"cn.ip.measure", "cn.ip.forward", "cn.ip.publish", "cn.complaint.handle"} <= open_norms(platform, name)
    with pytest.raises(Conflict):
        platform.run(lambda work: complaints.complete(work, name, rest, actor="platform"))
    clock.now += HOUR
    decide(platform, name, "act")
    [told] = receiver.topics("merchant.complaint")
    assert told.payload["data"]["proof"] == "权利人另附的对比图"
    assert told.payload["data"]["contact"] == "new@example.cn"
    assert [one.state for one in measures(platform)] == ["confirmed"]
    assert open_norms(platform, name) == set()
    with platform.reading() as conn:
        everything = b"".join(one.data for one in platform.entries(conn)).decode()
    assert "另附的对比图" not in everything
    assert "new@example.cn" not in everything
    sound(platform)


def test_the_public_reads_of_a_notice_without_words_or_names(platform: Platform, receiver: Receiver) -> None:
    name = notify(platform).receipt
    settle(platform)
    with platform.reading() as conn:
        assert publishing.public(conn) == []
    assert "cn.ip.publish" in open_norms(platform, name)
    decide(platform, name, "act")
    counter(platform, name)
    with platform.reading() as conn:
        [shown] = publishing.public(conn)
    assert (shown.shop, shown.listing, shown.right) == ("小铺", "L1", "商标 1234567")
    assert shown.countered_at
    assert not {"cn.ip.publish", "cn.ip.publish_outcome"} & open_norms(platform, name)
    assert "某品牌公司" not in str(shown)
    concealed = notify(platform, conceal=True, text="另一件").receipt
    decide(platform, concealed, "act")
    with platform.reading() as conn:
        assert {one.right for one in publishing.public(conn)} == {"商标 1234567", ""}
    lacking = notify(platform, right="").receipt
    with pytest.raises(Conflict):
        platform.run(lambda work: platform.investigate.complaints.publish(work, lacking, actor="wang"))
