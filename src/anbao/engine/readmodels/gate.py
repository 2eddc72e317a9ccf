"""The gate before a sale: what stands against an order, and what the platform's policy makes of each.

Each state of a listing or merchant is a parameter of the pack (``gate.listing.takedown`` …) with a title in words, its
provisions, and what is done: refuse the order, flag it so that a person looks at it, or allow it. The platform may
change each; a change is an entry.
"""

from collections.abc import Iterator
from typing import cast

from anbao.engine.core import Core
from anbao.engine.readmodels import bars, merchants
from anbao.engine.readmodels.bars import Bar
from anbao.engine.readmodels.listings import ListingKnown
from anbao.law.catalogue import StandingKind
from anbao.model.trade import Act, GateReason
from anbao.store import Connection
from anbao.text import Text

_OUTCOMES = {"": "gate.listing.unknown", "review": "gate.listing.held", "block": "gate.listing.blocked"}


def reasons(core: Core, conn: Connection, listing: str, known: ListingKnown, at: int) -> tuple[GateReason, ...]:
    """What stands against an order of this listing at an instant (UTC ms), what is refused first.

    What began after that instant does not count.
    """
    found = dict(_states(core, conn, listing, known, at))
    judged = [_reason(core, conn, code, name, kind, at) for (code, name), kind in found.items()]
    return tuple(sorted((one for one in judged if one.act != "allow"), key=lambda one: one.act != "refuse"))


def _states(
    core: Core, conn: Connection, listing: str, known: ListingKnown, at: int
) -> Iterator[tuple[tuple[str, str], StandingKind | None]]:
    """Each state with the id of what brought it, the gravest first."""
    catalogue = core.catalogue
    of_listing = catalogue.listing_standings
    against = [one for one in bars.standing(conn, "listing", [listing]).get(listing, ()) if one.at <= at]
    order = list(of_listing)
    for bar in sorted(against, key=lambda one: order.index(one.what) if one.what in of_listing else len(order)):
        if kind := of_listing.get(bar.what):
            yield (f"gate.listing.{kind.id}", bar.name), kind
    if code := _OUTCOMES.get(known.outcome):
        yield (code, ""), None
    if not known.merchant:
        return
    barred = [one for one in bars.standing(conn, "merchant", [known.merchant]).get(known.merchant, ()) if one.at <= at]
    status = merchants.status_at(conn, known.merchant, at)
    for bar in [*barred, *([Bar("sanction", status, "", 0)] if status else [])]:
        kind = catalogue.standings.get(bar.what) if bar.source == "sanction" else of_listing.get(bar.what)
        if kind:
            yield (f"gate.merchant.{kind.id}", bar.name), kind


def _reason(core: Core, conn: Connection, code: str, name: str, kind: StandingKind | None, at: int) -> GateReason:
    """A pack's own standing for which it has no parameter is flagged."""
    parameter = core.parameters.find(code, at)
    if parameter is None:
        assert kind is not None  # outcomes have their parameters, as the test of the pack shows
        title, provisions, act = kind.title, kind.provisions, "flag"
    else:
        title, provisions, act = parameter.title, parameter.provisions, core.parameters.word(conn, code, at)
    basis = core.pack.cite(provisions[:2])
    zh, en = (f"（{name}）", f" ({name})") if name else ("", "")
    text = Text(f"{title.zh}{zh}，{basis.zh}", f"{title.en}{en}; {basis.en}") if basis.zh else title
    return GateReason(act=cast(Act, act), code=code, name=name, provisions=provisions, text=text)
