"""One timeline of all that belongs to a matter: each line an entry, with what it made owed and what has become of that.

A complaint leads to a danger, the danger to measures, reports and warnings, a warned buyer to help. Entries name these
matters as their subjects; two matters belong together where one entry names both, or both concern the same order.
Listings, merchants and consumers join nothing: they stand in many matters that have nothing to do with each other.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from anbao.engine.obligations.read import ObligationView, opened_by
from anbao.errors import InvalidInput
from anbao.law.pack import Pack
from anbao.ledger import Stored, search
from anbao.model.base import JsonObject, Noun
from anbao.model.entry import entered_late
from anbao.store import Connection
from anbao.text import Text

MATTERS = frozenset(
    {
        "breach",
        "complaint",
        "defect",
        "disclosure",
        "dispute",
        "hazard",
        "incident",
        "ip_notice",
        "recall",
        "request",
        "sanction",
        "tort_notice",
        "violation",
    }
)
"""Roles of entries that are one matter of their own, and lead to others."""

BRIDGES = frozenset({"order"})
"""Roles through which two matters belong together though no entry names both."""

_ROLES = {"lead": "complaint"}
_OTHER_NAMES = {role: name for name, role in _ROLES.items()}
"""What a matter is called in an entry that names two of its kind: a complaint that another is joined to."""

MOST_MATTERS = 1_000
MOST_READ = 5_000
"""Entries of one matter that are searched for other matters."""

Subject = tuple[str, str]


class TimelineLine(Noun, frozen=True, kw_only=True):
    """One entry. ``body`` as the ledger holds it, personal values as commitments; ``owes``: what it made owed.

    ``at`` is when it happened, ``recorded`` when it was entered; ``entered_late``: much later than it happened.
    """

    actor: str
    at: int
    body: JsonObject
    entered_late: bool = False
    entry: int
    kind: str
    owes: tuple[ObligationView, ...] = ()
    recorded: int
    stored: Stored
    subjects: dict[str, str]
    title: Text


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """A page of lines in ledger order; ``next`` is the entry that the next page begins at, null on the last.

    ``matters``: what was found to belong together, as role and identifier, that asked for first; ``cut``: there are
    more than are followed.
    """

    matters: list[Subject]
    cut: bool
    lines: list[TimelineLine]
    next: int | None


def timeline(conn: Connection, pack: Pack, about: Subject, now: int, *, start: int = 0, limit: int = 1_000) -> Timeline:
    """From entry ``start`` on, at most ``limit`` lines about a subject and all matters that belong to it.

    A listing, a merchant or an order may be asked for too: then its own entries begin it. Raises InvalidInput for a
    role that no entry has.
    """
    matters, cut = matters_of(conn, pack, about)
    places = search.about_any(conn, matters, start=start, limit=limit + 1)
    return Timeline(
        matters=matters,
        cut=cut,
        lines=lines_of(conn, pack, places[:limit], now),
        next=places[limit] if len(places) > limit else None,
    )


def matters_of(conn: Connection, pack: Pack, about: Subject, end: int | None = None) -> tuple[list[Subject], bool]:
    """Returns the matters that belong to ``about``, it first, and whether there are more than are followed.

    ``end``: only entries ahead of that index lead on. Raises InvalidInput for a role that no entry has.
    """
    if all(about[0] not in kind.roles for kind in pack.kinds.values()):
        roles = sorted({role for kind in pack.kinds.values() for role in kind.roles})
        raise InvalidInput(
            Text(f"没有 {about[0]} 这种对象", f"no entry is about a {about[0]}"),
            hint=Text(f"可用：{'、'.join(roles)}", f"known: {', '.join(roles)}"),
            field="about",
        )
    return _belonging(conn, pack, about, end)


def lines_of(
    conn: Connection, pack: Pack, places: Sequence[int], now: int, end: int | None = None
) -> list[TimelineLine]:
    """Returns entries as lines, in log order; ``end``: as if the ledger ended ahead of that index."""
    shown = search.stored(conn, places)
    owed = _owed(conn, [one.index for one in shown], now, end)
    return [_line(pack, one, owed.get(one.index, ())) for one in shown]


def _belonging(conn: Connection, pack: Pack, about: Subject, end: int | None) -> tuple[list[Subject], bool]:
    """The matters that belong to ``about``, it first, and whether there were more."""
    leading = MATTERS | BRIDGES | _ROLES.keys()
    joining = [kind.id for kind in pack.kinds.values() if len(kind.roles & leading) > 1]
    found, crossed = {about: None}, set[Subject]()
    waiting = [about]
    while waiting:
        subject = waiting.pop(0)
        kinds = joining if subject[0] in MATTERS | BRIDGES else [kind for kind in pack.kinds if _leads(pack, kind)]
        for entry in _entries(conn, kinds, subject, end):
            for other in entry:
                if other[0] in MATTERS and other not in found:
                    if len(found) >= MOST_MATTERS:
                        return list(found), True
                    found[other] = None
                    waiting.append(other)
                elif other[0] in BRIDGES and subject[0] in MATTERS and other not in crossed:
                    crossed.add(other)
                    waiting.append(other)
    return list(found), False


def _leads(pack: Pack, kind: str) -> bool:
    return bool(pack.kinds[kind].roles & MATTERS)


def _entries(conn: Connection, kinds: Iterable[str], subject: Subject, end: int | None) -> Iterator[Iterable[Subject]]:
    """The subjects of the entries of these kinds about one subject."""
    other = _OTHER_NAMES.get(subject[0], subject[0])
    named = list({subject: None, (other, subject[1]): None})
    chosen = tuple(kinds)
    if not chosen:
        return
    for stored in search.stored(conn, search.about_any(conn, named, kinds=chosen, limit=MOST_READ)):
        if end is not None and stored.index >= end:
            return
        yield ((_ROLES.get(role, role), identity) for role, identity in stored.subjects.items())


def _owed(conn: Connection, places: list[int], now: int, end: int | None) -> dict[int, tuple[ObligationView, ...]]:
    """What each entry made owed, as it stands now, or as it stood when the ledger ended ahead of an index."""
    owed: dict[int, tuple[ObligationView, ...]] = {}
    for one in opened_by(conn, places, now, end):
        owed[one.opened_by] = (*owed.get(one.opened_by, ()), one)
    return owed


def _line(pack: Pack, stored: Stored, owes: tuple[ObligationView, ...]) -> TimelineLine:
    entry = stored.entry()
    known = pack.kinds.get(entry.kind)
    return TimelineLine(
        actor=entry.actor,
        at=entry.at,
        body={key: value for key, value in entry.body.items() if key != "token"},
        entered_late=entered_late(entry.at, entry.recorded),
        entry=stored.index,
        kind=entry.kind,
        owes=owes,
        recorded=entry.recorded,
        stored=stored,
        subjects=entry.subjects,
        title=known.title if known else Text(entry.kind, entry.kind),
    )
