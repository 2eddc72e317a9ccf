"""Values at rest: AES-256-GCM (NIST SP 800-38D), each under a random nonce and bound to the row that it stands in.

The key is made when a store is first opened and lies in table ``meta``; or it is what the file holds that the
environment variable ``ANBAO_VAULT_KEY`` names (32 bytes as base64), and then the store keeps only the key's digest, so
that whoever has the database alone can read no personal value (GB/T 35273-2020, 6.3). A store never changes its key.
"""

import binascii
import os
import secrets
from base64 import b64decode
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from anbao.errors import Conflict, InvalidInput, Tampered
from anbao.store import Connection, meta
from anbao.text import Text

VAULT_KEY_VARIABLE = "ANBAO_VAULT_KEY"

_KEY = "vault.key"
_DIGEST = "vault.key.digest"
_KEY_BYTES = 32
_NONCE_BYTES = 12


class Cipher:
    """Seals bytes for one store. May be used by several threads."""

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


def establish_cipher(conn: Connection) -> tuple[Cipher, bool]:
    """The store's cipher, and whether it was made just now, in this write transaction.

    Raises InvalidInput for a key file that cannot be read, Conflict where the key is not the store's.
    """
    given, stored, digest = _key_from_file(), meta.read(conn, _KEY), meta.read(conn, _DIGEST)
    if stored is not None:
        return Cipher(stored), False
    if digest is not None:
        if given is None or sha256(given).digest() != digest:
            raise Conflict(
                Text(
                    "本存储的个人信息密钥在外部，未给出或不符",
                    "the store's vault key lies outside, and was not given",
                ),
                hint=Text(f"设环境变量 {VAULT_KEY_VARIABLE}", f"set {VAULT_KEY_VARIABLE} to its file"),
            )
        return Cipher(given), False
    if given is not None:
        meta.write(conn, _DIGEST, sha256(given).digest())
        return Cipher(given), True
    key = secrets.token_bytes(_KEY_BYTES)
    meta.write(conn, _KEY, key)
    return Cipher(key), True


def _key_from_file() -> bytes | None:
    name = os.environ.get(VAULT_KEY_VARIABLE)
    if not name:
        return None
    try:
        key = b64decode(Path(name).read_text(encoding="ascii").strip(), validate=True)
    except (OSError, UnicodeError, binascii.Error):
        key = b""
    if len(key) != _KEY_BYTES:
        raise InvalidInput(
            Text(f"个人信息密钥文件 {name} 无法读取", f"the vault key file {name} cannot be read"),
            hint=Text("openssl rand -base64 32 可生成", "openssl rand -base64 32 makes one"),
            field=VAULT_KEY_VARIABLE,
        )
    return key
