"""What outcomes, severities, channels and fields are called, and what they mean."""

import unicodedata
from typing import NamedTuple

from anbao.text import Text


class Meaning(NamedTuple):
    """A name, and one sentence that explains it."""

    name: Text
    says: Text


OUTCOMES: dict[str, Meaning] = {
    "block": Meaning(
        Text("拦截", "Blocked"),
        Text(
            "不得上架：命中高危内容，或缺少必须的资质。",
            "May not be listed: a grave finding, or a required credential is missing.",
        ),
    ),
    "review": Meaning(
        Text("转人工", "Held for review"),
        Text("先不上架，由人判断。", "Not listed until a person has judged it."),
    ),
    "notice": Meaning(
        Text("放行并告知", "Passed with notice"),
        Text(
            "可以上架，下单前须向消费者作风险提示。",
            "May be listed; the risk must be told to the consumer before an order.",
        ),
    ),
    "pass": Meaning(
        Text("放行", "Passed"),
        Text("现有词库和规则下没有发现问题。", "Nothing found with this lexicon and policy."),
    ),
}
"""By outcome, the gravest first."""

SEVERITIES: dict[int, Meaning] = {
    5: Meaning(Text("5 极高", "5 critical"), Text("危及生命。", "Danger to life.")),
    4: Meaning(
        Text("4 高", "4 high"),
        Text("危及健康或重大财产，或法律禁止。", "Danger to health or much property, or forbidden by law."),
    ),
    3: Meaning(
        Text("3 中", "3 medium"),
        Text("可能有害，通常需要资质或核实。", "Possibly harmful; usually needs a credential or a check."),
    ),
    2: Meaning(Text("2 低", "2 low"), Text("轻微风险。", "A slight risk.")),
    1: Meaning(Text("1 提示", "1 information"), Text("仅供留意。", "For attention only.")),
}
"""By severity, the gravest first."""

CHANNELS: dict[str, Meaning] = {
    "exact": Meaning(Text("原文", "as written"), Text("与词条写法完全相同。", "Written exactly as the term.")),
    "normalised": Meaning(
        Text("变形", "folded"),
        Text("全角、大小写、繁体等写法统一后相同。", "The same after folding width, case and traditional characters."),
    ),
    "spaced": Meaning(
        Text("间隔", "spaced"),
        Text(
            "字与字之间夹有空格、符号或不可见字符。",
            "With spaces, marks or invisible characters between its characters.",
        ),
    ),
    "split": Meaning(
        Text("拆字", "taken apart"),
        Text("把字拆成部件书写，如“木仓”。", "With characters written as the parts that they are made of."),
    ),
    "filled": Meaning(
        Text("夹字母", "filled"),
        Text("字与字之间夹有字母或数字。", "With letters or digits between its characters."),
    ),
    "pinyin": Meaning(
        Text("拼音", "pinyin"),
        Text(
            "用拉丁字母拼写；只是读音相同，误报较多。",
            "Spelled in Latin letters: only the sound agrees, so more hits are false.",
        ),
    ),
    "half_pinyin": Meaning(
        Text("半拼音", "half pinyin"),
        Text("部分字用拉丁字母拼写。", "Some of its characters spelled in Latin letters."),
    ),
    "homophone": Meaning(
        Text("谐音", "homophone"),
        Text(
            "用同音字写成；只是读音相同，误报较多。",
            "Written with characters of the same sound, so more hits are false.",
        ),
    ),
    "look_alike": Meaning(
        Text("形近字", "look-alike"),
        Text(
            "用形近的字或字母写成；只是样子相像，误报较多。",
            "Written with characters or letters that look alike, so more hits are false.",
        ),
    ),
    "swapped": Meaning(
        Text("换序", "swapped"),
        Text("字序颠倒或调换。", "Its characters stand in another order."),
    ),
    "digits": Meaning(
        Text("数字谐音", "digits"),
        Text("用读音相近的数字代字。", "With digits that sound like its characters."),
    ),
    "initials": Meaning(
        Text("首字母", "initials"),
        Text(
            "全部或部分字只写拼音首字母；证据最弱，误报最多。",
            "Some or all characters shortened to the first letter of their sound: the weakest evidence.",
        ),
    ),
}
"""By channel, the surest first."""

FIELDS: dict[str, Text] = {
    "title": Text("标题", "title"),
    "description": Text("描述", "description"),
    "": Text("资质", "credentials"),
}

NOT_ADVICE = Text(
    "命中是供人判断的线索，不是违法的结论；没有命中也不等于合法。本报告不是法律意见，不替代律师或主管机关的判断。",
    "A hit is a hint to be judged by a person, not a finding of law; nor does the absence of hits mean that a listing"
    " is lawful. This report is no legal advice and replaces neither a lawyer nor an authority.",
)

EMPTY = Text("没有命中。", "Nothing was found.")


def share(part: int, whole: int) -> str:
    """``part`` in per cent of ``whole``; what exists never shows as zero, and what is not all never as all."""
    if not part or not whole:
        return "0.00%"
    percent = 100 * part / whole
    if percent < 0.01:
        return "<0.01%"
    if part < whole and percent > 99.99:
        return ">99.99%"
    return f"{percent:.2f}%"


def visible(text: str) -> str:
    """``text`` on one line, with control characters as spaces and invisible ones as ◌: none can act on the reader."""
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Cc", "Zl", "Zp"):
        return " "
    return "◌" if category in ("Cf", "Cs") else character
