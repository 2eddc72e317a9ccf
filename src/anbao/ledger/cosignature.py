"""Cosignatures by witnesses: C2SP tlog-cosignature, ``cosignature/v1`` with Ed25519. Pure.

A cosignature is a signature line of the checkpoint's note. It states when the witness saw the checkpoint, and that it
is consistent with every checkpoint of this log that the witness signed before.
"""

import base64
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from anbao.errors import InvalidInput, Tampered
from anbao.ledger.note import check_key_name, note_lines, note_text
from anbao.text import Text

_ALGORITHM = b"\x04"
"""C2SP signed-note: timestamped Ed25519 witness cosignatures."""

_TIME_BYTES, _SIGNATURE_BYTES = 8, 64


class WitnessKey:
    """A witness's public key; ``str()`` gives ``name+hash+base64`` (C2SP signed-note, verifier keys)."""

    def __init__(self, name: str, public: Ed25519PublicKey) -> None:
        check_key_name(name)
        self.name = name
        self._public = public
        self._encoded = _ALGORITHM + public.public_bytes_raw()
        self.key_hash = sha256(name.encode() + b"\n" + self._encoded).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_hash.hex()}+{base64.b64encode(self._encoded).decode()}"

    def cosigned_at(self, note: str) -> int:
        """Returns when the witness cosigned a note, in Unix seconds.

        Raises Tampered where its line is missing or wrong, InvalidInput for what is no note.
        """
        for name, key_hash, signature in note_lines(note):
            if (name, key_hash) == (self.name, self.key_hash):
                return self._time_in(note_text(note), signature)
        raise Tampered(Text(f"{self.name} 未见证此检查点", f"{self.name} did not cosign this checkpoint"))

    def _time_in(self, text: str, signature: bytes) -> int:
        seconds = int.from_bytes(signature[:_TIME_BYTES], "big")
        try:
            if len(signature) != _TIME_BYTES + _SIGNATURE_BYTES:
                raise InvalidSignature
            self._public.verify(signature[_TIME_BYTES:], _message(text, seconds))
        except InvalidSignature:
            raise Tampered(Text(f"{self.name} 的见证签名不正确", f"the cosignature by {self.name} is wrong")) from None
        return seconds


class WitnessSigner:
    """A witness's private key."""

    def __init__(self, name: str, private: Ed25519PrivateKey) -> None:
        self.key = WitnessKey(name, private.public_key())
        self._private = private

    @property
    def secret(self) -> bytes:
        """Returns the 32 bytes of the private key."""
        return self._private.private_bytes_raw()

    def cosign(self, note: str, seconds: int) -> str:
        """Returns the signature line, ended by a newline, for a note seen at this Unix time. Raises InvalidInput."""
        signature = self._private.sign(_message(note_text(note), seconds))
        stated = self.key.key_hash + seconds.to_bytes(_TIME_BYTES, "big") + signature
        return f"— {self.key.name} {base64.b64encode(stated).decode()}\n"


def new_witness_signer(name: str) -> WitnessSigner:
    """Returns a signer with a new key. Raises InvalidInput for a name that no key can have."""
    return WitnessSigner(name, Ed25519PrivateKey.generate())


def witness_signer(name: str, secret: bytes) -> WitnessSigner:
    """Returns the signer with these 32 bytes."""
    return WitnessSigner(name, Ed25519PrivateKey.from_private_bytes(secret))


def parse_witness_key(text: str) -> WitnessKey:
    """Raises InvalidInput."""
    name, _, rest = text.strip().partition("+")
    hashed, _, encoded = rest.partition("+")
    try:
        key = base64.b64decode(encoded, validate=True)
        if key[:1] != _ALGORITHM:
            raise ValueError("not a cosignature key")
        found = WitnessKey(name, Ed25519PublicKey.from_public_bytes(key[1:]))
        if found.key_hash.hex() != hashed:
            raise ValueError("the hash does not fit")
    except ValueError as error:
        raise InvalidInput(
            Text("不是见证人的验证密钥", "not the verifier key of a witness"),
            hint=Text("写作 名称+哈希+base64，类型 0x04", "it is written name+hash+base64, of type 0x04"),
            field="key",
        ) from error
    return found


def _message(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()
