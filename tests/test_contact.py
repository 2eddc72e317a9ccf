"""Contact details, links and tricks in what people write, plain and disguised; and harmless look-alikes."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anbao.detect.contact import ContactMatcher, FraudBook, findings, load_fraud_book
from anbao.detect.html.markup import show
from anbao.errors import PackError

FOLDER = Path(__file__).parents[1] / "packs" / "cn" / "fraud"
CASES = Path(__file__).parents[2] / "shared" / "cases"
BOOK = load_fraud_book(FOLDER).of_platform(("anbao-mall.com", "yxg.cn"))
MATCHER = ContactMatcher(BOOK)


def seen(text: str) -> set[tuple[str, str]]:
    return {(one.kind, one.name) for one in MATCHER.scan([text])[0]}


@pytest.mark.parametrize(
    "text",
    [
        "电话13800138000",
        "138 0013 8000 找我",
        "１３８００１３８０００",
        "1-3-8-0-0-1-3-8-0-0-0",
        "1，3，8，0，0，1，3，8，0，0，0",
        "①③⑧⓪⓪①③⑧⓪⓪⓪",
        "1️⃣3️⃣8️⃣0️⃣0️⃣1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣",
        "一三八零零一三八零零零",
        "壹叁捌零零壹叁捌零零零",
        "幺三八洞洞幺三八洞洞洞",
        "+86 13800138000",
    ],
)
def test_a_mobile_number_is_seen_however_it_is_written(text: str) -> None:
    assert ("contact.phone", "mobile") in seen(text)


@pytest.mark.parametrize(
    ("text", "messenger"),
    [
        ("加我微信abc12345详聊", "wechat"),
        ("薇 信：hello_2020", "wechat"),
        ("威芯号abc12345", "wechat"),
        ("加V❤", "wechat"),
        ("VX：zx998877", "wechat"),
        ("➕v 聊", "wechat"),
        ("微信同号", "wechat"),
        ("💚 abc12345", "wechat"),
        ("平台老吞消息，加薇", "wechat"),
        ("扣扣三二一四五六七", "qq"),
        ("Q Q 1 2 3 4 5 6 7", "qq"),
        ("🐧 12345678", "qq"),
        ("加企鹅群领券", "qq"),
        ("加飞机聊", "telegram"),
    ],
)
def test_another_messenger_is_seen_under_its_disguises(text: str, messenger: str) -> None:
    assert ("contact.messenger", messenger) in seen(text)


@pytest.mark.parametrize("text", ["foo1@qq.com", "foo1＠163．com", "foo1 @ qq . com", "foo1艾特qq点com"])
def test_a_mail_address_is_seen(text: str) -> None:
    assert ("contact.mail", "mail") in seen(text)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("看 http://shop.example.com/a?b=1 吧", "shop.example.com"),
        ("www.example.cn", "www.example.cn"),
        ("example点top", "example.top"),
        ("ｅｘａｍｐｌｅ．ｃｏｍ", "example.com"),
        ("example。vip", "example.vip"),
        ("www example xyz", "example.xyz"),
    ],
)
def test_a_link_that_leaves_the_platform_is_seen(text: str, host: str) -> None:
    assert ("contact.link", host) in seen(text)


@pytest.mark.parametrize(
    "host",
    [
        "anba0-mall.com",
        "anbao-mail.com",
        "anbaomall.com",
        "anbao-mall.net",
        "anbao-mall.com.evil.cc",
        "anbao-mall-refund.com",
        "login.anbao-mall.top",
        "аnbao-mall.com",
        "xn--nbao-mall-66g.com",
        "www.kefu-yxg.com",
        "yxg-pay.cn",
    ],
)
def test_a_host_that_imitates_the_platform_is_a_false_link(host: str) -> None:
    assert {kind for kind, _ in seen(f"请打开 https://{host}/login 退款")} >= {"fraud.false_link"}


@pytest.mark.parametrize("host", ["anbao-mall.com", "m.anbao-mall.com", "www.yxg.cn"])
def test_the_platforms_own_links_are_no_finding(host: str) -> None:
    assert seen(f"详情见 https://{host}/item/1") == set()


def test_without_own_domains_no_link_is_false() -> None:
    matcher = ContactMatcher(load_fraud_book(FOLDER))
    assert {one.kind for one in matcher.scan(["https://anba0-mall.com"])[0]} == {"contact.link"}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("您的快递丢失，我是理赔客服，请下载会议软件共享屏幕办理退款", "fraud.false_service"),
        ("请把资金转到安全账户", "fraud.false_service"),
        ("不关闭会影响征信，请配合客服注销账户", "fraud.false_service"),
        ("把收到的验证码发给我", "fraud.false_service"),
        ("您的店铺保证金未缴纳，订单被冻结，请扫码开通", "fraud.false_service"),
        ("先把备用金提现到您银行卡再转给我们专员", "fraud.false_service"),
        ("别走平台，直接微信转给我，便宜五十", "fraud.payment_outside"),
        ("你申请退款，加我微信abc12345重新付给我", "fraud.payment_outside"),
        ("出售找回账号技术，卖号后包找回", "fraud.virtual_property"),
        ("把账号密码给我，先验号再付款", "fraud.virtual_property"),
        ("账号冻结了，需要充值等额解冻", "fraud.virtual_property"),
        ("装备到 http://game-trade.example.top 这个网站交易", "fraud.virtual_property"),
        ("尊敬的用户您的积分可兑换现金，请登录 http://a1b2.cc 领取", "fraud.phishing"),
        ("私募操盘手建群，每日牛股，满即封，QQ1234567", "fraud.investment"),
        ("本公司代开各行业发票，验证后付款 13800138000", "fraud.documents"),
    ],
)
def test_a_trick_is_seen_by_the_words_that_stand_together(text: str, kind: str) -> None:
    assert kind in {found for found, _ in seen(text)}


@pytest.mark.parametrize(
    "text",
    [
        "可以用微信支付吗",
        "微信小程序里能看到订单吗",
        "卫星电视能用吗",
        "求求你们快发货吧",
        "QQ糖还有吗",
        "企鹅公仔多大",
        "订单号2938475610293847 什么时候发货",
        "运单13800138000已签收",
        "净重2.5kg.好用",
        "尺寸 165 88 120 怎么选",
        "因为新iphone14好用",
        "请勿私下交易，谨防诈骗，不要在平台外付款",
        "这个账号防找回吗，包赔吗",
        "验证码收不到怎么办",
        "我要退款，什么时候到账",
        "积分可以兑换什么",
        "能开增值税发票吗",
        "有问题拨打12315",
        "内存6+128G，type.c的",
        "打开屏幕共享给家人看",
    ],
)
def test_harmless_look_alikes_are_left_alone(text: str) -> None:
    assert seen(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "https://img.shop-pictures.com/i2/2200123/main_01.jpg",
        "//img.shop-pictures.com/a.PNG",
        "img.shop-pictures.com/a/b.webp",
        "图：https://cdn.pictures.net/x.jpg_430x430q90.jpg_.webp，下一张 http://cdn.pictures.net/y.gif",
        "https://cdn.pictures.net/x.png!q70",
        "https://cdn.pictures.net/x.jpeg?x-oss-process=image/resize,w_800",
        "https://cdn.pictures.net/x.jpg#top",
        '<img src="https://cdn.pictures.net/x.jpg" style="max-width:750px"/><p>好</p>',
        "<img src='//cdn.pictures.net/x.jpg'>",
        "https://cdn.pictures.net/13800138000/wx998877.jpg",
        "logo@2x.png",
    ],
)
def test_the_address_of_a_picture_is_no_contact(text: str) -> None:
    assert seen(text) == set()


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ('<a href="https://item.other-mall.com/item.htm?id=7">', "item.other-mall.com"),
        ("//item.other-mall.com/jpg", "item.other-mall.com"),
        ("https://other-mall.com/page?picture=x.jpg", "other-mall.com"),
        ("https://other-mall.com/x.jpg.html", "other-mall.com"),
        ("http://other-mall.jpg.cn", "other-mall.jpg.cn"),
        ("https://cdn.pictures.net/x.jpg 详见 other-mall.com", "other-mall.com"),
    ],
)
def test_the_address_of_a_page_is_one_although_it_looks_like_a_pictures(text: str, host: str) -> None:
    assert ("contact.link", host) in seen(text)


@pytest.mark.skipif(not CASES.exists(), reason="the cases are not here")
def test_the_cases_of_pictures_styles_and_abbreviations() -> None:
    rows = []
    for name in ("html.csv", "html2.csv"):
        with (CASES / name).open(encoding="utf-8-sig", newline="") as file:
            rows += [(row["编号"], row["描述"]) for row in csv.DictReader(file)]
    assert len(rows) == 17
    for name, source in rows:
        assert bool(seen(source)) == (name == "E8"), name
        assert not seen(show(source).text), name
    links = [link for _, source in rows for link in show(source).links]
    assert [seen(link) for link in links] == [{("contact.link", "detail.tmall.com")}]


def test_a_number_beside_the_address_of_a_picture_counts() -> None:
    assert ("contact.phone", "mobile") in seen("https://cdn.pictures.net/x.jpg 电话13800138000")


def test_a_false_link_is_one_although_it_ends_like_a_picture() -> None:
    assert ("fraud.false_link", "anba0-mall.com") in seen("https://anba0-mall.com/refund.jpg")


@pytest.mark.parametrize(
    "text",
    [
        "Made in P.R.C. Sizes see table.Width 40. Rev.3.1 by com.cn",
        "Soft and light.So nice to wear.In many colours",
        "washable.in summer it is cool",
        "Ningbo Example Trading Co.Ltd",
        "works with ASP.NET and Node.js",
        "e.g.in blue, U.S.in red",
        "100% cotton.Wash cold.Do not bleach.Top quality.Shop now",
        "font-family:宋体;font-size:13.5px;line-height:1.75em;margin:0.5in",
        "排量1.5.cc，重2.5.to",
        "品质优。online",
    ],
)
def test_abbreviations_styles_and_sentences_without_a_space_are_no_links(text: str) -> None:
    assert seen(text) == set()


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("请到 other-mall.shop 下单", "other-mall.shop"),
        ("other.me/abc", "other.me"),
        ("see shop2.in now", "shop2.in"),
        ("visit www.other.in now", "www.other.in"),
        ("http://other.in now", "other.in"),
        ("店铺OTHER.TOP优惠", "other.top"),
        ("other.co.uk", "other.co.uk"),
    ],
)
def test_a_host_counts_although_its_ending_is_a_word(text: str, host: str) -> None:
    assert ("contact.link", host) in seen(text)


def test_a_sighting_says_where_it_stands_and_how_it_is_written() -> None:
    [plain, disguised] = MATCHER.scan(["致电13800138000", "薇❤信：a b c 1 2 3 4 5 聊"])
    assert [(one.channel, one.surface) for one in plain] == [("exact", "13800138000")]
    assert [(one.channel, one.surface) for one in disguised] == [("homophone", "薇❤信：a b c 1 2 3 4 5")]


def test_findings_carry_the_books_severity_and_provisions_and_can_leave_out_what_is_private() -> None:
    text = "转到安全账户，加微信abc12345"
    sightings = MATCHER.scan([text])[0]
    told = {one.category: one for one in findings(sightings, "text", BOOK)}
    assert told["fraud.false_service"].severity == 5
    assert told["contact.messenger"].surface == "加微信abc12345"
    assert all(provision.startswith("cn.") for one in told.values() for provision in one.provisions)
    private = {one.category: one for one in findings(sightings, "text", BOOK, private=True)}
    assert private["contact.messenger"].surface == ""
    assert text[private["contact.messenger"].start : private["contact.messenger"].end] == "加微信abc12345"


def test_a_book_survives_its_bytes_and_its_domains_are_part_of_its_digest() -> None:
    assert FraudBook.from_bytes(BOOK.to_bytes()) == BOOK
    assert BOOK.digest != load_fraud_book(FOLDER).digest


def test_a_trick_of_unknown_kind_is_refused_with_its_line(tmp_path: Path) -> None:
    for file in FOLDER.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "tricks.yaml").write_text("- {id: x, kind: no.such, all: [[词]]}\n", encoding="utf-8")
    with pytest.raises(PackError, match=r"tricks\.yaml:1"):
        load_fraud_book(tmp_path)


PLAIN = ("，", " ", "好", "退款", "一三八", "\n", "@", "+v", "薇❤")
REVEALING = ("加微信abc12345", "13800138000", "www.a1.com", "安全账户", "🐧12345678")
PIECES = st.lists(st.sampled_from([*PLAIN, *REVEALING]) | st.text(max_size=6), max_size=8).map("".join)


@given(texts=st.lists(PIECES, max_size=6))
def test_together_and_alone_are_seen_the_same_and_places_fit(texts: list[str]) -> None:
    together = MATCHER.scan(texts)
    assert together == [MATCHER.scan([text])[0] for text in texts]
    for text, sightings in zip(texts, together, strict=True):
        for one in sightings:
            assert text[one.start : one.end].startswith(one.surface)
