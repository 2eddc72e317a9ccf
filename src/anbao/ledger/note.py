"""Signed notes and checkpoints: C2SP signed-note and tlog-checkpoint, with Ed25519 (RFC 8032).

A note is a text, an empty line, and signature lines ``— <name> <base64(key hash ‖ signature)>``. Signatures by unknown
keys are ignored, so that witnesses may add theirs; a wrong signature by a known key is refused.
"""

import base64
import binascii
from collections.abc import Sequence
from hashlib import sha256

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from anbao.errors import InvalidInput, Tampered
from anbao.text import Text

MAX_NOTE = 1_000_000
MAX_SIGNATURES = 100

_ED25519 = b"\x01"
_SIGNATURE_MARK = "— "
_PRIVATE_PREFIX = "PRIVATE+KEY+"


class Verifier:
    """A named public key; ``str()`` gives ``name+hash+base64``."""

    def __init__(self, name: str, public: Ed25519PublicKey) -> None:
        check_key_name(name)
        self.name = name
        self._public = public
        self._encoded = _ED25519 + public.public_bytes_raw()
        self.key_hash = sha256(name.encode() + b"\n" + self._encoded).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_hash.hex()}+{base64.b64encode(self._encoded).decode()}"

    def accepts(self, message: bytes, signature: bytes) -> bool:
        try:
            self._public.verify(signature, message)
        except InvalidSignature:
            return False
        return True


class Signer:
    """A named private key. ``secret()`` gives ``PRIVATE+KEY+name+hash+base64``, the form of Go's sumdb/note."""

    def __init__(self, name: str, private: Ed25519PrivateKey) -> None:
        self.name = name
        self._private = private
        self.verifier = Verifier(name, private.public_key())

    def secret(self) -> str:
        encoded = base64.b64encode(_ED25519 + self._private.private_bytes_raw()).decode()
        return f"{_PRIVATE_PREFIX}{self.name}+{self.verifier.key_hash.hex()}+{encoded}"

    def sign(self, text: str) -> str:
        """The note of a text that ends in a newline."""
        if not text.endswith("\n"):
            raise ValueError("a note's text ends in a newline")
        signature = self.verifier.key_hash + self._private.sign(text.encode())
        return f"{text}\n{_SIGNATURE_MARK}{self.name} {base64.b64encode(signature).decode()}\n"


class Checkpoint(msgspec.Struct, frozen=True):
    """What a checkpoint says: the first ``size`` entries of the log ``origin`` hash to ``root``."""

    origin: str
    size: int
    root: bytes


def new_signer(name: str) -> Signer:
    return Signer(name, Ed25519PrivateKey.generate())


def parse_signer(secret: str) -> Signer:
    """Raises InvalidInput."""
    if not secret.startswith(_PRIVATE_PREFIX):
        raise _bad_key()
    name, key_hash, key = _key_parts(secret.removeprefix(_PRIVATE_PREFIX))
    signer = Signer(name, Ed25519PrivateKey.from_private_bytes(key))
    if signer.verifier.key_hash != key_hash:
        raise _bad_key()
    return signer


def parse_verifier(text: str) -> Verifier:
    """Raises InvalidInput."""
    name, key_hash, key = _key_parts(text)
    try:
        verifier = Verifier(name, Ed25519PublicKey.from_public_bytes(key))
    except ValueError:
        raise _bad_key() from None
    if verifier.key_hash != key_hash:
        raise _bad_key()
    return verifier


def open_note(note: str, verifiers: Sequence[Verifier]) -> str:
    """The text of a note that at least one of the verifiers signed and none of them contradicts.

    Raises InvalidInput for what is not a note, Tampered for a wrong signature by a known key or no known signature.
    """
    text, separator, block = note.rpartition("\n\n")
    lines = block.split("\n")
    if (
        not separator
        or not lines[0]
        or lines.pop() != ""
        or len(note) > MAX_NOTE
        or len(lines) > MAX_SIGNATURES
        or any(mark < " " and mark != "\n" for mark in note)
    ):
        raise _malformed()
    text += "\n"
    try:
        message = text.encode()
    except UnicodeEncodeError:
        raise _malformed() from None
    known = {(verifier.name, verifier.key_hash): verifier for verifier in verifiers}
    verified = set()
    for line in lines:
        name, key_hash, signature = _signature(line)
        verifier = known.get((name, key_hash))
        if verifier is None or verifier in verified:
            continue
        if not verifier.accepts(message, signature):
            raise Tampered(Text(f"{name} 的签名不正确", f"the signature by {name} is wrong"))
        verified.add(verifier)
    if not verified:
        raise Tampered(
            Text("没有已知密钥的签名", "there is no signature by a known key"),
            hint=Text("检查所给的验证密钥", "check the verifier key that was given"),
        )
    return text


def note_lines(note: str) -> list[tuple[str, bytes, bytes]]:
    """Returns name, key hash and signature of each signature line; none is checked. Raises InvalidInput."""
    _, separator, block = note.rpartition("\n\n")
    if not separator or not block.endswith("\n") or len(note) > MAX_NOTE:
        raise _malformed()
    return [_signature(line) for line in block.removesuffix("\n").split("\n")[:MAX_SIGNATURES]]


def note_text(note: str) -> str:
    """Returns the text of a note, without its signature lines; signatures are not checked. Raises InvalidInput."""
    text, separator, _ = note.rpartition("\n\n")
    if not separator:
        raise _malformed()
    return text + "\n"


def format_checkpoint(checkpoint: Checkpoint) -> str:
    return f"{checkpoint.origin}\n{checkpoint.size}\n{base64.b64encode(checkpoint.root).decode()}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """The first three lines; extension lines may follow. Raises InvalidInput."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] != "" or not lines[0]:
        raise _malformed()
    origin, size, root = lines[:3]
    if not (size.isascii() and size.isdecimal()) or (size != "0" and size.startswith("0")):
        raise _malformed()
    decoded = _unbase64(root)
    if decoded is None or len(decoded) != 32:
        raise _malformed()
    return Checkpoint(origin, int(size), decoded)


def open_checkpoint(note: str, verifier: Verifier) -> Checkpoint:
    """A checkpoint whose signature holds and whose origin is the key's name. Raises InvalidInput or Tampered."""
    checkpoint = parse_checkpoint(open_note(note, [verifier]))
    if checkpoint.origin != verifier.name:
        raise Tampered(
            Text(f"检查点属于 {checkpoint.origin}，不是 {verifier.name}", f"the checkpoint is of {checkpoint.origin}")
        )
    return checkpoint


def _signature(line: str) -> tuple[str, bytes, bytes]:
    name, separator, encoded = line.removeprefix(_SIGNATURE_MARK).partition(" ")
    decoded = _unbase64(encoded)
    if not line.startswith(_SIGNATURE_MARK) or not separator or not _valid_name(name):
        raise _malformed()
    if decoded is None or len(decoded) < 5:
        raise _malformed()
    return name, decoded[:4], decoded[4:]


def _key_parts(text: str) -> tuple[str, bytes, bytes]:
    parts = text.strip().split("+", 2)
    if len(parts) != 3 or not _valid_name(parts[0]):
        raise _bad_key()
    name, hashed, encoded = parts
    key = _unbase64(encoded)
    if key is None or len(key) != 33 or key[:1] != _ED25519 or len(hashed) != 8:
        raise _bad_key()
    try:
        return name, bytes.fromhex(hashed), key[1:]
    except ValueError:
        raise _bad_key() from None


def _unbase64(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _valid_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(mark.isspace() for mark in name)


def check_key_name(name: str) -> None:
    if not _valid_name(name):
        raise InvalidInput(
            Text(f"密钥名称不得为空、含空白或加号：{name!r}", f"a key's name has no space or plus: {name!r}")
        )


def _malformed() -> InvalidInput:
    return InvalidInput(Text("不是签名的检查点", "not a signed checkpoint"))


def _bad_key() -> InvalidInput:
    return InvalidInput(
        Text("不是 Ed25519 验证或签名密钥", "not an Ed25519 verifier or signer key"),
        hint=Text("格式为 名称+哈希+base64", "the form is name+hash+base64"),
    )
