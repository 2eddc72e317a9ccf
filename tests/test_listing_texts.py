"""Every text of a listing is judged, wherever it stands and however long; what is not looked at is named, and held."""

import io
import json
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import anbao
from anbao.cli.root import run
from anbao.connect.pictures import PictureIntake
from anbao.connect.storage import open_storage
from anbao.detect.fields import read as read_fields
from anbao.detect.html import codes
from anbao.detect.likeness.pages import pages
from anbao.detect.looking import MOST
from anbao.detect.picture.decode import MAX_FRAMES, chosen_frames, decode
from anbao.detect.picture.reading import read
from anbao.detect.text import Hit, Lexicon, Matcher, Term
from anbao.law.paths import default_pack_path
from anbao.model.hazard import Confirmation, Fingerprint, Suspicion
from anbao.model.listing import MAX_PICTURES, MAX_TEXT, READING, Finding, Listing, ListingScreened
from anbao.prevent.listings.records import record_screened, seal_screened
from anbao.prevent.listings.screening import screen
from anbao.prevent.replay import replay
from anbao.rules.rulesets import Ruleset, ruleset_of_pack
from anbao.simulator.pictures import product
from anbao.store.bulk import sql
from api_server import Served, served
from helpers import START, said

TITLE = "纯棉短袖"
GUN = "赠仿真枪一把"


@pytest.fixture
def server(store_url: str) -> Iterator[Served]:
    with served(store_url) as one:
        yield one


@pytest.fixture
def client(server: Served) -> httpx.Client:
    return server.client()


@pytest.fixture(scope="module")
def rules() -> Ruleset:
    return ruleset_of_pack(default_pack_path())


def listing(**given: Any) -> Listing:
    return Listing(**{"id": "l1", "title": TITLE} | given)


def judged(rules: Ruleset, reading: int = READING, **given: Any) -> ListingScreened:
    [one] = screen([listing(**given)], rules, {}, date(2026, 12, 1), reading)
    return one


def decided(platform: anbao.Platform, **given: Any) -> ListingScreened:
    return platform.submit_listing(listing(**given)).decision


def guns(found: ListingScreened) -> list[Finding]:
    return [one for one in found.findings if one.term == "仿真枪"]


def contacts(found: ListingScreened) -> list[str]:
    return [one.category for one in found.findings if one.detector == "contact"]


def replays(platform: anbao.Platform) -> bool:
    with platform.reading() as conn:
        entries = list(platform.entries(conn, kind="listing.screened"))
        return bool(entries) and all(
            replay(conn, platform.ledger, platform.prevent.rulesets, one.index).same for one in entries
        )


# ── every text ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["副标题", "attributes.材质", "skus[0].name", "Body (HTML)", "品牌"])
def test_a_danger_in_any_text_is_found_and_its_field_named(platform: anbao.Platform, name: str) -> None:
    found = decided(platform, texts={"颜色": "白", name: GUN})
    [gun] = guns(found)
    assert found.outcome == "block"
    assert (gun.field, gun.start, gun.end, gun.surface) == (name, 1, 4, "仿真枪")
    assert replays(platform)


def test_what_comes_as_extra_is_a_text(platform: anbao.Platform) -> None:
    found = decided(platform, extra={"卖点": GUN}, texts={"卖点": "透气"})
    assert [one.field for one in guns(found)] == ["卖点#2"]
    assert found.listing.texts == (("卖点", "透气"), ("卖点#2", GUN))
    assert replays(platform)


def test_an_entry_from_before_replays_with_its_extra_unread(platform: anbao.Platform) -> None:
    ruleset = platform.prevent.ruleset()
    old = judged(ruleset, reading=0, extra={"卖点": GUN}, description="<p>&#20223;&#30495;&#26538;</p>")
    assert (old.outcome, old.reading, old.listing.extra) == ("pass", 0, (("卖点", GUN),))
    sealing = seal_screened(old, START, START, "platform")
    assert b'"reading"' not in sealing.entry.data
    platform.run(lambda work: record_screened(work, [sealing]))
    assert replays(platform)


def test_a_text_named_like_a_field_is_another_text(rules: Ruleset) -> None:
    found = judged(rules, title=GUN, texts={"title": "仿真枪", "texts.title": "真枪仿真枪"})
    assert {one.field for one in guns(found)} == {"title", "texts.title", "texts.texts.title"}


def test_the_gravest_findings_are_stored_whichever_text_they_stand_in(rules: Ruleset) -> None:
    mild = next(term.term for term in rules.lexicon.terms if term.severity == 2 and len(term.term) >= 3)
    found = judged(rules, description="，".join([mild] * 100), texts={"卖点": GUN})
    assert [one.field for one in guns(found)] == ["卖点"]
    assert found.findings_cut > 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("条码", "6901234567892"),
        ("任意", "036220291454"),
        ("价格", "13800138000"),
        ("skus[0].price", "13800138000"),
        ("skuId", "13800138000"),
        ("货号", "VX8812345"),
        ("库存", "13912345678"),
    ],
)
def test_numbers_and_codes_are_no_contact_details(rules: Ruleset, name: str, value: str) -> None:
    assert contacts(judged(rules, texts={name: value})) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("备注", "13800138000"),
        ("联系电话", "13800138000"),
        ("contact_number", "13800138000"),
        ("SKU名称", "13800138000"),
        ("价格", "面议，加微信abc12345"),
        ("条码", "请打13800138000"),
    ],
)
def test_contact_details_are_found_whatever_the_field(rules: Ruleset, name: str, value: str) -> None:
    assert contacts(judged(rules, texts={name: value}))


def test_a_barcode_is_known_by_its_check_digit() -> None:
    assert codes.is_barcode("6901234567892")
    assert not codes.is_barcode("6901234567893")
    assert not codes.is_barcode("13800138000")


@pytest.mark.parametrize("form", ["texts", "extra"])
def test_the_guard_and_the_sweep_know_a_danger_by_a_text(platform: anbao.Platform, form: str) -> None:
    barcode = "6901234567892"
    platform.submit_listing(listing(id="before", title="碗", **{form: {"条码": barcode}}))
    suspicion = Suspicion(
        id="h1", source="recall", title="召回的碗", fingerprints=(Fingerprint(kind="barcode", value=barcode),)
    )
    platform.run(lambda work: platform.investigate.suspect(work, suspicion))
    platform.run(lambda work: platform.investigate.confirm(work, "h1", Confirmation()))
    found = decided(platform, **{form: {"skus[0].条码": f"EAN {barcode}"}})
    [known] = [one for one in found.findings if one.detector == "hazard"]
    assert (found.outcome, known.field, known.start, known.end) == ("block", "skus[0].条码", 4, 17)
    platform.work_off(platform.investigate.sweep)
    with platform.reading() as conn:
        matched = [one.entry().subjects["listing"] for one in platform.entries(conn, kind="listing.matched_hazard")]
    assert "before" in matched
    assert replays(platform)


# ── as a buyer sees it ────────────────────────────────────────────────────────────────────────────────────────────────


def test_markup_hides_nothing_and_places_are_given_twice(rules: Ruleset) -> None:
    source = "<p>赠<b>仿</b>真&#26538;！</p>"
    [gun] = guns(judged(rules, texts={"详情": source}))
    assert source[gun.start : gun.end] == gun.surface == "仿</b>真&#26538;"
    assert (gun.seen, gun.seen_end - gun.seen_start, gun.field) == ("仿真枪", 3, "详情")


def test_links_are_contact_details_and_pictures_are_pictures(rules: Ruleset) -> None:
    source = '<img src="//img.example.com/a.jpg"><a href="https://shop.example.net/x">看</a>'
    found = judged(rules, description=source)
    [link] = [one for one in found.findings if one.detector == "contact"]
    assert (link.category, source[link.start : link.end]) == ("contact.link", "https://shop.example.net/x")
    assert found.embedded == ("https://img.example.com/a.jpg",)
    assert found.pictures == 1
    assert not contacts(judged(rules, texts={"主图": "https://img.example.com/a.jpg, //img.example.com/b.png"}))


def test_nul_hides_nothing(rules: Ruleset) -> None:
    [gun] = guns(judged(rules, title="仿\0真\0枪"))
    assert (gun.start, gun.end) == (0, 5)


# ── long texts ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_million_characters_are_judged_and_the_rest_is_named(platform: anbao.Platform) -> None:
    long = "好" * (MAX_TEXT - 3) + "仿真枪" + "仿真枪"
    found = decided(platform, description=long, texts={"详情": "布" * 300_000 + GUN})
    assert [(one.field, one.start) for one in guns(found)] == [("description", MAX_TEXT - 3), ("详情", 300_001)]
    assert [(one.field, one.reason, one.start) for one in found.unjudged] == [("description", "too_long", MAX_TEXT)]
    with platform.reading() as conn:
        [entry] = platform.entries(conn, kind="listing.screened")
        record = said(entry.entry())["listing"]
    assert "description" not in record
    assert len(record["whole"]) == 64
    assert replays(platform)
    assert platform.verify().sound


def test_a_whole_record_that_was_altered_is_not_believed(platform: anbao.Platform) -> None:
    decided(platform, description="布" * 100_000)
    assert replays(platform)
    platform.run(lambda work: sql(work.conn, "UPDATE artefact SET data = ? WHERE kind = 'listing'", (b"{}",)))
    with pytest.raises(anbao.AnbaoError), platform.reading() as conn:
        [entry] = platform.entries(conn, kind="listing.screened")
        replay(conn, platform.ledger, platform.prevent.rulesets, entry.index)


def test_a_long_title_is_judged_to_its_end(rules: Ruleset) -> None:
    [gun] = guns(judged(rules, title="棉" * 30_000 + "仿真枪"))
    assert (gun.field, gun.start) == ("title", 30_000)


def test_a_text_of_findings_alone_keeps_nobody_waiting(rules: Ruleset) -> None:
    found = judged(rules, texts={"详情": "仿真枪。" * 100_000})
    [left] = found.unjudged
    assert (left.field, left.reason, found.outcome) == ("详情", "too_many_findings", "block")
    assert found.findings_cut >= MOST - len(found.findings)


_TERMS = ("仿真枪", "气枪铅弹", "枪弹", "abc", "加微信")
_MATCHER = Matcher(Lexicon([Term(term, "c", 4) for term in _TERMS]))
_MORE = ("仿", "真", "枪", "气qiang铅弹", "好", "，", " ", "*", "\n", "弹铅枪气", "a", "ab c", "💬")
_PIECES = st.sampled_from([*_TERMS, *_MORE])


@settings(max_examples=200, deadline=None)
@given(st.lists(_PIECES, max_size=120).map("".join), st.integers(1, 40))
def test_searching_in_parts_finds_what_searching_the_whole_finds(text: str, size: int) -> None:
    [whole] = _MATCHER.scan([text])
    found: list[Hit] = []
    for part in pages([text], part=size, margin=60, long=0):
        for hit in _MATCHER.scan(part.texts, part.page)[0]:
            if part.counts(hit.start):
                moved = (hit.term, hit.channel, hit.start + part.offset, hit.end + part.offset, hit.surface)
                found.append(Hit(*moved))
    assert found == whole


def test_pages_hold_all_texts_once_in_bounded_size() -> None:
    texts = ["短", "长" * 50_000, "", "中" * 9_000, "中" * 9_000]
    seen: dict[int, list[tuple[int, int]]] = {}
    for part in pages(texts, page=10_000):
        assert sum(map(len, part.texts)) <= 12_000
        for field in part.fields:
            seen.setdefault(field, []).append((part.first, part.last))
    assert sorted(seen) == [0, 1, 2, 3, 4]
    stretches = sorted(seen[1])
    assert stretches[0][0] == 0
    assert stretches[-1][1] > 50_000
    assert all(one[1] == following[0] for one, following in pairwise(stretches))


# ── what is not looked at ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("address", ["a.jpg", "ftp://x/a.jpg", "file:///etc/passwd", ""])
def test_a_picture_without_an_address_is_named_and_the_listing_held(platform: anbao.Platform, address: str) -> None:
    found = decided(platform, pictures=(address,))
    [left] = found.unjudged
    assert (left.field, left.reason, left.value) == ("pictures[0]", "picture_address", address)
    assert (found.outcome, found.reasons[0]) == ("review", "listing.unjudged")
    assert decided(platform, title=GUN, pictures=(address,)).outcome == "block"
    why = platform.prevent.explainer.listing(found)
    assert "未审核" in why[1].zh
    assert "not looked at: pictures[0]" in why[1].en
    assert replays(platform)


def test_an_address_relative_to_the_protocol_is_fetched_as_https(platform: anbao.Platform) -> None:
    found = decided(
        platform, pictures=("//img.example.com/图.jpg", "a" * 64), description='<img src="//img.example.com/b.jpg">'
    )
    assert (found.outcome, found.unjudged, found.pictures) == ("pass", (), 3)
    with platform.reading() as conn:
        sources = list(sql(conn, "SELECT place, source FROM listing_picture ORDER BY place"))
    assert [tuple(one) for one in sources] == [
        (0, "https://img.example.com/%E5%9B%BE.jpg"),
        (1, "a" * 64),
        (2, "https://img.example.com/b.jpg"),
    ]
    assert replays(platform)


def test_pictures_beyond_the_limit_are_named(rules: Ruleset) -> None:
    many = tuple(f"https://img.example.com/{number}.jpg" for number in range(MAX_PICTURES + 2))
    found = judged(
        rules,
        pictures=many,
        description='<img src="https://img.example.com/x.jpg"><video src="https://a.example.com/v.mp4">',
    )
    assert [(one.field, one.reason) for one in found.unjudged] == [
        ("description", "video"),
        (f"pictures[{MAX_PICTURES}]", "too_many_pictures"),
        (f"pictures[{MAX_PICTURES + 1}]", "too_many_pictures"),
        ("pictures", "too_many_pictures"),
    ]
    assert (found.pictures, found.outcome) == (MAX_PICTURES, "review")


def animated(form: str, frames: list[Image.Image]) -> bytes:
    buffer = io.BytesIO()
    options: dict[str, Any] = {"lossless": True} if form == "WEBP" else {}
    frames[0].save(buffer, form, save_all=True, append_images=frames[1:], duration=100, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("form", ["GIF", "WEBP"])
def test_a_danger_in_the_third_frame_is_found(platform: anbao.Platform, tmp_path: Path, form: str) -> None:
    pictures = PictureIntake(platform, open_storage(f"file://{tmp_path}/objects"))
    danger = product("danger").resize((320, 320))
    still = io.BytesIO()
    danger.save(still, "PNG")
    prints = tuple(
        Fingerprint(kind="picture", value=one) for one in pictures.fingerprints(pictures.take(still.getvalue()).picture)
    )
    suspicion = Suspicion(id="h1", severity=5, source="recall", title="召回的充电宝", fingerprints=prints)
    platform.run(lambda work: platform.investigate.suspect(work, suspicion))
    platform.run(lambda work: platform.investigate.confirm(work, "h1", Confirmation()))
    clean = [product(f"clean {number}").resize((320, 320)) for number in range(4)]
    moving = pictures.take(animated(form, [clean[0], clean[1], danger, clean[3]]))
    assert moving.frames == 4
    answer = platform.submit_listing(Listing(id="l1", title=TITLE, pictures=(moving.picture,)))
    assert answer.outcome == "block"
    assert [one.term for one in answer.pictures[0].findings] == ["h1"]
    harmless = pictures.take(animated(form, clean))
    assert platform.submit_listing(Listing(id="l2", title=TITLE, pictures=(harmless.picture,))).outcome == "pass"


def test_frames_are_chosen_evenly_and_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert chosen_frames(1) == [0]
    assert chosen_frames(5) == [0, 1, 2, 3, 4]
    some = chosen_frames(1_000)
    assert (len(some), some[0], some[-1]) == (MAX_FRAMES, 0, 999)
    frames = [Image.new("RGB", (16, 16), (number, 0, 0)) for number in range(0, 250, 10)]
    data = animated("GIF", frames)
    assert len(decode(data).others) == MAX_FRAMES - 1
    monkeypatch.setattr("anbao.detect.picture.decode.MAX_MOVED", 100)
    assert read(data).problem == "too_many_pixels"


# ── over HTTP ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def body(**given: Any) -> dict[str, Any]:
    return {"id": "l1", "title": TITLE, **given}


def test_http_takes_nested_texts(client: httpx.Client) -> None:
    attributes = {"材质": "棉", "赠品": {"名称": GUN, "件数": 2}}
    answer = client.post("/v1/listings", json=body(texts={"attributes": attributes, "skus": [{"price": 39.9}]}))
    found = answer.json()
    assert (answer.status_code, found["outcome"], found["unjudged"]) == (201, "block", [])
    [gun] = [one for one in found["findings"] if one["term"] == "仿真枪"]
    assert (gun["field"], gun["start"], gun["end"]) == ("attributes.赠品.名称", 1, 4)


def test_http_names_an_unknown_field_and_says_where_texts_go(client: httpx.Client) -> None:
    answer = client.post("/v1/listings", json=body(subtitle=GUN))
    problem = answer.json()
    assert (answer.status_code, problem["field"]) == (400, "subtitle")
    assert '"texts": {"subtitle"' in problem["hint"]
    line = json.dumps(body(subtitle=GUN)).encode()
    batch = client.post("/v1/listings/batch", content=line, headers={"Content-Type": "application/x-ndjson"})
    assert json.loads(batch.text)["error"]["field"] == "subtitle"


def test_http_holds_what_it_could_not_look_at(client: httpx.Client) -> None:
    found = client.post("/v1/listings", json=body(pictures=["a.jpg"])).json()
    assert found["outcome"] == "review"
    assert found["unjudged"] == [{"field": "pictures[0]", "reason": "picture_address", "start": 0, "value": "a.jpg"}]
    assert any("not looked at: pictures[0]" in one["en"] for one in found["why"])


def test_http_takes_a_million_characters_and_nul(client: httpx.Client) -> None:
    found = client.post(
        "/v1/listings", json=body(description="好" * (MAX_TEXT - 3) + "仿真枪", title="仿\0真枪")
    ).json()
    assert [(one["field"], one["start"]) for one in found["findings"] if one["term"] == "仿真枪"] == [
        ("title", 0),
        ("description", MAX_TEXT - 3),
    ]
    assert found["unjudged"] == []
    lines = json.dumps(body(id="l2", description="好" * MAX_TEXT + "仿真枪")).encode()
    batch = client.post("/v1/listings/batch", content=lines, headers={"Content-Type": "application/x-ndjson"})
    [row] = map(json.loads, batch.text.splitlines())
    assert (row["outcome"], row["unjudged"][0]["reason"]) == ("review", "too_long")


def test_http_refuses_a_body_beyond_the_limit_clearly(client: httpx.Client) -> None:
    answer = client.post("/v1/listings", json=body(texts={"a": "x" * (17 << 20)}))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


# ── on the command line ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_run_that_left_something_says_so_first_and_ends_with_status_1(
    store_url: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "in.jsonl"
    rows = [{"id": "a", "title": "登山鞋"}, {"id": "b", "title": TITLE, "description": '<img src="pics/a.jpg">'}]
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    assert run(["screen", str(file), "--store", store_url, "--workers", "1"]) == 1
    told = capfd.readouterr().err.strip().splitlines()
    assert told[0].startswith("没有审核完")
    assert "pics/a.jpg" in told[1]


def test_a_file_names_the_column_of_a_danger(store_url: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "in.csv"
    file.write_text(f"编号,标题,副标题\na,登山鞋,{GUN}\n", encoding="utf-8")
    assert run(["screen", str(file), "--store", store_url, "--workers", "1", "--format", "jsonl"]) == 1
    row = json.loads(capfd.readouterr().out.splitlines()[0])
    assert (row["outcome"], row["findings"][0]["field"]) == ("block", "副标题")


def test_plain_listings_are_read_as_they_stand() -> None:
    plain = [Listing(id=str(number), title="短袖", description="棉") for number in range(3)]
    found = read_fields(plain, READING)
    assert found.texts == ["短袖", "棉"] * 3
    assert (found.shown, found.pictures, found.unjudged, found.ends) == ({}, {}, {}, [2, 4, 6])
