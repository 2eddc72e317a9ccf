"""One chunk of a listing file → decisions, sealed entries, output lines. The same code runs in the main process and in
workers, which open the store for reading only.
"""

from collections.abc import Callable

import msgspec

from anbao.connect.files import Chunk, Format, Mapping, RowError, decode
from anbao.connect.rows import RowFormat, error_line, open_line
from anbao.connect.summary import Summary
from anbao.errors import InvalidInput
from anbao.law.deadlines import legal_day
from anbao.model.entry import Sealed
from anbao.model.listing import Listing, Versions
from anbao.prevent.listings import licences_on_file, seal_screened
from anbao.prevent.rulesets import Rulesets
from anbao.prevent.screening import screen
from anbao.store import Store

ACTOR = "file"


class Processed(msgspec.Struct, frozen=True):
    """A screened chunk. ``lines`` are output lines in row order: (index into ``sealed``, bytes), the bytes lacking the
    entry's number; -1 and a whole line for a row that is no listing.
    """

    versions: Versions
    sealed: list[Sealed]
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
    ) -> None:
        self._store = store
        self._rulesets = rulesets
        self._clock = clock
        self._mapping = mapping
        self._format = form
        self._rows = rows

    def process(self, chunk: Chunk) -> Processed:
        """Decode, screen and seal the chunk's rows."""
        decoded = decode(chunk, self._mapping, self._format)
        listings = [row for row in decoded if isinstance(row, Listing)]
        now = self._clock()
        with self._store.read() as conn:
            ruleset = self._rulesets.in_force(conn, now)
            licences = licences_on_file(conn, listings)
        screened = screen(listings, ruleset, licences, legal_day(now))
        sealed: list[Sealed] = []
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
        return Processed(ruleset.versions, sealed, lines, errors, summary)
