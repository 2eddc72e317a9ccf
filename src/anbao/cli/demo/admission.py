"""Merchants apply: forged, expired and missing licences, a registry that is down, families, a come-back."""

from collections import Counter

from anbao.cli.common import t
from anbao.cli.demo.printer import DemoPrinter, one_of_each, said
from anbao.cli.demo.words import FAULTS, PARTS
from anbao.connect.registry import HttpRegistry, RegistrySettings
from anbao.platform import Platform
from anbao.prevent.explaining import named
from anbao.simulator import merchants as street
from anbao.simulator.registry import RegistryServer
from anbao.simulator.story import Tally
from anbao.text import Text

FAULTS_SHOWN = 7
PARTS_SHOWN = 10


def print_applications(printer: DemoPrinter, platform: Platform, tally: Tally) -> None:
    """Each kind of fault once, with what was checked and the provision that asks for it."""
    printer.chapter("商家入驻审核", "Merchants apply")
    decided = Counter(one.decision.decision for one in tally.merchants)
    right = sum(one.decision.decision == one.truth.expected for one in tally.merchants)
    printer.say(
        f"{len(tally.merchants)} 家申请：通过 {decided['verified']}，待补正 {decided['held']}，"
        f"拒绝 {decided['refused']}；与模拟器所知真相相符 {right} 家",
        f"{len(tally.merchants)} applications: {decided['verified']} verified, {decided['held']} held,"
        f" {decided['refused']} refused; {right} as the simulator knows to be right",
    )
    faulty = ((one.truth.fault, one) for one in tally.merchants if one.truth.fault)
    for one in one_of_each(faulty, FAULTS_SHOWN):
        wrong = max((check for check in one.decision.checks if check.problem), key=lambda check: len(check.provisions))
        fault = said(named(FAULTS, one.truth.fault))
        printer.case(one.decision.decision, f"{one.name} ({fault})", said(platform.prevent.explainer.check(wrong)))


def print_street(printer: DemoPrinter, platform: Platform, seed: int) -> None:
    """Numbers whose check digits are right but which a registry knows better."""
    with RegistryServer() as server:
        registry = HttpRegistry(RegistrySettings(name="示例登记机关", url=server.url, tries=1))
        platform.prevent.merchants.connect(registry)
        decided = street.live(platform, seed, server)
        platform.prevent.merchants.connect(None)
        registry.close()
    waited = sum(one.decision.decision == "waiting" for one in decided)
    printer.say(
        f"登记机关接口中断时 {waited} 家等待、无一放行；恢复后：",
        f"While the registry was down {waited} waited and nobody was waved through; after it came back:",
    )
    stopped = ((one.applicant.truth.part, one) for one in decided if one.stands in ("held", "refused"))
    for one in one_of_each(stopped, PARTS_SHOWN):
        part = said(named(PARTS, one.applicant.truth.part))
        why = [said(words) for words in _latest_why(platform, one.applicant.merchant.id)[:1]]
        if one.decision.links:
            names = ", ".join(link.merchant for link in one.decision.links)
            why.append(t(f"与 {names} 关联", f"linked to {names}"))
        printer.case(one.stands, f"{one.applicant.merchant.shop_name} ({part})", *why)


def _latest_why(platform: Platform, merchant: str) -> tuple[Text, ...]:
    """Why the last decision on a merchant was made."""
    with platform.reading() as conn:
        entries = platform.ledger.entries(conn, subject=("merchant", merchant))
    found = [why for stored in entries if (why := platform.prevent.explainer.entry(stored))]
    return found[-1] if found else ()
