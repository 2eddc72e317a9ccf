"""What a ``listing.screened`` entry says of a listing, as all who read it again need it."""

import msgspec

from anbao.ledger.whole import whole_record
from anbao.model.listing import Listing, ListingRecord, ListingScreened
from anbao.store import Connection

SCREENED = "listing.screened"
DECIDED = "listing.decided"


class _ScreenedEntry(msgspec.Struct):
    body: ListingScreened


_entry = msgspec.json.Decoder(_ScreenedEntry).decode


def decode_screened(data: bytes | memoryview) -> ListingScreened:
    """Returns the decision in the bytes of an entry; of a large listing without its texts (``whole_screened``)."""
    return _entry(data).body


def whole_screened(conn: Connection, screened: ListingScreened) -> ListingScreened:
    """A decision as it stands in an entry, with all of its listing. Raises Tampered."""
    if not screened.listing.whole:
        return screened
    return msgspec.structs.replace(screened, listing=whole_record(conn, screened.listing))


def listing_of(record: ListingRecord) -> Listing:
    """The listing as it came in, out of its whole record."""
    return Listing(
        category=record.category,
        description=record.description,
        extra=dict(record.extra),
        facts=dict(record.facts),
        id=record.id,
        licences=record.licences,
        merchant=record.merchant,
        pictures=record.pictures,
        texts=dict(record.texts),
        title=record.title,
    )
