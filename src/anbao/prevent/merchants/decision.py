"""What is decided on a merchant, and the entries that say so."""

from typing import Literal

import msgspec

from anbao.engine.core import Core
from anbao.law.catalogue import Catalogue
from anbao.ledger import Stored, Vault
from anbao.model.base import Noun
from anbao.model.entry import Sealed
from anbao.model.events.merchants import (
    MerchantDecided,
    MerchantHeld,
    MerchantRefused,
    MerchantVerified,
    MerchantWaiting,
    Occasion,
)
from anbao.model.merchant import Admission, CredentialCheck, Link, Merchant
from anbao.prevent.merchants.port import Registry

ENGINE = "engine"

Outcome = Admission | Literal["waiting"]
Reason = Literal["comeback"]
"""Why a merchant is held though its checks hold: it shares identifiers with one that was closed for cause."""

DECISIONS: dict[Outcome, type[MerchantDecided]] = {
    "waiting": MerchantWaiting,
    "verified": MerchantVerified,
    "held": MerchantHeld,
    "refused": MerchantRefused,
}
OUTCOMES: dict[str, Outcome] = {kind.KIND: outcome for outcome, kind in DECISIONS.items()}
FINAL = (MerchantVerified.KIND, MerchantHeld.KIND, MerchantRefused.KIND)
"""Kinds of entries that decide on a merchant; ``merchant.waiting`` puts the decision off."""


def decision_of(stored: Stored | Sealed) -> MerchantDecided:
    """The decision that an entry of ``OUTCOMES`` records."""
    return stored.event(DECISIONS[OUTCOMES[stored.kind]])


SHARED_CAP = "merchant.shared_identifier_cap"


class MerchantDecision(Noun, frozen=True, kw_only=True):
    """What was decided, what was checked, and the entries that prove it: the one that asked, and the decision's."""

    application: int
    checks: tuple[CredentialCheck, ...]
    decision: Outcome
    entry: int
    links: tuple[Link, ...] = ()
    merchant: str
    reasons: tuple[Reason, ...] = ()


class MerchantContext:
    """What the acts on merchants need; ``registry`` is asked where one is connected."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.registry: Registry | None = None

    @property
    def catalogue(self) -> Catalogue:
        return self.core.catalogue

    @property
    def vault(self) -> Vault:
        return self.core.vault

    def person(self, merchant: str) -> str:
        """The owner of the merchant's values in the vault."""
        return f"merchant:{merchant}"


class MerchantMatter(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be decided: why, the entry that asks for it, when, and who decides."""

    occasion: Occasion
    entry: int
    at: int
    actor: str = ENGINE
    note: str = ""


def sells(merchant: Merchant, catalogue: Catalogue) -> dict[str, str | int | bool]:
    """The facts by which norms bind merchants of certain goods (``food``, ``drug``, ``live`` …)."""
    found = (catalogue.find(name) for name in merchant.categories)
    return {category.fact: True for category in found if category is not None and category.fact}
