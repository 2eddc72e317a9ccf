"""Dangers of life, health, property and trade safety as sellers offer them: terms, pitches and patter.

``{term}`` is where the term stands, plain or in disguise. Nothing here says how to make or use anything.
"""

import msgspec


class SimulatedDanger(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of dangerous offer. ``pitches`` become titles, ``patter`` sentences of the description."""

    kind: str
    patter: tuple[str, ...]
    pitches: tuple[str, ...]
    terms: tuple[str, ...]


_GOODS_PITCHES = (
    "{term} 现货速发 诚信经营 支持验货后付款",
    "出售{term} 全新未拆 全国包邮 隐私发货",
    "【老店】{term} 品质保证 量大优惠 懂的来问",
    "{term}批发零售 一件代发 当天顺丰寄出",
    "私人转让{term} 只此一批 喜欢的抓紧下单",
    "进口{term} 稳定货源 长期供应 价格可谈",
)
_GOODS_PATTER = (
    "主营{term}，做了多年，老客户回购多，质量放心。",
    "{term}到货不多，拍下后备注颜色和数量，当天安排寄出。",
    "需要{term}的朋友直接下单，包装严实，外面看不出来。",
)
_SERVICE_PITCHES = (
    "{term} 正规渠道 当天办好 先看后付",
    "专业{term} 多年经验 全国可做 诚信第一",
    "{term}加急办理 不成功不收费 随时咨询",
    "长期承接{term} 价格透明 老客户优惠多多",
    "【可信】{term} 流程简单 在家就能完成",
)
_SERVICE_PATTER = (
    "承接{term}，全程保密，办好再付尾款。",
    "做{term}多年，成功率高，有疑问先咨询再拍。",
    "拍下后联系客服说明要求，{term}一般一到三天完成。",
)


def _goods(kind: str, terms: str) -> SimulatedDanger:
    return SimulatedDanger(kind=kind, patter=_GOODS_PATTER, pitches=_GOODS_PITCHES, terms=tuple(terms.split()))


def _service(kind: str, terms: str) -> SimulatedDanger:
    return SimulatedDanger(kind=kind, patter=_SERVICE_PATTER, pitches=_SERVICE_PITCHES, terms=tuple(terms.split()))


DANGERS = (
    _goods("weapon", "高压气枪 仿真手枪 电击棍 弹簧刀 三棱军刺 气枪铅弹 军用弩"),
    _goods("explosive", "工业雷管 黑火药 硝酸铵 导火索 TNT炸药"),
    _goods("poison", "氰化钾 百草枯 毒鼠强 三步倒 三氧化二砷"),
    _goods("drug", "冰毒 摇头丸 K粉 听话水 氯胺酮 三唑仑"),
    _goods("medicine", "米非司酮 人血白蛋白 西布曲明 肉毒素 狂犬疫苗"),
    _goods("surveillance", "针孔摄像头 窃听器 手机监听软件 微型偷拍摄像头"),
    _goods("jamming", "信号屏蔽器 伪基站 短信嗅探器"),
    _goods("counterfeit", "假币 假身份证 假钞"),
    _goods("tobacco", "水果味电子烟 上头电子烟"),
    _goods("unsafe_product", "拆机电芯充电宝 改装锂电池"),
    _service("fraud", "刷单返利 兼职刷单 信用卡套现 银行卡四件套 跑分平台"),
    _service("false_documents", "代开发票 代办毕业证 办假证"),
    _service("body", "代孕服务 买卖肾脏"),
    _service("gambling", "网上赌场 百家乐开户"),
)

SMALL_TALK = (
    "图片都是实物拍摄，光线不同可能有一点色差。",
    "下单前可以先留言，看到消息会尽快回复。",
    "付款后二十四小时内安排，节假日顺延一天。",
    "有任何不满意请先联系，不要急着给差评。",
    "老客户再次购买有优惠，推荐朋友也有小礼物。",
    "数量有限，先到先得，拍下不付款不保留。",
    "偏远地区需要补一点运费，具体以页面显示为准。",
    "请认真填写收货信息，填错造成的损失自己承担。",
)
"""What sellers say around anything."""

UNCERTIFIED = "uncertified"
"""Kind of the danger that stands in no text: a product offered without the certificate that its category demands."""
