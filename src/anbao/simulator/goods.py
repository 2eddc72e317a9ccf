"""Composes listings as sellers write them: harmless, harmless with a dangerous look, dangerous; and the truth of each.

Titles run to 20–40 characters and descriptions to 60–200; a term in disguise may make either a little longer.
"""

from datetime import date
from random import Random
from typing import Literal

import msgspec

from anbao.model.base import Noun
from anbao.model.listing import Listing
from anbao.simulator.assortment import BRANDS, GoodsCategory
from anbao.simulator.dangers import DANGERS, SMALL_TALK, UNCERTIFIED, SimulatedDanger
from anbao.simulator.disguises import Disguise, disguise
from anbao.simulator.people import issue

Label = Literal["harmless", "look_alike", "dangerous"]

MIN_TITLE, MAX_TITLE = 20, 40
MIN_DESCRIPTION, MAX_DESCRIPTION = 60, 200

_HIDDEN_SHARE = 0.3
"""Share of dangerous offers whose title is harmless and whose description is not."""


class ListingTruth(Noun, frozen=True, kw_only=True):
    """What a listing really is.

    ``term`` is the dangerous term in plain writing, or the harmless phrase of a look-alike; ``surface`` is what stands
    in ``field``. ``disguise`` is empty for plain writing; ``beyond`` says that today's screening does not promise to
    find it.
    """

    beyond: bool = False
    disguise: str = ""
    field: Literal["", "title", "description"] = ""
    kind: str = ""
    label: Label
    surface: str = ""
    term: str = ""


class Goods(msgspec.Struct, frozen=True):
    """A listing and the truth about it."""

    listing: Listing
    truth: ListingTruth


def harmless(rng: Random, product_line: GoodsCategory, *, id: str, merchant: str, on: date) -> Goods:
    """Ordinary goods of this product line."""
    listing = _offer(
        rng,
        product_line,
        id,
        merchant,
        on,
        _title(rng, product_line, rng.choice(product_line.nouns)),
        _honest_description(rng, product_line),
    )
    return Goods(listing, ListingTruth(label="harmless"))


def look_alike(rng: Random, product_line: GoodsCategory, *, id: str, merchant: str, on: date) -> Goods:
    """Harmless goods whose name shares a word with a danger."""
    phrase = rng.choice(product_line.look_alikes)
    listing = _offer(
        rng, product_line, id, merchant, on, _title(rng, product_line, phrase), _honest_description(rng, product_line)
    )
    return Goods(listing, ListingTruth(field="title", label="look_alike", surface=phrase, term=phrase))


def dangerous(
    rng: Random,
    product_line: GoodsCategory,
    *,
    id: str,
    merchant: str,
    on: date,
    disguised: bool = False,
    beyond: bool = False,
    danger: SimulatedDanger | None = None,
) -> Goods:
    """A dangerous offer in this product line, plain or in a disguise that today's screening promises to find.

    ``beyond``: in one that it does not promise to find. Where no such disguise fits the term, it stands plain.
    """
    danger = danger or rng.choice(DANGERS)
    term = rng.choice(danger.terms)
    surface, worn = (disguise(term, rng, beyond=beyond) if disguised else None) or (term, None)
    if rng.random() < _HIDDEN_SHARE:
        title = _title(rng, product_line, rng.choice(product_line.nouns))
        description = _description(rng, product_line.sentences, rng.choice(danger.patter).format(term=surface))
        field: Literal["title", "description"] = "description"
    else:
        title = _fill(rng, rng.choice(danger.pitches).format(term=surface), product_line.tails)
        description = _description(rng, SMALL_TALK)
        field = "title"
    listing = _offer(rng, product_line, id, merchant, on, title, description)
    return Goods(listing, _danger_truth(danger.kind, term, surface, worn, field))


def uncertified(rng: Random, product_line: GoodsCategory, *, id: str, merchant: str, on: date) -> Goods:
    """Ordinary goods without the certificate that their category demands. Raises ValueError if it demands none."""
    if not product_line.certificate:
        raise ValueError(f"{product_line.category} demands no certificate")
    goods = harmless(rng, product_line, id=id, merchant=merchant, on=on)
    bare = msgspec.structs.replace(goods.listing, licences=())
    return Goods(bare, ListingTruth(kind=UNCERTIFIED, label="dangerous"))


def _danger_truth(
    kind: str, term: str, surface: str, worn: Disguise | None, field: Literal["title", "description"]
) -> ListingTruth:
    return ListingTruth(
        beyond=worn.beyond if worn else False,
        disguise=worn.name if worn else "",
        field=field,
        kind=kind,
        label="dangerous",
        surface=surface,
        term=term,
    )


def _offer(
    rng: Random, product_line: GoodsCategory, id: str, merchant: str, on: date, title: str, description: str
) -> Listing:
    low, high = product_line.prices
    return Listing(
        category=product_line.category,
        description=description,
        extra={"price": f"{rng.randint(low, high)}.{rng.choice(('00', '50', '90'))}"},
        id=id,
        licences=(issue(product_line.certificate, rng, on),) if product_line.certificate else (),
        merchant=merchant,
        title=title,
    )


def _title(rng: Random, product_line: GoodsCategory, noun: str) -> str:
    traits = rng.sample(product_line.traits, 2)
    head = f"{rng.choice(BRANDS)}{traits[0]}{noun} {rng.choice(product_line.uses)}"
    return _fill(rng, head, (traits[1], rng.choice(product_line.specs), *product_line.tails))


def _fill(rng: Random, head: str, words: tuple[str, ...]) -> str:
    """Add words in a random order until the title is long enough, none that would make it too long."""
    goal = rng.randint(MIN_TITLE, MAX_TITLE - 6)
    title = head
    for word in rng.sample(words, len(words)):
        if len(title) >= goal:
            break
        if word not in title and len(title) + 1 + len(word) <= MAX_TITLE:
            title = f"{title} {word}"
    return title


def _honest_description(rng: Random, product_line: GoodsCategory) -> str:
    """What an honest seller says of the goods, and around them."""
    return _description(rng, (*product_line.sentences, *SMALL_TALK))


def _description(rng: Random, choices: tuple[str, ...], inserted: str = "") -> str:
    """Sentences in a random order, ``inserted`` among the first."""
    goal = rng.randint(MIN_DESCRIPTION, MAX_DESCRIPTION - 40)
    sentences = rng.sample(choices, len(choices))
    if inserted:
        sentences.insert(rng.randint(0, 1), inserted)
    text = ""
    for sentence in sentences:
        if len(text) >= goal:
            break
        text += sentence
    return text
