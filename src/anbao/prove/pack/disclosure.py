"""Which personal values a reader sees: opened with value and salt, or named as withheld with the basis.

Entries hold commitments only (``ledger.vault``). Each commitment in a pack is either opened or withheld; nothing is
passed over (个人信息保护法 6, 13).
"""

from collections.abc import Iterable, Mapping

import msgspec

from anbao.errors import NotFound
from anbao.law.evidence import Basis, EvidenceRules, Reader, Whose
from anbao.ledger import Vault
from anbao.prove.pack.standalone.check import commitments_of
from anbao.store import Connection
from anbao.text import Text

ERASED = "erased"
"""The field of a value that is not there any more: what it was is not known."""


class OpenedValue(msgspec.Struct, frozen=True, kw_only=True):
    """A value that the reader sees; ``salt`` in hex, ``places``: where it stands, as entry and JSON pointer."""

    basis: Text
    commitment: str
    field: str
    places: tuple[str, ...]
    provisions: tuple[str, ...]
    salt: str
    value: str


class WithheldValue(msgspec.Struct, frozen=True, kw_only=True):
    """A value that the reader does not see."""

    basis: Text
    commitment: str
    field: str
    places: tuple[str, ...]
    provisions: tuple[str, ...]


class Disclosure(msgspec.Struct, frozen=True, kw_only=True):
    """All personal values of a pack."""

    opened: tuple[OpenedValue, ...]
    withheld: tuple[WithheldValue, ...]

    @property
    def values(self) -> Mapping[str, str]:
        """Returns the opened values by commitment."""
        return {one.commitment: one.value for one in self.opened}


class Owners(msgspec.Struct, frozen=True):
    """Whose values count as ``own`` and as ``merchant``, as ``role:id``."""

    own: frozenset[str]
    merchants: frozenset[str]

    def whose(self, person: str) -> Whose:
        """Returns how a person stands to the matter."""
        return "own" if person in self.own else "merchant" if person in self.merchants else "other"


def disclose(
    conn: Connection,
    vault: Vault,
    rules: EvidenceRules,
    reader: Reader,
    entries: Iterable[tuple[int, bytes]],
    owners: Owners,
) -> Disclosure:
    """Returns what a reader sees of the personal values in some entries, given as index and bytes."""
    places: dict[str, list[str]] = {}
    for index, data in entries:
        for place, commitment in commitments_of(msgspec.json.decode(data)):
            places.setdefault(commitment, []).append(f"{index}{place}")
    opened: list[OpenedValue] = []
    withheld: list[WithheldValue] = []
    rule = rules.reader(reader)
    for commitment, where in places.items():
        try:
            person = vault.owner(conn, commitment)
            field, salt, value = vault.opening(conn, commitment)
        except NotFound:
            withheld.append(_withheld(commitment, ERASED, where, rules.erased))
            continue
        basis = rule.opening(owners.whose(person), field)
        if basis is None:
            withheld.append(_withheld(commitment, field, where, rule.otherwise))
        else:
            opened.append(
                OpenedValue(
                    basis=basis.basis,
                    commitment=commitment,
                    field=field,
                    places=tuple(where),
                    provisions=basis.provisions,
                    salt=salt.hex(),
                    value=value,
                )
            )
    return Disclosure(opened=tuple(opened), withheld=tuple(withheld))


def _withheld(commitment: str, field: str, where: list[str], basis: Basis) -> WithheldValue:
    return WithheldValue(
        basis=basis.basis, commitment=commitment, field=field, places=tuple(where), provisions=basis.provisions
    )
