"""Admission of merchants (资质资格审核): application → checks → decision → file, all as entries."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from anbao.law.catalogue import Catalogue
from anbao.law.deadlines import legal_day
from anbao.ledger import Vault
from anbao.model.base import Noun
from anbao.model.entry import Entry
from anbao.model.merchant import Admission, CredentialCheck, Merchant
from anbao.prevent.admission import assess_merchant
from anbao.store import tables
from anbao.store.bulk import sql, upsert_many
from anbao.work import Placed, Work

ENGINE = "engine"
APPLIED = "merchant.applied"
DECIDED: tuple[str, ...] = ("merchant.verified", "merchant.held", "merchant.refused")


class MerchantDecision(Noun, frozen=True, kw_only=True):
    """The answer to an application: what was decided, what was checked, and the entries that prove both."""

    application: int
    checks: tuple[CredentialCheck, ...]
    decision: Admission
    entry: int
    merchant: str


def apply(work: Work, vault: Vault, catalogue: Catalogue, merchant: Merchant, actor: str, at: int) -> MerchantDecision:
    """Check an application and record both it and the decision."""
    subjects = {"merchant": merchant.id}
    decision, checks = assess_merchant(merchant, catalogue, legal_day(at))
    sells = _sells(merchant, catalogue)
    application, entry = work.record(
        Entry(
            actor=actor,
            at=at,
            body={**vault.seal_noun(work.conn, merchant, f"merchant:{merchant.id}"), **sells},
            kind=APPLIED,
            recorded=work.now,
            subjects=subjects,
        ),
        Entry(
            actor=ENGINE,
            at=at,
            body={
                "catalogue": catalogue.digest,
                "checks": msgspec.to_builtins(checks),
                "kind": merchant.kind,
                **sells,
            },
            kind=f"merchant.{decision}",
            recorded=work.now,
            subjects=subjects,
        ),
    )
    return MerchantDecision(
        application=application, checks=checks, decision=decision, entry=entry, merchant=merchant.id
    )


def project_applications(conn: Connection, placed: Sequence[Placed]) -> None:
    """``merchant.applied`` → ``merchant``."""
    rows = []
    for index, sealed in placed:
        body: dict[str, Any] = msgspec.json.decode(sealed.data)["body"]
        rows.append((body["id"], "applied", body["shop_name"], msgspec.json.encode(body, order="sorted"), index))
    upsert_many(conn, tables.merchant, rows)


def _sells(merchant: Merchant, catalogue: Catalogue) -> dict[str, bool]:
    """The facts by which norms bind merchants of certain goods (``food``, ``drug`` …)."""
    found = (catalogue.find(name) for name in merchant.categories)
    return {category.fact: True for category in found if category is not None and category.fact}


def project_decisions(conn: Connection, placed: Sequence[Placed]) -> None:
    """``merchant.verified``, ``.held``, ``.refused`` → the merchant's status."""
    for index, sealed in placed:
        status = sealed.kind.removeprefix("merchant.")
        sql(
            conn,
            "UPDATE merchant SET status = ?, entry = ? WHERE id = ?",
            (status, index, sealed.subjects["merchant"]),
        )
