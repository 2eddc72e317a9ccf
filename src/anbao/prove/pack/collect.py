"""What belongs into a pack: the entries of the matter up to the cut-off, and those of whom and what it names."""

from collections.abc import Iterable, Sequence

import msgspec

from anbao.errors import NotFound
from anbao.law.pack import Pack
from anbao.ledger import search
from anbao.ledger.search import Subject
from anbao.model.events.prove import PackMade
from anbao.prove.pack.disclosure import Owners
from anbao.prove.timeline import TimelineLine, lines_of, matters_of
from anbao.store import Connection
from anbao.text import Text

MOST_ENTRIES = 20_000
MOST_NAMED = 50
"""Listings, merchants and orders of a matter whose own history is included, of each."""
MOST_OF_ONE = 500
"""Entries about one of them, the first."""

_NAMED = ("merchant", "listing", "order")
_PERSONS = ("consumer", "complainant")


class Matter(msgspec.Struct, frozen=True, kw_only=True):
    """What a pack holds. ``lines``: its entries in ledger order; ``matters``: what was found to belong together.

    ``end``: the ledger's size at the cut-off, ``until`` (UTC ms). ``left_out``: what is not in it, in words.
    """

    about: Subject
    until: int
    end: int
    matters: tuple[Subject, ...]
    lines: tuple[TimelineLine, ...]
    left_out: tuple[Text, ...]
    owners: Owners


def collect(conn: Connection, pack: Pack, about: Subject, until: int, end: int) -> Matter:
    """Returns the matter as it stood at an instant (UTC ms). That packs were made for others is not part of it.

    Raises InvalidInput for a role that no entry has,
    NotFound where no entry is about it by then.
    """
    matters, cut = matters_of(conn, pack, about, end)
    left_out: list[Text] = []
    if cut:
        left_out.append(Text("相关事项过多，未全部列入", "more belongs to the matter than is followed"))
    direct = _stored(conn, [about], end, MOST_ENTRIES, left_out)
    if not direct:
        raise NotFound(
            Text(
                f"截至该时刻没有关于 {about[0]}:{about[1]} 的条目", f"no entry is about {about[0]}:{about[1]} by then"
            ),
            field="about",
        )
    places = set(direct) | set(_stored(conn, matters, end, MOST_ENTRIES, left_out))
    named = _named(conn, direct)
    for role in _NAMED:
        found = named.get(role, [])
        if len(found) > MOST_NAMED:
            left_out.append(
                Text(
                    f"此事涉及 {len(found)} 个 {role}，列入前 {MOST_NAMED} 个的历史",
                    f"the matter names {len(found)} of the role {role}; the history of {MOST_NAMED} is included",
                )
            )
        for identity in found[:MOST_NAMED]:
            places.update(_stored(conn, [(role, identity)], end, MOST_OF_ONE, left_out))
    chosen = sorted(places)
    if len(chosen) > MOST_ENTRIES:
        left_out.append(Text(f"条目超过 {MOST_ENTRIES} 条，其后未列入", f"entries beyond {MOST_ENTRIES} are left out"))
    lines = lines_of(conn, pack, chosen[:MOST_ENTRIES], until, end)
    return Matter(
        about=about,
        until=until,
        end=end,
        matters=tuple(matters),
        lines=tuple(one for one in lines if one.kind != PackMade.KIND),
        left_out=tuple(dict.fromkeys(left_out)),
        owners=_owners(about, named),
    )


def _stored(conn: Connection, subjects: Sequence[Subject], end: int, limit: int, left_out: list[Text]) -> list[int]:
    found = [index for index in search.about_any(conn, subjects, limit=limit + 1) if index < end]
    if len(found) > limit:
        role, identity = subjects[0]
        left_out.append(
            Text(f"{role}:{identity} 只列入前 {limit} 条", f"of {role}:{identity} only the first {limit} are included")
        )
    return found[:limit]


def _named(conn: Connection, places: Iterable[int]) -> dict[str, list[str]]:
    """The identifiers by role that entries directly about the matter name, in their order."""
    found: dict[str, dict[str, None]] = {}
    for stored in search.stored(conn, list(places)):
        for role, identity in stored.subjects.items():
            found.setdefault(role, {})[identity] = None
    return {role: list(names) for role, names in found.items()}


def _owners(about: Subject, named: dict[str, list[str]]) -> Owners:
    own = {f"{role}:{identity}" for role in _PERSONS for identity in named.get(role, ())}
    if about[0] == "complaint":
        own |= {f"complaint:{about[1]}", f"complainant:{about[1]}"}
    merchants = {f"merchant:{identity}" for identity in named.get("merchant", ())}
    if about[0] == "merchant":
        own, merchants = {f"merchant:{about[1]}"}, {f"merchant:{about[1]}"}
    return Owners(frozenset(own), frozenset(merchants))
