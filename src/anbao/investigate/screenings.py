"""The listings of the platform, as the ledger's screenings state them: there their text stands, and nowhere else."""

from collections.abc import Sequence

import msgspec

from anbao.detect.fields import field_name, shown_text
from anbao.detect.likeness.offers import DEFAULT_BOUNDS, OfferTexts
from anbao.engine.readmodels import pictures
from anbao.ledger import search
from anbao.ledger.whole import whole_record
from anbao.model.events.prevent import ListingScreenedEvent
from anbao.model.listing import ListingRecord
from anbao.store import Connection


class _ScreenedBody(msgspec.Struct):
    """What the search needs of a screening: a sweep reads millions, and the whole event takes twice as long."""

    listing: ListingRecord
    reading: int = 0


class _ScreeningEntry(msgspec.Struct):
    body: _ScreenedBody


_decode = msgspec.json.Decoder(_ScreeningEntry).decode


class Screening(msgspec.Struct, frozen=True):
    """One version of a listing: the entry that screened it, and what it offers."""

    entry: int
    listing: str
    offer: OfferTexts


def pictured(conn: Connection, some: Sequence[Screening], quality: int) -> list[Screening]:
    """The same with their pictures' hashes of this quality, where they are the newest version and these were read."""
    hashes = pictures.hashes_of_listings(conn, [screening.listing for screening in some], quality)
    return [
        msgspec.structs.replace(one, offer=msgspec.structs.replace(one.offer, pictures=tuple(hashes[one.entry])))
        if one.entry in hashes
        else one
        for one in some
    ]


def between(conn: Connection, after: int, before: int, limit: int) -> list[Screening]:
    """At most ``limit`` screenings behind entry ``after`` and ahead of ``before``, in ledger order."""
    found = search.between(conn, ListingScreenedEvent.KIND, after, before, limit)
    return [_screening(conn, one.index, one.data) for one in found]


def count_before(conn: Connection, before: int) -> int:
    """How many screenings stand ahead of an entry."""
    return search.count_before(conn, ListingScreenedEvent.KIND, before)


def newest_entry(conn: Connection, listing: str) -> int:
    """The entry of a listing's newest screening; -1 where there is none."""
    found = search.newest_about(conn, [ListingScreenedEvent.KIND], ("listing", listing))
    return -1 if found is None else found


def newest(conn: Connection, listing: str) -> Screening | None:
    """The newest version of a listing."""
    index = newest_entry(conn, listing)
    if index < 0:
        return None
    one = _screening(conn, index, search.data_of(conn, index))
    return pictured(conn, [one], DEFAULT_BOUNDS.quality)[0]


def _screening(conn: Connection, index: int, data: bytes) -> Screening:
    body = _decode(data).body
    record = whole_record(conn, body.listing)
    stated = tuple(value for _, value in record.extra) + tuple(one.number for one in record.licences)
    shown = shown_text if body.reading else str
    offer = OfferTexts(
        description=shown(record.description),
        merchant=record.merchant,
        stated=stated,
        texts=tuple((field_name(name), shown(text)) for name, text in record.texts),
        title=shown(record.title),
    )
    return Screening(index, record.id, offer)
