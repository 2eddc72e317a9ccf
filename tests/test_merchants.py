"""The life of a merchant: links and come-backs, changes, re-verification, licences that run out, turnover, closure."""

from collections.abc import Iterator

import msgspec
import pytest

import anbao
from anbao.errors import Conflict, InvalidInput, NotFound
from anbao.model.entry import Entry
from anbao.model.event import Event
from anbao.model.merchant import MerchantChange
from anbao.model.trade import Order
from anbao.prevent.merchants import MerchantDecision, file
from anbao.prevent.replay import replay
from anbao.remove.measures import MeasureOrder
from helpers import DAY
from merchant_desk import FOOD, OTHER_FOOD, RESIDENT, Desk, opened

EXPIRED = {**FOOD, "valid_until": "2026-11-01"}
FORGED = {**FOOD, "number": "JY15101000000000"}


@pytest.fixture
def desk(store_url: str) -> Iterator[Desk]:
    with opened(store_url) as one:
        yield one


def close(desk: Desk, name: str, *, for_cause: bool) -> None:
    merchants = desk.merchants
    desk.platform.run(
        lambda work: merchants.close(work, name, reason="销售假冒食品", for_cause=for_cause, actor="officer:wang")
    )


def change(desk: Desk, name: str, **fields: object) -> MerchantDecision:
    given = msgspec.convert(fields, MerchantChange)
    return desk.platform.run(lambda work: desk.merchants.change(work, name, given))


# ── admission ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("licences", "decision", "problem"),
    [([FORGED], "refused", "check_digit"), ([EXPIRED], "held", "expired"), ([], "held", "missing")],
)
def test_who_lacks_a_licence_is_told_which_and_under_which_provision(
    desk: Desk, licences: list[dict[str, str]], decision: str, problem: str
) -> None:
    answer = desk.company("m1", categories=["零食"], licences=licences)
    assert answer.decision == decision
    [wrong] = [check for check in answer.checks if check.problem and check.required_by]
    assert (wrong.kind, wrong.problem, wrong.required_by) == ("food_business", problem, "food_prepackaged")
    assert "cn.food_safety_law.2025/62.1" in wrong.provisions


def test_a_live_room_falls_under_the_norm_for_live_rooms(desk: Desk) -> None:
    assert desk.company("m1", categories=["直播带货", "女装"]).decision == "verified"
    assert desk.states("cn.kyc.live_room") == ["open"]
    desk.clock.now += 190 * DAY
    assert desk.states("cn.kyc.live_room") == ["overdue"]


def test_a_personal_number_is_no_licence(desk: Desk) -> None:
    with pytest.raises(InvalidInput):
        desk.company("m1", licences=[{"kind": "resident_id", "number": RESIDENT}])


# ── links and come-backs ──────────────────────────────────────────────────────────────────────────────────────────────


def test_shared_identifiers_are_a_finding_without_their_values(desk: Desk) -> None:
    desk.company("m1", bank_account="6222000011112222", licences=[FOOD])
    answer = desk.company("m2", bank_account="6222 0000 1111 2222", licences=[FOOD])
    assert answer.decision == "verified"
    [link] = answer.links
    assert (link.merchant, link.status, link.closed_for_cause) == ("m1", "verified", False)
    assert link.identifiers == ("account", "credit_code", "licence")
    [entry] = desk.entries("merchant.linked")
    assert entry.body["linked"] == 1
    assert "6222" not in msgspec.json.encode(entry).decode()


@pytest.mark.parametrize("shared", ["phone", "bank_account", "address", "resident_id"])
def test_a_merchant_closed_for_cause_that_comes_back_is_held(desk: Desk, shared: str) -> None:
    same = {
        "phone": "12099990000",
        "bank_account": "62220000",
        "address": "安平市清河区一号甲",
        "resident_id": RESIDENT,
    }
    desk.company("m1", **{shared: same[shared]}, credit_code="91110000600037341L")
    close(desk, "m1", for_cause=True)
    answer = desk.company("m2", **{shared: same[shared]})
    assert (answer.decision, answer.reasons) == ("held", ("comeback",))
    assert answer.links[0].closed_for_cause
    assert desk.states("cn.kyc.held") == ["open"]
    desk.platform.run(
        lambda work: desk.merchants.review(work, "m2", verify=True, reason="新的房东", actor="officer:wang")
    )
    assert desk.status("m2") == "verified"
    assert desk.states("cn.kyc.held") == ["discharged"]


def test_who_left_freely_may_come_back_and_who_was_closed_may_not_under_its_own_name(desk: Desk) -> None:
    desk.company("m1")
    close(desk, "m1", for_cause=False)
    assert desk.company("m1").decision == "verified"
    close(desk, "m1", for_cause=True)
    assert desk.company("m1").reasons == ("comeback",)


def test_an_agents_phone_joins_nobody_and_the_cap_can_be_changed(desk: Desk) -> None:
    agent = "12000000000"
    desk.platform.change_parameter("merchant.shared_identifier_cap", 2, actor="officer:wang")
    codes = ("91110000600037341L", "91320200MA1MGN8MXH", "52320200MA1MGN8MX")
    desk.company("m1", phone=agent, credit_code=codes[0])
    assert [one.merchant for one in desk.company("m2", phone=agent).links] == ["m1"]
    assert desk.person("m3", phone=agent).links == ()
    assert desk.entries("merchant.linked")[-1].body["shared_by_crowd"] == ["phone"]
    with desk.platform.reading() as conn:
        view = desk.merchants.links(conn, "m3")
    assert (view.family, view.shared_by_crowd, view.cap) == (("m3",), ("phone",), 2)
    with pytest.raises(InvalidInput, match="law"):
        desk.platform.change_parameter("merchant.unregistered_turnover", 5, actor="officer")


# ── review, re-verification, closure ──────────────────────────────────────────────────────────────────────────────────


def test_a_person_cannot_wave_through_a_missing_licence(desk: Desk) -> None:
    desk.company("m1", categories=["零食"])
    with pytest.raises(Conflict, match="food_business"):
        desk.platform.run(
            lambda work: desk.merchants.review(work, "m1", verify=True, reason="熟人", actor="officer:wang")
        )
    refused = desk.platform.run(
        lambda work: desk.merchants.review(work, "m1", verify=False, reason="无证", actor="officer:wang")
    )
    assert refused.decision == desk.status("m1") == "refused"


def test_verifying_again_discharges_and_opens_anew(desk: Desk) -> None:
    desk.company("m1", categories=["零食"], licences=[FOOD])
    desk.clock.now += 100 * DAY
    answer = desk.platform.run(lambda work: desk.merchants.reverify(work, "m1"))
    assert answer.decision == "verified"
    assert desk.states("cn.kyc.reverify") == desk.states("cn.kyc.food_6m") == ["discharged", "open"]
    assert desk.entries("merchant.verified")[-1].body["occasion"] == "reverify"


def test_verifying_again_finds_a_licence_that_ran_out(desk: Desk) -> None:
    desk.company("m1", categories=["零食"], licences=[FOOD])
    desk.clock.now += 150 * DAY
    assert desk.platform.run(lambda work: desk.merchants.reverify(work, "m1")).decision == "held"
    assert desk.status("m1") == "held"
    assert desk.states("cn.kyc.reverify") == ["open"]


def test_what_is_closed_or_unknown_is_not_acted_on(desk: Desk) -> None:
    with pytest.raises(NotFound):
        close(desk, "nobody", for_cause=False)
    desk.company("m1", categories=["护肤品"])
    close(desk, "m1", for_cause=False)
    assert desk.states("cn.kyc.reverify") == ["ended"]
    assert desk.states("cn.retain.identity") == desk.states("cn.kyc.cosmetics.keep") == ["keeping"]
    with pytest.raises(Conflict):
        close(desk, "m1", for_cause=False)
    with pytest.raises(Conflict):
        change(desk, "m1", phone="12012345678")


# ── changes ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_change_is_filed_with_its_history_and_published_by_the_platform(desk: Desk) -> None:
    desk.company("m1")
    desk.clock.now += 5 * DAY
    answer = change(desk, "m1", address="安平市清河区望岳街 8 号", shop_name="新店名", changed_at=desk.clock.now - DAY)
    assert answer.decision == "verified"
    with desk.platform.reading() as conn:
        on_file = file.opened(conn, desk.platform.vault, "m1")
    assert (on_file.address, on_file.shop_name, on_file.contact_name) == ("安平市清河区望岳街 8 号", "新店名", "赵一")
    [changed], [reported] = desk.entries("merchant.info_changed"), desk.entries("merchant.info_reported")
    assert reported.at - changed.at == DAY
    assert reported.body["fields"] == "address,shop_name"
    assert "望岳街" not in msgspec.json.encode(reported).decode()
    assert desk.states("cn.publicity.seller_reports") == ["discharged"]
    assert desk.states("cn.publicity.seller_change") == ["open"]
    assert len(desk.effects("merchant.publish")) == 1
    desk.platform.record_event(Event(kind="merchant.info_published", subjects={"merchant": "m1"}))
    assert desk.states("cn.publicity.seller_change") == ["discharged"]


def test_a_change_reported_late_is_overdue_and_a_false_one_is_not_filed(desk: Desk) -> None:
    desk.company("m1")
    desk.clock.now += 20 * DAY
    change(desk, "m1", phone="12012345678", changed_at=desk.clock.now - 10 * DAY)
    assert desk.states("cn.publicity.seller_reports") == ["discharged_late"]
    refused = change(desk, "m1", credit_code="91510100MA00000000")
    assert refused.decision == "refused"
    with desk.platform.reading() as conn:
        assert file.opened(conn, desk.platform.vault, "m1").credit_code == "91320200MA1MGN8MXH"
    assert desk.status("m1") == "verified"
    with pytest.raises(InvalidInput):
        change(desk, "m1")
    with pytest.raises(InvalidInput):
        change(desk, "m1", phone="12012345678", changed_at=desk.clock.now + DAY)


def test_a_held_merchant_is_verified_once_the_licence_is_there(desk: Desk) -> None:
    assert desk.company("m1", categories=["零食"]).decision == "held"
    change(desk, "m1", licences=[FOOD])
    assert desk.status("m1") == "verified"
    assert desk.states("cn.kyc.held") == ["discharged"]


# ── licences that run out ─────────────────────────────────────────────────────────────────────────────────────────────


def offer(desk: Desk, name: str, category: str) -> str:
    listing = anbao.Listing(id=name, title="绿茶 250g", category=category, merchant="m1")
    return desk.platform.submit_listing(listing).decision.outcome


def test_a_licence_runs_out_and_takes_merchant_and_listings_with_it_until_renewed(desk: Desk) -> None:
    desk.company("m1", categories=["零食", "女装"], licences=[FOOD])
    assert offer(desk, "tea", "零食") in ("pass", "notice")
    offer(desk, "shirt", "女装")
    desk.go_to("2027-02-28")
    assert desk.entries("licence.expiring") == []
    desk.go_to("2027-03-02")
    [expiring] = desk.entries("licence.expiring")
    assert expiring.subjects == {"licence": "food_business:JY13202020009651", "merchant": "m1"}
    assert desk.states("cn.kyc.licence_renewal") == ["open"]
    assert desk.effects("merchant.licence_expiring")[0]["body"]["last_day"] == "2027-03-31"
    desk.go_to("2027-03-31")
    assert desk.status("m1") == "verified"
    desk.go_to("2027-04-01")
    assert desk.status("m1") == "held"
    assert (desk.outcome("tea"), desk.outcome("shirt")) == ("withheld", "pass")
    [lost] = desk.entries("listing.licence_lost")
    assert (lost.body["licence"], lost.body["problem"]) == ("food_business", "expired")
    assert "cn.food_safety_law.2025/62.1" in lost.body["provisions"]
    assert [one["subjects"]["listing"] for one in desk.effects("listing.withhold")] == ["tea"]
    assert desk.states("cn.kyc.licence_hold") == ["discharged"]
    assert desk.states("cn.kyc.licence_renewal") == ["ended"]
    assert offer(desk, "coffee", "零食") in ("review", "block")

    change(desk, "m1", licences=[OTHER_FOOD])
    desk.platform.advance()
    assert desk.status("m1") == "verified"
    assert desk.outcome("tea") in ("pass", "notice")
    assert [one["subjects"]["listing"] for one in desk.effects("listing.restore")] == ["tea"]
    [renewed] = desk.entries("licence.renewed")
    assert renewed.subjects["licence"] == "food_business:JY13202020009651"
    desk.go_to("2028-01-01")
    assert len(desk.entries("licence.expired")) == 1


@pytest.mark.parametrize("renewed", [{**FOOD, "valid_until": "2032-03-31"}, OTHER_FOOD])
def test_a_licence_renewed_in_time_discharges_and_holds_nobody(desk: Desk, renewed: dict[str, str]) -> None:
    desk.company("m1", categories=["零食"], licences=[FOOD])
    desk.go_to("2027-03-02")
    change(desk, "m1", licences=[renewed])
    assert desk.states("cn.kyc.licence_renewal") == ["discharged"]
    desk.go_to("2027-04-02")
    assert desk.status("m1") == "verified"
    assert desk.entries("licence.expired") == []


def test_a_licence_that_nothing_needs_runs_out_without_a_hold(desk: Desk) -> None:
    desk.company("m1", categories=["女装"], licences=[FOOD])
    desk.go_to("2027-03-02")
    desk.go_to("2027-04-02")
    assert desk.status("m1") == "verified"
    [expired] = desk.entries("licence.expired")
    assert not expired.body["needed"]
    assert desk.states("cn.kyc.licence_hold") == []


def test_a_listing_under_a_measure_does_not_come_back_with_the_licence(desk: Desk) -> None:
    desk.company("m1", categories=["零食"], licences=[FOOD])
    offer(desk, "tea", "零食")
    desk.go_to("2027-03-02")
    desk.go_to("2027-04-01")
    measure = Entry(
        actor="engine",
        at=desk.clock.now,
        body={"measure": "takedown"},
        kind="measure.taken",
        recorded=desk.clock.now,
        subjects={"listing": "tea", "measure": "x1"},
    )
    desk.platform.run(lambda work: work.record(measure))
    change(desk, "m1", licences=[OTHER_FOOD])
    desk.platform.advance()
    assert desk.outcome("tea") == "withheld"
    assert desk.effects("listing.restore") == []


def test_a_licence_that_had_run_out_before_leaves_nothing_owed(desk: Desk) -> None:
    desk.company("m1", categories=["零食"], licences=[EXPIRED])
    desk.platform.advance()
    assert desk.states("cn.kyc.licence_renewal") == []
    assert [entry.body["needed"] for entry in desk.entries("licence.expired")] == [False]
    desk.platform.advance()
    assert len(desk.entries("licence.expired")) == 1


def test_closing_ends_what_was_owed_for_its_licences(desk: Desk) -> None:
    desk.company("m1", categories=["零食"], licences=[FOOD])
    desk.go_to("2027-03-02")
    close(desk, "m1", for_cause=False)
    assert desk.states("cn.kyc.licence_renewal") == ["ended"]
    desk.go_to("2027-04-02")
    assert desk.entries("licence.expired") == []


# ── turnover ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def sell(desk: Desk, merchant: str, number: int, amount: str) -> None:
    listing = anbao.Listing(id=f"l-{merchant}", title="手工编织", category="女装", merchant=merchant)
    desk.platform.submit_listing(listing)
    desk.platform.place_order(Order(id=f"o{number}", listing=listing.id, buyer="b1", amount=amount))


def test_the_turnover_of_a_person_is_summed_over_all_shops_and_told_once(desk: Desk) -> None:
    desk.person("m1")
    desk.person("m2", resident_id=RESIDENT.lower())
    sell(desk, "m1", 1, "60000.00")
    sell(desk, "m2", 2, "40000.00")
    desk.platform.advance()
    assert desk.entries("merchant.threshold_crossed") == []
    sell(desk, "m2", 3, "0.01")
    sell(desk, "m1", 4, "100.00")
    desk.platform.advance()
    desk.platform.advance()
    [crossed] = desk.entries("merchant.threshold_crossed")
    assert (crossed.body["turnover"], crossed.body["shops"], crossed.body["limit"]) == ("100100.01", 2, 100_000)
    assert desk.states("cn.kyc.threshold") == ["open"]
    assert len(desk.effects("merchant.told_to_register")) == 1
    desk.platform.record_event(Event(kind="merchant.told_to_register", subjects=crossed.subjects))
    assert desk.states("cn.kyc.threshold") == ["discharged"]


def test_the_turnover_of_a_registered_merchant_and_of_another_year_does_not_count(desk: Desk) -> None:
    desk.company("m1")
    sell(desk, "m1", 1, "500000.00")
    desk.person("m2")
    sell(desk, "m2", 2, "90000.00")
    desk.clock.now += 60 * DAY
    sell(desk, "m2", 3, "90000.00")
    desk.platform.advance()
    assert desk.entries("merchant.threshold_crossed") == []


# ── proof ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_old_listings_replay_through_all_that_became_of_their_merchant(desk: Desk) -> None:
    desk.company("m1", categories=["零食"], licences=[FOOD])
    screened = []

    def note(name: str) -> None:
        listing = anbao.Listing(id=name, title="绿茶", category="零食", merchant="m1")
        screened.append(desk.platform.submit_listing(listing).receipt.entry)

    note("a")
    desk.go_to("2027-03-02")
    desk.go_to("2027-04-01")
    note("b")
    change(desk, "m1", licences=[OTHER_FOOD])
    note("c")
    close(desk, "m1", for_cause=False)
    note("d")
    with desk.platform.reading() as conn:
        for entry in screened:
            assert replay(conn, desk.platform.ledger, desk.platform.prevent.rulesets, entry).same, entry
    assert desk.platform.obligation_differences() == []
    assert desk.platform.verify().sound


# ── the report to the authority ───────────────────────────────────────────────────────────────────────────────────────


def test_the_report_of_january_has_the_columns_of_the_law_and_is_proven_by_its_digest(desk: Desk) -> None:
    desk.company("m1", shop_url="https://shop.example/m1", categories=["直播"], live_account="m1直播间")
    desk.person("m2", declaration="handicraft", shop_url="https://shop.example/m2")
    desk.person("m3", resident_id="110105194912310038", legal_name="=王某")
    desk.company("held", credit_code="", kind="company")
    desk.company("gone")
    close(desk, "gone", for_cause=False)
    sell(desk, "m2", 1, "100000.01")
    desk.go_to("2027-01-05")
    assert desk.states("cn.report.identity") == ["open"]
    written = desk.platform.run(
        lambda work: desk.merchants.write_report(work, "merchant_identity", actor="officer:wang")
    )
    files = {name: data.decode("utf-8-sig") for name, data in written.files.items()}
    registered = files["merchant_identity-2027-01-registered.csv"].splitlines()
    assert registered[0] == "名称（姓名）,统一社会信用代码,实际经营地址,联系方式,网店名称,网址链接"
    assert len(registered) == 2
    assert registered[1].startswith("m1商贸有限公司,91320200MA1MGN8MXH,")
    persons = files["merchant_identity-2027-01-unregistered.csv"].splitlines()
    assert persons[0].endswith(",网店名称,网址链接,自我声明,超过年交易额额度")
    assert RESIDENT in persons[1]
    assert persons[1].endswith("依法不需要办理市场主体登记,是")
    assert persons[2].startswith("'=王某,")
    assert persons[2].endswith(",否")
    assert [row.missing for row in written.identities.unregistered] == [(), ("shop_url", "declaration")]

    [entry], [disclosed] = desk.entries("report.written"), desk.entries("identity.disclosed")
    assert (entry.body["registered"], entry.body["unregistered"], entry.body["over_limit"]) == (1, 2, 1)
    assert (disclosed.body["persons"], disclosed.actor) == (3, "officer:wang")
    assert "resident_id" in disclosed.body["fields"]
    assert RESIDENT not in msgspec.json.encode([entry, disclosed]).decode()

    with pytest.raises(Conflict):
        desk.platform.run(lambda work: desk.merchants.submit_report(work, "0" * 64, actor="officer:wang"))
    digest = written.digests["merchant_identity-2027-01.json"]
    desk.platform.run(lambda work: desk.merchants.submit_report(work, digest, actor="officer:wang"))
    assert desk.states("cn.report.identity") == ["discharged"]
    live = desk.platform.run(lambda work: desk.merchants.write_report(work, "live_identity", actor="officer:wang"))
    assert [row.live_account for row in live.identities.registered] == ["m1直播间"]
    assert "直播账号" in live.files["live_identity-2027-01-registered.csv"].decode("utf-8-sig")


# ── together with the other rooms ─────────────────────────────────────────────────────────────────────────────────────


def decide(desk: Desk, outcome: str) -> None:
    """An officer decides the newest case on a merchant."""
    desk.platform.advance()
    case = desk.entries("case.opened")[-1].subjects["case"]
    platform = desk.platform
    platform.run(
        lambda work: platform.cases.decide(
            work, case, person="wang", outcome=outcome, reason="查明", actor="officer:wang"
        )
    )
    platform.advance()


def test_a_come_back_is_put_before_a_person_who_decides(desk: Desk) -> None:
    desk.company("m1", phone="12099990000", credit_code="91110000600037341L")
    close(desk, "m1", for_cause=True)
    desk.company("m2", phone="12099990000")
    decide(desk, "verified")
    assert desk.status("m2") == "verified"
    assert desk.entries("merchant.verified")[-1].actor == "officer:wang"
    desk.company("m3", phone="12099990000")
    decide(desk, "refused")
    assert desk.status("m3") == "refused"


def test_a_missing_licence_is_the_merchants_to_bring_and_no_case(desk: Desk) -> None:
    desk.company("m1", categories=["零食"])
    desk.platform.advance()
    assert desk.entries("case.opened") == []


def test_a_closure_taken_as_a_measure_closes_for_cause_and_lifted_gives_the_shop_back(desk: Desk) -> None:
    platform = desk.platform
    desk.company("m1", phone="12099990000", credit_code="91110000600037341L")
    order = MeasureOrder(measure="closure", merchant="m1", facts="多次销售假药")
    taken = platform.run(lambda work: platform.remove.take(work, order, person="wang", actor="officer:wang"))
    platform.advance()
    assert desk.status("m1") == "closed"
    [closed] = desk.entries("merchant.closed")
    assert (closed.body["reason"], closed.body["for_cause"]) == ("多次销售假药", True)
    assert desk.company("m2", phone="12099990000").decision == "held"
    platform.run(lambda work: platform.remove.lift(work, taken, "申诉成立", person="li", actor="officer:li"))
    platform.advance()
    assert desk.status("m1") == "verified"
    assert desk.company("m3", phone="12099990000").decision == "verified"
