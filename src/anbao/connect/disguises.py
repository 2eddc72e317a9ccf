"""A danger that is known by its listing's own picture is known by that picture's likely disguises too.

However a danger was confirmed, the disguises are made from the stored bytes afterwards and the danger is confirmed anew
with them: it is swept for again. Where a person stated other pictures than those of the listing, theirs are enough.
"""

import logging
from collections.abc import Callable

from anbao.detect.picture.errors import BadPicture
from anbao.engine.readmodels import pictures
from anbao.engine.work import Work
from anbao.errors import NotFound, StoreError, Tampered
from anbao.investigate import hazards
from anbao.investigate.hazards import Hazard
from anbao.ledger import Stored
from anbao.model.events.investigate import HazardConfirmed
from anbao.model.hazard import MAX_FINGERPRINTS, Confirmation, Fingerprint
from anbao.platform import Platform
from anbao.store import Connection

log = logging.getLogger("anbao.pictures")

ENGINE = "engine"

Hashes = Callable[[str], tuple[str, ...]]
"""The hashes of a stored picture, by its SHA-256, and of its disguises. Raises NotFound, StoreError, BadPicture."""


class Disguises:
    """Looks at each confirmation once; after a restart again, when nothing is left to add."""

    def __init__(self, platform: Platform, hashes: Hashes) -> None:
        self._platform = platform
        self._hashes = hashes
        self._next = 0

    def step(self) -> bool:
        """Complete the next confirmed danger; whether there was one and its pictures' storage answered."""
        with self._platform.reading() as conn:
            found = self._platform.ledger.entries(conn, self._next, 1, kind=HazardConfirmed.KIND)
            shown = _own_pictures(conn, found[0]) if found else ()
        if not found:
            return False
        try:
            if shown:
                self._complete(found[0], shown)
        except StoreError:
            log.exception("the storage is away; the danger is completed later")
            return False
        self._next = found[0].index + 1
        return True

    def _complete(self, stored: Stored, shown: tuple[str, ...]) -> None:
        try:
            added = [Fingerprint(kind="picture", value=value) for one in shown for value in self._hashes(one)]
        except (NotFound, Tampered, BadPicture):
            log.exception("the pictures of the danger confirmed in entry %s cannot be read", stored.index)
            return

        def job(work: Work) -> None:
            known = _standing(work.conn, stored)
            if known is None:
                return
            record = known.record
            prints = tuple(dict.fromkeys([*record.fingerprints, *added]))[:MAX_FINGERPRINTS]
            if prints == record.fingerprints:
                return
            confirmation = Confirmation(
                certain=record.certain,
                fingerprints=prints,
                nameable=record.nameable,
                on_likeness=record.on_likeness,
                person=record.person or stored.actor,
                sold=record.sold,
            )
            self._platform.investigate.confirm(work, known.id, confirmation, actor=ENGINE)

        self._platform.run(job)


def _standing(conn: Connection, stored: Stored) -> Hazard | None:
    """The danger as this entry confirmed it; None where it moved on since."""
    known = hazards.find(conn, stored.subjects["hazard"])
    return known if known and known.entry == stored.index and known.state == "confirmed" else None


def _own_pictures(conn: Connection, stored: Stored) -> tuple[str, ...]:
    """The pictures of its listing by which a danger is known, where it is known by no others."""
    known = _standing(conn, stored)
    stated = {one.value for one in known.record.fingerprints if one.kind == "picture"} if known else set()
    if known is None or not stated or not known.listing:
        return ()
    own = {}
    for picture in pictures.pictures_of_listing(conn, known.listing):
        read = pictures.read_of(conn, picture)
        if read and read.reading.pdq in stated:
            own[read.reading.pdq] = picture
    return tuple(own.values()) if stated <= own.keys() else ()
