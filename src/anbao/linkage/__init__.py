"""Which merchants stand behind each other (关联商家): a shared licence, person, phone, address or account.

A merchant's identifiers are kept as keyed hashes only. An identifier that more merchants share than the cap allows (a
filing agent's phone, the address of an incubator) joins nobody. What is joined is a family: a connected component of
the graph of merchants and identifiers.
"""

from anbao.linkage.components import components
from anbao.linkage.families import all_families, crowd_of, family, shared_with
from anbao.linkage.identifiers import IdentifierKind, identifiers_of, keep

__all__ = [
    "IdentifierKind",
    "all_families",
    "components",
    "crowd_of",
    "family",
    "identifiers_of",
    "keep",
    "shared_with",
]
