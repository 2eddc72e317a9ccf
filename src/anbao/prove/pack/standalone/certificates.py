"""X.509 certificates (RFC 5280) as far as a timestamp needs them: who signed whom, from when to when, for what."""

import base64
import re
from datetime import UTC, datetime
from hashlib import sha256

from anbao.prove.pack.standalone.der import (
    BITS,
    GENERALIZED_TIME,
    OCTETS,
    SEQUENCE,
    UTC_TIME,
    DerNode,
    malformed,
    read_one,
)
from anbao.prove.pack.standalone.refusal import PackRefused
from anbao.prove.pack.standalone.signatures import SIGNATURE_HASHES, verify_signature

_BASIC, _EXTENDED_USE, _TIME_STAMPING = "2.5.29.19", "2.5.29.37", "1.3.6.1.5.5.7.3.8"
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----")
_MOST_LINKS = 8


class X509:
    """One certificate. Raises PackRefused where it cannot be read."""

    def __init__(self, whole: bytes) -> None:
        node = read_one(whole).expect(SEQUENCE)
        parts = node.children()
        if len(parts) != 3:
            raise malformed()
        self.whole = node.whole
        self.digest = sha256(node.whole).hexdigest()
        self._signed = parts[0].whole
        self._algorithm = parts[1].children()[0].oid()
        self._signature = parts[2].expect(BITS).content[1:]
        fields = parts[0].children()
        if fields and fields[0].tag == 0xA0:
            fields = fields[1:]
        if len(fields) < 6:
            raise malformed()
        self.serial = fields[0].number()
        self.issuer = fields[2].whole
        self.begins, self.ends = (instant(one) for one in fields[3].children())
        self.subject = fields[4].whole
        self.key = fields[5]
        self.authority = False
        self.stamps = False
        for one in fields[6:]:
            if one.tag == 0xA3:
                self._read_extensions(read_one(one.content))

    def _read_extensions(self, listed: DerNode) -> None:
        for extension in listed.children():
            parts = extension.children()
            kind, value = parts[0].oid(), read_one(parts[-1].expect(OCTETS).content)
            if kind == _BASIC:
                inner = value.children()
                self.authority = bool(inner) and inner[0].whole == b"\x01\x01\xff"
            elif kind == _EXTENDED_USE:
                self.stamps = [one.oid() for one in value.children()] == [_TIME_STAMPING] and len(parts) == 3

    def signed_by(self, other: "X509") -> bool:
        """Returns whether another certificate's key signed this one."""
        digest = SIGNATURE_HASHES.get(self._algorithm)
        return (
            digest is not None
            and other.subject == self.issuer
            and verify_signature(other.key, digest, self._signed, self._signature)
        )


def read_pem(data: bytes) -> list[X509]:
    """Returns the certificates of a PEM file. Raises PackRefused."""
    return [X509(base64.b64decode(found)) for found in _PEM.findall(data)]


def instant(node: DerNode) -> datetime:
    """Returns a UTCTime or GeneralizedTime. Raises PackRefused."""
    text = node.content.decode("ascii", "replace")
    if node.tag == UTC_TIME and re.fullmatch(r"\d{12}Z", text):
        text = ("19" if text >= "50" else "20") + text
    elif node.tag != GENERALIZED_TIME or not re.fullmatch(r"\d{14}(\.\d+)?Z", text):
        raise malformed()
    try:
        made = datetime.strptime(text[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        raise malformed() from None
    fraction = text[15:-1]
    return made.replace(microsecond=int(fraction[:6].ljust(6, "0"))) if fraction else made


def check_chain(leaf: X509, others: list[X509], roots: list[X509], when: datetime) -> X509:
    """Returns the root that a stamping certificate leads to. Raises PackRefused."""
    trusted = {one.digest for one in roots}
    if not leaf.stamps:
        raise PackRefused(
            "签发时间戳的证书不是时间戳专用证书", "the certificate that signed the timestamp is not one for timestamps"
        )
    one = leaf
    for _ in range(_MOST_LINKS):
        if not one.begins <= when <= one.ends:
            raise PackRefused(
                "时间戳机构的证书在盖戳时已过期或尚未生效",
                "a certificate of the timestamp authority was expired or not yet valid when it stamped",
            )
        if one.digest in trusted:
            return one
        above = [other for other in (*roots, *others) if other.authority and one.signed_by(other)]
        if not above:
            break
        one = above[0]
    raise PackRefused(
        "时间戳机构的证书不能追溯到所给的根证书：机构不对",
        "the timestamp's certificate does not lead to a given root: it is the wrong authority",
    )
