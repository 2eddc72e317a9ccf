"""Rules learn: what reviewers decide suggests terms; a change is tried on past listings, a heavy one needs two."""

from anbao.cli.common import t
from anbao.cli.demo.teller import Teller, said
from anbao.errors import InvalidInput
from anbao.platform import Platform
from anbao.prevent.suggestions import Acceptance
from anbao.prevent.text import Lexicon
from anbao.simulator import reviewers
from anbao.simulator.story import Tally
from anbao.text import system_language

DECIDED = 120
SHOWN = 3
OFFICER, SECOND = "officer:lin", "officer:chen"


def tell_rules(tell: Teller, platform: Platform, tally: Tally, seed: int) -> None:
    """Suggestions, a light change, a heavy one that its proposer may not confirm, a classifier that only advises."""
    tell.chapter("规则的更新：建议、回测、复核", "Rules: suggested, back-tested, confirmed by two")
    made = reviewers.decide(platform, tally.flagged[:DECIDED], seed)
    suggested = platform.prevent.suggest()
    tell.say(
        f"审核员决定了 {len(made)} 件，由此建议新词 {len(suggested.terms)} 条、例外 {len(suggested.exceptions)} 条：",
        f"Reviewers decided on {len(made)} listings; they suggest {len(suggested.terms)} terms and"
        f" {len(suggested.exceptions)} exceptions:",
    )
    for term in suggested.terms[:SHOWN]:
        category = said(platform.prevent.explainer.category(term.category))
        tell.note(
            t(
                f"{term.term} → {category}（拦截 {term.blocked} : 放行 {term.passed}）",
                f"{term.term} → {category} ({term.blocked} blocked : {term.passed} passed)",
            )
        )
    if suggested.terms:
        best = suggested.terms[0]
        taken = Acceptance(term=best.term, category=best.category, severity=best.severity, reason="审核员一致拦截")
        _change(tell, platform, platform.run(lambda work: platform.prevent.accept(work, taken, actor=OFFICER)))
    _change(tell, platform, _emptied(platform))
    try:
        model = platform.prevent.train(actor=OFFICER)
    except InvalidInput as error:
        tell.note(error.what.get(system_language()))
        return
    learned = f"{model.weights.blocked}+{model.weights.passed}"
    tell.say(
        f"分类模型 {model.digest} 由 {learned} 件决定训练而成，默认不启用，且从不单独拦截",
        f"A classifier ({model.digest}) learned from {learned} decisions; it is off and never blocks by itself",
    )


def _emptied(platform: Platform) -> str:
    """A lexicon without most of its terms, as a careless officer might upload it."""
    kept = platform.prevent.ruleset().lexicon.terms[:20]
    return platform.import_lexicon(Lexicon(kept), actor=OFFICER)


def _change(tell: Teller, platform: Platform, digest: str) -> None:
    change = platform.prevent.changes.propose("lexicon", digest, actor=OFFICER)
    tried = change.backtest
    told = t(
        f"词条 +{tried.terms_added} −{tried.terms_removed}；以往 {tried.examined} 件商品中 {tried.changed} 件结论会变",
        f"terms +{tried.terms_added} −{tried.terms_removed}; {tried.changed} of {tried.examined} past listings differ",
    )
    what = t(f"词库 {digest}", f"lexicon {digest}")
    tell.case(change.state, what, told, *map(said, change.because))
    if change.state == "proposed":
        platform.run(lambda work: platform.prevent.changes.refuse(work, "lexicon", digest, "删词过多", actor=SECOND))
        tell.note(t(f"{SECOND} 否决", f"{SECOND} refuses it"))
