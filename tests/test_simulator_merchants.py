"""The street of merchants, lived through on a real platform, with and without its registry."""

from anbao.connect.registry import HttpRegistry, RegistrySettings
from anbao.simulator.merchants import ALONE, ASKING, BACK, CLOSED, FAMILY, SERVED_BY_AGENT, live
from anbao.simulator.registry import RegistryServer
from merchant_steps import MerchantSteps

SEED = 7


def test_alone_the_platform_finds_what_can_be_found_without_asking(steps: MerchantSteps) -> None:
    told = live(steps.platform, SEED)
    for one in told:
        assert one.decision.decision == ALONE.get(one.applicant.truth.part, "verified"), one.applicant.merchant.id
    links = {one.applicant.merchant.id: {link.merchant for link in one.decision.links} for one in told}
    with steps.platform.reading() as conn:
        families = steps.merchants.families(conn)
        one_family = steps.merchants.links(conn, FAMILY[0]).family
    assert sorted(map(sorted, families)) == sorted([sorted(FAMILY), sorted((CLOSED, BACK))])
    assert one_family == FAMILY
    assert links[FAMILY[2]] == {FAMILY[1]}
    assert sum(name.startswith("served") for name in links) == SERVED_BY_AGENT


def test_with_a_registry_that_was_down_all_is_found_and_nobody_was_waved_through(steps: MerchantSteps) -> None:
    with RegistryServer() as server:
        registry = HttpRegistry(RegistrySettings(name="示例登记机关", url=server.url), pause=lambda seconds: None)
        steps.merchants.connect(registry)
        told = live(steps.platform, SEED, server)
        registry.close()
        for one in told:
            part = one.applicant.truth.part
            assert one.decision.decision == (ALONE.get(part) or "waiting"), one.applicant.merchant.id
            if one.applicant.merchant.id != CLOSED:
                assert one.stands == ASKING.get(part, "verified"), one.applicant.merchant.id
        assert set(steps.states("cn.kyc.registry")) <= {"discharged", "ended"}
        assert steps.platform.verify().sound
