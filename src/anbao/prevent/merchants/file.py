"""The file of a merchant (登记档案): a projection of its entries, personal fields as commitments."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from anbao.engine.readmodels import merchants
from anbao.engine.readmodels.merchants import MerchantRecord
from anbao.engine.work import Placed
from anbao.errors import NotFound
from anbao.ledger import Vault
from anbao.model.events.merchants import InfoAccepted, MerchantApplied, MerchantClosed, MerchantWaiting
from anbao.model.merchant import Licence, Merchant, MerchantChange, MerchantKind, Status
from anbao.prevent.merchants.decision import OUTCOMES
from anbao.store import Connection, tables
from anbao.store.bulk import sql, upsert_many
from anbao.text import Text

PERSONAL = ("address", "bank_account", "contact_name", "legal_name", "phone", "resident_id")

_FIELDS = frozenset(Merchant.__struct_fields__)
_CHANGED = frozenset(MerchantChange.__struct_fields__) - {"changed_at"}


class MerchantRow(msgspec.Struct, frozen=True, kw_only=True):
    """What is on file and may be shown; ``personal`` names the personal fields on file, ``entry`` the last decision."""

    id: str
    status: Status
    shop_name: str
    kind: MerchantKind
    credit_code: str
    categories: tuple[str, ...]
    licences: tuple[Licence, ...]
    personal: tuple[str, ...]
    entry: int


def row_of(conn: Connection, merchant: str) -> MerchantRow:
    """One merchant. Raises NotFound."""
    found = merchants.record_of(conn, merchant)
    if found is None:
        raise _unknown(merchant)
    return _shown(found)


def page(conn: Connection, *, after: str = "", limit: int = 100, status: str | None = None) -> list[MerchantRow]:
    """Merchants by id, from after ``after``."""
    return [_shown(one) for one in merchants.page(conn, after=after, limit=limit, status=status)]


def opened(conn: Connection, vault: Vault, merchant: str) -> Merchant:
    """The merchant with its personal values. Raises NotFound, also where a value has been erased."""
    return open_sealed(conn, vault, sealed_file(conn, merchant))


def open_sealed(conn: Connection, vault: Vault, sealed: Mapping[str, Any]) -> Merchant:
    """As ``opened``, for a file at hand."""
    return vault.open_noun(conn, {name: sealed[name] for name in sealed.keys() & _FIELDS}, Merchant)


def sealed_file(conn: Connection, merchant: str) -> dict[str, Any]:
    """The file as its entries give it. Raises NotFound."""
    found = merchants.file_of(conn, merchant)
    if not found:
        raise _unknown(merchant)
    return found


def merged(file: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """A file (or a merchant as builtins) with a change's fields; each licence takes the place of those of its kind."""
    given = {name: value for name, value in change.items() if name in _CHANGED and value not in (None, "")}
    licences = given.pop("licences", ())
    together = {**file, **given}
    if licences:
        replaced = {one["kind"] for one in licences}
        remaining = [one for one in file.get("licences", ()) if one["kind"] not in replaced]
        together["licences"] = [*remaining, *licences]
    return together


def project_applications(conn: Connection, placed: Sequence[Placed]) -> None:
    """``merchant.applied`` → ``merchant``."""
    rows = []
    for index, sealed in placed:
        event = sealed.event(MerchantApplied)
        data = msgspec.json.encode(event.body, order="sorted")
        rows.append((event.id, event.shop_name, data, index))
    merchants.put(conn, rows)


def project_decisions(conn: Connection, placed: Sequence[Placed]) -> None:
    """``merchant.verified``, ``.held``, ``.refused`` → the merchant's status."""
    for index, sealed in placed:
        merchants.set_status(conn, sealed.subjects["merchant"], OUTCOMES[sealed.kind], index)


def project_closures(conn: Connection, placed: Sequence[Placed]) -> None:
    """``merchant.closed`` → the merchant's status, and ``merchant_closure``."""
    rows = []
    for index, sealed in placed:
        event = sealed.event(MerchantClosed)
        merchants.set_status(conn, event.merchant, "closed", index)
        rows.append((event.merchant, sealed.at, event.for_cause, index))
    upsert_many(conn, tables.merchant_closure, ("merchant", "at", "for_cause", "entry"), rows)


def project_reopenings(conn: Connection, placed: Sequence[Placed]) -> None:
    """``merchant.reopened`` → the closure is as if it had never been."""
    for index, sealed in placed:
        merchant = sealed.subjects["merchant"]
        sql(conn, "DELETE FROM merchant_closure WHERE merchant = ?", (merchant,))
        merchants.set_status(conn, merchant, "applied", index)


def project_waiting(conn: Connection, placed: Sequence[Placed]) -> None:
    """``merchant.waiting`` → the status, except of a merchant that is verified and only verified again."""
    for index, sealed in placed:
        event = sealed.event(MerchantWaiting)
        unless: Status | None = "verified" if event.occasion == "reverify" else None
        merchants.set_status(conn, event.merchant, "waiting", index, unless=unless)


def project_changes(conn: Connection, placed: Sequence[Placed]) -> None:
    """``merchant.info_accepted`` → the file."""
    for _, sealed in placed:
        event = sealed.event(InfoAccepted)
        file = merged(sealed_file(conn, event.merchant), msgspec.to_builtins(event.change))
        merchants.set_file(conn, event.merchant, file)


def closed_for_cause(conn: Connection, names: Sequence[str]) -> set[str]:
    """Those of some merchants whose last closure was for cause."""
    marks = ", ".join("?" * len(names))
    rows = sql(conn, f"SELECT merchant, for_cause FROM merchant_closure WHERE merchant IN ({marks})", tuple(names))
    return {name for name, for_cause in rows if for_cause}


def _unknown(merchant: str) -> NotFound:
    return NotFound(Text(f"没有商家 {merchant}", f"there is no merchant {merchant}"), field="merchant")


def _shown(record: MerchantRecord) -> MerchantRow:
    file = record.fields
    return MerchantRow(
        id=record.id,
        status=record.status,
        shop_name=record.shop_name,
        kind=file["kind"],
        credit_code=file.get("credit_code", ""),
        categories=tuple(file.get("categories", ())),
        licences=msgspec.convert(file.get("licences", ()), tuple[Licence, ...]),
        personal=tuple(field for field in PERSONAL if file.get(field)),
        entry=record.entry,
    )
