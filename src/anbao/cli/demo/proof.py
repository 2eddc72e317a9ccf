"""What is owed, what is alive, and what can be proven."""

from collections import Counter
from pathlib import Path

from anbao.cli.common import t
from anbao.cli.demo.printer import DemoPrinter, said
from anbao.cli.operate.control import STATES
from anbao.cli.operate.obligations import format_due, norm_words
from anbao.ledger import export, verify_directory
from anbao.ledger.export import bundle
from anbao.platform import Platform
from anbao.prevent.replay import replay
from anbao.simulator.story import Tally
from anbao.text import system_language

NORMS_SHOWN = 4


def print_controls(printer: DemoPrinter, platform: Platform) -> None:
    """Each control was tried on the real path."""
    printer.chapter("安全控制措施", "Controls that must be alive")
    views = platform.controls.views()
    states = Counter(view.state for view in views)
    summary = t("，", ", ").join(f"{said(STATES[state])} {count}" for state, count in sorted(states.items()))
    printer.say(
        f"{len(views)} 项控制措施经真实路径检查：{summary}", f"{len(views)} controls tried on the real path: {summary}"
    )
    for view in views:
        if view.state == "failed":
            printer.case("failed", view.title.get(system_language()), view.why.get(system_language()))
            again = platform.controls.try_one(view.id)
            printer.note(t("再次检查：", "tried again: ") + again.why.get(system_language()))
    unowned = [view.title.get(system_language()) for view in views if not view.person]
    if unowned:
        printer.note(t("尚无负责人：", "nobody in charge: ") + " · ".join(unowned[:NORMS_SHOWN]))


def print_obligations(printer: DemoPrinter, platform: Platform) -> None:
    """The most frequent overdue ones, and what is due next."""
    printer.chapter("待履行义务", "Obligations")
    missed = platform.tick()
    found = platform.obligations(limit=10_000)
    overdue = [one for one in found if one.state == "overdue"]
    printer.say(
        f"未完成 {len(found)} 项，逾期 {len(overdue)} 项；期限经过已记入账本 {missed} 条",
        f"{len(found)} unfinished, {len(overdue)} overdue; {missed} entries record what the clock brought",
    )
    counted = Counter(one.norm for one in overdue)
    for norm_id, count in counted.most_common(NORMS_SHOWN):
        title, by_law, provisions = norm_words(platform, norm_id)
        whose = t("法定期限", "the law's deadline") if by_law else t("平台自定期限", "platform's own deadline")
        printer.note(f"{count:4} × {title}  {whose} · {provisions}")
    upcoming = next((one for one in found if one.state == "open" and one.due_at is not None), None)
    if upcoming and upcoming.due_at is not None:
        title, _, _ = norm_words(platform, upcoming.norm)
        printer.note(t("下一项到期：", "next due: ") + f"{format_due(upcoming.due_at)}  {title}")


def print_proof(printer: DemoPrinter, platform: Platform, folder: Path, tally: Tally) -> None:
    """The ledger verifies, an old decision is made again, a forgery in a copy is found."""
    printer.chapter("证明", "Proof")
    platform.checkpoint()
    report = platform.verify()
    verdict = t("完好", "sound") if report.sound else t("被改动", "tampered")
    printer.say(
        f"账本 {report.entries:,} 条，核验：{verdict}", f"a ledger of {report.entries:,} entries verifies: {verdict}"
    )
    blocked = next((one for one in tally.flagged if one.decision.outcome == "block"), None)
    if blocked is None:
        return
    with platform.reading() as conn:
        same = replay(conn, platform.ledger, platform.prevent.rulesets, blocked.entry).same
    verdict = t("逐字节相同", "the same bytes") if same else t("不同", "different")
    printer.say(
        f"按当时的版本重放第 {blocked.entry} 号决定：{verdict}", f"decision {blocked.entry} made again: {verdict}"
    )
    copy = folder / "copy"
    copy.mkdir()
    with platform.reading() as conn:
        export(conn, copy, platform.ledger)
        _forge(copy, platform.ledger.entry(conn, blocked.entry).data)
    forgery = verify_directory(copy, str(platform.ledger.verifier))
    if forgery.problem is not None:
        what = forgery.problem.what.get(system_language())
        printer.say(f"在导出的副本中把它改成“放行”：核验发现，{what}", f"changed to “pass” in a copy: found, {what}")


def _forge(copy: Path, entry: bytes) -> None:
    """Make a blocked listing one that passed, in an exported log."""
    [honest, forged] = (bundle([data]) for data in (entry, entry.replace(b'"block"', b'"pass"')))
    for file in (copy / "tile" / "entries").rglob("*"):
        if file.is_file():
            file.write_bytes(file.read_bytes().replace(honest, forged))
