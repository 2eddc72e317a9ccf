"""What prevention calls things for people: outcomes, severities, channels, problems, in zh-CN and English."""

from typing import NamedTuple

from anbao.model.listing import MAX_PICTURES, MAX_TEXT, UnjudgedReason
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
            "May be listed; the consumer must be notified of the risk before an order.",
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

UNJUDGED: dict[UnjudgedReason, Text] = {
    "too_long": Text(f"第 {MAX_TEXT:,} 字以后超出上限", f"what lies beyond {MAX_TEXT:,} characters"),
    "picture_address": Text("不是可以取图的地址", "no address to fetch a picture from"),
    "picture_embedded": Text("图片写在文字里（data:）", "a picture that stands in the text itself (data:)"),
    "too_many_findings": Text("命中过多，其余未查", "so much was found in it that the rest was not searched"),
    "video": Text("视频不作审核", "videos are not looked at"),
    "too_many_pictures": Text(
        f"一个商品最多审核 {MAX_PICTURES} 张图片", f"at most {MAX_PICTURES} pictures are looked at"
    ),
    "unreadable": Text("在文件中无法按原样读取", "it could not be read as it stands in the file"),
    "no_title": Text("没有标题", "there is no title"),
}
"""Why a part of a listing was not judged."""

FIELDS: dict[str, Text] = {
    "title": Text("标题", "title"),
    "description": Text("描述", "description"),
    "": Text("资质", "credentials"),
}
"""Fields of a listing that findings lie in."""

STANDINGS: dict[str, Text] = {
    "applied": Text("已申请", "applied"),
    "waiting": Text("等待登记机关", "waiting for a registry"),
    "verified": Text("已核验", "verified"),
    "held": Text("待补正或复核", "held"),
    "refused": Text("已拒绝", "refused"),
    "closed": Text("已退出", "closed"),
}
"""Where a merchant stands."""

ADMISSION_REASONS: dict[str, Text] = {
    "comeback": Text("与被清退的商家共用身份标识", "shares identifiers with a merchant closed for cause"),
}

PROBLEMS: dict[str, Text] = {
    "": Text("通过", "holds"),
    "format": Text("格式不符", "malformed"),
    "check_digit": Text("校验码错误，从未核发", "wrong check digit: never issued"),
    "expired": Text("已过期", "expired"),
    "not_yet_valid": Text("尚未生效", "not yet in force"),
    "missing": Text("未提供", "missing"),
    "void": Text("不予认可或禁止网络销售", "void, or may not be sold online"),
    "revoked": Text("登记机关：已吊销", "registry: revoked"),
    "unknown": Text("登记机关：查无此号", "registry: not on its rolls"),
    "mismatch": Text("登记机关：持有人或有效期不符", "registry: another holder or period"),
}
"""What is wrong with a credential."""

APPLICATION_FIELDS: dict[str, Text] = {
    "address": Text("经营地址", "address"),
    "category": Text("类目", "category"),
    "contact_name": Text("联系人", "contact"),
    "phone": Text("电话", "phone"),
}

MESSAGE_DECISIONS: dict[str, Text] = {
    "hold": Text("暂扣", "held"),
    "warn": Text("警示", "delivered with a warning"),
    "pass": Text("放行", "delivered"),
}

GROUNDS: dict[str, Text] = {
    "barcode": Text("条码相同", "the same barcode"),
    "batch": Text("批号相同", "the same batch"),
    "brand": Text("品牌相同", "the same brand"),
    "family": Text("关联商家", "a linked merchant"),
    "licence": Text("证照编号相同", "the same licence"),
    "link": Text("链接相同", "the same link"),
    "merchant": Text("同一商家", "the same merchant"),
    "model": Text("型号相同", "the same model"),
    "picture": Text("图片相同或相似", "the same or a similar picture"),
    "quantity": Text("规格相同", "the same quantity"),
    "title": Text("标题相似", "a similar title"),
}
"""Why something is, or may be, a known danger."""

CERTAINTIES: dict[str, Text] = {
    "certain": Text("确定相同", "certain"),
    "likely": Text("很可能", "likely"),
    "possible": Text("可能", "possible"),
}

MODEL_SAYS: dict[str, Text] = {
    "likely_blocked": Text("与以往被拦截的相似", "like what was blocked before"),
}


def unchecked(source: str) -> Text:
    """An instrument that could not be read, marked so."""
    titles = "".join(f"《{title}》" for title in source.split("; "))
    return Text(f"{titles}（来源未核对）", f"{source} (not checked against its source)")
