"""Composes listings as sellers write them: harmless, harmless with a dangerous look, dangerous; and the truth of each.

Titles run to 20–40 characters and descriptions to 60–200; a term in disguise may make either a little longer.
"""

from datetime import date
from random import Random
from typing import Literal

import msgspec

from anbao.model.base import Noun
from anbao.model.listing import Listing
from anbao.simulator.dangers import DANGERS, SMALL_TALK, UNCERTIFIED, SimulatedDanger
from anbao.simulator.disguises import Disguise, disguise
from anbao.simulator.people import issue
from anbao.simulator.shelves import BRANDS, GoodsCategory

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


def harmless(rng: Random, shelf: GoodsCategory, *, id: str, merchant: str, on: date) -> Goods:
    """Ordinary goods from this shelf."""
    listing = _offer(rng, shelf, id, merchant, on, _title(rng, shelf, rng.choice(shelf.nouns)), _told(rng, shelf))
    return Goods(listing, ListingTruth(label="harmless"))


def look_alike(rng: Random, shelf: GoodsCategory, *, id: str, merchant: str, on: date) -> Goods:
    """Harmless goods whose name shares a word with a danger."""
    phrase = rng.choice(shelf.look_alikes)
    listing = _offer(rng, shelf, id, merchant, on, _title(rng, shelf, phrase), _told(rng, shelf))
    return Goods(listing, ListingTruth(field="title", label="look_alike", surface=phrase, term=phrase))


def dangerous(
    rng: Random,
    shelf: GoodsCategory,
    *,
    id: str,
    merchant: str,
    on: date,
    disguised: bool = False,
    beyond: bool = False,
    danger: SimulatedDanger | None = None,
) -> Goods:
    """A dangerous offer put on this shelf, plain or in a disguise that today's screening promises to find.

    ``beyond``: in one that it does not promise to find. Where no such disguise fits the term, it stands plain.
    """
    danger = danger or rng.choice(DANGERS)
    term = rng.choice(danger.terms)
    surface, worn = (disguise(term, rng, beyond=beyond) if disguised else None) or (term, None)
    if rng.random() < _HIDDEN_SHARE:
        title = _title(rng, shelf, rng.choice(shelf.nouns))
        description = _description(rng, shelf.sentences, rng.choice(danger.patter).format(term=surface))
        field: Literal["title", "description"] = "description"
    else:
        title = _fill(rng, rng.choice(danger.pitches).format(term=surface), shelf.tails)
        description = _description(rng, SMALL_TALK)
        field = "title"
    listing = _offer(rng, shelf, id, merchant, on, title, description)
    return Goods(listing, _danger_truth(danger.kind, term, surface, worn, field))


def uncertified(rng: Random, shelf: GoodsCategory, *, id: str, merchant: str, on: date) -> Goods:
    """Ordinary goods without the certificate that their category demands. Raises ValueError if it demands none."""
    if not shelf.certificate:
        raise ValueError(f"{shelf.category} demands no certificate")
    goods = harmless(rng, shelf, id=id, merchant=merchant, on=on)
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
    rng: Random, shelf: GoodsCategory, id: str, merchant: str, on: date, title: str, description: str
) -> Listing:
    low, high = shelf.prices
    return Listing(
        category=shelf.category,
        description=description,
        extra={"price": f"{rng.randint(low, high)}.{rng.choice(('00', '50', '90'))}"},
        id=id,
        licences=(issue(shelf.certificate, rng, on),) if shelf.certificate else (),
        merchant=merchant,
        title=title,
    )


def _title(rng: Random, shelf: GoodsCategory, noun: str) -> str:
    traits = rng.sample(shelf.traits, 2)
    head = f"{rng.choice(BRANDS)}{traits[0]}{noun} {rng.choice(shelf.uses)}"
    return _fill(rng, head, (traits[1], rng.choice(shelf.specs), *shelf.tails))


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


def _told(rng: Random, shelf: GoodsCategory) -> str:
    """What an honest seller says of the goods, and around them."""
    return _description(rng, (*shelf.sentences, *SMALL_TALK))


def _description(rng: Random, told: tuple[str, ...], inserted: str = "") -> str:
    """Sentences in a random order, ``inserted`` among the first."""
    goal = rng.randint(MIN_DESCRIPTION, MAX_DESCRIPTION - 40)
    sentences = rng.sample(told, len(told))
    if inserted:
        sentences.insert(rng.randint(0, 1), inserted)
    text = ""
    for sentence in sentences:
        if len(text) >= goal:
            break
        text += sentence
    return text
