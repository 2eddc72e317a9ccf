"""What a danger is recognised by: checked before it is recorded, or taken from a listing."""

from collections.abc import Iterable

from anbao.errors import InvalidInput, NotFound
from anbao.investigate.screenings import newest
from anbao.model.hazard import Fingerprint
from anbao.store import Connection
from anbao.text import Text

_FINDS = frozenset({"barcode", "licence", "model", "title", "picture", "merchant", "link"})
"""Kinds by which a danger can be found; batch and brand only distinguish those found."""

_KEYS = frozenset({"barcode", "licence", "batch", "model", "link"})


def checked(fingerprints: Iterable[Fingerprint]) -> tuple[Fingerprint, ...]:
    """Each once, in order, hashes in lower case. Raises InvalidInput for one that could never be found."""
    found: dict[Fingerprint, None] = {}
    for one in fingerprints:
        what = _problem(one)
        if what is not None:
            raise InvalidInput(
                Text(f"指纹 {one.kind}“{one.value}”：{what.zh}", f"fingerprint {one.kind} “{one.value}”: {what.en}"),
                field="fingerprints",
            )
        value = one.value.lower() if one.kind == "picture" else one.value.strip()
        found[Fingerprint(kind=one.kind, value=value)] = None
    return tuple(found)


def recognisable(fingerprints: Iterable[Fingerprint]) -> bool:
    """Whether a listing can be found by any of them."""
    return any(one.kind in _FINDS for one in fingerprints)


def of_listing(conn: Connection, listing: str) -> tuple[Fingerprint, ...]:
    """What a listing that is itself the danger is recognised by: its title, its merchant. Raises NotFound."""
    screened = newest(conn, listing)
    if screened is None:
        raise NotFound(Text(f"没有商品 {listing}", f"there is no listing {listing}"), field="listing")
    offer = screened.offer
    found = [Fingerprint(kind="title", value=offer.title)] if says_enough(offer.title) else []
    if offer.merchant:
        found.append(Fingerprint(kind="merchant", value=offer.merchant))
    found += [Fingerprint(kind="picture", value=value) for value in offer.pictures]
    return tuple(found)


def _problem(one: Fingerprint) -> Text | None:
    from anbao.detect.likeness.keys import MIN_TAIL, fold_key  # these load numpy and the tables
    from anbao.detect.likeness.pictures import is_hash
    from anbao.detect.likeness.titles import MIN_GRAMS

    if not one.value.strip():
        return Text("是空的", "is empty")
    if one.kind in _KEYS and not fold_key(one.value):
        return Text(
            f"须以至少 {MIN_TAIL} 个字母或数字结尾，才不会误认",
            f"must end in {MIN_TAIL} letters or digits, to be distinguishable",
        )
    if one.kind == "title" and not says_enough(one.value):
        return Text(f"太短，至少 {MIN_GRAMS + 1} 个字", f"too short, at least {MIN_GRAMS + 1} characters")
    if one.kind == "picture" and not is_hash(one.value):
        return Text("须为 64 位十六进制的 PDQ 图片指纹", "must be a PDQ hash of 64 hex digits")
    return None


def says_enough(title: str) -> bool:
    """Whether a title is long enough to be distinguished from others."""
    from anbao.detect.likeness.fold import fold
    from anbao.detect.likeness.titles import MIN_GRAMS, grams

    return len(grams(fold(title))) >= MIN_GRAMS
