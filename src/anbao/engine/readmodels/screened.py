"""What a ``listing.screened`` entry says of a listing, as all who read it again need it."""

import msgspec

from anbao.ledger.whole import whole_record
from anbao.model.events.base import shape
from anbao.model.events.prevent import ListingScreenedEvent
from anbao.model.listing import Listing, ListingRecord, ListingScreened
from anbao.store import Connection

_screened = shape(ListingScreenedEvent).decode


def decode_screened(data: bytes | memoryview) -> ListingScreened:
    """Returns the decision in the bytes of an entry; of a large listing without its texts (``whole_screened``)."""
    screened: ListingScreened = _screened(data).body  # not the event, as this is done for every listing of a ledger
    return screened


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
