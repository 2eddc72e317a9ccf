"""What is counted and reported about merchants: their turnover of a year, and the report to the authority."""

import msgspec
import pytest

from anbao.errors import Conflict
from anbao.model.event import Event
from helpers import DAY, said
from merchant_steps import RESIDENT, MerchantSteps


def test_the_turnover_of_a_person_is_summed_over_all_shops_and_notified_once(steps: MerchantSteps) -> None:
    steps.person("m1")
    steps.person("m2", resident_id=RESIDENT.lower())
    steps.sell("m1", 1, "60000.00")
    steps.sell("m2", 2, "40000.00")
    steps.platform.advance()
    assert steps.entries("merchant.threshold_crossed") == []
    steps.sell("m2", 3, "0.01")
    steps.sell("m1", 4, "100.00")
    steps.platform.advance()
    steps.platform.advance()
    [crossed] = steps.entries("merchant.threshold_crossed")
    assert (crossed.body["turnover"], crossed.body["shops"], crossed.body["limit"]) == ("100100.01", 2, 100_000)
    assert steps.states("cn.kyc.threshold") == ["open"]
    assert len(steps.effects("merchant.told_to_register")) == 1
    steps.platform.record_event(Event(kind="merchant.told_to_register", subjects=crossed.subjects))
    assert steps.states("cn.kyc.threshold") == ["discharged"]


def test_the_turnover_of_a_registered_merchant_and_of_another_year_does_not_count(steps: MerchantSteps) -> None:
    steps.company("m1")
    steps.sell("m1", 1, "500000.00")
    steps.person("m2")
    steps.sell("m2", 2, "90000.00")
    steps.clock.now += 60 * DAY
    steps.sell("m2", 3, "90000.00")
    steps.platform.advance()
    assert steps.entries("merchant.threshold_crossed") == []


def test_the_report_of_january_has_the_columns_of_the_law_and_is_proven_by_its_digest(steps: MerchantSteps) -> None:
    steps.company("m1", shop_url="https://shop.example/m1", categories=["直播"], live_account="m1直播间")
    steps.person("m2", declaration="handicraft", shop_url="https://shop.example/m2")
    steps.person("m3", resident_id="110105194912310038", legal_name="=王某")
    steps.company("held", credit_code="", kind="company")
    steps.company("gone")
    steps.close("gone", for_cause=False)
    steps.sell("m2", 1, "100000.01")
    steps.go_to("2027-01-05")
    assert steps.states("cn.report.identity") == ["open"]
    written = steps.platform.run(
        lambda work: steps.merchants.write_report(work, "merchant_identity", actor="officer:wang")
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

    [entry], [disclosed] = steps.entries("report.written"), steps.entries("identity.disclosed")
    assert (entry.body["registered"], entry.body["unregistered"], entry.body["over_limit"]) == (1, 2, 1)
    assert (disclosed.body["persons"], disclosed.actor) == (3, "officer:wang")
    assert "resident_id" in said(disclosed)["fields"]
    assert RESIDENT not in msgspec.json.encode([entry, disclosed]).decode()

    with pytest.raises(Conflict):
        steps.platform.run(lambda work: steps.merchants.submit_report(work, "0" * 64, actor="officer:wang"))
    digest = written.digests["merchant_identity-2027-01.json"]
    steps.platform.run(lambda work: steps.merchants.submit_report(work, digest, actor="officer:wang"))
    assert steps.states("cn.report.identity") == ["discharged"]
    live = steps.platform.run(lambda work: steps.merchants.write_report(work, "live_identity", actor="officer:wang"))
    assert [row.live_account for row in live.identities.registered] == ["m1直播间"]
    assert "直播账号" in live.files["live_identity-2027-01-registered.csv"].decode("utf-8-sig")
