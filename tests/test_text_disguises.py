"""Terms in disguise: what each channel sees, where in the original, and what it leaves alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anbao.detect.likeness.fold import fold_table
from anbao.detect.text import Hit, Lexicon, Matcher, Term
from anbao.detect.text.confusable import look_alikes
from anbao.detect.text.sound import is_spelling, sounds
from anbao.model.listing import CHANNELS, WRITTEN

TERMS = [
    Term("手枪", "weapon", 5),
    Term("气枪铅弹", "weapon", 5),
    Term("弹簧刀", "knife", 5),
    Term("窃听器", "device", 4),
    Term("刷好评", "brushing", 3),
    Term("代开发票", "fraud", 4),
    Term("针孔摄像头", "device", 4),
    Term("TNT炸药", "explosive", 5),
    Term("仿真冲锋枪", "replica", 5),
    Term("冲锋枪", "weapon", 5, exceptions=("玩具冲锋枪",)),
]
LEXICON = Lexicon(TERMS)
MATCHER = Matcher(LEXICON)


def found(text: str, matcher: Matcher = MATCHER) -> list[tuple[str, str, str]]:
    (hits,) = matcher.scan([text])
    for hit in hits:
        assert text[hit.start : hit.end] == hit.surface
    return [(matcher.lexicon.terms[hit.term].term, hit.channel, hit.surface) for hit in hits]


@pytest.mark.parametrize(
    ("text", "term", "channel", "surface"),
    [
        ("出售手木仓现货", "手枪", "split", "手木仓"),
        ("气枪铅弓单现货", "气枪铅弹", "split", "气枪铅弓单"),
        ("卖弓单簧刀", "弹簧刀", "split", "弓单簧刀"),
        ("氣槍鉛弓單", "气枪铅弹", "split", "氣槍鉛弓單"),
        ("气十人仓铅弹", "气枪铅弹", "split", "气十人仓铅弹"),
        ("气a枪b铅c弹", "气枪铅弹", "filled", "气a枪b铅c弹"),
        ("买气枪88铅弹吧", "气枪铅弹", "filled", "气枪88铅弹"),
        ("卖气qiang铅dan吧", "气枪铅弹", "half_pinyin", "气qiang铅dan"),
        ("卖shou枪", "手枪", "half_pinyin", "shou枪"),
        ("dai开FA票", "代开发票", "half_pinyin", "dai开FA票"),
        ("卖气q铅d吧", "气枪铅弹", "initials", "气q铅d"),
        ("卖 QQQD 吧", "气枪铅弹", "initials", "QQQD"),
        ("thd现货", "弹簧刀", "initials", "thd"),
        ("代开8票", "代开发票", "digits", "代开8票"),
        ("7枪铅弹", "气枪铅弹", "digits", "7枪铅弹"),
        ("弹簧刁", "弹簧刀", "look_alike", "弹簧刁"),
        ("气怆铅掸", "气枪铅弹", "look_alike", "气怆铅掸"),
        ("ТNТ炸药", "TNT炸药", "look_alike", "ТNТ炸药"),
        ("TΝΤ炸药", "TNT炸药", "look_alike", "TΝΤ炸药"),
        ("针孔X摄X像头", "针孔摄像头", "filled", "针孔X摄X像头"),
        ("针孔囧像头", "针孔摄像头", "look_alike", "针孔囧像头"),
        ("弹铅枪气", "气枪铅弹", "swapped", "弹铅枪气"),
        ("铅弹气枪", "气枪铅弹", "swapped", "铅弹气枪"),
        ("头像摄孔针", "针孔摄像头", "swapped", "头像摄孔针"),
        ("针孔像摄头", "针孔摄像头", "swapped", "针孔像摄头"),
    ],
)
def test_a_disguise_is_seen_through(text: str, term: str, channel: str, surface: str) -> None:
    assert (term, channel, surface) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "枪手",  # two characters in another order are another word
        "qq枪弹",
        "qqqde",
        "xthd",
        "shb",  # three initials below severity 4
        "发票5张",
        "2018枪铅弹",  # a long number is a number
        "气枪。铅b弹",
        "气枪abcd铅弹",
        "弹\n簧刁",
        "手\n木仓",
        "木仓库手工",
        "代开车票",  # a common character at one place of four
        "玩具冲锋枪",  # harmless for one term, so no disguise of another
        "",
    ],
)
def test_what_is_no_disguise(text: str) -> None:
    assert not found(text)


def test_only_what_is_written_may_block() -> None:
    assert set(CHANNELS) > WRITTEN
    assert CHANNELS[:3] == ("exact", "normalised", "spaced")


def test_a_guess_beside_the_same_term_written_is_dropped() -> None:
    assert found("刀弹簧刀弹") == [("弹簧刀", "exact", "弹簧刀")]


def test_tables_are_sound() -> None:
    sources, targets = look_alikes()
    assert (sources != targets).all()
    assert (sources[1:] >= sources[:-1]).all()
    assert chr(targets[list(sources).index(ord("末"))]) == "未"
    assert is_spelling("qiangdan")
    assert not is_spelling("usb")
    assert (
        sounds().others[[ord(char) for char in "弹重调"]] != sounds().symbols[[ord(char) for char in "弹重调"]]
    ).all()


# Any term: what stands in the text leads back to its place

common = st.sampled_from(
    [chr(code) for code in range(0x4E00, 0x9FA5) if sounds().symbols[code] and fold_table()[code] == code]
)
chinese = st.text(common, min_size=4, max_size=8)


def the_hit(term: str, text: str, start: int, end: int) -> Hit:
    """The hit of this term that covers the place."""
    (hits,) = Matcher(Lexicon([Term(term, "c", 5)])).scan([text])
    for hit in hits:
        assert text[hit.start : hit.end] == hit.surface
    (hit,) = [hit for hit in hits if hit.start <= start and end <= hit.end]
    return hit


@given(chinese, st.text("abcxyzQZ", min_size=1, max_size=3), st.data())
def test_letters_between_hide_nothing(term: str, letters: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(1, len(term) - 1))
    surface = term[:place] + letters + term[place:]
    hit = the_hit(term, f"〇{surface}〇", 1, 1 + len(surface))
    assert (hit.surface, hit.start) == (surface, 1)
    assert hit.channel not in ("exact", "normalised")


@given(chinese, st.data())
def test_another_order_hides_nothing(term: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(term) - 2))
    swapped = term[:place] + term[place + 1] + term[place] + term[place + 2 :]
    half = len(term) // 2
    surface = data.draw(st.sampled_from([swapped, term[::-1], term[half:] + term[:half]]))
    hit = the_hit(term, f"〇{surface}〇", 1, 1 + len(surface))
    assert hit.surface == surface


@given(chinese, st.data())
def test_a_spelled_character_hides_nothing(term: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(term) - 1))
    tables = sounds()
    symbol = tables.symbols[ord(term[place])]
    syllable = "".join("abcdefghijklmnopqrstuvwxyz"[letter - 1] for letter in tables.letters[0][symbol] if letter)
    if not is_spelling(syllable):
        return
    surface = term[:place] + syllable + term[place + 1 :]
    hit = the_hit(term, f"〇{surface}〇", 1 + place, 1 + place + len(syllable))
    assert hit.start == 1
    assert hit.surface == surface


@given(st.text(st.sampled_from("手木仓气a枪b铅c弹弓单dqiang8 7刁刀簧*\n。惮Т"), max_size=60))
def test_together_as_alone_and_always_a_slice(text: str) -> None:
    alone = MATCHER.scan([text])[0]
    together = MATCHER.scan(["手木仓", text, "qqqd"])[1]
    assert alone == together
    for hit in alone:
        assert text[hit.start : hit.end] == hit.surface
