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
from anbao.prevent import listings, merchants
from anbao.prevent.rulesets import ENGINE, Rulesets
from anbao.prevent.screening import screen
from anbao.text import Text


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
    ruleset = rulesets.build(conn, versions.lexicon, versions.policy, versions.pack)
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
    """The licences of the merchant's newest file, if its newest decision before ``index`` was to verify it."""
    status, start = "", 0
    licences: tuple[Licence, ...] = ()
    while True:
        page = ledger.entries(conn, start, 500, end=index, subject=("merchant", merchant))
        for stored in page:
            if stored.kind == merchants.APPLIED:
                licences = _stated(stored)
                status = "applied"
            elif stored.kind in merchants.DECIDED:
                status = stored.kind
        if len(page) < 500:
            return licences if status == "merchant.verified" else ()
        start = page[-1].index + 1


def _stated(stored: Stored) -> tuple[Licence, ...]:
    return msgspec.convert(stored.entry().body.get("licences", []), tuple[Licence, ...])
