"""Made-up contact details in sentences of chat, plain and in disguises, and harmless sentences that look alike.

Nothing here is read by the matcher. Numbers and accounts are drawn at random.
"""

import random
import re
from collections.abc import Callable

DIGIT_WORDS = "零一二三四五六七八九"
BIG_WORDS = "零壹贰叁肆伍陆柒捌玖"
SPOKEN = {"0": "洞", "1": "幺", "7": "拐", "9": "勾", "2": "二", "3": "三", "4": "四", "5": "五", "6": "六", "8": "八"}
KEYCAP = "\ufe0f\u20e3"
CIRCLED = "⓪①②③④⑤⑥⑦⑧⑨"

WECHAT_NAMES = (
    "微信",
    "薇信",
    "威信",
    "VX",
    "vx",
    "V信",
    "wx",
    "薇❤",
    "V❤",
    "微♥信",
    "卫星",
    "徽信",
    "W信",
    "微 信",
    "葳芯",
)
QQ_NAMES = ("QQ", "qq", "扣扣", "企鹅", "球球", "Q Q", "q号", "抠抠", "🐧")
LEADS = ("亲，这款没货了，", "您好 ", "在的，", "想要优惠的话", "这边回复慢，", "看图的话", "有现货，", "量大从优，")
ASKS = (
    "加我{name}{sep}{id}",
    "加{name}{sep}{id} 详聊",
    "{name}{sep}{id}",
    "联系{name}{sep}{id}",
    "{name}号{sep}{id}，备注拼多",
    "添加{name}：{id}",
)
TAILS = ("", " 给您优惠", "，谢谢", " 秒回", "。")
SEPARATORS = ("：", ":", " ", "", "号是", " ➡ ")


def mobile(dice: random.Random) -> str:
    """Eleven digits of a mobile number's form."""
    return dice.choice(("13", "15", "17", "18", "19")) + "".join(dice.choices("0123456789", k=9))


def account(dice: random.Random) -> str:
    """A WeChat account's form."""
    letters = "".join(dice.choices("abcdefghjkmnpqrstuvwxyz", k=dice.randint(3, 7)))
    return letters + "".join(dice.choices("0123456789", k=dice.randint(2, 6)))


def qq(dice: random.Random) -> str:
    """A QQ number's form."""
    return dice.choice("123456789") + "".join(dice.choices("0123456789", k=dice.randint(6, 9)))


def _phone(write: Callable[[str, random.Random], str]) -> Callable[[random.Random], str]:
    def made(dice: random.Random) -> str:
        written = write(mobile(dice), dice)
        words = dice.choice(("电话{n}", "打我电话 {n}", "{n}", "手机：{n}", "有事打{n}", "联系我{n}"))
        return words.format(n=written)

    return made


def _messenger(names: tuple[str, ...], make: Callable[[random.Random], str]) -> Callable[[random.Random], str]:
    def made(dice: random.Random) -> str:
        return dice.choice(ASKS).format(name=dice.choice(names), sep=dice.choice(SEPARATORS), id=make(dice))

    return made


def _each(table: str | dict[str, str]) -> Callable[[str, random.Random], str]:
    return lambda number, dice: "".join(table[int(one)] if isinstance(table, str) else table[one] for one in number)


def _mixed(number: str, dice: random.Random) -> str:
    return "".join(dice.choice((one, DIGIT_WORDS[int(one)], BIG_WORDS[int(one)], CIRCLED[int(one)])) for one in number)


def _between(*marks: str) -> Callable[[str, random.Random], str]:
    def write(number: str, dice: random.Random) -> str:
        return dice.choice(marks).join(number)

    return write


def _grouped(number: str, dice: random.Random) -> str:
    return dice.choice((" ", "-", "—", ".", "~")).join((number[:3], number[3:7], number[7:]))


def _invitation(dice: random.Random) -> str:
    return dice.choice(
        (
            "加个微信聊吧",
            "加V聊",
            "扫码加薇信",
            "微信同号",
            "加我扣扣详谈",
            "私加v",
            "方便留个微信吗",
            "我们微信上说",
            "走微信吧",
            "进企鹅群领券",
            "加下微信发您图片",
            "➕V❤",
            "+vx 详聊",
            "电报联系",
            "平台老吞消息，加微",
        )
    )


def _mail(dice: random.Random) -> str:
    name, host = account(dice), dice.choice(("qq", "163", "126", "gmail"))
    return dice.choice(
        (f"{name}@{host}.com", f"{name}＠{host}．com", f"{name} @ {host} . com", f"{name}艾特{host}点com")
    )


def _link(dice: random.Random) -> str:
    name = account(dice)
    ending = dice.choice(("com", "cn", "top", "xyz", "vip"))
    return dice.choice(
        (
            f"http://{name}.{ending}/a?x=1",
            f"www.{name}.{ending}",
            f"{name}。{ending}",
            f"{name}点{ending}",
            f"{name}．{ending}",
            f"www {name} {ending}",
            f"hxxps://{name}.{ending}",
        )
    )


DISGUISES: dict[str, Callable[[random.Random], str]] = {
    "phone plain": _phone(lambda number, dice: number),
    "phone grouped": _phone(_grouped),
    "phone spaced": _phone(_between(" ", "-", "*", ".", "_", "，", "、", "❤")),
    "phone full width": _phone(lambda number, dice: "".join(chr(ord(one) + 0xFEE0) for one in number)),
    "phone numerals": _phone(_each(DIGIT_WORDS)),
    "phone big numerals": _phone(_each(BIG_WORDS)),
    "phone spoken": _phone(_each(SPOKEN)),
    "phone keycaps": _phone(lambda number, dice: "".join(one + KEYCAP for one in number)),
    "phone circled": _phone(_each(CIRCLED)),
    "phone mixed": _phone(_mixed),
    "wechat account": _messenger(WECHAT_NAMES, account),
    "wechat by phone": _messenger(WECHAT_NAMES, mobile),
    "wechat spaced account": _messenger(WECHAT_NAMES, lambda dice: " ".join(account(dice))),
    "qq number": _messenger(QQ_NAMES, qq),
    "qq numerals": _messenger(QQ_NAMES, lambda dice: _each(DIGIT_WORDS)(qq(dice), dice)),
    "invitation": _invitation,
    "mail": _mail,
    "link": _link,
}


def _with_letters(number: str, dice: random.Random) -> str:
    return number.translate(str.maketrans("01", "Ol"))


def _half_spoken(number: str, dice: random.Random) -> str:
    cut = dice.randint(3, 8)
    return number[:cut] + "".join(SPOKEN[one] for one in number[cut:])


def _in_two(number: str, dice: random.Random) -> str:
    return f"{number[:3]}然后{number[3:7]}再{number[7:]}"


def _sound_names(dice: random.Random) -> str:
    name = dice.choice(("韦欣", "唯芯", "危信", "薇馨", "维x", "巍信", "球秋", "扣抠", "抠扣"))
    return f"{dice.choice(('佳', '嘉', '伽', '家'))}{name}{account(dice)}"


def _pinyin(dice: random.Random) -> str:
    return dice.choice(("jia weixin ", "jia wei xin ", "wei xin hao ", "Weixin:", "WeiXin ")) + account(dice)


def _reversed(number: str, dice: random.Random) -> str:
    return f"{number[::-1]}倒过来"


def _app_words(dice: random.Random) -> str:
    return dice.choice(
        (
            "绿泡泡{id}",
            "绿色软件搜{id}",
            "小绿书旁边那个加{id}",
            "蓝色小飞机 {id}",
            "whats app {id}",
            "t.me/{id}",
            "dd我 {id}",
            "那个聊天软件搜{id}",
        )
    ).format(id=account(dice))


UNSEEN: dict[str, Callable[[random.Random], str]] = {
    "phone with O and l": _phone(_with_letters),
    "phone half spoken": _phone(_half_spoken),
    "phone in pieces": _phone(_in_two),
    "phone backwards": _phone(_reversed),
    "names by sound": _sound_names,
    "pinyin": _pinyin,
    "names of apps": _app_words,
}
"""Forms that were written after the words and rules were settled, and for which nothing was changed since."""


def contact_messages(name: str, count: int, *, seed: int) -> list[str]:
    """Sentences with one contact each, in this disguise."""
    dice = random.Random(f"{name}:{seed}")
    return [dice.choice(LEADS) + {**DISGUISES, **UNSEEN}[name](dice) + dice.choice(TAILS) for _ in range(count)]


_HARMLESS = (
    "订单号{d18}什么时候发货",
    "运单{d13}显示已签收",
    "尺码 {a} {b} {c} 怎么选",
    "可以用微信支付吗",
    "支付宝付款还是微信付款都可以",
    "我{y}年买的，现在坏了",
    "这个型号 WX{d6} 有货吗",
    "净重{a}.{b}kg，价格{c}元",
    "卫星电视能用吗",
    "客服态度很好，退款很快",
    "请在平台内沟通，请勿私下交易，谨防诈骗",
    "我要退款，什么时候到账",
    "手机号码可以改吗，地址写错了",
    "微信小程序里能看到订单吗",
    "快递员说联系不上我",
    "身高{a}体重{b}穿什么码",
    "满{c}减{b}，一共{d5}积分",
    "QQ糖还有吗",
    "企鹅公仔多大",
    "求求你们快发货吧",
    "飞机模型适合几岁",
    "内存6+128G的还有吗",
    "V领的有吗，加绒的呢",
    "维新版教材有吗",
    "这款电话手表怎么绑定",
    "买三个打几折",
    "验证码收不到怎么办",
    "发票什么时候开",
    "能开增值税发票吗",
    "保证金是什么意思",
    "这个账号防找回吗，包赔吗",
    "屏幕碎了能退吗",
    "一二三四五六七号都有货吗",
    "百分之九十八棉",
    "版本v{b}.{a}能用吗",
    "怎么共享给家人用",
    "加热多少度，加湿吗",
    "充值什么时候到",
    "积分可以兑换什么",
    "航班延误了，能改配送时间吗",
    "周一到周五九点到六点都有人",
    "2×3米的，三块多少钱",
    "iphone{b}能用吗，type.c的",
)


def decoys(count: int, *, seed: int) -> list[str]:
    """Harmless sentences of chat that look like contact details or tricks."""
    dice = random.Random(seed)

    def number(size: int) -> str:
        return dice.choice("2345678") + "".join(dice.choices("0123456789", k=size - 1))

    made = []
    for _ in range(count):
        sentence = dice.choice(_HARMLESS)
        made.append(
            sentence.format(
                a=dice.randint(10, 99),
                b=dice.randint(10, 99),
                c=dice.randint(100, 999),
                y=dice.randint(2015, 2026),
                d5=number(5),
                d6=number(6),
                d13=number(13),
                d18=number(18),
            )
        )
    return made


_TOKEN = re.compile(r"CELLPHONE\d*|PHONE|HOTLINE|URL|WECHAT|QQ|DIGIT|NAME|PLACE|BANK")


def fill(line: str, dice: random.Random | None) -> str:
    """A message with its words joined and its tokens filled with made-up contacts, or taken out."""

    def one(token: re.Match[str]) -> str:
        kind = token[0].rstrip("0123456789")
        if dice is None:
            return {"NAME": "张", "PLACE": "北京", "DIGIT": "5", "BANK": ""}.get(kind, "")
        made = {
            "CELLPHONE": mobile(dice),
            "PHONE": f"0{dice.randint(10, 999)}{dice.randint(2, 8)}{dice.randint(10**6, 10**7 - 1)}",
            "HOTLINE": "95588",
            "URL": f"http://wap.{account(dice)}.{dice.choice(('com', 'cc', 'pw', 'top', 'tk'))}/",
            "WECHAT": dice.choice(("微信", "威信", "V信", "wx")) + account(dice),
            "QQ": f"QQ{qq(dice)}",
            "DIGIT": str(dice.randint(1, 9999)),
            "NAME": dice.choice(("张", "小李", "王经理")),
            "PLACE": dice.choice(("北京", "上海", "深圳")),
            "BANK": "62" + "".join(dice.choices("0123456789", k=17)),
        }
        return made[kind]

    return _TOKEN.sub(one, line.replace(" ", ""))
