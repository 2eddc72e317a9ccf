"""What the demo calls outcomes, and what the simulator knows to be true of its people and goods."""

from anbao.prevent.words import CERTAINTIES, MESSAGE_DECISIONS, OUTCOMES, STANDINGS
from anbao.text import Text

OUTCOME_WORDS: dict[str, Text] = {
    **MESSAGE_DECISIONS,
    **{code: meaning.name for code, meaning in OUTCOMES.items()},
    **STANDINGS,
    **CERTAINTIES,
    "failed": Text("失效", "failed"),
    "in_force": Text("已启用", "in force"),
    "proposed": Text("待复核", "proposed"),
}

FAULTS: dict[str, Text] = {
    "forged_licence": Text("伪造许可证", "forged licence"),
    "forged_credit_code": Text("伪造信用代码", "forged credit code"),
    "forged_resident_id": Text("伪造身份证号", "forged resident id"),
    "expired_licence": Text("许可证过期", "expired licence"),
    "missing_licence": Text("缺许可证", "missing licence"),
    "missing_address": Text("缺经营地址", "missing address"),
    "forbidden_category": Text("禁止网售的类目", "forbidden category"),
}

PARTS: dict[str, Text] = {
    "forged": Text("校验码不符的许可证", "licence with a wrong check digit"),
    "expired": Text("许可证过期", "expired licence"),
    "missing": Text("缺许可证", "missing licence"),
    "made_up": Text("校验码正确但登记机关查无此号", "right check digit, but not on the registry's rolls"),
    "revoked": Text("许可证已被吊销", "revoked licence"),
    "borrowed": Text("借用他人许可证", "somebody else's licence"),
    "comeback": Text("被清退的商家改名重来", "a closed merchant comes back"),
    "family": Text("多个商家共用身份标识", "merchants that share identifiers"),
}

DISGUISES: dict[str, Text] = {
    "traditional": Text("繁体", "traditional characters"),
    "full_width": Text("全角", "full width"),
    "case": Text("大小写", "letter case"),
    "zero_width": Text("零宽字符", "zero-width characters"),
    "combining": Text("组合符号", "combining marks"),
    "punctuated": Text("夹标点", "punctuation between"),
    "emoji": Text("夹表情", "emoji between"),
    "spaced": Text("夹空格", "spaces between"),
    "filled": Text("夹字母", "letters between"),
    "pinyin": Text("拼音", "pinyin"),
    "half_pinyin": Text("半拼音", "half pinyin"),
    "homophone": Text("谐音", "homophones"),
    "initials": Text("首字母", "initials"),
    "some_initials": Text("部分首字母", "some initials"),
    "split_characters": Text("拆字", "split characters"),
    "look_alike_glyphs": Text("形近字", "look-alike glyphs"),
    "look_alike_throughout": Text("全用形近字", "look-alikes throughout"),
    "digits": Text("数字谐音", "digits for sounds"),
    "reversed": Text("倒序", "reversed order"),
    "reversed_pinyin": Text("倒序拼音", "reversed pinyin"),
    "swapped": Text("调换字序", "swapped characters"),
}

READERS: dict[str, Text] = {
    "reads": Text("读完并确认", "reads and confirms"),
    "skips": Text("一闪而过", "skips it"),
    "untold": Text("未被告知", "was not notified"),
    "unsuitable": Text("自述属于不宜人群", "says that it does not suit them"),
    "risks_it": Text("不宜人群仍选择购买", "unsuitable, and chooses it all the same"),
}

STEPS: dict[str, Text] = {
    "shown": Text("未完整展示", "not shown long enough"),
    "acknowledged": Text("未确认", "not acknowledged"),
    "answered": Text("未回答不宜人群的询问", "not asked whether it suits them"),
    "choice": Text("未作选择", "no choice made"),
    "unsuitable": Text("属于不宜人群", "it does not suit this buyer"),
}
