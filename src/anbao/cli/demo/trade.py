"""Before the trade: what is written in chats, and which notices must come before an order."""

from collections import Counter

from anbao.cli.demo.printer import DemoPrinter, one_of_each, said
from anbao.cli.demo.words import READERS, STEPS
from anbao.model.listing import Listing
from anbao.model.trade import Order, OrderIntent
from anbao.platform import Platform
from anbao.prevent.explaining import named
from anbao.simulator import readers
from anbao.simulator.chats import chats
from anbao.simulator.story import Tally
from anbao.text import system_language

CHATS = 60
OFFICER = "officer:lin"
TRICKS_SHOWN = 5

_MILD = {"notice.least_seconds": "0", "order.unsuitable": "flag", "order.without_notice": "flag"}
_STRICT = {
    "notice.least_seconds": str(readers.LEAST_SECONDS),
    "order.unsuitable": "refuse",
    "order.without_notice": "refuse",
}


def print_messages(printer: DemoPrinter, platform: Platform, seed: int) -> None:
    """Fraudsters lure buyers away; harmless chats go through."""
    printer.chapter("交易消息", "Messages")
    lines = [line for chat in chats(seed, CHATS, fraud_share=0.2) for line in chat]
    decided = platform.run(lambda work: platform.prevent.screen_messages(work, [one.message for one in lines]))
    outcomes = Counter(one.decision.decision for one in decided)
    frauds = [(one, answer) for one, answer in zip(lines, decided, strict=True) if one.truth.label == "fraud"]
    plain = [answer for one, answer in zip(lines, decided, strict=True) if one.truth.label != "fraud"]
    stopped = sum(answer.decision.decision != "pass" for _, answer in frauds)
    wrongly = sum(answer.decision.decision != "pass" for answer in plain)
    printer.say(
        f"{len(lines)} 条消息：放行 {outcomes['pass']}，提示 {outcomes['warn']}，暂缓 {outcomes['hold']}；"
        f"诈骗话术识别 {stopped}/{len(frauds)}，普通对话误判 {wrongly}/{len(plain)}；私聊内容只以承诺值入账",
        f"{len(lines)} messages: {outcomes['pass']} pass, {outcomes['warn']} with a warning, {outcomes['hold']} held;"
        f" {stopped}/{len(frauds)} of the fraudsters', {wrongly}/{len(plain)} of the others';"
        " the ledger holds commitments, not what was said",
    )
    caught = ((one.truth.trick, (one, answer)) for one, answer in frauds if answer.decision.decision != "pass")
    for one, answer in one_of_each(caught, TRICKS_SHOWN):
        seen = answer.decision.findings[0]
        printer.case(answer.decision.decision, one.message.text, said(platform.prevent.explainer.finding(seen)))


def print_notices(printer: DemoPrinter, tally: Tally) -> None:
    """Who ordered without notice."""
    printer.chapter("下单前的风险告知", "Notices before orders")
    owing = [one for one in tally.orders if one.truth.notices]
    missing = [one for one in owing if one.answer.missing_notices]
    printer.say(
        f"{len(tally.orders)} 笔订单，其中 {len(owing)} 笔须先告知；展示与确认 {tally.notices} 次；"
        f"未确认即下单 {len(missing)} 笔，各自立即成为逾期义务",
        f"{len(tally.orders)} orders, {len(owing)} of which need a notice first; {tally.notices} shown or"
        f" confirmed; {len(missing)} ordered without confirming, each an overdue obligation at once",
    )


def print_choice(printer: DemoPrinter, platform: Platform, seed: int) -> None:
    """A mountain tour: its own facts fill the notice; a strict platform asks, and refuses whom it must."""
    trip = readers.tour()
    platform.submit_listing(trip)
    for option, value in _STRICT.items():
        platform.change_parameter(option, value, actor=OFFICER)
    with platform.reading() as conn:
        [notice, *_] = platform.warn.notices_of(conn, trip.id, system_language())
    printer.say(
        f"《{trip.title}》的提示由商品自身的事实填写：", f"The notice for “{trip.title}” is filled with its own facts:"
    )
    for sentence in (*notice.risks[:1], *notice.unsuitable[:2]):
        printer.note(sentence)
    for one in readers.readings(seed, trip.id, notice.id):
        for act in one.acts:
            _do(platform, act)
        answer = platform.warn.place_order(one.order)
        lacking = [step for missing in answer.lacking for step in missing.steps]
        steps = dict.fromkeys([*lacking, *(["unsuitable"] if answer.unsuitable else [])])
        why = " · ".join(said(named(STEPS, step)) for step in steps)
        reader = said(named(READERS, one.reader))
        printer.case("refused" if answer.refused else "pass", f"{one.order.id} ({reader})", why)
    for option in _STRICT:
        platform.change_parameter(option, _MILD[option], actor=OFFICER)


def print_gate(printer: DemoPrinter, platform: Platform) -> None:
    """An order for a blocked listing is refused before payment; one for goods that were never submitted is flagged."""
    gun = Listing(id="DEMO-GUN", title="仿真枪 全金属 可发射")
    platform.submit_listing(gun)
    printer.say("付款前的检查知道商品和商家的状态：", "Before payment the state of listing and merchant is known:")
    buyer = "DEMO-BUYER"
    for order, listing in (("DEMO-O1", gun.id), ("DEMO-O2", "DEMO-NEVER")):
        checked = platform.warn.check_order(OrderIntent(buyer=buyer, listing=listing))
        answer = platform.warn.place_order(Order(buyer=buyer, id=order, listing=listing))
        why = " · ".join(said(reason.text) for reason in answer.reasons)
        assert checked.allowed is not answer.refused
        printer.case("refused" if answer.refused else "review", f"{order} ({listing})", why)


def _do(platform: Platform, act: readers.Act) -> None:
    platform.run(lambda work: platform.warn.record_step(work, act))
