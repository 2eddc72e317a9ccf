"""The file of a merchant (登记档案): a projection of its entries, personal fields as commitments."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

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
    row = sql(conn, "SELECT id, status, shop_name, file, entry FROM merchant WHERE id = ?", (merchant,)).first()
    if row is None:
        raise NotFound(Text(f"没有商家 {merchant}", f"there is no merchant {merchant}"), field="merchant")
    return _shown(row)


def status_of(conn: Connection, merchant: str) -> str:
    """The merchant's status; empty for one that never applied."""
    return sql(conn, "SELECT status FROM merchant WHERE id = ?", (merchant,)).scalar() or ""


def page(conn: Connection, *, after: str = "", limit: int = 100, status: str | None = None) -> list[MerchantRow]:
    """Merchants by id, from after ``after``."""
    where, values = ("AND status = ?", (status,)) if status else ("", ())
    rows = sql(
        conn,
        f"SELECT id, status, shop_name, file, entry FROM merchant WHERE id > ? {where} ORDER BY id LIMIT ?",
        (after, *values, limit),
    ).all()
    return [_shown(row) for row in rows]


def opened(conn: Connection, vault: Vault, merchant: str) -> Merchant:
    """The merchant with its personal values. Raises NotFound, also where a value has been erased."""
    return open_sealed(conn, vault, sealed_file(conn, merchant))


def open_sealed(conn: Connection, vault: Vault, sealed: Mapping[str, Any]) -> Merchant:
    """As ``opened``, for a file at hand."""
    return vault.open_noun(conn, {name: sealed[name] for name in sealed.keys() & _FIELDS}, Merchant)


def sealed_file(conn: Connection, merchant: str) -> dict[str, Any]:
    """The file as its entries give it. Raises NotFound."""
    data = sql(conn, "SELECT file FROM merchant WHERE id = ?", (merchant,)).scalar()
    if data is None:
        raise NotFound(Text(f"没有商家 {merchant}", f"there is no merchant {merchant}"), field="merchant")
    return _decoded(data)


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
        rows.append((event.id, "applied", event.shop_name, data, index))
    upsert_many(conn, tables.merchant, ("id", "status", "shop_name", "file", "entry"), rows)


def project_decisions(conn: Connection, placed: Sequence[Placed]) -> None:
    """``merchant.verified``, ``.held``, ``.refused`` → the merchant's status."""
    for index, sealed in placed:
        _set_status(conn, sealed.subjects["merchant"], OUTCOMES[sealed.kind], index)


def _set_status(conn: Connection, merchant: str, status: Status, entry: int) -> None:
    sql(conn, "UPDATE merchant SET status = ?, entry = ? WHERE id = ?", (status, entry, merchant))


def project_closures(conn: Connection, placed: Sequence[Placed]) -> None:
    """``merchant.closed`` → the merchant's status, and ``merchant_closure``."""
    rows = []
    for index, sealed in placed:
        event = sealed.event(MerchantClosed)
        _set_status(conn, event.merchant, "closed", index)
        rows.append((event.merchant, sealed.at, event.for_cause, index))
    upsert_many(conn, tables.merchant_closure, ("merchant", "at", "for_cause", "entry"), rows)


def project_reopenings(conn: Connection, placed: Sequence[Placed]) -> None:
    """``merchant.reopened`` → the closure is as if it had never been."""
    for index, sealed in placed:
        merchant = sealed.subjects["merchant"]
        sql(conn, "DELETE FROM merchant_closure WHERE merchant = ?", (merchant,))
        sql(conn, "UPDATE merchant SET status = 'applied', entry = ? WHERE id = ?", (index, merchant))


def project_waiting(conn: Connection, placed: Sequence[Placed]) -> None:
    """``merchant.waiting`` → the status, except of a merchant that is verified and only verified again."""
    for index, sealed in placed:
        event = sealed.event(MerchantWaiting)
        again = "AND status <> 'verified'" if event.occasion == "reverify" else ""
        statement = f"UPDATE merchant SET status = 'waiting', entry = ? WHERE id = ? {again}"
        sql(conn, statement, (index, event.merchant))


def project_changes(conn: Connection, placed: Sequence[Placed]) -> None:
    """``merchant.info_accepted`` → the file."""
    for _, sealed in placed:
        event = sealed.event(InfoAccepted)
        file = merged(sealed_file(conn, event.merchant), msgspec.to_builtins(event.change))
        statement = "UPDATE merchant SET file = ?, shop_name = ? WHERE id = ?"
        sql(conn, statement, (msgspec.json.encode(file, order="sorted"), file["shop_name"], event.merchant))


def files_of(conn: Connection, merchants: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The files of some merchants; those that are unknown are left out."""
    names = tuple(merchants)
    marks = ", ".join("?" * len(names))
    rows = sql(conn, f"SELECT id, file FROM merchant WHERE id IN ({marks})", names) if names else ()
    return {name: _decoded(file) for name, file in rows}


def _decoded(data: Any) -> dict[str, Any]:
    file: dict[str, Any] = msgspec.json.decode(data)
    return file


def _shown(row: tuple[Any, ...]) -> MerchantRow:
    name, status, shop_name, data, entry = row
    file = _decoded(data)
    return MerchantRow(
        id=name,
        status=status,
        shop_name=shop_name,
        kind=file["kind"],
        credit_code=file.get("credit_code", ""),
        categories=tuple(file.get("categories", ())),
        licences=msgspec.convert(file.get("licences", ()), tuple[Licence, ...]),
        personal=tuple(field for field in PERSONAL if file.get(field)),
        entry=entry,
    )
