"""One chunk of a listing file → decisions, sealed entries, output lines. The same code runs in the main process and in
workers, which open the store for reading only.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import msgspec

from anbao.connect.files import Chunk, Format, Mapping, RowError, decode
from anbao.connect.files.pictures import NoPicture, referred
from anbao.connect.rows import RowFormat, error_line, open_line
from anbao.connect.storage import ObjectStorage
from anbao.connect.summary import Summary
from anbao.errors import InvalidInput
from anbao.law.deadlines import legal_day
from anbao.model.listing import Listing, Versions
from anbao.model.texts import with_texts
from anbao.prevent import relisting
from anbao.prevent.listings import Sealing, seal_screened
from anbao.prevent.rulesets import Rulesets
from anbao.prevent.screening import screen
from anbao.prevent.standing import changed_at, on_file
from anbao.readmodels.bars import standing
from anbao.store import Store

ACTOR = "file"


class Processed(msgspec.Struct, frozen=True):
    """A screened chunk. ``lines`` are output lines in row order: (index into ``sealed``, bytes), the bytes lacking the
    entry's number; -1 and a whole line for a row that is no listing. ``moved``: the newest entry that told where a
    merchant or a listing stands.
    """

    versions: Versions
    moved: int
    sealed: list[Sealing]
    lines: list[tuple[int, bytes]]
    errors: list[RowError]
    summary: Summary


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
        """``folder``: where pictures lie that rows name by their path; ``storage``: where they are kept."""
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
        for place, row in enumerate(decoded):
            if isinstance(row, Listing) and row.pictures:
                decoded[place] = self._with_pictures(row, chunk, place)
        listings = [with_texts(row) for row in decoded if isinstance(row, Listing)]
        now = self._clock()
        with self._store.read() as conn:
            ruleset = self._rulesets.in_force(conn, now)
            merchants, moved = on_file(conn, listings), changed_at(conn)
            bars = standing(conn, "listing", (listing.id for listing in listings))
        screened = screen(listings, ruleset, merchants, legal_day(now))
        screened = relisting.apply(screened, bars, ruleset.catalogue)
        sealed: list[Sealing] = []
        lines: list[tuple[int, bytes]] = []
        errors: list[RowError] = []
        summary = Summary()
        decisions = iter(screened)
        place = chunk.first_row
        for number, row in enumerate(decoded, chunk.first_row):
            if isinstance(row, Listing):
                decision = next(decisions)
                try:
                    entry = seal_screened(decision, now, now, ACTOR)
                except InvalidInput as error:
                    row = RowError(number, chunk.first_line + number - place, error.field or "", error.what)
                else:
                    if self._rows:
                        lines.append((len(sealed), open_line(number, decision, self._rows)))
                    sealed.append(entry)
                    summary.add(number, decision)
                    continue
            errors.append(row)
            summary.add_error(row)
            if self._rows:
                lines.append((-1, error_line(row, self._rows)))
        return Processed(ruleset.versions, moved, sealed, lines, errors, summary)

    def _with_pictures(self, row: Listing, chunk: Chunk, place: int) -> Listing | RowError:
        """The listing with its pictures as entries name them; those named by path are kept first."""
        try:
            named = referred(row.pictures, self._folder, lambda data: self._storage().put(data))
        except NoPicture as error:
            column = self._mapping.pictures or "pictures"
            return RowError(chunk.first_row + place, chunk.first_line + place, column, error.why)
        return msgspec.structs.replace(row, pictures=named)
