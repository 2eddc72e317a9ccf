"""What an audit of the pack against the statutes found wrong, and the right reading of each."""

from datetime import date

import pytest

from anbao.engine.obligations.read import ObligationView
from anbao.law.deadlines import day_end, due_at, legal_day
from anbao.law.norms import Norm, Period
from anbao.law.pack import Pack, default_pack_path, load_pack
from anbao.model.assistance import HelpRequest
from anbao.model.event import Event
from anbao.model.listing import Listing
from anbao.model.merchant import Merchant
from anbao.model.trade import Order
from anbao.platform import Platform
from helpers import DAY, Clock, record


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(default_pack_path())


def norm(pack: Pack, name: str) -> Norm:
    found = pack.norm(name)
    assert found is not None
    return found


def owed(platform: Platform, name: str) -> list[ObligationView]:
    return [one for one in platform.obligations(limit=1_000) if one.norm == name]


def report(platform: Platform, kind: str, **given: str | int | bool) -> None:
    roles = [role for role in given if role in ("breach", "complaint", "disclosure")]
    subjects = {role: str(given.pop(role)) for role in roles}
    platform.record_event(Event(kind=kind, subjects=subjects, facts=given))


@pytest.mark.parametrize("name", ["cn.notice.before_order", "cn.notice.asked", "cn.kyc.licence_renewal"])
def test_what_no_statute_asks_for_is_the_platforms_own_rule(pack: Pack, name: str) -> None:
    assert norm(pack, name).deadline == "platform"


def test_an_acknowledgement_is_statute_for_prescription_drugs_alone(platform: Platform) -> None:
    for gate in ("prescription", "trip"):
        category = {"prescription": "drug_prescription", "trip": "travel_high_altitude"}[gate]
        platform.submit_listing(Listing(id=gate, category=category, title="示例商品", merchant=""))
        platform.prevent.review(gate, "notice", "已核对", actor="li")
        platform.warn.place_order(Order(id=f"O-{gate}", buyer="b1", listing=gate))
    by_law = {
        (one.norm, one.subjects["listing"])
        for one in platform.obligations(limit=1_000)
        if one.norm.startswith("cn.notice.") and norm(platform.pack, one.norm).deadline == "law"
    }
    assert ("cn.notice.drug_confirm", "prescription") in by_law
    assert {listing for name, listing in by_law if name != "cn.notice.shown"} == {"prescription"}
    assert {one.subjects["listing"] for one in owed(platform, "cn.notice.before_order")} == {"trip"}


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("cn.12315.accept", "2014-03-15"),
        ("cn.exit.notice", "2019-01-01"),
        ("cn.kyc.cosmetics_name", "2021-01-01"),
        ("cn.recall.stop", "2025-06-12"),
        ("cn.recall.data", "2025-06-12"),
    ],
)
def test_a_norm_is_in_force_from_the_day_of_its_text(pack: Pack, name: str, first: str) -> None:
    assert norm(pack, name).in_force_from == first


@pytest.mark.parametrize(
    ("name", "cited"),
    [
        ("cn.exit.notice", "cn.ecommerce_law.2018/16"),
        ("cn.12315.accept", "cn.consumer_law.2013/46"),
        ("cn.recall.data", "cn.network_trading_measures.2025/34"),
        ("cn.dispose.listing_report", "cn.network_trading_measures.2025/29"),
        ("cn.disclose.live", "cn.consumer_regulation.2024/14.2"),
        ("cn.disclose.seller_food", "cn.food_safety_law.2025/131.2"),
        ("cn.fraud.identity", "cn.cybersecurity_law.2025/26.1"),
        ("cn.notice.asked", "cn.tourism_law.2018/80"),
    ],
)
def test_a_norm_cites_what_it_rests_on(pack: Pack, name: str, cited: str) -> None:
    assert cited in norm(pack, name).provisions
    assert pack.provision(cited).text


def test_no_norm_cites_a_paragraph_that_was_restored(pack: Pack) -> None:
    wrong = ("cn.network_trading_measures.2025/29.", "cn.network_trading_measures.2025/26.")
    assert [one.id for one in pack.norms for ref in one.provisions if ref.startswith(wrong)] == []


def test_only_for_personal_information_avoided_harm_spares_the_users_the_news(platform: Platform) -> None:
    report(platform, "data.breached", breach="B1", personal=False, harm_avoided=True)
    report(platform, "data.breached", breach="B2", personal=True, harm_avoided=True)
    assert [one.subjects["breach"] for one in owed(platform, "cn.ds.event.tell")] == ["B1"]


def test_a_last_day_of_rest_moves_and_hours_do_not(pack: Pack, platform: Platform, clock: Clock) -> None:
    saturday = next(day for day in range(10) if legal_day(clock.now + day * DAY + 60 * DAY).weekday() == 5)
    clock.now += saturday * DAY
    report(platform, "complaint.authority_decided", complaint="C1", accepted=True)
    [one] = owed(platform, "cn.12315.mediate")
    assert one.due_at is not None
    last = legal_day(one.due_at - 1)
    assert pack.calendar.is_working_day(last, legal_day(clock.now))
    assert last > legal_day(clock.now + 60 * DAY)
    sunday = day_end(date(2026, 11, 21))
    assert due_at(sunday, Period(hours=1), pack.calendar, moves=True) == sunday + 3_600_000
    assert due_at(sunday, Period(days=7), pack.calendar) < due_at(
        sunday - DAY, Period(days=7), pack.calendar, moves=True
    )


def test_a_test_within_a_mediation_stops_its_sixty_days(platform: Platform, clock: Clock) -> None:
    report(platform, "complaint.authority_decided", complaint="C1", accepted=True)
    clock.now += 10 * DAY
    report(platform, "complaint.test_began", complaint="C1")
    clock.now += 90 * DAY
    platform.tick()
    assert owed(platform, "cn.12315.mediate") == []
    due = clock.now + 50 * DAY
    report(platform, "complaint.test_ended", complaint="C1", due=due)
    [left] = owed(platform, "cn.12315.mediate_after_test")
    assert (left.due_at, left.state) == (due, "open")
    report(platform, "complaint.mediation_ended", complaint="C1")
    assert owed(platform, "cn.12315.mediate_after_test") == []


def test_a_danger_that_may_kill_is_severe_as_one_that_did(pack: Pack) -> None:
    assert "可能" in pack.kind("defect.found").facts["severe"].title.zh
    assert norm(pack, "cn.recall.report").confidence == "memory"


def test_blacklisting_in_a_live_room_is_explained_to_whoever_is_listed(platform: Platform) -> None:
    for sanction, live in (("S1", True), ("S2", False)):
        body = {"measure": "blacklist"} | ({"live": True} if live else {})
        record(platform, "sanction.imposed", body, sanction=sanction, merchant="M1", measure=sanction)
    assert [one.subjects["sanction"] for one in owed(platform, "cn.measure.blacklist_state")] == ["S1"]


@pytest.mark.parametrize(("phone", "given"), [(None, False), ("0571-8888", True), ("请联系店长", False)])
def test_a_name_is_no_contact_that_answers(platform: Platform, phone: str | None, given: bool) -> None:
    merchant = Merchant(
        id="M1",
        kind="company",
        legal_name="某某商贸有限公司",
        shop_name="小店",
        address="浙江省杭州市某路 1 号",
        contact_name="王某",
        phone=phone,
    )
    platform.prevent.merchants.apply(merchant)
    platform.submit_listing(Listing(id="L1", merchant="M1", title="充电宝"))
    platform.warn.place_order(Order(id="O1", buyer="ann", listing="L1"))
    request = HelpRequest(id="D1", buyer="ann", order="O1", harm="health", help="identity", statement="我受伤了")
    answer = platform.run(lambda work: platform.assist.ask(work, request))
    assert answer.seller is not None
    assert answer.seller.missing == (() if given else ("contact",))
    assert bool(owed(platform, "cn.disclose.seller")) is not given
