"""Signed notes (C2SP signed-note), checkpoints (tlog-checkpoint), cosignatures (tlog-cosignature), inclusion proofs."""

import base64
import binascii
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

from anbao.prove.pack.standalone.ed25519 import verify_ed25519
from anbao.prove.pack.standalone.refusal import PackRefused

_ED25519, _COSIGNATURE = 1, 4
_MARK = "— "


class NoteKey(NamedTuple):
    """A verifier key: ``name+hash+base64``."""

    name: str
    hashed: bytes
    kind: int
    public: bytes


class SignedRoot(NamedTuple):
    """What a checkpoint says: the first ``size`` entries of the log ``origin`` hash to ``root``."""

    origin: str
    size: int
    root: bytes


def read_key(text: str) -> NoteKey:
    """Returns a verifier key. Raises PackRefused."""
    name, _, rest = text.strip().partition("+")
    hashed, _, encoded = rest.partition("+")
    try:
        data, stated = base64.b64decode(encoded, validate=True), bytes.fromhex(hashed)
    except (binascii.Error, ValueError):
        data, stated = b"", b""
    if not name or len(data) != 33 or sha256(name.encode() + b"\n" + data).digest()[:4] != stated:
        raise PackRefused("验证密钥无法读取", "the verifier key cannot be read")
    return NoteKey(name, stated, data[0], data[1:])


def open_signed(note: str, key: NoteKey) -> str:
    """Returns the text of a note that the key signed. Raises PackRefused."""
    text, signatures = _parts(note)
    found = [one for name, hashed, one in signatures if (name, hashed) == (key.name, key.hashed)]
    if not found:
        raise PackRefused(f"没有 {key.name} 的签名", f"there is no signature by {key.name}")
    if key.kind != _ED25519 or not all(verify_ed25519(key.public, text.encode(), one) for one in found):
        raise PackRefused(f"{key.name} 的签名不正确", f"the signature by {key.name} is wrong")
    return text


def cosigned(note: str, witness: NoteKey) -> datetime | None:
    """Returns when a witness cosigned, None where it did not. Raises PackRefused for a wrong cosignature."""
    text, signatures = _parts(note)
    for name, hashed, signature in signatures:
        if (name, hashed) == (witness.name, witness.hashed):
            when = int.from_bytes(signature[:8], "big")
            said = f"cosignature/v1\ntime {when}\n{text}".encode()
            if witness.kind != _COSIGNATURE or not verify_ed25519(witness.public, said, signature[8:]):
                raise PackRefused(f"见证人 {name} 的副署不正确", f"the cosignature by the witness {name} is wrong")
            return datetime.fromtimestamp(when, UTC)
    return None


def read_root(text: str) -> SignedRoot:
    """Returns what the text of a checkpoint says. Raises PackRefused."""
    lines = text.split("\n")
    try:
        root = base64.b64decode(lines[2], validate=True)
        made = SignedRoot(lines[0], int(lines[1]), root)
    except (IndexError, ValueError):
        raise _no_note() from None
    if len(root) != 32 or str(made.size) != lines[1] or lines[-1]:
        raise _no_note()
    return made


def included(leaf: bytes, index: int, path: list[bytes], signed: SignedRoot) -> bool:
    """Returns whether a leaf hash stands at its index under the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < signed.size:
        return False
    place, last, found = index, signed.size - 1, leaf
    for sibling in path:
        if last == 0 or len(sibling) != 32:
            return False
        if place & 1 or place == last:
            found = sha256(b"\x01" + sibling + found).digest()
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = sha256(b"\x01" + found + sibling).digest()
        place, last = place >> 1, last >> 1
    return last == 0 and found == signed.root


def _parts(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    text, separator, block = note.rpartition("\n\n")
    lines = block.split("\n")
    if not separator or lines.pop() != "" or not lines or len(lines) > 100:
        raise _no_note()
    found = []
    for line in lines:
        name, _, encoded = line.removeprefix(_MARK).partition(" ")
        try:
            data = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            raise _no_note() from None
        if not line.startswith(_MARK) or len(data) < 5:
            raise _no_note()
        found.append((name, data[:4], data[4:]))
    return text + "\n", found


def _no_note() -> PackRefused:
    return PackRefused("不是签名的文本", "this is not a signed note")
