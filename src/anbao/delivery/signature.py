"""Signatures as the Standard Webhooks specification has them: HMAC-SHA256 over ``id.timestamp.body``.

The header ``webhook-signature`` holds one ``v1,<base64>`` per secret in force, so that a secret can be rotated while
messages are under way.
"""

import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"

TOLERANCE_SECONDS = 5 * 60
"""A receiver refuses a message whose timestamp is further from its own clock."""

_PREFIX = "whsec_"
_SECRET_BYTES = 32


def new_secret() -> str:
    """A fresh secret: ``whsec_`` and 32 random bytes in base64."""
    return _PREFIX + b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def sign(of: Iterable[str], message: str, timestamp: int, body: bytes) -> str:
    """The header's value under all of these secrets; ``timestamp`` in seconds."""
    return " ".join(f"v1,{_mac(secret, message, timestamp, body)}" for secret in of)


def headers(of: Iterable[str], message: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers of a signed message."""
    return {ID: message, TIMESTAMP: str(timestamp), SIGNATURE: sign(of, message, timestamp, body)}


def verify(secret: str, received: Mapping[str, str], body: bytes, now: int) -> bool:
    """Whether these headers (lower-case names) sign this body under the secret; ``now`` in seconds."""
    message, stamp = received.get(ID, ""), received.get(TIMESTAMP, "")
    if not stamp.isdecimal() or abs(now - int(stamp)) > TOLERANCE_SECONDS:
        return False
    wanted = _mac(secret, message, int(stamp), body)
    given = (one.partition(",") for one in received.get(SIGNATURE, "").split())
    return any(version == "v1" and hmac.compare_digest(mac, wanted) for version, _, mac in given)


def _mac(secret: str, message: str, timestamp: int, body: bytes) -> str:
    key = b64decode(secret.removeprefix(_PREFIX))
    return b64encode(hmac.digest(key, b"%s.%d.%s" % (message.encode(), timestamp, body), "sha256")).decode()
