"""Verification of Ed25519 signatures (RFC 8032, 5.1.7), strict: canonical scalars and points only."""

from hashlib import sha512

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)

_Point = tuple[int, int, int, int]
"""Extended coordinates (RFC 8032, 5.1.4): X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z."""


def verify_ed25519(public: bytes, message: bytes, signature: bytes) -> bool:
    """Returns whether the 64 bytes are the signature of a message by the key of 32 bytes."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, point = _decompress(public), _decompress(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or point is None or scalar >= _L:
        return False
    challenge = int.from_bytes(sha512(signature[:32] + public + message).digest(), "little") % _L
    return _equal(_times(scalar, _base()), _sum(point, _times(challenge, key)))


def _base() -> _Point:
    made = _decompress((4 * pow(5, -1, _P) % _P).to_bytes(32, "little"))
    assert made is not None
    return made


def _decompress(data: bytes) -> _Point | None:
    value = int.from_bytes(data, "little")
    sign, y = value >> 255, value & (1 << 255) - 1
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = _P - x
    return x, y, 1, x * y % _P


def _sum(one: _Point, other: _Point) -> _Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c, d = 2 * one[3] * other[3] * _D % _P, 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(scalar: int, point: _Point) -> _Point:
    made: _Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            made = _sum(made, point)
        point, scalar = _sum(point, point), scalar >> 1
    return made


def _equal(one: _Point, other: _Point) -> bool:
    return (one[0] * other[2] - other[0] * one[2]) % _P == 0 and (one[1] * other[2] - other[1] * one[2]) % _P == 0
