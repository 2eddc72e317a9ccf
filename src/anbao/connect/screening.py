"""One chunk of a listing file → decisions, sealed entries, output lines. The same code runs in the main process and in
workers, which open the store for reading only.
"""

from collections.abc import Callable
from functools import cache
from hashlib import blake2b
from pathlib import Path

import msgspec

from anbao.connect.files import Chunk, FileRowError, Format, Mapping, Partial, decode
from anbao.connect.files.pictures import referred
from anbao.connect.files.rows import EMPTY_TITLE
from anbao.connect.rows import RowFormat, error_line, open_line
from anbao.connect.storage import ObjectStorage
from anbao.connect.summary import Summary
from anbao.engine.readmodels.bars import standing
from anbao.errors import InvalidInput
from anbao.law.deadlines import legal_day
from anbao.model.listing import MAX_UNJUDGED, Listing, Unjudged, Versions
from anbao.prevent.listings import relisting
from anbao.prevent.listings.records import Sealing, refuse_person_numbers, seal_screened
from anbao.prevent.listings.screening import screen
from anbao.prevent.listings.standing import changed_at, on_file
from anbao.rules.rulesets import Rulesets
from anbao.store import Store

ACTOR = "file"


class Processed(msgspec.Struct, frozen=True):
    """A screened chunk. ``lines`` are output lines in row order: (index into ``sealed``, bytes), the bytes lacking the
    entry's number; -1 and a whole line for a row that is no listing. ``moved``: the newest entry that stated where a
    merchant or a listing stands. ``ids``: a hash of 8 bytes for each identifier that the file gave.
    """

    versions: Versions
    moved: int
    sealed: list[Sealing]
    lines: list[tuple[int, bytes]]
    errors: list[FileRowError]
    summary: Summary
    ids: bytes = b""


class Screener:
    """Screens chunks of one file under the ruleset in force at the time of each."""

    def __init__(
        self,
        store: Store,
        rulesets: Rulesets,
        clock: Callable[[], int],
        mapping: Mapping,
        form: Format,
        rows: RowFormat | None,
        folder: Path,
        storage: Callable[[], ObjectStorage],
    ) -> None:
        """``folder``: where pictures lie that rows name by their path; ``storage``: where they are stored."""
        self._store = store
        self._rulesets = rulesets
        self._clock = clock
        self._mapping = mapping
        self._format = form
        self._rows = rows
        self._folder = folder
        self._storage = cache(storage)

    def process(self, chunk: Chunk) -> Processed:
        """Decode, screen and seal the chunk's rows."""
        decoded = decode(chunk, self._mapping, self._format)
        listings: list[Listing] = []
        unread: dict[int, list[Unjudged]] = {}
        summary = Summary()
        for row in decoded:
            if isinstance(row, FileRowError):
                continue
            if isinstance(row, Partial):
                if row.parts:
                    unread[len(listings)] = [_unread(part) for part in row.parts[:MAX_UNJUDGED]]
                summary.damaged_ids += row.damaged_id
                row = row.listing
            listings.append(self._with_pictures(row) if row.pictures else row)
        now = self._clock()
        with self._store.read() as conn:
            ruleset = self._rulesets.in_force(conn, now)
            merchants, moved = on_file(conn, listings), changed_at(conn)
            bars = standing(conn, "listing", (listing.id for listing in listings))
        screened = screen(listings, ruleset, merchants, legal_day(now), unread=unread)
        screened = relisting.apply(screened, bars, ruleset.catalogue)
        sealed: list[Sealing] = []
        lines: list[tuple[int, bytes]] = []
        errors: list[FileRowError] = []
        decisions = iter(screened)
        for number, row in enumerate(decoded, chunk.first_row):
            if not isinstance(row, FileRowError):
                decision = next(decisions)
                try:
                    refuse_person_numbers(decision.listing)
                    entry = seal_screened(decision, now, now, ACTOR)
                except InvalidInput as error:
                    row = FileRowError(
                        number, chunk.first_line + number - chunk.first_row, error.field or "", error.what
                    )
                else:
                    if self._rows:
                        lines.append((len(sealed), open_line(number, decision, self._rows)))
                    sealed.append(entry)
                    summary.add(number, decision)
                    if isinstance(row, Partial):
                        errors += row.parts
                        summary.add_parts(row.parts)
                    continue
            errors.append(row)
            summary.add_error(row)
            if self._rows:
                lines.append((-1, error_line(row, self._rows)))
        ids = b"".join(_short_hash(one.id) for one in listings) if self._mapping.id else b""
        return Processed(ruleset.versions, moved, sealed, lines, errors, summary, ids)

    def _with_pictures(self, listing: Listing) -> Listing:
        """The listing with its pictures as entries name them; those named by path are stored first."""
        named = referred(listing.pictures, self._folder, lambda data: self._storage().put(data))
        return msgspec.structs.replace(listing, pictures=named)


def _unread(part: FileRowError) -> Unjudged:
    """A part that could not be read, as the decision names it."""
    return Unjudged(field=part.field or "row", reason="no_title" if part.reason == EMPTY_TITLE else "unreadable")


def _short_hash(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=8).digest()
