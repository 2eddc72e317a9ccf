"""Keys, pictures, verification: how sure it is that a listing is a known danger, and why."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anbao.detect.likeness.dangers import DangerIndex
from anbao.detect.likeness.fold import fold_page
from anbao.detect.likeness.keys import KeyIndex, fold_key
from anbao.detect.likeness.offers import Danger, OfferTexts, PictureBounds
from anbao.detect.likeness.pictures import PictureIndex
from anbao.detect.likeness.wording import models, plain
from anbao.errors import InvalidInput
from anbao.model.hazard import Fingerprint, Match

BARCODE = "6901234567892"
TITLE = "20000毫安大容量充电宝便携快充移动电源"
PICTURE = "f0" * 32


def danger(*fingerprints: tuple[str, str], on_likeness: bool = False) -> DangerIndex:
    made = tuple(Fingerprint(kind=kind, value=value) for kind, value in fingerprints)  # type: ignore[arg-type]
    return DangerIndex([Danger(hazard="h1", severity=5, fingerprints=made, on_likeness=on_likeness)])


def matched(index: DangerIndex, **offer: object) -> Match | None:
    given = {"title": "商品", **offer}
    found = index.match([OfferTexts(title="无关的商品"), OfferTexts(**given)])  # type: ignore[arg-type]
    assert 0 not in found
    return found[1][0] if 1 in found else None


def certainty(index: DangerIndex, **offer: object) -> str:
    found = matched(index, **offer)
    return "" if found is None else found.certainty


@pytest.mark.parametrize(
    "text",
    [
        f"条码{BARCODE}",
        "条形码：690-1234-567892 现货",
        "６９０１２３４５６７８９２",
        "690 1234 5678 92，2件装",
        "ean:⑥⑨⓪①②③④⑤⑥⑦⑧⑨②",
    ],
)
def test_a_barcode_is_found_however_it_is_written(text: str) -> None:
    found = matched(danger(("barcode", BARCODE)), title="移动电源", description=text)
    assert found is not None
    assert found.certainty == "certain"
    [ground] = found.reasons
    assert (ground.kind, ground.field) == ("barcode", "description")
    assert text[ground.start : ground.end] == ground.surface


@pytest.mark.parametrize("text", ["16901234567892", "69012345678923", "690123456789", "6901234567893"])
def test_another_number_is_not_the_barcode(text: str) -> None:
    assert certainty(danger(("barcode", BARCODE)), description=text) == ""


def test_a_barcode_of_twelve_digits_is_that_of_thirteen_with_a_nought() -> None:
    assert certainty(danger(("barcode", "0012345678905")), description="upc 012345678905") == "certain"
    assert certainty(danger(("barcode", "012345678905")), description="ean 0012345678905") == "certain"


def test_a_licence_needs_something_else_that_agrees() -> None:
    index = danger(("licence", "国药准字H20051234"), ("batch", "AB210305"), ("title", "复方甘草片100片装止咳药"))
    licence = "批准文号 国药准字 H2005-1234"
    assert certainty(index, title="别的药", description=licence) == "likely"
    assert certainty(index, title="复方甘草片 止咳 100片", description=licence) == "certain"
    assert certainty(index, title="别的药", description=f"{licence} 批号 AB210305") == "certain"
    assert certainty(index, title="复方甘草片 止咳 100片", description=f"{licence} 批号：AB210999") == "likely"
    assert certainty(index, title="别的药", description="批号 AB210305") == ""


def test_a_model_agrees_with_its_brand_and_not_with_another() -> None:
    index = danger(("model", "PB-20X"), ("brand", "某某牌"))
    assert certainty(index, title="某某牌 充电宝 PB20X") == "certain"
    assert certainty(index, title="充电宝 PB20X") == ""
    assert certainty(index, title="某某牌 充电宝 PB20XL") == ""


def test_text_alone_is_never_certain_unless_the_danger_says_so() -> None:
    dressed = f"正品包邮 {TITLE} 新款"
    assert certainty(danger(("title", TITLE)), title=dressed) == "likely"
    assert certainty(danger(("title", TITLE)), title="大容量充电宝20000毫安便携式移动电源") == "possible"
    assert certainty(danger(("title", TITLE), on_likeness=True), title=dressed) == "certain"
    assert (
        certainty(danger(("title", TITLE), on_likeness=True), title="大容量充电宝20000毫安便携式移动电源") == "possible"
    )


def test_another_model_rules_an_alike_title_out() -> None:
    index = danger(("title", "Sony Digital Camera Cyber-shot DSC-W150 Black"))
    assert certainty(index, title="Sony Digital Camera Cyber-shot Black DSC-W150") == "certain"
    assert certainty(index, title="Sony Digital Camera Cyber-shot DSC-H900 Silver") == ""


def test_a_listing_of_the_merchant_or_its_family_need_be_less_alike() -> None:
    one = Danger(
        hazard="h1",
        severity=4,
        fingerprints=(Fingerprint(kind="title", value=TITLE), Fingerprint(kind="merchant", value="m1")),
    )
    index = DangerIndex([one], {"m1": frozenset({"m2"})})
    less_alike = "大容量充电宝 20000毫安 送数据线 学生宿舍户外露营"
    assert certainty(index, title=less_alike, merchant="m3") == ""
    for merchant, kind in (("m1", "merchant"), ("m2", "family")):
        found = matched(index, title=less_alike, merchant=merchant)
        assert found is not None
        assert found.certainty == "possible"
        assert kind in {ground.kind for ground in found.reasons}
    assert certainty(index, title="纯棉短袖", merchant="m1") == ""


def test_a_picture_is_the_same_within_the_distance() -> None:
    bits = int(PICTURE, 16)
    same, alike, _ = PictureBounds()
    near, less_near, far = (f"{bits ^ ((1 << many) - 1):064x}" for many in (same, alike, alike + 1))
    assert certainty(danger(("picture", PICTURE)), pictures=(near,)) == "certain"
    assert certainty(danger(("picture", PICTURE)), pictures=(less_near,)) == "likely"
    assert certainty(danger(("picture", PICTURE)), pictures=(far,)) == ""
    with pytest.raises(InvalidInput):
        PictureIndex(["xyz"], 31)


@settings(max_examples=60, deadline=None)
@given(
    keys=st.lists(st.text(alphabet="0123ab国字", min_size=4, max_size=9), min_size=1, max_size=6),
    texts=st.lists(st.text(alphabet="0123ab国字 -", max_size=30), min_size=1, max_size=5),
)
def test_keys_are_found_where_they_stand_by_themselves(keys: list[str], texts: list[str]) -> None:
    folded = [fold_key(key) for key in keys]
    for hit in KeyIndex(folded).search(fold_page(texts)):
        assert texts[hit.field][hit.start : hit.end] == hit.surface
        assert fold_key(hit.surface) == folded[hit.key]
    spaced = [f"，{'-'.join(key)}，" for key in folded if key]
    found = {hit.key for hit in KeyIndex(folded).search(fold_page(spaced))} if spaced else set()
    assert {folded[key] for key in found} == {key for key in folded if key}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sony DSC-W150/B Black", {"dscw150b"}),
        ("24-Port Switch 500ml 20000mAh 5.5kg 1080p iPhone7", set()),
        ("memory card 711719706700", {"711719706700"}),
    ],
)
def test_model_numbers_are_distinguished_from_quantities(text: str, expected: set[str]) -> None:
    assert models(plain(text)) == expected


def test_matches_come_surest_first_and_do_not_depend_on_other_dangers() -> None:
    first = Danger(hazard="a", severity=5, fingerprints=(Fingerprint(kind="title", value=TITLE),))
    second = Danger(hazard="b", severity=3, fingerprints=(Fingerprint(kind="barcode", value=BARCODE),))
    offer = OfferTexts(title=TITLE, description=BARCODE)
    both = DangerIndex([first, second]).match([offer])[0]
    assert [match.hazard for match in both] == ["b", "a"]
    assert DangerIndex([first]).match([offer])[0] == [both[1]]
