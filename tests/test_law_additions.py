"""Norms that an audit of the pack found missing or too wide: what opens them, what discharges them, and when they are
due, each shown with entries through the engine.
"""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from anbao.engine.obligations import read
from anbao.engine.obligations.read import ObligationView
from anbao.law.deadlines import legal_day
from anbao.law.pack import Pack, default_pack_path, load_pack
from anbao.model.assistance import HelpRequest
from anbao.model.complaint import Complaint, Reporter
from anbao.model.event import Event
from anbao.model.listing import Listing
from anbao.model.merchant import Merchant
from anbao.model.trade import Order
from anbao.platform import Platform, open_platform
from helpers import DAY, HOUR, Clock, record

AFTER = int(datetime(2026, 12, 7, 2, tzinfo=UTC).timestamp() * 1000)
"""A Monday after the day from which the pack reads some norms anew."""
BEFORE = int(datetime(2026, 11, 23, 2, tzinfo=UTC).timestamp() * 1000)


@pytest.fixture
def clock() -> Clock:
    return Clock(AFTER)


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(default_pack_path())


def owed(platform: Platform, name: str) -> list[ObligationView]:
    """The unfinished obligations of a norm."""
    return [one for one in platform.obligations(limit=1_000) if one.norm == name]


def states(platform: Platform, name: str) -> list[str]:
    """The states of a norm's obligations, in the order in which they opened."""
    with platform.reading() as conn:
        return [one.state for one in read.page(conn, platform.clock(), limit=1_000, norm=name)]


def tell(platform: Platform, kind: str, subjects: dict[str, str], **facts: str | int | bool) -> None:
    platform.record_event(Event(kind=kind, subjects=subjects, facts=facts))


def platform_notifies(platform: Platform, kind: str, **facts: str | int | bool) -> None:
    tell(platform, kind, {"platform": "self"}, **facts)


I1 = {"incident": "I1"}


def test_in_one_hour_the_protection_department_and_the_police_are_notified(platform: Platform, clock: Clock) -> None:
    tell(platform, "incident.found", I1, level="major", critical_infrastructure=True)
    tell(platform, "incident.reported", I1, recipient="protection_department", complete=True)
    assert states(platform, "cn.net.incident_1h") == ["discharged"]
    assert states(platform, "cn.net.incident_1h_police") == ["open"]
    assert owed(platform, "cn.net.incident_1h_police")[0].due_at == clock.now + HOUR
    tell(platform, "incident.reported", I1, recipient="police", basics=True)
    assert states(platform, "cn.net.incident_1h_police") == ["discharged"]
    assert states(platform, "cn.net.incident_4h") == []


def test_a_first_report_without_its_first_two_items_is_none(platform: Platform, clock: Clock) -> None:
    tell(platform, "incident.found", I1, level="larger")
    tell(platform, "incident.reported", I1, recipient="police", complete=True)
    clock.now += 1
    tell(platform, "incident.reported", I1, recipient="cyberspace")
    assert states(platform, "cn.net.incident_4h") == ["open"]
    tell(platform, "incident.reported", I1, recipient="cyberspace", basics=True)
    assert states(platform, "cn.net.incident_4h") == ["discharged"]
    assert states(platform, "cn.net.incident_first") == ["open", "open"]


def test_a_report_that_was_entered_before_recipients_were_still_counts(platform: Platform) -> None:
    tell(platform, "incident.found", I1, level="larger")
    record(platform, "incident.reported", {"complete": True}, incident="I1")
    assert states(platform, "cn.net.incident_4h") == ["discharged"]


@pytest.mark.parametrize(("level", "law", "own"), [("larger", 1, 0), ("general", 0, 1)])
def test_the_summary_is_law_for_incidents_that_had_to_be_reported(
    platform: Platform, level: str, law: int, own: int
) -> None:
    tell(platform, "incident.closed", I1, level=level)
    assert len(owed(platform, "cn.net.incident_final")) == law
    assert len(owed(platform, "cn.net.incident_review")) == own


def test_an_incident_with_suspicion_of_a_crime_is_reported_to_the_police(platform: Platform) -> None:
    tell(platform, "incident.found", I1, level="general")
    assert owed(platform, "cn.net.incident.police") == []
    tell(platform, "incident.assessed", I1, suspected_crime=True)
    tell(platform, "incident.reported", I1, recipient="cyberspace", complete=True)
    assert states(platform, "cn.net.incident.police") == ["open"]
    tell(platform, "incident.reported", I1, recipient="police", complete=True)
    assert states(platform, "cn.net.incident.police") == ["discharged"]
    tell(platform, "data.breached", {"breach": "B1"}, suspected_crime=True)
    assert states(platform, "cn.data.police") == ["open"]
    tell(platform, "data.police_told", {"breach": "B1"})
    assert states(platform, "cn.data.police") == ["discharged"]


def test_persons_are_notified_where_the_authority_asks_for_it(platform: Platform) -> None:
    tell(platform, "data.breached", {"breach": "B1"}, personal=True, harm_avoided=True)
    assert owed(platform, "cn.pi.breach.tell") == []
    tell(platform, "data.notice_ordered", {"breach": "B1"})
    assert states(platform, "cn.pi.breach.tell_ordered") == ["open"]
    tell(platform, "data.persons_told", {"breach": "B1"})
    assert states(platform, "cn.pi.breach.tell_ordered") == ["discharged"]


def test_a_large_platform_owes_more_than_its_yearly_report(platform: Platform) -> None:
    platform_notifies(platform, "platform.classified", large=False)
    names = ("cn.pi.large.body", "cn.pi.large.rules", "cn.pi.large.no_abuse")
    assert [owed(platform, name) for name in names] == [[], [], []]
    platform_notifies(platform, "platform.classified", large=True)
    platform_notifies(platform, "duty.attested", duty="independent_body")
    assert states(platform, "cn.pi.large.body") == ["discharged", "open"]
    assert states(platform, "cn.pi.large.rules") == states(platform, "cn.pi.large.no_abuse") == ["open"]
    tell(platform, "provider.data_abuse_found", {"provider": "P1"}, serious=True)
    tell(platform, "provider.service_ended", {"provider": "P1"})
    assert states(platform, "cn.pi.large.end_service") == ["discharged"]


def test_the_tax_authority_is_notified_once_in_thirty_days(platform: Platform, clock: Clock, pack: Pack) -> None:
    platform_notifies(platform, "platform.business_started")
    [one] = owed(platform, "cn.report.tax_start")
    assert one.due_at is not None
    # 6 January 2027 is a Wednesday
    assert legal_day(one.due_at - 1) == date(2027, 1, 6)
    platform_notifies(platform, "report.submitted", report="tax", period="2026-10")
    assert states(platform, "cn.report.tax_start") == ["open"]
    platform_notifies(platform, "report.submitted", report="tax_platform", period="2026-12")
    assert states(platform, "cn.report.tax_start") == ["discharged"]
    found = pack.norm("cn.report.tax")
    assert found is not None
    assert (found.confidence, found.provisions[0]) == ("stored", "cn.tax_reporting_provisions.2025/4")


def test_tax_data_are_given_by_the_day_that_the_authority_sets(platform: Platform, clock: Clock) -> None:
    due = clock.now + 3 * DAY
    tell(platform, "tax.requested", {"request": "T1"}, due=due)
    assert [one.due_at for one in owed(platform, "cn.report.tax_request")] == [due]
    clock.now = due + 1
    tell(platform, "tax.answered", {"request": "T1"})
    assert states(platform, "cn.report.tax_request") == ["discharged_late"]


def test_the_data_of_minors_are_audited_each_year_and_it_is_reported(platform: Platform) -> None:
    platform_notifies(platform, "platform.classified", minors=True)
    platform_notifies(platform, "audit.completed", audit="personal_information")
    assert states(platform, "cn.minors.audit") == ["open"]
    platform_notifies(platform, "audit.completed", audit="minors")
    assert states(platform, "cn.minors.audit") == ["discharged", "open"]
    assert states(platform, "cn.minors.audit_report") == ["open"]
    platform_notifies(platform, "audit.reported", audit="minors")
    assert states(platform, "cn.minors.audit_report") == ["discharged"]


def test_a_request_to_stop_a_violation_is_owed_an_act(platform: Platform) -> None:
    tell(platform, "authority.stop_requested", {"request": "R1"})
    assert states(platform, "cn.authority.stop") == ["open"]
    tell(platform, "authority.stop_done", {"request": "R1"})
    assert states(platform, "cn.authority.stop") == ["discharged"]


@pytest.mark.parametrize(("category", "count"), [("cosmetic_ordinary", 1), ("travel_high_altitude", 0)])
def test_a_complaint_about_a_cosmetic_goes_to_its_merchant(platform: Platform, category: str, count: int) -> None:
    platform.submit_listing(Listing(id="L1", merchant="M1", title="示例商品", category=category))
    complaint = Complaint(
        concern="fraud", listing="L1", source="consumer", text="用后过敏", reporter=Reporter(buyer="ann")
    )
    platform.run(lambda work: platform.investigate.complaints.file(work, complaint, actor="platform"))
    assert len(owed(platform, "cn.cosmetics.forward_complaint")) == count


@pytest.mark.parametrize("measure", ["warning", "limit", "suspension", "closure", "ban", "blacklist"])
def test_every_sort_of_sanction_is_published_in_a_working_day(platform: Platform, measure: str) -> None:
    record(platform, "sanction.imposed", {"measure": measure}, sanction="S1", merchant="M1")
    assert [one.subjects for one in owed(platform, "cn.sanction.publish")] == [{"sanction": "S1"}]


def test_a_measure_in_a_live_room_is_reported_to_two_authorities(platform: Platform) -> None:
    violation = {"violation": "V1"}
    tell(platform, "violation.found", violation, field="live")
    names = ("cn.dispose.live.report", "cn.dispose.live.report_cyberspace")
    assert [owed(platform, name) for name in names] == [[], []]
    body = {"measure": "suspension", "live": True}
    record(platform, "sanction.imposed", body, sanction="S1", merchant="M1", violation="V1")
    tell(platform, "violation.reported", violation)
    assert [states(platform, name) for name in names] == [["open"], ["open"]]
    tell(platform, "violation.reported", violation, recipient="market")
    assert [states(platform, name) for name in names] == [["discharged"], ["open"]]
    tell(platform, "violation.reported", violation, recipient="cyberspace")
    assert [states(platform, name) for name in names] == [["discharged"], ["discharged"]]


def test_a_merchant_without_its_licence_is_reported(platform: Platform) -> None:
    record(platform, "licence.expired", {"kind": "food_business"}, licence="C0", merchant="M0")
    record(platform, "licence.expired", {"kind": "food_business", "needed": True}, licence="C1", merchant="M1")
    record(platform, "licence.expired", {"kind": "food_business", "needed": True}, licence="C2", merchant="M2")
    record(platform, "licence.renewed", {"number": "x"}, licence="C2", merchant="M2")
    assert [one.subjects["merchant"] for one in owed(platform, "cn.kyc.licence_hold.report")] == ["M1"]
    tell(platform, "merchant.reported", {"merchant": "M1"})
    assert owed(platform, "cn.kyc.licence_hold.report") == []


# ── past versions of the rules ────────────────────────────────────────────────────────────────────────────────────────


def test_a_past_version_stays_until_a_change_takes_effect_three_years_later(platform: Platform, clock: Clock) -> None:
    start = clock.now
    tell(platform, "rules.superseded", {"rules": "v1"})
    clock.now = start + 2 * 365 * DAY
    tell(platform, "rules.took_effect", {"rules": "v3"})
    clock.now = start + 4 * 365 * DAY
    assert states(platform, "cn.rules.history") == ["keeping"]
    tell(platform, "rules.took_effect", {"rules": "v4"})
    clock.now += DAY
    assert states(platform, "cn.rules.history") == ["kept"]
    tell(platform, "rules.destroyed", {"rules": "v1"})
    assert states(platform, "cn.rules.history") == ["kept"]
    assert platform.obligation_differences() == []


def test_a_past_version_that_is_destroyed_before_is_broken(platform: Platform, clock: Clock) -> None:
    tell(platform, "rules.superseded", {"rules": "v1"})
    clock.now += 4 * 365 * DAY
    tell(platform, "rules.destroyed", {"rules": "v1"})
    assert states(platform, "cn.rules.history") == ["broken"]
    assert platform.obligation_differences() == []


# ── readings and the day from which they hold ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("rest", [5, 6])
def test_the_last_day_of_six_months_moves_for_what_opens_now_and_stays_for_what_was_open(
    store_url: str, rest: int, pack: Pack
) -> None:
    clock = Clock(BEFORE)
    with open_platform(store_url, clock=clock) as platform:
        dues = {}
        for name, first in (("old", BEFORE), ("new", AFTER)):
            clock.now = first
            while six_months_on(legal_day(clock.now)).weekday() != rest:
                clock.now += DAY if name == "new" else -DAY
            record(platform, "merchant.verified", {"kind": "person"}, merchant=name)
            [one] = [one for one in owed(platform, "cn.kyc.reverify") if one.subjects["merchant"] == name]
            assert one.due_at is not None
            dues[name] = legal_day(one.due_at - 1) - six_months_on(legal_day(clock.now))
        assert dues["old"] == timedelta(0)
        assert timedelta(1) <= dues["new"] <= timedelta(9)
        assert platform.obligation_differences() == []


def six_months_on(day: date) -> date:
    month = day.month + 6
    return day.replace(year=day.year + (month > 12), month=(month - 1) % 12 + 1, day=min(day.day, 28))


def test_two_readings_of_one_norm_never_hold_for_one_day(pack: Pack) -> None:
    read_anew = [one for one in pack.norms if one.applies_from]
    assert read_anew
    for one in read_anew:
        others = [other for other in pack.norms if other.id == one.id and other.version != one.version]
        for other in others:
            assert one.last_day < other.first_day if one.first_day < other.first_day else other.last_day < one.first_day
        assert one.first_day >= one.in_force_from


def test_the_act_of_a_merchant_or_an_authority_is_not_called_the_platforms(pack: Pack) -> None:
    by = {one.id: one.owed_by for one in pack.norms}
    assert by["cn.kyc.licence_renewal"] == by["cn.publicity.seller_reports"] == by["cn.notice.shown"] == "merchant"
    assert by["cn.12315.accept"] == by["cn.12315.mediate"] == "authority"
    assert by["cn.kyc.reverify"] == "platform"


# ── disclosure ────────────────────────────────────────────────────────────────────────────────────────────────────────


def ask(platform: Platform, category: str = "") -> tuple[bool, str]:
    """Whether the seller was named, and the letter that the buyer got."""
    merchant = Merchant(
        id="M1",
        kind="company",
        legal_name="某某商贸有限公司",
        shop_name="小店",
        address="浙江省杭州市某路 1 号",
        phone="0571-8888",
    )
    platform.prevent.merchants.apply(merchant)
    platform.submit_listing(Listing(id="L1", merchant="M1", title="示例商品", category=category))
    if category:
        platform.prevent.review("L1", "notice", "已核对", actor="li")
    platform.warn.place_order(Order(id="O1", buyer="ann", listing="L1"))
    return again(platform, "D1")


def again(platform: Platform, name: str) -> tuple[bool, str]:
    request = HelpRequest(id=name, buyer="ann", order="O1", harm="health", help="identity", statement="我受伤了")
    answer = platform.run(lambda work: platform.assist.ask(work, request))
    assert answer.seller is not None
    assert answer.letter is not None
    return not answer.seller.missing, answer.letter.body.zh


def test_the_letter_cites_the_food_law_for_food_only(platform: Platform) -> None:
    given, letter = ask(platform)
    assert given
    assert "消费者权益保护法" in letter
    assert "食品" not in letter


def test_for_food_the_food_law_is_cited_and_its_norm_discharged(platform: Platform) -> None:
    given, letter = ask(platform, category="food_farm")
    assert given
    assert "食品安全法" in letter
    assert states(platform, "cn.disclose.seller_food") == ["discharged"]


def test_a_contact_that_an_authority_reported_dead_is_none_until_the_merchant_is_checked(
    platform: Platform, clock: Clock
) -> None:
    assert ask(platform)[0]
    clock.now += HOUR
    tell(platform, "merchant.unreachable_notified", {"merchant": "M1"})
    clock.now += HOUR
    assert not again(platform, "D2")[0]
    assert [one.subjects["disclosure"] for one in owed(platform, "cn.disclose.seller")] == ["D2"]
    assert [one.subjects["disclosure"] for one in owed(platform, "cn.disclose.pay_first")] == ["D2"]
    clock.now += HOUR
    platform.prevent.merchants.apply(
        Merchant(
            id="M1",
            kind="company",
            legal_name="某某商贸有限公司",
            shop_name="小店",
            address="浙江省杭州市某路 1 号",
            phone="0571-9999",
            credit_code="91320200MA1MGN8MXH",
            contact_name="王某",
        )
    )
    clock.now += HOUR
    assert again(platform, "D3")[0]


# ── texts ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "articles"),
    [
        ("cn.live_ecommerce_measures.2025", 69),
        ("cn.consumer_regulation.2024", 53),
        ("cn.tax_reporting_provisions.2025", 14),
        ("cn.civil_code.general", 204),
    ],
)
def test_a_text_is_whole_and_elides_nothing(pack: Pack, name: str, articles: int) -> None:
    found = pack.library.instruments[name]
    assert len(found.articles) == articles
    assert found.status == "stored"
    assert not [one.no for one in found.articles if "……" in one.text]


def test_no_article_ends_with_the_heading_of_the_next_chapter(pack: Pack) -> None:
    minors = pack.library.instruments["cn.minors_network_regulation.2023"]
    assert not [one.no for one in minors.articles if "​" in one.text or not one.text.endswith(("。", "；"))]
    assert {one.chapter for one in minors.articles if one.no in (1, 60)} != {"第一章 总则"}


def test_a_statute_that_states_no_repeal_is_given_no_last_day(pack: Pack) -> None:
    old = pack.library.instruments["cn.hazchem_regulation.2013"]
    assert old.in_force.until is None
    assert "states no repeal" in old.note


def test_texts_name_no_path_of_a_machine(pack: Pack) -> None:
    for one in pack.library.instruments.values():
        assert "/work" not in one.source + one.note
    assert (Path(default_pack_path()) / "provisions").is_dir()
