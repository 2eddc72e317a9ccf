# ruff: noqa: E501 - HTML stands here as it is written
"""What HTML, references and escapes show, with the place in the source; browsers' own parsers agree with it."""

import csv
import json
import re
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from anbao.detect import fields
from anbao.detect.html.addresses import Addresses
from anbao.detect.html.markup import Shown, show
from anbao.detect.html.page import PageReader
from anbao.detect.text import Lexicon, Matcher, Term
from anbao.model.listing import READING, Listing

CASES = Path(__file__).parents[2] / "shared" / "cases"


def surfaces(source: str, shown: Shown) -> list[str]:
    """The source of each shown character."""
    return [source[slice(*shown.source_span(place, place + 1))] for place in range(len(shown.text))]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>催&#24773;&#x6C34;</p>", "催情水"),
        ("催&#24773&#x6c34好", "催情水好"),
        ("A&amp;B &copy 2024 &lt;3 &notin; &NotEqualTilde;", "A&B © 2024 <3 ∉ ≂̸"),
        ("&#128;&#0;&#xD800;&#x110000;&#99999999999999999999;", "€\ufffd\ufffd\ufffd\ufffd"),
        ("催<b>情</b><!-- a > b -->水", "催情水"),
        ("催<!---->情<!-->水<!--->好<!--x--!>了", "催情水好了"),
        ("催<?php x ?>情<!DOCTYPE html>水</ 3>好</>了", "催情水好了"),
        ("<B CLASS=x>催</B  ><i\n data-x='>'>情</i>水", "催情水"),
        ("催&nbsp;情&shy;水&zwnj;", "催\xa0情\xad水\u200c"),
        ("催<wbr>情<span></span>水", "催情水"),
        ("<p>一</p>\n  <p>二三</p>四<br/>五六<div>七八</div>", "一\n二三\n四\n五六\n七八"),
        ("<table><tr><td>红色</td><td>蓝色</td></tr></table>", "红色\n蓝色"),
        ("<p>  a \n b<b> c </b> d</p>", "a b c d"),
        ("<p>催</p><p>情</p><p>水</p>", "催 情 水"),
        ("催情<img src=a.gif>水", "催情 水"),
        ("催情<img src=a.gif width=1>水", "催情水"),
        ("催情<div style='display:inline'>水</div>", "催情水"),
        ("催<style>.a{color:red}</style>情<script>var a='<b>'</script>水", "催情水"),
        ("<textarea>a</b c&lt;</textarea>", "a</b c<"),
        ("<ruby>催<rt>cui</rt></ruby>情", "催情\n\ncui"),
        ("<![CDATA[催<b>情</b>]]>水", "催情水"),
        ("<svg><text>催情</text></svg>水", "催情水"),
        ("<title>催情</title>水", "催情\n水"),
    ],
)
def test_tags_comments_and_references_show_as_a_browser_does(source: str, text: str) -> None:
    assert show(source).text == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("催<span style='display: none'>x</span>情", "催情\n\nx"),
        ("催<i hidden>x<b>y</b></i>情", "催情\n\nxy"),
        ("催<div style='display:none'>x<p>y</div>情", "催情\n\nx\ny"),
        ("<span style='font-size:0px'>x</span>情", "情\n\nx"),
        ("<span style='font-size:0.9em'>x</span>情", "x情"),
        ("<p hidden>x<p>情", "情\n\nx"),
        ("<noscript>x</noscript>情<template>y</template>", "情\n\nx\ny"),
        ("<script type='application/ld+json'>{1}</script>情", "情\n\n{1}"),
        ("情<script>催", "情\n\n催"),
        ("情<!-- 催<b>水</b>", "情\n\n催水"),
        ('<img alt="催&#24773;" title=水>好', "好\n\n催情\n水"),
        ('<input type=button value="买" placeholder="x y">', "买\nx y"),
        ('<meta name=keywords content="催,情">', "催,情"),
        ('<a data-tip="催">情</a>', "情\n\n催"),
        ('<催情 a><b 水="1">好</b 情>', "<催情 a>好\n\n水"),
    ],
)
def test_what_is_unseen_stands_below_the_page(source: str, text: str) -> None:
    assert show(source).text == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r'{"t":"\u50ac\u60c5\n\ud83d\ude00\/"}', '{"t":"催情\n😀/"}'),
        (r"\u50ac\u60C5 \ud83d", "催情 \ufffd"),
        (r"\\u50ac%u60C5", "催情"),
        (quote("催情 100%"), "催情 100%"),
        (quote("催情水", encoding="gbk"), "催情水"),
        ("%E5%82%AC%FF%E6%83%85", "催%FF情"),
        ("%26%2320652%3B", "催"),
        ("%3Cb%3E催%3C%2Fb%3E情", "催情"),
        ("&lt;b&gt;催&lt;/b&gt;情", "催情"),
        ("&amp;#20652;情", "催情"),
        (json.dumps({"a": "<p>催<b>情</b></p>"}), '{"a": "\n催情\n"}'),
        (r'{"a":"<p class=\"x\">催<\/p>"}', '{"a":"\n催\n"}'),
    ],
)
def test_escapes_are_read_and_markup_in_them_once_more(source: str, text: str) -> None:
    assert show(source).text == text


@pytest.mark.parametrize(
    "source",
    [
        "&lt;script&gt;催情&lt;/script&gt;",
        "&lt;!--催情--&gt;",
        "%3Cstyle%3E催情%3C/style%3E",
        "&lt;b x='催情'&gt;y",
        r"\u003c!-- 催情 --\u003e",
    ],
)
def test_what_a_browser_shows_since_it_is_escaped_is_not_lost(source: str) -> None:
    assert "催情" in show(source).text


@pytest.mark.parametrize(
    "source",
    [
        "",
        "纯棉短袖 100%",
        "3<5 且 7>2，a < b",
        "5%折扣%20",
        "涨幅%95%90",
        r"C:\new\table\readme",
        r"C:\users",
        "AT&T R&D ; &",
        '[新品] {促销} "引号" \\',
        "<3 <- <= </",
        "尺寸<abc",
        "两行\n  文字\t\n\n好",
        "https://example.com/?a=1&b=2%20",
    ],
)
def test_a_text_without_markup_is_the_source_itself(source: str) -> None:
    shown = show(source)
    assert (shown.text, shown.places, shown.ends, shown.pictures, shown.links) == (source, None, None, (), ())


@pytest.mark.parametrize(
    ("source", "term", "surface"),
    [
        ("<p>好&#20652;<b>情</b>水</p>", "催情水", "&#20652;<b>情</b>水"),
        (r'{"a":"\u50ac\u60c5"}', "催情", r"\u50ac\u60c5"),
        ("好%E5%82%AC%E6%83%85", "催情", "%E5%82%AC%E6%83%85"),
        ("好&lt;b&gt;催&lt;/b&gt;&amp;#24773;", "催情", "催&lt;/b&gt;&amp;#24773;"),
        ("%26%2320652%3B情", "催情", "%26%2320652%3B情"),
        ('<img alt="好催&#24773;">x', "催情", "催&#24773;"),
        (r'{"a":"\u003cb\u003e\u50ac\u003c/b\u003e情"}', "催情", r"\u50ac\u003c/b\u003e情"),
        ("a&#128512;催<b>情", "催情", "催<b>情"),
    ],
)
def test_the_place_is_given_in_the_source(source: str, term: str, surface: str) -> None:
    shown = show(source)
    start = shown.text.index(term)
    first, last = shown.source_span(start, start + len(term))
    assert source[first:last] == surface


def test_addresses_are_distinguished() -> None:
    shown = show(
        """<a href="https://other.example/a?b=1&amp;c=2">x</a><a href="#top"></a><a href="javascript:;"></a>
        <area href=//other.example/map><form action='/buy'></form><iframe src="https://player.example/1"></iframe>
        <a href="tel:13800138000">y</a><meta http-equiv=refresh content="0; url=https://away.example/">
        <div onclick="location.href='https://click.example/'">z</div>
        <img src="//img.example/1.jpg" srcset="//img.example/2.jpg 1x, //img.example/3.jpg 2x" data-src=4.jpg>
        <img src="data:image/gif;base64,R0lGOD" data-ks-lazyload="https://img.example/5.jpg"><input type=image src=6.png>
        <picture><source srcset=7.webp></picture><video poster=8.jpg src=9.mp4><source src=10.mp4></video>
        <td background="11.jpg" style="background:url('12.jpg')"></td><style>p{background:url(13.jpg)}</style>
        <meta property="og:image" content="14.jpg">"""
    )
    assert [address.rpartition("/")[2].split(".")[0] for address in shown.pictures] == [
        "1", "2", "3", "4", "5", "6", "7", "8", "11", "12", "13", "14",
    ]  # fmt: skip
    assert shown.videos == ("9.mp4", "10.mp4")
    assert shown.embedded == 1
    assert shown.links == (
        "https://other.example/a?b=1&c=2",
        "//other.example/map",
        "/buy",
        "https://player.example/1",
        "tel:13800138000",
        "https://away.example/",
        "https://click.example/",
    )


def test_a_link_in_the_title_leaves_the_description_its_name_and_its_words() -> None:
    title = '<a href="https://shop.example.net/x">看</a>'
    read = fields.read([Listing(id="1", title=title, description="仿真枪")], READING)
    assert list(zip(read.names, read.texts, read.uses, strict=True)) == [
        ("title", "看", "all"),
        ("description", "仿真枪", "all"),
        ("title", "https://shop.example.net/x", "links"),
    ]


def test_a_link_has_its_place_in_the_source() -> None:
    source = '<p>好</p><a title=x href="https://other.example/?a&amp;b">'
    [span] = show(source).link_spans
    assert source[slice(*span)] == "https://other.example/?a&amp;b"


MATCHER = Matcher(Lexicon((Term("催情水", "drug", 4),)))


def found(source: str) -> str:
    """The surface of the term in the source."""
    shown = show(source)
    hits = MATCHER.scan([shown.text])[0]
    assert hits, shown.text
    first, last = shown.source_span(hits[0].start, hits[0].end)
    return source[first:last]


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(
            '<DIV style="TEXT-ALIGN: center; MARGIN: 0px auto; WIDTH: 750px"><P align=center><FONT color=#ff0000 size=5'
            ' face=微软雅黑>新品</FONT></P><P><IMG align=absMiddle src="//img.example/imgextra/i1/1.jpg"></P><P '
            "align=center>进口催情<FONT color=#ff0000>水</FONT>&nbsp;&nbsp;包邮</P></DIV>",
            id="taobao 宝贝描述",
        ),
        pytest.param(
            '<meta charset="utf-8">\n<p data-mce-fragment="1">Classic tee.</p>\n<ul class="a-unordered-list">\n<li><span'
            ' class="a-list-item">进口催<strong data-mce-fragment="1">情</strong>水</span></li>\n</ul>',
            id="shopify body",
        ),
        pytest.param(
            '<!-- wp:paragraph -->\n<p>[caption id="1"]进口<em>催</em>情水</p>\n<!-- /wp:paragraph -->\\n<img class="size-full'
            ' wp-image-7" src="https://shop.example/x-300x300.jpg" />',
            id="woocommerce",
        ),
        pytest.param(
            '<div data-content-type="row" data-appearance="contained" data-element="main"><div data-background-images="{\\'
            '&quot;desktop_image\\&quot;:\\&quot;{{media url=wysiwyg/x.jpg}}\\&quot;}"><div data-content-type="text"'
            ' data-appearance="default" data-element="main"><p>进口催&shy;情&shy;水</p></div></div></div>',
            id="magento page builder",
        ),
        pytest.param(
            '&lt;div data-content-type="html" data-element="main"&gt;&lt;p&gt;进口催&lt;b&gt;情&lt;/b&gt;水&lt;/p&gt;&lt;/div&gt;',
            id="magento html block, escaped",
        ),
        pytest.param(
            "<div cssurl='//sku.example/css/1.css'></div><style>.ssd-module{width:750px;background-image:url(//img.example"
            '/a.jpg)}</style><div class="ssd-module-wrap"><div class="ssd-module M1" data-id="M1"></div><div><img'
            ' data-lazyload="//img.example/jfs/t1/1.jpg" alt="" usemap="#m"/><span>催</span><span>情</span><span>水</span>'
            "</div></div>",
            id="jd 商品介绍",
        ),
        pytest.param(
            '<p style="text-align: center;"><span style="color: rgb(225, 60, 57); background-color: rgb(0, 0, 0);'
            ' font-size: 19px;"><strong>催</strong></span><span style="font-size: 14.0px;">情水</span><br></p><p><br></p>',
            id="wangEditor",
        ),
        pytest.param(
            '<p><img src="/ueditor/php/upload/image/1.png" title="1.png" alt="图.png"/></p><p style="white-space: normal;">催'
            '<span style="text-decoration: underline;">情</span>水&nbsp;</p><p><br/></p>',
            id="UEditor",
        ),
        pytest.param(
            '<p><span data-mce-style="font-size: 12pt;" style="font-size: 12pt;">&#20652;&#24773;&#27700;</span></p>\n<p><img'
            ' style="float: left;" src="../x.jpg" alt="" width="750" height="500" /></p>',
            id="TinyMCE",
        ),
        pytest.param(
            '<p class="ql-align-center"><strong class="ql-size-large" style="color: red;">催</strong><u>情</u>水</p><ul><li'
            ' class="ql-indent-1"><span class="ql-ui" contenteditable="false"></span>好</li></ul>',
            id="Quill",
        ),
        pytest.param(
            "<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml><![endif]--><p"
            " class=MsoNormal style='mso-margin-top-alt:auto;text-indent:21.0pt'><span lang=EN-US><o:p>&nbsp;</o:p></span>"
            "<span style='font-family:宋体;mso-ascii-font-family:Calibri'>催</span><span lang=EN-US\nstyle='mso-hide:all'>x"
            "</span><span style='font-family:宋体'>情<o:p></o:p>水</span></p>",
            id="Word",
        ),
        pytest.param(
            '<section style="display: inline-block;"><section data-role="paragraph"><p style="letter-spacing:2px">催</p><p>情'
            '</p><p>水</p></section></section><mpvoice src="x"></mpvoice>',
            id="135editor, from top to bottom",
        ),
        pytest.param(
            '{"desc":"<p style=\\"font-size:14.0px\\">\\u50ac<b>\\u60c5<\\/b>\\u6c34<\\/p><img src=\\"https:\\/\\/img.example'
            '\\/1.jpg\\">","sku":[]}',
            id="JSON of an interface",
        ),
        pytest.param(
            "<item><description><![CDATA[<p>催<b>情</b>水</p>]]></description></item>",
            id="XML feed",
        ),
    ],
)
def test_a_term_is_found_in_what_editors_and_shops_write(source: str) -> None:
    assert re.match(r"(?s)催|&#20652;|\\u50ac", found(source))
    assert re.search(r"(?s)(?:水|&#27700;|\\u6c34)\Z", found(source))


def test_of_two_paragraphs_no_word_is_joined() -> None:
    for source in ("<p>用于催情</p><p>水质检测</p>", "<td>催情</td><td>水</td>", "催情<br>水"):
        assert not MATCHER.scan([show(source).text])[0]


PARTS = st.sampled_from(
    [
        "催", "情", "水", "a", "b ", " ", "\n", "&amp;", "&#24773;", "&#x6c34", "&nbsp;", "&copy", "&notit;", "&x;", "&", "&#;",
        "<b>", "</b>", "<i class='x>y'>", "</i>", "<span a=1 b='2' c=\"3\" d>", "</span>", "<br>", "<br/>", "<p>", "</p>",
        "<div>", "</div>", "<ul><li>", "</ul>", "<!-- x -->", "<!---->", "<!-->", "<!x>", "<?x?>", "</>", "</ x>", "<script>a<b</script>",
        "<style>p{}</style>", "<textarea>a&lt;<b></textarea>", "<3", "< ", "<", "<img src=x>", "<a href=x?a&copy=1>", "</a>",
        "<B/X>", "</B y>", "<x-y>", "<u\n>", "<u a = '1'\t/>", "<u =x>", "<u a='<b>'>", "'", '"', ">", "=",
    ]
)  # fmt: skip
"""Without tables, frames and foreign elements, in which browsers move text about, and without what is hidden."""


def browsers_text(source: str) -> str:
    """The text of an independent parser after the HTML Standard, without white space."""
    tree = LexborHTMLParser(source)
    tree.strip_tags(["script", "style"])
    text = tree.body.text(deep=True) if tree.body else ""
    return re.sub(r"[\t\n\f\r ]+", "", text)


@settings(max_examples=400, deadline=None)
@given(parts=st.lists(PARTS, max_size=24))
def test_an_independent_parser_reads_the_same_text(parts: list[str]) -> None:
    source = "<body>" + "".join(parts) + "<p>"
    if re.search(r"<[a-zA-Z/!?][^>]*\Z", source) or source.count("'") % 2 or source.count('"') % 2:
        return
    read = page_text(source)
    assert read == browsers_text(source)


def page_text(source: str) -> str:
    """The shown text of one reading as HTML, without white space."""
    reader = PageReader(source, None, Addresses(), collapse=True)
    reader.read()
    return re.sub(r"[\t\n\f\r ]+", "", reader.shown)


MARKUP = st.lists(
    PARTS
    | st.sampled_from(
        ["%E5%82%AC", "%26lt;", "%3C", "\\u50ac", "\\n", '{"', "&lt;", "&amp;lt;", "<!--", "<script>", "<i hidden>", "<a b='", "]]>",
         "<![CDATA[", "<img alt='催' x>", "<td>", "😀", "\\ud83d\\ude00", "<style>", "%", "%B4%DF", "<video>"]
    )
    | st.text(max_size=4),
    max_size=20,
).map("".join)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(source=MARKUP)
def test_each_shown_character_has_its_place_whatever_comes(source: str) -> None:
    shown = show(source)
    if shown.places is None or shown.ends is None:
        assert shown.text == source
        return
    assert len(shown.places) == len(shown.ends) == len(shown.text)
    for char, start, end in zip(shown.text, shown.places.tolist(), shown.ends.tolist(), strict=True):
        assert 0 <= start <= end <= len(source)
        written = source[start:end]
        assert written == char or char in "\n " or written[:1] in "&%\\"
    assert all(0 <= start <= end <= len(source) for start, end in shown.link_spans)


@given(parts=st.lists(st.sampled_from(["催", "情", "x", " "]), min_size=1), closing=st.booleans())
def test_inline_tags_and_references_change_no_text(parts: list[str], closing: bool) -> None:
    plain = "".join(parts).strip()
    marked = "".join(f"<b>{part}{'</b>' * closing}" for part in parts)
    referred = "".join(f"&#{ord(char)};" for char in plain)
    assert show(marked).text == re.sub(" +", " ", plain)
    assert show(referred).text == plain


@pytest.mark.parametrize(
    "unit",
    [
        "<div>", "<a", "<a ", "<p><b>", "</x>", "<!--", "<!-", '<a b="', "<a b='\" ", "&", "&a", "&#", " ", " \n<", "%E4", "\\u",
        "\\ud83d", "<script>", "<textarea>", "<li>", "<td><p>", "<![CDATA[", "&amp;lt;b&gt;", "<b hidden>x</b>", '["\\', "=", "</b",
    ],
)  # fmt: skip
def test_any_depth_and_length_is_read_in_linear_time(unit: str) -> None:
    times = []
    for count in (25_000, 100_000):
        source = f"<p style='{unit}'>" + unit * count
        started = time.process_time()
        show(source)
        times.append(time.process_time() - started)
    assert times[1] < 20 * max(times[0], 0.02)


@pytest.mark.skipif(not (CASES / "html.csv").exists(), reason="the cases are not here")
def test_the_cases_show_their_term() -> None:
    with (CASES / "html.csv").open(encoding="utf-8-sig", newline="") as file:
        sources = {row["编号"]: row["描述"] for row in csv.DictReader(file)}
    for name, source in sources.items():
        text = re.sub(r"[\s\xa0]", "", show(source).text)
        assert ("仿真枪" in text) == (name not in ("E7", "E8")), name
    assert show(sources["E7"]).pictures == ("https://a.com/x.jpg",)
    assert show(sources["E8"]).links == ("https://detail.tmall.com/item.htm?id=1",)
