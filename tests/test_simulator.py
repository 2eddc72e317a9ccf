"""The made-up platform: the same market for the same seed, credentials as labelled, truth that fits the text."""

import csv
import unicodedata
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencc import OpenCC
from pypinyin import lazy_pinyin
from stdnum.cn import ric, uscc
from stdnum.iso7064 import mod_11_10

from anbao.detect.text import Lexicon, Matcher, Term
from anbao.law.catalogue import Catalogue, load_catalogue
from anbao.model.listing import Listing
from anbao.model.merchant import Merchant
from anbao.model.trade import NoticeAcknowledged, NoticeShown, Order
from anbao.prevent.merchants.admission import assess_merchant, credentials_problem
from anbao.simulator import goods, people
from anbao.simulator.assortment import TRADES, GoodsCategory
from anbao.simulator.dangers import DANGERS, UNCERTIFIED
from anbao.simulator.disguises import DISGUISES, disguise
from anbao.simulator.goods import MAX_DESCRIPTION, MAX_TITLE, MIN_DESCRIPTION, MIN_TITLE, ListingTruth
from anbao.simulator.market import Happening, Market, OrderTruth
from anbao.simulator.people import FAULTS, Fault, MerchantTruth, faults_of

NOW = 1_780_000_000_000
TODAY = date(2026, 5, 28)
PACK = Path(__file__).parents[1] / "packs" / "cn"
PRODUCT_LINES = [product_line for trade in TRADES for product_line in trade.assortment]
TERMS = sorted({term for danger in DANGERS for term in danger.terms})


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(PACK)


@pytest.fixture(scope="module")
def market() -> list[Happening]:
    return list(Market(seed=1, now=NOW).happenings())


@pytest.fixture(scope="module")
def offers(market: list[Happening]) -> list[tuple[Listing, ListingTruth]]:
    return [(one.noun, one.truth) for one in market if _offers(one)]  # type: ignore[misc]


def _offers(one: Happening) -> bool:
    return isinstance(one.noun, Listing) and isinstance(one.truth, ListingTruth)


def _all_merchants() -> Iterator[tuple[Merchant, MerchantTruth]]:
    """Each fault in each trade that can have it, and a sound merchant of each trade, several times."""
    for seed in range(5):
        for trade in TRADES:
            faults: tuple[Fault | None, ...] = (None, *faults_of(trade))
            for number, fault in enumerate(faults):
                yield people.merchant(Random(f"{seed}:{number}"), number, trade, TODAY, fault or "")


# The same seed, the same market


def test_the_same_seed_gives_the_same_market() -> None:
    size = {"listings": 400, "merchants": 40, "orders": 60}
    first = [msgspec.json.encode(one) for one in Market(seed=7, now=NOW, **size).happenings()]
    again = [msgspec.json.encode(one) for one in Market(seed=7, now=NOW, **size).happenings()]
    other = [msgspec.json.encode(one) for one in Market(seed=8, now=NOW, **size).happenings()]
    assert first == again
    assert first != other


def test_one_of_a_million_listings_comes_without_making_the_others() -> None:
    market = Market(seed=3, now=NOW, listings=1_000_000)
    assert [one.noun for one in islice(market.offers(), 5)] == [market.goods(number).listing for number in range(5)]
    assert market.goods(999_999).listing.id == "L0999999"


# Order of time


def test_all_happens_in_order_within_the_days(market: list[Happening]) -> None:
    instants = [one.at for one in market]
    assert instants == sorted(instants)
    assert instants[0] == NOW - 3 * 86_400_000
    assert instants[-1] < NOW


def test_merchants_come_before_their_listings_and_listings_before_their_orders(market: list[Happening]) -> None:
    known: dict[str, str] = {}
    dangerous = set()
    for one in market:
        if isinstance(one.noun, Merchant) and isinstance(one.truth, MerchantTruth):
            known[one.noun.id] = one.truth.expected
        elif isinstance(one.noun, Listing) and isinstance(one.truth, ListingTruth):
            assert known[one.noun.merchant] == "verified"
            known[one.noun.id] = one.truth.label
            if one.truth.label == "dangerous":
                dangerous.add(one.noun.id)
        elif isinstance(one.noun, Order):
            assert one.noun.listing in known
            assert one.noun.listing not in dangerous


def test_notices_come_before_the_order_as_its_truth_says(market: list[Happening]) -> None:
    shown: set[tuple[str, str, str]] = set()
    acknowledged: set[tuple[str, str, str]] = set()
    told = set()
    for one in market:
        match one.noun:
            case NoticeShown() as notice:
                assert notice.seconds > 0
                shown.add((notice.buyer, notice.listing, notice.notice))
            case NoticeAcknowledged() as notice:
                acknowledged.add((notice.buyer, notice.listing, notice.notice))
                assert acknowledged <= shown
            case Order() as order:
                assert isinstance(one.truth, OrderTruth)
                owed = {(order.buyer, order.listing, notice) for notice in one.truth.notices}
                told.add(one.truth.notice_state)
                assert bool(owed) == (one.truth.notice_state != "not_needed")
                assert (owed <= shown) == (one.truth.notice_state in ("not_needed", "acknowledged", "shown_only"))
                assert (owed <= acknowledged) == (one.truth.notice_state in ("not_needed", "acknowledged"))
    assert told == {"not_needed", "acknowledged", "shown_only", "untold"}


# Merchants


def test_the_pack_decides_on_each_merchant_as_its_truth_says(catalogue: Catalogue) -> None:
    for merchant, truth in _all_merchants():
        decision, checks = assess_merchant(merchant, catalogue, TODAY)
        assert (truth.fault, decision) == (truth.fault, truth.expected), checks


def test_each_fault_shows_up_in_a_market(market: list[Happening]) -> None:
    faults = {one.truth.fault for one in market if isinstance(one.truth, MerchantTruth)}
    assert faults == {"", *FAULTS}


def test_check_digits_are_right_unless_forged() -> None:
    for merchant, truth in _all_merchants():
        if merchant.credit_code:
            assert uscc.is_valid(merchant.credit_code) == (truth.fault != "forged_credit_code")
            assert _organisation_check(merchant.credit_code[8:16]) == merchant.credit_code[16]
        if merchant.resident_id:
            assert ric.is_valid(merchant.resident_id) == (truth.fault != "forged_resident_id")
        for licence in merchant.licences:
            if licence.kind == "food_business":
                assert mod_11_10.is_valid(licence.number[2:]) == (truth.fault != "forged_licence")


def _organisation_check(serial: str) -> str:
    """GB 11714, written out from the standard's words."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    rest = 11 - sum(int(char, 36) * weight for char, weight in zip(serial, weights, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def test_no_number_can_belong_to_anyone() -> None:
    for merchant, _ in _all_merchants():
        assert (merchant.phone or "").startswith("12")
        assert not merchant.credit_code or merchant.credit_code[2:12] == "990000FAKE"
        assert not merchant.resident_id or merchant.resident_id[6:8] == "18"


def test_a_trade_refuses_a_fault_that_it_cannot_have() -> None:
    clothes = next(trade for trade in TRADES if trade.name == "服饰")
    with pytest.raises(ValueError, match="forged_licence"):
        people.merchant(Random(1), 1, clothes, TODAY, "forged_licence")


# Product lines and the pack


@pytest.mark.parametrize("product_line", PRODUCT_LINES, ids=lambda product_line: product_line.category)
def test_a_product_line_asks_for_what_its_category_asks_for(product_line: GoodsCategory, catalogue: Catalogue) -> None:
    category = catalogue.categories[product_line.category]
    assert product_line.notices == category.notices
    assert product_line.asks == any(notice.ask_unsuitable for notice in catalogue.notices_for(product_line.category))
    for of, held in (("merchant", product_line.licence), ("product", product_line.certificate)):
        demanded = [set(need.any_of) for need in category.requires if need.of == of]
        assert bool(held) == bool(demanded)
        assert all(held in kinds for kinds in demanded)


def test_the_certificates_of_a_listing_are_in_order_unless_labelled(
    market: list[Happening], offers: list[tuple[Listing, ListingTruth]], catalogue: Catalogue
) -> None:
    held = {one.noun.id: one.noun.licences for one in market if isinstance(one.noun, Merchant)}
    for listing, truth in offers:
        category = catalogue.categories[listing.category]
        stated = (*held[listing.merchant], *listing.licences)
        problem, _ = credentials_problem(stated, category, catalogue, TODAY)
        assert problem == ("missing" if truth.kind == UNCERTIFIED else "")


# Listings and their truth


def test_nouns_decode_and_validate(market: list[Happening]) -> None:
    for one in market:
        assert msgspec.convert(msgspec.to_builtins(one.noun), type(one.noun)) == one.noun
        if one.truth:
            assert msgspec.convert(msgspec.to_builtins(one.truth), type(one.truth)) == one.truth


def test_titles_differ_and_lengths_are_those_of_a_shop(offers: list[tuple[Listing, ListingTruth]]) -> None:
    assert len({listing.title for listing, _ in offers}) >= 0.95 * len(offers)
    for listing, truth in offers:
        if not truth.disguise:
            assert MIN_TITLE <= len(listing.title) <= MAX_TITLE, listing.title
            assert MIN_DESCRIPTION <= len(listing.description) <= MAX_DESCRIPTION, listing.description


def test_shares_are_about_those_asked_for() -> None:
    market = Market(seed=5, now=NOW, listings=2_000, danger_share=0.2, look_alike_share=0.3)
    labels = [one.truth.label for one in market.offers() if isinstance(one.truth, ListingTruth)]
    assert abs(labels.count("dangerous") / 2_000 - 0.2) < 0.04
    assert abs(labels.count("look_alike") / 2_000 - 0.3) < 0.05


def test_truth_fits_the_text(offers: list[tuple[Listing, ListingTruth]]) -> None:
    kinds = {UNCERTIFIED, *(danger.kind for danger in DANGERS)}
    for listing, truth in offers:
        match truth.label:
            case "harmless":
                assert truth == ListingTruth(label="harmless")
            case "look_alike":
                assert truth.surface in listing.title
            case "dangerous":
                assert truth.kind in kinds
                if truth.kind != UNCERTIFIED:
                    assert truth.surface in getattr(listing, truth.field)
                    assert (truth.surface == truth.term) == (not truth.disguise)
                    assert truth.beyond <= bool(truth.disguise)


def test_no_dangerous_term_stands_in_harmless_text(offers: list[tuple[Listing, ListingTruth]]) -> None:
    for listing, truth in offers:
        if truth.label == "harmless":
            assert not [term for term in TERMS if term in listing.title or term in listing.description]


def test_a_dangerous_offer_without_a_certificate_needs_a_category_that_demands_one() -> None:
    clothes = next(product_line for product_line in PRODUCT_LINES if product_line.category == "clothing")
    with pytest.raises(ValueError, match="clothing"):
        goods.uncertified(Random(1), clothes, id="L1", merchant="M1", on=TODAY)


def test_each_dangerous_term_is_in_the_lexicon_of_the_pack() -> None:
    with (PACK / "lexicon" / "hazard.csv").open(encoding="utf-8", newline="") as file:
        known = {row["term"] for row in csv.DictReader(file)}
    assert set(TERMS) - known == set()


# Disguises


def _written(name: str, term: str, seed: int) -> str | None:
    return next(one for one in DISGUISES if one.name == name).apply(term, Random(seed))


terms = st.sampled_from(TERMS)
seeds = st.integers(0, 10_000)


@given(term=terms, seed=seeds, beyond=st.booleans())
def test_a_disguise_changes_the_term_and_says_whether_it_is_promised(term: str, seed: int, beyond: bool) -> None:
    worn = disguise(term, Random(seed), beyond=beyond)
    assert worn is not None
    surface, chosen = worn
    assert surface != term
    assert chosen.beyond == beyond
    assert len(term) >= chosen.shortest


@given(term=terms, seed=seeds)
def test_what_is_put_between_the_characters_can_be_taken_out_again(term: str, seed: int) -> None:
    for name in ("zero_width", "punctuated", "emoji", *(("spaced",) if len(term) > 2 else ())):
        surface = _written(name, term, seed)
        assert surface is not None
        assert "".join(char for char in surface if char.isalnum()) == term


@given(term=terms, seed=seeds)
def test_folding_undoes_width_case_and_script(term: str, seed: int) -> None:
    simplified = OpenCC("t2s")
    for name in ("full_width", "case", "traditional"):
        surface = _written(name, term, seed)
        folded = unicodedata.normalize("NFKC", surface or term).casefold()
        assert simplified.convert(folded) == simplified.convert(term.casefold())


@given(term=terms.filter(lambda term: len(term) >= 3), seed=seeds)
def test_homophones_sound_alike(term: str, seed: int) -> None:
    surface = _written("homophone", term, seed)
    assert surface is not None
    assert [lazy_pinyin(char) for char in surface] == [lazy_pinyin(char) for char in term]


def test_the_screening_sees_through_every_promised_disguise() -> None:
    lexicon = Lexicon(Term(term=term, category="hazard", severity=5) for term in TERMS)
    matcher = Matcher(lexicon)
    market = Market(seed=4, now=NOW, listings=2_000, danger_share=0.5, disguised_share=0.9, beyond_share=0)
    for one in market.offers():
        if isinstance(one.noun, Listing) and isinstance(one.truth, ListingTruth) and one.truth.term in TERMS:
            title, description = matcher.scan([one.noun.title, one.noun.description])
            assert one.truth.term in {lexicon.terms[hit.term].term for hit in (*title, *description)}, one


def test_short_terms_are_not_promised_by_sound() -> None:
    assert _written("pinyin", "假币", 1) is None
    assert _written("homophone", "假币", 1) is None
    assert _written("pinyin", "针孔摄像头", 1) == "zhenkongshexiangtou"
