"""Listings are screened: disguises that are caught, look-alikes that pass, a contact hidden in a picture."""

from anbao.cli.demo.printer import DemoPrinter, one_of_each, said
from anbao.cli.demo.words import DISGUISES
from anbao.connect.pictures import PictureIntake
from anbao.model.events.prevent import PictureScreenedEvent
from anbao.model.listing import Finding, Listing
from anbao.model.texts import flatten
from anbao.platform import Platform
from anbao.prevent.explaining import named
from anbao.simulator.pictures import jpeg, product, with_qr, with_text
from anbao.simulator.story import DecidedListing, Tally

SHOWN = 10

STOPPED = ("review", "block")

SAME_WORDS = (
    "百亿补贴 微笑气泡水 0糖",
    "不含瘦肉精 散养土猪肉 顺丰包邮",
    "瘦肉精快速检测卡 养殖场自检",
    "穿山甲电锤转子 工业级配件",
    "瘦肉精 现货批发",
    "穿山甲片 送电锤",
)
"""Titles in which a dangerous word stands: harmless, and not."""


def print_listings(printer: DemoPrinter, platform: Platform, tally: Tally, seconds: float) -> None:
    """How many of each outcome, and how often it was right."""
    printer.chapter("商品审核", "Listings are screened")
    outcomes = tally.outcomes
    printer.say(
        f"{tally.listings:,} 件商品：放行 {outcomes['pass']:,}，放行并提示 {outcomes['notice']:,}，"
        f"待人工复核 {outcomes['review']:,}，拦截 {outcomes['block']:,}（全程 {seconds:.1f} 秒）",
        f"{tally.listings:,} listings: {outcomes['pass']:,} pass, {outcomes['notice']:,} pass with notice,"
        f" {outcomes['review']:,} review, {outcomes['block']:,} block ({seconds:.1f} s in all)",
    )
    found, dangerous = tally.stopped("dangerous")
    wrongly, alike = tally.stopped("look_alike")
    falsely, harmless = tally.stopped("harmless")
    printer.say(
        f"危险品拦下 {found}/{dangerous}；形似而无害的误拦 {wrongly}/{alike}；普通商品误拦 {falsely}/{harmless}",
        f"stopped: {found}/{dangerous} dangerous; wrongly: {wrongly}/{alike} harmless look-alikes,"
        f" {falsely}/{harmless} ordinary goods",
    )
    bare = [one for one in tally.flagged if one.truth.kind == "uncertified" and one.decision.outcome in STOPPED]
    for one in bare[:1]:
        printer.case(one.decision.outcome, one.decision.listing.title, _why(platform, one))


def print_contexts(printer: DemoPrinter, platform: Platform) -> None:
    """The same word in harmless goods, which pass with the rule that says why, and in dangerous ones."""
    printer.say("同一个词，有害与无害：", "The same word, harmless and not:")
    for place, title in enumerate(SAME_WORDS):
        decision = platform.submit_listing(Listing(id=f"WORD{place}", title=title)).decision
        printer.case(
            decision.outcome, title, *(said(platform.prevent.explainer.finding(one)) for one in decision.findings)
        )


def print_disguises(printer: DemoPrinter, platform: Platform, tally: Tally) -> None:
    """Ten dangerous listings in different disguises are stopped, ten harmless look-alikes pass."""
    printer.say("伪装的危险品（各一例）：", "Dangerous goods in disguise, one of each:")
    caught = (
        (one.truth.disguise, one)
        for one in tally.flagged
        if one.truth.disguise and one.decision.outcome in STOPPED and one.decision.findings
    )
    for one in one_of_each(caught, SHOWN):
        printer.case(
            one.decision.outcome,
            one.decision.listing.title,
            f"{said(named(DISGUISES, one.truth.disguise))}  {_why(platform, one)}",
        )
    printer.say("形似而无害，照常放行：", "Harmless look-alikes that pass:")
    passed = (
        (one.truth.term, one)
        for one in tally.flagged
        if one.truth.label == "look_alike" and one.decision.outcome not in STOPPED
    )
    for one in one_of_each(passed, SHOWN):
        reasons = [said(platform.prevent.explainer.reason(code)) for code in one.decision.reasons[:1]]
        printer.case(one.decision.outcome, one.decision.listing.title, *reasons)


def print_attribute(printer: DemoPrinter, platform: Platform) -> None:
    """A gun in an attribute, behind a harmless title, in HTML."""
    printer.say("藏在属性和详情里的危险品：", "A danger in an attribute, and in the HTML of a description:")
    title = "纯棉短袖 夏季新款"
    hidden = (
        Listing(id="ATTR1", title=title, texts=flatten("attributes", {"材质": "棉", "赠品": "仿真枪 全金属"})),
        Listing(id="ATTR2", title=title, description="<p>赠品：仿<b>真</b>&#26538;</p>"),
    )
    for one in hidden:
        decision = platform.submit_listing(one).decision
        seen = decision.findings[0]
        printer.case(decision.outcome, title, f"{seen.field} @ {seen.start}–{seen.end}  {_said(platform, seen)}")


def print_picture(printer: DemoPrinter, platform: Platform, pictures: PictureIntake) -> None:
    """A messenger's name laid over a picture, and a QR code that leads away."""
    printer.say("图片里藏着的联系方式：", "A contact hidden in a picture:")
    hidden = {
        "PIC1": with_text(product("demo 1"), "WeChat: shop8818"),
        "PIC2": with_qr(product("demo 2"), "https://u.example.com/f/9"),
    }
    for name, image in hidden.items():
        picture = pictures.take(jpeg(image)).picture
        platform.submit_listing(Listing(id=name, title="轻薄快充移动电源 现货速发", pictures=(picture,)))
    pictures.settle()
    with platform.reading() as conn:
        entries = platform.entries(conn, kind=PictureScreenedEvent.KIND)
    decided = [one.event(PictureScreenedEvent) for one in entries]
    latest = {one.listing: one.screened for one in decided if one.screened.findings}
    for listing, screened in latest.items():
        if listing in hidden:
            seen = screened.findings[0]
            place = f"  @ {seen.box.left},{seen.box.top}–{seen.box.right},{seen.box.bottom}" if seen.box else ""
            why = said(platform.prevent.explainer.finding(seen))
            printer.case(screened.outcome, listing, why + place)


def _why(platform: Platform, one: DecidedListing) -> str:
    return _said(platform, one.decision.findings[0])


def _said(platform: Platform, one: Finding) -> str:
    return said(platform.prevent.explainer.finding(one))
