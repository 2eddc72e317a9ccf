"""How sure it is that a listing is a known danger, out of what agrees and what does not."""

import re
from collections.abc import Iterable

import msgspec

from anbao.detect.likeness.fold import fold
from anbao.detect.likeness.keys import fold_key
from anbao.detect.likeness.wording import models, plain, quantities, same_model
from anbao.model.hazard import Certainty, Fingerprint, Ground

CLOSE = 800
"""Cosine (permille) from which titles are nearly the same."""

RELATED = 300
"""Cover (permille) from which a title speaks of the same sort of thing, so that a shared number is no coincidence."""

_BATCH = re.compile(
    r"(?:批号|批次号?|生产批号|batch(?: no\.?| number)?|lot(?: no\.?| number)?)[\s:：#]*([a-z0-9][a-z0-9-]{3,})"
)


class Traits(msgspec.Struct, frozen=True):
    """What a danger states, folded for comparison. ``titled_models``: model numbers found in its titles."""

    batches: frozenset[str]
    brands: tuple[str, ...]
    merchants: frozenset[str]
    models: frozenset[str]
    quantities: dict[str, frozenset[str]]
    titled_models: frozenset[str]
    titles: tuple[str, ...]


def traits(fingerprints: Iterable[Fingerprint]) -> Traits:
    """The traits of a danger."""
    values: dict[str, list[str]] = {}
    for one in fingerprints:
        values.setdefault(one.kind, []).append(one.value)
    titles = values.get("title", [])
    stated = frozenset(key for value in values.get("model", []) if (key := fold(value)))
    titled = frozenset(model for title in titles for model in models(plain(title)))
    return Traits(
        batches=frozenset(key for value in values.get("batch", []) if (key := fold_key(value))),
        brands=tuple(brand for value in values.get("brand", []) if (brand := fold(value))),
        merchants=frozenset(values.get("merchant", [])),
        models=stated | titled,
        quantities=quantities(plain(" ".join(titles))),
        titled_models=titled - stated,
        titles=tuple(map(fold, titles)),
    )


class Agreement(msgspec.Struct):
    """What a listing and a danger have in common so far."""

    cover: int = 0
    cosine: int = 0
    grounds: list[Ground] = []
    kinds: set[str] = set()

    def see_title(self, cover: int, cosine: int) -> None:
        """Alike titles; of several titles the likest counts."""
        self.kinds.add("title")
        if (cosine, cover) > (self.cosine, self.cover):
            self.cover, self.cosine = cover, cosine

    def see_key(self, kind: str, ground: Ground) -> None:
        self.kinds.add(kind)
        self.grounds.append(ground)

    def see_picture(self, bits: int, *, same: bool) -> None:
        """A picture that is near; of the hashes of one picture the nearest is seen first."""
        if not self.kinds & {"picture", "alike picture"}:
            self.grounds.append(Ground(kind="picture", value=str(bits)))
        self.kinds.add("picture" if same else "alike picture")

    def see_merchant(self, merchant: str, *, own: bool) -> None:
        kind = "merchant" if own else "family"
        self.kinds.add(kind)
        self.grounds.append(Ground(kind=kind, value=merchant))


def judge(danger: Traits, seen: Agreement, text: str, *, on_likeness: bool) -> Certainty | None:
    """How sure it is; None where what does not agree rules it out. Adds to ``seen`` what verification found."""
    _verify(danger, seen, plain(text))
    verdict = _by_keys(danger, seen) or _by_text(danger, seen)
    if verdict == "likely" and on_likeness:
        return "certain"
    return verdict


def _verify(danger: Traits, seen: Agreement, text: str) -> None:
    if "title" in seen.kinds:
        seen.grounds.insert(0, Ground(kind="title", value=f"{seen.cosine}"))
    if danger.brands:
        folded = fold(text)
        named = next((brand for brand in danger.brands if brand in folded), "")
        seen.kinds.add("brand" if named else "other brand")
        seen.grounds.append(Ground(agrees=bool(named), kind="brand", value=named or danger.brands[0]))
    if danger.models and "model" not in seen.kinds and (stated := models(text)):
        same = sorted(one for one in stated if any(same_model(one, other) for other in danger.models))
        seen.kinds.add("variant" if same else "other model")
        seen.grounds.append(Ground(agrees=bool(same), kind="model", value=(same or sorted(stated))[0]))
    if danger.batches and "batch" not in seen.kinds and (batches := _BATCH.findall(text)):
        seen.kinds.add("other batch")
        seen.grounds.append(Ground(agrees=False, kind="batch", value=batches[0]))
    for unit, numbers in quantities(text).items():
        if unit in danger.quantities:
            equal = bool(numbers & danger.quantities[unit])
            seen.kinds.add("quantity" if equal else "other quantity")
            seen.grounds.append(Ground(agrees=equal, kind="quantity", value=f"{min(numbers)}{unit}"))


def _by_keys(danger: Traits, seen: Agreement) -> Certainty | None:
    kinds = seen.kinds
    if kinds & {"barcode", "link", "picture"}:
        return "likely" if "other batch" in kinds else "certain"
    related = not danger.titles or seen.cover >= RELATED
    if "licence" in kinds:
        backed = kinds & {"batch", "model", "brand"} or related
        return "certain" if backed and "other batch" not in kinds else "likely"
    if "model" in kinds:
        if "other brand" in kinds:
            return None
        return "certain" if kinds & {"brand", "title", "batch"} or related else "possible"
    return None


def _by_text(danger: Traits, seen: Agreement) -> Certainty | None:
    kinds = seen.kinds
    if "other model" in kinds and seen.cosine < CLOSE and "alike picture" not in kinds:
        return None
    if "title" in kinds:
        speaks_against = kinds & {"other brand", "other model", "other quantity"}
        speaks_for = kinds & {"brand", "variant", "merchant", "family", "batch"} or seen.cosine >= CLOSE
        if "alike picture" in kinds or (speaks_for and not speaks_against):
            return "likely"
        return "possible"
    if "alike picture" in kinds:
        return "likely"
    if kinds & {"merchant", "family"} and (not danger.titles or seen.cover >= RELATED):
        return "possible"
    return None
