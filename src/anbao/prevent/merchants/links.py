"""Who stands behind a merchant: shared identifiers as a finding, come-backs as a reason to hold."""

from collections.abc import Iterable

from anbao.engine.readmodels import families, merchants
from anbao.engine.work import Work
from anbao.model.base import Noun
from anbao.model.events.merchants import MerchantLinked
from anbao.model.merchant import Link, Merchant
from anbao.prevent.merchants import file
from anbao.prevent.merchants.decision import ENGINE, SHARED_CAP, MerchantContext, MerchantMatter
from anbao.store import Connection

MOST_LINKS = 50
"""Links that one entry states in full."""

_PER_QUERY = 500


class LinkView(Noun, frozen=True, kw_only=True):
    """The direct links of a merchant, the kinds of its identifiers that a crowd shares, and its whole family."""

    cap: int
    family: tuple[str, ...]
    links: tuple[Link, ...]
    merchant: str
    shared_by_crowd: tuple[str, ...] = ()


def note_identifiers(context: MerchantContext, work: Work, merchant: Merchant) -> None:
    """Keep the merchant's identifiers, as keyed hashes."""
    families.store_identifiers(work.conn, context.vault, merchant, context.catalogue.holder_licences)


def find_links(context: MerchantContext, work: Work, merchant: str, matter: MerchantMatter) -> tuple[Link, ...]:
    """The merchants that share identifiers with this one; recorded where there are any."""
    cap = context.core.parameters.number(work.conn, SHARED_CAP, work.now)
    links = _links(work.conn, merchant, cap)
    crowd = families.crowd_of(work.conn, merchant, cap)
    if links or crowd:
        found = MerchantLinked(
            cap=cap,
            comeback=any(one.closed_for_cause for one in links),
            linked=len(links),
            links=links[:MOST_LINKS],
            merchant=merchant,
            occasion=matter.occasion,
            shared_by_crowd=tuple(crowd),
        )
        work.append(found, actor=ENGINE, at=matter.at)
    return links


def comes_back(work: Work, merchant: str, links: Iterable[Link]) -> bool:
    """Whether this merchant, or one that shares identifiers with it, was closed for cause."""
    return bool(file.closed_for_cause(work.conn, [merchant])) or any(one.closed_for_cause for one in links)


def view(conn: Connection, merchant: str, cap: int) -> LinkView:
    """All that is known of a merchant's links."""
    return LinkView(
        cap=cap,
        family=tuple(sorted(families.family(conn, [merchant], cap))),
        links=_links(conn, merchant, cap),
        merchant=merchant,
        shared_by_crowd=tuple(families.crowd_of(conn, merchant, cap)),
    )


def _links(conn: Connection, merchant: str, cap: int) -> tuple[Link, ...]:
    """Those closed for cause first."""
    shared = families.shared_with(conn, merchant, cap)
    names = list(shared)
    status: dict[str, str] = {}
    caused: set[str] = set()
    for start in range(0, len(names), _PER_QUERY):
        some = names[start : start + _PER_QUERY]
        status.update(merchants.statuses(conn, some))
        caused |= file.closed_for_cause(conn, some)
    links = [
        Link(
            closed_for_cause=other in caused,
            identifiers=tuple(kinds),
            merchant=other,
            status=status.get(other, ""),
        )
        for other, kinds in shared.items()
    ]
    return tuple(sorted(links, key=lambda one: (not one.closed_for_cause, one.merchant)))
