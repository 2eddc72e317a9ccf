"""What a screening run found, in counts that add up.

Invariants
- The summary of a whole is the merge of the summaries of its parts, however it was cut.
- Its size is bounded by the lexicon, ``MAX_WORST`` and ``MAX_BAD_ROWS``, not by the number of rows.
"""

import bisect
from collections.abc import Iterable, Mapping
from typing import TypeVar

import msgspec
from msgspec import Struct

from anbao.connect.files import FileRowError
from anbao.detect.fields import source_of
from anbao.model.listing import OUTCOMES, Finding, ListingScreened, Unjudged
from anbao.text import Text

Key = TypeVar("Key", str, int)

MAX_WORST = 50
MAX_PARTS = 20
MAX_BAD_ROWS = 20
TITLE_EXCERPT = 80
CONTEXT = 24
"""Characters shown on each side of what was found."""


class TermCount(Struct):
    """How often a term was found, with its category and highest severity."""

    findings: int
    category: str
    severity: int


class Worst(Struct, frozen=True, kw_only=True):
    """A finding as the report shows it: ``before`` + ``surface`` + ``after`` is an excerpt of the field."""

    row: int
    number: int
    listing: str
    title: str
    outcome: str
    severity: int
    category: str
    channel: str
    detector: str
    term: str
    field: str
    start: int
    end: int
    before: str
    surface: str
    after: str
    provisions: tuple[str, ...]
    source: str

    @property
    def rank(self) -> tuple[int, int, int]:
        """Worst first, then in the order of the file."""
        return -self.severity, self.row, self.number


class FilePart(Struct, frozen=True):
    """A part of a listing that nobody looked at."""

    row: int
    listing: str
    part: Unjudged


class Summary(Struct):
    """``rows`` counts all rows, ``errors`` those that were no listing, ``listings_found`` listings with a finding.

    ``unjudged`` counts parts of listings that nobody looked at, ``parts`` names the first of them. ``damaged_ids``
    counts identifiers that a spreadsheet turned into numbers such as 5.58E+11, ``repeated_ids`` rows whose identifier
    an earlier row has. ``unscreened`` are columns that are not screened as text, ``notes`` what of the file is not.

    ``findings_cut`` counts findings beyond those that a decision keeps; they are in no other count. Terms and
    channels are counted for findings of terms, which are those with a channel.
    """

    rows: int = 0
    errors: int = 0
    listings_found: int = 0
    findings: int = 0
    findings_cut: int = 0
    outcomes: dict[str, int] = msgspec.field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    categories: dict[str, int] = msgspec.field(default_factory=dict)
    severities: dict[int, int] = msgspec.field(default_factory=dict)
    channels: dict[str, int] = msgspec.field(default_factory=dict)
    terms: dict[str, TermCount] = msgspec.field(default_factory=dict)
    worst: list[Worst] = msgspec.field(default_factory=list)
    bad_rows: list[FileRowError] = msgspec.field(default_factory=list)
    unjudged: int = 0
    parts: list[FilePart] = msgspec.field(default_factory=list)
    damaged_ids: int = 0
    repeated_ids: int = 0
    unscreened: tuple[str, ...] = ()
    notes: tuple[Text, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether all of every row was judged, and all of the file was read."""
        return not self.unjudged and not self.errors and not self.notes

    @property
    def found(self) -> bool:
        """Whether anything needs a look: a finding, or a listing that was held or blocked."""
        return self.findings > 0 or self.outcomes["review"] > 0 or self.outcomes["block"] > 0

    def add_error(self, error: FileRowError | None = None) -> None:
        """Count a row that is no listing, and keep the reason where it is given."""
        self.rows += 1
        self.errors += 1
        if error is not None:
            self._keep_bad_row(error)

    def add_parts(self, parts: Iterable[FileRowError]) -> None:
        """Name parts of a listing that could not be read as they stand; ``add`` counts them."""
        for part in parts:
            self._keep_bad_row(part)

    def add(self, row: int, decision: ListingScreened) -> None:
        """Count one decided listing, the data row ``row`` of the file."""
        self.rows += 1
        self.outcomes[decision.outcome] += 1
        if decision.unjudged:
            self.unjudged += len(decision.unjudged) + decision.unjudged_cut
            for part in decision.unjudged:
                self._keep_part(FilePart(row, decision.listing.id, part))
        if not decision.findings:
            return
        self.listings_found += 1
        self.findings += len(decision.findings)
        self.findings_cut += decision.findings_cut
        for number, finding in enumerate(decision.findings):
            _count(self.categories, finding.category, 1)
            _count(self.severities, finding.severity, 1)
            if finding.channel:
                _count(self.channels, finding.channel, 1)
                self._count_term(finding.term, TermCount(1, finding.category, finding.severity))
            if self._is_among_worst((-finding.severity, row, number)):
                self._keep_worst(_worst(row, number, decision, finding))

    def merge(self, other: "Summary") -> None:
        """Add the counts of another part of the same run."""
        self.rows += other.rows
        self.errors += other.errors
        self.listings_found += other.listings_found
        self.findings += other.findings
        self.findings_cut += other.findings_cut
        _add_all(self.outcomes, other.outcomes)
        _add_all(self.categories, other.categories)
        _add_all(self.severities, other.severities)
        _add_all(self.channels, other.channels)
        for term, count in other.terms.items():
            self._count_term(term, count)
        for worst in other.worst:
            self._keep_worst(worst)
        for error in other.bad_rows:
            self._keep_bad_row(error)
        self.unjudged += other.unjudged
        self.damaged_ids += other.damaged_ids
        for part in other.parts:
            self._keep_part(part)

    def _count_term(self, term: str, more: TermCount) -> None:
        known = self.terms.get(term)
        if known is None:
            self.terms[term] = TermCount(more.findings, more.category, more.severity)
        else:
            known.findings += more.findings
            known.category = min(known.category, more.category)
            known.severity = max(known.severity, more.severity)

    def _is_among_worst(self, rank: tuple[int, int, int]) -> bool:
        return len(self.worst) < MAX_WORST or rank < self.worst[-1].rank

    def _keep_worst(self, worst: Worst) -> None:
        if self._is_among_worst(worst.rank):
            bisect.insort(self.worst, worst, key=lambda one: one.rank)
            del self.worst[MAX_WORST:]

    def _keep_part(self, part: FilePart) -> None:
        if len(self.parts) < MAX_PARTS or part.row < self.parts[-1].row:
            bisect.insort(self.parts, part, key=lambda one: one.row)
            del self.parts[MAX_PARTS:]

    def _keep_bad_row(self, error: FileRowError) -> None:
        bisect.insort(self.bad_rows, error, key=lambda one: one.row)
        del self.bad_rows[MAX_BAD_ROWS:]


def _worst(row: int, number: int, decision: ListingScreened, finding: Finding) -> Worst:
    listing = decision.listing
    text = source_of(listing, finding.field)
    start, end = finding.start, finding.end
    return Worst(
        row=row,
        number=number,
        listing=listing.id,
        title=_excerpt(listing.title),
        outcome=decision.outcome,
        severity=finding.severity,
        category=finding.category,
        channel=finding.channel,
        detector=finding.detector,
        term=finding.term,
        field=finding.field,
        start=start,
        end=end,
        before=("…" if start > CONTEXT else "") + text[max(0, start - CONTEXT) : start],
        surface=_excerpt(text[start:end] or finding.surface),
        after=text[end : end + CONTEXT] + ("…" if len(text) > end + CONTEXT else ""),
        provisions=finding.provisions,
        source=finding.source,
    )


def _excerpt(text: str) -> str:
    return text if len(text) <= TITLE_EXCERPT else text[: TITLE_EXCERPT - 1] + "…"


def _count(counts: dict[Key, int], key: Key, more: int) -> None:
    counts[key] = counts.get(key, 0) + more


def _add_all(counts: dict[Key, int], more: Mapping[Key, int]) -> None:
    for key, count in more.items():
        _count(counts, key, count)
