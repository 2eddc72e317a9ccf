"""Chats between buyers and sellers: a fraudster's, harmless look-alikes, small talk; with the truth of each message.

Numbers and accounts are made up: mobile numbers on 190-0000, hosts that end in ``.example`` or imitate one.
"""

from collections.abc import Iterator
from random import Random
from typing import Literal

import msgspec

from anbao.model.message import Message, MessageDecision, Sender

ChatLabel = Literal["fraud", "look_alike", "harmless"]

OWN_DOMAINS = "anbao-mall.example"
"""The domain of the simulator's platform, for the option ``platform.domains``."""


class ChatTruth(msgspec.Struct, frozen=True):
    """What a message really is. ``trick``: the scheme that it belongs to; ``expected``: what a good platform does."""

    label: ChatLabel
    expected: MessageDecision
    trick: str = ""


class SimulatedMessage(msgspec.Struct, frozen=True):
    """A message and the truth about it."""

    message: Message
    truth: ChatTruth


_Line = tuple[Sender, str, MessageDecision]

_FRAUDS: dict[str, tuple[_Line, ...]] = {
    "off_platform": (
        ("merchant", "亲 这款平台价高，加我薇❤：an{n} 给您便宜", "warn"),
        ("merchant", "微信转账给我就行，不走平台，便宜50", "hold"),
        ("consumer", "为什么不能在这里付款？", "pass"),
    ),
    "disguised_phone": (
        ("merchant", "有问题打幺九零零零零零{spoken}", "warn"),
        ("merchant", "或者 1-9-0-0-0-0-0-{dashed} 找我", "warn"),
    ),
    "false_service": (
        ("merchant", "您好，我是理赔客服，您的快递丢失，为您办理双倍退款，请扫码填写银行卡", "hold"),
        ("merchant", "请下载会议软件并共享屏幕，我指导您操作退款", "hold"),
        ("merchant", "不配合关闭会影响您的征信，请把资金转到安全账户", "hold"),
        ("merchant", "把收到的验证码发给我", "hold"),
    ),
    "false_link": (
        ("merchant", "退款请打开 https://anba0-mall.example/refund 登录", "hold"),
        ("merchant", "这是平台链接 http://anbao-mall.example.refund-kefu.top/a", "hold"),
    ),
    "account_trade": (
        ("merchant", "把账号密码给我，先验号再付款", "hold"),
        ("merchant", "订单被冻结了，您充值等额金额解冻", "hold"),
    ),
    "job_scam": (("merchant", "兼职刷单日结佣金，加扣扣{n}进群领任务", "hold"),),
}

_LOOK_ALIKES: tuple[_Line, ...] = (
    ("consumer", "可以用微信支付吗", "pass"),
    ("merchant", "可以的，平台收银台里选微信支付就行", "pass"),
    ("merchant", "请在平台内付款，切勿私下交易，谨防诈骗", "pass"),
    ("consumer", "快递单号 {n}{n} 三天没动了，能退款吗", "pass"),
    ("consumer", "这台卫星电视接收器信号强吗", "pass"),
    ("merchant", "详情看 https://www.anbao-mall.example/item/{n}", "pass"),
    ("consumer", "验证码一直收不到，怎么登录", "pass"),
    ("merchant", "这个号支持防找回，被找回平台包赔", "pass"),
    ("consumer", "保证金什么时候退给商家呀", "pass"),
    ("consumer", "我收货电话改成 1900000{dashless}", "pass"),
    ("merchant", "内存 6+128G 的还有三台", "pass"),
    ("merchant", "发票随货寄出，是增值税普通发票", "pass"),
)

_SMALL_TALK: tuple[_Line, ...] = (
    ("consumer", "在吗，什么时候发货", "pass"),
    ("merchant", "您好，下午五点前付款当天发出", "pass"),
    ("consumer", "身高一米七穿什么码", "pass"),
    ("merchant", "建议您拍 L 码", "pass"),
    ("consumer", "收到了，质量不错，谢谢", "pass"),
    ("merchant", "感谢支持，欢迎再来", "pass"),
)

TRICKS = tuple(_FRAUDS)


def fraudsters_chat(rng: Random, trick: str, *, chat: str, merchant: str, buyer: str) -> list[SimulatedMessage]:
    """All that a fraudster and the victim write, in order."""
    return [
        _say(rng, f"{chat}-{place}", line, merchant, buyer, trick if line[2] != "pass" else "")
        for place, line in enumerate(_FRAUDS[trick])
    ]


def chats(
    seed: int, count: int, *, fraud_share: float = 0.1, look_alike_share: float = 0.3
) -> Iterator[list[SimulatedMessage]]:
    """Chats of a made-up platform; the same seed gives the same ones."""
    for number in range(count):
        rng = Random(f"{seed}:chat:{number}")
        chat, merchant, buyer = f"C{number:07d}", f"M{rng.randrange(100):05d}", f"B{rng.randrange(10_000):07d}"
        draw = rng.random()
        if draw < fraud_share:
            yield fraudsters_chat(rng, rng.choice(TRICKS), chat=chat, merchant=merchant, buyer=buyer)
            continue
        lines = _LOOK_ALIKES if draw < fraud_share + look_alike_share else _SMALL_TALK
        chosen = rng.sample(lines, 3)
        yield [_say(rng, f"{chat}-{place}", line, merchant, buyer, "") for place, line in enumerate(chosen)]


def _say(rng: Random, name: str, line: _Line, merchant: str, buyer: str, trick: str) -> SimulatedMessage:
    sender, words, expected = line
    four = f"{rng.randrange(10_000):04d}"
    text = words.format(
        n=rng.randrange(10_000_000, 99_999_999),
        spoken="".join("零幺二三四五六七八九"[int(digit)] for digit in four),
        dashed="-".join(four),
        dashless=four,
    )
    label: ChatLabel = "fraud" if trick else "look_alike" if line in _LOOK_ALIKES else "harmless"
    message = Message(buyer=buyer, id=name, merchant=merchant, sender=sender, text=text)
    return SimulatedMessage(message, ChatTruth(label=label, expected=expected, trick=trick))
