"""The pictures of confirmed dangers: learned from ``hazard.confirmed``, forgotten when the danger is lifted."""

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from anbao.engine.work import Placed
from anbao.model.events.investigate import HazardConfirmed
from anbao.rules.activations import is_settled, note_change
from anbao.store import Connection, tables
from anbao.store.bulk import sql, upsert_many

if TYPE_CHECKING:
    from anbao.detect.likeness.hashes import HashIndex

KIND = "picture"
"""The kind of fingerprint whose value is a PDQ hash in hex."""


class DangerWeight(msgspec.Struct, frozen=True):
    """What the confirmation says of a danger."""

    severity: int = 4
    provisions: tuple[str, ...] = ()


_weight = msgspec.json.Decoder(DangerWeight)


class KnownPicture(msgspec.Struct, frozen=True):
    """A danger whose picture is near, and in how many bits of 256 its nearest hash differs."""

    hazard: str
    distance: int
    weight: DangerWeight


class Dangers:
    """All that were known at one size of the ledger; it never changes."""

    def __init__(self, rows: Sequence[tuple[str, str, DangerWeight]]) -> None:
        """``rows``: hazard, hash, weight."""
        self._rows = rows
        self._index = _index([value for _, value, _ in rows]) if rows else None

    def near(self, pdq: str, distance: int) -> list[KnownPicture]:
        """The dangers within ``distance``, the nearest first, each once."""
        if self._index is None:
            return []
        found: dict[str, KnownPicture] = {}
        for match in self._index.within(pdq, distance):
            hazard, _, weight = self._rows[match.row]
            found.setdefault(hazard, KnownPicture(hazard, match.distance, weight))
        return list(found.values())


class DangerPictures:
    """The dangers of one store; the newest stay in memory until an entry changes them."""

    def __init__(self) -> None:
        self._newest = Dangers(())
        self._size = 0
        self._reading = threading.Lock()

    def at(self, conn: Connection, size: int) -> Dangers:
        """Those in force when the ledger had this size."""
        with self._reading:
            if self._size == size and is_settled(conn):
                return self._newest
            found = dangers_at(conn, size)
            if is_settled(conn):
                self._newest, self._size = found, size
            return found


def _index(values: list[str]) -> "HashIndex":
    from anbao.detect.likeness.hashes import HashIndex  # loads numpy

    return HashIndex.of(values)


def dangers_at(conn: Connection, size: int) -> Dangers:
    """Those in force when the ledger had this size (``activations.RulesInForce.hazards``)."""
    rows = sql(
        conn,
        "SELECT hazard, hash, weight FROM hazard_picture WHERE since < ? AND (until IS NULL OR until >= ?)"
        " ORDER BY hazard, since, hash",
        (size, size),
    )
    return Dangers([(hazard, value, _weight.decode(weight)) for hazard, value, weight in rows])


def project_dangers(conn: Connection, placed: Sequence[Placed]) -> None:
    """``hazard.confirmed`` and ``hazard.lifted`` → ``hazard_picture``."""
    note_change(conn)
    for index, sealed in placed:
        hazard = sealed.subjects["hazard"]
        sql(conn, "UPDATE hazard_picture SET until = ? WHERE hazard = ? AND until IS NULL", (index, hazard))
        if sealed.kind == HazardConfirmed.KIND:
            record = sealed.event(HazardConfirmed).record
            weight = msgspec.json.encode(DangerWeight(record.severity, record.provisions))
            rows: list[tuple[Any, ...]] = [
                (hazard, index, one.value.lower(), None, weight)
                for one in record.fingerprints
                if one.kind == KIND and _is_hash(one.value)
            ]
            upsert_many(conn, tables.hazard_picture, ("hazard", "since", "hash", "until", "weight"), rows)


def _is_hash(value: str) -> bool:
    return len(value) == 64 and set(value.lower()) <= set("0123456789abcdef")
