"""Models advise: one learned from the platform's own decisions, one outside; each is a finding, neither decides."""

from anbao.cli.demo.printer import DemoPrinter, said
from anbao.connect.moderation import Moderation
from anbao.model.events.cases import CaseOpened
from anbao.model.events.moderation import ModerationAnswered
from anbao.model.listing import Listing
from anbao.platform import Platform
from anbao.rules import rulesets
from anbao.rules.learning import DETECTOR, Model
from anbao.simulator.moderator import ModeratorServer

OFFICER, SECOND = "officer:lin", "officer:chen"
PATTER = Listing(
    id="PATTER",
    title="进口好货 稳定货源 长期供应 价格可谈",
    description="到货不多，拍下后备注颜色和数量，包装严实，外面看不出来，老客户回购多。",
)
"""How sellers of dangerous goods talk, without one forbidden word."""

EUPHEMISM = Listing(id="EUPHEMISM", title="秘制上头奶茶 成人专享")
"""Words that no lexicon knows yet."""


def print_model(printer: DemoPrinter, platform: Platform, model: Model) -> None:
    """Put in force by two persons; its score alone sends a listing to a person, with its reasons; then off again."""
    learned = f"{model.weights.blocked}+{model.weights.passed}"
    change = platform.prevent.changes.propose("model", model.digest, actor=OFFICER)
    tried, second = change.backtest, ""
    if change.state == "proposed":
        platform.run(lambda work: platform.prevent.changes.confirm(work, "model", model.digest, actor=SECOND))
        second = SECOND
    printer.say(
        f"分类模型 {model.digest} 由 {learned} 件决定训练而成；回测 {tried.changed}/{tried.examined} 件不同，"
        f"由 {OFFICER} 提出{f'、{second} 复核' if second else ''}后启用。它只多给一项发现，从不单独拦截：",
        f"A classifier ({model.digest}) learned from {learned} decisions; tried on past listings"
        f" ({tried.changed}/{tried.examined} differ), proposed by {OFFICER}"
        f"{f', confirmed by {second}' if second else ''}. Its score is one more finding and never blocks alone:",
    )
    decision = platform.submit_listing(PATTER).decision
    seen = next((one for one in decision.findings if one.detector == DETECTOR), None)
    if seen is not None:
        why = f"{said(platform.prevent.explainer.finding(seen))} {seen.weight}‰ ← {' '.join(seen.because[:5])}"
        printer.case(decision.outcome, decision.listing.title, why)
    platform.run(lambda work: rulesets.deactivate_model(work, OFFICER))


def print_moderation(printer: DemoPrinter, platform: Platform) -> None:
    """An outside model is asked after the decision; its flag asks a person."""
    with ModeratorServer({"上头"}) as server:
        model = Moderation(platform, server.url)
        decided = platform.submit_listing(EUPHEMISM).decision
        platform.advance()
        model.detach()
    with platform.reading() as conn:
        answered = platform.ledger.latest(conn, ModerationAnswered.KIND, ("listing", EUPHEMISM.id))
        cases = platform.ledger.entries(conn, kind=CaseOpened.KIND, subject=("listing", EUPHEMISM.id))
    answer = answered.event(ModerationAnswered) if answered else None
    printer.say(
        f"外部审核模型在决定之后才被询问；它的标记只请人看，共 {len(cases)} 件：",
        f"An outside moderation model is asked after the decision; its flag asks a person, {len(cases)} case:",
    )
    printer.case(decided.outcome, EUPHEMISM.title, f"{answer.score}‰ {' '.join(answer.labels)}" if answer else "")
