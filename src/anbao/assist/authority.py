"""What authorities ask for (电子商务法 25): the document, its basis and scope, and an answer that keeps to them."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import msgspec

from anbao.assist.dossier import DossierReader, DossierRecord, trade_records
from anbao.engine.acts import Cells, Columns
from anbao.engine.readmodels import orders
from anbao.engine.work import Placed
from anbao.errors import InvalidInput, NotFound
from anbao.law.deadlines import day_end, day_start
from anbao.law.provisions import Library
from anbao.ledger import Ledger, Vault
from anbao.model.assistance import AuthorityRequest
from anbao.model.events.assist import AuthorityAnswered, AuthorityRequested
from anbao.model.events.merchants import MerchantApplied
from anbao.model.events.prevent import ListingScreenedEvent
from anbao.model.events.warn import OrderPlaced, OrderUpdated, ReportedLine
from anbao.store import Connection, tables
from anbao.store.bulk import sql, upsert_many
from anbao.text import Text

MOST_TRADES = 100_000
"""Trades that one answer may hold."""


class Sales(msgspec.Struct, frozen=True, kw_only=True):
    """Trades of one listing or category in the period asked for; ``amount`` in yuan."""

    about: str
    trades: int
    quantity: int
    amount: str


class AuthorityAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What is handed over: records of the ledger with their indexes, or sums."""

    request: str
    authority: str
    document: str
    basis: tuple[str, ...]
    merchants: list[DossierRecord] = []
    listings: list[DossierRecord] = []
    trades: list[DossierRecord] = []
    sales: list[Sales] = []

    def to_bytes(self) -> bytes:
        """As JSON, the same each time."""
        return msgspec.json.encode(self, order="sorted")

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of ``to_bytes``."""
        return hashlib.sha256(self.to_bytes()).hexdigest()


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it stands."""

    request: AuthorityRequest
    state: Literal["open", "answered", "declined"]
    at: int
    entry: int


COLUMNS: Columns = {
    "id": Cells(Text("请求", "request"), lambda one: one.request.id),
    "authority": Cells(Text("部门", "authority"), lambda one: one.request.authority),
    "document": Cells(Text("文号", "document"), lambda one: one.request.document),
    "request": Cells(Text("内容", "what"), lambda one: one.request.request),
    "state": Text("状态", "state"),
    "due": Cells(Text("部门要求的期限", "due"), lambda one: one.request.due),
}


def check_request(request: AuthorityRequest, library: Library) -> None:
    """A request names its basis in provisions that exist, and its scope. Raises InvalidInput."""
    for reference in request.basis:
        try:
            library.provision(reference)
        except (InvalidInput, NotFound) as error:
            raise InvalidInput(
                Text(f"依据 {reference} 查不到", f"the basis {reference} leads to no provision"), field="basis"
            ) from error
    if request.request == "records" and not (request.merchants or request.orders or request.listings):
        raise InvalidInput(
            Text("须写明范围：商家、订单或者商品", "the scope is missing: merchants, orders or listings"),
            hint=Text("没有范围的请求应当退回补正", "a request without scope goes back to be completed"),
            field="merchants",
        )
    _bounds(request)


def compose(conn: Connection, ledger: Ledger, vault: Vault, request: AuthorityRequest) -> AuthorityAnswer:
    """The answer within the scope: nothing about a merchant, listing or order that was not asked for."""
    if request.request == "prices":
        return _answer(request, sales=list(_sales(conn, ledger, request)))
    trades = _trades(conn, request)
    buyers = {f"consumer:{consumer}" for _, _, consumer, _ in trades} if request.buyers else set()
    reader = DossierReader(conn, ledger, vault, [*(f"merchant:{name}" for name in request.merchants), *buyers])
    return _answer(
        request,
        merchants=[
            one for name in request.merchants for one in reader.about("merchant", name, (MerchantApplied.KIND,))
        ],
        listings=[
            one for name in request.listings for one in reader.about("listing", name, (ListingScreenedEvent.KIND,))
        ],
        trades=[
            one
            for (order, consumer), lines in _by_order(trades).items()
            for one in trade_records(reader, order, consumer, lines)
        ],
    )


def find(conn: Connection, request: str) -> Asked:
    """Raises NotFound."""
    found = _read(conn, "WHERE id = ?", (request,))
    if not found:
        raise NotFound(Text(f"没有调取请求 {request}", f"there is no request {request} of an authority"))
    return found[0]


def listed(conn: Connection, state: str | None, limit: int) -> list[Asked]:
    """Requests (in a state), the oldest first."""
    where, values = ("WHERE state = ?", (state,)) if state else ("", ())
    return _read(conn, f"{where} ORDER BY at, id LIMIT ?", (*values, limit))


def exists(conn: Connection, name: str) -> bool:
    """Whether a request of this id was taken in."""
    return sql(conn, "SELECT 1 FROM authority_request WHERE id = ?", (name,)).first() is not None


def project_requested(conn: Connection, placed: Sequence[Placed]) -> None:
    """``authority.requested`` → ``authority_request``."""
    rows = []
    for index, sealed in placed:
        event = sealed.event(AuthorityRequested)
        rows.append((event.request, msgspec.json.encode(event.asked), "open", sealed.at, index))
    upsert_many(conn, tables.authority_request, ("id", "body", "state", "at", "entry"), rows)


def project_closed(conn: Connection, placed: Sequence[Placed]) -> None:
    """``authority.answered`` and ``.declined`` → ``authority_request``."""
    for _, sealed in placed:
        state = "answered" if sealed.kind == AuthorityAnswered.KIND else "declined"
        sql(conn, "UPDATE authority_request SET state = ? WHERE id = ?", (state, sealed.subjects["request"]))


def _answer(request: AuthorityRequest, **parts: Any) -> AuthorityAnswer:
    return AuthorityAnswer(
        request=request.id, authority=request.authority, document=request.document, basis=request.basis, **parts
    )


def _bounds(request: AuthorityRequest) -> tuple[int, int]:
    try:
        since = day_start(date.fromisoformat(request.since)) if request.since else 0
        until = day_end(date.fromisoformat(request.until)) if request.until else 2**53
        if request.due:
            date.fromisoformat(request.due)
    except ValueError as error:
        raise InvalidInput(Text(f"不是日期：{error}", f"not a day: {error}"), field="since") from error
    return since, until


def _trades(conn: Connection, request: AuthorityRequest) -> list[tuple[str, str, str, int]]:
    """Order, listing, consumer and entry of each trade in scope, in ledger order."""
    since, until = _bounds(request)
    lines = orders.lines_in(
        conn,
        orders=request.orders,
        listings=request.listings,
        merchants=request.merchants,
        since=since,
        until=until,
        limit=MOST_TRADES,
    )
    return [(one.order, one.listing, one.consumer, one.entry) for one in lines]


def _by_order(trades: Iterable[tuple[str, str, str, int]]) -> dict[tuple[str, str], list[tuple[str, int]]]:
    """Listing and entry of each line, by order and consumer."""
    found: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for order, listing, consumer, entry in trades:
        found.setdefault((order, consumer), []).append((listing, entry))
    return found


def _newest(conn: Connection, ledger: Ledger, order: str, listing: str, consumer: str, placed: int) -> ReportedLine:
    """What a line was last reported as."""
    newest: ReportedLine = ledger.entry(conn, placed).event(OrderPlaced)
    start = placed + 1
    while page := ledger.entries(conn, start, 500, kind=OrderUpdated.KIND, subject=("order", order)):
        start = page[-1].index + 1
        for updated in (stored.event(OrderUpdated) for stored in page):
            if (updated.goods, updated.consumer) == (listing, consumer):
                newest = updated
    return newest


def _sales(conn: Connection, ledger: Ledger, request: AuthorityRequest) -> Iterator[Sales]:
    """Prices and quantities by listing where listings were named, else by category; no personal information."""
    sums: dict[str, tuple[int, int, Decimal]] = {}
    for order, listing, consumer, index in _trades(conn, request):
        line = _newest(conn, ledger, order, listing, consumer, index)
        about = listing if request.listings else line.category
        trades, quantity, amount = sums.get(about, (0, 0, Decimal(0)))
        more = line.quantity, Decimal(line.amount or 0)
        sums[about] = trades + 1, quantity + more[0], amount + more[1]
    for about in sorted(sums):
        trades, quantity, amount = sums[about]
        yield Sales(about=about, trades=trades, quantity=quantity, amount=str(amount))


def _read(conn: Connection, where: str, values: tuple[Any, ...]) -> list[Asked]:
    rows = sql(conn, f"SELECT body, state, at, entry FROM authority_request {where}", values)
    return [
        Asked(request=msgspec.json.decode(body, type=AuthorityRequest), state=state, at=at, entry=entry)
        for body, state, at, entry in rows
    ]
