"""Which pictures of a listing are looked at, and which are not. Pure.

An address that is relative to the protocol (``//img…``) is fetched as https. A path, another scheme, or what is no
address cannot be fetched by a stranger: it is named as not looked at, and so is what is beyond ``MAX_PICTURES``.
"""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from anbao.model.listing import MAX_PICTURES, Unjudged

_REFERENCE = re.compile(r"[0-9a-f]{64}|https?://[!-~]{1,2000}")
_ADDRESS = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_PLAIN = "!#$%&'()*+,/:;=?@[]~"
"""What stands in an address as it is; the rest, such as Chinese characters, is percent-encoded."""

_MOST_EMBEDDED = 500
"""Characters of the address of a picture that a text shows; entries hold them beside the texts."""

_SHOWN = 200


def sources(given: Sequence[str], embedded: Iterable[str] = ()) -> list[tuple[int, str]]:
    """Place and reference of each picture that is looked at: of ``given``, then of ``embedded``."""
    found = [(place, one) for place, name in enumerate(given) if (one := reference(name))][:MAX_PICTURES]
    return found + [(len(given) + place, name) for place, name in enumerate(embedded)]


def embedded_sources(given: Sequence[str], named: Iterable[str]) -> tuple[tuple[str, ...], list[str]]:
    """Of the pictures that texts show: those that are looked at beside ``given``, and those that are not."""
    known = {one for _, one in sources(given)}
    free = MAX_PICTURES - len(known)
    chosen: list[str] = []
    left: list[str] = []
    for name in dict.fromkeys(named):
        one = reference(name)
        if one in known:
            continue
        if one and len(one) <= _MOST_EMBEDDED and len(chosen) < free:
            known.add(one)
            chosen.append(one)
        else:
            left.append(name)
    return tuple(chosen), left


def left_out(given: Sequence[str]) -> list[Unjudged]:
    """Those of ``given`` that are not looked at."""
    found: list[Unjudged] = []
    looked = 0
    for place, name in enumerate(given):
        if not reference(name):
            found.append(Unjudged(field=f"pictures[{place}]", reason="picture_address", value=name[:_SHOWN]))
        elif (looked := looked + 1) > MAX_PICTURES:
            found.append(Unjudged(field=f"pictures[{place}]", reason="too_many_pictures", value=name[:_SHOWN]))
    return found


def not_shown(names: Iterable[str]) -> list[Unjudged]:
    """Pictures in texts that are not looked at."""
    return [
        Unjudged(
            field="pictures", reason="too_many_pictures" if reference(name) else "picture_address", value=name[:_SHOWN]
        )
        for name in names
    ]


def reference(name: str) -> str:
    """The picture as it is stored or fetched; empty where it can be neither."""
    if _REFERENCE.fullmatch(name):
        return name
    plain = name.strip()
    if _ADDRESS.match(plain):
        plain = quote(plain, safe=_PLAIN)
        plain = f"https:{plain}" if plain.startswith("//") else plain[:5].lower() + plain[5:]
    return plain if _REFERENCE.fullmatch(plain) else ""
