"""From one complaint to safety: a scalding power bank, from the complaint to the seller's name."""

from collections import Counter

from anbao.cli.common import t
from anbao.cli.demo.printer import DemoPrinter, said
from anbao.cli.operate.obligations import format_due
from anbao.connect.pictures import PictureIntake
from anbao.ledger import verify_receipt
from anbao.platform import Platform
from anbao.prove.timeline import TimelineLine
from anbao.simulator import scalding
from anbao.simulator.rescue import Rescue, unfold
from anbao.text import system_language

_OFTEN = 1
"""Entries of one kind that are shown one by one; the rest are counted."""


def print_rescue(printer: DemoPrinter, platform: Platform, pictures: PictureIntake) -> str:
    """The whole story, then its timeline with the proof of each line; returns the number of the complaint."""
    printer.chapter("一件投诉之后：发烫的充电宝", "After one complaint: the scalding power bank")
    cast = scalding.stage(platform, pictures)
    rescue = unfold(platform, pictures, cast)
    _print_search(printer, platform, rescue)
    _print_removal(printer, platform, rescue)
    _print_people(printer, rescue)
    _print_timeline(printer, platform, rescue)
    return rescue.complaint


def _print_search(printer: DemoPrinter, platform: Platform, rescue: Rescue) -> None:
    looked, listings = rescue.swept
    printer.say(
        f"消费者投诉被烫伤，分级为 {rescue.severity}/5；检测后确认危险，立即排查 {looked:,}/{listings:,} 件商品：",
        f"A buyer was scalded: severity {rescue.severity}/5; tested and confirmed, then searched for in"
        f" {looked:,} of {listings:,} listings:",
    )
    parts = {one.id: one for one in scalding.OFFERS}
    for found in rescue.matched:
        offer = parts.get(found.listing)
        if offer:
            explained = (platform.prevent.explainer.ground(ground) for ground in found.reasons if ground.agrees)
            reasons = " · ".join(map(said, explained))
            printer.case(found.certainty, f"{found.listing} {offer.title}", reasons)
    down, all_of_them = len(rescue.removed & scalding.DANGEROUS), len(scalding.DANGEROUS)
    hidden, on_sale = len(rescue.removed & scalding.BY_PICTURE_ONLY), len(rescue.on_sale - scalding.DANGEROUS)
    printer.say(
        f"下架 {down}/{all_of_them} 件危险商品，其中 {hidden} 件只凭图片认出；无害的 {on_sale} 件照常在售",
        f"{down}/{all_of_them} dangerous listings taken down, {hidden} of them known by their picture only;"
        f" {on_sale} harmless ones stay",
    )


def _print_removal(printer: DemoPrinter, platform: Platform, rescue: Rescue) -> None:
    printer.say(
        f"平台系统第一次都答 503：重试 {rescue.retried} 次后完成；{rescue.refused_first} 一度被拒绝，"
        f"安全员重发后下架；重复执行 {rescue.doubled} 次",
        f"The platform's system answered 503 at first: done after {rescue.retried} retries; {rescue.refused_first} was"
        f" refused and taken down when it was sent again; done twice: {rescue.doubled}",
    )
    decision = rescue.comeback.decision
    seen = next(one for one in decision.findings if one.detector == "hazard")
    printer.say("换个商家名义再次上架：", "It comes back under another merchant's name:")
    printer.case(rescue.comeback.outcome, decision.listing.title, said(platform.prevent.explainer.finding(seen)))


def _print_people(printer: DemoPrinter, rescue: Rescue) -> None:
    printer.say(f"由案件生成并报送：{rescue.report}", f"Drafted from the case and sent: {rescue.report}")
    reach = rescue.reach
    printer.say(
        f"警示买家 {reach.buyers} 人：送达 {reach.reached}，未送达 {reach.unreached}（可再次警示）",
        f"{reach.buyers} buyers warned: {reach.reached} reached, {reach.unreached} not (they can be warned again)",
    )
    seller, letter = rescue.help.seller, rescue.help.letter
    if seller and letter:
        printer.say(
            f"受伤买家求助，当即书面提供商家信息（{letter.title.zh}）：{seller.name}，{seller.address}，{seller.contact}",
            f"The injured buyer asked for help and was informed in writing who sold ({letter.title.en}): {seller.name},"
            f" {seller.address}, {seller.contact}",
        )
    printer.note(" · ".join(hint.title.get(system_language()) for hint in rescue.help.hints))


def _print_timeline(printer: DemoPrinter, platform: Platform, rescue: Rescue) -> None:
    platform.checkpoint()
    proven = 0
    with platform.reading() as conn:
        for line in rescue.timeline:
            verify_receipt(platform.ledger.receipt(conn, line.entry), str(platform.ledger.verifier))
            proven += 1
    printer.say(
        f"时间线：{len(rescue.timeline)} 条存证，逐条离线核验通过 {proven} 条（anbao log receipt 条目号）",
        f"The timeline: {len(rescue.timeline)} entries, {proven} verified offline one by one (anbao log receipt ENTRY)",
    )
    seen: Counter[str] = Counter()
    for line in rescue.timeline:
        seen[line.kind] += 1
        if seen[line.kind] <= _OFTEN:
            printer.note(_line(platform, line))
    often = ((kind, count - _OFTEN) for kind, count in sorted(seen.items()) if count > _OFTEN)
    more = t("，", ", ").join(f"{said(platform.pack.kind(kind).title)} ×{count}" for kind, count in often)
    printer.note(t("其余：", "and: ") + more)
    complaint = rescue.timeline[0].subjects["complaint"]
    printer.note(f"anbao timeline complaint:{complaint}")


def _line(platform: Platform, line: TimelineLine) -> str:
    title = line.title.get(system_language())
    who = " ".join(
        f"{role}:{name[:18]}" for role, name in line.subjects.items() if role in ("complaint", "listing", "merchant")
    )
    return f"#{line.entry:<6} {format_due(line.at)}  {title}  {who}"
