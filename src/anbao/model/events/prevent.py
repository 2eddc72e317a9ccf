"""What prevention decides: on listings, merchants, messages and pictures."""

from anbao.model.events.base import LedgerEvent, Subject
from anbao.model.listing import Outcome


class ListingDecided(LedgerEvent, frozen=True, kw_only=True):
    """A person decided on a listing."""

    KIND = "listing.decided"

    category: str
    listing: Subject
    merchant: Subject = ""
    outcome: Outcome
    reason: str
