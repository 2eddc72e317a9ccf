"""RFC 3161 timestamps on checkpoints: requests, verification of answers, and where they are stored.

What is stamped is the text of the checkpoint's note, the bytes that the log signs, under SHA-256; so the stored answer
verifies with ``openssl ts -verify -data checkpoint.txt -in NAME.tsr -CAfile roots.pem`` (docs/decisions/0044).

An answer is accepted only if it was granted, repeats the nonce and the digest, is signed under the configured roots by
a certificate for time stamping (RFC 3161, 2.3), which was valid at the time that the token states.
"""

from collections.abc import Sequence
from datetime import UTC
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from anbao.errors import InvalidInput, Tampered
from anbao.ledger.note import note_text
from anbao.store import Connection, tables
from anbao.store.bulk import insert_many, rows_of, sql
from anbao.text import Text

if TYPE_CHECKING:
    from cryptography import x509

MAX_ANSWER = 1 << 18
"""Bytes of an answer: a token with its chain takes 2 to 8 kB."""

_GRANTED = frozenset({0, 1})
"""PKIStatus granted, grantedWithMods (RFC 3161, 2.4.2); the library then accepts 0 alone."""

SKEW = 300_000
"""Milliseconds by which the stated time may differ from the store's clock before the difference is reported."""


class Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """A stored timestamp. ``at``: the time it states (UTC ms); ``answer``: the TimeStampResp in DER, as received."""

    size: int
    authority: str
    at: int
    answer: bytes
    roots: str


class StampQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A request to an authority: ``body`` is the TimeStampReq in DER, ``nonce`` what the answer must repeat."""

    body: bytes
    nonce: int


def question(note: str) -> StampQuestion:
    """Returns the request for a checkpoint's note, with a random nonce; it asks for the authority's certificates."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder  # loads OpenSSL bindings that few commands need

    made = TimestampRequestBuilder().data(note_text(note).encode()).hash_algorithm(HashAlgorithm.SHA256)
    request = made.nonce(nonce=True).cert_request(cert_request=True).build()
    assert request.nonce is not None
    return StampQuestion(body=request.as_bytes(), nonce=request.nonce)


def parse_roots(pem: str) -> "list[x509.Certificate]":
    """Returns the certificates in a PEM text. Raises InvalidInput."""
    from cryptography import x509  # loads slowly, and few commands need certificates

    try:
        return x509.load_pem_x509_certificates(pem.encode())
    except ValueError as error:
        raise InvalidInput(
            Text("根证书不是 PEM 格式的证书", "the roots are no certificates in PEM"),
            hint=Text("向时间戳机构索取其根证书", "the authority publishes its root certificates"),
            field="roots",
        ) from error


def stamped_at(answer: bytes, note: str, roots: str, nonce: int | None = None) -> int:
    """Returns the time (UTC ms) that an answer states for a checkpoint. Raises Tampered with the reason.

    ``nonce``: what it must repeat; None for one that was checked when it came.
    """
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    builder = VerifierBuilder(roots=parse_roots(roots), nonce=nonce)
    try:
        decoded = decode_timestamp_response(answer)
        if decoded.status not in _GRANTED:
            raise ValueError(f"the authority refused it, with status {decoded.status}")
        builder.build().verify_message(decoded, note_text(note).encode())
        stated = decoded.tst_info.gen_time
    except (VerificationError, ValueError, TypeError) as error:
        raise Tampered(Text(f"时间戳无效：{error}", f"the timestamp does not hold: {error}")) from error
    return round(stated.replace(tzinfo=UTC).timestamp() * 1000)


def store_stamp(conn: Connection, stamp: Stamp) -> None:
    """Store a verified timestamp; in a write transaction."""
    insert_many(
        conn,
        tables.stamp,
        ("size", "authority", "at", "answer", "roots"),
        [(stamp.size, stamp.authority, stamp.at, stamp.answer, stamp.roots)],
    )


def stamps_of(conn: Connection, size: int) -> list[Stamp]:
    """Returns the timestamps on the checkpoint of the first ``size`` entries, by authority."""
    return rows_of(
        conn,
        Stamp,
        "SELECT size, authority, at, answer, roots FROM stamp WHERE size = ? ORDER BY authority",
        (size,),
    )


def stamped_sizes(conn: Connection, limit: int) -> list[tuple[int, str, int]]:
    """Returns size, authority and stated time of the newest timestamps, the newest first."""
    rows = sql(conn, "SELECT size, authority, at FROM stamp ORDER BY size DESC, authority LIMIT ?", (limit,))
    return [(size, authority, at) for size, authority, at in rows]


def latest_stamp(conn: Connection, authority: str) -> tuple[int, int] | None:
    """Returns size and stated time of an authority's newest timestamp; None where it gave none."""
    row = sql(conn, "SELECT size, at FROM stamp WHERE authority = ? ORDER BY size DESC LIMIT 1", (authority,)).first()
    return None if row is None else (row[0], row[1])


def altered_stamps(conn: Connection, digests: Sequence[tuple[int, str, str]]) -> list[tuple[int, str]]:
    """Returns size and authority of stored answers that are missing or are not those recorded.

    ``digests``: size, authority and SHA-256 (hex) of each answer that an entry names.
    """
    rows = sql(conn, "SELECT size, authority, answer FROM stamp")
    stored = {(size, authority): sha256(bytes(answer)).hexdigest() for size, authority, answer in rows}
    return [(size, authority) for size, authority, digest in digests if stored.get((size, authority)) != digest]
