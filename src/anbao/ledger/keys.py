"""Whose log this is: its origin and signing key (docs/decisions/0002).

The key is made when a store is first opened and lies in table ``meta``, or it comes from the file that the environment
variable ``ANBAO_SIGNING_KEY`` names; then the store keeps only the public half. A store never changes its key.
"""

import os
import secrets
from pathlib import Path

from anbao.errors import Conflict, InvalidInput
from anbao.ledger.note import Signer, Verifier, new_signer, parse_signer, parse_verifier
from anbao.store import Connection, meta
from anbao.text import Text

KEY_FILE_VARIABLE = "ANBAO_SIGNING_KEY"

_SIGNER = "ledger.signer"
_VERIFIER = "ledger.verifier"


def stored_verifier(conn: Connection) -> Verifier | None:
    """The public key that the store names as its own; None before its first opening."""
    stored = meta.read(conn, _VERIFIER)
    return None if stored is None else parse_verifier(stored.decode())


def stored_signer(conn: Connection) -> Signer | None:
    stored = meta.read(conn, _SIGNER)
    return None if stored is None else parse_signer(stored.decode())


def signer_from_file() -> Signer | None:
    """The key in the file named by ``ANBAO_SIGNING_KEY``, if it is set. Raises InvalidInput."""
    name = os.environ.get(KEY_FILE_VARIABLE)
    if not name:
        return None
    try:
        return parse_signer(Path(name).read_text(encoding="utf-8").strip())
    except (OSError, UnicodeError) as error:
        raise InvalidInput(
            Text(f"签名密钥文件 {name} 无法读取", f"the signing key file {name} cannot be read"),
            hint=Text(f"检查环境变量 {KEY_FILE_VARIABLE}", f"check the environment variable {KEY_FILE_VARIABLE}"),
            field=KEY_FILE_VARIABLE,
        ) from error


def establish(conn: Connection, origin: str | None) -> tuple[Verifier, Signer | None]:
    """The store's identity, made in this write transaction where it has none.

    The signer is None where the key is stored outside and was not given. Raises Conflict where the key or origin given
    is not the store's, InvalidInput for a key that cannot be read.
    """
    given, verifier = signer_from_file(), stored_verifier(conn)
    if verifier is None:
        signer = given or new_signer(origin or f"anbao.local/{secrets.token_hex(4)}")
        _agree(signer.verifier, origin)
        meta.write(conn, _VERIFIER, str(signer.verifier).encode())
        if given is None:
            meta.write(conn, _SIGNER, signer.secret().encode())
        return signer.verifier, signer
    _agree(verifier, origin)
    if given is not None and str(given.verifier) != str(verifier):
        raise Conflict(
            Text("所给签名密钥不是本存储的密钥", "the signing key given is not this store's key"),
            hint=Text(f"存储的验证密钥：{verifier}", f"the store's verifier key: {verifier}"),
        )
    return verifier, given or stored_signer(conn)


def _agree(verifier: Verifier, origin: str | None) -> None:
    if origin is not None and origin != verifier.name:
        raise Conflict(
            Text(f"本存储的日志是 {verifier.name}，不是 {origin}", f"this store's log is {verifier.name}, not {origin}")
        )
