"""Decisions on pictures of listings as entries, and what a decision needs to know of its listing."""

import msgspec

from anbao.detect.picture.candidates import ListingStanding
from anbao.engine.readmodels import listings
from anbao.engine.readmodels.pictures import Task
from anbao.engine.work import Work
from anbao.ledger import search
from anbao.model.events.prevent import PictureRead, PictureScreenedEvent
from anbao.model.listing import OUTCOMES, Outcome
from anbao.model.picture import PictureReading, PictureScreened
from anbao.store import Connection

_DAY = 86_400_000


def record_reading(work: Work, reading: PictureReading, at: int, actor: str) -> int:
    """Record what was read in a picture; the entry's index."""
    return work.append(PictureRead(picture=reading.picture, reading=reading), actor=actor, at=at)


def record_screened(work: Work, task: Task, merchant: str, decision: PictureScreened) -> int:
    """Record a decision on a picture; the entry's index."""
    event = PictureScreenedEvent(listing=task.listing, merchant=merchant, picture=task.picture, screened=decision)
    return work.append(event, actor="engine")


class Shop(msgspec.Struct, frozen=True):
    """What a decision on a picture needs of its listing."""

    merchant: str
    category: str
    standing: ListingStanding


def shop_of(conn: Connection, listing: str, now: int) -> Shop:
    """The listing's merchant and category, its outcome so far, and since when its merchant is known."""
    known = listings.known(conn, listing)
    standing = ListingStanding(_outcome(known.outcome or "pass"), _known_days(conn, known.merchant, now))
    return Shop(known.merchant, known.category, standing)


def _known_days(conn: Connection, merchant: str, now: int) -> int:
    first = search.first_about(conn, ("merchant", merchant)) if merchant else None
    if first is None:
        return -1
    return max(0, now - search.recorded(conn, [first])[first]) // _DAY


def _outcome(value: str) -> Outcome:
    return next(one for one in OUTCOMES if one == value)
