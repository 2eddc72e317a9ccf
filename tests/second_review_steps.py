"""Matters that a person decides, each by an act of its own: what opens and decides them, and shows that it was done."""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from anbao.investigate.complaints.acting import MerchantStatement
from anbao.investigate.complaints.proceedings import Proceedings, ProceedingsOutcome
from anbao.model.assistance import HelpRequest
from anbao.model.complaint import Complaint
from anbao.model.hazard import Confirmation, Fingerprint, Suspicion
from anbao.model.listing import Listing
from anbao.model.merchant import Merchant
from anbao.model.trade import Order
from anbao.platform import Platform
from anbao.remove import proposals
from anbao.remove.appeals import AppealFiled
from anbao.remove.measures import MeasureOrder, RemovalContext
from case_steps import hold, use_test_lexicon

WHY = "已核对证据"


class Matter(NamedTuple):
    """One way to decide. ``open`` makes what is to be decided and returns its id; ``act`` decides it as a person;
    ``done`` is the kind of entry that says that it was decided; ``http`` gives path and body, ``cli`` the arguments.
    """

    case_kind: str
    done: str
    open: Callable[[Platform], str]
    act: Callable[[Platform, str, str], object]
    http: Callable[[str], tuple[str, dict[str, Any]]]
    cli: Callable[[str], list[str]]


def _listing(platform: Platform) -> str:
    use_test_lexicon(platform)
    hold(platform, "L1")
    return "L1"


def _hazard(platform: Platform) -> str:
    barcode = Fingerprint(kind="barcode", value="6901234567892")
    suspicion = Suspicion(fingerprints=(barcode,), id="H1", severity=5, source="complaint", title="充电宝过热")
    platform.run(lambda work: platform.investigate.suspect(work, suspicion))
    platform.keep_time()
    return "H1"


def _merchant(platform: Platform) -> str:
    applied = Merchant(id="m", kind="company", legal_name="示例商贸有限公司", shop_name="小铺", categories=("零食",))
    assert platform.prevent.merchants.apply(applied).decision == "held"
    platform.keep_time()
    return "m"


def _dispute(platform: Platform) -> str:
    platform.prevent.merchants.apply(
        Merchant(id="M1", kind="company", legal_name="示例商贸有限公司", shop_name="小店", phone="12000000001")
    )
    platform.submit_listing(Listing(id="L1", merchant="M1", title="充电宝 20000 毫安"))
    platform.warn.place_order(Order(id="O1", buyer="ann", listing="L1", amount="99.00"))
    request = HelpRequest(buyer="bob", harm="health", help="identity", id="D1", order="O1", statement="充电时烫伤了手")
    assert platform.run(lambda work: platform.assist.ask(work, request)).held
    return "D1"


def _order(measure: str = "takedown") -> MeasureOrder:
    return MeasureOrder(evidence=(0,), facts="与已知危险相同", listing="L1", measure=measure, merchant="M1")


def _sold(platform: Platform) -> None:
    platform.prevent.merchants.apply(Merchant(id="M1", kind="company", legal_name="示例商贸有限公司", shop_name="小店"))
    platform.submit_listing(Listing(id="L1", merchant="M1", title="充电宝 20000 毫安"))


def _proposal(platform: Platform) -> str:
    _sold(platform)
    return platform.run(
        lambda work: proposals.propose(RemovalContext(platform, platform.remove.rules), work, _order(), actor="engine")
    )


def _appeal(platform: Platform) -> str:
    _sold(platform)
    taken = platform.run(lambda work: platform.remove.take(work, _order(), person="ann", actor="ann"))
    return platform.run(
        lambda work: platform.remove.appeal(work, AppealFiled(measure=taken, text="不是同一型号"), actor="platform")
    )


def _suit(platform: Platform) -> str:
    """A notice that was acted upon and countered, and whose right holder reported a suit."""
    _sold(platform)
    told = {
        "concern": "infringement",
        "listing": "L1",
        "proof": "注册证与侵权商品对比图",
        "reporter": {"name": "某品牌公司", "contact": "ip@example.cn"},
        "right": "商标 1234567",
        "source": "rights_holder",
        "text": "该商品假冒我司商标",
    }
    steps = platform.investigate.complaints
    name = platform.run(lambda work: steps.file(work, msgspec.convert(told, Complaint))).receipt
    with platform.reading() as conn:
        [case] = platform.cases.worst(conn, kinds=["notice_check"])
    platform.run(lambda work: platform.cases.change(work, "notice_check", second_look=0))
    platform.run(lambda work: platform.cases.decide(work, case.id, person="ann", outcome="act", reason=WHY))
    platform.keep_time()
    said = MerchantStatement(text="有合法授权", counter=True)
    platform.run(lambda work: steps.state(work, name, said, actor="m1"))
    platform.run(lambda work: steps.proceedings(work, name, Proceedings(docket="1号", what="已起诉"), actor="ann"))
    platform.keep_time()
    return name


def _review(platform: Platform, name: str, person: str) -> object:
    return platform.prevent.review(name, "block", WHY, actor=person)


def _confirm(platform: Platform, name: str, person: str) -> object:
    return platform.run(lambda work: platform.investigate.confirm(work, name, Confirmation(), actor=person))


def _dismiss(platform: Platform, name: str, person: str) -> object:
    return platform.run(lambda work: platform.investigate.dismiss(work, name, WHY, actor=person))


def _refuse_merchant(platform: Platform, name: str, person: str) -> object:
    steps = platform.prevent.merchants
    return platform.run(lambda work: steps.review(work, name, verify=False, reason=WHY, actor=person))


def _grant(platform: Platform, name: str, person: str) -> object:
    return platform.run(lambda work: platform.assist.grant(work, name, WHY, actor=person))


def _refuse(platform: Platform, name: str, person: str) -> object:
    return platform.run(lambda work: platform.assist.refuse(work, name, WHY, actor=person))


def _approve(platform: Platform, name: str, person: str) -> object:
    return platform.run(lambda work: platform.remove.approve(work, name, person=person, actor=person))


def _decline(platform: Platform, name: str, person: str) -> object:
    return platform.run(lambda work: platform.remove.decline(work, name, WHY, person=person, actor=person))


def _deny(platform: Platform, name: str, person: str) -> object:
    return platform.run(
        lambda work: platform.remove.decide_appeal(work, name, "denied", WHY, person=person, actor=person)
    )


def _hear(platform: Platform, name: str, person: str) -> object:
    outcome = ProceedingsOutcome(docket="（2026）1号", reason=WHY, result="infringed")
    return platform.run(lambda work: platform.investigate.complaints.heard(work, name, outcome, actor=person))


_REASON = {"reason": WHY}

MATTERS: dict[str, Matter] = {
    "listing": Matter(
        "listing_review",
        "listing.decided",
        _listing,
        _review,
        lambda name: (f"listings/{name}/review", {"outcome": "block", **_REASON}),
        lambda name: [],
    ),
    "hazard confirmed": Matter(
        "hazard_suspected",
        "hazard.confirmed",
        _hazard,
        _confirm,
        lambda name: (f"hazards/{name}/confirm", {}),
        lambda name: ["hazard", "confirm", name],
    ),
    "hazard dismissed": Matter(
        "hazard_suspected",
        "hazard.dismissed",
        _hazard,
        _dismiss,
        lambda name: (f"hazards/{name}/dismiss", _REASON),
        lambda name: ["hazard", "dismiss", name, "--reason", WHY],
    ),
    "merchant": Matter(
        "merchant_held",
        "merchant.refused",
        _merchant,
        _refuse_merchant,
        lambda name: (f"merchants/{name}/review", {"verify": False, **_REASON}),
        lambda name: ["merchant", "review", name, "--refuse", "--reason", WHY],
    ),
    "help given": Matter(
        "assistance",
        "dispute.checked",
        _dispute,
        _grant,
        lambda name: (f"assistance/{name}/grant", _REASON),
        lambda name: ["assist", "grant", name, "--reason", WHY],
    ),
    "help refused": Matter(
        "assistance",
        "dispute.refused",
        _dispute,
        _refuse,
        lambda name: (f"assistance/{name}/refuse", _REASON),
        lambda name: ["assist", "refuse", name, "--reason", WHY],
    ),
    "measure taken": Matter(
        "measure_proposed",
        "measure.taken",
        _proposal,
        _approve,
        lambda name: (f"measures/{name}", {"what": "approve", **_REASON}),
        lambda name: ["measure", "approve", name],
    ),
    "measure left": Matter(
        "measure_proposed",
        "measure.declined",
        _proposal,
        _decline,
        lambda name: (f"measures/{name}", {"what": "decline", **_REASON}),
        lambda name: ["measure", "decline", name, "--reason", WHY],
    ),
    "appeal": Matter(
        "appeal",
        "appeal.decided",
        _appeal,
        _deny,
        lambda name: (f"appeals/{name}/decide", {"outcome": "denied", **_REASON}),
        lambda name: ["appeal", "decide", name, "denied", "--reason", WHY],
    ),
    "proceedings": Matter(
        "proceedings",
        "ip.proceedings_ended",
        _suit,
        _hear,
        lambda name: (f"complaints/{name}/outcome", {"docket": "（2026）1号", "result": "infringed", **_REASON}),
        lambda name: ["complaint", "outcome", name, "infringed", "--reason", WHY, "--docket", "（2026）1号"],
    ),
}
"""All acts by which a package decides what is, or would be, a case."""


def done(platform: Platform, matter: Matter) -> int:
    """How often it was decided, as far as its own entries say."""
    platform.keep_time()
    platform.keep_time()
    with platform.reading() as conn:
        assert not platform.reactions.lags(conn)
        return len(platform.ledger.entries(conn, 0, 100_000, kind=matter.done))
