"""Replays an old decision from its entry: the same bytes, or what differs."""

from typing import Any

import msgspec
from sqlalchemy import Connection

from anbao.errors import InvalidInput
from anbao.law.deadlines import legal_day
from anbao.ledger import Ledger
from anbao.ledger.log import Stored
from anbao.model.entry import Entry
from anbao.model.listing import Listing, ListingScreened
from anbao.model.merchant import Licence
from anbao.prevent import listings
from anbao.prevent.merchants.acts import INFO_ACCEPTED
from anbao.prevent.merchants.decision import APPLIED, CLOSED, DECIDED, VERIFIED, WAITING
from anbao.prevent.merchants.file import merged
from anbao.prevent.rulesets import ENGINE, Rulesets
from anbao.prevent.screening import screen
from anbao.text import Text

_MOVING = frozenset({APPLIED, CLOSED, INFO_ACCEPTED, WAITING, *DECIDED})


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """``same``: the decision was made again to the same bytes. Otherwise ``recorded`` and ``replayed`` show both.

    ``engine_differs`` says that another version of the program made the record.
    """

    entry: int
    same: bool
    engine_differs: bool
    recorded: Any = None
    replayed: Any = None


_body = msgspec.json.Decoder(Entry)


def replay(conn: Connection, ledger: Ledger, rulesets: Rulesets, index: int) -> Replay:
    """Decide entry ``index`` again with the versions it names and the licences on file before it.

    Raises NotFound for a missing entry or version, InvalidInput for an entry that is no screening.
    """
    stored = ledger.entry(conn, index)
    if stored.kind != listings.SCREENED:
        raise InvalidInput(
            Text(f"第 {index} 号条目不是商品审核（{stored.kind}）", f"entry {index} is no screening ({stored.kind})"),
            hint=Text("只能重放 listing.screened", "only listing.screened can be replayed"),
        )
    entry = _body.decode(stored.data)
    old = msgspec.convert(entry.body, ListingScreened)
    record, versions = old.listing, old.versions
    listing = Listing(
        category=record.category,
        description=record.description,
        extra=dict(record.extra),
        id=record.id,
        licences=record.licences,
        merchant=record.merchant,
        title=record.title,
    )
    ruleset = rulesets.build(conn, versions.lexicon, versions.policy, versions.pack, versions.hazards)
    licences = {record.merchant: _licences_before(conn, ledger, record.merchant, index)} if record.merchant else {}
    [new] = screen([listing], ruleset, licences, legal_day(entry.recorded))
    new = msgspec.structs.replace(new, versions=msgspec.structs.replace(new.versions, engine=versions.engine))
    again = listings.seal_screened(new, entry.at, entry.recorded, entry.actor)
    same = again.data == stored.data
    return Replay(
        entry=index,
        same=same,
        engine_differs=versions.engine != ENGINE,
        recorded=None if same else msgspec.to_builtins(old),
        replayed=None if same else msgspec.to_builtins(new),
    )


def _licences_before(conn: Connection, ledger: Ledger, merchant: str, index: int) -> tuple[Licence, ...]:
    """The licences of the merchant's newest file, if it stood verified before ``index``."""
    status, start = "", 0
    file: dict[str, Any] = {}
    while True:
        page = ledger.entries(conn, start, 500, end=index, subject=("merchant", merchant))
        for stored in page:
            if stored.kind in _MOVING:
                status, file = _moved(status, file, stored)
        if len(page) < 500:
            stated = file.get("licences", ()) if status == VERIFIED else ()
            return msgspec.convert(stated, tuple[Licence, ...])
        start = page[-1].index + 1


def _moved(status: str, file: dict[str, Any], stored: Stored) -> tuple[str, dict[str, Any]]:
    """Status and file after an entry, as the projections of ``merchants.file`` have them."""
    body = stored.entry().body
    if stored.kind == APPLIED:
        return APPLIED, body
    if stored.kind == INFO_ACCEPTED:
        return status, merged(file, body["change"])
    if stored.kind == WAITING and status == VERIFIED and body.get("occasion") == "reverify":
        return status, file
    return stored.kind, file
