"""Measures that an officer takes and lifts, and reports on violations to the authority in charge."""

import pytest

from anbao.engine.obligations.read import unfinished
from anbao.errors import Conflict, InvalidInput
from anbao.platform import Platform
from anbao.remove import reports
from anbao.remove.measures import MeasureOrder
from anbao.remove.reports import Sent
from anbao.simulator.receiver import Receiver, receiving
from helpers import connect
from removal_steps import apply, confirm_hazard, entries, lift, offer, take


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
    platform.change_parameter("platform.name", "某某平台有限公司", actor="officer:wang")
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
        letter = reports.letter_of(conn, report)
    title, body, page = letter.title.zh, letter.body.zh, letter.page("en")
    assert title == "关于平台内商家违法情形的报告"
    for part in (
        recipient,
        "报告人：某某平台有限公司",
        "示例商贸有限公司",
        "L1",
        "某牌充电宝",
        "下架商品",
        "已执行",
        "已采取必要措施",
        "危险已确认",
    ):
        assert part in body, part
    assert "Taking the listing down" in page
    [drafted] = entries(platform, "report.drafted")
    assert "示例商贸有限公司" not in str(drafted.body)
    sent = Sent(channel="全国12315平台", receipt="SJ2026-1")
    platform.run(lambda work: platform.remove.record_report_sent(work, report, sent, actor="key:1"))
    with pytest.raises(Conflict):
        platform.run(lambda work: platform.remove.record_report_sent(work, report, sent, actor="key:1"))
    with platform.reading() as conn:
        assert (reports.find(conn, report).state, reports.find(conn, report).receipt) == ("sent", "SJ2026-1")
        left = {one.norm for one in unfinished(conn, platform.clock(), limit=100)}
    assert not any(norm.startswith("cn.dispose") and norm.endswith(".report") for norm in left)
