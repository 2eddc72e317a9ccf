"""What an obligation is about: some of an entry's subjects, as one key that can be read back."""

import msgspec

_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(dict[str, str]).decode


def subject_key(subjects: dict[str, str], about: tuple[str, ...]) -> str | None:
    """The key for the roles in ``about``; None where the entry lacks one of them."""
    for role in about:
        if role not in subjects:
            return None
    return _encode({role: subjects[role] for role in about}).decode()


def subjects_of(key: str) -> dict[str, str]:
    """The subjects behind a key."""
    return _decode(key)
