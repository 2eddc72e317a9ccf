"""Requests for help as entries, and their projection."""

from collections.abc import Sequence
from typing import Any, Literal, TypedDict

import msgspec

from anbao.engine.readmodels import orders
from anbao.engine.readmodels.orders import BoughtLine
from anbao.engine.work import Placed
from anbao.errors import NotFound
from anbao.model.assistance import Harm, Help
from anbao.model.events.assist import DisclosureFailed, DisputeAssisted, DisputeHeld, DisputeOpened, DisputeRefused
from anbao.store import Connection, tables
from anbao.store.bulk import sql, upsert_many
from anbao.text import Text

ENGINE = "engine"
STATES: dict[str, str] = {
    DisputeHeld.KIND: "held",
    DisputeAssisted.KIND: "assisted",
    DisputeRefused.KIND: "refused",
    DisclosureFailed.KIND: "failed",
}
"""Which state an entry about a dispute or disclosure brings; the newest holds."""

State = Literal["open", "held", "assisted", "refused", "failed"]


class PartyNames(TypedDict):
    """What most entries about a request for help name."""

    consumer: str
    merchant: str
    order: str


class Dispute(msgspec.Struct, frozen=True, kw_only=True):
    """One request for help. ``failed``: the seller could not be named. ``at``: UTC milliseconds."""

    id: str
    help: Help
    harm: Harm
    consumer: str
    order: str
    merchant: str
    state: State
    at: int
    entry: int

    @property
    def parties(self) -> PartyNames:
        """Returns what its entries name besides the request itself."""
        return {"consumer": self.consumer, "merchant": self.merchant, "order": self.order}


def trades_of(conn: Connection, order: str, consumer: str) -> list[BoughtLine]:
    """The lines behind an order number, in ledger order: those of this consumer, or else all of them."""
    found = orders.lines_of(conn, order)
    return [one for one in found if one.consumer == consumer] or found


def trade_of(conn: Connection, order: str, consumer: str) -> BoughtLine | None:
    """The first line of ``trades_of`` whose merchant is known, else its first."""
    found = trades_of(conn, order, consumer)
    return next((one for one in found if one.merchant), found[0] if found else None)


def find(conn: Connection, dispute: str) -> Dispute:
    """Raises NotFound."""
    found = _read(conn, "WHERE id = ?", (dispute,))
    if not found:
        raise NotFound(Text(f"没有求助 {dispute}", f"there is no request for help {dispute}"))
    return found[0]


def has_asked(conn: Connection, consumer: str, order: str) -> bool:
    """Whether a consumer has asked for help in an order, or in any where none is named."""
    found = sql(conn, "SELECT 1 FROM assistance WHERE consumer = ? AND (trade = ? OR ? = '')", (consumer, order, order))
    return bool(consumer) and found.first() is not None


def listed(conn: Connection, state: str | None, limit: int) -> list[Dispute]:
    """Requests (in a state), the oldest first."""
    where, values = ("WHERE state = ?", (state,)) if state else ("", ())
    return _read(conn, f"{where} ORDER BY at, id LIMIT ?", (*values, limit))


def exists(conn: Connection, name: str) -> bool:
    """Whether a request of this id was taken in."""
    return sql(conn, "SELECT 1 FROM assistance WHERE id = ?", (name,)).first() is not None


def project_opened(conn: Connection, placed: Sequence[Placed]) -> None:
    """``dispute.opened`` → ``assistance``."""
    rows = []
    for index, sealed in placed:
        event = sealed.event(DisputeOpened)
        rows.append(
            (
                event.dispute,
                event.help,
                event.harm,
                event.consumer,
                event.purchase,
                event.merchant,
                "open",
                sealed.at,
                index,
            )
        )
    upsert_many(
        conn, tables.assistance, ("id", "kind", "harm", "consumer", "trade", "merchant", "state", "at", "entry"), rows
    )


def project_state(conn: Connection, placed: Sequence[Placed]) -> None:
    """What happened to a request → its state."""
    for _, sealed in placed:
        dispute = sealed.subjects.get("dispute") or sealed.subjects["disclosure"]
        sql(conn, "UPDATE assistance SET state = ? WHERE id = ?", (STATES[sealed.kind], dispute))


def _read(conn: Connection, where: str, values: tuple[Any, ...]) -> list[Dispute]:
    rows = sql(
        conn, f"SELECT id, kind, harm, consumer, trade, merchant, state, at, entry FROM assistance {where}", values
    )
    return [
        Dispute(
            id=name,
            help=kind,
            harm=harm,
            consumer=consumer,
            order=order,
            merchant=merchant,
            state=state,
            at=at,
            entry=entry,
        )
        for name, kind, harm, consumer, order, merchant, state, at, entry in rows
    ]
