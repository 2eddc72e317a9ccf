"""The master key, which wraps the key of each person (NIST SP 800-57 part 1, 6.2.3; GB/T 35273-2020, 6.3).

Where it lies is said by the environment variable ``ANBAO_VAULT_KEY``:

- not set: in the store's table ``meta``, made when the store is first opened;
- ``/path/to/file``: a file that holds 32 bytes as base64;
- ``env:NAME``: the environment variable ``NAME`` holds them;
- ``http://…`` or ``https://…``: behind a key service (KMS, PKCS#11), which wraps and unwraps and never gives it away.

A key service answers ``GET <address>`` with ``{"id": "…"}``, the name of the key, and ``POST <address>/wrap`` and
``POST <address>/unwrap``, both with ``{"keys": [{"key": "<base64>", "bound_to": "<text>"}]}``, with
``{"keys": ["<base64>"]}`` in the same order. What it unwraps under another ``bound_to`` it must refuse.
"""

import binascii
import json
import os
from base64 import b64decode, b64encode
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Protocol, TypeVar
from urllib.error import URLError
from urllib.parse import urlsplit

import msgspec

from anbao.errors import InvalidInput, StoreError
from anbao.ledger.cipher import KEY_BYTES, Cipher
from anbao.text import Text

VAULT_KEY_VARIABLE = "ANBAO_VAULT_KEY"

SERVICE_SECONDS = 10
"""How long a key service may take for one answer."""

_ENVIRONMENT = "env:"

T = TypeVar("T")


class MasterKey(Protocol):
    """Wraps and unwraps data keys, each bound to the name of its owner."""

    @property
    def id(self) -> str:
        """Returns a name that says nothing about the key."""

    def wrap(self, keys: Sequence[tuple[str, bytes]]) -> list[bytes]:
        """Returns (owner, data key) wrapped, in order. Raises StoreError where a service does not answer."""

    def unwrap(self, keys: Sequence[tuple[str, bytes]]) -> list[bytes]:
        """Returns (owner, wrapped key) unwrapped, in order. Raises Tampered or StoreError."""


class LocalMasterKey:
    """A master key that lies in this process; its name is the SHA-256 of its 256 random bits."""

    def __init__(self, key: bytes) -> None:
        self.cipher = Cipher(key)
        self.id = sha256(key).hexdigest()

    def wrap(self, keys: Sequence[tuple[str, bytes]]) -> list[bytes]:
        return [self.cipher.seal(key, owner.encode()) for owner, key in keys]

    def unwrap(self, keys: Sequence[tuple[str, bytes]]) -> list[bytes]:
        """Raises Tampered."""
        return [self.cipher.open(wrapped, owner.encode()) for owner, wrapped in keys]


class _Named(msgspec.Struct):
    id: str


class _Answered(msgspec.Struct):
    keys: list[str]


class KeyService:
    """A master key behind HTTP."""

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")
        self.id = self._ask("", None, _Named).id

    def wrap(self, keys: Sequence[tuple[str, bytes]]) -> list[bytes]:
        """Raises StoreError."""
        return self._exchange("/wrap", keys)

    def unwrap(self, keys: Sequence[tuple[str, bytes]]) -> list[bytes]:
        """Raises StoreError."""
        return self._exchange("/unwrap", keys)

    def _exchange(self, path: str, keys: Sequence[tuple[str, bytes]]) -> list[bytes]:
        if not keys:
            return []
        body = {"keys": [{"key": b64encode(key).decode(), "bound_to": owner} for owner, key in keys]}
        found = self._ask(path, json.dumps(body).encode(), _Answered).keys
        if len(found) != len(keys):
            raise self._failed("number of keys")
        return [b64decode(one) for one in found]

    def _ask(self, path: str, body: bytes | None, kind: type[T]) -> T:
        from urllib.request import Request, urlopen  # loads slowly, and few stores have their key at a service

        request = Request(self._address + path, body, {"Content-Type": "application/json"})
        try:
            with urlopen(request, timeout=SERVICE_SECONDS) as answer:
                return msgspec.json.decode(answer.read(), type=kind)
        except (URLError, OSError, ValueError, msgspec.MsgspecError) as error:
            raise self._failed(str(error)) from error

    def _failed(self, why: str) -> StoreError:
        host = urlsplit(self._address).hostname
        return StoreError(
            Text(f"密钥服务 {host} 未给出所需答复：{why}", f"the key service {host} did not do as asked: {why}"),
            hint=Text(f"检查 {VAULT_KEY_VARIABLE} 与该服务", f"check {VAULT_KEY_VARIABLE} and the service"),
        )


def master_in_environment() -> MasterKey | None:
    """The master key that ``ANBAO_VAULT_KEY`` names; None where it is not set. Raises InvalidInput, StoreError."""
    name = os.environ.get(VAULT_KEY_VARIABLE)
    return master_at(name) if name else None


def master_at(name: str) -> MasterKey:
    """The master key in a file, in a variable (``env:NAME``) or behind an address. Raises InvalidInput, StoreError."""
    if name.startswith(("http://", "https://")):
        return KeyService(name)
    try:
        given = (
            os.environ[name.removeprefix(_ENVIRONMENT)]
            if name.startswith(_ENVIRONMENT)
            else Path(name).read_text(encoding="ascii")
        )
        key = b64decode(given.strip(), validate=True)
    except (OSError, KeyError, UnicodeError, binascii.Error):
        key = b""
    if len(key) != KEY_BYTES:
        raise InvalidInput(
            Text(f"个人信息主密钥 {name} 无法读取", f"the master key of the vault, {name}, cannot be read"),
            hint=Text("openssl rand -base64 32 可生成", "openssl rand -base64 32 makes one"),
            field=VAULT_KEY_VARIABLE,
        )
    return LocalMasterKey(key)
