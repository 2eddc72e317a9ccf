"""Timestamp tokens (RFC 3161) in CMS (RFC 5652): what was stamped, when, and by whose key."""

import hashlib
from datetime import datetime
from typing import NamedTuple

from anbao.prove.pack.standalone.certificates import X509, check_chain, instant
from anbao.prove.pack.standalone.der import OCTETS, SEQUENCE, SET, DerNode, malformed, read_one
from anbao.prove.pack.standalone.refusal import PackRefused
from anbao.prove.pack.standalone.signatures import HASHES, SIGNATURE_HASHES, verify_signature

_SIGNED_DATA, _TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE, _MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
_SIGNING_V1, _SIGNING_V2 = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"


class Stamped(NamedTuple):
    """What a token proves: the bytes existed at ``when``, says the authority whose root has this SHA-256."""

    when: datetime
    root: str


def check_token(data: bytes, content: bytes, roots: list[X509]) -> Stamped:
    """Returns what a token (or a whole response) proves of some bytes. Raises PackRefused."""
    info = _unwrapped(read_one(data)).children()
    if len(info) != 2 or info[0].oid() != _SIGNED_DATA:
        raise malformed()
    signed = read_one(info[1].content).expect(SEQUENCE).children()
    if len(signed) < 4:
        raise malformed()
    encapsulated = signed[2].children()
    if len(encapsulated) != 2 or encapsulated[0].oid() != _TST_INFO:
        raise malformed()
    said = read_one(encapsulated[1].content).expect(OCTETS).content
    carried = [X509(one.whole) for group in signed[3:] if group.tag == 0xA0 for one in group.children()]
    signers = signed[-1].expect(SET).children()
    if len(signers) != 1:
        raise malformed()
    when = _check_info(said, content)
    leaf = _check_signer(signers[0].children(), said, [*carried, *roots])
    return Stamped(when, check_chain(leaf, carried, roots, when).digest)


def _unwrapped(node: DerNode) -> DerNode:
    """Returns the token of a TimeStampResp; a token is given back as it is."""
    parts = node.expect(SEQUENCE).children()
    if parts and parts[0].tag == SEQUENCE:
        status = parts[0].children()
        if len(parts) != 2 or not status or status[0].number() not in (0, 1):
            raise PackRefused("时间戳机构没有签发时间戳", "the authority did not grant this timestamp")
        return parts[1]
    return node


def _check_info(said: bytes, content: bytes) -> datetime:
    fields = read_one(said).expect(SEQUENCE).children()
    if len(fields) < 5:
        raise malformed()
    algorithm, stamped = fields[2].children()
    digest = HASHES.get(algorithm.children()[0].oid())
    if digest is None or stamped.content != hashlib.new(digest, content).digest():
        raise PackRefused(
            "时间戳盖的不是这个检查点：令牌是别处的，或被重复使用",
            "the timestamp is not of this checkpoint: the token is foreign or replayed",
        )
    return instant(fields[4])


def _check_signer(parts: list[DerNode], said: bytes, known: list[X509]) -> X509:
    """Returns the certificate whose key signed. Raises PackRefused."""
    if len(parts) < 6 or parts[3].tag != 0xA0:
        raise malformed()
    digest = HASHES.get(parts[2].children()[0].oid(), "")
    attributes = {one.children()[0].oid(): one.children()[1].children()[0] for one in parts[3].children()}
    kind, hashed = attributes.get(_CONTENT_TYPE), attributes.get(_MESSAGE_DIGEST)
    if not digest or kind is None or kind.oid() != _TST_INFO:
        raise malformed()
    if hashed is None or hashed.content != hashlib.new(digest, said).digest():
        raise PackRefused("时间戳令牌的内容被改动", "what the timestamp token says was altered")
    leaf = _signing(parts[1], known)
    algorithm = SIGNATURE_HASHES.get(parts[4].children()[0].oid(), digest)
    signed = b"\x31" + parts[3].whole[1:]  # signed as a SET, not under the tag that it has here (RFC 5652, 5.4)
    if not verify_signature(leaf.key, algorithm, signed, parts[5].expect(OCTETS).content):
        raise PackRefused("时间戳令牌的签名不正确", "the signature of the timestamp token is wrong")
    _check_named(attributes, leaf)
    return leaf


def _signing(named: DerNode, known: list[X509]) -> X509:
    parts = named.children()
    if named.tag != SEQUENCE or len(parts) != 2:
        raise malformed()
    for one in known:
        if one.issuer == parts[0].whole and one.serial == parts[1].number():
            return one
    raise PackRefused(
        "时间戳令牌没有附带签发者的证书", "the certificate of the key that signed the timestamp is not at hand"
    )


def _check_named(attributes: dict[str, DerNode], leaf: X509) -> None:
    """The certificate must be the one that the token names itself (RFC 5816, RFC 2634)."""
    if (newer := attributes.get(_SIGNING_V2)) is not None:
        first = newer.children()[0].children()[0].children()
        digest = HASHES.get(first[0].children()[0].oid(), "") if first[0].tag == SEQUENCE else "sha256"
        stated = next(one.content for one in first if one.tag == OCTETS)
        same = bool(digest) and stated == hashlib.new(digest, leaf.whole).digest()
    elif (older := attributes.get(_SIGNING_V1)) is not None:
        stated = older.children()[0].children()[0].children()[0].content
        same = stated == hashlib.sha1(leaf.whole, usedforsecurity=False).digest()
    else:
        same = False
    if not same:
        raise PackRefused("时间戳令牌所指的是另一张证书", "the timestamp token names another certificate")
