"""Values at rest: AES-256-GCM (NIST SP 800-38D), each under a random nonce and bound to the row that it stands in."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from anbao.errors import Tampered
from anbao.text import Text

KEY_BYTES = 32

_NONCE_BYTES = 12


class Cipher:
    """Seals bytes under one key. May be used by several threads."""

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    def seal(self, value: bytes, bound_to: bytes) -> bytes:
        """Nonce ‖ ciphertext ‖ tag; opens only with the same ``bound_to``."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, value, bound_to)

    def open(self, sealed: bytes, bound_to: bytes) -> bytes:
        """The value. Raises Tampered."""
        try:
            return self._aead.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to)
        except (InvalidTag, ValueError):
            raise Tampered(
                Text("存储中的加密内容被改动，或密钥不符", "a sealed value was altered, or the key is another one")
            ) from None


def seal_opening(cipher: Cipher, commitment: str, salt: bytes, value: bytes) -> tuple[bytes, bytes]:
    """Returns what opens a commitment, sealed: (salt, value), each bound to the commitment."""
    return cipher.seal(salt, _of_salt(commitment)), cipher.seal(value, commitment.encode())


def open_opening(cipher: Cipher, commitment: str, salt: bytes, value: bytes) -> tuple[bytes, bytes]:
    """Returns (salt, value) out of what ``seal_opening`` gave. Raises Tampered."""
    return cipher.open(salt, _of_salt(commitment)), cipher.open(value, commitment.encode())


def _of_salt(commitment: str) -> bytes:
    return f"salt\0{commitment}".encode()
