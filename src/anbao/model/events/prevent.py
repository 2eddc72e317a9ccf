"""What prevention decides: on listings, merchants, messages and pictures."""

from anbao.model.events.base import LedgerEvent, Subject, Whole
from anbao.model.listing import ListingScreened, Outcome
from anbao.model.message import MessageScreened
from anbao.model.picture import PictureReading, PictureScreened


class ListingScreenedEvent(LedgerEvent, frozen=True, kw_only=True):
    """A listing was screened. Of a large one the entry has no texts (``ledger.whole``)."""

    KIND = "listing.screened"

    listing: Subject
    merchant: Subject = ""
    screened: Whole[ListingScreened]


class ListingDecided(LedgerEvent, frozen=True, kw_only=True):
    """A person decided on a listing."""

    KIND = "listing.decided"

    category: str
    listing: Subject
    merchant: Subject = ""
    outcome: Outcome
    reason: str


class PictureRead(LedgerEvent, frozen=True, kw_only=True):
    """What was read in a picture, which its SHA-256 names."""

    KIND = "picture.read"

    picture: Subject
    reading: Whole[PictureReading]


class PictureScreenedEvent(LedgerEvent, frozen=True, kw_only=True):
    """A picture of a listing was decided on; ``picture`` is empty where its bytes never came."""

    KIND = "listing.picture_screened"

    listing: Subject
    merchant: Subject = ""
    picture: Subject = ""
    screened: Whole[PictureScreened]


class MessageScreenedEvent(LedgerEvent, frozen=True, kw_only=True):
    """A message between the parties of a trade was screened."""

    KIND = "message.screened"

    consumer: Subject = ""
    listing: Subject = ""
    merchant: Subject = ""
    message: Subject
    order: Subject = ""
    screened: Whole[MessageScreened]


class MessageDecided(LedgerEvent, frozen=True, kw_only=True):
    """A person decided on a message that was held."""

    KIND = "message.decided"

    consumer: Subject = ""
    listing: Subject = ""
    merchant: Subject = ""
    message: Subject
    order: Subject = ""
    reason: str
    ruling: str
