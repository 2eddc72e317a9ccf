"""Back-tests: what another lexicon, policy or model would decide on the listings of the past, before it takes effect.

Each listing is decided anew under the rules in force and under the candidate, with what is on file of merchants now;
so the difference is the candidate's alone, whatever the rules were when the listing came in.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date

import msgspec

from anbao.engine.core import Core
from anbao.engine.readmodels.screened import decode_screened, listing_of, whole_screened
from anbao.law.deadlines import legal_day
from anbao.ledger import Stored, search
from anbao.model.backtest import Backtest, Example, TermChange, Transition
from anbao.model.events.prevent import ListingScreenedEvent
from anbao.model.listing import Listing, ListingScreened, Outcome
from anbao.model.texts import with_texts
from anbao.rules.rulesets import Ruleset
from anbao.store import Connection

PAGE = 500
"""Listings read together; a sample is made of such stretches, evenly spaced over the time range."""

TOP_TERMS = 20
EXAMPLES = 20


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """Which listings: recorded from ``since`` to before ``until`` (UTC ms; None: without end), about ``sample`` of them
    (None: all).
    """

    since: int | None = None
    until: int | None = None
    sample: int | None = None


Judge = Callable[[Connection, Sequence[Listing], Sequence[Ruleset], date], Sequence[Sequence[ListingScreened]]]
"""Decides on listings under several rulesets on a day; one sequence of decisions for each ruleset."""


def run(core: Core, judge: Judge, base: Ruleset, candidate: Ruleset, window: Window) -> Backtest:
    """Decide on the listings of the window under both rulesets; pages are read in transactions of their own."""
    moves: Counter[tuple[Outcome, Outcome]] = Counter()
    appears: Counter[str] = Counter()
    vanishes: Counter[str] = Counter()
    examples: list[Example] = []
    examined = 0
    for page in past_listings(core, window):
        examined += len(page)
        for stored, before, after in _both(core, judge, base, candidate, page):
            old, new = _terms(before), _terms(after)
            appears.update(new - old)
            vanishes.update(old - new)
            moves[before.outcome, after.outcome] += 1
            if before.outcome != after.outcome and len(examples) < EXAMPLES:
                example = Example(
                    after=after.outcome,
                    before=before.outcome,
                    entry=stored.index,
                    listing=before.listing.id,
                    terms=tuple(sorted(old ^ new)),
                )
                examples.append(example)
    changed = sum(count for (before, after), count in moves.items() if before != after)
    held, wanted = ({(term.term, term.category) for term in one.lexicon.terms} for one in (base, candidate))
    return Backtest(
        base=name_of(base),
        candidate=name_of(candidate),
        changed=changed,
        examined=examined,
        examples=tuple(examples),
        share=-(-1_000 * changed // examined) if examined else 0,
        since=window.since,
        terms=_top(appears, vanishes),
        terms_added=len(wanted - held),
        terms_removed=len(held - wanted),
        transitions=tuple(
            Transition(after=after, before=before, count=count) for (before, after), count in sorted(moves.items())
        ),
        until=window.until,
    )


def name_of(ruleset: Ruleset) -> str:
    """The versions of a ruleset in one word."""
    versions = ruleset.versions
    return f"{versions.lexicon}:{versions.policy}" + (f":{versions.model}" if versions.model else "")


def past_listings(core: Core, window: Window) -> Iterator[list[Stored]]:
    """The ``listing.screened`` entries of a window, page by page, in ledger order."""
    with core.reading() as conn:
        first = 0 if window.since is None else search.index_at(conn, window.since, core.ledger.size(conn))
        end = core.ledger.size(conn)
        end = end if window.until is None else search.index_at(conn, window.until, end)
    for start, stop, limit in _stretches(first, end, window.sample):
        while limit > 0:
            with core.reading() as conn:
                page = core.ledger.entries(conn, start, min(PAGE, limit), end=stop, kind=ListingScreenedEvent.KIND)
            if page:
                yield page
            if len(page) < PAGE:
                break
            limit -= len(page)
            start = page[-1].index + 1


def _both(
    core: Core, judge: Judge, base: Ruleset, candidate: Ruleset, page: Sequence[Stored]
) -> Iterator[tuple[Stored, ListingScreened, ListingScreened]]:
    with core.reading() as conn:
        whole = [whole_screened(conn, decode_screened(stored.data)) for stored in page]
        batch = [with_texts(listing_of(one.listing)) for one in whole]
        before, after = judge(conn, batch, (base, candidate), legal_day(core.clock()))
    yield from zip(page, before, after, strict=True)


def _stretches(first: int, end: int, sample: int | None) -> list[tuple[int, int, int]]:
    """(first index, index after the last, most listings) of each stretch to be read."""
    if sample is None:
        return [(first, end, end - first)]
    count = max(1, -(-sample // PAGE))
    bounds = [first + (end - first) * place // count for place in range(count + 1)]
    return [(bounds[place], bounds[place + 1], min(PAGE, sample - place * PAGE)) for place in range(count)]


def _terms(screened: ListingScreened) -> set[str]:
    return {finding.term for finding in screened.findings if finding.term}


def _top(appears: Counter[str], vanishes: Counter[str]) -> tuple[TermChange, ...]:
    both = appears + vanishes
    most = sorted(both, key=lambda term: (-both[term], term))[:TOP_TERMS]
    return tuple(TermChange(appears=appears[term], term=term, vanishes=vanishes[term]) for term in most)
