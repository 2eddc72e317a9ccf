"""The original records of trades (电子商务法 31, 62): what the ledger holds of them, as it was recorded.

A dossier is a list of entries with their indexes and leaf hashes, so that whoever receives it can ask for the proof of
each. Personal values are opened only for whom they belong to, or whom the law lets see them.
"""

from collections.abc import Collection, Iterator, Sequence

import msgspec

from anbao.ledger import Ledger, Stored, Vault
from anbao.ledger.merkle import leaf_hash
from anbao.model.base import JsonObject
from anbao.model.events.prevent import ListingScreenedEvent
from anbao.store import Connection

_PAGE = 1_000


class DossierRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One entry as it is given out: ``body`` with the opened values in it."""

    index: int
    leaf: str
    kind: str
    at: int
    recorded: int
    subjects: dict[str, str]
    body: JsonObject


class DossierReader:
    """Reads entries and opens the personal values that its reader may see."""

    def __init__(self, conn: Connection, ledger: Ledger, vault: Vault, persons: Collection[str]) -> None:
        """``persons``: whose values may be opened, as ``merchant:m1`` or ``consumer:commit:…``."""
        self._conn = conn
        self._ledger = ledger
        self._vault = vault
        self._persons = frozenset(persons)

    def about(self, role: str, name: str, kinds: Collection[str] = ()) -> Iterator[DossierRecord]:
        """The entries about a subject (of these kinds), in ledger order."""
        for stored in self._stored(role, name):
            if not kinds or stored.kind in kinds:
                yield self._record(stored)

    def at(self, index: int) -> DossierRecord:
        """One entry."""
        return self._record(self._ledger.entry(self._conn, index))

    def newest(self, role: str, name: str, kind: str, before: int) -> DossierRecord | None:
        """The last entry of a kind about a subject before entry ``before``: the page as it stood."""
        found = None
        for stored in self._stored(role, name, end=before, kind=kind):
            found = stored
        return self._record(found) if found else None

    def _stored(self, role: str, name: str, *, end: int | None = None, kind: str | None = None) -> Iterator[Stored]:
        start = 0
        while page := self._ledger.entries(self._conn, start, _PAGE, end=end, kind=kind, subject=(role, name)):
            yield from page
            start = page[-1].index + 1

    def _record(self, stored: Stored) -> DossierRecord:
        entry = stored.entry()
        return DossierRecord(
            index=stored.index,
            leaf=leaf_hash(stored.data).hex(),
            kind=stored.kind,
            at=stored.at,
            recorded=stored.recorded,
            subjects=entry.subjects,
            body=self._vault.opened(self._conn, entry.body, self._persons),
        )


def trade_records(
    reader: DossierReader, order: str, consumer: str, lines: Sequence[tuple[str, int]]
) -> list[DossierRecord]:
    """The contract and trade of one buyer's order: the pages as they stood when it came, the order, all about it since.

    ``lines``: listing and entry of each line. Entries about other lines, or about the same order number of another
    buyer, are left out.
    """
    found = [
        page
        for listing, entry in lines
        if (page := reader.newest("listing", listing, ListingScreenedEvent.KIND, entry)) is not None
    ]
    listings = {listing for listing, _ in lines}
    found += [
        one
        for one in reader.about("order", order)
        if one.subjects.get("consumer", consumer) == consumer and one.subjects.get("listing") in {None, *listings}
    ]
    return sorted(found, key=lambda one: one.index)
