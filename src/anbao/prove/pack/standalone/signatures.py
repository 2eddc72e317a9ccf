"""Verification of RSA PKCS #1 v1.5 (RFC 8017, 8.2.2) and ECDSA on P-256 and P-384 (FIPS 186-5, 6.4.2) with SHA-2."""

import hashlib
from typing import NamedTuple

from anbao.prove.pack.standalone.der import INTEGER, SEQUENCE, DerNode, malformed, read_one
from anbao.prove.pack.standalone.refusal import PackRefused

HASHES = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
"""Digest algorithms by their object identifiers (RFC 5754)."""

SIGNATURE_HASHES = {
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
    "1.2.840.10045.4.3.2": "sha256",
    "1.2.840.10045.4.3.3": "sha384",
    "1.2.840.10045.4.3.4": "sha512",
}
"""Signature algorithms that name their digest (RFC 8017, A.2.4; RFC 5758, 3.2)."""

_RSA, _EC = "1.2.840.113549.1.1.1", "1.2.840.10045.2.1"
_PREFIX = {
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha384": bytes.fromhex("3041300d060960864801650304020205000430"),
    "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
}


class _Curve(NamedTuple):
    p: int
    b: int
    n: int
    x: int
    y: int


_CURVES = {
    "1.2.840.10045.3.1.7": _Curve(
        0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF,
        0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
        0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
        0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
        0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
    ),
    "1.3.132.0.34": _Curve(
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFF0000000000000000FFFFFFFF,
        0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
        0xAA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7,
        0x3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F,
    ),
}
"""By object identifier: P-256 and P-384 (SP 800-186, 3.2.1); a = p - 3 in both."""

_Affine = tuple[int, int] | None
_Projective = tuple[int, int, int]
"""Jacobian coordinates: x = X/Z², y = Y/Z³; Z = 0 is the point at infinity."""


def verify_signature(key: DerNode, digest: str, message: bytes, signature: bytes) -> bool:
    """Returns whether a signature holds; ``key`` is a SubjectPublicKeyInfo. Raises PackRefused for unknown keys."""
    parts = key.expect(SEQUENCE).children()
    if len(parts) != 2 or digest not in _PREFIX:
        raise malformed()
    algorithm, bits = parts[0].children(), parts[1].content
    kind = algorithm[0].oid()
    hashed = hashlib.new(digest, message).digest()
    if kind == _RSA:
        modulus, exponent = (one.number() for one in read_one(bits[1:]).children())
        return _verify_rsa(modulus, exponent, _PREFIX[digest] + hashed, signature)
    if kind == _EC and len(algorithm) > 1 and (curve := _CURVES.get(algorithm[1].oid())) is not None:
        return _verify_ecdsa(curve, bits[1:], hashed, signature)
    raise PackRefused(
        "时间戳机构使用了本程序不支持的签名算法", "the authority signs by an algorithm that this program does not know"
    )


def _verify_rsa(modulus: int, exponent: int, stated: bytes, signature: bytes) -> bool:
    size = (modulus.bit_length() + 7) // 8
    if modulus.bit_length() < 2048 or len(signature) != size or exponent < 3:
        return False
    expected = b"\x00\x01" + b"\xff" * (size - 3 - len(stated)) + b"\x00" + stated
    return pow(int.from_bytes(signature, "big"), exponent, modulus) == int.from_bytes(expected, "big")


def _verify_ecdsa(curve: _Curve, encoded: bytes, hashed: bytes, signature: bytes) -> bool:
    size = (curve.p.bit_length() + 7) // 8
    if len(encoded) != 1 + 2 * size or encoded[0] != 4:
        return False
    x, y = int.from_bytes(encoded[1 : 1 + size], "big"), int.from_bytes(encoded[1 + size :], "big")
    numbers = read_one(signature).expect(SEQUENCE).children()
    if len(numbers) != 2 or any(one.tag != INTEGER for one in numbers):
        return False
    r, s = (one.number() for one in numbers)
    on_curve = x < curve.p and y < curve.p and (y * y - (x * x - 3) * x - curve.b) % curve.p == 0
    if not on_curve or not 0 < r < curve.n or not 0 < s < curve.n:
        return False
    excess = max(0, len(hashed) * 8 - curve.n.bit_length())
    number = int.from_bytes(hashed, "big") >> excess
    inverse = pow(s, -1, curve.n)
    found = _added(
        curve,
        _multiple(curve, number * inverse % curve.n, (curve.x, curve.y, 1)),
        _multiple(curve, r * inverse % curve.n, (x, y, 1)),
    )
    plain = _affine(curve, found)
    return plain is not None and plain[0] % curve.n == r


def _affine(curve: _Curve, point: _Projective) -> _Affine:
    if point[2] == 0:
        return None
    inverse = pow(point[2], -1, curve.p)
    return point[0] * inverse**2 % curve.p, point[1] * inverse**3 % curve.p


def _multiple(curve: _Curve, scalar: int, point: _Projective) -> _Projective:
    made: _Projective = (1, 1, 0)
    while scalar:
        if scalar & 1:
            made = _added(curve, made, point)
        point, scalar = _doubled(curve, point), scalar >> 1
    return made


def _doubled(curve: _Curve, point: _Projective) -> _Projective:
    x, y, z = point
    if z == 0 or y == 0:
        return 1, 1, 0
    p = curve.p
    squared = y * y % p
    mixed = 4 * x * squared % p
    slope = 3 * (x - z * z) * (x + z * z) % p
    new = (slope * slope - 2 * mixed) % p
    return new, (slope * (mixed - new) - 8 * squared * squared) % p, 2 * y * z % p


def _added(curve: _Curve, one: _Projective, other: _Projective) -> _Projective:
    if one[2] == 0:
        return other
    if other[2] == 0:
        return one
    p = curve.p
    z1, z2 = one[2] * one[2] % p, other[2] * other[2] % p
    u1, u2 = one[0] * z2 % p, other[0] * z1 % p
    s1, s2 = one[1] * z2 * other[2] % p, other[1] * z1 * one[2] % p
    if u1 == u2:
        return _doubled(curve, one) if s1 == s2 else (1, 1, 0)
    h, slope = (u2 - u1) % p, (s2 - s1) % p
    cubed, mixed = h * h * h % p, u1 * h * h % p
    x = (slope * slope - cubed - 2 * mixed) % p
    return x, (slope * (mixed - x) - s1 * cubed) % p, h * one[2] * other[2] % p
