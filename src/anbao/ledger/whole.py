"""Listings that are too large for an entry: the entry has the SHA-256 of the record with all of it, the store has that.

C2SP tlog-tiles gives an entry's length in 16 bits, and a description alone may have a million characters.
"""

from hashlib import sha256

import msgspec

from anbao.errors import Tampered
from anbao.model.listing import ListingRecord
from anbao.store import Connection, tables
from anbao.store.bulk import insert_many, sql
from anbao.text import Text

_KIND = "listing"

_decode = msgspec.json.Decoder(ListingRecord).decode


def digest_of(whole: bytes) -> str:
    """By what an entry names a whole record."""
    return sha256(whole).hexdigest()


def keep_whole(conn: Connection, whole: bytes) -> None:
    """Keep the bytes of a whole record, once."""
    digest = digest_of(whole)
    if sql(conn, "SELECT 1 FROM artefact WHERE digest = ?", (digest,)).first() is None:
        insert_many(conn, tables.artefact, ("digest", "kind", "data"), [(digest, _KIND, whole)])


def whole_record(conn: Connection, record: ListingRecord) -> ListingRecord:
    """All of a listing whose record stands in an entry. Raises Tampered where what the entry names is not there."""
    if not record.whole:
        return record
    data = sql(conn, "SELECT data FROM artefact WHERE digest = ? AND kind = ?", (record.whole, _KIND)).scalar()
    if data is None or digest_of(bytes(data)) != record.whole:
        raise Tampered(
            Text(
                f"商品 {record.id} 的全文缺失或被改动",
                f"the full text of listing {record.id} is missing or was altered",
            ),
            hint=Text("条目只记其摘要；从备份恢复", "the entry has its digest only; restore it from a backup"),
        )
    return _decode(bytes(data))
