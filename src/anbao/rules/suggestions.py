"""Suggestions for the lexicon, from what people decided: phrases over-represented in what reviewers blocked and in
confirmed hazards against what passed; and exceptions, from hits that reviewers let pass.

A suggestion is an offer with its counts and examples: an officer accepts it or not, and what is accepted becomes a new
version that takes effect like any other (``changes``).
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from math import log2

import msgspec

from anbao.detect.fields import source_of, words_of
from anbao.detect.text import Lexicon
from anbao.detect.text.lexicon import MAX_TERM, Term
from anbao.engine.core import Core
from anbao.engine.readmodels.screened import decode_screened, whole_screened
from anbao.engine.work import Work
from anbao.errors import InvalidInput
from anbao.ledger import search
from anbao.ledger.artefacts import artefact
from anbao.model.base import given_reason
from anbao.model.events.investigate import HazardConfirmed
from anbao.model.events.prevent import ListingDecided, ListingScreenedEvent
from anbao.model.events.rules import SuggestionAccepted
from anbao.model.listing import ListingScreened
from anbao.rules import backtest, rulesets
from anbao.rules.backtest import Window
from anbao.rules.learning import MOST
from anbao.rules.rulesets import Rulesets
from anbao.store import Connection
from anbao.text import Text

SHORTEST, LONGEST = 2, 8
LEAST_BLOCKED = 3
"""Texts that a phrase must stand in before it is suggested."""

LEAST_RATIO = 10
"""How many times as often it must stand in blocked texts as in passed ones."""

FIXED = 75
"""Percent of its places in which the same character may stand before (or after) a phrase; more, and it is a piece."""

LEAST_PASSED = 2
"""Passed texts that an exception must stand in."""

AROUND = 4
"""Characters on either side of a hit that an exception may take in."""

MOST_DECISIONS, CONTRAST = 2_000, 2_000
"""Latest decisions, and passed listings to compare with, that are read."""

_MARKS_TEXT = "，。；！？,.;!?"
_MARKS = frozenset(_MARKS_TEXT)

EXAMPLES = 3
DEFAULT_SEVERITY = 3
"""A suggested term goes to review until an officer says otherwise."""


class SuggestedTerm(msgspec.Struct, frozen=True, kw_only=True):
    """A phrase that stands in ``blocked`` blocked texts or hazards and in ``passed`` passed ones."""

    term: str
    category: str
    severity: int
    blocked: int
    passed: int
    examples: tuple[str, ...]


class SuggestedException(msgspec.Struct, frozen=True, kw_only=True):
    """A phrase around a term, which passed ``passed`` times and never stood in what was blocked."""

    term: str
    category: str
    exception: str
    passed: int
    examples: tuple[str, ...]


class Suggestions(msgspec.Struct, frozen=True, kw_only=True):
    """What the decisions so far suggest, the best supported first; what they rest on."""

    terms: tuple[SuggestedTerm, ...]
    exceptions: tuple[SuggestedException, ...]
    blocked: int
    passed: int
    hazards: int


class Acceptance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an officer takes over, and why: a new term, or with ``exception`` a phrase in which the term is harmless.

    ``base``: the version that it is added to, by default the one in force.
    """

    term: str
    reason: str
    category: str = ""
    severity: int = DEFAULT_SEVERITY
    exception: str = ""
    base: str = ""


class Judged(msgspec.Struct, frozen=True):
    """A text with a person's word on it; ``name`` is shown as example."""

    name: str
    text: str
    category: str
    screened: ListingScreened | None = None


def suggest(core: Core, known: Rulesets) -> Suggestions:
    """Read the latest decisions and say what they suggest."""
    blocked, passed = decided(core)
    hazards = list(_hazards(core))
    with core.reading() as conn:
        lexicon = known.in_force(conn, core.clock()).lexicon
    contrast = [*passed, *_untouched(core, {one.name for one in (*blocked, *passed)})]
    return Suggestions(
        terms=tuple(suggest_terms([*hazards, *blocked], contrast, lexicon)),
        exceptions=tuple(_exceptions(blocked, passed)),
        blocked=len(blocked),
        passed=len(passed),
        hazards=len(hazards),
    )


def accept(work: Work, known: Rulesets, one: Acceptance, *, actor: str) -> str:
    """Make a new version with what was accepted, not in force; its digest. Raises InvalidInput, NotFound."""
    given_reason(one.reason)
    base = (
        Lexicon.from_bytes(artefact(work.conn, one.base)) if one.base else known.in_force(work.conn, work.now).lexicon
    )
    changed = Lexicon(_with_exception(base, one) if one.exception else _with_term(base, one))
    rulesets.import_version(work, rulesets.imported_lexicon(changed), changed.to_bytes(), actor)
    accepted = SuggestionAccepted(
        base=base.digest,
        category=one.category,
        digest=changed.digest,
        exception=one.exception,
        lexicon=changed.digest,
        reason=one.reason,
        severity=one.severity,
        term=one.term,
    )
    work.append(accepted, actor=actor)
    return changed.digest


def decided(core: Core, most: int = MOST_DECISIONS) -> tuple[list[Judged], list[Judged]]:
    """The latest listings that reviewers blocked and let pass, each by its last decision."""
    last: dict[str, Judged] = {}
    blocked: set[str] = set()
    with core.reading() as conn:
        indexes = search.newest_of_kind(conn, ListingDecided.KIND, most)
        for index in reversed(indexes):
            decision = core.ledger.entry(conn, index).event(ListingDecided)
            name = decision.listing
            screened = _screened_before(core, conn, name, index)
            if screened is None:
                continue
            last[name] = Judged(name, text_of(screened), screened.category, screened)
            (blocked.add if decision.outcome == "block" else blocked.discard)(name)
    return [one for name, one in last.items() if name in blocked], [
        one for name, one in last.items() if name not in blocked
    ]


def text_of(screened: ListingScreened) -> str:
    """The words of a listing, those of each text below those of the one before."""
    return words_of(screened.listing)[:MOST]


def _screened_before(core: Core, conn: Connection, listing: str, index: int) -> ListingScreened | None:
    found = core.ledger.entries(conn, 0, 1_000, end=index, kind=ListingScreenedEvent.KIND, subject=("listing", listing))
    return whole_screened(conn, decode_screened(found[-1].data)) if found else None


def _hazards(core: Core) -> Iterator[Judged]:
    with core.reading() as conn:
        for stored in core.entries(conn, kind=HazardConfirmed.KIND):
            event = stored.event(HazardConfirmed)
            record = event.record
            texts = [record.title, *(one.value for one in record.fingerprints if one.kind in ("title", "model"))]
            yield Judged(event.hazard, "\n".join(texts), record.category)


def _untouched(core: Core, decided: Set[str]) -> Iterator[Judged]:
    """Listings that passed by themselves and that nobody decided on, spread over the ledger."""
    for page in backtest.past_listings(core, Window(sample=CONTRAST)):
        for stored in page:
            screened = decode_screened(stored.data)
            if screened.outcome == "pass" and screened.listing.id not in decided:
                if screened.listing.whole:
                    with core.reading() as conn:
                        screened = whole_screened(conn, screened)
                yield Judged(screened.listing.id, text_of(screened), screened.category)


def suggest_terms(blocked: Sequence[Judged], passed: Sequence[Judged], lexicon: Lexicon) -> Iterator[SuggestedTerm]:
    """Phrases that distinguish blocked from passed texts, the most distinctive first.

    Without what the lexicon finds already, parts of longer ones, and pieces of fixed sentences.
    """
    texts = [_plain(one.text) for one in blocked]
    found = [set(_phrases(text)) for text in texts]
    counts = Counter(phrase for phrases in found for phrase in phrases)
    frequent = {phrase for phrase, count in counts.items() if count >= LEAST_BLOCKED}
    harmless: Counter[str] = Counter()
    for one in passed:
        harmless.update(frequent.intersection(_phrases(_plain(one.text))))
    distinctive = {
        phrase
        for phrase in frequent
        if counts[phrase] * (len(passed) + 1) >= LEAST_RATIO * harmless[phrase] * max(1, len(blocked))
        and counts[phrase] > harmless[phrase]
    }
    chosen = _whole(distinctive - _parts(distinctive, counts), texts)

    def weight(phrase: str) -> float:
        """Often, far more often than among what passed, and long: two characters alone are mostly ordinary words."""
        ratio = counts[phrase] * (len(passed) + 1) / ((harmless[phrase] + 0.5) * max(1, len(blocked)))
        return log2(1 + counts[phrase]) * log2(ratio) * log2(1 + len(phrase))

    chosen.sort(key=lambda phrase: (-weight(phrase), phrase))
    from anbao.detect.text.matcher import Matcher  # loads numpy and the tables

    matcher = Matcher(lexicon)
    new = [phrase for phrase, hits in zip(chosen, matcher.scan(chosen), strict=True) if not hits]
    for phrase in _apart(new):
        holders = [one for one, phrases in zip(blocked, found, strict=True) if phrase in phrases]
        categories = Counter(one.category for one in holders if one.category)
        yield SuggestedTerm(
            term=phrase,
            category=categories.most_common(1)[0][0] if categories else "suggested",
            severity=DEFAULT_SEVERITY,
            blocked=counts[phrase],
            passed=harmless[phrase],
            examples=tuple(one.name for one in holders[:EXAMPLES]),
        )


def _exceptions(blocked: Sequence[Judged], passed: Sequence[Judged]) -> Iterator[SuggestedException]:
    """Of each term that reviewers let pass, the best supported phrase around it that never stood in a blocked text."""
    around: dict[tuple[str, str], dict[str, set[str]]] = {}
    for one in passed:
        assert one.screened is not None
        for finding in one.screened.findings:
            if finding.detector == "lexicon":
                text = source_of(one.screened.listing, finding.field)
                phrases = around.setdefault((finding.term, finding.category), {})
                for phrase in _contexts(text, finding.start, finding.end):
                    phrases.setdefault(phrase, set()).add(one.name)
    for (term, category), phrases in sorted(around.items()):
        usable = [
            (len(names), -len(phrase), phrase)
            for phrase, names in phrases.items()
            if len(names) >= LEAST_PASSED and not any(phrase in one.text for one in blocked)
        ]
        if usable:
            count, _, phrase = max(usable)
            examples = tuple(sorted(phrases[phrase])[:EXAMPLES])
            yield SuggestedException(term=term, category=category, exception=phrase, passed=count, examples=examples)


def _phrases(text: str) -> Iterator[str]:
    """All runs of ``SHORTEST`` to ``LONGEST`` characters within a line of letters and digits."""
    return (phrase for _, phrase in _placed(text))


def _placed(text: str) -> Iterator[tuple[int, str]]:
    """As ``_phrases``, each with where it begins."""
    start = 0
    for end in range(len(text) + 1):
        if end == len(text) or not text[end].isalnum():
            for first in range(start, end):
                for last in range(first + SHORTEST, min(first + LONGEST, end) + 1):
                    yield first, text[first:last]
            start = end + 1


def _contexts(text: str, start: int, end: int) -> Iterator[str]:
    """Longer phrases around a hit, within its clause."""
    for before in range(AROUND + 1):
        for after in range(AROUND + 1):
            phrase = text[max(0, start - before) : end + after]
            if before + after and len(phrase) == end - start + before + after and phrase.isalnum():
                yield phrase


def _parts(distinctive: set[str], counts: Counter[str]) -> set[str]:
    """The phrases that are only a part of a longer one which stands in nearly as many texts."""
    return {
        part
        for phrase in distinctive
        for part in (phrase[1:], phrase[:-1])
        if part in distinctive and 5 * counts[phrase] >= 4 * counts[part]
    }


def _whole(phrases: Set[str], texts: Iterable[str]) -> list[str]:
    """The phrases that begin and end by themselves: not next to the same character in nearly all places.

    What is nearly always a whole clause between marks is a set sentence of sellers, and no name of goods.
    """
    clauses: Counter[str] = Counter()
    before: dict[str, Counter[str]] = {phrase: Counter() for phrase in phrases}
    after: dict[str, Counter[str]] = {phrase: Counter() for phrase in phrases}
    for text in texts:
        for start, phrase in _placed(text):
            if phrase in before:
                left = text[max(0, start - 1) : start]
                right = text[start + len(phrase) : start + len(phrase) + 1]
                before[phrase][left] += 1
                after[phrase][right] += 1
                marks = (left in _MARKS) + (right in _MARKS)
                clauses[phrase] += marks == 2 or (
                    marks == 1 and not (left + right).replace("\n", "").strip(_MARKS_TEXT)
                )
    return [
        phrase
        for phrase in phrases
        if _is_free(before[phrase])
        and _is_free(after[phrase])
        and 100 * clauses[phrase] <= FIXED * before[phrase].total()
    ]


def _is_free(neighbours: Counter[str]) -> bool:
    """Whether no letter or digit stands there in more than ``FIXED`` percent of all places."""
    most = max((count for one, count in neighbours.items() if one.isalnum()), default=0)
    return 100 * most <= FIXED * neighbours.total()


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def _apart(phrases: Iterable[str]) -> list[str]:
    """Without phrases that hold a better supported one, or stand in it."""
    chosen: list[str] = []
    for phrase in phrases:
        if not any(one in phrase or phrase in one for one in chosen):
            chosen.append(phrase)
    return chosen


def _with_term(base: Lexicon, one: Acceptance) -> tuple[Term, ...]:
    category = one.category or "suggested"
    from anbao.detect.text.symbols import is_matchable  # loads numpy and the tables

    if not one.term.strip() or len(one.term) > MAX_TERM or not is_matchable(one.term):
        raise InvalidInput(Text("词不合适", "the term does not fit"), field="term")
    if not 1 <= one.severity <= 5:
        raise InvalidInput(Text("严重度为 1 至 5", "severity is 1 to 5"), field="severity")
    if any(term.term == one.term and term.category == category for term in base.terms):
        raise InvalidInput(Text(f"词库已有 {one.term}", f"the lexicon holds {one.term} already"), field="term")
    return (*base.terms, Term(one.term, category, one.severity, tags=("source:suggested",)))


def _with_exception(base: Lexicon, one: Acceptance) -> tuple[Term, ...]:
    terms = [term for term in base.terms if term.term == one.term and one.category in ("", term.category)]
    if not terms:
        raise InvalidInput(Text(f"词库没有 {one.term}", f"the lexicon does not hold {one.term}"), field="term")
    if len(one.exception) > MAX_TERM or one.term not in one.exception or one.exception == one.term:
        raise InvalidInput(
            Text("例外须是含有该词的更长短语", "an exception is a longer phrase that holds the term"), field="exception"
        )
    wider = {
        (term.term, term.category): msgspec.structs.replace(
            term, exceptions=tuple(dict.fromkeys((*term.exceptions, one.exception)))
        )
        for term in terms
    }
    return tuple(wider.get((term.term, term.category), term) for term in base.terms)
