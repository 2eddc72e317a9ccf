"""A street of merchants with something to hide, in the order in which they come, with the truth about each.

Forged, expired and missing licences; numbers whose check digits are right and which were never issued, were revoked or
belong to somebody else, so that only a registry can reveal it; shops of one family; an agent whose phone stands behind
many that have nothing to do with each other; and one that was closed for cause and comes back under another name.
"""

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Literal

import msgspec

from anbao.model.base import Noun, legal_time
from anbao.model.merchant import Admission, Licence, Merchant
from anbao.platform import Platform
from anbao.prevent.merchants import MerchantDecision
from anbao.simulator import people
from anbao.simulator.assortment import TRADES
from anbao.simulator.registry import RegistryRecord, RegistryServer

Part = Literal[
    "sound", "forged", "expired", "missing", "made_up", "revoked", "borrowed", "family", "served_by_agent", "comeback"
]

ALONE: dict[Part, Admission] = {"forged": "refused", "expired": "held", "missing": "held", "comeback": "held"}
"""What a good platform decides by itself; ``verified`` where nothing is said."""

ASKING: dict[Part, Admission] = {**ALONE, "made_up": "refused", "revoked": "held", "borrowed": "held"}
"""What it decides once it has asked the registry."""

FAMILY = ("family-1", "family-2", "family-3")
CLOSED, BACK = "closed-1", "back-1"
SERVED_BY_AGENT = 60
"""More than the cap on shared identifiers."""

_FOOD = next(trade for trade in TRADES if trade.name == "食品")


class ApplicantTruth(Noun, frozen=True, kw_only=True):
    """The part that an applicant plays, and the merchants that it is truly linked to."""

    linked: tuple[str, ...] = ()
    part: Part


class Applicant(msgspec.Struct, frozen=True):
    """One merchant of the street and the truth about it."""

    merchant: Merchant
    truth: ApplicantTruth


class DecidedApplicant(msgspec.Struct, frozen=True):
    """An applicant, what was decided when it applied, and where it stood in the end."""

    applicant: Applicant
    decision: MerchantDecision
    stands: str


def street(seed: int, on: date) -> list[Applicant]:
    """All applicants on a day of Asia/Shanghai."""
    return list(_street(seed, on))


def rolls(applicants: list[Applicant]) -> Iterator[RegistryRecord]:
    """What the registry knows of these merchants: all that was truly issued, to whom, and whether it is in force."""
    for one in applicants:
        merchant, part = one.merchant, one.truth.part
        if part in ("forged", "missing"):
            continue
        yield RegistryRecord(kind="uscc", number=merchant.credit_code, holder=merchant.legal_name)
        for licence in merchant.licences:
            if part != "made_up":
                yield RegistryRecord(
                    kind=licence.kind,
                    number=licence.number,
                    holder="示例省另一家有限公司" if part == "borrowed" else merchant.legal_name,
                    revoked=part == "revoked",
                    valid_until=licence.valid_until,
                )


def live(platform: Platform, seed: int, registry: RegistryServer | None = None) -> list[DecidedApplicant]:
    """Let all apply; the one that has to go is closed for cause before it comes back.

    A connected ``registry`` is down at first: nobody is verified before it is up again.
    """
    applicants = street(seed, legal_time(platform.clock()).date())
    if registry is not None:
        for record in rolls(applicants):
            registry.enter(record)
        registry.mode = "down"
    decided: list[MerchantDecision] = []
    for one in applicants:
        if one.merchant.id == BACK:
            _close(platform)
        decided.append(platform.prevent.merchants.apply(one.merchant))
    platform.advance()
    if registry is not None:
        registry.mode = "sound"
        platform.run(platform.prevent.merchants.ask_again)
        platform.advance()
    return [
        DecidedApplicant(one, decision, platform.prevent.merchants.status(one.merchant.id))
        for one, decision in zip(applicants, decided, strict=True)
    ]


def _close(platform: Platform) -> None:
    merchants = platform.prevent.merchants
    platform.run(
        lambda work: merchants.close(work, CLOSED, reason="多次销售过期食品", for_cause=True, actor="officer:wang")
    )


def _street(seed: int, on: date) -> Iterator[Applicant]:
    for number in range(3):
        yield _made(seed, f"sound-{number}", on, "sound")
    parts: tuple[Part, ...] = ("forged", "expired", "missing", "made_up", "revoked", "borrowed")
    for part in parts:
        yield _made(seed, f"{part}-1", on, part)
    shops = [_made(seed, name, on, "family").merchant for name in FAMILY]
    shops[1] = _replace(shops[1], phone=shops[0].phone)
    shops[2] = _replace(shops[2], bank_account=shops[1].bank_account)
    for shop in shops:
        yield Applicant(shop, ApplicantTruth(part="family", linked=tuple(sorted(set(FAMILY) - {shop.id}))))
    agent = _made(seed, "agent", on, "sound").merchant.phone
    for number in range(SERVED_BY_AGENT):
        served = _made(seed, f"served-{number:02}", on, "served_by_agent").merchant
        yield Applicant(_replace(served, phone=agent), ApplicantTruth(part="served_by_agent"))
    closed = _made(seed, CLOSED, on, "sound").merchant
    yield Applicant(closed, ApplicantTruth(part="sound"))
    back = _made(seed, BACK, on, "sound").merchant
    back = _replace(back, bank_account=f" {closed.bank_account} ", phone=f"+86 {closed.phone}")
    yield Applicant(back, ApplicantTruth(part="comeback", linked=(CLOSED,)))


def _made(seed: int, name: str, on: date, part: Part) -> Applicant:
    """A food merchant of its own, with the fault that its part names."""
    rng = Random(f"{seed}:street:{name}")
    faults: dict[str, people.Fault] = {
        "forged": "forged_licence",
        "expired": "expired_licence",
        "missing": "missing_licence",
    }
    merchant, _ = people.merchant(rng, 0, _FOOD, on, faults.get(part, ""))
    return Applicant(_replace(merchant, id=name), ApplicantTruth(part=part))


def _replace(merchant: Merchant, **fields: str | tuple[Licence, ...] | None) -> Merchant:
    return msgspec.structs.replace(merchant, **fields)
