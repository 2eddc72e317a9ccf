"""Which merchants stand behind each other (关联商家): a shared licence, person, phone, address or account.

A merchant's identifiers are stored as keyed hashes only. An identifier that more merchants share than the cap allows
(a filing agent's phone, the address of an incubator) joins nobody. What is joined is a family: a connected component of
the graph of merchants and identifiers.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import islice

from anbao.detect.linkage.identifiers import identifiers_of
from anbao.ledger import Vault
from anbao.model.merchant import Merchant
from anbao.store import Connection, tables
from anbao.store.bulk import insert_many, sql

LARGEST_FAMILY = 10_000
"""Where a search for a family stops: what is larger is joined by identifiers that say little."""

_PER_QUERY = 500


def store_identifiers(conn: Connection, vault: Vault, merchant: Merchant, holder_licences: Collection[str]) -> None:
    """Keep the merchant's identifiers in place of those stored before."""
    rows = [
        (vault.lookup(f"link.{kind}", value), merchant.id, kind)
        for kind, value in sorted(identifiers_of(merchant, holder_licences))
    ]
    sql(conn, "DELETE FROM merchant_identifier WHERE merchant = ?", (merchant.id,))
    insert_many(conn, tables.merchant_identifier, ("lookup", "merchant", "kind"), rows)


def erase_identifiers(conn: Connection, merchant: str) -> None:
    """Delete the keyed hashes of a merchant's identifiers: it is linked to nobody any more."""
    sql(conn, "DELETE FROM merchant_identifier WHERE merchant = ?", (merchant,))


def shared_with(conn: Connection, merchant: str, cap: int) -> dict[str, list[str]]:
    """The merchants that share an identifier with this one, with the kinds of what they share, both in order."""
    found: dict[str, list[str]] = defaultdict(list)
    for lookup, kind in _held(conn, [merchant]):
        for other in _holders(conn, lookup, cap):
            if other != merchant and kind not in found[other]:
                found[other].append(kind)
    return {other: sorted(found[other]) for other in sorted(found)}


def crowd_of(conn: Connection, merchant: str, cap: int) -> list[str]:
    """The kinds of this merchant's identifiers that more merchants share than the cap allows."""
    return sorted({kind for lookup, kind in _held(conn, [merchant]) if _count(conn, lookup, cap + 1) > cap})


def family(conn: Connection, merchants: Iterable[str], cap: int) -> set[str]:
    """These merchants and all that are linked to them, also through others; at most ``LARGEST_FAMILY``."""
    found = set(merchants)
    seen: set[bytes] = set()
    edge = found
    while edge and len(found) < LARGEST_FAMILY:
        reached: set[str] = set()
        for lookup, _ in _held(conn, sorted(edge)):
            if lookup not in seen:
                seen.add(lookup)
                reached.update(_holders(conn, lookup, cap))
        edge = reached - found
        found |= edge
    return found


def all_families(conn: Connection, cap: int) -> list[list[str]]:
    """All families of two or more, the largest first."""
    import numpy as np  # loaded only where all families are asked for

    from anbao.detect.linkage.components import components

    rows = sql(
        conn,
        # The subquery leaves out, before the join, what one merchant alone has, or more than the cap.
        "SELECT i.lookup, i.merchant FROM merchant_identifier i JOIN (SELECT lookup FROM merchant_identifier"
        " GROUP BY lookup HAVING count(*) BETWEEN 2 AND ?) s ON s.lookup = i.lookup",
        (cap,),
    ).all()
    names: dict[str, int] = {}
    lookups: dict[bytes, int] = {}
    holders = np.array([names.setdefault(merchant, len(names)) for _, merchant in rows], dtype=np.int64)
    held = np.array([lookups.setdefault(bytes(lookup), len(lookups)) for lookup, _ in rows], dtype=np.int64)
    families: dict[int, list[str]] = defaultdict(list)
    for name, label in zip(names, components(holders, held, len(names), None).tolist(), strict=True):
        families[label].append(name)
    return sorted((sorted(members) for members in families.values()), key=lambda one: (-len(one), one))


def _held(conn: Connection, merchants: list[str]) -> Iterator[tuple[bytes, str]]:
    """The identifiers of these merchants: look-up value and kind."""
    rest = iter(merchants)
    while some := tuple(islice(rest, _PER_QUERY)):
        marks = ", ".join("?" * len(some))
        rows = sql(
            conn,
            f"SELECT DISTINCT lookup, kind FROM merchant_identifier WHERE merchant IN ({marks}) ORDER BY kind, lookup",
            some,
        )
        yield from [(bytes(lookup), kind) for lookup, kind in rows]


def _holders(conn: Connection, lookup: bytes, cap: int) -> list[str]:
    """The merchants behind one identifier; none where they are more than the cap."""
    # One more than the cap is enough to know that it is exceeded: a common identifier costs no more.
    rows = sql(conn, "SELECT merchant FROM merchant_identifier WHERE lookup = ? LIMIT ?", (lookup, cap + 1)).all()
    return [merchant for (merchant,) in rows] if len(rows) <= cap else []


def _count(conn: Connection, lookup: bytes, most: int) -> int:
    statement = "SELECT count(*) FROM (SELECT 1 FROM merchant_identifier WHERE lookup = ? LIMIT ?) AS counted"
    return int(sql(conn, statement, (lookup, most)).scalar_one())


def of_same_person(conn: Connection, merchant: str) -> set[str]:
    """The merchants with the same identity number as this one, compared by its keyed hash; itself among them."""
    rows = sql(
        conn,
        "SELECT DISTINCT other.merchant FROM merchant_identifier mine JOIN merchant_identifier other"
        " ON other.lookup = mine.lookup WHERE mine.merchant = ? AND mine.kind = 'person'",
        (merchant,),
    )
    return {name for (name,) in rows}
