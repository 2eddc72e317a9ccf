"""Rules learn: what reviewers decide suggests terms; a change is tried on past listings, a heavy one needs two."""

from anbao.cli.demo.teller import Teller
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
        tell.note(f"{term.term} → {term.category}  {term.blocked} : {term.passed}")
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
    told = (
        f"+{tried.terms_added} −{tried.terms_removed}, {tried.changed}/{tried.examined}"
        f" ({tried.share}‰) {'; '.join(reason.get(system_language()) for reason in change.because)}"
    )
    tell.case("pass" if change.state == "in_force" else "held", f"{digest} {change.state}", told)
    if change.state == "proposed":
        platform.run(lambda work: platform.prevent.changes.refuse(work, "lexicon", digest, "删词过多", actor=SECOND))
        tell.note(f"{SECOND}: refused 否决")
