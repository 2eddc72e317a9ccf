"""Listings that are too large for an entry: the entry has the SHA-256 of the record with all of it, the store has that.

C2SP tlog-tiles gives an entry's length in 16 bits, and a description alone may have a million characters.
"""

from hashlib import sha256

import msgspec

from anbao.errors import Tampered
from anbao.ledger.artefacts import artefact, exists, store_artefact
from anbao.model.listing import ListingRecord
from anbao.store import Connection
from anbao.text import Text

_decode = msgspec.json.Decoder(ListingRecord).decode


def digest_of(whole: bytes) -> str:
    """By what an entry names a whole record."""
    return sha256(whole).hexdigest()


def keep_whole(conn: Connection, whole: bytes) -> None:
    """Keep the bytes of a whole record, once."""
    store_artefact(conn, "listing", digest_of(whole), whole)


def whole_record(conn: Connection, record: ListingRecord) -> ListingRecord:
    """All of a listing whose record stands in an entry. Raises Tampered where what the entry names is not there."""
    if not record.whole:
        return record
    data = artefact(conn, record.whole) if exists(conn, "listing", record.whole) else None
    if data is None or digest_of(data) != record.whole:
        raise Tampered(
            Text(
                f"商品 {record.id} 的全文缺失或被改动",
                f"the full text of listing {record.id} is missing or was altered",
            ),
            hint=Text("条目只记其摘要；从备份恢复", "the entry has its digest only; restore it from a backup"),
        )
    return _decode(data)
